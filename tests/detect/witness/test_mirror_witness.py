"""Mirrors: what is lost in transit, and silence that is no fall, in worlds where both are known."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from figure_texts import words
from habit_worlds import CODES, LOST, SINCE, detours, world
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tradeflow.detect.witness.habit import Model, Slope, _forecast, learn, placebo_p
from tradeflow.detect.witness.mirror.lost import lost_usd, shipping_delay, total_lost
from tradeflow.detect.witness.mirror.mirror import MirrorResult, mirror
from tradeflow.errors import TradeflowError, UsageError
from tradeflow.simulate.effects import MirrorSilence

SEEDS = range(16)
COVER = (0.82, 0.97)
"""Band for a nominal 90 % over 80 series in 16 worlds."""


@pytest.fixture(scope="module")
def results() -> list[MirrorResult]:
    made = (world(detours(diverted=True), seed) for seed in SEEDS)
    return [mirror(one.flows, since=SINCE, by="hs6") for one in made]


def test_intervals_cover_what_is_lost_at_about_their_rate(results: list[MirrorResult]) -> None:
    frame = pl.concat([r.to_frame("polars").filter(pl.col("rule") == "") for r in results])
    assert frame.height > 0.8 * len(SEEDS) * len(CODES)
    truth = LOST * frame["exported_usd"]
    money = ((frame["lost_usd_low"] <= truth) & (truth <= frame["lost_usd_high"])).mean()
    log = frame["change_log_low"].le(np.log1p(-LOST)) & frame["change_log_high"].ge(np.log1p(-LOST))
    assert COVER[0] <= money <= COVER[1]
    assert COVER[0] <= log.mean() <= COVER[1]
    totals = pl.concat([r.totals("polars") for r in results])
    truth = LOST * totals["exported_usd"]
    inside = ((totals["lost_usd_low"] <= truth) & (truth <= totals["lost_usd_high"])).mean()
    assert inside >= 0.75
    assert set(frame["delay_months"]) == {1}


def test_without_losses_p_values_keep_their_level() -> None:
    p: list[float] = []
    for seed in SEEDS[:12]:
        still = mirror(world(detours(diverted=False), seed).flows, since=SINCE, by="hs6")
        p += still.to_frame("polars")["p"].drop_nulls().to_list()
    assert 0.02 <= np.mean(np.array(p) <= 0.1) <= 0.2


def test_silence_is_said_and_never_counted() -> None:
    early = world((*detours(diverted=True), MirrorSilence("KAZ", "2020-01")), 3)
    quiet = mirror(early.flows, since=SINCE, by="hs6")
    frame = quiet.to_frame("polars")
    assert set(frame["rule"]) == {"not heard: mirror silent since 2020-01"}
    assert frame["change_log"].is_null().all()
    assert quiet.totals("polars")["lost_usd"].is_null().all()
    late = world((*detours(diverted=True), MirrorSilence("KAZ", "2021-04")), 3)
    partly = mirror(late.flows, since=SINCE, by="hs6").to_frame("polars")
    heard = partly.filter(pl.col("rule") == "")
    assert heard.height
    assert set(heard["silent_since"]) == {date(2021, 4, 1)}
    assert (heard["change_log_high"] < 0).all()  # the loss is found, and no larger than it is
    assert (heard["change_log_low"] > np.log1p(-LOST) - 0.4).all()


def test_who_never_reports_is_not_heard() -> None:
    flows = world(detours(diverted=True), 3).flows
    found = mirror(flows, since=SINCE, by="hs6", partner=["KAZ", "KGZ"])
    other = found.to_frame("polars").filter(pl.col("partner") == "KGZ")
    assert set(other["rule"]) == {"not heard: no imports reported by KGZ in this table"}
    assert "SIMULATED" in found.summary()
    assert "no imports reported by KGZ" in found.summary()
    said = words(found.plot())
    assert "SIMULATED" in said
    assert "lost in transit" in said


@pytest.mark.parametrize("by", ["hs6", "category"])
def test_another_edition_on_one_side(by: str) -> None:
    # 854150 was split for HS2022, 848210 kept its number: one cannot be compared, one can
    flows = pl.concat(
        [
            _pair("HS2017", "854150", "HS2022", "854151"),
            _pair("HS2017", "848210", "HS2022", "848210"),
        ]
    )
    found = mirror(flows, since="2022-01", by=by, partner="KAZ").to_frame("polars")  # type: ignore[arg-type]
    rules = dict(found.select(by, "rule").iter_rows())
    if by == "hs6":
        assert rules["848210"] == ""
        assert rules["854150"] == rules["854151"] == "not heard: editions differ"
    else:
        assert rules["bearings"] == ""
        assert (
            rules["electronic_components"] == "not heard: no member is comparable across editions"
        )
    with pytest.raises(UsageError, match="different editions"):
        mirror(flows, since="2022-01", by="family", partner="KAZ")


def _pair(own: str, code: str, other: str, mirrored: str) -> pl.DataFrame:
    from place_flows import months

    from tradeflow.schema import conform

    noise = np.random.default_rng(1).normal(0, 0.1, (2, 60))
    sides = []
    for who, whom, flow, edition, hs6, draw in (
        ("CHN", "KAZ", "export", own, code, noise[0]),
        ("KAZ", "CHN", "import", other, mirrored, noise[1]),
    ):
        rows = pl.DataFrame({"period": months(), "value_usd": 1e6 * np.exp(draw)})
        constants = {
            "freq": "M",
            "reporter": who,
            "partner": whom,
            "flow": flow,
            "edition": edition,
            "hs6": hs6,
            "valuation": "FOB",
            "status": "reported",
            "source": "SIMULATED",
            "release": "by hand",
        }
        sides.append(conform(rows, **constants))
    return pl.concat(sides)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"since": SINCE, "reporter": "USA"}, "name one of them"),
        ({"since": "2017-01"}, "needs months before it and after it"),
        ({"since": SINCE, "partner": "Nowhere"}, "not known"),
        ({"since": SINCE, "by": "chapter"}, "Allowed"),
    ],
)
def test_bad_questions_are_typed(options: dict[str, str], said: str) -> None:
    flows = world(detours(diverted=False), 1).flows
    with pytest.raises(TradeflowError, match=said):
        mirror(flows, **options)  # type: ignore[arg-type]


def test_a_report_taken_from_the_mirror_is_no_witness() -> None:
    flows = _pair("HS2017", "848210", "HS2017", "848210")
    copied = (
        pl.when(pl.col("reporter") == "KAZ").then(pl.lit("mirror")).otherwise(pl.lit("reported"))
    )
    borrowed = flows.with_columns(status=copied.cast(flows["status"].dtype))
    found = mirror(borrowed, since="2022-01", by="hs6").to_frame("polars")
    assert found["rule"].to_list() == ["not heard: a report is itself taken from the mirror"]


def test_no_mirror_at_all(eu: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="No partner reports monthly imports from DEU"):
        mirror(eu, since="2022-03", reporter="DEU")


def test_the_forecast_is_statsmodels_local_level() -> None:
    # Without season and slope the forecast is the local level's, noise variance 1 and drift 0.2.
    from statsmodels.tsa.statespace.structural import UnobservedComponents

    y = np.random.default_rng(2).normal(0, 1, 16).cumsum()
    reference = UnobservedComponents(y, "llevel").smooth([1.0, 0.2]).get_forecast(3)
    made = _forecast(y[None], Model(0.2, 0.0, 0.0), np.ones(19), Slope(0.0, 0.0))
    np.testing.assert_allclose(made.mean[0], reference.predicted_mean, atol=2e-3)
    np.testing.assert_allclose(np.diag(made.unit[0]), reference.var_pred_mean, rtol=2e-3)


@settings(max_examples=12)
@given(arrays(float, (4, 12), elements=st.floats(-2, 2)), st.floats(-20, 20))
def test_a_level_added_to_a_series_is_added_to_its_forecast(log: np.ndarray, level: float) -> None:
    log = log + np.random.default_rng(0).normal(0, 0.1, log.shape)
    one, two = (learn(x, np.array([3, 3, 1]), amounts=False) for x in (log, log + level))
    np.testing.assert_allclose(two.mean, one.mean + level, atol=1e-4)
    np.testing.assert_allclose(two.sigma, one.sigma, rtol=1e-3)


def test_delay_is_found_and_all_ties_are_none() -> None:
    rng = np.random.default_rng(4)
    sent = np.exp(rng.normal(0, 0.5, (6, 40)))
    for delay in (0, 1, 2):
        got = 1.06 * np.roll(sent, delay, axis=1) * np.exp(rng.normal(0, 0.05, sent.shape))
        assert shipping_delay(sent, got) == delay
    assert shipping_delay(sent[:, :2], sent[:, :2]) == 0


@given(st.floats(1, 1e6), st.floats(0.5, 2), st.floats(0, 1))
def test_margins_do_not_count_as_losses(sent: float, margin: float, share: float) -> None:
    exported = np.array([sent])
    got = lost_usd(exported, exported * margin * (1 - share), exported * margin, 0.0)
    assert got[0] == pytest.approx(share * sent, abs=1e-6 * sent)
    whole = total_lost(exported, exported * 0.0, exported * margin, np.array([0.3]), 0.0)
    assert whole == pytest.approx(
        (sent, sent, sent)
    )  # nothing recorded: all lost, whatever the margin


def test_placebo_p_is_at_least_one_over_their_number_and_one() -> None:
    p = placebo_p(np.array([99.0, 0.0, np.nan]), np.linspace(-2, 2, 9))
    assert p[:2].tolist() == [0.1, 1.0]
    assert np.isnan(p[2])
