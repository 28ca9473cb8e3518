"""The table of answers as rows of text, the same in the notebook, the terminal and the file."""

from __future__ import annotations

import math
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from tradeflow.detect.annual.verdicts import DROP, NOT_COMPARABLE, SURGE, TOO_THIN
from tradeflow.nomenclature.countries import country
from tradeflow.notebook import html_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tradeflow.detect.annual.result import PlaceboYear, Shift, ShiftTable

HEADER: Final = (
    "",
    "before",
    "after",
    "ratio",
    "excess [90 %]",
    "price x volume",
    "q",
    "placebo",
    "verdict",
    "driven by",
    "beware",
)
UNITS: Final = "before, after, excess: million US dollars a year"
_DASH: Final = "-"
_FEWEST_SHOWN: Final = 0.001
WIDTH: Final = 110
_MOST: Final = 40


def cells(row: Shift) -> tuple[str, ...]:
    """Write one answer as cells under :data:`HEADER`."""
    return (
        row.name,
        _million(row.before_usd),
        _million(row.after_usd),
        _number(row.ratio, "x{:.2f}"),
        _interval(row),
        _parts(row),
        _small(row.q),
        _small(row.placebo_share),
        verdict_words(row),
        _drivers(row),
        "; ".join(row.flags) or _DASH,
    )


def verdict_words(row: Shift) -> str:
    """Verdict and rarity, as loudly as the rarity allows."""
    if row.verdict in {SURGE, DROP}:
        return f"{row.verdict}, {row.rarity}"
    return row.verdict


def heading(table: ShiftTable) -> str:
    """Say in one line what is compared with what, and from which data."""
    before = [p for p in table.periods if p < table.options.since][-table.options.baseline :]
    after = [p for p in table.periods if p >= table.options.since]
    return (
        f"{country(table.reporter).name} to {country(table.partner).name}, "
        f"{', '.join(table.provenance)}: {_span(before)} against {_span(after)}; "
        f"comparable unlisted goods x{table.common_ratio:.2f} (median)"
    )


def promises(table: ShiftTable) -> tuple[str, ...]:
    """Say how often the same questions raise an alarm at dates without an event."""
    return tuple(_promise(year, table.options.q) for year in table.placebo_years)


def _promise(year: PlaceboYear, q: float) -> str:
    codes = (
        f"Placebo year {year.since.year}: {year.nominal_share:.1%} of {year.tested:,} unlisted "
        f"codes have p <= 0.05 (promised 5 %), {year.flagged_share:.1%} have q <= {q:.2f}"
    )
    if not year.categories_tested:
        return f"{codes}."
    shifted = f"{year.categories_shifted} of {year.categories_tested} categories"
    return f"{codes}; {shifted} would be called shifted."


def counts(table: ShiftTable) -> str:
    """Count the verdicts, left-outs included."""
    words = [row.verdict for row in table.rows]
    order = (SURGE, DROP, "no shift", NOT_COMPARABLE, TOO_THIN)
    return ", ".join(f"{words.count(word)} {word}" for word in order if word in words)


def report_lines(
    table: ShiftTable, *, listed_only: bool = True, most: int | None = None
) -> Iterator[str]:
    """Write the whole answer, each row followed by what drives it and what to beware of."""
    listed = [row for row in table.rows if row.category or not listed_only]
    shown = listed[:most]
    yield heading(table)
    yield f"{UNITS}; price x volume: parts of the shift beyond comparable goods"
    yield ""
    body = [cells(row) for row in shown]
    top, *lines = _aligned([HEADER[:-2], *(row[:-2] for row in body)])
    yield top
    for line, row, words in zip(lines, shown, body, strict=True):
        yield line
        yield from _beneath(row, drivers=words[-2], beware=words[-1], by=table.by)
    if len(shown) < len(listed):
        yield f"... and {len(listed) - len(shown)} more rows"
    yield ""
    yield f"All {len(table.rows):,} rows: {counts(table)}."
    yield from promises(table)


def notebook_table(table: ShiftTable) -> str:
    """Write the table for a notebook: what is in a category, or else everything."""
    rows = [row for row in table.rows if row.category]
    shown = [dict(zip(HEADER, cells(row), strict=True)) for row in rows]
    return html_table(heading(table), shown, notes=[f"{UNITS}.", *promises(table)], most=_MOST)


def markdown_table(table: ShiftTable) -> str:
    """Write the table for a document."""
    rows = [HEADER, ("---",) * len(HEADER), *(cells(row) for row in table.rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _beneath(row: Shift, *, drivers: str, beware: str, by: str) -> Iterator[str]:
    if by == "hs6":
        yield f"    {row.title}" + (f" ({row.category})" if row.category else "")
    for word, text in (("driven by", drivers), ("beware", beware)):
        if text != _DASH:
            yield from wrap(
                f"{word}: {text}", WIDTH, initial_indent="    ", subsequent_indent="      "
            )


def summarise(table: ShiftTable) -> str:
    """Write the answer as plain text, at most 40 rows of it."""
    return "\n".join(report_lines(table, most=_MOST))


def _aligned(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        first = row[0].ljust(widths[0])
        middle = [cell.rjust(width) for cell, width in zip(row[1:-1], widths[1:-1], strict=True)]
        yield "  ".join([first, *middle, row[-1]]).rstrip()


def _million(usd: float) -> str:
    return f"{usd / 1e6:,.1f}"


def _number(value: float, form: str) -> str:
    return _DASH if math.isnan(value) else form.format(value)


def _small(share: float) -> str:
    if math.isnan(share):
        return _DASH
    return f"<{_FEWEST_SHOWN}" if share < _FEWEST_SHOWN else f"{share:.3f}"


def _interval(row: Shift) -> str:
    if math.isnan(row.excess_usd):
        return _DASH
    low, high = row.excess_low_usd / 1e6, row.excess_high_usd / 1e6
    return f"{row.excess_usd / 1e6:+,.1f} [{low:+,.1f}, {high:+,.1f}]"


def _parts(row: Shift) -> str:
    if math.isnan(row.price_part):
        return _DASH
    return f"x{math.exp(row.price_part):.2f} x{math.exp(row.volume_part):.2f}"


def _drivers(row: Shift, most: int = 2) -> str:
    return "; ".join(str(driver) for driver in row.drivers[:most]) or _DASH


def _span(periods: Sequence[date]) -> str:
    years = [str(p.year) for p in periods]
    return years[0] if len(years) == 1 else f"{years[0]}-{years[-1]}"
