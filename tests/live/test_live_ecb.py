"""One small call per open question about the European Central Bank's rates."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tradeflow.flows.rates import fetch_rates
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.call import Accepted, Answer
from tradeflow.sources.ecb.plan import CURRENCIES, rates_call
from tradeflow.sources.ecb.rates import parse_rates
from tradeflow.sources.ecb.source import SOURCE
from tradeflow.sources.http.session import Session
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Call

pytestmark = pytest.mark.live

SIX_DECIMALS = 1e-6


def live(call: Call, folder: Path) -> Answer:
    session = Session(SOURCE, ledger=folder / "ledger")
    with Releases(folder / "releases").incoming(SOURCE.name) as incoming:
        return incoming.keep(call, session.ask(call, incoming.file))


def test_all_currencies_in_one_call_as_packaged(tmp_path: Path) -> None:
    rates = fetch_rates(since="2020-01", until="2020-02", home=tmp_path, backend="polars")
    assert rates.height == 2 * len(CURRENCIES)
    dollars = rates.filter(currency="USD", month="2020-01")["units_per_eur"][0]
    assert dollars == pytest.approx(1.1100363636364)
    assert usd_per_unit("EUR", date(2020, 1, 1)) == pytest.approx(dollars, abs=SIX_DECIMALS)


def test_a_suspended_currency_has_empty_lines_or_none(tmp_path: Path) -> None:
    call = rates_call(("RUB", "USD"), date(2022, 1, 1), date(2022, 6, 1))
    answer = live(call, tmp_path)
    assert SOURCE.judge(answer) == Accepted()
    months = parse_rates([answer]).filter(currency="RUB")["month"].to_list()
    assert months[:2] == ["2022-01", "2022-02"]
    assert len(months) < 6


def test_an_empty_selection_is_404_without_a_web_page(tmp_path: Path) -> None:
    answer = live(rates_call(("RUB",), date(2023, 1, 1), date(2023, 2, 1)), tmp_path)
    assert answer.status in {200, 404}
    assert parse_rates([answer]).is_empty()
