"""Two steps that no signal may come between."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # the last is not on Windows


@contextmanager
def signals_held() -> Iterator[None]:
    """Hold back what ends us until the block is done; then it takes its course.

    Python handlers stand in for the ones in place, so that a child started meanwhile inherits nothing
    unusual.  Outside the main thread, which alone runs handlers, nothing needs to be done.
    """
    came: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        replaceable = [number for number in numbers if signal.getsignal(number) not in (None, signal.SIG_IGN)]
        before = {number: signal.signal(number, note) for number in replaceable}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)
