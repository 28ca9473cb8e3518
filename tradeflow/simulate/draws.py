"""Random numbers with an address: what is drawn for one series never depends on another.

Every part of the world (noise, drift, prices ...) has its own key, derived from the seed and
the part's name, and every series its own block of the counter-based generator Philox. Adding a
series, an effect or a partner therefore changes no number of any other.
"""

from __future__ import annotations

import hashlib
from operator import index
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

STRIDE: Final = 2**20
"""Counter steps from one block to the next; a block holds four times as many numbers."""

_PER_STEP: Final = 4
_PERIOD: Final = 2**256
_SMALLEST: Final = 2.0**-54


class Draw(Protocol):
    """Draws uniform numbers for the series that it was made for."""

    def __call__(self, part: str, width: int) -> NDArray[np.float64]:
        """Return shape (n_series, width), strictly between 0 and 1."""
        ...


def check_seed(seed: int) -> int:
    """Return `seed` if it can seed a world, else say what can."""
    try:
        number = index(seed)
    except TypeError:
        number = -1
    if number < 0 or isinstance(seed, bool):
        raise UsageError(f"seed is {seed!r}; give a whole number of at least 0, such as seed=7.")
    return number


def in_a_row(seed: int, part: str, first: int, n_series: int, width: int) -> NDArray[np.float64]:
    """Draw for the series `first` to ``first + n_series - 1``, quickly.

    Returns
    -------
    ndarray
        Shape (n_series, width), uniform strictly between 0 and 1. A row depends on the seed, the
        part, its own number and the width, not on how many rows are drawn at once.
    """
    steps = -(-width // _PER_STEP)
    source = _philox(seed, part)
    source.advance(first * steps)
    drawn = np.random.Generator(source).random((n_series, steps * _PER_STEP))
    return np.maximum(drawn[:, :width], _SMALLEST)


def by_block(seed: int, part: str, numbers: Sequence[int], width: int) -> NDArray[np.float64]:
    """Draw for series that have numbers of their own, such as commodity codes.

    Returns
    -------
    ndarray
        Shape (len(numbers), width), uniform strictly between 0 and 1. A row depends on the seed,
        the part and its own number; a wider row begins with the narrower one.
    """
    steps = -(-width // _PER_STEP)
    source, at = _philox(seed, part), 0
    generator = np.random.Generator(source)
    out = np.empty((len(numbers), steps * _PER_STEP))
    for row, number in zip(out, numbers, strict=True):
        source.advance((number * STRIDE - at) % _PERIOD)
        generator.random(out=row)
        at = number * STRIDE + steps
    return np.maximum(out[:, :width], _SMALLEST)


def drawer(seed: int, where: str, numbers: Sequence[int]) -> Draw:
    """Make a :class:`Draw` for numbered series at one place of the world."""

    def draw(part: str, width: int) -> NDArray[np.float64]:
        return by_block(seed, f"{where} {part}", numbers, width)

    return draw


def _philox(seed: int, part: str) -> np.random.Philox:
    digest = hashlib.blake2b(part.encode(), digest_size=16).digest()
    words = tuple(int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4))
    return np.random.Philox(np.random.SeedSequence(seed, spawn_key=words))
