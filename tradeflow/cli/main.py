"""The program ``tradeflow``: how it begins, and with which exit code it ends.

Its commands are loaded inside :func:`run`, so that an interrupt ends the loading, too, cleanly.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from typing import NoReturn

USAGE = 2  # wrong arguments or wrong data: what the caller can mend
BROKEN = 1
LATER = 75  # a source does not answer now: what was received is kept, try again later
INTERRUPTED = 130
FAULT = "Run `tradeflow doctor`; if nothing is bad there, please report the lines above."


def run() -> NoReturn:
    """Run the program and end the process, with the exit codes of :func:`main`."""
    warnings.formatwarning = _plain
    _print_any_letter()
    try:
        from tradeflow.cli.app import app

        app()
    except KeyboardInterrupt:  # while it was loading; later typer makes an exit of it
        _interrupted()
    except SystemExit as end:
        if _comes_from(end, KeyboardInterrupt):
            _interrupted()
        if _comes_from(end, BrokenPipeError):
            _hear_no_more()
        _flush(end)
    except Exception as error:  # noqa: BLE001  whatever it is, the process ends here
        _stop(error)
    sys.exit(0)


def _interrupted() -> NoReturn:
    _talk("interrupted; nothing half-written")
    sys.exit(INTERRUPTED)


def _stop(error: Exception) -> NoReturn:
    """Say what was wrong, and end with the exit code of its kind."""
    from tradeflow.errors import Locked, OutputError, QuotaExhausted, TradeflowError, Unreachable

    if not isinstance(error, TradeflowError):
        import traceback

        traceback.print_exc()
        _talk("error: this is a fault in tradeflow, or in its installation. " + FAULT)
        sys.exit(BROKEN)
    _talk("\n".join([f"error: {error}", *getattr(error, "__notes__", ())]))
    later = isinstance(error, (Unreachable, QuotaExhausted, Locked))
    sys.exit(LATER if later else BROKEN if isinstance(error, OutputError) else USAGE)


def _talk(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201


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
