"""CEPII's zip: the rows of its CSV files, chosen while they are read, and its own tables."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from archive_files import zipped
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.errors import (
    InputFileError,
    ResponseChanged,
    TradeflowError,
    UnknownCodeError,
    UnknownNameError,
    UnsafeArchive,
    UsageError,
)
from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.archive import ArchiveLimits
from tradeflow.sources.baci import parse_baci, parse_baci_zip

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., Path]

# Lines of the table in release V202501, as published; Taiwan and the last two are the odd ones.
COUNTRIES = """\
country_code,country_name,country_iso2,country_iso3
4,Afghanistan,AF,AFG
156,China,CN,CHN
251,France,FR,FRA
490,"Other Asia, nes",,S19
643,Russian Federation,RU,RUS
697,"Europe EFTA, nes",,R20
842,USA,US,USA
849,US Misc. Pacific Isds,PU,PUS
"""
PRODUCTS = """\
code,description
010121,"Horses: live, pure-bred breeding animals"
848210,Ball bearings
854370,"Machines"
"""
YEAR_2022 = """\
t,i,j,k,v,q
2022,4,643,10121,1.5,2.000
2022,156,643,848210,3185.86,951.578
2022,156,643,854370,5000,          NA
2022,490,643,854370,12.5,0.000
2022,697,643,848210,7,1
"""
YEAR_2023 = """\
t,i,j,k,v,q
2023,156,643,848210,4185.86,1951.578
2023,156,251,848210,1,1
"""
ZIP = "BACI_HS22_V202501.zip"
MEMBERS = {
    "BACI_HS22_Y2022_V202501.csv": YEAR_2022,
    "BACI_HS22_Y2023_V202501.csv": YEAR_2023,
    "country_codes_V202501.csv": COUNTRIES,
    "product_codes_HS22_V202501.csv": PRODUCTS,
    "Readme.txt": "made up, except for the table of countries",
}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(changes: dict[str, str | None] | None = None, name: str = ZIP) -> Path:
        files = {k: v for k, v in (MEMBERS | (changes or {})).items() if v is not None}
        path = tmp_path / name
        path.write_bytes(zipped(files))
        return path

    return write


def test_everything(make: Make) -> None:
    parsed = parse_baci_zip(make())
    cells = parsed.rows.with_columns(pl.col("value_usd", "net_kg").round(6))
    rows = cells.select("period", "reporter", "partner", "hs6", "value_usd", "net_kg").rows()
    assert [(f"{day:%Y}", *rest) for day, *rest in rows] == [
        ("2022", "AFG", "RUS", "010121", 1_500.0, 2_000.0),
        ("2022", "CHN", "RUS", "848210", 3_185_860.0, 951_578.0),
        ("2022", "CHN", "RUS", "854370", 5_000_000.0, None),
        ("2022", "S19", "RUS", "854370", 12_500.0, None),
        ("2023", "CHN", "RUS", "848210", 4_185_860.0, 1_951_578.0),
        ("2023", "CHN", "FRA", "848210", 1_000.0, 1_000.0),
    ]
    same = ("freq", "flow", "edition", "valuation", "status", "source", "release")
    assert check_flows(conform(parsed.rows)).select(same).unique().rows() == [
        ("A", "export", "HS2022", "FOB", "estimated", "BACI", "V202501")
    ]
    assert parsed.withheld.rows() == [("2022", "697", "643", "848210", "7", "1")]
    assert parsed.notes == ()


CHOICES = [
    ({"years": [2023]}, 2),
    ({"years": {2022, 2023}, "reporters": ["CHN"], "partners": ["RUS"]}, 3),
    ({"reporters": ["S19", "AFG"]}, 2),
    ({"codes": ["010121"]}, 1),
    ({"codes": ["848210"], "partners": ["FRA"]}, 1),
    ({"codes": ["848210"], "reporters": ["USA"]}, 0),
]


@pytest.mark.parametrize(("choice", "count"), CHOICES)
def test_a_choice(choice: dict[str, list[str]], count: int, make: Make) -> None:
    path = make()
    rows = parse_baci_zip(path, **choice).rows
    assert rows.height == count
    assert rows.schema == parse_baci_zip(path).rows.schema
    assert set(rows.rows()) <= set(parse_baci_zip(path).rows.rows())


def test_the_real_rows_of_china_and_russia(tmp_path: Path) -> None:
    """CEPII's own lines in a zip give the embedded sample, cell by cell."""
    folder = Path(__file__).parents[2] / "data_raw" / "trade"
    years = {
        file.name.replace("_CHN_RUS.csv.gz", ".csv"): gzip.decompress(file.read_bytes())
        for file in folder.glob("BACI_HS17_Y*_CHN_RUS.csv.gz")
    }
    assert len(years) == 7
    tables = {
        "country_codes_V202501.csv": COUNTRIES,
        "product_codes_HS17_V202501.csv": PRODUCTS,
    }
    path = tmp_path / "BACI_HS17_V202501.zip"
    path.write_bytes(zipped(years | tables))
    found = check_flows(conform(parse_baci_zip(path, reporters=["CHN"], partners=["RUS"]).rows))
    sample = tf.load_sample("china-russia-annual", backend="polars")
    assert_frame_equal(found.select(sample.columns), sample, check_row_order=False)


