"""States of a cell. Late is not zero, and a code break is not a fall."""

from __future__ import annotations

from enum import IntEnum


class State(IntEnum):
    """What is known about one cell of a panel."""

    REPORTED = 0
    ZERO = 1  # the period is released and does not list the cell
    NOT_RELEASED = 2  # the period is not released: nothing is known
    WITHHELD = 3  # released, but confidential or not certified as zero
    ESTIMATED = 4  # reconciled or estimated by the producer
    MIRROR = 5  # from the partner's report
    BREAK = 6  # not comparable with the periods before the classification changed
