"""What all effects share: where they act, when they begin, how large they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from tradeflow.nomenclature.editions import first_day

if TYPE_CHECKING:
    from datetime import date

    Month: TypeAlias = date | str

CHINA: Final = "CHN"
RUSSIA: Final = "RUS"


@dataclass(frozen=True, slots=True)
class Target:
    """Which series an effect touches; None stands for all.

    Attributes
    ----------
    reporter, partner, code
        Exporter, destination and good.
    """

    reporter: str | None
    partner: str | None
    code: str | None


class Effect:
    """Base of all effects.

    Attributes
    ----------
    kind
        The word for it in the table of truth.
    lasting
        Whether it is still there at the end.
    finding
        Whether it is what a search for Russia-specific shifts should find, if it happens on a
        route to Russia. All others are traps.
    """

    __slots__ = ()
    kind: ClassVar[str]
    lasting: ClassVar[bool] = True
    finding: ClassVar[bool] = False

    @property
    def day(self) -> date:
        """First day of the month in which it begins."""
        return first_day(getattr(self, "month")).replace(day=1)  # noqa: B009  a field of each kind

    @property
    def size(self) -> float | None:
        """Log size, or None where none can be given."""
        value: float | None = getattr(self, "log_size", None)
        return value

    def target(self) -> Target:
        """Which series it touches."""
        raise NotImplementedError
