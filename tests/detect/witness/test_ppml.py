"""Poisson pseudo-likelihood with absorbed fixed effects, against pyfixest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from tradeflow.detect.witness.contrast.ppml import ppml
from tradeflow.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

COEF_TOLERANCE, SE_TOLERANCE = 1e-6, 1e-5  # absolute; relative


class Gravity(NamedTuple):
    y: NDArray[np.float64]
    x: NDArray[np.float64]
    groups: NDArray[np.int64]
    pair: NDArray[np.int64]
    exporter: NDArray[np.int64]


@pytest.fixture(scope="module")
def gravity() -> Gravity:
    """Twelve countries, five years, zeros, and one exporter without trade in one year."""
    rng = np.random.default_rng(20)
    i, j, t = np.meshgrid(np.arange(12), np.arange(12), np.arange(5), indexing="ij")
    between = i != j
    i, j, t = (a[between] for a in (i, j, t))
    x1, x2 = rng.normal(size=(12, 12))[i, j], (rng.random(len(i)) < 0.3).astype(float)
    eta = 0.8 * x1 - 0.5 * x2 + rng.normal(size=(12, 5))[i, t] + rng.normal(size=(12, 5))[j, t]
    y = np.exp(eta) * rng.gamma(0.5, 2, len(i))
    y[rng.random(len(i)) < 0.25] = 0
    y[(i == 3) & (t == 2)] = 0
    assert y.sum() == pytest.approx(1160.260476856587)  # the table that pyfixest was given
    return Gravity(
        y, np.column_stack([x1, x2]), np.column_stack([i * 5 + t, j * 5 + t]), i * 12 + j, i
    )


# pyfixest 0.60.0, fepois("y ~ x1 + x2 | it + jt", iwls_tol=1e-12, fixef_tol=1e-12)
COEF = (0.688654808526725, -0.5471728179226243)
ERRORS = {
    None: (0.12554438852619237, 0.25271168662611954),  # vcov="hetero"
    "pair": (0.1297306186084306, 0.2562856469069479),  # vcov={"CRV1": "pair"}
    "exporter": (0.17243272498207196, 0.32908041049662373),  # nests the exporter-years
}


@pytest.mark.parametrize("cluster", ERRORS)
def test_agrees_with_pyfixest(gravity: Gravity, cluster: str | None) -> None:
    member = None if cluster is None else getattr(gravity, cluster)
    fit = ppml(gravity.y, gravity.x, gravity.groups, cluster=member)
    assert (fit.n, fit.dropped) == (649, 11)
    assert fit.coef == pytest.approx(COEF, abs=COEF_TOLERANCE)
    assert fit.se == pytest.approx(ERRORS[cluster], rel=SE_TOLERANCE)


def test_agrees_with_pyfixest_on_three_sets(gravity: Gravity) -> None:
    """Call: fepois("y ~ x2 | it + jt + pair", vcov={"CRV1": "pair"}), pyfixest 0.60.0."""
    groups = np.column_stack([gravity.groups, gravity.pair])
    fit = ppml(gravity.y, gravity.x[:, 1:], groups, cluster=gravity.pair)
    assert fit.n == 639
    assert fit.coef == pytest.approx([-0.7031786528266193], abs=COEF_TOLERANCE)
    assert fit.se == pytest.approx([0.28730688631342693], rel=SE_TOLERANCE)


def test_unit_and_order_do_not_matter(gravity: Gravity) -> None:
    order = np.random.default_rng(1).permutation(len(gravity.y))
    fit = ppml(gravity.y, gravity.x, gravity.groups)
    other = ppml(1e9 * gravity.y[order], gravity.x[order], gravity.groups[order])
    assert other.coef == pytest.approx(fit.coef, rel=1e-8)
    assert other.se == pytest.approx(fit.se, rel=1e-8)
    assert other.mean == pytest.approx(1e9 * fit.mean[order], rel=1e-7, nan_ok=True)


def test_refuses_what_cannot_be_fitted(gravity: Gravity) -> None:
    y, x, groups = gravity.y, gravity.x, gravity.groups
    alone = ((y == 0) & (np.arange(len(y)) % 2 == 0)).astype(float)[:, None]
    for bad_x, match in (
        (np.column_stack([x, groups[:, 0] % 5 == 1]), "combination of the fixed effects"),
        (np.column_stack([x, 2 * x[:, 0]]), "combination of the fixed effects"),
        (alone, "runs away"),
    ):
        with pytest.raises(DataError, match=match):
            ppml(y, bad_x, groups)
    with pytest.raises(DataError, match="No row is left"):
        ppml(0 * y, x, groups)
    with pytest.raises(UsageError, match="at least 0"):
        ppml(-y, x, groups)
    with pytest.raises(UsageError, match="rows"):
        ppml(y[1:], x, groups)


def _separated_by_two_sets() -> tuple[NDArray, NDArray, NDArray]:
    """Sellers 0 to 9 never trade from period 12 on; the others are seen only then."""
    rng = np.random.default_rng(0)
    i, t, x = rng.integers(0, 30, 600), rng.integers(0, 20, 600), rng.normal(size=600)
    y = rng.poisson(np.exp(0.5 * x + rng.normal(size=30)[i])).astype(float)
    y[(i < 10) & (t >= 12)] = 0
    seen = (i < 10) | (t >= 12)
    return y[seen], x[seen, None], np.column_stack([i, t])[seen]


def _spread_over_many_orders() -> tuple[NDArray, NDArray, NDArray]:
    """Three sets of effects, values from 1e-11 to 2e7, two of five of them zeros."""
    rng = np.random.default_rng(3)
    i, j, t = (a.ravel() for a in np.meshgrid(range(25), range(25), range(4), indexing="ij"))
    x, by, to = rng.normal(size=len(i)), rng.normal(size=(25, 4)), rng.normal(size=(25, 4))
    y = np.exp(3 * (by[i, t] + to[j, t]) - 0.7 * x + 5) * rng.gamma(0.3, 1 / 0.3, len(i))
    y[rng.random(len(i)) < 0.4] = 0
    return y, x[:, None], np.column_stack([i * 4 + t, j * 4 + t, i * 25 + j])


# pyfixest 0.60.0, fepois("y ~ x | i + t", vcov="hetero", iwls_tol=1e-10, fixef_tol=1e-10), rows
# separated by the two sets together taken out before (with them its demeaning fails); and
# fepois("y ~ x | it + jt + ij", separation_check=["fe", "ir"]), same tolerances.
@pytest.mark.parametrize(
    ("world", "n", "coef", "se"),
    [
        (_separated_by_two_sets, 296, 0.43633829474549085, 0.05899334727418037),
        (_spread_over_many_orders, 2420, -0.996534387344637, 0.23615559316916676),
    ],
)
def test_zeros_that_sets_separate_together_and_wide_spreads(
    world: Callable[[], tuple[NDArray, NDArray, NDArray]], n: int, coef: float, se: float
) -> None:
    y, x, groups = world()
    fit = ppml(y, x, groups)
    assert fit.n == n
    assert np.isnan(fit.mean).sum() == fit.dropped == len(y) - n
    assert fit.coef == pytest.approx([coef], abs=COEF_TOLERANCE)
    assert fit.se == pytest.approx([se], rel=SE_TOLERANCE)
    assert np.nansum(fit.mean) == pytest.approx(y.sum())


def test_fitted_values_settle_even_if_the_coefficient_does_at_once() -> None:
    """By symmetry the coefficient is 0 from the first step on; the groups' means are not."""
    y, group = np.repeat([1.0, 1000.0, 50.0], 2), np.repeat([0, 1, 2], 2)
    assert ppml(y, np.tile([0.0, 1.0], 3)[:, None], group[:, None]).mean == pytest.approx(y)


def test_groups_and_clusters_have_any_names(gravity: Gravity) -> None:
    named = ppml(
        gravity.y, gravity.x, gravity.groups.astype(str), cluster=gravity.exporter.astype(str)
    )
    assert named.coef == pytest.approx(COEF, abs=COEF_TOLERANCE)
    assert named.se == pytest.approx(ERRORS["exporter"], rel=SE_TOLERANCE)
    with pytest.raises(UsageError, match="missing"):
        ppml(gravity.y, gravity.x, np.where(gravity.groups == 1, np.nan, gravity.groups))
    with pytest.raises(UsageError, match="cluster has shape"):
        ppml(gravity.y, gravity.x, gravity.groups, cluster=gravity.pair[1:])
    with pytest.raises(DataError, match="one cluster"):
        ppml(gravity.y, gravity.x, gravity.groups, cluster=0 * gravity.pair)
