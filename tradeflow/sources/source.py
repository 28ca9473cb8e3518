"""What every source is: facts about it, and up to five functions.

``plan`` turns a question into calls, ``judge`` looks at one answer and says what follows,
``parse`` turns all accepted answers into rows, ``read`` does the same for a file that a person
downloaded. All are pure: who asks, waits, keeps and resumes is ``run``.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tradeflow.sources.call import Answer, Call, Verdict
    from tradeflow.sources.parsed import Parsed
    from tradeflow.sources.plan import FetchPlan
    from tradeflow.sources.query import Query

Access = Literal["fetch", "ingest", "fetch and ingest", "not yet"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source lets one user do.

    Attributes
    ----------
    interval, keyed_interval
        Seconds between two calls, without and with a key.
    per_day, keyed_per_day
        Calls per UTC day; None if the source names no limit.
    timeout
        Seconds of silence after which a call has failed.
    """

    interval: float = 1.0
    keyed_interval: float | None = None
    per_day: int | None = None
    keyed_per_day: int | None = None
    timeout: float = 60.0

    def pace(self, *, keyed: bool) -> float:
        """Seconds between two calls."""
        slower = keyed and self.keyed_interval is not None
        return self.keyed_interval or self.interval if slower else self.interval

    def quota(self, *, keyed: bool) -> int | None:
        """Calls per UTC day."""
        return self.keyed_per_day if keyed else self.per_day


@dataclass(frozen=True, slots=True)
class Key:
    """How a source takes its key.

    Attributes
    ----------
    variable
        The environment variable that holds it.
    header, param
        The header or query parameter in which it is sent; exactly one.
    needed
        Whether nothing works without it.
    how
        Where a user gets one.
    """

    variable: str
    header: str | None = None
    param: str | None = None
    needed: bool = False
    how: str = ""


class FileCheck(Protocol):
    """What files cover together, and what is wrong with them."""

    @property
    def fit(self) -> bool:
        """Whether an ingest would take them all."""
        ...

    def summary(self) -> str:
        """Say it in words."""
        ...


@dataclass(frozen=True, slots=True)
class Source:
    """One source of customs data.

    Attributes
    ----------
    name
        As on the command line.
    title
        What it is, in a few words.
    access
        Whether it is fetched, ingested from files, or neither yet.
    grain, lag, terms
        For the table of sources: finest grain, delay of publication, terms of use.
    checked
        Month of the evidence for all of this, and of what kind it is.
    base
        Base address; ``TRADEFLOW_<NAME>_URL`` in the environment replaces it.
    limits, key
        What one user may do, and how to say who one is.
    listens
        HTTP statuses other than 200 that `judge` understands.
    plan, judge, parse
        For sources that are fetched.
    read
        For files that a person downloaded: ``read(path, *, name, release, **facts)``, where
        `name` is the file's name when it came.
    release_of
        Says which release a file says it is: ``release_of(path)``; None if it does not.
    check
        Says what files cover together and what is wrong with them, without stopping at the first
        fault: ``check(paths, **facts)``.
    how
        Says how to export files by hand: ``how(category, codes, partner, since, until, flow)``.
    probe
        The cheapest call that shows whether the source answers.
    note
        What to beware of, and what is not done yet.
    """

    name: str
    title: str
    access: Access
    grain: str
    lag: str
    terms: str
    checked: str
    base: str = ""
    limits: Limits = Limits()
    key: Key | None = None
    listens: frozenset[int] = frozenset()
    plan: Callable[[Query], FetchPlan] | None = None
    judge: Callable[[Answer], Verdict] | None = None
    parse: Callable[[Sequence[Answer]], Parsed] | None = None
    read: Callable[..., Parsed] | None = None
    release_of: Callable[[Path], str | None] | None = None
    check: Callable[..., FileCheck] | None = None
    how: Callable[..., str] | None = None
    probe: Call | None = None
    note: str = ""

    def plan_for(self, query: Query) -> FetchPlan:
        """Plan the calls that answer a question.

        Raises
        ------
        UsageError
            The source cannot be fetched.
        """
        if self.plan is None:
            raise UsageError(
                f"Flows cannot be fetched from {self.name} ({self.access}). {self.note}"
            )
        return self.plan(query)

    def rows_of(self, answers: Sequence[Answer]) -> Parsed:
        """Turn accepted answers into rows.

        Raises
        ------
        UsageError
            The source gives no flows.
        """
        if self.parse is None:
            raise UsageError(f"{self.name} gives no flows. {self.note}")
        return self.parse(answers)

    def read_file(self, path: Path, *, name: str, **facts: str) -> Parsed:
        """Read a file that a person downloaded; `name` is its name when it came.

        Raises
        ------
        UsageError
            The source has no files, or knows nothing of a fact.
        """
        if self.read is None:
            raise UsageError(self._no_files())
        self._check_facts(self.read, facts)
        return self.read(path, name=name, **facts)

    def check_files(self, paths: Sequence[Path], **facts: str) -> FileCheck:
        """Check files that a person downloaded, all together.

        Raises
        ------
        UsageError
            The source cannot check its files, or knows nothing of a fact.
        """
        if self.check is None:
            raise UsageError(
                f"Files of {self.name} are checked when they are ingested, not before."
                if self.read
                else self._no_files()
            )
        self._check_facts(self.check, facts)
        return self.check(paths, **facts)

    def _no_files(self) -> str:
        if self.plan is None:
            return f"{self.name} has no files to ingest. {self.note}"
        return f"{self.name} has no files to ingest: `tradeflow fetch {self.name}` asks it."

    def _check_facts(self, reader: Callable[..., object], facts: dict[str, str]) -> None:
        strange = facts.keys() - inspect.signature(reader).parameters.keys()
        if strange:
            raise UsageError(f"{self.name} knows no option {min(strange)!r} for its files.")
