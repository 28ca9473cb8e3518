"""Late is not zero, and a code break is not a fall."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from synthetic import table

import tradeflow as tf
from tradeflow.errors import (
    DuplicateKeyError,
    SchemaError,
    TradeflowError,
    UnknownNameError,
    UsageError,
)
from tradeflow.nomenclature.families import family
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from tradeflow.panel.model import Panel

CHANGE = date(2022, 1, 1)
NUMBERS = [State.REPORTED, State.ESTIMATED, State.MIRROR, State.ZERO]


@pytest.fixture(scope="module")
def eu_codes(eu: pl.DataFrame) -> Panel:
    return tf.panel(eu, by="hs6")


def test_codes_break_where_their_family_is_not_exact(eu_codes: Panel) -> None:
    after = np.array([p >= CHANGE for p in eu_codes.periods])
    for i, code in enumerate(eu_codes.keys["hs6"]):
        new = "HS2022" if code != "901380" else "HS2017"
        exact = family(code, edition=new).exact
        broken = eu_codes.state[i] == State.BREAK
        assert broken[after].all() == (not exact), code
        assert not exact or not broken.any()
        assert bool(eu_codes.keys["flags"][i]) == (not exact)


@pytest.mark.parametrize("code", ["854151", "854159"])
def test_a_code_born_in_2022_has_no_past(eu_codes: Panel, code: str) -> None:
    rows = (eu_codes.keys["hs6"] == code).to_numpy()
    before = np.array([p < CHANGE for p in eu_codes.periods])
    assert rows.sum() > 10
    assert np.isnan(eu_codes.values[np.ix_(rows, before)]).all()
    assert (eu_codes.state[np.ix_(rows, before)] == State.BREAK).all()


def test_a_fall_by_classification_is_marked(eu_codes: Panel) -> None:
    rows = (eu_codes.keys["hs6"] == "901380").to_numpy()
    after = np.array([p >= CHANGE for p in eu_codes.periods])
    assert (eu_codes.state[np.ix_(rows, after)] == State.BREAK).all()
    assert np.nansum(eu_codes.values[np.ix_(rows, ~after)]) > 0
    note = eu_codes.keys.filter(pl.col("hs6") == "901380")["flags"][0]
    assert note.startswith("not comparable across HS2017 and HS2022")


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
def test_what_is_absent_from_comext_is_not_zero(eu: pl.DataFrame, by: str) -> None:
    found = tf.panel(eu, by=by)
    assert found.counts()["ZERO"] == found.counts()["NOT_RELEASED"] == 0
    assert found.counts()["WITHHELD"] > 0
    zero = found.values == 0  # published as such, 9 lines of it
    assert zero.sum() <= eu.filter(pl.col("value_usd") == 0).height == 9
    assert (found.state[zero] != State.ZERO).all()
    if by != "category":  # the sum of a category holds the members that have a number
        assert np.isnan(found.values[found.state == State.WITHHELD]).all()
        assert not np.isnan(found.values[found.state == State.REPORTED]).any()


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
def test_what_is_absent_from_baci_is_zero(annual: pl.DataFrame, by: str) -> None:
    found = tf.panel(annual, by=by)
    counts = found.counts()
    assert counts["WITHHELD"] == counts["NOT_RELEASED"] == counts["REPORTED"] == 0
    zero = found.state == State.ZERO
    assert (found.values[zero] == 0).all()
    assert (found.net_kg[zero] == 0).all()
    assert not np.isnan(found.values).any()
    assert (found.values[found.state == State.ESTIMATED] > 0).all()
    assert found.values.flags.c_contiguous
    assert found.state.dtype == np.uint8


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
@pytest.mark.parametrize(
    ("sample", "gap"), [("annual", date(2019, 1, 1)), ("eu", date(2021, 5, 1))]
)
def test_a_period_without_rows_is_not_released(
    sample: str, gap: date, by: str, request: pytest.FixtureRequest
) -> None:
    flows = request.getfixturevalue(sample).filter(pl.col("period") != gap)
    found = tf.panel(flows, by=by)
    column = found.periods.index(gap)
    assert set(np.unique(found.state[:, column])) <= {State.NOT_RELEASED, State.BREAK}
    assert (found.state[:, column] == State.NOT_RELEASED).mean() > 0.8
    assert np.isnan(found.values[:, column]).all()
    assert np.isnan(found.net_kg[:, column]).all()


@pytest.mark.parametrize(
    ("status", "state"),
    [("reported", "REPORTED"), ("provisional", "REPORTED"), ("mirror", "MIRROR")],
)
def test_status_becomes_state(status: str, state: str) -> None:
    found = tf.panel(table(np.ones((1, 3)), ["848210"], status=status), by="hs6")
    assert found.counts()[state] == 3


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
@pytest.mark.parametrize("sample", ["annual", "eu"])
def test_nothing_is_lost_or_counted_twice(
    sample: str, by: str, request: pytest.FixtureRequest
) -> None:
    flows = request.getfixturevalue(sample)
    found = tf.panel(flows, by=by)
    if by == "category":
        assert found.parts is not None
        kept = np.unique(np.concatenate(found.members))
        values = found.parts.values[kept]
        for row, members in enumerate(found.members):
            of_members = np.nansum(found.parts.values[members], axis=0)
            np.testing.assert_allclose(np.nan_to_num(found.values[row]), of_members)
        codes = found.parts.keys["hs6"].gather(kept.tolist()).to_list()
        flows = flows.filter(pl.col("hs6").is_in(codes))
    else:
        values = found.values
    by_period = flows.group_by("period").agg(pl.col("value_usd").sum()).sort("period")
    assert list(found.periods) == by_period["period"].to_list()
    if not (sample == "eu" and by == "category"):
        np.testing.assert_allclose(np.nansum(values, axis=0), by_period["value_usd"], rtol=1e-12)


def test_a_reporter_that_fell_silent_is_not_taken_for_restated(eu: pl.DataFrame) -> None:
    late = (pl.col("reporter") == "AUT") & (pl.col("period") >= CHANGE)
    found = tf.panel(eu.filter(~late), by="hs6")
    rows = (found.keys["reporter"] == "AUT").to_numpy()
    assert set(found.keys["flags"].filter(pl.Series(rows))) == {""}
    after = np.array([p >= CHANGE for p in found.periods])
    assert (found.state[np.ix_(rows, after)] == State.WITHHELD).all()


def two_editions(old: str, new: str) -> pl.DataFrame:
    """100 dollars a year under `old` until 2021, 700 under `new` from 2022 on."""
    before = table(np.full((1, 5), 100.0), [old])
    after = table(np.full((1, 7), 700.0), [new], edition="HS2022")
    return pl.concat([before, after.filter(pl.col("period") >= CHANGE)])


@pytest.mark.parametrize(("old", "new"), [("880330", "880730"), ("854890", "854800")])
@pytest.mark.parametrize("by", ["hs6", "family"])
def test_a_renumbered_code_is_one_series(old: str, new: str, by: str) -> None:
    found = tf.panel(two_editions(old, new), by=by)
    assert found.keys[by].to_list() == [new]
    np.testing.assert_array_equal(found.values, [[100.0] * 5 + [700.0] * 2])
    assert found.counts()["BREAK"] == 0


def test_a_split_code_is_one_family_and_two_broken_series() -> None:
    flows = two_editions("854150", "854151")
    assert tf.panel(flows, by="family").values.tolist() == [[100.0] * 5 + [700.0] * 2]
    found = tf.panel(flows, by="hs6")
    assert found.keys["hs6"].to_list() == ["854150", "854151"]
    np.testing.assert_array_equal(found.values[0], [100.0] * 5 + [np.nan] * 2)
    np.testing.assert_array_equal(found.values[1], [np.nan] * 5 + [700.0] * 2)
    assert (found.state[:, 5:] == State.BREAK).all()


def test_weights_are_kilograms_and_a_missing_part_is_a_missing_sum(annual: pl.DataFrame) -> None:
    found = tf.panel(annual, by="hs6", measure="net_kg")
    assert (found.unit, found.measure) == ("kg", "net_kg")
    np.testing.assert_array_equal(found.values, found.net_kg)
    row = annual.filter((pl.col("hs6") == "391220") & (pl.col("period") == date(2023, 1, 1)))
    assert found.values[found.row("391220"), -1] == row["net_kg"][0] == pytest.approx(1_365_435)
    parts = pl.concat(
        [
            table(np.ones((1, 1)), ["848210"], national_code="84821010"),
            table(np.ones((1, 1)), ["848210"], national_code="84821090").with_columns(
                net_kg=pl.lit(None, dtype=pl.Float64)
            ),
        ]
    )
    joint = tf.panel(parts, by="hs6")
    assert joint.values.tolist() == [[2.0]]
    assert np.isnan(joint.net_kg).all()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("freq", "M", "Months and years do not mix"),
        ("source", "UN Comtrade", "Sources disagree"),
        ("release", "another", "Releases repeat each other"),
    ],
)
def test_mixtures_are_refused(column: str, value: str, said: str) -> None:
    flows = table(np.ones((2, 3)), ["848210", "848220"])
    other = flows.with_columns(pl.lit(value).cast(flows.schema[column]).alias(column))
    with pytest.raises(UsageError, match=said):
        tf.panel(pl.concat([flows, other]))


@pytest.mark.parametrize("part", ["national_code", "region", "regime"])
def test_a_total_beside_its_parts_is_refused(part: str) -> None:
    flows = table(np.ones((2, 3)), ["848210", "848220"])
    parts = flows.filter(pl.col("hs6") == "848220").with_columns(pl.lit("84822000").alias(part))
    with pytest.raises(DuplicateKeyError, match=r"848220, 2017-01-01.*a total beside its parts"):
        tf.panel(pl.concat([flows, parts]), by="hs6")
    kept = pl.concat([flows.filter(pl.col("hs6") == "848210"), parts])
    assert tf.panel(kept, by="hs6").values.sum() == 6


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda f: tf.panel(f, by="hs4"), UnknownNameError, "Did you mean 'hs6'"),
        (lambda f: tf.panel(f, measure="value"), UnknownNameError, "Did you mean 'value_usd'"),
        (lambda f: tf.panel(f, flow="exports"), UnknownNameError, "Did you mean 'export'"),
        (lambda f: tf.panel(f, flow="import"), UsageError, "no import flows"),
        (lambda f: tf.panel(f.head(0)), UsageError, "no export flows"),
        (lambda f: tf.panel(pl.concat([f, f])), DuplicateKeyError, "stands|another row states"),
        (lambda f: tf.panel(f.drop("net_kg")), SchemaError, "'net_kg' is absent"),
        (lambda f: tf.panel(f, by="hs6").row("848219"), UnknownNameError, "Did you mean '84821"),
        (
            lambda f: tf.panel(f.with_columns(source=pl.lit("BAICI"))),
            UnknownNameError,
            "Did you mean 'BACI'",
        ),
    ],
)
def test_bad_questions(call, error: type[TradeflowError], said: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=said):
        call(table(np.ones((2, 3)), ["848210", "848220"]))
