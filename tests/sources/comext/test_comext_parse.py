"""From lines to rows: real lines exactly, units, rates, flags, what is kept apart."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from comext_help import LINE, WEIGHT, block, csv
from fake_comext import HEADER, FakeComext
from kept_answer import kept
from loopback import Request
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.errors import DuplicateKeyError, InputFileError, ResponseChanged, TradeflowError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.ingest import ingest
from tradeflow.sources.comext.jsonstat import lines_of
from tradeflow.sources.comext.parse import parse
from tradeflow.sources.comext.read import parse_comext, read

FIXTURES = Path(__file__).parents[2] / "fixtures" / "comext"
MEAN_2024 = 1.0824  # dollars per euro in 2024, the ECB's mean of days; ours is of months
ONE_PER_MILLE = 1e-3
JANUARY = {"2024": 1.0905, "2026": 1.1738}  # the ECB's monthly means
FOUR_DECIMALS = 1e-4


def flows(path: Path, body: bytes) -> pl.DataFrame:
    path.write_bytes(body)
    return tf.read_flows(path, kind="comext", release="r1", backend="polars")


def test_real_annual_lines() -> None:
    """Catfish fillets from Viet Nam and from the world; France's empty value is no row."""
    rows = tf.read_flows(FIXTURES / "ds-045409_annual.csv", kind="comext", backend="polars")
    assert rows.select("reporter", "partner", "net_kg").rows() == [
        ("DEU", "VNM", pytest.approx(9_021_263)),
        ("DEU", "W00", pytest.approx(11_348_195)),
    ]
    euros = [32_313_884, 39_919_520]
    assert rows["value_usd"].to_list() == pytest.approx(
        [e * MEAN_2024 for e in euros], rel=ONE_PER_MILLE
    )
    same = {
        "period": date(2024, 1, 1),
        "freq": "A",
        "flow": "import",
        "edition": "HS2022",
        "hs6": "030462",
        "national_code": None,
        "valuation": "CIF",
        "status": "reported",
        "source": "Comext DS-045409",
    }
    for name, value in same.items():
        assert rows[name].unique().to_list() == [value]


def test_the_other_dataset_counts_kilograms(tmp_path: Path) -> None:
    text = (FIXTURES / "ds-059341_header.csv").read_text()
    weight = text.splitlines()[1].replace("VALUE_EUR", "QUANTITY_KG").replace("1000000000", "77.5")
    (row,) = flows(tmp_path / "f.csv", f"{text}{weight}\n".encode()).rows(named=True)
    assert (row["net_kg"], row["partner"], row["hs6"]) == (77.5, "W00", "090111")
    assert row["value_usd"] == pytest.approx(1e9 * JANUARY["2026"], rel=FOUR_DECIMALS)
    assert row["source"] == "Comext DS-059341"


def test_units_of_hundred_kilograms(tmp_path: Path) -> None:
    (row,) = flows(tmp_path / "f.csv", csv(LINE, WEIGHT)).rows(named=True)
    assert row["net_kg"] == 150
    assert row["value_usd"] == pytest.approx(1000 * JANUARY["2024"], rel=FOUR_DECIMALS)


def test_supplementary_quantities_stand_beside_the_value(tmp_path: Path) -> None:
    line = LINE.replace("854231", "85423110")
    more = line.replace("VALUE_IN_EUROS", "SUPPLEMENTARY_QUANTITY").replace("1000", "42")
    (row,) = flows(tmp_path / "f.csv", csv(line, more)).rows(named=True)
    assert (row["quantity"], row["national_code"], row["hs6"]) == (42, "85423110", "854231")


def test_a_value_without_weight_is_a_row_and_a_weight_alone_is_none(tmp_path: Path) -> None:
    other = WEIGHT.replace("854231", "854232")
    rows = flows(tmp_path / "f.csv", csv(LINE, other))
    assert rows.select("hs6", "net_kg").rows() == [("854231", None)]


