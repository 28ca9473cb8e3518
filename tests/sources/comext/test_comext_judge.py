"""What follows from an answer: data, a key, too much, a bad code, nonsense."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from comext_help import LINE, WEIGHT, block, csv
from fake_comext import HEADER
from kept_answer import kept
from loopback import HTML

from tradeflow.errors import BadAnswer, QueryRefused, ResponseChanged, TradeflowError
from tradeflow.sources.call import Accepted, Later, Split
from tradeflow.sources.comext.ask import result_call, slice_of, status_call
from tradeflow.sources.comext.judge import judge
from tradeflow.sources.comext.listing import file_call, listing_call

if TYPE_CHECKING:
    from pathlib import Path

KEY = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
XML = b"<S:Fault><faultcode>%d</faultcode><faultstring>%s</faultstring></S:Fault>"
ONE = block(codes=("854231",), reporters=("DE",), last="2024-01")


def error(status: int, label: str) -> bytes:
    return json.dumps({"error": [{"status": status, "id": 100, "label": label}]}).encode()


def warning(label: str) -> bytes:
    return json.dumps({"warning": {"status": 413, "label": label}}).encode()


@pytest.mark.parametrize(
    "body",
    [
        csv(LINE, WEIGHT),
        csv(LINE, end="\n"),
        csv("M,DE,KZ,854231,2,VALUE_IN_EUROS,2024-01,"),
        b"\xef\xbb\xbf" + csv(LINE),
        gzip.compress(csv(LINE, WEIGHT)),
        csv(),
        csv(LINE + ",p", header=f"{HEADER},OBS_FLAG"),
    ],
    ids=["crlf", "lf", "empty value", "bom", "gzip", "no lines", "flags"],
)
def test_data(body: bytes, tmp_path: Path) -> None:
    assert judge(kept(tmp_path, block().call(), body)) == Accepted()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (csv(LINE)[:-5], "breaks off"),
        (csv(LINE)[:20], "breaks off"),
        (gzip.compress(csv(LINE))[:-9], "compressed answer is damaged"),
        (HTML, "the source answered 200"),
        (b'{"id": ["freq"', "cannot be read as JSON"),
        (csv(LINE.replace("DE", "FR")), "'FR', which was not asked for"),
        (csv(LINE.replace("KZ", "WORLD")), "'WORLD', which was not asked for"),
        (csv(LINE.replace("2024-01", "2023-12")), "'2023-12', which was not asked for"),
        (csv(LINE.replace(",2,", ",1,")), "flow '1', which was not asked for"),
        (csv(LINE, LINE), "stands twice"),
        (csv(LINE.replace("1000", "NaN")), "line 2: OBS_VALUE is 'NaN'"),
        (csv(LINE).replace(b"045409", b"059341"), "expects its units"),
        (error(500, "INTERNAL"), "Try again later"),
    ],
)
def test_what_is_asked_again(body: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match=said):
        judge(kept(tmp_path, block().call(), body))


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"OBS_VALUE", b"VALUE"), (b"flow,", b"flow,stat_procedure,"), (b"LAST UPDATE", b"UPDATED")],
)
def test_changed_columns(old: bytes, new: bytes, tmp_path: Path) -> None:
    with pytest.raises(ResponseChanged, match="new:"):
        judge(kept(tmp_path, block().call(), csv(LINE).replace(old, new)))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (error(413, "EXTRACTION_TOO_BIG: estimated 9 rows, max authorised is 5000000"), 413),
        (error(413, "EXTRACTION_TOO_BIG"), 200),
        (XML % (413, b"EXTRACTION_TOO_BIG: ask asynchronously"), 200),
        (b"Payload too large", 413),
    ],
)
def test_too_much_is_halved_by_time(body: bytes, status: int, tmp_path: Path) -> None:
    verdict = judge(kept(tmp_path, block().call(), body, status=status))
    assert isinstance(verdict, Split)
    assert [slice_of(call) for call in verdict.into] == list(block().halves())


def test_too_much_that_is_one_cell_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="cannot be asked for in parts"):
        judge(kept(tmp_path, ONE.call(), error(413, "EXTRACTION_TOO_BIG"), status=413))


@pytest.mark.parametrize("body", [error(400, "no such code"), XML % (400, b"no such code")])
def test_a_refused_call_is_halved_by_codes_until_one_is_left(body: bytes, tmp_path: Path) -> None:
    verdict = judge(kept(tmp_path, block().call(), body, status=400))
    assert isinstance(verdict, Split)
    assert [slice_of(call).codes for call in verdict.into] == [("854231",), ("854232",)]
    single = block(codes=("854231",)).call()
    assert judge(kept(tmp_path, single, body, status=400)) == Accepted()


def test_another_base_or_dataset(tmp_path: Path) -> None:
    with pytest.raises(QueryRefused, match=r"ERR_NOT_FOUND_4.*Check the dataset"):
        judge(kept(tmp_path, block().call(), error(404, "ERR_NOT_FOUND_4: x"), status=404))
    nothing = kept(tmp_path, block().call(), error(404, "NO_RESULTS"), status=404)
    assert judge(nothing) == Accepted()


def test_unknown_availability_is_no_failure(tmp_path: Path) -> None:
    call = block(codes=("TOTAL",), partners=("WORLD",)).call("availability")
    assert judge(kept(tmp_path, call, error(404, "ERR_NOT_FOUND_4"), status=404)) == Accepted()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (f"<queued><id>{KEY}</id></queued>".encode(), 200),
        (warning(f"ASYNCHRONOUS_RESPONSE {KEY.upper()}"), 200),
        (warning(f"ASYNCHRONOUS_RESPONSE {KEY}"), 413),
    ],
)
def test_a_key_is_followed(body: bytes, status: int, tmp_path: Path) -> None:
    verdict = judge(kept(tmp_path, block().call(), body, status=status))
    assert isinstance(verdict, Accepted)
    (status_of,) = verdict.then
    assert status_of.path.casefold() == f"/comext/dissemination/1.0/async/status/{KEY}"
    assert slice_of(status_of) == block()


def test_a_promise_without_a_key_is_asked_again(tmp_path: Path) -> None:
    body = warning("ASYNCHRONOUS_RESPONSE. Please try again later.")
    assert isinstance(judge(kept(tmp_path, block().call(), body, status=413)), Later)


@pytest.mark.parametrize("state", ["SUBMITTED", "PROCESSING"])
def test_an_answer_in_the_making(state: str, tmp_path: Path) -> None:
    call = status_call(block().call(), KEY)
    assert isinstance(judge(kept(tmp_path, call, {"status": state})), Later)


def test_an_answer_that_is_ready(tmp_path: Path) -> None:
    call = status_call(block().call(), KEY)
    verdict = judge(kept(tmp_path, call, b"<status>AVAILABLE</status>"))
    assert isinstance(verdict, Accepted)
    (data,) = verdict.then
    assert (data.path, data.kind) == (f"/comext/dissemination/1.0/async/data/{KEY}", "data")
    assert judge(kept(tmp_path, data, csv(LINE))) == Accepted()


@pytest.mark.parametrize(
    ("body", "status"),
    [({"status": "EXPIRED"}, 200), ({"status": "UNKNOWN_REQUEST"}, 200), ({"code": 100}, 404)],
)
def test_an_answer_that_is_gone_is_asked_in_halves(
    body: dict[str, Any], status: int, tmp_path: Path
) -> None:
    """Under other addresses, so that the old key is not followed again."""
    verdict = judge(kept(tmp_path, status_call(block().call(), KEY), body, status=status))
    assert isinstance(verdict, Split)
    assert [slice_of(call) for call in verdict.into] == list(block().halves())
    with pytest.raises(BadAnswer, match="let it expire"):
        judge(kept(tmp_path, status_call(ONE.call(), KEY), body, status=status))


def test_data_that_are_gone_are_asked_in_halves(tmp_path: Path) -> None:
    call = result_call(status_call(block().call(), KEY), KEY)
    assert isinstance(judge(kept(tmp_path, call, error(404, "gone"), status=404)), Split)


def test_a_state_that_nobody_knows(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="no state that we know"):
        judge(kept(tmp_path, status_call(block().call(), KEY), {"status": "DREAMING"}))


ABOUT = (("periods", "2026-01,2026-02"), ("reporters", "DE"))
LISTING = b"NAME,TYPE,SIZE,X\r\nfull_v2_202601.7z,FILE,77,\r\npartxixu_202602.7z,FILE,9,\r\n"


def test_a_listing_is_followed_by_the_files_that_there_are(tmp_path: Path) -> None:
    verdict = judge(kept(tmp_path, listing_call(ABOUT), LISTING))
    assert isinstance(verdict, Accepted)
    (file,) = verdict.then
    assert file.params[0][1].endswith("/full_v2_202601.7z")
    assert (file.told("size"), file.told("reporters")) == ("77", "DE")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (LISTING[:-4], "breaks off"),
        (LISTING.replace(b"77", b"many"), "cannot be read"),
        (LISTING.replace(b"SIZE", b"BYTES"), "gone: 'SIZE'"),
        (b"", "empty"),
    ],
)
def test_a_bad_listing(body: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(TradeflowError, match=said):
        judge(kept(tmp_path, listing_call(ABOUT), body))


@pytest.mark.parametrize(("body", "size"), [(b"7z\xbc\xaf\x27\x1c..", 9), (b"<html>..", 8)])
def test_a_bulk_file_of_another_size_or_kind(body: bytes, size: int, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="8 bytes arrived"):
        judge(kept(tmp_path, file_call("2026-01", (), size=size), body))
