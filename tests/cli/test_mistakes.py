"""What a new user gets wrong: each answer says what happened, where, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pytest

import tradeflow as tf
from tradeflow.errors import TradeflowError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]

KINDS = "needs its kind: baci, comext, comtrade-totals."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files as people have them."""
    here = tmp_path_factory.mktemp("mistakes")
    flows = tf.load_sample("china-russia-totals", backend="polars")
    tf.write_flows(flows, here / "flows.csv")
    text = (here / "flows.csv").read_text()
    (here / "semicolons.csv").write_text(text.replace(",", ";"))
    (here / "tabs.csv").write_text(text.replace(",", "\t"))
    (here / "header.csv").write_text(text.splitlines()[0] + "\n")
    (here / "own.csv").write_text("year,exporter,value\n2022,CHN,3\n")
    (here / "empty.csv").write_text("")
    (here / "book.xlsx").write_bytes(b"PK\x03\x04 a workbook")
    (here / "other.csv").write_text(text, encoding="utf-16")
    (here / "folder").mkdir()
    return here


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["findigns"], "Did you mean 'findings'?"),
        (["detect", "--bye", "hs6"], "--by"),
        (["findings", "--quite"], "--quiet"),
        (["findings", "--format", "jsn"], "not one of 'table', 'json', 'csv'"),
        (["findings", "flow.csv"], "flow.csv: no such file. Check the path. Did you mean "),
        (["findings", "far/away.csv"], "no such file. Check the path."),
        (["findings", "-q", "0.05"], "the false-discovery rate is --q 0.05, -q is --quiet."),
        (["findings", "semicolons.csv"], "line 1: the cells are separated by semicolons, not by"),
        (["findings", "tabs.csv"], "are separated by tabs, not by commas. Save it as CSV"),
        (["findings", "header.csv"], "a header and no rows. Fetch it again."),
        (["findings", "own.csv"], KINDS),
        (["findings", "empty.csv"], "the file is empty. Fetch it again."),
        (["findings", "book.xlsx"], "save a worksheet as CSV."),
        (["findings", "other.csv"], "is not UTF-8."),
        (["findings", "folder"], "holds no lake yet. `tradeflow update` fills it."),
        (["findings", "flows.csv", "--kind", "baci"], "line 1: column 't' is absent."),
        (["findings", "--since", "2099"], "the table holds 2017-01 to 2023-01."),
        (["findings", "--since", "03/2022"], "Write 2022, 2022-01 or 2022-01-01."),
        (["findings", "--since", "2022-13"], "Write 2022, 2022-01 or 2022-01-01."),
        (["findings", "--reporter", "CHINA"], "write its code, CHN."),
        (["findings", "--reporter", "USA"], "It has exports of: CHN."),
        (["findings", "--partner", "Russia"], "write its code, RUS."),
        (["findings", "--plot", "x.jpg"], ".png, .svg, .pdf."),
        (["findings", "flows.csv", "--monthly"], "leave --monthly out."),
        (["detect", "--as-of", "2024-01-01"], "name the folder, such as"),
        (["samples", "china-russia-anual"], "Did you mean 'china-russia-annual'?"),
        (["samples", "china-russia-annual", "--out", "x.xls"], ".parquet, .csv or .csv.gz."),
        (["codes", "show", "85437000"], "has 8 digits; a six-digit code is needed"),
        (["countries", "Rusia"], "Did you mean 'Russia'?"),
        (["events", "--since", "24.02.2022"], "Write 2022-02-24."),
    ],
    ids=lambda x: " ".join(x) if isinstance(x, list) else "",
)
def test_at_the_command_line(
    words: list[str], said: str, cli: Cli, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    before = sorted(folder.rglob("*"))
    code, out, err = cli(*words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err
    assert sorted(folder.rglob("*")) == before


PANEL = "Make one of a flow table: tf.panel(flows)."


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda _: tf.load_sample("china-rusia"), "Did you mean 'china-russia-totals'?"),
        (lambda _: tf.load_sample(backend="panda"), "Allowed: pandas, polars."),
        (lambda f: tf.panel(f, by="categories"), "Did you mean 'category'?"),
        (lambda _: tf.panel("flows.csv"), "got str. tf.read_flows(path) reads one from a file."),
        (lambda f: tf.panel(pl.from_pandas(f).lazy()), "Collect lazy frames first."),
        (lambda f: tf.findings(tf.panel(f), since=2022), "Give the flow table that the panel was"),
        (lambda f: tf.panel(f.drop(columns="hs6")), "column 'hs6' is absent. A flow table has"),
        (lambda f: tf.panel(f.rename(columns={"hs6": "hs_6"})), "Did you mean 'hs_6'? A flow"),
        (lambda f: tf.panel(f.assign(hs6=f["hs6"].astype(int))), "keep their leading zeros"),
        (lambda f: tf.panel(pd.concat([f, f])), "Adding them would count trade twice"),
        (tf.detect_shifts, PANEL),
        (tf.screen, PANEL),
        (lambda f: tf.screen(tf.panel(f)), "for years there is tf.detect_shifts()."),
        (lambda f: tf.detect_shifts(tf.panel(f), q=2), "it must be between 0 and 1."),
        (lambda _: tf.detect_shift([1, 2, 3]), "3 values are too few"),
        (lambda f: tf.plot_category(f, "jamers"), "Did you mean 'jammers'?"),
        (lambda _: tf.members("jammers", edition="2022"), "Did you mean 'HS2022'?"),
        (lambda _: tf.family(10620), "text, with its leading zeros: write '010620', not 10620."),
        (lambda f: tf.excess(tf.panel(f), since="2022"), "Load the exports to other destinations"),
        (lambda _: tf.plan_fetch("comtrad", codes="854231"), "Did you mean 'comtrade'?"),
        (lambda f: tf.write_flows(f, "flows.xlsx"), ".parquet, .csv or .csv.gz."),
        (lambda _: tf.read_flows("."), "is a folder, not a file. Name a file in it;"),
        (lambda _: tf.events(kind="notices"), "Did you mean 'notice'?"),
    ],
)
def test_in_python(mistake: Callable[[pd.DataFrame], Any], said: str) -> None:
    flows = tf.load_sample("china-russia-annual")
    assert isinstance(flows, pd.DataFrame)
    with pytest.raises(TradeflowError) as caught:
        mistake(flows)
    assert said in str(caught.value)
