"""``tradeflow categories``, ``events``, ``countries`` and ``samples``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tradeflow.cli import complete
from tradeflow.cli.output import Form, Quiet, say, show
from tradeflow.errors import UnknownNameError
from tradeflow.options import Edition


def categories(
    name: Annotated[
        str | None,
        typer.Argument(help="One category; all if absent.", autocompletion=complete.categories),
    ] = None,
    *,
    edition: Annotated[Edition, typer.Option(help="Edition of the codes.")] = "HS2022",
    form: Form = "table",
) -> None:
    """List the categories, or the codes of one.

    Example: tradeflow categories

    Example: tradeflow categories jammers --format json
    """
    from tradeflow.nomenclature.categories import MAP_VERSION, all_categories, category, members

    if name is None:
        rows = [
            {
                "category": c.category,
                "title": c.title,
                "role": c.role,
                "codes": members(c.category, edition=edition).height,
                "definition": c.definition,
                "cannot_show": c.cannot_show,
                "map_version": MAP_VERSION,
            }
            for c in all_categories().values()
        ]
        show(rows, form, ["category", "title", "role", "codes", "definition"])
        return
    one = category(name)
    rows = _member_rows(name, edition)
    if form == "table":
        typer.echo(f"{one.title} ({one.role}): {one.definition}\n")
    show(rows, form, ["hs6", "label", "specificity_weight", "legal_basis", "link"])
    if form == "table":
        typer.echo(f"\nWhat this cannot show: {one.cannot_show}")
        typer.echo("Specificity weights are a judgement, not a measurement.")


def _member_rows(name: str, edition: str) -> list[dict[str, object]]:
    from tradeflow.nomenclature.categories import members, refinements
    from tradeflow.nomenclature.editions import describe, label

    lines = refinements(name).select("hs6", "action", "cn8", "name_en", "why").to_dicts()
    return [
        {
            **row,
            "label": label(row["hs6"], edition=edition),
            "description": describe(row["hs6"], edition=edition),
            "national_lines": [line for line in lines if line["hs6"] == row["hs6"]],
        }
        for row in members(name, edition=edition).to_dicts()
    ]


def events(
    *,
    kind: Annotated[str | None, typer.Option(help="One kind of event.")] = None,
    since: Annotated[str | None, typer.Option(help="First day, as 2022-02-24.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    evidence: Annotated[str | None, typer.Option(help="One level of evidence, as seen.")] = None,
    form: Form = "table",
) -> None:
    """List dated events: sanctions, controls, lists, reports, code changes.

    Example: tradeflow events --kind china_control --since 2023-01-01
    """
    from tradeflow.nomenclature.events import events as find

    rows = find(kind=kind, since=since, until=until, evidence=evidence).to_dicts()
    show(rows, form, ["date", "precision", "label", "kind", "evidence"])


def countries(
    text: Annotated[
        str | None,
        typer.Argument(help="Part of a name, or a code.", autocompletion=complete.countries),
    ] = None,
    *,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """List countries with their codes in each system.

    Example: tradeflow countries 344
    """
    from tradeflow.nomenclature.tables import table

    rows = table("countries").to_dicts()
    if text is not None:
        wanted = text.casefold()
        rows = [
            row
            for row in rows
            if wanted in f"{row['name']}|{row['aliases']}".casefold()
            or wanted in {str(value).casefold() for value in row.values()}
        ]
        if not rows:
            names = table("countries")["name"].to_list()
            raise UnknownNameError.of("Country", text, names, hint="Codes are exact, names parts.")
    columns = ["iso3", "iso2", "name", "m49", "comtrade", "gacc", "geonom", "hmrc", "schedule_c"]
    show(rows, form, columns)
    if text is not None and text.isdigit() and form == "table":
        note = "A number means nothing without its system: 344 is Hong Kong in M49, Russia at GACC."
        say(note, quiet=quiet)


def samples(
    name: Annotated[
        str | None,
        typer.Argument(help="The sample to write to a file.", autocompletion=complete.samples),
    ] = None,
    *,
    out: Annotated[Path | None, typer.Option(help="Write it here (.parquet or .csv).")] = None,
    form: Form = "table",
    quiet: Quiet = False,
) -> None:
    """List the embedded real data, or write one to a file.

    Example: tradeflow samples

    Example: tradeflow samples china-russia-annual --out flows.csv
    """
    from tradeflow.flows.read import write_flows
    from tradeflow.flows.samples import list_samples, load_sample

    if name is None:
        rows = [
            {"name": s.name, "title": s.title, "rows": s.rows, "attribution": s.attribution}
            for s in list_samples()
        ]
        show(rows, form)
        return
    flows = load_sample(name, backend="polars")
    say(f"{write_flows(flows, out or Path(f'{name}.parquet'))} written.", quiet=quiet)
