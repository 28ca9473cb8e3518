"""A file is there whole, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import tradeflow as tf
from tradeflow.errors import OutputError, TradeflowError, UsageError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
@pytest.mark.parametrize("before", [b"old", None])
def test_a_failing_write_changes_nothing(
    broken: str, before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "summary.csv"
    if before is not None:
        target.write_bytes(before)
    with monkeypatch.context() as patch:
        patch.setattr(broken, no_room)
        with pytest.raises(OutputError, match="Nothing was changed there") as caught:
            write_whole(target, b"new")
    assert isinstance(caught.value, TradeflowError)
    assert isinstance(caught.value, OSError)
    assert [p.name for p in tmp_path.iterdir()] == ([] if before is None else ["summary.csv"])
    assert before is None or target.read_bytes() == before


def test_a_folder_is_no_file(tmp_path: Path, annual: pl.DataFrame) -> None:
    folder = tmp_path / "flows.parquet"
    folder.mkdir()
    with pytest.raises(OutputError, match="it is a folder"):
        tf.write_flows(annual.head(3), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["flows.parquet"]
    with pytest.raises(UsageError, match=r"\.parquet, \.csv or \.csv\.gz"):
        tf.write_flows(annual.head(3), tmp_path / "flows.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["flows.parquet"]
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"Not a directory|File exists"):
        write_whole(tmp_path / "file" / "below.csv", b"")


def test_a_good_write(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "file.bin"
    for content in (b"one", b"", b"two" * 100_000):
        write_whole(target, content)
        assert target.read_bytes() == content
    assert [p.name for p in target.parent.iterdir()] == ["file.bin"]
    assert target.stat().st_mode & 0o777 == 0o644


def test_two_writes_give_the_same_bytes(tmp_path: Path, annual: pl.DataFrame) -> None:
    for name in ("a.parquet", "b.csv", "c.csv.gz"):
        first = tf.write_flows(annual.head(500), tmp_path / name).read_bytes()
        assert tf.write_flows(annual.head(500), tmp_path / name).read_bytes() == first
