"""Calling the witnesses: each is heard, or says why it cannot be."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final, Generic, Literal, Protocol, TypedDict, TypeVar

import numpy as np

from tradeflow.detect.findings.counted import counted
from tradeflow.detect.monthly.monitor import MonitorResult, monitor
from tradeflow.detect.monthly.screen import ScreenResult, screen
from tradeflow.detect.witness.contrast.contrast import contrast
from tradeflow.detect.witness.excess.excess import excess
from tradeflow.detect.witness.heard import not_heard
from tradeflow.detect.witness.mirror.mirror import MirrorResult, mirror
from tradeflow.detect.witness.price.price_volume import PriceVolumeResult, price_volume
from tradeflow.detect.witness.province.province import ProvinceResult, province
from tradeflow.detect.witness.routes.routes import RoutesResult, routes
from tradeflow.errors import DataError, TooShortError, UsageError
from tradeflow.panel.build import panel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    import polars as pl

    from tradeflow.detect.findings.question import Question
    from tradeflow.detect.witness.contrast.result import ContrastResult
    from tradeflow.detect.witness.excess.result import ExcessResult
    from tradeflow.frames import Frame
    from tradeflow.options import Backend, Side


class _Recent(TypedDict):
    weights: Literal["equal"]
    baseline: int
    season: bool


_RECENT: Final[_Recent] = {"weights": "equal", "baseline": 24, "season": False}
"""How series drift and vary in size, two years before and equal weights tell most; the seasons of
goods and of destinations are in the model, and those of series in the placebos."""


class Result(Protocol):
    """What every witness returns."""

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series."""
        ...


Told_co = TypeVar("Told_co", bound=Result, covariant=True)


@dataclass(frozen=True, slots=True)
class Answer(Generic[Told_co]):
    """A witness's result, or why there is none.

    Attributes
    ----------
    result
        What the witness's verb returned; None if not heard.
    why
        Empty if heard, else ``not heard: why``.
    """

    result: Told_co | None
    why: str


@dataclass(frozen=True, slots=True)
class Answers:
    """All witnesses.

    ``destinations`` is the contrast with other destinations alone; ``price`` goes by weights,
    ``pieces`` by supplementary quantities.
    """

    description: Answer[ScreenResult]
    alarm: Answer[MonitorResult]
    contrast: Answer[ContrastResult]
    destinations: Answer[ContrastResult]
    donors: Answer[ExcessResult]
    price: Answer[PriceVolumeResult]
    pieces: Answer[PriceVolumeResult]
    mirror: Answer[MirrorResult]
    routes: Answer[RoutesResult]
    province: Answer[ProvinceResult]

    def silent(self) -> Iterator[tuple[str, str]]:
        """Name the witnesses that could not be heard at all, and why."""
        for field in fields(self):
            why = getattr(self, field.name).why
            if why:
                yield field.name, why


def judged_until(q: Question) -> date | None:
    """First month after those that the alarm can judge; None if it judges all, or none.

    The span is the one that most series have as their longest with placebos.
    """
    alarm = _call(lambda: monitor(q.company, since=q.since, q=q.q, revisions=q.revisions)).result
    if alarm is None or not alarm.calibrated.any():
        return None
    longest = alarm.longest[alarm.calibrated.any(axis=1)]
    after = (
        sum(p < q.since for p in q.panel.periods) + alarm.spans[int(np.bincount(longest).argmax())]
    )
    return q.panel.periods[after] if after < len(q.panel.periods) else None


def call_all(q: Question) -> Answers:
    """Ask every witness; one that cannot speak says why."""
    aside, by = q.set_aside(), q.asked.by
    since, partner, rate = q.since, q.partner, q.q
    return Answers(
        description=_call(lambda: screen(q.asked, q=rate)),
        alarm=_call(lambda: monitor(q.company, since=since, q=rate, revisions=q.revisions)),
        contrast=_call(
            lambda: contrast(
                q.field,
                since=since,
                partner=partner,
                treated=q.treated,
                exclude=aside,
                q=rate,
                **_RECENT,
            )
        ),
        destinations=_call(
            lambda: contrast(
                q.field,
                since=since,
                partner=partner,
                exclude=aside,
                against="destinations",
                q=rate,
                **_RECENT,
            )
        ),
        donors=_call(lambda: excess(q.panel, since=since, partner=partner, treated=aside)),
        price=_call(lambda: _prices(q, q.asked_flows)),
        pieces=_call(lambda: _prices(q, counted(q.asked_flows))),
        mirror=_call(
            lambda: mirror(q.flows, since=since, by=by, reporter=q.reporter, partner=partner)
        ),
        routes=_call(
            lambda: routes(q.flows, since=since, donor=q.reporter, partner=partner, by=by)
        ),
        province=_call(
            lambda: province(q.flows, since=since, partner=partner, by=by, reporter=_one(q))
        ),
    )


def _call(ask: Callable[[], Told_co]) -> Answer[Told_co]:
    try:
        return Answer(ask(), "")
    except (DataError, TooShortError, UsageError) as error:
        return Answer(None, not_heard(str(error)))


def _prices(q: Question, flows: pl.DataFrame) -> PriceVolumeResult:
    """Price and volume of a panel of the partner's rows alone, whose weights may carry flags."""
    side: Side | None = "reporter" if q.reporter is None else None
    own = panel(flows, by=q.asked.by, together=side)
    return price_volume(own, since=q.since, flows=None if side else flows)


def _one(q: Question) -> str:
    if q.reporter is None:
        raise UsageError("Several reporters together have no registered places in common.")
    return q.reporter
