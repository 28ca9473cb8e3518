"""One chart into one file, in the format that its ending names."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from tradeflow.charts.footer import software
from tradeflow.charts.page import figure_of
from tradeflow.charts.style import styled
from tradeflow.errors import UsageError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

DPI: Final = 150

_UNDATED: Final[dict[str, dict[str, Any]]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
}
"""Formats, and what keeps the clock out of each."""


def chart_format(path: Path) -> str:
    """Return the format that a file's ending names.

    Raises
    ------
    UsageError
        No figure can be written so.
    """
    ending = path.suffix.removeprefix(".").lower()
    if ending not in _UNDATED:
        allowed = ", ".join(f".{name}" for name in _UNDATED)
        raise UsageError(f"{path}: a figure needs a name that ends in one of {allowed}.")
    return ending


def save_chart(ax: Axes, path: Path) -> None:
    """Write the figure of some axes, with its title in the metadata; same bytes every time.

    Parameters
    ----------
    ax
        What a ``plot`` returned.
    path
        Where to; its ending says the format.

    Raises
    ------
    UsageError
        The ending names no format.
    OutputError
        The file cannot be written.
    """
    ending = chart_format(path)
    title = " ".join(ax.get_title(loc="left").split())
    maker = "Software" if ending == "png" else "Creator"
    metadata = {"Title": title, maker: software(), **_UNDATED[ending]}
    buffer = io.BytesIO()
    with styled():
        figure_of(ax).savefig(buffer, format=ending, dpi=DPI, metadata=metadata)
    write_whole(path, buffer.getvalue())
