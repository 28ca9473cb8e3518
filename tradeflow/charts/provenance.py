"""Where the numbers of a figure come from, in the words of a footer, a citation and a file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Protocol

from tradeflow.errors import DataError
from tradeflow.nomenclature.categories import map_version
from tradeflow.sources.registry import SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradeflow.sources.registry import SourceInfo

MARK: Final = "tradeflow provenance"
"""First value of the JSON text, by which a file is known to be ours."""

_AS_OF: Final = re.compile(r"as known on (\d{4}-\d{2}-\d{2})")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_LATEX: Final = str.maketrans({c: f"\\{c}" for c in "&%$#_{}"})
_SIMULATED: Final = "simulated"


class HasProvenance(Protocol):
    """A panel, or the result of any method."""

    @property
    def provenance(self) -> tuple[str, ...]:
        """Sources and their releases."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where numbers come from, and what was used to draw them.

    Attributes
    ----------
    sources
        One ``"SOURCE RELEASE"`` each, such as ``"BACI V202501"``.
    as_of
        Day on which the data were known as drawn, as 2026-11-01; None if nobody asked for a day,
        so that the releases say it all.
    simulated
        Whether any number was simulated.
    map_version, code_version
        Of the category map and of this package.
    citation
        The sources, each as it asks to be cited, in plain text.
    """

    sources: tuple[str, ...]
    as_of: str | None
    simulated: bool
    map_version: str
    code_version: str
    citation: str

    def footer(self) -> str:
        """Write what stands under a figure."""
        sources = [_source_line(entry) for entry in self.sources]
        made = f"Category map {self.map_version}. Drawn by tradeflow {self.code_version}."
        return " ".join([*sources, *self._known_on(), made, "To cite: tradeflow cite FILE."])

    def text(self) -> str:
        """Cite the sources and the software in plain text, one to a line."""
        used = f"tradeflow {self.code_version}, category map {self.map_version}."
        warning = ["Simulated: no number is an observation."] if self.simulated else []
        return "\n".join([*self.citation.splitlines(), *self._known_on(), used, *warning])

    def bibtex(self) -> str:
        """Cite the sources and the software in BibTeX, one entry each."""
        software = _entry(
            "software",
            "tradeflow",
            author="{The tradeflow maintainers}",
            title="tradeflow: shifts in dual-use trade from public customs data",
            version=self.code_version,
            year=_year(self.map_version),
            note=f"category map {self.map_version}",
        )
        known = f"as known on {self.as_of}" if self.as_of else ""
        return "\n\n".join([*(_source_entry(entry, known) for entry in self.sources), software])

    def json(self) -> str:
        """Write everything as JSON in ASCII, for the metadata of a file."""
        return json.dumps({"kind": MARK, **asdict(self)})

    def _known_on(self) -> list[str]:
        """Say the day, unless the releases do."""
        told = any(_AS_OF.search(entry) for entry in self.sources)
        return [f"Data as known on {self.as_of}."] if self.as_of and not told else []


def provenance_of(
    result_or_sources: HasProvenance | Iterable[str], *, as_of: str | None = None
) -> Provenance:
    """Make the provenance of a result, a panel, or a list of sources.

    Parameters
    ----------
    result_or_sources
        Anything with an attribute ``provenance``, or ``"SOURCE RELEASE"`` texts themselves.
    as_of
        Day on which the data were known so; None reads it from the releases of a lake, which say
        ``as known on 2026-11-01``.

    Returns
    -------
    Provenance

    Examples
    --------
    >>> made = provenance_of(["BACI as known on 2026-11-01"])
    >>> made.as_of, made.simulated
    ('2026-11-01', False)
    """
    from tradeflow import __version__

    given: Iterable[str] = getattr(result_or_sources, "provenance", result_or_sources)  # type: ignore[arg-type]  # either
    sources = tuple(dict.fromkeys(given))
    return Provenance(
        sources=sources,
        as_of=as_of or _day(sources),
        simulated=any(entry.casefold().startswith(_SIMULATED) for entry in sources),
        map_version=map_version(),
        code_version=__version__,
        citation="\n".join(_cited(entry) for entry in sources),
    )


def joined(parts: Sequence[Provenance]) -> Provenance:
    """Put together what several drawings on one figure rest on, one or more."""
    if len(parts) == 1:
        return parts[0]
    days = sorted({part.as_of for part in parts if part.as_of})
    sources = dict.fromkeys(entry for part in parts for entry in part.sources)
    return provenance_of(sources, as_of=", ".join(days) or None)


def read_json(text: str) -> Provenance:
    """Read a provenance back from what :meth:`Provenance.json` wrote.

    Raises
    ------
    DataError
        It is something else.
    """
    try:
        said: dict[str, Any] = json.loads(text)
        if said.pop("kind") != MARK:
            raise DataError(f"The text is not a {MARK}.")
        named = {field.name: said[field.name] for field in fields(Provenance)}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise DataError(f"The text is not a {MARK}: {error}.") from error
    return Provenance(**{**named, "sources": tuple(named["sources"])})


def _day(sources: Iterable[str]) -> str | None:
    days = {found[1] for entry in sources if (found := _AS_OF.search(entry))}
    return ", ".join(sorted(days)) or None


def _known(entry: str) -> tuple[SourceInfo | None, str]:
    """Take an entry apart: the source, if it is a registered one, and its release."""
    names = (name for name in SOURCES if entry == name or entry.startswith(f"{name} "))
    name = max(names, key=len, default=None)
    if name is None:
        return None, entry
    return SOURCES[name], entry.removeprefix(name).strip()


def _source_line(entry: str) -> str:
    info, release = _known(entry)
    if info is None:
        return f"Source: {entry}."
    part = ", " if "," in info.title else " "
    return (
        f"Source: {info.producer}, {info.title}{part}{release} ({info.citation}; {info.terms}). "
        f"{info.caveat}"
    )


def _cited(entry: str) -> str:
    info, release = _known(entry)
    if info is None:
        return f"{entry}."
    return f"{info.citation}. {info.title}, {release}. {info.terms}."


def _source_entry(entry: str, known: str) -> str:
    info, release = _known(entry)
    key = re.sub(r"\W+", "_", entry).strip("_").lower()
    if info is None:
        return _entry("misc", key, title=entry, note=known)
    notes = (info.citation, info.terms, "" if known in release else known)
    return _entry(
        "misc",
        key,
        author=f"{{{info.producer}}}",
        title=info.title,
        version=release,
        year="" if info.name.casefold() == _SIMULATED else _year(known or release),
        note="; ".join(filter(None, notes)),
    )


def _year(text: str) -> str:
    """The first year that a release, a day or a version names; empty if none."""
    found = _YEAR.search(text)
    return found[0] if found else ""


def _entry(kind: str, key: str, **told: str) -> str:
    """Write a BibTeX entry; fields that say nothing are left out."""
    lines = [f"  {name} = {{{_latex(text)}}}," for name, text in told.items() if text]
    return "\n".join([f"@{kind}{{{key},", *lines, "}"])


def _latex(text: str) -> str:
    """Escape what LaTeX reads as a command; braces around a whole name stay."""
    if text.startswith("{") and text.endswith("}"):
        return f"{{{text[1:-1].translate(_LATEX)}}}"
    return text.translate(_LATEX)
