"""The annual detector: two questions, kept apart.

*Shift*: did a code or category move after a date against its own history, beyond what trade in
comparable goods did? *Exceptional*: how rare is such a move among comparable goods? After a
large event very many goods move, so a significant shift alone is nothing special.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.annual.baskets import share_as_far
from tradeflow.detect.annual.codes import CodeFit, ShiftOptions, fit_codes
from tradeflow.detect.annual.groups import GroupFit, fit_group, usable
from tradeflow.detect.annual.result import PlaceboYear, Shift, ShiftTable
from tradeflow.detect.annual.rows import category_row, code_row, path_of
from tradeflow.detect.annual.verdicts import DROP, SURGE
from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_is_panel
from tradeflow.errors import TooShortError, UsageError
from tradeflow.nomenclature.categories import category, kind_of
from tradeflow.nomenclature.editions import first_day

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

_PLACEBO_BASKETS: Final = 1_000
_PLACEBO_AFTER: Final = 2  # years, as many as usually follow the real date
_RARITY_ORDER: Final = ("exceptional", "borderline", "not rare", "not tested")


def detect_shifts(
    panel: Panel,
    *,
    since: date | str | int = 2022,
    baseline: int = 3,
    q: float = 0.10,
    floor_usd: float = 100_000.0,
    baskets: int = 10_000,
    seed: int = 20240522,
) -> ShiftTable:
    """Ask of every category or code whether it shifted, and how rare that is.

    Parameters
    ----------
    panel
        An annual panel of values by ``"category"`` or ``"hs6"``, of one reporter and partner,
        built from the flows of *all* codes: unlisted goods are the controls.
    since
        First year of the time after.
    baseline
        How many years before it to compare with.
    q
        False-discovery rate for the verdicts and for the word exceptional.
    floor_usd
        Materiality, US dollars a year.
    baskets, seed
        Placebo baskets per category, and the seed of their generator.

    Returns
    -------
    ShiftTable

    Raises
    ------
    UsageError
        It is no panel, or the panel is monthly, by family, of weights, or of several partners.
    TooShortError
        Too few years or too few unlisted goods.

    Notes
    -----
    For code k with value y, the common movement c is the median index of the 100 unlisted goods
    of its section nearest in size. The shift is
    log[(sum y / sum c) after / (sum y / sum c) in the baseline]. Its variance is that of a local
    level: drift relative to noise is estimated from the unlisted goods before the date, the
    noise of each code is moderated (Smyth 2004), and q-values are Benjamini and Hochberg's.

    References
    ----------
    Smyth (2004), Stat. Appl. Genet. Mol. Biol. 3(1); Benjamini and Hochberg (1995), JRSS B 57;
    Santos Silva and Tenreyro (2006), REStat 88(4).

    Examples
    --------
    >>> import tradeflow as tf
    >>> shifts = tf.detect_shifts(tf.panel(tf.load_sample()), baskets=2000)
    >>> shifts["machine_tools"].verdict, shifts["machine_tools"].exceptional
    ('surge', True)
    >>> shifts["chips"].verdict
    'no shift'
    """
    check_is_panel(panel)
    options = ShiftOptions(
        since=first_day(since),
        baseline=baseline,
        q=q,
        floor_usd=floor_usd,
        baskets=baskets,
        seed=seed,
    )
    rows, fit, groups = judge(panel, options)
    names = panel.keys[panel.by]
    paths = {names[i]: path_of(panel, fit, group, i) for i, group in enumerate(groups)}
    return ShiftTable(
        rows=tuple(sorted(rows, key=_rank)),
        by=panel.by,
        reporter=panel.keys["reporter"][0],
        partner=panel.keys["partner"][0],
        options=options,
        periods=panel.periods,
        provenance=panel.provenance,
        placebo_years=_placebo_years(panel, options),
        common_ratio=_common_ratio(fit),
        drift=float(fit.null.covariance[0, 0] - 1),
        paths=paths,
    )


def judge(
    panel: Panel, options: ShiftOptions
) -> tuple[list[Shift], CodeFit, list[GroupFit | None]]:
    """Answers for all codes or categories, and the fits of codes and categories behind them.

    Raises
    ------
    UsageError, TooShortError
        As :func:`detect_shifts`.
    """
    codes = _codes(panel)
    _check_dates(panel, options)
    fit = fit_codes(codes, options)
    if panel.by == "category":
        rows, groups = _category_rows(panel, fit, options)
        return rows, fit, groups
    return _code_rows(codes, fit, options), fit, []


def _check_dates(panel: Panel, options: ShiftOptions) -> None:
    since, years = options.since, sum(p < options.since for p in panel.periods)
    if panel.freq == "A" and (since.month, since.day) != (1, 1):
        raise UsageError(
            f"Annual data cannot be cut at {since}: write {since.year} or {since.year + 1}."
        )
    if 1 < years < options.baseline:
        raise TooShortError(
            f"A baseline of {options.baseline} years is asked for; the data have {years} before "
            f"{since.year}."
        )


def _codes(panel: Panel) -> Panel:
    if panel.by == "category" and panel.parts is not None:
        return panel.parts
    if panel.by == "hs6":
        return panel
    raise UsageError(
        f"detect_shifts() takes a panel by category or hs6, not by {panel.by}: "
        'tf.panel(flows, by="hs6").'
    )


def _rank(row: Shift) -> tuple[int, float, str]:
    excess = row.excess_usd if np.isfinite(row.excess_usd) else -np.inf
    return _RARITY_ORDER.index(row.rarity), -excess, row.name


def _common_ratio(fit: CodeFit) -> float:
    values = fit.values[fit.control]
    ratio = values[:, fit.cut.after].mean(axis=1) / values[:, fit.cut.baseline].mean(axis=1)
    return float(np.median(ratio))


def _code_rows(codes: Panel, fit: CodeFit, options: ShiftOptions) -> list[Shift]:
    tested = fit.status == ""
    q = q_values(np.where(tested, fit.result.p, np.nan))
    share = np.full(len(q), np.nan)
    for i in np.flatnonzero(tested):
        share[i] = share_as_far(fit.result.shift[i], fit.result.shift[fit.near[i]])
    listed = codes.keys["listed"].to_numpy()
    placebo_q = q_values(np.where(listed, share, np.nan))
    return [
        code_row(
            codes,
            fit,
            i,
            options,
            q=float(q[i]),
            placebo_share=float(share[i]),
            placebo_q=float(placebo_q[i]),
        )
        for i in range(len(q))
    ]


def _shared(panel: Panel, codes: Panel) -> NDArray[np.bool_]:
    """Codes that stand in several categories, so that their trade is nobody's."""
    rows = np.concatenate(panel.members)
    return np.bincount(rows, minlength=len(codes.keys)) > 1


