"""What a status other than 200 means, as a typed error that says what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from tradeflow.errors import KeyRefused, QueryRefused, QuotaExhausted, Throttled, Unreachable
from tradeflow.sources.http.retry_after import seconds_to_wait
from tradeflow.sources.http.secrets import scrub

if TYPE_CHECKING:
    from collections.abc import Iterable

    import requests

    from tradeflow.sources.http.quota import Quota

UNAUTHORIZED, FORBIDDEN, TOO_MANY, SERVER_FAULT = 401, 403, 429, 500
EXCERPT: Final = 300
READ: Final = 4096


def raise_for_status(
    response: requests.Response, words: str, *, quota: Quota, secrets: Iterable[str]
) -> NoReturn:
    """Raise the error that fits the status and the words of the answer.

    Raises
    ------
    Throttled
        429, or a server's fault with a time to come back.
    Unreachable
        Another fault of the server.
    QuotaExhausted
        403 that speaks of a quota; the ledger remembers until when.
    KeyRefused
        401, or any other 403.
    QueryRefused
        Any other status.
    """
    status, now = response.status_code, quota.clock.now()
    body = excerpt(response, secrets)
    wait = seconds_to_wait(response.headers, body, now=now)
    said = f"{words}: the source answered {status}: {body or '(no words)'}"
    if status == TOO_MANY or (status >= SERVER_FAULT and "Retry-After" in response.headers):
        raise Throttled(said, seconds=wait)
    if status >= SERVER_FAULT:
        raise Unreachable(f"{said} Try again later.")
    if status == FORBIDDEN and "quota" in body.casefold():
        quota.close(wait)
        raise QuotaExhausted(
            f"{said} Run the same command again in {wait / 3600:.1f} hours.", seconds=wait
        )
    if status in {UNAUTHORIZED, FORBIDDEN}:
        raise KeyRefused(f"{said} Check the key, or leave it out where it is not needed.")
    raise QueryRefused(f"{said} Asking again would not help: the question must change.")


def excerpt(response: requests.Response, secrets: Iterable[str]) -> str:
    """Read the beginning of an answer as one line of text without tags and secrets."""
    text = next(response.iter_content(READ), b"").decode("utf-8", errors="replace")
    return plain(scrub(text, secrets))


def plain(text: str) -> str:
    """Shorten text to one line without tags."""
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE)
    line = " ".join(bare.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT] + " …"
