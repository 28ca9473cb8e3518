"""``tradeflow freeze`` and ``thaw``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tradeflow.cli.output import Quiet, say
from tradeflow.cli.update import Config, Home


def freeze(
    *,
    out: Annotated[Path, typer.Option(help="The zip to write.")] = Path("study.zip"),
    home: Home = None,
    settings: Config = None,
    quiet: Quiet = False,
) -> None:
    """Write one zip with everything needed to rebuild the last run's figures offline.

    Example: tradeflow freeze --out study.zip
    """
    from tradeflow.jobs.freeze import freeze as write
    from tradeflow.jobs.settings import load_settings

    about = write(out, load_settings(settings, home=home))
    size = out.stat().st_size / 1e6
    say(f"{out}: run {about.run}, {len(about.members):,} files, {size:,.1f} MB.", quiet=quiet)


def thaw(
    study: Annotated[Path, typer.Argument(help="What tradeflow freeze wrote.")],
    *,
    into: Annotated[Path, typer.Option(help="A folder that is empty or not there yet.")],
    quiet: Quiet = False,
) -> None:
    """Check a frozen study and unpack it.

    Example: tradeflow thaw study.zip --into study
    """
    from tradeflow.jobs.thaw import thaw as unpack

    thawed = unpack(study, into)
    say(f"{into}: run {thawed.about.run}, {len(thawed.about.members):,} files.", quiet=quiet)
    for difference in thawed.other:
        say(f"Not as frozen: {difference}.", quiet=quiet)
    say(f"Rebuild it: cd {into} && tradeflow update --offline", quiet=quiet)
