"""Monthly bulk files: of millions of lines only those wanted are ever held.

One line states one reporter, partner, CN8 code, flow and statistical procedure. Each procedure
stays a row of its own, named in ``regime``; every row of a bulk file has one, so that panels add
them up and never meet a total beside its parts.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import InputFileError, UsageError
from tradeflow.sources.archive import unpacked
from tradeflow.sources.codes import check_known
from tradeflow.sources.comext.batches import COLUMNS, batches
from tradeflow.sources.comext.datasets import BULK_NAME
from tradeflow.sources.comext.places import NO_COUNTRY, countries
from tradeflow.sources.comext.rates import held_periods
from tradeflow.sources.comext.rows import (
    CODELESS,
    FLOWS,
    first_day,
    flow_rows,
    why_withheld,
    with_editions,
)
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import bad_line, check_numbers, number

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_LINES: Final = 250_000
"""Lines of one file that may become rows; beyond, the flow table outgrows a small machine."""

PROCEDURES: Final = {
    "1": "normal",
    "2": "inward processing",
    "3": "outward processing",
    "5": "inward processing",  # these three until 2009
    "6": "inward processing",
    "7": "outward processing",
    "9": "not recorded",
}
_NO_UNIT: Final = ("NO_SU", "A", "")
_PLACELESS: Final = pl.any_horizontal(pl.col("reporter", "partner").is_in(list(NO_COUNTRY)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines of a bulk file to keep; what is empty keeps all.

    Attributes
    ----------
    reporters, partners
        In the Geonomenclature.
    codes
        Beginnings of CN8 codes.
    flow
        1 (imports) or 2 (exports).
    period
        The only one that may stand in the file, as 2024-01 or 2024.
    """

    reporters: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    flow: str = ""
    period: str = ""

    @property
    def lines(self) -> pl.Expr:
        """What is kept: also masked lines of the chapters wanted, which are withheld by name."""
        return pl.all_horizontal(self._rules())

    def _rules(self) -> Iterator[pl.Expr]:
        product = pl.col("product")
        yield product != "TOTAL"
        if self.reporters:
            yield pl.col("reporter").is_in(list(self.reporters))
        if self.partners:
            yield pl.col("partner").is_in(list(self.partners))
        if self.flow:
            yield pl.col("flow") == self.flow
        if self.codes:
            among = pl.any_horizontal(product.str.starts_with(code) for code in self.codes)
            chapters = sorted({code[:2] for code in self.codes})
            yield among | (CODELESS & product.str.head(2).is_in(chapters))


def parse_bulk(path: str | Path, *, release: str, wanted: Wanted | None = None) -> Parsed:
    """Read what is wanted of a bulk file into one table.

    Parameters
    ----------
    path
        A file ``full_v2_YYYYMM.7z`` (month 52 is the whole year) or the ``.dat`` in it, in either
        of its layouts.
    release
        Which extraction it is.
    wanted
        Which lines to keep; everything if None.

    Returns
    -------
    Parsed
        Rows at CN8 in US dollars and kilograms, one per statistical procedure; masked codes,
        chapters 98 and 99 and partners that are no country are ``withheld``.

    Raises
    ------
    InputFileError, UnsafeArchive, ResponseChanged
        The file is not what it should be; with the line where there is one.
    MissingTool
        py7zr is not installed.
    UsageError
        More than 250,000 lines are wanted at once; :func:`bulk_parts` has no such bound.
    """
    parts: list[Parsed] = []
    count = 0
    for part in bulk_parts(path, release=release, wanted=wanted):
        parts.append(part)
        count += part.rows.height + part.withheld.height
        if count > MOST_LINES:
            raise UsageError(
                f"{path}: more than {MOST_LINES:,} lines are wanted, too many for one flow table. "
                "Say which: --option partners=RUS,KAZ, --option codes=8542,854370 or --option "
                "reporters=DEU."
            )
    return Parsed(
        pl.concat([part.rows for part in parts]),
        withheld=pl.concat([part.withheld for part in parts]),
    )


def bulk_parts(path: str | Path, *, release: str, wanted: Wanted | None = None) -> Iterator[Parsed]:
    """Read a bulk file part by part, as :func:`parse_bulk` does; a part is about four megabytes.

    For whole months: each part can be written away before the next is read.
    """
    narrow = wanted or Wanted()
    with _unpacked(path) as (where, table):
        for batch in batches(where, table):
            lines = batch.filter(narrow.lines).with_columns(pl.col(pl.String).str.strip_chars())
            yield _parsed(where, lines, release, narrow)


