"""Monthly totals in the two forms that people keep, read as files of Comtrade."""

from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tradeflow.errors import InputFileError
from tradeflow.sources.comtrade.read import read

if TYPE_CHECKING:
    from pathlib import Path

WIDE = """date,chn_to_rus_usd,rus_to_chn_usd
2022-01-01,3335331793,3159813913
2022-02-01,,3025372864
"""
LONG = """period,reporterISO,partnerISO,flowCode,cmdCode,primaryValue
202201,CHN,RUS,X,TOTAL,3335331793
202201,CHN,RUS,M,TOTAL,3159813913
202202,CHN,RUS,X,TOTAL,
202202,CHN,RUS,M,TOTAL,3025372864
"""
ROWS = {
    (date(2022, 1, 1), "export", "FOB", 3335331793.0),
    (date(2022, 1, 1), "import", "CIF", 3159813913.0),
    (date(2022, 2, 1), "import", "CIF", 3025372864.0),
}


@pytest.mark.parametrize("form", [WIDE, LONG], ids=["wide", "long"])
@pytest.mark.parametrize("how", ["plain", "gzip", "bom", "crlf", "quoted header"])
def test_both_forms_say_the_same(form: str, how: str, tmp_path: Path) -> None:
    header, _, body = form.partition("\n")
    text = {
        "bom": "\ufeff" + form,
        "crlf": form.replace("\n", "\r\n"),
        "quoted header": ",".join(f'"{n}"' for n in header.split(",")) + "\n" + body,
    }.get(how, form)
    path = tmp_path / "0123abcd"  # releases are kept under their checksum
    path.write_bytes(gzip.compress(text.encode()) if how == "gzip" else text.encode())
    parsed = read(path, release="r", name="totals.csv")
    names = ["period", "flow", "valuation", "value_usd"]
    assert set(parsed.rows.select(names).iter_rows()) == ROWS
    assert parsed.rows.select("reporter", "partner", "hs6").unique().rows() == [
        ("CHN", "RUS", "TOTAL")
    ]
    assert parsed.notes == ("1 empty cell: nothing is stated there, and no zero.",)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("2022-02-01", "2022-02-15", 3, "date is '2022-02-15'"),
        ("2022-02-01", "2022-01-01", 2, "stands twice"),
        ("3025372864", "-5", 3, "at least 0"),
        ("3025372864", "much", 3, "primaryValue is 'much'"),
        ("2022-01-01", "2009-01-01", 2, "from 2012 on"),
    ],
)
def test_a_bad_line_of_the_wide_form_is_named(
    old: str, new: str, line: int, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "totals.csv"
    path.write_text(WIDE.replace(old, new))
    with pytest.raises(InputFileError, match=said) as caught:
        read(path, release="r")
    assert caught.value.line == line