def _groups(
    panel: Panel, fit: CodeFit, options: ShiftOptions
) -> tuple[list[GroupFit | None], NDArray[np.bool_]]:
    shared = _shared(panel, _codes(panel))
    found: list[GroupFit | None] = []
    for name, rows in zip(panel.keys["category"], panel.members, strict=True):
        kept = usable(fit, rows, shared)
        traded = kept.size > 0 and fit.values[kept][:, fit.cut.baseline].sum() > 0
        found.append(fit_group(fit, kept, options, name=name) if traded else None)
    return found, shared


def _group_q(
    panel: Panel, groups: list[GroupFit | None]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """q-values of the shifts, and of the placebo shares.

    The placebo shares are judged apart for categories whose codes speak clearly, for noisy ones
    and for the goods that test the method: pooling unlike hypotheses would lend one kind's
    discoveries to another (Efron 2008, Simultaneous inference: when should hypothesis testing
    problems be combined? Annals of Applied Statistics 2(1)).
    """
    p = np.array([g.result.p[0] if g else np.nan for g in groups])
    share = np.array([g.placebo_share if g else np.nan for g in groups])
    kind = np.array([kind_of(category(name).role) for name in panel.keys["category"]])
    placebo_q = np.full(share.shape, np.nan)
    for one in np.unique(kind):
        placebo_q[kind == one] = q_values(share[kind == one])
    return q_values(p), placebo_q


def _category_rows(
    panel: Panel, fit: CodeFit, options: ShiftOptions
) -> tuple[list[Shift], list[GroupFit | None]]:
    """Answers for all categories, and the fits behind them."""
    groups, shared = _groups(panel, fit, options)
    q, placebo_q = _group_q(panel, groups)
    rows = [
        category_row(
            panel,
            fit,
            group,
            i,
            options,
            q=float(q[i]),
            placebo_q=float(placebo_q[i]),
            shared=shared,
        )
        for i, group in enumerate(groups)
    ]
    return rows, groups


def _placebo_years(panel: Panel, options: ShiftOptions) -> tuple[PlaceboYear, ...]:
    """Ask the same questions at every earlier date that has two years before it."""
    before = [p for p in panel.periods if p < options.since]
    out = []
    for since in before[2:]:
        after = min(_PLACEBO_AFTER, sum(p >= since for p in before))
        earlier = replace(options, since=since, after=after, baskets=_PLACEBO_BASKETS)
        try:
            out.append(_placebo_year(panel, earlier))
        except TooShortError:
            continue
    return tuple(out)


def _placebo_year(panel: Panel, options: ShiftOptions) -> PlaceboYear:
    fit = fit_codes(_codes(panel), options)
    p = fit.result.p[fit.control]
    q, tested, shifted = q_values(np.where(fit.status == "", fit.result.p, np.nan)), 0, 0
    if panel.by == "category":
        rows, groups = _category_rows(panel, fit, options)
        tested = sum(g is not None for g in groups)
        shifted = sum(row.verdict in {SURGE, DROP} for row in rows)
    return PlaceboYear(
        since=options.since,
        tested=len(p),
        nominal_share=float((p <= 0.05).mean()),  # noqa: PLR2004  the usual nominal level
        flagged_share=float((q[fit.control] <= options.q).mean()),
        categories_tested=tested,
        categories_shifted=shifted,
    )
