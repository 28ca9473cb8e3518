"""The zip in which CEPII publishes one edition of BACI: a CSV per year and two tables of codes.

Years are unpacked one after another and filtered while they are read, so that memory holds the
rows asked for and the disk one year. Names as of release V202501.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import InputFileError, ResponseChanged, UnknownNameError, UsageError
from tradeflow.nomenclature.countries import WORLD, country
from tradeflow.nomenclature.editions import HELD, check_code, known_codes
from tradeflow.sources.archive import LIMITS, ArchiveLimits, members, unpacked
from tradeflow.sources.baci.table import COLUMNS, country_codes, to_rows
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import FIRST_LINE, bad_line, read_text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tradeflow.options import Edition

_ZIP: Final = re.compile(r"BACI_(HS\d\d)_(V\d{6}[a-z]?)\.zip")
_YEAR: Final = re.compile(r"BACI_(HS\d\d)_Y(\d{4})_(V\d{6}[a-z]?)\.csv")
EDITIONS: Final[dict[str, Edition]] = {f"HS{edition[-2:]}": edition for edition in HELD}
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class _Contents:
    """What a zip of BACI holds: full names of its members."""

    path: Path
    tag: str
    release: str
    years: dict[int, str]
    countries: str
    products: str

    @property
    def edition(self) -> Edition:
        return EDITIONS[self.tag]


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which rows are wanted; None is all."""

    reporters: frozenset[str] | None
    partners: frozenset[str] | None
    codes: frozenset[str] | None

    def expr(self) -> pl.Expr:
        iso3 = country_codes()
        wanted = pl.lit(value=True)
        for column, chosen in (("i", self.reporters), ("j", self.partners)):
            if chosen is not None:
                numbers = [number for number, name in iso3.items() if name in chosen]
                wanted &= pl.col(column).is_in(numbers)
        return wanted if self.codes is None else wanted & _CODE.is_in(list(self.codes))


_CODE: Final = pl.col("k").str.zfill(6)


def parse_baci_zip(
    path: str | Path,
    *,
    years: Iterable[int] | None = None,
    reporters: Iterable[str] | None = None,
    partners: Iterable[str] | None = None,
    codes: Iterable[str] | None = None,
    limits: ArchiveLimits = LIMITS,
) -> Parsed:
    """Parse a zip such as ``BACI_HS22_V202501.zip``; edition and release stand in its names.

    Parameters
    ----------
    path
        The zip.
    years
        Years to read; all by default.
    reporters, partners
        Exporters and importers, ISO alpha-3; all by default. A year of all countries has about
        eleven million rows.
    codes
        Six-digit codes of the zip's edition, as text; all by default.
    limits
        How far one year may expand.

    Returns
    -------
    Parsed
        Rows in US dollars and kilograms, status ``estimated``, oldest year first. Lines of an
        exporter or importer that is no single country held here (such as "Europe EFTA, nes")
        are ``withheld``; ``notes`` name the codes in which CEPII's tables and ours differ.

    Raises
    ------
    UnknownNameError, UnknownCodeError
        A year, country, code or edition that is not there, or not held.
    ResponseChanged
        A year has other columns than t, i, j, k, v, q.
    InputFileError
        The zip is not BACI's, or damaged; with member, line and remedy.
    UnsafeArchive
        It expands beyond `limits`, or would leave its folder.
    """
    contents = _contents(Path(path), limits)
    chosen = _years(contents, years)
    choice = _choice(contents.edition, reporters, partners, codes)
    strangers, notes = _tables(contents, limits)
    parts = [_read_year(contents, year, choice, strangers, limits) for year in chosen]
    return Parsed(
        rows=pl.concat([part.rows for part in parts]),
        withheld=pl.concat([part.withheld for part in parts]),
        notes=notes,
    )


def years_in(path: str | Path, *, limits: ArchiveLimits = LIMITS) -> frozenset[int]:
    """List the years of a zip without unpacking it.

    Raises
    ------
    UnknownNameError, InputFileError, UnsafeArchive
        As for :func:`parse_baci_zip`.
    """
    return frozenset(_contents(Path(path), limits).years)


def _contents(path: Path, limits: ArchiveLimits) -> _Contents:
    names = {PurePosixPath(m.name).name: m.name for m in members(path, limits=limits)}
    found = [(match, names[name]) for name in names if (match := _YEAR.fullmatch(name))]
    editions = {(match[1], match[3]) for match, _ in found}
    outer = _ZIP.fullmatch(path.name)
    if len(editions) != 1 or (outer is not None and {(outer[1], outer[2])} != editions):
        inside = ", ".join(sorted(f"{tag} {release}" for tag, release in editions)) or "nothing"
        raise _not_baci(path, f"by their names, its members are {inside} of BACI.")
    tag, release = editions.pop()
    tables = f"country_codes_{release}.csv", f"product_codes_{tag}_{release}.csv"
    absent = [name for name in tables if name not in names]
    if absent:
        raise _not_baci(path, f"{absent[0]} is not in it.")
    if tag not in EDITIONS:
        raise UnknownNameError(
            f"{path}: {tag} is not held here. Take BACI's zip for one of {', '.join(EDITIONS)}."
        )
    by_year = {int(match[2]): name for match, name in found}
    return _Contents(path, tag, release, by_year, names[tables[0]], names[tables[1]])


def _not_baci(path: Path, problem: str) -> InputFileError:
    return InputFileError(
        path, problem, remedy="Take a zip as CEPII publishes it, such as BACI_HS22_V202501.zip."
    )


