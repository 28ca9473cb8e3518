"""``tradeflow sources``, ``fetch`` and ``ingest``."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import TextWrapper
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tradeflow.cli import complete
from tradeflow.cli.help import Whole
from tradeflow.cli.output import Form, Quiet, say, show
from tradeflow.errors import UsageError
from tradeflow.files import write_whole
from tradeflow.frames import to_polars
from tradeflow.options import FlowKind, Freq

if TYPE_CHECKING:
    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.run import Progress
    from tradeflow.sources.source import Source

Home = Annotated[
    Path | None,
    typer.Option(help="Folder that keeps raw answers [TRADEFLOW_HOME, else tradeflow-data]."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Write the flow table here, .parquet or .csv; a file that is there is replaced "
        "[SOURCE.parquet]."
    ),
]
_WRONG_FILE: Final = 2  # exit status, as where an ingest refuses a file

Extra = Annotated[
    list[str] | None,
    typer.Option(
        "--option", metavar="NAME=VALUE", help="What only this source knows; may be repeated."
    ),
]

Office = Annotated[
    str,
    typer.Argument(help="Name of the source (tradeflow sources).", autocompletion=complete.sources),
]

app = typer.Typer(cls=Whole, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def sources(context: typer.Context, *, form: Form = "table") -> None:
    """List the sources: what they have, how late they are, what they allow.

    Example: tradeflow sources

    Example: tradeflow sources check
    """
    if context.invoked_subcommand is not None:
        return
    from tradeflow.sources.offices import all_sources

    rows = [
        {
            "source": s.name,
            "what": s.title,
            "access": s.access,
            "grain": s.grain,
            "lag": s.lag,
            "key": "none" if s.key is None else "needed" if s.key.needed else "optional",
            "key_variable": None if s.key is None else s.key.variable,
            "terms": s.terms,
            "checked": s.checked,
            "note": s.note,
        }
        for s in all_sources()
    ]
    show(rows, form, ["source", "what", "access", "lag", "key"])
    if form == "table":
        typer.echo(_LEGEND)
        for s in all_sources():
            typer.echo("\n".join(("", *_about(s))))


_LEGEND: Final = """
fetch: tradeflow asks the source itself (tradeflow fetch NAME ... --dry-run says what that would
cost). ingest: it reads files that you downloaded. lag: how long after a month or year it is out.
`tradeflow sources check` asks each source whether it answers."""


def _about(source: Source) -> list[str]:
    said = [f"{source.name}: {source.grain}. Terms: {source.terms}. Evidence: {source.checked}."]
    if source.key is not None:
        said.append(f"Key of {source.name}: {source.key.variable}. {source.key.how}")
    if source.note:
        said.append(f"{'Not yet' if source.access == 'not yet' else 'Note'}: {source.note}")
    lines = TextWrapper(100, subsequent_indent="  ", break_on_hyphens=False)
    return [lines.fill(one) for one in said]


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Sources; all if absent.")] = None,
    *,
    home: Home = None,
    form: Form = "table",
) -> None:
    """Ask each source its cheapest question: does it answer, is the key set, what is left.

    Example: tradeflow sources check comtrade ecb
    """
    from tradeflow.flows.check_sources import check_sources

    show(check_sources(names or None, home=home), form)


@app.command()
def tables(*, home: Home = None, form: Form = "table", quiet: Quiet = False) -> None:
    """Compare our tables of countries and codes with Comtrade's reference files.

    Example: tradeflow sources tables
    """
    from tradeflow.flows.check_sources import check_tables

    differences = check_tables(home=home)
    show(differences, form)
    found = f"{len(differences)} differences." if differences else "All countries and codes agree."
    say(found, quiet=quiet)


def fetch(
    source: Office,
    *,
    category: Annotated[
        str | None,
        typer.Option(help="A category, such as jammers.", autocompletion=complete.categories),
    ] = None,
    codes: Annotated[str, typer.Option(help="Or codes, by comma: 854370,880720.")] = "",
    reporter: Annotated[str, typer.Option(help="ISO alpha-3 codes, by comma.")] = "CHN",
    partner: Annotated[str, typer.Option(help="ISO alpha-3 codes, by comma.")] = "RUS",
    flow: Annotated[FlowKind, typer.Option(help="Which flow of the reporter.")] = "export",
    freq: Annotated[Freq, typer.Option(help="M months or A years.")] = "M",
    since: Annotated[str | None, typer.Option(help="First period, as 2022-01 or 2022.")] = None,
    until: Annotated[str | None, typer.Option(help="Last period [the last whole one].")] = None,
    out: Out = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be asked; send nothing.")
    ] = False,
    max_age: Annotated[
        float,
        typer.Option(
            min=0,
            max=36_500,
            metavar="<days>",
            help="Days after which a kept answer is asked again.",
        ),
    ] = 7.0,
    home: Home = None,
    option: Extra = None,
    quiet: Quiet = False,
) -> None:
    """Fetch flows from a source; run it again to go on where it stopped.

    Example: tradeflow fetch comtrade --category jammers --since 2022-01 --dry-run

    Example: tradeflow fetch comtrade --codes 854231 --since 2024-01 --out chips.parquet
    """
    from tradeflow.flows.fetch import fetch as fetch_flows
    from tradeflow.flows.fetch import plan_fetch
    from tradeflow.flows.read import check_target
    from tradeflow.sources.offices import fetched

    target = check_target(out or Path(f"{source}.parquet"))  # before the calls, not after them
    report = no_report if quiet else Line()
    if source == "ecb":
        _rates(since, until, home, out, dry_run=dry_run, quiet=quiet)
        return
    fetched(source)  # a source that cannot be asked is the first thing to hear of
    question: dict[str, Any] = {
        "category": category,
        "codes": codes,
        "reporter": reporter,
        "partner": partner,
        "flow": flow,
        "freq": freq,
        "since": since,
        "until": until,
        **_options(option, source, _OF_FETCH),
    }
    if dry_run:
        typer.echo(plan_fetch(source, **question).explain())
        return
    delivery = fetch_flows(
        source, home=home, max_age_days=max_age, report=report, backend="polars", **question
    )
    _hand_over(delivery, target, quiet=quiet)


def _rates(
    since: str | None,
    until: str | None,
    home: Path | None,
    out: Path | None,
    *,
    dry_run: bool,
    quiet: bool,
) -> None:
    """Fetch exchange rates; they are kept, and used from then on."""
    from tradeflow.flows.rates import fetch_rates
    from tradeflow.sources.ecb.plan import FIRST, plan_rates

    if dry_run:
        typer.echo(plan_rates(since=since or FIRST, until=until).explain())
        return
    report = no_report if quiet else Line()
    rates = to_polars(
        fetch_rates(since=since or FIRST, until=until, home=home, report=report, backend="polars")
    )
    kept = (
        f"{len(rates):,} monthly rates are kept; values of later fetches are converted with them."
    )
    say(kept, quiet=quiet)
    if out is not None:
        write_whole(out, rates.write_csv().encode())
        say(f"{out} written.", quiet=quiet)


def ingest(
    source: Office,
    files: Annotated[list[Path] | None, typer.Argument(help="Files of that source.")] = None,
    *,
    flow: Annotated[FlowKind | None, typer.Option(help="If the files do not say it.")] = None,
    period: Annotated[str | None, typer.Option(help="If the files do not say it.")] = None,
    release: Annotated[
        str | None, typer.Option(help="Which release [what a file says, else today].")
    ] = None,
    released: Annotated[
        str | None,
        typer.Option(help="Day on which the source released it, as 2025-02-07 [today]."),
    ] = None,
    how: Annotated[
        bool, typer.Option("--how", help="Print how to export the files by hand.")
    ] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="Say what the files cover and lack together; store nothing."),
    ] = False,
    category: Annotated[str | None, typer.Option(help="With --how: the goods.")] = None,
    codes: Annotated[str, typer.Option(help="With --how: or codes, by comma.")] = "",
    partner: Annotated[str, typer.Option(help="With --how and --check: the partner.")] = "RUS",
    since: Annotated[str, typer.Option(help="With --how: first month.")] = "2022-01",
    until: Annotated[str | None, typer.Option(help="With --how: last month.")] = None,
    out: Out = None,
    home: Home = None,
    option: Extra = None,
    quiet: Quiet = False,
) -> None:
    """Read files that a person downloaded, and keep them.

    Example: tradeflow ingest gacc --how --category jammers --since 2025-01

    Example: tradeflow ingest gacc exports_2024.csv exports_2025.csv --flow export --check

    Example: tradeflow ingest gacc exports_2025.csv --flow export --out gacc.parquet

    Example: tradeflow ingest comtrade totals_of_may.csv --released 2026-05-20
    """
    if how:
        question = {"category": category, "codes": codes, "partner": partner, "since": since}
        typer.echo(_how(source, flow=flow or "export", until=until, **question))
        return
    from tradeflow.flows.ingest import check_files
    from tradeflow.flows.ingest import ingest as ingest_files
    from tradeflow.flows.read import check_target

    facts = {"flow": flow, "period": period, **_options(option, source, _OF_INGEST)}
    given = {name: value for name, value in facts.items() if value is not None}
    if check:
        found = check_files(source, files or [], home=home, partner=partner, **given)
        typer.echo(found.summary())
        raise typer.Exit(0 if found.fit else _WRONG_FILE)
    target = check_target(out or Path(f"{source}.parquet"))
    delivery = ingest_files(
        source,
        files or [],
        home=home,
        release=release,
        released=released,
        backend="polars",
        **given,
    )
    _hand_over(delivery, target, quiet=quiet)


def _how(source: str, **question: str | None) -> str:
    from tradeflow.sources.offices import source as office

    found = office(source)
    if found.how is None:
        raise UsageError(
            f"{source} needs no export by hand; `tradeflow sources` says how it comes."
        )
    return found.how(**question)


def _hand_over(delivery: Delivery, out: Path, *, quiet: bool) -> None:
    from tradeflow.flows.read import write_flows

    replaced = ", in place of the table that was there" if out.exists() else ""
    write_flows(delivery.flows, out)
    say(delivery.summary(), quiet=quiet)
    say(f"{out} written{replaced}.", quiet=quiet)


def _options(words: list[str] | None, source: str, own: frozenset[str]) -> dict[str, str]:
    """Read NAME=VALUE; a name that is an option of its own, or no name, is refused."""
    pairs = [word.partition("=") for word in words or []]
    for name, equals, _ in pairs:
        if not equals or not name.isidentifier():
            raise UsageError(f"--option {name!r}: write NAME=VALUE, such as dataset=DS-059341.")
        if name in own:
            raise UsageError(
                f"--option {name}: this is nothing that only {source} knows. Where the command "
                f"has it, it is --{name.replace('_', '-')}; see --help."
            )
    return {name: value for name, _, value in pairs}


_OF_FETCH: Final = frozenset(
    [
        *("backend", "category", "clock", "codes", "flow", "freq", "home", "key", "keyed"),
        *("max_age_days", "options", "partner", "patience", "report", "reporter", "since"),
        *("source", "today", "until"),
    ]
)
_OF_INGEST: Final = frozenset(
    ["backend", "flow", "home", "name", "path", "paths", "period", "release", "released"]
)
"""Words of the two commands themselves, which no source has as an option of its own."""


def no_report(_: Progress) -> None:
    """Say nothing of the progress."""


class Line:
    """One line on standard error that says how far it is; a line per call if nobody watches."""

    def __call__(self, progress: Progress) -> None:
        """Say how far it is."""
        left = progress.seconds_left
        text = (
            f"{progress.done}/{progress.of} calls, about {left / 60:.0f} min left: {progress.note}"
            if left >= 60  # noqa: PLR2004  a minute
            else f"{progress.done}/{progress.of} calls, about {left:.0f} s left: {progress.note}"
        )
        if sys.stderr.isatty():
            end = "\n" if progress.done >= progress.of else ""
            print(f"\r\x1b[2K{text}", end=end, file=sys.stderr, flush=True)  # noqa: T201
        else:
            say(text)
