"""Atomic batches (ADR-50): all messages of one are stored, or none, and its last is acknowledged for all.

Where messages do not differ, neither do batches: one that is committed leaves its id free, so the frames of a whole
batch are made once.
"""

from __future__ import annotations

import uuid

from natscli.bench.contents import Content, Contents, more_headers
from natscli.bench.plan import Share
from natscli.bench.worker import Load
from natscli.bench.writing import Writer
from natscli.jetstream.document import Document
from natscli.wire.encode import pub
from natscli.wire.message import Run

TIMED = "of each batch, from the write of its first message to the reading of its one acknowledgement"
TIMED_ON_SCHEDULE = "of each batch, from the moment its first message was due to the reading of its one acknowledgement"


class AtomicStorer(Writer):
    """``js pub atomic``: one batch behind the other, or ``in_flight`` of them at once."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        self._contents: Contents | None = None
        self._id = b""
        self._free: list[bytes] = []  # reply subjects, and so ids, that no batch has
        self._whole: dict[bytes, bytes] = {}  # by reply subject: the frames of a whole batch, where all are alike
        self._batches: dict[bytes, tuple[int, int, int]] = {}  # under way: time, messages, bytes
        self.sample.timed = TIMED_ON_SCHEDULE if load.spec.rate else TIMED

    def forget(self) -> None:
        """See ``Writer``; ids are new, as batches that were broken off are known to the server for a while."""
        self._contents = self._contents or Contents(self.load, self.share)
        self._id = uuid.uuid4().hex[:16].encode()
        self._free = [b"%b.%d" % (self.reply, slot) for slot in range(self.load.spec.in_flight)]
        self._whole.clear()
        self._batches.clear()

    def refill(self, now: int) -> None:
        """See ``Writer``."""
        if (self.load.spec.sleep_s and self.flying) or self.idle(now):
            return
        while self._free and (count := self._next_size()):
            address = self._free.pop()
            frames, size = self._frames(address, count)
            self._batches[address] = (min(self.times(count, now)), count, size)
            self.send(frames, count, now)

    def _next_size(self) -> int:
        """Return how many messages the next batch has; on a schedule, none before all of it is due."""
        whole = self.store.batch
        if self.share.msgs:
            whole = min(whole, self.share.msgs - self.sample.sent)
        return whole if self.left >= whole else 0

    def _frames(self, address: bytes, count: int) -> tuple[bytes, int]:
        assert self._contents is not None
        same = self._contents.same
        if same is None:
            contents = self._contents.take(count)
            return self._made(address, contents), sum(len(content.payload) for content in contents)
        size = count * len(same.payload)
        if count < self.store.batch:
            return self._made(address, [same] * count), size
        if address not in self._whole:
            self._whole[address] = self._made(address, [same] * count)
        return self._whole[address], size

    def _made(self, address: bytes, contents: list[Content]) -> bytes:
        """Return the frames of a batch; only the last one asks for an answer."""
        own = b"%b-%b" % (self._id, address.rpartition(b".")[2])
        frames = []
        for number, (subject, payload, headers) in enumerate(contents, 1):
            lines = b"Nats-Batch-Id: %b\r\nNats-Batch-Sequence: %d" % (own, number)
            if number < len(contents):
                frames.append(pub(subject, payload, b"", more_headers(headers, lines)))
            else:
                frames.append(
                    pub(subject, payload, address, more_headers(headers, lines + b"\r\nNats-Batch-Commit: 1"))
                )
        return b"".join(frames)

    def _is_current(self, run: Run) -> bool:
        return all(subject in self._batches for subject in run.subjects)

    def answered(self, run: Run, now: int) -> None:
        """See ``Writer``."""
        for message in run:
            batch = self._batches.get(message.subject)
            if batch is None:
                continue
            document = Document.parse(message.payload)
            if document.part("error"):
                self._batches = {message.subject: batch, **self._batches}  # the first to be taken back
                self.refused_by_stream(document, batch[1], now)
                continue
            began, count, size = self._batches.pop(message.subject)
            self._free.append(message.subject)
            self.sample.latency.add(now - began)
            self.acknowledged(count, size, now)

    def late(self, payload: bytes, now: int) -> None:
        """See ``Writer``."""
        count = Document.parse(payload).whole("count")
        self.sample.acknowledged += count
        self.sample.payload_bytes += count * self.load.spec.size
        self.sample.advance(now, count)

    def unserved(self, subject: bytes, now: int) -> None:
        """See ``Writer``."""
        batch = self._batches.get(subject)
        if batch is not None:
            self._batches = {subject: batch, **self._batches}
            self._hold(batch[1], now)

    def take_back(self, messages: int) -> list[int]:
        """See ``Writer``: of the first batch, whose id is left for a new one, as its messages may be staged."""
        address = next(iter(self._batches))
        began, count, _ = self._batches.pop(address)
        self._free.append(address)
        self._whole.pop(address, None)
        self._id = uuid.uuid4().hex[:16].encode()
        self.flying -= count
        return [began] * count
