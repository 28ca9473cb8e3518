"""``tradeflow findings``."""

from __future__ import annotations

import math
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from tradeflow.cli.inputs import (
    SINCE,
    AsOf,
    File,
    Kind,
    LakeSource,
    Monthly,
    Partner,
    Q,
    Reporter,
    Since,
    flows_in,
)
from tradeflow.cli.output import Form, Quiet, say, show, working
from tradeflow.files import check_place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tradeflow.detect.findings.result import FindingsResult

WIDTH = 100  # columns of the sentences
CAVEAT = "Compatible with is not proof of: a verdict says what the numbers did, and accuses nobody."

Level = Annotated[
    Literal["category", "hs6", "family"],
    typer.Option("--by", help="Categories, codes, or (months only) families of codes."),
]
Plot = Annotated[Path | None, typer.Option(help="Draw them, too: a .png, .svg or .pdf file.")]


def findings(
    file: File = None,
    *,
    kind: Kind = "flows",
    by: Level = "category",
    since: Since = None,
    partner: Partner = "RUS",
    reporter: Reporter = None,
    q: Q = 0.10,
    form: Form = "table",
    plot: Plot = None,
    monthly: Monthly = False,
    source: LakeSource = None,
    as_of: AsOf = None,
    quiet: Quiet = False,
) -> None:
    """Hear all the evidence on each series, and give it one word and one sentence.

    Example: tradeflow findings --plot findings.png

    Example: tradeflow findings --monthly --since 2022-03

    Example: tradeflow findings flows.csv --by hs6 --reporter CHN

    Example: tradeflow findings tradeflow-data --source BACI --as-of 2026-11-01
    """
    from tradeflow.charts.save import chart_format, save_figure
    from tradeflow.detect.findings.findings import findings as hear

    if plot is not None:
        chart_format(check_place(plot))  # before the work, not after it
    flows = flows_in(file, kind=kind, monthly=monthly, source=source, as_of=as_of)
    day = since or SINCE["M" if "M" in flows["freq"] else "A"]
    with working("Hearing the evidence", quiet=quiet):
        result = hear(flows, since=day, by=by, partner=partner, reporter=reporter, q=q)
    if plot is not None:
        save_figure(result.plot(), plot)
        say(f"{plot} written.", quiet=quiet)
    if form == "table":
        _print(result)
    else:
        show(result.table.to_dicts(), form)
    say(CAVEAT, quiet=quiet)


def _print(result: FindingsResult) -> None:
    """Heading, a row with 90 % intervals for each series that changed, and the sentences."""
    from tradeflow.detect.findings.tables import told

    heading, *sentences = result.summary().splitlines()
    typer.echo(fill(heading, WIDTH))
    rows = [_cells(row) for row in told(result).to_dicts()]
    if rows:
        typer.echo()
        show(rows, "table")
        typer.echo()
    for line in sentences:
        typer.echo(fill(line, WIDTH, subsequent_indent="    ", break_on_hyphens=False))


def _cells(row: Mapping[str, Any]) -> dict[str, str]:
    """Write one row of the table; an excess in money, or a change of the level in per cent."""
    excess = _interval(row, "excess_usd", "{:+,.1f}", " m USD", _millions)
    return {
        "verdict": row["verdict"],
        "goods": row["title"],
        "excess or shift": excess or _interval(row, "size_log", "{:+,.0f}", " %", _percent),
        "contrast": _interval(row, "contrast_log", "{:+,.0f}", " %", _percent),
        "agree": row["agree"],
        "disagree": row["disagree"],
        "not heard": row["not_heard"],
    }


def _interval(
    row: Mapping[str, Any], name: str, form: str, unit: str, convert: Callable[[float], float]
) -> str:
    """Write an estimate and, where there is one, its interval; nothing where it was not heard."""
    at, *ends = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if at is None:
        return ""
    said = "..".join(form.format(convert(end)) for end in ends if end is not None)
    return f"{form.format(convert(at))}{unit}{f' [{said}]' if said else ''}"


def _millions(usd: float) -> float:
    return usd / 1e6


def _percent(log: float) -> float:
    return 100 * math.expm1(log)
