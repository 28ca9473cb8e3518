"""What a delivery changes in what is stated, from its day on.

A statement is one row of the flow table. It holds from ``known_from`` until another one about
the same cell replaces it, or until it is withdrawn: ``known_to``, null as long as it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.schema import FLOW_SCHEMA, KEY

if TYPE_CHECKING:
    from datetime import date

PARTITION: Final = ("source", "freq", "year")
CELL: Final = tuple(name for name in KEY if name != "release")
"""What identifies a statement in the lake: a later release restates it, never repeats it."""

STATEMENT: Final = tuple(n for n in FLOW_SCHEMA if n not in CELL and n != "release")
"""What a later release may state otherwise."""

ASKED: Final = ("reporter", "partner", "flow", "period", "hs6")
_HERE: Final = [name for name in CELL if name not in PARTITION]


@dataclass(frozen=True, slots=True)
class Change:
    """What one delivery changed in one partition.

    Attributes
    ----------
    added
        Statements about cells that nobody had stated.
    revised
        Statements that replace others, with ``value_before`` (US dollars).
    withdrawn
        Statements that the source does not make any more.
    """

    added: pl.DataFrame
    revised: pl.DataFrame
    withdrawn: pl.DataFrame


def compare(
    old: pl.DataFrame, new: pl.DataFrame, scope: pl.DataFrame, known: date
) -> tuple[Change, pl.DataFrame, pl.DataFrame]:
    """Tell new, revised and withdrawn statements apart.

    Parameters
    ----------
    old, new
        What is stated, and what the delivery states, in the columns of the lake.
    scope
        Cells that the delivery speaks for.
    known
        The day of the delivery, not before any statement of `old`.

    Returns
    -------
    tuple
        The change, what is stated now, and what was stated before, with ``known_to``. A statement
        replaced on its own day held on no day, and is kept to show the revision.
    """
    same = old.join(new, on=[*_HERE, *STATEMENT], how="semi", nulls_equal=True)
    fresh = new.join(old, on=[*_HERE, *STATEMENT], how="anti", nulls_equal=True)
    other = old.join(same, on=_HERE, how="anti", nulls_equal=True)
    replaced = other.join(fresh, on=_HERE, how="semi", nulls_equal=True)
    untouched = other.join(fresh, on=_HERE, how="anti", nulls_equal=True)
    spoken = scope.select(pl.col(name).cast(old.schema[name]) for name in ASKED)
    withdrawn = untouched.join(spoken, on=ASKED, how="semi")
    kept = untouched.join(spoken, on=ASKED, how="anti")
    gone = pl.concat([replaced, withdrawn]).with_columns(known_to=pl.lit(known))
    added = fresh.join(replaced, on=_HERE, how="anti", nulls_equal=True)
    before = replaced.select(*_HERE, value_before="value_usd")
    revised = fresh.join(before, on=_HERE, how="inner", nulls_equal=True)
    now = pl.concat([same, fresh, kept]).select(old.columns)
    return Change(added, revised, withdrawn), now, gone


def insert(
    now: pl.DataFrame,
    past: pl.DataFrame,
    new: pl.DataFrame,
    scope: pl.DataFrame,
    known: date,
) -> tuple[Change, pl.DataFrame, pl.DataFrame]:
    """Take in a delivery that is older than some of what is held.

    Parameters
    ----------
    now, past
        What is stated, and what was stated before.
    new, scope, known
        As for :func:`compare`; `known` may be any day.

    Returns
    -------
    tuple
        As from :func:`compare`, with all that was stated before. What the delivery states holds
        until the next day on which the cell was stated otherwise.
    """
    ever = pl.concat([now, past], how="diagonal")
    began, ended = pl.col("known_from") <= known, pl.col("known_to") <= known
    live = ever.filter(began & ~ended.fill_null(value=False))
    later = ever.filter(~began)
    change, after, gone = compare(live.select(now.columns), new, scope, known)
    until = live.select(*_HERE, end="known_to", lived=pl.lit(value=True))
    first = later.group_by(_HERE).agg(next=pl.col("known_from").min())
    placed = (
        after.join(until, on=_HERE, how="left", nulls_equal=True)
        .join(first, on=_HERE, how="left", nulls_equal=True)
        .with_columns(known_to=pl.when("lived").then("end").otherwise("next"))
        .select(ever.columns)
    )
    settled = ever.filter(began & ended.fill_null(value=False))
    whole = pl.concat([settled, gone.select(ever.columns), _joined(placed, later)])
    open_ended = whole.filter(pl.col("known_to").is_null()).select(now.columns)
    return change, open_ended, whole.filter(pl.col("known_to").is_not_null())


def _joined(placed: pl.DataFrame, later: pl.DataFrame) -> pl.DataFrame:
    """Make one statement of two that follow each other and say the same."""
    same = [*_HERE, *STATEMENT]
    begun = later.select(*same, known_to="known_from")
    alone = placed.join(begun, on=[*same, "known_to"], how="anti", nulls_equal=True)
    begins = placed.select(*same, known_from="known_to", earlier="known_from")
    longer = later.join(begins, on=[*same, "known_from"], how="left", nulls_equal=True)
    whole = pl.coalesce("earlier", "known_from")
    return pl.concat([alone, longer.with_columns(known_from=whole).drop("earlier")])
