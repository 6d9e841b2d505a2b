"""Waiting for a condition with a deadline: the only place in the tests where anything sleeps."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_SHORTEST_S, _LONGEST_S = 0.002, 0.03  # between two looks
_PART = 0.05  # of what has been waited: a look may cost a connection, and there are not many thousands a minute

SLACK_S = 3.5  # what a loaded machine may add to a deadline; what tests are afraid of takes five seconds and more
BEFORE_TIMEOUT_S = 4.5  # of whatever does not wait for the default time-out, which is five seconds


def eventually(predicate: Callable[[], T], within: float = 30.0) -> T:
    """Return the first true value of ``predicate``; fail when there is none ``within`` seconds."""
    started = time.monotonic()
    while not (value := predicate()):
        time.sleep(_pause(started, within, predicate))
    return value


async def eventually_async(predicate: Callable[[], T], within: float = 30.0) -> T:
    """Do as ``eventually`` does, while the event loop goes on."""
    started = time.monotonic()
    while True:
        value = predicate()
        if value:
            return value
        await asyncio.sleep(_pause(started, within, predicate))


def _pause(started: float, within: float, predicate: Callable[[], object]) -> float:
    """Return the seconds until the next look; fail when it was the last."""
    waited = time.monotonic() - started
    assert waited < within, f"not within {within}s: {predicate}"
    return min(max(waited * _PART, _SHORTEST_S), _LONGEST_S)