@contextmanager
def _unpacked(path: str | Path) -> Iterator[tuple[str, Path]]:
    with Path(path).open("rb") as file:
        packed = file.read(2) == b"7z"
    if not packed:
        yield str(path), Path(path)
        return
    with unpacked(path, choose=_is_table) as files:
        if len(files) != 1:
            raise InputFileError(
                path,
                f"holds {len(files)} tables (.dat); one is expected.",
                remedy="Take full_v2_YYYYMM.7z; the partxixu files repeat its lines.",
            )
        (name,) = files
        yield f"{path}, {name}", files[name]


def _is_table(name: str) -> bool:
    return name.casefold().endswith(".dat") and "partxixu" not in name.casefold()


def _parsed(where: str, lines: pl.DataFrame, release: str, wanted: Wanted) -> Parsed:
    _check(where, lines, wanted)
    shown = lines.filter(~(CODELESS | _PLACELESS))
    _check_shown(where, shown)
    published = {called: name for name, called in COLUMNS.items()}
    held_back = lines.filter(CODELESS | _PLACELESS).with_columns(why_withheld(_PLACELESS))
    return Parsed(
        flow_rows(_statements(shown), source=BULK_NAME, release=release),
        withheld=held_back.drop("line").rename(published),
    )


def _check(where: str, lines: pl.DataFrame, wanted: Wanted) -> None:
    known = [*countries(), *NO_COUNTRY]
    rules = [
        ("reporter", pl.col("reporter").is_in(known), "countries of the Geonomenclature"),
        ("partner", pl.col("partner").is_in(known), "countries of the Geonomenclature"),
        ("flow", pl.col("flow").is_in(list(FLOWS)), "flow 1 (imports) or 2 (exports)"),
        ("regime", pl.col("regime").is_in(list(PROCEDURES)), "a statistical procedure"),
    ]
    if wanted.period:
        rules.append(("period", _label() == wanted.period, f"the period {wanted.period} only"))
    _refuse(where, lines, rules)
    check_numbers(where, lines, "euros", empty=False)
    check_numbers(where, lines, "kg", "quantity", empty=True)


def _check_shown(where: str, shown: pl.DataFrame) -> None:
    months, years = held_periods("M"), held_periods("A")
    held = f"months {months[0]} to {months[-1]} or years {years[0]} to {years[-1]}"
    rules = [
        ("product", pl.col("product").str.contains(r"^\d{8}$"), "codes of eight digits"),
        ("period", _label().is_in([*months, *years]), f"{held}, for which rates are held"),
    ]
    _refuse(where, shown, rules)
    iso = pl.col("reporter").replace_strict(countries(), return_dtype=pl.String)
    coded = with_editions(shown.with_columns(period=first_day(_label()), reporter=iso))
    for edition in coded["edition"].unique(maintain_order=True):
        check_known(where, coded, "hs6", edition, among=pl.col("edition") == edition)


def _refuse(where: str, lines: pl.DataFrame, rules: list[tuple[str, pl.Expr, str]]) -> None:
    for column, fine, wanted in rules:
        remedy = f"This reader expects {wanted}."
        bad_line(where, lines, ~fine, f"{column} is {{{column}!r}}", remedy=remedy)


def _label() -> pl.Expr:
    """Write a period as 2024-07, or as 2024 where month 52 or none stands for the year."""
    period = pl.col("period").str.replace(r"^(\d{4})52$", "$1")
    return period.str.replace(r"^(\d{4})(\d{2})$", "$1-$2")


def _statements(lines: pl.DataFrame) -> pl.DataFrame:
    """Turn text into what :func:`flow_rows` takes."""
    unit = pl.when(~pl.col("quantity_unit").is_in(_NO_UNIT)).then("quantity_unit")
    return lines.drop("line").with_columns(
        freq=pl.when(_label().str.contains("-")).then(pl.lit("M")).otherwise(pl.lit("A")),
        period=first_day(_label()),
        regime=pl.col("regime").replace_strict(PROCEDURES, return_dtype=pl.String),
        euros=number("euros"),
        kg=number("kg"),
        quantity=pl.when(unit.is_not_null()).then(number("quantity")),
        quantity_unit=unit,
        status=pl.lit("reported"),
    )
