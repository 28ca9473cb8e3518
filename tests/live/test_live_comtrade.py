"""Comtrade itself: one small call per assumption that no recording settles.

Run with ``TRADEFLOW_LIVE=1`` and a network; calls that need a key are left out without one.
Nothing is stored, and a failure says which statement of the documentation must change.
"""

from __future__ import annotations

import os
import time
from typing import Any, Final

import pytest
import requests

from tradeflow.sources.comtrade.fields import FINAL, TARIFFLINE
from tradeflow.sources.comtrade.notes import STOPS
from tradeflow.sources.comtrade.reference import check_reference
from tradeflow.sources.comtrade.source import SOURCE
from tradeflow.sources.http.session import Session
from tradeflow.store.releases import Releases

LIVE: Final = os.environ.get("TRADEFLOW_LIVE") == "1"
KEY: Final = os.environ.get("TRADEFLOW_COMTRADE_KEY", "")
BASE: Final = "https://comtradeapi.un.org"
CHIPS: Final = {
    "reporterCode": "156",
    "period": "202412",
    "partnerCode": "643",
    "cmdCode": "854231",
    "flowCode": "X",
    "includeDesc": "true",
}

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif(not LIVE, reason="asks the real Comtrade; set TRADEFLOW_LIVE=1"),
]
keyed = pytest.mark.skipif(not KEY, reason="set TRADEFLOW_COMTRADE_KEY")


def get(path: str, **params: str) -> requests.Response:
    time.sleep(1.2 if path.startswith("/public") else 6.0)
    headers = {"Ocp-Apim-Subscription-Key": KEY} if KEY and not path.startswith("/public") else {}
    return requests.get(BASE + path, params=params, headers=headers, timeout=120)


def rows(path: str, **params: str) -> list[dict[str, Any]]:
    answer = get(path, **params)
    assert answer.status_code == 200, answer.text[:300]
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def test_getda_without_a_period_lists_all_months_and_china_ends_where_we_say() -> None:
    found = rows("/public/v1/getDa/C/M/HS", reporterCode="156")
    assert len(found) > 100
    assert max(str(row["period"]) for row in found) == STOPS["CHN"].last


def test_a_period_stands_once_in_getda() -> None:
    periods = [row["period"] for row in rows("/public/v1/getDa/C/M/HS", reporterCode="156")]
    assert len(periods) == len(set(periods))


def test_the_fields_of_the_preview_are_the_47() -> None:
    (row,) = rows("/public/v1/preview/C/M/HS", **CHIPS, breakdownMode="classic")
    assert {name.casefold() for name in row} == {name.casefold() for name in FINAL}


def test_classic_gives_totals_alone() -> None:
    found = rows("/public/v1/preview/C/M/HS", **CHIPS, breakdownMode="classic")
    assert [(r["customsCode"], r["motCode"], r["partner2Code"]) for r in found] == [("C00", 0, 0)]


def test_what_comes_if_no_breakdown_is_named() -> None:
    classic = rows("/public/v1/preview/C/M/HS", **CHIPS, breakdownMode="classic")
    unnamed = rows("/public/v1/preview/C/M/HS", **CHIPS)
    assert len(unnamed) >= len(classic)


def test_several_periods_are_refused_by_the_preview() -> None:
    answer = get("/public/v1/preview/C/M/HS", **CHIPS | {"period": "202411,202412"})
    assert answer.status_code == 400
    assert "Maximum number of periods" in answer.text


def test_count_only_works_without_a_key() -> None:
    answer = get("/public/v1/preview/C/M/HS", **CHIPS, countOnly="true").json()
    assert answer["count"] >= 1
    assert not answer["data"]


def test_a_six_digit_code_brings_its_national_codes() -> None:
    found = rows("/public/v1/previewTariffline/C/M/HS", **CHIPS)
    assert found
    assert all(row["cmdCode"].startswith("854231") for row in found)
    assert {name.casefold() for name in found[0]} == {name.casefold() for name in TARIFFLINE}


def test_the_reference_files_agree_with_our_tables(tmp_path: Any) -> None:  # noqa: ANN401
    session = Session(SOURCE, ledger=tmp_path / "ledger")
    assert check_reference(session, Releases(tmp_path / "releases")).rows() == []


@keyed
def test_thirteen_periods_are_too_many() -> None:
    months = ",".join(f"2023{month:02}" for month in range(1, 13)) + ",202401"
    answer = get("/data/v1/get/C/M/HS", **CHIPS | {"period": months})
    assert answer.status_code == 400


@keyed
def test_the_key_in_the_header_is_enough() -> None:
    assert rows("/data/v1/get/C/M/HS", **CHIPS, breakdownMode="classic")


@keyed
def test_an_asynchronous_request_is_granted_with_202() -> None:
    answer = get("/async/v1/get/C/M/HS", **CHIPS)
    assert answer.status_code == 202
    assert answer.json()["requestId"]
