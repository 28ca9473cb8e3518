"""From the trade name of some goods, in four languages, to categories and codes.

Words are matched by their stems: plurals, cases, accents and the order of words do not matter.
A word says where such goods are plausibly declared, never where they are.
"""

# ruff: noqa: RUF001 - Russian letters and Chinese punctuation are meant

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, TypeAlias

import polars as pl

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.categories import all_categories, members
from tradeflow.nomenclature.editions import check_code, describe, plain_code
from tradeflow.nomenclature.tables import table
from tradeflow.notebook import html_table
from tradeflow.options import Edition, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Key: TypeAlias = frozenset[str]  # stems of a term; a Chinese term is one stem

CAVEAT: Final = (
    "No six-digit code isolates these goods. A flow under a code is compatible with them, never "
    "proof of them; the weights are judgement, not measurement."
)

STOP: Final = frozenset(
    re.findall(
        r"\w+",
        "of the for and to in with de du des la le les un une pour au aux et en avec "
        "для на по от из со",
    )
)
"""Words that carry no meaning for the search."""

SEPARATORS: Final = re.compile(r"[,;/+、，；]|\b(?:and|et|и)\b|以及|[和及与]")
"""What stands between two goods named in one query."""

HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
CYRILLIC: Final = re.compile(r"[а-я]")
RUSSIAN_ENDINGS: Final = re.compile(
    "(?:иями|ями|ами|ием|иях|ого|его|ому|ему|ыми|ими|ея|ею|ях|ах|ов|ев|еи|ем|ом|ам|ям|ые|ие|ыи|"
    "ии|ия|ию|ая|яя|ое|ее|ую|юю|ою|ои|ых|их|ым|им|ью|а|я|о|е|ы|и|у|ю|ь)$"
)
FLEETING_VOWEL: Final = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])[ое]к$")
SHORTEST_STEM: Final = 3
SHORTEST_CODE: Final = 4
HS6_DIGITS: Final = 6
MOST_CODES: Final = 12


@dataclass(frozen=True, slots=True)
class Word:
    """A search term: its language (en, fr, zh, ru), category, goods in English, and a note."""

    term: str
    language: str
    category: str
    goods: str
    note: str | None


@dataclass(frozen=True, slots=True)
class WeightedCode:
    """A six-digit code with its description and specificity weight, a judgement or None."""

    hs6: str
    description: str
    specificity_weight: float | None


@dataclass(frozen=True, slots=True)
class Practice:
    """How one customs administration classed such goods."""

    jurisdiction: str
    reference: str
    goods: str
    hs6: str | None
    code_as_printed: str | None
    date: str | None
    relevance: str
    source: str


@dataclass(frozen=True, slots=True)
class Match:
    """A category that plausibly holds the goods.

    Attributes
    ----------
    category, title
        The category.
    words
        The terms that led to it; empty if the query was a code.
    codes
        Its codes in the edition asked for.
    practice
        Rulings and tariff lines by country.
    cannot_show
        What trade statistics under these codes cannot show.
    """

    category: str
    title: str
    words: tuple[Word, ...]
    codes: tuple[WeightedCode, ...]
    practice: tuple[Practice, ...]
    cannot_show: str


