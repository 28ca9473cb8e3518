"""Every witness on input that nobody should give it: it says so, or says whom it could not hear.

A verb may raise a `TradeflowError` that tells what to do next. If it answers, then every series
asked about is in the frame, no number is NaN or infinite, and what has no number has a rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.errors import TradeflowError
from tradeflow.panel.model import Panel
from tradeflow.panel.states import State
from tradeflow.schema import conform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from tradeflow.options import By, Freq

    Cells = NDArray[np.float64]
    Verb = Callable[..., Any]

SINCE: Final = "2022-01"
START: Final = 48
MONTHS: Final = 60
PARTNERS: Final = ("IND", "KAZ", "RUS", "TUR", "VNM")
GOODS: Final = ("848210", "850760", "950300")
RUS: Final = np.arange(6, 9)
TOLERANCE: Final = 1e-6  # iterations end at another place when goods come in another order
ROW: Final = 6  # the first good to Russia
ALONE: Final = frozenset({"reporter", "partner", "hs6", "category", "family", "total"})


def _periods(n: int, freq: Freq) -> tuple[date, ...]:
    if freq == "A":
        return tuple(date(2012 + i, 1, 1) for i in range(n))
    return tuple(date(2018 + i // 12, i % 12 + 1, 1) for i in range(n))


def _calm(
    n: int = MONTHS, freq: Freq = "M", by: By = "hs6", goods: tuple[str, ...] = GOODS
) -> Panel:
    """Exports of China to five partners that do nothing in particular."""
    rng = np.random.default_rng(0)
    rows = [("CHN", partner, good) for partner in PARTNERS for good in goods]
    keys = pl.DataFrame(rows, schema=["reporter", "partner", by], orient="row")
    if by == "hs6":
        extra = {"category": "", "edition": "HS2017", "flags": ""}
        keys = keys.with_columns(listed=False, **{k: pl.lit(v) for k, v in extra.items()})
    level = rng.normal(14, 1, (len(rows), 1))
    values = np.exp(level + rng.normal(0, 0.2, (len(rows), n)))
    return Panel(
        values=values,
        state=np.zeros(values.shape, np.uint8),
        net_kg=values / np.exp(rng.normal(2, 0.1, values.shape)),
        keys=keys,
        periods=_periods(n, freq),
        freq=freq,
        by=by,
        measure="value_usd",
        unit="USD",
        provenance=("simulated 1",),
    )


CALM: Final = _calm()
AMOUNTS: Final = CALM.values  # noqa: PD011  an array, not a frame


def _with(cells: Cells) -> Panel:
    """The calm panel with other values; NaN is not released, 0 is zero."""
    cases = [np.isnan(cells), cells == 0]
    state = np.select(cases, [State.NOT_RELEASED, State.ZERO], State.REPORTED).astype(np.uint8)
    net_kg = np.where(cases[0], np.nan, np.where(cases[1], 0.0, CALM.net_kg))
    return replace(CALM, values=np.ascontiguousarray(cells), state=state, net_kg=net_kg)


def _cell(value: float, column: int = 50) -> Panel:
    cells = AMOUNTS.copy()
    cells[ROW, column] = value
    return _with(cells)


def _where(chosen: NDArray[np.bool_], value: float) -> Panel:
    return _with(np.where(chosen, value, AMOUNTS))


def _state(state: int, *, number: bool) -> Panel:
    values = AMOUNTS if number else np.full_like(AMOUNTS, np.nan)
    return replace(CALM, values=values, state=np.full(values.shape, state, np.uint8))


def _weights(net_kg: Cells) -> Panel:
    return replace(CALM, net_kg=net_kg)


def _chance(share: float) -> NDArray[np.bool_]:
    return np.asarray(np.random.default_rng(1).random(AMOUNTS.shape) < share)


def _take(rows: NDArray[np.intp]) -> Panel:
    return CALM.take(rows)


_OURS: Final = np.isin(np.arange(len(CALM.keys)), RUS)[:, None]
_LATE: Final = (np.arange(MONTHS) >= START)[None, :]
_EVERY: Final = np.ones_like(AMOUNTS, dtype=bool)

PANELS: Final[Mapping[str, Panel]] = {
    "calm": CALM,
    "no series": _take(np.zeros(0, np.intp)),
    "one series": _take(RUS[:1]),
    "two series": _take(np.array([0, ROW])),
    "one good": _take(np.arange(0, 15, 3)),
    "only the partner": _take(RUS),
    "one donor": _take(np.arange(3, 9)),
    "partner absent": _take(np.arange(6)),
    "series twice": _take(np.array([*range(15), ROW])),
    "key missing": replace(CALM, keys=CALM.keys.with_columns(hs6=pl.lit(None, pl.String))),
    "key absent": replace(CALM, keys=CALM.keys.drop("partner")),
    "one month": CALM.drop_first(59),
    "fourteen months": CALM.drop_first(46),
    "years": _calm(12, "A"),
    "three years": _calm(3, "A"),
    "total": _calm(by="total", goods=("TOTAL",)),
    "families": _calm(by="family"),
    "categories": _calm(by="category", goods=("bearings", "jammers")),
    "weights asked about": replace(CALM, measure="net_kg", unit="kg"),
    "constant": _where(_EVERY, 5.0),
    "ours constant": _where(_OURS & _EVERY, 5.0),
    "all zero": _where(_EVERY, 0.0),
    "all missing": _where(_EVERY, np.nan),
    "missing but reported": _state(State.REPORTED, number=False),
    "ours zero": _where(_OURS & _EVERY, 0.0),
    "ours missing": _where(_OURS & _EVERY, np.nan),
    "donors zero": _where(~_OURS & _EVERY, 0.0),
    "donors missing": _where(~_OURS & _EVERY, np.nan),
    "zero before": _where(_OURS & ~_LATE, 0.0),
    "zero since": _where(_OURS & _LATE, 0.0),
    "nothing since": _where(_EVERY & _LATE, 0.0),
    "missing since": _where(_EVERY & _LATE, np.nan),
    "gaps": _where(_chance(0.3), np.nan),
    "sparse": _where(_chance(0.8), 0.0),
    "infinite": _cell(np.inf),
    "minus infinite": _cell(-np.inf, 10),
    "negative": _cell(-5.0),
    "all negative": _with(-AMOUNTS),
    "tiny cell": _cell(1e-300),
    "huge cell": _cell(1e300),
    "largest cell": _cell(1e18),
    "smallest cell": _cell(1e-9),
    "tiny": _with(AMOUNTS * 1e-306),
    "huge": _with(AMOUNTS * 1e290),
    **{f"all {s.name}": _state(s, number=s in {1, 4, 5, 6}) for s in State if s},
    "broken with numbers": _state(State.BREAK, number=True),
    "withheld with numbers": _state(State.WITHHELD, number=True),
    "no weights": _weights(np.full_like(AMOUNTS, np.nan)),
    "half the weights": _weights(np.where(_chance(0.5), np.nan, CALM.net_kg)),
    "weights zero": _weights(np.zeros_like(AMOUNTS)),
    "weights negative": _weights(-CALM.net_kg),
    "weights infinite": _weights(np.full_like(AMOUNTS, np.inf)),
    "weights tiny": _weights(np.full_like(AMOUNTS, 1e-300)),
    "weights computed": _weights(AMOUNTS / 5),
}


@dataclass(frozen=True)
class Asks:
    """A verb that takes a panel, and whether it asks about the partner's series only."""

    verb: Verb
    own: bool = False


