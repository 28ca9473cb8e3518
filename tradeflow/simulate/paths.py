"""Effects that bend the log volume or the log unit value of whole series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from tradeflow.simulate.effect import CHINA, Effect, Target

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.simulate.effect import Month


class PathEffect(Effect):
    """An effect that bends the log volume or log unit value of its series.

    Attributes
    ----------
    bends
        Which of the two.
    """

    __slots__ = ()
    bends: ClassVar[Literal["volume", "unit_value"]] = "volume"

    def path(self, age: NDArray[np.intp]) -> NDArray[np.float64]:
        """Log points to add at each age, in months since the effect began (negative before)."""
        return np.where(age >= 0, self.size or 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _OneSeries(PathEffect):
    code: str
    partner: str
    month: Month
    log_size: float
    reporter: str = CHINA

    def target(self) -> Target:
        return Target(self.reporter, self.partner, self.code)


@dataclass(frozen=True, slots=True)
class LevelShift(_OneSeries):
    """Trade of one good on one route changes for good, in volume and so in value."""

    kind: ClassVar[str] = "level_shift"
    finding: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class VolumeChange(_OneSeries):
    """The same, under the name by which price and volume are told apart."""

    kind: ClassVar[str] = "volume_change"
    finding: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class PriceChange(_OneSeries):
    """The unit value changes for good, the volume does not."""

    kind: ClassVar[str] = "price_change"
    bends: ClassVar[Literal["volume", "unit_value"]] = "unit_value"


@dataclass(frozen=True, slots=True)
class Spike(_OneSeries):
    """One month stands out."""

    kind: ClassVar[str] = "spike"
    lasting: ClassVar[bool] = False

    def path(self, age: NDArray[np.intp]) -> NDArray[np.float64]:
        """Log points at each age."""
        return np.where(age == 0, self.log_size, 0.0)


@dataclass(frozen=True, slots=True)
class TemporaryChange(_OneSeries):
    """A change that decays by `decay` a month."""

    decay: float = 0.7
    kind: ClassVar[str] = "temporary_change"
    lasting: ClassVar[bool] = False

    def path(self, age: NDArray[np.intp]) -> NDArray[np.float64]:
        """Log points at each age."""
        return np.where(age >= 0, self.log_size * self.decay ** np.maximum(age, 0), 0.0)


def _ramp(age: NDArray[np.intp], log_size: float, months: int) -> NDArray[np.float64]:
    """Rise evenly over `months`; at once if that is 0 or 1."""
    return log_size * np.clip((age + 1) / max(months, 1), 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class WorldGrowth(PathEffect):
    """A good surges with every partner alike: nothing that is specific to Russia."""

    code: str
    month: Month
    log_size: float
    ramp_months: int = 12
    kind: ClassVar[str] = "world_growth"

    def target(self) -> Target:
        """Every route of the good."""
        return Target(None, None, self.code)

    def path(self, age: NDArray[np.intp]) -> NDArray[np.float64]:
        """Log points at each age."""
        return _ramp(age, self.log_size, self.ramp_months)


@dataclass(frozen=True, slots=True)
class CountryGrowth(PathEffect):
    """Trade of all goods with one partner grows: nothing that is specific to a good."""

    partner: str
    month: Month
    log_size: float
    ramp_months: int = 12
    reporter: str = CHINA
    kind: ClassVar[str] = "country_growth"

    def target(self) -> Target:
        """Every good of the route."""
        return Target(self.reporter, self.partner, None)

    def path(self, age: NDArray[np.intp]) -> NDArray[np.float64]:
        """Log points at each age."""
        return _ramp(age, self.log_size, self.ramp_months)


@dataclass(frozen=True, slots=True)
class Collapse(PathEffect):
    """All exports of a reporter collapse for one month, as China's did in February 2020."""

    log_size: float
    month: Month = "2020-02"
    reporter: str = CHINA
    kind: ClassVar[str] = "collapse"
    lasting: ClassVar[bool] = False

    def target(self) -> Target:
        """Every route of the reporter."""
        return Target(self.reporter, None, None)

    def path(self, age: NDArray[np.intp]) -> NDArray[np.float64]:
        """Log points at each age."""
        return np.where(age == 0, self.log_size, 0.0)
