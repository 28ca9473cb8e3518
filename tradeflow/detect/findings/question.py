"""What is asked about one route: the panels that the witnesses read, or why nothing can be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.contrast.controls import (
    FEWEST_CONTROLS,
    count_controls,
    listed_goods,
)
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.nomenclature.countries import country, iso3_map, iso3_of
from tradeflow.panel.build import panel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import By, Side
    from tradeflow.panel.model import Panel

EURASIAN_UNION: Final = ("ARM", "BLR", "KAZ", "KGZ")

FEWEST_DONORS: Final = 3
"""Destinations that must be left for suspected hubs to be set aside."""

_NAMED: Final = 30  # countries that a message lists at most


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of flows and of the panel made of them.

    Attributes
    ----------
    flows
        The flow table.
    panel
        Exports of the reporter to all destinations.
    field
        What the contrast reads: `panel`, and by category the codes in none, which show what each
        destination imports of everything.
    treated
        Goods of `field` asked about: categories, or what is on a list; None if every series is.
    company
        What the alarm is calibrated on: `asked`, and by category all codes to the partner.
    asked, asked_flows
        The same to the partner alone, and the rows that are about it.
    since, partner, reporter
        First period after; ISO alpha-3; None for all reporters together.
    hubs
        Destinations that the same events may have affected, set aside as donors.
    q
        False-discovery rate.
    revisions
        How far each month may yet be revised; None if nobody says.
    """

    flows: pl.DataFrame
    panel: Panel
    field: Panel
    treated: tuple[str, ...] | None
    company: Panel
    asked: Panel
    asked_flows: pl.DataFrame
    since: date
    partner: str
    reporter: str | None
    hubs: tuple[str, ...]
    q: float
    revisions: Frame | None = None

    def set_aside(self) -> tuple[str, ...]:
        """Suspected hubs, unless too few destinations would be left to compare with."""
        others = set(self.panel.keys["partner"]) - {self.partner}
        hubs = others & set(self.hubs)
        return tuple(sorted(hubs)) if len(others - hubs) >= FEWEST_DONORS else ()


def ask(
    flows: pl.DataFrame,
    by: By,
    route: tuple[str, str | None],
    *,
    since: date,
    hubs: Sequence[str] | None,
    q: float,
    calendar: Frame | None = None,
) -> Question:
    """Put the question; `route` is the partner, and the reporter or None; `calendar` as `panel`'s.

    Raises
    ------
    UsageError
        The table has no such exports, or holds years and is asked by family.
    UnknownNameError
        A country is not known.
    TooShortError
        No period before the date, or none since.
    """
    partner, exports = _exports(flows, *route)
    together: Side | None = "reporter" if exports["reporter"].n_unique() > 1 else None
    whole = panel(exports, by=by, together=together, calendar=calendar)
    _check_periods(whole, since)
    asked, field = whole.take(_to(whole, partner)), _field(whole)
    return Question(
        flows=flows,
        panel=whole,
        field=field,
        treated=_treated(field, partner),
        company=_company(asked, partner),
        asked=asked,
        asked_flows=exports.filter(pl.col("partner") == partner),
        since=since,
        partner=partner,
        reporter=None if together else str(whole.keys["reporter"][0]),
        hubs=tuple(EURASIAN_UNION if hubs is None else (_iso3(hub, "Hub") for hub in hubs)),
        q=q,
    )


def _exports(flows: pl.DataFrame, partner: str, reporter: str | None) -> tuple[str, pl.DataFrame]:
    """The partner's code, and the exports of the reporter to all destinations."""
    to, exports = _iso3(partner, "Partner"), flows.filter(pl.col("flow") == "export")
    if reporter is None:
        exports = _main_reporters(exports, to)
    else:
        of = _iso3(reporter, "Reporter")
        _check_held(of, exports["reporter"], "of")
        exports = exports.filter(pl.col("reporter") == of)
    _check_held(to, exports["partner"], "to")
    return to, exports


def _iso3(name: str, role: str) -> str:
    try:
        return country(name).iso3
    except UnknownNameError:
        raise _unknown(name, role) from None


def _unknown(name: str, role: str) -> UnknownNameError:
    try:
        code = iso3_of(name, scheme="name")
    except UnknownNameError:
        known, hint = [*iso3_map("iso3"), *iso3_map("name")], "Write its ISO alpha-3 code."
        return UnknownNameError.of(role, name, known, hint=hint)
    return UnknownNameError(f"{role} {name!r} is a name: write its code, {code}.")


def _check_held(code: str, known: pl.Series, word: str) -> None:
    held = known.unique().sort().to_list()
    if code not in held:
        more = f" and {len(held) - _NAMED} more" if len(held) > _NAMED else ""
        raise UsageError(
            f"The table has no exports {word} {code}. It has exports {word}: "
            f"{', '.join(held[:_NAMED]) or 'nobody'}{more}."
        )


def _check_periods(whole: Panel, since: date) -> None:
    if whole.freq == "A" and whole.by == "family":
        raise UsageError(
            "Findings by family need months, and this table holds years: ask by category or hs6."
        )
    if not whole.periods[0] < since <= whole.periods[-1]:
        raise TooShortError(
            f"No period before, or none since, {since:%Y-%m}: the table holds "
            f"{whole.periods[0]:%Y-%m} to {whole.periods[-1]:%Y-%m}."
        )


def _field(whole: Panel) -> Panel:
    """The series, and the codes that are in no category."""
    if whole.parts is None:
        return whole
    unlisted = np.flatnonzero(~whole.parts.keys["listed"].to_numpy())
    return whole.beside(whole.parts.take(unlisted))


def _treated(field: Panel, partner: str) -> tuple[str, ...] | None:
    """What is on a list, if there are enough other goods to show trade in general."""
    listed = listed_goods(field, partner)
    enough = count_controls(field, partner, listed) >= FEWEST_CONTROLS
    return tuple(listed) if listed and enough else None


def _company(asked: Panel, partner: str) -> Panel:
    """The series asked about, and all codes to the same partner."""
    if asked.parts is None:
        return asked
    return asked.beside(asked.parts.take(_to(asked.parts, partner)))


def _to(whole: Panel, partner: str) -> NDArray[np.intp]:
    return np.flatnonzero(whole.keys["partner"].to_numpy() == partner)


def _main_reporters(exports: pl.DataFrame, partner: str) -> pl.DataFrame:
    """Exports of those that are not themselves destinations, such as hubs, nor the partner."""
    destinations = exports["partner"].unique().to_list()
    return exports.filter(~pl.col("reporter").is_in([*destinations, partner]))
