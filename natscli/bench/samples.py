"""What a client of a run has done so far: counters with one writer, which others may read at any time."""

from __future__ import annotations

import time

from natscli.bench.histogram import Recorder
from natscli.bench.plan import Share

BUCKET_NS = 100_000_000  # of the time-line


class Sample:
    """The counts of one client; times are of ``time.perf_counter_ns``, which all threads share."""

    def __init__(self, share: Share) -> None:
        self.share = share
        self.sent = 0
        self.acknowledged = 0
        self.received = 0
        self.payload_bytes = 0  # of what the rate is of
        self.origin_ns = time.perf_counter_ns()  # of the time-line: from the release on, when all were released
        self.first_ns = 0
        self.last_ns = 0
        self.lost = 0
        self.duplicated = 0
        self.out_of_order = 0
        self.foreign = 0
        self.errors = 0
        self.timeline: dict[int, int] = {}  # bucket → messages
        self.latency = Recorder()
        self.timed = ""  # what the latencies are of; empty where there are none

    @property
    def done(self) -> int:
        """What the rate is of: what the server has confirmed, or what has come."""
        return self.acknowledged or self.received

    def advance(self, now_ns: int, messages: int) -> None:
        """Note that messages were done now."""
        self.last_ns = now_ns
        bucket = (now_ns - self.origin_ns) // BUCKET_NS
        self.timeline[bucket] = self.timeline.get(bucket, 0) + messages
