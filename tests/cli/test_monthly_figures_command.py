"""``tradeflow figures`` and ``tradeflow detect`` on months."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import polars as pl
import pytest
from sample_lake import make_lake

import tradeflow as tf
from tradeflow.detect.monthly.readable import readable

if TYPE_CHECKING:
    from pathlib import Path

    from test_commands import Cli


def few(path: Path) -> Path:
    flows = tf.load_sample("eu-high-priority-monthly", backend="polars")
    assert isinstance(flows, pl.DataFrame)
    kept = flows.filter(pl.col("hs6").is_in(["848220", "852691"]))
    tf.write_flows(kept, path)
    return path


def test_figures_of_months_from_a_file(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "figures"
    words = [
        "figures",
        str(few(tmp_path / "flows.parquet")),
        "--reporter",
        "DEU",
        "--out",
        str(out),
    ]
    code, said, talk = cli(*words, "--since", "2022-04")
    assert (code, said) == (0, "")
    assert "8 files are in" in talk
    stems = {"overview", "heatmap", "navigation", "bearings"}
    assert {p.name for p in out.iterdir()} == {
        f"{s}.{end}" for s in stems for end in ("png", "svg")
    }
    assert "from Apr 2022 on" in (out / "bearings.svg").read_text()
    assert "Exports of Germany to Russia" in (out / "bearings.svg").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--monthly"], "says itself whether it is monthly"),
        (["--reporter", "CHN"], "no exports of CHN"),
        (["--partner", "USA"], "no exports to USA"),
    ],
)
def test_what_cannot_be_drawn(words: list[str], message: str, cli: Cli, tmp_path: Path) -> None:
    file = few(tmp_path / "flows.parquet")
    code, _, talk = cli("figures", str(file), "--out", str(tmp_path / "out"), *words)
    assert code == 2
    assert message in " ".join(talk.split())
    assert not (tmp_path / "out").exists()


def test_detect_of_months_shows_what_was_found_and_counts_the_rest(cli: Cli) -> None:
    code, said, talk = cli("detect", "--monthly")
    assert code == 0
    assert "No alarm: No series can be watched" in talk
    lines = said.splitlines()
    assert lines[0].split() == [
        "partner",
        "category",
        "description",
        "month",
        "(90",
        "%",
        "set)",
        "level",
        "q",
    ]
    found = json.loads(cli("detect", "--monthly", "--format", "json")[1])
    shifts = [row for row in found if row["description"] == "level shift"]
    assert [line.split()[:2] for line in lines[1 : 1 + len(shifts)]] == [
        [row["partner"], row["category"]] for row in shifts
    ]
    assert lines[-1].startswith(f"Nothing found in {len(found) - len(shifts)} more: ")
    assert "e-" not in said
    assert all("no baseline" not in line for line in lines)


def test_alarms_are_printed_with_their_excess_and_interval() -> None:
    row = {
        "reporter": "CHN", "partner": "RUS", "hs6": "848210", "description": "no level shift",
        "month": None, "month_first": None, "month_last": None, "change_percent": None,
        "description_q": 0.4, "alarm": "alarm", "span_months": 6, "excess_usd": 2.5e6,
        "excess_low_usd": 1.2e6, "excess_high_usd": 3.1e6, "alarm_q": 0.001,
    }  # fmt: skip
    quiet = {**row, "alarm": "no alarm", "alarm_q": 0.7}
    (told,), others = readable([row, quiet], "hs6")
    assert told["excess, m USD [90 %]"] == "+2.5 [+1.2..+3.1] in 6 months"
    assert (told["q"], told["alarm q"], told["month (90 % set)"]) == ("0.40", "< 0.01", "")
    assert others == "Nothing found in 1 more: 1 no level shift."


def test_figures_of_a_lake_are_as_known_on_a_day(cli: Cli, tmp_path: Path) -> None:
    lake = make_lake(tmp_path / "lake")
    source = ["--monthly", "--source", "Comext DS-045409"]
    drawn = []
    for day in ("2024-06-01", "2025-06-01"):
        out = tmp_path / day
        code, _, talk = cli("figures", str(lake), *source, "--as-of", day, "--out", str(out))
        assert code == 0, talk
        drawn.append((out / "chips.svg").read_text())
        assert tf.cite(out / "chips.svg").provenance.as_of == day
    assert drawn[0] != drawn[1].replace("2025-06-01", "2024-06-01")
