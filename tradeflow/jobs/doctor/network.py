"""What the environment says about the network: proxies and certificates."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from urllib.request import getproxies

from tradeflow.jobs.doctor.check import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

BUNDLES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables that name a file, or folder, of certificates."""

_PROXIED: Final = ("http", "https", "all")
_SPOKEN: Final = ("http", "https")
_SOCKS: Final = ("socks4", "socks4a", "socks5", "socks5h")


def network() -> Iterator[Check]:
    """Look at proxies and certificates; nobody is asked, and no password is shown."""
    set_ = {kind: url for kind, url in getproxies().items() if kind in _PROXIED and url}
    checks = [_proxy(kind, url) for kind, url in sorted(set_.items())]
    checks += [_bundle(name) for name in BUNDLES if os.environ.get(name)]
    yield from checks or [Check("network", "ok", "no proxy is set: sources are asked directly")]


def _proxy(kind: str, url: str) -> Check:
    name = f"proxy {kind}"
    variable = f"{kind.upper()}_PROXY"
    address = urlsplit(url if "://" in url else f"http://{url}")
    remedy = f"Set {variable} to an address such as http://host:3128, or unset it."
    try:
        where = f"{address.hostname}:{address.port}" if address.port else address.hostname
    except ValueError:
        where = None
    if not where or address.scheme not in (*_SPOKEN, *_SOCKS):
        return Check(name, "bad", f"{variable} holds no address of a proxy", remedy)
    if address.scheme in _SOCKS and find_spec("socks") is None:
        found = f"{variable} names a SOCKS proxy, {where}, and PySocks is not installed"
        return Check(name, "bad", found, "pip install 'requests[socks]'")
    found = f"sources are asked through {where} ({variable})"
    return Check(name, "ok", found, f"If nothing is reached: unset {variable}, or set NO_PROXY.")


def _bundle(variable: str) -> Check:
    place = os.environ[variable]
    if Path(place).exists():
        return Check("certificates", "ok", f"from {place} ({variable})")
    found = f"{variable} names {place}, and there is no such file: no source can be asked"
    return Check("certificates", "bad", found, f"Unset {variable}, or correct it.")
