"""What is known of a category's codes: members, legal basis, practice by country, words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.nomenclature.categories import all_categories
from tradeflow.nomenclature.categories import members as members_of
from tradeflow.nomenclature.editions import label
from tradeflow.nomenclature.tables import table
from tradeflow.report.page import Cell, Column, Grid

if TYPE_CHECKING:
    from collections.abc import Sequence

LANGUAGES: Final = {"en": "English", "fr": "French", "zh": "Chinese", "ru": "Russian"}

_MEMBERS: Final = (
    Column("Code"),
    Column("Goods"),
    Column("Weight, a judgement", numeric=True),
    Column("Legal basis"),
    Column("Across the change of edition"),
)
_PRACTICE: Final = (
    Column("Country"),
    Column("Goods"),
    Column("Code as printed"),
    Column("Ruling or rule"),
    Column("What it tells here"),
)


def members_frame(edition: str) -> pl.DataFrame:
    """All codes of the map in one edition, with names, legal basis and the controls that name them.

    Parameters
    ----------
    edition
        Edition of the data, such as ``HS2017``.
    """
    names = {code: label(code, edition=edition) for code in members_of(edition=edition)["hs6"]}
    named = pl.concat_str(
        "regime", pl.lit(": "), "item", pl.lit(" ("), "code_as_printed", pl.lit(")")
    )
    controls = (
        table("controls")
        .drop_nulls("hs6")
        .group_by("hs6")
        .agg(controls=named.unique(maintain_order=True).str.join("; "))
    )
    return (
        members_of(edition=edition)
        .with_columns(goods=pl.col("hs6").replace_strict(names, return_dtype=pl.String))
        .join(controls, on="hs6", how="left", maintain_order="left")
    )


def members_grid(name: str, edition: str) -> Grid:
    """The codes of one category."""
    rows = members_frame(edition).filter(category=name).sort("hs6").to_dicts()
    return Grid(
        name=f"members-{name}",
        caption=(
            f"{all_categories()[name].title}: codes in {edition.replace('HS', 'HS ')}, with how "
            "specific each is (0 to 1: a judgement, no measurement; the results do not use it)"
        ),
        columns=_MEMBERS,
        rows=[
            (
                Cell(f"{row['hs6'][:4]}.{row['hs6'][4:]}", row["hs6"]),
                Cell(row["goods"]),
                _weight(row["specificity_weight"]),
                Cell(row["legal_basis"]),
                Cell(row["link"] or "unchanged"),
            )
            for row in rows
        ],
    )


def _weight(weight: float | None) -> Cell:
    return Cell("none", -1.0) if weight is None else Cell(f"{weight:.2f}", weight)


def practice_frame() -> pl.DataFrame:
    """How customs administrations class such goods: one row per ruling or tariff line."""
    return table("practice").with_columns(
        pl.col("category").str.replace_all("|", "; ", literal=True)
    )


def practice_grid(name: str) -> Grid | None:
    """Practice that concerns one category; None if none is held."""
    mine = pl.col("category").str.split("|").list.contains(name)
    rows = table("practice").filter(mine).to_dicts()
    if not rows:
        return None
    return Grid(
        name=f"practice-{name}",
        caption=f"{all_categories()[name].title}: how customs administrations classed such goods",
        columns=_PRACTICE,
        rows=[
            (
                Cell(row["jurisdiction"]),
                Cell(row["goods"]),
                Cell(row["code_as_printed"] or "none"),
                Cell(", ".join(part for part in (row["reference"], row["date"]) if part)),
                Cell(row["relevance"], beneath=f"confidence: {row['confidence']}"),
            )
            for row in rows
        ],
    )


def glossary_frame(categories: Sequence[str]) -> pl.DataFrame:
    """Names of the goods: one row per kind of goods, one column per language.

    Parameters
    ----------
    categories
        Which categories, in the order wanted.
    """
    order = {name: place for place, name in enumerate(categories)}
    titles = {name: found.title for name, found in all_categories().items()}
    terms = [
        pl.col("term").filter(pl.col("language") == code).unique(maintain_order=True)
        .str.join(", ").alias(name)
        for code, name in LANGUAGES.items()
    ]  # fmt: skip
    return (
        table("words")
        .filter(pl.col("category").is_in(list(order)))
        .group_by("category", "goods", maintain_order=True)
        .agg(*terms)
        .with_columns(
            place=pl.col("category").replace_strict(order, return_dtype=pl.Int64),
            title=pl.col("category").replace_strict(titles, return_dtype=pl.String),
        )
        .sort("place", maintain_order=True)
        .select("title", "goods", *LANGUAGES.values(), "category")
    )


def glossary_grid(categories: Sequence[str]) -> Grid:
    """The same as a table of the page."""
    rows = glossary_frame(categories).to_dicts()
    return Grid(
        name="words",
        caption="Search terms for the goods of each category, in four languages",
        columns=[
            Column("Goods"),
            *(Column(name, language=code) for code, name in LANGUAGES.items()),
        ],
        rows=[
            (
                Cell(row["goods"], beneath=row["title"]),
                *(Cell(row[name] or "none") for name in LANGUAGES.values()),
            )
            for row in rows
        ],
    )
