"""``tradeflow update``, ``status``, ``diff``, ``revisions`` and ``config``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradeflow.cli.output import Format, say, show
from tradeflow.cli.sources import Line, no_report
from tradeflow.frames import to_polars

if TYPE_CHECKING:
    from tradeflow.jobs.settings import Settings

Form = Annotated[Format, typer.Option("--format", help="How to print.")]
Config = Annotated[Path | None, typer.Option(help="Settings [tradeflow.toml, if it is there].")]
Home = Annotated[str | None, typer.Option(help="Folder of releases, lake, runs and results.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on standard error.")]

config = typer.Typer(rich_markup_mode=None, no_args_is_help=True)


def update(
    *,
    offline: Annotated[
        bool, typer.Option("--offline", help="Ask nobody; use what is held and embedded.")
    ] = False,
    home: Home = None,
    settings: Config = None,
    quiet: Quiet = False,
) -> None:
    """Bring lake, findings and figures up to date; print what changed.

    Exit 0 done (changed or not), 75 a source is late, does not answer or was not asked
    (--offline), and nothing is lost, 2 usage or settings, 1 broken.

    Example: tradeflow update

    Example: tradeflow update --offline --home demonstration
    """
    from tradeflow.jobs.update import update as run

    chosen = _settings(settings, home)
    manifest = run(chosen, offline=offline, report=no_report if quiet else Line())
    folder = Path(chosen.home) / "runs" / manifest.run
    if manifest.changed or manifest.taken or manifest.failed:
        typer.echo((folder / "diff.md").read_text(encoding="utf-8"))
    else:
        typer.echo("Nothing new: the same inputs as in the last run.")
    say(f"Manifest and diff: {folder}/", quiet=quiet)
    raise typer.Exit(manifest.exit)


def status(*, home: Home = None, settings: Config = None, form: Form = "table") -> None:
    """Say what is held, what is late, and how the last run ended.

    Example: tradeflow status
    """
    from tradeflow.jobs.status import holdings, last_words

    chosen = _settings(settings, home)
    held = holdings(Path(chosen.home))
    if held or form != "table":
        show(held, form)
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
    home: Home = None,
    settings: Config = None,
    form: Form = "table",
) -> None:
    """List every cell that was revised or withdrawn, and by how much (US dollars, days).

    Example: tradeflow revisions --since 2026-10-01
    """
    from tradeflow.flows.lake import revisions as find

    rows = to_polars(find(_settings(settings, home).home, source=source, since=since))
    columns = ["revised_on", "source", "reporter", "partner", "flow", "hs6", "period"]
    if rows.is_empty() and form == "table":
        typer.echo("No cell of the lake was revised or withdrawn in that time.")
        return
    show(rows.to_dicts(), form, [*columns, "value_before", "value_after", "change", "lag"])


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
