"""What was asked and what the source said decide what an absent cell means."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import tradeflow as tf
from tradeflow.nomenclature.categories import members
from tradeflow.panel.states import State
from tradeflow.schema import conform
from tradeflow.sources.parsed import COVERAGE_SCHEMA
from tradeflow.sources.registry import SOURCES
from tradeflow.store.calendar import Calendar

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = [date(2021, 11, 1), date(2021, 12, 1), date(2022, 1, 1), date(2022, 2, 1)]
ZERO, LATE, UNKNOWN, REPORTED = (
    State.ZERO,
    State.NOT_RELEASED,
    State.WITHHELD,
    State.REPORTED,
)
LISTS_ALL = sorted(n for n, s in SOURCES.items() if s.complete or s.zero_if_asked)
SILENT = sorted(SOURCES.keys() - set(LISTS_ALL))


def flows(
    source: str, *, partner: str = "RUS", codes: tuple[str, ...] = ("848210",)
) -> pl.DataFrame:
    """One code with trade in every month; the others in the first one alone."""
    cells = [(m, c) for i, c in enumerate(codes) for m in (MONTHS if i == 0 else MONTHS[:1])]
    rows = pl.DataFrame(cells, schema=["period", "hs6"], orient="row")
    editions = [tf.edition_of("CHN", p) for p in rows["period"]]
    return conform(
        rows.with_columns(edition=pl.Series(editions)),
        freq="M",
        reporter="CHN",
        partner=partner,
        flow="export",
        value_usd=1.0,
        valuation="FOB",
        status="reported",
        source=source,
        release="r",
    )


def calendar(
    home: Path, source: str, goods: dict[str, list[str]], *, partner: str = "RUS"
) -> pl.DataFrame:
    """States by goods, month after month; an empty word was not asked."""
    for name, states in goods.items():
        rows = [
            ("CHN", partner, "export", month, state, "")
            for month, state in zip(MONTHS, states, strict=True)
            if state
        ]
        coverage = pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")
        day = date(2022, 5, 1)
        Calendar(home).merge(coverage, source=source, freq="M", goods=name, known=day)
    calendar = tf.release_calendar(home, backend="polars")
    assert isinstance(calendar, pl.DataFrame)
    return calendar


def states(table: pl.DataFrame, code: str, told: pl.DataFrame | None = None) -> list[State]:
    found = tf.panel(table, by="hs6", calendar=told)
    return [State(s) for s in found.state[found.keys["hs6"].to_list().index(code)]]


OUT = ["reported"] * 4


@pytest.mark.parametrize("source", LISTS_ALL)
def test_asked_released_and_not_listed_is_zero(source: str, tmp_path: Path) -> None:
    table = flows(source, codes=("848210", "848220"))
    told = calendar(
        tmp_path, source, {"848210,848220": ["reported", "reported", "zero", "reported"]}
    )
    assert states(table, "848220", told) == [REPORTED, ZERO, ZERO, ZERO]
    panel = tf.panel(table, by="hs6", calendar=told)
    assert panel.values.tolist() == [[1, 1, 1, 1], [1, 0, 0, 0]]


@pytest.mark.parametrize("source", SILENT)
def test_a_source_that_leaves_cells_out_is_believed_only_when_it_says_zero(
    source: str, tmp_path: Path
) -> None:
    table = flows(source, codes=("848210", "848220"))
    told = calendar(
        tmp_path, source, {"848210,848220": ["reported", "reported", "zero", "unknown"]}
    )
    assert states(table, "848220", told) == [REPORTED, UNKNOWN, ZERO, UNKNOWN]


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_month_in_which_nobody_asked_is_not_known(source: str, tmp_path: Path) -> None:
    """Another question had rows in every month, so that the month itself is released."""
    table = flows(source, codes=("848210", "848220"))
    told = calendar(tmp_path, source, {"848210": OUT, "848220": ["reported", "", "", "reported"]})
    last = ZERO if source in LISTS_ALL else UNKNOWN
    assert states(table, "848220", told) == [REPORTED, UNKNOWN, UNKNOWN, last]


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_a_late_question_is_late_though_another_is_out(source: str, tmp_path: Path) -> None:
    table = flows(source, codes=("848210", "848220"))
    late = ["reported", "zero", "not released", "not released"]
    told = calendar(tmp_path, source, {"848210": OUT, "848220": late})
    assert states(table, "848220", told) == [REPORTED, ZERO, LATE, LATE]
    panel = tf.panel(table, by="hs6", calendar=told)
    assert np.isnan(panel.values[1, 2:]).all()


@pytest.mark.parametrize("source", sorted(SOURCES))
def test_what_nobody_ever_asked_for_goes_by_the_source(source: str, tmp_path: Path) -> None:
    table = flows(source, codes=("848210", "848220"))
    other = calendar(tmp_path, source, {"848210": OUT})
    elsewhere = calendar(tmp_path / "kaz", source, {"848220": OUT}, partner="KAZ")
    quiet = ZERO if SOURCES[source].complete else UNKNOWN
    for told in (None, other, elsewhere):
        assert states(table, "848220", told) == [REPORTED, quiet, quiet, quiet]


def test_a_month_after_the_last_row_is_late_or_zero_as_the_source_says(tmp_path: Path) -> None:
    table = flows("UN Comtrade").filter(pl.col("period") < MONTHS[2])
    told = calendar(
        tmp_path, "UN Comtrade", {"848210": ["reported", "reported", "zero", "not released"]}
    )
    assert states(table, "848210", told) == [REPORTED, REPORTED, ZERO, LATE]


@pytest.mark.parametrize(("goods", "later"), [("uav_parts", ZERO), ("880330", UNKNOWN)])
def test_a_renumbered_code_is_asked_for_under_the_number_of_its_time(
    goods: str, later: State, tmp_path: Path
) -> None:
    """Parts of aircraft, 8803.30, are 8807.30 from 2022 on; a category is asked for in both."""
    table = pl.concat(
        [flows("UN Comtrade"), flows("UN Comtrade", codes=("880330",))[:1]],
    )
    told = calendar(tmp_path, "UN Comtrade", {goods: OUT, "848210": OUT})
    assert states(table, "880730", told) == [REPORTED, ZERO, later, later]


def test_a_sum_with_a_late_member_is_late_and_no_fall(tmp_path: Path) -> None:
    codes = tuple(sorted(members("bearings", edition="HS2017")["hs6"])[:2])
    table = flows("UN Comtrade", codes=codes)
    late = ["reported", "reported", "reported", "not released"]
    told = calendar(tmp_path, "UN Comtrade", {codes[0]: OUT, codes[1]: late})
    panel = tf.panel(table, by="category", calendar=told)
    assert panel.state[0].tolist() == [REPORTED, REPORTED, REPORTED, LATE]
