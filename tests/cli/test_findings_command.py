"""``tradeflow findings`` says what the library says, and nothing where it cannot."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import LowCoverageWarning

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from tradeflow.detect.findings.result import FindingsResult

    Cli = Callable[..., tuple[int, str, str]]

VERB = "tradeflow.detect.findings.findings.findings"


@pytest.fixture
def found(annual_findings: FindingsResult) -> FindingsResult:
    return annual_findings


@pytest.fixture
def asked(found: FindingsResult, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command asks the library, which answers at once."""
    calls: list[dict[str, Any]] = []

    def answer(flows: pl.DataFrame, **options: Any) -> FindingsResult:  # noqa: ANN401
        calls.append({"flows": flows, **options})
        return found

    monkeypatch.setattr(VERB, answer)
    return calls


def test_json_is_the_table_of_the_library(
    cli: Cli, found: FindingsResult, asked: list[Any]
) -> None:
    code, out, err = cli("findings", "--format", "json")
    assert (code, len(asked)) == (0, 1)
    assert "accuses nobody" in err
    assert "NaN" not in out
    records = json.loads(out)
    expected = found.table.to_dicts()
    for row in expected:
        row["month"] = row["month"].isoformat()
    assert records == expected


def test_csv_has_every_column(cli: Cli, found: FindingsResult, asked: list[Any]) -> None:
    code, out, _ = cli("findings", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, len(asked)) == (0, 1)
    assert list(rows[0]) == found.table.columns
    for name in ("sentence", "month", "excess_usd"):
        values = ["" if x is None else str(x) for x in found.table[name]]
        assert [row[name] for row in rows] == values
    assert {row["contrast_log"] for row in rows} == {""}


def test_table_can_be_read_at_a_hundred_columns(
    cli: Cli, found: FindingsResult, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradeflow.cli.output.PIPED_WIDTH", 100)
    code, out, _ = cli("findings")
    assert (code, len(asked)) == (0, 1)
    assert max(len(line.rstrip()) for line in out.splitlines()) <= 100
    text = " ".join(out.split())
    assert text.startswith(" ".join(repr(found).split()))
    for words in ("verdict goods", "agree disagree not heard", "+818.9 m USD", "[+729.1..+882.4]"):
        assert words in text
    for sentence in found.table.filter(verdict="unusual")["sentence"]:
        assert sentence in text


OPTIONS = [
    ([], "annual", {"since": "2022", "by": "category", "partner": "RUS", "reporter": None}),
    (["--monthly"], "eu", {"since": "2022-03", "reporter": None}),
    (["--monthly", "--since", "2022-05"], "eu", {"since": "2022-05"}),
    (["--by", "hs6", "--reporter", "CHN"], "annual", {"by": "hs6", "reporter": "CHN"}),
    (["--by", "family", "--partner", "KAZ", "--q", "0.2"], "annual", {"partner": "KAZ", "q": 0.2}),
]


@pytest.mark.parametrize("case", OPTIONS, ids=lambda case: " ".join(case[0]) or "none")
def test_options_reach_the_library(
    case: tuple[list[str], str, dict[str, Any]],
    cli: Cli,
    asked: list[dict[str, Any]],
    request: pytest.FixtureRequest,
) -> None:
    words, sample, options = case
    assert cli("findings", *words)[0] == 0
    (call,) = asked
    assert call.items() >= options.items()
    assert call["flows"].equals(request.getfixturevalue(sample))


def test_figure_beside_the_answer(cli: Cli, asked: list[Any], tmp_path: Path) -> None:
    path = tmp_path / "new" / "findings.svg"
    code, out, err = cli("findings", "--plot", str(path), "--format", "json")
    assert (code, len(asked)) == (0, 1)
    assert json.loads(out)
    assert f"{path} written." in err
    assert "BACI V202501" in path.read_text()
    code, out, err = cli("findings", "--plot", str(path / "below.png"))
    assert (code, out) == (1, "")
    assert "Nothing was changed there" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.csv"], "nowhere.csv: no such file. Check the path."),
        (["flows.csv", "--monthly"], "leave --monthly out"),
        (["--plot", "findings.jpg"], "ends in one of .png, .svg, .pdf"),
        (["--since", "soon"], "Write 2022"),
        (["--partner", "RUSS"], "RUS"),
        (["--partner", "KAZ"], "no exports to KAZ. It has exports to: RUS."),
        (["--partner", "russia"], "'russia' is a name: write its code, RUS."),
        (["--partner", "Rusia"], "Did you mean 'Russia'?"),
        (["--reporter", "DEU"], "no exports of DEU. It has exports of: CHN."),
        (["--monthly", "--partner", "USA"], "It has exports to: ARM, BLR, GEO, KAZ, KGZ, RUS, UZB"),
        (["--by", "family"], "ask by category or hs6"),
        (["--by", "hs4"], "hs6"),
        (["--q", "2"], "--q"),
        (["--format", "xml"], "json"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
@pytest.mark.filterwarnings(f"ignore::{LowCoverageWarning.__module__}.LowCoverageWarning")
def test_usage(words: list[str], said: str, cli: Cli) -> None:
    code, out, err = cli("findings", *words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err


def test_help_has_examples(cli: Cli) -> None:
    code, out, _ = cli("findings", "--help")
    assert code == 0
    assert "tradeflow findings --monthly --since 2022-03" in out.partition("Example")[2]


def test_help_says_from_when_on(cli: Cli) -> None:
    for command in ("findings", "detect"):
        text = " ".join(cli(command, "--help")[1].split())
        assert "first whole one after 24 February 2022" in text
        assert "[2022, of months 2022-03]" in text
