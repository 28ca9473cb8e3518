"""What changed since the last run: the page of the diff, set as a part of the report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from tradeflow.report.safe import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.token import Token

_SHOWN: Final = 20
_SIGNS: Final = re.compile(r"[\\*_#\-+]")
_RULES: Final = ("heading", "list", "emphasis", "escape")
"""What the page may hold; links, images and HTML stay text, so that nothing leads elsewhere."""

_TITLES: Final = {
    "new": "New findings",
    "gone": "Findings withdrawn",
    "other_word": "Findings under another word",
    "arrived": "Periods that arrived",
    "late": "Periods not released yet",
    "withdrawn": "Periods that a source has no more",
    "revisions": "Revisions above the threshold",
    "failed": "Sources that failed",
    "not_asked": "Not asked",
    "not_analysed": "Not analysed",
    "notes": "Notes",
}


def changes_html(changes: str | Mapping[str, Any] | None) -> Markup:
    """Set the difference between two runs as HTML.

    Parameters
    ----------
    changes
        The page that ``tradeflow diff`` prints (Markdown), the same as a dict, or None.

    Returns
    -------
    Markup
        Safe HTML whose headings begin at the third level; empty if there is nothing to say.
    """
    if not changes:
        return Markup("")
    page = changes if isinstance(changes, str) else _markdown(changes)
    return _html(plain(page))


def _html(page: str) -> Markup:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("zero", {"html": False}).enable(list(_RULES))
    tokens = parser.parse(page)
    _lower(tokens)
    return Markup(parser.renderer.render(tokens, parser.options, {}))  # noqa: S704  it escapes


def _lower(tokens: Sequence[Token]) -> None:
    """Set the headings under the report's own: the first at the third level, no step left out."""
    last = 2
    for token in tokens:
        if token.type == "heading_open":
            last = min(int(token.tag[1]) + 2, last + 1, 6)
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{last}"


def _markdown(changes: Mapping[str, Any]) -> str:
    parts = [
        f"## {title}\n\n" + "\n".join(f"- {line}" for line in _lines(changes[name]))
        for name, title in _TITLES.items()
        if changes.get(name)
    ]
    since = f" since {changes['before']}" if changes.get("before") else ", the first run"
    head = f"# Update {changes.get('after', '')}{since}"
    return "\n\n".join([head, *(parts or ["Nothing changed."])])


def _lines(rows: Sequence[Any]) -> list[str]:
    lines = [_line(row) for row in rows[:_SHOWN]]
    more = len(rows) - _SHOWN
    return [*lines, f"… and {more} more"] if more > 0 else lines


def _line(row: Any) -> str:  # noqa: ANN401  a row of the diff
    if not hasattr(row, "items"):
        return _bare(row)
    if "sentence" in row:
        return f"**{_bare(row['title'])}**, {_bare(row['verdict'])}: {_bare(row['sentence'])}"
    return ", ".join(f"{_bare(k)} {_bare(v)}" for k, v in row.items() if v not in (None, ""))


def _bare(value: object) -> str:
    """One line of text, whose stars and signs mean themselves."""
    return _SIGNS.sub(r"\\\g<0>", " ".join(str(value).split()))
