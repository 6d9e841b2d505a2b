"""The last few messages of each subject, within a budget of bytes.

Over budget, a subject that gets another gives its own oldest, so that a flood does not take the last
word of a quiet one; where it has no other, the subject that has been still for longest gives.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

_OBJECTS = 400  # bytes that a kept message takes beside its own

Columns: TypeAlias = tuple[bytes, bytes, bytes, bytes]  # subject, payload, reply, headers
_Held: TypeAlias = list[tuple[float, Columns]]  # a deque would take 600 bytes for each subject


class Keeping:
    """Messages by key."""

    def __init__(self, budget: int, each: int) -> None:
        self.size = 0
        self.evicted = 0
        self._budget = budget
        self._each = each
        self._held: OrderedDict[bytes, _Held] = OrderedDict()  # a dict would look for its first at length

    def add(self, key: bytes, now_s: float, columns: Columns) -> None:
        """Keep a message."""
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = []
        else:
            self._held.move_to_end(key)
        held.append((now_s, columns))
        self.size += _OBJECTS + sum(map(len, columns))
        if len(held) > self._each:
            self._shorten(held)
        while self.size > self._budget:
            giving = key if len(held) > 1 else next(iter(self._held))
            self._shorten(self._held[giving])
            self.evicted += 1
            if not self._held[giving]:
                del self._held[giving]

    def of(self, key: bytes) -> list[tuple[float, Columns]]:
        """Return what is kept of a subject, the oldest first."""
        return list(self._held.get(key, ()))

    def forget(self, key: bytes) -> None:
        """Let a subject's messages go."""
        held = self._held.pop(key, None)
        while held:
            self._shorten(held)

    def _shorten(self, held: _Held) -> None:
        self.size -= _OBJECTS + sum(map(len, held.pop(0)[1]))
