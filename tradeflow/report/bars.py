"""Interval bars: one small drawing per row, all on one logarithmic scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradeflow.report.page import Interval

_WIDTH: Final = 120.0  # of the drawing, in its own units
_MIDDLE: Final = 8.0
_EDGE: Final = 6.0
_BEYOND: Final = math.log(1.8)  # room past the farthest dot; longer intervals are cut
_LOWEST: Final = 1e-9
_ROUND: Final = (1e-3, 1e-2, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1e3)
_NEAR: Final = 30.0  # between ticks, so that their words have room


class Scale:
    """From ratios to places on the bar.

    Parameters
    ----------
    intervals
        Everything that is drawn on it.
    """

    def __init__(self, intervals: Iterable[Interval]) -> None:
        dots = [math.log(max(i.at, _LOWEST)) for i in intervals]
        self.low = min([0.0, *dots]) - _BEYOND
        self.high = max([0.0, *dots]) + _BEYOND

    def x(self, ratio: float) -> float:
        """Place of a ratio; beyond the ends of the scale, the end."""
        log = math.log(ratio) if 0 < ratio < math.inf else math.copysign(math.inf, ratio - 1)
        part = (min(max(log, self.low), self.high) - self.low) / (self.high - self.low)
        return round(_EDGE + part * (_WIDTH - 2 * _EDGE), 1)

    def cut(self, ratio: float) -> bool:
        """Whether a ratio lies beyond the ends."""
        return not math.exp(self.low) <= ratio <= math.exp(self.high)

    def bar(self, interval: Interval) -> Markup:
        """Draw an interval; its text stands beside it, so that the drawing itself is silent."""
        at, left, right = (self.x(v) for v in (interval.at, interval.low, interval.high))
        ends = [
            f'<path class="end" d="M{x} {_MIDDLE}l{step} -3.5v7z"/>'
            for x, step, cut in (
                (left - 5, 5, self.cut(interval.low)),
                (right + 5, -5, self.cut(interval.high)),
            )
            if cut
        ]
        return _drawing(
            f'<path class="one" d="M{self.x(1)} 0V16"/>'
            f'<path class="reach" d="M{left} {_MIDDLE}H{right}"/>{"".join(ends)}'
            f'<circle class="{interval.weight}" cx="{at}" cy="{_MIDDLE}" r="4"/>'
        )

    def axis(self) -> Markup:
        """Draw the scale: as many round ratios as have room beside 1."""
        kept = [1.0]
        for ratio in sorted(_ROUND, key=lambda r: -abs(math.log(r))):
            far = all(abs(self.x(ratio) - self.x(other)) >= _NEAR for other in kept)
            if far and not self.cut(ratio):
                kept.append(ratio)
        ticks = "".join(
            f'<text x="{self.x(r)}" y="12">\N{MULTIPLICATION SIGN}{r:g}</text>'
            for r in sorted(kept)
        )
        return _drawing(ticks, kind="bar axis")


def _drawing(inside: str, *, kind: str = "bar") -> Markup:
    """Wrap numbers of our own into a drawing; no text from data comes here."""
    return Markup(  # noqa: S704  numbers and fixed words only
        f'<svg class="{kind}" viewBox="0 0 {_WIDTH:g} 16" aria-hidden="true">{inside}</svg>'
    )
