"""The validator sees what files cover together, and goes on after a fault."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest
from gacc_files import CARS, CEUTA, GEORGIA, INVENTED, PROVINCES, RUSSIA, many, table, written

from tradeflow.errors import TradeflowError, UsageError
from tradeflow.flows.ingest import check_files, ingest
from tradeflow.sources.gacc.validate import validate_gacc

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.gacc.validate import ExportCheck


def details(check: ExportCheck, kind: str) -> list[str]:
    return check.findings.filter(kind=kind)["detail"].to_list()


def month(line: str, value: str) -> str:
    return line.replace("202401", value)


def test_coverage_of_a_real_file() -> None:
    check = validate_gacc(PROVINCES, flow="export", period="2024")
    (row,) = check.coverage.rows(named=True)
    assert (row["digits"], row["regions"], row["regimes"]) == (8, True, True)
    assert (row["partners"], row["codes"], row["rows"]) == (144, 226, 2_762)
    assert (row["currency"], row["value_usd"]) == ("USD", 2_594_240_187)
    assert details(check, "partner") == []  # Russia is there
    assert "rows: 2,762" in check.summary()
    assert len(check.to_frame()) == 1


def test_real_files_together() -> None:
    check = validate_gacc([CARS, CEUTA, PROVINCES], flow="export")
    (refused,) = check.findings.filter(kind="refused").rows(named=True)
    assert refused["file"] == PROVINCES.name
    assert "no column of months" in refused["detail"]
    assert details(check, "partner") == ["no line of any file is for RUS"]
    assert "not one country (3 lines, 2,189 USD)" in details(check, "note")[0]
    assert "--how" in check.summary()


def test_months_that_are_missing(tmp_path: Path) -> None:
    lines = [month(RUSSIA, m) for m in ("202311", "202401", "202403")]
    lines += [month(GEORGIA, m) for m in ("202312", "202401")]
    check = validate_gacc(written(tmp_path, table(*lines)), flow="export")
    assert details(check, "gap") == [
        "exports, 8 digits: 2024-02 in no file",
        "exports, 8 digits: partner RUS has no line for 2023-12",
    ]
    assert "2023-11 to 2024-03 (periods: 4, files: 1, rows: 5" in check.summary()


def test_a_chapter_that_lacks_a_month(tmp_path: Path) -> None:
    chips = [month(RUSSIA, m) for m in ("202401", "202402", "202403")]
    bearings = [month(RUSSIA, m).replace("85423190", "84821010") for m in ("202401", "202403")]
    check = validate_gacc(written(tmp_path, table(*chips, *bearings)), flow="export")
    assert details(check, "gap") == ["exports, 8 digits: chapter 84 has no line for 2024-02"]


def test_files_that_overlap(tmp_path: Path) -> None:
    one = written(tmp_path, table(RUSSIA, GEORGIA), "one.csv")
    two = written(tmp_path, table(RUSSIA, GEORGIA.replace("12,345", "12,346")), "two.csv")
    check = validate_gacc([one, two], flow="export")
    (overlap,) = check.findings.filter(kind="overlap").rows(named=True)
    assert overlap["file"] == "one.csv and two.csv"
    assert overlap["detail"] == (
        "cells with the same value: 1, with another: 1, such as 2024-01 GEO 85423190: "
        "12,345 and 12,346 USD"
    )


def test_exports_and_imports_do_not_overlap(tmp_path: Path) -> None:
    files = [written(tmp_path, name=name) for name in ("exports.csv", "imports.csv")]
    check = validate_gacc(files)
    assert details(check, "overlap") == []
    assert check.coverage["flow"].to_list() == ["export", "import"]


def test_repetitions_cuts_and_mixtures(tmp_path: Path) -> None:
    files = [
        written(tmp_path, table(RUSSIA, GEORGIA, RUSSIA), "twice.csv"),
        written(tmp_path, many(10_000), "cut.csv"),
        written(tmp_path, month(INVENTED, "202501").replace("美元", "人民币"), "yuan.csv"),
        written(tmp_path, table(month(RUSSIA, "202502").replace("85423190", "8542")), "sums.csv"),
    ]
    check = validate_gacc(files, flow="export")
    assert details(check, "duplicate") == [
        "2 lines state cells that others state too, the first in line 2"
    ]
    assert details(check, "truncated") == ["exactly 10,000 rows: what follows is missing"]
    assert "some in yuan" in details(check, "currency")[0]
    assert details(check, "length") == [
        "codes of 4 and 8 digits: the shorter are sums; never add them"
    ]
    assert set(check.coverage["file"]) == {"cut.csv", "yuan.csv", "sums.csv"}


@pytest.mark.parametrize(
    ("second", "fit"),
    [
        (month(INVENTED, "202402"), True),
        (INVENTED, False),  # the same cells in two files
        (INVENTED.replace("344", "346"), False),
        (table(RUSSIA.replace("202401", "202402"), RUSSIA.replace("202401", "202402")), False),
    ],
)
def test_fit_is_what_an_ingest_would_take(tmp_path: Path, second: str, *, fit: bool) -> None:
    files = [written(tmp_path, name="one.csv"), written(tmp_path, second, "two.csv")]
    check = check_files("gacc", files, flow="export", home=tmp_path)
    assert check.fit == fit
    assert ("would take" in check.summary()) == fit
    assert not (tmp_path / "releases").exists()
    with nullcontext() if fit else pytest.raises(TradeflowError):
        ingest("gacc", files, flow="export", home=tmp_path)


@pytest.mark.parametrize(
    ("name", "paths", "facts", "words"),
    [
        ("comext", ["a.csv"], {}, "checked when they are ingested"),
        ("hmrc", ["a.csv"], {}, "no files to ingest: `tradeflow fetch hmrc`"),
        ("gacc", [], {}, "at least one file"),
        ("gacc", 5, {}, "no path, nor a list of paths"),
        ("gacc", ["a.csv"], {"colour": "red"}, "no option 'colour'"),
        ("gacc", ["a.csv"], {"flow": ["export"]}, "give it as text"),
    ],
)
def test_what_cannot_be_checked(
    name: str,
    paths: list[str] | int,
    facts: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(UsageError, match=words):
        check_files(name, paths, **facts)


def test_nothing_that_can_be_read(tmp_path: Path) -> None:
    check = validate_gacc(tmp_path / "absent.csv", flow="export")
    assert check.summary().startswith("No rows could be read.\nFiles that cannot be read:")
    with pytest.raises(UsageError, match="at least one file"):
        validate_gacc([])
