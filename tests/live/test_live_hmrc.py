"""What was only inferred about uktradeinfo: one small call per question, to the real address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.flows.fetch import fetch

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

pytestmark = pytest.mark.live


def ask(home: Path, **question: Any) -> Delivery:  # noqa: ANN401
    goods = {} if "category" in question else {"codes": "854231"}
    asked = {"reporter": "GBR", "partner": "CHN", "since": "2024-01", "until": "2024-01", **goods}
    return fetch("hmrc", home=home, backend="polars", **{**asked, **question})


def test_fields_count_and_ports_are_those_documented(tmp_path: Path) -> None:
    """Also: a port stands once per cell, and blanks in the address may be plus signs."""
    assert len(ask(tmp_path).flows) > 0


def test_six_ranges_in_one_filter_are_allowed(tmp_path: Path) -> None:
    result = ask(tmp_path, category="electronic_components")
    assert len(result.flows) > 0
    assert len(result.answers) < 8  # months, three lists of codes and their pages: none was cut


def test_old_months_are_all_out(tmp_path: Path) -> None:
    states = ask(tmp_path, since="2021-01", until="2023-12").coverage["state"]
    assert set(map(str, states)) <= {"reported", "zero"}


def test_the_supplementary_quantity_is_a_number(tmp_path: Path) -> None:
    assert ask(tmp_path, codes="870323").flows["quantity"].is_not_null().any()


def test_pages_are_followed(tmp_path: Path) -> None:
    """Chapter 85 for two years has more rows than a page."""
    result = ask(tmp_path, codes="85", since="2023-01", until="2024-12")
    assert any("from row" in answer.call.note for answer in result.answers)
