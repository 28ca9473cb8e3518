"""Which dataset answers a question, and whether any does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import WORLD
from tradeflow.schema import TOTAL
from tradeflow.sources.asked import check_options
from tradeflow.sources.comext.datasets import (
    BULK,
    CN8,
    DATASETS,
    EU,
    EU_CN8,
    FORMS,
    HS6,
    NEIGHBOURS,
    NEIGHBOURS_HS6,
)
from tradeflow.sources.comext.rows import FLOWS

if TYPE_CHECKING:
    from tradeflow.sources.query import Query

OPTIONS: Final = {"dataset": (*DATASETS, BULK), "format": FORMS}


def dataset_for(query: Query) -> str:
    """Choose the dataset: the one named, else CN8 for the EU and HS6 as soon as others report.

    Raises
    ------
    UsageError, UnknownNameError
        Eurostat does not have what is asked.
    """
    check_options(query, OPTIONS)
    within_eu = EU.issuperset(query.reporters)
    dataset = query.option("dataset") or (EU_CN8.id if within_eu else NEIGHBOURS_HS6.id)
    _check_flow(query)
    _check_reporters(query, EU if dataset != NEIGHBOURS_HS6.id else EU | NEIGHBOURS, dataset)
    _check_codes(query, dataset)
    if dataset == BULK and WORLD in query.partners:
        raise UsageError("Bulk files have no rows for the world (W00): name partners.")
    return dataset


def _check_flow(query: Query) -> None:
    if query.flow not in FLOWS.values():
        raise UsageError(
            f"Eurostat has imports and exports, no {query.flow!r} flows: exports of goods of "
            "foreign origin are among the exports."
        )


def _check_reporters(query: Query, known: frozenset[str], dataset: str) -> None:
    strange = [name for name in query.reporters if name not in known]
    if strange:
        raise UsageError(
            f"{', '.join(strange)}: no reporter of {dataset} at Eurostat. Reporters are "
            f"{', '.join(sorted(known))}. Others: comtrade (all), hmrc (GBR), census (USA), "
            "kazakhstan (KAZ), hongkong (HKG)."
        )


def _check_codes(query: Query, dataset: str) -> None:
    finest = HS6 if dataset == NEIGHBOURS_HS6.id else CN8
    odd = [c for c in query.codes if c != TOTAL and (len(c) % 2 or len(c) > finest)]
    if odd:
        raise UsageError(
            f"{odd[0]} has {len(odd[0])} digits; {dataset} has codes of 2, 4, 6"
            f"{' or 8' if finest == CN8 else ''} digits. "
            + ("Codes of 8 digits are in DS-045409, for the EU." if finest == HS6 else "")
        )
    lengths = {len(code) for code in query.codes if code != TOTAL}
    if {HS6, CN8} <= lengths:
        raise UsageError(
            "Codes of six and of eight digits do not go into one table: a total would stand "
            "beside its parts. Ask twice."
        )
    if dataset == BULK and TOTAL in query.codes:
        raise UsageError(
            "From bulk files totals are not read: they would stand beside their parts."
        )
