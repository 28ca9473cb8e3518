"""The embedded data reproduce what their publishers and the press printed."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.errors import TradeflowError, UnknownNameError
from tradeflow.nomenclature.units import usd_per_unit

PUBLISHED = Path(__file__).parents[1] / "fixtures" / "published.csv"
ANNUAL = {2017: 45.9, 2018: 50.3, 2019: 50.8, 2020: 53.0, 2021: 69.6, 2022: 75.4, 2023: 110.0}
MONTHS = {2021: 67.2, 2022: 75.5, 2023: 111.1, 2024: 115.3}  # China's exports to Russia
HALF_DIGIT = 0.05 + 1e-9  # numbers above are printed with one decimal


def by_year(flows: pl.DataFrame) -> dict[int, float]:
    years = flows.group_by(pl.col("period").dt.year()).agg(pl.col("value_usd").sum())
    return dict(years.iter_rows())


@pytest.mark.parametrize(("year", "billion"), ANNUAL.items())
def test_annual_totals(annual: pl.DataFrame, year: int, billion: float) -> None:
    assert by_year(annual)[year] / 1e9 == pytest.approx(billion, abs=HALF_DIGIT)


@pytest.mark.parametrize(("year", "billion"), MONTHS.items())
def test_sums_of_months(year: int, billion: float) -> None:
    totals = tf.load_sample("china-russia-totals", backend="polars")
    exports = totals.filter(pl.col("flow") == "export")
    assert by_year(exports)[year] / 1e9 == pytest.approx(billion, abs=HALF_DIGIT)
    assert exports["valuation"].unique().to_list() == ["FOB"]
    assert exports.filter(pl.col("period").dt.year() == year).height == 12


@pytest.mark.parametrize(
    "row", pl.read_csv(PUBLISHED, comment_prefix="#").to_dicts(), ids=lambda row: row["series"]
)
def test_published_numbers(annual: pl.DataFrame, row: dict) -> None:
    """In the printed unit, to the printed digit."""
    codes = str(row["hs6"]).split()
    chosen = pl.col("hs6").is_in(codes) & (pl.col("period").dt.year() == row["year"])
    found = annual.filter(chosen)[row["measure"]].sum() / row["unit"]
    digits = len(str(row["baci"]).partition(".")[2])
    assert found == pytest.approx(row["baci"], abs=0.5 * 10**-digits + 1e-9)


@pytest.mark.parametrize("sample", tf.list_samples(), ids=lambda sample: sample.name)
def test_samples_are_as_listed(sample: tf.flows.samples.Sample) -> None:
    polars = tf.load_sample(sample.name, backend="polars")
    pandas = tf.load_sample(sample.name)
    assert polars.height == len(pandas) == sample.rows
    assert polars["value_usd"].sum() == pytest.approx(pandas["value_usd"].sum(), rel=1e-12)
    assert list(pandas.columns) == polars.columns


def test_small_codes_keep_their_zeros_and_missing_weights_stay_missing(
    annual: pl.DataFrame,
) -> None:
    assert annual.filter(pl.col("hs6").str.starts_with("0")).height > 1_000
    assert annual["net_kg"].null_count() > 0
    assert annual.filter((pl.col("net_kg") == 0) & (pl.col("value_usd") > 0)).is_empty()


def test_one_line_of_comext_by_hand(eu: pl.DataFrame) -> None:
    """Austria to Armenia, CN 84715000, January 2020: 24,709 euros at 1.1100 dollars."""
    line = (pl.col("national_code") == "84715000") & (pl.col("period") == pl.date(2020, 1, 1))
    pair = (pl.col("reporter") == "AUT") & (pl.col("partner") == "ARM")
    row = eu.filter(line & pair).row(0, named=True)
    assert row["value_usd"] == pytest.approx(24_709 * 1.1100, rel=1e-4)
    assert row["value_usd"] == pytest.approx(24_709 * usd_per_unit("EUR", row["period"]))
    assert (row["edition"], row["hs6"], row["net_kg"]) == ("HS2017", "847150", None)


def test_unknown_sample() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'china-russia-annual'") as caught:
        tf.load_sample("china-russia-anual")
    assert isinstance(caught.value, TradeflowError | LookupError)
    with pytest.raises(UnknownNameError, match="Did you mean 'pandas'"):
        tf.load_sample(backend="panda")
