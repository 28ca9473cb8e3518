"""What follows from one answer of uktradeinfo."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import parse_qsl, urljoin, urlsplit

from tradeflow.errors import BadAnswer, QueryRefused, ResponseChanged, Throttled
from tradeflow.sources.call import Accepted, Split
from tradeflow.sources.hmrc.page import COUNT, read_page
from tradeflow.sources.hmrc.plan import RELEASES, goods_call
from tradeflow.sources.http.refusals import plain
from tradeflow.sources.spans import Span

if TYPE_CHECKING:
    from tradeflow.options import Edition
    from tradeflow.sources.call import Answer, Call, Verdict
    from tradeflow.sources.hmrc.page import Page

OK, REFUSED, FORBIDDEN, TOO_LONG = 200, 400, 403, 414
LISTENS: Final = frozenset({REFUSED, FORBIDDEN, TOO_LONG})
PAUSE: Final = 20.0  # seconds
READ: Final = 4096  # bytes of a refusal that are shown at most


def judge(answer: Answer) -> Verdict:
    """Accept a page and ask for the next, until as many rows are there as the source counts.

    Raises
    ------
    Throttled
        403: the guard before the service says so to about one call in three, whatever the pace,
        and lets the same call through soon after (seen by two users, 2026-07).
    QueryRefused
        The filter is refused and cannot be made shorter.
    BadAnswer
        Rows are missing, or the next page lies elsewhere.
    ResponseChanged
        The count is gone, without which nobody can see whether rows are missing.
    """
    call = answer.call
    if answer.status != OK:
        return _refused(answer)
    page = read_page(answer)
    if call.kind == RELEASES:
        if page.following is not None:
            raise BadAnswer(f"hmrc, {call.note}: more months than fit on a page; that cannot be.")
        return Accepted()
    if page.count is None:
        raise ResponseChanged(f"hmrc, {call.note}", gone=[COUNT], new=[])
    return _next(answer, page, seen=int(call.told("seen")) + len(page.rows))


def _next(answer: Answer, page: Page, *, seen: int) -> Verdict:
    call = answer.call
    if page.following is None:
        if seen != page.count:
            raise BadAnswer(
                f"hmrc, {call.note}: {seen:,} of {page.count:,} rows arrived. If a release came "
                "out in between, ask for all pages again: max_age_days=0."
            )
        return Accepted()
    if not page.rows:
        raise BadAnswer(f"hmrc, {call.note}: an empty page is followed by another.")
    return Accepted((_call_of(answer, page.following, seen),))


def _call_of(answer: Answer, following: str, seen: int) -> Call:
    call, here = answer.call, urlsplit(answer.url)
    there = urlsplit(urljoin(answer.url, following))
    if (there.netloc, there.path) != (here.netloc, here.path):
        raise BadAnswer(
            f"hmrc, {call.note}: the next page is said to lie at {there.netloc}{there.path}, "
            "another place; we do not follow."
        )
    note = call.note.partition(", from row")[0]
    return replace(
        call,
        params=tuple(parse_qsl(there.query, keep_blank_values=True)),
        note=f"{note}, from row {seen + 1:,}",
        about=(*(pair for pair in call.about if pair[0] != "seen"), ("seen", str(seen))),
    )


def _refused(answer: Answer) -> Verdict:
    call = answer.call
    said = plain(answer.read()[:READ].decode("utf-8", errors="replace"))
    words = f"hmrc, {call.note}: the source answered {answer.status}: {said or '(no words)'}"
    if answer.status == FORBIDDEN:
        raise Throttled(words, seconds=PAUSE)
    about = dict(call.about)
    codes = about.get("codes", "").split(",")
    if call.kind == RELEASES or len(codes) == 1 or about["seen"] != "0":
        raise QueryRefused(f"{words} Asking again would not help: the question must change.")
    span = Span(
        cast("Edition", about["edition"]),
        *(date.fromisoformat(about[name]) for name in ("first", "last")),
    )
    half = len(codes) // 2
    into = (
        goods_call(about["flow"], about["partner"], span, part)
        for part in (codes[:half], codes[half:])
    )
    return Split(tuple(into), f"the list of codes may be too long: {said}")
