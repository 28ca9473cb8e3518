"""US Census Bureau, International Trade time series, as one source."""

from __future__ import annotations

from datetime import date
from typing import Final

from tradeflow.sources.census.calls import release_call
from tradeflow.sources.census.judge import judge
from tradeflow.sources.census.parse import parse
from tradeflow.sources.census.plan import INTERVAL, plan
from tradeflow.sources.source import Key, Limits, Source

SOURCE: Final = Source(
    name="census",
    title="US Census Bureau, exports and imports of the United States",
    access="fetch",
    grain="month x ten-digit code x country",
    lag="about 35 days; the years before are revised each spring",
    terms="public domain; name the US Census Bureau",
    checked="2026-10, recorded refusals and clients' code; no answer with a key was recorded",
    base="https://api.census.gov",
    # No limit is published for keyed calls; answers take up to a minute.
    limits=Limits(interval=INTERVAL, timeout=180.0),
    key=Key(
        "TRADEFLOW_CENSUS_KEY",
        param="key",
        needed=True,
        how="A key is free: https://api.census.gov/data/key_signup.html",
    ),
    listens=frozenset({204, 302}),
    plan=plan,
    judge=judge,
    parse=parse,
    probe=release_call("export", (date(2024, 1, 1), date(2024, 1, 1))),
    note=(
        "Exports are free alongside ship, imports at customs value and by country of origin. "
        "Weights are net only where the goods are counted in kilograms."
    ),
)
