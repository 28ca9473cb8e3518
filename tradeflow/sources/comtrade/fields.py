"""Comtrade's own names and codes, as documented and as seen in recorded answers."""

from __future__ import annotations

from typing import Final

import polars as pl

FINAL: Final = (
    "typeCode",
    "freqCode",
    "refPeriodId",
    "refYear",
    "refMonth",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "partner2Desc",
    "classificationCode",
    "classificationSearchCode",
    "isOriginalClassification",
    "cmdCode",
    "cmdDesc",
    "aggrLevel",
    "isLeaf",
    "customsCode",
    "customsDesc",
    "mosCode",
    "motCode",
    "motDesc",
    "qtyUnitCode",
    "qtyUnitAbbr",
    "qty",
    "isQtyEstimated",
    "altQtyUnitCode",
    "altQtyUnitAbbr",
    "altQty",
    "isAltQtyEstimated",
    "netWgt",
    "isNetWgtEstimated",
    "grossWgt",
    "isGrossWgtEstimated",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "legacyEstimationFlag",
    "isReported",
    "isAggregate",
)
"""The 47 fields of final data. Their case differs between API, reference list and bulk files."""

TARIFFLINE: Final = (
    "typeCode",
    "freqCode",
    "refPeriodId",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "partner2Desc",
    "classificationCode",
    "cmdCode",
    "cmdDesc",
    "customsCode",
    "customsDesc",
    "mosCode",
    "motCode",
    "motDesc",
    "qtyUnitCode",
    "qtyUnitAbbr",
    "qty",
    "altQtyUnitCode",
    "altQtyUnitAbbr",
    "altQty",
    "netWgt",
    "grossWgt",
    "cifvalue",
    "fobvalue",
    "primaryValue",
)
"""The 34 fields of tariff lines."""

READ: Final[dict[str, pl.DataType]] = {
    "freqCode": pl.String(),
    "period": pl.String(),  # text in answers, a number in bulk files
    "reporterCode": pl.String(),
    "flowCode": pl.String(),
    "partnerCode": pl.String(),
    "partner2Code": pl.String(),
    "classificationCode": pl.String(),
    "isOriginalClassification": pl.Boolean(),
    "cmdCode": pl.String(),
    "customsCode": pl.String(),
    "mosCode": pl.String(),
    "motCode": pl.String(),
    "qtyUnitCode": pl.String(),
    "qtyUnitAbbr": pl.String(),
    "qty": pl.Float64(),
    "netWgt": pl.Float64(),
    "isNetWgtEstimated": pl.Boolean(),
    "cifvalue": pl.Float64(),
    "fobvalue": pl.Float64(),
    "primaryValue": pl.Float64(),
    "legacyEstimationFlag": pl.String(),
}
"""The fields that are read, and their types here; codes are text wherever they come from."""

NEEDED: Final = (
    "freqCode",
    "period",
    "reporterCode",
    "flowCode",
    "partnerCode",
    "classificationCode",
    "cmdCode",
)
"""Fields without which a row says nothing."""

CELL: Final = NEEDED
"""What tells one published total from every other."""

TOTALS: Final = {
    "partner2Code": ("0",),
    "customsCode": ("C00",),
    "mosCode": ("0", "-1"),  # -1 in bulk files
    "motCode": ("0",),
}
"""Breakdowns of a cell, and the code of their total. A row per part stands beside the total."""

EDITIONS: Final = {"H3": "HS2007", "H4": "HS2012", "H5": "HS2017", "H6": "HS2022"}
"""Classification codes of the editions that a flow table can hold; H0 to H2 it cannot."""

FLOWS: Final = {"M": "import", "X": "export", "RX": "re_export", "DX": "domestic_export"}
"""``X`` includes ``RX``. Re-imports (RM) and the processing flows (MIP, XIP, MOP, XOP, MIF, XIF,
FM) are parts of imports or exports that the flow table has no word for."""

FLOW_CODES: Final = {flow: code for code, flow in FLOWS.items()}

WEIGHT_ESTIMATED: Final = ("4", "6")
"""``legacyEstimationFlag``: 0 nothing, 2 the quantity, 4 the net weight, 6 both (UNSD, Quantity
and Weight Data in UN Comtrade, 2009, 4.1)."""

UNITS: Final = {"5": "u", "8": "kg"}
"""Units of quantity where an answer gives the number alone; seen in recordings."""

NO_UNIT: Final = "-1"
