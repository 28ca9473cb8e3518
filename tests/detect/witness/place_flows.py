"""Flow tables with registered places, made by hand: simulated, no real trade."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.schema import conform

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

START = 36
MONTHS = 60


def months(n: int = MONTHS) -> list[date]:
    return [date(2019 + i // 12, i % 12 + 1, 1) for i in range(n)]


def placed(
    values: Mapping[str | None, NDArray[np.float64]], hs6: str = "848210", edition: str = "HS2017"
) -> pl.DataFrame:
    """Exports of China to Russia: place → US dollars by month."""
    rows = [
        {"period": month, "region": place, "value_usd": float(usd)}
        for place, amounts in values.items()
        for month, usd in zip(months(len(amounts)), amounts, strict=True)
        if usd > 0
    ]
    return conform(
        pl.DataFrame(rows, schema_overrides={"region": pl.String}),
        freq="M",
        reporter="CHN",
        partner="RUS",
        flow="export",
        edition=edition,
        hs6=hs6,
        valuation="FOB",
        status="reported",
        source="SIMULATED",
        release="by hand",
    )


def drawn(
    seed: int, before: list[float], after: list[float], *, lumps: float = 3.0
) -> NDArray[np.float64]:
    """Amounts (places, MONTHS) of gamma shipments with mean shares that change at START."""
    rng = np.random.default_rng(seed)
    share = np.where(np.arange(MONTHS) < START, np.array(before)[:, None], np.array(after)[:, None])
    return 1e6 * rng.gamma(share * lumps * 4, 1 / (lumps * 4))
