"""One exporter's panel as goods by destinations by periods, and which series can be contrasted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.contrast.fit import Table
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import polars as pl
    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

USABLE: Final = (State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR)
FEWEST_BEFORE: Final = {"M": 12, "A": 3}
FEWEST_DONORS: Final = 2  # one is contrasted, the other shows how far contrasts stray
SEASON: Final = 12
SEASON_FROM: Final = 36
"""Months before the date from which every series has a level of its own per calendar month."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One exporter's trade, laid out; the partner asked about is the first destination.

    Attributes
    ----------
    table
        Trade as goods by destinations by periods.
    keys
        The panel's rows of the partner.
    place
        Shape (rows,): the good of each of these rows.
    goods, donors
        Names of all goods, and of the destinations compared with.
    post
        Shape (T,): periods since the date.
    dropped
        Cells that are not used, by state.
    """

    table: Table
    keys: pl.DataFrame
    place: NDArray[np.int64]
    goods: tuple[str, ...]
    donors: tuple[str, ...]
    post: NDArray[np.bool_]
    dropped: dict[str, int]

    def named(self, names: Collection[str]) -> NDArray[np.bool_]:
        """Mark goods by name; shape (K,)."""
        for name in names:
            if name not in self.goods:
                raise UnknownNameError.of("Good of the panel", name, self.goods)
        return np.isin(np.array(self.goods), list(names))

    def with_season(self, *, season: bool | None, monthly: bool) -> Layout:
        """Give series a level per calendar month; None: if there are three years before."""
        months = int((~self.post).sum())
        wanted = monthly and (months >= SEASON_FROM if season is None else season)
        if wanted and months < 2 * SEASON:
            raise TooShortError(
                f"{months} months before the date are too few for a season of each series; "
                f"{2 * SEASON} are needed. Pass season=False."
            )
        which = np.arange(len(self.post), dtype=np.int64) % SEASON if wanted else None
        if which is None:
            return self
        return replace(self, table=replace(self.table, season=which))


def layout(
    panel: Panel,
    *,
    since: date,
    reporter: str | None,
    partner: str,
    exclude: Collection[str],
    growth: bool,
    equal: bool,
) -> Layout:
    """Lay one exporter's panel out; `equal` divides each series by its mean before the date.

    Raises
    ------
    UsageError
        Several exporters and none named, or fewer than two other destinations.
    UnknownNameError
        An exporter or destination that the panel does not have.
    TooShortError
        Too few periods before the date, or none since.
    """
    rows = panel.keys.with_row_index("row")
    rows = rows.filter(rows["reporter"] == _exporter(panel, reporter))
    donors = _donors(rows["partner"].unique().sort().to_list(), partner, exclude)
    goods = tuple(rows[panel.by].unique().sort().to_list())
    post = np.array([period >= since for period in panel.periods])
    _check_span(post, panel, since)
    values, state = (_cube(a, rows, panel.by, goods, (partner, *donors)) for a in _cells(panel))
    known = np.isfinite(values) & np.isin(state, USABLE)
    season = np.zeros(len(post), dtype=np.int64)
    amounts = np.where(known, values, 0.0)
    scale = _means(amounts, known, ~post) if equal else np.ones(amounts.shape[:2])
    table = Table(amounts / scale[:, :, None], known, season, growth, scale)
    mine = rows.filter(rows["partner"] == partner)
    place = np.array([goods.index(name) for name in mine[panel.by]], dtype=np.int64)
    keys = panel.keys[mine["row"].to_list()]
    return Layout(table, keys, place, goods, donors, post, _dropped(state, known))


def _means(
    amounts: NDArray[np.float64], known: NDArray[np.bool_], pre: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Mean of each series before the date, shape (K, J); 1 where it had no trade."""
    count = known[:, :, pre].sum(axis=2)
    mean = amounts[:, :, pre].sum(axis=2) / np.maximum(count, 1)
    return np.asarray(np.where(mean > 0, mean, 1.0))


