"""What is documented about CEPII's folder of BACI, asked of the real address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tradeflow.errors import QueryRefused
from tradeflow.flows.check_sources import check_sources
from tradeflow.flows.fetch import fetch

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.live


def test_the_notes_on_the_default_release_are_there(tmp_path: Path) -> None:
    (row,) = check_sources(["baci"], home=tmp_path)
    assert row["answers"] == "yes"


def test_a_release_that_does_not_exist_is_a_404(tmp_path: Path) -> None:
    with pytest.raises(QueryRefused, match="404"):
        fetch("baci", home=tmp_path, freq="A", since="2022", codes="848210", release="V199901")


def test_the_smallest_zip_is_read(tmp_path: Path) -> None:
    """Content type, names of members, countries, codes, the last year; a large download."""
    result = fetch(
        "baci",
        home=tmp_path,
        freq="A",
        since="2022",
        until="2024",
        codes="848210",
        backend="polars",
    )
    assert set(map(str, result.coverage["state"])) == {"reported"}
