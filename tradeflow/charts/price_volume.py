"""Pictures of prices and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.style import FAINT, PALETTE, SMALL, styled
from tradeflow.detect.witness.price.tables import strongest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.price_volume import PriceVolumeResult
    from tradeflow.detect.witness.price.unit_values import UnitValueResult

_MOST: Final = 12
_APART: Final = 0.15  # rows between the marks of a series
_EXACT: Final = 0.10  # significance level of the intervals drawn
_COARSE: Final = (0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000)
_TICKS: Final = tuple(sorted({*_COARSE, 0.6, 0.7, 0.8, 0.9, 1.1, 1.2, 1.3, 1.5, 1.7, 3}))
_FITTING: Final = 12


def plot_price_volume(result: PriceVolumeResult, *, ax: Axes | None = None) -> Axes:
    """Draw price and volume of the strongest changes, with 90 % intervals.

    Parameters
    ----------
    result
        From :func:`tradeflow.price_volume`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    with styled():
        ax = ax or new_axes()
        rows = strongest(result)[:_MOST][::-1]
        for part, color, shift in (
            ("price", PALETTE[3], _APART),
            ("volume", PALETTE[0], -_APART),
        ):
            judged = getattr(result, part)
            ax.errorbar(
                judged.change[rows],
                np.arange(len(rows)) + shift,
                xerr=judged.half[rows],
                fmt="o",
                color=color,
                lw=1.2,
                ms=4,
                label=f"{part}, 90 % interval",
            )
        names = result.keys.select("reporter", "partner", result.by).rows()
        ax.set_yticks(np.arange(len(rows)), [" ".join(names[i]) for i in rows])
        ax.axvline(0, color="black", lw=0.8)
        ratio_axis(ax, f"change from {result.since:%Y-%m} on (times the baseline, log scale)")
        finish(ax, _found(result), result.provenance, len(rows))
    return ax


def _found(result: PriceVolumeResult) -> str:
    heard = result.heard
    moved = [
        int((np.nan_to_num(q[heard], nan=1.0) <= _EXACT).sum())
        for q in (result.volume_q, result.price_q)
    ]
    return (
        f"Of {heard.sum():,} series heard, volume moved in {moved[0]:,} and unit value in "
        f"{moved[1]:,} (q at most 0.10); {(~heard).sum():,} not heard"
    )


def plot_unit_values(result: UnitValueResult, *, ax: Axes | None = None) -> Axes:
    """Draw every unit value against what was expected, and those that stand out.

    Parameters
    ----------
    result
        From :func:`tradeflow.unit_values`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    with styled():
        ax = ax or new_axes()
        out = result.outlying
        for cells, color, size, label in (
            (np.isfinite(result.p) & ~out, FAINT, 5, "within what placebos do"),
            (out, PALETTE[1], 18, f"stands out (q at most {result.rate:.2f})"),
        ):
            x, y = result.expected[cells], result.unit_value[cells]
            ax.scatter(x, y, s=size, color=color, lw=0, alpha=0.7, label=label)
        ax.set(
            xscale="log", yscale="log", xlabel="expected, USD per kg", ylabel="found, USD per kg"
        )
        ax.axline((1, 1), (10, 10), color="black", lw=0.8)
        found = (
            f"{out.sum():,} of {np.isfinite(result.p).sum():,} unit values stand out; "
            f"{(result.rule != '').sum():,} series not heard"
        )
        finish(ax, found, result.provenance, int(np.isfinite(result.p).sum()))
    return ax


def ratio_axis(ax: Axes, label: str) -> None:
    """Write ratios on an axis of logs, at most as many as fit."""
    low, high = ax.get_xlim()
    every = [t for t in _TICKS if low <= np.log(t) <= high]
    inside = every if len(every) <= _FITTING else [t for t in every if t in _COARSE]
    ax.set_xticks(np.log(inside), [f"{t:g}" for t in inside])
    ax.set_xlabel(label)


def finish(ax: Axes, finding: str, provenance: tuple[str, ...], drawn: int) -> None:
    """State the finding and the source; simulated data say so in their source."""
    ax.set_title(f"{finding}\n{', '.join(provenance)}", loc="left")
    if drawn:
        ax.legend(
            fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(0.0, -0.11), ncols=4
        )
    else:
        ax.set(xticks=[], xlabel="")
        ax.text(0.02, 0.5, "nothing was heard", transform=ax.transAxes)


def new_axes() -> Axes:
    """Axes of a new figure that no window holds on to."""
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 5), layout="constrained").subplots()


def reach(
    low: NDArray[np.float64], middle: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Error bars of an interval, shape (2, n)."""
    return np.stack([middle - low, high - middle])
