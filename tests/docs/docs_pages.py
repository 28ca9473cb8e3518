"""The pages of the documentation, taken apart: fenced blocks, command lines, links."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).parents[2]
DOCS: Final = ROOT / "docs"
PAGES: Final = sorted(p for p in DOCS.rglob("*.md") if "_build" not in p.parts)
README: Final = ROOT / "README.md"

_FENCE: Final = re.compile(r"^```(?P<kind>\S*)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`(tradeflow [^`\n]+)`")
_LINK: Final = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_PLACEHOLDER: Final = re.compile(r"COMMAND|FILE|FIGURE|…|\.\.\.")


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, first line, language and text."""

    page: Path
    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, m.start()) + 2, m["kind"], m["text"])
        for m in _FENCE.finditer(text)
    ]


def all_blocks(kind: str) -> list[Block]:
    return [block for page in PAGES for block in blocks(page) if block.kind == kind]


def command_lines(page: Path) -> Iterator[tuple[int, str]]:
    """Lines of indented and fenced blocks, and code spans, that call the program."""
    fenced = {b.line + i for b in blocks(page) for i in range(b.text.count("\n"))}
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if re.match(r"( {4,}|)tradeflow ", line) and (line[0] == " " or number in fenced):
            yield number, line.strip()
        for span in _SPAN.findall(line):
            if not _PLACEHOLDER.search(span):
                yield number, span


def words_of(line: str) -> list[str]:
    """Split as a shell does: no comment, nothing from a pipe or redirection on."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|>;")
    lexer.whitespace_split = True
    words = list(lexer)
    end = next((i for i, word in enumerate(words) if set(word) <= set("|>;")), len(words))
    return words[1:end]


def links(page: Path) -> list[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    return [first or second for first, second in _LINK.findall(text)]
