"""Description and alarm side by side, as few words as a terminal has room for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tradeflow.detect.monthly.tables import ALARM, SHIFT, SUDDEN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FEW: Final = 0.01  # a smaller q-value is printed as smaller
_WHOLE: Final = 98.5  # per cent; a larger fall is printed with a decimal
_WORDS: Final = {SUDDEN: "sudden, may not last"}


def readable(rows: Sequence[Mapping[str, Any]], by: str) -> tuple[list[dict[str, str]], str]:
    """Write the series in which something was found as a table, and count the others in a line.

    Parameters
    ----------
    rows
        From :func:`tradeflow.detect.monthly.tables.side_by_side`.
    by
        What a series is: a column of `rows`.

    Returns
    -------
    tuple
        The table, all in words and all rows with the same columns; and the line, empty if no
        series is left.
    """
    found = [row for row in rows if _found(row)]
    others = Counter(row["description"] for row in rows if not _found(row))
    keys = [*(["reporter"] if len({row["reporter"] for row in rows}) > 1 else []), "partner", by]
    table = [{**{key: str(row[key]) for key in keys}, **_cells(row)} for row in found]
    if not others:
        return table, ""
    why = ", ".join(f"{count:,} {word}" for word, count in others.most_common())
    return table, f"Nothing found in {sum(others.values()):,} more: {why}."


def _found(row: Mapping[str, Any]) -> bool:
    return row["description"] in {SHIFT, SUDDEN} or row["alarm"] == ALARM


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    shift = row["description"] in {SHIFT, SUDDEN}
    cells = {
        "description": _WORDS.get(row["description"], row["description"]),
        "month (90 % set)": _months(row) if shift else "",
        "level": _percent(row["change_percent"]) if shift else "",
        "q": _q(row["description_q"]),
    }
    if "alarm_q" not in row:
        return cells
    alarm = {"alarm": row["alarm"], "excess, m USD [90 %]": _excess(row)}
    return {**cells, **alarm, "alarm q": _q(row["alarm_q"])}


def _months(row: Mapping[str, Any]) -> str:
    best, first, last = (f"{row[name]:%Y-%m}" for name in ("month", "month_first", "month_last"))
    return best if first == last else f"{best} ({first} to {last})"


def _percent(value: float) -> str:
    return f"{value:+,.1f} %" if value < -_WHOLE else f"{value:+,.0f} %"


def _q(value: float | None) -> str:
    """A q-value with two places; nothing where there is none."""
    if value is None:
        return ""
    return f"{value:.2f}" if value >= _FEW else "< 0.01"


def _excess(row: Mapping[str, Any]) -> str:
    at, low, high = (row[f"excess{end}_usd"] for end in ("", "_low", "_high"))
    if at is None:
        return ""
    said = f"{at / 1e6:+,.1f}"
    if low is None or high is None:
        return f"{said} in {row['span_months']} months"
    return f"{said} [{low / 1e6:+,.1f}..{high / 1e6:+,.1f}] in {row['span_months']} months"
