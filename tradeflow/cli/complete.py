"""What the shell offers when somebody presses Tab: names that come quickly from tables."""

from __future__ import annotations


def categories(incomplete: str) -> list[str]:
    """Categories that begin so."""
    from tradeflow.nomenclature.categories import all_categories

    return [name for name in all_categories() if name.startswith(incomplete)]


def samples(incomplete: str) -> list[str]:
    """Embedded data sets that begin so."""
    from tradeflow.flows.samples import list_samples

    return [s.name for s in list_samples() if s.name.startswith(incomplete)]


def sources(incomplete: str) -> list[tuple[str, str]]:
    """Sources that begin so, and what they are."""
    from tradeflow.sources.offices import all_sources

    return [(s.name, s.title) for s in all_sources() if s.name.startswith(incomplete)]


def countries(incomplete: str) -> list[tuple[str, str]]:
    """ISO alpha-3 codes that begin so, and their countries."""
    from tradeflow.nomenclature.tables import table

    rows = table("countries").select("iso3", "name").iter_rows()
    return [(iso3, name) for iso3, name in rows if iso3.startswith(incomplete.upper())]


def codes(incomplete: str) -> list[tuple[str, str]]:
    """Six-digit codes of the map of categories that begin so, and what they are."""
    from tradeflow.nomenclature.categories import members
    from tradeflow.nomenclature.editions import label

    plain = incomplete.replace(".", "")
    known = sorted(set(members(edition="HS2022")["hs6"]))
    return [(hs6, label(hs6, edition="HS2022")) for hs6 in known if hs6.startswith(plain)]
