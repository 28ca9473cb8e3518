"""What Comtrade lets one user do, as documented and as clients saw it in 2026."""

from __future__ import annotations

from typing import Final

from tradeflow.sources.source import Key, Limits

VARIABLE: Final = "TRADEFLOW_COMTRADE_KEY"
HOW_KEY: Final = (
    "A key is free: sign up at https://comtradedeveloper.un.org, subscribe to the product "
    f"'comtrade - v1', and set {VARIABLE}."
)

# Keyless: about one request a second. Keyed: ten a minute is what the slower clients keep to.
LIMITS: Final = Limits(interval=1.1, keyed_interval=6.0, keyed_per_day=500, timeout=120.0)

KEY: Final = Key(VARIABLE, header="Ocp-Apim-Subscription-Key", how=HOW_KEY)
