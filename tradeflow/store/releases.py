"""Raw answers and ingested files: kept once, unchanged, with a record of where they came from.

``releases/<source>/<date>/<sha256>`` is the content; ``<call>-<time>-<sha256>.json`` is the
origin record, written last. Content without a record was never finished and counts for nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tradeflow.errors import DataError, OutputError, TradeflowError
from tradeflow.files import PART, sweep, write_whole
from tradeflow.sources.call import Answer, Call

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.sources.http.session import Received

RECORD_VERSION: Final = 1
RELEASED: Final = "released"
"""What a record's call says of the day on which an ingested file was released."""

SHORT: Final = 16  # digits of the checksum in a record's name
MOMENT: Final = "%Y%m%dT%H%M%S%f"  # the time in a record's name
ONE_DAY: Final = timedelta(days=1)  # clocks of two machines may differ a little


@dataclass(slots=True)
class Releases:
    """The answers of all sources under one folder.

    Attributes
    ----------
    folder
        The folder ``releases``; it is made when the first answer is kept.
    fresh_since
        Answers retrieved earlier are not offered to a plan; None offers all.
    any_age
        Offer every answer, also where its source has changed its data since.
    now
        The moment of asking: answers that seem to come from later were kept under a clock that
        ran ahead, and are offered last, and only if any age will do. None trusts every clock.
    only
        Checksums of the answers to offer; None offers all.
    """

    folder: Path
    fresh_since: datetime | None = None
    any_age: bool = False
    now: datetime | None = None
    only: frozenset[str] | None = None
    _records: dict[str, dict[str, list[Path]]] = field(default_factory=dict, repr=False)

    def held(self, call: Call) -> Answer | None:
        """Return the latest kept answer to a call that is fresh enough, or None."""
        for path in self._offered(call):
            answer = read_record(path)
            if self.only is not None and answer.sha256 not in self.only:
                continue
            if answer.path.exists() and answer.path.stat().st_size == answer.size:
                since = self._since(call)
                stale = since is not None and answer.retrieved_at < since
                stale |= self._ahead(path) and not self.any_age
                # the same request may stand for another question today: what the call says about
                # itself is the asker's
                return None if stale else replace(answer, call=call)
        return None

    def _offered(self, call: Call) -> list[Path]:
        """Records of a call, the latest first; those of a clock that ran ahead come last."""
        held = self._index(call.source).get(call.id, [])
        return sorted(held, key=lambda path: (not self._ahead(path), _when(path)), reverse=True)

    def _ahead(self, record: Path) -> bool:
        return self.now is not None and _when(record) > f"{self.now + ONE_DAY:{MOMENT}}"

    def _since(self, call: Call) -> datetime | None:
        """From when on an answer stands: as the source says, else as patience says."""
        if self.any_age:
            return None
        if call.newer_than is not None:
            return datetime.fromisoformat(call.newer_than)
        return self.fresh_since

    def all_answers(self, source: str) -> Iterator[Answer]:
        """Give every answer of a source, in the order in which they were known."""
        paths = (path for paths in self._index(source).values() for path in paths)
        found = map(read_record, paths)
        yield from sorted(found, key=lambda a: (known_day(a), a.retrieved_at, a.call.id))

    @contextmanager
    def incoming(self, source: str) -> Iterator[Incoming]:
        """Make room for one answer; it is gone afterwards unless it was kept."""
        room = self.folder / ".incoming"
        path = room / f".{os.getpid()}-{secrets.token_hex(4)}{PART}"
        try:
            room.mkdir(parents=True, exist_ok=True)
            sweep(room)
            with path.open("w+b") as file:
                yield Incoming(self, source, path, file)
        except TradeflowError:
            raise
        except OSError as error:
            raise OutputError(
                f"{self.folder}: an answer cannot be kept: {error.strerror}. What was kept before "
                "is whole; free some room or choose another folder, and run the command again."
            ) from error
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _index(self, source: str) -> dict[str, list[Path]]:
        if source not in self._records:
            found: dict[str, list[Path]] = {}
            for path in sorted((self.folder / source).glob("*/*-*.json"), key=_when):
                found.setdefault(path.name.partition("-")[0], []).append(path)
            self._records[source] = found
        return self._records[source]

    def place(self, source: str, sha256: str, day: str) -> Path:
        """Say where content lies, or is to lie if nobody holds it yet."""
        for path in sorted((self.folder / source).glob(f"*/{sha256}")):
            return path
        return self.folder / source / day / sha256

    def remember(self, call: Call, record: Path) -> None:
        """Add a new record to what is known."""
        self._index(call.source).setdefault(call.id, []).append(record)


@dataclass(slots=True)
class Incoming:
    """One answer on its way."""

    releases: Releases
    source: str
    path: Path
    file: BinaryIO

    def empty(self) -> None:
        """Throw away what arrived, for another try."""
        self.file.seek(0)
        self.file.truncate()

    def preview(self, call: Call, received: Received) -> Answer:
        """Show the answer while it is not kept yet."""
        self.file.flush()
        return _answer(call, self.path, received)

    def keep(self, call: Call, received: Received) -> Answer:
        """Keep the answer for good: content first, then its record."""
        self.file.flush()
        os.fsync(self.file.fileno())
        day = f"{received.at:%Y-%m-%d}"
        place = self.releases.place(self.source, received.sha256, day)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(place)
        answer = _answer(call, place, received)
        name = f"{call.id}-{received.at:{MOMENT}}-{received.sha256[:SHORT]}.json"
        record = self.releases.folder / self.source / day / name
        write_whole(record, _record(answer, record.parent))
        self.releases.remember(call, record)
        return answer


def known_day(answer: Answer) -> date:
    """Day from which a release counts as known: as a person said, else when it was retrieved."""
    told = dict(answer.call.about).get(RELEASED)
    return answer.retrieved_at.date() if told is None else date.fromisoformat(told)


def read_record(path: Path) -> Answer:
    """Read an origin record.

    Raises
    ------
    DataError
        The record is damaged.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Answer(
            call=Call.from_dict(record["call"]),
            path=(path.parent / record["content"]).resolve(),
            status=record["status"],
            headers=tuple((name, value) for name, value in record["headers"]),
            retrieved_at=datetime.fromisoformat(record["retrieved_at"]),
            sha256=record["sha256"],
            size=record["size"],
            url=record["url"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(
            f"{path} is damaged: it is no origin record. Move it away; its call will be made again."
        ) from error


def _answer(call: Call, path: Path, received: Received) -> Answer:
    return Answer(
        call=call,
        path=path,
        status=received.status,
        headers=received.headers,
        retrieved_at=received.at,
        sha256=received.sha256,
        size=received.size,
        url=received.url,
    )


def _record(answer: Answer, folder: Path) -> bytes:
    record: dict[str, Any] = {
        "record_version": RECORD_VERSION,
        "source": answer.call.source,
        "url": answer.url,
        "status": answer.status,
        "headers": answer.headers,
        "retrieved_at": answer.retrieved_at.isoformat(),
        "sha256": answer.sha256,
        "size": answer.size,
        "content": os.path.relpath(answer.path, folder),
        "call": answer.call.to_dict(),
    }
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()


def _when(record: Path) -> str:
    return record.name.split("-")[1]


def sha256_of(path: Path) -> str:
    """Checksum of a file, in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
