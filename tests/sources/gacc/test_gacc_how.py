"""The clicks name codes, months and files such that what comes back can be read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from tradeflow.errors import UnknownCodeError, UnknownNameError, UsageError
from tradeflow.nomenclature.categories import members
from tradeflow.sources.gacc.how import how_to_export
from tradeflow.sources.gacc.source import SOURCE
from tradeflow.sources.gacc.told import direction
from tradeflow.sources.spans import subheadings

TODAY = date(2025, 4, 22)


def queries(text: str) -> list[str]:
    return re.split(r"\n(?=Query \d)", text)[1:]


def codes_in(text: str) -> list[list[str]]:
    return [codes.split(",") for codes in re.findall(r"^  codes: (.*)$", text, flags=re.MULTILINE)]


def test_a_year_per_query_in_that_years_edition() -> None:
    text = how_to_export(category="uav_complete", since="2021-11", until="2022-02")
    old, new = queries(text)
    assert "2021, months 11 to 12; partner 344" in old
    assert "2022, months 1 to 2; partner 344" in new
    assert codes_in(old)[0] == sorted(members("uav_complete", edition="HS2017")["hs6"].unique())
    assert "880622" in codes_in(new)[0]
    assert "880622" not in old


def test_at_most_sixteen_codes_per_query_and_none_lost() -> None:
    codes = subheadings(["85"], "HS2022")[:40]
    batches = codes_in(how_to_export(codes=codes, since="2024-01", until="2024-12"))
    assert [len(batch) for batch in batches] == [16, 16, 8]
    assert sorted(code for batch in batches for code in batch) == sorted(codes)


def test_without_codes_a_month_at_a_time_up_to_the_last_that_is_out() -> None:
    text = how_to_export(since="2025-01", today=TODAY)
    assert [q.splitlines()[0] for q in queries(text)] == [
        f"Query {m} of 3: 2025, month {m}; partner 344 (RUS)" for m in (1, 2, 3)
    ]
    assert "--period 2025-03" in text  # a file of one month has no column of months
    assert "for all goods" in text


def test_a_year_alone_ends_with_its_december_and_no_later_than_what_is_out() -> None:
    old = how_to_export(codes="854370", since="2024", until="2024", today=TODAY)
    assert "Query 1 of 1: 2024, months 1 to 12" in old
    new = how_to_export(codes="854370", since="2025", until="2025", today=TODAY)
    assert "Query 1 of 1: 2025, months 1 to 3" in new
    assert "Months after 2025-03 are probably not out yet." in new


@pytest.mark.parametrize("flow", ["export", "import"])
def test_the_file_names_say_the_direction(flow: str) -> None:
    text = how_to_export(codes=["854370"], since="2024-01", until="2024-12", flow=flow)  # type: ignore[arg-type]
    (name,) = re.findall(r"ingest gacc (\S+)", text)
    assert direction(Path(name), None) == flow


@pytest.mark.parametrize(("until", "code"), [("2022-12", "337"), ("2023-12", "150")])
def test_the_partner_code_is_that_of_the_year(until: str, code: str) -> None:
    text = how_to_export(codes=["854370"], partner="GEO", since=until[:4] + "-01", until=until)
    assert f"partner {code} (GEO)" in text


@pytest.mark.parametrize(
    "words", ["US dollar (美元)", "Split by month (分月展示): ticked", "10,000"]
)
def test_both_languages_and_the_cap(words: str) -> None:
    assert SOURCE.how is not None
    assert words in SOURCE.how(
        category="jammers", partner="RUS", since="2024-01", until="2024-02", flow="export"
    )


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"category": "jamers"}, UnknownNameError, "Did you mean 'jammers'"),
        ({"partner": "RU"}, UnknownNameError, "not known"),
        ({"partner": "XKX", "codes": ["85"]}, UnknownNameError, "no partner code"),
        ({"flow": "both"}, UnknownNameError, "Allowed: export, import"),
        ({"codes": ["854321"]}, UnknownCodeError, "nor in another edition"),
        ({"codes": ["85437"]}, UsageError, "2, 4, 6 or 8 digits"),
        ({"codes": ["854370"], "category": "jammers"}, UsageError, "not both"),
        ({"since": "2025-04", "until": "2025-01"}, UsageError, "No month that is out lies between"),
    ],
)
def test_questions_that_cannot_be_asked(
    options: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        how_to_export(**{"since": "2025-01", "today": TODAY, **options})  # type: ignore[arg-type]
