"""The United Kingdom's trade statistics as a source."""

from __future__ import annotations

from datetime import date
from typing import Final

from tradeflow.sources.hmrc.judge import LISTENS, judge
from tradeflow.sources.hmrc.parse import parse
from tradeflow.sources.hmrc.plan import INTERVAL, plan, release_call
from tradeflow.sources.source import Limits, Source

SOURCE: Final = Source(
    name="hmrc",
    title="United Kingdom, overseas trade by CN8 (HMRC uktradeinfo)",
    access="fetch",
    grain="month, CN8, country, port",
    lag="about 6 weeks; provisional for 18 months",
    terms="Open Government Licence 3.0",
    checked="2026-10, programs that read it and one printed row; never live",
    base="https://api.uktradeinfo.com",
    limits=Limits(interval=INTERVAL, timeout=180.0),
    listens=LISTENS,
    plan=plan,
    judge=judge,
    parse=parse,
    probe=release_call("export", ["RUS"], date(2024, 1, 1), date(2024, 1, 1)),
    note=(
        "An absent cell is trade below the threshold, suppressed, or none. The guard before the "
        "service answers 403 to some calls; they are repeated."
    ),
)
