"""A series against what its donors say that it would have been."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.canvas import Box, Said, drawing_on, label_axes, legend_above
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import nothing_heard
from tradeflow.charts.monthly.axis import set_amounts, set_months
from tradeflow.charts.names import exporter, good_name, place_name
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import BAND, PALETTE, millions
from tradeflow.detect.witness.excess.tables import donors_of, last
from tradeflow.detect.witness.heard import HEARD, tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.excess.result import ExcessResult

_MILLION: Final = 1e6
_NAMED: Final = 4  # donors
_DOTTED: Final = (0, (1.5, 1.2))  # the date is dashed


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
    row, provenance = _strongest(result), provenance_of(result)
    if row is None:
        none = Said(
            f"None of {len(result.rule)} series could be heard", _pair(result), _notes(result)
        )
        return nothing_heard(ax, none, provenance)
    with drawing_on(ax, _said(result, row), provenance, Box(height=3.0, left=0.6)) as target:
        _draw(target, result, row)
        legend_above(target)
    return target


def _strongest(result: ExcessResult) -> int | None:
    rows = np.flatnonzero(result.rule == HEARD)
    size = np.abs(last(result.total))
    return min(rows.tolist(), key=lambda i: (result.p[i], -size[i]), default=None)


def _draw(ax: Axes, result: ExcessResult, row: int) -> None:
    months: Any = list(result.periods)  # matplotlib takes dates, its types do not
    low, high = result.expected_low[row], result.expected_high[row]
    band, top = "90 % interval", _top(result, row)
    if np.nanmax(high) / _MILLION > top:
        band += ", cut at the top"
    ax.plot(months, result.actual[row] / _MILLION, color=PALETTE[0], lw=1.5, label="actual")
    ax.plot(
        months, result.expected[row] / _MILLION, color=PALETTE[1], ls=_DOTTED, lw=1.3,
        label="counterfactual from donors",
    )  # fmt: skip
    ax.fill_between(
        months, low / _MILLION, high / _MILLION, color=BAND, alpha=0.35, lw=0, label=band
    )
    label_axes(ax, y=f"million {result.unit} a {_period(result)}")
    set_amounts(ax, 0, top, ticks=5)
    set_months(ax, result.periods, since=result.since)


def _period(result: ExcessResult) -> str:
    step = (result.periods[1] - result.periods[0]).days
    return "year" if step > 31 else "month"  # noqa: PLR2004  days of the longest month


def _top(result: ExcessResult, row: int) -> float:
    """Top of the axis: leaves the lines readable where a wide interval would press them flat."""
    lines = np.nanmax([result.actual[row], result.expected[row]]) / _MILLION
    widest = np.nanmax(result.expected_high[row]) / _MILLION
    return float(1.1 * min(max(lines, widest), 2.5 * lines))


def _said(result: ExcessResult, row: int) -> Said:
    total, low, high = (last(x)[row] for x in (result.total, result.total_low, result.total_high))
    good = good_name(result.keys[result.by][row], result.by)
    headline = (
        f"{good}: {millions(abs(total))} m {result.unit} {'more' if total > 0 else 'less'} "
        f"than donors predict since {result.since:%Y-%m} (90 % interval "
        f"{millions(low, sign=True)} to {millions(high, sign=True)}; p = {result.p[row]:.2f})"
    )
    weights = result.weights[row]
    named = ", ".join(f"{place_name(name)} {100 * w:.0f} %" for name, w in weights[:_NAMED])
    more = f" and {len(weights) - _NAMED} more" if len(weights) > _NAMED else ""
    donors = f" Donors: {named}{more}." if weights else ""
    subtitle = f"{_pair(result, row)} {_chance(result, row)}.{donors}"
    return Said(headline, subtitle, _notes(result))


def _pair(result: ExcessResult, row: int = 0) -> str:
    if result.keys.is_empty():
        return f"Exports to {place_name(result.partner)}."
    reporter, partner = result.keys.select("reporter", "partner").row(row)
    return f"Exports of {exporter(reporter, result.provenance)} to {place_name(partner)}."


def _notes(result: ExcessResult) -> tuple[str, ...]:
    return (f"The strongest of all series: {tally(result.rule)}. {COMPATIBLE}",)


def _chance(result: ExcessResult, row: int) -> str:
    placebos = donors_of(result, row)
    least = f", the least that {placebos} can give" if result.p[row] <= 1 / (1 + placebos) else ""
    space = f"p = {result.p[row]:.2f} among {placebos} placebo partners{least}"
    if np.isnan(result.p_time[row]):
        return f"{space}, too few earlier dates to compare with"
    return f"{space}, {result.p_time[row]:.2f} among {result.fake_dates[row]:.0f} earlier dates"
