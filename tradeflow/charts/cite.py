"""Reading back from a file which figure it is, what it rests on, and how to cite it."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradeflow.charts.provenance import read_json
from tradeflow.errors import DataError, InputFileError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.charts.provenance import Provenance

_PNG, _PDF, _SVG = b"\x89PNG\r\n\x1a\n", b"%PDF-", re.compile(rb"<svg[\s>]")
_HEAD: Final = 4096  # bytes in which a drawing says that it is SVG
_SVG_TITLE: Final = re.compile(r"<dc:title>(.*?)</dc:title>", re.DOTALL)
_SVG_MAKER: Final = re.compile(r"<cc:Agent>.*?</cc:Agent>", re.DOTALL)
_SVG_RECORD: Final = re.compile(r"<rdf:li>(\{.*?\})</rdf:li>", re.DOTALL)
_SVG_TEXT: Final = re.compile(r"<(?:text|tspan)\b[^>]*>([^<]+)<")
_OF_DAMAGE: Final = (ValueError, TypeError, AttributeError, LookupError, RuntimeError)
"""What reading a damaged PDF file may raise beside the reader's own errors."""
_FOOTER: Final = re.compile(r"Source: .*?Drawn by tradeflow [\w.]*\d", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Found:
    """What a file says of itself: title, record, and words that can be read in the picture."""

    title: str
    record: str
    words: str


@dataclass(frozen=True, slots=True)
class Citation:
    """What a figure is, and what it rests on.

    Attributes
    ----------
    title
        The finding in its title.
    provenance
        Where its numbers come from.
    """

    title: str
    provenance: Provenance

    def text(self) -> str:
        """Write title, sources and software in plain text."""
        return f"{self.title}\n{self.provenance.text()}"

    def bibtex(self) -> str:
        """Write the sources and the software in BibTeX."""
        return self.provenance.bibtex()

    def json(self) -> str:
        """Write everything in JSON."""
        record = json.loads(self.provenance.json()) | {"title": self.title}
        return json.dumps(record, ensure_ascii=False, indent=1)

    def __str__(self) -> str:
        return f"{self.text()}\n\n{self.bibtex()}"


def cite(path: str | Path) -> Citation:
    """Say what a figure of this package rests on, and how to cite it.

    Parameters
    ----------
    path
        A PNG, SVG or PDF file.

    Returns
    -------
    Citation
        Printed, it is the citation in plain text and in BibTeX.

    Raises
    ------
    InputFileError
        The file is not there, is no such figure, or its metadata were taken away; the message
        says what can still be known of it.

    Examples
    --------
    >>> import tradeflow as tf
    >>> shifts = tf.detect_shifts(tf.panel(tf.load_sample()), baskets=500)
    >>> path = tf.save_figure(shifts.plot(), "overview.png")
    >>> tf.cite(path).provenance.sources
    ('BACI V202501',)
    """
    file = Path(path)
    content = _content(file)
    found = _reader(file, content)(file, content)
    try:
        return Citation(found.title, read_json(found.record))
    except DataError:
        raise _stripped(file, found) from None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        remedy = "Name a .png, .svg or .pdf file that tradeflow drew."
        raise InputFileError(file, f"cannot be read: {error.strerror}.", remedy=remedy) from error


def _reader(file: Path, content: bytes) -> Callable[[Path, bytes], _Found]:
    """Choose by what the file holds, not by its name."""
    if content.startswith(_PNG):
        return _from_png
    if content.startswith(_PDF):
        return _from_pdf
    if _SVG.search(content[:_HEAD]):
        return _from_svg
    raise InputFileError(
        file,
        "is no PNG, SVG or PDF file, so it holds no provenance.",
        remedy="Name the figure as tradeflow wrote it; JPEG and screenshots keep nothing.",
    )


def _from_png(file: Path, content: bytes) -> _Found:
    import io

    from PIL import Image, UnidentifiedImageError

    from tradeflow.charts.metadata import PNG_KEY

    try:
        with Image.open(io.BytesIO(content)) as image:
            said = {name: str(text) for name, text in image.info.items()}
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise _damaged(file, "PNG", error) from error
    return _Found(said.get("Title", ""), said.get(PNG_KEY, ""), "")


def _from_svg(_file: Path, content: bytes) -> _Found:
    drawn = content.decode("utf-8", errors="replace")
    own = _SVG_MAKER.sub("", drawn)  # the program that drew it has a title, too
    title, record = (_first(pattern, own) for pattern in (_SVG_TITLE, _SVG_RECORD))
    return _Found(title, record, html.unescape(" ".join(_SVG_TEXT.findall(drawn))))


def _from_pdf(file: Path, content: bytes) -> _Found:
    import io

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    from tradeflow.charts.metadata import PDF_KEY

    try:
        document = PdfReader(io.BytesIO(content))
        said: dict[str, object] = dict(document.metadata or {})
        record = str(said.get(PDF_KEY, ""))
        words = "" if record else " ".join(page.extract_text() for page in document.pages[:1])
    except (PyPdfError, *_OF_DAMAGE) as error:
        raise _damaged(file, "PDF", error) from error
    return _Found(str(said.get("/Title", "")), record, words)


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return html.unescape(found[1]).strip() if found else ""


def _damaged(file: Path, kind: str, error: Exception) -> InputFileError:
    remedy = "Take an undamaged copy, or draw the figure again."
    return InputFileError(file, f"is a damaged {kind} file ({error}).", remedy=remedy)


def _stripped(file: Path, found: _Found) -> InputFileError:
    """Say that the metadata are gone, and what the file still shows."""
    footer = _FOOTER.search(" ".join(found.words.split()))
    left = [
        f"Its title there is: {found.title}." if found.title else "",
        f"The picture itself says: {footer[0]}." if footer else "",
    ]
    known = (
        " ".join(filter(None, left))
        or "Nothing else in the file can be read; a figure of tradeflow names its sources, their "
        "releases and its versions in small print under the drawing, if that was not cut off."
    )
    problem = (
        "holds no provenance: tradeflow did not draw it, its metadata were taken away, or axes of "
        "your own were saved by another function than tf.save_figure."
    )
    remedy = f"{known} Ask for the original file, or draw it again."
    return InputFileError(file, problem, remedy=remedy)
