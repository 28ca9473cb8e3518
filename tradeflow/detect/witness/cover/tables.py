"""What the cover goods say, and what they cannot say, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.heard import tally
from tradeflow.detect.witness.price.tables import kept_note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradeflow.detect.witness.cover.cover import CoverResult

CANNOT_SAY: Final = (
    "What this cannot say: a change of unit value is compatible with a false description, another "
    "composition, or another price; goods that were declared at the price of toys as well, or in "
    "a share below the limit, leave no trace here. No change is not evidence of honest papers."
)


def cover_summary(result: CoverResult) -> str:
    """Counts, each good's change against both references, limits, and what cannot be said."""
    table = result.table
    per_unit = table["unit"].unique().sort().to_list()
    head = (
        f"Cover goods to {result.partner}, {', '.join(result.provenance)}, "
        f"{result.periods_after} periods from {result.since:%Y-%m} against the same months of "
        f"{result.baseline} years before."
    )
    own, elsewhere = (tally(table[name]) for name in ("rule", "rule_destinations"))
    lines = [
        head,
        f"Against themselves before: {own}; {result.placebos[0]:,} placebo changes.",
        f"Against other destinations: {elsewhere}; {result.placebos[1]:,} placebo contrasts.",
        *["No supplementary quantity: per kilogram only."] * (per_unit == ["kg"]),
        *kept_note(kept=result.kept_estimates),
        *(_line(row, result.hidden) for row in table.iter_rows(named=True)),
        CANNOT_SAY,
    ]
    return "\n".join(lines)


def _line(row: Mapping[str, object], hidden: str) -> str:
    name = f"  {row['reporter']} {row['hs6']}, USD/{row['unit']}"
    if row["rule"]:
        return f"{name}: {row['rule']}"
    said = [
        _unit_value(row),
        _part(row, "change", "price against itself before"),
        _part(row, "mix", "mix, the rest"),
        _part(row, "destinations", "against other destinations"),
        _limit(row, hidden),
    ]
    return f"{name}: {'; '.join(part for part in said if part)}"


def _unit_value(row: Mapping[str, object]) -> str:
    """The unit value before and since: the product of price and mix, where there are both."""
    before, since = (float(str(row[f"unit_value_{when}"])) for when in ("before", "since"))
    return f"{before:,.2f} to {since:,.2f} (x{since / before:.2f})"


def _part(row: Mapping[str, object], name: str, words: str) -> str:
    low, middle, high = (row[f"{name}_log{end}"] for end in ("_low", "", "_high"))
    if not isinstance(middle, float):
        return ""
    if name == "mix" and abs(middle) < 1e-9:  # noqa: PLR2004  one good has no mix
        return ""
    if not (isinstance(low, float) and isinstance(high, float)):
        return f"x{np.exp(middle):.2f} {words} (too few placebos for an interval)"
    p = f", p {row[f'{name}_p']:.3f}"
    return f"x{np.exp(middle):.2f} [{np.exp(low):.2f}, {np.exp(high):.2f}] {words}{p}"


def _limit(row: Mapping[str, object], hidden: str) -> str:
    price, share = row["hidden_unit_value"], row["limit_share"]
    if not isinstance(price, float):
        return f"limit not heard: no unit value of {hidden}"
    at = f"{hidden} at {price:,.2f} USD/{row['unit']}"
    if not isinstance(share, float):
        return f"{at}: no share of them would be seen"
    usd = row["limit_usd"]
    if not isinstance(usd, float):
        return (
            f"{at}: no amount of them would be seen, for {share:.1%} of the quantity are needed, "
            "worth more than all that was declared"
        )
    return f"{at}: seen from a share of {share:.1%} of the quantity on ({usd:,.0f} USD)"
