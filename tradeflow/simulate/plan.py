"""A world that is ready to be played: its settings, seed, goods and effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradeflow.simulate.draws import drawer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.simulate.draws import Draw
    from tradeflow.simulate.effects import Effect
    from tradeflow.simulate.goods import Good
    from tradeflow.simulate.world import World


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A world that is ready to be played.

    Attributes
    ----------
    world, seed
        What was asked for.
    goods
        The goods, by name.
    effects
        Everything that happens, with goods under their newest code.
    """

    world: World
    seed: int
    goods: tuple[Good, ...]
    effects: tuple[Effect, ...]

    def rows(self) -> dict[str, int]:
        """Map the name of every good to its row."""
        return {good.hs6: row for row, good in enumerate(self.goods)}

    def draw(self, where: str) -> Draw:
        """Make the source of random numbers for all goods at one place."""
        return drawer(self.seed, where, [int(good.hs6) for good in self.goods])

    def began(self, effect: Effect) -> int:
        """Return the position of the month in which an effect begins."""
        return self.world.position(effect.day)

    def touching(self, reporter: str, partner: str) -> Iterator[Effect]:
        """List the effects that touch a route."""
        for effect in self.effects:
            target = effect.target()
            if target.reporter in {None, reporter} and target.partner in {None, partner}:
                yield effect
