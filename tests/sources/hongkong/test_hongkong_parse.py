"""From answers to rows. Answers are written by hand; expectations are worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hongkong_answers import cell, goods, out, release, said

from tradeflow.errors import DuplicateKeyError
from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.hongkong.parse import parse
from tradeflow.sources.registry import source_info

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from tradeflow.sources.parsed import Parsed

# European Central Bank, means of January 2024, per euro
USD_PER_HKD = 1.090514 / 8.524414
ECB_DIGITS = 1e-6
MONTHS = ("202401", "202402", "202403")


def one(parsed: Parsed) -> dict[str, object]:
    flows = check_flows(conform(parsed.rows))
    assert len(flows) == 1
    return flows.row(0, named=True)


def states(coverage: pl.DataFrame) -> dict[str, str]:
    rows = coverage.select("period", "state").iter_rows()
    return {f"{period:%Y%m}": str(state) for period, state in rows}


def test_thousands_of_hong_kong_dollars_become_dollars(tmp_path: Path) -> None:
    call = goods("854231")
    answers = [
        out(tmp_path, *MONTHS),
        said(
            tmp_path,
            call,
            cell(call, "202401", "1,234"),
            cell(call, "202401", "5,600", "QCm", unitEN="KG"),
        ),
    ]
    row = one(parse(answers))
    assert row["value_usd"] == pytest.approx(1_234_000 * USD_PER_HKD, rel=ECB_DIGITS)
    assert (row["quantity"], row["quantity_unit"], row["net_kg"]) == (5600.0, "KG", 5600.0)
    assert (row["reporter"], row["partner"], row["flow"]) == ("HKG", "RUS", "re_export")
    assert (row["hs6"], row["national_code"], row["edition"]) == ("854231", None, "HS2022")
    assert (row["regime"], row["valuation"], row["period"]) == (None, "FOB", date(2024, 1, 1))
    assert source_info(str(row["source"])).complete
    assert row["release"] == "retrieved 2026-11-01"


@pytest.mark.parametrize(
    ("codes", "hs6", "national"),
    [
        ("85", "85", None),
        ("8542", "8542", None),
        ("85423111", "854231", "85423111"),
        ("TOTAL", "TOTAL", None),
    ],
)
def test_levels_of_codes(tmp_path: Path, codes: str, hs6: str, national: str | None) -> None:
    call = goods(codes)
    row = one(parse([out(tmp_path, *MONTHS), said(tmp_path, call, cell(call, "202401", 5))]))
    assert (row["hs6"], row["national_code"]) == (hs6, national)


def test_rows_of_one_origin_say_so_and_imports_are_cif(tmp_path: Path) -> None:
    call = goods(origin="CHN")
    row = one(parse([out(tmp_path, *MONTHS), said(tmp_path, call, cell(call, "202401", "7"))]))
    assert row["regime"] == "origin CHN"
    call = goods(flow="import", partner="CHN")
    first = out(tmp_path, *MONTHS, call=release(flow="import", partners="CHN"))
    row = one(parse([first, said(tmp_path, call, cell(call, "202401", "7"))]))
    assert (row["partner"], row["regime"], row["valuation"]) == ("CHN", None, "CIF")


@pytest.mark.parametrize(
    ("figure", "unit", "quantity", "weight"),
    [
        ("9", "NO.", 9.0, None),
        ("9", "", None, None),
        ("0", "KG", None, None),
        ("", "KG", None, None),
    ],
)
def test_a_quantity_without_a_unit_is_no_quantity(
    tmp_path: Path, figure: str, unit: str, quantity: float | None, weight: float | None
) -> None:
    call = goods()
    lines = cell(call, "202401", "5"), cell(call, "202401", figure, "QCm", unitEN=unit)
    parsed = parse([out(tmp_path, *MONTHS), said(tmp_path, call, *lines)])
    row = one(parsed)
    assert (row["quantity"], row["net_kg"]) == (quantity, weight)
    assert ("1 quantities came without a unit and are left out." in parsed.notes) == (not unit)


def test_late_is_not_zero(tmp_path: Path) -> None:
    call = goods()
    first = out(tmp_path, "202401", "202402", call=release(asked="2024-05-01"))
    parsed = parse([first, said(tmp_path, call, cell(call, "202401", "7"))])
    assert states(parsed.coverage) == {
        "202401": "reported",
        "202402": "zero",
        "202403": "not released",
        "202404": "not released",
        "202405": "not released",
    }


def test_no_record_in_a_month_that_is_out_is_zero(tmp_path: Path) -> None:
    nothing = said(tmp_path, goods(), name="Fail", message=["No record found"])
    parsed = parse([out(tmp_path, *MONTHS), nothing])
    assert parsed.rows.is_empty()
    assert set(states(parsed.coverage).values()) == {"zero"}
    assert check_flows(conform(parsed.rows)).is_empty()


def test_a_code_that_hong_kong_does_not_have_is_no_zero(tmp_path: Path) -> None:
    refused = said(tmp_path, goods("880621"), name="Fail", message=["not defined"])
    call = goods()
    parsed = parse([out(tmp_path, *MONTHS), refused, said(tmp_path, call, cell(call, "202402", 1))])
    assert states(parsed.coverage) == {
        "202401": "unknown",
        "202402": "reported",
        "202403": "unknown",
    }
    assert "does not have the code 880621 in HS2022" in parsed.notes[0]


def test_months_in_which_nothing_was_asked_are_unknown(tmp_path: Path) -> None:
    parsed = parse([out(tmp_path, *MONTHS)])
    assert set(states(parsed.coverage).values()) == {"unknown"}


def test_nothing_is_out(tmp_path: Path) -> None:
    refused = said(tmp_path, release(), name="Fail", message=["not defined"])
    assert set(states(parse([refused]).coverage).values()) == {"not released"}


def test_a_quantity_without_a_value_is_kept_apart(tmp_path: Path) -> None:
    call = goods()
    only = said(tmp_path, call, cell(call, "202401", "3", "QCm", unitEN="KG"))
    parsed = parse([out(tmp_path, *MONTHS), only])
    assert parsed.rows.is_empty()
    assert parsed.withheld["why"].to_list() == ["a quantity, but no value"]


def test_the_same_cell_twice_is_never_added(tmp_path: Path) -> None:
    call = goods()
    twice = said(tmp_path, call, cell(call, "202401", "1"), cell(call, "202401", "2"))
    with pytest.raises(DuplicateKeyError, match="854231, 2024-01, partner RUS"):
        parse([out(tmp_path, *MONTHS), twice])
