"""The commands of the program ``tradeflow``."""

from __future__ import annotations

import typer

from tradeflow.cli import (
    cite,
    codes,
    detect,
    doctor,
    findings,
    freeze,
    reference,
    report,
    schedule,
    sources,
    update,
)
from tradeflow.cli.help import START, ByTask, arrange
from tradeflow.cli.own import Own, add_own

app = typer.Typer(
    name="tradeflow",
    cls=ByTask,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command()(detect.figures)
app.command("detect")(detect.detect)
app.command("findings")(findings.findings)
app.command()(report.report)
app.command()(update.update)
app.command()(update.status)
app.command()(update.diff)
app.command()(update.revisions)
app.command()(schedule.schedule)
app.command()(freeze.freeze)
app.command()(freeze.thaw)
app.command()(cite.cite)
app.add_typer(update.config, name="config", help="Print the settings.")
app.command()(sources.fetch)
app.command()(sources.ingest)
app.add_typer(sources.app, name="sources", help="List the sources, or check them.")
app.command()(reference.categories)
app.add_typer(codes.app, name="codes")
app.command()(reference.events)
app.command()(reference.countries)
app.command()(reference.samples)
app.command()(doctor.doctor)


def version(value: bool) -> None:
    """Print the version and stop."""
    if value:
        from tradeflow import __version__

        typer.echo(f"tradeflow {__version__}")
        raise typer.Exit


@app.callback()
def main(
    context: typer.Context,
    *,
    show_version: bool = typer.Option(  # noqa: ARG001  its callback does the work
        False, "--version", callback=version, is_eager=True, help="Print the version and stop."
    ),
    own: Own = None,
) -> None:
    """Find shifts in dual-use trade in public customs data.

    Data go to standard output, talk to standard error. Exit 0 done, 1 broken or not writable,
    2 usage or data, 75 a source does not answer now (try again later), 130 interrupted.
    """
    if own:
        add_own(context, own)
    if context.invoked_subcommand is None:
        typer.echo(START)


arrange(app)
