"""Pictures of prices and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from tradeflow.charts.canvas import Box, Said, drawing_on, label_axes, legend_above
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import Points, lines_on, nothing_heard, plot_forest
from tradeflow.charts.intervals import percent
from tradeflow.charts.names import series_names, trade_words
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import FAINT, INK, PALETTE, plain
from tradeflow.detect.witness.heard import tally
from tradeflow.detect.witness.price.tables import strongest

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.price_volume import PriceVolumeResult
    from tradeflow.detect.witness.price.unit_values import UnitValueResult

_MOST: Final = 12
_CLEAR: Final = 0.10
"""q-value up to which a mark is full."""

_ROUND: Final = tuple(digit * 10.0**power for power in range(-6, 9) for digit in (1, 3))
_LABELS: Final = {"volume": "quantity", "price": "unit value"}


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
    found = strongest(result)
    rows = found[: lines_on(ax, _MOST)]
    return plot_forest(
        ax,
        _price_said(result, len(rows)),
        provenance_of(result),
        names=series_names(result.keys[rows.tolist()], result.by),
        points=[
            _part(result, "volume", rows, PALETTE[0], "o"),
            _part(result, "price", rows, PALETTE[3], "s"),
        ],
        axis="change of unit value and of quantity, % (log scale; bar: 90 % interval)",
        of=len(found),
    )


def _part(
    result: PriceVolumeResult, part: str, rows: NDArray[np.intp], color: str, marker: str
) -> Points:
    judged, q = getattr(result, part), getattr(result, f"{part}_q")
    middle, half = judged.change[rows], judged.half[rows]
    return Points(
        label=_LABELS[part],
        sizes=np.stack([middle, middle - half, middle + half], axis=1),
        color=color,
        marker=marker,
        full=np.nan_to_num(q[rows], nan=1.0) <= _CLEAR,
    )


def _price_said(result: PriceVolumeResult, shown: int) -> Said:
    heard = result.heard
    volume, price = (
        int((np.nan_to_num(q[heard], nan=1.0) <= _CLEAR).sum())
        for q in (result.volume_q, result.price_q)
    )
    headline = (
        f"Of {heard.sum():,} series heard, the quantity moved clearly in {volume:,} and the unit "
        f"value in {price:,}{_farthest(result)}"
    )
    if not shown:
        headline = f"Price and quantity cannot be told apart for any of {len(heard):,} series"
    years = "year" if result.baseline == 1 else f"{result.baseline} years"
    subtitle = (
        f"{trade_words(result.keys, result.provenance)}: {result.periods_after} periods from "
        f"{result.since:%Y-%m} on against the {years} before."
    )
    if shown:
        subtitle += (
            f" The {shown} series least likely by chance; full marks: q at most {_CLEAR:.2f}."
        )
    unit_values = (
        "Unit value: US dollars per kilogram; another mix of goods within a code moves it, too."
    )
    return Said(headline, subtitle, (f"{unit_values} Series: {tally(result.rule)}. {COMPATIBLE}",))


def _farthest(result: PriceVolumeResult) -> str:
    """Name the first of the series, where its quantity moved clearly."""
    rows = strongest(result)[:1].tolist()
    if not rows or not result.volume_q[rows[0]] <= _CLEAR:
        return ""
    name = series_names(result.keys, result.by)[rows[0]]
    volume, price = (percent(part.change[rows[0]]) for part in (result.volume, result.price))
    return f"; {name}: quantity {volume}, unit value {price}"


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
    out = result.outlying
    if not np.isfinite(result.p).any():
        return nothing_heard(ax, _unit_said(result), provenance_of(result))
    box = Box(height=3.6, left=0.6)
    with drawing_on(ax, _unit_said(result), provenance_of(result), box) as target:
        for cells, color, marker, label in (
            (np.isfinite(result.p) & ~out, FAINT, ".", "within what placebos do"),
            (out, PALETTE[1], "D", f"stands out (q at most {result.rate:.2f})"),
        ):
            x, y = result.expected[cells], result.unit_value[cells]
            target.plot(x, y, marker, color=color, ms=4, lw=0, label=label)
        target.set(xscale="log", yscale="log")
        target.axline((1, 1), (10, 10), color=INK, lw=0.8, label="as expected")
        label_axes(target, x="expected, USD per kg (log scale)", y="found, USD per kg (log scale)")
        _prices(target)
        legend_above(target)
    return target


def _prices(ax: Axes) -> None:
    """Round prices on both axes, and no tick between them."""
    for axis in (ax.xaxis, ax.yaxis):
        low, high = axis.get_view_interval()
        axis.set_major_locator(FixedLocator([x for x in _ROUND if low <= x <= high]))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(plain))


def _unit_said(result: UnitValueResult) -> Said:
    cells, out = int(np.isfinite(result.p).sum()), result.outlying
    headline = f"{out.sum():,} of {cells:,} unit values stand out from what was expected"
    if not cells:
        headline = f"No unit value of {len(result.rule):,} series could be heard"
    if out.any():
        row, column = np.unravel_index(int(np.nanargmin(result.q)), result.q.shape)
        name = series_names(result.keys, result.by)[int(row)]
        gap = percent(result.gap[row, column])
        headline += f"; the clearest: {name}, {gap} in {result.periods[int(column)]:%Y-%m}"
    subtitle = (
        f"{trade_words(result.keys, result.provenance)}, "
        f"{result.periods[0]:%Y-%m} to {result.periods[-1]:%Y-%m}; "
        f"a point is one series in one period, judged by {result.placebos:,} placebos."
    )
    return Said(headline, subtitle, (f"Series: {tally(result.rule)}. {COMPATIBLE}",))
