"""Hong Kong's trade statistics as a source."""

from __future__ import annotations

from datetime import date
from typing import Final

from tradeflow.sources.hongkong.judge import judge
from tradeflow.sources.hongkong.parse import parse
from tradeflow.sources.hongkong.plan import INTERVAL, plan, release_call
from tradeflow.sources.source import Limits, Source

SOURCE: Final = Source(
    name="hongkong",
    title="Hong Kong, trade by origin and destination (C&SD Trade-IDDS)",
    access="fetch",
    grain="month, HKHS8 or HS6, destination, origin; re-exports apart",
    lag="about 5 weeks",
    terms="free reuse with attribution (data.gov.hk)",
    checked="2026-10, programs that read it; no recorded answer, never live",
    base="https://tradeidds.censtatd.gov.hk",
    limits=Limits(interval=INTERVAL, timeout=600.0),
    plan=plan,
    judge=judge,
    parse=parse,
    probe=release_call(
        (
            ("flow", "import"),
            ("partners", ""),
            ("origin", ""),
            ("asked", "2024-01-01"),
            ("HS2022", ""),
        ),
        date(2024, 1, 1),
        date(2024, 1, 1),
    ),
    note=(
        "Total exports include re-exports: never add them. Rows of one origin are a part of the "
        "rows of all origins. One user reports that origin and code together are refused."
    ),
)
