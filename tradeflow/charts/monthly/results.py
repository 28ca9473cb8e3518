"""Pictures of what the monthly methods found over many series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.canvas import Box, Said, drawing_on, label_axes, legend_above
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import Points, lines_on, plot_forest
from tradeflow.charts.intervals import percent_ticks, reach_of_logs
from tradeflow.charts.monthly.axis import set_months
from tradeflow.charts.monthly.words import q_words
from tradeflow.charts.names import goods, series_names, trade_words
from tradeflow.charts.phrases import NBSP
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import FAINT, INK, PALETTE, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.monitor import MonitorResult
    from tradeflow.detect.monthly.screen import ScreenResult

    Rows = NDArray[np.intp]

MOST: Final = 30
"""Series that a ranking has room for."""

_FEW: Final = 6  # series that a sentence names
_REACH: Final = 1.6448536269514722  # of a 90 % interval, in standard errors
_NOTE: Final = "Bars: 90\xa0% intervals; an arrow is an end outside the panel."
_DESCRIBES: Final = f"A level shift describes; it is no alarm. {COMPATIBLE}"
_SUDDEN: Final = "sudden change, not shown to last"


def plot_monitor(
    result: MonitorResult, *, series: int | None = None, ax: Axes | None = None
) -> Axes:
    """Rank series by what they traded more or less than forecast over their longest span.

    Parameters
    ----------
    result
        From :func:`tradeflow.monitor`. Alarms are filled, others open.
    series
        Only so many of the first series; None for all. Of more than 30, alarms come first.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    count = len(result.rule) if series is None else series
    known = _watched(result, count)
    rows = _ranked(result, known, lines_on(ax, MOST))
    sizes = _against_forecast(result)[rows]
    excess, q = _over_longest(result, result.excess)[rows], result.q_longest[rows]
    named = series_names(result.keys, result.by)
    said = (
        f"{money(usd, sign=True)}, q {q_words(value)}".replace(" ", NBSP)
        for usd, value in zip(excess, q, strict=True)
    )
    both = zip(rows, said, strict=True)
    names = [f"{named[i]}: {words}" if ax is None else named[i] for i, words in both]
    points = Points("", sizes, INK, "o", result.alarm[rows])
    span = max((result.spans[k] for k in result.longest[rows]), default=0)
    axis = f"against the forecast, over up to {span} months from {result.since:%b %Y}"
    words = _monitor_said(result, count, few=len(rows) < len(known))
    return plot_forest(
        ax, words, provenance_of(result), names=names, points=[points], axis=axis, of=len(known)
    )


def _watched(result: MonitorResult, series: int) -> Rows:
    """Series with an answer, among so many."""
    return np.flatnonzero((result.rule[:series] == "") & (result.longest[:series] >= 0))


def _ranked(result: MonitorResult, known: Rows, most: int) -> Rows:
    """At most so many of these: alarms first, then the largest; in the order of their excess."""
    excess = _over_longest(result, result.excess)
    strongest = sorted(known, key=lambda i: (not result.alarm[i], -abs(np.nan_to_num(excess[i]))))
    return np.array(sorted(strongest[:most], key=lambda i: -excess[i]), dtype=np.intp)


def _over_longest(result: MonitorResult, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of each series' longest complete span, shape (n,)."""
    at = np.maximum(result.longest, 0)[:, None]
    return np.asarray(np.take_along_axis(x, at, axis=1)[:, 0])


def _against_forecast(result: MonitorResult) -> NDArray[np.float64]:
    """Log of the total over the forecast, and over the ends of its interval; shape (n, 3)."""
    excess, low, high = (
        _over_longest(result, x) for x in (result.excess, result.excess_low, result.excess_high)
    )
    change = _over_longest(result, result.change)
    with np.errstate(divide="ignore", invalid="ignore"):
        actual = excess / -np.expm1(-change)
        ends = [np.log(actual) - np.log(np.maximum(actual - end, 0)) for end in (low, high)]
    return np.column_stack([change, *ends])


def _monitor_said(result: MonitorResult, series: int, *, few: bool) -> Said:
    alarms = int(result.alarm[:series].sum())
    tested = int((result.rule[:series] == "").sum())
    raised = (
        "none raises an alarm" if not alarms else f"{alarms} raise{'s' * (alarms == 1)} an alarm"
    )
    left = series - tested
    subtitle = (
        f"{trade_words(result.keys, result.provenance)}, ranked by excess over the forecast (m "
        "USD, beside the name). "
        f"Filled: an alarm at a false-discovery rate of {result.rate:.2f}."
        + (f" {left} more could not be watched." if left else "")
        + (" Drawn are the strongest." if few else "")
    )
    return Said(f"Of {_many(result, tested)} watched, {raised}", subtitle, (_NOTE, COMPATIBLE))


def plot_shifts(result: ScreenResult, *, ax: Axes | None = None) -> Axes:
    """Rank series by how far their level shifted, with 90 % intervals and date sets.

    Parameters
    ----------
    result
        From :func:`tradeflow.screen`. Level shifts that last are filled, others open.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    found = np.flatnonzero(result.shifted | result.sudden)
    order = sorted(found, key=lambda i: (not result.shifted[i], result.q[i]))
    drawn = order[: lines_on(ax, MOST)]
    rows = np.array(sorted(drawn, key=lambda i: -result.size[i]), dtype=np.intp)
    named = series_names(result.keys, result.by)
    names = [f"{named[i]}: {_when(result, i)}" for i in rows]
    points = Points("", _sizes(result, rows), INK, "o", result.shifted[rows])
    axis = "change of the level at its likeliest month"
    words = _screen_said(result, "ranked by the change of the level")
    return plot_forest(
        ax, words, provenance_of(result), names=names, points=[points], axis=axis, of=len(found)
    )


def _sizes(result: ScreenResult, rows: Rows) -> NDArray[np.float64]:
    half = _REACH * result.se[rows]
    return np.column_stack([result.size[rows], result.size[rows] - half, result.size[rows] + half])


def _when(result: ScreenResult, row: int) -> str:
    """The month of a shift with its date set."""
    first, best, last = (
        f"{result.periods[i]:%Y-%m}"
        for i in (result.first[row], result.date[row], result.last[row])
    )
    lasts = "" if result.shifted[row] else ", not shown to last"
    return f"{best}{f' ({first} to {last})' if first != last else ''}{lasts}"


def _screen_said(result: ScreenResult, how: str) -> Said:
    shifted, sudden = int(result.shifted.sum()), int(result.sudden.sum())
    tested = int((result.rule == "").sum())
    more = f", {sudden} a sudden change" if sudden else ""
    judged = result.rule == ""
    still = judged & ~result.shifted & ~result.sudden
    span = f"{result.periods[0]:%b %Y} to {result.periods[-1]:%b %Y}"
    parts = [
        f"{trade_words(result.keys, result.provenance)}, {span}, {how}.",
        _named("No level shift shown", result, still),
        _named("Too thin, or not comparable", result, ~judged),
    ]
    verb = "has" if shifted == 1 else "have"
    fell = int((result.shifted & (result.size < 0)).sum())
    ways = f" ({fell} down, {shifted - fell} up)" if shifted else ""
    headline = f"{shifted} of {_many(result, tested)} {verb} a level shift{ways}{more}"
    return Said(headline, " ".join(filter(None, parts)), (_NOTE, _DESCRIBES))


def _named(what: str, result: ScreenResult, rows: NDArray[np.bool_]) -> str:
    """Name a few series that are not drawn; count more."""
    names = [
        name for name, here in zip(series_names(result.keys, result.by), rows, strict=True) if here
    ]
    told = "; ".join(names) if len(names) <= _FEW else f"{len(names)}"
    return f"{what}: {told}." if names else ""


def _many(result: MonitorResult | ScreenResult, count: int) -> str:
    """Count goods, or series where reporters or partners differ."""
    pairs = len(result.keys.select("reporter", "partner").unique())
    return goods(count, result.by) if pairs <= 1 else f"{count:,} series"


def plot_screen(result: ScreenResult, *, ax: Axes | None = None) -> Axes:
    """Draw the size of every change found against its month, with 90 % intervals and date sets.

    Parameters
    ----------
    result
        From :func:`tradeflow.screen`. Level shifts are filled, changes not shown to last open.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    words = _screen_said(result, "each change at its likeliest month, with its date set")
    with drawing_on(ax, words, provenance_of(result), Box(3.2, left=0.95, above=0.3)) as target:
        found = np.flatnonzero(result.shifted | result.sudden)
        set_months(target, result.periods)
        target.set_ylim(*reach_of_logs(_sizes(result, found)))
        target.axhline(0, color=INK, lw=0.8)
        for rows, fill, word in (
            (result.sudden, "white", _SUDDEN),
            (result.shifted, PALETTE[0], "level shift"),
        ):
            if rows.any():
                _changes(target, result, np.flatnonzero(rows), fill, word)
        percent_ticks(target)
        label_axes(target, y="change of the level")
        legend_above(target)
        if not found.size:
            target.text(0.5, 0.6, "No change found.", transform=target.transAxes, color=FAINT)
    return target


def _changes(ax: Axes, result: ScreenResult, rows: Rows, fill: str, word: str) -> None:
    months: Any = np.array(result.periods)  # matplotlib takes dates, its types do not
    size, half = np.clip(result.size[rows], *ax.get_ylim()), _REACH * result.se[rows]
    ax.hlines(size, months[result.first[rows]], months[result.last[rows]], color=INK, lw=0.8)
    ax.vlines(months[result.date[rows]], size - half, size + half, color=INK, lw=0.8)
    look: dict[str, Any] = {"color": PALETTE[0], "markerfacecolor": fill, "markersize": 4.5}
    ax.plot(months[result.date[rows]], size, "o", label=word, **look)
