"""Lines of an answer or file, one per indicator, to checked rows.

Both formats of the interface come here as the same table of text (:data:`COLUMNS`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.sources.codes import check_code_cells, check_known
from tradeflow.sources.comext.datasets import CN8, DATASETS, HS6, NEIGHBOURS_HS6, Dataset
from tradeflow.sources.comext.places import GROUP, NO_COUNTRY, WORLD_CODE, countries
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
from tradeflow.sources.textfile import bad_line, check_numbers, check_once, number

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = (
    "DATAFLOW",
    "freq",
    "reporter",
    "partner",
    "product",
    "flow",
    "indicators",
    "TIME_PERIOD",
    "OBS_VALUE",
)
OPTIONAL: Final = ("LAST UPDATE", "OBS_FLAG", "CONF_STATUS")
"""LAST UPDATE stands in all recorded answers; OBS_FLAG in some; CONF_STATUS in Eurostat's other
datasets, unverified here."""

_CELL: Final = ["freq", "reporter", "partner", "product", "flow", "TIME_PERIOD"]
_AGGREGATE: Final = pl.col("product").str.contains(r"^(\d{2}|\d{4}|TOTAL)$")
_SECRET: Final = (pl.col("OBS_VALUE") == "") & (
    pl.col("OBS_FLAG").str.contains("c") | (pl.col("CONF_STATUS") != "")
)
_ALONE: Final = "Quantities whose value is not there are left out."
_PLACES: Final = pl.col("reporter", "partner")
_PLACELESS: Final = pl.any_horizontal(_PLACES.is_in(list(NO_COUNTRY)) | _PLACES.str.contains(GROUP))


def table_of(columns: dict[str, list[str]]) -> pl.DataFrame:
    """Make a table of lines; absent optional columns are empty."""
    frame = pl.DataFrame(columns, schema_overrides=dict.fromkeys(columns, pl.String))
    absent = [pl.lit("").alias(name) for name in OPTIONAL if name not in columns]
    return frame.with_columns(absent)


def no_lines() -> pl.DataFrame:
    """Make a table without lines, for questions that nothing answered."""
    return table_of({name: [] for name in COLUMNS})


def dataset_of(path: str | Path, lines: pl.DataFrame) -> Dataset:
    """Say which dataset the lines are from; all must be from the same.

    Raises
    ------
    InputFileError
        From several, or from one whose units are not known here.
    """
    named = lines["DATAFLOW"].str.to_uppercase().str.extract(r"(DS-\d{6})").drop_nulls()
    found = named.mode().sort().to_list() or [NEIGHBOURS_HS6.id]
    wanted = found[0] if found[0] in DATASETS else " or ".join(DATASETS)
    bad_line(
        path,
        lines,
        ~pl.col("DATAFLOW").str.to_uppercase().str.contains(wanted, literal=True),
        "DATAFLOW is {DATAFLOW!r}",
        remedy=f"This reader expects a file of {wanted}, from its first line to its last.",
    )
    return DATASETS[found[0]]


def parse_lines(path: str | Path, lines: pl.DataFrame, *, release: str) -> Parsed:
    """Check lines and convert them to rows.

    Parameters
    ----------
    path
        What to call the lines in messages.
    lines
        Text columns :data:`COLUMNS` and :data:`OPTIONAL`; row ``i`` stands on line ``i + 2``.
    release
        Which extraction it is.

    Returns
    -------
    Parsed
        Lines under masked codes, with secret values, or of no single country (such as
        EU27_2020, a sum of others) are ``withheld``.

    Raises
    ------
    InputFileError
        With the line and the remedy.
    """
    dataset = dataset_of(path, lines)
    _check(path, lines, dataset)
    held_back = CODELESS | _SECRET | _PLACELESS
    stated = lines.filter(~held_back & (pl.col("OBS_VALUE") != ""))
    digits = _digits(lines, dataset)
    _check_codes(path, lines, ~held_back, digits)
    valued = stated.filter(pl.col("indicators") == dataset.value)
    alone = stated.join(valued, on=_CELL, how="anti", maintain_order="left")
    statements = _statements(stated.with_columns(product=_whole(digits)), dataset)
    return Parsed(
        flow_rows(statements, source=dataset.name, release=release),
        withheld=lines.filter(held_back).with_columns(why_withheld(_PLACELESS)),
        notes=() if alone.is_empty() else (_ALONE,),
    )


def _check(path: str | Path, lines: pl.DataFrame, dataset: Dataset) -> None:
    months, years = held_periods("M"), held_periods("A")
    bad_line(
        path,
        lines,
        ~_well_formed("M", r"^\d{4}-\d{2}$") & ~_well_formed("A", r"^\d{4}$"),
        "freq is {freq!r} and TIME_PERIOD {TIME_PERIOD!r}",
        remedy="This reader expects monthly data (M, 2022-01) or annual data (A, 2022).",
    )
    expected = (
        ("flow", pl.col("flow").is_in(list(FLOWS)), "flow 1 (imports) or 2 (exports)"),
        (
            "indicators",
            pl.col("indicators").is_in(list(dataset.indicators)),
            f"its units: {', '.join(dataset.indicators)}",
        ),
        (
            "TIME_PERIOD",
            pl.col("TIME_PERIOD").is_in([*months, *years]),
            f"months {months[0]} to {months[-1]} or years {years[0]} to {years[-1]} (euro rates)",
        ),
    )
    for column, fine, wanted in expected:
        remedy = f"This reader expects {wanted}."
        bad_line(path, lines, ~fine, f"{column} is {{{column}!r}}", remedy=remedy)
    _check_places(path, lines)
    check_numbers(path, lines, "OBS_VALUE", empty=True)
    check_once(path, lines, *_CELL, "indicators")


def _well_formed(freq: str, pattern: str) -> pl.Expr:
    return (pl.col("freq") == freq) & pl.col("TIME_PERIOD").str.contains(pattern)


def _check_places(path: str | Path, lines: pl.DataFrame) -> None:
    single = [*countries(), *NO_COUNTRY]
    for column, known in (("reporter", single), ("partner", [*single, WORLD_CODE])):
        bad_line(
            path,
            lines,
            ~pl.col(column).is_in(known) & ~pl.col(column).str.contains(GROUP),
            f"{column} {{{column}!r}} is neither a country nor a group of the Geonomenclature",
            remedy="Check it against the file that Eurostat sent.",
        )


def _digits(lines: pl.DataFrame, dataset: Dataset) -> int:
    """Digits of the file's finest codes; six and eight never mix, they would count twice."""
    lengths = lines.filter(~CODELESS & ~_AGGREGATE)["product"].str.len_chars()
    return min(dataset.digits, CN8 if (lengths > HS6).any() else HS6)


