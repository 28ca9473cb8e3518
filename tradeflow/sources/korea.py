"""Korea: why it is not read yet, and what it would take."""

from __future__ import annotations

from typing import Final

from tradeflow.sources.source import Source

SOURCE: Final = Source(
    name="korea",
    title="Korea Customs Service, trade by code and country",
    access="not yet",
    grain="month x ten-digit code x country",
    lag="3 to 5 weeks",
    terms="open data of the Republic of Korea (data.go.kr 15100475); read the terms there",
    checked="2026-10, clients' code; never live",
    note=(
        "Parameters and fields are known (data.go.kr 15100475: months of at most a year, a code "
        "of up to ten digits, a country; kilograms and dollars for both directions at once, "
        "10,000 calls a day). Missing: one recorded answer. Without it the first row cannot be "
        "told from data (it is a total), nor an error from an empty month, nor the edition of "
        "codes from before a revision. One call with a key, for one code and one country, settles "
        "all three. Until then: fetch comtrade with reporter KOR."
    ),
)