def test_like_a_single_file(make: Make, tmp_path: Path) -> None:
    single = tmp_path / "single.csv"
    single.write_text(YEAR_2023)
    alone = parse_baci(single, release="V202501", edition="HS2022").rows
    assert_frame_equal(parse_baci_zip(make(), years=[2023]).rows, alone)


def test_columns_in_another_order_and_padded_cells(make: Make) -> None:
    rows = pl.read_csv(YEAR_2023.encode(), infer_schema=False).select("k", "q", "v", "j", "i", "t")
    padded = rows.with_columns(pl.all().str.pad_start(9)).write_csv()
    path = make({"BACI_HS22_Y2023_V202501.csv": padded})
    expected = parse_baci_zip(make(name="x.zip"), years=[2023]).rows
    assert_frame_equal(parse_baci_zip(path, years=[2023]).rows, expected)


def test_codes_that_only_cepii_has_are_named(make: Make) -> None:
    path = make({"product_codes_HS22_V202501.csv": PRODUCTS + "9999AA,Unspecified\n"})
    assert parse_baci_zip(path).notes == (
        "product_codes_HS22_V202501.csv has 1 codes that HS2022 has not: 9999AA",
    )


USAGE = [
    ({"years": [2021]}, UnknownNameError, "year 2021 is in the choice.*2022 to 2023"),
    ({"years": []}, UnknownNameError, "no year is"),
    ({"reporters": ["CHI"]}, UnknownNameError, "CHI"),
    ({"partners": ["W00"]}, UsageError, "no rows of the world"),
    ({"codes": ["880330"]}, UnknownCodeError, "not in HS2022; it exists in"),
]


@pytest.mark.parametrize(("choice", "error", "said"), USAGE)
def test_a_choice_that_cannot_be(
    choice: dict[str, list[str]], error: type[TradeflowError], said: str, make: Make
) -> None:
    with pytest.raises(error, match=said):
        parse_baci_zip(make(), **choice)


LINES = [
    ("2022,156,643,848210", "2022,999,643,848210", 3, "exporter '999' is not a country"),
    ("2022,156,643,848210", "2022,156,,848210", 3, "importer '' is not a country"),
    ("2022,156,643,854370", "2021,156,643,854370", 4, "year is '2021'.*2022's file"),
    ("2022,4,643,10121", "2022,4,643,101X1", 2, "not a code of digits"),
    ("2022,156,643,854370", "2022,156,643,854399", 4, "'854399' is not in HS2022"),
    ("2022,156,643,854370", "2022,156,643,848210", 3, "stands twice"),
    ("5000,          NA", "-1,NA", 4, "v is '-1'"),
    ("5000,          NA", "5000,none", 4, "q is 'none'"),
    ("5000,          NA", "5000,", 4, "q is empty"),
    ("5000,          NA", "5000", 4, "q is empty"),
    ("5000,          NA", "5000,1,1", None, "cannot be read as a table"),
]


