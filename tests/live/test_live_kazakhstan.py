"""What was only taken from a client's code about stat.gov.kz, asked of the real address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tradeflow.flows.fetch import fetch
from tradeflow.sources.call import Accepted
from tradeflow.sources.http.session import Session
from tradeflow.sources.kazakhstan.judge import judge, links_of
from tradeflow.sources.kazakhstan.source import SOURCE
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.live


def test_the_page_links_to_one_archive_a_year(tmp_path: Path) -> None:
    call = SOURCE.probe
    assert call is not None
    session = Session(SOURCE, ledger=tmp_path / "ledger")
    with Releases(tmp_path / "releases").incoming(SOURCE.name) as incoming:
        answer = incoming.keep(call, session.ask(call, incoming.file))
    assert isinstance(judge(answer), Accepted)
    assert max(links_of(answer)) >= datetime.now(UTC).year - 1


def test_an_archive_is_read(tmp_path: Path) -> None:
    """Content type, kind of rar, names of folders, header, codes: whatever differs stops it."""
    result = fetch(
        "kazakhstan",
        home=tmp_path,
        reporter="KAZ",
        partner=["RUS", "BLR", "ARM", "KGZ"],
        codes="85",
        since="2024-01",
        until="2024-02",
        backend="polars",
    )
    assert set(map(str, result.coverage["state"])) == {"reported"}