@dataclass(frozen=True, slots=True, repr=False)
class Lookup:
    """The answer to a search for goods.

    Attributes
    ----------
    query, edition
        What was asked.
    matches
        The categories found.
    caveat
        What holds for every answer.
    """

    query: str
    edition: str
    matches: tuple[Match, ...]
    caveat: str = CAVEAT

    def __repr__(self) -> str:
        """Say in one line what was found."""
        found = ", ".join(f"{m.category} ({len(m.codes)} codes)" for m in self.matches)
        return f"Lookup: {self.query!r} in {self.edition}: {found}"

    def _repr_html_(self) -> str:
        """Show the codes in a notebook."""
        title = f"{self.query!r} in {self.edition}"
        return html_table(title, self.to_frame().to_dicts(), notes=[self.caveat])

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the categories found."""
        return tuple(match.category for match in self.matches)

    def to_frame(self) -> pl.DataFrame:
        """One row per category and code: category, title, found_by, hs6, description, weight."""
        rows = [
            (m.category, m.title, _found_by(m), c.hs6, c.description, c.specificity_weight)
            for m in self.matches
            for c in m.codes
        ]
        names = ["category", "title", "found_by", "hs6", "description"]
        schema = dict.fromkeys(names, pl.String) | {"specificity_weight": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def summary(self) -> str:
        """The answer as text."""
        head = f"{self.query!r} in {self.edition}"
        return "\n\n".join([head, *(_paragraph(match) for match in self.matches), self.caveat])


def lookup(text: str, *, edition: Edition = "HS2022") -> Lookup:
    """Find the categories and codes that plausibly hold some goods.

    Parameters
    ----------
    text
        A name in English, French, Chinese or Russian, several names with commas between them,
        or a code with or without dots (from four digits; digits after the sixth are ignored).
    edition
        The edition in which to list codes.

    Returns
    -------
    Lookup

    Raises
    ------
    UnknownNameError
        If no term matches, with the nearest term; if a code is in no category.
    UnknownCodeError
        If the edition has no such code.
    UsageError
        If nothing is named, or a code has fewer than four digits.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.lookup("brouilleurs de drones").categories
    ('jammers',)
    >>> tf.lookup("датчики").categories
    ('navigation', 'optics_thermal')
    >>> [p.code_as_printed for p in tf.lookup("8543.70").matches[0].practice][:2]
    ['8543.70.99 60', '8525 50 40']
    """
    one_of(edition, Edition, name="edition")
    if not text.strip():
        raise UsageError("Name some goods, such as 'drone jammer', or give a code.")
    code = plain_code(text)
    found = _of_code(code, edition) if code.isdigit() else _of_words(text)
    return Lookup(text, edition, tuple(_match(name, found[name], edition) for name in found))


def _of_code(code: str, edition: str) -> dict[str, tuple[Word, ...]]:
    """Categories with a code that begins with `code`, or with its first six digits."""
    if len(code) < SHORTEST_CODE:
        raise UsageError(f"Code {code!r} is too short: give four digits or more.")
    start = code[:HS6_DIGITS]
    if len(start) == HS6_DIGITS:
        check_code(start, edition=edition)
    rows = members(edition=edition).filter(pl.col("hs6").str.starts_with(start))
    if rows.is_empty():
        raise UnknownNameError(f"Code {start} of {edition} is in no category of the map.")
    return dict.fromkeys(rows["category"].unique(maintain_order=True), ())


def _of_words(text: str) -> dict[str, tuple[Word, ...]]:
    """Categories named in a text, with the terms that led to each."""
    phrases = [
        p for p in SEPARATORS.split(unicodedata.normalize("NFC", text.casefold())) if p.strip()
    ]
    found: dict[str, tuple[Word, ...]] = {}
    for phrase in phrases:
        for key in _named(phrase) or _hinted(phrase):
            for word in _vocabulary()[key]:
                found[word.category] = (*found.get(word.category, ()), word)
    if not found:
        terms = [word.term for words in _vocabulary().values() for word in words]
        raise UnknownNameError.of("Goods", text, terms, hint=_elsewhere(text))
    return found


def _elsewhere(text: str) -> str:
    """Say which codes outside the map have the words of a text in their titles."""
    asked, titles = _stems(text), table("descriptions").filter(pl.col("edition") == "HS2022")
    rows = titles.sort("hs6").select("hs6", "description").iter_rows()
    codes = [hs6 for hs6, title in rows if asked and asked <= _stems(title)]
    if not codes:
        return "`tradeflow categories` lists the categories."
    more = f" and {len(codes) - MOST_CODES} more" if len(codes) > MOST_CODES else ""
    return (
        f"In no category, but in the titles of {', '.join(codes[:MOST_CODES])}{more} (HS2022). "
        f"`tradeflow codes show {codes[0]}` says what a code is, and `tradeflow --own NAME=CODES` "
        "makes a category of some."
    )


def _named(phrase: str) -> list[Key]:
    """Terms that a phrase names, longest first; a word that a longer term explains is spent.

    "Drone jammer" is about jammers: its "drone" belongs to the vocabulary of jammers and does
    not name drones as well.
    """
    left, han = _stems(phrase), "".join(HAN.findall(phrase))
    named: list[Key] = []
    for key in _longest_first():
        present = key <= left or _chinese(key) in han
        if present and not _explained(key, named):
            named.append(key)
            left, han = left - key, han.replace(_chinese(key), " ")
    return named


def _hinted(phrase: str) -> list[Key]:
    """Terms of which a phrase is a part, for queries such as "infrared"."""
    stems, han = _stems(phrase), "".join(HAN.findall(phrase))
    keys = _longest_first()
    if han:
        return [key for key in keys if han in _chinese(key)]
    return [key for key in keys if stems and stems <= key]


def _explained(key: Key, named: Iterable[Key]) -> bool:
    """Whether a term is part of a longer term of the categories already named."""
    words = _vocabulary()
    categories = {word.category for other in named for word in words[other]}
    longer = (other for other in words if other != key and (key < other or _within(key, other)))
    return any(word.category in categories for other in longer for word in words[other])


def _within(key: Key, other: Key) -> bool:
    return _chinese(key) in _chinese(other) if _is_han(key) and _is_han(other) else False


def _is_han(key: Key) -> bool:
    return len(key) == 1 and HAN.fullmatch(next(iter(key))) is not None


def _chinese(key: Key) -> str:
    """The Chinese text of a term, or a text that occurs nowhere."""
    return next(iter(key)) if _is_han(key) else "\0"


@cache
def _vocabulary() -> Mapping[Key, tuple[Word, ...]]:
    found: dict[Key, tuple[Word, ...]] = {}
    columns = ["term", "language", "category", "goods", "note"]
    for row in table("words").select(columns).iter_rows():
        word = Word(*row)
        key = frozenset({word.term}) if HAN.fullmatch(word.term) else _stems(word.term)
        found[key] = (*found.get(key, ()), word)
    return found


@cache
def _longest_first() -> tuple[Key, ...]:
    return tuple(
        sorted(_vocabulary(), key=lambda key: (-len(key), -sum(map(len, key)), sorted(key)))
    )


def _stems(text: str) -> Key:
    """Stems of the words of a text, without accents and without words that carry no meaning."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    words = re.findall(r"[a-zа-я0-9]+", bare)
    return frozenset(_stem(word) for word in words if len(word) > 1 and word not in STOP)


