"""Real exports kept with the tests, and small ones in the Chinese layout with invented values."""

from __future__ import annotations

from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.gacc.parse import parse_gacc

if TYPE_CHECKING:
    from tradeflow.sources.parsed import Parsed

REAL = Path(__file__).parents[2] / "fixtures" / "gacc"
CEUTA = REAL / "english_2018_10_old_header.csv"
BOTSWANA = REAL / "english_2018_06_old_header.csv"
CARS = REAL / "hs4_by_partner_2024_01.csv"
PROVINCES = REAL / "province_detail_gb18030.csv.gz"

HEADER = (
    "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,注册地编码,"
    "注册地名称,第一数量,第一计量单位,第二数量,第二计量单位,美元,"
)
RUSSIA = "202401,85423190,处理器,344,俄罗斯,10,一般贸易,44,广东省,200,个,3,千克,500,"
GEORGIA = '202401,85423190,处理器,150,格鲁吉亚,10,一般贸易,33,浙江省,"1,200",个,-,-,"12,345",'


def table(*lines: str) -> str:
    """A file of the Chinese layout."""
    return "\n".join((HEADER, *lines, ""))


INVENTED = table(RUSSIA.replace("500", '"1,234,567"'), GEORGIA)


def many(lines: int) -> str:
    """A file of so many different lines."""
    cells = product(range(1, 13), range(10, 100), range(11, 66))
    rows = (
        RUSSIA.replace("202401", f"2024{month:02}").replace("10,一般贸易,44,广东省", f"{a},,{b},")
        for month, a, b in cells
    )
    return table(*islice(rows, lines))


def written(folder: Path, text: str | bytes = INVENTED, name: str = "gacc.csv") -> Path:
    """Write a file, text in the site's own encoding."""
    path = folder / name
    path.write_bytes(text.encode("gb18030") if isinstance(text, str) else text)
    return path


def parsed(path: Path, **options: Any) -> Parsed:  # noqa: ANN401
    """Parse exports unless told otherwise, and hold the rows against the flow-table contract."""
    result = parse_gacc(path, **{"release": "test", "flow": "export", **options})
    check_flows(conform(result.rows))
    return result


def column(result: Parsed, name: str) -> list[object]:
    """A column of the rows."""
    return result.rows[name].to_list()
