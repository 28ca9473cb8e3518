"""What Comext says instead of data: errors, and keys to answers that will be ready later.

The shapes of errors are only partly on record (2026-09): JSON ``{"error": [{"status", "id",
"label"}]}``, JSON ``{"warning": {"status": 413, "label"}}``, XML faults. All are read by their
words.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import BadAnswer
from tradeflow.sources.http.refusals import plain

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer

OK: Final = 200
_KEY: Final = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_FAULT: Final = re.compile(r"\bfault|\bERR_|EXTRACTION_TOO_BIG", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Notice:
    """Words instead of data.

    Attributes
    ----------
    text
        In one line, shortened.
    status
        The HTTP status, or the one that the words state.
    key
        Under which the answer can be had later; empty if none.
    later
        The source has taken the question and will answer it, key or no key.
    """

    text: str
    status: int
    key: str
    later: bool


def content(answer: Answer) -> bytes:
    """Read the body, gzipped or not.

    Raises
    ------
    BadAnswer
        It is empty, or a damaged gzip.
    """
    body = answer.read()
    try:
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    except (OSError, EOFError, zlib.error) as error:
        raise BadAnswer(f"comext, {answer.call.note}: the compressed answer is damaged.") from error
    if not body.strip():
        raise BadAnswer(f"comext, {answer.call.note}: the answer is empty.")
    return body


def notice(answer: Answer, body: bytes) -> Notice | None:
    """Recognise words instead of data; None if the body is data, or JSON that is cut off."""
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    text = body.decode("utf-8", errors="replace")
    if start == b"{":
        return _json_notice(answer, text)
    if start == b"<":
        return _of(text, answer.status)
    return None if answer.status == OK else _of(text, answer.status)


def _json_notice(answer: Answer, text: str) -> Notice | None:
    try:
        found: Any = json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        return None if answer.status == OK else _of(text, answer.status)
    said = next((found[word] for word in ("error", "warning") if word in found), None)
    if said is None and answer.status == OK:
        return None
    first = said[0] if isinstance(said, list) and said else said
    status = first.get("status") if isinstance(first, dict) else None
    return _of(json.dumps(said or found), status if isinstance(status, int) else answer.status)


def _of(text: str, status: int) -> Notice:
    if _FAULT.search(text):
        return Notice(plain(text), status, key="", later=False)
    key = _KEY.search(text)
    later = key is not None or "asynchron" in text.casefold()
    return Notice(plain(text), status, key[0] if key else "", later)
