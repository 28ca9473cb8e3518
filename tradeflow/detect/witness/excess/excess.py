"""The witness of the donors: what trade with one partner would have been, had it gone with others.

The counterfactual of a series is made of the same reporter's trade in the same good with other
partners, so that whatever moves a good everywhere (world demand, prices, a change of code) is in
it. An excess is compatible with a shift towards that partner; it does not prove one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_amounts, check_names, check_panel
from tradeflow.detect.witness.excess.donors import amounts, choose
from tradeflow.detect.witness.excess.engines import by_sdid, by_structure
from tradeflow.detect.witness.excess.result import ExcessResult, Method, Scale
from tradeflow.detect.witness.excess.series import tell
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.nomenclature.countries import iso3_of
from tradeflow.nomenclature.editions import first_day
from tradeflow.options import one_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tradeflow.detect.witness.excess.engines import Engine
    from tradeflow.detect.witness.excess.series import Told
    from tradeflow.panel.model import Panel

ENGINES: Final[Mapping[str, Engine]] = {"sdid": by_sdid, "structural": by_structure}

WORST_FIT: Final = 0.5
"""Root mean square prediction error before the date beyond which a witness is not heard."""


def excess(
    panel: Panel,
    *,
    since: date | str,
    partner: str = "RUS",
    donors: Literal["others"] | Sequence[str] = "others",
    treated: Sequence[str] = (),
    method: Method = "sdid",
    scale: Scale = "log",
    merge_new_year: bool = True,
    worst_fit: float = WORST_FIT,
) -> ExcessResult:
    """Measure trade with one partner against what other partners say that it would have been.

    Parameters
    ----------
    panel
        A panel with several partners. Each reporter and good is asked about apart.
    since
        First period after the date, chosen beforehand: the period that holds it counts as after.
    partner
        The partner in question.
    donors
        ``"others"``: all other partners; or a list of partners.
    treated
        Partners that the same events may have affected, such as suspected hubs: never donors.
    method
        ``"sdid"``: synthetic difference-in-differences, intervals from placebos. ``"structural"``:
        a local level and season of the ratio to the donors' mean, intervals from its joint
        forecast.
    scale
        ``"log"``: for series that trade in every period, the others are not heard. ``"level"``:
        amounts relative to their mean before, which reads zeros but lets large months speak louder.
    merge_new_year
        Give January and February their mean, except where `since` parts them.
    worst_fit
        Root mean square prediction error before the date, in log points or shares of the mean,
        beyond which a series is not heard.

    Returns
    -------
    ExcessResult

    Raises
    ------
    UnknownNameError
        The panel does not have `partner` or a donor; a treated partner is no country.
    DataError
        The panel holds a series twice, or an amount that no trade has.
    UsageError
        It is no panel; there is no other partner, or `partner` is among its donors or the treated.
    TooShortError
        No period of the panel lies before `since`, or none from it on.

    Notes
    -----
    The excess is E = A - C, with A the actual and C the counterfactual total from `since` on; in
    per cent, 100 E / C. C adds up means: the medians that logs give are scaled up (smeared). For
    ``"sdid"`` the interval takes log(A / C) of the placebos, each in units of its own error before
    the date, for draws of chance (Student's t); serial dependence and what months have in common
    are in it. For ``"structural"`` it comes from draws of whole forecast paths.

    p = (1 + number of donors with at least as large an effect, in units of their own noise) /
    (1 + donors): with d donors never below 1 / (1 + d), so that with few donors its q-value cannot
    be small; `p_student` has no floor and assumes normal placebos. `p_time` ranks the effect of the
    first six months (the first year) in the same way among those at earlier dates, whose windows
    do not overlap; with k dates it is never below 1 / (1 + k). A series that drifts away from its
    donors anyway may have a small p, and then a large p_time.

    The date must not come from a search through the same data: p does not know of it. Donors that
    gain or lose what `partner` gains (diverted trade) bias the excess; name them as `treated`.

    References
    ----------
    Arkhangelsky, D. et al. (2021), Synthetic difference-in-differences, AER 111(12). Abadie, A.,
    Diamond, A. and Hainmueller, J. (2010), Synthetic control methods for comparative case studies,
    JASA 105(490). Mancini, M., Conteduca, F. P. and Borin, A. (2024), World Trade Review.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample("eu-high-priority-monthly")
    >>> panel = tf.panel(flows, by="category", together="reporter")
    >>> found = tf.excess(panel, since="2022-03")
    >>> print(found.summary())
    7 series by category to RUS, Comext DS-045409 to 2022-11, since 2022-03: 1 heard, ...
    all to RUS, bearings: -138.6 m USD (-535.4 to -31.66), -95 % (-99 to -80); p 0.25 among 3
    donors, too few earlier dates; ... 26 months before the date; only 3 donors; ...
    """
    one_of(method, Method, name="method")
    one_of(scale, Scale, name="scale")
    check_panel(panel)
    check_amounts(panel)
    if not worst_fit > 0:
        raise UsageError(f"worst_fit is {worst_fit}; it lies above 0.")
    day = _period_of(since, panel)
    start = _start(day, panel)
    pool, apart = _names(panel, partner, donors, treated)
    data = amounts(panel, start, merge_new_year=merge_new_year, logs=scale == "log")
    told = {
        row: tell(choose(row, others, apart, data), panel.values[row], ENGINES[method], worst_fit)
        for row, others in _series(panel, partner, pool)
    }
    return _collect(panel, told, day, partner, method, scale)


def _period_of(since: date | str, panel: Panel) -> date:
    day = first_day(since).replace(day=1)
    return day.replace(month=1) if panel.freq == "A" else day


def _start(day: date, panel: Panel) -> int:
    start = sum(p < day for p in panel.periods)
    if not 0 < start < len(panel.periods):
        raise TooShortError(
            f"The panel runs from {panel.periods[0]} to {panel.periods[-1]}: {start} periods lie "
            f"before {day} and {len(panel.periods) - start} from it on. Choose since= in between."
        )
    return start


def _names(
    panel: Panel, partner: str, donors: Literal["others"] | Sequence[str], treated: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Candidate donors and treated partners, checked."""
    known = panel.keys["partner"].unique().sort().to_list()
    check_names("partner", [partner])
    check_names("treated", treated)
    if not isinstance(donors, str):
        check_names("donors", donors)
    asked = known if isinstance(donors, str) else list(dict.fromkeys(donors))
    if isinstance(donors, str) and donors != "others":
        raise UsageError(f"donors is {donors!r}: write 'others' or a list of partners.")
    for name in (partner, *asked):
        if name not in known:
            raise UnknownNameError.of("Partner", name, known, hint=f"Here: {', '.join(known)}.")
    apart = tuple(iso3_of(name, scheme="iso3") for name in treated)
    if partner in apart or (not isinstance(donors, str) and partner in asked):
        raise UsageError(f"{partner} is the partner in question: neither a donor nor treated=.")
    pool = tuple(name for name in asked if name != partner)
    if not pool:
        raise UsageError(
            f"The panel has no partner besides {partner}: there is nothing to compare it with. "
            "Load the exports to other destinations too."
        )
    return pool, apart


def _series(
    panel: Panel, partner: str, pool: Sequence[str]
) -> list[tuple[int, dict[str, int | None]]]:
    """Rows of the series with the partner, each with the rows of its candidate donors."""
    names = panel.keys.select("reporter", "partner", panel.by).rows()
    at = {name: i for i, name in enumerate(names)}
    return [
        (i, {other: at.get((reporter, other, good)) for other in pool})
        for i, (reporter, who, good) in enumerate(names)
        if who == partner
    ]


def _collect(  # noqa: PLR0917  one answer for each question
    panel: Panel,
    answers: Mapping[int, Told],
    since: date,
    partner: str,
    method: Method,
    scale: Scale,
) -> ExcessResult:
    told = list(answers.values())
    numbers = {
        name: np.array([getattr(one, name) for one in told], dtype=np.float64) for name in _NUMBERS
    }
    return ExcessResult(
        keys=panel.keys[list(answers)],
        periods=panel.periods,
        by=panel.by,
        unit=panel.unit,
        provenance=panel.provenance,
        since=since,
        partner=partner,
        method=method,
        scale=scale,
        rule=np.array([one.rule for one in told], dtype=np.str_),
        caution=np.array([one.caution for one in told], dtype=np.str_),
        weights=tuple(one.weights for one in told),
        left_out=tuple(one.left_out for one in told),
        q=q_values(numbers["p"]),
        q_student=q_values(numbers["p_student"]),
        **numbers,
    )


_NUMBERS: Final = (
    *("actual", "expected", "expected_low", "expected_high", "total", "total_low", "total_high"),
    *("expected_total", "p", "p_least", "p_student", "p_time", "fake_dates", "horizon", "rmspe"),
    *("before", "after"),
)
