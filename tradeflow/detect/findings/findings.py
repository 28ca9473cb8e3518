"""The table that brings description, alarm and all witnesses together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.detect.findings.base import annual, monthly
from tradeflow.detect.findings.elsewhere import change_elsewhere
from tradeflow.detect.findings.evidence import columns_of
from tradeflow.detect.findings.hearing import Question, call_all, judged_until
from tradeflow.detect.findings.partner_code import vanished_from
from tradeflow.detect.findings.result import FindingsResult
from tradeflow.detect.findings.sentence import sentence
from tradeflow.detect.findings.stance import AGREES, DISAGREES
from tradeflow.detect.findings.verdict import ALONE, NOT_COMPARABLE, VERDICTS, Case, verdict
from tradeflow.errors import TooShortError, UsageError
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import category
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import describe, first_day, known_codes
from tradeflow.options import By, one_of
from tradeflow.panel.build import ALL, panel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Side
    from tradeflow.panel.model import Panel

EURASIAN_UNION: Final = ("ARM", "BLR", "KAZ", "KGZ")

FEWEST_CONTROLS: Final = 20
"""Unlisted codes that must be there for the listed ones to be contrasted as a list."""

SIDED: Final = ("contrast", "donors", "volume", "mirror", "routes")
"""Witnesses that take sides."""


def findings(
    flows: Frame,
    *,
    since: date | str,
    by: By = "category",
    partner: str = "RUS",
    reporter: str | None = None,
    hubs: Sequence[str] | None = None,
    q: float = 0.10,
) -> FindingsResult:
    """Hear all the evidence on trade with one partner, and give each series one word.

    Parameters
    ----------
    flows
        A flow table, monthly or annual, of one source and release. The more destinations, mirrors,
        hubs and registered places it holds, the more witnesses can be heard.
    since
        First period after; chosen before looking.
    by
        ``"category"``, ``"hs6"`` or ``"family"``.
    partner
        The destination asked about.
    reporter
        The exporter; None for the only one in the table, or for all of them together.
    hubs
        Destinations that the same events may have affected: set aside as donors, as long as three
        others are left. None for Russia's partners in the Eurasian Economic Union, between which
        no customs border stands.
    q
        False-discovery rate of each witness.

    Returns
    -------
    FindingsResult

    Raises
    ------
    UsageError
        There are no exports to `partner`, or the table mixes sources, releases or frequencies.
    TooShortError
        No period before `since`, or none from it on.
    UnknownNameError
        A country or `by` is not known.

    Notes
    -----
    Each witness is asked about the change that the alarm measured, over the same months: the
    longest of 3, 6 and 12 from `since` on that can be calibrated. Later months are not read. It
    disagrees if its 90 % interval leaves less than half of that change possible. A witness that
    cannot be heard says why, and never counts as agreement. The verdicts are those of
    :data:`tradeflow.detect.findings.verdict.VERDICTS`.

    Examples
    --------
    >>> import tradeflow as tf
    >>> found = tf.findings(tf.load_sample("china-russia-annual"), since=2022)
    >>> found.table.filter(verdict="unusual")["category"].to_list()
    ['machine_tools', 'chip_making', 'test_measurement']
    """
    one_of(by, By, name="by")
    table, day = to_polars(flows), first_day(since)
    route = (partner, reporter)
    question = _question(table, by, route, since=day, hubs=hubs, q=q)
    end = judged_until(question)
    if end is not None:  # all witnesses are asked about the months that the alarm judged
        judged = table.filter(pl.col("period") < end)
        question = _question(judged, by, route, since=day, hubs=hubs, q=q)
    answers = call_all(question)
    keys = question.asked.keys.select("reporter", "partner", by)
    base = (
        annual(question) if question.panel.freq == "A" else monthly(answers, keys, question.since)
    )
    base = _without_partner(base, question)
    own = base["change_log"].fill_null(np.nan).to_numpy()
    world = change_elsewhere(
        question.panel, since=question.since, partner=question.partner, exclude=question.set_aside()
    )
    evidence = columns_of(answers, keys, own, q, world)
    rows = _judged(keys.hstack(base).hstack(evidence), question)
    return FindingsResult(
        table=rows,
        answers=answers,
        by=by,
        freq=question.panel.freq,
        since=question.since,
        partner=question.partner,
        provenance=question.panel.provenance,
        rate=q,
    )


def _question(
    flows: pl.DataFrame,
    by: By,
    route: tuple[str, str | None],
    *,
    since: date,
    hubs: Sequence[str] | None,
    q: float,
) -> Question:
    partner = country(route[0]).iso3
    reporter = None if route[1] is None else country(route[1]).iso3
    exports = flows.filter(pl.col("flow") == "export")
    if reporter is not None:
        exports = exports.filter(pl.col("reporter") == reporter)
    else:
        exports = _main_reporters(exports, partner)
    together: Side | None = "reporter" if exports["reporter"].n_unique() > 1 else None
    whole = panel(exports, by=by, together=together)
    rows = _to(whole, partner)
    if not len(rows):
        raise UsageError(f"The table has no exports to {partner}: name another partner.")
    if not whole.periods[0] < since <= whole.periods[-1]:
        raise TooShortError(
            f"No period before, or none since, {since:%Y-%m}: the table holds "
            f"{whole.periods[0]:%Y-%m} to {whole.periods[-1]:%Y-%m}."
        )
    asked = whole.take(rows)
    return Question(
        flows=flows,
        panel=whole,
        field=_field(whole),
        treated=_treated(asked, by),
        company=_company(asked, partner),
        asked=asked,
        asked_flows=exports.filter(pl.col("partner") == partner),
        since=since,
        partner=partner,
        reporter=None if together else str(whole.keys["reporter"][0]),
        hubs=tuple(EURASIAN_UNION if hubs is None else (country(hub).iso3 for hub in hubs)),
        q=q,
    )


def _field(whole: Panel) -> Panel:
    """The series, and the codes that are in no category."""
    if whole.parts is None:
        return whole
    unlisted = np.flatnonzero(~whole.parts.keys["listed"].to_numpy())
    return whole.beside(whole.parts.take(unlisted))


def _treated(asked: Panel, by: str) -> tuple[str, ...] | None:
    """Categories, or codes on a list, if there are enough others to show trade in general."""
    if asked.parts is not None:
        codes = asked.parts.keys.filter(~pl.col("listed"))["hs6"].n_unique()
        return tuple(asked.keys[by]) if codes >= FEWEST_CONTROLS else None
    if by != "hs6":
        return None
    listed = asked.keys["listed"]
    enough = listed.any() and (~listed).sum() >= FEWEST_CONTROLS
    return tuple(asked.keys.filter(listed)[by]) if enough else None


def _company(asked: Panel, partner: str) -> Panel:
    """The series asked about, and all codes to the same partner."""
    if asked.parts is None:
        return asked
    return asked.beside(asked.parts.take(_to(asked.parts, partner)))


def _to(panel_: Panel, partner: str) -> NDArray[np.intp]:
    return np.flatnonzero(panel_.keys["partner"].to_numpy() == partner)


def _main_reporters(exports: pl.DataFrame, partner: str) -> pl.DataFrame:
    """Exports of those that are not themselves destinations, such as hubs, nor the partner."""
    destinations = exports["partner"].unique().to_list()
    return exports.filter(~pl.col("reporter").is_in([*destinations, partner]))


def _without_partner(base: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Say where a reporter stopped recording the partner."""
    gone = vanished_from(question.asked)
    if gone is None:
        return base
    why = (
        f"{NOT_COMPARABLE}: from {gone:%Y-%m} on no trade with {question.partner} in any good; "
        "its code may have changed"
    )
    return base.with_columns(rule=pl.lit(why))


