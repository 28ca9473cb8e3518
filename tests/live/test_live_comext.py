"""What was only inferred about Comext: one small call per question, to the real address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from tradeflow.flows.fetch import fetch

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

pytestmark = pytest.mark.live


def ask(home: Path, **question: Any) -> Delivery:  # noqa: ANN401
    asked = {"reporter": "DEU", "partner": "KAZ", "since": "2024-01", "until": "2024-03"}
    goods = {} if "category" in question else {"codes": "854231"}
    return fetch("comext", home=home, backend="polars", **{**asked, **goods, **question})


@pytest.mark.parametrize("form", ["csv", "jsonstat"])
@pytest.mark.parametrize("dataset", ["DS-045409", "DS-059341"])
def test_fields_and_indicators_are_those_documented(
    dataset: str, form: str, tmp_path: Path
) -> None:
    """Also: TOTAL with WORLD says which months are out, else no state could be ``reported``."""
    result = ask(tmp_path, dataset=dataset, format=form)
    assert len(result.flows) > 0
    notes = result.coverage["note"].to_list()
    assert not any("could not be learned" in note for note in notes)


def test_both_datasets_agree_on_values_and_kilograms(tmp_path: Path) -> None:
    """If the units are right: one counts 100 kg, the other kg."""
    key = ["period", "hs6"]
    one, other = (
        ask(tmp_path, dataset=name).flows.sort(key) for name in ("DS-045409", "DS-059341")
    )
    both = one.join(other, on=key, suffix="_other")
    assert both.height > 0
    for name in ("value_usd", "net_kg"):
        ratio = (both[name] / both[f"{name}_other"]).drop_nulls()
        assert ratio.is_between(0.99, 1.01).all()


@pytest.mark.parametrize("reporter", ["TUR", "GEO", "SRB", "MDA", "UKR", "CHE", "GBR", "XKX"])
def test_neighbours_report(reporter: str, tmp_path: Path) -> None:
    """The coverage's notes say how late each is."""
    result = ask(
        tmp_path, reporter=reporter, partner="W00", codes="85", since="2025-01", until=None
    )
    assert "reported" in set(map(str, result.coverage["state"]))


def test_a_code_that_the_year_does_not_have(tmp_path: Path) -> None:
    """880710 is of HS2022: is a call for 2021 refused with 400, alone or with a good code?"""
    result = ask(tmp_path, codes="854231,880710", since="2021-01", until="2021-03")
    assert result.flows["hs6"].unique().to_list() == ["854231"]


def test_a_call_that_must_come_later(tmp_path: Path) -> None:
    """All pairs of the EU's members, twelve months of a chapter's headings: close to the bound."""
    members = "AUT,BEL,BGR,CZE,DEU,DNK,ESP,EST,FIN,FRA,GRC,HRV,HUN,IRL,ITA,LTU,NLD,POL,PRT,SWE"
    codes = ",".join(f"85{heading:02}" for heading in range(1, 47))
    result = ask(tmp_path, reporter=members, partner=members, codes=codes, until="2024-12")
    assert len(result.flows) > 0


def test_one_bulk_month(tmp_path: Path) -> None:
    """Listing, size, layout, procedures; does it agree with the interface?"""
    bulk = ask(tmp_path, dataset="bulk", until="2024-01").flows
    served = ask(tmp_path, until="2024-01").flows
    assert bulk["value_usd"].sum() == pytest.approx(served["value_usd"].sum(), rel=0.01)
    assert bulk.filter(pl.col("regime").is_null()).is_empty()
