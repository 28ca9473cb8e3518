"""What the table of findings calls goods and says of alarms and routes; what cannot be asked."""

from __future__ import annotations

from functools import lru_cache

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.errors import UnknownNameError, UsageError


@lru_cache
def found(sample: str, by: str) -> pl.DataFrame:
    since = "2022-03" if sample.endswith("monthly") else 2022
    return tf.findings(tf.load_sample(sample), since=since, by=by).table


def test_codes_are_called_by_their_own_text_in_their_own_edition() -> None:
    """870120 ended with HS 2017; 845811 is not just any lathe."""
    title = dict(found("china-russia-annual", "hs6").select("hs6", "title").iter_rows())
    assert title["870120"] == "870120 Tractors; road, for semi-trailers"
    assert title["845811"] == "845811 Horizontal CNC lathes"
    assert title["870380"] != title["870321"].replace("870321", "870380")
    assert all(len(words) > len(f"{code} ") for code, words in title.items())
    assert max(map(len, title.values())) <= 67


def test_the_routes_take_no_side_on_a_fall() -> None:
    """The EU's exports collapsed; that hubs could not have carried it is no word against that."""
    table = found("eu-high-priority-monthly", "category")
    fell = table.filter(verdict="level shift, alarm not heard")
    assert set(fell["routes"]) == {"could not carry it"}
    assert (fell["agree"] == "contrast").all()
    assert (fell["disagree"] == "").all()
    for name in ("agree", "disagree"):
        assert not table[name].str.contains("routes").any()
    not_asked = table.filter(routes="not heard: no fall on the direct route")
    assert len(not_asked)
    assert not not_asked["not_heard"].str.contains("routes").any()


def test_an_annual_alarm_is_a_shift_that_is_rare() -> None:
    """So it can be False beside a small q-value, which is that of the shift."""
    table = found("china-russia-annual", "category").filter(pl.col("alarm").is_not_null())
    shifts = tf.detect_shifts(tf.panel(tf.load_sample("china-russia-annual")))
    for name, alarm, q in table.select("category", "alarm", "alarm_q").iter_rows():
        assert alarm is shifts[name].exceptional
        assert q == shifts[name].q
    common = table.filter(~pl.col("alarm") & (pl.col("alarm_q") <= 0.10))
    assert "navigation" in common["category"].to_list()
    assert common["sentence"].str.contains("not rare among them").all()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"by": "family"}, UsageError, "by family need months"),
        ({"by": "total"}, UsageError, "'total'"),
        ({"reporter": "DEU"}, UsageError, "no exports of DEU. It has exports of: CHN"),
        ({"partner": "russia"}, UnknownNameError, "write its code, RUS"),
        ({"reporter": "China"}, UnknownNameError, "Reporter 'China' is a name"),
        ({"hubs": ["Kazakstan"]}, UnknownNameError, "Did you mean 'Kazakhstan'"),
    ],
    ids=lambda x: str(x) if isinstance(x, dict) else "",
)
def test_refusals_say_what_the_table_has(
    options: dict[str, object], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        tf.findings(tf.load_sample("china-russia-annual"), since=2022, **options)
