"""What Kazakhstan's office would be asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import TradeflowError, UnknownCodeError, UnknownNameError, UsageError
from tradeflow.sources.kazakhstan.listing import PAGE
from tradeflow.sources.kazakhstan.source import SOURCE
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from tradeflow.sources.plan import FetchPlan

ASKED: dict[str, Any] = {
    "reporter": "KAZ",
    "since": "2023-11",
    "until": "2024-02",
    "today": date(2026, 11, 1),
}


def planned(**question: Any) -> FetchPlan:  # noqa: ANN401
    asked = {**ASKED, **question}
    if "category" not in asked:
        asked.setdefault("codes", "854231")
    return SOURCE.plan_for(make_query("kazakhstan", **asked))


def test_first_the_page_and_then_an_archive_a_year() -> None:
    plan = planned(partner="RUS,KGZ", codes="848210,8543")
    (listing,) = plan.calls
    assert SOURCE.base + listing.target == PAGE
    assert listing.media == ("text/html",)
    assert [(call.note, call.rows) for call in plan.foreseen] == [
        ("archive of 2023", 2 * 2 * 7),  # 8543 has six subheadings in HS2022
        ("archive of 2024", 2 * 2 * 7),
    ]


def test_the_explanation() -> None:
    text = " ".join(
        planned(since="2021-12", until="2024-02", codes="880330,848210").explain().split()
    )
    assert text.startswith(
        "Exports reported by KAZ (Kazakhstan), partner RUS (Russia), codes 848210"
    )
    assert "5 calls to kazakhstan, at least 3 s apart" in text
    assert "listing: the page of table 40108" in text
    assert "Not in HS2022 (2022-01 to 2024-02), so not asked: 880330." in text
    assert "unar, bsdtar" in text


def test_a_year_whose_edition_has_none_of_the_codes_is_not_foreseen() -> None:
    plan = planned(since="2021-01", until="2023-12", codes="880330")
    assert [call.note for call in plan.foreseen] == ["archive of 2021"]


def test_a_category_is_asked_for_in_each_edition() -> None:
    about = dict(planned(category="uav_parts", since="2021-12", until="2022-01").calls[0].about)
    assert "880330" in about["codes.HS2017"]
    assert "880730" in about["codes.HS2022"]


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"reporter": "CHN"}, UsageError, "of Kazakhstan only, not those of CHN. Give --reporter"),
        ({"partner": "RUS,CHN"}, UsageError, "with CHN is not in.*comtrade and gacc"),
        ({"partner": "W00"}, UsageError, "W00 is not in"),
        ({"freq": "A", "since": "2022", "until": "2023"}, UsageError, "--freq M"),
        ({"flow": "re_export"}, UsageError, "does not tell re-exports apart"),
        ({"codes": "TOTAL"}, UsageError, "no total"),
        ({"codes": "85423110"}, UsageError, "2, 4 or 6 digits"),
        ({"codes": "880330"}, UnknownCodeError, "not in HS2022; it exists in HS2012, HS2017"),
        ({"since": "2011-01"}, UsageError, "oldest is HS2012"),
        ({"table": "40109"}, UnknownNameError, "kazakhstan knows no options"),
    ],
)
def test_what_cannot_be_asked(
    wrong: dict[str, Any], error: type[TradeflowError], words: str
) -> None:
    with pytest.raises(error, match=words):
        planned(**wrong)
