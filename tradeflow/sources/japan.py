"""Japan: why it is not read yet, and what it would take."""

from __future__ import annotations

from typing import Final

from tradeflow.sources.source import Source

SOURCE: Final = Source(
    name="japan",
    title="Trade Statistics of Japan, by code and country",
    access="not yet",
    grain="month x nine-digit code x country",
    lag="3 to 5 weeks",
    terms="statistics of the Government of Japan (e-Stat); read the terms there",
    checked="2026-10, clients' code; never live",
    note=(
        "The layout of the files is known (e-Stat, statistics 00350300: one wide line per code "
        "and country with twelve months, thousand yen, codes of nine digits). Missing: a table of "
        "the three-digit country codes of Japan Customs, without which no line has a partner, and "
        "addresses of the files that somebody has tried. A year's file with its list of "
        "countries settles both. Until then: fetch comtrade with reporter JPN."
    ),
)
