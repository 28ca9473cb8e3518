"""Queries over the lake: right, the same in every engine, and honest about what they add."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sample_lake import FIRST, LATER, QUERIES, files, make_lake

import tradeflow as tf
from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.flows.lake import load_lake
from tradeflow.flows.queries import category_months, code_months, known_on, partner_shares
from tradeflow.nomenclature.tables import table
from tradeflow.schema import conform
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

ROUNDING = 1e-12  # the engines add in different orders
CELL = ["reporter", "partner", "category", "period"]
BY_HAND = """
    WITH said AS (
        FROM lake UNION ALL BY NAME
        SELECT * EXCLUDE known_to FROM history WHERE known_to > $day)
    SELECT source, freq, partner, flow, category, period,
           sum(value_usd) AS value_usd, count(*) AS rows
    FROM said JOIN members USING (edition, hs6)
    WHERE known_from <= $day GROUP BY ALL"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lake(tmp_path_factory.mktemp("home"))


def with_polars(folder: Path, room: str = "lake") -> pl.LazyFrame:
    return pl.scan_parquet(files(folder, room), hive_partitioning=True)


def with_duckdb(
    folder: Path, room: str = "lake", connection: duckdb.DuckDBPyConnection | None = None
) -> duckdb.DuckDBPyRelation:
    return (connection or duckdb).read_parquet(files(folder, room), hive_partitioning=True)


@pytest.mark.parametrize("name", QUERIES)
def test_polars_and_duckdb_agree(folder: Path, name: str) -> None:
    connection = duckdb.connect()
    ours = QUERIES[name](with_polars(folder))
    theirs = QUERIES[name](with_duckdb(folder, connection=connection))
    assert isinstance(ours, pl.LazyFrame)
    assert isinstance(theirs, duckdb.DuckDBPyRelation)
    found = ours.collect(engine="streaming")
    assert found.height > 10
    assert_frame_equal(found, theirs.pl(), check_row_order=False, rel_tol=ROUNDING)


@pytest.mark.parametrize("sample", ["china-russia-annual", "eu-high-priority-monthly"])
def test_a_panel_by_category_holds_the_same_sums(sample: str) -> None:
    flows = tf.load_sample(sample, backend="polars")
    panel = tf.panel(flows, by="category")
    place = panel.keys.with_row_index("row").join(
        pl.DataFrame({"period": panel.periods}).with_row_index("column"), how="cross"
    )
    at = place["row"].to_numpy(), place["column"].to_numpy()
    cells = place.with_columns(value=panel.values[at], kg=panel.net_kg[at])
    plain = flows.lazy().with_columns(pl.col("freq", "flow", "edition").cast(pl.String))
    sums = category_months(plain).collect()
    both = sums.join(cells, on=CELL, how="left")
    np.testing.assert_allclose(both["value"], both["value_usd"], rtol=ROUNDING)
    unlisted = cells.join(sums, on=CELL, how="anti")["value"]
    assert (unlisted.is_nan() | (unlisted == 0)).all()
    weighed = both.filter(pl.col("rows_without_kg") == 0)
    np.testing.assert_allclose(weighed["kg"], weighed["net_kg"], rtol=ROUNDING)
    assert both.filter(pl.col("rows_without_kg") > 0)["kg"].is_nan().all()


@pytest.mark.parametrize("name", ["now", "then"])
def test_a_query_by_hand_finds_the_same(folder: Path, name: str) -> None:
    day = LATER if name == "now" else LATER - timedelta(days=1)
    rows = known_on(with_polars(folder), with_polars(folder, "history"), day)
    ours = category_months(rows, together=["reporter"]).collect()
    connection = duckdb.connect()
    with_duckdb(folder, connection=connection).create_view("lake")
    with_duckdb(folder, "history", connection).create_view("history")
    connection.register("members", table("members").drop("source").to_arrow())
    hand = connection.sql(BY_HAND, params={"day": day}).pl()
    assert_frame_equal(ours.select(hand.columns), hand, check_row_order=False, rel_tol=ROUNDING)


def test_known_on_is_what_was_loaded_on_that_day(folder: Path) -> None:
    then = LATER - timedelta(days=1)
    loaded = load_lake(folder, as_of=then, source="BACI", backend="polars")
    rows = known_on(with_duckdb(folder), with_duckdb(folder, "history"), then)
    assert loaded["value_usd"].sum() == pytest.approx(
        rows.filter("source = 'BACI'").pl()["value_usd"].sum(), rel=ROUNDING
    )
    before = known_on(with_polars(folder), with_polars(folder, "history"), FIRST - timedelta(1))
    assert before.collect().is_empty()


