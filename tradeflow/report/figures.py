"""Figures inside the page: drawings as ``data:`` addresses, so that nothing is fetched."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import TYPE_CHECKING, Final

import polars as pl
from matplotlib.figure import Figure

from tradeflow.charts.annual.category import draw_category
from tradeflow.charts.annual.words import headline, subtitle
from tradeflow.charts.category import plot_category
from tradeflow.charts.metadata import savefig_options
from tradeflow.charts.monthly.category import (
    draw_monthly_category,
    draw_value_alone,
    row_of,
)
from tradeflow.charts.monthly.words import headline as monthly_headline
from tradeflow.charts.monthly.words import subtitle as monthly_subtitle
from tradeflow.charts.style import styled
from tradeflow.report.page import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from tradeflow.detect.annual.result import ShiftTable
    from tradeflow.detect.monthly.answers import MonthlyAnswers

NARROW: Final = (3.7, 4.6)
"""Inches of a drawing for a narrow screen: its letters can then be read at 360 pixels."""


def data_address(figure: Figure) -> str:
    """Draw a figure as SVG, provenance within, inside an address; same bytes every time."""
    buffer = io.BytesIO()
    with styled():
        figure.savefig(buffer, format="svg", **savefig_options(figure, "svg"))
    return f"data:image/svg+xml;base64,{b64encode(buffer.getvalue()).decode()}"


def annual_picture(shifts: ShiftTable, name: str) -> Picture:
    """Draw a category of annual data: the whole figure, and its main panel for narrow screens."""
    row = shifts[name]
    return _picture(
        draw_category(shifts, name),
        lambda ax: plot_category(pl.DataFrame(), name, ax=ax, shifts=shifts),
        says=f"{headline(row, shifts)}. {subtitle(row, shifts)}",
    )


def monthly_picture(answers: MonthlyAnswers, name: str) -> Picture:
    """Draw a category of monthly data in the same two ways."""
    row = row_of(answers, name)
    return _picture(
        draw_monthly_category(answers, name),
        lambda ax: draw_value_alone(answers, name, ax),
        says=f"{monthly_headline(answers, row)}. {monthly_subtitle(answers, row)}",
    )


def _picture(wide: Figure, draw: Callable[[Axes], object], *, says: str) -> Picture:
    narrow = Figure(figsize=NARROW, facecolor="white", layout="constrained")
    with styled():
        draw(narrow.subplots())
    return Picture(data_address(wide), data_address(narrow), says=" ".join(says.split()))
