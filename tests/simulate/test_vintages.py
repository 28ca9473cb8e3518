"""What was known when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tradeflow.errors import UsageError
from tradeflow.flows.check import check_flows
from tradeflow.simulate.effects import LateMonth, Revision
from tradeflow.simulate.settings import Rates
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from tradeflow.simulate.simulation import Simulation

WORLD = World(n_codes=15, months=60, rates=Rates(), mirrors=("KGZ",))
CELL = ["reporter", "partner", "flow", "hs6", "period"]
CHINA = pl.col("reporter") == "CHN"


def months(frame: pl.DataFrame) -> list[str]:
    known = frame.filter(CHINA)["period"].unique().sort()
    return [f"{period:%Y-%m}" for period in known]


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return simulate(WORLD, seed=7, backend="polars")


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2020-06-19", "2020-04"),
        ("2020-06-20", "2020-05"),
        ("2021-03-19", "2020-12"),  # January comes with February
        ("2021-03-20", "2021-02"),
    ],
)
def test_months_are_published_with_their_lag(simulation: Simulation, day: str, last: str) -> None:
    frame = check_flows(simulation.as_of(day))
    assert months(frame)[-1] == last
    assert frame["release"].unique().to_list() == [f"seed 7, as of {day}"]
    hubs = frame.filter(~CHINA)["period"].max()
    assert hubs <= frame.filter(CHINA)["period"].max()


def test_a_later_day_knows_all_that_an_earlier_one_knew(simulation: Simulation) -> None:
    known = [simulation.as_of(f"{y}-{m:02}-25") for y in (2018, 2020, 2021) for m in (1, 2, 8)]
    for earlier, later in pairwise(known):
        assert earlier.join(later, on=CELL, how="anti").is_empty()
        assert earlier.height < later.height


def test_the_last_vintage_is_the_final_table(simulation: Simulation) -> None:
    last = simulation.as_of("2030-01-01")
    assert_frame_equal(last.drop("release"), simulation.flows.drop("release"))
    assert last["status"].unique().to_list() == ["reported"]


def test_revisions_shrink_with_age() -> None:
    world = replace(WORLD, n_codes=100, releases=replace(WORLD.releases, revision_sd=0.05))
    simulation = simulate(world, seed=1, backend="polars")
    final = simulation.flows.filter(CHINA, pl.col("period") == date(2019, 3, 1))
    spread = []
    for day in ("2019-04-20", "2019-07-20", "2020-04-20", "2021-04-20"):
        frame = simulation.as_of(day).filter(CHINA, pl.col("period") == date(2019, 3, 1))
        ratio = (frame["value_usd"] / final["value_usd"]).to_numpy()
        spread.append(float(np.log(ratio).std()))
    assert spread[0] == pytest.approx(0.05, rel=0.1)
    assert spread[1] == pytest.approx(spread[0] / 2)
    assert spread[2] == pytest.approx(spread[0] / 16)
    assert spread[3] == 0


def test_a_late_month_is_a_gap_and_then_there() -> None:
    late = LateMonth("2020-06", delay_months=2)
    simulation = simulate(replace(WORLD, effects=(late,)), seed=7, backend="polars")
    gap = months(simulation.as_of("2020-08-20"))
    assert gap[-2:] == ["2020-05", "2020-07"]
    assert months(simulation.as_of("2020-09-20"))[-3:] == ["2020-06", "2020-07", "2020-08"]
    assert "2020-06" in months(simulation.flows)


def test_a_revision_is_put_right_at_its_age() -> None:
    revised = Revision("2020-06", 0.3, revised_after_months=4, partner="RUS")
    without, with_it = (
        simulate(replace(WORLD, effects=e), seed=7, backend="polars") for e in ((), (revised,))
    )
    for day, size in (("2020-07-20", -0.3), ("2020-11-19", -0.3), ("2020-11-20", 0.0)):
        old, new = (s.as_of(day)["value_usd"] for s in (without, with_it))
        change = np.log((new / old).to_numpy())
        rows = with_it.as_of(day)["period"] == date(2020, 6, 1)
        to_russia = (
            rows & (with_it.as_of(day).select(CHINA & (pl.col("partner") == "RUS")).to_series())
        ).to_numpy()
        np.testing.assert_allclose(change[to_russia], size, atol=1e-12)
        assert not change[~to_russia].any()


def test_before_the_first_release_nothing_is_known(simulation: Simulation) -> None:
    with pytest.raises(UsageError, match="first release is of 2017-03-20"):
        simulation.as_of("2017-03-01")
