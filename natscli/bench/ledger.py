"""Which numbers of one sender have come: lost, come twice, come late."""

from __future__ import annotations

from bisect import bisect_right


class Ledger:
    """Follows the numbers from 0 that one receiver gets of one sender."""

    def __init__(self) -> None:
        self.received = 0  # each number once
        self.duplicated = 0
        self.out_of_order = 0
        self._next = 0
        self._missing: list[tuple[int, int]] = []  # ranges below ``_next``, in order, ends excluded

    def take(self, first: int, count: int) -> None:
        """Take numbers that follow each other."""
        if first == self._next:
            self._next += count
            self.received += count
        elif first > self._next:
            self._missing.append((self._next, first))
            self._next = first + count
            self.received += count
        else:
            late = min(count, self._next - first)
            self._late(first, first + late)
            if count > late:
                self.take(self._next, count - late)

    def lost(self, sent: int) -> int:
        """Return how many of so many have not come."""
        return max(sent, self._next) - self.received

    def _late(self, low: int, high: int) -> None:
        """Take numbers below the highest: what was missing is late, the rest has come before."""
        place = max(bisect_right(self._missing, (low, low)) - 1, 0)
        found = 0
        kept: list[tuple[int, int]] = []
        end = place
        for start, stop in self._missing[place:]:
            if start >= high:
                break
            end += 1
            found += max(min(stop, high) - max(start, low), 0)
            kept += [(a, b) for a, b in ((start, min(stop, low)), (max(start, high), stop)) if a < b]
        self._missing[place:end] = kept
        self.received += found
        self.out_of_order += found
        self.duplicated += high - low - found
