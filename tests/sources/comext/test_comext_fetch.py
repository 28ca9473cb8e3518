"""From a question to a flow table, over loopback; what is served is generated, if not said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from comext_help import ask
from fake_comext import BULK_HEADER, QUESTION, FakeComext, bulk_line, value
from loopback import StepClock
from polars.testing import assert_frame_equal

from tradeflow.errors import BadAnswer, QueryRefused, Unreachable
from tradeflow.nomenclature.units import usd_per_unit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHORT: dict[str, Any] = {**QUESTION, "since": "2025-11", "until": "2026-09"}
CHIPS: dict[str, Any] = {
    "reporter": "DEU",
    "partner": "RUS",
    "codes": "85423111,85423119,85423190,85423290",
    "since": "2021-01",
    "until": "2022-03",
}


@pytest.fixture
def fake() -> Iterator[FakeComext]:
    with FakeComext() as server:
        yield server


def test_values_units_and_coverage(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Türkiye's last month is 2026-06, Germany's 2026-08."""
    result = ask(fake, tmp_path, monkeypatch, **SHORT)
    for row in result.flows.rows(named=True):
        place = (
            "M",
            {"DEU": "DE", "TUR": "TR"}[row["reporter"]],
            {"RUS": "RU", "KAZ": "KZ"}[row["partner"]],
            row["hs6"],
            "2",
            f"{row['period']:%Y-%m}",
        )
        euros, kg = value("VALUE_EUR", place), value("QUANTITY_KG", place)
        assert row["value_usd"] == pytest.approx(euros * usd_per_unit("EUR", row["period"]))
        assert row["net_kg"] == kg
    late = result.coverage.filter(pl.col("state") == "not released")
    months = late.group_by("reporter").agg(pl.col("period").min().dt.month()).sort("reporter")
    assert months.rows() == [("DEU", 9), ("TUR", 7)]
    assert result.flows["release"].unique().to_list() == ["2026-09-15T11:00"]
    assert "Periods not released: 8:" in result.summary()


