"""Several level shifts, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.robust.model import Columns
from tradeflow.detect.robust.stages import Data, Fit, Scan, choose_date, finish, search
from tradeflow.detect.robust.tukey import DATE_SET, RATIO, p_of_step, profile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.robust.model import Form

ALPHA: Final = 0.01
_WORTH_A_SEARCH: Final = 9.0  # a likelihood ratio far below what p = ALPHA takes at any length
_NONE: Final = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Where to look for steps.

    Attributes
    ----------
    dates
        Positions of the candidate dates.
    most
        Steps to accept at most.
    apart
        Periods between two steps at least.
    seed
        Of the random starts.
    """

    dates: NDArray[np.int64]
    most: int
    apart: int
    seed: int

    def free(self, steps: Sequence[int]) -> NDArray[np.int64]:
        """Candidate dates far enough from `steps`."""
        distance = np.abs(self.dates[:, None] - np.array(steps, dtype=np.int64))
        return self.dates[(distance >= self.apart).all(axis=1)]


@dataclass(frozen=True, slots=True, eq=False)
class Dated:
    """One step of a fit with its date set.

    Attributes
    ----------
    fit
        The fit that holds it.
    index
        Which of the steps of the fit it is.
    p
        Bonferroni p-value.
    date_set
        Positions of the candidate dates not told apart from the best.
    ratio
        Shape (d,): likelihood ratios of the candidate dates.
    """

    fit: Fit
    index: int
    p: float
    date_set: NDArray[np.int64]
    ratio: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """All accepted steps, and the first that was not.

    Attributes
    ----------
    fit
        The final fit.
    accepted
        In order of time.
    rejected
        The best step that did not pass.
    first
        The scan for the first step; None if none was asked for.
    first_ratio
        Shape (d,): its likelihood ratios.
    """

    fit: Fit
    accepted: tuple[Dated, ...]
    rejected: Dated | None
    first: Scan | None
    first_ratio: NDArray[np.float64]


def find_steps(data: Data, form: Form, plan: Plan) -> Steps:
    """Add one step after the other while each has a Bonferroni p of at most 1 %.

    Parameters
    ----------
    data, form
        The series and its model.
    plan
        Where to look, and how often.
    """
    fit: Fit | None = None
    scans: list[Scan] = []
    tried: list[Dated] = []
    while len(tried) < plan.most:
        steps = fit.steps if fit else ()
        free = plan.free(steps)
        if not len(free) or (fit and _gain(data, form, fit, free) < _WORTH_A_SEARCH):
            break
        scans.append(search(data, form, steps, free, plan.seed))
        trial = finish(data, form, steps, scans[-1], choose_date(data, form, steps, scans[-1]))
        tried.append(_dated(data, form, trial, len(steps), scans[-1]))
        if tried[-1].p > ALPHA:
            break
        fit = trial
    rejected = tried[-1] if tried and tried[-1].p > ALPHA else None
    accepted = tuple(tried[:-1] if rejected else tried)
    if len(accepted) > 1 and fit:
        fit, accepted, dropped = _again(data, form, fit, plan)
        rejected = rejected or dropped
    fit = fit or finish(data, form, (), search(data, form, (), _NONE, plan.seed), 0)
    if not tried:
        return Steps(fit, (), None, None, np.zeros(0))
    return Steps(fit, accepted, rejected, scans[0], tried[0].ratio)


def _gain(data: Data, form: Form, fit: Fit, free: NDArray[np.int64]) -> float:
    """Tell cheaply, from the present fit, how much one more step could help at best.

    The last date lies behind the series: it stands for no further step.
    """
    dates = np.append(free, data.length + 1)
    linear = fit.columns.linear.shape[1]
    theta, waves = fit.ls.theta, form.waves
    beta, gamma = theta[linear : linear + waves], theta[linear + waves :]
    coef = np.concatenate([theta[:linear], [0.0], beta, np.outer(gamma, beta).ravel()])
    start = Scan(
        dates,
        np.zeros(len(dates)),
        np.tile(coef, (len(dates), 1)),
        np.tile(gamma, (len(dates), 1)),
        np.zeros((0, 0)),
        np.zeros(0),
    )
    loss = profile(data, form, fit.steps, start, fit.scale).loss
    return float(RATIO * (loss[-1] - loss[:-1].min()))


def _dated(data: Data, form: Form, fit: Fit, index: int, scan: Scan) -> Dated:
    others = [step for i, step in enumerate(fit.steps) if i != index]
    found = profile(data, form, others, scan, fit.scale)
    ratio = RATIO * (found.loss - found.loss.min())
    own = scan.dates == fit.steps[index]
    columns = Columns.of(form, data.t, data.length, [*others, fit.steps[index]])
    p = p_of_step(data, columns, found.theta[int(np.argmax(own))], fit.scale)
    near = scan.dates[(ratio <= DATE_SET) | own]
    return Dated(fit, index, min(1.0, p * len(scan.dates)), near, ratio)


def _again(
    data: Data, form: Form, fit: Fit, plan: Plan
) -> tuple[Fit | None, tuple[Dated, ...], Dated | None]:
    """Search each step once more, the others given; the first were found without the later.

    What then no longer passes is dropped, the weakest first, and the rest searched again.
    """
    steps, dropped = fit.steps, None
    while steps:
        fit, dated = _search_each(data, form, steps, plan)
        weakest = max(dated, key=lambda step: step.p)
        if weakest.p <= ALPHA:
            return fit, dated, dropped
        dropped = weakest
        steps = tuple(step for i, step in enumerate(fit.steps) if i != weakest.index)
    return None, (), dropped


def _search_each(
    data: Data, form: Form, steps: tuple[int, ...], plan: Plan
) -> tuple[Fit, tuple[Dated, ...]]:
    scans: dict[int, Scan] = {}
    for step in tuple(steps):
        others = tuple(s for s in steps if s != step)
        scan = search(data, form, others, plan.free(others), plan.seed)
        fit = finish(data, form, others, scan, choose_date(data, form, others, scan))
        steps = fit.steps
        scans[steps[-1]] = scan
    order = np.argsort(steps)
    return fit, tuple(_dated(data, form, fit, int(i), scans[steps[i]]) for i in order)
