"""What a reader makes of a valid file: units, currencies, zeros, codes."""

from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest
from polars.testing import assert_frame_equal
from source_files import BACI, COMEXT, COMTRADE_TOTALS, FILES

import tradeflow as tf
from tradeflow.errors import LowCoverageWarning, UnknownNameError
from tradeflow.sources.comext.read import parse_comext
from tradeflow.sources.registry import SOURCES, source_info

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

pytestmark = pytest.mark.filterwarnings("ignore::tradeflow.errors.LowCoverageWarning")

DOLLARS = {"2021-12": 1.1304, "2022-01": 1.1314}  # the ECB's monthly means of the euro
FOUR_DECIMALS = 1e-4


def read(folder: Path, text: str, kind: str) -> pl.DataFrame:
    path = folder / "file.csv"
    path.write_text(text, encoding="utf-8")
    return tf.read_flows(path, kind=kind, release="r1", backend="polars")


def test_baci(tmp_path: Path) -> None:
    """Thousand dollars and tonnes become dollars and kilograms; a padded NA is no weight."""
    rows = read(tmp_path, BACI, "baci")
    assert rows["value_usd"].to_list() == pytest.approx([48_641, 3_185_860, 5e6, 12_500])
    assert rows["net_kg"].to_list() == pytest.approx([3_124, 951_578, None, None])
    assert rows["hs6"].to_list() == ["010620", "848210", "848210", "880330"]
    same = {
        "freq": "A",
        "reporter": "CHN",
        "partner": "RUS",
        "flow": "export",
        "edition": "HS2017",
        "valuation": "FOB",
        "status": "estimated",
        "source": "BACI",
        "release": "r1",
    }
    for name, value in same.items():
        assert rows[name].unique().to_list() == [value]


def test_a_weight_of_zero_is_no_weight(tmp_path: Path) -> None:
    rows = read(tmp_path, BACI.replace("3.124", "0.000"), "baci")
    assert rows["net_kg"][0] is None


@pytest.mark.parametrize(
    ("kind", "whole", "lost"),
    [("baci", "010620", "10620"), ("comext", "01062000", "1062000")],
)
def test_one_lost_zero_is_restored(kind: str, whole: str, lost: str, tmp_path: Path) -> None:
    found = read(tmp_path, FILES[kind].replace(whole, lost), kind)
    assert_frame_equal(found, read(tmp_path, FILES[kind], kind))


def test_comext(tmp_path: Path) -> None:
    rows = read(tmp_path, COMEXT, "comext")
    bearings, animals, aircraft = rows.rows(named=True)
    expected = 1_000 * DOLLARS["2021-12"]
    assert bearings["value_usd"] == pytest.approx(expected, rel=FOUR_DECIMALS)
    assert bearings["net_kg"] == 1_250
    assert animals["value_usd"] == pytest.approx(77 * DOLLARS["2022-01"], rel=FOUR_DECIMALS)
    assert animals["net_kg"] is None
    assert (animals["hs6"], animals["national_code"]) == ("010620", "01062000")
    assert [row["edition"] for row in rows.rows(named=True)] == ["HS2017", "HS2022", "HS2022"]
    assert (aircraft["reporter"], aircraft["partner"]) == ("GRC", "KAZ")
    assert {row["valuation"] for row in rows.rows(named=True)} == {"FOB"}


def test_imports_are_cif(tmp_path: Path) -> None:
    rows = read(
        tmp_path, COMEXT.replace(",2,VALUE", ",1,VALUE").replace(",2,QUA", ",1,QUA"), "comext"
    )
    assert set(rows.select("flow", "valuation").unique().rows()) == {("import", "CIF")}


def test_masked_lines_are_kept_apart(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(COMEXT)
    parsed = parse_comext(path, release="r1")
    assert parsed.withheld["product"].to_list() == ["85XXXXXX"]
    assert parsed.withheld["OBS_VALUE"].to_list() == ["4141"]
    assert parsed.rows.height == 3
    only = COMEXT.splitlines()
    path.write_text("\n".join([only[0], only[-1], ""]))
    assert parse_comext(path, release="r1").withheld.height == 1
    with pytest.warns(LowCoverageWarning, match="withheld, 1 because the code is masked; "):
        assert tf.read_flows(path, kind="comext").empty


def test_comtrade_totals(tmp_path: Path) -> None:
    rows = read(tmp_path, COMTRADE_TOTALS, "comtrade-totals")
    cells = rows.select("period", "flow", "valuation", "value_usd", "hs6", "edition").rows()
    assert cells == [
        (date(2022, 1, 1), "export", "FOB", 3_335_331_793.0, "TOTAL", "HS2022"),
        (date(2022, 1, 1), "import", "CIF", 3_159_813_913.0, "TOTAL", "HS2022"),
        (date(2022, 2, 1), "export", "FOB", 1_991_553_832.0, "TOTAL", "HS2022"),
    ]


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("how", ["gzip", "bom", "crlf", "capitals", "quotes"])
def test_harmless_differences(kind: str, how: str, tmp_path: Path) -> None:
    expected = read(tmp_path, FILES[kind], kind)
    head, _, body = FILES[kind].partition("\n")
    data = {
        "gzip": gzip.compress(FILES[kind].encode()),
        "bom": b"\xef\xbb\xbf" + FILES[kind].encode(),
        "crlf": FILES[kind].replace("\n", "\r\n").encode(),
        "capitals": f"{head.upper()}\n{body}".encode(),
        "quotes": FILES[kind].replace("RU", '"RU"').replace("156", '"156"').encode(),
    }[how]
    if how == "quotes" and kind in {"comtrade-totals", "flows"}:
        data = FILES[kind].replace("CHN", '"CHN"').encode()
    path = tmp_path / "other.csv"
    path.write_bytes(data)
    found = tf.read_flows(path, kind=kind, release="r1", backend="polars")
    assert_frame_equal(found, expected)


@pytest.mark.parametrize("name", SOURCES)
def test_each_source_can_be_cited(name: str) -> None:
    info = source_info(name)
    assert min(map(len, (info.title, info.producer, info.citation, info.terms, info.caveat))) > 3


def test_an_unknown_source() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'BACI'"):
        source_info("BACHI")
