"""Whether a world can exist: its settings and its effects, checked before anything is drawn."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Final, cast

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.countries import WORLD, iso3_map
from tradeflow.nomenclature.editions import edition_of, known_codes
from tradeflow.options import one_of
from tradeflow.simulate import effects as kinds
from tradeflow.simulate.effect import RUSSIA
from tradeflow.simulate.goods import editions_used, good_of, split_month
from tradeflow.simulate.rules import check_number, check_numbers
from tradeflow.simulate.series import Tails
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tradeflow.simulate.effects import CodeSplit, Effect
    from tradeflow.simulate.goods import Good

SHORTEST: Final = 12
LONGEST: Final = 1_200
LAST_DAY: Final = 28
_TUPLES: Final = frozenset({"reporters", "partners", "hubs", "mirrors", "codes", "effects"})


def check_world(world: World) -> None:
    """Raise an error with a remedy if the settings of a world contradict each other."""
    if not isinstance(world, World):
        raise UsageError(f"world is a {type(world).__name__}; give a World(...) or None.")
    _check_types(world)
    _check_countries(world)
    for holds, problem in _conditions(world):
        if not holds:
            raise UsageError(f"World: {problem}.")
    edition_of(world.reporters[0], world.start)


def _check_types(world: World) -> None:
    if not isinstance(world.start, date):
        raise UsageError(f"World: start is {world.start!r}; give a date, such as date(2017, 1, 1).")
    check_numbers(world)
    for field in fields(world):
        part = getattr(world, field.name)
        if is_dataclass(part) and not isinstance(part, type):
            check_numbers(part)
        if field.name in _TUPLES and not isinstance(part, tuple):
            raise UsageError(f"World: {field.name} is {part!r}; give a tuple, if only of one.")
    one_of(world.noise.tails, Tails, name="tails")


def _conditions(world: World) -> list[tuple[bool, str]]:
    drawn = sum(share for _, share in drawn_shares(world))
    sizes = world.rates.size_smallest, world.rates.size_largest
    exporters, partners = set(world.reporters), set(world.partners)
    return [
        (world.start.day == 1, f"start is {world.start}; give the first day of a month"),
        (
            SHORTEST <= world.months <= LONGEST,
            f"months is {world.months}; give {SHORTEST} to {LONGEST}",
        ),
        (bool(exporters), "reporters is empty; name one, such as ('CHN',)"),
        (RUSSIA in partners, f"{RUSSIA} is not among the partners; add it"),
        (not exporters & partners, "a country is reporter and partner; keep it in one of the two"),
        (set(world.hubs) <= partners - {RUSSIA}, "a hub is no partner; add it to partners"),
        (set(world.mirrors) <= partners, "a mirror is no partner; add it to partners"),
        (drawn <= 1, f"the shares of rates add up to {drawn:g}; lower them to at most 1"),
        (0 <= sizes[0] <= sizes[1], f"effects of log size {sizes}; give 0 <= smallest <= largest"),
        (1 <= world.releases.day <= LAST_DAY, f"day of release is not within 1 to {LAST_DAY}"),
        (world.releases.half_life_months >= 1, "half_life_months is below 1; give 1 or more"),
    ]


def drawn_shares(world: World) -> list[tuple[str, float]]:
    """Kinds of effects that are drawn good by good, with their shares, in a fixed order."""
    names = [f.name for f in fields(world.rates) if f.name.endswith("_share")]
    return [(n.removesuffix("_share"), getattr(world.rates, n)) for n in names if n != "fall_share"]


def _check_countries(world: World) -> None:
    known = set(iso3_map("iso3")) - {WORLD}
    hint = "Countries are ISO 3166 alpha-3 codes."
    for name in ("reporters", "partners", "hubs", "mirrors"):
        countries: tuple[str, ...] = getattr(world, name)
        if len(set(countries)) != len(countries):
            raise UsageError(f"World: {name} names a country twice: {', '.join(countries)}.")
        for country in countries:
            if country not in known:
                raise UnknownNameError.of(f"World: {name}", country, known, hint=hint)


def check_goods(goods: Sequence[Good], effects: Sequence[Effect], world: World) -> None:
    """Raise if a good of the world cannot be written down under one code, or two at a split."""
    if not goods:
        raise UsageError("World: there are no goods; give n_codes or codes.")
    splits = [e for e in effects if isinstance(e, kinds.CodeSplit)]
    _check_clashes(splits, goods, world)
    split = {e.code for e in splits}
    for good in goods:
        if not good.exact and good.hs6 not in split:
            spread = "; ".join(f"{e}: {', '.join(c)}" for e, c in good.codes.items())
            raise UsageError(
                f"World: {good.hs6} is not one code in each edition ({spread}). State a "
                "CodeSplit for it, or choose another code."
            )


def _check_clashes(splits: Sequence[CodeSplit], goods: Sequence[Good], world: World) -> None:
    """Raise if two goods would be recorded under the same code."""
    editions = editions_used(world)
    claimed = [good_of(code, editions).hs6 for split in splits for code in split.successors]
    claimed += [good.hs6 for good in goods]
    for names, remedy in (
        (claimed, "a successor of a CodeSplit must not be a good of its own, or a successor twice"),
        ([split.code for split in splits], "a code can be split once"),
    ):
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise UsageError(f"World: {', '.join(twice)} clashes: {remedy}.")


def check_effects(effects: Sequence[Effect], world: World) -> None:
    """Raise an error with a remedy if an effect cannot happen in this world."""
    for effect in effects:
        if not isinstance(effect, kinds.Effect):
            raise UsageError(f"World: {effect!r} is no effect; see tradeflow.simulate.effects.")
        for field in fields(cast("kinds.Spike", effect)):
            value = getattr(effect, field.name)
            if isinstance(value, float | int):
                check_number(type(effect).__name__, field.name, value)
        _check_month(effect, world)
        _check_route(effect, world)
        _SPECIAL.get(type(effect), _nothing)(effect, world)


def _check_month(effect: Effect, world: World) -> None:
    if not 0 <= world.position(effect.day) < world.months:
        last = world.month(world.months - 1)
        raise UsageError(
            f"{type(effect).__name__} begins in {effect.day:%Y-%m}; the world lasts from "
            f"{world.start:%Y-%m} to {last:%Y-%m}. Choose a month in between."
        )


def _nothing(effect: Effect, world: World) -> None:
    del effect, world


def _check_route(effect: Effect, world: World) -> None:
    target, where = effect.target(), type(effect).__name__
    onward = target.reporter in world.hubs and target.partner == RUSSIA
    if target.reporter not in {None, *world.reporters} and not onward:
        raise UsageError(
            f"{where}: {target.reporter} does not report exports to {target.partner} here. Add it "
            "to reporters, or to hubs for exports to Russia."
        )
    if target.partner not in {None, *world.partners}:
        raise UsageError(f"{where}: {target.partner} is no partner here; add it to partners.")


def _check_diverted(effect: Effect, world: World) -> None:
    hub = cast("kinds.DivertedRoute", effect).hub
    if hub not in world.hubs:
        raise UsageError(f"DivertedRoute: {hub} is no hub here; add it to hubs and partners.")
    _check_partial(effect, world)


def _check_partial(effect: Effect, world: World) -> None:
    del world
    share = cast("kinds.DivertedRoute", effect).share
    if not 0 < share < 1:
        raise UsageError(f"{type(effect).__name__}: share is {share}; give 0 < share < 1.")


def _check_mirror(effect: Effect, world: World) -> None:
    partner = cast("kinds.MirrorSilence", effect).partner
    if partner not in world.mirrors:
        raise UsageError(
            f"{type(effect).__name__}: {partner} does not report imports here; add it to mirrors."
        )


def _check_lost(effect: Effect, world: World) -> None:
    _check_mirror(effect, world)
    _check_partial(effect, world)


def _check_recorded(effect: Effect, world: World) -> None:
    change = cast("kinds.PartnerCodeChange", effect)
    changes = [e for e in world.effects if isinstance(e, kinds.PartnerCodeChange)]
    others = [e.recorded_as for e in changes if e is not change]
    taken = {*world.partners, *world.reporters, *others}
    if change.recorded_as in taken or change.recorded_as not in iso3_map("iso3"):
        raise UsageError(
            f"PartnerCodeChange: recorded_as is {change.recorded_as}; give an ISO alpha-3 country "
            "that takes no other part in this world."
        )


def _check_split(effect: Effect, world: World) -> None:
    split = cast("CodeSplit", effect)
    good = good_of(split.code, editions_used(world))
    if not 0 < split.first_share < 1:
        raise UsageError(f"CodeSplit: first_share is {split.first_share}; give 0 < share < 1.")
    if split.successors:
        _check_successors(split, good, world)
    elif good.exact or len(good.codes[editions_used(world)[-1]]) == 1:
        raise UsageError(
            f"CodeSplit: no edition of the span splits {split.code}; name two successors, or take "
            "a code such as 854150, which HS2022 splits."
        )
    elif f"{split.day:%Y-%m}" != split_month(world):
        raise UsageError(
            f"CodeSplit: {split.code} is split by a change of edition, in {split_month(world)}; "
            f"{split.month} is another month."
        )


def _check_successors(split: CodeSplit, good: Good, world: World) -> None:
    editions = editions_used(world)
    exact = good.exact and all(
        code in known_codes(editions[-1]) and good_of(code, editions).exact
        for code in split.successors
    )
    if not exact or len(set(split.successors) - {good.hs6}) != 2:  # noqa: PLR2004  split in two
        raise UsageError(
            f"CodeSplit: successors of {split.code} are {split.successors}; give two other codes "
            f"of {editions[-1]} that stay one code over the span, for a code that does too."
        )


_SPECIAL: Final[Mapping[type[Effect], Callable[[Effect, World], None]]] = {
    kinds.DivertedRoute: _check_diverted,
    kinds.MirrorSilence: _check_mirror,
    kinds.LostInTransit: _check_lost,
    kinds.PartnerCodeChange: _check_recorded,
    kinds.CodeSplit: _check_split,
}
