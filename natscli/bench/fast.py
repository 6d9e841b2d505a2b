"""Fast batches (ADR-50, since nats-server 2.14): one batch for the whole run, acknowledged as it goes.

The server says how many messages an acknowledgement is for, and a client keeps at most ``outstanding`` times as many
under way.  A place in the batch is in each message's reply subject; a gap ends the batch, and a new one begins.
"""

from __future__ import annotations

import uuid

from natscli.bench.contents import Contents
from natscli.bench.plan import Share
from natscli.bench.worker import Load
from natscli.bench.writing import Flights, Writer
from natscli.jetstream.document import Document
from natscli.jetstream.errors import LEADERLESS
from natscli.wire.encode import pub
from natscli.wire.message import Message, Run

_UNKNOWN = 10208  # of a batch
_START, _APPEND, _COMMIT = 0, 1, 2
_FIRST = 500  # messages for an acknowledgement, the server's own bound, until it says how many

TIMED = "of each message, from the write of those that one acknowledgement is for to the reading of that"
TIMED_ON_SCHEDULE = "from the moment a message was due to the reading of the acknowledgement that covers it"


class FastStorer(Writer):
    """``js pub fast``."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        self._contents: Contents | None = None
        self._flights = Flights()
        self._flow = min(self.store.batch, _FIRST)
        self._sent = self._stored = 0  # places in the batch
        self._committed = False
        self.sample.timed = TIMED_ON_SCHEDULE if load.spec.rate else TIMED

    def forget(self) -> None:
        """See ``Writer``."""
        self._contents = self._contents or Contents(self.load, self.share)
        self._flights = Flights()
        self._sent = self._stored = 0
        self._committed = False
        self.reply += b".%b.%d.fail." % (uuid.uuid4().hex[:22].encode(), self.store.batch)

    def refill(self, now: int) -> None:
        """See ``Writer``."""
        if (self.load.spec.sleep_s and self.flying) or self._committed or self.idle(now):
            return
        count = min(self._flow * self.store.outstanding - self.flying, self.left)
        if count <= 0:
            return  # fewer than a whole window are sent, too: the server acknowledges behind so many, not behind each
        frames, size = self._frames(count)
        self._flights.add(self.times(count, now), count, size)
        self.send(frames, count, now)

    def _frames(self, count: int) -> tuple[bytes, int]:
        """Return the next frames; the last of the share commits the batch."""
        assert self._contents is not None
        contents = self._contents.take(count)
        places = range(self._sent + 1, self._sent + count + 1)
        self._sent += count
        ends = [_APPEND] * count
        if places[0] == 1:
            ends[0] = _START
        if self.share.msgs and self.sample.sent + count >= self.share.msgs:
            self._committed, ends[-1] = True, _COMMIT
        reply = self.reply
        frames = [
            pub(subject, payload, b"%b%d.%d.$FI" % (reply, place, end), headers)
            for place, end, (subject, payload, headers) in zip(places, ends, contents, strict=True)
        ]
        return b"".join(frames), sum(len(content.payload) for content in contents)

    def stop(self) -> None:
        """Send no more, and commit what is stored: the server would wait for the rest of the batch."""
        if self._sent and not self._committed and self.connection.is_connected and not self.refusal:
            self._committed = True
            self.connection.send(pub(self._contents_subject(), b"", b"%b%d.3.$FI" % (self.reply, self._sent + 1)))
        super().stop()

    def _contents_subject(self) -> bytes:
        assert self._contents is not None
        return self._contents.take(1)[0].subject

    def _is_current(self, run: Run) -> bool:
        return all(subject.startswith(self.reply) for subject in run.subjects)

    def answered(self, run: Run, now: int) -> None:
        """See ``Writer``."""
        for message in run:
            document = Document.parse(message.payload)
            if document.part("error"):
                self._refused(message, document, now)
            elif document.text("type") == "ack":
                self._flow = max(min(document.whole("msgs"), self.store.batch), 1)
                self._land(document.whole("seq"), now)
            elif document.text("stream"):
                self._ended(message, document.whole("count"), now)

    def _refused(self, message: Message, document: Document, now: int) -> None:
        """Take an error: from its message on nothing is stored, and the end of the batch tells of what was before."""
        if self.refusal or not self.flying:
            return  # what was on its way when the batch ended is told one by one that there is no batch
        error = document.part("error")
        if error.whole("err_code") == _UNKNOWN:  # forgotten, as by a new leader or for too long a pause
            self._begin_anew()
        elif error.whole("err_code") in LEADERLESS:
            self.unserved(message.subject, now)
        else:
            self.refuse(error, len(self._untaken_from(message.subject)))

    def _untaken_from(self, subject: bytes) -> list[int]:
        """Forget the message that was answered to ``subject`` and those behind it; return when they were sent."""
        place = int(subject[len(self.reply) :].partition(b".")[0])
        count = max(min(self._sent - place + 1, self.flying), 0)
        self.flying -= count
        return self._flights.drop(count)

    def _land(self, place: int, now: int) -> None:
        """Count the messages of the batch up to a place."""
        count = place - self._stored
        if count <= 0:
            return
        self._stored = place
        size = 0
        for began, messages, part in self._flights.land(count):
            self.sample.latency.add(now - began, messages)
            size += part
        self.acknowledged(count, size, now)

    def _ended(self, message: Message, count: int, now: int) -> None:
        """Take the end of the batch: of all, or, with a gap, of what was before it."""
        self._land(count, now)
        if (not self.stopping and self.sample.sent < self.share.msgs) or self.flying:
            self._begin_anew()

    def late(self, payload: bytes, now: int) -> None:
        """See ``Writer``: what the batch had stored is not known by message any more."""

    def unserved(self, subject: bytes, now: int) -> None:
        """See ``Writer``: nobody took anything from here on, and of what was before nothing more will be told."""
        if self.flying:
            self.put_back(self._untaken_from(subject), now)
            self._begin_anew()

    def take_back(self, messages: int) -> list[int]:
        """See ``Writer``."""
        landed = self._flights.land(messages)
        self.flying -= messages
        return [began for began, count, _ in landed for _ in range(count)]
