"""Small made-up worlds for tests: annual tables and files that hold nothing but what is said."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.nomenclature.categories import listed_codes
from tradeflow.nomenclature.editions import known_codes
from tradeflow.nomenclature.restated import leaks
from tradeflow.schema import conform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FIRST_YEAR = 2017
CHANGE = 5  # the first column after the date: 2022


@cache
def clean_codes(*, listed: bool) -> tuple[str, ...]:
    """HS2017 codes that no change of edition touches, on a list or on none."""
    codes = known_codes("HS2017") - leaks().keys() - {"271000", "999999"}
    on_list = listed_codes("HS2017")
    return tuple(sorted(code for code in codes if (code in on_list) == listed))


def table(
    values: NDArray[np.float64],
    codes: Sequence[str],
    *,
    net_kg: NDArray[np.float64] | None = None,
    **constants: object,
) -> pl.DataFrame:
    """Flow table of values (n_codes, n_years) in US dollars; cells of 0 are not listed."""
    kilograms = values / 10 if net_kg is None else net_kg
    years = [date(FIRST_YEAR + i, 1, 1) for i in range(values.shape[1])]
    rows = pl.DataFrame(
        {
            "period": years * len(codes),
            "hs6": np.repeat(np.asarray(codes), len(years)),
            "value_usd": values.ravel(),
            "net_kg": kilograms.ravel(),
        }
    ).filter(pl.col("value_usd") > 0)
    same = {
        "freq": "A",
        "reporter": "CHN",
        "partner": "RUS",
        "flow": "export",
        "edition": "HS2017",
        "valuation": "FOB",
        "status": "estimated",
        "source": "BACI",
        "release": "made up",
    }
    return conform(rows, **(same | constants))


def drifting(
    seed: int,
    n: int,
    *,
    n_years: int = 7,
    drift: float = 0.5,
    noise: float = 0.05,
    noise_df: float = 6.0,
) -> NDArray[np.float64]:
    """Values of n goods that drift, share a common growth, and never shift.

    Log values are a random walk plus noise. The noise variance of each good is drawn from a
    scaled inverse chi-squared distribution, the walk's is `drift` times as large.
    """
    rng = np.random.default_rng(seed)
    variance = noise * noise_df / rng.chisquare(noise_df, size=(n, 1))
    steps = rng.normal(size=(n, n_years)) * np.sqrt(variance * drift)
    spikes = rng.normal(size=(n, n_years)) * np.sqrt(variance)
    size = rng.normal(np.log(2e7), 2.0, size=(n, 1))
    growth = 0.12 * np.arange(n_years)
    return np.exp(size + growth + steps.cumsum(axis=1) + spikes)


def sample_codes(seed: int, *, unlisted: int, listed: int | None = None) -> list[str]:
    """Listed codes (all if None) first, then unlisted ones drawn at random."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(clean_codes(listed=False), size=unlisted, replace=False)
    return [*clean_codes(listed=True)[:listed], *map(str, drawn)]
