"""The table that brings description, alarm and all witnesses together."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.detect.findings.base import annual, monthly
from tradeflow.detect.findings.elsewhere import change_elsewhere
from tradeflow.detect.findings.evidence import NO_LOSS, columns_of
from tradeflow.detect.findings.hearing import call_all, judged_until
from tradeflow.detect.findings.partner_code import vanished_from
from tradeflow.detect.findings.question import ask
from tradeflow.detect.findings.result import FindingsResult
from tradeflow.detect.findings.sentence import sentence
from tradeflow.detect.findings.stance import AGREES, DISAGREES, UNDECIDED
from tradeflow.detect.findings.verdict import ALONE, ALONG, NOT_COMPARABLE, VERDICTS, Case, verdict
from tradeflow.detect.witness.check import check_goods
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import category
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day, label
from tradeflow.panel.build import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from tradeflow.detect.findings.hearing import Answers
    from tradeflow.detect.findings.question import Question
    from tradeflow.frames import Frame
    from tradeflow.options import By

SIDED: Final = ("contrast", "donors", "volume", "mirror")
"""Witnesses that take sides on a change."""

WITNESSES: Final = (*SIDED, "routes")
"""These, and the one that only says whether others could have carried a fall."""

CARRIED: Final = {
    AGREES: "could carry it",
    UNDECIDED: "might carry it",
    DISAGREES: "could not carry it",
}
"""What the routes say of a fall: no word on whether trade fell."""


def findings(
    flows: Frame,
    *,
    since: date | str,
    by: By = "category",
    partner: str = "RUS",
    reporter: str | None = None,
    hubs: Sequence[str] | None = None,
    q: float = 0.10,
    calendar: Frame | None = None,
    revisions: Frame | None = None,
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
        ``"category"``, ``"hs6"`` or, for months alone, ``"family"``.
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
    calendar
        What was asked and what is released, from :func:`tradeflow.release_calendar`: see
        :func:`tradeflow.panel`. Periods after the last of the table are left out.
    revisions
        How far each month may yet be revised, from :func:`tradeflow.revisions` with
        ``what="periods"``: see :func:`tradeflow.monitor`.

    Returns
    -------
    FindingsResult

    Raises
    ------
    UsageError
        There are no exports to `partner` or of `reporter`; the table mixes sources, releases or
        frequencies; it holds years, and is asked by family.
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
    check_goods(by)
    table, day = to_polars(flows), first_day(since)
    route = (partner, reporter)
    known = None if calendar is None else to_polars(calendar)
    if known is not None:
        known = known.filter(pl.col("period") <= table["period"].max())
    question = ask(table, by, route, since=day, hubs=hubs, q=q, calendar=known)
    question = replace(question, revisions=revisions)
    end = judged_until(question)
    if end is not None:  # all witnesses are asked about the months that the alarm judged
        judged = table.filter(pl.col("period") < end)
        known = None if known is None else known.filter(pl.col("period") < end)
        question = ask(judged, by, route, since=day, hubs=hubs, q=q, calendar=known)
        question = replace(question, revisions=revisions)
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
    rows = _judged(keys.hstack(base).hstack(evidence), question, _beside(answers))
    return FindingsResult(
        table=rows,
        answers=answers,
        by=by,
        freq=question.panel.freq,
        since=question.since,
        partner=question.partner,
        until=question.panel.periods[-1],
        reporters=tuple(question.asked_flows["reporter"].unique().sort()),
        provenance=question.panel.provenance,
        rate=q,
    )


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


def _judged(table: pl.DataFrame, question: Question, beside: str) -> pl.DataFrame:
    """Add verdict, sentence and the witnesses on each side; the strongest verdicts first."""
    rows = [_with_verdict(row, question, beside) for row in table.iter_rows(named=True)]
    added = pl.DataFrame(rows, schema=_ADDED)
    rank = {word: place for place, word in enumerate(VERDICTS)}
    return (
        table.hstack(added)
        .with_columns(
            pl.col("routes").replace(CARRIED),
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


def _with_verdict(row: Mapping[str, Any], question: Question, beside: str) -> dict[str, str]:
    word = verdict(
        Case(
            rule=row["rule"],
            alarm=row["alarm"],
            alone=row["alarm_p"] is not None and row["alarm_p"] <= ALONE,
            along=row["alarm_p"] is not None and row["alarm_p"] <= ALONG,
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
    title, flags = _title(row, question)
    said = {
        "title": title,
        "verdict": word,
        "flags": flags,
        "agree": ", ".join(name for name in SIDED if row[name] == AGREES),
        "disagree": ", ".join(name for name in SIDED if row[name] == DISAGREES),
        "not_heard": ", ".join(name for name in WITNESSES if _silent(row[name])),
    }
    names = {
        "goods": title,
        "reporter": "all reporters" if row["reporter"] == ALL else country(row["reporter"]).name,
        "partner": country(row["partner"]).name,
        "span": _span(question, row["span"]),
        "beside": beside,
        "reference": _REFERENCE[question.panel.freq],
        "quiet": _quiet(row, question),
    }
    return said | {"sentence": sentence(dict(row) | said, names)}


def _quiet(row: Mapping[str, Any], question: Question) -> str:
    """How a series without an alarm is described: within its reference, or not far enough out."""
    q, p = (1.0 if row[name] is None else row[name] for name in ("alarm_q", "alarm_p"))
    if question.panel.freq == "A" and q <= question.q:
        return (
            f"beyond what comparable goods did (q {q:.3f}), but so large a change is "
            "not rare among them"
        )
    if question.panel.freq == "M" and p <= ALONE:
        return "outside what the months before forecast, but not when all series are looked at"
    return f"within {_REFERENCE[question.panel.freq]}"


def _alike(row: Mapping[str, Any]) -> bool:
    """Whether the interval of the change elsewhere lies on the side of the change itself."""
    if row["world_log"] is None or row["change_log"] is None:
        return False
    end = "_low" if row["change_log"] > 0 else "_high"
    return bool(row["change_log"] * row[f"world_log{end}"] > 0)


def _silent(said: str) -> bool:
    """Whether a witness was asked and could not answer; of a rise the routes are not asked."""
    return said.startswith("not heard") and said != NO_LOSS


def _title(row: Mapping[str, Any], question: Question) -> tuple[str, str]:
    """What the series is called in print, and what to beware of."""
    by = question.panel.by
    if by == "category":
        found = category(row[by])
        return found.title, found.beware
    edition = str(question.flows["edition"].cast(pl.String).max())
    return f"{row[by]} {label(row[by], edition=edition)}", ""


def _beside(answers: Answers) -> str:
    found = answers.contrast.result
    goods = " and other goods" if found is not None and found.against == "both" else ""
    return f"other destinations{goods}"


def _span(question: Question, periods: int | None) -> str:
    """Name the periods judged together."""
    all_periods = question.asked.periods
    first = sum(p < question.since for p in all_periods)
    last = all_periods[min(first + (periods or len(all_periods)), len(all_periods)) - 1]
    form = "%Y" if question.asked.freq == "A" else "%Y-%m"
    together = " together" if question.asked.freq == "A" and last > question.since else ""
    return f"{question.since:{form}} to {last:{form}}{together}"
