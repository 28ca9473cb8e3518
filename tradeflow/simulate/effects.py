"""Things that happen in a simulated world; each is a truth that a method should find or resist.

Effects on a *path* (:mod:`tradeflow.simulate.paths`) bend the log volume or the log unit value of
whole series. The others act on what is traded where (:class:`DivertedRoute`), on how it is
recorded (:class:`CodeSplit`, :class:`PartnerCodeChange`, :class:`MirrorSilence`,
:class:`LostInTransit`) or on when it is published (:class:`LateMonth`, :class:`Revision`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tradeflow.simulate.effect import CHINA, RUSSIA, Effect, Target
from tradeflow.simulate.paths import (
    Collapse,
    CountryGrowth,
    LevelShift,
    PathEffect,
    PriceChange,
    Spike,
    TemporaryChange,
    VolumeChange,
    WorldGrowth,
)

if TYPE_CHECKING:
    from tradeflow.simulate.effect import Month

__all__ = [
    "CodeSplit",
    "Collapse",
    "CountryGrowth",
    "DivertedRoute",
    "Effect",
    "LateMonth",
    "LevelShift",
    "LostInTransit",
    "MirrorSilence",
    "PartnerCodeChange",
    "PathEffect",
    "PriceChange",
    "Revision",
    "Spike",
    "Target",
    "TemporaryChange",
    "VolumeChange",
    "WorldGrowth",
]


@dataclass(frozen=True, slots=True)
class DivertedRoute(Effect):
    """A share of the direct trade with Russia goes through a hub instead.

    Attributes
    ----------
    code, hub, month
        Good, country that it passes, first month.
    share
        Share of the direct trade that leaves the direct route.
    lag_months
        Months from the hub's import to its export.
    markup
        What the hub adds to the value, relative to it.
    reporter
        Exporter.
    """

    code: str
    hub: str
    month: Month
    share: float = 0.5
    lag_months: int = 1
    markup: float = 0.0
    reporter: str = CHINA
    kind: ClassVar[str] = "diverted_route"

    @property
    def size(self) -> float | None:
        """Log size on the direct route."""
        return float(np.log1p(-self.share))

    def target(self) -> Target:
        """The direct route."""
        return Target(self.reporter, RUSSIA, self.code)


@dataclass(frozen=True, slots=True)
class CodeSplit(Effect):
    """A good's trade is recorded under two other codes from a month on.

    Attributes
    ----------
    code
        The code that is split.
    month
        First month of the new codes. Without `successors` it is the month in which the first
        reporter adopts the edition that splits the code.
    successors
        Two codes, or empty for those of the code's family in the newest edition.
    first_share
        Share of the first of the two.
    """

    code: str
    month: Month = "2022-01"
    successors: tuple[str, ...] = ()
    first_share: float = 0.6
    kind: ClassVar[str] = "code_split"

    def target(self) -> Target:
        """Every route of the good."""
        return Target(None, None, self.code)


@dataclass(frozen=True, slots=True)
class PartnerCodeChange(Effect):
    """A reporter records a partner as another country from a month on."""

    partner: str
    month: Month
    recorded_as: str
    reporter: str = CHINA
    kind: ClassVar[str] = "partner_code_change"

    def target(self) -> Target:
        """Every good of the route."""
        return Target(self.reporter, self.partner, None)


@dataclass(frozen=True, slots=True)
class MirrorSilence(Effect):
    """A partner stops reporting its imports."""

    partner: str
    month: Month
    kind: ClassVar[str] = "mirror_silence"

    def target(self) -> Target:
        """Every good that the partner imports."""
        return Target(None, self.partner, None)


@dataclass(frozen=True, slots=True)
class LostInTransit(Effect):
    """A share of what is exported to a partner is never recorded there as imported."""

    code: str
    partner: str
    month: Month
    share: float = 0.5
    reporter: str = CHINA
    kind: ClassVar[str] = "lost_in_transit"

    @property
    def size(self) -> float | None:
        """Log size in the partner's report."""
        return float(np.log1p(-self.share))

    def target(self) -> Target:
        """The route to the partner."""
        return Target(self.reporter, self.partner, self.code)


@dataclass(frozen=True, slots=True)
class LateMonth(Effect):
    """A reporter publishes a month later than usual."""

    month: Month
    delay_months: int = 2
    reporter: str = CHINA
    kind: ClassVar[str] = "late_month"
    lasting: ClassVar[bool] = False

    def target(self) -> Target:
        """Everything that the reporter reports."""
        return Target(self.reporter, None, None)


@dataclass(frozen=True, slots=True)
class Revision(Effect):
    """A month is first published too low and put right later.

    Attributes
    ----------
    month
        The month.
    log_size
        Log ratio of the value put right to the one first published.
    revised_after_months
        Age at which it is put right.
    partner, reporter
        The route; all partners if None.
    """

    month: Month
    log_size: float
    revised_after_months: int = 6
    partner: str | None = None
    reporter: str = CHINA
    kind: ClassVar[str] = "revision"
    lasting: ClassVar[bool] = False

    def target(self) -> Target:
        """Every good of the route."""
        return Target(self.reporter, self.partner, None)