def _list(panel: Panel, since: Any) -> Any:  # noqa: ANN401  whatever the verb takes and returns
    return tf.contrast(panel, since=since, treated=panel.keys[panel.by].to_list()[:1])


ASKS: Final[Mapping[str, Asks]] = {
    "contrast": Asks(lambda p, since: tf.contrast(p, since=since), own=True),
    "contrast of a list": Asks(_list, own=True),
    "excess": Asks(lambda p, since: tf.excess(p, since=since), own=True),
    "excess of levels": Asks(lambda p, since: tf.excess(p, since=since, scale="level"), own=True),
    "excess by structure": Asks(
        lambda p, since: tf.excess(p, since=since, method="structural"), own=True
    ),
    "price_volume": Asks(lambda p, since: tf.price_volume(p, since=since)),
    "unit_values": Asks(lambda p, since: tf.unit_values(p, since=since)),
    "event_study": Asks(lambda p, since: tf.event_study(p, events=[since])),
    "cover": Asks(lambda p, since: tf.cover(p, since=since, goods=list(GOODS)), own=True),
}


def _said(call: Callable[[], Any]) -> Any:  # noqa: ANN401
    """The answer, or None if the verb refused in words that help."""
    try:
        return call()
    except TradeflowError as error:
        assert len(str(error).split()) > 4, error  # noqa: PT017  any verb may refuse
        return None