@pytest.mark.parametrize(
    ("flag", "status"),
    [
        ("", "reported"),
        ("p", "provisional"),
        ("e", "estimated"),
        ("ps", "estimated"),
        ("r", "reported"),
    ],
)
def test_flags(flag: str, status: str, tmp_path: Path) -> None:
    rows = flows(tmp_path / "f.csv", csv(f"{LINE},{flag}", header=f"{HEADER},OBS_FLAG"))
    assert rows["status"].to_list() == [status]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("854231", "85XXXXXX", "masked"),
        ("854231", "99RRR100", "masked"),
        ("854231", "990500", "98 and 99"),
        ("KZ", "QZ", "not one country"),
        ("KZ", "XC", "not one country"),
        ("DE", "XI", "not one country"),
        ("1000", ",c", "secret"),
    ],
)
def test_what_no_row_may_show_is_withheld(old: str, new: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    header = f"{HEADER},OBS_FLAG"
    path.write_bytes(
        csv(f"{LINE},".replace(f"{old},", f"{new},".replace(",c,", ",c")), header=header)
    )
    parsed = parse_comext(path, release="r1")
    assert parsed.rows.is_empty()
    assert parsed.withheld.height == 1
    assert new.strip(",") in parsed.withheld.row(0)
    assert why in parsed.withheld["reason"].item()


@pytest.mark.parametrize(
    ("product", "edition"), [("8542", "HS2022"), ("85", "HS2022"), ("TOTAL", "HS2022")]
)
def test_published_aggregates_stay_what_they_are(
    product: str, edition: str, tmp_path: Path
) -> None:
    rows = flows(tmp_path / "f.csv", csv(LINE, LINE.replace("854231", product)))
    assert rows.select("hs6", "edition").rows() == [("854231", edition), (product, edition)]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((LINE, LINE.replace("854231", "85423210")), "beside codes of eight digits"),
        ((LINE.replace("M,DE", "A,DE"),), "monthly data"),
        ((LINE.replace("2024-01", "2024"),), "monthly data"),
        ((LINE.replace("M,DE", "A,DE").replace("2024-01", "2026"),), "years 2012 to 2025"),
        ((LINE.replace("DE", "WORLD"),), "reporter 'WORLD' is neither a country"),
        ((LINE.replace("854231", "999"),), "6 digits are needed"),
        ((LINE.replace("854231", "854277"),), "not in HS2022"),
    ],
)
def test_what_is_refused(lines: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=said):
        flows(tmp_path / "f.csv", csv(*lines))


def test_a_file_says_its_release_itself(tmp_path: Path) -> None:
    path = tmp_path / "annual.csv"
    path.write_bytes((FIXTURES / "ds-045409_annual.csv").read_bytes())
    told = ingest("comext", path, home=tmp_path, backend="polars")
    assert set(told.flows["release"]) == {"2026-09-15T11:00"}
    assert dict(told.answers[0].call.about)["release"] == "2026-09-15T11:00"
    named = ingest("comext", path, home=tmp_path, release="autumn", backend="polars")
    assert set(named.flows["release"]) == {"autumn"}


