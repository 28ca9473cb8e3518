"""What must hold in an export before its lines become rows; every fault with its line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UsageError
from tradeflow.nomenclature.editions import edition_expr, first_day, known_codes
from tradeflow.sources.codes import NATIONAL_CHAPTERS, check_known
from tradeflow.sources.gacc.measures import NUMBER, SLOTS
from tradeflow.sources.gacc.told import current
from tradeflow.sources.gacc.words import DASHES, NOTHING, meaning, region_fault
from tradeflow.sources.textfile import FIRST_LINE, bad_line, check_once

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.sources.gacc.table import Export

REPORTER: Final = "CHN"
CELL: Final = ("month", "code", "partner", "regime", "region")
"""What tells one line of an export from another."""

_YEAR, _HS6 = len("2024"), 6
_PERIOD: Final = r"^20(1[2-9]|[2-9][0-9])(0[1-9]|1[0-2])?$"
_DIGITS: Final = {"partner": "1,6", "regime": "2", "region": "2"}
"""How many digits codes have; those of groups of countries may be longer than three."""

_PARTNER: Final = ("partner", "partner_name", "year")
_REGION: Final = ("region", "region_name")
_EXPORT_AGAIN: Final = "Restore the line from the site's own export."


def stamped(export: Export, period: str | None) -> pl.DataFrame:
    """Return the table with ``date`` and ``freq``, and with codes whose lost zero is restored.

    Raises
    ------
    InputFileError
        A month cannot be read, is a year that was not asked for, or lies outside `period`.
    UsageError
        There is no column of months and no period is given.
    """
    frame = export.frame
    if "code" in frame.columns:
        odd = pl.col("code").str.len_chars() % 2 == 1
        frame = frame.with_columns(code=pl.when(odd).then("0" + pl.col("code")).otherwise("code"))
    if "month" in frame.columns:
        _check_months(export, period)
        day = pl.col("month").str.pad_end(_YEAR + 2, "0").str.replace("00$", "01")
        annual = pl.col("month").str.len_chars() == _YEAR
        freq = pl.when(annual).then(pl.lit("A")).otherwise(pl.lit("M"))
        dated = frame.with_columns(date=day.str.to_date("%Y%m"), freq=freq)
        remedy = "This is no export of today: look at the months chosen, and export it again."
        early = pl.col("date") < current("M")
        bad_line(export.path, dated, ~early, "{month} is not over yet", remedy=remedy)
        return dated
    if period is None:
        raise UsageError(
            f"{export.path}: there is no column of months (the query was for one month, or its "
            "months were summed). Pass period='2024-01' for a month or period='2024' for a whole "
            "year (--period), as chosen in the query."
        )
    freq = pl.lit("A" if len(period) == _YEAR else "M")
    return frame.with_columns(date=pl.lit(first_day(period)), freq=freq)


def _check_months(export: Export, period: str | None) -> None:
    month = pl.col("month")
    remedy = "Months are written as 202401, from 2012 on."
    _check(export, ~month.str.contains(_PERIOD), "month is {month!r}", remedy)
    year = (month.str.len_chars() == _YEAR) & (month != (period or ""))
    remedy = "If it is the whole year, pass period='2024'; else export again, split by month."
    _check(export, year, "the line is a sum over {month}", remedy)
    if period is not None:
        outside = ~month.str.starts_with(period.replace("-", ""))
        remedy = "Leave the period out: the file says its months itself."
        _check(export, outside, f"month {{month}} is not in period {period}", remedy)


def check_export(export: Export, frame: pl.DataFrame) -> None:
    """Check numbers, codes, places and repetitions; `frame` is stamped.

    Raises
    ------
    InputFileError
        With the line and the remedy.
    """
    _check_numbers(export)
    if "code" in frame.columns:
        _check_codes(export, frame)
    for column, digits in _DIGITS.items():
        if column in frame.columns:
            bad = ~pl.col(column).str.contains(rf"^[0-9]{{{digits}}}$")
            remedy = f"It is a code of digits in the tables of China customs. {_EXPORT_AGAIN}"
            _check(export, bad, f"{column} is {{{column}!r}}", remedy)
    if "region" in frame.columns:
        _check_regions(export, frame)
    check_once(export.path, frame, *(column for column in CELL if column in frame.columns))


def _check_numbers(export: Export) -> None:
    fine = pl.col("value").str.contains(NUMBER) | pl.col("value").is_in(DASHES)
    remedy = f"A value is a number of at least 0. {_EXPORT_AGAIN}"
    _check(export, ~fine, "the value is {value!r}", remedy)
    for column, _ in SLOTS:
        if column in export.frame.columns:
            fine = pl.col(column).str.contains(NUMBER) | pl.col(column).is_in(NOTHING)
            remedy = f"A quantity is a number of at least 0, or a dash. {_EXPORT_AGAIN}"
            _check(export, ~fine, f"the {column} quantity is {{{column}!r}}", remedy)


def _check_codes(export: Export, frame: pl.DataFrame) -> None:
    remedy = "Codes have 2, 4, 6 or 8 digits. Delete a line of totals: it would count trade twice."
    _check(export, ~pl.col("code").str.contains(r"^[0-9]{1,8}$"), "code is {code!r}", remedy)
    first = len(frame["code"][0])
    remedy = "A sum beside its parts would count trade twice: export one length of codes at a time."
    other = pl.col("code").str.len_chars() != first
    bad_line(export.path, frame, other, f"code {{code!r}} has not {first} digits", remedy=remedy)
    for edition, days in _editions(frame).items():
        among = pl.col("date").is_in(days) & ~pl.col("code").str.head(2).is_in(NATIONAL_CHAPTERS)
        known = {code[:first] for code in known_codes(edition)}
        if known.issuperset(frame.filter(among)["code"].unique().str.head(_HS6)):
            continue
        if first >= _HS6:
            hs6 = frame.with_columns(hs6=pl.col("code").str.head(_HS6))
            check_known(export.path, hs6, "hs6", edition, among=among)
        else:
            bad = among & ~pl.col("code").is_in(list(known))
            remedy = f"Check it against the {edition} list; is the period right?"
            shown = f"code {{code!r}} is not in {edition}"
            bad_line(export.path, frame, bad, shown, remedy=remedy)


def _editions(frame: pl.DataFrame) -> dict[str, list[date]]:
    found: dict[str, list[date]] = {}
    for day, edition in edition_expr(REPORTER, frame["date"].unique()).items():
        found.setdefault(edition, []).append(day)
    return found


def with_partners(export: Export, frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``iso3``, and ``nowhere``: why a partner is no country, or null.

    Raises
    ------
    InputFileError
        A code and its name contradict each other, or the code is of other years.
    """
    frame = frame.with_columns(year=pl.col("date").dt.year())
    pairs = frame.select(_PARTNER).unique(maintain_order=True)
    meant = [meaning(*pair) for pair in pairs.iter_rows()]
    for pair, one in zip(pairs.iter_rows(), meant, strict=True):
        if one.fault:
            _check_pair(export, frame, _PARTNER, pair, one.fault)
    found = pairs.with_columns(
        iso3=pl.Series([one.iso3 for one in meant], dtype=pl.String),
        nowhere=pl.Series([one.reason for one in meant], dtype=pl.String),
        by_name=pl.Series([one.by_name for one in meant]),
    )
    return frame.join(found, on=list(_PARTNER), how="left", maintain_order="left")


def repeated(frame: pl.DataFrame) -> pl.Series:
    """Lines of a stamped table that state a cell which another line states too."""
    twice = pl.struct(*(column for column in CELL if column in frame.columns)).is_duplicated()
    return frame.select(twice.arg_true() + FIRST_LINE).to_series()


def _check_regions(export: Export, frame: pl.DataFrame) -> None:
    for pair in frame.select(_REGION).unique(maintain_order=True).iter_rows():
        if fault := region_fault(*pair):
            _check_pair(export, frame, _REGION, pair, fault)


def _check_pair(
    export: Export,
    frame: pl.DataFrame,
    columns: tuple[str, ...],
    pair: tuple[object, ...],
    fault: str,
) -> None:
    bad = pl.all_horizontal(pl.col(c) == value for c, value in zip(columns, pair, strict=True))
    remedy = "Code and name are checked against each other; neither is guessed."
    shown = fault.replace("{", "{{").replace("}", "}}")
    bad_line(export.path, frame, bad, shown, remedy=remedy)


def _check(export: Export, bad: pl.Expr, problem: str, remedy: str) -> None:
    bad_line(export.path, export.frame, bad, problem, remedy=remedy)
