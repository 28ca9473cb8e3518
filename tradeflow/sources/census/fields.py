"""What the two data sets of the US Census Bureau call the same thing.

Exports and imports are named apart on purpose: a client that put both under one header
mislabelled every import.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tradeflow.options import FlowKind, Valuation

AGGREGATES: Final = (2, 4)  # digits of chapters and headings
SUBHEADING: Final = 6
NATIONAL_DIGITS: Final = 10
COUNTRY: Final = "CTY_CODE"
MONTH: Final = "time"
UNITS: Final = ("UNIT_QY1", "UNIT_QY2")
NUMBERS: Final = ("quantity_1", "quantity_2")
FLAGS: Final = ("flag_1", "flag_2")
"""Words for quantities and their flags that both data sets share."""

MISSING: Final = "M"  # in a quantity's flag: the 0 beside it is no zero
ECHOED: Final = frozenset({"COMM_LVL", "SUMMARY_LVL", "DF"})
"""Conditions that an answer may repeat as columns."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The names of one data set.

    Attributes
    ----------
    flow
        The flow, all origins together.
    path
        Path below the base address.
    code, value
        Commodity code, and value of the month in whole US dollars.
    quantities
        First and second quantity; the unit of each is in :data:`UNITS`, and its flag has the
        same name with ``_FLAG`` behind it.
    valuation
        Of the value.
    """

    flow: FlowKind
    path: str
    code: str
    value: str
    quantities: tuple[str, str]
    valuation: Valuation

    @property
    def flags(self) -> tuple[str, str]:
        """Flags of the quantities."""
        first, second = self.quantities
        return f"{first}_FLAG", f"{second}_FLAG"

    @property
    def shared(self) -> dict[str, str]:
        """Map quantities and flags to the words that both data sets share."""
        return dict(zip((*self.quantities, *self.flags), (*NUMBERS, *FLAGS), strict=True))

    @property
    def counted(self) -> tuple[str, ...]:
        """Everything that is said about quantities."""
        return (*self.quantities, *self.flags, *UNITS)


EXPORTS: Final = Fields(
    flow="export",
    path="/data/timeseries/intltrade/exports/hs",
    code="E_COMMODITY",
    value="ALL_VAL_MO",
    quantities=("QTY_1_MO", "QTY_2_MO"),
    valuation="FAS",
)
# The customs value leaves out freight and insurance, but it is a price that customs accepted and
# not one at the ship's rail: the contract has no word for it.
IMPORTS: Final = Fields(
    flow="import",
    path="/data/timeseries/intltrade/imports/hs",
    code="I_COMMODITY",
    value="GEN_VAL_MO",
    quantities=("GEN_QY1_MO", "GEN_QY2_MO"),
    valuation="unknown",
)
DOMESTIC_OR_FOREIGN: Final[dict[str, str]] = {"domestic_export": "1", "re_export": "2"}
"""The condition ``DF``; without it exports are both together."""


def fields_of(flow: str) -> Fields:
    """Names of the data set that holds a flow."""
    return IMPORTS if flow == "import" else EXPORTS
