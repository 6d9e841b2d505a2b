"""Requests that wait for their reply, as a third party sees both go by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice, repeat


class Pending:
    """Requests by their reply subject, the oldest first."""

    def __init__(self, most: int, patience_s: float, inboxes: tuple[bytes, ...]) -> None:
        self.evicted = 0
        self.ours: tuple[bytes, ...] = ()  # beginnings of inboxes whose requests never count as unanswered
        self._most = most
        self._patience_s = patience_s
        self._inboxes = inboxes
        self._waiting: dict[bytes, tuple[bytes, float]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, subjects: Sequence[bytes], replies: Iterable[bytes], now_s: float) -> Counter[bytes]:
        """Take requests; return how many were asked on each subject.  Only replies to inboxes can be seen."""
        inboxes = self._inboxes
        asked = {
            reply: (subject, now_s)
            for subject, reply in zip(subjects, replies, strict=True)
            if reply and reply.startswith(inboxes)
        }
        for reply in asked.keys() & self._waiting.keys():  # asked anew: the reply is for the later one
            del self._waiting[reply]
        self._waiting.update(asked)
        excess = len(self._waiting) - self._most
        for reply in list(islice(self._waiting, max(excess, 0))):
            del self._waiting[reply]
            self.evicted += 1
        return Counter([subject for subject, _ in asked.values()])

    def answer(self, subjects: Sequence[bytes], now_s: float) -> Counter[tuple[bytes, float]]:
        """Take what may be replies; return how many were for which subject, with the seconds they took."""
        if not self._waiting:
            return Counter()
        found = Counter(map(self._waiting.pop, subjects, repeat(None)))
        del found[None]
        return Counter({(asked[0], now_s - asked[1]): count for asked, count in found.items() if asked is not None})

    def expire(self, now_s: float) -> Counter[bytes]:
        """Return how many requests on each subject have waited too long, and wait for them no more."""
        overdue = []
        for reply, (_, since_s) in self._waiting.items():
            if now_s - since_s < self._patience_s:
                break
            overdue.append(reply)
        gone = [(reply, self._waiting.pop(reply)[0]) for reply in overdue]
        return Counter([subject for reply, subject in gone if not reply.startswith(self.ours)])
