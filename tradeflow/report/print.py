"""From the page's content to HTML: all text escaped, all styles and scripts inside."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from tradeflow.report.bars import Scale
from tradeflow.report.safe import shown

if TYPE_CHECKING:
    from jinja2 import Environment

    from tradeflow.report.page import Page


def print_page(page: Page) -> bytes:
    """Set a page as one HTML file that asks nobody for anything.

    Parameters
    ----------
    page
        What it says.

    Returns
    -------
    bytes
        UTF-8. A content policy in its head forbids every request, and every script but its own.
    """
    script = _own("report.js")
    html = _environment().get_template("report.html").render(
        page=page,
        style=Markup(_own("report.css")),  # noqa: S704  a file of this package
        script=Markup(script),  # noqa: S704  the same
        script_hash=b64encode(sha256(script.encode()).digest()).decode(),
        scale=Scale(cell.bar for row in page.ranking.rows for cell in row if cell.bar),
    )  # fmt: skip
    return html.encode()


def _own(name: str) -> str:
    return files("tradeflow.report").joinpath(f"templates/{name}").read_text(encoding="utf-8")


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("tradeflow.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
