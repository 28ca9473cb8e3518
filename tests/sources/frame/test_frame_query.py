"""What a user may ask, in words of the command line and of a notebook, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tradeflow.errors import TradeflowError, UnknownCodeError, UnknownNameError, UsageError
from tradeflow.sources.query import Query, make_query

TODAY = date(2026, 11, 22)


def asked(**changes: Any) -> Query:  # noqa: ANN401  also what is no question
    question: dict[str, Any] = {"codes": "854231", "since": "2022-01", "until": "2022-02"}
    return make_query("toy", today=TODAY, **(question | changes))


@pytest.mark.parametrize("codes", ["854231", 854231, [854231], ("8542.31",), {"854231"}, "854231,"])
def test_one_code_however_it_is_written(codes: object) -> None:
    assert asked(codes=codes).codes == ("854231",)


@pytest.mark.parametrize("code", ["TOTAL", "01", "880330", "880621", "8542310015", "99", "980400"])
def test_codes_of_any_edition_held_and_of_national_chapters(code: str) -> None:
    """880330 ended with HS2017, 880621 began with HS2022; 98 and 99 are the countries' own."""
    assert asked(codes=code).codes == (code,)


@pytest.mark.parametrize("partner", ["RUS,KAZ", "rus, kaz,", ["RUS", "KAZ"]])
def test_countries_however_they_are_written(partner: object) -> None:
    assert asked(partner=partner).partners == ("RUS", "KAZ")


@pytest.mark.parametrize(
    ("freq", "since", "until", "last", "number"),
    [
        ("M", "2022", "2023", date(2023, 12, 1), 24),
        ("M", 2022, 2022, date(2022, 12, 1), 12),
        ("M", "2022-06", "2022-06-15", date(2022, 6, 1), 1),
        ("M", date(2022, 1, 1), date(2023, 1, 1), date(2023, 1, 1), 13),
        ("M", "2026-09", None, date(2026, 10, 1), 2),
        ("A", "2022", "2023", date(2023, 1, 1), 2),
    ],
)
def test_a_year_alone_ends_with_its_last_month(
    freq: str, since: object, until: object, last: date, number: int
) -> None:
    periods = asked(freq=freq, since=since, until=until).periods
    assert (periods[-1], len(periods)) == (last, number)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"codes": ""}, UsageError, "--category jammers or --codes 854370"),
        ({"codes": None}, UsageError, "--category jammers or --codes 854370"),
        ({"category": "jammers"}, UsageError, "Give either"),
        ({"codes": (), "category": ["jammers"]}, UsageError, "is not one category"),
        ({"partner": "Russia"}, UnknownNameError, "'Russia' is a name: .* code, RUS"),
        ({"partner": "RU"}, UnknownNameError, "Did you mean 'RUS'"),
        ({"partner": ","}, UsageError, "No country is named"),
        ({"partner": None}, UsageError, "No country is named"),
        ({"partner": 643}, UnknownNameError, "'643' is not known"),
        ({"codes": "854321"}, UnknownCodeError, "nor in another .* of 854310, 854320, 854330"),
        ({"codes": "8543219900"}, UnknownCodeError, "'854321' is not in HS2022"),
        ({"codes": "8599"}, UnknownCodeError, "8599 is not in HS2012.* headings 8501 to 8549"),
        ({"codes": "77"}, UnknownCodeError, "chapters 01 to 97 but 77"),
        ({"flow": None}, UsageError, "flow is None, no text: give one of import"),
        ({"freq": 12}, UsageError, "freq is 12"),
        ({"dataset": None}, UsageError, "dataset is None: options .* are text"),
        ({"since": None}, UsageError, "--since 2022-01 .since='2022-01'."),
        ({"since": "2023-01"}, UsageError, "before it begins .*--since is the first period"),
        ({"since": "2027-01", "until": None}, UsageError, "2027-01 is not over yet .* is 2026-10"),
        ({"until": "2026"}, UsageError, "2026-12 is not over yet"),
    ],
)
def test_what_cannot_be_asked_and_what_to_do(
    wrong: dict[str, Any], error: type[TradeflowError], words: str
) -> None:
    with pytest.raises(error, match=words):
        asked(**wrong)
