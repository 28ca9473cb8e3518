"""Bulk files: both layouts, what is chosen while reading, what is kept apart."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from comext_help import damaged
from fake_comext import BULK_HEADER, bulk_line, packed

import tradeflow as tf
from tradeflow.errors import (
    DuplicateKeyError,
    InputFileError,
    ResponseChanged,
    TradeflowError,
    UsageError,
)
from tradeflow.flows.delivery import deliver
from tradeflow.sources.comext import batches as reading
from tradeflow.sources.comext import bulk
from tradeflow.sources.comext.batches import batches
from tradeflow.sources.comext.bulk import Wanted, bulk_parts, parse_bulk
from tradeflow.sources.comext.read import read

if TYPE_CHECKING:
    import polars as pl

FIXTURES = Path(__file__).parents[2] / "fixtures" / "comext"
JANUARY_2024 = 1.0905  # dollars per euro, the ECB's mean of the month
FOUR_DECIMALS = 1e-4
LINE = {"PERIOD": "202401"}
"""The real line, in another month: Austria to Andorra, chocolate, 4,739 euros, 2,000 kg."""
CHIPS = {"REPORTER": "DE", "PARTNER": "RU", "PRODUCT_NC": "85423110", "PERIOD": "202401"}


def table(folder: Path, *lines: dict[str, str], name: str = "full_v2_202401.dat") -> Path:
    path = folder / name
    path.write_text("\n".join([BULK_HEADER, *(bulk_line(**line) for line in lines), ""]))
    return path


def rows(path: Path, **choice: str) -> pl.DataFrame:
    parsed = read(path, release="r1", **choice)
    return deliver(parsed, (), where="bulk", backend="polars").flows


def test_the_real_line_in_a_month_that_has_a_rate(tmp_path: Path) -> None:
    (row,) = rows(table(tmp_path, LINE)).rows(named=True)
    assert row["value_usd"] == pytest.approx(4_739 * JANUARY_2024, rel=FOUR_DECIMALS)
    expected = {
        "period": date(2024, 1, 1),
        "freq": "M",
        "reporter": "AUT",
        "partner": "AND",
        "flow": "export",
        "edition": "HS2022",
        "hs6": "180631",
        "national_code": "18063100",
        "regime": "normal",
        "net_kg": 2_000,
        "quantity": None,
        "quantity_unit": None,
        "valuation": "FOB",
        "source": "Comext bulk",
    }
    assert {name: row[name] for name in expected} == expected


def test_real_lines_of_months_without_rate_or_edition() -> None:
    """The recorded line is of 2002; that of the old layout is masked, and of 2001."""
    with pytest.raises(InputFileError, match=r"line 2: period is '200201'.*months 2012-01"):
        read(FIXTURES / "full_v2_sample.dat", release="r1")
    (batch,) = [b for b in batches("real", FIXTURES / "full_v2_sample.dat") if len(b)]
    assert batch.row(0)[:4] == ("AT", "AD", "18063100", "2")
    old = read(FIXTURES / "historical_sample.dat", release="r1")
    assert old.rows.is_empty()
    assert old.withheld.select("REPORTER", "PARTNER", "PRODUCT_NC", "VALUE_EUR").rows() == [
        ("FR", "NL", "99RRR100", "2580")
    ]


def test_each_procedure_is_a_row_and_panels_add_them(tmp_path: Path) -> None:
    lines = [{**CHIPS, "STAT_PROCEDURE": p, "VALUE_EUR": v} for p, v in (("1", "10"), ("2", "5"))]
    found = rows(table(tmp_path, *lines))
    assert found["regime"].to_list() == ["normal", "inward processing"]
    panel = tf.panel(found, by="hs6")
    assert panel.values.tolist() == [[pytest.approx(15 * JANUARY_2024, rel=FOUR_DECIMALS)]]


def test_supplementary_units(tmp_path: Path) -> None:
    line = {**CHIPS, "SUPPL_UNIT": "PST", "QUANTITY_SUPPL_UNIT": "12", "QUANTITY_KG": "0"}
    (row,) = rows(table(tmp_path, line)).rows(named=True)
    assert (row["quantity"], row["quantity_unit"], row["net_kg"]) == (12, "PST", None)


def test_what_is_dropped_and_what_is_withheld(tmp_path: Path) -> None:
    """Totals repeat their parts; masked goods and unnamed partners are withheld by name."""
    others = [
        {"PRODUCT_NC": "TOTAL"},
        {"PRODUCT_NC": "85XXXXXX"},
        {"PRODUCT_NC": "99500000"},
        {"PARTNER": "QV"},
        {"PARTNER": "XC"},
    ]
    parsed = read(table(tmp_path, CHIPS, *({**CHIPS, **o} for o in others)), release="r1")
    assert parsed.rows["national_code"].to_list() == ["85423110"]
    assert parsed.withheld.select("PRODUCT_NC", "PARTNER").rows() == [
        ("85XXXXXX", "RU"),
        ("99500000", "RU"),
        ("85423110", "QV"),
        ("85423110", "XC"),
    ]


def test_only_what_is_wanted_is_kept(tmp_path: Path) -> None:
    lines = [
        {**CHIPS, "PARTNER": p, "PRODUCT_NC": c}
        for p in ("RU", "KZ", "CN")
        for c in ("85423110", "85437090", "90138000", "85XXXXXX", "90XXXXXX")
    ]
    path = table(tmp_path, *lines)
    parsed = read(path, release="r1", partners="RUS, kaz", codes="8542,8543.70", reporters="DEU")
    assert set(parsed.rows.select("partner", "hs6").rows()) == {
        (p, c) for p in ("RUS", "KAZ") for c in ("854231", "854370")
    }
    assert parsed.withheld["PRODUCT_NC"].to_list() == ["85XXXXXX", "85XXXXXX"]
    assert read(path, release="r1", reporters="FRA").rows.is_empty()


def test_packed_as_7z(tmp_path: Path) -> None:
    plain = table(tmp_path, CHIPS, LINE)
    archive = tmp_path / "full_v2_202401.7z"
    archive.write_bytes(packed(archive.name, plain.read_text()))
    assert rows(archive).equals(rows(plain))
    archive.write_bytes(packed("partxixu_202401.7z", plain.read_text()))
    with pytest.raises(InputFileError, match="holds 0 tables"):
        rows(archive)
    with pytest.raises(InputFileError, match="Northern Ireland"):
        read(plain, release="r1", name="partxixu_202401.dat")


@pytest.mark.parametrize("size", [40, 200, 333, 10_000])
def test_blocks_of_any_size_give_the_same(
    size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = table(
        tmp_path, *({**CHIPS, "VALUE_EUR": str(n), "STAT_PROCEDURE": str(n)} for n in (1, 2, 3))
    )
    whole = rows(path)
    monkeypatch.setattr(reading, "BLOCK", size)
    assert rows(path).equals(whole)
    path.write_text(path.read_text().replace(",3,3,", ",3,x,", 1).replace(",2,3,", ",2,x,"))
    with pytest.raises(InputFileError, match="line 4: regime is 'x'"):
        rows(path)


def test_crlf_and_bom(tmp_path: Path) -> None:
    path = table(tmp_path, CHIPS, LINE)
    whole = rows(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert rows(path).equals(whole)


def test_a_year(tmp_path: Path) -> None:
    both = [rows(table(tmp_path, {**CHIPS, "PERIOD": p})) for p in ("202452", "2024")]
    assert both[0].equals(both[1])
    assert both[0].select("freq", "period").rows() == [("A", date(2024, 1, 1))]


def test_a_file_of_another_month_than_asked(tmp_path: Path) -> None:
    path = table(tmp_path, CHIPS)
    assert parse_bulk(path, release="r1", wanted=Wanted(period="2024-01")).rows.height == 1
    with pytest.raises(InputFileError, match="expects the period 2024-02 only"):
        parse_bulk(path, release="r1", wanted=Wanted(period="2024-02"))


def test_part_by_part_nothing_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [{**CHIPS, "PARTNER": p} for p in ("RU", "KZ", "CN")]
    path = table(tmp_path, *lines)
    monkeypatch.setattr(bulk, "MOST_LINES", 2)
    monkeypatch.setattr(reading, "BLOCK", 100)
    with pytest.raises(UsageError, match=r"more than 2 lines are wanted.*partners=RUS"):
        parse_bulk(path, release="r1")
    assert sum(part.rows.height for part in bulk_parts(path, release="r1")) == 3
    assert parse_bulk(path, release="r1", wanted=Wanted(partners=("RU",))).rows.height == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"PARTNER": "W9"}, "line 3: partner is 'W9'"),
        ({"REPORTER": "EU"}, "reporter is 'EU'"),
        ({"FLOW": "3"}, "flow is '3'"),
        ({"STAT_PROCEDURE": "8"}, "regime is '8'"),
        ({"VALUE_EUR": "-1"}, "euros is '-1'"),
        ({"VALUE_EUR": ""}, "euros is ''"),
        ({"QUANTITY_KG": "many"}, "kg is 'many'"),
        ({"PRODUCT_NC": "854231"}, "eight digits"),
        ({"PRODUCT_NC": "85427710"}, "'854277' is not in HS2022"),
        ({"PERIOD": "202413"}, "months 2012-01 to"),
        ({"PERIOD": "202401,1"}, "line 3: the line has 19 cells, the header 18"),
    ],
)
def test_bad_cells(change: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=said):
        rows(table(tmp_path, LINE, {**CHIPS, **change}))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("STAT_PROCEDURE", "PROCEDURE", "gone: 'STAT_PROCEDURE'; new: 'PROCEDURE'"),
        ("FLOW,", "FLOW,TRANSPORT_MODE,", "new: 'TRANSPORT_MODE'"),
    ],
)
def test_changed_columns_of_bulk(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = table(tmp_path, CHIPS)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(ResponseChanged, match=said):
        rows(path)


def test_a_line_that_stands_twice(tmp_path: Path) -> None:
    with pytest.raises(DuplicateKeyError, match="count trade twice"):
        rows(table(tmp_path, CHIPS, CHIPS))


def test_a_cut_table(tmp_path: Path) -> None:
    path = table(tmp_path, CHIPS, LINE)
    path.write_text(path.read_text()[:-9])
    with pytest.raises(InputFileError, match="half-written"):
        rows(path)


@pytest.mark.parametrize(
    ("choice", "said"),
    [({"partners": "RUS,XYZ"}, "XYZ"), ({"codes": "85x"}, "no beginning of a code")],
)
def test_choices_that_make_no_sense(choice: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(TradeflowError, match=said):
        rows(table(tmp_path, CHIPS), **choice)


def test_only_our_own_errors_come_out_of_damaged_bulk_files(tmp_path: Path) -> None:
    lines = [{**CHIPS, "PARTNER": p, "STAT_PROCEDURE": s} for p in ("RU", "QV") for s in "12"]
    outcomes = Counter(damaged(table(tmp_path, *lines, LINE), seed=3, number=150))
    assert sum(outcomes.values()) == 150
    assert len(outcomes) > 2
