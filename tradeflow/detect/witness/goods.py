"""The goods that several reports can be compared on, whatever edition each is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.errors import UsageError
from tradeflow.nomenclature.categories import all_categories, members
from tradeflow.nomenclature.families import family_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from tradeflow.detect.witness.ledger import Ledger
    from tradeflow.options import By

BROKEN: Final = not_heard("not comparable across a change of the classification")
EDITIONS: Final = not_heard("editions differ")
NO_MEMBER: Final = not_heard("no member is comparable across editions")


@dataclass(frozen=True, slots=True)
class Goods:
    """Goods and the codes that make them up.

    Attributes
    ----------
    names
        Categories, codes or families.
    codes
        For each good, for each ledger: the comparable codes in that ledger's own numbers.
    rules
        For each good: empty if it can be compared, else why not.
    left_out
        For each good: number of codes left out because they cannot be compared.
    """

    names: list[str]
    codes: list[list[list[str]]]
    rules: list[str]
    left_out: list[int]

    def of(self, ledger: int) -> list[list[str]]:
        """Codes of each good in one ledger's numbers."""
        return [per_ledger[ledger] for per_ledger in self.codes]


def compare_goods(ledgers: Sequence[Ledger], recorded: Iterable[set[str]], by: By) -> Goods:
    """Find the goods that some ledgers have in common.

    Parameters
    ----------
    ledgers
        The reports.
    recorded
        For each ledger the codes recorded between the countries in question.
    by
        What a good is.
    """
    editions = sorted({ledger.edition for ledger in ledgers} - {""})
    pairs = list(zip(ledgers, recorded, strict=True))
    common = [_common(ledger, codes, editions) for ledger, codes in pairs]
    bad: dict[str, str] = {}
    for (ledger, _), names in zip(pairs, common, strict=True):
        bad |= {name: BROKEN for code, name in names.items() if code in ledger.broken}
        bad |= {name: EDITIONS for code, name in names.items() if name.startswith("?")}
    found = sorted({name for names in common for name in names.values()})
    grouped = _grouped(found, editions) if by == "category" else {name: [name] for name in found}
    return _collect(grouped, common, bad, by)


def same_editions(rows: pl.DataFrame, sides: Iterable[tuple[str, str]]) -> None:
    """Raise if families would be drawn over different editions.

    Parameters
    ----------
    rows
        A flow table.
    sides
        (flow, reporter) of each report.
    """
    found = set()
    for flow, reporter in sides:
        own = rows.filter((rows["flow"] == flow) & (rows["reporter"] == reporter))
        found.add("+".join(own["edition"].cast(str).unique().sort()))
    if len(found - {""}) > 1:
        raise UsageError(
            f"The reports are in different editions ({' against '.join(sorted(found - {''}))}), so "
            "their families differ. Compare by 'hs6' or by 'category'."
        )


def _common(ledger: Ledger, codes: set[str], editions: Sequence[str]) -> dict[str, str]:
    """Own code → code in the newest edition; with a question mark if it is not one code in all."""
    if ledger.edition == "" or len(editions) == 1:
        return {code: code for code in codes}
    table = family_table(editions)
    rows = table.filter(table["edition"] == ledger.edition).select("hs6", "family", "exact")
    same = {hs6: name for hs6, name, exact in rows.iter_rows() if exact}
    return {code: same.get(code, f"?{code}") for code in codes}


def _grouped(codes: Sequence[str], editions: Sequence[str]) -> dict[str, list[str]]:
    """Category → its codes, in the map's order; a code that has ended has its old category."""
    newest, *older = [_homes(edition) for edition in reversed(editions or ["HS2022"])]
    placed = set()
    for code in codes:
        homes = (newest, *older) if code.startswith("?") else (newest,)
        placed |= {(slug, code) for home in homes for slug in home.get(code.removeprefix("?"), ())}
    out = {slug: sorted(c for s, c in placed if s == slug) for slug in all_categories()}
    return {slug: held for slug, held in out.items() if held}


def _homes(edition: str) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for slug, hs6 in members(edition=edition).select("category", "hs6").iter_rows():
        out.setdefault(hs6, []).append(slug)
    return out


def _collect(
    grouped: Mapping[str, Sequence[str]],
    common: Sequence[Mapping[str, str]],
    bad: Mapping[str, str],
    by: By,
) -> Goods:
    own = [_turned(names) for names in common]
    names, codes, rules, left_out = [], [], [], []
    for name, held in grouped.items():
        good = [code for code in held if code not in bad]
        why = NO_MEMBER if by == "category" else bad.get(held[0], HEARD)
        names.append(name.removeprefix("?"))
        codes.append([[c for code in good for c in turned.get(code, [])] for turned in own])
        rules.append(HEARD if good else why)
        left_out.append(len(held) - len(good))
    return Goods(names, codes, rules, left_out)


def _turned(names: Mapping[str, str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for code, name in names.items():
        out.setdefault(name, []).append(code)
    return out