def _stem(word: str) -> str:
    return _russian_stem(word) if CYRILLIC.search(word) else _latin_stem(word)


def _russian_stem(word: str) -> str:
    """Cut the ending of the case, and the vowel that comes and goes (станок, станка)."""
    stem = RUSSIAN_ENDINGS.sub("", word)
    stem = stem if len(stem) >= SHORTEST_STEM else word
    return FLEETING_VOWEL.sub("к", stem)


def _latin_stem(word: str) -> str:
    """Cut the plural of English and French words (batteries, signaux, hélices)."""
    if len(word) <= SHORTEST_STEM:
        return word
    if word.endswith("aux") and not word.endswith("eaux"):
        return word[:-3] + "al"
    stem = word.rstrip("sx").rstrip("e").rstrip("s")
    return stem[:-1] + "i" if stem.endswith("y") and len(stem) > SHORTEST_STEM else stem


def _match(name: str, words: tuple[Word, ...], edition: str) -> Match:
    category = all_categories()[name]
    rows = members(name, edition=edition).select("hs6", "specificity_weight").sort("hs6")
    codes = tuple(
        WeightedCode(hs6, describe(hs6, edition=edition), weight)
        for hs6, weight in rows.iter_rows()
    )
    return Match(name, category.title, words, codes, _practice(name), category.cannot_show)


@cache
def _practice(name: str) -> tuple[Practice, ...]:
    rows = table("practice").filter(pl.col("category").str.split("|").list.contains(name))
    return tuple(Practice(*row) for row in rows.select(Practice.__slots__).iter_rows())


def _found_by(match: Match) -> str:
    terms = dict.fromkeys(f"{word.term} ({word.language})" for word in match.words)
    return ", ".join(terms) or "its code"


def _paragraph(match: Match) -> str:
    codes = [f"    {c.hs6[:4]}.{c.hs6[4:]}  {_weight(c)}  {c.description}" for c in match.codes]
    rulings = [
        f"    {p.jurisdiction}: {p.code_as_printed or 'no code'} for {p.goods} ({p.reference})"
        for p in match.practice
    ]
    notes = sorted({f"    {word.term}: {word.note}" for word in match.words if word.note})
    return "\n".join(
        [
            f"{match.title} [{match.category}], found by {_found_by(match)}",
            *(["  Notes", *notes] if notes else []),
            "  Codes, with specificity weight",
            *codes,
            *(["  Practice by country", *rulings] if rulings else []),
            f"  Cannot show: {match.cannot_show}",
        ]
    )


def _weight(code: WeightedCode) -> str:
    return "   –" if code.specificity_weight is None else f"{code.specificity_weight:.2f}"