def _holds(result: Any, at_least: int = 0) -> pl.DataFrame:  # noqa: ANN401
    """Check the promise on a result, its text and its picture."""
    frame: pl.DataFrame = result.to_frame("polars")
    assert len(frame.select(ALONE & set(frame.columns)).unique()) >= at_least
    floats = [name for name, kind in frame.schema.items() if kind.is_float()]
    assert not [name for name in floats if not frame[name].drop_nulls().is_finite().all()]
    rules = [name for name in frame.columns if name.startswith("rule")]
    heard = frame.filter(pl.all_horizontal(pl.col(rules) == "")) if rules else frame
    assert not [name for name in _NEVER_NULL & set(frame.columns) if heard[name].null_count()]
    assert not re.search(r"\b(nan|inf|None)\b", result.summary())
    assert result.plot().figure is not None
    return frame


_NEVER_NULL: Final = {
    *("effect_log", "effect_log_low", "effect_log_high", "p", "q", "excess_usd", "price_log"),
    *("excess_usd_low", "excess_usd_high", "volume_log_low", "level_log", "level_log_low"),
    *("change_log", "change_log_low", "lost_usd", "share_before", "shift_low"),
}


PRICED: Final = ("price_volume", "unit_values", "cover")
SLOW: Final = ("contrast of a list", "excess of levels", "excess by structure")
TELLING: Final = {
    *("calm", "no series", "one good", "years", "constant", "all zero", "zero before"),
    *("nothing since", "gaps", "infinite", "largest cell", "smallest cell", "all BREAK"),
}
PAIRS: Final = [
    (name, kind)
    for name in ASKS
    for kind in PANELS
    if (name in PRICED or "weights" not in kind) and (name not in SLOW or kind in TELLING)
]


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_a_panel_is_answered_or_refused(name: str, kind: str) -> None:
    panel, asks = PANELS[kind], ASKS[name]
    since = SINCE if panel.freq == "M" else "2020"
    result = _said(lambda: asks.verb(panel, since))
    assert result is not None or kind not in {"calm", "sparse", "gaps", "all zero"}
    if result is not None:
        series = panel.keys.filter(pl.col("partner") == "RUS") if asks.own else panel.keys
        _holds(result, len(series))


DATES: Final[Mapping[str, object]] = {
    "year": 2022,
    "date": date(2022, 1, 1),
    "datetime": datetime(2022, 1, 1, 12),  # noqa: DTZ001  a naive one, as users have it
    "timestamp": pd.Timestamp("2022-01-01"),
    "aware": pd.Timestamp("2022-01-01", tz="UTC"),
    "period": pd.Period("2022-01"),
    "numpy": np.datetime64("2022-01"),
}
PLAIN: Final = [name for name in ASKS if " " not in name]


@cache
def _usual(name: str) -> pl.DataFrame:
    made: pl.DataFrame = ASKS[name].verb(CALM, SINCE).to_frame("polars")
    return made


NO_DATES: Final[Mapping[str, object]] = {
    **{text: text for text in ("", "soon", "2022-13", "2022/01", "1999-01", "2018-01", "2023-01")},
    **{repr(one): one for one in (None, 2022.0, True, pd.NaT, [SINCE])},
}


@pytest.mark.parametrize("kind", DATES)
@pytest.mark.parametrize("name", PLAIN)
def test_a_date_may_be_written_in_many_ways(name: str, kind: str) -> None:
    made, usual = ASKS[name].verb(CALM, DATES[kind]).to_frame("polars"), _usual(name)
    same = set(made.columns) - {"event"}  # named as written
    assert made.select(same).equals(usual.select(same))


