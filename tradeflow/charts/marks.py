"""Events from the table, thinned and numbered so that their labels never overlap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tradeflow.charts.style import FAINT, INK, NOTE
from tradeflow.nomenclature.events import charted_events

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from matplotlib.axes import Axes

KINDS: Final = ("nomenclature", "war", "china_control", "list", "notice")
_APART: Final = timedelta(days=60)  # one event per kind in so many days: announced, then in force
_MOST: Final = 6
_STEP: Final = 0.17  # years between two numbers above the axis


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered event; `day` is the first of the month where only the month is known."""

    number: int
    day: date
    precision: str
    label: str

    @property
    def when(self) -> str:
        """The date in print, no finer than it is known."""
        month = f"{self.day:%b %Y}"
        return month if self.precision == "month" else f"{self.day.day} {month}"

    @property
    def x(self) -> float:
        """Place on an axis on which the bar of a year is centred on its number."""
        start = date(self.day.year, 1, 1)
        return self.day.year - 0.5 + (self.day - start).days / 365.25


def chosen_marks(
    since: date, until: date, *, kinds: Collection[str] = KINDS, most: int = _MOST
) -> tuple[Mark, ...]:
    """Choose the events to draw: their source was read, and no two tell of the same thing."""
    kept: list[tuple[date, str, str]] = []
    last: dict[str, date] = {}
    rows = charted_events(since=since, until=until).select("date", "precision", "label", "kind")
    for day, precision, label, kind in rows.iter_rows():
        if kind in kinds and (kind not in last or day - last[kind] > _APART):
            kept.append((day, precision, label))
            last[kind] = day
    return tuple(Mark(i, *event) for i, event in enumerate(kept[:most], start=1))


def key(marks: Sequence[Mark]) -> str:
    """Explain the numbers."""
    named = (f"{m.number}\N{NO-BREAK SPACE}{m.label}, {m.when}" for m in marks)
    return f"Events: {'; '.join(named)}."


def draw_marks(
    ax: Axes, marks: Sequence[Mark], *, at: Sequence[float] | None = None, step: float = _STEP
) -> None:
    """Draw a tick at the top of the axes for each event, with its number above.

    Parameters
    ----------
    ax, marks
        Where and what.
    at
        Places on the axis; None for an axis of years, on which a year is centred on its number.
    step
        Room that a number takes on that axis.
    """
    above = ax.get_xaxis_transform()
    days = [m.x for m in marks] if at is None else at
    for mark, day, place in zip(marks, days, _spread(days, step), strict=True):
        ax.plot(
            [day, place],
            [1.0, 1.03],
            transform=above,
            color=FAINT,
            linewidth=0.8,
            clip_on=False,
        )
        ax.text(
            place,
            1.035,
            str(mark.number),
            transform=above,
            fontsize=NOTE,
            color=INK,
            ha="center",
            va="bottom",
        )


def _spread(places: Sequence[float], step: float) -> list[float]:
    """Move numbers apart to the right where they would overlap."""
    out: list[float] = []
    for place in places:
        out.append(place if not out else max(place, out[-1] + step))
    return out
