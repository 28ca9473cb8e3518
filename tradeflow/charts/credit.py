"""An unseen mark on axes that says what was drawn there, so that any saver can write it down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist

from tradeflow.charts.provenance import joined

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tradeflow.charts.provenance import Provenance


class Credit(Artist):
    """Title and provenance of a drawing; nothing of it is seen.

    Attributes
    ----------
    title
        The finding.
    provenance
        Where its numbers come from.
    """

    def __init__(self, title: str, provenance: Provenance) -> None:
        super().__init__()
        self.title, self.provenance = " ".join(title.split()), provenance
        self.set_visible(False)
        self.set_in_layout(False)

    def draw(self, renderer: Any) -> None:  # noqa: ANN401  matplotlib's own type
        """Draw nothing."""


def give_credit(target: Axes | Figure, title: str, provenance: Provenance) -> None:
    """Note on axes or on a figure what is drawn there.

    Parameters
    ----------
    target
        What was drawn on.
    title
        The finding, for the metadata of files.
    provenance
        Where the numbers come from.
    """
    target.add_artist(Credit(title, provenance))


def credits_of(figure: Figure) -> tuple[str, Provenance | None]:
    """Titles of all that was drawn on a figure, and its provenance; None if nobody left any."""
    found = [one for one in figure.findobj(Credit) if isinstance(one, Credit)]
    titles = dict.fromkeys(one.title for one in found)
    told = dict.fromkeys(one.provenance for one in found)
    return " | ".join(filter(None, titles)), joined(list(told)) if told else None
