"""Telling people what an update found: webhook, mail and others, through the library Apprise."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tradeflow.errors import TradeflowWarning
from tradeflow.jobs.settings import hidden

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.jobs.manifest import Manifest

CHATTY: Final = ("apprise", "urllib3.connectionpool")
"""Loggers that would write addresses, with their passwords."""


def notify(manifest: Manifest, page: str, addresses: Sequence[str]) -> None:
    """Send the diff to every address, if something changed or the run did not end well.

    Whatever goes wrong is a warning, since the run itself stands.

    Parameters
    ----------
    manifest
        The run.
    page
        Its diff as Markdown; the first line is the title.
    addresses
        As Apprise writes them, such as ``mailto://…`` or ``json://…``; they are secrets.

    Warns
    -----
    TradeflowWarning
        An address did not take the message, or Apprise is not installed.
    """
    if not addresses or not (manifest.changed or manifest.exit):
        return
    first, _, body = page.partition("\n")
    end = f" (exit {manifest.exit})" if manifest.exit else ""
    title = f"tradeflow: {first.lstrip('# ')}{end}"
    for number, address in enumerate(addresses, 1):
        if problem := _send(address, title, body.strip()):
            warnings.warn(
                f"Address {number} of notify ({hidden(address)}) {problem} The run itself stands.",
                TradeflowWarning,
                stacklevel=2,
            )


def _send(address: str, title: str, body: str) -> str:
    """Send one message; what went wrong, empty if nothing did."""
    try:
        import apprise
    except ModuleNotFoundError:
        return "needs Apprise: pip install 'tradeflow-monitor[notify]'."
    with _silence():
        try:
            sender = apprise.Apprise()
            if not sender.add(address):
                return "is none that Apprise knows."
            sent = sender.notify(body, title, body_format=apprise.NotifyFormat.MARKDOWN)
        except Exception as error:  # noqa: BLE001  a fault in somebody's plugin must not end a run
            return f"failed ({type(error).__name__})."
    return "" if sent else "did not take the message: try `apprise --verbose` with it."


@contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in CHATTY]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        with warnings.catch_warnings(action="ignore"):  # the library's own, of no use to a user
            yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled
