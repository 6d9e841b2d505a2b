"""Waiting for pipes and programs: within a time, up to a size, and not after it has been given up."""

import os
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

LARGEST = 1024 * 1024  # bytes; a credentials file is a few thousand
_STEP_S = 0.05  # how soon a wait notices that it has been given up


def _never() -> bool:
    return False


class Wait(NamedTuple):
    """How long a pipe or a program is waited for, and whether that has been given up meanwhile."""

    seconds: float = 5.0
    given_up: Callable[[], bool] = _never

    def until(self) -> float:
        """Return when it ends, on the monotonic clock."""
        return time.monotonic() + self.seconds


def gather(files: Sequence[int], end: float, wait: Wait) -> list[bytes]:
    """Read open files to their ends, or until one gave more than ``LARGEST``; TimeoutError when it is too late."""
    import selectors  # 2 ms, and only for pipes and programs

    content = {file: bytearray() for file in files}
    with selectors.DefaultSelector() as selector:
        for file in files:
            os.set_blocking(file, False)
            selector.register(file, selectors.EVENT_READ)
        while selector.get_map():
            if time.monotonic() >= end or wait.given_up():
                raise TimeoutError
            for key, _ in selector.select(min(_STEP_S, max(end - time.monotonic(), 0))):
                piece = os.read(key.fd, LARGEST)
                content[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
            if max(map(len, content.values())) > LARGEST:
                break
    return [bytes(content[file]) for file in files]
