"""From pages to rows. Pages are written by hand; expectations are worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from fake_hmrc import PRINTED_ROW
from hmrc_answers import OUT, goods, out, page, row

from tradeflow.errors import DuplicateKeyError
from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.hmrc.judge import judge
from tradeflow.sources.hmrc.page import FIELDS
from tradeflow.sources.hmrc.parse import parse
from tradeflow.sources.hmrc.plan import goods_call, release_call
from tradeflow.sources.registry import source_info
from tradeflow.sources.spans import Span

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.parsed import Parsed

# European Central Bank, means of January 2024, per euro
USD_PER_GBP = 1.090514 / 0.858731
ECB_DIGITS = 1e-6
ALL_OUT = (202401, 202402, 202403)


def read(folder: Path, *rows: dict[str, Any], months: tuple[int, ...] = ALL_OUT) -> Parsed:
    return parse([out(folder, *months), page(folder, *rows)])


def one(parsed: Parsed) -> dict[str, Any]:
    flows = check_flows(conform(parsed.rows))
    assert len(flows) == 1
    return flows.row(0, named=True)


def states(parsed: Parsed) -> dict[str, str]:
    rows = parsed.coverage.select("period", "state").iter_rows()
    return {f"{period:%Y%m}": str(state) for period, state in rows}


def test_the_ports_of_a_cell_are_one_row_in_dollars(tmp_path: Path) -> None:
    ports = [row(PortId=port, Value=1000.0 * port, NetMass=float(port)) for port in (1, 2, 3)]
    found = one(read(tmp_path, *ports))
    assert found["value_usd"] == pytest.approx(6000 * USD_PER_GBP, rel=ECB_DIGITS)
    assert (found["net_kg"], found["quantity"]) == (6.0, None)
    assert (found["reporter"], found["partner"], found["flow"]) == ("GBR", "RUS", "export")
    assert (found["hs6"], found["national_code"]) == ("854231", "85423190")
    assert (found["valuation"], found["period"]) == ("FOB", date(2024, 1, 1))
    assert not source_info(found["source"]).complete


def test_a_lost_leading_zero_is_put_back(tmp_path: Path) -> None:
    fish = goods("030471", flow="import")
    line = row(CommodityId=3047190, FlowTypeId=3)
    found = one(parse([out(tmp_path, *ALL_OUT), page(tmp_path, line, call=fish)]))
    assert (found["hs6"], found["national_code"]) == ("030471", "03047190")
    assert found["valuation"] == "CIF"


@pytest.mark.parametrize(
    ("masses", "weight"),
    [
        ((0.0,), None),  # nothing weighs nothing
        ((None,), None),
        ((7.0, 0.0), 7.0),  # less than half a kilogram at one of two ports
        ((7.0, None), None),  # a part is missing, so the sum is
    ],
)
def test_weights(tmp_path: Path, masses: tuple[float | None, ...], weight: float | None) -> None:
    ports = [row(PortId=n, NetMass=mass) for n, mass in enumerate(masses)]
    assert one(read(tmp_path, *ports))["net_kg"] == weight


@pytest.mark.parametrize("index", [3, 4, 5])
def test_a_value_whose_quantity_is_suppressed(tmp_path: Path, index: int) -> None:
    hidden = row(PortId=102, SuppressionIndex=index, NetMass=0.0, SuppUnit=0.0)
    parsed = read(tmp_path, row(SuppUnit=9.0), hidden)
    assert (one(parsed)["net_kg"], one(parsed)["quantity"]) == (None, None)
    assert parsed.notes == (
        "1 rows have a value but a suppressed quantity; their weight is empty.",
    )


@pytest.mark.parametrize(
    ("given", "quantity"), [(12.0, 12.0), ("12", 12.0), ("kg", None), (0.0, None), (None, None)]
)
def test_supplementary_quantities_in_whatever_form(
    tmp_path: Path, given: object, quantity: float | None
) -> None:
    found = one(read(tmp_path, row(SuppUnit=given)))
    assert found["quantity"] == quantity
    assert (found["quantity_unit"] is None) == (quantity is None)


def test_the_same_port_twice_is_never_added(tmp_path: Path) -> None:
    with pytest.raises(DuplicateKeyError, match="PortId 101"):
        read(tmp_path, row(), row(Value=5.0))


def test_late_is_not_zero(tmp_path: Path) -> None:
    parsed = read(tmp_path, row(), months=(202401, 202402))
    assert states(parsed) == {"202401": "reported", "202402": "zero", "202403": "not released"}
    assert set(states(parse([out(tmp_path)])).values()) == {"not released"}


def test_goods_whose_partner_is_suppressed_leave_the_month_unknown(tmp_path: Path) -> None:
    hidden = row(CountryId=977, MonthId=202402, SuppressionIndex=2)
    parsed = read(tmp_path, row(), hidden)
    assert states(parsed) == {"202401": "reported", "202402": "unknown", "202403": "zero"}
    assert parsed.withheld["why"].to_list() == ["the partner is suppressed"]
    assert parsed.notes == ("1 lines are withheld: the partner is suppressed.",)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"CommodityId": -990}, "an estimate for traders that did not report"),
        ({"CommodityId": 859999999}, "an estimate for trade below the threshold"),
        ({"Value": None}, "no value"),
        ({"CommodityId": 85423190, "CountryId": 977}, "the partner is suppressed"),
    ],
)
def test_lines_that_no_code_may_show(tmp_path: Path, changed: dict[str, Any], why: str) -> None:
    parsed = read(tmp_path, row(**changed))
    assert parsed.rows.is_empty()
    assert parsed.withheld["why"].to_list() == [why]


def test_a_number_that_is_no_code_of_the_edition_is_set_apart(tmp_path: Path) -> None:
    call = goods("88")
    lines = row(CommodityId=88033000), row(CommodityId=88073000)
    parsed = parse([out(tmp_path, *ALL_OUT), page(tmp_path, *lines, call=call)])
    assert one(parsed)["hs6"] == "880730"
    assert parsed.withheld.select("CommodityId", "why").rows() == [
        ("88033000", "no code of its edition")
    ]


def test_lines_of_suppressed_partners_are_told_once(tmp_path: Path) -> None:
    hidden = row(CountryId=977)
    both = [page(tmp_path, hidden, call=goods(partner=partner)) for partner in ("RUS", "KAZ")]
    assert parse([out(tmp_path, *ALL_OUT), *both]).withheld.height == 1


def test_the_row_that_was_printed_from_a_live_answer(tmp_path: Path) -> None:
    """The only real row at hand: an estimate of EU imports in January 2000, without a code."""
    assert set(PRINTED_ROW) == FIELDS
    span = Span("HS2012", date(2000, 1, 1), date(2000, 1, 1))
    call = goods_call("import", "RUS", span, ["85"])
    with_partner = {**PRINTED_ROW, "CountryId": 75}
    asked = page(tmp_path, with_partner, call=call)
    judge(asked)
    parsed = parse(
        [out(tmp_path, call=release_call("import", ["RUS"], span.first, span.last)), asked]
    )
    assert parsed.rows.is_empty()
    assert parsed.withheld["Value"].to_list() == ["148391144.0"]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        (datetime(2025, 6, 30, tzinfo=UTC), "provisional"),
        (datetime(2025, 7, 1, tzinfo=UTC), "reported"),
    ],
)
def test_months_stay_provisional_for_a_year_and_a_half(
    tmp_path: Path, day: datetime, status: str
) -> None:
    assert one(parse([page(tmp_path, row(), at=day)]))["status"] == status


def test_months_in_which_nothing_was_asked_are_unknown(tmp_path: Path) -> None:
    parsed = parse([out(tmp_path, *ALL_OUT, call=OUT)])
    assert set(states(parsed).values()) == {"unknown"}
    assert isinstance(parsed.rows, pl.DataFrame)
    assert check_flows(conform(parsed.rows)).is_empty()
