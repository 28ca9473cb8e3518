"""Real data that ship with the package."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UnknownNameError
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_backend
from tradeflow.options import Backend, one_of

if TYPE_CHECKING:
    from tradeflow.frames import Frame


@dataclass(frozen=True, slots=True)
class Sample:
    """One embedded data set."""

    name: str
    title: str
    rows: int
    attribution: str


SAMPLES: Final[dict[str, Sample]] = {
    sample.name: sample
    for sample in (
        Sample(
            "china-russia-annual",
            "China to Russia by six-digit code, annual, 2017-2023",
            28_726,
            "CEPII BACI V202501 (Gaulier and Zignago 2010), Etalab Open Licence 2.0",
        ),
        Sample(
            "china-russia-totals",
            "China's total exports to and imports from Russia, monthly, 2017-01 to 2024-12",
            192,
            "China customs through UN Comtrade",
        ),
        Sample(
            "eu-high-priority-monthly",
            "EU exports of 19 high-priority codes to Russia and six neighbours, monthly, "
            "2020-01 to 2022-11",
            22_809,
            "Eurostat Comext DS-045409; euros converted with ECB reference rates",
        ),
    )
}


def list_samples() -> tuple[Sample, ...]:
    """List the embedded data sets.

    Returns
    -------
    tuple of Sample
        Name, title, number of rows, and whom to name as the source.

    Examples
    --------
    >>> import tradeflow as tf
    >>> [sample.name for sample in tf.list_samples()]
    ['china-russia-annual', 'china-russia-totals', 'eu-high-priority-monthly']
    """
    return tuple(SAMPLES.values())


def load_sample(name: str = "china-russia-annual", *, backend: Backend = "pandas") -> Frame:
    """Load an embedded data set as a flow table.

    Parameters
    ----------
    name
        One of :func:`list_samples`.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        The flow table: one row per reporter's statement, US dollars and kilograms.

    Raises
    ------
    UnknownNameError
        If no sample has that name.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample("china-russia-annual")
    >>> bool(flows["value_usd"].sum() > 4.5e11)
    True
    """
    one_of(backend, Backend, name="backend")
    if name not in SAMPLES:
        raise UnknownNameError.of("Sample", name, SAMPLES, hint=f"Known: {', '.join(SAMPLES)}.")
    data = files("tradeflow.flows").joinpath(f"data/{name}.parquet").read_bytes()
    return to_backend(check_flows(pl.read_parquet(data), where=f"sample {name}"), backend)
