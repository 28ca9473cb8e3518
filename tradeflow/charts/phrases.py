"""Turns of phrase that titles and notes share."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from tradeflow.charts.style import DASH
from tradeflow.nomenclature.countries import country

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.annual.result import Shift, ShiftTable

NBSP: Final = "\N{NO-BREAK SPACE}"


def relative(ratio: float, what: str) -> str:
    r"""Put a ratio into words.

    >>> relative(8.03, "before"), relative(1.33, "before"), relative(0.66, "before")
    ('8.0\xa0times before', '33\xa0% above before', '34\xa0% below before')
    """
    if ratio >= 1.5:  # noqa: PLR2004  from here on "times" reads better than per cent
        return f"{ratio:.1f}{NBSP}times {what}"
    percent = round(abs(ratio - 1) * 100)
    if percent == 0:
        return f"equal to {what}"
    return f"{percent}{NBSP}% {'above' if ratio > 1 else 'below'} {what}"


def baskets(share: float) -> str:
    """Say how many placebo baskets moved as far.

    >>> baskets(0.0001), baskets(0.1001), baskets(0.0729)
    ('fewer than 1 placebo basket in 1,000', '1 placebo basket in 10', '7 placebo baskets in 100')
    """
    part, whole = odds(share)
    if part == 0:
        return f"fewer than 1 placebo basket in {whole:,}"
    return f"{part} placebo basket{'' if part == 1 else 's'} in {whole:,}"


def odds(share: float) -> tuple[int, int]:
    """Round a share to so many in so many; 0 in 1,000 if it is smaller than 1 in 1,000."""
    if share < 1e-3:  # noqa: PLR2004  finer than that no one reads
        return 0, 1000
    whole = 100 if share >= 1e-2 else 1000  # noqa: PLR2004  per cent, else per mille
    part = round(share * whole)
    short = Fraction(part, whole)
    return (1, short.denominator) if short.numerator == 1 else (part, whole)


def dotted(hs6: str) -> str:
    """Print a code with its dot.

    >>> dotted("854370")
    '8543.70'
    """
    return f"{hs6[:4]}.{hs6[4:]}"


def before(table: ShiftTable) -> str:
    """Years of the baseline, such as 2019 to 21."""
    years = [p.year for p in table.periods if p < table.options.since]
    return _span(years[-table.options.baseline :])


def after(table: ShiftTable) -> str:
    """Years from the date on, such as 2022 to 23."""
    years = [p.year for p in table.periods if p >= table.options.since]
    return _span(years[: table.options.after])


def seam(table: ShiftTable) -> str:
    """The two years between which the date lies, such as ``2021/22``."""
    year = table.options.since.year
    return f"{year - 1}/{year % 100:02d}"


def _span(years: Sequence[int]) -> str:
    if len(years) == 1:
        return str(years[0])
    return f"{years[0]}{DASH}{years[-1] % 100:02d}"


def trade(table: ShiftTable) -> str:
    """Who trades with whom."""
    return f"{country(table.reporter).name} to {country(table.partner).name}"


def listed(rows: Sequence[Shift]) -> str:
    """Join titles for a sentence."""
    return joined([row.title if i == 0 else _lower(row.title) for i, row in enumerate(rows)])


def joined(names: Sequence[str]) -> str:
    """Join names for a sentence, parted so that what is within one is not taken for two.

    >>> joined(["a"]), joined(["a", "b", "c"]), joined(["a and b", "c"]), joined(["a, b", "c"])
    ('a', 'a, b and c', 'a and b, and c', 'a, b; c')
    """
    if any("," in name for name in names):
        return "; ".join(names)
    last = ", and " if any(" and " in name for name in names) else " and "
    return last.join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _lower(title: str) -> str:
    """Lower the first letter unless the word is an abbreviation such as CNC or UAV."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]
