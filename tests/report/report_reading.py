"""A report read back as a browser's parser would: elements, their nesting, their words."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "source", "br", "input", "link", "path", "circle"}


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""
    inside: list[Element] = field(default_factory=list)


class Reader(HTMLParser):
    """Collects elements, and refuses a page whose tags do not close as they open."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.open: list[Element] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {names}"
        parents = tuple(element.tag for element in self.open)
        element = Element(tag, {k: v or "" for k, v in attrs}, parents)
        self.elements.append(element)
        for parent in self.open:
            parent.inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def of_id(self, name: str) -> Element:
        found = [element for element in self.elements if element.attrs.get("id") == name]
        assert len(found) == 1
        return found[0]
