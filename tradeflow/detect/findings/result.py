"""All findings on one table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes

    from tradeflow.detect.findings.hearing import Answers
    from tradeflow.frames import Frame
    from tradeflow.options import Backend


@dataclass(frozen=True, slots=True, eq=False)
class FindingsResult:
    """What all witnesses say together.

    Attributes
    ----------
    table
        One row per series, the strongest verdicts first: reporter, partner, what the series is,
        title; verdict (a word of :data:`tradeflow.detect.findings.verdict.VERDICTS`) and sentence;
        description with date set and size (log points, 90 % interval); alarm with its q-value, the
        span of periods judged together, change (log points) and excess over them (US dollars,
        90 % interval); for each witness its estimate with 90 % interval and its stance (agrees,
        disagrees, undecided, or why it was not heard; the routes take no side, but say of a fall
        whether hubs could, might or could not carry it); agree, disagree, not_heard (names of
        witnesses); rule (empty, or why nothing can be said); flags. ``volume_by`` says by what the
        volume was heard: weight, pieces, or nothing.

        For months ``alarm`` is ``alarm_q <= rate``. For years it asks for more, so that it can be
        False beside a small ``alarm_q``: alarm_p and alarm_q are those of the *shift*, and very
        many goods shifted; the alarm also asks that so large a shift be *rare* among comparable
        goods (:attr:`tradeflow.detect.annual.result.Shift.exceptional`).
    answers
        Of every witness: its own result, or why there is none.
    by
        What a series is.
    freq
        ``M`` or ``A``.
    since, partner
        First period after; ISO alpha-3.
    until
        Last period judged.
    reporters
        Exporters whose trade it is, ISO alpha-3; added up if there are several.
    provenance
        Sources and releases.
    rate
        False-discovery rate.
    """

    table: pl.DataFrame
    answers: Answers
    by: str
    freq: str
    since: date
    partner: str
    until: date
    reporters: tuple[str, ...]
    provenance: tuple[str, ...]
    rate: float

    def __repr__(self) -> str:
        """Count the verdicts in one line."""
        from tradeflow.detect.findings.tables import heading

        return heading(self)

    def _repr_html_(self) -> str:
        """Show verdicts and sentences in a notebook."""
        from tradeflow.detect.findings.tables import heading, told
        from tradeflow.notebook import html_table

        rows = told(self).select("verdict", "title", "sentence").to_dicts()
        rate = f"False-discovery rate {self.rate:.2f} for each witness."
        how = f"{rate} Compatible with, never proof of."
        return html_table(heading(self), rows, notes=[how])

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series, the strongest verdicts first."""
        from tradeflow.frames import to_backend

        return to_backend(self.table, backend)

    def summary(self) -> str:
        """Return the verdicts counted, who could not be heard and why, and the sentences."""
        from tradeflow.detect.findings.tables import findings_summary

        return findings_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw verdicts, excess and the stance of every witness."""
        from tradeflow.charts.witness.findings import plot_findings

        return plot_findings(self, ax=ax)
