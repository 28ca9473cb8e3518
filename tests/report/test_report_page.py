"""The page as a parser sees it: whole, self-contained, harmless, and readable without eyes."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest
from report_reading import Reader

import tradeflow as tf
from tradeflow.errors import OutputError, UsageError
from tradeflow.nomenclature.categories import all_categories, members

if TYPE_CHECKING:
    from pathlib import Path

ATTACK = "\"><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\u2066&amp;'=1+1"
LATE = [{"source": ATTACK, "period": "2026-09-01", "late_days": 12}]
CHANGES = f"# Update 7\n\n## New findings\n\n- **Bearings**: {ATTACK} [x](http://a.example)\n"
NOT_A_REQUEST = {"href": re.compile("#"), "src": re.compile("data:"), "srcset": re.compile("data:")}


@pytest.fixture(scope="module")
def made(annual: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on the embedded data, with texts that mean harm wherever data bring text."""
    folder = tmp_path_factory.mktemp("report")
    flows = annual.with_columns(release=pl.lit(ATTACK))
    told: list[tuple[int, int]] = []
    made = tf.report(
        flows,
        out=folder / "report.html",
        tables=folder / "tables",
        data_status=LATE,
        changes=CHANGES,
        as_of="2026-11-01",
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == [(n, 18) for n in range(1, 19)]
    return made


@pytest.fixture(scope="module")
def html(made: Path) -> str:
    return made.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html: str) -> Reader:
    return Reader(html)


def test_it_asks_nobody_for_anything(page: Reader, html: str) -> None:
    for element in page.elements:
        for name, value in element.attrs.items():
            if name in {"href", "src", "srcset", "action", "data", "poster", "background"}:
                assert NOT_A_REQUEST[name].match(value), (element.tag, value[:80])
            assert not name.startswith("on")
        assert element.tag not in {"link", "iframe", "object", "embed", "base", "form"}
    for style in page.all("style"):
        assert "url(" not in style.text
        assert "@import" not in style.text
    policy = next(e for e in page.all("meta") if "http-equiv" in e.attrs).attrs["content"]
    assert policy.startswith("default-src 'none'")
    assert len(html.encode()) < 5_000_000


def test_harm_in_data_stays_text(page: Reader, html: str) -> None:
    assert len(page.all("script")) == 1
    assert len(page.all("img")) == 2 * 18
    assert {"alert(1)", "onerror"} <= set(re.findall(r"alert\(1\)|onerror", page.elements[0].text))
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", html)
    assert "<script>alert" not in html
    changed = page.of_id("changes")
    assert "alert(1)" in changed.text
    assert not [e for e in changed.inside if e.tag in {"a", "img", "script"}]
    assert "alert(1)" in page.of_id("late").text


def test_headings_are_in_order(page: Reader) -> None:
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_names_are_unique_and_links_lead_somewhere(page: Reader) -> None:
    names = [e.attrs["id"] for e in page.elements if "id" in e.attrs]
    assert len(names) == len(set(names))
    assert {e.attrs["href"][1:] for e in page.all("a")} <= set(names)
    said = [e.attrs["aria-labelledby"] for e in page.elements if "aria-labelledby" in e.attrs]
    assert set(said) <= set(names)


def test_languages(page: Reader) -> None:
    assert page.all("html")[0].attrs["lang"] == "en"
    words = [e for e in page.of_id("words").inside if e.tag == "span" and "lang" in e.attrs]
    chinese = [e.text for e in words if e.attrs["lang"] == "zh"]
    russian = [e.text for e in words if e.attrs["lang"] == "ru"]
    assert any("干扰" in text for text in chinese)
    assert any("подавитель" in text for text in russian)
    assert len(chinese) == len(russian) == 33


def test_tables_tell_a_stranger_what_they_are(made: Path) -> None:
    about = pl.read_csv(made.parent / "tables" / "about.csv")
    said = {what: about.filter(what=what)["says"].to_list() for what in about["what"].unique()}
    assert said["compared"][0].startswith("2022\N{EN DASH}23 against 2019\N{EN DASH}21")
    assert said["known on"] == ["2026-11-01"]
    assert any("Gaulier" in line for line in said["to cite"])
    assert any("US dollars a year" in line for line in said["columns"])
    names = [*pl.read_csv(made.parent / "tables" / "ranking.csv").columns]
    assert "simulated" not in names


def test_the_table_has_the_order_of_the_page(made: Path, page: Reader) -> None:
    rows = [e for e in page.of_id("ranking").inside if e.tag == "tr"][1:]
    titles = pl.read_csv(made.parent / "tables" / "ranking.csv")["title"]
    assert all(row.text.strip().startswith(t) for row, t in zip(rows, titles, strict=True))


def test_every_table_has_a_caption_and_scopes(page: Reader) -> None:
    for table in page.all("table"):
        tags = [e.tag for e in table.inside]
        assert tags.count("caption") == 1
        heads = [e for e in table.inside if e.tag == "th"]
        assert all(e.attrs.get("scope") in {"row", "col"} for e in heads)
        columns = sum(e.attrs["scope"] == "col" for e in heads)
        rows = tags.count("tr") - 1
        assert sum(e.attrs["scope"] == "row" for e in heads) == rows
        assert columns * rows == rows + tags.count("td")


