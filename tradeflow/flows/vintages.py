"""Revision triangles: what each month was said to be, vintage by vintage, and how far that moved.

Terms as in real-time data research: a *vintage* is what was known on a day; the *lag* of a value
is the number of months since its month was first released.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.flows.queries import category_months, known_on
from tradeflow.schema import LINE, TOTAL

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.options import By, FlowKind
    from tradeflow.store.lake import Lake

LAGS: Final = 24
"""Months after the first release up to which revisions are followed."""

FOLLOWED: Final = 12
"""Months for which a value must have been followed before its revisions are counted."""

FEWEST_VALUES: Final = 30
"""Values, and below them different months, from which a revision error is estimated."""

FEWEST_MONTHS: Final = 6

PRIOR_MONTHS: Final = 12.0
"""How many months' worth the revisions of all reporters count against a reporter's own."""

USUAL_DELAY: Final = 1
"""Months from a month's first day to its release, where no release was seen to come."""

TAIL: Final = 0.99
"""Log ratios beyond this point of their size are cut there before they are squared."""

OWN, POOLED, UNKNOWN = "own revisions", "all reporters", "too few vintages to know"
_SERIES: Final = ["reporter", "partner", "goods"]


def vintages(
    lake: Lake, *, source: str, by: By, flow: FlowKind, as_of: date | None = None
) -> pl.DataFrame:
    """Sum the lake as it was known at the end of every month in which anything changed.

    Parameters
    ----------
    lake
        The lake.
    source
        Name of the source in the flow table; months only.
    by, flow
        What to sum.
    as_of
        Last day to look at; None for all.

    Returns
    -------
    DataFrame
        Columns source, reporter, partner, goods, period, ``known_on`` and ``value_usd``: the
        triangle, one row per series, month and vintage.
    """
    here = (pl.col("source") == source) & (pl.col("freq") == "M")
    now, past = lake.scan().filter(here), lake.scan("history").filter(here)
    parts = [
        _summed(known_on(now, past, day).filter(pl.col("flow") == flow), by).with_columns(
            known_on=pl.lit(day), source=pl.lit(source)
        )
        for day in _days(now, past, as_of)
    ]
    columns = ["source", *_SERIES, "period", "known_on", "value_usd"]
    found = pl.collect_all([part.select(columns) for part in parts])
    empty = pl.DataFrame(schema=_TRIANGLE)
    return pl.concat([empty, *found]).sort(columns[:-1])


_TRIANGLE: Final = {
    **dict.fromkeys(["source", *_SERIES], pl.String()),
    "period": pl.Date(),
    "known_on": pl.Date(),
    "value_usd": pl.Float64(),
}


def error_by_lag(known: pl.DataFrame) -> pl.DataFrame:
    """Estimate how far values of each lag are from what they become.

    Parameters
    ----------
    known
        The triangle, from :func:`vintages`.

    Returns
    -------
    DataFrame
        One row per reporter and lag, 0 to 24: columns source, reporter, ``lag_months``, ``values``,
        ``months``, ``median_log``, ``sd_log``, ``basis``.

    Notes
    -----
    r = log(latest value / value at the lag), of every value whose month was followed for at least
    12 months from there. ``sd_log`` is the root mean square of r about 0, so that a usual
    direction of revisions counts as error, too, with |r| cut at its 99 % point. A reporter's own
    mean square is averaged with that of all reporters, which counts as much as 12 months; with
    fewer than 30 values, or values of fewer than 6 different months, it is that of all; if these
    are too few, nothing is stated. A value is not expected to be revised more from a later lag
    than from an earlier one: the larger of the two stands for both.

    References
    ----------
    Croushore, D. and Stark, T. (2001), A real-time data set for macroeconomists, Journal of
    Econometrics 105(1). Jacobs, J. and van Norden, S. (2011), Modeling data revisions: measurement
    error and dynamics of "true" values, Journal of Econometrics 161(2).
    """
    ratios = _ratios(known)
    everyone = _spread(ratios, ["source"])
    own = _spread(ratios, ["source", "reporter"])
    grid = known.select("source", "reporter").unique().join(_lags(), how="cross")
    on = ["source", "lag_months"]
    both = grid.join(own, on=["reporter", *on], how="left").join(
        everyone, on=on, how="left", suffix="_all"
    )
    enough = (pl.col("values") >= FEWEST_VALUES) & (pl.col("months") >= FEWEST_MONTHS)
    enough_all = (pl.col("values_all") >= FEWEST_VALUES) & (pl.col("months_all") >= FEWEST_MONTHS)
    weight = pl.col("months") / (pl.col("months") + PRIOR_MONTHS)
    shrunk = weight * pl.col("square") + (1 - weight) * pl.col("square_all")
    own_enough = enough.fill_null(value=False)
    square = pl.when(own_enough).then(shrunk).when(enough_all).then("square_all")
    basis = pl.when(own_enough).then(pl.lit(OWN)).when(enough_all).then(pl.lit(POOLED))
    return (
        both.with_columns(
            pl.col("values", "months").fill_null(0),
            sd_log=square.sqrt(),
            basis=basis.otherwise(pl.lit(UNKNOWN)),
        )
        .sort("source", "reporter", "lag_months")
        .with_columns(
            pl.when(pl.col("sd_log").is_not_null()).then(
                pl.col("sd_log").cum_max(reverse=True).over("source", "reporter")
            )
        )
        .select(_BY_LAG)
    )


