"""Exchange rates: planned, judged, read, kept and used."""

from __future__ import annotations

import csv
import hashlib
import random
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_ecb import HEADER, line
from mutation import mutate

from tradeflow.errors import (
    BadAnswer,
    InputFileError,
    QueryRefused,
    ResponseChanged,
    TradeflowError,
    UsageError,
)
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.call import Accepted, Answer
from tradeflow.sources.ecb.plan import CURRENCIES, plan_rates, rates_call
from tradeflow.sources.ecb.rates import parse_rates, read_rates
from tradeflow.sources.ecb.source import SOURCE
from tradeflow.sources.ecb.table import KNOWN

if TYPE_CHECKING:
    from tradeflow.sources.call import Call

REAL = Path(__file__).parents[2] / "fixtures/ecb/usd_2020.csv"
JANUARY_2020 = 1.1100363636364  # US dollars per euro, as the Bank answered
SIX_DECIMALS = 5e-7
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TWO = rates_call(("RUB", "USD"), date(2022, 1, 1), date(2022, 4, 1))
LINES = [
    *(line("RUB", "2022-01", "86.4"), line("RUB", "2022-02", "88.1")),
    *(line("RUB", "2022-03", ""), line("RUB", "2022-04", "")),
    *(line("USD", "2022-01", "1.1314"), line("USD", "2022-02", "1.1342")),
    *(line("USD", "2022-03", "1.1019"), line("USD", "2022-04", "1.0819")),
]


def body(*rows: list[str], header: list[str] = HEADER) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    return text.getvalue().encode()


def answer(folder: Path, content: bytes, call: Call = TWO, status: int = 200) -> Answer:
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    path.write_bytes(content)
    return Answer(
        call=call,
        path=path,
        status=status,
        headers=(),
        retrieved_at=NOW,
        sha256=digest,
        size=len(content),
        url="",
    )


def test_the_plan_is_one_call_for_all_currencies() -> None:
    plan = plan_rates(since="2020-01", until="2020-05", today=date(2026, 11, 22))
    (call,) = plan.calls
    assert call.target == (
        "/service/data/EXR/M.USD+CNY+HKD+GBP+JPY+KRW+TRY+CHF.EUR.SP00.A"
        "?format=csvdata&startPeriod=2020-01&endPeriod=2020-05"
    )
    assert plan.rows == 5 * len(CURRENCIES)
    assert plan.explain().startswith("Monthly rates of the euro in USD, CNY, HKD")


def test_the_plan_reaches_to_the_last_whole_month() -> None:
    (call,) = plan_rates(today=date(2026, 11, 22)).calls
    assert (call.told("since"), call.told("until")) == ("2012-01", "2026-10")
    with pytest.raises(UsageError, match="kept from 2012-01"):
        plan_rates(since="2011-12", today=date(2026, 11, 22))


def test_the_real_answer_read_exactly() -> None:
    rates = read_rates(REAL)
    assert rates.rows()[0] == ("USD", "2020-01", JANUARY_2020)
    assert rates.height == 5


def test_the_real_answer_is_what_the_packaged_table_holds() -> None:
    for _, month, rate in read_rates(REAL).iter_rows():
        packaged = usd_per_unit("EUR", date.fromisoformat(f"{month}-01"))
        assert packaged == pytest.approx(rate, abs=SIX_DECIMALS)


def test_every_column_of_the_real_header_is_known() -> None:
    assert set(HEADER) == KNOWN


def test_a_suspended_currency_has_no_rate_and_the_others_are_read(tmp_path: Path) -> None:
    found = answer(tmp_path, body(*LINES))
    assert SOURCE.judge(found) == Accepted()
    rates = parse_rates([found])
    assert rates.select("currency", "month").rows() == [
        *(("RUB", "2022-01"), ("RUB", "2022-02")),
        *(("USD", f"2022-0{month}") for month in (1, 2, 3, 4)),
    ]


def test_a_currency_may_end_early(tmp_path: Path) -> None:
    assert SOURCE.judge(answer(tmp_path, body(*LINES[:2], *LINES[4:]))) == Accepted()


def test_a_month_that_is_not_over_is_left_out(tmp_path: Path) -> None:
    call = rates_call(("USD",), date(2026, 10, 1), date(2026, 11, 1))
    rows = (line("USD", "2026-10", "1.2"), line("USD", "2026-11", "1.3"))
    assert parse_rates([answer(tmp_path, body(*rows), call)])["month"].to_list() == ["2026-10"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (LINES[:6], "the last line is not of the last month"),
        (LINES[:4], "came"),
        (LINES[4:], "came"),
        ([LINES[0], *LINES[2:]], "months are missing"),
        (LINES[1:], "months are missing"),
        ([*LINES[:7], LINES[7][:9]], "shorter or longer"),
        ([*LINES, LINES[-1]], "stand twice"),
        ([*LINES[:7], line("USD", "2022-04", "-1.08")], "no monthly rate"),
        ([*LINES[:7], line("USD", "2022-04", "1,08")], "no monthly rate"),
        ([*LINES[:7], line("USD", "2022-13", "1.08")], "no monthly rate"),
        ([*LINES[:7], ["D" if c == "M" else c for c in LINES[7]]], "no monthly rate"),
        ([*LINES, line("USD", "2022-05", "1.06")], "other months"),
        ([], "out for certain"),
    ],
)
def test_what_is_damaged_or_cut_off(rows: list[list[str]], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match=words):
        SOURCE.judge(answer(tmp_path, body(*rows)))


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b'KEY,"FREQ'])
def test_no_csv(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer):
        SOURCE.judge(answer(tmp_path, content))


def test_columns_that_went_and_came(tmp_path: Path) -> None:
    header = ["RATE" if name == "OBS_VALUE" else name for name in HEADER]
    with pytest.raises(ResponseChanged) as caught:
        SOURCE.judge(answer(tmp_path, body(*LINES, header=header)))
    assert (caught.value.gone, caught.value.new) == (("OBS_VALUE",), ("RATE",))


def test_an_empty_selection_is_404(tmp_path: Path) -> None:
    recent = rates_call(("USD",), date(2026, 10, 1), date(2026, 10, 1))
    found = answer(tmp_path, b"No results found.", recent, 404)
    assert SOURCE.judge(found) == Accepted()
    assert parse_rates([found]).is_empty()
    with pytest.raises(BadAnswer, match="2022-01 is out for certain"):
        SOURCE.judge(answer(tmp_path, b"No results found.", status=404))
    with pytest.raises(QueryRefused):
        SOURCE.judge(answer(tmp_path, b"<!DOCTYPE html><html>", status=404))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"absent\.csv"):
        read_rates(tmp_path / "absent.csv")
    damaged = tmp_path / "damaged.csv"
    damaged.write_bytes(REAL.read_bytes()[:-5] + b'"')
    with pytest.raises(InputFileError, match=r"damaged\.csv.*Download it again"):
        read_rates(damaged)


def test_only_our_own_errors_come_out_of_damaged_answers(tmp_path: Path) -> None:
    chance, outcomes = random.Random(3), set()  # noqa: S311
    for _ in range(200):
        damaged = answer(tmp_path, mutate(body(*LINES), chance))
        try:
            SOURCE.judge(damaged)
            parse_rates([damaged])
            outcomes.add("read")
        except TradeflowError as error:
            outcomes.add(type(error).__name__)
    assert {"read", "BadAnswer", "ResponseChanged"} <= outcomes