def test_every_category_has_all_that_a_reader_needs(page: Reader) -> None:
    sections = {e.attrs["id"]: e for e in page.all("article")}
    assert set(sections) == set(all_categories())
    for name, section in sections.items():
        known = all_categories()[name]
        assert known.title in section.text
        assert known.cannot_show in section.text
        image = next(e for e in section.inside if e.tag == "img")
        assert known.title in image.attrs["alt"]
        assert len(image.attrs["alt"]) > 40
        codes = members(name, edition="HS2017")["hs6"]
        assert all(f"{code[:4]}.{code[4:]}" in section.text for code in codes)
        assert all(
            basis in section.text for basis in members(name, edition="HS2017")["legal_basis"]
        )


def test_practice_by_country(page: Reader) -> None:
    practice = page.of_id("practice-jammers").text
    for country, code in (("China", "8543.70.99 60"), ("India", "8525 50 40")):
        assert country in practice
        assert code in practice
    assert "No ruling or tariff line is held" in page.of_id("chips").text


def test_summary_says_what_the_results_say(page: Reader) -> None:
    summary = page.of_id("summary").text
    outstanding = summary.split("What shifted, but does not stand out")[0]
    for title in ("CNC machine tools and parts", "Semiconductor manufacturing equipment"):
        assert title in outstanding
    still = summary.split("Where no shift was found")[1].split("What cannot be seen")[0]
    assert "ntegrated circuits" in still
    unseen = summary.split("What cannot be seen")[1]
    assert "Unmanned aircraft: no comparable series" in unseen
    assert "Not heard" in unseen
    assert "Nothing here shows that a shift is specific to Russia" in summary
    assert "never proof of it" in summary
    assert "only 1 of them stands out every time: CNC machine tools and parts" in outstanding
    assert "in 1 of 54 categories" in summary
    assert "unusual: An alarm, or a contrast that moved" in summary


def test_each_row_of_the_ranking_has_its_bar(page: Reader) -> None:
    rows = [e for e in page.of_id("ranking").inside if e.tag == "tr"][1:]
    assert len(rows) == 18
    for row in rows:
        drawn = sum(e.tag == "svg" for e in row.inside)
        assert drawn == (0 if "not comparable" in row.text else 1)
    bar = next(e for e in rows[0].inside if e.tag == "svg")
    assert bar.attrs["aria-hidden"] == "true"


def test_state_of_the_data(page: Reader, annual: pl.DataFrame) -> None:
    counts = tf.panel(annual).counts()
    rows = {r.inside[0].text.strip(): r.text for r in page.of_id("states").inside if r.tag == "tr"}
    assert str(counts["ESTIMATED"]) in rows["estimated"].split()
    assert str(counts["BREAK"]) in rows["break"].split()
    assert f"{len(annual):,}" in page.of_id("held").text
    assert "12" in page.of_id("late").text.split()


def test_provenance(page: Reader) -> None:
    told = page.of_id("provenance").text
    assert {"2026-11-01", "2026.11", f"tradeflow {tf.__version__}"} <= set(
        re.findall(rf"2026-11-01|2026\.11|tradeflow {tf.__version__}", told)
    )
    assert "Gaulier" in told


@pytest.mark.parametrize(
    ("changes", "expected", "absent"),
    [
        (None, "This report stands by itself", "Update"),
        ("# Update 7\n\n- one\n", "one", "stands by itself"),
        ("![x](http://a.example/x.png)", "![x](http://a.example/x.png)", "<img"),
        ({"after": "r2", "before": "r1"}, "Nothing changed.", "stands by itself"),
        (
            {"new": [{"title": "A *b*", "verdict": "unusual", "sentence": "s", "why": "w"}]},
            "A *b*, unusual: s",
            "withdrawn",
        ),
        ({"notes": [f"note {n}" for n in range(25)]}, "… and 5 more", "note 24"),
        ({"late": [{"source": "X", "period": "2026-09"}]}, "source X, period 2026-09", "failed"),
    ],
)
def test_what_changed(changes: object, expected: str, absent: str) -> None:
    from tradeflow.report.changes import changes_html

    made = changes_html(changes)  # type: ignore[arg-type]  # every kind is tried
    text = Reader(f"<main>{made}</main>").all("main")[0].text if made else ""
    assert (expected in text) if changes else (made == "")
    assert absent not in text


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"report\.html"):
        tf.report(out=tmp_path)


@pytest.mark.parametrize("asked", [{"partner": "DEU"}, {"reporter": "DEU"}])
def test_nothing_to_report_on(annual: pl.DataFrame, asked: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="DEU; it holds"):
        tf.report(annual, out=tmp_path / "r.html", **asked)
    assert not list(tmp_path.iterdir())


def test_several_exporters_of_years_are_not_added_up(annual: pl.DataFrame, tmp_path: Path) -> None:
    both = pl.concat([annual, annual.with_columns(reporter=pl.lit("DEU"))])
    with pytest.raises(UsageError, match="CHN, DEU: name one as reporter"):
        tf.report(both, out=tmp_path / "r.html")
