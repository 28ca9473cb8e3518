"""Worlds that cannot exist are refused with a remedy."""

from __future__ import annotations

from datetime import date

import pytest

from tradeflow.errors import TradeflowError, UnknownCodeError, UnknownNameError, UsageError
from tradeflow.simulate.effects import (
    CodeSplit,
    DivertedRoute,
    LevelShift,
    LostInTransit,
    MirrorSilence,
    PartnerCodeChange,
    Spike,
    TemporaryChange,
)
from tradeflow.simulate.settings import Noise, Prices, Rates, Releases
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World

CODE = "848210"
GEORGIA = PartnerCodeChange("ARM", "2022-03", "GEO")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"start": date(2017, 1, 15)}, "first day of a month"),
        ({"start": "2017-01"}, "give a date"),
        ({"start": date(2010, 1, 1)}, "oldest is HS2012"),
        ({"months": 5}, "months is 5; give 12"),
        ({"months": 24.5}, "whole number"),
        ({"reporters": ()}, "reporters is empty"),
        ({"reporters": "CHN"}, "give a tuple"),
        ({"partners": ("RUS", "RUS")}, "partners names a country twice"),
        ({"partners": ("DEU",), "hubs": ()}, "RUS is not among the partners"),
        ({"reporters": ("DEU",)}, "reporter and partner"),
        ({"hubs": ("GEO",)}, "hub is no partner"),
        ({"mirrors": ("GEO",)}, "mirror is no partner"),
        ({"n_codes": 0, "rates": Rates()}, "no goods"),
        ({"n_codes": -3}, "n_codes is -3"),
        ({"n_codes": 400, "listed_share": 1.0}, "Lower n_codes"),
        ({"listed_share": 1.5}, "listed_share is 1.5"),
        ({"codes": ("854150",)}, "State a CodeSplit"),
        ({"noise": Noise(rho=1.5)}, "Noise: rho is 1.5"),
        ({"noise": Noise(noise_sd=-1)}, "Noise: noise_sd is -1"),
        ({"noise": Noise(intermittent_zero_share=1.0)}, "below 1"),
        ({"prices": Prices(estimated_share=2)}, "Prices: estimated_share"),
        ({"releases": Releases(day=31)}, "1 to 28"),
        ({"releases": Releases(half_life_months=0)}, "half_life_months"),
        ({"rates": Rates(spike_share=0.7, level_shift_share=0.7)}, "add up to 1.4"),
        ({"rates": Rates(size_smallest=2.0)}, "smallest <= largest"),
        ({"effects": ("a shift",)}, "is no effect"),
    ],
)
def test_settings(settings: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        simulate(World(**{"n_codes": 5, **settings}), seed=1)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (LevelShift(CODE, "RUS", "2016-12", 0.5), "lasts from 2017-01 to 2024-12"),
        (LevelShift(CODE, "RUS", "March", 0.5), "cannot be read"),
        (LevelShift(CODE, "GEO", "2022-03", 0.5), "GEO is no partner here"),
        (LevelShift(CODE, "RUS", "2022-03", 0.5, reporter="JPN"), "JPN does not report"),
        (LevelShift(CODE, "DEU", "2022-03", 0.5, reporter="KAZ"), "to hubs for exports to Russia"),
        (LevelShift(CODE, "RUS", "2022-03", float("inf")), "log_size is inf"),
        (LevelShift("854150", "RUS", "2022-03", 0.5), "State a CodeSplit"),
        (TemporaryChange(CODE, "RUS", "2022-03", 0.5, decay=1.0), "decay is 1.0"),
        (DivertedRoute(CODE, "DEU", "2022-03"), "DEU is no hub here"),
        (DivertedRoute(CODE, "KAZ", "2022-03", share=1.0), "0 < share < 1"),
        (DivertedRoute(CODE, "KAZ", "2022-03", lag_months=-1), "lag_months is -1"),
        (MirrorSilence("KAZ", "2022-03"), "add it to mirrors"),
        (LostInTransit(CODE, "KAZ", "2022-03"), "add it to mirrors"),
        (PartnerCodeChange("ARM", "2022-03", "DEU"), "no other part"),
        (PartnerCodeChange("ARM", "2022-03", "XYZ"), "ISO alpha-3"),
        (CodeSplit(CODE), "no edition of the span splits"),
        (CodeSplit("854150", "2021-05"), "in 2022-01; 2021-05 is another month"),
        (CodeSplit(CODE, "2021-05", successors=("848220",)), "two other codes"),
        (CodeSplit(CODE, "2021-05", successors=("848220", CODE)), "two other codes"),
        (CodeSplit("854150", first_share=1.0), "first_share is 1.0"),
    ],
)
def test_effects(effect: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        simulate(World(n_codes=5, rates=Rates(), effects=(effect,)), seed=1)


@pytest.mark.parametrize(
    "effects",
    [
        (GEORGIA, PartnerCodeChange("KGZ", "2022-03", "GEO")),
        (CodeSplit(CODE, "2021-05", ("848220", "848230")), Spike("848220", "RUS", "2022-03", 1.0)),
        (CodeSplit("854150"), CodeSplit("854150", first_share=0.5)),
    ],
)
def test_effects_that_contradict_each_other(effects: tuple[object, ...]) -> None:
    with pytest.raises(UsageError, match=r"clash|no other part"):
        simulate(World(n_codes=5, rates=Rates(), effects=effects), seed=1)


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match="'RUZ' is not known"):
        simulate(World(partners=("RUS", "RUZ")), seed=1)
    with pytest.raises(UnknownCodeError, match="six digits"):
        simulate(World(codes=("999998",)), seed=1)
    with pytest.raises(UnknownNameError, match="Allowed: pandas, polars"):
        simulate(seed=1, backend="spark")
    with pytest.raises(UnknownNameError, match="Allowed: normal, t3"):
        simulate(World(noise=Noise(tails="cauchy")), seed=1)
    simulation = simulate(World(n_codes=2, listed_share=0.0), seed=1)
    with pytest.raises(UnknownNameError, match="CHN to RUS"):
        simulation.matrix("BRA")


@pytest.mark.parametrize("world", ["default", {}, 7])
def test_what_is_no_world(world: object) -> None:
    with pytest.raises(TradeflowError, match="give a World"):
        simulate(world, seed=1)


@pytest.mark.parametrize("seed", [-1, 1.5, None, True])
def test_what_is_no_seed(seed: object) -> None:
    with pytest.raises(UsageError, match="whole number of at least 0"):
        simulate(World(n_codes=2), seed=seed)
