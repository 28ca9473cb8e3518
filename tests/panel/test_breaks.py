"""How much of a code's trade may have leaked when its reporter changed to a new edition."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import CHANGE, table

import tradeflow as tf
from tradeflow.nomenclature.restated import Leak, leaks
from tradeflow.panel.breaks import leak_bound
from tradeflow.panel.states import State


@pytest.mark.parametrize(
    ("level", "bound"),
    [
        ({"A": (100, 50)}, 0.0),
        ({"A": (100, 50), "lost": (0, 5)}, 0.1),
        ({"A": (100, 50), "won": (20, 0)}, 0.2),
        ({"A": (100, 50), "lost": (7, 5), "won": (20, 7)}, 0.3),
        ({"A": (100, 0), "lost": (0, 5)}, float("inf")),
        ({"A": (0, 50), "won": (5, 0)}, float("inf")),
        ({"A": (0, 0)}, 0.0),
    ],
)
def test_the_bound_by_hand(level: dict[str, tuple[float, float]], bound: float) -> None:
    """What receivers trade after over own trade after, plus what givers traded before."""
    leaking = {"A": Leak(frozenset({"lost"}), frozenset({"won"}), ends=False)}
    assert leak_bound("A", leaking, level) == pytest.approx(bound)


def test_a_code_that_nothing_is_restated_as_ends() -> None:
    assert leaks()["300219"] == Leak(frozenset(), frozenset(), ends=True)
    assert leak_bound("300219", leaks(), {"300219": (1.0, 1.0)}) == float("inf")


@pytest.mark.parametrize(
    ("telephones", "broken", "note"),
    [
        (0.0, False, "at most 0% moved to or from 851712 in 2022"),
        (9.9, False, "at most 10% moved to or from 851712 in 2022"),
        (10.1, True, "not comparable from 2022, restated with trade of 851712"),
        (900.0, True, "not comparable from 2022, restated with trade of 851712"),
    ],
)
def test_a_leak_of_a_tenth_is_the_limit(telephones: float, broken: bool, note: str) -> None:  # noqa: FBT001
    values = np.full((2, 7), 100.0)
    values[1] = telephones
    found = tf.panel(table(values, ["901380", "851712"]), by="hs6")
    row = found.row("901380")
    assert (found.state[row, CHANGE:] == State.BREAK).all() == broken
    assert (found.state[row, :CHANGE] == State.ESTIMATED).all()
    assert found.keys["flags"][row] == note
    np.testing.assert_array_equal(found.values[row], 100.0)  # marked, not erased


def test_no_change_of_edition_no_break() -> None:
    found = tf.panel(table(np.full((2, 5), 100.0), ["901380", "851712"]), by="hs6")
    assert found.counts()["BREAK"] == 0
    assert found.keys["flags"].to_list() == ["", ""]
