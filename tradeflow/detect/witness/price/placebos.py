"""How far prices and volumes move when nothing happens: the same split at earlier dates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.series import MOST_ZEROS
from tradeflow.detect.witness.price.decompose import Groups, Split, decompose
from tradeflow.detect.witness.price.windows import Window, placebo_windows, totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.cells import PriceCells

LEVEL: Final = 0.90
"""Coverage of the intervals."""

FEWEST: Final = 19
"""Placebos that an interval needs: with fewer the smallest p-value is above 0.05."""

_STRATUM: Final = 200
_BORROWED: Final = 4.0  # yearly changes' worth of weight that the median series has in a scale


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One part of the change of n series against its placebos.

    Attributes
    ----------
    change
        Shape (n,), log points.
    half
        Shape (n,): half the width of the 90 % interval, log points; infinite with too few
        placebos.
    p
        Shape (n,): share of placebos at least as large, the series itself counted; NaN with too
        few placebos.
    placebos
        Number of placebos.
    """

    change: NDArray[np.float64]
    half: NDArray[np.float64]
    p: NDArray[np.float64]
    placebos: int

    def only(self, rows: NDArray[np.bool_]) -> Judged:
        """The same with NaN for all other series."""
        change, half, p = (np.where(rows, x, np.nan) for x in (self.change, self.half, self.p))
        return Judged(change, half, p, self.placebos)

    def first(self, n: int) -> Judged:
        """The first `n` series, without those that only served as placebos."""
        return Judged(self.change[:n], self.half[:n], self.p[:n], self.placebos)


def split_at(cells: PriceCells, groups: Groups, window: Window) -> Split:
    """Split the change of value of every series in one window."""
    return decompose(totals(cells.value, window), totals(cells.net_kg, window), groups)


def judge(cells: PriceCells, groups: Groups, window: Window) -> dict[str, Judged]:
    """Judge price, volume and mix of every series against earlier dates of all.

    Parameters
    ----------
    cells, groups, window
        Codes with a price, what each series adds up, and the comparison.

    Returns
    -------
    dict
        By part: ``price``, ``volume``, ``mix``.

    Notes
    -----
    Each change is divided by the series' scale: the root mean square of its yearly log changes
    *before the window's date*, shrunk towards the median of all series. Placebos are the same
    ratios at earlier dates, all of whose periods lie before the date; series that traded in at
    least 90 % of the periods before a date, and the others, whose changes have far heavier tails,
    are two strata if each has 200 placebos. c is the conformal 90 % quantile of the placebos in
    absolute value; the interval is change -+ c scale, and p = (1 + number of placebos at least as
    large) / (1 + number). As the scale is made in the same way for both, p does not depend on its
    being right.

    References
    ----------
    Shafer, G. and Vovk, V. (2008), A tutorial on conformal prediction, JMLR 9.
    """
    real, unit = split_at(cells, groups, window), scales(cells, groups, window)
    stratum = _is_regular(cells, groups, window)
    earlier = placebo_windows(window)
    splits = [(split_at(cells, groups, w), scales(cells, groups, w)) for w in earlier]
    strata = np.concatenate([np.zeros(0, bool), *(_is_regular(cells, groups, w) for w in earlier)])
    out = {}
    for part, of in (("price", "price"), ("volume", "volume"), ("mix", "price")):
        score = np.concatenate([np.zeros(0), *(getattr(s, part) / u[of] for s, u in splits)])
        out[part] = _by_stratum(getattr(real, part), unit[of], stratum, score, strata)
    return out


def _is_regular(cells: PriceCells, groups: Groups, window: Window) -> NDArray[np.bool_]:
    """Which series traded in nearly all periods before a date."""
    traded = _by_group(cells.total[:, : window.origin], groups) > 0
    return np.asarray(traded.mean(axis=1) >= 1 - MOST_ZEROS)


def _by_stratum(
    change: NDArray[np.float64],
    unit: NDArray[np.float64],
    stratum: NDArray[np.bool_],
    score: NDArray[np.float64],
    strata: NDArray[np.bool_],
) -> Judged:
    known = np.isfinite(score)
    if min((strata & known).sum(), (~strata & known).sum()) < _STRATUM:
        return against(change, unit, score)
    regular, other = (against(change, unit, score[strata == kind]) for kind in (True, False))
    half = np.where(stratum, regular.half, other.half)
    p = np.where(stratum, regular.p, other.p)
    return Judged(change, half, p, regular.placebos + other.placebos)


def against(
    change: NDArray[np.float64], unit: NDArray[np.float64], score: NDArray[np.float64]
) -> Judged:
    """Compare changes, in units of their scale, with the scores of placebos."""
    placebo = np.sort(np.abs(score[np.isfinite(score)]))
    n = len(placebo)
    rank = int(np.ceil(LEVEL * (n + 1))) - 1
    reach = placebo[rank] if n >= FEWEST and rank < n else np.inf
    own = np.abs(change / unit)
    # equal but for the order of additions counts as equal, so that no p-value is too small
    beyond = n - np.searchsorted(placebo, own * (1 - 1e-12), side="left")
    p = np.where(np.isnan(own) | (n < FEWEST), np.nan, (1 + beyond) / (1 + n))
    return Judged(change, np.where(np.isnan(change), np.nan, reach * unit), p, n)


def scales(cells: PriceCells, groups: Groups, window: Window) -> dict[str, NDArray[np.float64]]:
    """Scale of yearly log changes of unit value and weight before a date, shape (n,) each."""
    known = slice(0, window.origin)
    value, net_kg = (_by_group(x[:, known], groups) for x in (cells.value, cells.net_kg))
    price = np.divide(value, net_kg, out=np.full_like(value, np.nan), where=net_kg > 0)
    return {
        "price": _scale(price, window.season),
        "volume": _scale(net_kg, window.season),
    }


def _by_group(amount: NDArray[np.float64], groups: Groups) -> NDArray[np.float64]:
    out = np.zeros((groups.n, amount.shape[1]))
    np.add.at(out, groups.owner, np.nan_to_num(amount[groups.rows]))
    return out


def _scale(series: NDArray[np.float64], season: int) -> NDArray[np.float64]:
    log = np.full_like(series, np.nan)
    np.log(series, out=log, where=series > 0)
    change = log[:, season:] - log[:, :-season]
    known = ~np.isnan(change)
    count = known.sum(axis=1)
    square = np.where(known, change, 0.0) ** 2
    own = square.sum(axis=1) / np.maximum(count, 1)
    moving = (count > 0) & (own > 0)
    common = float(np.median(own[moving])) if moving.any() else np.nan
    shrunk = (count * own + _BORROWED * common) / (count + _BORROWED)
    return np.asarray(np.sqrt(shrunk))
