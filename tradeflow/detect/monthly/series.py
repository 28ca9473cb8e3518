"""Which monthly series can be tested on logs, and by which rule the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.errors import UsageError
from tradeflow.panel.calendar import merge_january_february
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

FEWEST_MONTHS: Final = 24
"""Months with trade that a series needs."""

MOST_ZEROS: Final = 0.10
"""Share of months without trade up to which logs serve; beyond it, counts models do."""

TOO_MANY_ZEROS: Final = 0.60
"""Share of months without trade beyond which no model of amounts is fitted."""

FEWEST_COUNTS: Final = 12
"""Months with trade that a series with many zeros needs."""

TESTED: Final = ""
COUNTS: Final = f"no trade in more than {MOST_ZEROS:.0%} of months"
_NUMBERS: Final = (State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR, State.BREAK)


@dataclass(frozen=True, slots=True)
class MonthlySeries:
    """The series of a panel, made ready.

    Attributes
    ----------
    values
        Shape (n, T): as in the panel, January and February merged if asked for; NaN where there
        is no number.
    log
        Shape (n, T): logs; NaN where missing or zero.
    rule
        Shape (n,): empty if the series can be tested on logs; :data:`COUNTS` if counts models
        can serve; else the rule by which it is too thin.
    """

    values: NDArray[np.float64]
    log: NDArray[np.float64]
    rule: NDArray[np.str_]


def monthly_series(panel: Panel, *, merge_new_year: bool) -> MonthlySeries:
    """Check a monthly panel and take logs.

    Parameters
    ----------
    panel
        A monthly panel.
    merge_new_year
        Give January and February their mean.

    Raises
    ------
    UsageError
        The panel is annual.
    """
    if panel.freq != "M":
        raise UsageError("This method reads months; for years there is tf.detect_shifts().")
    values = np.where(np.isin(panel.state, _NUMBERS), panel.values, np.nan)
    if merge_new_year:
        values = merge_january_february(values, panel.periods)
    with np.errstate(divide="ignore", invalid="ignore"):
        log = np.log(values)
    log[~np.isfinite(log)] = np.nan
    return MonthlySeries(values, log, rules(values))


def rules(values: NDArray[np.float64]) -> NDArray[np.str_]:
    """Say for each series whether and how it can be tested, as :attr:`MonthlySeries.rule`.

    Parameters
    ----------
    values
        Shape (n, T), T at least 1, at least 0; NaN where there is no number.
    """
    impossible = ((values < 0) | np.isinf(values)).any(axis=1)
    known = ~np.isnan(values)
    traded = known & (values > 0)
    zeros = 1 - traded.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    spread = np.nanmax(np.where(traded, values, -np.inf), axis=1) - np.nanmin(
        np.where(traded, values, np.inf), axis=1
    )
    months, many = traded.sum(axis=1), zeros > MOST_ZEROS
    few, fewer = f"fewer than {FEWEST_MONTHS} months with trade", f"fewer than {FEWEST_COUNTS}"
    rules = [
        (impossible, "a negative or infinite number"),
        (~known.any(axis=1), "all months are missing"),
        (months == 0, "no trade in any month"),
        (zeros > TOO_MANY_ZEROS, f"no trade in more than {TOO_MANY_ZEROS:.0%} of months"),
        (many & (months < FEWEST_COUNTS), f"{fewer} months with trade"),
        (~many & (months < FEWEST_MONTHS), few),
        (spread == 0, "the same number every month"),
        (many, COUNTS),
    ]
    return np.asarray(
        np.select([r for r, _ in rules], [w for _, w in rules], default=TESTED), dtype=np.str_
    )
