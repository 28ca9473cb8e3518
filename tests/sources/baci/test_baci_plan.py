"""Which zips CEPII would be asked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import TradeflowError, UnknownCodeError, UnknownNameError, UsageError
from tradeflow.sources.baci.source import SOURCE
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from tradeflow.sources.plan import FetchPlan

ASKED: dict[str, Any] = {
    "freq": "A",
    "since": "2017",
    "until": "2024",
    "today": date(2026, 11, 1),
}


def planned(**question: Any) -> FetchPlan:  # noqa: ANN401
    asked = {**ASKED, **question}
    if "category" not in asked:
        asked.setdefault("codes", "848210")
    return SOURCE.plan_for(make_query("baci", **asked))


def zips(**question: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    calls = planned(**question).calls
    return [(call.told("name"), call.told("years").replace(",", " ")) for call in calls]


def test_the_address_is_the_documented_one() -> None:
    (call,) = planned(since="2022").calls
    assert SOURCE.base + call.target == (
        "https://www.cepii.fr/DATA_DOWNLOAD/baci/data/BACI_HS22_V202601.zip"
    )
    assert call.newer_than == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ({"since": "2022", "until": "2023"}, [("BACI_HS22_V202601.zip", "2022 2023")]),
        ({"since": "2021", "until": "2022"}, [("BACI_HS17_V202601.zip", "2021 2022")]),
        ({"since": "2016", "until": "2017"}, [("BACI_HS12_V202601.zip", "2016 2017")]),
        (
            {"since": "2022", "until": "2022", "edition": "HS2012", "release": "V202501"},
            [("BACI_HS12_V202501.zip", "2022")],
        ),
        (
            {"since": "2015", "until": "2023", "edition": "own"},
            [
                ("BACI_HS12_V202601.zip", "2015 2016"),
                ("BACI_HS17_V202601.zip", "2017 2018 2019 2020 2021"),
                ("BACI_HS22_V202601.zip", "2022 2023"),
            ],
        ),
        (
            {"since": "2021", "until": "2022", "edition": "own", "codes": "880730"},
            [("BACI_HS22_V202601.zip", "2022")],
        ),
    ],
)
def test_the_edition_is_the_newest_that_covers_the_years(
    question: dict[str, str], names: list[tuple[str, str]]
) -> None:
    assert zips(**question) == names


def test_exporters_and_importers() -> None:
    (out,) = planned(reporter="CHN", partner="RUS,KAZ").calls
    (back,) = planned(reporter="RUS,KAZ", partner="CHN", flow="import").calls
    for call in (out, back):
        assert (call.told("exporters"), call.told("importers")) == ("CHN", "RUS,KAZ")
    assert out.rows == 8 * 2


def test_the_explanation() -> None:
    text = " ".join(planned(until="2025", flow="import", codes="8482,880730").explain().split())
    assert "1 call to baci" in text
    assert "data: BACI_HS17_V202601.zip, of it 2017 to 2025" in text
    assert "Release V202601 is expected to end with 2024" in text
    assert "the rows are exports of RUS to CHN" in text
    assert "no test of mirror gaps" in text
    assert "Not in HS2017, so not asked there: 880730." in text
    assert "mirror" not in " ".join(planned(until="2021").explain().split())


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"freq": "M", "since": "2022-01", "until": "2022-12"}, UsageError, "yearly.*--freq A"),
        ({"since": "2011"}, UsageError, "Years before 2012.*2011 was asked for"),
        ({"edition": "HS22"}, UsageError, "HS22 begins with 2022, later than 2017"),
        ({"edition": "HS07"}, UnknownNameError, "Known: HS12, HS17, HS22 and own"),
        ({"release": "202501"}, UsageError, "no release of BACI: V and its month"),
        ({"release": "../V202501"}, UsageError, "no release"),
        ({"releases": "V202501"}, UnknownNameError, "Did you mean 'release'"),
        ({"partner": "W00"}, UsageError, "no rows of the world"),
        ({"partner": "MCO"}, UnknownNameError, "no number for it"),
        ({"flow": "re_export"}, UsageError, "does not tell re-exports apart"),
        ({"codes": "TOTAL"}, UsageError, "no total"),
        ({"codes": "84821010"}, UsageError, "2, 4 or 6 digits"),
        ({"codes": "880730"}, UnknownCodeError, "not in HS2017; it exists in HS2022"),
    ],
)
def test_what_cannot_be_asked(
    wrong: dict[str, Any], error: type[TradeflowError], words: str
) -> None:
    with pytest.raises(error, match=words):
        planned(**wrong)
