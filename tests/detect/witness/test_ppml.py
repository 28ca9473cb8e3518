"""Poisson pseudo-likelihood with absorbed fixed effects, against pyfixest."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from tradeflow.detect.witness.contrast.ppml import ppml
from tradeflow.errors import DataError, UsageError

if TYPE_CHECKING:
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
