"""Data on standard output, talk on standard error; no colour in a pipe; Ctrl-C ends cleanly."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from test_help_pages import COMMANDS

from tradeflow.cli.output import csv_text, show, working

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]

PROGRAM = [sys.executable, "-c", "from tradeflow.cli.main import run; run()"]
HOME = "{home}"
DATA = {
    "categories": ["categories"],
    "codes show": ["codes", "show", "854370"],
    "codes lookup": ["codes", "lookup", "drone jammer"],
    "codes family": ["codes", "family", "901380"],
    "codes listed": ["codes", "listed", "--as-of", "2024-03-01"],
    "events": ["events"],
    "countries": ["countries", "344"],
    "samples": ["samples"],
    "sources": ["sources"],
    "status": ["status", "--home", HOME],
    "revisions": ["revisions", "--home", HOME],
    "config show": ["config", "show"],
    "doctor": ["doctor", "--home", HOME],
}
"""Commands that give data, as they are called offline."""

ELSEWHERE = {"detect", "findings", "diff", "sources check", "sources tables"}
"""Give data, too: after long work, from a run or from a source; tested with what they need."""

CITATIONS = {"cite"}
"""Its forms are those of a citation."""


def options(command: Any) -> dict[str, Any]:  # noqa: ANN401
    return {param.name: param for param in command.params}


def test_the_same_words_mean_the_same_everywhere() -> None:
    formatted, all_quiet = set(), set()
    for path, command in COMMANDS.items():
        given, name = options(command), " ".join(path)
        opts = {word for param in given.values() for word in param.opts}
        if "--format" in opts and name not in CITATIONS:
            assert given["form"].opts == ["--format"]
            assert given["form"].default == "table"
            assert given["form"].type_descriptor.choices == ("table", "json", "csv")
            formatted.add(name)
        if {"--quiet", "-q"} & opts:
            assert given["quiet"].opts == ["--quiet", "-q"]
            all_quiet.add(name)
    assert formatted == set(DATA) | ELSEWHERE
    talk = {"findings", "countries", "samples", "doctor", "fetch", "ingest", "update", "report"}
    talk |= {"freeze", "thaw", "figures", "detect", "revisions", "sources tables"}
    assert talk <= all_quiet


@pytest.mark.parametrize("name", DATA)
@pytest.mark.filterwarnings("ignore::tradeflow.errors.LowCoverageWarning")
def test_standard_output_is_data_and_nothing_else(name: str, cli: Cli, tmp_path: Path) -> None:
    words = [str(tmp_path) if word == HOME else word for word in DATA[name]]
    if "quiet" in options(COMMANDS[tuple(name.split())]):
        words.append("--quiet")
    for form in ("json", "csv"):
        code, out, err = cli(*words, "--format", form)
        assert (code, err) == (0, "")
        if form == "json":
            records = json.loads(out, parse_constant=pytest.fail)  # NaN is no JSON
            assert isinstance(records, list)
        else:
            rows = list(csv.reader(io.StringIO(out)))
            assert {len(row) for row in rows} <= {len(rows[0])} if records else rows in ([], [[]])


def test_what_is_no_number_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    odd = [{"a": float("nan"), "b": [1.5, float("inf")], "c": {"d": float("-inf")}, "e": "x"}]
    show(odd, "json")
    assert json.loads(capsys.readouterr().out) == [
        {"a": None, "b": [1.5, None], "c": {"d": None}, "e": "x"}
    ]
    assert csv_text(odd) == "a,b,c,e\n,1.5; ,d=,x\n"


def at_a_terminal(words: list[str], **environment: str) -> tuple[str, str]:
    """Run the program with a terminal of its own; return output and talk."""
    readers, writers = zip(*(pty.openpty() for _ in range(2)), strict=True)
    plain = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    done = subprocess.run(  # noqa: S603  our own words
        [*PROGRAM, *words],
        stdout=writers[0],
        stderr=writers[1],
        env=plain | {"TERM": "xterm-256color", "COLUMNS": "120"} | environment,
        check=True,
    )
    assert done.returncode == 0
    for writer in writers:
        os.close(writer)
    return tuple(_drained(reader) for reader in readers)


def _drained(reader: int) -> str:
    text = b""
    try:
        while block := os.read(reader, 65_536):
            text += block
    except OSError:  # how a terminal says that nobody writes any more
        pass
    finally:
        os.close(reader)
    return text.decode()


ESCAPE = "\x1b["


def test_bold_at_a_terminal_and_never_in_a_pipe_or_against_the_wish() -> None:
    words = ["samples"]
    assert ESCAPE in at_a_terminal(words)[0]
    assert ESCAPE not in at_a_terminal(words, NO_COLOR="1")[0]
    piped = subprocess.run([*PROGRAM, *words], capture_output=True, check=True)  # noqa: S603
    assert ESCAPE.encode() not in piped.stdout + piped.stderr


class Terminal(io.StringIO):
    """A standard error at which somebody sits."""

    def isatty(self) -> bool:
        return True


def test_long_work_shows_itself_at_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for stream, quiet, seen in (
        (Terminal(), False, True),
        (Terminal(), True, False),
        (io.StringIO(), False, False),
    ):
        monkeypatch.setattr(sys, "stderr", stream)
        with working("Hearing the evidence", quiet=quiet) as tell:
            tell("Figures drawn: 3 of 18")
        assert ("Figures drawn: 3 of 18" in stream.getvalue()) is seen


@pytest.mark.parametrize("words", [["detect", "--by", "hs6"], ["figures", "--out", "figures"]])
def test_interrupted_by_the_keyboard(words: list[str], tmp_path: Path) -> None:
    """In the middle of the work: one clean line, exit 130, and no file that is not whole."""
    process = subprocess.Popen(  # noqa: S603  our own words
        [*PROGRAM, *words],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    )
    _wait_until_at_work(process.pid)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "interrupted; nothing half-written\n"
    assert out == ""
    assert list(tmp_path.rglob("*.*")) == []


def test_interrupted_while_it_is_loading(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt\n")
    done = subprocess.run(  # noqa: S603  our own words
        [*PROGRAM, "--help"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = "interrupted; nothing half-written\n"
    assert (done.returncode, done.stdout, done.stderr) == (130, "", said)


def _wait_until_at_work(pid: int) -> None:
    """Wait until the process has loaded the libraries that its answer needs."""
    maps = f"/proc/{pid}/maps"
    for _ in range(600):
        with open(maps, encoding="utf-8") as loaded:  # noqa: PTH123  no ordinary file
            if "scipy" in loaded.read():
                return
        time.sleep(0.05)
    pytest.fail("The program did not begin its work.")


@pytest.mark.parametrize("words", [["events", "--format", "json"], ["--help"], ["samples"]])
def test_a_reader_who_has_seen_enough(words: list[str]) -> None:
    """As with `| head -1`: no complaint, and no failure that `set -o pipefail` would see."""
    process = subprocess.Popen(  # noqa: S603  our own words
        [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr as talk:
        assert talk.read() == ""
    assert process.wait(timeout=60) == 0


def test_letters_that_a_terminal_lacks_end_no_command() -> None:
    done = subprocess.run(  # noqa: S603  our own words
        [*PROGRAM, "codes", "lookup", "干扰器", "--format", "json"],
        env=os.environ | {"PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout.decode("latin-1"))[0]["query"] == "干扰器"
    assert done.stderr == b""


def test_a_fault_of_ours_is_told_as_one(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tradeflow.flows.samples.list_samples", broken)
    code, out, err = cli("samples")
    assert (code, out) == (1, "")
    assert "ZeroDivisionError" in err
    assert "Run `tradeflow doctor`" in err.splitlines()[-1]
