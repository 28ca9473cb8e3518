"""Eurostat Comext, as a source: facts and functions."""

from __future__ import annotations

from typing import Final

from tradeflow.sources.comext.ask import Slice
from tradeflow.sources.comext.datasets import NEIGHBOURS_HS6
from tradeflow.sources.comext.judge import LISTENS, judge
from tradeflow.sources.comext.parse import parse
from tradeflow.sources.comext.plan import INTERVAL, plan
from tradeflow.sources.comext.read import read, update_of
from tradeflow.sources.source import Limits, Source

_CHEAPEST: Final = Slice(
    dataset=NEIGHBOURS_HS6.id,
    form="csv",
    freq="M",
    flow="2",
    reporters=("TR",),
    partners=("RU",),
    codes=("854231",),
    indicators=(NEIGHBOURS_HS6.value,),
    first="2024-01",
    last="2024-01",
)

SOURCE: Final = Source(
    name="comext",
    title="Eurostat Comext: EU at CN8, Türkiye, Georgia, Serbia and other neighbours at HS6",
    access="fetch and ingest",
    grain="month x CN8 (EU) or HS6 (others) x partner",
    lag="six to eight weeks (not verified); other reporters as they deliver",
    terms="reuse with acknowledgement of the source",
    checked="2026-10, recorded lines and clients' code; never live",
    base="https://ec.europa.eu/eurostat/api",
    limits=Limits(interval=INTERVAL, timeout=120.0),
    listens=LISTENS,
    plan=plan,
    judge=judge,
    parse=parse,
    read=read,
    release_of=update_of,
    probe=_CHEAPEST.call(),
    note=(
        "Options: dataset=DS-045409 | DS-059341 | bulk, format=csv | jsonstat. No row means not "
        "reported or confidential, never zero."
    ),
)
