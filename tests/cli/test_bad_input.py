"""Bad input: exit code 2, words on standard error, nothing on standard output or on disk."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from source_files import BACI, COMEXT

from tradeflow.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]

pytestmark = pytest.mark.filterwarnings("ignore::tradeflow.errors.LowCoverageWarning")

MEANT = "Did you mean"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["categories", "jamers"], f"{MEANT} 'jammers'? `tradeflow categories` lists all."),
        (["samples", "china-rusia-annual"], f"{MEANT} 'china-russia-annual'?"),
        (["codes", "show", "854379"], MEANT),
        (["codes", "show", "85437"], "5 digits"),
        (["codes", "show", "880330"], "it exists in HS2012, HS2017"),
        (["codes", "family", "880330"], "--edition HS2017"),
        (["codes", "family", "848210", "--across", "HS2017,HS2023"], f"{MEANT} 'HS20"),
        (["codes", "listed", "--as-of", "2022-01-01"], "Do not project a later list"),
        (["codes", "listed", "--as-of", "yesterday"], "2022-01-01"),
        (["codes", "listed", "--as-of", "2024-03-01", "--list", "CHLP"], f"{MEANT} 'CHPL'?"),
        (["codes", "lookup", "--edition", "HS2023", "jammers"], "HS2022"),
        (["events", "--kind", "notices"], f"{MEANT} 'notice'?"),
        (["events", "--since", "soon"], "Write 2022-02-24"),
        (["detect", "nowhere.csv"], "nowhere.csv: no such file. Check the path."),
        (["detect", "--kind", "baci", "nowhere.csv"], "no such file"),
        (["detect", "--since", "2017"], "At least two periods before 2017-01-01"),
        (["detect", "--since", "20222"], "Write 2022"),
        (["detect", "--baseline", "0"], "baseline"),
        (["detect", "--q", "2"], "--q"),
        (["detect", "--by", "hs4"], "hs6"),
        (["detect", "--format", "xml"], "json"),
        (["detect", "--kind", "bacci", "x.csv"], "baci"),
        (["figure"], "figures"),
        (["figures", "nowhere.csv"], "no such file"),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
def test_usage(words: list[str], said: str, cli: Cli) -> None:
    code, out, err = cli(*words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err


FILES = {
    "negative": ("baci", BACI.replace("48.641", "-1"), "line 2"),
    "lost zeros": ("baci", BACI.replace("010620", "0620"), "line 2"),
    "unknown code": ("baci", BACI.replace("848210", "848277"), "line 3"),
    "twice": ("baci", BACI.replace("2022,156,643,848210", "2021,156,643,848210"), "line 3"),
    "partner": ("baci", BACI.replace("643,8482", "999,8482"), "line 3"),
    "half-written": ("baci", BACI[:-6], "line 5"),
    "few cells": ("baci", BACI.replace("5000,NA", "5000"), "line 4"),
    "few years": ("baci", BACI, "the data have 1 and 1"),
}


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_written_for_a_bad_file(name: str, cli: Cli, tmp_path: Path) -> None:
    kind, text, said = FILES[name]
    bad, out = tmp_path / "bad.csv", tmp_path / "figures"
    bad.write_text(text)
    out.mkdir()
    (out / "summary.csv").write_text("the answer of last month\n")
    for command in (["figures", str(bad), "--out", str(out)], ["detect", str(bad)]):
        code, printed, err = cli(*command, "--kind", kind)
        assert (code, printed) == (2, "")
        assert err.startswith("error: ")
        assert said in err
    assert [path.name for path in out.iterdir()] == ["summary.csv"]
    assert (out / "summary.csv").read_text() == "the answer of last month\n"


@pytest.mark.parametrize(
    ("command", "said"), [("detect", "2 months are too few"), ("figures", "No period before")]
)
def test_two_months_are_too_few(command: str, said: str, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "months.csv").write_text(COMEXT)
    code, out, err = cli(command, str(tmp_path / "months.csv"), "--kind", "comext")
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize("command", [["samples", "china-russia-totals", "--out"]])
def test_a_place_that_cannot_be_written(command: list[str], cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    (tmp_path / "folder.csv").mkdir()
    for place in (tmp_path / "folder.csv", tmp_path / "file" / "flows.csv"):
        code, out, err = cli(*command, str(place))
        assert (code, out) == (1, "")
        assert "Nothing was changed there" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.csv"]
    assert (tmp_path / "file").read_text() == "old"


def test_figures_need_a_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    code, out, err = cli("figures", "--out", str(tmp_path / "file"))
    assert (code, out) == (1, "")
    assert "not a folder" in err


def test_years_are_cut_at_their_beginning(cli: Cli) -> None:
    code, out, err = cli("detect", "--since", "2022-07")
    assert (code, out) == (2, "")
    assert "write 2022 or 2023" in err
    assert cli("detect", "--baseline", "9")[0] == 2


def test_figures_that_fail_leave_the_old_answer(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object, **__: object) -> None:
        raise OutputError("no room")

    monkeypatch.setattr("tradeflow.charts.save.draw_gallery", no_room)
    (tmp_path / "summary.csv").write_text("old")
    code, _, err = cli("figures", "--out", str(tmp_path), "--quiet")
    assert (code, err) == (1, "error: no room\n")
    assert (tmp_path / "summary.csv").read_text() == "old"


def test_the_program_itself(tmp_path: Path) -> None:
    """As a person runs it: another process, another folder."""
    script = "from tradeflow.cli.main import run; run()"
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-W", "error", "-c", script, "categories", "jamers"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Did you mean 'jammers'?" in done.stderr
    assert list(tmp_path.iterdir()) == []
