"""A server on loopback that plays a source, and can be told to misbehave.

A fake of a source derives from :class:`Fake` and says in ``answer`` what the source's
specification says. What it serves is generated unless its module says otherwise.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

HTML = b"<!DOCTYPE html><html><title>Maintenance</title><body>We are back soon.</body></html>"


@dataclass(frozen=True)
class Request:
    path: str
    params: tuple[tuple[str, str], ...]
    headers: dict[str, str]

    def get(self, name: str, default: str = "") -> str:
        """One parameter, whatever the case of its name."""
        return next((v for k, v in self.params if k.casefold() == name.casefold()), default)

    def all(self, name: str) -> list[str]:
        return [v for k, v in self.params if k.casefold() == name.casefold()]


@dataclass
class Reply:
    body: bytes = b""
    status: int = 200
    media: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None  # send only so many bytes, then close
    wait: float = 0.0
    gzipped: bool = False


def as_json(value: object) -> Reply:
    return Reply(json.dumps(value).encode())


def _half(reply: Reply) -> Reply:
    return Reply(reply.body, reply.status, reply.media, reply.headers, cut=len(reply.body) // 2)


def _longer(reply: Reply) -> Reply:
    headers = {**reply.headers, "Content-Length": str(len(reply.body) + 100)}
    return Reply(reply.body, reply.status, reply.media, headers)


# What any server may do to any answer. Each either passes when asked again, or ends in an error.
FAULTS: dict[str, Callable[[Reply], Reply]] = {
    "time-out": lambda r: Reply(r.body, wait=3.0),
    "reset in mid-body": _half,
    "truncated body": lambda r: Reply(r.body[: len(r.body) // 2], 200, r.media),
    "wrong length": _longer,
    "HTML with 200": lambda _: Reply(HTML, media="text/html; charset=utf-8"),
    "empty body": lambda r: Reply(b"", 200, r.media),
    "500": lambda _: Reply(b'{"message":"Internal server error"}', 500),
    "503 HTML": lambda _: Reply(HTML, 503, "text/html"),
    "429": lambda _: Reply(
        b'{"statusCode":429,"message":"Rate limit is exceeded. Try again in 1 seconds."}',
        429,
        headers={"Retry-After": "1"},
    ),
    "redirect loop": lambda _: Reply(b"", 302, headers={"Location": "/again"}),
}


class Fake:
    """A source on loopback.

    Attributes
    ----------
    requests
        What was asked, in order.
    fault_of
        Given the number of a request (from 1), the name of a fault in FAULTS, or None.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.fault_of: Callable[[int], str | None] = lambda _: None
        self.url = ""

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def reply(self, request: Request) -> Reply:
        if request.path == "/again":
            return FAULTS["redirect loop"](Reply())
        self.requests.append(request)
        fault = self.fault_of(len(self.requests))
        reply = self.answer(request)
        return FAULTS[fault](reply) if fault else reply

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(fake: Fake) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every answer waits 40 ms for an acknowledgement

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            params = tuple(parse_qsl(parts.query, keep_blank_values=True))
            self._send(fake.reply(Request(parts.path, params, dict(self.headers.items()))))

        def _send(self, reply: Reply) -> None:
            time.sleep(reply.wait)
            body = gzip.compress(reply.body) if reply.gzipped else reply.body
            headers = {"Content-Type": reply.media, "Content-Length": str(len(body))}
            if reply.gzipped:
                headers["Content-Encoding"] = "gzip"
            self.send_response(reply.status)
            for name, value in {**headers, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body if reply.cut is None else body[: reply.cut])
            except OSError:
                return  # the client has gone
            if reply.cut is not None or "Content-Length" in reply.headers:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class StepClock:
    """A clock that only moves when somebody sleeps."""

    def __init__(self, start: datetime = datetime(2026, 11, 1, tzinfo=UTC)) -> None:
        self.start, self.passed = start, 0.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.passed)

    def elapsed(self) -> float:
        return self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds
