"""The flow table's columns: names, types and meaning, fixed here and nowhere else.

One row is one reporter's statement about one flow in one period.
"""

from __future__ import annotations

from typing import Final, get_args

import polars as pl

from tradeflow.options import Edition, FlowKind, Freq, Status, Valuation

TOTAL: Final = "TOTAL"
"""The commodity code of a row that states all goods together."""

LINE: Final = pl.col("hs6").str.contains(r"^\d{6}$")
"""Rows of one six-digit code. A chapter (2 digits), a heading (4) or TOTAL is an aggregate that
a source published as such: kept as it is, and never added to its parts."""


def _enum(options: object) -> pl.Enum:
    return pl.Enum(get_args(options))


FLOW_SCHEMA: Final[dict[str, pl.DataType]] = {
    "period": pl.Date(),  # first day of the month or year
    "freq": _enum(Freq),
    "reporter": pl.String(),  # ISO 3166 alpha-3; S19 Taiwan, W00 world
    "partner": pl.String(),
    "flow": _enum(FlowKind),  # export includes re_export; they are never added
    "edition": _enum(Edition),  # the edition that the code belongs to
    "hs6": pl.String(),  # six digits with leading zeros; or a published aggregate, see LINE
    "national_code": pl.String(),  # CN8, HS8, HS10, HKHS8 as published
    "region": pl.String(),  # registered place
    "regime": pl.String(),  # customs procedure or trade mode
    "value_usd": pl.Float64(),  # US dollars, current
    "net_kg": pl.Float64(),  # kilograms; a published 0 with a positive value is null
    "quantity": pl.Float64(),  # supplementary quantity
    "quantity_unit": pl.String(),
    "valuation": _enum(Valuation),
    "status": _enum(Status),
    "weight_estimated": pl.Boolean(),  # a "weight" that is value / standard unit value
    "source": pl.String(),
    "release": pl.String(),  # which immutable release of the source
}

NULLABLE: Final = frozenset(
    {
        "national_code",
        "region",
        "regime",
        "net_kg",
        "quantity",
        "quantity_unit",
        "weight_estimated",
    }
)

KEY: Final = (
    "source",
    "release",
    "period",
    "freq",
    "reporter",
    "partner",
    "flow",
    "edition",
    "hs6",
    "national_code",
    "region",
    "regime",
)


def conform(frame: pl.DataFrame, **constants: object) -> pl.DataFrame:
    """Add constant columns, fill absent nullable ones with null, set order and types.

    A step of every parser, just before :func:`tradeflow.flows.check.check_flows`.
    """
    frame = frame.with_columns(**{name: pl.lit(value) for name, value in constants.items()})
    absent = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in FLOW_SCHEMA.items()
        if name in NULLABLE and name not in frame.columns
    ]
    return frame.with_columns(absent).select(
        pl.col(name).cast(kind) for name, kind in FLOW_SCHEMA.items()
    )
