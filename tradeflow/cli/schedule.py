"""``tradeflow schedule``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tradeflow.cli.update import Config, Home
from tradeflow.jobs.schedule import Scheduler


def schedule(
    scheduler: Annotated[Scheduler, typer.Argument(help="Who is to run the update.")],
    *,
    home: Home = None,
    settings: Config = None,
) -> None:
    """Print ready files that run the monthly update: cron, systemd, or GitHub Actions.

    Example: tradeflow schedule cron

    Example: tradeflow schedule github > .github/workflows/tradeflow.yml
    """
    from tradeflow.jobs.schedule import Task, keys_of
    from tradeflow.jobs.schedule import schedule as write
    from tradeflow.jobs.settings import load_settings

    chosen = load_settings(settings, home=home)
    task = Task(
        program=Path(sys.argv[0]).absolute(),
        folder=Path.cwd(),
        home=Path(chosen.home).absolute(),
        settings=settings.absolute() if settings else None,
        keys=keys_of(chosen),
    )
    typer.echo(write(scheduler, task), nl=False)
