"""What a source is called in the flow table, when there are no rows to say it."""

from __future__ import annotations

from datetime import date

import pytest

import tradeflow as tf
from tradeflow.jobs.named import IN_TABLE, name_in_table
from tradeflow.sources.offices import all_sources
from tradeflow.sources.query import make_query
from tradeflow.sources.registry import SOURCES

NOTHING = tf.load_sample("china-russia-totals", backend="polars").clear()
RATES = "ecb"


def test_every_source_that_brings_flows_has_a_name_that_figures_know() -> None:
    asked = {office.name for office in all_sources() if office.plan is not None}
    assert asked - {RATES, "comext"} == IN_TABLE.keys()
    assert set(IN_TABLE.values()) <= SOURCES.keys()


@pytest.mark.parametrize(
    ("source", "more", "name"),
    [
        ("comtrade", {}, "UN Comtrade"),
        ("comext", {"reporter": "DEU"}, "Comext DS-045409"),
        ("comext", {"reporter": "TUR"}, "Comext DS-059341"),
        ("comext", {"reporter": "DEU", "dataset": "bulk"}, "Comext bulk"),
    ],
)
def test_a_question_without_rows_has_the_name_of_its_rows(
    source: str, more: dict[str, str], name: str
) -> None:
    question = make_query(source, codes="854370", since="2022-01", today=date(2026, 11, 1), **more)
    assert name_in_table(NOTHING, question) == name