@pytest.mark.parametrize("dataset", ["DS-045409", "DS-059341"])
def test_csv_and_json_stat_give_the_same_rows(
    dataset: str, fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = {**SHORT, "reporter": "DEU,LTU", "dataset": dataset}
    one = ask(fake, tmp_path, monkeypatch, **question)
    other = ask(fake, tmp_path, monkeypatch, **question, format="jsonstat")
    assert len(one.flows) > 50
    for name in ("flows", "coverage"):
        assert_frame_equal(getattr(one, name), getattr(other, name), check_row_order=False)


def test_recorded_lines(fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Real: Germany reports imports from Viet Nam and the world; France an empty value."""
    question = {"reporter": "DEU,FRA", "partner": "VNM,W00", "codes": "030462", "flow": "import"}
    result = ask(fake, tmp_path, monkeypatch, **question, freq="A", since=2024, until=2024)
    assert result.flows["net_kg"].to_list() == [9_021_263, pytest.approx(11_348_195)]
    states = result.coverage.select("reporter", "partner", "state").rows()
    assert states == [
        ("DEU", "VNM", "reported"),
        ("DEU", "W00", "reported"),
        ("FRA", "VNM", "unknown"),
        ("FRA", "W00", "unknown"),
    ]


def test_one_bad_code_does_not_spoil_the_others(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = ask(fake, tmp_path / "clean", monkeypatch, **CHIPS)
    fake.invalid = {("85423119", "2021")}
    result = ask(fake, tmp_path / "bad", monkeypatch, **CHIPS)
    gone = (pl.col("national_code") == "85423119") & (pl.col("period").dt.year() == 2021)
    assert_frame_equal(result.flows, clean.flows.filter(~gone), check_row_order=False)
    assert any("85423119 (2021-01 to 2021-12)" in note for note in result.notes)
    assert not any("refused" in note for note in clean.notes)


@pytest.mark.parametrize("promise", ["xml", "json", "words"])
@pytest.mark.parametrize("form", ["csv", "jsonstat"])
def test_asynchronous_answers(
    promise: str, form: str, fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = {**SHORT, "format": form}
    clean = ask(fake, tmp_path / "sync", monkeypatch, **question)
    fake.later_from, fake.promise = 30, promise
    clock = StepClock()
    result = ask(fake, tmp_path / "async", monkeypatch, clock, **question)
    assert_frame_equal(result.flows, clean.flows)
    assert_frame_equal(result.coverage, clean.coverage)
    assert clock.passed > 20
    asked = len(fake.requests)
    assert_frame_equal(ask(fake, tmp_path / "async", monkeypatch, **question).flows, clean.flows)
    assert len(fake.requests) == asked


def test_an_expired_answer_is_asked_again_in_halves(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = ask(fake, tmp_path / "sync", monkeypatch, **SHORT)
    fake.later_from, fake.states = 100, ["PROCESSING", "EXPIRED"]
    result = ask(fake, tmp_path / "async", monkeypatch, **SHORT)
    assert_frame_equal(result.flows, clean.flows, check_row_order=False)
    assert_frame_equal(result.coverage, clean.coverage)


def test_an_answer_that_never_comes(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.later_from, fake.states = 30, ["SUBMITTED"]
    clock = StepClock()
    with pytest.raises(Unreachable, match="still at work on it"):
        ask(fake, tmp_path, monkeypatch, clock, **SHORT)
    assert clock.passed < 3600


def test_too_large_extractions_are_split(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clean = ask(fake, tmp_path / "whole", monkeypatch, **SHORT)
    fake.refused_from = 23
    result = ask(fake, tmp_path / "split", monkeypatch, **SHORT)
    assert_frame_equal(result.flows, clean.flows, check_row_order=False)
    assert_frame_equal(result.coverage, clean.coverage)
    fake.refused_from = 1
    with pytest.raises(BadAnswer, match="cannot be asked for in parts"):
        ask(fake, tmp_path / "never", monkeypatch, **SHORT)


def test_gzipped_bodies(fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clean = ask(fake, tmp_path / "plain", monkeypatch, **SHORT)
    fake.zipped = True
    assert_frame_equal(ask(fake, tmp_path / "gz", monkeypatch, **SHORT).flows, clean.flows)


def test_the_wrong_base_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Elsewhere(FakeComext):
        """The main base of Eurostat, where these datasets are not."""

        def answer(self, request: Any) -> Any:  # noqa: ANN401
            path = request.path.replace("/comext/", "/")
            return super().answer(type(request)(path, request.params, request.headers))

    with Elsewhere() as fake, pytest.raises(QueryRefused, match="ERR_NOT_FOUND_4"):
        ask(fake, tmp_path, monkeypatch, **SHORT)


def test_bulk_files_over_the_listing(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two months are listed, the third is not out yet."""
    for month in ("202606", "202607"):
        cells = {"REPORTER": "DE", "PERIOD": month, "PRODUCT_NC": "85423110"}
        lines = [bulk_line(**cells, PARTNER=p) for p in ("RU", "KZ", "CN")]
        lines.append(bulk_line(**cells | {"REPORTER": "FR"}, PARTNER="RU"))
        fake.bulk[f"full_v2_{month}.7z"] = "\n".join([BULK_HEADER, *lines, ""])
    question = {"reporter": "DEU", "partner": "RUS,KAZ", "codes": "8542", "dataset": "bulk"}
    result = ask(fake, tmp_path, monkeypatch, **question, since="2026-06", until="2026-08")
    assert result.flows.select("partner", pl.col("period").dt.month(), "regime").rows() == [
        ("RUS", 6, "normal"),
        ("KAZ", 6, "normal"),
        ("RUS", 7, "normal"),
        ("KAZ", 7, "normal"),
    ]
    states = result.coverage.filter(pl.col("partner") == "RUS")["state"].to_list()
    assert states == ["reported", "reported", "not released"]


def test_no_bulk_file_is_out(
    fake: FakeComext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = {"reporter": "DEU", "partner": "RUS", "codes": "8542", "dataset": "bulk"}
    result = ask(fake, tmp_path, monkeypatch, **question, since="2026-06", until="2026-06")
    assert result.flows.is_empty()
    assert result.coverage["state"].to_list() == ["not released"]
