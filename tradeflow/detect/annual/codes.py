"""The six-digit codes of an annual panel, each against its comparable goods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.annual.comparable import common_movement, neighbours
from tradeflow.detect.annual.contrast import Contrast, contrast, noise_prior, noise_variance
from tradeflow.detect.annual.verdicts import NOT_COMPARABLE
from tradeflow.detect.annual.windows import Windows, windows
from tradeflow.detect.local_level import Null, drift_ratio
from tradeflow.errors import TooShortError, UsageError
from tradeflow.nomenclature.sections import section_of
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.moderated import VariancePrior
    from tradeflow.panel.model import Panel

_STATED: Final = (State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR)


@dataclass(frozen=True, slots=True)
class ShiftOptions:
    """How to ask.

    Attributes
    ----------
    since
        First period of the time after.
    baseline
        Periods before it that serve as the comparison. Trade drifts, so older ones are used
        for the variance alone.
    after
        Periods from `since` on that are compared; all if None.
    q
        False-discovery rate for a verdict, and for the word exceptional.
    floor_usd
        Materiality: smaller trade is "too thin", a smaller excess is no shift. US dollars a year.
    baskets
        Placebo baskets per category.
    seed
        Seed of the baskets.
    """

    since: date = date(2022, 1, 1)
    baseline: int = 3
    after: int | None = None
    q: float = 0.10
    floor_usd: float = 100_000.0
    baskets: int = 10_000
    seed: int = 20240522

    def __post_init__(self) -> None:
        """Refuse what no answer could keep."""
        for name, fine, wanted in (
            ("baseline", self.baseline >= 1, "at least 1 period"),
            ("after", self.after is None or self.after >= 1, "at least 1 period"),
            ("q", 0 <= self.q <= 1, "between 0 and 1"),
            ("floor_usd", self.floor_usd > 0, "more than 0 US dollars"),
            ("baskets", self.baskets >= 1, "at least 1"),
            ("seed", self.seed >= 0, "at least 0"),
        ):
            if not fine:
                raise UsageError(f"{name} is {getattr(self, name)}; it must be {wanted}.")


@dataclass(frozen=True, slots=True)
class CodeFit:
    """Everything about the six-digit codes that the two questions need.

    Attributes
    ----------
    values, net_kg
        Shape (n, n_periods): US dollars, kilograms; NaN where missing.
    expected, expected_kg
        Same shape: the common movement of comparable goods, 1 on average over the baseline.
    base
        Shape (n,): mean of the baseline over the common movement, US dollars a year.
    near
        Shape (n, 100): rows of the comparable goods.
    status
        Shape (n,): ``""`` if the code can be tested, else ``"not comparable"`` or the rule by
        which it is too thin.
    control
        Shape (n,): unlisted, testable, unrestricted.
    cut, null, prior
        Windows, local-level null, prior of the noise variance.
    result, result_kg
        The contrasts of value and weight.
    """

    values: NDArray[np.float64]
    net_kg: NDArray[np.float64]
    expected: NDArray[np.float64]
    expected_kg: NDArray[np.float64]
    base: NDArray[np.float64]
    near: NDArray[np.intp]
    status: NDArray[np.str_]
    control: NDArray[np.bool_]
    cut: Windows
    null: Null
    prior: VariancePrior
    result: Contrast
    result_kg: NDArray[np.float64]


def fit_codes(codes: Panel, options: ShiftOptions) -> CodeFit:
    """Fit every code of an annual panel by six-digit code.

    Raises
    ------
    UsageError
        The panel is monthly, holds several partners, or measures weight.
    TooShortError
        Too few periods, too few unlisted goods, or hardly any that moves.
    """
    _check(codes)
    cut = windows(codes.periods, options.since, baseline=options.baseline, after=options.after)
    values, net_kg = _numbers(codes)
    size = values[:, cut.baseline].mean(axis=1)
    status = _status(codes, values, cut, options)
    unlisted = ~codes.keys["listed"].to_numpy() & (codes.keys["flags"] == "").to_numpy()
    control = (status == "") & unlisted
    near = neighbours(size, _sections(codes), control)
    expected = common_movement(values, cut.baseline, near)
    expected_kg = common_movement(net_kg, cut.baseline, near)
    null = Null.of(len(codes.periods), _drift(values[control], expected[control], cut))
    whole = control & (values[:, cut.history] > 0).all(axis=1)
    noise = noise_variance(values[whole], expected[whole], cut, null)
    prior = noise_prior(noise, cut, null)
    return CodeFit(
        values=values,
        net_kg=net_kg,
        expected=expected,
        expected_kg=expected_kg,
        base=size / expected[:, cut.baseline].mean(axis=1),
        near=near,
        status=status,
        control=control,
        cut=cut,
        null=null,
        prior=prior,
        result=contrast(_at_least(values, cut, options), expected, cut, null, prior),
        result_kg=contrast(net_kg, expected_kg, cut, null, prior).shift,
    )


def _check(codes: Panel) -> None:
    if codes.freq != "A":
        raise UsageError(
            "detect_shifts() compares years; this panel is monthly. Add the months of whole years "
            "up first, or take an annual sample."
        )
    if codes.measure != "value_usd":
        raise UsageError("detect_shifts() takes a panel of values; it reads weights beside them.")
    pairs = codes.keys.select("reporter", "partner").unique().sort("reporter", "partner").rows()
    if len(pairs) > 1:
        raise UsageError(f"One reporter and one partner at a time; the panel holds {pairs[:4]}.")


def _numbers(codes: Panel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    known = np.isin(codes.state, [*_STATED, State.BREAK])
    return np.where(known, codes.values, np.nan), np.where(known, codes.net_kg, np.nan)


def _sections(codes: Panel) -> NDArray[np.int64]:
    return np.array([section_of(hs6) for hs6 in codes.keys["hs6"]], dtype=np.int64)


def _status(
    codes: Panel, values: NDArray[np.float64], cut: Windows, options: ShiftOptions
) -> NDArray[np.str_]:
    """Which codes can be tested, and by which rule the others cannot."""
    before, after = values[:, cut.baseline].mean(axis=1), values[:, cut.after].mean(axis=1)
    empty = (values[:, cut.history] == 0).sum(axis=1)
    used = cut.after | cut.history
    thin = f"under {options.floor_usd:,.0f} USD a year before and after"
    rules = [
        ((codes.state[:, used] == State.BREAK).any(axis=1), NOT_COMPARABLE),
        (np.isnan(values[:, used]).any(axis=1), "a period is missing"),
        ((before < options.floor_usd) & (after < options.floor_usd), thin),
        (before <= 0, "no trade in the baseline"),
        (empty > 1, "more than one year without trade before"),
    ]
    status = np.select([rule for rule, _ in rules], [word for _, word in rules], default="")
    return np.asarray(status, dtype=np.str_)


def _drift(values: NDArray[np.float64], expected: NDArray[np.float64], cut: Windows) -> float:
    with np.errstate(divide="ignore"):
        residual = np.log(values[:, cut.history] / expected[:, cut.history])
    residual[~np.isfinite(residual)] = np.nan
    if residual.shape[1] < 2:  # noqa: PLR2004
        raise TooShortError("At least two periods before the date are needed.")
    return drift_ratio(residual)


def _at_least(
    values: NDArray[np.float64], cut: Windows, options: ShiftOptions
) -> NDArray[np.float64]:
    """Give a code whose trade stopped the smallest trade that counts, so that its log exists."""
    out = values.copy()
    stopped = values[:, cut.after].sum(axis=1) == 0
    out[np.ix_(stopped, cut.after)] = options.floor_usd / 100
    return out
