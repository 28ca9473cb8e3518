"""What the data do not tell, in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

from tradeflow.detect.robust.model import Columns, Form, LeastSquares, least_squares
from tradeflow.detect.robust.text import name_of, p_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.robust.result import LevelShift
    from tradeflow.detect.robust.series import Label
    from tradeflow.detect.robust.stages import Data, Fit

LIMIT: Final = 0.05
_WIDE: Final = 0.5
_OFTEN: Final = 0.25


@dataclass(frozen=True, slots=True)
class Doubts:
    """Which blocks of the model cannot be told from zero at 5 %.

    Attributes
    ----------
    season_p, amplitude_p
        p-values of F tests of the waves (with their amplitude), and of the amplitude alone; 0 if
        the model lacks the block.
    """

    season_p: float
    amplitude_p: float

    @property
    def season(self) -> bool:
        """Whether the season is in doubt."""
        return self.season_p > LIMIT

    @property
    def amplitude(self) -> bool:
        """Whether the varying amplitude is in doubt."""
        return self.amplitude_p > LIMIT

    def sentences(self) -> tuple[str, ...]:
        """Say so."""
        said = []
        if self.season:
            said.append(
                f"The season cannot be told from none ({p_words(self.season_p)}): its waves mean "
                "nothing."
            )
        elif self.amplitude:
            said.append(
                "A growing or shrinking season cannot be told from a steady one "
                f"({p_words(self.amplitude_p)})."
            )
        return tuple(said)


def doubts(data: Data, form: Form, fit: Fit) -> Doubts:
    """Test the season and its amplitude on the observations kept."""
    y, t = data.y[fit.kept], data.t[fit.kept]

    def refit(smaller: Form) -> LeastSquares:
        columns = Columns.of(smaller, t, data.length, fit.steps)
        n_linear = columns.linear.shape[1] + smaller.waves
        return least_squares(columns, y, fit.ls.theta[:n_linear])

    season = _p(refit(form.without(season=True)), fit.ls) if form.waves else 0.0
    amplitude = _p(refit(form.without()), fit.ls) if form.amplitude else 0.0
    return Doubts(season, amplitude)


def _p(small: LeastSquares, large: LeastSquares) -> float:
    extra = small.df - large.df
    ratio = max(small.rss - large.rss, 0.0) / extra / (large.rss / large.df)
    return float(special.fdtrc(extra, large.df, ratio))


def estimable(form: Form, t: NDArray[np.int64], length: int) -> tuple[Form, tuple[str, ...]]:
    """Drop the varying amplitude, or the season, if the periods observed do not carry them."""
    said: list[str] = []
    for block, smaller in (("varying amplitude", False), ("season", True)):
        design = Columns.of(form, t, length).expanded(step=False)
        if not form.waves or np.linalg.matrix_rank(design) == len(design):
            break
        form = form.without(season=smaller)
        said.append(f"The {block} was left out: the periods observed do not determine it.")
    return form, tuple(said)


def repeated(values: NDArray[np.float64]) -> tuple[str, ...]:
    """Say that one value occurs so often that the noise cannot be the same everywhere."""
    seen = values[np.isfinite(values)]
    different, counts = np.unique(seen, return_counts=True)
    most = int(np.argmax(counts))
    if counts[most] <= _OFTEN * len(seen):
        return ()
    sentence = (
        f"{counts[most]} of {len(seen)} values are exactly {different[most]:g}: noise is not of "
        "one size, so that errors and dates are less sure than they look."
    )
    return (sentence,)


def dating(
    shifts: Sequence[LevelShift],
    candidate: LevelShift | None,
    dates: NDArray[np.int64],
    labels: Sequence[Label],
) -> tuple[str, ...]:
    """Say where no shift stands out, or where its date could be almost anywhere."""
    said = [
        f"The date of the shift at {name_of(s.date, labels)} is not identified: "
        f"{len(s.date_set)} of {len(dates)} candidate dates fit about as well."
        for s in shifts
        if len(s.date_set) > _WIDE * len(dates)
    ]
    if candidate and not shifts:
        first, last = name_of(labels[dates[0] - 1], labels), name_of(labels[dates[-1] - 1], labels)
        said.append(
            f"No level shift can be told from noise between {first} and {last}: the best date, "
            f"{name_of(candidate.date, labels)}, has {p_words(candidate.p)}, and "
            f"{len(candidate.date_set)} of {len(dates)} candidate dates fit about as well."
        )
    return tuple(said)
