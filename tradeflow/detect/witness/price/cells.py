"""The cells of a panel that have a price: a value, and a weight that somebody weighed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.check import check_amounts
from tradeflow.detect.witness.price.repeated import FALSE_POSITIVES, repeated
from tradeflow.errors import UsageError
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_polars
from tradeflow.panel.build import ALL
from tradeflow.panel.build import panel as arrange
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import FlowKind
    from tradeflow.panel.model import Panel

_NUMBERS: Final = (State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR)


@dataclass(frozen=True, slots=True, eq=False)
class PriceCells:
    """Values and weights of n codes over T periods, ready to be divided.

    Attributes
    ----------
    value, net_kg
        Shape (n, T), US dollars and kilograms: both known, or both NaN. A month without trade is
        0 in both.
    total
        Shape (n, T), US dollars: every value, with a weight or without; NaN where there is none.
    code
        Shape (n,): series of the same good have the same number.
    missing
        Shape (n, T): a value without a weight.
    estimated
        Shape (n, T): a weight, or value, that was estimated: by the panel's state, by the flag
        ``weight_estimated``, or by a unit value that repeats.
    broken
        Shape (n, T): not comparable across a change of the classification.
    kept_estimates
        Whether cells of state ``ESTIMATED`` were kept.
    """

    value: NDArray[np.float64]
    net_kg: NDArray[np.float64]
    total: NDArray[np.float64]
    code: NDArray[np.intp]
    missing: NDArray[np.bool_]
    estimated: NDArray[np.bool_]
    broken: NDArray[np.bool_]
    kept_estimates: bool

    def log_unit_value(self) -> NDArray[np.float64]:
        """Log US dollars a kilogram, shape (n, T); NaN where there is no price."""
        out = np.full_like(self.value, np.nan)
        traded = self.net_kg > 0
        out[traded] = np.log(self.value[traded] / self.net_kg[traded])
        return out


def price_cells(
    panel: Panel,
    *,
    flows: Frame | None = None,
    flow: FlowKind = "export",
    keep_estimated: bool | None = None,
    rate: float = FALSE_POSITIVES,
) -> PriceCells:
    """Sort the cells of a panel by code into those with a price and those without.

    Parameters
    ----------
    panel
        A panel of values by code or family; of one by category its parts are read.
    flows
        The table that the panel was made of, if its flags ``weight_estimated`` are to be read.
    flow
        Which kind of flow the panel was made of.
    keep_estimated
        Whether cells that the producer reconciled or estimated are kept. None: only if all are,
        so that leaving them out would leave nothing, as in BACI.
    rate
        False-positive rate of the search for repeated unit values.

    Raises
    ------
    UsageError
        The panel measures weight.
    DataError
        A value or weight is one that no trade has.
    """
    if panel.measure != "value_usd":
        raise UsageError(
            "Unit values need a panel of values; it carries the weights beside them: "
            'tf.panel(flows, measure="value_usd").'
        )
    codes = panel.parts or panel
    check_amounts(codes, weights=True)
    known = np.isin(codes.state, _NUMBERS) & ~np.isnan(codes.values)
    traded = known & (codes.values > 0)
    made_up = traded & (codes.state == State.ESTIMATED)
    keep = bool((made_up == traded).all()) if keep_estimated is None else keep_estimated
    missing = traded & ~(codes.net_kg > 0)
    weighed = traded & ~missing
    flagged = np.zeros_like(known) if flows is None else _flagged(codes, to_polars(flows), flow)
    code = _numbered(codes)
    estimated = weighed & (flagged | _repeats(codes, code, weighed, rate))
    estimated |= weighed & made_up & (not keep)
    fine = known & ~missing & ~estimated
    empty = known & (codes.values == 0)
    broken = codes.state == State.BREAK
    return PriceCells(
        value=np.where(fine, codes.values, np.nan),
        net_kg=np.where(fine, np.where(empty, 0.0, codes.net_kg), np.nan),
        total=np.where(known | broken, codes.values, np.nan),
        code=code,
        missing=missing,
        estimated=estimated,
        broken=broken,
        kept_estimates=keep and bool(made_up.any()),
    )


def _numbered(codes: Panel) -> NDArray[np.intp]:
    return codes.keys[codes.by].rank("dense").to_numpy().astype(np.intp) - 1


def _repeats(
    codes: Panel, code: NDArray[np.intp], weighed: NDArray[np.bool_], rate: float
) -> NDArray[np.bool_]:
    row, column = np.nonzero(weighed)
    out = np.zeros_like(weighed)
    value, net_kg = codes.values[row, column], codes.net_kg[row, column]
    out[row, column] = repeated(value, net_kg, code[row], rate=rate)
    return out


def _flagged(codes: Panel, flows: pl.DataFrame, flow: FlowKind) -> NDArray[np.bool_]:
    """Cells of which any row is flagged, found by arranging the flags as the panel is arranged.

    A flagged row loses its weight and every other row weighs 1, so that exactly the cells with a
    flagged row come out without a weight, under whatever number the panel gives their code.
    """
    one = pl.when(pl.col("weight_estimated").fill_null(value=False)).then(None).otherwise(1.0)
    both = [name for name in ("reporter", "partner") if (codes.keys[name] == ALL).all()]
    if len(both) > 1:
        raise UsageError("Flags cannot be read for sums over reporters and partners at once.")
    marks = arrange(
        check_flows(flows).with_columns(net_kg=one),
        by=codes.by,
        flow=flow,
        together="reporter" if both == ["reporter"] else "partner" if both else None,
    )
    key = ["reporter", "partner", codes.by]
    if not marks.keys.select(key).equals(codes.keys.select(key)) or marks.periods != codes.periods:
        raise UsageError("The flows are not the table of which the panel was made; give that one.")
    return np.asarray(np.isnan(marks.net_kg) & ~np.isnan(marks.values))
