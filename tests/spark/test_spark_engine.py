"""The same plans and the same screen on a real Spark in this machine: ``make test-spark``."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from same_screen import assert_same_screen
from sample_lake import LATER, QUERIES, files, make_lake

import tradeflow as tf
from tradeflow.detect.monthly import screen as screening
from tradeflow.flows.queries import category_months, known_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import DataFrame, SparkSession

pytestmark = [
    pytest.mark.spark,
    # pyspark 4.3 says that it has not been tried in full with pandas 3
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
]
ROUNDING = 1e-12  # the engines add in different orders


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    sql = pytest.importorskip("pyspark.sql", reason="the extra `spark` is not installed")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)  # the workers run in this environment
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .getOrCreate()
    )
    yield session
    session.stop()
    monkeypatch.undo()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lake(tmp_path_factory.mktemp("home"))


def collected(plan: DataFrame) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(plan.toArrow()))


def with_polars(folder: Path, room: str = "lake") -> pl.LazyFrame:
    return pl.scan_parquet(files(folder, room), hive_partitioning=True)


@pytest.mark.parametrize("name", QUERIES)
def test_spark_and_polars_agree(spark: SparkSession, folder: Path, name: str) -> None:
    theirs = collected(QUERIES[name](spark.read.parquet(f"{folder}/lake")))
    ours = QUERIES[name](with_polars(folder)).collect()
    assert ours.height > 10
    assert_frame_equal(ours, theirs, check_row_order=False, rel_tol=ROUNDING)


def test_as_known_on_a_day(spark: SparkSession, folder: Path) -> None:
    day = LATER - timedelta(days=1)
    rooms = ("lake", "history")
    theirs = known_on(*(spark.read.parquet(f"{folder}/{room}") for room in rooms), day)
    ours = known_on(*(with_polars(folder, room) for room in rooms), day)
    assert_frame_equal(
        category_months(ours).collect(),
        collected(category_months(theirs)),
        check_row_order=False,
        rel_tol=ROUNDING,
    )


def test_the_screen_in_map_in_arrow(
    spark: SparkSession, eu: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tradeflow.detect.monthly.spread import spark_map

    panel = tf.panel(eu, by="hs6")
    here = tf.screen(panel)
    monkeypatch.setattr(screening, "CHUNK", 400)
    assert_same_screen(tf.screen(panel, mapper=spark_map(spark)), here)
