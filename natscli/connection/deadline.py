"""One deadline over several waits."""

import time

from natscli.errors import DeadlineError
from natscli.text.durations import format_duration


class Deadline:
    """A point in time by which all of something is to be done."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, never less than a millisecond."""
        return max(self._end - time.monotonic(), 0.001)

    @property
    def is_over(self) -> bool:
        """Whether the point in time has passed."""
        return time.monotonic() >= self._end

    def missed(self, what: str) -> DeadlineError:
        """Return the error that says ``what`` did not happen in time."""
        return DeadlineError(f"{what} within {format_duration(self.seconds)}")
