"""``tradeflow update``, ``status``, ``diff``, ``revisions`` and ``config``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradeflow.cli.help import Whole
from tradeflow.cli.output import Form, Format, Quiet, say, show
from tradeflow.cli.sources import Line, no_report
from tradeflow.errors import TradeflowError
from tradeflow.frames import to_polars

if TYPE_CHECKING:
    from tradeflow.jobs.manifest import Manifest
    from tradeflow.jobs.settings import Settings
    from tradeflow.options import RevisionTable

Config = Annotated[Path | None, typer.Option(help="Settings [tradeflow.toml, if it is there].")]
Home = Annotated[str | None, typer.Option(help="Folder of releases, lake, runs and results.")]

_DAYS = ("revised_on", "period")
_REVISED = ("revised_on", "kind", "source", "reporter", "partner", "flow", "hs6", "period")

STATUS = [
    *("source", "freq", "reporters", "rows", "first", "last", "last_change"),
    *("not_released", "waits_for", "watched", "due", "late_days"),
]

config = typer.Typer(cls=Whole, rich_markup_mode=None, no_args_is_help=True)


def update(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody; use what is held and embedded.")
    ] = False,
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="First build the lake anew from the releases; ask nobody."),
    ] = False,
    home: Home = None,
    settings: Config = None,
    quiet: Quiet = False,
) -> None:
    """Bring lake, findings and figures up to date; print what changed.

    Exit 0 done (changed or not), 75 a source is late, does not answer or was not asked
    (--offline, --rebuild), and nothing is lost, 2 usage or settings, 1 broken.

    Example: tradeflow update

    Example: tradeflow update --offline --home demonstration
    """
    from tradeflow.jobs.update import update as run

    chosen = _settings(settings, home)
    report = no_report if quiet else Line()
    manifest = run(chosen, offline=offline, rebuild=rebuild, report=report)
    folder = Path(chosen.home) / "runs" / manifest.run
    if manifest.changed or manifest.taken or manifest.failed or manifest.notes:
        typer.echo((folder / "diff.md").read_text(encoding="utf-8"))
    else:
        typer.echo("Nothing new: the same inputs as in the last run.")
    if manifest.exit:
        say(_why(manifest), quiet=quiet)
    say(f"Manifest and diff: {folder}/", quiet=quiet)
    raise typer.Exit(manifest.exit)


def _why(manifest: Manifest) -> str:
    """Say why the exit code is not 0."""
    waiting = (
        ("failed", len(manifest.failed)),
        ("not asked", len(manifest.not_asked)),
        ("periods not released", len(manifest.late)),
    )
    said = ", ".join(f"{number} {word}" for word, number in waiting if number)
    return f"Exit {manifest.exit}: {said}. Nothing is lost."


def status(*, home: Home = None, settings: Config = None, form: Form = "table") -> None:
    """Say what is held, what is due, what is late, and how the last run ended.

    One line per source, frequency (M months, A years) and reporters of whom the same is to be
    said; JSON and CSV have one per reporter. rows: statements held, their first and last period,
    and the day of their last change. not_released: periods asked for and not out yet, the first
    of them is the one it waits_for. due: the day about which that should come, known after three
    releases that were seen to come (watched), with the earliest and latest day by their delays
    (JSON and CSV: due_first, due_last); late_days: days beyond that latest day.

    Example: tradeflow status

    Example: tradeflow status --format json
    """
    from tradeflow.jobs.status import grouped, holdings, last_words

    chosen = _settings(settings, home)
    held = holdings(Path(chosen.home))
    if form != "table":
        show(held, form)
    elif held:
        show(grouped(held), form, STATUS)
    if form == "table":
        typer.echo(last_words(Path(chosen.home)))


def diff(
    before: Annotated[str, typer.Argument(help="A run, or previous.")] = "previous",
    after: Annotated[str, typer.Argument(help="A later run, or latest.")] = "latest",
    *,
    home: Home = None,
    settings: Config = None,
    form: Annotated[Format, typer.Option("--format", help="table is Markdown here.")] = "table",
) -> None:
    """Say what changed between two runs.

    Example: tradeflow diff previous latest
    """
    from tradeflow.jobs.diff import between, markdown

    said = between(Path(_settings(settings, home).home), before, after)
    if form == "table":
        typer.echo(markdown(said))
    else:
        show([said], form)


def revisions(
    *,
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    since: Annotated[str | None, typer.Option(help="Revised on or after this day.")] = None,
    findings: Annotated[
        str | None, typer.Option(help="Instead: what was found as known on this day, and now.")
    ] = None,
    lags: Annotated[
        bool, typer.Option("--lags", help="Instead: how far months are revised, by their age.")
    ] = False,
    home: Home = None,
    settings: Config = None,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """List every cell that was revised, withdrawn or put in later, and by how much.

    Values in US dollars; lag in days from the end of the period to the revision. With --lags:
    standard deviation of the log ratio of the latest value to the one so many months after the
    first release, empty where there are too few vintages to know. With --findings: categories
    with revised cells or another verdict, then and now.

    Example: tradeflow revisions --since 2026-10-01

    Example: tradeflow revisions --findings 2026-10-01
    """
    from tradeflow.flows.revisions import revisions as find

    chosen = _settings(settings, home)
    if findings is not None:
        _show_findings(chosen, source, findings, form, quiet=quiet)
        return
    what: RevisionTable = "lags" if lags else "cells"
    rows = to_polars(find(chosen.home, what=what, source=source, since=since))
    if lags and rows.is_empty():  # a source of totals alone
        rows = to_polars(find(chosen.home, what=what, source=source, by="total"))
    if rows.is_empty() and form == "table":
        typer.echo("No cell of the lake was revised or withdrawn in that time.")
        say("Files ingested since the last `tradeflow update` are not in it yet.", quiet=quiet)
    elif lags or form != "table":
        show(rows.to_dicts(), form)
    else:
        show([_revision(row) for row in rows.iter_rows(named=True)], form)


def _revision(row: dict[str, Any]) -> dict[str, Any]:
    """Write a revision so that the smallest one is seen."""
    value = "{:,.0f}".format
    told = {name: f"{row[name]:%Y-%m-%d}" if name in _DAYS else row[name] for name in _REVISED}
    for name in ("value_before", "value_after"):
        told[name] = "" if row[name] is None else value(row[name])
    told["change"] = "" if row["change"] is None else f"{100 * row['change']:+.3g} %"
    return told | {"lag": row["lag"]}


def _show_findings(
    chosen: Settings, source: str | None, day: str, form: Format, *, quiet: bool
) -> None:
    """Compare the findings of every data set, or of one source; say which has none."""
    from tradeflow.detect.findings.vintages import changed_findings
    from tradeflow.jobs.analyse import data_sets

    rows: list[dict[str, Any]] = []
    for name, freq in data_sets(Path(chosen.home)):
        if source in {None, name}:
            try:
                table = changed_findings(
                    chosen.home,
                    before=day,
                    since=chosen.since_year if freq == "A" else chosen.since_month,
                    source=name,
                    freq=freq,
                    partner=chosen.partner,
                    q=chosen.rate,
                    backend="polars",
                )
            except TradeflowError as error:
                say(f"{name} ({freq}): not compared. {error}", quiet=quiet)
                continue
            rows += [{"source": name, "freq": freq} | row for row in to_polars(table).to_dicts()]
    if not rows and form == "table":
        typer.echo(f"No finding has changed since {day}, and no cell of a category was revised.")
        return
    wanted = ("source", "freq", "category", "verdict_before", "verdict_after", "cells_revised")
    show(rows, form, [*wanted, "new_periods", "change_log_before", "change_log_after"])


@config.command("show")
def config_show(*, home: Home = None, settings: Config = None, form: Form = "table") -> None:
    """Print every setting and where its value comes from.

    Example: tradeflow config show
    """
    chosen = _settings(settings, home)
    rows = [
        {"setting": name, "value": value, "from": chosen.origin.get(name, "default")}
        for name, value in chosen.plain().items()
    ]
    show(rows, form)


def _settings(path: Path | None, home: str | None) -> Settings:
    from tradeflow.jobs.settings import load_settings

    return load_settings(path, home=home)
