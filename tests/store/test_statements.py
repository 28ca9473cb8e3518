"""Deliveries that come late: a vintage found in a drawer takes its own place in time."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeflow.errors import InputFileError
from tradeflow.flows.queries import known_on
from tradeflow.schema import FLOW_SCHEMA, conform
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 1, 1)
CODES = ("848210", "848220", "854231")
ASKED = ["source", "freq", "reporter", "partner", "flow", "period", "hs6"]


def flows(values: dict[str, float]) -> pl.DataFrame:
    rows = [
        {
            "period": date(2021, 11, 1),
            "freq": "M",
            "reporter": "CHN",
            "partner": "RUS",
            "flow": "export",
            "edition": "HS2017",
            "hs6": code,
            "value_usd": value,
            "valuation": "FOB",
            "status": "reported",
            "source": "UN Comtrade",
            "release": "r",
        }
        for code, value in values.items()
    ]
    return conform(pl.DataFrame(rows)) if rows else pl.DataFrame(schema=FLOW_SCHEMA)


def on(lake: Lake, day: date) -> dict[str, float]:
    known = known_on(lake.scan(), lake.scan("history"), day).select("hs6", "value_usd").collect()
    assert known["hs6"].is_unique().all()
    return dict(known.iter_rows())


def nothing() -> pl.DataFrame:
    return flows({}).select(ASKED)


@settings(max_examples=25)
@given(
    st.lists(st.sets(st.sampled_from(CODES), min_size=1), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_vintages_come_is_irrelevant(
    tmp_path_factory: pytest.TempPathFactory, days: list[set[str]], chance: object
) -> None:
    """Every vintage states another value, so that none repeats an earlier one unseen."""
    deliveries = [(n, flows(dict.fromkeys(codes, 1.0 + n))) for n, codes in enumerate(days)]
    lake = Lake(tmp_path_factory.mktemp("lake"))
    shuffled = chance.sample(deliveries, len(deliveries))
    for n, table in [*shuffled, shuffled[0]]:
        lake.merge(table, DAY + timedelta(n), nothing())
    expected: dict[str, float] = {}
    for n, codes in enumerate(days):
        expected |= dict.fromkeys(codes, 1.0 + n)
        assert on(lake, DAY + timedelta(n)) == expected
    assert dict(lake.scan().select("hs6", "value_usd").collect().iter_rows()) == expected


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_two_that_say_the_same_one_after_the_other_are_one(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    lake = Lake(tmp_path)
    for n in order:
        lake.merge(flows({"848210": (1.0, 2.0, 2.0)[n]}), DAY + timedelta(n), nothing())
    now, past = lake.scan().collect(), lake.scan("history").collect()
    assert now.select("value_usd", "known_from").rows() == [(2.0, DAY + timedelta(1))]
    assert past.select("value_usd", "known_from", "known_to").rows() == [
        (1.0, DAY, DAY + timedelta(1))
    ]


def test_an_older_vintage_withdraws_only_until_the_cell_is_stated_again(tmp_path: Path) -> None:
    lake, whole = Lake(tmp_path), flows(dict.fromkeys(CODES, 1.0)).select(ASKED)
    lake.merge(flows({"848210": 1.0}), DAY, nothing())
    lake.merge(flows({"848210": 3.0}), DAY + timedelta(20), nothing())
    (change,) = lake.merge(flows({}), DAY + timedelta(10), whole)
    assert (change.added.height, change.revised.height, change.withdrawn.height) == (0, 0, 1)
    assert [on(lake, DAY + timedelta(n)) for n in (9, 10, 19, 20)] == [
        {"848210": 1.0},
        {},
        {},
        {"848210": 3.0},
    ]


def test_what_was_replaced_on_its_own_day_is_remembered_and_held_on_no_day(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for value in (1.0, 2.0, 2.0):
        lake.merge(flows({"848210": value}), DAY, nothing())
    assert on(lake, DAY) == {"848210": 2.0}
    past = lake.scan("history").select("value_usd", "known_from", "known_to").collect()
    assert past.rows() == [(1.0, DAY, DAY)]


@pytest.mark.parametrize("room", ["lake", "history"])
def test_a_file_that_is_gone_is_no_empty_year(room: str, tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for n in (0, 1):
        lake.merge(flows({"848210": 1.0 + n}), DAY + timedelta(n), nothing())
    path = lake.partition_path(room, "UN Comtrade", "M", 2021)
    path.unlink()
    for use in (
        lambda: Lake(tmp_path).scan(room),
        lambda: Lake(tmp_path).merge(flows({"848210": 9.0}), DAY + timedelta(2), nothing()),
    ):
        with pytest.raises(InputFileError, match=r"written and is gone.*--rebuild") as caught:
            use()
        assert str(path) in str(caught.value)
