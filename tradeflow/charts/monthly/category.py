"""One figure per category and month: value, weight, unit value, cumulative excess, members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.figure import Figure

from tradeflow.charts.canvas import ROOM, Box, drawing_on
from tradeflow.charts.legends import LOOK, columns_of, entries_above, lines_of
from tradeflow.charts.marks import chosen_marks, draw_marks, key
from tradeflow.charts.monthly.axis import days_of
from tradeflow.charts.monthly.beneath import (
    draw_cumulative,
    draw_unit_value,
    draw_weight,
    weighed,
    weight_months,
)
from tradeflow.charts.monthly.marks import STATES
from tradeflow.charts.monthly.members import draw_members, member_months, members_height
from tradeflow.charts.monthly.value import draw_value, watch_of
from tradeflow.charts.monthly.words import said
from tradeflow.charts.page import MARGIN, WIDTH, new_page, width_of
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import SMALL, styled
from tradeflow.errors import UnknownNameError
from tradeflow.nomenclature.categories import category

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from tradeflow.charts.marks import Mark
    from tradeflow.charts.page import Page, Sheet
    from tradeflow.detect.monthly.answers import MonthlyAnswers

    _Draw = Callable[[Axes, MonthlyAnswers, int], None]

_LEFT: Final = MARGIN + 0.5  # inches, and so are all lengths here
_MAIN: Final = 4.5
_SIDE: Final = MARGIN + 5.45
_SIDE_WIDTH: Final = WIDTH - _SIDE - MARGIN
_VALUE: Final = 2.3
_PANEL: Final = 0.72
_BETWEEN: Final = 0.5
_LINE: Final = 0.15  # of a legend
_NUMBER: Final = 0.13  # an event's number
_KINDS: Final = {"CHN": ("nomenclature", "war", "china_control", "list", "notice")}
_ELSEWHERE: Final = ("eu_sanctions", "war", "list")
_EVENTS: Final = 8
_CAPTION, _ABOVE_NUMBERS = 4.0, 16.0  # points from a panel to its caption


def draw_monthly_category(answers: MonthlyAnswers, name: str) -> Sheet:
    """Draw the whole figure of a category from the answers.

    Parameters
    ----------
    answers
        From :func:`tradeflow.detect.monthly.answers.monthly_answers`.
    name
        A category.

    Raises
    ------
    UnknownNameError
        No such category, or the flows have none of its codes.
    """
    row, marks = row_of(answers, name), _marks(answers)
    words = said(answers, row)
    below = _below(answers, row)
    with styled():
        head = lines_of(_labels(answers, row), ROOM) * _LINE + 0.42
        under = len(below) * (_PANEL + _BETWEEN) + (0.4 if weighed(answers, row) else 0.6)
        tall = head + max(_VALUE + under, members_height(answers, row))
        high = tall - head - under
        page = new_page(
            words.headline,
            words.subtitle,
            [*([key(marks)] if marks else []), *words.notes],
            drawing=tall,
            provenance=provenance_of(answers),
        )
        value = page.axes(_LEFT, head, _MAIN, high)
        draw_value(value, answers, row)
        pad = _ABOVE_NUMBERS if marks else _CAPTION
        value.set_title("Value, m USD a month", loc="left", fontsize=SMALL, pad=pad, y=1.0)
        _events(value, marks)
        for i, draw in enumerate(below):
            top = head + high + _BETWEEN + i * (_PANEL + _BETWEEN)
            draw(page.axes(_LEFT, top, _MAIN, _PANEL), answers, row)
        if not weighed(answers, row):
            why = "Weight and unit value: none, because no weights are published."
            page.text(_LEFT - 0.05, tall - 0.27, why, size=SMALL)
        page.text(_SIDE, head - 0.3, "Members apart, each on its own scale", size=SMALL)
        box = (_SIDE, head - 0.05, _SIDE_WIDTH, tall - head - 0.2)
        rest = draw_members(page, answers, row, box)
        page.text(_SIDE, tall - 0.27, rest, size=SMALL)
        _legend(page)
    return page.figure


def _below(answers: MonthlyAnswers, row: int) -> list[_Draw]:
    """The panels under the value; none that would be empty."""
    weight = [draw_weight, draw_unit_value] if weighed(answers, row) else []
    return [*weight, *([draw_cumulative] if watch_of(answers, row) else [])]


def row_of(answers: MonthlyAnswers, name: str) -> int:
    """Find a category among the answers.

    Raises
    ------
    UnknownNameError
        No such category, or the flows have none of its codes.
    """
    category(name)
    names = answers.names()
    if name not in names:
        hint = f"The flows hold: {', '.join(names)}."
        raise UnknownNameError.of("These flows have no code of category", name, names, hint=hint)
    return names.index(name)


def draw_value_alone(answers: MonthlyAnswers, name: str, ax: Axes) -> Axes:
    """Draw the value panel of a category on a caller's axes, with its finding as the title."""
    row = row_of(answers, name)
    with drawing_on(ax, said(answers, row), provenance_of(answers), Box(_VALUE)) as target:
        draw_value(target, answers, row)
        target.set_ylabel("m USD a month", fontsize=SMALL)
        entries_above(target, _entries([target]))
    return ax


def _marks(answers: MonthlyAnswers) -> tuple[Mark, ...]:
    """Events of the exporter's side; none beside simulated trade, which knows of none."""
    if provenance_of(answers).simulated:
        return ()
    kinds = _KINDS.get(answers.reporters[0], _ELSEWHERE)
    first, last = answers.panel.periods[0], answers.panel.periods[-1]
    return chosen_marks(first, last, kinds=kinds, most=_EVENTS)


def _events(ax: Axes, marks: tuple[Mark, ...]) -> None:
    left, right = ax.get_xlim()
    step = (right - left) * _NUMBER / width_of(ax)
    draw_marks(ax, marks, at=days_of([mark.day for mark in marks]).tolist(), step=step)


def _labels(answers: MonthlyAnswers, row: int) -> list[str]:
    """What the legend will say, known before there is a page, whose height it sets."""
    ax = Figure(figsize=(_MAIN, _VALUE)).subplots()
    draw_value(ax, answers, row)
    below = [weight_months(answers, row)] if weighed(answers, row) else []
    words = {word for one in (*member_months(answers, row), *below) for word in one.words()}
    return list(_sorted([*ax.get_legend_handles_labels()[1], *words]))


def _sorted(labels: Iterable[str]) -> dict[str, None]:
    """The legend's labels, each once: states first, in their order."""
    once = list(dict.fromkeys(labels))
    place = {word: i - len(STATES) for i, word in enumerate(STATES)}
    return dict.fromkeys(sorted(once, key=lambda word: place.get(word, once.index(word))))


def _entries(panels: Iterable[Axes]) -> dict[str, Artist]:
    """What a legend of these panels holds, each label once."""
    known: dict[str, Artist] = {}
    for ax in panels:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            known.setdefault(label, handle)
    return {label: known[label] for label in _sorted(known)}


def _legend(page: Page) -> None:
    """Explain what is drawn on any of the panels."""
    entries = _entries(page.figure.axes)
    page.figure.legend(
        handles=list(entries.values()),
        labels=list(entries),
        loc="upper left",
        bbox_to_anchor=(MARGIN / WIDTH, 1 - page.top / page.height),
        ncols=columns_of(list(entries), ROOM),
        **LOOK,
    )