def _judged(table: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Add verdict, sentence and the witnesses on each side; the strongest verdicts first."""
    rows = [_with_verdict(row, question) for row in table.iter_rows(named=True)]
    added = pl.DataFrame(rows, schema=_ADDED)
    rank = {word: place for place, word in enumerate(VERDICTS)}
    return (
        table.hstack(added)
        .with_columns(
            rank=pl.col("verdict").replace_strict(rank, return_dtype=pl.Int64),
            size=-pl.col("excess_usd").abs(),
        )
        .sort("rank", "size", maintain_order=True, nulls_last=True)
        .select(*table.columns[:3], *_ADDED, *table.columns[3:])
    )


_REFERENCE: Final = {
    "M": "what the months before forecast",
    "A": "what comparable goods did",
}

_ADDED: Final = dict.fromkeys(
    ("title", "verdict", "sentence", "agree", "disagree", "not_heard", "flags"), pl.String
)


def _with_verdict(row: Mapping[str, Any], question: Question) -> dict[str, str]:
    word = verdict(
        Case(
            rule=row["rule"],
            alarm=row["alarm"],
            alone=row["alarm_p"] is not None and row["alarm_p"] <= ALONE,
            found=row["change_log"] is not None,
            falling=(row["change_log"] or 0.0) < 0,
            alike=_alike(row),
            contrast=row["contrast"],
            destinations=row["destinations"],
            donors=row["donors"],
            volume=row["volume"],
            mirror=row["mirror"],
            routes=row["routes"],
        )
    )
    by = question.panel.by
    title, flags = _title(by, row[by])
    said = {
        "title": title,
        "verdict": word,
        "flags": flags,
        "agree": ", ".join(name for name in SIDED if row[name] == AGREES),
        "disagree": ", ".join(name for name in SIDED if row[name] == DISAGREES),
        "not_heard": ", ".join(name for name in SIDED if row[name].startswith("not heard")),
    }
    names = {
        "goods": title,
        "reporter": "all reporters" if row["reporter"] == ALL else country(row["reporter"]).name,
        "partner": country(row["partner"]).name,
        "span": _span(question, row["span"]),
        "beside": _beside(question),
        "reference": _REFERENCE[question.panel.freq],
        "quiet": _quiet(row, question),
    }
    return said | {"sentence": sentence(dict(row) | said, names)}


def _quiet(row: Mapping[str, Any], question: Question) -> str:
    """How a series without an alarm is described: within its reference, or not far enough out."""
    if question.panel.freq == "A" and (row["alarm_q"] or 1.0) <= question.q:
        return (
            f"beyond what comparable goods did (q {row['alarm_q']:.3f}), but so large a change is "
            "not rare among them"
        )
    if question.panel.freq == "M" and (row["alarm_p"] or 1.0) <= ALONE:
        return "outside what the months before forecast, but not when all series are looked at"
    return f"within {_REFERENCE[question.panel.freq]}"


def _alike(row: Mapping[str, Any]) -> bool:
    """Whether the interval of the change elsewhere lies on the side of the change itself."""
    if row["world_log"] is None or row["change_log"] is None:
        return False
    end = "_low" if row["change_log"] > 0 else "_high"
    return bool(row["change_log"] * row[f"world_log{end}"] > 0)


def _title(by: str, name: str) -> tuple[str, str]:
    """What the series is called in print, and what to beware of."""
    if by == "category":
        found = category(name)
        return found.title, found.beware
    held = name in known_codes("HS2022")
    return (f"{name} {describe(name).split(';')[0]}" if held else name), ""


def _beside(question: Question) -> str:
    goods = " and other goods" if question.against() == "both" else ""
    return f"other destinations{goods}"


def _span(question: Question, periods: int | None) -> str:
    """Name the periods judged together."""
    all_periods = question.asked.periods
    first = sum(p < question.since for p in all_periods)
    last = all_periods[min(first + (periods or len(all_periods)), len(all_periods)) - 1]
    form = "%Y" if question.asked.freq == "A" else "%Y-%m"
    return f"{question.since:{form}} to {last:{form}}"
