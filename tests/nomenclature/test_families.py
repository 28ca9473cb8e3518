"""Families: what stays comparable when the classification changes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tradeflow.errors import UnknownCodeError, UnknownNameError, UsageError
from tradeflow.nomenclature.editions import known_codes
from tradeflow.nomenclature.families import comparability, family, family_table, links
from tradeflow.nomenclature.restated import conversion, leaks
from tradeflow.nomenclature.tables import table

CHAINS = [("HS2017", "HS2022"), ("HS2012", "HS2017"), ("HS2012", "HS2017", "HS2022")]

# The classification's own history: rulings, China Customs' lists of 2021 and 2022, UN tables.
FAMILIES = [
    ("848210", ["848210"], ["848210"]),
    ("271000", ["271000"], ["271000"]),  # BACI's own code
    ("911490", ["911410", "911490"], ["911490"]),  # the UN's table omits the second link
    ("880710", ["880310"], ["880710"]),
    ("880720", ["880320"], ["880720"]),
    ("880730", ["880330"], ["880730"]),
    ("880790", ["880390"], ["880790"]),
    ("854800", ["854890"], ["854800"]),
    ("854151", ["854150"], ["854151", "854159"]),
    ("854149", ["854140"], ["854141", "854142", "854143", "854149"]),
    ("851713", ["851712"], ["851713", "851714"]),
    ("902781", ["902780"], ["902781", "902789"]),
    (
        "901380",
        ["852990", "853120", "901380"],
        [
            *["852411", "852412", "852419", "852491", "852492", "852499"],
            *["852990", "853120", "901380"],
        ],
    ),
]


@pytest.mark.parametrize(("code", "old", "new"), FAMILIES)
def test_documented_families(code: str, old: list[str], new: list[str]) -> None:
    found = family(code)
    assert {e: list(c) for e, c in found.codes.items()} == {"HS2017": old, "HS2022": new}
    assert found.name == new[0]
    assert found.exact == (len(old) == len(new) == 1)
    assert comparability(code).comparable == found.exact
    assert comparability(code).family == found


def test_drones_stood_under_cameras_and_light_aircraft() -> None:
    codes = family("880622").codes
    assert {"852580", "880211", "880220"} <= set(codes["HS2017"])
    assert {"852581", "852589", "880621", "880699"} <= set(codes["HS2022"])


@pytest.mark.parametrize("code", sorted(c for c in known_codes("HS2022") if c[:4] == "8549"))
def test_electronic_waste_has_no_past_and_glues_nothing(code: str) -> None:
    found = family(code)
    assert (found.broken, found.codes["HS2022"]) == (True, (code,))
    answer = comparability(code)
    assert (answer.comparable, answer.family) == (False, None)
    assert "begins with HS2022" in answer.reason


@pytest.mark.parametrize("code", ["854151", "854159", "852411", "852491"])
def test_nothing_becomes_a_mobile_telephone(code: str) -> None:
    """The UN's conversion sends these codes to mobile telephones; the family must not."""
    assert conversion()[code] == "851712"
    assert "851712" not in family(code).codes["HS2017"]


@pytest.mark.parametrize("chain", CHAINS)
def test_families_are_the_connected_components(chain: tuple[str, ...]) -> None:
    nodes = {node: i for i, node in enumerate((e, c) for e in chain for c in known_codes(e))}
    edges = []
    for old, new in pairwise(chain):
        edges += [(nodes[new, a], nodes[old, b]) for a, b in _corrected(new, old)]
    row, column = np.array(edges).T
    graph = coo_array((np.ones(len(row)), (row, column)), shape=(len(nodes), len(nodes)))
    _, label = connected_components(graph, directed=False)
    ours = {(e, c): name for e, c, name, _ in family_table(chain).iter_rows()}
    pairs = {(label[i], ours[node]) for node, i in nodes.items()}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def _corrected(new: str, old: str) -> set[tuple[str, str]]:
    """Apply the table of overrides by Polars joins, as the package does by loops."""
    pair = (pl.col("edition_new") == new) & (pl.col("edition_old") == old)
    key = ["hs6_new", "hs6_old"]
    rules = table("overrides").filter(pair)
    dropped = rules.filter(pl.col("action") == "drop")
    kept = (
        table("correlation")
        .filter(pair)
        .join(dropped.filter(pl.col("hs6_old") == "*"), on="hs6_new", how="anti")
        .join(dropped, on=key, how="anti")
    )
    added = rules.filter(pl.col("action") == "add")
    own = {(code, code) for code in table("producer_codes")["hs6"]}
    return {*kept.select(key).iter_rows(), *added.select(key).iter_rows(), *own}


@pytest.mark.parametrize("chain", CHAINS)
def test_every_code_is_in_one_family(chain: tuple[str, ...]) -> None:
    found = family_table(chain)
    for edition in chain:
        codes = found.filter(pl.col("edition") == edition)["hs6"]
        assert codes.is_unique().all()
        assert set(codes) == known_codes(edition)
    size = pl.struct("edition", "family").count().over("edition", "family")
    n_editions = pl.col("edition").n_unique().over("family")
    alone = (size.max().over("family") == 1) & (n_editions == len(chain))
    assert found.select((pl.col("exact") == alone).all()).item()


@pytest.mark.parametrize(("new", "old"), [("HS2022", "HS2017"), ("HS2017", "HS2012")])
def test_links_connect_members_of_one_family_only(new: str, old: str) -> None:
    name = {(e, c): f for e, c, f, _ in family_table((old, new)).iter_rows()}
    assert links(new, old) == _corrected(new, old)
    assert all(name[new, a] == name[old, b] for a, b in links(new, old))


@given(st.sampled_from(CHAINS), st.data())
@settings(max_examples=40)
def test_families_conserve_totals(chain: tuple[str, ...], data: st.DataObject) -> None:
    edition = data.draw(st.sampled_from(chain))
    codes = data.draw(st.lists(st.sampled_from(sorted(known_codes(edition))), unique=True))
    whole = st.integers(0, 10**12)
    values = data.draw(st.lists(whole, min_size=len(codes), max_size=len(codes)))
    flows = pl.DataFrame(
        {"edition": edition, "hs6": codes, "value": values},
        schema={"edition": pl.String, "hs6": pl.String, "value": pl.Int64},
    )
    by_family = flows.join(family_table(chain), on=["edition", "hs6"], how="left")
    assert by_family.height == flows.height
    assert by_family["family"].null_count() == 0
    assert by_family.group_by("family").agg(pl.col("value").sum())["value"].sum() == sum(values)


def test_leaks_name_both_ends() -> None:
    found = leaks()
    assert found["901380"].lost_to == found["854150"].lost_to == {"851712"}
    assert {"901380", "854150", "852990"} <= found["851712"].won_from
    for code, leak in found.items():
        assert all(code in found[other].won_from for other in leak.lost_to)
        assert all(code in found[other].lost_to for other in leak.won_from)
    assert not found.keys() & {"848210", "880320", "854231", "845710"}


@pytest.mark.parametrize(
    ("code", "options", "error", "said"),
    [
        ("880330", {}, UnknownCodeError, "exists in HS2012, HS2017"),
        ("85437", {}, UnknownCodeError, "five|5 digits"),
        ("854379", {}, UnknownCodeError, "Did you mean"),
        ("848210", {"edition": "HS2023"}, UnknownNameError, "Did you mean 'HS2022'"),
        ("848210", {"editions": ["HS2007"]}, UsageError, "HS2012, HS2017, HS2022"),
    ],
)
def test_bad_questions(code: str, options: dict, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        family(code, **options)
