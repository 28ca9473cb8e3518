"""Two vintages of the totals: every revision is found, and each day reads as it was."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.flows.scope import SCOPE, file_scope
from tradeflow.jobs.intake import Intake, kept_files
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

WIDE = {"chn_to_rus_usd": "export", "rus_to_chn_usd": "import"}
FIRST, LATER = "2025-01-20", "2025-03-20"
Rows = dict[tuple[str, str], float | None]


def totals() -> Rows:
    rows = tf.load_sample("china-russia-totals", backend="polars")
    return {(f"{p}", f): v for p, f, v in rows.select("period", "flow", "value_usd").iter_rows()}


def write(path: Path, rows: Rows) -> Path:
    """Write the wide form; None is an empty cell."""
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["date", *WIDE])
        for month in sorted({month for month, _ in rows}):
            cells = [rows.get((month, flow)) for flow in WIDE.values()]
            out.writerow([month, *("" if cell is None else f"{cell:.0f}" for cell in cells)])
    return path


def known(home: Path, day: str | None) -> Rows:
    rows = tf.load_lake(home, as_of=day, backend="polars")
    return {(f"{p}", f): v for p, f, v in rows.select("period", "flow", "value_usd").iter_rows()}


def stated(rows: Rows) -> Rows:
    return {cell: value for cell, value in rows.items() if value is not None}


def go(home: Path) -> None:
    """Take the files in, as an update does before it looks at what they show."""
    intake = Intake(home, home, threshold=1.0)
    for answer in kept_files(home):
        intake.file(answer)


def vintages() -> tuple[Rows, Rows]:
    """Two vintages with a revision of every kind."""
    first, later = totals(), totals()
    first["2017-04-01", "export"] = None  # becomes a value
    for flow in WIDE.values():
        del first["2018-05-01", flow]  # appears
        del later["2020-02-01", flow]  # is withdrawn
        del first["2024-12-01", flow]  # a new month, no revision
    later["2022-11-01", "export"] += 1  # in the last digit
    later["2022-12-01", "import"] *= 1.0045
    later["2022-12-01", "import"] = round(later["2022-12-01", "import"])
    return first, later


EXPECTED = {
    ("2017-04-01", "export", "appeared"),
    ("2018-05-01", "export", "appeared"),
    ("2018-05-01", "import", "appeared"),
    ("2020-02-01", "export", "withdrawn"),
    ("2020-02-01", "import", "withdrawn"),
    ("2022-11-01", "export", "revised"),
    ("2022-12-01", "import", "revised"),
}


def found(home: Path, **options: object) -> set[tuple[str, str, str]]:
    rows = tf.revisions(home, backend="polars", **options)
    return {(f"{p}", f, k) for p, f, k in rows.select("period", "flow", "kind").iter_rows()}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("newest_first", [True, False])
def test_two_files_of_totals(*, together: bool, newest_first: bool, tmp_path: Path) -> None:
    first, later = vintages()
    files = [(write(tmp_path / "a.csv", first), FIRST), (write(tmp_path / "b.csv", later), LATER)]
    home = tmp_path / "home"
    for path, day in files[::-1] if newest_first else files:
        tf.ingest("comtrade", path, home=home, released=day)
        if not together:
            go(home)
    go(home)
    assert known(home, "2025-02-01") == known(home, FIRST) == stated(first)
    if together or not newest_first:  # an older vintage that comes later revives nothing
        assert known(home, LATER) == known(home, None) == stated(later)
        assert found(home) == EXPECTED
    rows = tf.revisions(home, source="UN Comtrade", backend="polars").filter(kind="revised")
    said = dict(rows.select("period", "change").iter_rows())
    export = first["2022-11-01", "export"]
    assert said[date(2022, 11, 1)] == pytest.approx(1 / export, rel=1e-6)
    assert said[date(2022, 12, 1)] == pytest.approx(0.0045, abs=1e-9)
    assert rows["revised_on"].unique().to_list() == [date(2025, 3, 20)]
    assert found(home, as_of="2025-02-01") == found(home, since="2025-03-21") == set()


def test_two_files_of_one_day_are_told_apart(tmp_path: Path) -> None:
    first, later = vintages()
    for name, rows in (("a.csv", first), ("b.csv", later)):
        tf.ingest("comtrade", write(tmp_path / name, rows), home=tmp_path / "home")
        go(tmp_path / "home")
    changed = found(tmp_path / "home")
    assert {cell for cell in EXPECTED if cell[2] != "appeared"} <= changed
    assert known(tmp_path / "home", None) == stated(later)


def test_two_revisions_of_one_day_each_have_a_row_and_lead_to_its_end(tmp_path: Path) -> None:
    cell = ("2022-11-01", "export")
    first = {cell: 100.0}
    for name, value, day in (("a", 100.0, FIRST), ("b", 150.0, LATER), ("c", 200.0, LATER)):
        file = write(tmp_path / f"{name}.csv", first | {cell: value})
        tf.ingest("comtrade", file, home=tmp_path / "home", released=day)
        go(tmp_path / "home")
    rows = tf.revisions(tmp_path / "home", backend="polars")
    said = rows.select("known_from", "value_before", "value_after").rows()
    days = date.fromisoformat(FIRST), date.fromisoformat(LATER)
    assert said == [(days[0], 100.0, 200.0), (days[1], 150.0, 200.0)]


def test_the_same_vintage_again_on_a_later_day_is_a_release_of_its_own(tmp_path: Path) -> None:
    first, later = vintages()
    a, b = write(tmp_path / "a.csv", first), write(tmp_path / "b.csv", later)
    for path, day in ((a, FIRST), (b, LATER), (a, "2025-05-20")):
        tf.ingest("comtrade", path, home=tmp_path / "home", released=day)
    go(tmp_path / "home")
    cell = ("2022-11-01", "export")
    values = [known(tmp_path / "home", d)[cell] for d in (FIRST, LATER, "2025-05-20")]
    assert values == [first[cell], later[cell], first[cell]]


@pytest.mark.parametrize(
    ("day", "said"), [("2999-01-01", "still to come"), ("20th of May", "cannot be read")]
)
def test_a_day_that_no_release_has(day: str, said: str, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", totals())
    with pytest.raises(UsageError, match=said):
        tf.ingest("comtrade", path, home=tmp_path / "home", released=day)
    assert not (tmp_path / "home").exists()


def test_a_file_ingested_without_a_day_is_known_from_its_ingest(tmp_path: Path) -> None:
    tf.ingest("comtrade", write(tmp_path / "a.csv", totals()), home=tmp_path / "home")
    go(tmp_path / "home")
    days = Lake(tmp_path / "home").scan().collect()["known_from"].unique().to_list()
    assert days == [datetime.now(UTC).date()]


def test_totals_speak_for_their_span_and_goods_for_nothing() -> None:
    rows = tf.load_sample("china-russia-totals", backend="polars")
    gap = rows.filter(pl.col("period") != date(2020, 2, 1))
    asked = file_scope(gap)
    assert asked.columns == list(SCOPE)
    assert asked.height == rows.height
    assert asked.filter(period=date(2020, 2, 1)).height == 2
    assert file_scope(tf.load_sample("china-russia-annual", backend="polars")).is_empty()


def test_a_source_that_the_lake_does_not_hold(tmp_path: Path) -> None:
    tf.ingest("comtrade", write(tmp_path / "a.csv", totals()), home=tmp_path / "home")
    go(tmp_path / "home")
    with pytest.raises(UnknownNameError, match="UN Comtrade"):
        tf.revisions(tmp_path / "home", what="lags", source="UN Comtrad")
    with pytest.raises(UsageError, match="no months"):
        tf.revisions(tmp_path / "nowhere", what="periods")
    with pytest.raises(UnknownNameError, match="cells"):
        tf.revisions(tmp_path / "home", what="cell")
