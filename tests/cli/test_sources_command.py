"""``tradeflow sources``, ``fetch`` and ``ingest`` as a person at a terminal meets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_comtrade import FakeComtrade

import tradeflow as tf
from tradeflow.sources.comtrade import reference
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.http.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., tuple[int, str, str]]

GACC = Path(__file__).parents[1] / "fixtures/gacc/hs4_by_partner_2024_01.csv"


def test_the_table_of_sources(cli: Cli) -> None:
    code, out, _ = cli("sources", "--format", "json")
    rows = {row["source"]: row for row in json.loads(out)}
    assert code == 0
    assert len(rows) == 11
    said = ("grain", "lag", "terms", "checked", "what")
    assert all(row[name] for row in rows.values() for name in said)
    assert {name for name, row in rows.items() if row["access"] == "not yet"} == {"korea", "japan"}
    _, out, _ = cli("sources")
    assert "Key of comtrade: TRADEFLOW_COMTRADE_KEY" in out


def test_a_dry_run_explains_itself(cli: Cli, tmp_path: Path) -> None:
    words = ("fetch", "comtrade", "--category", "jammers", "--partner", "RUS", "--since", "2022-01")
    code, out, _ = cli(*words, "--dry-run", "--home", str(tmp_path))
    assert code == 0
    for said in ("854370", "2024-12", "tradeflow ingest gacc --how", "500 rows", "A key is free"):
        assert said in " ".join(out.split())
    assert list(tmp_path.iterdir()) == []


def test_fetch_writes_a_table_and_says_what_came(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "_keep_pace", lambda _: None)
    out = tmp_path / "flows.csv"
    words = ("--category", "jammers", "--since", "2024-01", "--until", "2024-02")
    with FakeComtrade() as fake:
        monkeypatch.setenv("TRADEFLOW_COMTRADE_URL", fake.url)
        code, _, said = cli(
            "fetch", "comtrade", *words, "--out", str(out), "--home", f"{tmp_path}/h"
        )
    assert code == 0
    assert "Periods reported: 2." in said
    assert "3/3 calls" in said
    assert len(tf.read_flows(out)) > 0


def test_a_silent_source_ends_75_and_says_how_to_go_on(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "_keep_pace", lambda _: None)
    monkeypatch.setattr("tradeflow.sources.run.Patience", lambda: Patience(attempts=1))
    monkeypatch.setattr("tradeflow.sources.http.clock.SystemClock.sleep", lambda *_: None)
    with FakeComtrade() as fake:
        fake.fault_of = lambda n: "500" if n > 2 else None
        monkeypatch.setenv("TRADEFLOW_COMTRADE_URL", fake.url)
        words = (
            "fetch",
            "comtrade",
            "--codes",
            "854231",
            "--since",
            "2024-01",
            "--until",
            "2024-06",
        )
        code, _, said = cli(*words, "--home", str(tmp_path), "--out", f"{tmp_path}/x.csv")
    assert code == 75
    assert "2 answers are kept, 5 or more calls are left" in said
    assert not (tmp_path / "x.csv").exists()


def test_tables_are_compared_with_reference_files(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake serves the recorded list of reporters, and no other reference file."""
    monkeypatch.setattr(Session, "_keep_pace", lambda _: None)
    monkeypatch.setattr(reference.check_reference, "__kwdefaults__", {"files": ("Reporters",)})
    with FakeComtrade() as fake:
        monkeypatch.setenv("TRADEFLOW_COMTRADE_URL", fake.url)
        code, _, said = cli("sources", "tables", "--home", str(tmp_path))
    assert code == 0
    assert "All countries and codes agree." in said


def test_ingest_and_how(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "gacc.csv"
    words = ("ingest", "gacc", str(GACC), "--flow", "export", "--home", str(tmp_path))
    code, _, said = cli(*words, "--out", str(out))
    assert code == 0
    assert "12 rows from 1 answer or file: export, CHN with " in said
    assert len(tf.read_flows(out)) == 12
    code, text, _ = cli("ingest", "gacc", "--how", "--category", "jammers", "--since", "2025-01")
    assert code == 0
    assert "344" in text
    assert "854370" in text


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (1, (0, "would take these files")),
        (2, (2, "cells with the same value: 12, with another: 0")),
    ],
)
def test_files_are_checked_and_nothing_is_stored(
    files: int, expected: tuple[int, str], cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("--flow", "export", "--check", "--partner", "UZB")
    code, out, _ = cli("ingest", "gacc", *[str(GACC)] * files, *words)
    assert code == expected[0]
    assert expected[1] in out
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_replaced_is_said(cli: Cli, tmp_path: Path) -> None:
    out = str(tmp_path / "gacc.csv")
    words = ("ingest", "gacc", str(GACC), "--flow", "export", "--home", str(tmp_path), "--out", out)
    said = [cli(*words)[2] for _ in range(2)]
    assert ["in place of the table that was there" in text for text in said] == [False, True]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fetch", "comtrad", "--codes", "854231", "--since", "2024"), "Did you mean 'comtrade'"),
        (("fetch", "gacc", "--codes", "854231", "--since", "2024"), "Flows cannot be fetched"),
        (("fetch", "gacc"), "Flows cannot be fetched"),
        (("fetch", "comtrad"), "Did you mean 'comtrade'"),
        (("fetch", "comtrade", "--codes", "854231"), "--since 2022-01"),
        (("fetch", "comtrade", "--since", "2024"), "either a category or codes"),
        (("fetch", "comtrade", "--category", "jamers", "--since", "2024"), "jammers"),
        (("fetch", "comtrade", "--codes", "x", "--since", "2024"), "not a commodity code"),
        (("fetch", "comtrade", "--codes", "854231", "--since", "2099"), "2099"),
        (
            ("fetch", "comtrade", "--codes", "854231", "--since", "2024", "--option", "today=x"),
            "nothing that only comtrade knows",
        ),
        (
            ("fetch", "comtrade", "--codes", "854231", "--since", "2024", "--out", "x.xlsx"),
            "written as a file .parquet, .csv or .csv.gz",
        ),
        (("ingest", "gacc"), "Name at least one file"),
        (("ingest", "hmrc", str(GACC)), "no files to ingest: `tradeflow fetch hmrc` asks it.\n"),
        (("ingest", "comext", str(GACC), "--check"), "checked when they are ingested"),
        (("fetch", "census", "--codes", "854321", "--since", "2024"), "'854321' is not in HS2022"),
        (("ingest", "gacc", str(GACC)), "flow"),
        (("ingest", "gacc", str(GACC), "--option", "colour=red"), "no option 'colour'"),
        (("ingest", "gacc", str(GACC), "--option", "path=1"), "nothing that only gacc knows"),
        (("ingest", "hmrc", "--how"), "needs no export by hand"),
    ],
)
def test_what_a_person_gets_wrong(
    words: tuple[str, ...], said: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, error = cli(*words)
    assert code == 2
    assert said in error
    assert "Traceback" not in error
