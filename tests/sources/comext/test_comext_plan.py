"""What would be asked: dataset, codes of each year, blocks within the budget of cells."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import product
from typing import Any

import pytest
from comext_help import block, planned

from tradeflow.errors import TradeflowError, UsageError
from tradeflow.sources.comext.ask import BUDGET, slice_of
from tradeflow.sources.comext.datasets import EU
from tradeflow.sources.comext.plan import within_budget
from tradeflow.sources.spans import subheadings


def datasets(**question: Any) -> set[str]:  # noqa: ANN401
    return {slice_of(call).dataset for call in planned(**question).calls}


@pytest.mark.parametrize(
    ("reporter", "dataset"),
    [
        ("DEU", "DS-045409"),
        ("DEU,LTU", "DS-045409"),
        ("TUR", "DS-059341"),
        ("DEU,GEO", "DS-059341"),
    ],
)
def test_the_dataset_follows_from_the_reporters(reporter: str, dataset: str) -> None:
    assert datasets(reporter=reporter) == {dataset}
    said = "reports to no other dataset" in " ".join(planned(reporter=reporter).explain().split())
    assert said == (dataset == "DS-059341")


def test_the_dataset_can_be_named() -> None:
    assert datasets(reporter="DEU", dataset="DS-059341") == {"DS-059341"}


def test_the_address_of_sdmx_csv() -> None:
    """As in Eurostat's own pattern: dots between dimensions, plus signs within."""
    total, data = planned(reporter="DEU,LTU", partner="KAZ,KGZ").calls
    base = "/comext/dissemination/sdmx/2.1/data/DS-045409"
    span = "startPeriod=2024-01&endPeriod=2024-12&format=SDMX-CSV&compress=false"
    key = "M.DE+LT.KZ+KG.854231.2.VALUE_IN_EUROS+QUANTITY_IN_100KG"
    assert data.target == f"{base}/{key}?{span}"
    assert total.target == f"{base}/M.DE+LT.WORLD.TOTAL.2.VALUE_IN_EUROS?{span}"
    assert total.kind == "availability"


def test_the_address_of_json_stat() -> None:
    data = planned(
        reporter="SRB", flow="import", freq="A", since=2023, until=2023, format="jsonstat"
    )
    assert data.calls[1].target == (
        "/comext/dissemination/statistics/1.0/data/DS-059341?format=JSON&lang=EN&freq=A"
        "&reporter=XS&partner=RU&product=854231&flow=1&indicators=VALUE_EUR"
        "&indicators=QUANTITY_KG&sinceTimePeriod=2023&untilTimePeriod=2023"
    )


def test_supplementary_quantities_are_asked_for_single_national_codes_only() -> None:
    finest = slice_of(planned(codes="85423110").calls[1])
    assert finest.indicators[-1] == "SUPPLEMENTARY_QUANTITY"
    assert len(slice_of(planned(codes="854231").calls[1]).indicators) == 2


def test_years_come_one_by_one_with_the_codes_of_their_edition() -> None:
    plan = planned(category="uav_parts", since="2021-11", until="2022-02")
    blocks = [slice_of(call) for call in plan.calls if call.kind == "data"]
    assert [(b.first, b.last, b.codes[0]) for b in blocks] == [
        ("2021-11", "2021-12", "880310"),
        ("2022-01", "2022-02", "880710"),
    ]


def test_the_budget_is_respected_and_nothing_is_asked_twice() -> None:
    whole = block(
        reporters=tuple(f"R{i}" for i in range(28)),
        partners=tuple(f"P{i}" for i in range(60)),
        codes=tuple(f"{i:06}" for i in range(50)),
        last="2024-12",
    )
    assert whole.cells == 28 * 60 * 50 * 12 * 2
    parts = list(within_budget(whole))
    assert all(part.cells < BUDGET for part in parts)
    cells = Counter(
        cell for p in parts for cell in product(p.reporters, p.partners, p.codes, p.periods)
    )
    assert len(cells) == whole.cells // 2
    assert set(cells.values()) == {1}


