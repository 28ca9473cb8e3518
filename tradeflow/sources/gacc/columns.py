"""The columns of an export, in every spelling that is documented or was seen.

Which columns stand in a file depends on what was ticked: a field that was not chosen is absent
with both its columns, and trade is summed over it. Spellings: both interfaces of the query site,
and the wording of the English interface that its documentation gives (``Period``, ``HS Code``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tradeflow.errors import ResponseChanged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "month": ("数据年月", "Date of data", "Period"),
    "code": ("商品编码", "Commodity code", "HS Code"),
    "code_name": ("商品名称", "Commodity", "Description"),
    "partner": ("贸易伙伴编码", "Trading partner code", "Country Code"),
    "partner_name": ("贸易伙伴名称", "Trading partner", "Country Name"),
    "regime": ("贸易方式编码", "Customs Regime code"),
    "regime_name": ("贸易方式名称", "Customs Regime"),
    "region": ("注册地编码", "Locations of importers and exporters code", "收发货人注册地编码"),
    "region_name": ("注册地名称", "Locations of importers and exporters", "收发货人注册地名称"),
    "first": ("第一数量", "Quantity"),
    "first_unit": ("第一计量单位", "Unit"),
    "second": (
        "第二数量",
        "Supplementary Quantity",
        "Supplimentary Quantity",
        "Supp. Quantity",
    ),
    "second_unit": ("第二计量单位", "Supplementary Unit", "Supplimentary Unit", "Supp. Unit"),
    "USD": ("美元", "US dollar", "Value USD"),
    "CNY": ("人民币", "Renminbi Yuan", "RMB", "Value RMB"),
}
"""Our name of a column, and its names in the files: Chinese first, English second."""

PAIRS: Final = (
    ("code", "code_name"),
    ("partner", "partner_name"),
    ("regime", "regime_name"),
    ("region", "region_name"),
    ("first", "first_unit"),
    ("second", "second_unit"),
)
"""Columns that the site writes together or not at all."""

CURRENCIES: Final = ("USD", "CNY")
_BY_SPELLING: Final = {
    spelling.casefold(): field for field, spellings in FIELDS.items() for spelling in spellings
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file's header says.

    Attributes
    ----------
    fields
        Our name of each column in order; ``""`` for the empty ones at the end.
    names
        The file's own name of each column that has one, by ours.
    currency
        ``USD`` or ``CNY``: the name of the value column is the only sign of it.
    """

    fields: tuple[str, ...]
    names: dict[str, str]
    currency: str


def read_header(path: str | Path, header: Sequence[str]) -> Layout:
    """Recognise the columns of a file.

    Raises
    ------
    ResponseChanged
        A column that nobody knows or that stands twice, half of a pair without the other, no
        value or two currencies.
    """
    shown = [" ".join(name.split()) for name in header]
    known = [_BY_SPELLING.get(name.casefold(), "") for name in shown]
    new = [name for i, name in enumerate(shown) if name and (not known[i] or known[i] in known[:i])]
    present = set(known) - {""}
    new += [shown[known.index("CNY")]] if present.issuperset(CURRENCIES) else []
    gone = [_named(field, shown) for field in _missing(present)]
    if gone or new:
        raise ResponseChanged(f"{path}, line 1", gone=gone, new=new)
    currency = next(c for c in CURRENCIES if c in present)
    fields = tuple("value" if field == currency else field for field in known)
    return Layout(fields, {f: n for f, n in zip(fields, shown, strict=True) if f}, currency)


def _missing(present: set[str]) -> list[str]:
    halves = [(a, b) for a, b in PAIRS if (a in present) != (b in present)]
    lost = [b if a in present else a for a, b in halves]
    return lost + (["USD"] if present.isdisjoint(CURRENCIES) else [])


def _named(field: str, header: Sequence[str]) -> str:
    """Name a column in the language of the header."""
    chinese = any(not name.isascii() for name in header)
    return FIELDS[field][0 if chinese else 1]
