"""The site builds without a warning, and its sources read as well in the repository."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from docs_pages import DOCS, PAGES, README, ROOT, links

if TYPE_CHECKING:
    from pathlib import Path

CALL = (sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "-q", "-b", "html")
NO_ADDRESS = re.compile(r"""(?:src|href)=["']https?://[^"']+\.(?:js|css|woff2?|png|svg)["']""")


def anchor(heading: str) -> str:
    """The name that the repository's web page and the site give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def test_the_site_builds_without_a_warning_and_is_whole(tmp_path: Path) -> None:
    site = tmp_path / "html"
    done = subprocess.run(  # noqa: S603  our own words
        [*CALL, str(DOCS), str(site), "-d", str(tmp_path / "doctrees")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    pages = {str(p.relative_to(site)): p.read_text(encoding="utf-8") for p in site.rglob("*.html")}
    sources = {str(p.relative_to(DOCS).with_suffix(".html")) for p in PAGES} - {"README.html"}
    assert sources <= pages.keys()
    assert [name for name, html in pages.items() if NO_ADDRESS.search(html)] == []
    assert [name for name, html in pages.items() if "<!-- generated:" in html] == []
    assert 'id="tradeflow-codes-lookup"' in pages["reference/commands.html"]
    assert "8543.70" in pages["reference/category-map.html"]
    assert 'id="tradeflow.detect_shifts"' in pages["reference/detectors.html"]
    assert "data:image/png" in pages["tutorial/jammers.html"] or (site / "_images").is_dir()


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere_in_the_repository_too(page: Path) -> None:
    for link in links(page):
        if re.match(r"https?://|mailto:", link):
            continue
        target, _, name = link.partition("#")
        there = (page.parent / target).resolve() if target else page
        assert there.exists(), link
        if name:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert name in map(anchor, headings), link


def test_every_page_is_in_the_index_of_the_repository() -> None:
    index = DOCS / "README.md"
    listed = {(DOCS / link.partition("#")[0]).resolve() for link in links(index)}
    pages = {p.resolve() for p in [*PAGES, *DOCS.glob("tutorial/*.ipynb")]}
    assert pages - listed == {index, DOCS / "index.md"}
