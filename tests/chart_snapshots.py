"""What figures show, without pixels: words, colours and data. Run it to keep new snapshots.

Numbers within words are left out, so that a last digit that another machine rounds otherwise
breaks nothing; the data of the lines are kept to four digits and compared with a tolerance.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from figure_texts import visible_texts
from matplotlib.colors import to_hex
from matplotlib.dates import date2num

from tradeflow.charts.page import figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEPT = Path(__file__).parent / "fixtures" / "chart_snapshots.json"
_NUMBER = re.compile(r"[+\N{MINUS SIGN}]?\d[\d.,]*")
_MOST = 40  # points of a line that are kept


def snapshot(ax: Axes) -> dict[str, Any]:
    """Texts with # for numbers, colours of lines and areas, and the first points of each line."""
    texts = (_NUMBER.sub("#", " ".join(t.get_text().split())) for t in visible_texts(figure_of(ax)))
    shapes = [*ax.patches, *ax.collections]
    faces = [face for one in shapes for face in np.atleast_2d(one.get_facecolor())[:1]]
    return {
        "texts": sorted(texts),
        "colours": sorted({*(to_hex(line.get_color()) for line in ax.lines), *map(to_hex, faces)}),
        "lines": [_points(line.get_xdata()) + _points(line.get_ydata()) for line in ax.lines],
    }


def _points(data: Any) -> list[float]:  # noqa: ANN401  numbers or dates
    values = np.asarray(data)
    numbers = values if values.dtype.kind in "fiu" else date2num(values)
    return [float(f"{x:.4g}") for x in np.asarray(numbers, dtype=float)[:_MOST]]


def keep() -> None:
    """Write the snapshots of all figures of the witnesses."""
    from witness_results import RESULTS, path, result

    drawn = {name: snapshot(result(name).plot()) for name in RESULTS}
    drawn["path of a contrast"] = snapshot(path())
    text = json.dumps(drawn, ensure_ascii=False, indent=1, sort_keys=True)
    KEPT.write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    keep()