def _whole(digits: int) -> pl.Expr:
    product = pl.col("product")
    return pl.when(_AGGREGATE).then(product).otherwise(product.str.zfill(digits))


def _check_codes(path: str | Path, lines: pl.DataFrame, shown: pl.Expr, digits: int) -> None:
    fine = ~shown | _AGGREGATE
    short = pl.col("product").str.len_chars() <= HS6
    bad_line(
        path,
        lines,
        ~fine & short & pl.lit(digits == CN8),
        "product {product!r} stands beside codes of eight digits",
        remedy="Keep one length of codes: a total beside its parts would count trade twice.",
    )
    filled = pl.when(fine).then(pl.lit("0" * digits)).otherwise(pl.col("product"))
    check_code_cells(path, lines.with_columns(product=filled), "product", digits=digits)
    # only what is shown is looked up: the others keep their line, under a reporter that is held
    coded = lines.with_columns(
        period=first_day(pl.col("TIME_PERIOD")),
        product=_whole(digits),
        reporter=pl.col("reporter").replace_strict(countries(), default="W00"),
    )
    coded = with_editions(coded)
    for edition in coded["edition"].unique(maintain_order=True):
        among = shown & ~_AGGREGATE & (pl.col("edition") == edition)
        check_known(path, coded, "hs6", edition, among=among)


def _statements(lines: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Put the indicators of a cell side by side; a quantity without a value is no statement."""

    def of(indicator: str, column: str = "OBS_VALUE") -> pl.Expr:
        return pl.col(column).filter(pl.col("indicators") == indicator).first()

    return (
        lines.with_columns(OBS_VALUE=number("OBS_VALUE"))
        .group_by(_CELL, maintain_order=True)
        .agg(
            euros=of(dataset.value),
            kg=of(dataset.weight) * dataset.kg_per_unit,
            quantity=of(dataset.supplementary or ""),
            status=of(dataset.value, "OBS_FLAG"),
        )
        .filter(pl.col("euros").is_not_null())
        .with_columns(period=first_day(pl.col("TIME_PERIOD")), status=_status())
        .drop("TIME_PERIOD")
    )


def _status() -> pl.Expr:
    flag = pl.col("status")
    return (
        pl.when(flag.str.contains("[es]"))
        .then(pl.lit("estimated"))
        .when(flag.str.contains("p"))
        .then(pl.lit("provisional"))
        .otherwise(pl.lit("reported"))
    )
