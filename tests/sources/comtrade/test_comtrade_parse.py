"""From Comtrade's fields to the flow table: recordings exactly, and every trap by hand."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from comtrade_help import answered, data_call
from fake_comtrade import FIXTURES, Cell, Row, made, tsv
from polars.testing import assert_frame_equal

from tradeflow.errors import DuplicateKeyError, InputFileError, ResponseChanged, TradeflowError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.ingest import ingest
from tradeflow.nomenclature.editions import known_codes
from tradeflow.sources.comtrade.parse import parse
from tradeflow.sources.comtrade.read import read

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

CELL = Cell(156, "202301", "X", 643, "854231", "M")


def told(name: str) -> Delivery:
    return deliver(read(FIXTURES / name, release="r"), (), where=name, backend="polars")


def rows_of(folder: Path, *rows: Row) -> Delivery:
    """What a saved answer with these rows gives."""
    path = folder / "answer.json"
    path.write_text(json.dumps({"count": len(rows), "data": list(rows), "error": ""}))
    return deliver(read(path, release="r"), (), where="answer", backend="polars")


def row(**changes: object) -> Row:
    return made(CELL, "H6", 100.0) | {"netWgt": 5.0, "isNetWgtEstimated": False} | changes


def test_recorded_keyed_answer_exactly() -> None:
    flows = told("get_C_A_HS_china_total_2010.json").flows
    columns = ["period", "partner", "flow", "edition", "hs6", "value_usd", "valuation"]
    year, rest = date(2010, 1, 1), ("HS2007", "TOTAL")
    assert flows.select(columns).rows() == [
        (year, "ARG", "export", *rest, 6115764185.0, "FOB"),
        (year, "ARG", "import", *rest, 6804128143.0, "CIF"),
        (year, "DEU", "export", *rest, 68047133397.0, "FOB"),
        (year, "DEU", "import", *rest, 74251272075.0, "CIF"),
    ]
    assert set(flows["reporter"]) == {"CHN"}
    assert set(flows["freq"]) == {"A"}
    assert set(flows["source"]) == {"UN Comtrade"}
    assert flows["net_kg"].null_count() == flows["weight_estimated"].null_count() == 4
    assert flows["quantity"].null_count() == 4


def test_recorded_preview_exactly() -> None:
    (flow,) = told("preview_C_A_HS_india_usa_2022.json").flows.rows(named=True)
    assert flow == {
        "period": date(2022, 1, 1),
        "freq": "A",
        "reporter": "IND",
        "partner": "USA",
        "flow": "export",
        "edition": "HS2022",
        "hs6": "TOTAL",
        "national_code": None,
        "region": None,
        "regime": None,
        "value_usd": 80230193279.727,
        "net_kg": None,  # published as 0
        "quantity": None,
        "quantity_unit": None,
        "valuation": "FOB",
        "status": "reported",
        "weight_estimated": None,
        "source": "UN Comtrade",
        "release": "r",
    }


def test_recorded_final_csv_exactly() -> None:
    flows = told("final_monthly_chn_imports_from_rus.csv").flows
    assert flows.select("period", "edition", "value_usd").rows() == [
        (date(2021, 11, 1), "HS2017", 8_313_119_571.0),
        (date(2021, 12, 1), "HS2017", 8_351_225_724.0),
        (date(2022, 1, 1), "HS2022", 7_785_337_073.0),
        (date(2022, 2, 1), "HS2022", 6_413_359_211.0),
        (date(2022, 3, 1), "HS2022", 8_250_669_891.0),
    ]
    assert set(flows["valuation"]) == {"CIF"}
    assert set(flows["reporter"]) | set(flows["partner"]) == {"CHN", "RUS"}
    assert flows["net_kg"].null_count() == 5


def test_recorded_website_export_exactly() -> None:
    delivery = told("comtradeplus_web_export.csv")
    columns = ["period", "partner", "edition", "hs6", "value_usd", "net_kg", "weight_estimated"]
    assert delivery.flows.select(columns).rows() == [
        (date(2014, 1, 1), "TUR", "HS2012", "8542", 17388.0, None, None),
        (date(2022, 1, 1), "TUR", "HS2022", "8542", 1441.417, 4.656, True),
        (date(2014, 1, 1), "W00", "HS2012", "8542", 9680795326.0, None, None),
    ]
    (withheld,) = delivery.withheld.rows(named=True)
    assert (withheld["partnerCode"], withheld["primaryValue"]) == ("899", "9504.0")
    assert withheld["reason"] == "the partner is not one country"
    assert delivery.notes == ("1 rows are withheld: the partner is not one country.",)


def test_recorded_empty_answer() -> None:
    delivery = told("get_S_A_EB_china_2010.json")
    assert len(delivery.flows) == len(delivery.withheld) == 0


def test_a_file_is_ingested_and_kept(tmp_path: Path) -> None:
    name = "final_monthly_chn_imports_from_rus.csv"
    result = ingest("comtrade", FIXTURES / name, home=tmp_path, release="2026-10", backend="polars")
    assert set(result.flows["release"]) == {"2026-10"}
    assert result.answers[0].read() == (FIXTURES / name).read_bytes()


@pytest.mark.parametrize(
    ("flow", "cif", "fob", "valuation"),
    [
        ("M", 100.0, None, "CIF"),
        ("M", 100.0, 0.0, "CIF"),
        ("M", None, 100.0, "FOB"),  # some reporters value imports FOB
        ("M", 110.0, 100.0, "FOB"),
        ("M", 100.0, 100.0, "CIF"),
        ("X", 100.0, 100.0, "FOB"),
        ("X", None, 100.0, "FOB"),
        ("RX", None, 100.0, "FOB"),
        ("X", None, None, "unknown"),
    ],
)
def test_valuation_is_the_field_that_the_value_equals(
    tmp_path: Path, flow: str, cif: float | None, fob: float | None, valuation: str
) -> None:
    delivery = rows_of(tmp_path, row(flowCode=flow, cifvalue=cif, fobvalue=fob))
    assert delivery.flows["valuation"].to_list() == [valuation]


@pytest.mark.parametrize(
    ("changes", "weight", "estimated"),
    [
        ({"netWgt": 5.0}, 5.0, False),
        ({"netWgt": 5.0, "isNetWgtEstimated": True}, 5.0, True),
        ({"netWgt": 5.0, "legacyEstimationFlag": 4}, 5.0, True),
        ({"netWgt": 5.0, "legacyEstimationFlag": 6}, 5.0, True),
        ({"netWgt": 5.0, "legacyEstimationFlag": 2}, 5.0, False),
        ({"netWgt": 0.0, "isNetWgtEstimated": True}, None, None),
        ({"netWgt": None}, None, None),
        ({"netWgt": 0.0, "primaryValue": 0.0}, 0.0, False),
    ],
)
def test_weights(
    tmp_path: Path,
    changes: dict[str, object],
    weight: float | None,
    estimated: bool | None,  # noqa: FBT001
) -> None:
    flows = rows_of(tmp_path, row(legacyEstimationFlag=0) | changes).flows
    assert flows.select("net_kg", "weight_estimated").rows() == [(weight, estimated)]


@pytest.mark.parametrize(
    ("changes", "quantity", "unit"),
    [
        ({"qty": 9.0, "qtyUnitCode": 5, "qtyUnitAbbr": "u"}, 9.0, "u"),
        ({"qty": 9.0, "qtyUnitCode": 5, "qtyUnitAbbr": None}, 9.0, "u"),
        ({"qty": 9.0, "qtyUnitCode": 8, "qtyUnitAbbr": None}, 9.0, "kg"),
        ({"qty": 9.0, "qtyUnitCode": 21, "qtyUnitAbbr": None}, 9.0, "Comtrade unit 21"),
        ({"qty": 0.0, "qtyUnitCode": -1, "qtyUnitAbbr": "N/A"}, None, None),
        ({"qty": 0.0, "qtyUnitCode": 5, "qtyUnitAbbr": "u"}, None, None),
    ],
)
def test_quantities(
    tmp_path: Path, changes: dict[str, object], quantity: float | None, unit: str | None
) -> None:
    flows = rows_of(tmp_path, row(**changes)).flows
    assert flows.select("quantity", "quantity_unit").rows() == [(quantity, unit)]


@pytest.mark.parametrize("period", ["202301", 202301])
def test_periods_are_text_or_numbers(tmp_path: Path, period: object) -> None:
    assert rows_of(tmp_path, row(period=period)).flows["period"].to_list() == [date(2023, 1, 1)]


@pytest.mark.parametrize(
    ("letters", "code", "edition"),
    [("H3", "854231", "HS2007"), ("H4", "854231", "HS2012"), ("H5", "852580", "HS2017")],
)
def test_editions(tmp_path: Path, letters: str, code: str, edition: str) -> None:
    flows = rows_of(tmp_path, row(classificationCode=letters, cmdCode=code)).flows
    assert flows.select("edition", "hs6").rows() == [(edition, code)]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"classificationCode": "H2"}, "an edition that is not held"),
        ({"classificationCode": "S4"}, "an edition that is not held"),
        ({"flowCode": "RM"}, "a flow that the flow table does not have"),
        ({"flowCode": "MIP"}, "a flow that the flow table does not have"),
        ({"reporterCode": 975}, "the reporter is not one country"),
        ({"partnerCode": 899}, "the partner is not one country"),
        ({"partnerCode": 837}, "the partner is not one country"),
        ({"primaryValue": None}, "no value is given"),
        ({"cmdCode": "9999AA"}, "a code that its edition does not have"),
        ({"cmdCode": "852580"}, "a code that its edition does not have"),
    ],
)
def test_what_no_row_may_show_is_withheld_with_its_value(
    tmp_path: Path, changes: dict[str, object], reason: str
) -> None:
    delivery = rows_of(tmp_path, row(cmdCode="854232"), row() | changes)
    assert len(delivery.flows) == 1
    assert delivery.withheld["reason"].to_list() == [reason]
    value = changes.get("primaryValue", 100.0)
    assert delivery.withheld["primaryValue"].to_list() == [None if value is None else str(value)]


@pytest.mark.parametrize(
    ("code", "iso3"),
    [
        (842, "USA"),
        (251, "FRA"),
        (699, "IND"),
        (757, "CHE"),
        (579, "NOR"),
        (490, "S19"),
        (0, "W00"),
    ],
)
def test_special_numbers_of_the_un(tmp_path: Path, code: int, iso3: str) -> None:
    assert rows_of(tmp_path, row(partnerCode=code)).flows["partner"].to_list() == [iso3]


@pytest.mark.parametrize(
    "part",
    [{"motCode": 3100}, {"customsCode": "C04"}, {"partner2Code": 398}, {"mosCode": "1"}],
)
def test_parts_beside_their_total_are_not_counted_again(
    tmp_path: Path, part: dict[str, object]
) -> None:
    delivery = rows_of(
        tmp_path, row(**part, primaryValue=60.0), row(), row(**part, primaryValue=40)
    )
    assert delivery.flows["value_usd"].to_list() == [100.0]
    assert len(delivery.withheld) == 0


def test_parts_without_their_total_are_not_dropped_in_silence(tmp_path: Path) -> None:
    delivery = rows_of(tmp_path, row(motCode=3100), row(cmdCode="854232"))
    assert delivery.flows["hs6"].to_list() == ["854232"]
    assert delivery.withheld["reason"].to_list() == ["a part whose total is not there"]


def test_a_cell_stated_twice_is_an_error_and_no_sum(tmp_path: Path) -> None:
    with pytest.raises(DuplicateKeyError, match="CHN export 854231 with RUS in 2023-01-01"):
        rows_of(tmp_path, row(), row())


def test_a_cell_stated_by_two_answers_is_an_error(tmp_path: Path) -> None:
    body = {"count": 1, "data": [row()], "error": ""}
    twice = [
        answered(tmp_path, data_call(releases=(release,)), body)
        for release in ("2025-10-06T10:53:32Z/-1", "2026-10-06T10:53:32Z/-2")
    ]
    with pytest.raises(DuplicateKeyError, match="stands twice"):
        parse(twice)


def test_conversions_by_the_un_are_estimates(tmp_path: Path) -> None:
    flows = rows_of(tmp_path, row(isOriginalClassification=False)).flows
    assert flows["status"].to_list() == ["estimated"]


def test_rows_not_asked_for_are_left_out_and_said(tmp_path: Path) -> None:
    body = {"count": 2, "data": [row(), row(cmdCode="854232")], "error": ""}
    parsed = parse([answered(tmp_path, data_call(), body)])
    assert parsed.rows["hs6"].to_list() == ["854231"]
    assert any("1 rows that were not asked for" in note for note in parsed.notes)


def test_another_edition_than_listed_is_said(tmp_path: Path) -> None:
    body = {"count": 1, "data": [row(classificationCode="H5")], "error": ""}
    parsed = parse([answered(tmp_path, data_call(), body)])
    assert parsed.rows["edition"].to_list() == ["HS2017"]
    assert any("rows came in HS2017" in note for note in parsed.notes)


def line(code: str, **changes: object) -> Row:
    full = row(cmdCode=code) | changes
    from tradeflow.sources.comtrade.fields import TARIFFLINE

    return {name: full[name] for name in TARIFFLINE}


def test_tariff_lines_keep_the_national_code_and_say_what_part_they_are(tmp_path: Path) -> None:
    flows = rows_of(
        tmp_path,
        line("8542311000"),
        line("8542319000", motCode=3100, customsCode="C04", partner2Code=398),
        line("8542319000", motCode=3200),
        line("8542319900", motCode=3200),
        line("8542319900"),
    ).flows
    assert flows.select("hs6", "national_code", "regime").rows() == [
        ("854231", "8542311000", None),
        ("854231", "8542319000", "C04 mot 3100 via 398"),
        ("854231", "8542319000", "mot 3200"),
        ("854231", "8542319900", None),  # the part beside this total is gone
    ]
    assert flows["weight_estimated"].null_count() == 4


@pytest.mark.parametrize("form", ["tsv", "tsv.gz", "zip", "bom", "crlf", "index"])
def test_forms_of_the_same_file(tmp_path: Path, form: str) -> None:
    rows = [row(), row(cmdCode="854232")]
    text = tsv(rows, bulk=form.startswith("tsv"))
    path = tmp_path / "file"
    if form == "tsv.gz":
        path.write_bytes(gzip.compress(text.encode()))
    elif form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.txt", text)
    elif form == "bom":
        path.write_bytes(b"\xef\xbb\xbf" + text.replace("\t", ",").encode())
    elif form == "crlf":
        path.write_bytes(text.replace("\n", "\r\n").encode())
    elif form == "index":  # as pandas writes a frame
        header, *lines = text.replace("\t", ",").splitlines()
        numbered = [f",{header}", *(f"{i},{line}" for i, line in enumerate(lines))]
        path.write_text("\n".join(numbered) + "\n")
    else:
        path.write_text(text)
    flows = read(path, release="r").rows
    assert flows["hs6"].to_list() == ["854231", "854232"]
    assert flows["net_kg"].to_list() == [5.0, 5.0]


PLAIN = tsv([row(), row(cmdCode="854232")]).replace("\t", ",")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"\Z", "\n"),
        (r"\Z", "," * PLAIN.partition("\n")[0].count(",") + "\n\n"),
        (",", ";"),
        (",643,", ",643.0,"),  # what other programs make of codes
        (",202301,", ",202301.0,"),
        (r",5\.0,", ",5,"),
        ("freqCode", "frequency"),
        (r"(?s)\A.*\Z", json.dumps([row(), row(cmdCode="854232")])),  # rows alone
    ],
)
def test_what_other_programs_make_of_a_file_changes_no_row(
    tmp_path: Path, old: str, new: str
) -> None:
    plain, changed = tmp_path / "plain.csv", tmp_path / "changed.csv"
    plain.write_text(PLAIN)
    changed.write_text(text := re.sub(old, lambda _: new, PLAIN))
    assert text != PLAIN
    assert_frame_equal(read(changed, release="r").rows, read(plain, release="r").rows)


@pytest.mark.parametrize("word", ["NA", "nan", "NULL"])
def test_words_for_no_number(tmp_path: Path, word: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(PLAIN.replace(",5.0,", f",{word},"))
    assert read(path, release="r").rows["net_kg"].to_list() == [None, None]


def test_a_last_line_without_an_end_must_be_whole(tmp_path: Path) -> None:
    path = tmp_path / "website.csv"
    text = (FIXTURES / "comtradeplus_web_export.csv").read_text(encoding="latin-1")
    path.write_text(text.rstrip("\n"))
    whole = read(FIXTURES / "comtradeplus_web_export.csv", release="r").rows
    assert_frame_equal(read(path, release="r").rows, whole)
    path.write_text(text.rstrip("\n")[:-9])
    with pytest.raises(InputFileError, match="half-written"):
        read(path, release="r")


def test_a_leading_zero_that_a_spreadsheet_took_is_put_back(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = [row(cmdCode=code) for code in ("10620", "101", "1")]
    path.write_text(tsv(rows).replace("\t", ","))
    assert read(path, release="r").rows["hs6"].to_list() == ["01", "0101", "010620"]


TEXT = tsv([row(), row(cmdCode="854232")]).replace("\t", ",")


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (TEXT[:-30], InputFileError, "half-written"),
        (TEXT.replace("primaryValue", "tradeValue"), ResponseChanged, "primaryValue"),
        (TEXT.replace(",100.0,", ",much,"), InputFileError, "'much'"),
        (TEXT.replace("H6", ""), InputFileError, "classificationCode is None"),
        (TEXT + "1,2,3\n", InputFileError, "not those of one table"),
        (TEXT.replace("854232", "854232,,"), InputFileError, "not those of one table"),
        (TEXT.replace("202301", "202313"), InputFileError, "'202313' is no period"),
        (TEXT.replace("netWgt", "period", 1), ResponseChanged, "netWgt"),
        (TEXT.replace("isLeaf", "period"), InputFileError, "stands twice in the header"),
        ("<html></html>\n", ResponseChanged, "gone: 'period'"),
        ("", ResponseChanged, "gone"),
        ('{"count": 1, "data": []}', InputFileError, "0 rows came"),
        ('{"results": []}', InputFileError, "without 'count'"),
    ],
)
def test_bad_files(tmp_path: Path, content: str, error: type[TradeflowError], words: str) -> None:
    path = tmp_path / "bad"
    path.write_text(content)
    with pytest.raises(error) as raised:
        read(path, release="r", name="mine.csv")
    assert words in str(raised.value)
    assert "mine.csv" in str(raised.value)


def test_many_rows_are_read_like_few() -> None:
    """The reader of lines and the reader of rows agree on the same answer."""
    from tradeflow.sources.comtrade.envelope import _fast, read_table
    from tradeflow.sources.comtrade.fields import FINAL

    rows = [made(CELL._replace(code=f"{i:06}"), "H6", i + 0.1) for i in range(2000)]
    rows[7] |= {"cmdDesc": 'a "quoted" text, with a comma'}
    body = {"elapsedTime": "", "count": 2000, "data": rows, "error": ""}
    fast = json.dumps(body).encode()
    assert _fast(fast, "", FINAL) is not None
    rows[7] |= {"cmdDesc": "a brace },{ in words"}
    slow = json.dumps(body).encode()
    assert _fast(slow, "", FINAL) is None
    one, other = (read_table(text, "", documented=FINAL) for text in (fast, slow))
    assert one.equals(other)
    assert one.schema["netWgt"] == pl.Float64


@pytest.mark.parametrize(("number", "cut"), [(499, False), (500, True), (501, False)])
def test_a_saved_answer_with_as_many_rows_as_come_at_most(
    tmp_path: Path,
    number: int,
    cut: bool,  # noqa: FBT001
) -> None:
    codes = sorted(known_codes("HS2022"))[:number]
    delivery = rows_of(tmp_path, *(row(cmdCode=code) for code in codes))
    assert len(delivery.flows) == number
    assert any("what would follow may be missing" in note for note in delivery.notes) == cut


def test_a_file_that_the_system_does_not_give(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", denied)
    with pytest.raises(InputFileError, match="cannot be read: Permission denied"):
        read(tmp_path / "rows.json", release="r")
