"""The messages of what is selected, as they come: the last few hundred, and a word on how many more there were."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Sequence

from natscli.traffic.values import Kept
from natscli.wire.message import Message, Run

_OF_A_RUN = 200  # messages of one run that are looked at; the others are counted as passed over
_KEPT = 500
_LARGEST = 256 * 1024  # bytes of a payload that is kept here


class Ring:
    """Messages of one path: a subject, a family with ``*``, or a branch with all below it."""

    def __init__(self) -> None:
        self.path = ""
        self.kept: deque[Kept] = deque(maxlen=_KEPT)
        self.seen = 0  # since the path was chosen
        self.passed_over = 0  # messages that came too fast to be looked at one by one
        self.keep: Callable[[Message], bool] | None = None  # what is wanted of them
        self._matches = _pattern("").match

    def choose(self, path: str) -> None:
        """Collect the messages of another path."""
        if path != self.path:
            self.path = path
            self._matches = _pattern(path).match
            self.clear()

    def seed(self, kept: Sequence[Kept]) -> None:
        """Begin with messages that have come before, if there are none yet."""
        if not self.kept:
            self.kept.extend(kept)
            self.seen = len(self.kept)

    def clear(self) -> None:
        """Forget what has come."""
        self.kept.clear()
        self.seen = self.passed_over = 0

    def take(self, run: Run, now_s: float) -> None:
        """Keep what is of the path among the last messages of a run."""
        if not self.path or (run.subject is not None and not self._matches(run.subject)):
            return
        last = run.tail(_OF_A_RUN)
        self.passed_over += len(run) - len(last)
        for message in last:
            if (
                self._matches(message.subject)
                and len(message.payload) <= _LARGEST
                and (self.keep is None or self.keep(message))
            ):
                self.kept.append(Kept(now_s, message))
                self.seen += 1


def _pattern(path: str) -> re.Pattern[bytes]:
    tokens = path.encode("utf-8", "surrogateescape").split(b".")
    if tokens[-1] == b">":
        tokens.pop()
    parts = [b"[^.]+" if token == b"*" else re.escape(token) for token in tokens]
    return re.compile(rb"\.".join(parts) + rb"(?:\.|\Z)", re.DOTALL)
