"""Editions: who uses which when, and what a code is called."""

from __future__ import annotations

from datetime import date

import pytest

from tradeflow.errors import UnknownCodeError, UnknownNameError, UsageError
from tradeflow.nomenclature.editions import (
    describe,
    edition_of,
    first_day,
    known_codes,
    label,
    plain_code,
)
from tradeflow.nomenclature.sections import section_of
from tradeflow.nomenclature.units import rate_months, usd_per_unit

ECB_DIGITS = 5e-7  # the ECB's monthly means are printed with six decimals or fewer


@pytest.mark.parametrize(
    ("reporter", "period", "edition"),
    [
        ("CHN", "2021-12", "HS2017"),
        ("CHN", "2022-01", "HS2022"),
        ("CHN", 2021, "HS2017"),
        ("CHN", date(2022, 1, 1), "HS2022"),
        ("USA", "2022-01-26", "HS2017"),
        ("USA", "2022-01-27", "HS2022"),
        ("DEU", 2016, "HS2012"),
        ("DEU", 2017, "HS2017"),
        ("ZWE", 2022, "HS2022"),
        ("ZWE", 2012, "HS2012"),
    ],
)
def test_edition_of(reporter: str, period: date | str | int, edition: str) -> None:
    assert edition_of(reporter, period) == edition


@pytest.mark.parametrize(
    ("edition", "there", "not_there"),
    [
        ("HS2012", ["880330", "854150"], ["880730", "854151", "852411"]),
        ("HS2017", ["880330", "854150", "854140"], ["880730", "854151", "854340", "880621"]),
        ("HS2022", ["880730", "854151", "854340", "880621"], ["880330", "854150", "854140"]),
    ],
)
def test_codes_come_and_go(edition: str, there: list[str], not_there: list[str]) -> None:
    assert set(there) <= known_codes(edition)
    assert not set(not_there) & known_codes(edition)
    assert all(describe(code, edition=edition) for code in there)


def test_every_code_has_a_section_and_a_label() -> None:
    for edition in ("HS2012", "HS2017", "HS2022"):
        for code in known_codes(edition):
            assert 0 <= section_of(code) <= 21
            assert 0 < len(label(code, edition=edition)) <= 60
    assert {code for code in known_codes("HS2022") if section_of(code) == 0} == {"999999"}


@pytest.mark.parametrize(
    ("code", "section"),
    [("010620", 1), ("270900", 5), ("391220", 7), ("848210", 16), ("880320", 17), ("901380", 18)],
)
def test_sections(code: str, section: int) -> None:
    assert section_of(code) == section


@pytest.mark.parametrize(
    ("text", "code"),
    [("8543.70", "854370"), ("8543 70", "854370"), ("01.06.20", "010620"), ("854370", "854370")],
)
def test_codes_as_printed(text: str, code: str) -> None:
    assert plain_code(text) == code


@pytest.mark.parametrize(
    ("currency", "month", "expected"),
    [
        ("USD", date(2020, 1, 15), 1.0),
        ("EUR", date(2012, 1, 1), 1.290486),  # the ECB's own table, line by line
        ("EUR", date(2012, 3, 31), 1.3201),
    ],
)
def test_exchange_rates(currency: str, month: date, expected: float) -> None:
    assert usd_per_unit(currency, month) == pytest.approx(expected, abs=ECB_DIGITS)


def test_cross_rates_go_through_the_euro() -> None:
    day = date(2022, 6, 1)
    yuan, yen = usd_per_unit("CNY", day), usd_per_unit("JPY", day)
    assert 0.14 < yuan < 0.16  # a yuan was about 15 US cents, a yen under one
    assert 0.007 < yen < 0.008
    assert rate_months()[0] == "2012-01"
    assert list(rate_months()) == sorted(set(rate_months()))


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: edition_of("CHN", 2011), UsageError, "from 2012"),
        (lambda: edition_of("CHN", "soon"), UsageError, "2022-01"),
        (lambda: first_day("2022-13"), UsageError, "cannot be read"),
        (lambda: describe("880330"), UnknownCodeError, "codes family 880330"),
        (lambda: section_of("00"), UnknownCodeError, "no chapter"),
        (lambda: usd_per_unit("EUR", date(1999, 1, 1)), UnknownNameError, "2012-01 to"),
        (lambda: usd_per_unit("RUB", date(2022, 1, 1)), UnknownNameError, "Held: CHF"),
    ],
)
def test_bad_questions(call, error: type[Exception], said: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=said):
        call()
