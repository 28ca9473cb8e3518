"""``tradeflow report``: arguments in, one call of the library, talk on standard error."""

from __future__ import annotations

from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import polars as pl

    Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the command asks the library, which writes a short page at once."""
    calls: list[dict[str, Any]] = []

    def write(flows: pl.DataFrame, **options: Any) -> Path:  # noqa: ANN401
        calls.append({"flows": flows, **options})
        for done in range(1, 9):
            options["progress"](done, 8)
        path: Path = options["out"]
        path.write_bytes(b"x" * 1_200_000)
        return path

    monkeypatch.setattr(import_module("tradeflow.report.report"), "report", write)
    return calls


def test_embedded_data(cli: Cli, asked: list[Any], tmp_path: Path, annual: pl.DataFrame) -> None:
    out = tmp_path / "report.html"
    code, said, talk = cli(
        "report", "--out", str(out), "--since", "2021", "--tables", str(tmp_path)
    )
    assert (code, said) == (0, "")
    call = asked[0]
    assert call["flows"].equals(annual)
    wanted = {"out": out, "since": "2021", "partner": "RUS", "reporter": None, "tables": tmp_path}
    assert {name: call[name] for name in wanted} == wanted
    assert talk.splitlines() == [
        f"{out} written, 1.2 MB.",
        f"Tables: {tmp_path}/",
    ]


def test_quiet(cli: Cli, asked: list[Any], tmp_path: Path) -> None:
    assert cli("report", "--out", str(tmp_path / "r.html"), "--quiet") == (0, "", "")
    assert len(asked) == 1


def test_monthly_data(cli: Cli, asked: list[Any], tmp_path: Path, eu: pl.DataFrame) -> None:
    cli("report", "--monthly", "--reporter", "DEU", "--out", str(tmp_path / "r.html"))
    assert asked[0]["flows"].equals(eu)
    assert asked[0]["reporter"] == "DEU"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--as-of", "2026-11-01"], "name the folder"),
        (["--source", "BACI"], "name the folder"),
        (["no-such-file.csv"], "no-such-file.csv"),
    ],
)
def test_wrong_words(
    cli: Cli, asked: list[Any], tmp_path: Path, words: list[str], expected: str
) -> None:
    code, _, talk = cli("report", *words, "--out", str(tmp_path / "r.html"))
    assert (code, asked) == (2, [])
    assert expected in talk
    assert not list(tmp_path.iterdir())


def test_interrupted_nothing_is_half_written(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped at the third figure, an older report and its tables stay as they were."""
    out = tmp_path / "report.html"
    out.write_text("the report of last month")

    @contextmanager
    def at_a_terminal(*_: object, **__: object) -> Iterator[Callable[[str], None]]:
        yield stop

    def stop(text: str) -> None:
        if text.startswith("Figures drawn: 3 of "):
            raise KeyboardInterrupt

    monkeypatch.setattr("tradeflow.cli.report.working", at_a_terminal)
    code, _, _ = cli("report", "--monthly", "--out", str(out), "--tables", str(tmp_path / "t"))
    assert code == 130
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert out.read_text() == "the report of last month"


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    cli: Cli, asked: list[Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("old")
    for place, said in (
        (tmp_path / "file" / "report.html", "no file can be made in"),
        (tmp_path, "it is a folder"),
    ):
        code, _, talk = cli("report", "--out", str(place))
        assert (code, asked) == (1, [])
        assert said in talk
    assert (tmp_path / "file").read_text() == "old"
