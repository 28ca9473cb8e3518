"""Least squares on cross-products, compiled: what one concentration step needs.

The rows of a problem are the columns of its regression: the linear part (trend, known steps, and
the step under search last), the seasonal waves, the response, and then the waves times each power
of time. Coefficients stand in the same order, with -1 for the response, so that residuals are
plain sums. A triangle holds the products of all pairs of rows column by column; that of the first
rows begins it, so that a steady season is fitted without looking at the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

SINGULAR = 1e-10
_Function = TypeVar("_Function", bound=Callable[..., Any])
_LEAN: Final[dict[str, Any]] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_FAST: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "fastmath": {"reassoc", "contract", "nsz"},
}


def entry(function: _Function) -> _Function:
    """Compile what Python calls; stored on disk together with all that it calls."""
    return cast("_Function", njit(cache=True, **_FAST)(function))


def compiled(function: _Function) -> _Function:
    """Compile what only compiled functions call."""
    return cast("_Function", njit(**_FAST, **_LEAN)(function))


def inlined(function: _Function) -> _Function:
    """Put a function into its only caller, to be compiled once instead of at every level."""
    return cast("_Function", njit(inline="always", **_LEAN)(function))


class Sizes(NamedTuple):
    """How many rows of each kind: linear, waves, and powers of time that scale the waves."""

    linear: int
    waves: int
    powers: int


@compiled
def triangle(p: int) -> int:
    """Count the pairs of `p` rows."""
    return p * (p + 1) // 2


@compiled
def cross_products(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply all pairs of rows.

    Parameters
    ----------
    rows
        Shape (m, n).

    Returns
    -------
    array
        Shape (n, m (m + 1) / 2): a triangle per observation.
    """
    m, n = rows.shape
    out = np.empty((n, triangle(m)))
    for t in range(n):
        at = 0
        for k in range(m):
            for j in range(k + 1):
                out[t, at] = rows[j, t] * rows[k, t]
                at += 1
    return out


@compiled
def set_step(
    rows: NDArray[np.float64], products: NDArray[np.float64], step: int, first: int
) -> None:
    """Let the step in row `step` begin at observation `first`."""
    m, n = rows.shape
    for t in range(n):
        value = 1.0 if t >= first else 0.0
        if rows[step, t] == value:
            continue
        rows[step, t] = value
        for j in range(step + 1):
            products[t, triangle(step) + j] = value * rows[j, t]
        for k in range(step + 1, m):
            products[t, triangle(k) + step] = value * rows[k, t]


@compiled
def solve(a: NDArray[np.float64], p: int, coef: NDArray[np.float64]) -> float:
    """Solve the normal equations of `p` rows and a response in place.

    A row that earlier ones span gets the coefficient 0; that of the response is -1. Returns the
    residual sum of squares.
    """
    for j in range(p):
        pivot = a[triangle(j) + j]
        if pivot <= SINGULAR:
            continue
        inverse = 1.0 / pivot
        for k in range(j + 1, p + 1):
            coef[k] = a[triangle(k) + j]
        for k in range(j + 1, p + 1):
            column = triangle(k)
            factor = coef[k] * inverse
            for i in range(j + 1, k + 1):
                a[column + i] -= factor * coef[i]
    last = triangle(p)
    for j in range(p - 1, -1, -1):
        column = triangle(j)
        pivot = a[column + j]
        coef[j] = a[last + j] / pivot if pivot > SINGULAR else 0.0
        for i in range(j):
            a[last + i] -= a[column + i] * coef[j]
    coef[p] = -1.0
    return max(float(a[last + p]), 0.0)
