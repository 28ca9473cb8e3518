"""UN Comtrade, as a source."""

from __future__ import annotations

from typing import Final

from tradeflow.sources.comtrade.ask import Ask, data_calls
from tradeflow.sources.comtrade.facts import KEY, LIMITS
from tradeflow.sources.comtrade.judge import NOT_FOUND, TOO_LONG, judge
from tradeflow.sources.comtrade.parse import parse
from tradeflow.sources.comtrade.plan import plan
from tradeflow.sources.comtrade.read import how, read
from tradeflow.sources.comtrade.reference import NOT_MODIFIED
from tradeflow.sources.source import Source

ACCEPTED: Final = 202  # an asynchronous request was submitted

_PROBE: Final = data_calls(
    Ask(
        reporter="CHN",
        partners=("RUS",),
        flow="export",
        freq="M",
        periods=("202412",),
        codes=("TOTAL",),
        edition="HS2022",
        releases=("unknown",),
    )
)[0]

SOURCE: Final = Source(
    name="comtrade",
    title="UN Comtrade, all reporters, as reported",
    access="fetch and ingest",
    grain="month x HS6 (national codes as tariff lines) x partner, US dollars",
    lag="1 to 18 months by reporter; months of China end with 2024-12",
    terms="attribution; rows are not passed on without permission",
    checked="2026-10, recorded answers and clients' code; never live",
    base="https://comtradeapi.un.org",
    limits=LIMITS,
    key=KEY,
    listens=frozenset({ACCEPTED, NOT_MODIFIED, NOT_FOUND, TOO_LONG}),
    plan=plan,
    judge=judge,
    parse=parse,
    read=read,
    how=how,
    probe=_PROBE,
    note=(
        "Works without a key (one period and 500 rows per call). For months of China after 2024-12 "
        "ingest China's own files: tradeflow ingest gacc --how."
    ),
)
