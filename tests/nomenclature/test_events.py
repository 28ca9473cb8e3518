"""Dated events and what charts may draw."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.events import charted_events, events


def test_all_events_are_sorted_and_dated() -> None:
    rows = events()
    assert rows.height == 78
    assert rows["date"].is_sorted()
    assert rows["date"].null_count() == 0
    assert rows["event"].n_unique() == 78


@pytest.mark.parametrize(
    ("evidence", "n"),
    [
        ("seen", 60),
        ("partly seen", 14),
        ("address canonical; text and date not verified", 4),
    ],
)
def test_evidence_levels(evidence: str, n: int) -> None:
    assert events(evidence=evidence).height == n


def test_charts_draw_only_what_was_seen() -> None:
    assert charted_events().height == 60
    assert charted_events()["evidence"].unique().to_list() == ["seen"]


@pytest.mark.parametrize(
    ("event", "day", "precision"),
    [
        ("invasion", date(2022, 2, 24), "day"),
        ("hs2022-china", date(2022, 1, 1), "day"),
        ("nitrocellulose-start", date(2022, 5, 1), "month"),
        ("russia-stops-customs-data", date(2022, 3, 1), "month"),
        ("guangdong-notice", date(2024, 5, 22), "day"),
        ("ft-guangdong-jammers", date(2024, 6, 2), "day"),
        ("ofac-2024-05-01", date(2024, 5, 1), "day"),
        ("chpl-50", date(2024, 2, 23), "day"),
    ],
)
def test_dates(event: str, day: date, precision: str) -> None:
    row = events().row(by_predicate=pl.col("event") == event, named=True)
    assert (row["date"], row["precision"]) == (day, precision)


@pytest.mark.parametrize(
    ("since", "until", "first", "last"),
    [
        ("2022-02-24", "2022-02-25", "bis-russia-rule", "eu-package-2"),
        (date(2024, 5, 22), date(2024, 6, 2), "guangdong-notice", "ft-guangdong-jammers"),
    ],
)
def test_window_includes_both_ends(
    since: date | str, until: date | str, first: str, last: str
) -> None:
    rows = events(since=since, until=until)
    assert (rows["event"][0], rows["event"][-1]) == (first, last)


def test_filters_combine() -> None:
    rows = events(kind="eu_sanctions", since="2023-01-01", evidence="partly seen")
    assert set(rows["kind"]) == {"eu_sanctions"}
    assert set(rows["evidence"]) == {"partly seen"}


def test_a_filter_may_leave_nothing() -> None:
    assert events(kind="war", evidence="partly seen").is_empty()


@pytest.mark.parametrize(
    ("option", "message"), [({"kind": "wars"}, "'war'"), ({"evidence": "sean"}, "'seen'")]
)
def test_unknown_filters_are_named(option: dict[str, str], message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        events(kind=option.get("kind"), evidence=option.get("evidence"))


def test_unreadable_day() -> None:
    with pytest.raises(UsageError, match="2022/02/24"):
        events(since="2022/02/24")