REFUSED: Final = [
    (name, kind)
    for name in [*PLAIN, "mirror", "routes", "province"]
    for kind in NO_DATES
    if (name, kind) != ("event_study", "2018-01")  # in the first month: not heard, the rule said
]


@pytest.mark.parametrize(("name", "kind"), REFUSED)
def test_a_date_that_cannot_be_meant_is_refused(name: str, kind: str) -> None:
    asked: Verb = ASKS[name].verb if name in ASKS else FLOWS_ASKED[name]
    data = CALM if name in ASKS else TABLES[name]["usual"]
    with pytest.raises(TradeflowError):
        asked(data, NO_DATES[kind])


@pytest.mark.parametrize("given", [None, "panel", {}, pl.DataFrame()], ids=repr)
@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_panel_is_refused(name: str, given: object) -> None:
    with pytest.raises(TradeflowError):
        ASKS[name].verb(given, SINCE)


@pytest.mark.parametrize("name", PLAIN)
def test_the_order_of_series_does_not_matter(name: str) -> None:
    rows = np.random.default_rng(5).permutation(len(CALM.keys))
    made, usual = ASKS[name].verb(_take(rows), SINCE).to_frame("polars"), _usual(name)
    key = [c for c in ("reporter", "partner", "hs6", "period", "unit") if c in made.columns]
    assert_frame_equal(made.sort(key), usual.sort(key), abs_tol=TOLERANCE, rel_tol=TOLERANCE)


OPTIONS: Final[Mapping[str, tuple[Verb, tuple[Mapping[str, Any], ...]]]] = {
    "contrast": (
        tf.contrast,
        (
            *({"q": q} for q in (0, 1, -1, np.nan)),
            *({"baseline": n} for n in (0, -3, 2.5)),
            *({"partner": name} for name in ("XXX", None)),
            *({"treated": names} for names in ([], "848210", ["999999"], [1])),
            {"treated": list(GOODS), "against": "both"},
            *({"exclude": names} for names in ("KAZ", ["XXX"], list(PARTNERS))),
            *({name: "x"} for name in ("every", "weights", "against", "reporter")),
        ),
    ),
    "excess": (
        tf.excess,
        (
            *({"donors": names} for names in ("KAZ", [], None, ["RUS"], ["XXX"])),
            *({"treated": names} for names in ("KAZ", ["XX"], ["RUS"])),
            *({"worst_fit": x} for x in (0, -1, np.nan)),
            *({name: "x"} for name in ("method", "scale", "partner")),
        ),
    ),
    "price_volume": (
        tf.price_volume,
        (
            *({"baseline": n} for n in (0, 1.5, 5)),
            *({"after": n} for n in (0, 2.5)),
            *({"flows": given} for given in ("x", pl.DataFrame())),
        ),
    ),
    "unit_values": (tf.unit_values, (*({"q": q} for q in (0, 1, np.nan)), {"after": 1.5})),
    "cover": (
        tf.cover,
        (
            *({"goods": names} for names in ([], ["12"], [848210], "nonsense")),
            *({"hidden": name} for name in ("nonsense", None)),
            {"partner": "XXX"},
        ),
    ),
}


@pytest.mark.parametrize(
    ("name", "option"),
    [(name, option) for name, (_, options) in OPTIONS.items() for option in options],
    ids=repr,
)
def test_an_option_that_cannot_be_meant_is_refused(name: str, option: Mapping[str, Any]) -> None:
    with pytest.raises(TradeflowError):
        OPTIONS[name][0](CALM, since=SINCE, **option)


EVENTS: Final[Mapping[str, dict[str, Any]]] = {
    "none": {"events": []},
    "number": {"events": 5},
    "columns": {"events": pl.DataFrame({"day": ["2022-01-01"]})},
    "no date": {"events": pl.DataFrame({"date": [None], "event": ["x"]})},
    "no day": {"events": pl.DataFrame({"date": ["soon"], "event": ["x"]})},
    **{
        f"{n} {v}": {"events": [SINCE], n: v}
        for n in ("before", "after", "apart")
        for v in (0, 20.5)
    },
    "q": {"events": [SINCE], "q": 0},
}


