"""The lake: what is stated now, what was stated on any day, and nothing damaged believed."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tradeflow.errors import InputFileError
from tradeflow.schema import FLOW_SCHEMA, KEY, conform
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 1, 1)
ASKED = ["source", "freq", "reporter", "partner", "flow", "period", "hs6"]


def flows(cells: dict[tuple[int, str], float], release: str = "r1") -> pl.DataFrame:
    """Values by (month from 2021-11 on, code)."""
    rows = [
        {
            "period": date(2021 + (10 + month) // 12, (10 + month) % 12 + 1, 1),
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
            "release": release,
        }
        for (month, code), value in cells.items()
    ]
    schema = {name: kind for name, kind in FLOW_SCHEMA.items() if rows and name in rows[0]}
    frame = pl.DataFrame(rows, schema=schema) if rows else pl.DataFrame(schema=FLOW_SCHEMA)
    return conform(frame) if rows else frame


def scope(months: int, codes: list[str]) -> pl.DataFrame:
    return flows({(m, c): 1.0 for m in range(months) for c in codes}).select(ASKED)


def stated(lake: Lake, on: date | None = None) -> dict[tuple[date, str], float]:
    now = lake.scan().collect()
    if on is not None:
        past = lake.scan("history").filter(pl.col("known_to") > on).collect()
        now = pl.concat([now, past.drop("known_to")], how="diagonal").filter(
            pl.col("known_from") <= on
        )
    return {(p, c): v for p, c, v in now.select("period", "hs6", "value_usd").iter_rows()}


def by_day(cells: dict[tuple[int, str], float]) -> dict[tuple[date, str], float]:
    return {(p, c): v for p, c, v in flows(cells).select("period", "hs6", "value_usd").iter_rows()}


NOTHING = scope(0, [])


def test_added_revised_withdrawn(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    first = {(0, "848210"): 1.0, (1, "848210"): 2.0, (2, "848220"): 3.0}
    lake.merge(flows(first), DAY, NOTHING)
    later = {(0, "848210"): 1.0, (1, "848210"): 2.5, (3, "848210"): 4.0}
    changes = lake.merge(flows(later, "r2"), DAY + timedelta(9), scope(4, ["848210", "848220"]))
    assert [c.added.height for c in changes] == [0, 1]
    assert sum(c.revised.height for c in changes) == 1
    assert sum(c.withdrawn.height for c in changes) == 1
    assert stated(lake) == by_day(later)
    assert stated(lake, DAY + timedelta(8)) == by_day(first)
    assert stated(lake, DAY + timedelta(9)) == by_day(later)
    assert stated(lake, DAY - timedelta(1)) == {}


def test_what_nobody_asked_for_stays(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "848210"): 1.0, (0, "848220"): 2.0}), DAY, NOTHING)
    lake.merge(flows({(0, "848210"): 1.0}), DAY + timedelta(1), scope(1, ["848210"]))
    assert stated(lake) == by_day({(0, "848210"): 1.0, (0, "848220"): 2.0})


def test_an_unchanged_statement_keeps_its_release_and_day(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "848210"): 1.0}), DAY, NOTHING)
    path = next((tmp_path / "lake").rglob("*.parquet"))
    before = path.stat().st_mtime_ns
    lake.merge(flows({(0, "848210"): 1.0}, "r2"), DAY + timedelta(1), NOTHING)
    assert path.stat().st_mtime_ns == before
    row = lake.scan().collect().row(0, named=True)
    assert (row["release"], row["known_from"]) == ("r1", DAY)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.tuples(st.integers(0, 3), st.sampled_from(["848210", "848220"])),
            st.sampled_from([1.0, 2.0, 3.0]),
            max_size=6,
        ),
        min_size=1,
        max_size=5,
    ),
    st.integers(0, 4),
)
def test_every_day_is_remembered(
    tmp_path_factory: pytest.TempPathFactory, days: list[dict], twice: int
) -> None:
    """However deliveries change, and wherever one is taken in twice, each day reads as it was."""
    lake = Lake(tmp_path_factory.mktemp("lake"))
    whole = scope(4, ["848210", "848220"])
    for n, cells in enumerate(days):
        for _ in range(2 if n == twice else 1):
            lake.merge(flows(cells, f"r{n}"), DAY + timedelta(n), whole)
    for n, cells in enumerate(days):
        assert stated(lake, DAY + timedelta(n)) == by_day(cells)
    assert stated(lake) == by_day(days[-1])


def test_only_the_partition_of_a_new_month_is_written(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "848210"): 1.0, (2, "848210"): 2.0}), DAY, NOTHING)
    files = {p: p.stat().st_mtime_ns for p in (tmp_path / "lake").rglob("*.parquet")}
    lake.merge(flows({(5, "848210"): 1.0}), DAY + timedelta(1), NOTHING)
    changed = [p for p, at in files.items() if p.stat().st_mtime_ns != at]
    assert [p.parent.name for p in changed] == ["year=2022"]


def test_one_flipped_bit_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "848210"): 1.0}), DAY, NOTHING)
    path = next((tmp_path / "lake").rglob("*.parquet"))
    content = bytearray(path.read_bytes())
    content[random.Random(3).randrange(len(content))] ^= 1  # noqa: S311
    path.write_bytes(bytes(content))
    for use in (
        lambda: Lake(tmp_path).scan(),
        lambda: lake.merge(flows({(0, "848210"): 1.0}), DAY, NOTHING),
    ):
        with pytest.raises(InputFileError, match="damaged or foreign") as caught:
            use()
        assert str(path) in str(caught.value)


def test_a_file_that_nobody_wrote(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "848210"): 1.0}), DAY, NOTHING)
    foreign = lake.partition_path("lake", "UN Comtrade", "M", 1999)
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"x")
    with pytest.raises(InputFileError, match="nobody noted"):
        lake.scan()


def test_a_kill_between_file_and_note_is_no_damage(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "848210"): 1.0}), DAY, NOTHING)
    noted = lake.seals.path.read_bytes()
    lake.merge(flows({(0, "848210"): 2.0}), DAY + timedelta(1), NOTHING)
    path = next((tmp_path / "lake").rglob("*.parquet"))
    # what the notes say after the first of the two writes of `Seals.write`
    import hashlib
    import json

    notes = json.loads(noted)
    name = str(path.relative_to(tmp_path))
    notes[name] = {
        "sha256": [*notes[name]["sha256"], hashlib.sha256(path.read_bytes()).hexdigest()]
    }
    lake.seals.path.write_text(json.dumps(notes))
    assert Lake(tmp_path).scan().collect()["value_usd"].to_list() == [2.0]


def test_other_engines_read_it_as_it_is(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.merge(flows({(0, "010620"): 1.0, (3, "848210"): 2.0}), DAY, NOTHING)
    own = lake.scan().sort("period").collect()
    names = list(own.columns)
    place = tmp_path / "lake"
    duck = duckdb.sql(
        f"FROM read_parquet('{place}/*/*/*/*.parquet', hive_partitioning=true) ORDER BY period"
    ).pl()
    assert_frame_equal(duck.select(names), own)
    pandas = pd.read_parquet(place).sort_values("period")
    assert pandas["source"].astype(str).tolist() == ["UN Comtrade"] * 2
    assert pandas["hs6"].tolist() == ["010620", "848210"]
    assert set(KEY) <= set(pandas.columns)