def _years(contents: _Contents, years: Iterable[int] | None) -> list[int]:
    held = sorted(contents.years)
    if years is None:
        return held
    chosen = sorted(set(years))
    absent = [year for year in chosen if year not in contents.years]
    if absent or not chosen:
        named = f"year {absent[0]} is" if absent else "no year is"
        raise UnknownNameError(
            f"{contents.path}: {named} in the choice and in the zip, which holds "
            f"{held[0]} to {held[-1]}."
        )
    return chosen


def _choice(
    edition: Edition,
    reporters: Iterable[str] | None,
    partners: Iterable[str] | None,
    codes: Iterable[str] | None,
) -> _Choice:
    def iso3(names: Iterable[str] | None) -> frozenset[str] | None:
        found = None if names is None else frozenset(country(name).iso3 for name in names)
        if found is not None and WORLD in found:
            raise UsageError("BACI has no rows of the world: leave the choice out, and add up.")
        return found

    known = None if codes is None else frozenset(check_code(c, edition=edition) for c in codes)
    return _Choice(iso3(reporters), iso3(partners), known)


def _tables(contents: _Contents, limits: ArchiveLimits) -> tuple[list[str], tuple[str, ...]]:
    """Compare CEPII's tables with ours; return its areas that are no country here, and notes."""
    chosen = {contents.countries, contents.products}
    with unpacked(contents.path, choose=chosen.__contains__, limits=limits) as files:
        with _inside(contents, contents.countries):
            strangers = _strangers(files[contents.countries])
        with _inside(contents, contents.products):
            notes = _product_notes(contents, files[contents.products])
    return strangers, notes


def _strangers(file: Path) -> list[str]:
    table = read_text_table(file, ("country_code", "country_name", "country_iso3"))
    ours = country_codes()
    rows = [(code.zfill(3), name, iso3) for code, name, iso3 in table.iter_rows()]
    differ = [
        f"{code} is {iso3} ({name}) there and {ours[code]} here"
        for code, name, iso3 in rows
        if code in ours and ours[code] != iso3
    ]
    if differ:
        raise InputFileError(
            file,
            f"its countries are not ours: {'; '.join(differ[:_SHOWN])}.",
            remedy="Rows would go to the wrong country. Report it, with the release.",
        )
    return [code for code, _, _ in rows if code not in ours]


def _product_notes(contents: _Contents, file: Path) -> tuple[str, ...]:
    table = read_text_table(file, ("code",))
    theirs, ours = set(table["code"].str.zfill(6)), known_codes(contents.edition)
    only = sorted(theirs - ours)
    if not only:
        return ()
    shown = ", ".join(only[:_SHOWN]) + (" …" if len(only) > _SHOWN else "")
    return (f"{contents.products} has {len(only)} codes that {contents.edition} has not: {shown}",)


def _read_year(
    contents: _Contents,
    year: int,
    choice: _Choice,
    strangers: list[str],
    limits: ArchiveLimits,
) -> Parsed:
    member = contents.years[year]
    whole = unpacked(contents.path, choose=member.__eq__, limits=limits)
    with whole as files, _inside(contents, member):
        lines = _lines(files[member], f"{contents.path}, {member}")
        raw = _chosen(member, lines, year, choice.expr(), strangers)
    outside = _is_one_of("i", strangers) | _is_one_of("j", strangers)
    rows, withheld = raw.filter(~outside), raw.filter(outside)
    with _inside(contents, member):
        bad_line(
            member,
            rows,
            pl.col("t") != str(year),
            "year is {t!r}",
            remedy=f"This is {year}'s file.",
        )
        bad_line(member, rows, pl.col("q") == "", "q is empty", remedy="No quantity is 'NA'.")
        flows = to_rows(member, rows, release=contents.release, edition=contents.edition)
    return Parsed(flows, withheld=withheld.select(COLUMNS))


def _lines(file: Path, where: str) -> pl.LazyFrame:
    """Scan a year's CSV as text, with line numbers."""
    try:
        table = pl.scan_csv(
            file, infer_schema=False, row_index_name="line", row_index_offset=FIRST_LINE
        )
        names = table.collect_schema().names()[1:]
    except pl.exceptions.PolarsError as error:
        raise _no_table(file, error) from error
    if sorted(names) != sorted(COLUMNS):
        raise ResponseChanged(
            where,
            gone=[name for name in COLUMNS if name not in names],
            new=[name for name in names if name not in COLUMNS],
        )
    return table.with_columns(pl.col(COLUMNS).str.strip_chars().fill_null(""))


def _chosen(
    member: str, lines: pl.LazyFrame, year: int, wanted: pl.Expr, strangers: list[str]
) -> pl.DataFrame:
    """Collect the rows asked for, and the lines that cannot be understood, whoever asked."""
    numbers = [*country_codes(), *strangers]
    fine = (
        _is_one_of("i", numbers)
        & _is_one_of("j", numbers)
        & (pl.col("t") == str(year))
        & pl.col("k").str.contains(r"^\d{5,6}$")
    )
    try:
        return lines.filter(wanted | ~fine).collect(engine="streaming").sort("line")
    except pl.exceptions.PolarsError as error:
        raise _no_table(member, error) from error


def _no_table(file: str | Path, error: Exception) -> InputFileError:
    problem = str(error).partition("\n")[0]
    return InputFileError(
        file, f"cannot be read as a table: {problem}.", remedy="Fetch the zip again."
    )


def _is_one_of(column: str, numbers: list[str]) -> pl.Expr:
    return pl.col(column).str.zfill(3).is_in(numbers)


@contextmanager
def _inside(contents: _Contents, member: str) -> Iterator[None]:
    """Let errors name the zip and its member instead of a temporary file."""
    try:
        yield
    except InputFileError as error:
        where = f"{contents.path}, {member}"
        raise InputFileError(where, error.problem, remedy=error.remedy, line=error.line) from None
