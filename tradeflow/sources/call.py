"""One call to a source, what came back, and what is to be done about it.

A call is data: it can be written down, compared, and asked again years later. Whatever a
source needs in order to read the answer (period, edition, flow) stands in ``about``.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tradeflow.errors import DataError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

Pairs = tuple[tuple[str, str], ...]
JSON = ("application/json",)
MEGABYTE = 2**20
_PAIRS = {"params", "about", "headers"}


@dataclass(frozen=True)
class Call:
    """A request, without any key.

    Attributes
    ----------
    source
        Name of the source.
    path, params
        Path below the source's base address, and its query in order. Never a key.
    note
        What is asked, in words, for plans and messages.
    kind
        ``"data"``, or what else the source asks for: ``"availability"``, ``"status"`` …
    about
        What the reader of the answer must know and the answer does not say.
    rows
        How many rows are expected at most; for the plan only.
    cap
        The count at which the source cuts its answer off without a word; None if it has none.
    media
        Content types that the answer may have.
    max_bytes
        More than this is not taken.
    newer_than
        When the source last changed these data (ISO, with zone): an answer retrieved before is
        asked again, one retrieved later stands, however old it is. None if nobody knows.
    headers
        Further headers to send, such as ``If-None-Match``. Never a key.
    """

    source: str
    path: str
    params: Pairs = ()
    note: str = ""
    kind: str = "data"
    about: Pairs = ()
    rows: int = 0
    cap: int | None = None
    media: tuple[str, ...] = JSON
    max_bytes: int = 256 * MEGABYTE
    newer_than: str | None = None
    headers: Pairs = ()

    @cached_property
    def id(self) -> str:
        """Sixteen hexadecimal digits that tell this request from every other."""
        text = json.dumps([self.source, self.path, self.params], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def target(self) -> str:
        """Path and query, as they go into the address."""
        return self.path + (f"?{urlencode(self.params)}" if self.params else "")

    def told(self, name: str) -> str:
        """Look up what the call says about itself."""
        return dict(self.about)[name]

    def to_dict(self) -> dict[str, Any]:
        """Write the call as plain JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Call:
        """Read what :meth:`to_dict` wrote."""
        pairs = {name: tuple((k, v) for k, v in record[name]) for name in _PAIRS & record.keys()}
        return cls(**{**record, **pairs, "media": tuple(record["media"])})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, as it came, and where it is kept.

    Attributes
    ----------
    call
        The request.
    path
        The file that holds the body, with any content encoding (gzip) taken off.
    status
        The HTTP status.
    headers
        The few headers that say something about the content.
    retrieved_at
        When the last byte arrived, in UTC and saying so.
    sha256, size
        Of the body.
    url
        The address, without key.
    """

    call: Call
    path: Path
    status: int
    headers: Pairs
    retrieved_at: datetime
    sha256: str
    size: int
    url: str

    def __post_init__(self) -> None:
        """Raise ``DataError`` for a time that is not in UTC: days would not compare."""
        if self.retrieved_at.utcoffset() != timedelta(0):
            raise DataError(
                f"{self.call.source}, {self.call.note}: the time {self.retrieved_at.isoformat()} "
                "is not in UTC, as 2026-11-22T10:00:00+00:00 is."
            )

    def read(self) -> bytes:
        """Read the whole body.

        Raises
        ------
        DataError
            The file is not what arrived: its checksum differs.
        """
        content = self.path.read_bytes()
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise DataError(
                f"{self.path} is damaged: its checksum is not the one recorded on "
                f"{self.retrieved_at:%Y-%m-%d}. Delete the file; it will be fetched again."
            )
        return content


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer is whole; `then` are further calls that it shows to be needed."""

    then: tuple[Call, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Split:
    """The answer is cut off or refused as too much: its rows are not used, `into` replaces it."""

    into: tuple[Call, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """The source is still working on it: nothing is kept, ask again after some seconds."""

    seconds: float


Verdict = Accepted | Split | Later
