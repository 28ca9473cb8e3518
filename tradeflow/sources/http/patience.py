"""When to ask again, and when to give up."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from tradeflow.errors import BadAnswer, Throttled, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.sources.http.clock import Clock

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long and how often a call is tried.

    Attributes
    ----------
    attempts
        Tries of one call that fails without saying when to come back.
    first, longest
        Seconds of the first pause, and of the longest; pauses double, and each is shortened at
        random by up to half, so that many clients do not come back together.
    deadline
        Seconds after which a call is given up, however politely the source asks to wait.
    """

    attempts: int = 6
    first: float = 1.0
    longest: float = 60.0
    deadline: float = 1800.0
    chance: random.Random = field(default_factory=random.Random)

    def pause(self, attempt: int) -> float:
        """Seconds to wait after the given number of failures."""
        return min(self.first * 2.0 ** (attempt - 1), self.longest) * self.chance.uniform(0.5, 1.0)


def patiently(ask: Callable[[], T], *, clock: Clock, patience: Patience) -> T:
    """Call `ask` until it succeeds, fails for good, or patience ends.

    Raises
    ------
    Unreachable, BadAnswer
        The last failure.
    """
    start, failures = clock.elapsed(), 0
    while True:
        try:
            return ask()
        except Throttled as error:
            failure: Unreachable | BadAnswer = error
            wait = error.seconds + patience.chance.uniform(0.0, 1.0)
        except (Unreachable, BadAnswer) as error:
            failures += 1
            failure, wait = error, patience.pause(failures)
        if failures >= patience.attempts or clock.elapsed() + wait - start > patience.deadline:
            raise failure
        clock.sleep(wait)
