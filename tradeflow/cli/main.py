"""The program ``tradeflow``."""

from __future__ import annotations

import sys
import warnings
from typing import NoReturn

import typer

from tradeflow.cli import codes, detect, findings, freeze, reference, schedule, sources, update
from tradeflow.errors import Locked, OutputError, QuotaExhausted, TradeflowError, Unreachable

USAGE = 2  # wrong arguments or wrong data: what the caller can mend
BROKEN = 1
LATER = 75  # a source does not answer now: what was received is kept, try again later

app = typer.Typer(
    name="tradeflow",
    help="Shifts in dual-use trade from public customs data. Start with: tradeflow figures",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command()(detect.figures)
app.command("detect")(detect.detect)
app.command("findings")(findings.findings)
app.command()(update.update)
app.command()(update.status)
app.command()(update.diff)
app.command()(update.revisions)
app.command()(schedule.schedule)
app.command()(freeze.freeze)
app.command()(freeze.thaw)
app.add_typer(update.config, name="config", help="Print the settings.")
app.command()(sources.fetch)
app.command()(sources.ingest)
app.add_typer(sources.app, name="sources", help="List the sources, or check them.")
app.command()(reference.categories)
app.add_typer(codes.app, name="codes")
app.command()(reference.events)
app.command()(reference.countries)
app.command()(reference.samples)


def version(value: bool) -> None:
    """Print the version and stop."""
    if value:
        from tradeflow import __version__

        typer.echo(f"tradeflow {__version__}")
        raise typer.Exit


@app.callback()
def main(
    *,
    show_version: bool = typer.Option(
        False, "--version", callback=version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Shifts in dual-use trade from public customs data. Start with: tradeflow figures."""


def run() -> NoReturn:
    """Run the program.

    Exit 0 done, 1 broken or not writable, 2 usage or data, 75 a source does not answer now,
    130 interrupted.
    """
    warnings.formatwarning = _plain
    try:
        app()
    except OutputError as error:
        _stop(error, BROKEN)
    except (Unreachable, QuotaExhausted, Locked) as error:
        _stop(error, LATER)
    except TradeflowError as error:
        _stop(error, USAGE)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)


def _plain(message: Warning | str, *_: object, **__: object) -> str:
    return f"warning: {message}\n"


def _stop(error: Exception, code: int) -> NoReturn:
    typer.echo("\n".join([f"error: {error}", *getattr(error, "__notes__", ())]), err=True)
    sys.exit(code)
