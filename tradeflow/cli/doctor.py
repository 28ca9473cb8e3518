"""``tradeflow doctor``."""

from __future__ import annotations

import typer

from tradeflow.cli.output import Form, Quiet, say, show, working
from tradeflow.cli.update import Config, Home


def doctor(
    *, home: Home = None, settings: Config = None, form: Form = "table", quiet: Quiet = False
) -> None:
    """Find what is wrong with an installation, and say what to do.

    Looks at Python, libraries, packaged tables, compiled code, figures, extras, the folder of
    the data and every file of its lake, settings, keys (their names only), proxies and
    certificates, and the clock. Asks nobody. Exit 0 if nothing is bad, else 1.

    Example: tradeflow doctor

    Example: tradeflow doctor --format json
    """
    from tradeflow.jobs.doctor.examine import examine

    with working("Looking at the installation", quiet=quiet):
        checks = examine(settings, home=home)
    if form == "table":
        for check in checks:
            typer.echo(str(check))
    else:
        show([check.record() for check in checks], form)
    bad = sum(check.state == "bad" for check in checks)
    warned = sum(check.state == "warn" for check in checks)
    say(f"{len(checks)} checks: {bad} bad, {warned} to know of.", quiet=quiet)
    raise typer.Exit(1 if bad else 0)