@pytest.mark.parametrize("kind", EVENTS)
def test_events_that_cannot_be_meant_are_refused(kind: str) -> None:
    with pytest.raises(TradeflowError):
        tf.event_study(CALM, **EVENTS[kind])


@pytest.mark.parametrize("goods", [["999999"], ["848210", "848210"], ["950300", "999999"], None])
def test_cover_goods_that_are_not_there_are_said(goods: list[str] | None) -> None:
    frame = _holds(tf.cover(CALM, since=SINCE, goods=goods))
    assert set(goods or ["950300"]) <= set(frame["hs6"])
    assert frame["hs6"].is_unique().all()
    assert frame.filter(pl.col("hs6") == "999999")["rule"].str.contains("not in the table").all()


def _flows(*routes: tuple[str, str, str]) -> pl.DataFrame:
    """Monthly flows (reporter, partner, kind) in which the direct route falls."""
    rng = np.random.default_rng(2)
    rows = [
        (month, who, whom, kind, good, 1e6 * float(rng.lognormal(0, 0.2)) * (0.4 if fall else 1.0))
        for who, whom, kind in routes
        for good in GOODS
        for i, month in enumerate(_periods(MONTHS, "M"))
        for fall in ["RUS" in {who, whom} and i >= START]
    ]
    columns = ["period", "reporter", "partner", "flow", "hs6", "value_usd"]
    return conform(
        pl.DataFrame(rows, schema=columns, orient="row"),
        freq="M",
        edition="HS2017",
        valuation="FOB",
        status="reported",
        source="SIMULATED",
        release="by hand",
    )


OUT: Final = (("CHN", "RUS", "export"), ("CHN", "KAZ", "export"), ("CHN", "KGZ", "export"))
FLOWS: Final = _flows(
    *OUT, ("RUS", "CHN", "import"), ("KAZ", "CHN", "import"), ("KAZ", "RUS", "export")
)
PLACED: Final = pl.concat(
    FLOWS.filter(pl.col("reporter") == "CHN", pl.col("flow") == "export").with_columns(
        region=pl.lit(place), value_usd=pl.col("value_usd") * share
    )
    for place, share in (("44", 0.5), ("33", 0.3), ("32", 0.2))
)


def _scaled(flows: pl.DataFrame, factor: float) -> pl.DataFrame:
    return flows.with_columns(value_usd=pl.col("value_usd") * factor)


def _edition(flows: pl.DataFrame, chosen: pl.Expr) -> pl.DataFrame:
    older = pl.when(chosen).then(pl.lit("HS2012")).otherwise(pl.lit("HS2017"))
    return flows.with_columns(edition=older.cast(flows["edition"].dtype))


def _bad_tables(flows: pl.DataFrame) -> dict[str, Any]:
    """What may be wrong with any flow table."""
    late, rus = pl.col("period") >= date(2022, 1, 1), pl.col("partner") == "RUS"
    return {
        "usual": flows,
        "pandas": flows.to_pandas(),
        "lazy": flows.lazy(),
        "nothing": None,
        "panel": CALM,
        "no rows": flows.head(0),
        "one month": flows.filter(pl.col("period") == date(2022, 1, 1)),
        "fourteen months": flows.filter(pl.col("period") >= date(2021, 11, 1)),
        "one good": flows.filter(pl.col("hs6") == GOODS[0]),
        "exports only": flows.filter(pl.col("flow") == "export"),
        "imports only": flows.filter(pl.col("flow") == "import"),
        "twice": pl.concat([flows, flows]),
        "two releases": pl.concat([flows, flows.with_columns(release=pl.lit("other"))]),
        "totals": flows.filter(pl.col("hs6") == GOODS[0]).with_columns(hs6=pl.lit("TOTAL")),
        "no such code": flows.filter(pl.col("hs6") == GOODS[0]).with_columns(hs6=pl.lit("999999")),
        "zeros": _scaled(flows, 0.0),
        "constant": flows.with_columns(value_usd=pl.lit(5.0)),
        "tiny": _scaled(flows, 1e-306),
        "huge": _scaled(flows, 1e290),
        "largest": _scaled(flows, 1e10),
        "nothing sent since": flows.filter(~(late & rus)),
        "nothing sent before": flows.filter(late | ~rus),
        "mirrors silent": flows.filter(~(late & (pl.col("flow") == "import"))),
        "hub silent": flows.filter(pl.col("reporter") != "KAZ"),
        "gaps": flows.sample(fraction=0.5, seed=1),
        "sparse": flows.sample(fraction=0.1, seed=1),
        "mirror in another edition": _edition(flows, pl.col("reporter") == "RUS"),
        "edition changes": _edition(flows, ~late),
        "no place": flows.with_columns(region=pl.lit(None, pl.String)).unique(
            ["period", "reporter", "partner", "flow", "hs6"], maintain_order=True
        ),
        "mirrored": flows.with_columns(status=pl.lit("mirror").cast(flows["status"].dtype)),
    }


