"""Building the lake anew from the releases, with its history, and only then replacing the old one.

The new lake is made beside the old one. A rebuild that is killed before it is whole has changed
nothing; one that is killed afterwards is finished by the next run.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import InputFileError
from tradeflow.files import write_whole
from tradeflow.flows.samples import list_samples
from tradeflow.jobs.asked import Asked, held_answers, identity_of, session_for
from tradeflow.jobs.intake import EMBEDDED, FILE, Intake, kept_files
from tradeflow.jobs.journal import Journal
from tradeflow.jobs.manifest import read_manifest, runs
from tradeflow.store.home import releases_folder
from tradeflow.store.lake import Lake
from tradeflow.store.releases import Releases, known_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.jobs.settings import Settings
    from tradeflow.sources.call import Answer

ROOMS: Final = ("lake", "history", "calendar")
DRAFT: Final = ".rebuild"
WHOLE: Final = "whole"
"""Written into the draft, with the name of the run, when nothing is missing in it."""


def rebuild(home: Path, settings: Settings, run: str) -> list[str]:
    """Take in again, in order, everything that was ever taken in, and replace the lake by it.

    Parameters
    ----------
    home
        The folder of lake and releases.
    settings
        Of this run; asked only where no earlier run says what it took in.
    run
        Name of this run, under which the old lake is kept.

    Returns
    -------
    list of str
        What a person should know: how the new lake differs, and where the old one lies.

    Raises
    ------
    TradeflowError
        A release is damaged, or nothing can be written; the old lake stays.
    """
    draft = home / DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    again = _Again(home, Intake(home, draft / "new", settings.revision))
    entries = list(deliveries(home) or _by_day(home, settings))
    partly = [again.take(entry) for entry in entries]
    _leave_untold(home, again.intake.journal, entries)
    for room in ROOMS:
        (draft / "new" / room).mkdir(parents=True, exist_ok=True)
    notes = [_compared(home, again.intake.lake, len(entries), run), *filter(None, partly)]
    write_whole(draft / WHOLE, run.encode())
    finish(home)
    return notes


def finish(home: Path) -> None:
    """Put a rebuilt lake in place if it is whole; forget it if it is not."""
    draft = home / DRAFT
    if (draft / WHOLE).exists():
        replaced = home / "replaced" / (draft / WHOLE).read_text(encoding="utf-8")
        replaced.mkdir(parents=True, exist_ok=True)
        for room in ROOMS:
            if (draft / "new" / room).exists():
                if (home / room).exists():
                    (home / room).replace(replaced / room)
                (draft / "new" / room).replace(home / room)
        (draft / WHOLE).unlink()
    shutil.rmtree(draft, ignore_errors=True)


def deliveries(home: Path) -> list[dict[str, Any]]:
    """List everything that was taken in, as the manifests and the journal tell it, in order."""
    told = [entry for name in runs(home) for entry in read_manifest(home, name).taken]
    journal = _journal(home)
    everything = told + (journal.untold() if journal else [])
    return list({entry["identity"]: entry for entry in reversed(everything)}.values())[::-1]


def _journal(home: Path) -> Journal | None:
    """Open the journal of the old lake; None if it is damaged."""
    try:
        return Journal(home, threshold=1.0)
    except InputFileError:
        return None


def _by_day(home: Path, settings: Settings) -> Iterator[dict[str, Any]]:
    """Tell from the releases alone what every day brought, for the questions of today."""
    if settings.samples:
        yield from (
            {"identity": "", "source": EMBEDDED, "goods": sample.name, "question": ""}
            for sample in list_samples()
        )
    found = [(known_day(answer), _file(answer)) for answer in kept_files(home)]
    for order in settings.fetch:
        held = Releases(releases_folder(home)).all_answers(order.source)
        answers = [answer for answer in held if answer.call.kind != FILE]
        for day in {known_day(answer) for answer in answers}:
            until = [answer for answer in answers if known_day(answer) <= day]
            found.append((day, Asked.on(order, day).about(until)))
    for _, about in sorted(found, key=lambda item: item[0]):
        yield {"identity": "", "goods": "", **about}


def _file(answer: Answer) -> dict[str, Any]:
    """Tell of an ingested file what the intake of it told."""
    question = f"{FILE} {identity_of([answer])}"
    return {"source": answer.call.source, "question": question, "releases": [answer.sha256]}


@dataclass
class _Again:
    """Takes deliveries in again, out of the releases."""

    home: Path
    intake: Intake

    def take(self, entry: dict[str, Any]) -> str:
        """Take one in; what is wrong with it, empty if nothing is."""
        if entry["source"] == EMBEDDED:
            found = [self.intake.sample(s) for s in list_samples() if s.name == entry["goods"]]
        elif entry["question"].startswith(f"{FILE} "):
            kept = self.files.get(entry["question"].removeprefix(f"{FILE} "))
            found = [] if kept is None else [self.intake.file(kept)]
        else:
            found = self._answers(entry)
        if not entry["identity"] or entry["identity"] in found:
            return ""
        return (
            f"What {entry['source']} ({entry['goods']}) had brought by {entry['known']} is not in "
            "the releases as it was: it is left out."
        )

    @cached_property
    def files(self) -> dict[str, Answer]:
        """Files ingested by hand; the same content released on two days is two files."""
        return {identity_of([answer]): answer for answer in kept_files(self.home)}

    def _answers(self, entry: dict[str, Any]) -> list[str]:
        asked = Asked.from_dict(entry)
        folder, only = releases_folder(self.home), frozenset(entry["releases"])
        session = session_for(asked, self.home, None, offline=True)
        answers, missing = held_answers(asked, session, Releases(folder, any_age=True, only=only))
        return [self.intake.delivery(asked, answers)] if answers and not missing else []


def _leave_untold(home: Path, new: Journal, entries: list[dict[str, Any]]) -> None:
    """Leave to be told what no manifest has told."""
    old = _journal(home)
    if old is not None:
        new.take_over(old)
    elif any(entry["identity"] for entry in entries):  # all that is known was told
        new.told([entry["identity"] for entry in entries])


def _compared(home: Path, new: Lake, many: int, run: str) -> str:
    """Say in how far the new lake is the old one."""
    before, after = Lake(home).checksums(), new.checksums()
    other = sorted(name for name in before if before[name] != after.get(name))
    other += sorted(after.keys() - before.keys())
    said = f"all {len(after)} files are what they were before any damage"
    if other:
        more = f" and {len(other) - 5} more" if len(other) > 5 else ""  # noqa: PLR2004
        said = f"{len(other)} of {len(after)} files are others: {', '.join(other[:5])}{more}"
    return (
        f"The lake was built anew from {many} deliveries held in the releases; {said}. "
        f"The old one lies in replaced/{run}; delete it when you do not need it."
    )
