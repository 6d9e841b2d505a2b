"""Waiting for a condition with a deadline: the only place in the tests where anything sleeps."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_POLL_S = 0.002

SLACK_S = 2.0  # what a loaded machine may add to a deadline; what tests are afraid of takes five seconds and more
BEFORE_TIMEOUT_S = 4.5  # of whatever does not wait for the default time-out, which is five seconds


def eventually(predicate: Callable[[], T], within: float = 30.0) -> T:
    """Return the first true value of ``predicate``; fail when there is none ``within`` seconds."""
    end = time.monotonic() + within
    while not (value := predicate()):
        assert time.monotonic() < end, f"not within {within}s: {predicate}"
        time.sleep(_POLL_S)
    return value


async def eventually_async(predicate: Callable[[], T], within: float = 30.0) -> T:
    """Do as ``eventually`` does, while the event loop goes on."""
    end = time.monotonic() + within
    while not (value := predicate()):
        assert time.monotonic() < end, f"not within {within}s: {predicate}"
        await asyncio.sleep(_POLL_S)
    return value
