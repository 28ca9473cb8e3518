"""The commands say what the library says, in every form."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tradeflow.nomenclature.categories import all_categories

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.detect.annual.result import ShiftTable

    Cli = Callable[..., tuple[int, str, str]]

TOTALS = Path(__file__).parents[1] / "fixtures" / "category_totals.csv"
KEYS = {"verdict", "ratio", "excess_usd", "q", "placebo_share", "exceptional", "drivers", "flags"}
HALF_DIGIT = 0.0005 + 1e-9  # category totals are printed with three decimals


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def detected(cli: Cli) -> dict[str, dict[str, Any]]:
    code, out, err = cli("detect", "--format", "json")
    assert (code, err) == (0, "")
    return {record["category"]: record for record in json.loads(out)}


def test_detect_by_category(detected: dict[str, Any], by_category: ShiftTable) -> None:
    assert set(detected) == set(all_categories())
    for record in detected.values():
        assert record.keys() >= KEYS
        assert isinstance(record["exceptional"], bool)
        for driver in record["drivers"]:
            assert driver.keys() >= {"hs6", "change_usd", "share"}
    assert list(detected.values()) == by_category.records()
    totals = pl.read_csv(TOTALS, comment_prefix="#")
    for row in totals.to_dicts():
        measure = "values_usd" if row["measure"] == "value_musd" else "weights_kg"
        unit = 1e6 if measure == "values_usd" else 1e3
        found = detected[row["category"]][measure]
        for year, value in found.items():
            assert value / unit == pytest.approx(row[year], abs=HALF_DIGIT)


def test_detect_by_code(cli: Cli, by_code: ShiftTable) -> None:
    code, out, _ = cli("detect", "--by", "hs6", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert all(record.keys() >= KEYS | {"hs6", "category"} for record in found)
    assert found == by_code.records()
    assert len({record["hs6"] for record in found}) == len(found) > 4_000


def test_detect_as_csv_and_table(cli: Cli, by_category: ShiftTable) -> None:
    found = rows(cli("detect", "--format", "csv")[1])
    assert [row["category"] for row in found] == [row.name for row in by_category.rows]
    assert [row["verdict"] for row in found] == [row.verdict for row in by_category.rows]
    text = cli("detect")[1]
    assert "machine_tools" in text
    assert "surge, exceptional" in text
    assert "Placebo year 2020" in text


def test_detect_from_a_file(cli: Cli, tmp_path: Path, by_category: ShiftTable) -> None:
    path = tmp_path / "flows.csv"
    code, out, err = cli("samples", "china-russia-annual", "--out", str(path))
    assert (code, out, err) == (0, "", f"{path} written.\n")
    found = json.loads(cli("detect", str(path), "--format", "json")[1])
    assert found == by_category.records()


REFERENCE = [
    (["categories"], "category", "jammers"),
    (["categories", "jammers"], "hs6", "854370"),
    (["categories", "uav_parts", "--edition", "HS2017"], "hs6", "880320"),
    (["codes", "show", "8543.70"], "hs6", "854370"),
    (["codes", "lookup", "brouilleurs de drones"], "category", "jammers"),
    (["codes", "lookup", "干扰器"], "category", "jammers"),
    (["codes", "listed", "--as-of", "2024-03-01"], "hs6", "845710"),
    (["events", "--kind", "notice"], "date", "2024-05-22"),
    (["countries", "344"], "iso3", "HKG"),
    (["countries"], "iso3", "RUS"),
    (["samples"], "name", "eu-high-priority-monthly"),
]


@pytest.mark.parametrize(("words", "key", "value"), REFERENCE, ids=str)
def test_reference_commands_in_every_form(words: list[str], key: str, value: str, cli: Cli) -> None:
    for form, read in (("json", json.loads), ("csv", rows)):
        code, out, err = cli(*words, "--format", form)
        assert (code, err) == (0, "")
        assert value in [record[key] for record in read(out)]
    code, out, _ = cli(*words)
    assert code == 0
    assert value in out
    assert "{" not in out


def test_family_in_every_form(cli: Cli) -> None:
    (answer,) = json.loads(cli("codes", "family", "901380", "--format", "json")[1])
    assert answer["comparable"] is False
    assert {"edition": "HS2017", "hs6": "853120"}.items() <= answer["codes"][1].items()
    assert {row["edition"] for row in rows(cli("codes", "family", "901380", "--format", "csv")[1])}
    assert "split, merged or narrowed" in cli("codes", "family", "9013.80")[1]
    assert "No family" in cli("codes", "family", "854921")[1]
    across = ["--edition", "HS2012", "--across", "HS2012,HS2017"]
    assert "same scope" in cli("codes", "family", "848210", *across)[1]


def test_lists_as_of_a_day(cli: Cli) -> None:
    for day, n in (("2023-12-31", 45), ("2024-03-01", 50)):
        found = json.loads(cli("codes", "listed", "--as-of", day, "--format", "json")[1])
        assert len(found) == n


def test_lookup_states_practice_and_caveat(cli: Cli) -> None:
    text = " ".join(cli("codes", "lookup", "signal jammers")[1].split())
    for words in ("8543.70.99", "8525", "8531.80", "isolates"):
        assert words in text


def test_numbers_mean_nothing_without_their_system(
    cli: Cli,
) -> None:
    found = json.loads(cli("countries", "344", "--format", "json")[1])
    assert {row["iso3"] for row in found} == {"HKG", "RUS"}
    assert "344 is Hong Kong in M49" in cli("countries", "344")[2]


COMMANDS = [
    ["figures"],
    ["detect"],
    ["categories"],
    ["codes", "show"],
    ["codes", "lookup"],
    ["codes", "family"],
    ["codes", "listed"],
    ["events"],
    ["countries"],
    ["samples"],
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_has_an_example(words: list[str], cli: Cli) -> None:
    code, out, _ = cli(*words, "--help")
    assert code == 0
    assert f"tradeflow {' '.join(words)}" in out.partition("Example")[2]


def test_help_and_version(cli: Cli) -> None:
    import tradeflow

    assert cli("--version")[1] == f"tradeflow {tradeflow.__version__}\n"
    for option in ("--help", "-h"):
        out = cli(option)[1]
        assert all(words[0] in out for words in COMMANDS)
    assert cli("codes", "--help")[0] == 0
