"""Provenance: written into every file, read back from it, and missed where it was taken away."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pytest
from figure_texts import words
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader, PdfWriter

import tradeflow as tf
from tradeflow.charts.annual import ranking
from tradeflow.charts.annual.category import draw_category
from tradeflow.charts.annual.words import overview_headline
from tradeflow.charts.page import figure_of
from tradeflow.charts.provenance import joined, provenance_of, read_json
from tradeflow.charts.save import FORMATS
from tradeflow.errors import DataError, InputFileError
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.sources.registry import SOURCES
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl

    from tradeflow.detect.annual.result import ShiftTable
    from tradeflow.detect.witness.routes.routes import RoutesResult
    from tradeflow.panel.model import Panel

    Cli = Callable[..., tuple[int, str, str]]

ENTRY = re.compile(r"@(misc|software)\{([a-z0-9_]+),\n((?:  \w+ = \{.*\},\n)+)\}")


@pytest.fixture(scope="module")
def shifts(category_panel: Panel) -> ShiftTable:
    return tf.detect_shifts(category_panel, baskets=100)


@pytest.fixture(scope="module")
def eu_routes(eu: pl.DataFrame) -> RoutesResult:
    return tf.routes(eu, since="2022-03")


def title(shifts: ShiftTable) -> str:
    return overview_headline(ranking.tested(shifts))


@pytest.fixture(params=FORMATS)
def file(request: pytest.FixtureRequest, shifts: ShiftTable, tmp_path: Path) -> Path:
    return tf.save_figure(shifts.plot(), tmp_path / f"overview.{request.param}")


def test_every_format_gives_back_what_was_written(file: Path, shifts: ShiftTable) -> None:
    found = tf.cite(file)
    assert found.provenance == provenance_of(shifts)
    assert found.provenance.sources == ("BACI V202501",)
    assert found.title == title(shifts)
    assert (found.provenance.map_version, found.provenance.code_version) == (
        MAP_VERSION,
        tf.__version__,
    )
    assert read_json(found.provenance.json()) == found.provenance


def test_the_same_figure_is_the_same_bytes(file: Path, shifts: ShiftTable) -> None:
    again = tf.save_figure(shifts.plot(), file.with_stem("again"))
    assert again.read_bytes() == file.read_bytes()
    dated = re.compile(rb"CreationDate|<dc:date>|tIME")
    assert not dated.search(file.read_bytes())


@pytest.mark.parametrize("ending", FORMATS)
def test_savefig_writes_it_as_well(shifts: ShiftTable, tmp_path: Path, ending: str) -> None:
    settings, fig = dict(mpl.rcParams), draw_category(shifts, "jammers")
    fig.savefig(tmp_path / f"own.{ending}")
    assert tf.cite(tmp_path / f"own.{ending}").title.startswith("Jammers")
    buffer = io.BytesIO()
    fig.savefig(buffer, format=ending)
    (tmp_path / "buffer").write_bytes(buffer.getvalue())
    assert tf.cite(tmp_path / "buffer").provenance == provenance_of(shifts)
    assert dict(mpl.rcParams) == settings


def test_a_composed_figure_cites_all_that_was_drawn(
    shifts: ShiftTable, eu_routes: RoutesResult, tmp_path: Path
) -> None:
    left, right = Figure(figsize=(14, 6), layout="constrained").subplots(1, 2)
    shifts.plot(ax=left)
    eu_routes.plot(ax=right)
    assert "To cite" not in words(figure_of(left))
    saved = tf.save_figure(left, tmp_path / "both.png", source=["HMRC OTS 2024"])
    found = tf.cite(saved)
    assert set(found.provenance.sources) == {
        *shifts.provenance,
        *eu_routes.provenance,
        "HMRC OTS 2024",
    }
    assert title(shifts) in found.title
    assert "excess of 5 hubs" in found.title


@pytest.mark.parametrize("ending", FORMATS)
def test_axes_saved_by_another_function_say_what_to_use(
    shifts: ShiftTable, tmp_path: Path, ending: str
) -> None:
    ax = Figure(figsize=(8, 6), layout="constrained").subplots()
    shifts.plot(ax=ax)
    path = tmp_path / f"x.{ending}"
    figure_of(ax).savefig(path)
    with pytest.raises(InputFileError, match=r"another function than tf\.save_figure") as raised:
        tf.cite(path)
    assert "atplotlib v" not in str(raised.value)


def without_png(path: Path) -> None:
    with Image.open(path) as image:
        Image.fromarray(np.asarray(image)).save(path)


def without_svg(path: Path) -> None:
    drawn = path.read_text(encoding="utf-8")
    path.write_text(re.sub("<metadata>.*</metadata>", "", drawn, flags=re.DOTALL), encoding="utf-8")


def without_pdf(path: Path) -> None:
    writer = PdfWriter()
    writer.append_pages_from_reader(PdfReader(path))
    writer.write(path)


WITHOUT = {"png": without_png, "svg": without_svg, "pdf": without_pdf}


def test_stripped_metadata_are_missed_and_the_rest_is_told(cli: Cli, file: Path) -> None:
    WITHOUT[file.suffix[1:]](file)
    with pytest.raises(InputFileError, match="metadata were taken away"):
        tf.cite(file)
    code, out, err = cli("cite", str(file))
    assert (code, out) == (2, "")
    assert "overview" in err
    said = "small print" if file.suffix == ".png" else "Source: CEPII, BACI V202501"
    assert said in " ".join(err.split())


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("table.csv", b"a,b\n1,2\n", "is no PNG, SVG or PDF"),
        ("photo.png", b"\xff\xd8\xff\xe0JFIF", "is no PNG, SVG or PDF"),
        ("half.png", b"\x89PNG\r\n\x1a\n\x00\x00", "is a damaged PNG"),
        ("half.pdf", b"%PDF-1.4\nnothing else", "is a damaged PDF"),
        ("page.svg", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "holds no provenance"),
        ("empty.png", b"", "is no PNG, SVG or PDF"),
    ],
)
def test_files_that_are_no_figures(tmp_path: Path, name: str, content: bytes, problem: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFileError, match=problem):
        tf.cite(tmp_path / name)


def test_a_file_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("cite", str(tmp_path / "none.png"))
    assert code == 2
    assert "cannot be read" in err
    with pytest.raises(InputFileError):
        tf.cite(tmp_path)


def test_the_command_prints_text_and_bibtex(cli: Cli, file: Path) -> None:
    said = {form: cli("cite", str(file), "--format", form) for form in ("text", "bibtex", "json")}
    assert {code for code, _, _ in said.values()} == {0}
    text, bibtex, record = (out for _, out, _ in said.values())
    assert "Gaulier, G. and Zignago, S. (2010)" in text
    assert {key for _, key, _ in ENTRY.findall(bibtex)} == {"baci_v202501", "tradeflow"}
    assert json.loads(record)["sources"] == ["BACI V202501"]
    both = cli("cite", str(file))[1]
    assert text.strip() in both
    assert bibtex.strip() in both


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_source_can_be_cited(name: str) -> None:
    made = provenance_of([f"{name} R1"])
    info = SOURCES[name]
    for said in (made.footer(), made.text()):
        assert info.citation in said
        assert info.terms in said
    entries = ENTRY.findall(made.bibtex())
    assert [kind for kind, _, _ in entries] == ["misc", "software"]
    fields = entries[0][2]
    assert fields.count("{") - fields.count(r"\{") == fields.count("}") - fields.count(r"\}")
    assert not re.search(r"(?<!\\)[&%#_]", fields)
    assert made.simulated == (name == "SIMULATED")


def test_a_lake_says_as_of_which_day() -> None:
    made = provenance_of(["BACI as known on 2026-11-01", "HMRC OTS as known on 2026-10-01"])
    assert made.as_of == "2026-10-01, 2026-11-01"
    assert made.footer().count("as known on 2026-11-01") == 1
    asked = provenance_of(["BACI V202501"], as_of="2026-11-01")
    assert "Data as known on 2026-11-01." in asked.footer()
    assert "as known on 2026-11-01" in asked.bibtex()
    years = re.findall(r"year = \{(\d+)\}", asked.bibtex())
    assert years == ["2026", asked.map_version[:4]]
    assert "year = {2025}" in provenance_of(["BACI V202501"]).bibtex()
    simulated = provenance_of(["SIMULATED seed 2024"])
    assert simulated.bibtex().count("year = ") == 1  # the software's
    assert "SIMULATED, no real trade, seed 2024 (" in simulated.footer()
    assert joined([asked, provenance_of(["GACC x"])]).as_of == "2026-11-01"
    assert provenance_of(["an unheard-of source"]).text().startswith("an unheard-of source.")


def test_a_figure_of_a_lake_says_the_day(annual: pl.DataFrame, tmp_path: Path) -> None:
    nothing = annual.select(["source", "freq", "reporter", "partner", "flow", "period", "hs6"])
    Lake(tmp_path).merge(annual, date(2025, 2, 1), nothing.clear())
    flows = tf.load_lake(tmp_path, as_of="2025-06-01")
    ax = tf.price_volume(tf.panel(flows, by="category"), since=2022).plot()
    assert "BACI as known on 2025-06-01" in words(ax)
    found = tf.cite(tf.save_figure(ax, tmp_path / "x.png"))
    assert found.provenance.as_of == "2025-06-01"
    assert "as known on 2025-06-01" in found.bibtex()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"kind": "else"}', "no JSON", "null"])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="is not a tradeflow provenance"):
        read_json(text)
