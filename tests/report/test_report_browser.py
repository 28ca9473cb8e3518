"""The report in a real Chromium: ``make test-browser``."""

from __future__ import annotations

import io
import os
import shutil
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from pypdf import PdfReader

import tradeflow as tf
from tradeflow.nomenclature.categories import all_categories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTHS = [360, 768, 1400]
SCHEMES = ["light", "dark"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module", params=["annual", "monthly"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report on each kind of embedded data."""
    sample = {"annual": "china-russia-annual", "monthly": "eu-high-priority-monthly"}
    flows = tf.load_sample(sample[request.param], backend="polars")
    return tf.report(flows, out=tmp_path_factory.mktemp(request.param) / "report.html")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    assert CHROMIUM, "Chromium is not installed; CHROMIUM=path names another one."
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, report: Path) -> Iterator[Callable[..., Page]]:
    """Open the report; whatever it asks for or complains about makes the test fail."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def open_page(width: int = 1400, **options: Any) -> Page:  # noqa: ANN401  of the driver
        context = chromium.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda asked: heard.append(asked.url))
        page.goto(report.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [said for said in heard if not said.startswith("data:")] == [report.as_uri()] * len(
        contexts
    )


def shown(page: Page, table: str = "ranking") -> list[str]:
    """First cells of the rows in sight, top down."""
    rows = page.locator(f"#{table} tbody tr:visible th")
    return [text.split("\n")[0].strip() for text in rows.all_inner_texts()]


def orders_of(page: Page, column: int) -> dict[str, str]:
    """What each row is sorted by, by its first cell."""
    rows = page.locator("#ranking tbody tr").all()
    cells = [row.locator("th, td").nth(column) for row in rows]
    names = [row.locator("th a").inner_text() for row in rows]
    return {n: c.get_attribute("data-order") or n for n, c in zip(names, cells, strict=True)}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [WIDTHS[0], WIDTHS[-1]])
def test_everybody_can_read_it(visit: Callable[..., Page], width: int, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(width, color_scheme=scheme, bypass_csp=True)  # axe brings a script of its own
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []


@pytest.mark.parametrize("width", [320, *WIDTHS])
def test_nothing_sticks_out(visit: Callable[..., Page], width: int) -> None:
    page = visit(width)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    images = page.locator("figure img:visible").all()
    assert len(images) == page.locator("figure").count()
    for image in images:
        box = image.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert 0 < box["width"] <= width
    loaded = "[...document.images].every(one => one.complete && one.naturalWidth > 0)"
    assert page.evaluate(loaded)


def test_paper_is_light_or_dark_and_figures_are_white(visit: Callable[..., Page]) -> None:
    seen = {}
    for scheme in SCHEMES:
        page = visit(color_scheme=scheme)
        seen[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        cards = page.locator("figure").all()
        white = {card.evaluate("f => getComputedStyle(f).backgroundColor") for card in cards}
        assert white == {"rgb(255, 255, 255)"}
    assert seen["light"] == "rgb(255, 255, 255)"
    assert seen["dark"] == "rgb(22, 24, 27)"


@pytest.mark.parametrize("column", [0, 2, 3])
def test_sorting_by_click_and_by_key(visit: Callable[..., Page], column: int) -> None:
    page = visit()
    head = page.locator("#ranking thead th").nth(column)
    before = shown(page)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    up = shown(page)
    assert sorted(up) == sorted(before)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    down = shown(page)
    orders = orders_of(page, column)
    known = [name for name in up if "inf" not in orders[name]]
    values = [float(orders[name]) if column else name.casefold() for name in known]
    assert values == sorted(values)
    unknown = [name for name in up if name not in known]
    assert up == [*known, *unknown]
    assert down[len(known) :] == unknown
    assert [orders[name] for name in down[: len(known)]] == [orders[n] for n in known[::-1]]


def test_finding_and_choosing(visit: Callable[..., Page]) -> None:
    page = visit()
    everything = shown(page)
    tools = page.locator("#all .filters")
    tools.get_by_label("Find").fill("NAVIGATION")
    assert shown(page) == ["Navigation and inertial"]
    assert f"1 of {len(everything)} rows shown" in tools.inner_text()
    tools.get_by_label("Find").fill("")
    choice = tools.get_by_label("Verdict")
    words = [word for word in choice.locator("option").all_inner_texts() if word != "all"]
    kept = []
    for word in words:
        choice.select_option(word)
        kept += shown(page)
    assert sorted(kept) == sorted(everything)
    glossary = page.locator("#glossary .filters")
    glossary.get_by_label("Find").fill("подшипник")
    assert len(shown(page, "words")) == 1


def test_it_reads_without_scripts(visit: Callable[..., Page]) -> None:
    page = visit(java_script_enabled=False)
    assert len(shown(page)) >= 7
    assert page.locator("button, input, select").count() == 0
    assert page.locator("figure img").count() >= 1


def test_the_keyboard_reaches_everything(visit: Callable[..., Page]) -> None:
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "INPUT", "SELECT", "BUTTON"} <= reached


def test_paper_has_every_figure_and_every_row(visit: Callable[..., Page]) -> None:
    page = visit(360, color_scheme="dark")
    page.locator("#all .filters").get_by_label("Find").fill("navigation")
    figures = page.locator("figure").count()
    titles = page.locator("article h3").all_inner_texts()
    pages = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    words = unicodedata.normalize("NFKC", " ".join(one.extract_text() for one in pages))
    assert len(pages) < 80
    drawn = words.count("Drawn by tradeflow")  # the last line of every figure
    assert drawn == figures > 0
    known = {one.title for one in all_categories().values()}
    assert set(titles) <= known
    ranking = words.split("Ranking", 1)[1].split("Codes and legal basis", 1)[0]
    squeezed = "".join(ranking.split())
    assert all("".join(title.split()) in squeezed for title in titles)
