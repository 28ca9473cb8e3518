"""The goods of the notice of May 2024 and of the designations around it, in four languages."""

# ruff: noqa: RUF001 - Russian letters and typographic apostrophes are meant

from __future__ import annotations

import polars as pl
import pytest

from tradeflow.errors import UnknownCodeError, UnknownNameError, UsageError
from tradeflow.nomenclature.tables import table
from tradeflow.nomenclature.words import lookup

SENSITIVE = ["jammers", "drone_detectors", "uav_parts", "uav_power", "navigation", "optics_thermal"]

GOODS = {
    ("jammers",): [
        "interference generators",
        "interference generator",
        "générateurs d'interférences",
        "générateur d’interférences",
        "generateurs d'interferences",
        "干扰器",
        "干扰发生器",
        "генераторы помех",
        "генератор помех",
        "генераторов помех",
        "drone suppressors",
        "Drone Suppressor",
        "подавитель дронов",
        "подавители дронов",
        "подавителей дронов",
        "无人机反制",
        "无人机压制",
        "无人机压制设备",
        "brouilleurs de drones",
        "brouilleur de drone",
        "brouilleurs anti-drones",
        "suppresseurs de drones",
        "communication-band jammers",
        "communication band jammer",
        "brouilleurs de bandes de communication",
        "глушилки",
        "глушилок",
        "подавители связи",
        "подавители диапазонов связи",
        "通信频段干扰器",
        "signal jammers",
        "drone signal jammers",
        "brouilleurs de signaux",
        "brouilleurs de signal",
        "信号干扰器",
        "无人机信号干扰器",
        "глушители сигнала",
        "глушители сигналов",
    ],
    ("drone_detectors",): [
        "drone detectors",
        "Bulat",
        "equivalents of the Bulat",
        "equivalents of the Bulat drone detector",
        "équivalents du Bulat",
        "Булат",
        "«Булат»",
        "аналоги «Булата»",
        "детектор дронов",
        "детекторы дронов",
        "детекторов дронов",
        "обнаружитель беспилотников",
        "无人机探测器",
        "détecteurs de drones",
        "détecteur de drone",
    ],
    ("uav_parts",): [
        "propellers",
        "hélices",
        "helice",
        "螺旋桨",
        "пропеллеры",
        "воздушные винты",
        "воздушных винтов",
    ],
    ("navigation", "optics_thermal"): ["sensors", "capteurs", "传感器", "датчики", "датчиков"],
    ("uav_propulsion", "uav_power"): ["motors", "moteurs", "电机", "двигатели", "двигателей"],
    ("optics_thermal",): [
        "infrared detectors",
        "détecteurs infrarouges",
        "détecteur infrarouge",
        "红外探测器",
        "инфракрасные детекторы",
        "инфракрасных детекторов",
        "infrared sensors",
        "инфракрасные датчики",
        "infrared",
    ],
    ("cover_goods",): [
        "children's toys",
        "children’s toys",
        "toys",
        "jouets pour enfants",
        "jouets d'enfants",
        "儿童玩具",
        "детские игрушки",
        "детских игрушек",
    ],
    ("uav_complete",): ["drones", "无人机", "дроны", "беспилотники", "квадрокоптеров"],
    ("chips",): ["chips", "puces électroniques", "芯片", "микросхемы"],
    ("machine_tools",): ["machine tools", "machines-outils", "机床", "станки с ЧПУ", "станков"],
    ("bearings",): ["ball bearings", "roulements à billes", "轴承", "подшипники"],
    ("fibre_composites",): ["optical fiber", "fibres optiques", "光纤", "оптоволокно"],
    ("benchmark_war_goods",): ["nitrocellulose", "硝化棉", "нитроцеллюлоза", "pelles mécaniques"],
    ("drone_detectors", "jammers"): ["drone detectors and jammers"],
    ("uav_complete", "jammers"): ["drones, jammers", "дроны и глушилки", "无人机和干扰器"],
}
CASES = [(query, categories) for categories, queries in GOODS.items() for query in queries]


@pytest.mark.parametrize(("query", "categories"), CASES)
def test_goods_resolve(query: str, categories: tuple[str, ...]) -> None:
    assert lookup(query).categories == categories


@pytest.mark.parametrize("language", ["en", "fr", "zh", "ru"])
@pytest.mark.parametrize("category", sorted(table("categories")["category"]))
def test_vocabulary_is_rich_enough(category: str, language: str) -> None:
    rows = table("words").filter(pl.col("category") == category, pl.col("language") == language)
    assert rows.height >= (7 if category in SENSITIVE else 3)


