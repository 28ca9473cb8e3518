"""A change of value, split into price, volume and mix that add up exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which codes each of n series adds up.

    Attributes
    ----------
    rows
        Shape (k,): rows of codes, series after series.
    owner
        Shape (k,): the series of each.
    n
        Number of series.
    """

    rows: NDArray[np.intp]
    owner: NDArray[np.intp]
    n: int

    @classmethod
    def of(cls, members: Sequence[NDArray[np.intp]]) -> Groups:
        """Put lists of rows behind each other."""
        owner = np.repeat(np.arange(len(members)), [len(m) for m in members])
        rows = np.concatenate(members) if members else np.zeros(0, dtype=np.intp)
        return cls(rows.astype(np.intp), owner.astype(np.intp), len(members))

    def total(self, amount: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add numbers of codes up, shape (codes,) to (n,); NaN counts as nothing."""
        numbers = np.nan_to_num(amount[self.rows])
        return np.bincount(self.owner, weights=numbers, minlength=self.n).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """The change of value of n series. All arrays have shape (n,).

    Attributes
    ----------
    value, price, volume, mix
        Log points: value = price + volume + mix.
    price_usd, volume_usd, mix_usd
        US dollars: they add up to the change of value.
    before, after
        Value of the codes with a price, US dollars.
    net_kg_before, net_kg_after
        Their weight, kilograms.
    """

    value: NDArray[np.float64]
    price: NDArray[np.float64]
    volume: NDArray[np.float64]
    mix: NDArray[np.float64]
    price_usd: NDArray[np.float64]
    volume_usd: NDArray[np.float64]
    mix_usd: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    net_kg_before: NDArray[np.float64]
    net_kg_after: NDArray[np.float64]

    def only(self, rows: NDArray[np.bool_]) -> Split:
        """The same with NaN for the parts of all other series; their totals stay."""
        parts = ("value", "price", "volume", "mix", "price_usd", "volume_usd", "mix_usd")
        return replace(self, **{n: np.where(rows, getattr(self, n), np.nan) for n in parts})


def decompose(
    value: tuple[NDArray[np.float64], NDArray[np.float64]],
    net_kg: tuple[NDArray[np.float64], NDArray[np.float64]],
    groups: Groups,
) -> Split:
    """Split changes of value into price, volume and mix.

    Parameters
    ----------
    value, net_kg
        Before and after, each of shape (codes,): US dollars and kilograms; NaN where a code has
        no price and is left out.
    groups
        Which codes each series adds up.

    Returns
    -------
    Split
        NaN where a series has no trade before or after, or no code with a price in both.

    Notes
    -----
    With V, K the sums over codes and p = v/k of each code, in logs ln(V1/V0) = ln P + ln(K1/K0) +
    mix, where P = sqrt(P_L P_P) is Fisher's price index over the codes traded in both windows. Mix
    is the rest: codes with higher unit values gained weight, and codes came or went. For one code
    it is 0. In US dollars Bennet's indicator has price = sum of (k0+k1)/2 (p1-p0), volume = half
    the sum of the mean unit values V0/K0 and V1/K1 times (K1-K0), and mix the rest.

    References
    ----------
    Fisher, I. (1922), The Making of Index Numbers. Bennet, T. L. (1920), The theory of measurement
    of changes in cost of living, JRSS 83(3). Diewert, W. E. (2005), Index number theory using
    differences rather than ratios, American Journal of Economics and Sociology 64(1).
    """
    (v0, v1), (k0, k1) = value, net_kg
    both = (np.minimum(v0, v1) > 0) & (np.minimum(k0, k1) > 0)
    p0, p1 = (np.divide(v, k, out=np.zeros_like(v), where=both) for v, k in ((v0, k0), (v1, k1)))
    s0, s1, w0, w1 = (groups.total(x) for x in (v0, v1, k0, k1))
    price = _fisher((v0, v1), (p0 * k1, p1 * k0), both, groups)
    price_usd = groups.total(np.where(both, (k0 + k1) / 2 * (p1 - p0), 0.0))
    total, volume = _log_ratio(s1, s0), _log_ratio(w1, w0)
    fine = np.isfinite(price + total + volume)
    volume_usd = _half_sum(s0, w0, s1, w1) * (w1 - w0)
    parts = {
        "value": total,
        "price": price,
        "volume": volume,
        "mix": total - price - volume,
        "price_usd": price_usd,
        "volume_usd": volume_usd,
        "mix_usd": s1 - s0 - price_usd - volume_usd,
    }
    said = {name: np.where(fine, part, np.nan) for name, part in parts.items()}
    return Split(**said, before=s0, after=s1, net_kg_before=w0, net_kg_after=w1)


def _fisher(
    value: tuple[NDArray[np.float64], NDArray[np.float64]],
    crossed: tuple[NDArray[np.float64], NDArray[np.float64]],
    both: NDArray[np.bool_],
    groups: Groups,
) -> NDArray[np.float64]:
    """Log of Fisher's price index from values p0 k0, p1 k1 and crossed values p0 k1, p1 k0."""
    (v0, v1), (old_price, new_price) = value, crossed
    own0, own1, laspeyres, paasche = (
        groups.total(np.where(both, x, 0.0)) for x in (v0, v1, new_price, old_price)
    )
    return (_log_ratio(laspeyres, own0) + _log_ratio(own1, paasche)) / 2


def _log_ratio(new: NDArray[np.float64], old: NDArray[np.float64]) -> NDArray[np.float64]:
    known = (new > 0) & (old > 0)
    out = np.full(len(new), np.nan)
    out[known] = np.log(new[known]) - np.log(old[known])
    return out


def _half_sum(
    s0: NDArray[np.float64],
    w0: NDArray[np.float64],
    s1: NDArray[np.float64],
    w1: NDArray[np.float64],
) -> NDArray[np.float64]:
    parts = [np.divide(s, w, out=np.zeros_like(s), where=w > 0) for s, w in ((s0, w0), (s1, w1))]
    return (parts[0] + parts[1]) / 2
