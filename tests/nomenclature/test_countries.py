"""Country codes: each system by its own table."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.countries import Scheme, country, iso3_map, iso3_of

CODES = [
    ("344", "gacc", "RUS"),
    ("344", "m49", "HKG"),
    ("344", "comtrade", "HKG"),
    ("110", "gacc", "HKG"),
    ("075", "hmrc", "RUS"),
    ("75", "hmrc", "RUS"),
    (75, "hmrc", "RUS"),
    ("740", "hmrc", "HKG"),
    ("720", "hmrc", "CHN"),
    ("052", "hmrc", "TUR"),
    ("098", "hmrc", "SRB"),
    ("051", "m49", "ARM"),
    ("51", "comtrade", "ARM"),
    (643, "comtrade", "RUS"),
    ("842", "comtrade", "USA"),
    ("840", "m49", "USA"),
    ("699", "comtrade", "IND"),
    ("356", "m49", "IND"),
    ("251", "comtrade", "FRA"),
    ("757", "comtrade", "CHE"),
    ("579", "comtrade", "NOR"),
    ("380", "comtrade", "ITA"),
    ("490", "comtrade", "S19"),
    ("143", "gacc", "S19"),
    ("0", "comtrade", "W00"),
    ("GR", "geonom", "GRC"),
    ("XS", "geonom", "SRB"),
    ("XK", "geonom", "XKX"),
    ("RS", "iso2", "SRB"),
    ("NA", "iso2", "NAM"),
    ("NA", "geonom", "NAM"),
    ("4621", "schedule_c", "RUS"),
    ("5700", "schedule_c", "CHN"),
    ("5820", "schedule_c", "HKG"),
    ("4634", "schedule_c", "KAZ"),
    ("rus", "iso3", "RUS"),
    ("Russia", "name", "RUS"),
    ("Russian Federation", "name", "RUS"),
    ("РОССИЯ", "name", "RUS"),
    ("Turkey", "name", "TUR"),
    ("Türkiye", "name", "TUR"),
    ("TURKIYE", "name", "TUR"),
    ("Korea, Rep.", "name", "KOR"),
    ("Korea,DPR", "name", "PRK"),
    ("Hong Kong, China", "name", "HKG"),
    ("Taiwan, China", "name", "S19"),
    ("Kyrgyz, Republic", "name", "KGZ"),
    ("Cote d'lvoire", "name", "CIV"),
    ("Antigua & Barbuda", "name", "ATG"),
]

MOVED = [("GEO", "337", "150"), ("ARM", "338", "151"), ("AZE", "339", "152")]


@pytest.mark.parametrize(("value", "scheme", "iso3"), CODES)
def test_codes_and_names(value: str | int, scheme: Scheme, iso3: str) -> None:
    assert iso3_of(value, scheme=scheme) == iso3
    assert country(value, scheme=scheme).iso3 == iso3


@pytest.mark.parametrize(("iso3", "old", "new"), MOVED)
@pytest.mark.parametrize(
    ("period", "in_old"), [(2017, True), (date(2022, 12, 1), True), (2023, False), (2024, False)]
)
def test_gacc_codes_that_moved_in_2023(
    iso3: str, old: str, new: str, period: date | int, *, in_old: bool
) -> None:
    valid, other = (old, new) if in_old else (new, old)
    assert iso3_of(valid, scheme="gacc", period=period) == iso3
    with pytest.raises(UnknownNameError, match=other):
        iso3_of(other, scheme="gacc", period=period)


@pytest.mark.parametrize("code", [code for _, *both in MOVED for code in both])
def test_gacc_codes_that_moved_need_a_period(code: str) -> None:
    with pytest.raises(UsageError, match="give the period"):
        iso3_of(code, scheme="gacc")


@pytest.mark.parametrize(("year", "code", "gone"), [(2022, "337", "150"), (2023, "150", "337")])
def test_gacc_map_follows_the_year(year: int, code: str, gone: str) -> None:
    codes = iso3_map("gacc", year=year)
    assert codes[code] == "GEO"
    assert gone not in codes
    assert codes["344"] == "RUS"


def test_gacc_map_needs_the_year() -> None:
    with pytest.raises(UsageError, match="year"):
        iso3_map("gacc")


@pytest.mark.parametrize("code", ["199", "701", "210", "349"])
def test_gacc_aggregates_are_no_country(code: str) -> None:
    with pytest.raises(UnknownNameError, match="not one country"):
        iso3_of(code, scheme="gacc")


@pytest.mark.parametrize(
    ("value", "scheme", "message"),
    [
        ("Rusia", "name", "Russi"),
        ("Kazakstan", "name", "Kazakhstan"),
        ("RUZ", "iso3", "RU"),
        ("Russia", "iso3", "scheme='name'"),
        ("643", "gacc", "643"),
        ("344", "hmrc", "344"),
        ("643", "iso2", "643"),
        ("EU27_2020", "geonom", "EU27_2020"),
        ("5700", "comtrade", "5700"),
        ("Atlantis", "name", "Atlantis"),
    ],
)
def test_unknown_codes_are_never_guessed(value: str, scheme: Scheme, message: str) -> None:
    with pytest.raises(UnknownNameError, match=message):
        iso3_of(value, scheme=scheme)


def test_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="schedule_c"):
        iso3_of("RU", scheme="fips")  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", [s for s in get_args(Scheme) if s not in {"gacc", "name"}])
def test_codes_of_a_country_lead_back_to_it(scheme: Scheme) -> None:
    codes = iso3_map(scheme)
    assert len(codes) > 230
    for code, iso3 in codes.items():
        own = getattr(country(iso3), scheme)
        assert own.zfill(3) == code.zfill(3)


def test_current_gacc_code_leads_back() -> None:
    for code, iso3 in iso3_map("gacc", year=2023).items():
        assert country(iso3).gacc == code


def test_a_caller_cannot_change_the_map() -> None:
    iso3_map("m49").clear()
    assert iso3_map("m49")["643"] == "RUS"