@pytest.mark.parametrize(
    ("term", "language", "category"),
    table("words").select("term", "language", "category").rows(),
)
def test_every_term_finds_its_own_category(term: str, language: str, category: str) -> None:
    answer = lookup(term)
    assert category in answer.categories
    words = {(w.language, w.category) for match in answer.matches for w in match.words}
    assert (language, category) in words


@pytest.mark.parametrize(
    ("query", "edition", "categories"),
    [
        ("8543.70", "HS2022", ("jammers",)),
        ("854370", "HS2022", ("jammers",)),
        ("85437099", "HS2022", ("jammers",)),
        ("8543.70.99 60", "HS2022", ("jammers",)),
        ("8542", "HS2022", ("chips",)),
        ("8541.51", "HS2022", ("electronic_components",)),
        ("8525.80", "HS2017", ("uav_complete", "optics_thermal")),
        ("8806", "HS2022", ("uav_complete",)),
    ],
)
def test_a_code_resolves_to_its_category(
    query: str, edition: str, categories: tuple[str, ...]
) -> None:
    assert lookup(query, edition=edition).categories == categories  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "edition"), [("8806.21", "HS2017"), ("123456", "HS2022"), ("8525.80", "HS2022")]
)
def test_codes_that_an_edition_lacks(query: str, edition: str) -> None:
    with pytest.raises(UnknownCodeError, match=edition):
        lookup(query, edition=edition)  # type: ignore[arg-type]


def test_a_code_outside_the_map() -> None:
    with pytest.raises(UnknownNameError, match="no category"):
        lookup("010121")


@pytest.mark.parametrize(
    ("query", "near"), [("jamers", "jammer"), ("propeler", "propeller"), ("глушылка", "глушилка")]
)
def test_unknown_goods_name_the_nearest_term(query: str, near: str) -> None:
    with pytest.raises(UnknownNameError, match=near):
        lookup(query)


@pytest.mark.parametrize("query", ["microwave oven", "fromage", "пшеница", "小麦"])
def test_other_goods_are_not_forced_into_a_category(query: str) -> None:
    with pytest.raises(UnknownNameError):
        lookup(query)


@pytest.mark.parametrize("query", ["", "  ", "85"])
def test_queries_without_content(query: str) -> None:
    with pytest.raises(UsageError):
        lookup(query)


@pytest.mark.parametrize("query", ["brouilleurs de drones", "signal jammers", "глушилки", "干扰器"])
def test_jammers_are_answered_in_full(query: str) -> None:
    (match,) = lookup(query).matches
    weights = {code.hs6: code.specificity_weight for code in match.codes}
    assert weights == {"852550": 0.10, "852560": 0.05, "854370": 0.05, "854390": 0.03}
    practice = {(p.jurisdiction, p.code_as_printed) for p in match.practice}
    assert {
        ("China", "8543.70.99 60"),
        ("India", "8525 50 40"),
        ("United States", "8531.80"),
    } <= practice
    assert match.cannot_show.startswith("No six-digit code isolates jammers.")


def test_summary_says_everything() -> None:
    text = lookup("brouilleurs de drones").summary()
    for part in (
        "[jammers]",
        "brouilleur de drones (fr)",
        "8543.70  0.05",
        "China: 8543.70.99 60",
        "India: 8525 50 40",
        "United States: 8531.80",
        "No six-digit code isolates",
    ):
        assert part in text


def test_sensor_is_answered_with_its_note() -> None:
    assert "not a customs term" in lookup("capteurs").summary()


def test_frame_has_one_row_per_category_and_code() -> None:
    frame = lookup("sensors").to_frame()
    assert frame.columns[:4] == ["category", "title", "found_by", "hs6"]
    assert frame.height == 5 + 11
    assert frame["specificity_weight"].dtype == pl.Float64


def test_older_editions_list_their_own_codes() -> None:
    codes = [code.hs6 for code in lookup("propellers", edition="HS2017").matches[0].codes]
    assert codes == ["880310", "880320", "880330", "880390"]


def test_weights_that_do_not_exist_stay_empty() -> None:
    answer = lookup("propellers", edition="HS2012")
    assert {code.specificity_weight for code in answer.matches[0].codes} == {None}
    assert "–" in answer.summary()


@pytest.mark.parametrize(
    ("goods", "said"),
    [
        ("pneumatic tyres", r"titles of 401110, 401120, .*, 847751 \(HS2022\).*codes show 401110"),
        ("tyres", r"titles of 400610, .* and 8 more \(HS2022\)"),
        ("qwertz", r"`tradeflow categories` lists"),
    ],
)
def test_goods_of_no_category_are_sought_in_the_titles_of_codes(goods: str, said: str) -> None:
    with pytest.raises(UnknownNameError, match=said):
        lookup(goods)
