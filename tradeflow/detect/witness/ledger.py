"""What one side recorded of a flow, good by good, and which goods two sides can compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.check import LEAST, MOST
from tradeflow.errors import DataError, UsageError
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_polars
from tradeflow.panel.build import panel
from tradeflow.panel.states import State
from tradeflow.schema import LINE
from tradeflow.sources.registry import source_info

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import By, FlowKind

ALL: Final = "all"
"""Key of sums over reporters, partners or goods."""


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """What some reporters recorded with some partners, code by code.

    Attributes
    ----------
    values
        Shape (n_codes, T), US dollars; 0 where a released month lists nothing, NaN where the
        reporter has not released the month.
    place
        (reporter, partner, code) → row of `values`.
    released
        Reporter → shape (T,): which months it has released.
    broken, mirrored
        Codes that a change of the classification breaks, and codes with a cell that is itself
        taken from the partner's report.
    edition
        The edition of the codes; empty for families and where nothing is recorded.
    provenance
        Sources and releases.
    certified
        Whether a cell that is absent from a released month is a certified zero.
    """

    values: NDArray[np.float64]
    place: Mapping[tuple[str, str, str], int]
    released: Mapping[str, NDArray[np.bool_]]
    broken: frozenset[str]
    mirrored: frozenset[str]
    edition: str
    provenance: tuple[str, ...]
    certified: bool

    def amounts(
        self, reporter: str, partner: str, codes: Sequence[Sequence[str]]
    ) -> NDArray[np.float64]:
        """Add up the codes of each good.

        Returns
        -------
        ndarray
            Shape (n_goods, T), US dollars; NaN where the reporter has not released the month.
        """
        out = np.zeros((len(codes), self.values.shape[1]))
        for good, members in enumerate(codes):
            keys = [(reporter, partner, code) for code in members]
            rows = [self.place[key] for key in keys if key in self.place]
            out[good] = self.values[rows].sum(axis=0)
        quiet = np.zeros(out.shape[1], dtype=bool)
        out[:, ~self.released.get(reporter, quiet)] = np.nan
        return out

    def codes(self, reporter: str, partner: str) -> set[str]:
        """List the codes recorded between two countries."""
        return {code for who, whom, code in self.place if (who, whom) == (reporter, partner)}


def monthly_rows(flows: Frame) -> pl.DataFrame:
    """Check a flow table and keep its monthly rows by code.

    Raises
    ------
    UsageError
        If the table has no monthly row by code.
    DataError
        If a value is one that no trade has.
    """
    rows = check_flows(to_polars(flows)).filter((pl.col("freq") == "M") & LINE)
    if rows.is_empty():
        raise UsageError("The table has no monthly flows by code, and this witness reads months.")
    usd = pl.col("value_usd")
    wrong = rows.filter((usd > MOST) | ((usd > 0) & (usd < LEAST)))
    if len(wrong):
        period, hs6, value = wrong.select("period", "hs6", "value_usd").row(0)
        raise DataError(
            f"Code {hs6}, {period}: a value of {value:g} US dollars ({len(wrong):,} such rows) is "
            f"no trade, which is 0, or between {LEAST:g} and {MOST:g}. Correct the rows."
        )
    return rows


def calendar(rows: pl.DataFrame) -> tuple[date, ...]:
    """List the months from the first to the last of a table."""
    first, last = rows["period"].min(), rows["period"].max()
    if not isinstance(first, date) or not isinstance(last, date):
        raise UsageError("The table has no period.")
    return tuple(pl.date_range(first, last, "1mo", eager=True))


def first_after(months: Sequence[date], day: date) -> int:
    """Find the column of the first month from a day on.

    Raises
    ------
    UsageError
        There is no month before it, or none after it.
    """
    start = sum(month < day for month in months)
    if not 0 < start < len(months):
        raise UsageError(
            f"The table runs from {months[0]:%Y-%m} to {months[-1]:%Y-%m}; `since` ({day:%Y-%m}) "
            "needs months before it and after it."
        )
    return start


def record(
    rows: pl.DataFrame,
    *,
    flow: FlowKind,
    reporters: Collection[str],
    partners: Collection[str],
    by: By,
    months: Sequence[date],
) -> Ledger:
    """Write down what some reporters recorded with some partners.

    Parameters
    ----------
    rows
        From :func:`monthly_rows`.
    flow
        Kind of flow.
    reporters, partners
        Who; several reporters are added up under the name :data:`ALL` if there are more than one.
    by
        ``"family"`` for families of codes, else codes.
    months
        From :func:`calendar`: the columns.

    Raises
    ------
    UsageError
        The rows are of several sources or releases.
    """
    kind = rows.filter(pl.col("flow") == flow)
    own = kind.filter(pl.col("reporter").is_in(list(reporters)))
    released = _released(kind, own, months, together=len(reporters) > 1)
    pair = own.filter(pl.col("partner").is_in(list(partners)))
    empty = np.zeros((0, len(months)))
    if pair.is_empty():
        none: frozenset[str] = frozenset()
        return Ledger(empty, {}, released, none, none, "", (), certified=True)
    made = panel(
        pair,
        by="family" if by == "family" else "hs6",
        flow=flow,
        together="reporter" if len(reporters) > 1 else None,
    )
    names = made.keys["family" if by == "family" else "hs6"].to_list()
    keys = list(zip(made.keys["reporter"], made.keys["partner"], names, strict=True))
    values = np.zeros((len(keys), len(months)))
    at = list(months).index(made.periods[0])
    values[:, at : at + len(made.periods)] = np.nan_to_num(made.values)
    return Ledger(
        values=values,
        place={key: row for row, key in enumerate(keys)},
        released=released,
        broken=_with_state(made.state, names, State.BREAK),
        mirrored=_with_state(made.state, names, State.MIRROR),
        edition="" if by == "family" else made.keys["edition"][0],
        provenance=made.provenance,
        certified=source_info(pair["source"][0]).complete,
    )


def _with_state(state: NDArray[np.uint8], names: Sequence[str], which: State) -> frozenset[str]:
    rows = np.flatnonzero((state == which).any(axis=1))
    return frozenset(names[int(row)] for row in rows)


def _released(
    kind: pl.DataFrame, own: pl.DataFrame, months: Sequence[date], *, together: bool
) -> dict[str, NDArray[np.bool_]]:
    """Months that each reporter has released; a sum is released when all its reporters are."""
    if own.is_empty():
        return {}
    if source_info(own["source"][0]).released_together:
        known = set(kind["period"].unique())
        everyone = dict.fromkeys(own["reporter"].unique(), known)
    else:
        pairs = own.select("reporter", "period").unique()
        everyone = {name: set() for name in pairs["reporter"].unique()}
        for name, period in pairs.iter_rows():
            everyone[name].add(period)
    out = {n: np.array([m in known for m in months]) for n, known in everyone.items()}
    if together:
        out[ALL] = np.all(list(out.values()), axis=0)
    return out
