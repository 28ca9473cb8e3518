"""European Central Bank, exchange rates (EXR), as one source."""

from __future__ import annotations

from datetime import date
from typing import Final

from tradeflow.sources.ecb.judge import judge
from tradeflow.sources.ecb.plan import INTERVAL, rates_call
from tradeflow.sources.source import Limits, Source

SOURCE: Final = Source(
    name="ecb",
    title="European Central Bank, monthly rates of the euro",
    access="fetch",
    grain="month x currency (no trade)",
    lag="none: the mean of a month is there when the month is over",
    terms="free with acknowledgement of the European Central Bank",
    checked="2026-10, recorded answer; never live",
    base="https://data-api.ecb.europa.eu",
    limits=Limits(interval=INTERVAL),
    listens=frozenset({404}),
    judge=judge,
    probe=rates_call(("USD",), date(2020, 1, 1), date(2020, 1, 1)),
    note="It has rates and no trade: `tradeflow fetch ecb` keeps them for all other sources.",
)