_BY_LAG: Final = [
    "source",
    "reporter",
    "lag_months",
    "values",
    "months",
    "median_log",
    "sd_log",
    "basis",
]


def error_by_period(known: pl.DataFrame, lags: pl.DataFrame) -> pl.DataFrame:
    """Say of each reporter and month how long it has been out, and how far it may yet move.

    Parameters
    ----------
    known, lags
        From :func:`vintages` and :func:`error_by_lag`.

    Returns
    -------
    DataFrame
        Columns source, reporter, period, ``lag_months``, ``sd_log`` (null if not known), and
        ``basis``. Beyond 24 months what is known of 24 stands.
    """
    latest = known.filter(pl.col("known_on") == pl.col("known_on").max())
    out = latest.select("source", "reporter", "period", "known_on").unique()
    aged = out.join(_released(known), on=["source", "reporter", "period"]).with_columns(
        lag_months=_month("known_on") - pl.col("released")
    )
    return (
        aged.with_columns(capped=pl.col("lag_months").clip(0, LAGS))
        .join(
            lags.select("source", "reporter", "sd_log", "basis", capped="lag_months"),
            on=["source", "reporter", "capped"],
        )
        .select("source", "reporter", "period", "lag_months", "sd_log", "basis")
        .sort("source", "reporter", "period")
    )


def _lags() -> pl.DataFrame:
    return pl.DataFrame({"lag_months": range(LAGS + 1)}, schema={"lag_months": pl.Int64})


def _month(column: str) -> pl.Expr:
    return pl.col(column).dt.year().cast(pl.Int64) * 12 + pl.col(column).dt.month()


def _released(known: pl.DataFrame) -> pl.DataFrame:
    """Month in which each reporter's periods were first released, as a count of months.

    A release was seen to come if the reporter's months before it were known a month earlier. What
    was already out when it was first looked at came with the usual delay of the others.
    """
    reporter = ["source", "reporter"]
    first = known.group_by(*reporter, "period").agg(pl.col("known_on").min())
    looked = known.group_by(*reporter, seen=_month("known_on")).agg(last=pl.col("period").max())
    came = first.with_columns(
        seen=_month("known_on") - 1, delay=_month("known_on") - _month("period")
    )
    watched = came.join(looked, on=[*reporter, "seen"]).filter(pl.col("period") > pl.col("last"))
    usual = watched.group_by(reporter).agg(usual=pl.col("delay").median().floor().cast(pl.Int64))
    dated = watched.select(*reporter, "period", came=pl.col("seen") + 1)
    return (
        first.join(usual, on=reporter, how="left")
        .join(dated, on=[*reporter, "period"], how="left")
        .select(
            *reporter,
            "period",
            released=pl.coalesce("came", _month("period") + pl.col("usual").fill_null(USUAL_DELAY)),
        )
    )


def _ratios(known: pl.DataFrame) -> pl.DataFrame:
    """Log ratio of the latest value to that of each lag, where it was followed for long enough."""
    series, last = ["source", *_SERIES, "period"], pl.col("known_on").max()
    final = known.filter(pl.col("known_on") == last).select(
        *series, final="value_usd", until=_month("known_on")
    )
    return (
        known.join(final, on=series)
        .join(_released(known), on=["source", "reporter", "period"])
        .with_columns(
            lag_months=_month("known_on") - pl.col("released"),
            followed=pl.col("until") - _month("known_on"),
        )
        .filter(
            (pl.col("followed") >= FOLLOWED)
            & pl.col("lag_months").is_between(0, LAGS)
            & (pl.col("value_usd") > 0)
            & (pl.col("final") > 0)
        )
        .select(
            "source",
            "reporter",
            "period",
            "lag_months",
            ratio=(pl.col("final") / pl.col("value_usd")).log(),
        )
    )


def _spread(ratios: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    """Median and mean square of the log ratios of each lag, and from how many they come."""
    cut = pl.col("ratio").abs().quantile(TAIL)
    return ratios.group_by(*group, "lag_months").agg(
        values=pl.len().cast(pl.Int64),
        months=pl.col("period").n_unique().cast(pl.Int64),
        median_log=pl.col("ratio").median(),
        square=pl.col("ratio").abs().clip(upper_bound=cut).pow(2).mean(),
    )


def _days(now: pl.LazyFrame, past: pl.LazyFrame, as_of: date | None) -> list[date]:
    """Give the last day of every month on which anything was said."""
    ended = past.select(known_from="known_to")
    said = pl.concat([now.select("known_from"), past.select("known_from"), ended]).collect()
    days = said["known_from"].unique().sort()
    last = {(day.year, day.month): day for day in days if as_of is None or day <= as_of}
    return list(last.values())


def _summed(rows: pl.LazyFrame, by: By) -> pl.LazyFrame:
    """Sums by goods; those of families are measured by their codes."""
    if by == "category":
        return category_months(rows).rename({"category": "goods"})
    named = rows.filter(pl.col("hs6") == TOTAL if by == "total" else LINE)
    return named.group_by("reporter", "partner", "period", goods="hs6").agg(
        pl.col("value_usd").sum()
    )