@pytest.mark.parametrize("case", LINES, ids=lambda case: case[1])
def test_a_bad_line_is_found_whatever_was_asked(
    case: tuple[str, str, int | None, str], make: Make
) -> None:
    old, new, line, said = case
    assert old in YEAR_2022
    path = make({"BACI_HS22_Y2022_V202501.csv": YEAR_2022.replace(old, new, 1)})
    with pytest.raises(InputFileError, match=said) as caught:
        parse_baci_zip(path, reporters=["CHN"])
    assert caught.value.line == line
    where = f"{path}, BACI_HS22_Y2022_V202501.csv" + (f", line {line}:" if line else ":")
    assert str(caught.value).startswith(where)


def test_other_columns(make: Make) -> None:
    path = make({"BACI_HS22_Y2022_V202501.csv": YEAR_2022.replace("v,q", "value,q,u", 1)})
    with pytest.raises(ResponseChanged) as caught:
        parse_baci_zip(path)
    assert (caught.value.gone, set(caught.value.new)) == (("v",), {"value", "u"})


HOLLOW = dict.fromkeys(MEMBERS)
ZIPS = [
    ({"country_codes_V202501.csv": None}, ZIP, "country_codes_V202501.csv is not in it"),
    ({"product_codes_HS22_V202501.csv": None}, ZIP, "product_codes_HS22_V202501.csv is not"),
    ({**HOLLOW, "Readme.txt": ""}, ZIP, "its members are nothing of BACI"),
    ({}, "BACI_HS17_V202501.zip", "its members are HS22 V202501"),
    ({"BACI_HS22_Y2021_V202401b.csv": "x"}, ZIP, "HS22 V202401b, HS22 V202501"),
    (
        {"country_codes_V202501.csv": COUNTRIES.replace("RU,RUS", "RU,RUZ")},
        ZIP,
        r"643 is RUZ \(Russian Federation\) there and RUS here",
    ),
    ({"country_codes_V202501.csv": "a,b\n"}, ZIP, "column 'country_code' is absent"),
    ({"BACI_HS22_Y2022_V202501.csv": ""}, ZIP, "cannot be read as a table"),
]


@pytest.mark.parametrize("case", ZIPS, ids=lambda case: case[2])
def test_not_the_zip_that_cepii_publishes(
    case: tuple[dict[str, str | None], str, str], make: Make
) -> None:
    changes, name, said = case
    path = make(changes, name)
    with pytest.raises(InputFileError, match=said) as caught:
        parse_baci_zip(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("tag", ["HS92", "HS96", "HS02", "HS07"])
def test_an_edition_that_is_not_held(tag: str, make: Make) -> None:
    files = {name.replace("HS22", tag): text for name, text in MEMBERS.items()}
    path = make({**HOLLOW, **files}, f"BACI_{tag}_V202501.zip")
    with pytest.raises(UnknownNameError, match=f"{tag} is not held.*HS12, HS17, HS22"):
        parse_baci_zip(path)


def test_a_year_beyond_the_limit(make: Make) -> None:
    with pytest.raises(UnsafeArchive, match="beyond the 300 that are allowed"):
        parse_baci_zip(make(), limits=ArchiveLimits(expanded_bytes=300))


@given(data=st.data())
@settings(max_examples=80)
def test_random_cells_never_break_it(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = data.draw(st.sampled_from([n for n in MEMBERS if n.endswith(".csv")]))
    text = bytearray(MEMBERS[name].encode())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(start + 6, len(text))))
        new = data.draw(st.one_of(st.binary(max_size=4), st.sampled_from([b",", b"\n", b'"', b""])))
        text[start:end] = new
    path = tmp_path_factory.getbasetemp() / ZIP
    path.write_bytes(zipped({**MEMBERS, name: bytes(text)}))
    try:
        check_flows(conform(parse_baci_zip(path).rows))
    except TradeflowError as error:
        assert str(error)  # noqa: PT017  other errors must escape
