"""``tradeflow codes show|lookup|family|listed``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from tradeflow.cli import complete
from tradeflow.cli.help import Whole
from tradeflow.cli.output import Form, show
from tradeflow.options import Edition

app = typer.Typer(
    cls=Whole, help="What codes mean, and whether they can be compared.", no_args_is_help=True
)

Code = Annotated[
    str, typer.Argument(help="Six digits, dots allowed.", autocompletion=complete.codes)
]
In = Annotated[Edition, typer.Option(help="Edition that the code belongs to.")]


@app.command("show")
def show_code(code: Code, *, edition: In = "HS2022", form: Form = "table") -> None:
    """Describe a code: text, categories, lists, and whether 2021 compares with 2022.

    Example: tradeflow codes show 8543.70
    """
    record = _describe(code, edition)
    rows = [{"field": k, "value": v} for k, v in record.items()]
    show(rows if form == "table" else [record], form)


@app.command()
def lookup(
    text: Annotated[str, typer.Argument(help="Goods in English, French, Chinese or Russian.")],
    *,
    edition: In = "HS2022",
    form: Form = "table",
) -> None:
    """Find the category and codes that plausibly hold goods, and what they cannot show.

    Example: tradeflow codes lookup "brouilleurs de drones"
    """
    from tradeflow.nomenclature.words import lookup as find

    found = find(text, edition=edition)
    if form == "table":
        typer.echo(found.summary())
    elif form == "csv":
        show(found.to_frame().to_dicts(), form)
    else:
        show(
            [{"query": found.query, **asdict(m), "caveat": found.caveat} for m in found.matches],
            form,
        )


@app.command()
def family(
    code: Code,
    *,
    edition: In = "HS2022",
    across: Annotated[str, typer.Option(help="Editions to compare.")] = "HS2017,HS2022",
    form: Form = "table",
) -> None:
    """Show the smallest group of codes that can be compared across editions.

    Example: tradeflow codes family 901380
    """
    from tradeflow.nomenclature.editions import label, plain_code
    from tradeflow.nomenclature.families import comparability

    answer = comparability(plain_code(code), edition=edition, editions=across.split(","))
    groups = answer.family.codes if answer.family else {}
    rows = [
        {"edition": e, "hs6": c, "label": label(c, edition=e)}
        for e, codes in groups.items()
        for c in codes
    ]
    if form == "json":
        show([{**asdict(answer), "codes": rows}], form)
        return
    if form == "table":
        typer.echo(answer.reason + "\n" if rows else answer.reason)
    if rows:
        show(rows, form)


@app.command()
def listed(
    *,
    as_of: Annotated[str, typer.Option(help="The day, as 2024-03-01.")],
    name: Annotated[str, typer.Option("--list", help="The list.")] = "CHPL",
    form: Form = "table",
) -> None:
    """List a control list as it stood on a day.

    Example: tradeflow codes listed --as-of 2023-12-31
    """
    from tradeflow.nomenclature.categories import listed_on
    from tradeflow.nomenclature.editions import label

    rows = listed_on(as_of, name=name).to_dicts()
    rows = [{"label": label(r["hs6"], edition=r["edition"]), **r} for r in rows]
    show(rows, form, ["edition", "hs6", "label", "tier", "from_date", "confidence"])


def _describe(code: str, edition: Edition) -> dict[str, Any]:
    import polars as pl

    from tradeflow.nomenclature.categories import members
    from tradeflow.nomenclature.editions import describe, label, plain_code
    from tradeflow.nomenclature.families import LATEST_PAIR, comparability
    from tradeflow.nomenclature.tables import table

    hs6 = plain_code(code)
    text = describe(hs6, edition=edition)
    here = pl.col("hs6") == hs6
    answer = comparability(hs6, edition=edition, editions=LATEST_PAIR)
    lists = table("list_members").filter(here & (pl.col("edition") == edition))
    practice = table("practice").filter(pl.col("hs6").fill_null("").str.contains(hs6))
    controls = table("controls").filter(here)
    return {
        "hs6": hs6,
        "edition": edition,
        "label": label(hs6, edition=edition),
        "description": text,
        "categories": [
            f"{c} (weight {w}, a judgement)"
            for c, w in members(edition=edition)
            .filter(here)
            .select("category", "specificity_weight")
            .iter_rows()
        ],
        "lists": [
            f"{r['list']}{' tier ' + r['tier'] if r['tier'] else ''} since {r['from_date']}"
            if r["from_date"]
            else r["list"]
            for r in lists.to_dicts()
        ],
        "controls": [f"{r['regime']}: {r['item']}" for r in controls.to_dicts()],
        "practice": [
            f"{r['jurisdiction']}: {r['goods']} ({r['code_as_printed']})"
            for r in practice.to_dicts()
        ],
        "comparable_2021_2022": answer.comparable,
        "why": f"As reported: {answer.reason}",
        "restated": _restated(hs6, edition),
    }


def _restated(hs6: str, edition: Edition) -> str:
    """Say how the code fares in data that a producer restated in HS 2017, such as BACI."""
    from tradeflow.nomenclature.restated import conversion, leaks

    old = conversion().get(hs6, "") if edition == "HS2022" else hs6
    if edition not in {"HS2017", "HS2022"} or not old:
        return "not in the tables between HS2022 and HS2017"
    leak = leaks().get(old)
    if leak is None:
        return f"In data restated in HS2017: {old}, no trade leaks."
    others = ", ".join(sorted(leak.lost_to | leak.won_from)) or "no code at all"
    return (
        f"In data restated in HS2017: {old}, trade leaks to or from {others}; "
        "`tradeflow detect --by hs6` says how much at most."
    )
