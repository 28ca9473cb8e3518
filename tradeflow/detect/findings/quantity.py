"""Whether the quantity moved, or the price: by weight, else by what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.detect.findings.reading import ENDS, matched, numbers
from tradeflow.detect.findings.stance import AGREES, DISAGREES, HALF, SAID, UNDECIDED
from tradeflow.detect.witness.heard import HEARD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.findings.hearing import Answer, Answers
    from tradeflow.detect.witness.price.price_volume import PriceVolumeResult


def quantity_of(answers: Answers, keys: pl.DataFrame, own: NDArray[np.float64]) -> pl.DataFrame:
    """Return the split into price and quantity, and the stance of the quantity.

    What was weighed speaks first; where it cannot, what was counted.

    Parameters
    ----------
    answers
        Of the witnesses; ``price``, ``pieces`` and ``contrast`` are read.
    keys
        Reporter, partner and what the series is.
    own
        Shape (n,): the change in question, log points.

    Returns
    -------
    DataFrame
        Price and volume with their intervals, ``volume`` (the stance), and ``volume_by``:
        ``weight`` or ``pieces``, the unit of the supplementary quantity whatever it is called.
    """
    beyond = numbers(matched(answers.contrast, keys, ["effect_log"]), "effect_log")
    weighed = _price(answers.price, keys, own, beyond).with_columns(volume_by=pl.lit("weight"))
    pieces = _price(answers.pieces, keys, own, beyond).with_columns(volume_by=pl.lit("pieces"))
    use = ~weighed["volume"].is_in(SAID) & pieces["volume"].is_in(SAID)
    return weighed.select(
        pl.when(use).then(pieces[name]).otherwise(name).alias(name) for name in weighed.columns
    )


def _price(
    answer: Answer[PriceVolumeResult],
    keys: pl.DataFrame,
    own: NDArray[np.float64],
    beyond: NDArray[np.float64],
) -> pl.DataFrame:
    """Stance of the quantity: it disagrees where the price alone makes half of the change.

    It agrees where the price makes less than half of the change, and of what `beyond` leaves of
    it: a price to one partner must not hide in a rise of all trade with that partner.
    """
    parts = [f"{part}_log{end}" for part in ("price", "volume") for end in ENDS]
    found = matched(answer, keys, parts)
    sign, bar = np.sign(own), HALF * np.abs(own)
    price, low, high = (numbers(found, f"price_log{end}") for end in ENDS)
    surely = np.where(sign > 0, low, -high)
    at_most = np.where(sign > 0, high, -low)
    said = np.select(
        [
            np.isnan(own) | np.isnan(price),
            surely >= bar,
            at_most < HALF * np.fmin(np.abs(own), np.abs(beyond)),
        ],
        [UNDECIDED, DISAGREES, AGREES],
        default=UNDECIDED,
    )
    rule = found["rule"].to_numpy().astype(np.str_)
    stance = np.where(rule == HEARD, said, rule)
    return found.drop("rule").with_columns(volume=pl.Series(stance))