def test_a_quantity_alone_is_said(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(csv(LINE, LINE.replace("VALUE_IN_EUROS", "QUANTITY_IN_100KG")))
    assert read(path, release="r").notes == ()
    path.write_bytes(csv(LINE.replace("VALUE_IN_EUROS", "QUANTITY_IN_100KG")))
    assert read(path, release="r").notes == ("Quantities whose value is not there are left out.",)


def test_a_new_dimension_is_no_file_of_ours(tmp_path: Path) -> None:
    """Such as that of DS-059322, whose lines would state the same cell several times."""
    body = csv(LINE).replace(b"flow,", b"flow,stat_procedure,").replace(b",2,", b",2,1,")
    with pytest.raises(ResponseChanged, match="new: 'stat_procedure'"):
        flows(tmp_path / "f.csv", body)


def test_one_file_is_from_one_dataset(tmp_path: Path) -> None:
    other = csv(LINE, WEIGHT, LINE.replace("DE", "LT"))
    last = other.rindex(b"DS-045409")
    with pytest.raises(InputFileError, match=r"line 4.*a file of DS-045409"):
        flows(tmp_path / "f.csv", other[:last] + b"DS-059341" + other[last + 9 :])
    with pytest.raises(InputFileError, match="a file of DS-045409 or DS-059341"):
        flows(tmp_path / "f.csv", csv(LINE).replace(b"DS-045409", b"DS-059322"))


def json_stat(**sides: Any) -> bytes:  # noqa: ANN401
    return served(block(form="jsonstat", **sides))


def served(asked: Any) -> bytes:  # noqa: ANN401
    call = asked.call()
    return FakeComext().answer(Request(call.path, call.params, {})).body


@pytest.mark.parametrize("dataset", ["DS-045409", "DS-059341"])
def test_both_formats_say_the_same(dataset: str, tmp_path: Path) -> None:
    indicators = {"DS-059341": ("VALUE_EUR", "QUANTITY_KG")}.get(dataset, block().indicators)
    asked = block(dataset=dataset, indicators=indicators)
    first = flows(tmp_path / "f.csv", served(asked))
    second = flows(tmp_path / "f.json", json_stat(dataset=dataset, indicators=indicators))
    assert first.height > 8
    assert_frame_equal(first, second, check_row_order=False)


CUBE: dict[str, Any] = {
    "id": ["freq", "reporter", "partner", "product", "flow", "indicators", "time"],
    "size": [1, 2, 1, 1, 1, 2, 2],
    "dimension": {
        "freq": {"category": {"label": {"M": "Monthly"}}},
        "reporter": {"category": {"index": {"LT": 1, "DE": 0}, "label": {"DE": "x", "LT": "x"}}},
        "partner": {"category": {"index": ["KZ"]}},
        "product": {"category": {"index": {"854231": 0}}},
        "flow": {"category": {"index": {"2": 0}}},
        "indicators": {"category": {"index": {"VALUE_EUR": 0, "QUANTITY_KG": 1}}},
        "time": {"category": {"index": {"2024-01": 0, "2024-02": 1}}},
    },
    "value": {"0": 5, "3": 2.5, "6": 7},
    "status": {"4": "c", "6": "p"},
}
"""By hand: reporter is the slowest dimension that varies, time the fastest."""


def test_a_sparse_cube_by_hand() -> None:
    lines = lines_of("cube", CUBE)
    columns = ["reporter", "indicators", "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"]
    assert lines.select(columns).rows() == [
        ("DE", "VALUE_EUR", "2024-01", "5", ""),
        ("DE", "QUANTITY_KG", "2024-02", "2.5", ""),
        ("LT", "VALUE_EUR", "2024-01", "", "c"),
        ("LT", "QUANTITY_KG", "2024-01", "7", "p"),
    ]
    assert lines["DATAFLOW"].unique().to_list() == ["DS-059341"]
    dense = {**CUBE, "value": [5, None, None, 2.5, None, None, 7, None]}
    assert_frame_equal(lines_of("cube", dense), lines)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"size": [1, 2, 1, 1, 1, 2, 3]}, "sizes that its dimensions do not have"),
        ({"value": {"8": 1}}, "outside its cube"),
        ({"value": {"-1": 1}}, "outside its cube"),
        ({"value": {"0": "five"}}, "'five', which is no number"),
        ({"value": {"0": True}}, "no number"),
        ({"value": {"zero": 1}}, "no known way"),
        ({"value": 5}, "no known way"),
        ({"id": "freq"}, "does not name its dimensions"),
        ({"id": [*CUBE["id"], "stat_procedure"]}, "new: 'stat_procedure'"),
        ({"id": CUBE["id"][1:]}, "gone: 'freq'"),
        ({"dimension": {}}, "does not list the categories of freq"),
        (
            {"dimension": {**CUBE["dimension"], "time": {"category": {"index": {"2024-01": 1}}}}},
            "gaps",
        ),
    ],
)
def test_a_damaged_cube(change: dict[str, Any], said: str) -> None:
    with pytest.raises(TradeflowError, match=said):
        lines_of("cube", {**CUBE, **change})


