"""The source tables, their origin records, and the packaged tables made from them."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from tradeflow.nomenclature.tables import table

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "data_raw"))

import build  # noqa: E402 - the builders live beside the tables, not in the package
import build_nomenclature as builder  # noqa: E402

PACKAGED = ROOT / "tradeflow" / "nomenclature" / "data"
SOURCES = {builder.name(path): path for path in builder.sources()}
MIB = 1_048_576

COLUMNS = {
    "categories": "category title definition role beware cannot_show source confidence",
    "members": "category edition hs6 specificity_weight legal_basis link source confidence",
    "lists": "list version_date n_codes label publisher verified source note",
    "list_members": "list edition hs6 tier from_date to_date source confidence role note",
    "controls": "regime item threshold code_as_printed hs6 effective status source confidence",
    "refinements": "category action cn8 hs6 name_zh name_en first_year last_year why source "
    "confidence",
    "practice": "jurisdiction reference goods hs6 code_as_printed date category relevance source "
    "confidence",
    "breaks": "codes kind naive_reading misreading remedy evidence measured source",
    "events": "date event label kind source evidence",
    "adoption": "reporter edition from_period verified source",
    "countries": "iso3 iso2 name m49 comtrade gacc geonom hmrc schedule_c aliases note",
    "gacc_partners": "gacc iso3 name_en valid_from valid_to source confidence",
    "words": "term language category goods note",
    "overrides": "edition_new hs6_new edition_old hs6_old action reason source",
    "sections": "section roman first_chapter last_chapter title",
    "descriptions": "edition hs6 description",
    "correlation": "edition_new hs6_new edition_old hs6_old relationship",
    "conversion": "edition_new hs6_new edition_old hs6_old",
}
ROWS = {
    "categories": 18,
    "members": 308,
    "lists": 8,
    "list_members": 120,
    "controls": 154,
    "refinements": 55,
    "practice": 25,
    "breaks": 18,
    "events": 78,
    "sections": 21,
    "descriptions": 5205 + 5389 + 5613,
    "correlation": 15657 + 6141,
    "conversion": 5613 + 5388,
}
KEYS = {
    "categories": ["category"],
    "members": ["category", "edition", "hs6"],
    "list_members": ["list", "edition", "hs6"],
    "refinements": ["category", "cn8"],
    "events": ["event"],
    "adoption": ["reporter", "edition"],
    "countries": ["iso3"],
    "gacc_partners": ["gacc"],
    "words": ["term", "language", "category"],
    "overrides": ["edition_new", "hs6_new", "edition_old", "hs6_old", "action"],
    "sections": ["section"],
    "descriptions": ["edition", "hs6"],
    "correlation": ["edition_new", "hs6_new", "edition_old", "hs6_old"],
    "conversion": ["edition_new", "hs6_new", "edition_old"],
}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    builder.build(out)
    return out / "nomenclature" / "data"


def codes(edition: str) -> set[str]:
    return set(table("descriptions").filter(pl.col("edition") == edition)["hs6"])


def members(edition: str) -> pl.DataFrame:
    return table("members").filter(pl.col("edition") == edition)


def test_no_table_is_missing() -> None:
    assert set(COLUMNS) <= set(SOURCES)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_packaged_table_is_what_the_builder_makes(name: str, fresh: Path) -> None:
    made = pl.read_parquet(fresh / f"{name}.parquet")
    assert_frame_equal(pl.read_parquet(PACKAGED / f"{name}.parquet"), made)


def test_builder_writes_the_same_bytes_twice(fresh: Path, tmp_path: Path) -> None:
    for path in builder.build(tmp_path):
        assert path.read_bytes() == (fresh / path.name).read_bytes(), path.name


def test_packaged_tables_are_small(fresh: Path) -> None:
    assert sum(path.stat().st_size for path in fresh.iterdir()) < MIB / 2


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_columns(name: str) -> None:
    assert table(name).columns == COLUMNS[name].split()


@pytest.mark.parametrize(("name", "rows"), ROWS.items())
def test_row_counts(name: str, rows: int) -> None:
    assert table(name).height == rows


@pytest.mark.parametrize(("name", "key"), KEYS.items())
def test_keys_are_unique_and_complete(name: str, key: list[str]) -> None:
    frame = table(name).select(key)
    assert frame.is_duplicated().sum() == 0
    assert sum(frame.null_count().row(0)) == 0


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_origin_record_is_complete(name: str) -> None:
    record = builder.origin(SOURCES[name])
    assert set(record) == set(builder.ORIGIN_KEYS)
    assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", record["date"])


def test_readme_lists_every_table() -> None:
    readme = (ROOT / "data_raw" / "README.md").read_text(encoding="utf-8")
    assert [name for name in SOURCES if f"| `{name}` |" not in readme] == []


@pytest.mark.parametrize("key", builder.ORIGIN_KEYS)
def test_incomplete_origin_record_is_refused(key: str, tmp_path: Path) -> None:
    kept = [f'{other} = "x"' for other in builder.ORIGIN_KEYS if other != key]
    (tmp_path / "thing.toml").write_text("\n".join(kept))
    with pytest.raises(ValueError, match=key):
        builder.origin(tmp_path / "thing.csv")


def test_check_names_a_stale_table(fresh: Path, tmp_path: Path) -> None:
    package = tmp_path / "nomenclature" / "data"
    shutil.copytree(fresh, package)
    table("sections").head(20).write_parquet(package / "sections.parquet")
    (package / "events.parquet").unlink()
    nomenclature = [name for name in build.differing(tmp_path) if "nomenclature" in name]
    assert {Path(name).stem for name in nomenclature} & set(COLUMNS) == {"sections", "events"}


@pytest.mark.parametrize("name", [n for n, cols in COLUMNS.items() if " source" in cols])
def test_every_row_names_its_source(name: str) -> None:
    assert table(name)["source"].null_count() == 0
    assert table(name)["source"].str.strip_chars().str.len_chars().min() > 0


@pytest.mark.parametrize("name", sorted(COLUMNS))
def test_no_row_points_elsewhere_for_its_meaning(name: str) -> None:
    text = table(name).select(pl.col(pl.String).fill_null("").str.to_lowercase())
    for column in text.columns:
        bad = text[column].str.contains(r"as above|uav_codes|chpl_50|\bsee [a-z_]+\.csv")
        assert not bad.any() or (name, column) == ("categories", "source")


@pytest.mark.parametrize("name", [n for n, c in COLUMNS.items() if " hs6" in c and n != "practice"])
def test_codes_are_text_of_six_digits(name: str) -> None:
    values = table(name).select("^hs6.*$")
    for column in values.columns:
        present = values[column].drop_nulls()
        assert present.str.contains(r"^(\d{6}|\*)$").all()


@pytest.mark.parametrize("edition", ["HS2012", "HS2017", "HS2022"])
@pytest.mark.parametrize("name", ["members", "list_members"])
def test_every_code_exists_in_its_edition(name: str, edition: str) -> None:
    named = table(name).filter(pl.col("edition") == edition)["hs6"]
    assert set(named) <= codes(edition)


@pytest.mark.parametrize("name", ["correlation", "conversion", "overrides"])
@pytest.mark.parametrize("side", ["new", "old"])
def test_links_join_existing_codes(name: str, side: str) -> None:
    links = table(name)
    for (edition,), part in links.group_by(f"edition_{side}"):
        assert set(part[f"hs6_{side}"]) - {"*"} <= codes(str(edition))


def test_every_new_code_is_converted_once() -> None:
    for new, old in (("HS2022", "HS2017"), ("HS2017", "HS2012")):
        pair = (pl.col("edition_new") == new) & (pl.col("edition_old") == old)
        converted = set(table("conversion").filter(pair)["hs6_new"])
        linked = set(table("correlation").filter(pair)["hs6_new"])
        assert converted == linked


def test_hs2022_codes_are_in_exactly_one_category() -> None:
    assert members("HS2022")["hs6"].is_duplicated().sum() == 0


@pytest.mark.parametrize("edition", ["HS2012", "HS2017"])
def test_only_cameras_are_shared_in_older_editions(edition: str) -> None:
    rows = members(edition)
    assert set(rows.filter(rows["hs6"].is_duplicated())["hs6"]) == {"852580"}


@pytest.mark.parametrize(
    ("category", "n_hs2022"),
    {
        "uav_complete": 11,
        "uav_parts": 4,
        "uav_propulsion": 8,
        "uav_power": 8,
        "jammers": 4,
        "drone_detectors": 6,
        "radio_links": 7,
        "navigation": 5,
        "optics_thermal": 11,
        "chips": 4,
        "electronic_components": 17,
        "test_measurement": 5,
        "chip_making": 3,
        "machine_tools": 5,
        "bearings": 4,
        "fibre_composites": 5,
        "cover_goods": 2,
        "benchmark_war_goods": 3,
    }.items(),
)
def test_members_of_each_category(category: str, n_hs2022: int) -> None:
    assert members("HS2022").filter(pl.col("category") == category).height == n_hs2022


@pytest.mark.parametrize("name", ["members", "refinements", "words", "practice"])
def test_named_categories_exist(name: str) -> None:
    known = set(table("categories")["category"])
    assert set(table(name)["category"].str.split("|").explode()) <= known


def test_roles_and_weights() -> None:
    roles = {"signal", "noisy-signal", "noisy", "cover", "benchmark"}
    assert set(table("categories")["role"]) == roles
    weights = (
        table("members")
        .group_by("edition")
        .agg(
            pl.col("specificity_weight").null_count().alias("missing"),
            pl.col("specificity_weight").is_between(0, 1).all().alias("inside"),
        )
    )
    missing = dict(weights.select("edition", "missing").iter_rows())
    assert missing == {"HS2012": 98, "HS2017": 0, "HS2022": 0}
    assert weights["inside"].all()


def test_each_category_says_what_it_cannot_show() -> None:
    assert table("categories")["cannot_show"].str.len_chars().min() > 60


def test_all_high_priority_codes_are_members() -> None:
    listed = set(table("list_members").filter(pl.col("list") == "CHPL")["hs6"])
    assert len(listed) == 50
    assert listed <= set(members("HS2022")["hs6"])


@pytest.mark.parametrize(
    ("day", "n"), [("2023-09-25", 0), ("2023-09-26", 45), ("2024-02-22", 45), ("2024-02-23", 50)]
)
def test_high_priority_list_as_of_a_day(day: str, n: int) -> None:
    rows = table("list_members").filter(pl.col("list") == "CHPL", pl.col("from_date") <= day)
    assert rows.height == n


@pytest.mark.parametrize(
    ("tier", "n"), [("1", 4), ("2", 5), ("3.A", 16), ("3.B", 9), ("4.A", 11), ("4.B", 5)]
)
def test_tiers(tier: str, n: int) -> None:
    assert table("list_members").filter(pl.col("tier") == tier).height == n


@pytest.mark.parametrize(
    ("jurisdiction", "category", "code"),
    [
        ("China", "jammers", "854370"),
        ("India", "jammers", "852550"),
        ("United States", "drone_detectors", "853180"),
        ("United States", "jammers", "853180"),
        ("United Kingdom", "uav_complete", "880691"),
    ],
)
def test_practice_by_country(jurisdiction: str, category: str, code: str) -> None:
    rows = table("practice").filter(
        pl.col("jurisdiction") == jurisdiction,
        pl.col("category").str.split("|").list.contains(category),
    )
    assert code in set(rows["hs6"].str.split("|").explode())


def test_practice_codes_are_six_digits() -> None:
    pieces = table("practice")["hs6"].drop_nulls().str.split("|").explode()
    assert pieces.str.contains(r"^\d{6}$").all()


@pytest.mark.parametrize(
    ("edition", "hs6"),
    [("HS2022", "854151"), ("HS2022", "854159"), ("HS2017", "854150"), ("HS2012", "854150")],
)
def test_other_semiconductors_are_not_called_photosensitive(edition: str, hs6: str) -> None:
    row = table("descriptions").filter(pl.col("edition") == edition, pl.col("hs6") == hs6)
    assert "photosensitive" not in row["description"].item()


def test_waste_keeps_no_link() -> None:
    waste = {code for code in codes("HS2022") if code.startswith("8549")}
    rules = table("overrides").filter(pl.col("hs6_new").is_in(list(waste)))
    assert set(rules["hs6_new"]) == waste
    assert set(rules["action"]) == {"drop"}


@pytest.mark.parametrize("hs6", ["854151", "854159", "852411", "852499"])
def test_components_are_never_mobile_phones(hs6: str) -> None:
    rules = table("overrides").filter(pl.col("hs6_new") == hs6)
    assert ("*", "drop") in set(rules.select("hs6_old", "action").iter_rows())
    assert "851712" not in set(rules["hs6_old"])


def test_sections_cover_every_chapter_once() -> None:
    spans = table("sections").select(pl.col("^.*_chapter$").cast(pl.Int64)).iter_rows()
    chapters = [chapter for first, last in spans for chapter in range(first, last + 1)]
    assert chapters == list(range(1, 98))
