"""Putting the answers for one code or one category together."""

from __future__ import annotations

import math
from collections.abc import Mapping  # noqa: TC003  TypedDict fields are read at run time
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from tradeflow.detect.annual.groups import price_part
from tradeflow.detect.annual.result import Driver, Path, Shift
from tradeflow.detect.annual.verdicts import (
    EXCEPTIONAL,
    NOT_COMPARABLE,
    NOT_TESTED,
    RARE_SHARE,
    TOO_THIN,
    rarity_of,
    verdict_of,
)
from tradeflow.nomenclature.categories import category
from tradeflow.nomenclature.editions import label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.annual.codes import CodeFit, ShiftOptions
    from tradeflow.detect.annual.contrast import Contrast
    from tradeflow.detect.annual.groups import GroupFit
    from tradeflow.panel.model import Panel

_NAN = float("nan")


class _Named(TypedDict):
    name: str
    title: str
    category: str | None
    drivers: tuple[Driver, ...]
    flags: tuple[str, ...]
    values_usd: Mapping[int, float]
    weights_kg: Mapping[int, float]


class _Money(TypedDict):
    before_usd: float
    after_usd: float
    ratio: float
    expected_ratio: float
    excess_usd: float
    excess_low_usd: float
    excess_high_usd: float
    shift: float
    se: float


def _money(
    values: NDArray[np.float64],
    expected: NDArray[np.float64],
    fit: CodeFit,
    result: Contrast,
    row: int,
) -> _Money:
    """Before, after, and the excess with its interval, US dollars a year."""
    before = float(values[fit.cut.baseline].mean())
    after = float(values[fit.cut.after].mean())
    growth = float(expected[fit.cut.after].mean() / expected[fit.cut.baseline].mean())
    kept = before * growth  # also where nothing is traded after
    shift, half = float(result.shift[row]), float(result.half_width()[row])
    return {
        "before_usd": before,
        "after_usd": after,
        "ratio": after / before,
        "expected_ratio": growth,
        "excess_usd": after - kept,
        "excess_low_usd": after - kept * math.exp(half),
        "excess_high_usd": after - kept * math.exp(-half),
        "shift": shift,
        "se": float(result.se[row]),
    }


def _untested(named: _Named, values: NDArray[np.float64], fit: CodeFit, verdict: str) -> Shift:
    """Before and after as published, and nothing that the data cannot carry."""
    return Shift(
        **named,
        verdict=verdict,
        exceptional=False,
        rarity=NOT_TESTED,
        before_usd=float(values[fit.cut.baseline].mean()),
        after_usd=float(values[fit.cut.after].mean()),
        ratio=_NAN,
        expected_ratio=_NAN,
        excess_usd=_NAN,
        excess_low_usd=_NAN,
        excess_high_usd=_NAN,
        shift=_NAN,
        se=_NAN,
        price_part=_NAN,
        volume_part=_NAN,
        p=_NAN,
        q=_NAN,
        placebo_share=_NAN,
        placebo_q=_NAN,
    )


def code_row(
    codes: Panel,
    fit: CodeFit,
    row: int,
    options: ShiftOptions,
    *,
    q: float,
    placebo_share: float,
    placebo_q: float,
) -> Shift:
    """Answer for one six-digit code."""
    key = codes.keys.row(row, named=True)
    flags = tuple(flag for flag in (key["flags"], _thin(fit, row)) if flag)
    named: _Named = {
        "name": key["hs6"],
        "title": label(key["hs6"], edition=key["edition"]),
        "category": key["category"],
        "drivers": (),
        "flags": flags,
        "values_usd": _by_year(codes, fit.values[row]),
        "weights_kg": _by_year(codes, fit.net_kg[row]),
    }
    if fit.status[row]:
        broken = fit.status[row] == NOT_COMPARABLE
        verdict = NOT_COMPARABLE if broken else TOO_THIN
        return _untested(named, fit.values[row], fit, verdict)
    numbers = _money(fit.values[row], fit.expected[row], fit, fit.result, row)
    price = float(fit.result.shift[row] - fit.result_kg[row])
    price = price if math.isfinite(price) else _NAN
    return _judged(
        named,
        numbers,
        options,
        rarity=(placebo_share, RARE_SHARE),
        price=price,
        p=float(fit.result.p[row]),
        q=q,
        placebo_share=placebo_share,
        placebo_q=placebo_q,
    )


def _thin(fit: CodeFit, row: int) -> str:
    status = str(fit.status[row])
    return "" if status in {"", NOT_COMPARABLE} else status


def category_row(
    panel: Panel,
    fit: CodeFit,
    group: GroupFit | None,
    row: int,
    options: ShiftOptions,
    *,
    q: float,
    placebo_q: float,
    shared: NDArray[np.bool_],
) -> Shift:
    """Answer for one category."""
    slug = panel.keys["category"][row]
    all_members = panel.members[row]
    named: _Named = {
        "name": slug,
        "title": category(slug).title,
        "category": slug,
        "drivers": () if group is None else _drivers(panel, fit, group),
        "flags": _flags(panel, fit, group, row, shared),
        "values_usd": _by_year(panel, panel.values[row]),
        "weights_kg": _by_year(panel, np.nansum(fit.net_kg[all_members], axis=0)),
    }
    if group is None:
        return _untested(named, panel.values[row], fit, NOT_COMPARABLE)
    return _judged(
        named,
        _money(group.values, group.expected, fit, group.result, 0),
        options,
        rarity=(placebo_q, options.q),
        price=price_part(fit, group.members),
        p=float(group.result.p[0]),
        q=q,
        placebo_share=group.placebo_share,
        placebo_q=placebo_q,
    )


