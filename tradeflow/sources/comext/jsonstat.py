"""JSON-stat 2.0 as Comext writes it: a sparse cube, its last dimension running fastest.

Categories are read by ``index``, because labels are not unique.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import InputFileError, ResponseChanged
from tradeflow.sources.comext.datasets import DATASETS
from tradeflow.sources.comext.table import COLUMNS, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

_DIMENSIONS: Final = {name: name for name in COLUMNS[1:7]} | {"time": "TIME_PERIOD"}
_KEYS: Final = ("id", "size", "dimension", "value")
_REMEDY: Final = "Fetch it again as JSON-stat 2.0 or, better, as SDMX-CSV."


def read_json_stat(path: str | Path) -> pl.DataFrame:
    """Read a file of JSON-stat as lines of text, as if it were SDMX-CSV.

    Raises
    ------
    InputFileError
        The file is damaged.
    ResponseChanged
        A key or dimension is absent or new.
    """
    try:
        document = json.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "cannot be read as JSON") from error
    except OSError as error:
        raise _damaged(path, f"cannot be read: {error.strerror}") from error
    return lines_of(path, document)


def lines_of(path: str | Path, document: Any) -> pl.DataFrame:  # noqa: ANN401  any JSON
    """Turn a JSON-stat document into lines of text; row ``i`` is the cube's i-th stated cell."""
    if not isinstance(document, dict):
        raise _damaged(path, "is no JSON-stat dataset")
    _check_names(path, document)
    categories = [_categories(path, document["dimension"], name) for name in document["id"]]
    if document["size"] != [len(codes) for codes in categories]:
        raise _damaged(path, "states sizes that its dimensions do not have")
    values = dict(_cells(path, document["value"]))
    flags = dict(_cells(path, document.get("status") or {}))
    return _lines(path, document, categories, values, flags)


def _check_names(path: str | Path, document: dict[str, Any]) -> None:
    gone = [key for key in _KEYS if key not in document]
    if gone:
        raise ResponseChanged(str(path), gone=gone, new=())
    found = document["id"]
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise _damaged(path, "does not name its dimensions")
    gone = [name for name in _DIMENSIONS if name not in found]
    new = [name for name in found if name not in _DIMENSIONS]
    if gone or new or len(set(found)) < len(found):
        raise ResponseChanged(str(path), gone=gone, new=new)


def _categories(path: str | Path, dimensions: Any, name: str) -> list[str]:  # noqa: ANN401
    try:
        category = dimensions[name]["category"]
        index = category.get("index", list(category.get("label", ())))
        if isinstance(index, dict):
            places = sorted((place, code) for code, place in index.items())
            if [place for place, _ in places] != list(range(len(places))):
                raise _damaged(path, f"has gaps among the categories of {name}")
            index = [code for _, code in places]
        codes = list(index)
    except (TypeError, KeyError, AttributeError) as error:
        raise _damaged(path, f"does not list the categories of {name}") from error
    if not all(isinstance(code, str) for code in codes) or len(set(codes)) < len(codes):
        raise _damaged(path, f"lists a category of {name} twice, or one that is no text")
    return codes


def _cells(path: str | Path, found: Any) -> Iterable[tuple[int, Any]]:  # noqa: ANN401
    if isinstance(found, list):
        return ((place, cell) for place, cell in enumerate(found) if cell is not None)
    try:
        return [(int(place), cell) for place, cell in found.items()]
    except (AttributeError, ValueError) as error:
        raise _damaged(path, "numbers its cells in no known way") from error


def _lines(
    path: str | Path,
    document: dict[str, Any],
    categories: list[list[str]],
    values: dict[int, Any],
    flags: dict[int, Any],
) -> pl.DataFrame:
    names = [_DIMENSIONS[name] for name in document["id"]]
    columns: dict[str, list[str]] = {name: [] for name in (*names, "OBS_VALUE", "OBS_FLAG")}
    for place in sorted({*values, *flags}):
        for name, code in zip(names, _codes_at(path, place, categories), strict=True):
            columns[name].append(code)
        columns["OBS_VALUE"].append(_text(path, values.get(place)))
        columns["OBS_FLAG"].append(str(flags.get(place, "")))
    count = len(columns["OBS_VALUE"])
    columns["DATAFLOW"] = [_dataset(document, columns["indicators"])] * count
    columns["LAST UPDATE"] = [str(document.get("updated", ""))] * count
    return table_of(columns)


def _codes_at(path: str | Path, place: int, categories: list[list[str]]) -> list[str]:
    """Take a row-major place apart, the last dimension running fastest."""
    codes = []
    for known in reversed(categories):
        place, here = divmod(place, max(len(known), 1))
        codes.append(known[here] if known else "")
    if place or not all(categories):
        raise _damaged(path, "states a cell outside its cube")
    return codes[::-1]


def _text(path: str | Path, value: Any) -> str:  # noqa: ANN401
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _damaged(path, f"has the value {str(value)[:40]!r}, which is no number")
    return repr(value)


def _dataset(document: dict[str, Any], indicators: list[str]) -> str:
    """Name the dataset: as the document does, else by its indicators, which two never share."""
    extension = document.get("extension")
    said = str(extension.get("id", "")) if isinstance(extension, dict) else ""
    if said:
        return said
    return next((d.id for d in DATASETS.values() if {*indicators} <= {*d.indicators}), "")


def _damaged(path: str | Path, problem: str) -> InputFileError:
    return InputFileError(path, f"the file {problem}.", remedy=_REMEDY)
