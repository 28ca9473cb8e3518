"""The robust fit of one series: trend, season, level shifts and outliers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradeflow.detect.robust.assemble import Found, assemble
from tradeflow.detect.robust.doubts import doubts, estimable, repeated
from tradeflow.detect.robust.model import Form
from tradeflow.detect.robust.options import candidate_dates, check_options, least_apart, prepare
from tradeflow.detect.robust.sequence import Plan, find_steps
from tradeflow.detect.robust.series import read_series

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradeflow.detect.robust.result import ShiftResult
    from tradeflow.detect.robust.series import Label, SeriesLike


def detect_shift(
    series: SeriesLike,
    *,
    trend: int = 1,
    harmonics: int = 2,
    amplitude: int = 1,
    candidates: Iterable[Label] | None = None,
    coverage: float = 0.75,
    conflev: float | None = None,
    max_shifts: int = 3,
    period: int = 12,
    seed: int = 1,
) -> ShiftResult:
    """Describe one series in depth: when and by how much its level changed, and its outliers.

    Up to a quarter of the values (``1 - coverage``) may be arbitrarily wrong. A shift found is a
    description, not an alarm: slow drift looks like shifts too.

    Parameters
    ----------
    series
        A pandas Series with dates or periods as its index, a pandas or Polars frame with the
        columns `period` and `value`, or plain numbers (periods 1, 2, ..., T). Monthly, quarterly
        or yearly; absent periods and NaN are missing values.
    trend
        Degree of the trend, 0 to 3.
    harmonics
        Pairs of seasonal waves, 0 to half the period; 0 for yearly data.
    amplitude
        Degree of the polynomial by which the season grows, 0 to 3; without harmonics 0.
    candidates
        Dates, or positions 1, 2, ..., at which the new level may begin. By default all that leave
        a tenth of the series, and more than a season, on both sides.
    coverage
        Share of the periods that the search must explain, above 0.5 and up to 1. At 1 it is
        ordinary least squares.
    conflev
        Confidence level of an outlier, two-sided; by default 1 - 0.01 / T, so that a clean series
        has one with probability of about 1 %.
    max_shifts
        Level shifts to look for, one after the other, each with p of at most 1 %.
    period
        Periods a year.
    seed
        Of the random starts.

    Returns
    -------
    ShiftResult
        With a frame, a summary and a plot.

    Raises
    ------
    DataError
        If the series cannot be fitted, and why: too short, constant, all missing, infinite,
        unsorted, duplicated, mixed frequencies, several flows or units, or without any noise.
    UsageError
        If an option has a value that makes no sense, or a panel is given.

    Notes
    -----
    With time t = 1, ..., T and s periods a year::

        y_t = sum_a alpha_a t^a + delta_1 1{t >= delta_2} + e_t
              + [sum_b beta_b1 cos(2 pi b t / s) + beta_b2 sin(2 pi b t / s)]
                * [1 + sum_g gamma_g t^g].

    1. At every candidate date the sum of the h = round(coverage T) smallest squared residuals is
       minimised: random elemental starts (500 at the first date, 40 to 250 at the others) and
       half of the previous date's best, two concentration steps each, the 20 best to the end.
       Every date then also starts from its neighbours' fits.
    2. The best date is refined among dates within 15 periods by the sum of Tukey's rho (corner
       4.685) of all residuals, minimised at each date. The paper uses Huber's rho here; it is not
       bounded, and gross errors beside the shift then misdate it.
    3. Residuals over the trimmed scale, made consistent at the normal law but not corrected for
       small samples, decide what to leave out by Gervini and Yohai's rule from the 99 % quantile
       on. With the published plants series this leaves out exactly the six months (1, 9, 15, 21,
       22, 27) with which least squares on the others gives all published estimates and standard
       errors; a small-sample correction or a cut at 97.5 % would leave out others.
    4. Gauss-Newton least squares on the m kept periods; errors from the Jacobian with m minus the
       number of coefficients degrees of freedom (34 for plants). The date takes none.
    5. Outliers: residuals over that standard deviation, times the factor that makes it consistent
       at the share kept (1.326 for plants; this is what spares months 22 and 27).
    6. The p-value of a shift comes from Tukey's estimate on all periods, not from `t`: least
       squares on the kept periods has dropped what contradicts the shift, and at T = 48 would find
       one in 7 % instead of 1 % of series without any. It is multiplied by the number of
       candidate dates. After the last shift each is searched again with the others in the model,
       and left out if it no longer passes.

    The date set inverts a likelihood ratio: with LR the difference of the minimised Tukey losses
    of two dates times 2 E psi' / E psi^2 it holds all dates with LR <= 7.35, the 95 % point of
    the distribution (1 - exp(-x / 2))^2 of the ratio at the true date.

    References
    ----------
    Rousseeuw, P., Perrotta, D., Riani, M. and Hubert, M. (2019), Robust monitoring of time series
    with application to fraud detection, Econometrics and Statistics 9:108-121.
    Gervini, D. and Yohai, V. J. (2002), Annals of Statistics 30:583-616.
    Eo, Y. and Morley, J. (2015), Likelihood-ratio-based confidence sets for the timing of
    structural breaks, Quantitative Economics 6:463-497.

    Examples
    --------
    >>> import tradeflow as tf
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> y = 50 + rng.normal(size=60)
    >>> y[35:] += 8
    >>> found = tf.detect_shift(y, harmonics=0)
    >>> [(shift.date, round(shift.size, 1)) for shift in found.shifts]
    [(36, 8.7)]
    """
    asked = Form(trend, harmonics, amplitude if harmonics else 0, period)
    check_options(asked, coverage=coverage, conflev=conflev, max_shifts=max_shifts, seed=seed)
    given = read_series(series)
    form, said = estimable(asked, given.observed, len(given.labels))
    prepared = prepare(given, form, coverage)
    dates = candidate_dates(given, form, candidates) if max_shifts else given.observed[:0]
    plan = Plan(dates, most=max_shifts, apart=least_apart(form), seed=seed)
    steps = find_steps(prepared.data, form, plan)
    doubt = doubts(prepared.data, form, steps.fit)
    if doubt.season and form.amplitude:
        form = form.without()
        said += ("A varying amplitude was left out, as there is no season that could vary.",)
        steps = find_steps(prepared.data, form, plan)
        doubt = doubts(prepared.data, form, steps.fit)
    said += repeated(given.values)
    level = 1 - 0.01 / len(given.labels) if conflev is None else conflev
    found = Found(given, prepared, form, steps, doubt)
    return assemble(found, said=said, coverage=coverage, conflev=level)
