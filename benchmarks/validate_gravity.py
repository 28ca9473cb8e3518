"""Poisson pseudo-likelihood with absorbed fixed effects on published gravity data.

    python benchmarks/validate_gravity.py FOLDER

FOLDER holds gravity_agtpa_app1.csv.gz, the data of application 1 in chapter 1 of Yotov, Y. V.,
Piermartini, R., Monteiro, J.-A. and Larch, M. (2016), An Advanced Guide to Trade Policy Analysis
(WTO and UNCTAD), international flows only. Exits with 1 if a coefficient or a number of rows, of
Poisson or of least squares, differs from the published one.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.detect.witness.contrast.ppml import ppml
from tradeflow.detect.witness.contrast.ppml_absorb import absorb, as_levels

if TYPE_CHECKING:
    from numpy.typing import NDArray

REGRESSORS = ("ld", "cntg", "lang", "clny")
PUBLISHED = {
    "PPML": (28_152, (-0.841, 0.437, 0.247, -0.222)),
    "OLS": (25_689, (-1.216, 0.223, 0.661, 0.670)),
}
TOLERANCE = 0.0006  # published to three decimals


def main() -> None:
    """Compare, and leave with 1 if something is off."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = pl.read_csv(Path(sys.argv[1]) / "gravity_agtpa_app1.csv.gz")
    rows = rows.filter(pl.col("exporter") != pl.col("importer"))
    traded = rows.filter(pl.col("trade") > 0)
    fit = ppml(rows["trade"].to_numpy(), design(rows), groups(rows), cluster=rows["pair_id"])
    off = compare("PPML", fit.n, fit.coef, fit.se)
    off |= compare("OLS", traded.height, least_squares(traded), None)
    sys.exit(int(off))


def design(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Log distance, contiguity, common language, colony."""
    return np.asarray(rows.select(REGRESSORS).to_numpy(), dtype=float)


def groups(rows: pl.DataFrame) -> NDArray[np.int64]:
    """Exporter-year and importer-year."""
    return np.asarray(rows.select(pl.col("et", "it").rank("dense")).to_numpy(), dtype=np.int64)


def least_squares(rows: pl.DataFrame) -> NDArray[np.float64]:
    """Coefficients of log trade."""
    columns = np.column_stack([np.log(rows["trade"].to_numpy()), design(rows)])
    clean = absorb(columns, np.ones(len(columns)), as_levels(groups(rows)))
    return np.asarray(np.linalg.lstsq(clean[:, 1:], clean[:, 0])[0])


def compare(name: str, n: int, coef: NDArray[np.float64], se: NDArray[np.float64] | None) -> bool:
    """Print ours beside the published numbers; return whether one is off."""
    published_n, published = PUBLISHED[name]
    print(f"{name}: {n:,} rows, published {published_n:,}")
    for i, regressor in enumerate(REGRESSORS):
        error = "" if se is None else f"  (clustered by pair {se[i]:.3f})"
        print(f"  {regressor:5} {coef[i]:9.5f}  published {published[i]:7.3f}{error}")
    gap = float(np.abs(coef - published).max())
    off = n != published_n or gap > TOLERANCE
    print(f"  largest gap {gap:.5f}, tolerance {TOLERANCE}: {'OFF' if off else 'agrees'}")
    return off


if __name__ == "__main__":
    main()
