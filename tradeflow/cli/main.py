"""The program ``tradeflow``."""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import NoReturn

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
from tradeflow.cli.output import say
from tradeflow.cli.own import Own, add_own
from tradeflow.errors import Locked, OutputError, QuotaExhausted, TradeflowError, Unreachable

USAGE = 2  # wrong arguments or wrong data: what the caller can mend
BROKEN = 1
LATER = 75  # a source does not answer now: what was received is kept, try again later
INTERRUPTED = 130
FAULT = "Run `tradeflow doctor`; if nothing is bad there, please report the lines above."

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


def run() -> NoReturn:
    """Run the program and end the process, with the exit codes of :func:`main`."""
    warnings.formatwarning = _plain
    _print_any_letter()
    try:
        app()
    except SystemExit as end:
        if _comes_from(end, KeyboardInterrupt):
            say("interrupted; nothing half-written")
            sys.exit(INTERRUPTED)
        if _comes_from(end, BrokenPipeError):
            _hear_no_more()
        _flush(end)
    except OutputError as error:
        _stop(error, BROKEN)
    except (Unreachable, QuotaExhausted, Locked) as error:
        _stop(error, LATER)
    except TradeflowError as error:
        _stop(error, USAGE)
    except Exception:  # noqa: BLE001  a fault of ours, told as one
        import traceback

        traceback.print_exc()
        say("error: this is a fault in tradeflow, or in its installation. " + FAULT)
        sys.exit(BROKEN)
    sys.exit(0)


def _print_any_letter() -> None:
    """Print letters that the terminal lacks as codes: they are no reason to break off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _comes_from(error: BaseException, kind: type[BaseException]) -> bool:
    """Say whether `error` was raised while one of `kind` was handled."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, kind):
        found = found.__context__
    return found is not None


def _flush(end: SystemExit) -> NoReturn:
    """Write out what is left before the process ends, while somebody may still be reading."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _hear_no_more()
    raise end


def _hear_no_more() -> NoReturn:
    """End well: the reader of our output has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(0)


def _plain(message: Warning | str, *_: object, **__: object) -> str:
    return f"warning: {message}\n"


def _stop(error: Exception, code: int) -> NoReturn:
    typer.echo("\n".join([f"error: {error}", *getattr(error, "__notes__", ())]), err=True)
    sys.exit(code)
