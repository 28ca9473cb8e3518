"""The revision error by lag: found where it is known, and nothing invented where it is not."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import tradeflow as tf
from tradeflow.flows.scope import SCOPE
from tradeflow.flows.vintages import (
    FOLLOWED,
    LAGS,
    OWN,
    POOLED,
    UNKNOWN,
    error_by_lag,
    error_by_period,
    vintages,
)
from tradeflow.schema import conform
from tradeflow.simulate.settings import Rates, Releases
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

SD, HALF_LIFE = 0.1, 3


def month(index: int) -> date:
    return date(2018 + index // 12, index % 12 + 1, 1)


def triangle(
    n_months: int,
    n_series: int,
    *,
    reporter: str = "CHN",
    sd: float = SD,
    first: int = 0,
    seed: int = 0,
) -> pl.DataFrame:
    """Vintages of every month from `first` on, in which each month comes a month late.

    What is revised halves every three months, as in the simulated world.
    """
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n_series, n_months))
    rows = [
        ("X", reporter, "RUS", f"{s}", month(t), month(seen), float(np.exp(-sd * shrunk * z[s, t])))
        for seen in range(first + 1, n_months + 1)
        for t in range(seen)
        for shrunk in [0.5 ** ((seen - t - 1) / HALF_LIFE)]
        for s in range(n_series)
    ]
    names = ["source", "reporter", "partner", "goods", "period", "known_on", "value_usd"]
    return pl.DataFrame(rows, schema=names, orient="row")


def at(lags: pl.DataFrame, lag: int, reporter: str = "CHN") -> dict:
    return lags.row(
        by_predicate=(pl.col("lag_months") == lag) & (pl.col("reporter") == reporter), named=True
    )


def test_what_was_put_in_is_found_at_every_lag() -> None:
    lags = error_by_lag(triangle(40, 20))
    assert lags["lag_months"].to_list() == list(range(LAGS + 1))
    for lag in (0, 1, 2, 3, 6, 12):
        row = at(lags, lag)
        left = SD * 0.5 ** (lag / HALF_LIFE)
        assert row["sd_log"] == pytest.approx(left, rel=0.12, abs=0.002)
        assert row["basis"] == OWN
        # followed for a year from there, and all months are of a known age
        assert row["months"] == 40 - FOLLOWED - lag
        assert row["values"] == 20 * row["months"]
    assert lags["sd_log"].drop_nulls().is_sorted(descending=True)


def test_a_usual_direction_of_revision_is_error_too() -> None:
    known = triangle(40, 20, sd=0.0).with_columns(
        pl.when(pl.col("period").dt.offset_by("1mo") == pl.col("known_on"))
        .then(0.9)
        .otherwise(1.0)
        .alias("value_usd")
    )
    first = at(error_by_lag(known), 0)
    assert first["sd_log"] == first["median_log"] == pytest.approx(np.log(1 / 0.9))
    assert at(error_by_lag(known), 1)["sd_log"] == 0


@pytest.mark.parametrize(
    ("n_months", "n_series"), [(FOLLOWED, 50), (FOLLOWED + 5, 50), (40, 1)], ids=str
)
def test_too_few_vintages_say_so_and_nothing_else(n_months: int, n_series: int) -> None:
    known = triangle(n_months, n_series)
    lags = error_by_lag(known)
    assert lags["sd_log"].is_null().all()
    assert lags["basis"].unique().to_list() == [UNKNOWN]
    periods = error_by_period(known, lags)
    assert periods.height == n_months
    assert periods["sd_log"].is_null().all()


def test_a_reporter_of_whom_little_is_known_has_the_error_of_all() -> None:
    many = triangle(40, 20)
    few = triangle(40, 1, reporter="KAZ", sd=0.5).filter(pl.col("period") < month(3))
    lags = error_by_lag(pl.concat([many, few]))
    assert at(lags, 0, "KAZ")["basis"] == POOLED
    assert at(lags, 0, "CHN")["basis"] == OWN
    assert at(lags, 0, "KAZ")["values"] == 3


def test_a_reporters_own_error_is_pulled_towards_that_of_all() -> None:
    calm = triangle(40, 20, sd=0.01)
    wild = triangle(40, 20, reporter="KAZ", sd=0.2, seed=1)
    lags = error_by_lag(pl.concat([calm, wild]))
    low, high = (at(lags, 0, reporter)["sd_log"] for reporter in ("CHN", "KAZ"))
    assert 0.01 < low < 0.1 < high < 0.2


def test_what_was_out_before_anybody_looked_is_dated_by_the_usual_delay() -> None:
    """The first vintage holds three years at once: its months are no first releases."""
    known = triangle(60, 10, first=36)
    lags = error_by_lag(known)
    truth = error_by_lag(triangle(60, 10))
    for lag in (0, 3, 12):
        assert at(lags, lag)["sd_log"] == pytest.approx(at(truth, lag)["sd_log"], rel=0.35)
    periods = error_by_period(known, lags)
    assert periods["lag_months"].to_list() == list(range(60))[::-1]
    assert periods["sd_log"].to_list()[-1] == at(lags, 0)["sd_log"]
    assert periods["sd_log"].to_list()[0] == at(lags, LAGS)["sd_log"]


def test_two_vintages_of_old_months_say_nothing_of_new_ones(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    rows = tf.load_sample("china-russia-totals", backend="polars")
    other = rows.with_columns(pl.col("value_usd") * 1.003)
    for table, day in ((rows, date(2025, 1, 20)), (other, date(2026, 6, 20))):
        lake.merge(table, day, table.select(SCOPE).clear())
    lags = tf.revisions(tmp_path, what="lags", by="total", backend="polars")
    assert lags.filter(pl.col("sd_log").is_not_null()).is_empty()
    assert lags.filter(pl.col("values") > 0)["median_log"].to_list() == pytest.approx(
        [np.log(1.003)] * lags.filter(pl.col("values") > 0).height
    )


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of thirty monthly vintages of a small simulated world."""
    home = tmp_path_factory.mktemp("simulated")
    world = World(
        months=36,
        n_codes=12,
        partners=("RUS", "DEU"),
        hubs=(),
        rates=Rates(),
        releases=Releases(revision_sd=SD),
    )
    world_of = simulate(world, seed=1, backend="polars")
    for i in range(6, 37):
        flows = world_of.as_of(date(2017 + i // 12, i % 12 + 1, 25))
        Lake(home).merge(flows, date(2017 + i // 12, i % 12 + 1, 25), flows.select(SCOPE).clear())
    return home


@pytest.mark.parametrize("by", ["hs6", "family"])
def test_the_revisions_of_a_simulated_world_are_found(by: str, simulated: Path) -> None:
    lags = tf.revisions(simulated, what="lags", by=by, backend="polars")
    for lag in (0, 1, 3):
        left = SD * 0.5 ** (lag / HALF_LIFE)
        assert at(lags, lag)["sd_log"] == pytest.approx(left, rel=0.2)


def test_the_triangle_is_what_was_known(simulated: Path) -> None:
    known = vintages(Lake(simulated), source="SIMULATED", by="category", flow="export")
    for day in known["known_on"].unique().sort().to_list()[::8]:
        rows = tf.load_lake(simulated, as_of=day, backend="polars")
        panel = tf.panel(rows, by="category")
        cells = known.filter(known_on=day, reporter="CHN").sort("partner", "goods", "period")
        assert cells["value_usd"].sum() == pytest.approx(np.nansum(panel.values))
    assert known["known_on"].n_unique() == 31
    until = vintages(
        Lake(simulated), source="SIMULATED", by="total", flow="export", as_of=date(2018, 1, 1)
    )
    assert until.is_empty()  # no totals of all goods


def test_pandas_comes_back_and_points_in_time_hold(simulated: Path) -> None:
    periods = tf.revisions(simulated, what="periods", by="hs6", as_of="2018-09-30")
    assert type(periods).__module__.startswith("pandas")
    assert f"{periods['period'].max():%Y-%m}" == "2018-08"
    assert periods["lag_months"].min() == 0
    same = conform(tf.load_lake(simulated, as_of="2018-09-30", backend="polars"))
    assert same["period"].max() == date(2018, 8, 1)