def recent(panel: Panel, since: date, baseline: int | None) -> Panel:
    """The panel from `baseline` periods before the date on; all of it if None."""
    before = sum(period < since for period in panel.periods)
    return panel if baseline is None else panel.drop_first(max(before - baseline, 0))


def _cells(panel: Panel) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return panel.values, panel.state.astype(np.float64)


def _exporter(panel: Panel, reporter: str | None) -> str:
    known = panel.keys["reporter"].unique().sort().to_list()
    if not known:
        raise UsageError("The panel has no series. Filter the flows less, or load others.")
    if reporter is None and len(known) > 1:
        raise UsageError(
            f"The panel has {len(known)} exporters ({', '.join(known[:5])} ...): name one with "
            'reporter=, or add them up with tf.panel(..., together="reporter").'
        )
    if reporter is not None and reporter not in known:
        raise UnknownNameError.of("Exporter", reporter, known)
    return str(reporter or known[0])


def _donors(known: list[str], partner: str, exclude: Collection[str]) -> tuple[str, ...]:
    for name in (partner, *exclude):
        if name not in known:
            raise UnknownNameError.of("Destination", name, known, hint=f"Known: {known}.")
    donors = tuple(name for name in known if name != partner and name not in exclude)
    if len(donors) < FEWEST_DONORS:
        has = f"only {donors[0]}" if donors else "no other destination"
        raise UsageError(
            f"Besides {partner} the panel has {has}: a contrast needs at least {FEWEST_DONORS} "
            "destinations to compare with, because they also show how far contrasts stray when "
            "nothing happens. Load flows to more partners, or exclude fewer."
        )
    return donors


def _check_span(post: NDArray[np.bool_], panel: Panel, since: date) -> None:
    before, fewest = int((~post).sum()), FEWEST_BEFORE[panel.freq]
    if before < fewest or not post.any():
        raise TooShortError(
            f"The panel has {before} periods before {since:%Y-%m} and {int(post.sum())} since; "
            f"a contrast needs {fewest} before and one since."
        )


def _cube(
    cells: NDArray[np.float64],
    rows: pl.DataFrame,
    by: str,
    goods: tuple[str, ...],
    places: tuple[str, ...],
) -> NDArray[np.float64]:
    """Cells as (goods, destinations, periods); NaN where the panel has no such series."""
    out = np.full((len(goods), len(places), cells.shape[1]), np.nan)
    k = {name: i for i, name in enumerate(goods)}
    j = {name: i for i, name in enumerate(places)}
    for row, place, good in rows.select("row", "partner", by).iter_rows():
        if place in j:
            out[k[good], j[place]] = cells[row]
    return out


def _dropped(state: NDArray[np.float64], known: NDArray[np.bool_]) -> dict[str, int]:
    count = {s.name: int((~known & (state == s)).sum()) for s in State}
    return {name: n for name, n in count.items() if n}


def rules(table: Table, post: NDArray[np.bool_], freq: str) -> NDArray[np.str_]:
    """Say of each series whether it can be contrasted, as `rule` says it; shape (K, J)."""
    before, since = (
        (table.known[:, :, when].sum(axis=2), table.values[:, :, when].sum(axis=2))
        for when in (~post, post)
    )
    others = [v.sum(axis=1, keepdims=True) - v for _, v in (before, since)]
    fewest, word = FEWEST_BEFORE[freq], {"M": "months", "A": "years"}[freq]
    found = [
        (before[0] < fewest, f"fewer than {fewest} comparable {word} before"),
        (since[0] == 0, f"no comparable {word} since"),
        (before[1] <= 0, "no trade before"),
        (since[1] <= 0, "no trade since: the log change has no bound"),
        (others[0] <= _TRACE * before[1], "no other destination buys it before"),
        (others[1] <= _TRACE * since[1], "no other destination buys it since"),
    ]
    return np.asarray(
        np.select([bad for bad, _ in found], [not_heard(w) for _, w in found], default=HEARD)
    )


_TRACE: Final = 1e-6  # of the series' trade: sums of parts less the part leave rounding errors
