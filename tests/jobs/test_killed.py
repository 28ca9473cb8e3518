"""An update that is killed at any moment ends as if nobody had disturbed it."""

from __future__ import annotations

from killing import trial


def test_killed_updates_end_like_undisturbed_ones() -> None:
    outcome = trial(3, seed=20261122)
    assert outcome.through >= 1
    assert outcome.wrong == []
