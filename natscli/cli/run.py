"""Running a command's coroutine: signals end it within a second whatever the peer does.

The handlers are Python's own (``signal.signal``), not the event loop's: those would wait for a loop
that is stuck in a write to a full pipe.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from types import FrameType
from typing import Any, TypeVar

from natscli.cli.signals import as_last_resort, ending_signals
from natscli.errors import ExitCode, SignalledError

_T = TypeVar("_T")
Work = Callable[["asyncio.Future[int]"], Coroutine[Any, Any, _T]]


def run(work: Work[_T], *, ends_itself: bool = False, emergency: Callable[[], None] | None = None) -> _T:
    """Run ``work(stop)`` and return its result; a signal makes it raise SignalledError.

    With ``ends_itself`` the first signal completes ``stop`` (with the signal's number) and the work
    comes to its own end; otherwise it is cancelled.  The second signal, or a second without an end, ends
    the process at once, after ``emergency``.
    """
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # it reports every TLS close as a surprise
    logging.getLogger("nats").setLevel(logging.CRITICAL)  # it logs a traceback for each failed attempt
    _collect_garbage()
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_default_executor(_Impatient())
        interrupts = _Interrupts(loop, emergency, ends_itself=ends_itself)
        with interrupts:
            return runner.run(interrupts.guard(work))


def _collect_garbage() -> None:
    """Let Python look for garbage from now on, where ``natscli.__main__`` kept it from that."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class _Impatient(ThreadPoolExecutor):
    """Leaves without waiting for a thread: the one that resolves a host name may take a minute."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


class _Interrupts:
    """What SIGINT, SIGTERM and SIGHUP do while a coroutine runs; nothing outside the main thread."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, emergency: Callable[[], None] | None, *, ends_itself: bool
    ) -> None:
        self._loop = loop
        self._emergency = emergency
        self._ends_itself = ends_itself
        self._stop: asyncio.Future[int] = loop.create_future()
        self._task: asyncio.Task[Any] | None = None
        self._number = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._on_signal) for number in ending_signals()}

    def __exit__(self, *_exception: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, _pass_over if self._number else handler)  # what cleans up now is not disturbed

    async def guard(self, work: Work[_T]) -> _T:
        """Run the work; being cancelled by a signal becomes SignalledError."""
        self._task = asyncio.current_task()
        try:
            return await work(self._stop)
        except asyncio.CancelledError:
            if self._number:
                raise SignalledError(self._number) from None
            raise

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._number:
            self._leave(number)
        self._number = number
        as_last_resort(lambda: self._leave(number))
        self._loop.call_soon_threadsafe(self._end)

    def _leave(self, number: int) -> None:
        try:
            if self._emergency is not None:
                self._emergency()
        finally:
            os._exit(ExitCode.SIGNAL + number)

    def _end(self) -> None:
        if self._ends_itself:
            if not self._stop.done():
                self._stop.set_result(self._number)
        elif self._task is not None:
            self._task.cancel()


def _pass_over(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the end is under way, and the last resort behind it."""
