"""Is an answer whole, is it what was asked, and what follows from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from comtrade_help import answered, data_call, one_ask
from fake_comtrade import Cell, FakeComtrade, Row, made

from tradeflow.errors import (
    BadAnswer,
    QueryRefused,
    ResponseChanged,
    TradeflowError,
    TruncatedExport,
)
from tradeflow.sources.call import Accepted, Later, Split
from tradeflow.sources.comtrade.ask import Ask, availability_call, day_of
from tradeflow.sources.comtrade.delivery import submit_call
from tradeflow.sources.comtrade.judge import judge

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Answer, Call

CELL = Cell(156, "202301", "X", 643, "854231", "M")


def row(**changes: object) -> Row:
    return made(CELL, "H6", 100.0) | changes


def body(rows: list[Row], **changes: object) -> dict[str, Any]:
    return {"elapsedTime": "", "count": len(rows), "data": rows, "error": ""} | changes


def without(name: str) -> Row:
    return {key: value for key, value in row().items() if key != name}


def test_a_whole_answer_is_accepted(tmp_path: Path) -> None:
    assert judge(answered(tmp_path, data_call(), body([row()]))) == Accepted()


def test_an_empty_answer_is_accepted(tmp_path: Path) -> None:
    assert judge(answered(tmp_path, data_call(), body([]))) == Accepted()


@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": "), (" ,\n ", " : ")])
def test_spaces_do_not_matter(tmp_path: Path, spaces: tuple[str, str]) -> None:
    text = json.dumps(body([row(), row(cmdCode="854232")]), separators=spaces).encode()
    assert judge(answered(tmp_path, data_call(), text)) == Accepted()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (body([row()], count=2), "1 rows came, the answer says 2"),
        (body([], count=3), "0 rows came, the answer says 3"),
        (body([row()], error="The request timed out"), "Comtrade says: The request timed out"),
        (body([], errorObject={"errorMessage": "Bad period"}), "Comtrade says: Bad period"),
        (body([], count=None), "count of rows is 'None'"),
        ({"data": []}, "JSON without 'count'"),
        ({"count": 1, "data": {"a": 1}}, "not a list of rows"),
        ({"count": 1, "data": [1]}, "not a list of rows"),
        ([], "JSON without 'count'"),
        (b"<html>Maintenance</html>", "no JSON"),
        (json.dumps(body([row()])).encode()[:-40], "no JSON"),
        (b"", "no JSON"),
        (body([row(primaryValue="much")]), "the field primaryValue is 'much'"),
        (body([row(primaryValue=-1.0)]), "the field primaryValue is -1.0"),
        (body([row(cmdCode=None)]), "the field cmdCode is None"),
        (body([row(isNetWgtEstimated="perhaps")]), "isNetWgtEstimated is 'perhaps'"),
        (body([row(netWgt=[1])]), "netWgt holds no single value"),
        (body([row(period="202302")]), "none that was asked for"),
        (body([row(reporterCode=643)]), "none that was asked for"),
    ],
)
def test_what_is_asked_again(tmp_path: Path, content: object, words: str) -> None:
    with pytest.raises(BadAnswer) as raised:
        judge(answered(tmp_path, data_call(), content))
    assert words in str(raised.value)
    assert "CHN exports, partner RUS, 2023-01" in str(raised.value)


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize(
    ("changed", "gone", "new"),
    [
        (without("netWgt"), ("netWgt",), ()),
        (row(tariffRegime="A"), (), ("tariffRegime",)),
        (without("primaryValue") | {"tradeValue": 5}, ("primaryValue",), ("tradeValue",)),
    ],
)
def test_a_field_gone_or_new(
    tmp_path: Path,
    changed: Row,
    gone: tuple[str, ...],
    new: tuple[str, ...],
    second: bool,  # noqa: FBT001
) -> None:
    rows = [row(cmdCode="854232"), changed] if second else [changed]
    with pytest.raises(ResponseChanged) as raised:
        judge(answered(tmp_path, data_call(), body(rows)))
    assert (raised.value.gone, raised.value.new) == (gone, new)


def test_names_may_differ_in_case(tmp_path: Path) -> None:
    bulky = {{"cifvalue": "CIFValue"}.get(key, key): value for key, value in row().items()}
    assert judge(answered(tmp_path, data_call(), body([bulky]))) == Accepted()


MONTHS = ("202301", "202302", "202303")


def full(number: int) -> bytes:
    rows = b",".join([json.dumps(row()).encode()] * number)
    return b'{"count":%d,"data":[%s],"error":""}' % (number, rows)


@pytest.mark.parametrize(("number", "cap"), [(500, 500), (100_000, 100_000), (100_000, 250_000)])
def test_as_many_rows_as_come_at_most_are_never_accepted(
    tmp_path: Path, number: int, cap: int
) -> None:
    call = data_call(codes=("854231", "854232"), cap=cap)
    verdict = judge(answered(tmp_path, call, full(number)))
    assert isinstance(verdict, Split)
    assert [Ask.of(part).codes for part in verdict.into] == [("854231",), ("854232",)]


def test_one_row_below_the_cap_is_whole(tmp_path: Path) -> None:
    assert judge(answered(tmp_path, data_call(), body([row()] * 499))) == Accepted()


def test_split_goes_by_period_then_code_then_partner() -> None:
    ask = one_ask(
        periods=MONTHS[:2], releases=("a", "b"), codes=("01", "02"), partners=("RUS", "KAZ")
    )
    by_period = ask.halves()
    assert [(part.periods, part.releases) for part in by_period] == [
        (("202301",), ("a",)),
        (("202302",), ("b",)),
    ]
    by_code = by_period[0].halves()
    assert [part.codes for part in by_code] == [("01",), ("02",)]
    by_partner = by_code[0].halves()
    assert [part.partners for part in by_partner] == [("RUS",), ("KAZ",)]
    assert by_partner[0].halves() == ()


def test_what_cannot_be_cut_further_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TruncatedExport, match="cannot be cut further"):
        judge(answered(tmp_path, data_call(), body([row()] * 500)))


@pytest.mark.parametrize(
    ("status", "words"),
    [(414, b"Request URL Too Long"), (404, b"The resource you are looking for has been removed")],
)
def test_an_address_too_long_is_split(tmp_path: Path, status: int, words: bytes) -> None:
    call = data_call(codes=("854231", "854232"))
    verdict = judge(answered(tmp_path, call, words, status=status))
    assert isinstance(verdict, Split)
    assert len(verdict.into) == 2


def test_an_address_that_nobody_knows(tmp_path: Path) -> None:
    message = {"statusCode": 404, "message": "Resource not found"}
    with pytest.raises(QueryRefused, match="Resource not found"):
        judge(answered(tmp_path, data_call(codes=("854231", "854232")), message, status=404))


def counted(ask: Ask) -> Call:
    from tradeflow.sources.comtrade.ask import _count_call, _data_call

    return _count_call(_data_call(ask))


def test_a_count_below_the_cap_is_followed_by_the_rows_and_compared(tmp_path: Path) -> None:
    ask = one_ask(cap=100_000)
    verdict = judge(answered(tmp_path, counted(ask), body([], count=7)))
    assert isinstance(verdict, Accepted)
    (call,) = verdict.then
    assert call.kind == "data"
    with pytest.raises(BadAnswer, match="1 rows came, 7 were counted before"):
        judge(answered(tmp_path, call, body([row()])))


def test_a_count_at_the_cap_is_split_before_any_row_is_asked_for(tmp_path: Path) -> None:
    ask = one_ask(cap=100_000, periods=MONTHS, releases=("unknown",) * 3)
    verdict = judge(answered(tmp_path, counted(ask), body([], count=100_000)))
    assert isinstance(verdict, Split)
    assert [Ask.of(part).periods for part in verdict.into] == [("202301",), ("202302", "202303")]


def availability(tmp_path: Path, rows: list[Row], **changes: object) -> Accepted:
    ask = one_ask(edition="", releases=(), **{"codes": ("854231", "880622"), **changes})
    call = availability_call(ask, today=day_of("202611"))
    verdict = judge(answered(tmp_path, call, body(rows)))
    assert isinstance(verdict, Accepted)
    return verdict


def test_only_released_months_are_asked_for_in_the_edition_named(tmp_path: Path) -> None:
    fake = FakeComtrade()
    fake.late[156] = "202301"  # one month longer in HS2017 than the table of editions says
    rows = [fake.dataset(156, "M", period) for period in ("202301", "202302")]
    then = availability(tmp_path, rows, periods=MONTHS).then
    assert [(Ask.of(c).periods, Ask.of(c).edition, Ask.of(c).codes) for c in then] == [
        (("202301",), "HS2017", ("854231",)),
        (("202302",), "HS2022", ("854231", "880622")),
    ]
    assert Ask.of(then[0]).releases[0].startswith("2025-10-")
    assert then[0].newer_than == Ask.of(then[0]).releases[0].partition("/")[0]


def test_nothing_listed_at_all_is_not_believed(tmp_path: Path) -> None:
    then = availability(tmp_path, [], periods=MONTHS).then
    assert [Ask.of(call).periods[0] for call in then] == list(MONTHS)


def test_availability_of_other_reporters(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="other reporters"):
        availability(tmp_path, [FakeComtrade().dataset(643, "M", "202201")])


def test_availability_without_its_fields(tmp_path: Path) -> None:
    dataset = FakeComtrade().dataset(156, "M", "202301")
    del dataset["lastReleased"]
    with pytest.raises(ResponseChanged, match="lastReleased"):
        availability(tmp_path, [dataset])


@pytest.mark.parametrize(
    ("moment", "known"),
    [
        ("2022-10-06T10:53:32.8266667", "2022-10-06T10:53:32Z/-9"),
        ("2022-10-06T10:53:32.8", "2022-10-06T10:53:32Z/-9"),
        ("2022-10-06T10:53:32", "2022-10-06T10:53:32Z/-9"),
        ("last week", "unknown"),
        (None, "unknown"),
    ],
)
def test_moments_of_release_are_read_leniently(
    tmp_path: Path, moment: str | None, known: str
) -> None:
    dataset = FakeComtrade().dataset(156, "M", "202301")
    dataset |= {"lastReleased": moment, "datasetChecksum": -9}
    (call,) = availability(tmp_path, [dataset]).then
    assert Ask.of(call).releases == (known,)


def status_answer(tmp_path: Path, **fields: object) -> Answer:
    submitted = answered(tmp_path, submit_call(one_ask()), {"requestId": "ab-1"}, status=202)
    verdict = judge(submitted)
    assert isinstance(verdict, Accepted)
    (status,) = verdict.then
    assert status.params == (("batchId", "ab-1"),)
    return answered(tmp_path, status, body([fields]))


@pytest.mark.parametrize("status", ["Submitted", "Running"])
def test_an_asynchronous_request_is_waited_for(tmp_path: Path, status: str) -> None:
    assert judge(status_answer(tmp_path, status=status)) == Later(15.0)


def test_an_asynchronous_request_that_is_ready_is_downloaded(tmp_path: Path) -> None:
    uri = "https://comtradeapi.un.org/files/v1/async-downloads/batchid-7f.zip"
    verdict = judge(status_answer(tmp_path, status="Completed", uri=uri))
    assert isinstance(verdict, Accepted)
    assert verdict.then[0].path == "/files/v1/async-downloads/batchid-7f.zip"


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"status": "Error"}, QueryRefused),
        ({"status": "Lost"}, BadAnswer),
        ({"status": "Completed", "uri": "https://example.org/other/place.zip"}, BadAnswer),
        ({"status": "Completed"}, BadAnswer),
    ],
)
def test_asynchronous_requests_that_fail(
    tmp_path: Path, fields: dict[str, str], error: type[TradeflowError]
) -> None:
    with pytest.raises(error):
        judge(status_answer(tmp_path, **fields))


def test_a_submission_without_a_number(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="names no request"):
        judge(answered(tmp_path, submit_call(one_ask()), {"requestId": "../x"}, status=202))