def test_time_is_cut_first() -> None:
    one, other = block().halves()
    assert (one.last, other.first, one.codes) == ("2024-01", "2024-02", block().codes)
    assert [part.codes for part in block(last="2024-01").halves()] == [("854231",), ("854232",)]
    assert block(last="2024-01", codes=("854231",), reporters=("DE",)).halves() == ()


def test_a_call_says_what_it_asks() -> None:
    asked = block(first="2022", last="2024", freq="A")
    assert slice_of(asked.call()) == asked
    assert asked.periods == ("2022", "2023", "2024")


def test_all_of_the_eu_in_one_plan() -> None:
    partners = "RUS,BLR,KAZ,KGZ,ARM,GEO,UZB,TUR,ARE,CHN,HKG,SRB,AZE,TJK,TKM,MNG,IND,VNM,QAT,MDA"
    codes = subheadings(["85"], "HS2022")[:50]
    plan = planned(reporter=",".join(sorted(EU)), partner=partners, codes=codes)
    assert [slice_of(call).cells for call in plan.calls] == [27 * 12, *[27 * 20 * 50 * 6 * 2] * 2]
    assert all(slice_of(call).cells < BUDGET for call in plan.calls)
    assert plan.rows == 27 * 12 + 27 * 20 * 50 * 12
    text = " ".join(plan.explain().split())
    assert "never a certified zero" in text
    assert "availability: DS-045409" in text


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"reporter": "CHN"}, "CHN: no reporter.*comtrade"),
        ({"reporter": "TUR", "dataset": "DS-045409"}, "TUR: no reporter of DS-045409"),
        ({"reporter": "TUR", "dataset": "bulk"}, "TUR: no reporter of bulk"),
        ({"reporter": "W00"}, "W00: no reporter"),
        ({"partner": "MCO"}, "no code of its own for Monaco"),
        ({"flow": "re_export"}, "no 're_export' flows"),
        ({"reporter": "TUR", "codes": "85423110"}, r"codes of 2, 4, 6 digits.*DS-045409"),
        ({"codes": "8542311"}, "has 7 digits"),
        ({"codes": "8542311000"}, "has 10 digits"),
        ({"codes": "854231,85423210"}, "a total would stand beside its parts"),
        ({"dataset": "DS-045410"}, "Did you mean 'DS-045409'"),
        ({"formt": "csv"}, "Did you mean 'format'"),
        ({"dataset": "bulk", "partner": "W00"}, "no rows for the world"),
        ({"dataset": "bulk", "codes": "TOTAL"}, "totals are not read"),
        (
            {"since": "2027-01", "until": "2027-02", "today": date(2027, 6, 1)},
            "No rate of the euro",
        ),
    ],
)
def test_what_eurostat_does_not_have(question: dict[str, Any], said: str) -> None:
    with pytest.raises(TradeflowError, match=said) as caught:
        planned(**question)
    assert isinstance(caught.value, UsageError | LookupError)


def test_periods_that_cannot_be_there_or_be_converted_are_named() -> None:
    plan = planned(since="2026-08", until="2027-05", today=date(2027, 6, 1))
    assert slice_of(plan.calls[0]).last == "2026-10"
    assert any("2026-11 to 2027-05: 7 periods are not asked for" in note for note in plan.notes)
    recent = planned(since="2026-06", until="2026-10")
    assert any("Months after 2026-08 may not be released" in note for note in recent.forecasts)


def test_the_world_as_partner_is_a_total() -> None:
    plan = planned(partner="W00")
    assert slice_of(plan.calls[1]).partners == ("WORLD",)
    assert any("never add them" in note for note in plan.notes)


def test_bulk_files() -> None:
    plan = planned(dataset="bulk", category="uav_parts", since="2021-12", until="2022-01")
    (listing,) = plan.calls
    assert listing.target.startswith("/dissemination/files?format=csv&hierarchy=false")
    assert [call.note for call in plan.foreseen] == ["full_v2_202112.7z", "full_v2_202201.7z"]
    assert listing.told("codes HS2017").startswith("880310")
    assert listing.told("codes HS2022").startswith("880710")
    years = planned(dataset="bulk", freq="A", since=2023, until=2024)
    assert [call.note for call in years.foreseen] == ["full_v2_202352.7z", "full_v2_202452.7z"]
