"""The monthly run against a source that lives: it revises, is late, withdraws, and goes silent."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from fake_comtrade import FakeComtrade
from killing import content
from loopback import Reply, StepClock

import tradeflow as tf
from tradeflow.errors import OutputError, UsageError
from tradeflow.flows.scope import file_scope
from tradeflow.jobs.settings import Order, Settings
from tradeflow.jobs.update import update
from tradeflow.sources.http.patience import Patience
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopback import Request

    from tradeflow.jobs.manifest import Manifest

QUESTION = {"category": "jammers", "since": "2022-01", "until": "2022-06"}
NOVEMBER, DECEMBER = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 12, 20, tzinfo=UTC)


class Living(FakeComtrade):
    """Comtrade with edits: factors by month and code; None takes the row away."""

    def __init__(self) -> None:
        super().__init__()
        self.edits: dict[tuple[str, str], float | None] = {}
        self.edited_on = "2026-12-01T00:00:00"

    def dataset(self, reporter: int, freq: str, period: str) -> dict:
        row = super().dataset(reporter, freq, period)
        if any(period == month for month, _ in self.edits):
            row |= {"lastReleased": self.edited_on, "datasetChecksum": 7}
        return row

    def cell(self, cell: object, *, classic: bool) -> Iterator[dict]:
        for row in super().cell(cell, classic=classic):
            factor = self.edits.get((row["period"], row["cmdCode"]), 1.0)
            if factor is not None:
                changed = row["primaryValue"] * factor
                yield {**row, "primaryValue": changed, "fobvalue": changed}


def go(home: Path, fake: FakeComtrade, at: datetime, **more: object) -> Manifest:
    orders = (Order("comtrade", QUESTION),)
    chosen = Settings(home=str(home), samples=False, report=False, fetch=orders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADEFLOW_COMTRADE_URL", fake.url)
        patch.setattr("tradeflow.jobs.analyse._draw", lambda *_: None)  # figures have their tests
        return update(chosen, clock=StepClock(at), patience=Patience(attempts=2), **more)


def page(home: Path, manifest: Manifest) -> str:
    return (home / "runs" / manifest.run / "diff.md").read_text()


def values(home: Path, as_of: str | None = None) -> dict[tuple[str, str], float]:
    rows = tf.load_lake(home, as_of=as_of, backend="polars")
    return {(f"{p:%Y%m}", c): v for p, c, v in rows.select("period", "hs6", "value_usd").rows()}


@pytest.fixture
def living() -> Iterator[Living]:
    with Living() as fake:
        yield fake


def test_a_second_run_does_nothing_and_asks_nothing(living: Living, tmp_path: Path) -> None:
    first = go(tmp_path, living, NOVEMBER)
    assert (first.exit, first.changed) == (0, True)
    assert [t["added"] for t in first.taken] == [len(values(tmp_path))]
    before, asked = content(tmp_path), len(living.requests)
    second = go(tmp_path, living, NOVEMBER)
    assert (second.exit, second.changed, second.taken) == (0, False, [])
    assert len(living.requests) == asked
    assert content(tmp_path) == before


def test_a_revision_is_found_named_and_undone_by_as_of(living: Living, tmp_path: Path) -> None:
    go(tmp_path, living, NOVEMBER)
    was = values(tmp_path)
    (month, code), value = next(iter(was.items()))
    living.edits = {(month, code): 1.5}
    asked = len(living.requests)
    later = go(tmp_path, living, DECEMBER)
    assert len(living.requests) == asked + 2  # what is out, and the one month that changed
    assert [(t["added"], t["revised"]) for t in later.taken] == [(0, 1)]
    assert f"{value:,.0f} → {1.5 * value:,.0f} USD (+50%)" in page(tmp_path, later)
    assert values(tmp_path)[month, code] == pytest.approx(1.5 * value)
    assert values(tmp_path, "2026-12-19") == was
    (row,) = tf.revisions(tmp_path, backend="polars").to_dicts()
    assert (row["hs6"], row["change"]) == (code, pytest.approx(0.5))
    assert row["lag"] > 1000


def test_a_release_that_shrinks_is_named_and_remembered(living: Living, tmp_path: Path) -> None:
    go(tmp_path, living, NOVEMBER)
    was = values(tmp_path)
    month = min(was)[0]
    living.edits = {cell: None for cell in was if cell[0] == month}
    later = go(tmp_path, living, DECEMBER)
    assert later.taken[0]["withdrawn"] == len(living.edits)
    assert "withdrawn USD" in page(tmp_path, later)
    assert values(tmp_path) == {cell: v for cell, v in was.items() if cell[0] != month}
    assert values(tmp_path, "2026-12-01") == was


def test_a_source_that_withdraws_everything_is_named_and_as_of_remembers(
    living: Living, tmp_path: Path
) -> None:
    go(tmp_path, living, NOVEMBER)
    was = values(tmp_path)
    living.edits = dict.fromkeys(was)
    later = go(tmp_path, living, DECEMBER)
    assert [(t["added"], t["withdrawn"]) for t in later.taken] == [(0, len(was))]
    said = page(tmp_path, later)
    assert "withdrawn USD" in said
    assert "## Not analysed\n\n- UN Comtrade, monthly: Its source states nothing any more" in said
    assert values(tmp_path, "2026-12-01") == was
    states = tf.release_calendar(tmp_path, backend="polars")
    assert states["source"].unique().to_list() == ["UN Comtrade"]
    with pytest.raises(UsageError, match=r"nothing is stated any more; .* as_of="):
        values(tmp_path)
    living.edits, living.edited_on = dict.fromkeys(was, 1.0), "2027-01-05T00:00:00"
    go(tmp_path, living, DECEMBER.replace(year=2027, month=2))
    assert values(tmp_path) == was


def test_a_source_that_withdraws_months_loses_us_nothing(living: Living, tmp_path: Path) -> None:
    go(tmp_path, living, NOVEMBER)
    was = values(tmp_path)
    living.last[156] = "202203"
    later = go(tmp_path, living, DECEMBER)
    assert later.exit == 75
    assert "has no more\n\n- UN Comtrade: CHN to RUS, export, jammers: 2022-04 to 2022-06" in page(
        tmp_path, later
    )
    assert values(tmp_path) == was


def test_a_late_month_is_late_and_no_fall(living: Living, tmp_path: Path) -> None:
    living.last[156] = "202205"
    first = go(tmp_path, living, NOVEMBER)
    assert first.exit == 75
    assert (
        "Periods not released yet\n\n- UN Comtrade: CHN to RUS, export, jammers: 2022-06"
        in page(tmp_path, first)
    )
    calendar = tf.release_calendar(tmp_path)
    panel = tf.panel(tf.load_lake(tmp_path), by="category", measure="value_usd", calendar=calendar)
    assert f"{panel.periods[-1]:%Y-%m}" == "2022-06"
    assert panel.counts()["NOT_RELEASED"] == len(panel.keys)
    living.last[156] = "202412"
    then = go(tmp_path, living, DECEMBER)
    assert then.exit == 0
    assert "arrived\n\n- UN Comtrade: CHN to RUS, export, jammers: 2022-06" in page(tmp_path, then)


def test_a_source_that_goes_silent_ends_75_and_the_rest_is_done(
    living: Living, tmp_path: Path
) -> None:
    go(tmp_path, living, NOVEMBER)
    was = content(tmp_path)
    living.fault_of = lambda _: "500"
    silent = go(tmp_path, living, DECEMBER)
    assert (silent.exit, silent.changed) == (75, False)
    assert "**comtrade** (jammers)" in page(tmp_path, silent)
    assert content(tmp_path) == was
    living.fault_of = lambda _: None
    assert go(tmp_path, living, DECEMBER).exit == 0


def test_a_source_that_changes_its_fields_is_named_and_breaks_nothing(
    living: Living, tmp_path: Path
) -> None:
    class Renamed(Living):
        def reply(self, request: Request) -> Reply:
            reply = super().reply(request)
            return Reply(reply.body.replace(b'"primaryValue"', b'"tradeValue"'), gzipped=True)

    go(tmp_path, living, NOVEMBER)
    was = content(tmp_path)
    with Renamed() as renamed:
        renamed.edits = {(min(values(tmp_path))[0], "854370"): 2.0}
        changed = go(tmp_path, renamed, DECEMBER)
    assert "gone: 'primaryValue'; new: 'tradeValue'" in page(tmp_path, changed)
    assert content(tmp_path) == was


def test_a_clock_set_back_is_named_and_loses_nothing(living: Living, tmp_path: Path) -> None:
    first = go(tmp_path, living, DECEMBER)
    assert go(tmp_path, living, NOVEMBER).changed is False
    was = values(tmp_path)
    cell = next(iter(was))
    living.edits, living.edited_on = {cell: 1.5}, "2026-11-19T00:00:00"
    living.last[156] = "202412"
    for path in (tmp_path / "releases/comtrade").rglob("*.json"):
        path.unlink()  # so that everything is asked again, under the clock that was set back
    later = go(tmp_path, living, NOVEMBER)
    assert [t["revised"] for t in later.taken] == [1]
    assert "Was the clock set back?" in page(tmp_path, later)
    assert later.run > first.run
    assert values(tmp_path)[cell] == pytest.approx(1.5 * was[cell])


def test_offline_uses_what_is_held(living: Living, tmp_path: Path) -> None:
    go(tmp_path, living, NOVEMBER)
    was, asked = content(tmp_path), len(living.requests)
    for room in ("lake", "history", "calendar", "results"):
        for path in sorted((tmp_path / room).rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    rebuilt = go(tmp_path, living, DECEMBER, offline=True)
    assert rebuilt.exit == 75
    assert len(living.requests) == asked
    assert content(tmp_path) == was


def test_what_a_killed_run_changed_is_told_by_the_next(
    living: Living, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(tmp_path, living, NOVEMBER)
    (month, code), value = next(iter(values(tmp_path).items()))
    living.edits = {(month, code): 1.5}
    with monkeypatch.context() as patch:
        patch.setattr("tradeflow.jobs.update.analyse", _killed)
        with pytest.raises(KeyboardInterrupt):
            go(tmp_path, living, DECEMBER)
    later = go(tmp_path, living, DECEMBER)
    assert [(t["added"], t["revised"]) for t in later.taken] == [(0, 1)]
    assert f"{value:,.0f} → {1.5 * value:,.0f} USD (+50%)" in page(tmp_path, later)
    assert go(tmp_path, living, DECEMBER).taken == []


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


def test_the_manifest_says_what_a_run_rests_on(living: Living, tmp_path: Path) -> None:
    manifest = go(tmp_path, living, NOVEMBER)
    path = tmp_path / "runs" / manifest.run / "manifest.json"
    said = json.loads(path.read_text())
    assert said["code"] == tf.__version__
    assert all(said[name] for name in ("map_version", "settings", "inputs"))
    held = {p.name for p in (tmp_path / "releases").rglob("*") if p.suffix == ""}
    assert set(said["taken"][0]["releases"]) <= held
    assert said["analyses"][0]["states"]["REPORTED"] > 0


def test_ingested_files_come_into_the_lake_once(tmp_path: Path) -> None:
    file = Path(__file__).parents[1] / "fixtures/gacc/hs4_by_partner_2024_01.csv"
    tf.ingest("gacc", file, flow="export", home=tmp_path)
    chosen = Settings(home=str(tmp_path), samples=False, fetch=())
    first = update(chosen, offline=True, clock=StepClock(DECEMBER))
    assert [t["added"] for t in first.taken] == [12]
    assert update(chosen, offline=True, clock=StepClock(DECEMBER)).taken == []
    rows = tf.load_lake(tmp_path, backend="polars")
    assert rows["source"].unique().to_list() == ["GACC"]
    assert rows.filter(pl.col("hs6") == "8703").height == 12


def test_half_an_answer_is_not_taken_in_and_never_looks_like_a_fall(
    living: Living, tmp_path: Path
) -> None:
    living.last[156] = "202205"
    go(tmp_path, living, NOVEMBER)
    was = values(tmp_path)
    living.last[156], living.edits = "202412", {min(was): 1.5}
    first = len(living.requests) + 1
    living.fault_of = lambda number: "500" if number > first else None
    torn = go(tmp_path, living, DECEMBER)
    assert (torn.exit, torn.taken, torn.arrived) == (75, [], [])
    assert "the lake keeps what it had" in page(tmp_path, torn)
    assert values(tmp_path) == was
    held = go(tmp_path, living, DECEMBER, offline=True)
    assert "2 more are missing or outdated" in page(tmp_path, held)
    assert values(tmp_path) == was
    living.fault_of = lambda _: None
    whole = go(tmp_path, living, DECEMBER)
    assert (whole.exit, [t["revised"] for t in whole.taken]) == (0, [1])
    assert {f"{row['period']}" for row in whole.arrived} == {"2022-06-01"}


def test_answers_kept_under_a_clock_that_ran_ahead_do_not_silence_later_ones(
    living: Living, tmp_path: Path
) -> None:
    go(tmp_path, living, NOVEMBER)
    cell, value = min(values(tmp_path).items())
    living.edits = {cell: 1.5}
    ahead = go(tmp_path, living, NOVEMBER.replace(year=2027))
    assert "after the last run. If it is wrong" in page(tmp_path, ahead)
    living.edits, living.edited_on = {cell: 2.5}, "2026-12-10T00:00:00"
    back = go(tmp_path, living, DECEMBER)
    assert "before the last run: it is wrong, or was then" in page(tmp_path, back)
    assert values(tmp_path)[cell] == pytest.approx(2.5 * value)


def test_a_full_disk_ends_the_run_and_the_next_goes_on(
    living: Living, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("tradeflow.store.releases.write_whole", _full)
        with pytest.raises(OutputError, match="No space left"):
            go(tmp_path, living, NOVEMBER)
    assert go(tmp_path, living, NOVEMBER).exit == 0


def _full(*_: object) -> None:
    raise OutputError("It cannot be written: No space left on device.")


def test_a_run_without_questions_ends_0_offline(tmp_path: Path) -> None:
    chosen = Settings(home=str(tmp_path), samples=False, fetch=())
    assert update(chosen, offline=True, clock=StepClock(NOVEMBER)).exit == 0


def test_totals_are_described_and_only_what_changed_is_analysed_anew(tmp_path: Path) -> None:
    flows = tf.load_sample("china-russia-totals", backend="polars")
    lake = Lake(tmp_path)
    lake.merge(flows, NOVEMBER.date(), file_scope(flows))
    chosen = Settings(home=str(tmp_path), samples=False, fetch=())
    first = update(chosen, offline=True, clock=StepClock(NOVEMBER))
    (told,) = first.analyses[0]["findings"]
    assert (told["category"], told["verdict"]) == ("TOTAL", "sudden change, alarm not heard")
    assert "in 2022-03 by -40 %" in page(tmp_path, first)
    other = flows.with_columns(pl.lit("GACC").alias("source"))
    lake.merge(other, DECEMBER.date(), file_scope(other))
    second = update(chosen, offline=True, clock=StepClock(DECEMBER))
    inputs = {a["source"]: a["inputs"] for a in second.analyses}
    assert inputs["UN Comtrade"] == first.analyses[0]["inputs"] != inputs["GACC"]
