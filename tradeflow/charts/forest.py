"""Forest plots: one line to a series, a point with its interval, and the same in figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.canvas import ROOM, Box, drawing_on, label_axes, lay_out, legend_above
from tradeflow.charts.intervals import draw_interval, percent, percent_axis, reach_of_logs
from tradeflow.charts.page import height_of, width_of
from tradeflow.charts.style import FAINT, INK, RULE, SMALL
from tradeflow.charts.wrap import shorten, width, wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.charts.canvas import Said
    from tradeflow.charts.provenance import Provenance

_PITCH: Final = 0.15  # inches for each point of a line
_BETWEEN: Final = 0.1  # inches between lines
_LABEL: Final = 2.7  # inches at most
_LABEL_GIVEN: Final = 0.45  # part of a caller's axes
_LINE_GIVEN: Final = 0.28  # inches that a name in two lines takes, and a part of the words above
_GAP: Final = 0.15  # inches
_FEWEST: Final = 3  # lines that an axis has room for
_LINES: Final = 1.2  # of a name, in points of a line
_ABOVE, _LEGEND = 0.15, 0.32  # inches over the drawing, without and with a legend
_BELOW: Final = 0.5
_MARKER: Final = 4.5


@dataclass(frozen=True, slots=True)
class Points:
    """One kind of estimate for every series of a forest plot.

    Attributes
    ----------
    label
        For the legend.
    sizes
        Shape (n, 3), log points: estimate and ends of its interval; NaN where there is none.
    color, marker
        How it is drawn.
    full
        Shape (n,): full where it is clear, open elsewhere; the words say what is clear.
    """

    label: str
    sizes: NDArray[np.float64]
    color: str
    marker: str
    full: NDArray[np.bool_]


def plot_forest(
    ax: Axes | None,
    said: Said,
    provenance: Provenance,
    *,
    names: Sequence[str],
    points: Sequence[Points],
    axis: str,
    of: int,
) -> Axes:
    """Draw changes in log points, labelled in per cent, the first series on top.

    Parameters
    ----------
    ax
        A caller's axes, or None for a sheet with figures beside the bars.
    said, provenance
        Words, and where the numbers come from.
    names
        Of the n series.
    points
        Kinds of estimates, drawn one under the other.
    axis
        What is drawn, for the label of the axis.
    of
        How many series there are to draw; the label says so if `names` are fewer.
    """
    figures = [_in_figures(names, kind) for kind in points]
    beside = max((width(text, size=SMALL) for kind in figures for text in kind), default=0.0)
    longest = max((width(name, size=SMALL) for name in names), default=0.0)
    line = _PITCH * max(len(points), _LINES) + _BETWEEN
    some = f"; {len(names)} of {of} series drawn" if len(names) < of else ""
    box = Box(
        height=line * max(len(names), _FEWEST),
        left=min(longest, _LABEL) + _GAP,
        right=beside + _GAP,
        above=_LEGEND if len(points) > 1 else _ABOVE,
        below=_BELOW + (0.1 if some else 0.0),
    )
    if not names:
        return nothing_heard(ax, said, provenance)
    with drawing_on(ax, said, provenance, box) as target:
        _draw(target, points)
        write_names(target, names, _LABEL if ax is None else None)
        lay_out(target)
        percent_axis(target)
        label_axes(target, x=axis + some)
        if len(points) > 1:
            legend_above(target)
        if ax is None:
            _figures(target, figures, points, ROOM - box.left - box.right)
    return target


def lines_on(ax: Axes | None, most: int) -> int:
    """Lines to draw: `most` on a sheet, and no more than there is room for on a caller's axes."""
    return most if ax is None else min(most, max(int(height_of(ax) / _LINE_GIVEN), _FEWEST))


def _draw(ax: Axes, points: Sequence[Points]) -> None:
    n = len(points[0].sizes)
    limits = reach_of_logs(np.concatenate([kind.sizes for kind in points]))
    ax.set(xlim=limits, ylim=(n - 0.5, -0.5))
    ax.axvline(0, color=INK, lw=0.8)
    ax.hlines(np.arange(1, n) - 0.5, *limits, color=RULE, lw=0.4, zorder=0)
    for kind, shift in zip(points, _offsets(len(points)), strict=True):
        for y, sizes in enumerate(kind.sizes):
            draw_interval(ax, y + shift, sizes[1:], limits, color=kind.color)
        _marks(ax, kind, shift, limits)


def _marks(ax: Axes, kind: Points, shift: float, limits: tuple[float, float]) -> None:
    """Full and open points; the legend shows a full one, if there is any."""
    at = np.clip(kind.sizes[:, 0], *limits)
    rows = np.arange(len(at)) + shift
    label: str | None = kind.label
    for which, face in ((kind.full, kind.color), (~kind.full, "white")):
        if which.any():
            ax.plot(
                at[which], rows[which], kind.marker, color=kind.color, mfc=face, ms=_MARKER,
                label=label,
            )  # fmt: skip
            label = None


def _offsets(kinds: int) -> NDArray[np.float64]:
    """Where in its line each kind of point stands."""
    room = _PITCH / (_PITCH * max(kinds, _LINES) + _BETWEEN)
    return np.asarray((np.arange(kinds) - (kinds - 1) / 2) * room, dtype=np.float64)


def write_names(ax: Axes, names: Sequence[str], inches: float | None) -> None:
    """Write names at the left, in two lines at most; None for a part of a caller's axes."""
    room = _LABEL_GIVEN * width_of(ax) if inches is None else inches
    ax.set_yticks(np.arange(len(names)), [_two_lines(name, room) for name in names])
    ax.tick_params(axis="y", length=0, pad=6)  # an arrow stands on the edge
    ax.spines["left"].set_visible(False)


def _two_lines(name: str, inches: float) -> str:
    """Break a name once, and cut what is left over."""
    first, *rest = wrap(name, inches=inches, size=SMALL)
    return "\n".join([first, shorten(" ".join(rest), inches=inches, size=SMALL)]).rstrip()


def _in_figures(names: Sequence[str], kind: Points) -> list[str]:
    """Print each estimate with its interval."""
    return [_figure(kind.sizes[i]) for i in range(len(names))]


def _figure(sizes: NDArray[np.float64]) -> str:
    if not np.isfinite(sizes[0]):
        return "not heard"
    if np.isnan(sizes).any():
        return f"{percent(sizes[0])} (no interval)"
    at, *ends = (percent(x) if np.isfinite(x) else "no bound" for x in sizes)
    return f"{at} ({ends[0].removesuffix(' %')} to {ends[1].removesuffix(' %')})"


def _figures(
    ax: Axes, figures: Sequence[Sequence[str]], points: Sequence[Points], inches: float
) -> None:
    for texts, shift in zip(figures, _offsets(len(points)), strict=True):
        for y, text in enumerate(texts):
            ax.text(
                1 + _GAP / inches,
                y + shift,
                text,
                transform=ax.get_yaxis_transform(),
                va="center",
                fontsize=SMALL,
                color=FAINT if text == "not heard" else INK,
            )


def nothing_heard(ax: Axes | None, said: Said, provenance: Provenance) -> Axes:
    """Say in place of a drawing that there is nothing to draw."""
    with drawing_on(ax, said, provenance, Box(height=_ABOVE, left=0.0, below=_ABOVE)) as target:
        target.set_axis_off()
        target.text(0, 0.5, "Nothing to draw.", transform=target.transAxes, color=FAINT)
    return target
