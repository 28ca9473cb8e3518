"""A series against what its donors say that it would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.style import BAND, DASHES, FAINT, MINUS, PALETTE, plain, styled
from tradeflow.detect.witness.excess.tables import donors_of, last
from tradeflow.detect.witness.heard import HEARD

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.excess.result import ExcessResult

_MILLION: Final = 1e6


def plot_excess(result: ExcessResult, *, ax: Axes | None = None) -> Axes:
    """Draw the series with the smallest p, and of those the largest excess.

    Parameters
    ----------
    result
        From :func:`tradeflow.detect.witness.excess.excess.excess`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    with styled():
        ax = ax or _new_axes()
        row = _strongest(result)
        source = ", ".join(result.provenance)
        if row is None:
            ax.set_axis_off()
            ax.set_title(f"None of {len(result.rule)} series could be heard\n{source}", loc="left")
            return ax
        _draw(ax, result, row)
        ax.set_title(f"{_finding(result, row)}\n{_chance(result, row)}\n{source}", loc="left")
    return ax


def _strongest(result: ExcessResult) -> int | None:
    rows = np.flatnonzero(result.rule == HEARD)
    size = np.abs(last(result.total))
    return min(rows.tolist(), key=lambda i: (result.p[i], -size[i]), default=None)


def _draw(ax: Axes, result: ExcessResult, row: int) -> None:
    months: Any = list(result.periods)
    low, high = result.expected_low[row], result.expected_high[row]
    ax.axvline(result.since, color=FAINT, lw=0.8)  # type: ignore[arg-type]  # a date
    band, top = "90 % interval", _top(result, row)
    if np.nanmax(high) / _MILLION > top:
        band += ", cut at the top"
    ax.fill_between(
        months, low / _MILLION, high / _MILLION, color=BAND, alpha=0.35, lw=0, label=band
    )
    ax.plot(
        months, result.expected[row] / _MILLION, color=PALETTE[1], ls=DASHES, lw=1.2,
        label="counterfactual from donors",
    )  # fmt: skip
    ax.plot(months, result.actual[row] / _MILLION, color=PALETTE[0], lw=1.4, label="actual")
    ax.set_ylabel(f"million {result.unit}")
    ax.yaxis.set_major_formatter(lambda value, _: plain(value))
    ax.set_xlim(months[0], months[-1])
    ax.set_ylim(0, top)
    ax.legend(loc="upper left")


def _top(result: ExcessResult, row: int) -> float:
    """Top of the axis: leaves the lines readable where a wide interval would press them flat."""
    lines = np.nanmax([result.actual[row], result.expected[row]]) / _MILLION
    widest = np.nanmax(result.expected_high[row]) / _MILLION
    return float(1.35 * min(max(lines, widest), 2.5 * lines))


def _finding(result: ExcessResult, row: int) -> str:
    reporter, partner, good = result.keys.select("reporter", "partner", result.by).row(row)
    total, low, high = (last(x)[row] for x in (result.total, result.total_low, result.total_high))
    return (
        f"{reporter} to {partner}, {good}: {_signed(total)} m {result.unit} since "
        f"{result.since:%Y-%m} (90 %: {_signed(low)} to {_signed(high)})"
    )


def _chance(result: ExcessResult, row: int) -> str:
    space = f"p {result.p[row]:.2f} among {donors_of(result, row)} placebo partners"
    if np.isnan(result.p_time[row]):
        return f"{space}, too few earlier dates to compare with"
    return f"{space}, {result.p_time[row]:.2f} among {result.fake_dates[row]:.0f} earlier dates"


def _signed(value: float) -> str:
    sign = MINUS if value < 0 else "+"
    return f"{sign}{abs(value) / _MILLION:,.3g}"


def _new_axes() -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 4.5), layout="constrained").subplots()
