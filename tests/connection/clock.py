"""A clock that counts waiting alone: no deadline passes while a machine stands still, or somebody has work to do."""

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

_MOST_WORK_S = 30.0  # beside the waiting: what tests are afraid of never ends


class _Waiting(selectors.DefaultSelector):
    """Counts the seconds in which nothing happened."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(timeout)
        if not ready and timeout:
            self.seconds += timeout
        return ready


class WaitingLoop(asyncio.SelectorEventLoop):
    """An event loop with that clock: a time-out comes when all there was to do has been done, and not before."""

    def __init__(self) -> None:
        self._waiting = _Waiting()
        super().__init__(self._waiting)

    def time(self) -> float:
        """The seconds waited so far."""
        return self._waiting.seconds


def run_waiting(work: Coroutine[Any, Any, T]) -> T:
    """Do as ``asyncio.run`` does, on a ``WaitingLoop``; the work beside the waiting has its bounds too."""
    started = time.monotonic()
    with asyncio.Runner(loop_factory=WaitingLoop) as runner:
        result = runner.run(work)
        assert time.monotonic() - started < runner.get_loop().time() + _MOST_WORK_S
    return result


@contextmanager
def waiting_loops(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], float]]:
    """Have event loops made within a block be such ones; gives the seconds waited on all of them."""
    loops: list[WaitingLoop] = []

    def make() -> WaitingLoop:
        loops.append(WaitingLoop())
        return loops[-1]

    def waited_in_all() -> float:
        return sum(loop.time() for loop in loops)

    started = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(asyncio.events, "new_event_loop", make)
        yield waited_in_all
    assert time.monotonic() - started < waited_in_all() + _MOST_WORK_S


def waited() -> float:
    """The seconds that were waited so far on the loop that runs."""
    return asyncio.get_running_loop().time()
