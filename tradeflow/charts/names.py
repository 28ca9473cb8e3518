"""What series are called in print: countries and goods by name, and only what differs."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tradeflow.charts.phrases import dotted
from tradeflow.nomenclature.categories import all_categories
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import label
from tradeflow.panel.build import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

_NAMED: Final = 3  # reporters
_ALIKE: Final = 14  # letters that names may begin alike with
_NOUNS: Final = {
    "category": ("category", "categories"),
    "family": ("family", "families"),
    "hs6": ("code", "codes"),
    "total": ("total", "totals"),
}


def good_name(good: str, by: str) -> str:
    """Name a good of a panel.

    >>> good_name("bearings", "category"), good_name("854370", "hs6")
    ('Ball and roller bearings', '8543.70 Electrical machines n.e.c.')
    """
    if by == "category" and good in all_categories():
        return all_categories()[good].title
    if by == "hs6":
        return code_names([good])[0]
    return "all goods" if good == ALL else good.replace("_", " ")


def code_names(codes: Sequence[str]) -> list[str]:
    """Name codes that stand together: number and label."""
    labels = told_apart([label(code) for code in codes])
    both = zip(codes, labels, strict=True)
    return [dotted(code) if name == code else f"{dotted(code)} {name}" for code, name in both]


def told_apart(names: Sequence[str]) -> list[str]:
    """Leave out what long names have alike, so that they differ before they are cut.

    >>> told_apart(["Rubber; new tyres, used on buses ...", "Rubber; new tyres, used on cars ..."])
    ['Rubber; new … buses ...', 'Rubber; new … cars ...']
    >>> told_apart(["Turbo-propellers up to 1.1 MW", "Turbo-propellers over 1.1 MW"])
    ['Turbo-propellers up to 1.1 MW', 'Turbo-propellers over 1.1 MW']
    """
    return [_rest(name, [other for other in names if other != name]) for name in names]


def _rest(name: str, others: Sequence[str]) -> str:
    alike = max((_alike(name, other) for other in others), default=0)
    first, rest = name.rfind(" ", 0, _ALIKE), name.rfind(" ", 0, alike + 1)
    return f"{name[:first]} …{name[rest:]}" if name.endswith("...") and rest > _ALIKE else name


def _alike(one: str, other: str) -> int:
    """Letters that two texts begin with."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


def goods(count: int, by: str) -> str:
    """Count goods.

    >>> goods(1, "category"), goods(3, "hs6")
    ('1 category', '3 codes')
    """
    return f"{count:,} {_NOUNS[by][count != 1]}"


def exporters(reporters: Sequence[str], provenance: Sequence[str]) -> str:
    """Name one or a few exporters; count more."""
    names = [place_name(one) for one in reporters]
    if len(names) > _NAMED:
        return f"{'the EU, ' if _of_union(provenance) else ''}{len(names)} reporters added up,"
    return " and ".join(names) + (" added up" if len(names) > 1 else "")


def exporter(iso3: str, provenance: Sequence[str]) -> str:
    """Name an exporter, where those that are added up are not counted any more."""
    union = iso3 == ALL and _of_union(provenance)
    return "the EU, its reporters added up," if union else place_name(iso3)


def _of_union(provenance: Sequence[str]) -> bool:
    return bool(provenance) and all(entry.startswith("Comext") for entry in provenance)


def place_name(iso3: str) -> str:
    """Name a reporter or partner; several added up are ``all``."""
    return "all reporters" if iso3 == ALL else country(iso3).name


def trade_words(keys: pl.DataFrame, provenance: Sequence[str]) -> str:
    """Say whose trade with whom it is, as far as all series have it in common.

    >>> import polars as pl
    >>> keys = pl.DataFrame({"reporter": ["all", "all"], "partner": ["RUS", "KAZ"]})
    >>> trade_words(keys, ["Comext 2026-01"]), trade_words(keys, ["UN Comtrade 2026-01"])
    ('Exports of the EU, its reporters added up', 'Exports of all reporters')
    """
    reporters, partners = (keys[side].unique().to_list() for side in ("reporter", "partner"))
    who = f" of {exporter(reporters[0], provenance)}" if len(reporters) == 1 else ""
    to = f" to {place_name(partners[0])}" if len(partners) == 1 else ""
    return f"Exports{who}{to}".removesuffix(",")


def series_names(keys: pl.DataFrame, by: str) -> list[str]:
    """Name series by their goods, after reporter and partner where these differ."""
    differ = [side for side in ("reporter", "partner") if keys[side].n_unique() > 1]
    return [
        f"{' to '.join(row[side] for side in differ)}{': ' if differ else ''}"
        f"{good_name(row[by], by)}"
        for row in keys.iter_rows(named=True)
    ]
