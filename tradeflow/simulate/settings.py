"""The parts of a simulated world: every number that can be chosen, with its unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tradeflow.simulate.series import Tails


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """How large trade is and how it grows everywhere.

    Attributes
    ----------
    size_log_mean, size_log_sd
        Log US dollars a month of a good on an average route, over goods.
    route_log_sd
        Spread of a good's routes around its size.
    onward_log
        Log size of a hub's exports to Russia relative to a direct route.
    growth_mean, growth_sd
        Annual log growth of a good with every partner alike, over goods.
    """

    size_log_mean: float = 13.0
    size_log_sd: float = 1.5
    route_log_sd: float = 0.8
    onward_log: float = -2.0
    growth_mean: float = 0.05
    growth_sd: float = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How series move when nothing happens.

    Attributes
    ----------
    noise_sd, noise_sd_spread
        Median standard deviation of a series' noise, log points, and the log standard deviation
        of that over series.
    rho
        First autocorrelation of the noise.
    drift
        Variance of a monthly step of the level relative to the variance of the noise.
    tails
        ``"normal"`` or ``"t3"``, Student's t with three degrees of freedom.
    outlier_share, outlier_size
        Share of months with an additive outlier, and its size in noise standard deviations.
    common_share
        Share of the variance of noise and drift that all routes of a good have in common.
    structural_zero_share
        Share of routes on which a good never trades.
    intermittent_share, intermittent_zero_share
        Share of series, the smallest, that trade in shipments, and the share of their months
        without any, on average, at the base level.
    """

    noise_sd: float = 0.2
    noise_sd_spread: float = 0.3
    rho: float = 0.3
    drift: float = 0.02
    tails: Tails = "normal"
    outlier_share: float = 0.005
    outlier_size: float = 8.0
    common_share: float = 0.3
    structural_zero_share: float = 0.05
    intermittent_share: float = 0.15
    intermittent_zero_share: float = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """How the calendar moves trade.

    Attributes
    ----------
    strength, strength_spread
        Median over goods of the standard deviation of the twelve monthly effects, log points,
        and its log standard deviation.
    route_strength
        The same for what a route adds to its good's season.
    lunar_log
        Log change of a month that would hold all fifteen days from the Lunar New Year on; it
        falls on January and February of exports from China and differs by good.
    """

    strength: float = 0.1
    strength_spread: float = 0.5
    route_strength: float = 0.03
    lunar_log: float = -0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Unit values and weights.

    Attributes
    ----------
    unit_value_log_mean, unit_value_log_sd
        Log US dollars a kilogram of a good, over goods: its standard unit value.
    route_log_sd
        Spread of a good's unit values over routes.
    world_drift_sd
        Standard deviation of the monthly step of a good's price, common to all routes.
    noise_sd
        Standard deviation of the monthly noise of a route's unit value, log points.
    estimated_share
        Share of series whose weight is their value divided by the standard unit value.
    flag_estimated
        Whether the reporter says so in ``weight_estimated``; else that column is null.
    """

    unit_value_log_mean: float = 3.0
    unit_value_log_sd: float = 1.2
    route_log_sd: float = 0.25
    world_drift_sd: float = 0.01
    noise_sd: float = 0.05
    estimated_share: float = 0.15
    flag_estimated: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Releases:
    """When months are published and how they are revised.

    Attributes
    ----------
    lag_months, hub_lag_months
        Months from a month's first day to its publication: main reporters; hubs and mirrors.
    day
        Day of the month of publication, 1 to 28.
    january_with_february
        Whether main reporters publish January together with February.
    revision_sd
        Standard deviation of the log ratio of the first published to the final value.
    half_life_months
        Age at which that ratio has shrunk to one half of its log; at least 1.
    final_after_months
        Age from which a value is final.
    """

    lag_months: int = 1
    hub_lag_months: int = 2
    day: int = 20
    january_with_february: bool = True
    revision_sd: float = 0.01
    half_life_months: int = 3
    final_after_months: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What partners report as imports from the main reporters.

    Attributes
    ----------
    margin
        Freight and insurance relative to the exporter's value.
    noise_sd
        Standard deviation of the log ratio of the two reports.
    delay_months
        Months from export to import.
    """

    margin: float = 0.06
    noise_sd: float = 0.1
    delay_months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How often effects are drawn at random; all zero by default.

    Attributes
    ----------
    level_shift_share, spike_share, temporary_change_share, price_change_share
        Share of goods with such an effect on the route from the first reporter to Russia.
    world_growth_share
        Share of goods that surge with every partner alike.
    diverted_route_share
        Share of goods that leave the direct route to Russia for one through a hub.
    code_splits
        Number of codes that the change of edition splits in two, as far as the span has one.
    size_smallest, size_largest
        Log size of the effects, drawn between the two.
    fall_share
        Share of level shifts and price changes that are falls.
    russia_growth
        Annual log growth of the first reporter's exports of everything to Russia.
    collapse_log
        Log size of February 2020 in the main reporters' exports.
    """

    level_shift_share: float = 0.0
    spike_share: float = 0.0
    temporary_change_share: float = 0.0
    price_change_share: float = 0.0
    world_growth_share: float = 0.0
    diverted_route_share: float = 0.0
    code_splits: int = 0
    size_smallest: float = 0.4
    size_largest: float = 1.5
    fall_share: float = 0.2
    russia_growth: float = 0.0
    collapse_log: float = 0.0


TRAPS: Final = Rates(
    level_shift_share=0.08,
    spike_share=0.04,
    temporary_change_share=0.04,
    price_change_share=0.06,
    world_growth_share=0.08,
    diverted_route_share=0.04,
    code_splits=2,
    russia_growth=0.08,
    collapse_log=-0.4,
)
"""A little of everything: the rates of the default world."""
