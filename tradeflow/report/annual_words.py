"""The summary of annual data: what shifted, what did not, what cannot be seen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tradeflow.charts.annual.ranking import is_control
from tradeflow.charts.annual.words import headline, subtitle
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.phrases import NBSP, after, before, joined, listed, seam, trade
from tradeflow.detect.annual.verdicts import (
    BORDERLINE,
    DROP,
    EXCEPTIONAL,
    NO_SHIFT,
    NOT_COMPARABLE,
    NOT_RARE,
    NOT_TESTED,
    SURGE,
    TOO_THIN,
)
from tradeflow.nomenclature.countries import country
from tradeflow.report.numbers import multiple
from tradeflow.report.page import Point
from tradeflow.report.witnesses import meanings, not_heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from tradeflow.detect.annual.result import Shift, ShiftTable
    from tradeflow.detect.findings.result import FindingsResult

_MOVED: Final = {SURGE, DROP}
_LEFT_OUT: Final = " left out: "


def annual_summary(
    rows: Sequence[Shift], table: ShiftTable, found: FindingsResult, elsewhere: pl.DataFrame
) -> list[Point]:
    """Write the summary from the results.

    Parameters
    ----------
    rows
        All rows, ranked.
    table, found
        The shifts, and what all witnesses say of them.
    elsewhere
        What comes out with other baselines, as :func:`tradeflow.baseline_sensitivity` gives it.
    """
    goods = [row for row in rows if not is_control(row, table.by)]
    tests = [row for row in rows if is_control(row, table.by)]
    points = [
        _short(goods, table, found),
        _outstanding(goods, table, elsewhere),
        _others(goods, table),
        _still(goods),
        _unseen(rows, table, found),
        _method(tests, table),
        Point("What the words mean", "", _words(rows)),
        meanings("What the words of all evidence mean", found.table["verdict"]),
    ]
    return [point for point in points if point.text or point.items]


def _outstanding(goods: Sequence[Shift], table: ShiftTable, elsewhere: pl.DataFrame) -> Point:
    judged = [row for row in goods if row.rarity != NOT_TESTED]
    far = [row for row in goods if row.exceptional]
    if not far:
        return Point("What stands out", f"Nothing moved clearly farther than chance. {_BASKETS}")
    many = "One category" if len(far) == 1 else f"{len(far)} categories"
    return Point(
        "What stands out",
        f"{many} of {len(judged)} that could be judged moved farther than comparable goods did, "
        f"and few placebo baskets moved as far. {_BASKETS} {_whatever(far, table, elsewhere)}",
        [_item(row, table, f" {means(row, table)}") for row in far],
    )


_BASKETS: Final = (
    "A placebo basket holds as many goods as the category, each comparable with one of its own, "
    "drawn at random from those that no list names: baskets show how far goods move by themselves."
)


def _whatever(far: Sequence[Shift], table: ShiftTable, elsewhere: pl.DataFrame) -> str:
    """Say which of them stand out whatever the baseline."""
    lengths = elsewhere["baseline"].unique(maintain_order=True).to_list()
    if not lengths:
        return ""
    often = Counter(elsewhere.filter(rarity=EXCEPTIONAL)["name"])
    steady = [row for row in far if often[row.name] == len(lengths)]
    number = f"only {len(steady)}" if steady else "none"
    those = f"{number} of them stand{'s' * (len(steady) <= 1)} out every time"
    if len(steady) == len(far):
        those = "the same stand out every time"
    elif steady:
        those += f": {listed(steady)}"
    years = " or ".join(filter(None, (", ".join(map(str, lengths[:-1])), str(lengths[-1]))))
    return (
        f"Compared with {years} years before {table.options.since.year} instead of "
        f"{table.options.baseline}, {those}."
    )


def means(row: Shift, table: ShiftTable) -> str:
    """Say how much, how sure, and what drives it."""
    said = subtitle(row, table).removeprefix(f"{trade(table)}: ")
    return said[:1].upper() + said[1:]


def _item(row: Shift, table: ShiftTable, more: str = "") -> tuple[str, str]:
    """A category, and what is said of it."""
    said = headline(row, table).removeprefix(f"{row.title}: ")
    return row.title, f"{said}.{more}"


def _short(goods: Sequence[Shift], table: ShiftTable, found: FindingsResult) -> Point:
    """All in a few sentences, for those who read no further."""
    far = [row for row in goods if row.exceptional]
    moved = [row for row in goods if row.verdict in _MOVED]
    edge = sum(row.rarity == BORDERLINE for row in moved)
    counted = [
        (edge, "shifted on the border of what is rare"),
        (len(moved) - len(far) - edge, "shifted as far as many unlisted goods did"),
        (
            sum(row.verdict == NO_SHIFT for row in goods),
            "showed no shift beyond drift",
        ),
        (sum(row.rarity == NOT_TESTED for row in goods), "could not be judged"),
    ]
    rest = "; ".join(f"{n} {words}" for n, words in counted if n)
    among = f"among {len(goods)} categories of dual-use goods"
    verb = "stands" if len(far) == 1 else "stand"
    first = f"{listed(far)} {verb} out {among}" if far else f"Nothing stands out {among}"
    specific = (
        f" Nothing here shows that a shift is specific to {country(table.partner).name}."
        if found.answers.contrast.why
        else ""
    )
    return Point(
        "In short",
        f"{first}, {trade(table)}, {after(table)} against {before(table)}. Of the others, {rest}."
        f"{specific} {COMPATIBLE}",
    )


def _others(goods: Sequence[Shift], table: ShiftTable) -> Point:
    moved = [row for row in goods if row.verdict in _MOVED and not row.exceptional]
    edge = [row for row in moved if row.rarity == BORDERLINE]
    common = [row for row in moved if row.rarity not in {BORDERLINE, EXCEPTIONAL}]
    if not moved:
        return Point("", "")
    items = [_item(row, table) for row in (*edge, *common)]
    return Point(
        "What shifted, but does not stand out",
        f"{len(moved)} more moved beyond comparable goods; but so did so many placebo baskets that "
        "this alone is no news.",
        items,
    )


def _still(goods: Sequence[Shift]) -> Point:
    still = [row for row in goods if row.verdict == NO_SHIFT]
    if not still:
        return Point("", "")
    wide = [row for row in still if _wide(row)]
    open_ = f" Of these, a doubling or a halving cannot be ruled out for: {listed(wide)}."
    return Point(
        "Where no shift was found",
        f"{listed(still)}.{open_ if wide else ''} A quiet series proves nothing: a small flow "
        "under a wide code does not show in it.",
    )


def _wide(row: Shift) -> bool:
    """Whether the 90 % interval holds a doubling or a halving beyond comparable goods."""
    low, high = (
        multiple(row.after_usd, excess) for excess in (row.excess_low_usd, row.excess_high_usd)
    )
    return low <= 1 / 2 or high >= 2  # noqa: PLR2004  a doubling


def _unseen(rows: Sequence[Shift], table: ShiftTable, found: FindingsResult) -> Point:
    return Point("What cannot be seen", "", list(_blind(rows, table, found)))


def _blind(
    rows: Sequence[Shift], table: ShiftTable, found: FindingsResult
) -> Iterator[tuple[str, str]]:
    for row in rows:
        if row.verdict in {NOT_COMPARABLE, TOO_THIN}:
            yield _item(row, table)
    codes = {flag.split(_LEFT_OUT)[0] for row in rows for flag in row.flags if _LEFT_OUT in flag}
    if codes:
        why = f"the classification changed across {seam(table)} or two categories share them"
        yield f"{len(codes)} codes", f"left out, because {why}: {', '.join(sorted(codes))}."
    last = table.periods[-1].year
    yield "Months", f"years hide them, and these data end with {last}: what came later is unknown."
    yield from not_heard(found)


_RARITIES: Final = {
    EXCEPTIONAL: "shifted, and few placebo baskets moved as far",
    BORDERLINE: "shifted, but somewhat more baskets moved as far",
    NOT_RARE: "shifted, but so did many baskets",
    NO_SHIFT: "no more than trade in such goods drifts anyway, given how unsteady it is",
}


def _words(rows: Sequence[Shift]) -> list[tuple[str, str]]:
    """Explain the words that grade a shift, as far as they were used."""
    used = {row.rarity if row.verdict in _MOVED else row.verdict for row in rows}
    return [(word, f"{what}.") for word, what in _RARITIES.items() if word in used]


def _method(tests: Sequence[Shift], table: ShiftTable) -> Point:
    moved = [row for row in tests if row.verdict in _MOVED]
    text = (
        f"Goods that were chosen to test the method shifted, too ({listed(moved)}): such a "
        "shift also fits civil demand and the replacement of suppliers who left."
        if moved
        else ""
    )
    said = [_item(row, table) for row in tests]
    return Point("How far to trust this", text, [*said, *_trials(table)])


def _trials(table: ShiftTable) -> Iterator[tuple[str, str]]:
    """Say how often the same questions find a shift at dates without the event."""
    years = table.placebo_years
    if not years:
        return
    when = joined([str(year.since.year) for year in years])
    shares = joined([f"{100 * year.nominal_share:.1f}{NBSP}%" for year in years])
    fewest = min(year.tested for year in years)
    said = (
        f"asked about {when} instead of {table.options.since.year}, the test at the 5{NBSP}% level "
        f"finds a shift in {shares} of more than {fewest - 1:,} unlisted codes"
    )
    asked = sum(year.categories_tested for year in years)
    if asked:
        shifted = sum(year.categories_shifted for year in years)
        said += f", and at the rate used here in {shifted} of {asked} categories, counted by year"
    yield "Trials without the event", f"{said}."
