"""How much of the value has a price, and on which series that is enough to be heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.price.placebos import FEWEST
from tradeflow.detect.witness.price.windows import totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.cells import PriceCells
    from tradeflow.detect.witness.price.decompose import Groups, Split
    from tradeflow.detect.witness.price.placebos import Judged
    from tradeflow.detect.witness.price.windows import Window

LEAST_COVERAGE: Final = 0.5
"""Share of the value that must have a weight that was weighed."""

TOO_FEW: Final = f"fewer than {FEWEST} placebos for an interval"
"""Why a series is not heard whose split is nevertheless known: it is mere accounting."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much of the value in a window has no price, and why. Arrays have shape (n,).

    Attributes
    ----------
    whole
        Shape (2, n): all value before and since, US dollars.
    lost
        By reason, shape (n,): value left out for it, US dollars.
    missing, estimated
        Number of cells.
    broken
        Of codes that are in no other series, none is comparable across a change of the
        classification: a price would be that of what is another's, too.
    """

    whole: NDArray[np.float64]
    lost: dict[str, NDArray[np.float64]]
    missing: NDArray[np.int64]
    estimated: NDArray[np.int64]
    broken: NDArray[np.bool_]

    @classmethod
    def of(cls, cells: PriceCells, groups: Groups, window: Window) -> Use:
        """Add up what is used and what is left out."""
        used = np.unique(np.concatenate([np.concatenate(pair) for pair in window.months()]))
        total = np.nan_to_num(cells.total[:, used])
        since = slice(window.origin, window.origin + window.length)
        marks = {
            "no weight": cells.missing[:, used],
            "estimated weights": cells.estimated[:, used],
            "a change of the classification": cells.broken[:, used],
        }
        count = {
            why: groups.total(mark.sum(axis=1)).astype(np.int64) for why, mark in marks.items()
        }
        return cls(
            whole=np.stack([groups.total(x) for x in _both(cells.total, window)]),
            lost={why: groups.total((total * mark).sum(axis=1)) for why, mark in marks.items()},
            missing=count["no weight"],
            estimated=count["estimated weights"],
            broken=_none_of_its_own(cells.broken[:, since], groups),
        )

    def coverage(self, split: Split) -> NDArray[np.float64]:
        """Share of the value that has a price, shape (n,); NaN where there is no value."""
        whole = self.whole.sum(axis=0)
        part = split.before + split.after
        out = np.full(len(whole), np.nan)
        np.divide(part, whole, out=out, where=whole > 0)
        return out


def _none_of_its_own(cells: NDArray[np.bool_], groups: Groups) -> NDArray[np.bool_]:
    """Series with codes of their own, all cells of which are broken; shape (n,)."""
    broken: NDArray[np.bool_] = np.asarray(cells.all(axis=1))
    own = np.bincount(groups.rows, minlength=len(broken)) == 1
    return np.asarray(groups.total(own & broken) * (groups.total(own & ~broken) == 0) > 0)


def _both(
    amount: NDArray[np.float64], window: Window
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Totals before and after, each of what is known there, also if the other is unknown."""
    return totals(np.nan_to_num(amount), window)


def rules(split: Split, price: Judged, use: Use) -> NDArray[np.str_]:
    """Say which series are not heard, for the first reason that applies."""
    thin = ~(use.coverage(split) >= LEAST_COVERAGE)
    worst = np.stack(list(use.lost.values())).argmax(axis=0)
    share = f"for more than {1 - LEAST_COVERAGE:.0%} of the value"
    why = [f"{reason} {share}" for reason in use.lost]
    none = np.stack(list(use.lost.values())).sum(axis=0) == 0
    reasons = [
        (use.broken, "not comparable across a change of the classification"),
        (use.whole[0] <= 0, "no trade in the baseline"),
        (use.whole[1] <= 0, "no trade since"),
        (thin & none, f"months missing {share}"),
        *((thin & (worst == k), word) for k, word in enumerate(why)),
        (np.isnan(split.price), "no code with a price both before and since"),
        (~np.isfinite(price.half), TOO_FEW),
    ]
    words = [not_heard(word) for _, word in reasons]
    return np.asarray(np.select([bad for bad, _ in reasons], words, default=HEARD), dtype=np.str_)
