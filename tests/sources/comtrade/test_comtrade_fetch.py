"""From a question to the flow table, over HTTP against the fake on loopback."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from comtrade_help import answered, ask, compare, served
from fake_comtrade import KEY, FakeComtrade, problem
from loopback import FAULTS, Reply, StepClock
from mutation import mutate
from polars.testing import assert_frame_equal

from tradeflow.errors import KeyRefused, QueryRefused, QuotaExhausted, SourceError, TradeflowError
from tradeflow.flows.fetch import fetch
from tradeflow.nomenclature.editions import known_codes
from tradeflow.sources.comtrade import reference
from tradeflow.sources.comtrade.judge import judge
from tradeflow.sources.comtrade.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

SIXTY = sorted(known_codes("HS2017") & known_codes("HS2022") - {"271000"})[3000:3060]
TWO_YEARS: dict[str, Any] = {"codes": SIXTY, "since": "2021-01", "until": "2022-12"}


@pytest.fixture
def fake() -> Iterator[FakeComtrade]:
    with served(FakeComtrade()) as found:
        yield found


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Delivery:
    with served(FakeComtrade()):
        return ask(tmp_path_factory.mktemp("whole"), asked=TWO_YEARS)


def same(one: Delivery, other: Delivery) -> None:
    for name in ("flows", "coverage", "withheld"):
        assert_frame_equal(getattr(one, name), getattr(other, name))


def states(delivery: Delivery) -> dict[date, str]:
    return dict(delivery.coverage.select("period", "state").rows())


class Killed(BaseException):
    """What no ``except Exception`` stops, as a kill."""


def test_two_years_of_sixty_codes(two_years: Delivery) -> None:
    flows = two_years.flows
    assert flows["period"].n_unique() == 24
    assert 1000 < len(flows) < 24 * 60
    by_year = flows.group_by(pl.col("period").dt.year()).agg(pl.col("edition").unique())
    assert dict(by_year.rows()) == {2021: ["HS2017"], 2022: ["HS2022"]}
    assert set(states(two_years).values()) == {"reported"}
    assert len(two_years.answers) == 25


@pytest.mark.parametrize("moment", [1, 2, 12, 24])
def test_a_fetch_killed_at_any_moment_goes_on_and_ends_the_same(
    fake: FakeComtrade, tmp_path: Path, two_years: Delivery, moment: int
) -> None:
    def kill(progress: Any) -> None:  # noqa: ANN401
        if progress.done >= moment:
            raise Killed

    with suppress(Killed):
        ask(tmp_path, asked=TWO_YEARS, report=kill)
    assert len(fake.requests) == moment
    same(ask(tmp_path, asked=TWO_YEARS), two_years)
    assert max(Counter((r.path, r.params) for r in fake.requests).values()) == 1


@pytest.mark.parametrize("fault", sorted(set(FAULTS) - {"time-out"}))
def test_a_fault_in_every_tenth_answer_changes_nothing(
    fake: FakeComtrade, tmp_path: Path, two_years: Delivery, fault: str
) -> None:
    fake.fault_of = lambda n: fault if n % 10 == 0 else None
    same(ask(tmp_path, asked=TWO_YEARS), two_years)


def test_all_faults_by_chance_and_a_kill_now_and_then(
    fake: FakeComtrade, tmp_path: Path, two_years: Delivery
) -> None:
    chance = random.Random(4)  # noqa: S311
    kinds = sorted(set(FAULTS) - {"time-out"})
    fake.fault_of = lambda _: chance.choice(kinds) if chance.random() < 0.2 else None

    def kill(_: object) -> None:
        if chance.random() < 0.1:
            raise Killed

    for _ in range(100):
        with suppress(Killed, SourceError):
            same(ask(tmp_path, asked=TWO_YEARS, report=kill), two_years)
            return
    pytest.fail("it never came to its end")


def test_with_a_key_the_same_rows_come_by_fewer_calls(fake: FakeComtrade, tmp_path: Path) -> None:
    without, keyed = ask(tmp_path / "a"), ask(tmp_path / "b", keyed=True)
    same(without, keyed)
    assert (len(without.answers), len(keyed.answers)) == (7, 3)
    sent = [dict(r.headers).get("Ocp-Apim-Subscription-Key") for r in fake.requests]
    assert sent == [None] * 7 + [KEY] * 3
    assert not any("subscription-key" in dict(r.params) for r in fake.requests)


def test_many_partners_share_calls_below_the_cap(fake: FakeComtrade, tmp_path: Path) -> None:
    asked = TWO_YEARS | {"until": "2021-03"}
    one = ask(tmp_path / "one", asked=asked)
    before = len(fake.requests)
    some = ask(tmp_path / "some", asked=asked, partner="RUS,KAZ,BLR")
    assert len(fake.requests) - before == 1 + 3
    assert_frame_equal(some.flows.filter(pl.col("partner") == "RUS"), one.flows)


def test_a_preview_that_is_full_is_asked_in_parts(fake: FakeComtrade, tmp_path: Path) -> None:
    fake.plus = True  # three rows per cell: 192 codes fill the preview
    codes = sorted(known_codes("HS2022"))[:240]
    full = ask(tmp_path / "a", asked={"codes": codes, "since": "2023-01", "until": "2023-01"})
    assert any(r.get("cmdCode").count(",") < 99 for r in fake.requests[1:])
    fake.plus = False
    clean = ask(tmp_path / "b", asked={"codes": codes, "since": "2023-01", "until": "2023-01"})
    assert_frame_equal(full.flows, clean.flows)


def test_breakdowns_that_come_all_the_same_are_not_counted(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    clean = ask(tmp_path / "a")
    fake.plus = True
    same(ask(tmp_path / "b"), clean)


def test_a_reporter_late_with_the_new_edition_is_asked_by_the_old_codes(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    found = ask(
        tmp_path,
        asked={"category": "uav_complete", "since": "2022-06", "until": "2022-07"},
        reporter="ARG",
        partner="CHN",
    )
    codes = [r.get("cmdCode").split(",") for r in fake.requests[1:]]
    assert "880622" not in codes[0]
    assert "880622" in codes[1]
    assert set(found.flows.filter(pl.col("period") == date(2022, 6, 1))["edition"]) <= {"HS2017"}


def test_zero_and_not_released_are_told_apart(fake: FakeComtrade, tmp_path: Path) -> None:
    asked = {"codes": "850610", "since": "2024-10", "until": "2025-02"}
    found = ask(tmp_path, asked=asked)
    assert len(fake.requests) == 1 + 3  # what is not released is not asked for
    late = {period: state for period, state in states(found).items() if period.year == 2025}
    assert late == dict.fromkeys([date(2025, 1, 1), date(2025, 2, 1)], "not released")
    early = {period: state for period, state in states(found).items() if period.year == 2024}
    there = set(found.flows["period"])
    assert early == {p: "reported" if p in there else "zero" for p in early}
    assert "zero" in early.values()
    assert "Periods not released: 2: CHN with RUS 2025-01 to 2025-02." in found.summary()
    assert "ingest gacc --how" in found.summary()


@pytest.mark.parametrize("answer", [None, problem(404, "Resource not found")])
def test_without_a_list_of_releases_empty_months_are_unknown(
    fake: FakeComtrade, tmp_path: Path, answer: Reply | None
) -> None:
    fake.lists_nothing = True
    if answer is not None:
        fake.availability = lambda *_: answer  # type: ignore[method-assign]
    asked = {"codes": "850610", "since": "2024-10", "until": "2024-12"}
    found = ask(tmp_path, asked=asked)
    there = set(found.flows["period"])
    assert set(states(found).items()) == {
        (p, "reported" if p in there else "unknown") for p in states(found)
    }
    assert set(found.flows["release"]) == {"2026-11-01"}  # the day of retrieval


def test_codes_that_a_released_edition_lacks_make_the_month_unknown(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    found = ask(tmp_path, asked={"codes": "880622", "since": "2021-12", "until": "2021-12"})
    (cell,) = found.coverage.rows(named=True)
    assert cell["state"] == "unknown"
    assert "HS2017, which has none of the codes" in cell["note"]
    assert len(fake.requests) == 1


def test_rows_carry_the_release_that_comtrade_lists(fake: FakeComtrade, tmp_path: Path) -> None:
    found = ask(tmp_path)
    assert fake.requests[0].path == "/public/v1/getDa/C/M/HS"
    releases = dict(found.flows.select("period", "release").unique().rows())
    listed = fake.dataset(156, "M", "202201")
    moment = listed["lastReleased"][:19]
    assert releases[date(2022, 1, 1)] == f"{moment}Z/{listed['datasetChecksum']}"


def test_a_month_released_anew_is_asked_again_and_only_that(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    ask(tmp_path, asked=TWO_YEARS, clock=StepClock(datetime(2026, 11, 1, tzinfo=UTC)))
    before, old = len(fake.requests), fake.dataset

    def revised(reporter: int, freq: str, period: str) -> dict[str, Any]:
        changed = {"lastReleased": "2026-11-02T08:00:00.1", "datasetChecksum": 77}
        return old(reporter, freq, period) | (changed if period == "202203" else {})

    fake.dataset = revised  # type: ignore[method-assign]
    later = StepClock(datetime(2026, 11, 3, tzinfo=UTC))
    found = ask(tmp_path, asked=TWO_YEARS, clock=later)
    again = [r.get("period") for r in fake.requests[before:]]
    assert again == ["", "202203"]
    assert "2026-11-02T08:00:00Z/77" in set(found.flows["release"])


def test_annual_totals_as_recorded(fake: FakeComtrade, tmp_path: Path) -> None:
    assert fake.url
    found = ask(
        tmp_path,
        asked={"codes": "TOTAL", "freq": "A", "since": "2010", "until": "2010"},
        partner="ARG,DEU,KAZ",
    )
    assert found.flows.select("period", "partner", "value_usd", "edition").rows() == [
        (date(2010, 1, 1), "ARG", 6115764185.0, "HS2007"),
        (date(2010, 1, 1), "DEU", 68047133397.0, "HS2007"),
    ]
    assert found.coverage["state"].to_list() == ["reported", "reported", "zero"]


def test_asynchronous_delivery_gives_the_same(fake: FakeComtrade, tmp_path: Path) -> None:
    direct = ask(tmp_path / "a")
    clock = StepClock()
    slow = ask(tmp_path / "b", keyed=True, delivery="async", clock=clock)
    same(slow, direct)
    paths = Counter(r.path.split("/")[1] for r in fake.requests[7:])
    assert paths == {"data": 1, "async": 2 + 2 * 3, "files": 2}
    assert clock.passed > 4 * 15


def test_bulk_delivery_gives_the_same(fake: FakeComtrade, tmp_path: Path) -> None:
    asked = {"codes": "854231", "since": "2021-11", "until": "2022-02"}
    direct = ask(tmp_path / "a", asked=asked)
    bulk = ask(tmp_path / "b", keyed=True, asked=asked, delivery="bulk")
    drop = ["quantity_unit"]  # bulk files give the unit's number alone
    assert_frame_equal(bulk.flows.drop(drop), direct.flows.drop(drop))
    assert_frame_equal(bulk.coverage, direct.coverage)
    assert sum("/bulk/v1/file/" in r.path for r in fake.requests) == 4


def test_tariff_lines(fake: FakeComtrade, tmp_path: Path) -> None:
    found = ask(tmp_path, kind="tariffline")
    assert fake.requests[0].path == "/public/v1/getDaTariffline/C/M/HS"
    assert set(found.flows["national_code"].str.len_chars()) == {8}
    assert set(found.flows["regime"]) == {None, "mot 3100", "mot 3200"}


def test_the_daily_quota_stops_the_fetch_and_is_remembered(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    fake.calls_left = 2
    clock = StepClock()
    with pytest.raises(QuotaExhausted) as stopped:
        ask(tmp_path, keyed=True, clock=clock)
    assert stopped.value.seconds == 5.5 * 3600
    asked = len(fake.requests)
    with pytest.raises(QuotaExhausted, match="as the source said"):
        ask(tmp_path, keyed=True, clock=clock)
    assert len(fake.requests) == asked
    fake.calls_left = None
    clock.sleep(6 * 3600)
    assert len(ask(tmp_path, keyed=True, clock=clock).flows) > 0


def test_a_wrong_key_is_refused_and_never_shown(fake: FakeComtrade, tmp_path: Path) -> None:
    assert fake.url
    with pytest.raises(KeyRefused) as refused:
        fetch("comtrade", home=tmp_path, key="secret-99", clock=StepClock(), **TWO_YEARS)
    assert "invalid subscription key" in str(refused.value)
    assert "secret-99" not in "".join((str(refused.value), *refused.value.__notes__))


def test_what_comtrade_refuses_is_not_asked_again(fake: FakeComtrade, tmp_path: Path) -> None:
    words = "Maximum number of periods for preview is 1"
    fake.answer = lambda _: problem(400, words)  # type: ignore[method-assign]
    with pytest.raises(QueryRefused, match=words):
        ask(tmp_path)
    assert len(fake.requests) == 1


def test_reference_files_are_compared_and_asked_for_once(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    for _ in range(2):
        assert compare(tmp_path) == []
    first, second = fake.requests
    assert "If-None-Match" not in first.headers
    assert second.headers["If-None-Match"] == '"Reporters-1"'


def test_a_country_that_changes_at_comtrade_is_named(
    fake: FakeComtrade, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fake.url
    here = reference.iso3_map("comtrade") | {"643": "SUN"}
    del here["251"]
    monkeypatch.setattr(reference, "iso3_map", lambda _: here)
    assert ("Reporters", "643", "SUN", "RUS") in compare(tmp_path)


def test_only_our_own_errors_come_out_of_damaged_answers(
    fake: FakeComtrade, tmp_path: Path
) -> None:
    assert fake.url
    answers = ask(tmp_path, keyed=True, delivery="async").answers
    chance, outcomes = random.Random(3), Counter[str]()  # noqa: S311
    for number in range(400):
        answer = answers[number % len(answers)]
        damaged = answered(tmp_path, answer.call, mutate(answer.read(), chance), answer.status)
        try:
            judge(damaged)
            parse([damaged])
            outcomes["read"] += 1
        except TradeflowError as error:
            outcomes[type(error).__name__] += 1
    assert outcomes["BadAnswer"] > 100
