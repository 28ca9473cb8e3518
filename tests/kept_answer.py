"""Answers written by hand, as if they had come and were kept."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tradeflow.sources.call import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Call

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def kept(
    folder: Path,
    call: Call,
    content: object,
    *,
    status: int = 200,
    at: datetime = NOW,
    base: str = "https://source.test",
) -> Answer:
    """An answer whose body is `content`, as it is if bytes, else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    digest = hashlib.sha256(body).hexdigest()
    path = folder / digest
    path.write_bytes(body)
    return Answer(call, path, status, (), at, digest, len(body), f"{base}{call.target}")
