"""One request over HTTP: paced, counted, bounded, and checked before anybody reads it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from tradeflow.errors import BadAnswer, KeyRefused, Unreachable, UsageError
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.http.quota import Quota
from tradeflow.sources.http.refusals import raise_for_status
from tradeflow.sources.http.secrets import LOGS, scrub, scrub_error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from tradeflow.sources.call import Call, Pairs
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.source import Source

BLOCK: Final = 2**16
REDIRECTS: Final = 5
CONNECT_TIMEOUT: Final = 15.0
LONGEST_BODY: Final = 1800.0  # seconds for one body, however slowly it trickles
KEPT_HEADERS: Final = ("content-type", "content-disposition", "etag", "last-modified", "location")
OK: Final = 200
MOVED: Final = frozenset({301, 302, 303, 307, 308})
USER_AGENT: Final = "tradeflow-monitor (trade statistics for research; python-requests)"

_OF_PROXIES: Final = (
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidSchema,  # SOCKS without the library for it
)


@dataclass(frozen=True, slots=True)
class Received:
    """What one request brought, apart from the body itself."""

    status: int
    headers: Pairs
    url: str
    sha256: str
    size: int
    at: datetime


class Session:
    """Asks one source, one call at a time.

    Parameters
    ----------
    source
        Whom to ask.
    ledger
        Folder of the ledger of calls.
    key
        The user's key; read from the environment variable that the source names if None.
    base
        Another base address; read from ``TRADEFLOW_<NAME>_URL`` if None.
    clock
        What the time is.

    Raises
    ------
    KeyRefused
        The source needs a key and none is there.
    """

    def __init__(
        self,
        source: Source,
        *,
        ledger: Path,
        key: str | None = None,
        base: str | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.source = source
        self.clock = clock or SystemClock()
        self._key = _checked(key or "", "key=") or key_of(source)
        self._base = (base or os.environ.get(_url_variable(source)) or source.base).rstrip("/")
        self._secrets = () if self._key is None else (self._key,)
        if self._key is not None:
            LOGS.hide(self._key)
        # calls with a key and without one are granted, and counted, apart
        account = f"{source.name}-keyed" if self.keyed else source.name
        self.quota = Quota(ledger, account, source.limits.quota(keyed=self.keyed), clock=self.clock)
        self._next = 0.0
        self._http = requests.Session()
        self._http.headers["User-Agent"] = USER_AGENT
        require_key(source, self._key)

    @property
    def keyed(self) -> bool:
        """Whether a key is sent."""
        return self._key is not None

    def hide_key(self, error: BaseException) -> None:
        """Take the key out of the words of an error: some answers repeat it."""
        scrub_error(error, self._secrets)

    def ask(self, call: Call, into: BinaryIO) -> Received:
        """Send one request and write the body of the answer to `into`.

        Raises
        ------
        Unreachable
            No answer, or not all of it; asking again may help.
        BadAnswer
            The answer has another type or size than documented; asking again may help.
        QuotaExhausted, KeyRefused, QueryRefused
            Asking again would not help now.
        """
        self.quota.check()
        self._keep_pace()
        self.quota.count()
        try:
            with self._send(call) as response:
                return self._take(call, response, into)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            # `from None`: the library's own message and its traceback hold the address
            kind = type(error).__name__
            raise Unreachable(
                f"{self._words(call)}: the connection failed ({kind}: "
                f"{_meaning(error)}). Check the network, or try again later."
            ) from None

    def _words(self, call: Call) -> str:
        return f"{self.source.name}, {call.note or call.path}"

    def _keep_pace(self) -> None:
        wait = self._next - self.clock.elapsed()
        if wait > 0:
            self.clock.sleep(wait)
        self._next = self.clock.elapsed() + self.source.limits.pace(keyed=self.keyed)

    def _send(self, call: Call) -> requests.Response:
        url, params, headers = self._base + call.path, list(call.params), dict(call.headers)
        if self._key is not None and self.source.key is not None:
            if self.source.key.header:
                headers[self.source.key.header] = self._key
            elif self.source.key.param:
                params.append((self.source.key.param, self._key))
        response = self._get(url, params, headers)
        for _ in range(REDIRECTS):
            if response.status_code not in MOVED - self.source.listens:
                return response
            url = self._same_host(call, response)
            response.close()
            response = self._get(url, [], headers)
        response.close()
        raise BadAnswer(f"{self._words(call)}: the source sends us in circles (redirects).")

    def _get(
        self, url: str, params: list[tuple[str, str]], headers: dict[str, str]
    ) -> requests.Response:
        try:
            return self._http.get(
                url,
                params=params,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT, self.source.limits.timeout),
            )
        except requests.RequestException:
            raise
        except OSError:  # a file of certificates that is not there; the disk is not to blame
            raise UsageError(
                f"{self.source.name} cannot be asked: the certificates that REQUESTS_CA_BUNDLE or "
                "CURL_CA_BUNDLE names cannot be read. `tradeflow doctor` says which."
            ) from None

    def _same_host(self, call: Call, response: requests.Response) -> str:
        target = urljoin(response.url, response.headers.get("Location", ""))
        if urlsplit(target)[:2] != urlsplit(response.url)[:2]:
            response.close()
            raise BadAnswer(
                f"{self._words(call)}: the source sends us to {urlsplit(target).netloc!r}, another "
                "place; we do not follow."
            )
        return target

    def _take(self, call: Call, response: requests.Response, into: BinaryIO) -> Received:
        if response.status_code != OK and response.status_code not in self.source.listens:
            raise_for_status(response, self._words(call), quota=self.quota, secrets=self._secrets)
        if response.status_code == OK:
            _check_media(call, response, self._words(call))
        digest, size = hashlib.sha256(), 0
        for block in self._blocks(call, response):
            into.write(block)
            digest.update(block)
            size += len(block)
        return Received(
            status=response.status_code,
            headers=tuple(
                (name, scrub(response.headers[name], self._secrets))
                for name in KEPT_HEADERS
                if name in response.headers
            ),
            url=scrub(response.url, self._secrets),
            sha256=digest.hexdigest(),
            size=size,
            at=self.clock.now(),
        )

    def _blocks(self, call: Call, response: requests.Response) -> Iterator[bytes]:
        start, size = self.clock.elapsed(), 0
        for block in response.iter_content(BLOCK):
            size += len(block)
            if size > call.max_bytes:
                raise BadAnswer(
                    f"{self._words(call)}: more than {call.max_bytes:,} bytes arrived; that is no "
                    "answer of this kind."
                )
            if self.clock.elapsed() - start > LONGEST_BODY:
                raise Unreachable(f"{self._words(call)}: the answer arrives too slowly.")
            yield block


def key_of(source: Source) -> str | None:
    """Read the key of a source from the environment; None if there is none."""
    if source.key is None:
        return None
    return _checked(os.environ.get(source.key.variable, ""), source.key.variable)


def _checked(key: str, name: str) -> str | None:
    """Return a key without the blanks around it; None if nothing is left."""
    found = key.strip()
    if any(not 0x21 <= ord(sign) <= 0x7E for sign in found):  # noqa: PLR2004  printable ASCII
        raise UsageError(f"{name} holds blanks or signs that no key has. Copy it again.")
    return found or None


def require_key(source: Source, key: str | None) -> None:
    """Raise if the source needs a key and none is there."""
    if key is None and source.key is not None and source.key.needed:
        raise KeyRefused(
            f"{source.name} needs a key, and {source.key.variable} is not set. {source.key.how}"
        )


def _url_variable(source: Source) -> str:
    return f"TRADEFLOW_{source.name.upper()}_URL"


def _check_media(call: Call, response: requests.Response, words: str) -> None:
    found = response.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if found in call.media or (not found and "" in call.media):
        return
    what = "a web page instead of data (maintenance?)" if found == "text/html" else repr(found)
    raise BadAnswer(f"{words}: the source sent {what}; {' or '.join(call.media)} was expected.")


def _meaning(error: Exception) -> str:
    if isinstance(error, _OF_PROXIES):
        return "the proxy of the environment does not serve, see `tradeflow doctor`"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer broke off"
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return "the answer is compressed and damaged"
    return "no connection"
