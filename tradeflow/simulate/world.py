"""A simulated world as it is asked for: who trades, what, when, and what happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from tradeflow.simulate.effect import RUSSIA
from tradeflow.simulate.settings import (
    TRAPS,
    Levels,
    Mirror,
    Noise,
    Prices,
    Rates,
    Releases,
    Season,
)

if TYPE_CHECKING:
    from tradeflow.simulate.effects import Effect

PARTNERS: Final = (
    RUSSIA,
    *("DEU", "IND", "VNM", "THA", "MEX", "TUR", "KAZ", "KGZ", "ARM", "POL"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A miniature world of customs offices.

    Attributes
    ----------
    start
        First month.
    months
        Number of months.
    reporters, partners
        Main reporters and the destinations of their exports, ISO alpha-3; Russia among them.
    hubs
        Partners that also report what they export to Russia.
    mirrors
        Partners whose imports from the main reporters are reported too.
    n_codes, listed_share
        Number of goods drawn among the six-digit codes that stay one code over the editions of
        the span, and the share of them that a control list or category names.
    codes
        Further goods that are surely there, as six-digit codes.
    levels, noise, season, prices, releases, mirror
        The parts of the world.
    rates
        Effects drawn at random; ``Rates()`` for none.
    effects
        Effects stated one by one. A good that an effect names joins the world.

    Examples
    --------
    >>> World(months=48, n_codes=20).partners[:3]
    ('RUS', 'DEU', 'IND')
    """

    start: date = date(2017, 1, 1)
    months: int = 96
    reporters: tuple[str, ...] = ("CHN",)
    partners: tuple[str, ...] = PARTNERS
    hubs: tuple[str, ...] = ("KAZ", "KGZ", "ARM", "TUR")
    mirrors: tuple[str, ...] = ()
    n_codes: int = 120
    listed_share: float = 0.3
    codes: tuple[str, ...] = ()
    levels: Levels = field(default_factory=Levels)
    noise: Noise = field(default_factory=Noise)
    season: Season = field(default_factory=Season)
    prices: Prices = field(default_factory=Prices)
    releases: Releases = field(default_factory=Releases)
    mirror: Mirror = field(default_factory=Mirror)
    rates: Rates = TRAPS
    effects: tuple[Effect, ...] = ()

    def month(self, position: int) -> date:
        """Return the first day of the month at a position, 0 for the first."""
        years, months = divmod(self.start.month - 1 + position, 12)
        return date(self.start.year + years, months + 1, 1)

    def periods(self) -> tuple[date, ...]:
        """List the months, ascending."""
        return tuple(self.month(i) for i in range(self.months))

    def position(self, day: date) -> int:
        """Return the position of the month of a day; negative before the start."""
        return (day.year - self.start.year) * 12 + day.month - self.start.month
