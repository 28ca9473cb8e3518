"""What is held, what is due, what is late: dates are named only after enough releases."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.errors import InputFileError
from tradeflow.frames import to_polars
from tradeflow.jobs.manifest import Manifest
from tradeflow.jobs.status import grouped, holdings, last_words
from tradeflow.schema import FLOW_SCHEMA
from tradeflow.store.calendar import Calendar
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


def months(first: date, count: int) -> list[date]:
    last = first.year * 12 + first.month - 1 + count
    return [date(i // 12, i % 12 + 1, 1) for i in range(first.year * 12 + first.month - 1, last)]


def say(
    home: Path, day: date, out: Sequence[date], late: Sequence[date], *, goods: str = "all"
) -> None:
    """Let a source say on a day which periods are out and which are not."""
    states = [(period, "reported") for period in out]
    states += [(period, "not released") for period in late]
    coverage = pl.DataFrame(
        [("CHN", "RUS", "export", period, state, "") for period, state in states],
        schema=["reporter", "partner", "flow", "period", "state", "note"],
        orient="row",
    )
    Calendar(home).merge(coverage, source="UN Comtrade", freq="M", goods=goods, known=day)


def watch(home: Path, first: date, lags: Sequence[int]) -> list[date]:
    """Ask daily: each month comes so many days after its end, but for the first, long out."""
    periods = months(first, len(lags) + 2)
    say(home, periods[1], periods[:1], [])
    for i, lag in enumerate(lags, 1):
        end = periods[i + 1]
        say(home, end, [], [periods[i]])
        say(home, end + timedelta(days=lag), [periods[i]], [])
    return periods


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert holdings(tmp_path) == []
    assert "Begin with: tradeflow update" in last_words(tmp_path)


def test_what_is_held_is_counted_by_source_frequency_and_reporter(
    tmp_path: Path, annual: pl.DataFrame
) -> None:
    nothing = pl.DataFrame(schema={n: FLOW_SCHEMA[n] for n in FLOW_SCHEMA})
    scope = nothing.select("source", "freq", "reporter", "partner", "flow", "period", "hs6")
    Lake(tmp_path).merge(annual.head(500), date(2026, 11, 1), scope)
    monthly = to_polars(tf.load_sample("china-russia-totals", backend="polars"))
    Lake(tmp_path).merge(monthly, date(2026, 11, 2), scope)
    baci, comtrade = holdings(tmp_path, today=date(2026, 11, 22))
    assert (baci["source"], baci["freq"], baci["rows"]) == ("BACI", "A", 500)
    assert baci["first"] == str(annual.head(500)["period"].min().year)  # type: ignore[union-attr]
    assert baci["last_change"] == date(2026, 11, 1)
    assert (comtrade["rows"], comtrade["last"]) == (monthly.height, "2024-12")
    assert (comtrade["not_released"], comtrade["due"], comtrade["late_days"]) == (0, None, None)


def test_reporters_of_whom_the_same_is_to_be_said_share_a_line(
    tmp_path: Path, eu: pl.DataFrame
) -> None:
    scope = eu.select("source", "freq", "reporter", "partner", "flow", "period", "hs6").clear()
    Lake(tmp_path).merge(eu, date(2026, 11, 1), scope)
    held = holdings(tmp_path, today=date(2026, 11, 22))
    lines = grouped(held)
    assert [(line["reporters"], line["last"]) for line in lines] == [
        ("AUT, BEL, BGR and 21 more", "2022-11"),
        ("MLT", "2022-07"),
        ("NLD, PRT", "2022-10"),
    ]
    assert sum(line["rows"] for line in lines) == sum(row["rows"] for row in held) == len(eu)
    assert {line["first"] for line in lines} == {"2020-01"}


def test_a_reporter_of_whom_nothing_is_held_is_shown_waiting(tmp_path: Path) -> None:
    say(tmp_path, date(2026, 11, 22), [], months(date(2026, 8, 1), 3))
    (row,) = holdings(tmp_path, today=date(2026, 11, 22))
    assert (row["rows"], row["not_released"], row["waits_for"]) == (0, 3, "2026-08")


@pytest.mark.parametrize(
    ("lags", "due", "between"),
    [
        ([], None, (None, None)),
        ([40], None, (None, None)),
        ([40, 50], None, (None, None)),
        ([40, 50, 42], date(2026, 7, 13), (date(2026, 7, 11), date(2026, 7, 21))),
        ([40, 40, 50, 50], date(2026, 8, 15), (date(2026, 8, 10), date(2026, 8, 20))),
    ],
)
def test_a_day_is_named_after_three_releases_that_were_watched(
    tmp_path: Path, lags: list[int], due: date | None, between: tuple[date | None, ...]
) -> None:
    periods = watch(tmp_path, date(2026, 1, 1), lags)
    say(tmp_path, date(2026, 9, 1), [], [periods[-1]])
    (row,) = holdings(tmp_path, today=date(2026, 6, 2))
    assert (row["watched"], row["due"]) == (len(lags), due)
    assert (row["due_first"], row["due_last"]) == between
    (line,) = grouped([row])
    assert line["due"] == (due and f"{due} ({between[0]} to {between[1]})")
    assert row["waits_for"] == f"{periods[-1]:%Y-%m}"


@pytest.mark.parametrize(("days", "late"), [(0, 0), (49, 0), (50, 0), (51, 1), (80, 30)])
def test_late_is_later_than_it_ever_was(tmp_path: Path, days: int, late: int) -> None:
    periods = watch(tmp_path, date(2026, 1, 1), [40, 50, 42])
    say(tmp_path, date(2026, 6, 1), [], [periods[-1]])
    (row,) = holdings(tmp_path, today=date(2026, 6, 1) + timedelta(days=days))
    assert row["late_days"] == late


def test_what_was_out_at_the_first_question_tells_nothing_of_delays(tmp_path: Path) -> None:
    say(tmp_path, date(2026, 11, 22), months(date(2020, 1, 1), 60), [])
    say(tmp_path, date(2026, 11, 23), [], [date(2026, 10, 1)])
    (row,) = holdings(tmp_path, today=date(2026, 11, 23))
    assert (row["watched"], row["due"]) == (0, None)


def test_a_period_is_out_once_any_of_its_goods_is(tmp_path: Path) -> None:
    periods = watch(tmp_path, date(2026, 1, 1), [40, 50, 42])
    say(tmp_path, date(2026, 9, 1), [], periods[1:], goods="TOTAL")
    (row,) = holdings(tmp_path, today=date(2026, 9, 1))
    assert (row["not_released"], row["waits_for"]) == (1, f"{periods[-1]:%Y-%m}")


def test_a_damaged_calendar_is_not_believed(tmp_path: Path) -> None:
    say(tmp_path, date(2026, 11, 22), [], [date(2026, 10, 1)])
    Calendar(tmp_path).path.write_bytes(b"PAR1")
    with pytest.raises(InputFileError, match="damaged or foreign"):
        holdings(tmp_path)


def test_the_last_run_is_told_in_a_sentence(tmp_path: Path) -> None:
    failed = [{"source": "comtrade"}, {"source": "comtrade"}, {"source": "census"}]
    Manifest(run="0001-20261122T120000Z").write(tmp_path)
    Manifest(run="0002-20261121T120000Z", exit=75, failed=failed, late=[{}, {}]).write(tmp_path)
    assert last_words(tmp_path) == (
        "Last run 0002-20261121T120000Z: exit 75; did not answer or not as documented: census, "
        "comtrade; 2 periods not released; 2 runs in all."
    )


def test_the_program_prints_it_for_people_and_for_machines(
    tmp_path: Path, cli: Callable[..., tuple[int, str, str]]
) -> None:
    periods = watch(tmp_path, date(2026, 1, 1), [40, 50, 42])
    say(tmp_path, date(2026, 6, 1), [], [periods[-1]])
    code, out, _ = cli("status", "--home", str(tmp_path))
    assert code == 0
    assert "2026-07-13" in out
    assert "No run has ended yet" in out
    code, out, _ = cli("status", "--home", str(tmp_path), "--format", "json")
    (row,) = json.loads(out)
    assert (code, row["due"], row["watched"]) == (0, "2026-07-13", 3)
