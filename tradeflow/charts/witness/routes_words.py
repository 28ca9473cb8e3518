"""What the picture of the routes says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.names import exporter, place_name
from tradeflow.charts.style import MINUS, money
from tradeflow.detect.witness.heard import tally
from tradeflow.detect.witness.routes.tables import series_frame

if TYPE_CHECKING:
    from tradeflow.detect.witness.routes.routes import RoutesResult


def interval_words(row: dict[str, Any], name: str) -> str:
    """Print an amount with its interval, the unit once where it is the same."""
    at, *ends = (money(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    unit = at[at.index(" ") :]
    if all(end.endswith(unit) for end in ends):
        ends = [end.removesuffix(unit) for end in ends]
    return f"{at} ({ends[0]} to {ends[1]})"


def routes_said(result: RoutesResult, whole: dict[str, Any]) -> Said:
    """State the bound, whose trade it is, and what is not shown; `whole` is the row of totals."""
    partner, hubs = place_name(result.partner), len(result.hubs)
    headline = f"Routes to {partner}: {whole['rule']}"
    if not whole["rule"]:
        of = f"of {hubs} {'hub' if hubs == 1 else 'hubs'}"
        found = f"The excess {of} is" if whole["share_low"] > 0 else f"No clear excess {of}:"
        headline = (
            f"{found} {share_words(whole)} of the "
            f"{money(whole['loss_usd'])} that the direct route to {partner} lost since "
            f"{result.since:%Y-%m}"
        )
    who = exporter(result.donor, result.provenance).removesuffix(",") + ","
    subtitle = (
        f"Exports of {who} {result.since:%Y-%m} to {result.months[-1]:%Y-%m} "
        "against their own history; in brackets 90 % intervals. Bands are on one scale; dashed: "
        "lost; grey: the interval holds 0."
    )
    caution = (
        "" if result.certified else " No zeros are certified: an absent cell counts as nothing."
    )
    note = (
        "Shares are the most that hubs could have passed on: an excess may have stayed there. "
        "Goods by hub: "
        f"{tally(series_frame(result)['rule'])}.{caution} {COMPATIBLE}"
    )
    return Said(headline, subtitle, (note,))


def share_words(row: dict[str, Any]) -> str:
    """Print the share of the loss that an excess could carry, with its interval."""
    low, high = (_percent(row[f"share_{end}"]).removesuffix(" %") for end in ("low", "high"))
    return f"{_percent(row['share'])} ({low} to {high})"


def _percent(share: float) -> str:
    """Per cent with two figures or so, a true minus sign and no negative zero."""
    places = 0 if abs(share) >= 0.0995 else 1  # noqa: PLR2004  two figures
    return f"{100 * share:z.{places}f} %".replace("-", MINUS)
