"""Whether two screens say the same, to the last bit."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from tradeflow.detect.monthly.screen import ScreenResult


def assert_same_screen(one: ScreenResult, other: ScreenResult) -> None:
    """Compare every attribute; the arrays bit by bit."""
    assert one.shifted.any(), "two screens that find nothing show nothing"
    for field in fields(one):
        ours, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(ours, np.ndarray):
            np.testing.assert_array_equal(ours, theirs, strict=True, err_msg=field.name)
        elif field.name == "keys":
            assert ours.equals(theirs)
        else:
            assert ours == theirs
