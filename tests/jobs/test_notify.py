"""Telling people, with a receiver on loopback; no failure to tell breaks a run or a secret."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import apprise
import pytest

from tradeflow.errors import TradeflowWarning
from tradeflow.jobs.manifest import Manifest
from tradeflow.jobs.notify import notify

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = "# Update 0002-x since 0001-x\n\n## New findings\n\n- **Jammers**, anomalous\n"
SECRET = "hunter2"  # noqa: S105  invented
NEWS = Manifest(run="0002-x", changed=True)


class Receiver:
    """A webhook on loopback that keeps what it is told."""

    def __init__(self) -> None:
        self.status, self.heard = 200, list[dict[str, Any]]()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                receiver.heard.append(json.loads(self.rfile.read(length)))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        port = self.server.server_address[1]
        self.address = f"json://user:{SECRET}@127.0.0.1:{port}/{SECRET}"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    threading.Thread(target=found.server.serve_forever, args=(0.02,), daemon=True).start()
    yield found
    found.server.shutdown()
    found.server.server_close()


def told(manifest: Manifest, addresses: list[str]) -> list[str]:
    """Notify; the warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", TradeflowWarning)
        notify(manifest, PAGE, addresses)
    assert all(issubclass(w.category, TradeflowWarning) for w in caught)
    said = [str(w.message) for w in caught]
    assert SECRET not in "".join(said)
    return said


@pytest.mark.parametrize(
    ("manifest", "title"),
    [
        (NEWS, "tradeflow: Update 0002-x since 0001-x"),
        (Manifest(run="0002-x", exit=75), "tradeflow: Update 0002-x since 0001-x (exit 75)"),
    ],
)
def test_news_and_trouble_are_told(receiver: Receiver, manifest: Manifest, title: str) -> None:
    assert told(manifest, [receiver.address]) == []
    (heard,) = receiver.heard
    assert heard["title"] == title
    assert "## New findings" in heard["message"]
    assert "**Jammers**, anomalous" in heard["message"]


def test_no_news_are_not_told(receiver: Receiver) -> None:
    assert told(Manifest(run="0002-x"), [receiver.address]) == []
    assert told(NEWS, []) == []
    assert receiver.heard == []


def test_every_address_is_told_also_after_one_that_fails(receiver: Receiver) -> None:
    (problem,) = told(NEWS, [f"nonsense://{SECRET}", receiver.address])
    assert problem.startswith("Address 1 of notify (nonsense://***) is none that Apprise knows.")
    assert len(receiver.heard) == 1


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        (f"nonsense://u:{SECRET}@x", "(nonsense://***) is none that Apprise knows"),
        (SECRET, "(***) is none that Apprise knows"),
        (f"json://u:{SECRET}@127.0.0.1:9/{SECRET}", "(json://***) did not take the message"),
    ],
)
@pytest.mark.parametrize("level", [logging.DEBUG, logging.WARNING])
def test_what_fails_is_a_warning_and_nobody_reads_the_address(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    address: str,
    problem: str,
    level: int,
) -> None:
    caplog.set_level(level)
    (said,) = told(NEWS, [address])
    assert problem in said
    assert said.endswith("The run itself stands.")
    assert SECRET not in said + caplog.text + "".join(capfd.readouterr())


def test_a_receiver_that_refuses_is_a_warning(receiver: Receiver) -> None:
    receiver.status = 500
    (said,) = told(NEWS, [receiver.address])
    assert "(json://***) did not take the message" in said


def test_a_fault_in_the_library_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(apprise.Apprise, "notify", fault)
    (said,) = told(NEWS, [f"json://127.0.0.1:9/{SECRET}"])
    assert "failed (RuntimeError)" in said


def test_without_the_library_the_warning_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    (said,) = told(NEWS, [f"json://127.0.0.1:9/{SECRET}"])
    assert "pip install 'tradeflow-monitor[notify]'" in said


def test_loggers_speak_again_afterwards() -> None:
    told(NEWS, [f"nonsense://{SECRET}"])
    assert not logging.getLogger("apprise").disabled
    assert not logging.getLogger("urllib3.connectionpool").disabled
