"""What witnesses say in the light of one another, on answers made for the purpose."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from tradeflow.detect.findings.counted import counted
from tradeflow.detect.findings.evidence import columns_of
from tradeflow.detect.findings.hearing import Answer, Answers
from tradeflow.detect.findings.sentence import sentence
from tradeflow.detect.findings.stance import AGREES, DISAGREES, UNDECIDED
from tradeflow.detect.findings.verdict import IN_VALUE, UNUSUAL
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.options import Backend

SILENT = "not heard: nobody asked"
WORLD = {"hs6": pl.String, "world_log": pl.Float64}
WORLD |= {"world_log_low": pl.Float64, "world_log_high": pl.Float64}


@dataclass(frozen=True)
class Told:
    """A witness's result that is its frame."""

    frame: pl.DataFrame

    def to_frame(self, backend: Backend = "pandas") -> pl.DataFrame:
        assert backend == "polars"
        return self.frame


def keys(n: int) -> pl.DataFrame:
    return pl.DataFrame({"hs6": [f"{i:06d}" for i in range(n)]}).select(
        reporter=pl.lit("CHN"), partner=pl.lit("RUS"), hs6="hs6"
    )


def contrasted(effect: Sequence[float], q: Sequence[float], half: float = 0.1) -> Told:
    made = keys(len(q)).with_columns(
        effect_log=pl.Series(effect),
        q_student=pl.Series(q),
        rule=pl.lit(""),
    )
    return Told(
        made.with_columns(
            effect_log_low=pl.col("effect_log") - half, effect_log_high=pl.col("effect_log") + half
        )
    )


def priced(price: Sequence[float | None], half: float = 0.1) -> Told:
    made = keys(len(price)).with_columns(
        price_log=pl.Series(price, dtype=pl.Float64), volume_log=pl.lit(0.0)
    )
    ends = [
        (pl.col(f"{part}_log") + sign * half).alias(f"{part}_log_{end}")
        for part in ("price", "volume")
        for sign, end in ((-1, "low"), (1, "high"))
    ]
    heard = pl.when(pl.col("price_log").is_null()).then(pl.lit(SILENT)).otherwise(pl.lit(""))
    return Told(made.with_columns(*ends, rule=heard))


def said(own: Sequence[float], world: pl.DataFrame | None = None, **told: Told) -> pl.DataFrame:
    silent: dict[str, Any] = {f.name: Answer(None, SILENT) for f in fields(Answers)}
    answers = Answers(**silent | {name: Answer(made, "") for name, made in told.items()})
    elsewhere = pl.DataFrame(schema=WORLD) if world is None else world
    return columns_of(answers, keys(len(own)), np.asarray(own), 0.10, elsewhere)


@pytest.mark.parametrize(
    ("own", "beyond", "price", "stance"),
    [
        (0.6, 0.6, 0.0, AGREES),
        (0.6, 0.6, 0.2, UNDECIDED),
        (0.6, 0.6, 0.5, DISAGREES),
        (1.2, 0.6, 0.4, UNDECIDED),  # all trade rose by 0.6: price may be most of the rest
        (-0.6, -0.6, -0.5, DISAGREES),
        (-0.6, -0.6, 0.1, AGREES),
    ],
)
def test_a_price_must_not_hide_in_the_rise_of_all_trade(
    own: float, beyond: float, price: float, stance: str
) -> None:
    told = said([own], contrast=contrasted([beyond], [0.001]), price=priced([price]))
    assert told["volume"].to_list() == [stance]


def test_pieces_speak_only_where_weights_cannot() -> None:
    weighed, pieces = priced([0.0, None, None]), priced([0.5, 0.5, None])
    told = said([0.5, 0.5, 0.5], price=weighed, pieces=pieces)
    assert told["volume"].to_list() == [AGREES, DISAGREES, SILENT]
    assert told["volume_by"].to_list() == ["weight", "pieces", "weight"]


@pytest.mark.parametrize(
    ("beyond", "low", "stance"),
    [
        (0.7, 0.1, AGREES),  # others rose a little, this good far more
        (0.4, 0.1, DISAGREES),  # others surely rose, and the contrast leaves less than half
        (0.4, -0.1, UNDECIDED),  # it is not sure that others rose
        (0.7, 0.5, DISAGREES),  # others surely made half of it
    ],
)
def test_goods_that_surely_moved_elsewhere(beyond: float, low: float, stance: str) -> None:
    world = pl.DataFrame([["000000", low + 0.1, low, low + 0.2]], schema=WORLD, orient="row")
    contrast = contrasted([beyond], [0.2 if stance == UNDECIDED else 0.001], half=0.3)
    assert said([1.0], world, destinations=contrast)["destinations"].to_list() == [stance]


def rows(quantity: list[float | None], unit: list[str | None]) -> pl.DataFrame:
    n = len(quantity)
    return pl.DataFrame(
        {
            "value_usd": [10.0 * (i + 1) for i in range(n)],
            "net_kg": [1.0] * n,
            "quantity": quantity,
            "quantity_unit": unit,
            "weight_estimated": [True] * n,
        },
        schema_overrides={"quantity": pl.Float64, "quantity_unit": pl.String},
    )


def test_the_unit_in_which_most_value_is_counted_takes_the_place_of_the_weight() -> None:
    made = counted(rows([5.0, 6.0, 7.0, 8.0, None], ["u", "pairs", "u", "kg", None]))
    assert made["net_kg"].to_list() == [5.0, None, 7.0, None, None]
    assert not made["weight_estimated"].any()


@pytest.mark.parametrize("unit", ["kg", None])
def test_a_weight_by_another_name_is_no_count(unit: str | None) -> None:
    with pytest.raises(UsageError, match="no supplementary quantity"):
        counted(rows([5.0, 0.0], [unit, "u"]))


ROW = {
    "change_log": 0.5,
    "alarm": False,
    "alarm_p": 0.15,
    "excess_usd": 2e6,
    "excess_usd_low": 1e6,
    "excess_usd_high": 3e6,
    "contrast": AGREES,
    "contrast_log": 0.5,
    "contrast_log_low": 0.3,
    "contrast_log_high": 0.7,
    "destinations": AGREES,
    "donors": AGREES,
    "volume": AGREES,
    "mirror": SILENT,
    "routes": SILENT,
    "routes_share_low": None,
    "routes_share_high": None,
    "not_heard": "mirror",
}
NAMES = {
    "goods": "Chips",
    "reporter": "China",
    "partner": "Russia",
    "span": "2022-03 to 2022-08",
    "reference": "what the months before forecast",
    "beside": "other destinations",
}


def test_the_sentence_says_what_cannot_be_known() -> None:
    told = sentence(ROW | {"verdict": IN_VALUE, "volume": SILENT}, NAMES)
    assert "compatible with a rise in value specific to Russia" in told
    assert "whether the quantity rose cannot be known" in told


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"contrast": UNDECIDED}, "unusual, and not shown to be specific to Russia"),
        ({"alarm_p": 0.4}, "but by itself the series is within what the months before forecast ("),
        ({"volume": UNDECIDED}, "but the quantity is not shown to have moved (not heard"),
        ({"change_log": -0.5}, "a fall beyond other trade, but hubs might have carried it (not"),
        ({"destinations": DISAGREES}, "but other destinations alone do not bear it out (not"),
        (
            {"donors": DISAGREES, "mirror": DISAGREES},
            "but a mean of donors does not bear it out and the partner's own reports do not",
        ),
    ],
)
def test_the_sentence_says_what_stands_in_the_way(change: dict[str, Any], reason: str) -> None:
    assert reason in sentence(ROW | {"verdict": UNUSUAL} | change, NAMES)
