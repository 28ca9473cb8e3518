"""What a source is called in the flow table, also when it lists nothing any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.sources.comext.choose import dataset_for
from tradeflow.sources.comext.datasets import BULK, BULK_NAME, DATASETS

if TYPE_CHECKING:
    import polars as pl

    from tradeflow.sources.query import Query

IN_TABLE: Final = {
    "comtrade": "UN Comtrade",
    "hongkong": "Hong Kong C&SD Trade-IDDS",
    "hmrc": "HMRC OTS",
    "census": "US Census",
    "kazakhstan": "Kazakhstan BNS",
    "baci": "BACI",
}
"""Names in the flow table of sources that have one name."""


def name_in_table(flows: pl.DataFrame, query: Query) -> str:
    """Name the source as the rows do, or would if there were any.

    Parameters
    ----------
    flows
        The flow table that answers the question; may be empty.
    query
        The question.
    """
    if not flows.is_empty():
        return str(flows["source"][0])
    if query.source == "comext":
        dataset = dataset_for(query)
        return BULK_NAME if dataset == BULK else DATASETS[dataset].name
    return IN_TABLE.get(query.source, query.source)
