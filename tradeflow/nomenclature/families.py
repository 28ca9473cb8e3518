"""Families: groups of codes that stay comparable when the classification changes.

A family is a connected component of the UN's correlation between editions, after the
documented corrections of the table ``overrides`` (electronic waste must not glue half the
list together; some semiconductor and display codes are linked wrongly).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from tradeflow.errors import UsageError
from tradeflow.nomenclature.editions import HELD, check_code, known_codes
from tradeflow.nomenclature.tables import table
from tradeflow.notebook import Facts
from tradeflow.options import Edition, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Node: TypeAlias = tuple[str, str]  # edition, hs6

LATEST_PAIR: tuple[Edition, ...] = ("HS2017", "HS2022")


@dataclass(frozen=True, slots=True)
class Family(Facts):
    """A group of codes whose sum can be followed across editions.

    Attributes
    ----------
    name
        The newest edition's smallest code in the group.
    codes
        Edition → the group's six-digit codes in that edition, sorted.
    """

    name: str
    codes: Mapping[str, tuple[str, ...]]

    def __str__(self) -> str:
        """List the codes of each edition."""
        return "; ".join(f"{edition}: {', '.join(codes)}" for edition, codes in self.codes.items())

    @property
    def exact(self) -> bool:
        """Whether it is one code in each edition, perhaps under another number."""
        return all(len(codes) == 1 for codes in self.codes.values())

    @property
    def broken(self) -> bool:
        """Whether an edition has no code of the group, so that nothing can be compared."""
        return any(not codes for codes in self.codes.values())


@dataclass(frozen=True, slots=True)
class Comparability(Facts):
    """Whether a code can be followed across editions, and if not, what can.

    Attributes
    ----------
    hs6, edition
        The code asked about and its edition.
    comparable
        Whether the code alone is comparable.
    family
        The smallest family that is comparable, or None if there is none.
    reason
        One sentence.
    """

    hs6: str
    edition: str
    comparable: bool
    family: Family | None
    reason: str


def links(new: str, old: str) -> frozenset[tuple[str, str]]:
    """Corrected links between two neighbouring editions, as (new code, old code)."""
    return _links(new, old)


@cache
def _links(new: str, old: str) -> frozenset[tuple[str, str]]:
    pair = (pl.col("edition_new") == new) & (pl.col("edition_old") == old)
    found = set(table("correlation").filter(pair).select("hs6_new", "hs6_old").iter_rows())
    found |= {(code, code) for code in table("producer_codes")["hs6"]}  # in no edition's list
    rules = table("overrides").filter(pair).select("action", "hs6_new", "hs6_old")
    for action, code, other in rules.sort("action", descending=True).iter_rows():  # drop, then add
        if action == "add":
            found.add((code, other))
        else:
            found -= {link for link in found if link[0] == code and other in {"*", link[1]}}
    return frozenset(found)


@cache
def _components(editions: tuple[str, ...]) -> dict[Node, Family]:
    parent: dict[Node, Node] = {(e, c): (e, c) for e in editions for c in known_codes(e)}
    for old, new in pairwise(editions):
        for code_new, code_old in _links(new, old):
            parent[_root(parent, (new, code_new))] = _root(parent, (old, code_old))
    groups: dict[Node, list[Node]] = defaultdict(list)
    for node in sorted(parent):
        groups[_root(parent, node)].append(node)
    return {
        node: fam
        for nodes in groups.values()
        for fam in [_family(nodes, editions)]
        for node in nodes
    }


def _root(parent: dict[Node, Node], node: Node) -> Node:
    parent.setdefault(node, node)
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


def _family(nodes: Sequence[Node], editions: Sequence[str]) -> Family:
    codes = {e: tuple(sorted(c for edition, c in nodes if edition == e)) for e in editions}
    newest = next(e for e in reversed(editions) if codes[e])
    return Family(codes[newest][0], codes)


def _chain(editions: Iterable[str]) -> tuple[str, ...]:
    chosen = {one_of(e, Edition, name="edition") for e in editions}
    if not chosen <= set(HELD):
        raise UsageError(f"Links are held for {', '.join(HELD)}, not for {sorted(chosen)}.")
    first, last = (HELD.index(e) for e in (min(chosen), max(chosen)))
    return HELD[first : last + 1]


def family(hs6: str, *, edition: str = "HS2022", editions: Iterable[str] = LATEST_PAIR) -> Family:
    """Find the family of a code across editions.

    Parameters
    ----------
    hs6
        Six digits, as text.
    edition
        The edition that `hs6` belongs to; it must be among `editions`.
    editions
        Editions across which the family must be comparable. Editions between the oldest and
        the newest are included.

    Returns
    -------
    Family

    Raises
    ------
    UnknownCodeError
        If `edition` has no such code.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.family("854151").codes["HS2017"]
    ('854150',)
    >>> tf.family("848210").exact
    True
    """
    chain = _chain((edition, *editions))
    check_code(hs6, edition=edition)
    return _components(chain)[edition, hs6]


def family_table(editions: Iterable[str] = LATEST_PAIR) -> pl.DataFrame:
    """List every code of the chosen editions with the name of its family.

    Returns
    -------
    polars.DataFrame
        Columns edition, hs6, family, exact; one row per code, sorted.
    """
    return _family_table(_chain(editions)).clone()  # every panel asks for it


@cache
def _family_table(chain: tuple[str, ...]) -> pl.DataFrame:
    rows = [
        (edition, hs6, fam.name, fam.exact)
        for (edition, hs6), fam in sorted(_components(chain).items())
    ]
    return pl.DataFrame(rows, schema=["edition", "hs6", "family", "exact"], orient="row")


def comparability(
    hs6: str, *, edition: str = "HS2022", editions: Iterable[str] = LATEST_PAIR
) -> Comparability:
    """Say whether a code can be followed across editions, and if not, which family can.

    The answer is about data as each edition reported them. Data that a producer has restated
    in one edition can be worse: see :mod:`tradeflow.nomenclature.restated`.

    Parameters
    ----------
    hs6
        Six digits.
    edition
        The edition that the code belongs to.
    editions
        The editions to follow it over; HS2022 and HS2017 if not named.

    Returns
    -------
    Comparability
        Whether it can, its family, and the reason in words.

    Raises
    ------
    UnknownCodeError
        The edition has no such code.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.comparability("901380").comparable
    False
    >>> print(tf.comparability("854921").reason)
    No family: 854921 has no usable link to HS2017, so its series begins with HS2022.
    """
    fam = family(hs6, edition=edition, editions=editions)
    if fam.broken:
        lost = [e for e, codes in fam.codes.items() if not codes]
        return Comparability(hs6, edition, False, None, _no_link(hs6, edition, lost))  # noqa: FBT003
    return Comparability(hs6, edition, fam.exact, fam, _reason(hs6, fam))


def _no_link(hs6: str, edition: str, lost: Sequence[str]) -> str:
    verb = "begins" if edition > max(lost) else "ends"
    return (
        f"No family: {hs6} has no usable link to {' and '.join(lost)}, "
        f"so its series {verb} with {edition}."
    )


def _reason(hs6: str, fam: Family) -> str:
    if not fam.exact:
        return f"{hs6} was split, merged or narrowed. Compare the sum of the family instead: {fam}."
    numbers = {codes[0] for codes in fam.codes.values()}
    if len(numbers) == 1:
        return f"{hs6} has the same scope in each edition."
    steps = " = ".join(f"{codes[0]} ({e})" for e, codes in fam.codes.items())
    return f"Only the number changed: {steps}."
