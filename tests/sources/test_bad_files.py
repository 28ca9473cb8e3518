"""A bad file gives one error that names file, line and remedy; never a traceback, never rows."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from source_files import FILES

import tradeflow as tf
from tradeflow.errors import (
    DuplicateKeyError,
    InputFileError,
    SchemaError,
    TradeflowError,
    UnknownCodeError,
    UnknownNameError,
)

if TYPE_CHECKING:
    from pathlib import Path

# kind, what to replace, by what (once), the line, words of the problem or the remedy
pytestmark = pytest.mark.filterwarnings("ignore::tradeflow.errors.LowCoverageWarning")

CELLS = [
    ("baci", "010620", "0620", 2, "lost leading zero"),
    ("baci", "010620", "0010620", 2, "6 digits are needed"),
    ("baci", "010620", "01062X", 2, "not a code of digits"),
    ("baci", "848210", "848277", 3, "not in HS2017"),
    ("baci", "880330", "880730", 5, "exist in HS2022: is the edition right"),
    ("baci", "2022,156,643,848210", "2021,156,643,848210", 3, "stands twice"),
    ("baci", "48.641", "-48.641", 2, "at least 0"),
    ("baci", "48.641", "48;641", 2, "at least 0"),
    ("baci", "48.641", "", 2, "restore the line"),
    ("baci", "48.641", "nan", 2, "at least 0"),
    ("baci", "48.641", "inf", 2, "at least 0"),
    ("baci", "951.578", "-inf", 3, "at least 0"),
    ("baci", "951.578", "n/a", 3, "at least 0"),
    ("baci", "643,848210", "999,848210", 3, "643 Russia"),
    ("baci", "643,848210", ",848210", 3, "not a country code"),
    ("baci", "156,643,848210", "0,643,848210", 3, "not a country code"),
    ("baci", "2022,156,643,880330", "22,156,643,880330", 5, "holds the year"),
    ("baci", "2022,156,643,880330", "+2022,156,643,880330", 5, "holds the year"),
    ("baci", "5000,NA", "5000", 4, "5 cells, the header 6"),
    ("baci", "5000,NA", "5000,NA,1", 4, "7 cells, the header 6"),
    ("baci", "t,i,j,k,v,q", "t,i,j,k,value,q", 1, "column 'v' is absent"),
    ("comext", "84821010", "848210", 2, "beside codes of eight digits"),
    ("comext", "01062000", "062000", 4, "beside codes of eight digits"),
    ("comext", "84821010", "84827710", 2, "code '848277' is not in HS2017"),
    ("comext", "88073000", "88033000", 5, "exist in HS2012, HS2017"),
    ("comext", "DE,RU,01062000", "DE,EUROPE,01062000", 4, "neither a country nor a group"),
    ("comext", "DE,RU,01062000", "EUROPE,RU,01062000", 4, "neither a country nor a group"),
    ("comext", "DE,RU,01062000", "DE,EXT_27,01062000", 4, "Geonomenclature"),
    ("comext", "DE,RU,01062000", "DE,Q9,01062000", 4, "Geonomenclature"),
    ("comext", "2022-01,77", "2022-01,-77", 4, "at least 0"),
    ("comext", "2022-01,77", "2022-01,1e999", 4, "at least 0"),
    ("comext", "2022-01,77", "2022-13,77", 4, "months 2012-01 to"),
    ("comext", "2022-01,77", "2011-12,77", 4, "months 2012-01 to"),
    ("comext", "2022-01,77", "2099-01,77", 4, "months 2012-01 to"),
    ("comext", "M,GR", "A,GR", 5, "monthly data"),
    ("comext", "DS-045409", "DS-059341", 2, "a file of DS-045409"),
    ("comext", ",2,VALUE", ",3,VALUE", 2, "imports"),
    ("comext", "QUANTITY_IN_100KG", "QUANTITY_IN_KG", 3, "its units"),
    ("comext", "QUANTITY_IN_100KG,2021-12,12.5", "VALUE_IN_EUROS,2021-12,12.5", 2, "stands twice"),
    ("comext", "OBS_VALUE", "OBS_VALUES", 1, "Did you mean 'OBS_VALUES'"),
    ("comtrade-totals", "202201,CHN,RUS,X", "202213,CHN,RUS,X", 2, "months as 202201"),
    ("comtrade-totals", "202201,CHN,RUS,X", "200912,CHN,RUS,X", 2, "from 2012 on"),
    ("comtrade-totals", "CHN,RUS,M", "CHI,RUS,M", 3, "ISO alpha-3"),
    ("comtrade-totals", "CHN,RUS,M", "CHN,EU27_2020,M", 3, "ISO alpha-3"),
    ("comtrade-totals", "RUS,M", "RUS,RX", 3, "flow M or X"),
    ("comtrade-totals", "TOTAL,1991553832", "8543,1991553832", 4, "totals of all goods"),
    ("comtrade-totals", "1991553832", "-1", 4, "at least 0"),
    ("comtrade-totals", "202202", "202201", 2, "stands twice"),
    ("comtrade-totals", "primaryValue", "PrimaryValu", 1, "Did you mean 'PrimaryValu'"),
    ("flows", "48641.0", "many", 2, "value_usd is 'many'"),
    ("flows", "48641.0", "-1", 2, "negative"),
    ("flows", "48641.0", "inf", 2, "infinite"),
    ("flows", "48641.0", "NaN", 2, "value_usd"),
    ("flows", "48641.0", "", 2, "empty cell"),
    ("flows", "951578.0", "0", 3, "Read it as missing"),
    ("flows", "010620", "10620", 2, "leading zeros"),
    ("flows", "010620", "010699", 2, "not in HS2017"),
    ("flows", "010620", "880730", 2, "exists in HS2022"),
    ("flows", "CHN,RUS,export,HS2017,848210", "CHN,RUZ,export,HS2017,848210", 3, "Did you mean"),
    ("flows", "2022-01-01", "2021-01-01", 3, "count trade twice"),
    ("flows", "2022-01-01", "2022-01", 4, "period is '2022-01'"),
    ("flows", "2022-01-01", "2022-02-01", 4, "first day"),
    ("flows", "export", "exports", 2, "one of import, export"),
    ("flows", "estimated,,BACI", "estimated,maybe,BACI", 2, "weight_estimated is 'maybe'"),
    ("flows", "net_kg", "netkg", 1, "Did you mean 'netkg'"),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: " ".join(map(str, cell[:3])))
def test_a_bad_cell(cell: tuple[str, str, str, int, str], tmp_path: Path) -> None:
    kind, old, new, line, said = cell
    assert old in FILES[kind]
    path = tmp_path / "bad.csv"
    path.write_text(FILES[kind].replace(old, new, 1), encoding="utf-8")
    with pytest.raises(TradeflowError, match=said) as caught:
        tf.read_flows(path, kind=kind)
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}:")
    assert ". " in message or "; " in message, "a remedy follows the problem"
    expected = InputFileError | SchemaError | DuplicateKeyError | UnknownCodeError
    assert isinstance(caught.value, expected | UnknownNameError)
    assert isinstance(caught.value, ValueError | LookupError)


WHOLE = {
    "missing": (None, "no such file. Check the path"),
    "empty": (b"", "empty. Fetch it again"),
    "blank": (b" \n \n", "empty. Fetch it again"),
    "half-written": ("half", "looks half-written. Fetch it again"),
    "cut gzip": ("cut", "damaged or half-written. Fetch it again"),
    "bad gzip": (b"\x1f\x8b" + b"nonsense" * 4, "damaged or half-written. Fetch it again"),
    "not text": (b"\xff\xfe\x00t\x00,\n", "not UTF-8"),
    "other columns": (b"a,b\n1,2\n", "is absent"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("fault", WHOLE)
def test_a_bad_file(kind: str, fault: str, tmp_path: Path) -> None:
    data, said = WHOLE[fault]
    if data == "half":
        data = FILES[kind].encode()[:-4]
    if data == "cut":
        data = gzip.compress(FILES[kind].encode() * 20)[:-12]
    path = tmp_path / "bad.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(InputFileError, match=said) as caught:
        tf.read_flows(path, kind=kind)
    assert str(caught.value).startswith(str(path))
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("keep", [0, 3, 40, -9])
def test_bad_parquet(keep: int, tmp_path: Path) -> None:
    path = tf.write_flows(tf.load_sample(backend="polars").head(20), tmp_path / "flows.parquet")
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputFileError, match=r"cannot be read as Parquet.*name a \.csv file"):
        tf.read_flows(path)
    with pytest.raises(InputFileError, match="no such file"):
        tf.read_flows(tmp_path / "other.parquet")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "bacci"}, "Did you mean 'baci'"),
        ({"kind": "comtrade"}, "Allowed: flows, baci, comext, comtrade-totals"),
        ({"backend": "panda"}, "Did you mean 'pandas'"),
    ],
)
def test_bad_options(options: dict[str, str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match=said):
        tf.read_flows(tmp_path / "file.csv", **options)


def attempt(path: Path, kind: str) -> None:
    try:
        tf.read_flows(path, kind=kind, backend="polars")
    except TradeflowError as error:
        assert str(path) in str(error)  # noqa: PT017  other errors must escape


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
@settings(max_examples=150)
def test_random_bytes_never_break_a_reader(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(FILES[kind].encode())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(start, min(start + 8, len(whole))))
        whole[start:end] = data.draw(st.binary(max_size=6))
    path = tmp_path_factory.getbasetemp() / f"bytes-{kind}.csv"
    path.write_bytes(bytes(whole))
    attempt(path, kind)


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
@settings(max_examples=150)
def test_random_cells_never_break_a_reader(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Cells of all kinds where they do not belong, also ones that look like numbers or dates."""
    lines = [line.split(",") for line in FILES[kind].splitlines()]
    cells = st.one_of(
        st.sampled_from([cell for line in lines for cell in line]),
        st.sampled_from(
            ["", "0", "-0", "1e400", "NaN", "٣", "2022-00", "000001", '"', "{x}", "\x00"]
        ),
        st.integers(-(10**9), 10**13).map(str),
        st.floats().map(str),
        st.text(max_size=6),
    )
    for _ in range(data.draw(st.integers(1, 3))):
        line = lines[data.draw(st.integers(0, len(lines) - 1))]
        line[data.draw(st.integers(0, len(line) - 1))] = data.draw(cells)
    path = tmp_path_factory.getbasetemp() / f"cells-{kind}.csv"
    text = "".join(",".join(line) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", errors="replace", newline="")
    attempt(path, kind)