def _judged(
    named: _Named,
    numbers: _Money,
    options: ShiftOptions,
    *,
    rarity: tuple[float, float],
    price: float,
    p: float,
    q: float,
    placebo_share: float,
    placebo_q: float,
) -> Shift:
    verdict = verdict_of(
        q=q,
        shift=numbers["shift"],
        excess_usd=numbers["excess_usd"],
        rate=options.q,
        floor_usd=options.floor_usd,
    )
    level, limit = rarity
    rare = rarity_of(level, verdict=verdict, limit=limit)
    return Shift(
        **named,
        **numbers,
        verdict=verdict,
        rarity=rare,
        exceptional=rare == EXCEPTIONAL,
        price_part=price,
        volume_part=numbers["shift"] - price,
        p=p,
        q=q,
        placebo_share=placebo_share,
        placebo_q=placebo_q,
    )


def _by_year(panel: Panel, values: NDArray[np.float64]) -> dict[int, float]:
    return {p.year: float(v) for p, v in zip(panel.periods, values, strict=True)}


def _drivers(panel: Panel, fit: CodeFit, group: GroupFit) -> tuple[Driver, ...]:
    """Members by what they add to the excess, the largest first."""
    rows, after = group.members, fit.cut.after
    level = fit.values[rows][:, after].mean(axis=1)
    change = level - fit.values[rows][:, fit.cut.baseline].mean(axis=1)
    excess = level - (fit.base[rows][:, None] * fit.expected[rows][:, after]).mean(axis=1)
    total = excess.sum()
    found = [
        Driver(
            hs6,
            label(hs6, edition=edition),
            change_usd=float(change[i]),
            excess_usd=float(excess[i]),
            share=float(excess[i] / total) if total else _NAN,
        )
        for i, (hs6, edition) in enumerate(_names(_codes_of(panel), rows))
    ]
    return tuple(sorted(found, key=lambda d: (-abs(d.excess_usd), d.hs6)))


def _codes_of(panel: Panel) -> Panel:
    return panel if panel.parts is None else panel.parts


def _names(codes: Panel, rows: Sequence[int] | NDArray[np.intp]) -> list[tuple[str, str]]:
    return codes.keys[[int(r) for r in rows]].select("hs6", "edition").rows()


def _flags(
    panel: Panel, fit: CodeFit, group: GroupFit | None, row: int, shared: NDArray[np.bool_]
) -> tuple[str, ...]:
    """What to beware of: the category's own caveat, then its members'."""
    slug, rows = panel.keys["category"][row], panel.members[row]
    codes = _codes_of(panel)
    kept = set() if group is None else set(group.members.tolist())
    flags = []
    for i, (hs6, _) in zip(rows.tolist(), _names(codes, rows), strict=True):
        note, printed = codes.keys["flags"][i], f"{hs6[:4]}.{hs6[4:]}"
        if i in kept:
            flags += [f"{printed}: {note}"] if note else []
        elif shared[i]:
            flags.append(f"{printed} left out: shared with another category")
        else:
            flags.append(f"{printed} left out: {note or fit.status[i]}")
    if group is None:
        flags.insert(0, f"no member comparable across {_year(fit, codes)}")
    if group is not None and np.isnan(group.net_kg[fit.cut.baseline | fit.cut.after]).any():
        flags.append("weights incomplete")
    return (category(slug).beware, *flags)


def _year(fit: CodeFit, codes: Panel) -> str:
    first = int(np.flatnonzero(fit.cut.after)[0])
    return f"{codes.periods[first - 1].year}/{codes.periods[first].year % 100:02d}"


def path_of(panel: Panel, fit: CodeFit, group: GroupFit | None, row: int) -> Path:
    """Arrange a category's series for its figure."""
    codes = _codes_of(panel)
    rows = panel.members[row]
    order = rows[np.argsort(-fit.values[rows].sum(axis=1), kind="stable")]
    names = _names(codes, order)
    kept = set() if group is None else set(group.members.tolist())
    empty = np.full(len(panel.periods), np.nan)
    counterfactual, low, high = _band(fit, group) if group else (empty, empty, empty)
    net_kg = group.net_kg if group else empty
    comparable = group.values if group else empty
    with np.errstate(divide="ignore", invalid="ignore"):
        unit_value = np.where(net_kg > 0, comparable / net_kg, np.nan)
    return Path(
        periods=panel.periods,
        member_codes=tuple(hs6 for hs6, _ in names),
        member_labels=tuple(label(hs6, edition=edition) for hs6, edition in names),
        member_values=fit.values[order],
        member_comparable=tuple(r in kept for r in order.tolist()),
        comparable=comparable,
        counterfactual=counterfactual,
        low=low,
        high=high,
        net_kg=net_kg,
        unit_value=unit_value,
    )


def _band(
    fit: CodeFit, group: GroupFit
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Counterfactual and its 90 % interval by period; NaN before the baseline."""
    from scipy.stats import t

    line = np.where(fit.cut.baseline | fit.cut.after, group.expected, np.nan)
    low, high = np.full_like(line, np.nan), np.full_like(line, np.nan)
    reach = float(t.ppf(0.95, group.result.df))
    for period in np.flatnonzero(fit.cut.after):
        variance = fit.null.variance_of(fit.cut.step(int(period))) * group.result.noise[0]
        half = reach * math.sqrt(variance)
        low[period], high[period] = line[period] * math.exp(-half), line[period] * math.exp(half)
    return line, low, high
