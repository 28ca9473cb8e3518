"""A made-up source with one row per call, to try the frame alone."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
from loopback import Fake, Reply, Request, as_json

from tradeflow.errors import BadAnswer
from tradeflow.sources.call import Accepted, Call, Later, Split
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.query import make_query
from tradeflow.sources.source import Key, Limits, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.sources.call import Answer, Verdict
    from tradeflow.sources.query import Query

CAP = 2
CANARY = "canary/key+42"


def call(numbers: Sequence[int]) -> Call:
    words = ",".join(map(str, numbers))
    return Call(source="toy", path="/rows", params=(("n", words),), note=f"n {words}", cap=CAP)


def plan(query: Query) -> FetchPlan:
    return FetchPlan(query, tuple(call([n]) for n in range(8)), interval=1.0, per_day=500)


def judge(answer: Answer) -> Verdict:
    content = answer.read()
    try:
        body = json.loads(content)
        rows = body["rows"]
    except (ValueError, KeyError) as error:
        raise BadAnswer("toy: no JSON of ours") from error
    if body.get("wait"):
        return Later(5.0)
    asked = [int(n) for n in dict(answer.call.params)["n"].split(",")]
    if len(rows) >= CAP:
        return Split(tuple(call([n]) for n in asked), "cut off at the cap")
    return Accepted(tuple(map(call, body.get("then", []))))


def parse(answers: Sequence[Answer]) -> Parsed:
    rows = [row for answer in answers for row in json.loads(answer.read())["rows"]]
    return Parsed(pl.DataFrame({"n": rows}))


TOY = Source(
    name="toy",
    title="Toy",
    access="fetch",
    grain="",
    lag="",
    terms="",
    checked="never",
    base="http://127.0.0.1:9",
    limits=Limits(interval=1.0, per_day=500, timeout=1.0),
    key=Key("TRADEFLOW_TOY_KEY", param="key"),
    listens=frozenset({204}),
    plan=plan,
    judge=judge,
    parse=parse,
)


def question() -> Query:
    return make_query("toy", codes="854370", since="2022-01", until="2022-02", today=TODAY)


TODAY = date(2026, 11, 1)


class FakeToy(Fake):
    """Gives back the numbers that it is asked for, at most CAP of them."""

    def answer(self, request: Request) -> Reply:
        numbers = [int(n) for n in request.get("n").split(",")]
        return as_json({"rows": numbers[:CAP], "filler": "x" * 2000})
