"""From stances to words, and what counts as a stance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tradeflow.detect.findings.stance import AGREES, DISAGREES, UNDECIDED, Estimate, stances
from tradeflow.detect.findings.verdict import VERDICTS, Case, verdict

SILENT = "not heard: no weights"
CONFIRMED = Case(
    rule="",
    alarm=True,
    alone=True,
    along=True,
    found=True,
    falling=False,
    alike=True,
    contrast=AGREES,
    destinations=AGREES,
    donors=UNDECIDED,
    volume=AGREES,
    mirror=SILENT,
    routes=SILENT,
)
CASES = {
    "all agree": ({}, "anomalous"),
    "named by the contrast, moved along": ({"alarm": False, "alone": False}, "anomalous"),
    "named by the contrast alone": ({"alarm": False, "alone": False, "along": False}, "unusual"),
    "alone is not enough": ({"alarm": False, "contrast": UNDECIDED}, "nothing unusual"),
    "along is not enough": (
        {"alarm": False, "alone": False, "contrast": UNDECIDED},
        "nothing unusual",
    ),
    "no contrast": ({"contrast": SILENT, "destinations": SILENT}, "unusual"),
    "contrast undecided": ({"contrast": UNDECIDED}, "unusual"),
    "quantity not heard": ({"volume": SILENT}, "anomalous in value"),
    "quantity undecided": ({"volume": UNDECIDED}, "unusual"),
    "no quantity, no contrast": ({"volume": SILENT, "contrast": SILENT}, "unusual"),
    "no quantity, and donors disagree": ({"volume": SILENT, "donors": DISAGREES}, "unusual"),
    "no quantity, hubs might": (
        {"volume": SILENT, "falling": True, "routes": UNDECIDED},
        "unusual",
    ),
    "donors disagree": ({"donors": DISAGREES}, "unusual"),
    "mirror disagrees": ({"mirror": DISAGREES}, "unusual"),
    "everybody's": ({"destinations": DISAGREES}, "shared with other destinations"),
    "everybody's, but the other way": ({"destinations": DISAGREES, "alike": False}, "unusual"),
    "all goods": ({"contrast": DISAGREES}, "shared with other goods"),
    "price": ({"volume": DISAGREES}, "price, not volume"),
    "a fall that hubs carry": ({"falling": True, "routes": AGREES}, "compatible with diversion"),
    "a fall that they might": ({"falling": True, "routes": UNDECIDED}, "unusual"),
    "a fall, and no hub heard": ({"falling": True}, "unusual"),
    "a fall that they cannot": ({"falling": True, "routes": DISAGREES}, "anomalous"),
    "a rise is not diverted": ({"routes": AGREES}, "anomalous"),
    "no alarm possible": ({"alarm": None, "alone": False}, "level shift, alarm not heard"),
    "nothing to ask about": ({"alarm": None, "alone": False, "found": False}, "alarm not heard"),
    "code break": ({"rule": "not comparable across a change"}, "not comparable"),
    "thin": ({"rule": "fewer than 24 months with trade"}, "too thin"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_word_for_the_evidence(name: str) -> None:
    change, word = CASES[name]
    assert verdict(replace(CONFIRMED, **change)) == word
    assert word in VERDICTS


def test_silence_is_never_agreement() -> None:
    """Whatever is not heard, the word is never stronger than if it had agreed."""
    strength = list(VERDICTS)
    for name in ("contrast", "destinations", "donors", "volume", "mirror", "routes"):
        heard = verdict(replace(CONFIRMED, **{name: AGREES}))
        silent = verdict(replace(CONFIRMED, **{name: SILENT}))
        assert strength.index(silent) >= strength.index(heard)


def stance(own: float, change: float, half: float, *, moved: bool, rule: str = "") -> str:
    one = np.array([change])
    made = Estimate(one, one - half, one + half, np.array([moved]), np.array([rule]))
    return str(stances(made, np.array([own]))[0])


@pytest.mark.parametrize(
    ("own", "change", "half", "moved", "expected"),
    [
        (1.0, 0.9, 0.3, True, AGREES),
        (-1.0, -0.9, 0.3, True, AGREES),
        (1.0, 0.3, 0.5, False, UNDECIDED),
        (1.0, 0.1, 0.2, False, DISAGREES),  # at most 0.3 of 1.0
        (1.0, 0.2, 0.1, True, DISAGREES),  # moved the same way, but only a little
        (1.0, -0.9, 2.0, True, DISAGREES),  # moved the other way
        (-np.inf, -2.0, 1.0, True, AGREES),  # nothing left: as good as a factor of twenty
        (np.nan, 1.0, 0.1, True, UNDECIDED),
    ],
)
def test_a_witness_must_leave_half_of_the_change_possible(
    *, own: float, change: float, half: float, moved: bool, expected: str
) -> None:
    assert stance(own, change, half, moved=moved) == expected
    assert stance(own, np.nan, np.nan, moved=False, rule=SILENT) == SILENT
