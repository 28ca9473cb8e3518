"""Keys appear in no file, log, message or address that anybody sees."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

HIDDEN = "***"


def scrub(text: str, secrets: Iterable[str]) -> str:
    """Replace every secret, plain or as written in an address.

    Examples
    --------
    >>> scrub("https://example.org/?key=a%2Fb", ["a/b"])
    'https://example.org/?key=***'
    """
    for secret in secrets:
        for form in {secret, quote(secret, safe=""), quote_plus(secret)} - {""}:
            text = text.replace(form, HIDDEN)
    return text


def scrub_error(error: BaseException, secrets: Iterable[str]) -> None:
    """Replace every secret in the words of an error and of those that it came from."""
    known, one = tuple(secrets), error
    while known:
        one.args = tuple(scrub(word, known) if isinstance(word, str) else word for word in one.args)
        source = one.__cause__ or one.__context__
        if source is None:
            return
        one = source


class Scrubber(logging.Filter):
    """Takes secrets out of the log records of the library that speaks HTTP."""

    def __init__(self) -> None:
        super().__init__()
        self._secrets: set[str] = set()

    def hide(self, secret: str) -> None:
        """From now on, hide this one too."""
        self._secrets.add(secret)
        for name in ("urllib3.connectionpool", "urllib3.util.retry", "requests"):
            logging.getLogger(name).addFilter(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; keep it."""
        record.msg, record.args = scrub(record.getMessage(), self._secrets), ()
        return True


LOGS = Scrubber()
