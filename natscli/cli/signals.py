"""SIGINT, SIGTERM and SIGHUP from the first line on: one interruption, then a moment to clean up, then the end.

While a coroutine runs, ``natscli.cli.run`` takes them over.
"""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from natscli.errors import ExitCode

GRACE_S = 0.9  # from the first signal to the end, done or not
_SLICES = 9


def ending_signals() -> list[int]:
    """Return the signals that end a command: Ctrl-C, a polite kill, and a closed terminal unless under nohup."""
    hang_up: int | None = getattr(signal, "SIGHUP", None)  # not on Windows
    if hang_up is None or signal.getsignal(hang_up) == signal.SIG_IGN:
        return [signal.SIGINT, signal.SIGTERM]
    return [signal.SIGINT, signal.SIGTERM, hang_up]


def as_last_resort(end: Callable[[], None]) -> None:
    """Call ``end`` when the grace is over, unless the process has ended.

    The grace is of time in which the process runs: a machine that stands still takes one slice of it at most.
    """

    def wait() -> None:
        for _ in range(_SLICES):
            time.sleep(GRACE_S / _SLICES)
        end()

    threading.Thread(target=wait, daemon=True).start()


def leave(code: int) -> None:
    """End the process now, having done what was registered for its end, such as stopping a local server.

    What is left of the interpreter has nothing to do, and takes 10 ms for it.
    """
    atexit._run_exitfuncs()  # noqa: SLF001 - os._exit passes them over
    os._exit(code)


class Interrupter:
    """Raises KeyboardInterrupt at the first signal, and lets no other disturb the cleaning up.

    Not an error of ours: somebody's ``except Exception`` would swallow that.  Python itself swallows this one
    in a ``__del__`` or the callback of a weak reference (``import`` has some): then the last resort ends it all.
    """

    def __init__(self) -> None:
        self.number = 0  # of the first signal
        self.over = False  # nothing is left to interrupt

    def install(self) -> None:
        """Answer the signals from now on."""
        sys.unraisablehook = self._tell_unless_interrupted
        for number in ending_signals():
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self.number or self.over:
            return
        self.number = number
        as_last_resort(lambda: leave(ExitCode.SIGNAL + number))
        raise KeyboardInterrupt

    def _tell_unless_interrupted(self, swallowed: sys.UnraisableHookArgs) -> None:
        """Pass over what the interruption left half made: an event loop without its fields complains at its end."""
        if not self.number:
            sys.__unraisablehook__(swallowed)
