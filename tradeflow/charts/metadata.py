"""Title and provenance of a figure as metadata of PNG, SVG and PDF, without a clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PIL.PngImagePlugin import PngInfo

from tradeflow.charts.credit import credits_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_KEY: Final = "Provenance"
PDF_KEY: Final = "/Keywords"
_COMPRESSION: Final = 2  # zlib; more takes longer and gains nothing on drawings


def savefig_options(figure: Figure, ending: str) -> dict[str, Any]:
    """Options of matplotlib's ``savefig`` that write a figure's title and provenance.

    Parameters
    ----------
    figure
        With credits, as every figure of this package has; one without gets its maker alone.
    ending
        The format: ``png``, ``svg`` or ``pdf``; others hold no provenance.

    Returns
    -------
    dict
        PNG: text chunks Title, Description, Software and Provenance (JSON). SVG: Dublin Core
        title, description, creator and subject (JSON). PDF: Title, Subject, Creator and
        Keywords (JSON).
    """
    from tradeflow import __version__

    title, provenance = credits_of(figure)
    text, record = (provenance.text(), provenance.json()) if provenance else ("", "")
    maker = f"tradeflow {__version__}"
    if ending == "png":
        said = {"Title": title, "Description": text, "Software": maker, PNG_KEY: record}
        return {"pil_kwargs": {"pnginfo": _chunks(said), "compress_level": _COMPRESSION}}
    if ending == "svg":
        said = {"Title": title, "Description": text, "Creator": maker, "Keywords": record}
        return {"metadata": {**_told(said), "Date": None}}
    if ending == "pdf":
        said = {"Title": title, "Subject": text, "Creator": maker, "Keywords": record}
        return {"metadata": {**_told(said), "CreationDate": None}}
    return {}


def _told(said: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in said.items() if text}


def _chunks(said: dict[str, str]) -> PngInfo:
    """International text chunks (iTXt), so that every letter of every language is allowed."""
    info = PngInfo()
    for name, text in _told(said).items():
        info.add_itxt(name, text)
    return info
