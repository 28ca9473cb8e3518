"""Which cells cannot be compared with the periods before the classification changed.

Two cases. A table *as reported* has several editions: a code is comparable if its family is
one code in each. A table *restated* keeps one edition while its reporter changed to another:
a code is comparable unless more than :data:`LEAK_LIMIT` of its trade may have leaked to or from
another code. The bound on a leak is what the other codes traded, so it needs no guess.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.nomenclature.editions import HELD, edition_of, known_codes
from tradeflow.nomenclature.families import family
from tradeflow.nomenclature.restated import Leak, leaks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

LEAK_LIMIT: Final = 0.10
"""Largest share of a code's trade that may have leaked before it counts as not comparable."""


@dataclass(frozen=True, slots=True)
class Breaks:
    """The cells that cannot be compared.

    Attributes
    ----------
    broken
        Shape (n_series, n_periods): not comparable with the periods before the change.
    absent
        Same shape: the code did not exist in the edition of the period.
    notes
        One per series: why, or how far the comparison can be trusted; empty if unrestricted.
    """

    broken: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    notes: list[str]


def find_breaks(
    keys: pl.DataFrame,
    periods: Sequence[date],
    values: NDArray[np.float64],
    editions: Mapping[tuple[str, date], str],
) -> Breaks:
    """Find the breaks of a panel by six-digit code.

    Parameters
    ----------
    keys
        One row per series: reporter, partner, hs6.
    periods
        Ascending.
    values
        Shape (n_series, n_periods), US dollars.
    editions
        (reporter, period) → the edition of the table's codes.
    """
    shape = (len(keys), len(periods))
    found = Breaks(np.zeros(shape, bool), np.zeros(shape, bool), [""] * len(keys))
    for reporter in keys["reporter"].unique(maintain_order=True):
        rows = np.flatnonzero((keys["reporter"] == reporter).to_numpy())
        known = {p: e for (r, p), e in editions.items() if r == reporter}
        own = [edition_of(reporter, p) for p in periods]
        stated = _filled(known, periods, own)
        if len(set(stated)) > 1:
            _as_reported(found, keys, rows, stated)
        elif any(own[periods.index(p)] > edition for p, edition in known.items()):
            first = next(i for i, e in enumerate(own) if e > stated[0])
            year = f"{periods[first]:%Y}"
            for row, bound, others in _leaking(keys, rows, values, first, stated[0], own[-1]):
                found.broken[row, first:] = bound > LEAK_LIMIT
                found.notes[row] = _leak_note(bound, others, year)
    return found


def _filled(known: Mapping[date, str], periods: Sequence[date], own: Sequence[str]) -> list[str]:
    """Edition of every period; one without rows has the reporter's, within its neighbours'."""
    out = []
    for period, edition in zip(periods, own, strict=True):
        before = [known[p] for p in sorted(known) if p <= period]
        after = [known[p] for p in sorted(known) if p >= period]
        low, high = before[-1] if before else after[0], after[0] if after else before[-1]
        out.append(min(max(edition, low), high))
    return out


def _as_reported(
    found: Breaks, keys: pl.DataFrame, rows: NDArray[np.intp], stated: list[str]
) -> None:
    used = tuple(dict.fromkeys(stated))
    for row in rows:
        hs6 = keys["hs6"][int(row)]
        homes = [e for e in HELD if hs6 in known_codes(e)]
        home = next(e for e in (*reversed(used), *homes) if e in homes)
        fam = family(hs6, edition=home, editions=used)
        if fam.exact:
            continue
        changed = next(i for i, e in enumerate(stated) if e != stated[0])
        found.broken[row, changed:] = True
        found.absent[row] = [e not in homes for e in stated]
        spread = "; ".join(f"{e}: {', '.join(c[:6])}" for e, c in fam.codes.items() if c)
        found.notes[row] = f"not comparable across {' and '.join(used)} ({spread})"


def _leaking(
    keys: pl.DataFrame,
    rows: NDArray[np.intp],
    values: NDArray[np.float64],
    first: int,
    *editions: str,
) -> Iterator[tuple[int, float, str]]:
    """Row, bound and partners of every code that leaks in restated data."""
    leaking = leaks(*editions)
    pairs = keys.select("partner", "hs6").rows()
    before, after = _known_mean(values[:, :first]), _known_mean(values[:, first:])
    for partner in keys["partner"].unique(maintain_order=True):
        own = [int(i) for i in rows if pairs[i][0] == partner]
        level = {pairs[i][1]: (float(before[i]), float(after[i])) for i in own}
        for i in own:
            hs6 = pairs[i][1]
            if hs6 in leaking:
                others = ", ".join(sorted(leaking[hs6].lost_to | leaking[hs6].won_from))
                yield i, leak_bound(hs6, leaking, level), others


def _known_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean over the periods with a number; 0 where there is none."""
    mean: NDArray[np.float64] = np.nansum(values, axis=1) / np.maximum(
        np.isfinite(values).sum(axis=1), 1
    )
    return mean


def _leak_note(bound: float, others: str, year: str) -> str:
    if not others:
        return f"not comparable from {year}, no code is restated as this one"
    if bound > LEAK_LIMIT:
        return f"not comparable from {year}, restated with trade of {others}"
    return f"at most {bound:.0%} moved to or from {others} in {year}"


def leak_bound(
    hs6: str, leaking: Mapping[str, Leak], level: Mapping[str, tuple[float, float]]
) -> float:
    """Largest share of a code's trade that may have leaked.

    Parameters
    ----------
    hs6
        The code.
    leaking
        Its leaks, from :func:`tradeflow.nomenclature.restated.leaks`.
    level
        Code → mean value before and after the change.

    Returns
    -------
    float
        What the receiving codes trade after, relative to the code's own trade after, plus what
        the giving codes traded before, relative to the code's own trade before; infinite if the
        code has no trade to compare with, or ends.
    """
    if leaking[hs6].ends:
        return float("inf")
    before, after = level[hs6]
    lost = sum(level[c][1] for c in leaking[hs6].lost_to if c in level)
    won = sum(level[c][0] for c in leaking[hs6].won_from if c in level)
    shares = [
        moved / own if own > 0 else float("inf")
        for moved, own in ((lost, after), (won, before))
        if moved > 0
    ]
    return float(sum(shares))
