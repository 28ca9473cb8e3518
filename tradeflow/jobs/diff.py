"""What changed between two runs: one page for people, the same as data."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tradeflow.errors import UsageError
from tradeflow.jobs.manifest import read_manifest, runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from tradeflow.jobs.manifest import Manifest

FOUND: Final = ("anomalous", "anomalous in value", "unusual")
"""Verdicts that make a finding."""

SILENT: Final = ("nothing unusual", "too thin", "not comparable")
"""Verdicts of which there is nothing to tell."""

SHOWN: Final = 20

CAVEAT: Final = (
    "Findings are compatible with, and prove nothing about, the use of goods; each sentence names "
    "what was and what was not heard.\n"
)


def between(home: Path, before: str, after: str) -> dict[str, Any]:
    """Compare two runs of a home folder by their names; see :func:`compare`.

    Raises
    ------
    UnknownNameError
        There is no such run.
    UsageError
        The first is not before the second.
    """
    names, last = runs(home), read_manifest(home, after)
    if before == "previous" and names.index(last.run) == 0:
        return compare(None, [last])
    first = read_manifest(home, before)
    span = names[names.index(first.run) + 1 : names.index(last.run) + 1]
    if not span:
        raise UsageError(f"{first.run} is not before {last.run}: name the earlier run first.")
    return compare(first, [read_manifest(home, name) for name in span])


def compare(before: Manifest | None, later: Sequence[Manifest]) -> dict[str, Any]:
    """Compare two runs.

    Parameters
    ----------
    before
        The earlier run; None if there is none.
    later
        All runs after it up to the later one, which is the last: what arrived or was revised in
        any of them belongs to the difference.

    Returns
    -------
    dict
        ``new`` and ``gone`` findings (each with ``why``), ``other_word`` (findings whose verdict
        changed), ``described`` (what is told of other series, if it is told otherwise than
        before), and from the later run arrived, withdrawn, late, revisions and failed.
    """
    after = later[-1]
    old, now = _found(before), _found(after)
    reasons = _reasons(before, later)
    return {
        "before": before.run if before else None,
        "after": after.run,
        "exit": after.exit,
        "new": [{**now[k], "why": reasons} for k in now if k not in old],
        "gone": [{**old[k], "why": _why_gone(k, after, reasons)} for k in old if k not in now],
        "other_word": [
            {**now[k], "verdict_before": old[k]["verdict"], "why": reasons}
            for k in now
            if k in old and old[k]["verdict"] != now[k]["verdict"]
        ],
        "described": _described(before, after, reasons),
        "arrived": [row for run in later for row in run.arrived],
        "withdrawn": [row for run in later for row in run.withdrawn],
        "late": after.late,
        "revisions": [row for run in later for row in run.revisions],
        "failed": after.failed,
        "not_asked": after.not_asked,
        "notes": [note for run in later for note in run.notes],
        "not_analysed": [
            {"source": a["source"], "freq": a["freq"], "why": a["why_not"]}
            for a in after.analyses
            if a["why_not"]
        ],
    }


Series: TypeAlias = tuple[str, ...]
"""Source, frequency, reporter, partner, category."""


def _judged(run: Manifest | None) -> dict[Series, dict[str, Any]]:
    rows: dict[Series, dict[str, Any]] = {}
    for analysis in run.analyses if run else []:
        for finding in analysis["findings"]:
            key = (analysis["source"], analysis["freq"], finding["reporter"])
            found = {"source": analysis["source"], "freq": analysis["freq"], **finding}
            rows[*key, finding["partner"], finding["category"]] = found
    return rows


def _found(run: Manifest | None) -> dict[Series, dict[str, Any]]:
    return {key: row for key, row in _judged(run).items() if row["verdict"] in FOUND}


def _described(before: Manifest | None, after: Manifest, reasons: str) -> list[dict[str, Any]]:
    """List series that are no findings, and were none, of which another word is said now."""
    old, now = _judged(before), _judged(after)
    rows = []
    for key in [*now, *(k for k in old if k not in now)]:
        was, word = (run[key]["verdict"] if key in run else None for run in (old, now))
        if was != word and not {was, word} & set(FOUND) and {was, word} - {None, *SILENT}:
            why = reasons if key in now else _why_gone(key, after, reasons)
            about = now.get(key) or old[key]
            rows.append({**about, "verdict_before": was, "verdict": word, "why": why})
    return rows


def _reasons(before: Manifest | None, later: Sequence[Manifest]) -> str:
    if before is None:
        return "first run"
    after, taken = later[-1], [entry for run in later for entry in run.taken]
    reasons = [
        ("more data", any(entry["added"] for entry in taken)),
        ("revision", any(entry["revised"] or entry["withdrawn"] for entry in taken)),
        (f"category map {after.map_version}", before.map_version != after.map_version),
        ("other settings", before.settings != after.settings),
        (f"code {after.code}", before.code != after.code),
    ]
    return ", ".join(word for word, holds in reasons if holds) or "unexplained: please report it"


def _why_gone(key: tuple[str, ...], after: Manifest, reasons: str) -> str:
    source, freq, reporter, partner, category = key
    for analysis in after.analyses:
        if (analysis["source"], analysis["freq"]) == (source, freq):
            if analysis["why_not"]:
                return f"not analysed: {analysis['why_not']}"
            for finding in analysis["findings"]:
                same = (finding["reporter"], finding["partner"], finding["category"])
                if same == (reporter, partner, category):
                    return f"now {finding['verdict']} ({reasons})"
    return f"the series is gone ({reasons})"


def markdown(diff: dict[str, Any]) -> str:
    """Write the diff as one page."""
    since = f" since {diff['before']}" if diff["before"] else ", the first run"
    sections: list[tuple[str, list[Any], Callable[[Any], str]]] = [
        ("New findings", diff["new"], _finding),
        ("Findings withdrawn", diff["gone"], _withdrawn_finding),
        ("Findings under another word", diff["other_word"], _other_word),
        ("Described, and no findings", diff["described"], _description),
        ("Periods that arrived", _spans(diff["arrived"]), str),
        ("Periods not released yet", _spans(diff["late"]), str),
        ("Periods that a source has no more", _spans(diff["withdrawn"]), str),
        ("Revisions above the threshold", diff["revisions"], _revision),
        ("Sources that failed", diff["failed"], _failure),
        ("Not asked: offline, or the source was silent", diff["not_asked"], _not_asked),
        ("Not analysed", diff["not_analysed"], _not_analysed),
        ("Notes", diff["notes"], str),
    ]
    none = [title[0].lower() + title[1:] for title, rows, _ in sections if not rows]
    return "\n".join(
        [
            f"# Update {diff['after']}{since}\n",
            *([f"{_ending(diff)}\n"] if diff["exit"] else []),
            *(_section(title, rows, line) for title, rows, line in sections if rows),
            *([f"Nothing to report under: {'; '.join(none)}.\n"] if none else []),
            CAVEAT,
        ]
    )


def _ending(diff: dict[str, Any]) -> str:
    """Say why a run did not end with 0."""
    said = [
        ("questions failed", len(diff["failed"])),
        ("questions were not asked", len(diff["not_asked"])),
        ("periods are not released", len(diff["late"])),
    ]
    why = ", ".join(f"{number} {words}" for words, number in said if number)
    return f"Ended with {diff['exit']}: {why}. Nothing is lost; a later run goes on."


def _section(title: str, rows: list[Any], line: Callable[[Any], str]) -> str:
    lines = [f"- {line(row)}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"- … and {len(rows) - SHOWN} more, all in the JSON beside this page.")
    return f"## {title}\n\n" + "\n".join(lines) + "\n"


def _finding(row: dict[str, Any]) -> str:
    said = row["sentence"].removeprefix(f"{row['title']}, ")  # the name is already in bold
    return f"**{row['title']}**, {row['verdict']} ({_set(row)}; {row['why']}): {said}"


def _withdrawn_finding(row: dict[str, Any]) -> str:
    return f"**{row['title']}** ({_set(row)}), was {row['verdict']}: {row['why']}."


def _other_word(row: dict[str, Any]) -> str:
    words = f"{row['verdict_before']} → {row['verdict']}"
    return f"**{row['title']}** ({_set(row)}): {words} ({row['why']})."


def _description(row: dict[str, Any]) -> str:
    name, was, word = f"**{row['title']}** ({_set(row)})", row["verdict_before"], row["verdict"]
    if word is None:
        return f"{name}, was {was}: {row['why']}."
    before = f"{was} → " if was and was not in SILENT else ""
    if word in SILENT:
        return f"{name}: {before}{word} ({row['why']})."
    said = row["sentence"].partition(": ")[2].partition("; ")[0].rstrip(".")
    return f"{name}: {before}{word} ({row['why']}): {said}."


def _set(row: dict[str, Any]) -> str:
    freq = "monthly" if row["freq"] == "M" else "annual"
    return f"{row['reporter']} to {row['partner']}, {row['source']}, {freq}"


def _revision(row: dict[str, Any]) -> str:
    after = "withdrawn" if row["value_after"] is None else f"{row['value_after']:,.0f}"
    share = "" if row["change"] is None else f" ({row['change']:+.0%})"
    return (
        f"{row['source']}, {row['reporter']} to {row['partner']}, {row['flow']}, {row['hs6']}, "
        f"{str(row['period'])[:7]}: {row['value_before']:,.0f} → {after} USD{share}"
    )


def _failure(row: dict[str, str]) -> str:
    return f"**{row['source']}** ({row['goods']}): {row['error']} {row['note']}".strip()


def _not_asked(row: dict[str, Any]) -> str:
    held = f"{row['held']} answers are held" if row["held"] else "nothing is held"
    if row["held"] and row.get("missing"):
        held += (
            f", {row['missing']} more are missing or outdated: they are taken in when all are here"
        )
    return f"{row['source']} ({row['goods']}): {held}"


def _not_analysed(row: dict[str, str]) -> str:
    return f"{row['source']}, {'annual' if row['freq'] == 'A' else 'monthly'}: {row['why']}"


def _spans(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Join periods of one question: reporter, partner, goods, first to last, how many."""

    def question(row: dict[str, Any]) -> tuple[str, ...]:
        names = ("source", "freq", "reporter", "partner", "flow", "goods")
        return tuple(str(row[name]) for name in names)

    lines = []
    for key, group in groupby(sorted(rows, key=question), key=question):
        periods = sorted(str(row["period"])[: 4 if key[1] == "A" else 7] for row in group)
        span = periods[0] if len(periods) == 1 else f"{periods[0]} to {periods[-1]}"
        source, _, reporter, partner, flow, goods = key
        many = f" ({len(periods)} periods)" if len(periods) > 1 else ""
        lines.append(f"{source}: {reporter} to {partner}, {flow}, {goods}: {span}{many}")
    return lines