@pytest.mark.parametrize("gone", ["id", "size", "dimension", "value"])
def test_a_cube_without_a_key(gone: str) -> None:
    with pytest.raises(ResponseChanged, match=f"gone: '{gone}'"):
        lines_of("cube", {k: v for k, v in CUBE.items() if k != gone})


TOTAL = block(codes=("TOTAL",), partners=("WORLD",), indicators=("VALUE_IN_EUROS",))


def test_late_is_not_zero(tmp_path: Path) -> None:
    """Germany's total ends in February; of Lithuania's nothing is known."""
    total = "M,DE,WORLD,TOTAL,2,VALUE_IN_EUROS,2024-0{},5"
    answers = [
        kept(tmp_path, TOTAL.call("availability"), csv(total.format(1), total.format(2))),
        kept(tmp_path, block().call(), csv(LINE, WEIGHT)),
    ]
    parsed = parse(answers)
    assert parsed.coverage.select("reporter", pl.col("period").dt.month(), "state").rows() == [
        ("DEU", 1, "reported"),
        ("DEU", 2, "unknown"),
        ("DEU", 3, "not released"),
        ("LTU", 1, "unknown"),
        ("LTU", 2, "unknown"),
        ("LTU", 3, "unknown"),
    ]
    assert parsed.rows["release"].to_list() == ["2026-09-15T11:00"]


@pytest.mark.parametrize(
    ("stamps", "release"),
    [
        (("15/09/26",), "2026-09-15"),
        (("15/09/26 11:00:00", "16/09/26 23:00:00"), "2026-09-16T23:00"),
        (("",), "2026-11-01"),
        (("yesterday",), "2026-11-01"),
        (("2026-09-15T11:00:00+0200",), "2026-09-15T11:00"),
    ],
)
def test_one_release_for_all_answers(stamps: tuple[str, ...], release: str, tmp_path: Path) -> None:
    """The newest update stated; else the day on which the answers came."""
    old = "15/09/26 11:00:00"
    answers = [
        kept(
            tmp_path,
            block(codes=(code,)).call(),
            csv(LINE.replace("854231", code)).replace(old.encode(), stamp.encode()),
        )
        for code, stamp in zip(("854231", "854232"), stamps, strict=False)
    ]
    assert parse(answers).rows["release"].unique().to_list() == [release]


def test_a_refused_code_is_unknown_and_named(tmp_path: Path) -> None:
    body = json.dumps({"error": [{"status": 400, "label": "no product 85423119"}]}).encode()
    asked = block(codes=("85423119",), reporters=("DE",))
    parsed = parse([kept(tmp_path, asked.call(), body, status=400)])
    assert parsed.rows.is_empty()
    assert parsed.coverage["state"].unique().to_list() == ["unknown"]
    assert "85423119 (2024-01 to 2024-03)" in parsed.notes[0]
    assert "no product 85423119" in parsed.notes[0]
    assert deliver(parsed, (), where="nothing", backend="polars").flows.is_empty()


def test_a_cell_in_two_answers_is_an_error(tmp_path: Path) -> None:
    answers = [
        kept(tmp_path, block(last="2024-01").call(), csv(LINE)),
        kept(tmp_path, block().call(), csv(LINE, WEIGHT)),
    ]
    with pytest.raises(DuplicateKeyError, match="count trade twice"):
        deliver(parse(answers), (), where="two answers", backend="polars")


def test_only_bulk_files_are_narrowed(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes(csv(LINE))
    with pytest.raises(TradeflowError, match="only bulk files are narrowed"):
        read(path, release="r1", partners="RUS")


@pytest.mark.parametrize("group", ["EU27_2020", "EXT_EU27_2020", "INT_EU", "EA20", "EU"])
def test_groups_of_countries_are_kept_apart(group: str, tmp_path: Path) -> None:
    lines = csv(LINE, LINE.replace("DE", group), LINE.replace("KZ", group))
    path = tmp_path / "f.csv"
    path.write_bytes(lines)
    parsed = parse_comext(path, release="r")
    assert parsed.rows.height == 1
    assert parsed.withheld.height == 2
