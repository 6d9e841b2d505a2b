"""Messages and values stored one at a time, or many with a sliding window of acknowledgements.

Acknowledgements of one stream come in order, so one reply subject serves them all, and they are counted: twice as
fast as a subject for each, which neither the server nor our scanner would have seen before.
"""

from __future__ import annotations

from dataclasses import replace

from natscli.bench.bodies import Blocks
from natscli.bench.contents import blocks_of
from natscli.bench.plan import Mode, Share
from natscli.bench.worker import Load
from natscli.bench.writing import Flights, Writer
from natscli.jetstream.document import Document
from natscli.wire.message import Run

_WINDOW_BYTES = 16 * 1024 * 1024  # without acknowledgement
_ERROR, _DUPLICATE = b'"error"', b'"duplicate"'

TIMED = "from the write of a message to the reading of its acknowledgement"
TIMED_IN_BLOCKS = (
    "of each message, from the write of its block to the reading of its acknowledgement, with up to {} without"
)
TIMED_ON_SCHEDULE = "from the moment a message was due to the reading of its acknowledgement"


class Storer(Writer):
    """``js pub sync``, ``js pub async`` and ``kv put``."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        spec = load.spec
        self._blocks: Blocks | None = None
        self._flights = Flights()
        frame_bytes = spec.size + len(load.headers) + len(spec.subject) + 64
        wanted = self.store.batch if spec.mode is Mode.JS_ASYNC else 1
        self._window = max(min(wanted, _WINDOW_BYTES // frame_bytes), 1)
        self._refilled_at = self._window * 3 // 4 if self._window > 1 and not spec.rate else self._window - 1
        if spec.sleep_s:
            self._refilled_at = 0
        timed = TIMED if self._window == 1 else TIMED_IN_BLOCKS.format(self._window)
        self.sample.timed = TIMED_ON_SCHEDULE if spec.rate else timed

    def forget(self) -> None:
        """See ``Writer``."""
        self._flights = Flights()
        share = replace(self.share, first=self.share.first + self.sample.sent)
        self._blocks = blocks_of(self.load, share, self.reply)

    def refill(self, now: int) -> None:
        """See ``Writer``."""
        if self.flying > self._refilled_at or self.idle(now):
            return
        assert self._blocks is not None
        count = min(self._window - self.flying, self.left)
        while count > 0:
            frames, messages, size = self._blocks.take(count, now)
            self._flights.add(self.times(messages, now), messages, size)
            self.send(frames, messages, now)
            count -= messages

    def answered(self, run: Run, now: int) -> None:
        """See ``Writer``."""
        count = len(run)
        text = run.payloads[0] if count == 1 else b"".join(run.payloads)
        if _ERROR in text:
            refused = [payload for payload in run.payloads if _ERROR in payload]
            for payload in refused:
                self.refused_by_stream(Document.parse(payload), 1, now)
            count -= len(refused)
        self.sample.duplicated += text.count(_DUPLICATE)
        latency, size = self.sample.latency, 0
        for began, messages, part in self._flights.land(count):
            latency.add(now - began, messages)
            size += part
        self.acknowledged(count, size, now)

    def take_back(self, messages: int) -> list[int]:
        """See ``Writer``."""
        landed = self._flights.land(messages)
        self.flying -= messages
        return [began for began, count, _ in landed for _ in range(count)]
