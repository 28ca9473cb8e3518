"""Which goods a simulated world trades: real codes that stay comparable over its span."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import polars as pl

from tradeflow.errors import UnknownCodeError, UsageError
from tradeflow.nomenclature.categories import listed_codes
from tradeflow.nomenclature.editions import HELD, edition_of, known_codes
from tradeflow.nomenclature.families import family, family_table
from tradeflow.nomenclature.tables import table
from tradeflow.simulate.draws import by_block
from tradeflow.simulate.effects import CodeSplit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tradeflow.nomenclature.families import Family
    from tradeflow.simulate.effects import Effect
    from tradeflow.simulate.world import World

_SPECIAL_CHAPTERS = ("98", "99")


@dataclass(frozen=True, slots=True)
class Good:
    """One good, followed over the editions.

    Attributes
    ----------
    hs6
        Its family's name: its code in the newest edition, the smallest if there are several.
    codes
        Edition → its codes there.
    listed
        Whether a control list or category names it.
    """

    hs6: str
    codes: Mapping[str, tuple[str, ...]]
    listed: bool

    @property
    def exact(self) -> bool:
        """Whether it is one code in each edition."""
        return all(len(codes) == 1 for codes in self.codes.values())


def editions_used(world: World) -> tuple[str, ...]:
    """List the editions that the reporters of a world use over its span, oldest first."""
    ends = (world.start, world.month(world.months - 1))
    who = (*world.reporters, *world.hubs, *world.mirrors)
    used = {edition_of(reporter, end) for reporter in who for end in ends}
    first, last = HELD.index(min(used)), HELD.index(max(used))
    return HELD[first : last + 1]


def good_of(code: str, editions: Sequence[str]) -> Good:
    """Find the good that a code of any of the editions stands for, the newest edition first.

    Raises
    ------
    UnknownCodeError
        If no edition has the code.
    """
    for edition in reversed(editions):
        if code in known_codes(edition):
            return _good(family(code, edition=edition, editions=editions), editions)
    raise UnknownCodeError.of(
        f"{editions[-1]} code",
        code,
        known_codes(editions[-1]),
        hint=f"Codes of the world are six digits of {' or '.join(editions)}, as text.",
    )


def _good(fam: Family, editions: Sequence[str]) -> Good:
    newest = fam.codes[editions[-1]]
    listed = any(code in listed_codes(editions[-1]) for code in newest)
    return Good(fam.name, dict(fam.codes), listed)


def canonical(effect: Effect, editions: Sequence[str]) -> Effect:
    """Name the good of an effect by its newest code."""
    code = effect.target().code
    if code is None:
        return effect
    return replace(cast("Any", effect), code=good_of(code, editions).hs6)  # type: ignore[no-any-return]


def choose_goods(world: World, seed: int, effects: Sequence[Effect]) -> tuple[Good, ...]:
    """Draw the goods of a world and add those that it or an effect names.

    A larger world holds the goods of a smaller one with the same seed.
    """
    editions = editions_used(world)
    n_listed = round(world.n_codes * world.listed_share)
    taken = {code for e in effects if isinstance(e, CodeSplit) for code in e.successors}
    pool = [
        (code, listed)
        for code, listed in _pool(editions, listed_codes(editions[-1]))
        if code not in taken
    ]
    drawn = [
        *_first(seed, "listed", [c for c, listed in pool if listed], n_listed),
        *_first(
            seed, "unlisted", [c for c, listed in pool if not listed], world.n_codes - n_listed
        ),
    ]
    targets = (effect.target().code for effect in effects)
    named = (*drawn, *world.codes, *(code for code in targets if code is not None))
    goods = {good.hs6: good for good in (good_of(code, editions) for code in named)}
    return tuple(goods[name] for name in sorted(goods))


@cache
def _pool(editions: tuple[str, ...], codes: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """Every code of the newest edition that is one code in each, and whether it is listed."""
    own = set(table("producer_codes")["hs6"])
    exact = family_table(editions).filter("exact", pl.col("edition") == editions[-1])["hs6"]
    usual = (c for c in exact if c not in own and not c.startswith(_SPECIAL_CHAPTERS))
    return tuple((code, code in codes) for code in sorted(usual))


def _first(seed: int, part: str, codes: Sequence[str], number: int) -> list[str]:
    if number > len(codes):
        raise UsageError(
            f"The world asks for {number} {part} codes, {len(codes)} stay one code over its "
            "span. Lower n_codes, or change listed_share."
        )
    place = by_block(seed, f"choice of {part} codes", [int(code) for code in codes], 1)[:, 0]
    return [code for _, code in sorted(zip(place, codes, strict=True))[:number]]


def draw_splits(world: World, seed: int) -> tuple[CodeSplit, ...]:
    """Draw codes that the change of edition in the span splits in two."""
    editions = editions_used(world)
    month = split_month(world)
    if month is None or world.rates.code_splits == 0:
        return ()
    pool = _split_pool(editions)
    chosen = _first(seed, "split", pool, min(world.rates.code_splits, len(pool)))
    return tuple(CodeSplit(code, month) for code in chosen)


def split_month(world: World) -> str | None:
    """Month of the span in which the first reporter adopts its newest edition, if there is one."""
    reporter, newest = world.reporters[0], editions_used(world)[-1]
    later = [p for p in world.periods()[1:] if edition_of(reporter, p) == newest]
    if edition_of(reporter, world.start) == newest or not later:
        return None
    return f"{later[0]:%Y-%m}"


@cache
def _split_pool(editions: tuple[str, ...]) -> tuple[str, ...]:
    """Codes of the edition before the newest that the newest splits in two."""
    names = family_table(editions).filter(~pl.col("exact"))["family"].unique()
    goods = [good_of(name, editions) for name in names.sort() if name in known_codes(editions[-1])]
    shape = [*([1] * (len(editions) - 1)), 2]
    found = [good for good in goods if [len(good.codes[e]) for e in editions] == shape]
    return tuple(good.codes[editions[-2]][0] for good in found)
