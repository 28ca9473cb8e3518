"""Reading one page of uktradeinfo (OData)."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import BadAnswer, ResponseChanged
from tradeflow.sources.hmrc.plan import CONFIDENTIAL, DIGITS, FLOW_TYPES, RELEASES, number_of
from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer, Call

Row = dict[str, Any]
IDS: Final = (
    "MonthId",
    "FlowTypeId",
    "SuppressionIndex",
    "CommodityId",
    "CommoditySitcId",
    "CountryId",
    "PortId",
)
NUMBERS: Final = ("Value", "NetMass")
SUPPLEMENTARY: Final = "SuppUnit"
FIELDS: Final = frozenset({*IDS, *NUMBERS, SUPPLEMENTARY})
COUNT, NEXT = "@odata.count", "@odata.nextLink"
# A made-up example has the SITC code as text, the service's own description says a number.
_AS_TEXT: Final = frozenset({"CommoditySitcId"})
_WHOLE: Final = re.compile(r"-?[0-9]{1,15}")
_BEYOND: Final = 10**15  # no number of a customs office is as large


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes
    ----------
    rows
        The rows, as they came.
    count
        How many rows all pages have together; None if the page does not say.
    following
        Address of the next page; None on the last.
    """

    rows: list[Row]
    count: int | None
    following: str | None


def read_page(answer: Answer) -> Page:
    """Read a page, and check that it answers the call.

    Raises
    ------
    BadAnswer
        It is not JSON of the form known, or about something else.
    ResponseChanged
        Other fields than those known.
    """
    call = answer.call
    try:
        body = json.loads(answer.read().decode("utf-8-sig"))
        page = Page(body["value"], body.get(COUNT), body.get(NEXT))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _bad(call, "the answer is no OData page, or broke off") from None
    if not isinstance(page.rows, list) or not all(isinstance(row, dict) for row in page.rows):
        raise _bad(call, "the rows are not where they were")
    if page.following is not None and not isinstance(page.following, str):
        raise _bad(call, "the address of the next page is not text")
    allowed, codes = _allowed(call), tuple(dict(call.about).get("codes", "").split(","))
    fields = {"MonthId", "Value"} if call.kind == RELEASES else FIELDS
    for row in page.rows:
        _check_fields(call, row, fields)
        _check_values(call, row)
        _check_asked(call, row, allowed)
        _check_code(call, row, codes)
    return page


def month_of(row: Row) -> date:
    """Read the month of a row, as 202406."""
    return date(*divmod(int(row["MonthId"]), 100), 1)


def _check_fields(call: Call, row: Row, fields: frozenset[str] | set[str]) -> None:
    found = {name for name in row if not name.startswith("@odata.")}
    if found != fields:
        raise ResponseChanged(
            f"hmrc, {call.note}", gone=sorted(fields - found), new=sorted(found - fields)
        )


def _check_values(call: Call, row: Row) -> None:
    for name in IDS:
        if name in row and not _whole(row[name], text=name in _AS_TEXT):
            raise _bad(call, f"{name} is {str(row[name])[:40]!r}, which is no whole number")
    for name in NUMBERS:
        if name in row and not _amount(row[name]):
            raise _bad(call, f"{name} is {str(row[name])[:40]!r}, which is no number of at least 0")


def _whole(value: object, *, text: bool) -> bool:
    if text and isinstance(value, str):
        return _WHOLE.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _BEYOND


def _amount(value: object) -> bool:
    if value is None:
        return True
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < _BEYOND


def _allowed(call: Call) -> dict[str, set[int]]:
    """Values that rows may have in the fields by which the call chose them."""
    first, last = (date.fromisoformat(call.told(name)) for name in ("first", "last"))
    months = {int(f"{month:%Y%m}") for month in months_between(first, last)}
    if call.kind == RELEASES:
        return {"MonthId": months}
    return {
        "MonthId": months,
        "FlowTypeId": set(FLOW_TYPES[call.told("flow")]),
        "CountryId": {number_of(call.told("partner")), CONFIDENTIAL},
    }


def _check_asked(call: Call, row: Row, allowed: dict[str, set[int]]) -> None:
    for name, values in allowed.items():
        if row[name] not in values:
            raise _bad(call, f"a row has {name} {row[name]}, which was not asked")


def _check_code(call: Call, row: Row, codes: tuple[str, ...]) -> None:
    code = row.get("CommodityId", -1)
    # negative and longer numbers are HMRC's estimates without a code
    if 0 <= code < 10**DIGITS and not str(code).zfill(DIGITS).startswith(codes):
        raise _bad(call, f"a row has CommodityId {code}, which was not asked")


def _bad(call: Call, what: str) -> BadAnswer:
    return BadAnswer(f"hmrc, {call.note}: {what}. If it stays so, the source has changed.")
