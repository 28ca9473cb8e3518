"""Real exports give exactly these rows; every documented spelling gives the same ones."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from gacc_files import (
    BOTSWANA,
    CARS,
    CEUTA,
    GEORGIA,
    HEADER,
    INVENTED,
    PROVINCES,
    RUSSIA,
    column,
    many,
    parsed,
    table,
    written,
)
from polars.testing import assert_frame_equal

from tradeflow.errors import ResponseChanged, TruncatedExport, UsageError
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.gacc.columns import FIELDS
from tradeflow.sources.gacc.source import SOURCE

if TYPE_CHECKING:
    from pathlib import Path


def test_imports_of_june_2018() -> None:
    result = parsed(BOTSWANA, flow="import")
    diamonds, shells = result.rows.rows(named=True)
    assert diamonds == {
        "period": date(2018, 6, 1),
        "freq": "M",
        "reporter": "CHN",
        "partner": "BWA",
        "flow": "import",
        "edition": "HS2017",
        "hs6": "710231",
        "national_code": "71023100",
        "region": None,
        "regime": "14",
        "value_usd": 507_713.0,
        "net_kg": None,
        "quantity": 891.0,
        "quantity_unit": "carat",
        "valuation": "CIF",
        "status": "reported",
        "source": "GACC",
        "release": "test",
    }
    assert (shells["hs6"], shells["regime"], shells["net_kg"]) == ("970500", "39", 50.0)
    assert (shells["quantity"], shells["quantity_unit"]) == (None, None)
    (parcels,) = result.withheld.rows(named=True)
    assert parcels["Commodity code"] == "98040000"
    assert parcels["US dollar"] == "1,072"
    assert parcels["line"] == 4
    assert "chapter 98" in parcels["reason"]


def test_a_place_that_is_no_country_is_withheld_with_its_value() -> None:
    result = parsed(CEUTA)
    assert result.rows.is_empty()
    assert result.withheld["US dollar"].to_list() == ["345", "1,161", "683"]
    assert "210 (Ceuta) is not one country (3 lines, 2,189 USD)" in result.notes[0]


def test_headings_by_partner_of_january_2024() -> None:
    result = parsed(CARS)
    found = dict(zip(column(result, "partner"), column(result, "value_usd"), strict=True))
    assert found == {
        "HKG": 131_504_426,
        "TUR": 151_080_155,
        "ARE": 289_591_759,
        "KAZ": 122_405_917,
        "KGZ": 261_231_280,
        "UZB": 95_159_930,
        "GEO": 1_647_070,
        "ARM": 2_701_397,
        "AZE": 18_166_244,
        "CIV": 5_516_958,
        "REU": 5_625,
        "SLE": 635,
    }
    assert set(column(result, "hs6")) == {"8703"}
    assert set(column(result, "edition")) == {"HS2022"}
    assert set(column(result, "national_code")) == {None}
    assert set(column(result, "valuation")) == {"FOB"}


def test_the_detailed_file_row_by_row() -> None:
    """Counts and sums were taken from the file with the csv module alone."""
    result = parsed(PROVINCES, period="2024")
    rows = result.rows
    assert rows.height == 2_762
    assert result.withheld.is_empty()
    assert rows["value_usd"].sum() == 2_594_240_187
    assert rows["net_kg"].sum() == 763_724_069
    assert rows["net_kg"].null_count() == 74  # a published 0 beside a value
    assert rows.filter(quantity_unit="item")["quantity"].sum() == 27_747_316
    assert rows["quantity"].null_count() == 2_762 - 199
    russia = rows.filter(partner="RUS")
    assert (russia.height, russia["value_usd"].sum()) == (301, 417_234_630)
    guangdong = rows.filter(region="44")
    assert (guangdong.height, guangdong["value_usd"].sum()) == (391, 467_233_401)
    assert set(rows["regime"]) == {"10", "14", "15", "19", "33", "34", "39"}
    assert rows["national_code"].n_unique() == 226
    assert rows["partner"].n_unique() == 144
    assert set(rows["freq"]) == {"A"}


HORSES = ("HKG", "010129", "01012900", "44", "39", 19_121_826.0, 47_690.0, 93.0, "item")
ORCHIDS = ("RUS", "060290", "06029092", "32", "10", 2_688.0, 820.0, 1_310.0, "item")
TUNA = ("ASM", "030341", "03034100", "33", "10", 856_680.0, 330_000.0, None, None)
BOUGHT_BACK = ("CHN", "030382", "03038200", "44", "34", 4_218.0, 2_812.0, None, None)


@pytest.mark.parametrize("row", [HORSES, ORCHIDS, TUNA, BOUGHT_BACK])
def test_single_rows_of_the_detailed_file(row: tuple[object, ...]) -> None:
    shown = ("partner", "hs6", "national_code", "region", "regime", "value_usd", "net_kg")
    rows = parsed(PROVINCES, period="2024-01").rows
    assert row in set(rows.select(*shown, "quantity", "quantity_unit").rows())


def test_notes_say_what_a_reader_must_doubt() -> None:
    notes = "\n".join(parsed(PROVINCES, period="2024").notes)
    assert "is not in the table" not in notes
    assert "142 is China itself" in notes  # both directions together, most probably
    assert "142" not in "\n".join(parsed(PROVINCES, period="2024", flow="import").notes)


# --- the Chinese interface, with invented values -------------------------------------------------


def test_chinese_header_with_all_columns(tmp_path: Path) -> None:
    russia, georgia = parsed(written(tmp_path)).rows.rows(named=True)
    assert (russia["partner"], georgia["partner"]) == ("RUS", "GEO")
    assert (russia["value_usd"], russia["net_kg"], russia["quantity"]) == (1_234_567.0, 3.0, 200.0)
    assert (russia["region"], russia["regime"], russia["quantity_unit"]) == ("44", "10", "item")
    assert (georgia["net_kg"], georgia["quantity"]) == (None, 1_200.0)
    assert russia["hs6"] == "854231"


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\n\n", "\n,,,,,,,,,,,,,,\n", ""])
def test_encodings_and_line_ends_change_nothing(tmp_path: Path, encoding: str, ends: str) -> None:
    text = INVENTED.rstrip("\n") + ends
    path = written(tmp_path, text.replace("\n", "\r\n" if "\r" in ends else "\n").encode(encoding))
    assert_frame_equal(parsed(path).rows, parsed(written(tmp_path)).rows)


def test_a_chinese_file_saved_again_through_latin_1(tmp_path: Path) -> None:
    scrambled = INVENTED.encode("gb18030").decode("latin-1").encode()
    assert_frame_equal(parsed(written(tmp_path, scrambled)).rows, parsed(written(tmp_path)).rows)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("85423190", '="85423190"'),
        ("85423190", "'85423190"),
        ("344,", "344.0,"),
        ("202401", "2024-01"),
        ("202401", "2024年1月"),
        ("美元,", "美元"),  # the header alone lost its last comma
    ],
)
def test_what_spreadsheets_do_to_cells_changes_no_row(tmp_path: Path, old: str, new: str) -> None:
    changed = written(tmp_path, INVENTED.replace(old, new), "changed.csv")
    assert_frame_equal(parsed(changed).rows, parsed(written(tmp_path)).rows)


def test_numbers_of_the_lines_before_everything_else_say_nothing(tmp_path: Path) -> None:
    header, *lines = INVENTED.splitlines()
    numbered = [f",{header}", *(f"{i},{line}" for i, line in enumerate(lines)), ""]
    changed = written(tmp_path, "\n".join(numbered), "changed.csv")
    assert_frame_equal(parsed(changed).rows, parsed(written(tmp_path)).rows)


@pytest.mark.parametrize("language", [1, -1])
def test_english_headers_give_the_same_rows(tmp_path: Path, language: int) -> None:
    """The newer English spelling, and the last one that is documented for each column."""
    text = INVENTED
    for field in (f for f in FIELDS if f != "CNY"):
        text = text.replace(FIELDS[field][0], FIELDS[field][language])
    for chinese, english in (
        ("个", "Number of item"),
        ("千克", "Kilogram"),
        ("广东省", "Guangdong"),
    ):
        text = text.replace(chinese, english)
    assert_frame_equal(parsed(written(tmp_path, text)).rows, parsed(written(tmp_path)).rows)


@pytest.mark.parametrize(
    ("left_out", "changed"),
    [
        (("贸易方式编码", "贸易方式名称"), {"regime": None}),
        (("注册地编码", "注册地名称"), {"region": None}),
        (("第二数量", "第二计量单位"), {"net_kg": None}),
        (("第一数量", "第一计量单位"), {"quantity": None, "quantity_unit": None}),
        (("商品编码", "商品名称"), {"hs6": "TOTAL", "national_code": None}),
    ],
)
def test_columns_that_were_not_chosen_are_null(
    tmp_path: Path, left_out: tuple[str, str], changed: dict[str, object]
) -> None:
    rows = [line.split(",") for line in (HEADER, RUSSIA)]
    kept = [i for i, name in enumerate(rows[0]) if name not in left_out]
    text = "\n".join(",".join(row[i] for i in kept) for row in rows) + "\n"
    whole = parsed(written(tmp_path, table(RUSSIA))).rows.row(0, named=True)
    assert parsed(written(tmp_path, text)).rows.row(0, named=True) == {**whole, **changed}


def test_without_partners_the_rows_are_for_the_world(tmp_path: Path) -> None:
    text = '"Commodity code","Commodity","US dollar",\n"29012920","Acetylene","419,601",\n'
    result = parsed(written(tmp_path, text), period="2026-01")
    assert column(result, "partner") == ["W00"]
    assert column(result, "period") == [date(2026, 1, 1)]
    assert "sums over all partners" in result.notes[0]


def test_yuan_are_converted_at_the_rate_of_the_month(tmp_path: Path) -> None:
    path = written(tmp_path, INVENTED.replace("美元", "人民币"))
    result = parsed(path)
    rate = usd_per_unit("CNY", date(2024, 1, 1))
    assert column(result, "value_usd") == pytest.approx([1_234_567 * rate, 12_345 * rate])
    assert 0.13 < rate < 0.15  # about 7.1 yuan a dollar in January 2024
    assert "Yuan were converted" in result.notes[0]


@pytest.mark.parametrize(
    ("code", "hs6", "national"),
    [
        ("1012900", "010129", "01012900"),
        ("01012900", "010129", "01012900"),
        ("10129", "010129", None),
        ("854231", "854231", None),
        ("101", "0101", None),
        ("85", "85", None),
        ("1", "01", None),
    ],
)
def test_codes_of_every_length(tmp_path: Path, code: str, hs6: str, national: str | None) -> None:
    result = parsed(written(tmp_path, table(RUSSIA.replace("85423190", code))))
    assert (column(result, "hs6"), column(result, "national_code")) == ([hs6], [national])
    assert any("leading zero" in note for note in result.notes) == bool(len(code) % 2)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("7,千克,0,?", (7.0, None, None)),
        ("5,台,7,千克", (7.0, 5.0, "item")),
        ("7,KG,5,双", (7.0, 5.0, "pair")),
        ("7,Kilogram,5,In Thousands", (7.0, 5.0, "thousand items")),
        ("12,Metre,7,千克", (7.0, 12.0, "m")),
        ("5,Bushel,-,-", (None, 5.0, "Bushel")),
        ("7000,克,9,百万贝可", (7.0, 9.0, "MBq")),
        ("7000,克,0,?", (7.0, 7000.0, "g")),
        ("0,千克,5,个", (None, 5.0, "item")),
        ("-,-,-,-", (None, None, None)),
    ],
)
def test_kilograms_wherever_they_stand(
    tmp_path: Path, cells: str, expected: tuple[float | None, float | None, str | None]
) -> None:
    rows = parsed(written(tmp_path, table(RUSSIA.replace("200,个,3,千克", cells)))).rows
    assert rows.select("net_kg", "quantity", "quantity_unit").row(0) == expected


def test_two_quantities_and_no_weight_lose_the_second_aloud(tmp_path: Path) -> None:
    line = RUSSIA.replace("3,千克", "3,米")
    result = parsed(written(tmp_path, table(line)))
    assert column(result, "quantity") == [200.0]
    assert "Lines with two quantities and no weight: 1;" in result.notes[0]


@pytest.mark.parametrize(
    ("code", "name", "month", "partner"),
    [
        ("337", "格鲁吉亚", "202212", "GEO"),
        ("150", "Georgia(Since 2023)", "202301", "GEO"),
        ("339", "Azerbai jan", "202201", "AZE"),
        ("110", "Hong Kong£¬China", "202401", "HKG"),  # GB18030 read as Latin-1
        ("110", "\uff28\uff4f\uff4e\uff47 Kong\uff0cChina", "202401", "HKG"),
        ("143", "中国台湾", "202401", "S19"),
        ("252", "刚果(金)", "202401", "COD"),
        ("213", "刚果(布)", "202401", "COG"),
        ("344", "Rossiya", "202401", "RUS"),  # nobody knows the spelling: the code decides
        ("629", "关岛", "202401", "GUM"),
        ("698", "Pitcairn", "202401", "PCN"),  # not in the table: the name decides
    ],
)
def test_partners_by_code_and_name(
    tmp_path: Path, code: str, name: str, month: str, partner: str
) -> None:
    line = RUSSIA.replace("344,俄罗斯", f'{code},"{name}"').replace("202401", month)
    assert column(parsed(written(tmp_path, table(line))), "partner") == [partner]


@pytest.mark.parametrize(
    ("code", "name", "reason"),
    [
        ("299", "非洲其他国家(地区)", "partner 299 (非洲其他国家(地区)) is not one country"),
        ("701", "Countries unknown", "is not one country"),
        ("9021", "东盟", "partner 9021 (东盟) is not in the table"),
    ],
)
def test_partners_that_are_not_one_country_are_withheld(
    tmp_path: Path, code: str, name: str, reason: str
) -> None:
    result = parsed(
        written(tmp_path, table(RUSSIA.replace("344,俄罗斯", f"{code},{name}"), GEORGIA))
    )
    assert column(result, "partner") == ["GEO"]
    (line,) = result.withheld.rows(named=True)
    assert (line["file"], line["line"], line["美元"]) == ("gacc.csv", 2, "500")
    assert reason in line["reason"]


def test_a_value_that_is_not_published_is_withheld(tmp_path: Path) -> None:
    result = parsed(written(tmp_path, table(RUSSIA.replace("500", "-"))))
    assert result.rows.is_empty()
    assert "no value is published" in result.withheld["reason"][0]


# --- what the file does not say ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "flow"),
    [
        ("gacc_exports_RUS_2024.csv", "export"),
        ("2024年对俄出口.csv", "export"),
        ("imports-2018.csv", "import"),
        ("2019年进口原油数量.csv", "import"),
    ],
)
def test_the_direction_may_stand_in_the_name(tmp_path: Path, name: str, flow: str) -> None:
    assert set(column(parsed(written(tmp_path, name=name), flow=None), "flow")) == {flow}
    other = {"export": "import", "import": "export"}[flow]
    with pytest.raises(UsageError, match=f"the name says {flow}s"):
        parsed(written(tmp_path, name=name), flow=other)


@pytest.mark.parametrize(
    "name",
    ["export.csv", "gacc.csv", "进出口.csv", "exports_imports.csv", "data_export_import.csv"],
)
def test_a_direction_that_is_not_certain_must_be_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="--flow"):
        parsed(written(tmp_path, name=name), flow=None)


@pytest.mark.parametrize(
    "period", ["2024-01:2024-06", "2024Q1", "2024-13", "24", "2024-1", "today"]
)
def test_part_of_a_year_is_no_period(period: str) -> None:
    with pytest.raises(UsageError, match="whole year"):
        parsed(PROVINCES, period=period)


def test_a_file_without_months_needs_a_period() -> None:
    with pytest.raises(UsageError, match="period='2024-01'"):
        parsed(PROVINCES)


@pytest.mark.parametrize("period", ["2024-01", "2024", None])
def test_a_period_may_repeat_what_the_file_says(tmp_path: Path, period: str | None) -> None:
    assert set(column(parsed(written(tmp_path), period=period), "freq")) == {"M"}


def test_a_year_in_the_file_counts_once_it_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, INVENTED.replace("202401", "2024"))
    result = parsed(path, period="2024")
    assert set(column(result, "freq")) == {"A"}
    assert set(column(result, "period")) == {date(2024, 1, 1)}


# --- the cap -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lines", "cut_off"), [(9_999, False), (10_000, True), (10_001, False)])
def test_exactly_ten_thousand_rows_are_a_cut(tmp_path: Path, lines: int, cut_off: bool) -> None:  # noqa: FBT001
    path = written(tmp_path, many(lines))
    if not cut_off:
        assert parsed(path).rows.height == lines
        return
    with pytest.raises(TruncatedExport, match="by month, then by chapter"):
        parsed(path)
    result = parsed(path, accept_truncated=True)
    assert result.rows.height == lines
    assert "cut off at 10,000 rows" in result.notes[0]


# --- as one of the sources -----------------------------------------------------------------------


@pytest.mark.parametrize("said", [True, "True", "yes", "1"])
def test_a_cut_export_is_taken_as_the_message_says(tmp_path: Path, said: str | bool) -> None:  # noqa: FBT001
    path, facts = written(tmp_path, many(10_000)), {"release": "r", "flow": "export"}
    assert SOURCE.read is not None
    with pytest.raises(TruncatedExport, match=r"--option accept_truncated=yes"):
        SOURCE.read(path, name="x.csv", **facts, accept_truncated="no")
    rows = SOURCE.read(path, name="x.csv", **facts, accept_truncated=said).rows
    assert rows.height == 10_000


def test_the_source_reads_facts_as_text(tmp_path: Path) -> None:
    assert SOURCE.read is not None
    kept = written(tmp_path, name="0a1b2c")  # the name under which it is kept says nothing
    result = SOURCE.read(kept, name="exports.csv", release="r", accept_truncated="yes")
    assert set(column(result, "flow")) == {"export"}


@pytest.mark.parametrize(
    ("old", "new", "gone", "unknown"),
    [
        ("美元,", "美元,备注,", (), ("备注",)),
        ("美元,", "金额,", ("美元",), ("金额",)),
        ("商品名称", "名称", ("商品名称",), ("名称",)),
        ("贸易伙伴编码,", "", ("贸易伙伴编码",), ()),
        ("美元,", "美元,美元,", (), ("美元",)),
        ("美元,", "美元,人民币,", (), ("人民币",)),
    ],
)
def test_a_column_that_is_new_or_gone_is_named(
    tmp_path: Path, old: str, new: str, gone: tuple[str, ...], unknown: tuple[str, ...]
) -> None:
    path = written(tmp_path, HEADER.replace(old, new) + "\n" + RUSSIA + "\n")
    with pytest.raises(ResponseChanged) as caught:
        parsed(path)
    assert (caught.value.gone, caught.value.new) == (gone, unknown)