def _mirror(flows: Any, since: Any = SINCE, **options: Any) -> Any:  # noqa: ANN401
    return tf.mirror(flows, since=since, **{"by": "hs6", **options})


def _routes(flows: Any, since: Any = SINCE, **options: Any) -> Any:  # noqa: ANN401
    return tf.routes(flows, since=since, **{"by": "hs6", "hubs": ["KAZ", "KGZ"], **options})


def _province(flows: Any, since: Any = SINCE, **options: Any) -> Any:  # noqa: ANN401
    return tf.province(flows, since=since, **{"by": "hs6", **options})


FLOWS_ASKED: Final[Mapping[str, Verb]] = {
    "mirror": _mirror,
    "routes": _routes,
    "province": _province,
}
TABLES: Final = {
    "mirror": _bad_tables(FLOWS),
    "routes": _bad_tables(FLOWS),
    "province": _bad_tables(PLACED),
}


OTHERWISE: Final = ("usual", "no such code", "edition changes", "mirror in another edition")


@pytest.mark.parametrize(
    ("by", "kind"),
    [*(("hs6", k) for k in TABLES["mirror"]), *(("category", k) for k in OTHERWISE)],
)
@pytest.mark.parametrize("name", FLOWS_ASKED)
def test_a_flow_table_is_answered_or_refused(name: str, kind: str, by: str) -> None:
    result = _said(lambda: FLOWS_ASKED[name](TABLES[name][kind], by=by))
    assert result is not None or kind not in {"usual", "pandas", "sparse", "zeros"}
    if result is not None:
        _holds(result)


@pytest.mark.parametrize(
    ("name", "option"),
    [
        *(("mirror", {"partner": who}) for who in (list[str](), (), 5, "XXX")),
        *(("mirror", {"reporter": who}) for who in (None, "DEU")),
        *(("routes", {"hubs": who}) for who in ((), "KAZ", ["XXX"], ["RUS"], ["CHN"])),
        *(("routes", {"donor": who}) for who in ("XXX", "DEU")),
        *(("province", {"province": where}) for where in ("Atlantis", 44)),
        *(("province", {"reporter": who}) for who in (None, "DEU")),
        *((name, {"by": by}) for name in FLOWS_ASKED for by in ("total", "x")),
        *((name, {"partner": "DEU"}) for name in ("routes", "province")),
        *((name, {"seed": seed}) for name in ("routes", "province") for seed in (-1, "x")),
    ],
    ids=repr,
)
def test_an_option_of_a_table_is_refused(name: str, option: Mapping[str, Any]) -> None:
    with pytest.raises(TradeflowError):
        FLOWS_ASKED[name](PLACED if name == "province" else FLOWS, **option)


@pytest.mark.parametrize("name", FLOWS_ASKED)
def test_the_order_of_rows_does_not_matter(name: str) -> None:
    table = TABLES[name]["usual"]
    shuffled = table.sample(fraction=1.0, shuffle=True, seed=3)
    made, usual = (FLOWS_ASKED[name](t).to_frame("polars") for t in (shuffled, table))
    assert_frame_equal(made, usual)


def test_nobody_answers_for_a_partner_without_reports() -> None:
    result = _mirror(FLOWS, partner=["RUS", "DEU"])
    totals = result.totals("polars")
    assert totals["partner"].to_list() == ["RUS", "DEU"]
    assert totals["rule"].to_list()[1].startswith("not heard")