def few(tmp_path: Path, *rows: dict[str, Any]) -> pl.LazyFrame:
    """A lake of a few rows, exports of ball bearings to Russia unless they say otherwise."""
    same = {
        "period": date(2023, 1, 1),
        "freq": "M",
        "reporter": "CHN",
        "partner": "RUS",
        "flow": "export",
        "edition": "HS2022",
        "hs6": "848210",
        "valuation": "FOB",
        "status": "reported",
        "source": "made up",
        "release": "r1",
    }
    parts = [conform(pl.DataFrame([same | {"value_usd": 1.0} | row])) for row in rows]
    flows = pl.concat(parts)
    Lake(tmp_path).merge(
        flows, FIRST, flows.select("source", "freq", *CELL[:2], "flow", "period", "hs6").clear()
    )
    return with_polars(tmp_path)


def test_flows_are_not_added_and_the_world_is_no_partner(tmp_path: Path) -> None:
    lake = few(
        tmp_path,
        {"value_usd": 2.0},
        {"flow": "re_export", "value_usd": 1.0},
        {"partner": "KAZ", "value_usd": 6.0},
        {"partner": "W00", "value_usd": 8.0},
    )
    sums = category_months(lake, together=["partner"]).collect()
    assert dict(sums.select("flow", "value_usd").iter_rows()) == {"export": 8.0, "re_export": 1.0}
    shares = partner_shares(lake).filter(pl.col("flow") == "export").collect()
    assert dict(shares.select("partner", "share").iter_rows()) == {"RUS": 0.25, "KAZ": 0.75}


def test_a_code_in_two_categories_counts_in_both(tmp_path: Path) -> None:
    old = {"edition": "HS2017", "hs6": "852580", "period": date(2020, 1, 1)}
    sums = category_months(few(tmp_path, old)).collect()
    held = table("members").filter((pl.col("edition") == "HS2017") & (pl.col("hs6") == "852580"))
    assert held.height == 2
    assert sums["category"].sort().to_list() == held["category"].sort().to_list()
    assert sums["value_usd"].to_list() == [1.0, 1.0]


def test_headings_and_unlisted_editions_are_left_out(tmp_path: Path) -> None:
    lake = few(tmp_path, {"hs6": "8482"}, {"hs6": "TOTAL"}, {"edition": "HS2007", "hs6": "848220"})
    assert category_months(lake).collect().is_empty()


def test_weights_that_are_missing_are_counted(tmp_path: Path) -> None:
    lake = few(
        tmp_path,
        {"national_code": "84821010", "net_kg": 5.0},
        {"national_code": "84821090", "net_kg": None},
        {"partner": "KAZ", "net_kg": None},
    )
    rows = code_months(lake, codes=["848210"]).sort("partner").collect()
    assert rows["net_kg"].to_list() == [None, 5.0]
    assert rows["rows"].to_list() == [1, 2]
    assert rows["rows_without_kg"].to_list() == [1, 1]


@pytest.mark.parametrize(
    ("part", "mixed"),
    [({"national_code": "84821010"}, 1), ({"region": "Heihe"}, 1), ({"regime": "10"}, 1)],
)
def test_a_total_beside_its_parts_is_counted(
    tmp_path: Path, part: dict[str, str], mixed: int
) -> None:
    both = category_months(few(tmp_path, {}, part)).collect()
    assert both["mixed_cells"].to_list() == [mixed]
    apart = few(tmp_path / "apart", {}, part | {"partner": "KAZ"})
    assert category_months(apart, together=["partner"]).collect()["mixed_cells"].to_list() == [0]


def test_what_cannot_be_asked(folder: Path) -> None:
    with pytest.raises(UsageError, match="got DataFrame"):
        category_months(pl.DataFrame())
    with pytest.raises(UsageError, match=r"lacks .*partner.*hive"):
        category_months(pl.LazyFrame({"value_usd": [1.0]}))
    with pytest.raises(UnknownNameError, match="reporter, partner"):
        category_months(with_polars(folder), together=["partners"])  # type: ignore[list-item]
