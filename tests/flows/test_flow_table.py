"""The flow table: what is written is read back, and what breaks the contract is refused."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.errors import (
    DuplicateKeyError,
    InputFileError,
    SchemaError,
    TradeflowError,
    UnknownCodeError,
    UnknownNameError,
    UsageError,
)
from tradeflow.flows.check import check_flows
from tradeflow.schema import FLOW_SCHEMA, KEY, conform

CODES = {
    "HS2012": ["010121", "854150"],
    "HS2017": ["010620", "848210", "854370", "901380", "TOTAL"],
    "HS2022": ["010620", "848210", "880730", "854151", "TOTAL"],
}
# Text as published: any letters, commas and quotes, but no blanks at its ends.
text = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="\x85"), min_size=1, max_size=8
)
amount = st.floats(0, 1e15, allow_subnormal=False)


@st.composite
def rows(draw: st.DrawFn) -> dict:
    edition = draw(st.sampled_from(sorted(CODES)))
    freq = draw(st.sampled_from("AM"))
    value = draw(amount)
    weight = draw(st.none() | amount)
    unit = draw(st.none() | text)
    return {
        "period": date(draw(st.integers(2012, 2030)), draw(st.integers(1, 12)), 1)
        if freq == "M"
        else date(draw(st.integers(2012, 2030)), 1, 1),
        "freq": freq,
        "reporter": draw(st.sampled_from(["CHN", "DEU", "S19"])),
        "partner": draw(st.sampled_from(["RUS", "KAZ", "W00"])),
        "flow": draw(st.sampled_from(["import", "export", "re_export", "domestic_export"])),
        "edition": edition,
        "hs6": draw(st.sampled_from(CODES[edition])),
        "national_code": draw(st.none() | text),
        "region": draw(st.none() | text),
        "regime": draw(st.none() | text),
        "value_usd": value,
        "net_kg": None if weight == 0 and value > 0 else weight,
        "quantity": None if unit is None else draw(amount),
        "quantity_unit": unit,
        "valuation": draw(st.sampled_from(["FOB", "CIF", "FAS", "unknown"])),
        "status": draw(st.sampled_from(["reported", "provisional", "estimated", "mirror"])),
        "weight_estimated": draw(st.none() | st.booleans()),
        "source": draw(text),
        "release": draw(text),
    }


tables = st.lists(rows(), min_size=1, max_size=12, unique_by=lambda row: tuple(map(row.get, KEY)))


@given(tables, st.sampled_from(["flows.parquet", "flows.csv", "flows.csv.gz"]))
@settings(max_examples=120)
def test_what_is_written_is_read_back(records: list[dict], name: str) -> None:
    frame = check_flows(pl.DataFrame(records, schema=FLOW_SCHEMA))
    with tempfile.TemporaryDirectory() as folder:
        path = tf.write_flows(frame, Path(folder) / name)
        assert_frame_equal(tf.read_flows(path, backend="polars"), frame, check_exact=True)
        again = tf.read_flows(path)
        assert (path.read_bytes()[:2] == b"\x1f\x8b") == (path.suffix == ".gz")
        pandas = tf.write_flows(again, Path(folder) / f"again-{name}")
        assert pandas.read_bytes() == path.read_bytes()


@pytest.mark.parametrize("sample", tf.list_samples(), ids=lambda sample: sample.name)
@pytest.mark.parametrize("name", ["flows.parquet", "flows.csv"])
def test_samples_survive_a_file(sample: tf.flows.samples.Sample, name: str, tmp_path: Path) -> None:
    frame = tf.load_sample(sample.name, backend="polars")
    path = tf.write_flows(frame, tmp_path / name)
    assert_frame_equal(tf.read_flows(path, backend="polars"), frame, check_exact=True)


def good(**changes: object) -> pl.DataFrame:
    row = {
        "period": date(2022, 1, 1),
        "freq": "A",
        "reporter": "CHN",
        "partner": "RUS",
        "flow": "export",
        "edition": "HS2022",
        "hs6": "848210",
        "value_usd": 10.0,
        "net_kg": 2.0,
        "valuation": "FOB",
        "status": "reported",
        "source": "BACI",
        "release": "r1",
    }
    first = conform(pl.DataFrame([row | {"hs6": "848220"}]))
    bad = first.with_columns(hs6=pl.lit("848210")).with_columns(
        **{name: pl.lit(value) for name, value in changes.items()}
    )
    return pl.concat([first, bad], how="vertical_relaxed")


@pytest.mark.parametrize(
    ("changes", "error", "said"),
    [
        ({"value_usd": -1.0}, SchemaError, "negative"),
        ({"value_usd": float("nan")}, SchemaError, "value_usd"),
        ({"value_usd": float("inf")}, SchemaError, "infinite"),
        ({"net_kg": -5.0}, SchemaError, "net_kg"),
        ({"net_kg": 0.0}, SchemaError, "Read it as missing"),
        ({"period": date(2022, 2, 1)}, SchemaError, "first day of its month or year"),
        ({"period": date(2022, 1, 2)}, SchemaError, "first day of its month or year"),
        ({"hs6": "84821"}, SchemaError, "leading zeros"),
        ({"hs6": "8482XX"}, SchemaError, "six digits"),
        ({"hs6": "8482100000"}, SchemaError, "into national_code and its first six digits"),
        ({"hs6": "848299X"}, SchemaError, "six digits"),
        ({"hs6": "848277"}, UnknownCodeError, "No edition held here"),
        ({"hs6": "880330"}, UnknownCodeError, "exists in HS2012, HS2017"),
        ({"reporter": "CHI"}, UnknownNameError, "Did you mean"),
        ({"partner": "EU27_2020"}, UnknownNameError, "tradeflow countries"),
        ({"hs6": "848220"}, DuplicateKeyError, "count trade twice"),
    ],
)
def test_the_contract(changes: dict, error: type[TradeflowError], said: str) -> None:
    with pytest.raises(error, match=said) as caught:
        check_flows(good(**changes), where="here")
    assert str(caught.value).startswith(("here, row 1", "here, row 0" if "hs6" in changes else "x"))


@pytest.mark.parametrize("name", ["status", "freq", "edition", "flow", "valuation"])
def test_words_outside_the_options(name: str) -> None:
    frame = (
        good().with_columns(pl.col(name).cast(pl.String)).with_columns(pl.lit("odd").alias(name))
    )
    with pytest.raises(SchemaError, match="another type"):
        check_flows(frame)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"period": "2022M01"}, "'period' holds '2022-01-01', .* as pd.to_datetime"),
        ({"value_usd": "1.234,5"}, "'value_usd' holds '1.234,5', .* a decimal point"),
        ({"flow": "X"}, "'flow' holds 'X', .* one of import, export, re_export"),
        ({"weight_estimated": "perhaps"}, "'weight_estimated' holds 'perhaps', .* true or false"),
    ],
)
def test_another_type_is_named_with_what_is_wanted(changes: dict[str, str], said: str) -> None:
    texts = [pl.col(name).cast(pl.String) for name in changes]
    frame = good().with_columns(texts)
    last = frame.tail(1).with_columns(**{name: pl.lit(value) for name, value in changes.items()})
    with pytest.raises(SchemaError, match=said) as caught:
        check_flows(pl.concat([frame.head(1), last]))
    assert "olars" not in str(caught.value)


def test_a_month_as_a_number_is_no_number_of_days() -> None:
    with pytest.raises(SchemaError, match=r"holds 202203, a number: .*2022-03-01"):
        check_flows(good().with_columns(period=pl.lit(202203)))


@pytest.mark.parametrize(("name", "said"), [("Russia", "Write 'RUS'"), ("Ruritania", "is not kn")])
def test_a_country_written_out_is_told_its_code(name: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        check_flows(good(partner=name))


def test_a_csv_that_pandas_wrote_is_read(tmp_path: Path) -> None:
    flows = good(weight_estimated=True).to_pandas()
    flows.to_csv(tmp_path / "mine.csv", index=False)
    read = tf.read_flows(tmp_path / "mine.csv", backend="polars")
    assert_frame_equal(read, good(weight_estimated=True))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"period": "2022M03"}, "period is '2022M03'.*first day of its month"),
        ({"value_usd": "1,5"}, "value_usd is '1,5'.*a decimal point"),
        ({"flow": "Export"}, "flow is 'Export'.*one of import, export"),
    ],
)
def test_a_csv_is_told_what_is_wanted(tmp_path: Path, changes: dict[str, str], said: str) -> None:
    good().to_pandas().assign(**changes).to_csv(tmp_path / "mine.csv", index=False)
    with pytest.raises(InputFileError, match=said):
        tf.read_flows(tmp_path / "mine.csv")


@pytest.mark.parametrize("name", [n for n in FLOW_SCHEMA if n != "period"])
def test_absent_columns(name: str) -> None:
    with pytest.raises(SchemaError, match=f"column '{name}' is absent"):
        check_flows(good().drop(name))


def test_a_renamed_column() -> None:
    with pytest.raises(SchemaError, match="Did you mean 'valueusd'"):
        tf.panel(good().rename({"value_usd": "valueusd"}).to_pandas())


@pytest.mark.parametrize("thing", [[1, 2], None, "flows.csv", pl.LazyFrame({"a": [1]})])
def test_no_frame(thing: object) -> None:
    with pytest.raises(UsageError, match="pandas or Polars data frame"):
        tf.panel(thing)


@given(st.lists(st.sampled_from(["848210", "854370", "901380", "TOTAL"]), min_size=1, unique=True))
@settings(max_examples=15)
def test_classify_is_the_same_for_both_kinds_of_frame(codes: list[str]) -> None:
    flows = pl.concat([good().tail(1).with_columns(hs6=pl.lit(c), edition=pl.lit("HS2017"))
                       for c in codes])  # fmt: skip
    ours, theirs = tf.classify(flows), tf.classify(flows.to_pandas())
    assert isinstance(ours, pl.DataFrame)
    assert type(theirs).__module__.startswith("pandas")
    assert_frame_equal(ours, tf.classify(pl.from_pandas(theirs)))
    assert_frame_equal(tf.classify(ours), ours)
    words = {"848210": "same", "854370": "leaks", "901380": "leaks", "TOTAL": None}
    assert dict(ours.select("hs6", "comparability").iter_rows()) == {c: words[c] for c in codes}


def test_classify_keeps_rows_and_names_both_categories(annual: pl.DataFrame) -> None:
    found = tf.classify(annual)
    assert_frame_equal(found.select(annual.columns), annual)
    marks = dict(found.select("hs6", "category").unique().iter_rows())
    assert marks["848210"] == "bearings"
    assert marks["852580"] == "optics_thermal;uav_complete"
    assert marks["610910"] is None
    by_hand = found.filter(pl.col("category") == "machine_tools")["specificity_weight"]
    assert by_hand.is_between(0, 1).all()


def test_published_aggregates_are_kept_and_never_added() -> None:
    """A heading and a chapter may stand in the table; no panel adds them to their codes."""
    both = pl.concat([good(), good(hs6="8482").tail(1), good(hs6="84").tail(1)])
    assert check_flows(both).height == 4
    panels = [tf.panel(rows, by="hs6", measure="value_usd") for rows in (good(), both)]
    assert panels[0].values.tolist() == panels[1].values.tolist()
    assert tf.classify(both)["category"].tail(2).to_list() == [None, None]
    with pytest.raises(UsageError, match="headings only"):
        tf.panel(both.tail(2), by="hs6", measure="value_usd")


@pytest.mark.parametrize("code", ["8499", "77", "848", "84821"])
def test_aggregates_that_no_edition_has(code: str) -> None:
    with pytest.raises((UnknownCodeError, SchemaError), match=code):
        check_flows(good(hs6=code))
