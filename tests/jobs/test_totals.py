"""Totals of all goods: what may yet be revised weakens an alarm, and a late month is no fall."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.jobs.totals import total_findings

REPORTERS = ("CHN", "TUR", "KAZ", "DEU", "FRA", "POL")
JUMP = date(2024, 6, 1)


@pytest.fixture(scope="module")
def flows() -> pl.DataFrame:
    """Made from the totals of China, so that placebos suffice; China's jump threefold."""
    real = tf.load_sample("china-russia-totals", backend="polars")
    real = real.filter(pl.col("flow") == "export")
    month, year = pl.col("period").dt.month(), pl.col("period").dt.year()
    jump = pl.when((pl.col("period") >= JUMP) & (pl.col("reporter") == "CHN"))
    return pl.concat(
        real.with_columns(
            reporter=pl.lit(name).cast(real.schema["reporter"]),
            value_usd=pl.col("value_usd") * (1 + 0.05 * ((month * i + year * 7) % 11)),
        ).with_columns(pl.col("value_usd") * jump.then(3.0).otherwise(1.0))
        for i, name in enumerate(REPORTERS, start=3)
    )


def found(
    flows: pl.DataFrame, sd: float | None = None, calendar: pl.DataFrame | None = None
) -> dict:
    panel = tf.panel(flows, by="total", calendar=calendar)
    error = None if sd is None else flows.select("reporter", "period", sd_log=pl.lit(sd)).unique()
    table = total_findings(panel, since=f"{JUMP:%Y-%m}", rate=0.5, revisions=error)
    return table.row(by_predicate=pl.col("reporter") == "CHN", named=True)


def test_revisions_to_come_weaken_an_alarm(flows: pl.DataFrame) -> None:
    sure, settled, shaky = (found(flows, sd) for sd in (None, 0.0, 1.0))
    assert sure == settled
    assert sure["verdict"] == "unusual"
    assert shaky["verdict"] == "nothing unusual"
    assert shaky["alarm_q"] > sure["alarm_q"]


def test_a_month_that_is_not_released_changes_no_word(flows: pl.DataFrame) -> None:
    late = {"flow": "export", "goods": "TOTAL", "period": date(2025, 1, 1)}
    late |= {"state": "not released", "released": False}
    series = {"source": "UN Comtrade", "freq": "M", "partner": "RUS"}
    calendar = pl.DataFrame([{**series, "reporter": name, **late} for name in REPORTERS])
    assert tf.panel(flows, by="total", calendar=calendar).counts()["NOT_RELEASED"] == len(REPORTERS)
    assert found(flows, calendar=calendar) == found(flows)
