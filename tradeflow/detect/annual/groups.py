"""Categories: the sum of their comparable members, against placebo baskets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.annual.baskets import draw_baskets, share_as_far
from tradeflow.detect.annual.contrast import (
    Contrast,
    contrast,
    noise_prior,
    noise_variance,
    shift_of,
)
from tradeflow.detect.annual.verdicts import NOT_COMPARABLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.annual.codes import CodeFit, ShiftOptions


@dataclass(frozen=True, slots=True)
class GroupFit:
    """One category.

    Attributes
    ----------
    members
        Rows of the codes that are summed up: comparable, and in no other category.
    values, expected
        Shape (n_periods,): their value and its counterfactual, US dollars.
    net_kg
        Shape (n_periods,): their weight in kilograms; NaN where a member's is missing.
    result
        The contrast, with arrays of length 1.
    placebo_share
        Share of placebo baskets that moved at least as far.
    placebo_range
        5 % and 95 % points of the baskets' shifts, log points.
    """

    members: NDArray[np.intp]
    values: NDArray[np.float64]
    expected: NDArray[np.float64]
    net_kg: NDArray[np.float64]
    result: Contrast
    placebo_share: float
    placebo_range: tuple[float, float]


def usable(fit: CodeFit, rows: NDArray[np.intp], shared: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Rows of a category that can be summed over the date: comparable, complete, its own."""
    complete = ~np.isnan(fit.values[rows][:, fit.cut.history | fit.cut.after]).any(axis=1)
    keep: NDArray[np.intp] = rows[(fit.status[rows] != NOT_COMPARABLE) & complete & ~shared[rows]]
    return keep


def fit_group(
    fit: CodeFit, members: NDArray[np.intp], options: ShiftOptions, *, name: str
) -> GroupFit:
    """Fit a category that has at least one usable member with trade in the baseline."""
    values, expected = _sums(fit, members)
    near = fit.near[members]
    baskets = draw_baskets(near, count=options.baskets, seed=options.seed, name=name)
    basket_values, basket_expected = _sums(fit, baskets)
    noise = noise_variance(basket_values, basket_expected, fit.cut, fit.null)
    prior = noise_prior(noise, fit.cut, fit.null)
    result = contrast(values[None], expected[None], fit.cut, fit.null, prior)
    placebo = shift_of(basket_values, basket_expected, fit.cut)
    low, high = np.nanquantile(placebo, [0.05, 0.95])
    return GroupFit(
        members=members,
        values=values,
        expected=expected,
        net_kg=fit.net_kg[members].sum(axis=0),
        result=result,
        placebo_share=share_as_far(float(result.shift[0]), placebo),
        placebo_range=(float(low), float(high)),
    )


def _sums(fit: CodeFit, rows: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Value and counterfactual of a basket, or of many: rows (..., m) give (..., n_periods)."""
    counterfactual = fit.base[rows][..., None] * fit.expected[rows]
    return fit.values[rows].sum(axis=-2), counterfactual.sum(axis=-2)


def price_part(fit: CodeFit, members: NDArray[np.intp]) -> float:
    """Part of a category's shift that unit values explain, log points.

    Returns
    -------
    float
        The mean of the members' unit-value shifts, each beyond that of comparable goods,
        weighted by the mean of their value shares before and after (a Törnqvist index). What
        is left of the shift is volume, change of mix included. NaN if members with weights
        make up less than half of the value.

    References
    ----------
    Diewert, W. E. (1976), Exact and superlative index numbers, Journal of Econometrics 4(2).
    """
    with np.errstate(invalid="ignore"):  # no trade before or after: infinite, left out below
        unit_value = fit.result.shift[members] - fit.result_kg[members]
    before = fit.values[members][:, fit.cut.baseline].sum(axis=1)
    after = fit.values[members][:, fit.cut.after].sum(axis=1)
    weight = (before / before.sum() + after / after.sum()) / 2
    known = np.isfinite(unit_value)
    if weight[known].sum() < 0.5:  # noqa: PLR2004  half of the value
        return float("nan")
    return float((unit_value[known] * weight[known]).sum() / weight[known].sum())
