"""Messages and values got without a consumer (ADR-31): one at a time, or a batch behind one request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from natscli.bench.bodies import key_numbers
from natscli.bench.places import Places
from natscli.bench.plan import Share
from natscli.bench.requesting import Requester
from natscli.bench.worker import Load, Worker
from natscli.connection.client import Connection
from natscli.errors import DeadlineError, NatsCliError
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Kind, open_bucket
from natscli.jetstream.document import encode
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.stored import direct_answer
from natscli.jetstream.streams import stream_info
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe
from natscli.wire.encode import pub
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message, Run

_LOOK_S = 0.05
_END_OF_BATCH, _NOT_FOUND = 204, 404
_STATUS, _ABSENT, _REFUSED = b"NATS/1.0 ", b"NATS/1.0 404", b'"error"'

TIMED = "from the write of a request to the reading of its message"
TIMED_BY_BATCH = "of each request for up to {:,} messages, from its write to the reading of the last"


class _Getter(Requester):
    """Asks for what is kept; ``received`` counts what was there, and what was not is lost."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        assert load.spec.store is not None
        self.store = load.spec.store
        self.sample.timed = TIMED

    def _address(self) -> bytes:
        self._issued += 1
        return f"{self._prefix}.{self._issued}".encode()

    def size_of(self, run: Run, answered: int) -> int:
        """Return the bytes that came; what the leader says instead is no message."""
        if not self._is_direct:
            self._missed(sum(_REFUSED in payload for payload in run.payloads))
        return run.payload_bytes

    def look_at_headers(self, run: Run, now: int) -> None:
        """Look for answers that are no messages."""
        told = [block for block in run.headers or () if block.startswith(_STATUS)]
        if told:
            super().look_at_headers(run, now)
            self._missed(sum(block.startswith(_ABSENT) for block in told))

    def _missed(self, count: int) -> None:
        """Count answers that say that there is nothing, and are counted as received."""
        self.sample.received -= count
        self.sample.lost += count

    def way(self, stream: StreamInfo) -> bytes:
        """Return where a stream is asked: any replica that has it, or its leader alone."""
        self._is_direct = stream.config.flag("allow_direct")
        operation = "DIRECT.GET" if self._is_direct else "STREAM.MSG.GET"
        return Api(self.connection).subject(f"{operation}.{stream.name}").encode()


class SequenceGetter(_Getter):
    """``js get sync``: by sequence, from the first on, and again from the first behind the last."""

    async def look_up(self) -> None:
        """Find the stream, and whether every replica may answer or its leader alone."""
        info = await stream_info(Api(self.connection), self.store.name)
        self._subject = self.way(info)
        self._sequences = _around(info.state.whole("first_seq"), info.state.whole("last_seq"))

    def frame(self, address: bytes) -> bytes:
        """See ``Requester``."""
        return pub(self._subject, b'{"seq":%d}' % next(self._sequences), address)


class KeyGetter(_Getter):
    """``kv get``: by key."""

    async def look_up(self) -> None:
        """Find the bucket."""
        bucket = await open_bucket(Api(self.connection), Kind.VALUES, self.store.bucket)
        self._subject = self.way(bucket.info)
        self._keys = self._subjects(bucket.subjects.encode())

    def _subjects(self, prefix: bytes) -> Iterator[bytes]:
        """Yield the subjects of keys: of the client's part in turn, or of any."""
        most = self.share.msgs or self.load.spec.msgs or 1
        if self.store.keys:
            yield from (prefix + key for key in key_numbers(self.store.keys, self.share))
        while True:
            yield from (prefix + b"%d" % number for number in range(self.share.first, self.share.first + most))

    def frame(self, address: bytes) -> bytes:
        """See ``Requester``; a key that is in the subject is one that permissions can be about."""
        subject = next(self._keys)
        if self._is_direct:
            return pub(self._subject + b"." + subject, b"", address)
        return pub(self._subject, b'{"last_by_subj":"%b"}' % subject, address)


def _around(first: int, last: int) -> Iterator[int]:
    while True:
        yield from range(first, last + 1)


class BatchGetter(Worker):
    """``js get batch``: one request behind the other."""

    def __init__(self, load: Load, share: Share) -> None:
        super().__init__(load, share)
        assert load.spec.store is not None
        self._store = load.spec.store
        self._places = Places()
        self._api: Api | None = None
        self._over: asyncio.Future[None] | None = None
        self._is_whole = False
        self._inbox = b""
        self._request = 0
        self._next = 1
        self._began_ns = self._heard_ns = 0
        self._coming = False
        self.sample.timed = TIMED_BY_BATCH.format(self._store.batch)

    async def prepare(self, connection: Connection) -> None:
        """Find the stream, and subscribe to the answers."""
        await super().prepare(connection)
        self._over = asyncio.get_running_loop().create_future()
        self._api = Api(connection)
        info = await stream_info(self._api, self._store.name)
        if not info.config.flag("allow_direct"):
            raise NatsCliError(f"stream '{self._store.name}' does not allow direct gets, and so no batches of them")
        self._is_whole = self._filter in ("", ">") and not info.state.whole("num_deleted")
        self._inbox = connection.new_inbox().encode()
        await connection.subscribe_bulk(f"{self._inbox.decode()}.*", self._take)
        await connection.confirm(self.load.timeout_s)

    @property
    def _filter(self) -> str:
        return self._store.filters[0] if self._store.filters else ""

    async def run(self, start_ns: int) -> None:
        """Ask until there is no more, or the share has come."""
        assert self._over is not None
        self.sample.first_ns = self._heard_ns = start_ns
        watching = asyncio.ensure_future(self._watch())
        try:
            self._ask(start_ns)
            await self.still_there(self._over)
        finally:
            watching.cancel()
            short = self.share.msgs - self.sample.received if not self.stopping else 0
            self.sample.lost = max(short, self._places.missing if self._is_whole else 0)

    def stop(self) -> None:
        """Ask no more."""
        super().stop()
        self._end()

    def on_loss(self) -> None:
        """What was under way is asked for again."""
        self._coming = False

    def on_return(self) -> None:
        """Go on."""
        self._ask(time.perf_counter_ns())

    def _ask(self, now: int) -> None:
        """Ask for the next batch, answered to a subject of its own: what comes late is nobody's."""
        if self._coming or self.stopping or not self.connection.is_connected:
            return
        assert self._api is not None
        self._request += 1
        self._coming = True
        self._began_ns = self._heard_ns = now
        most = min(self._store.batch, self.share.msgs - self.sample.received)
        body = encode({"batch": most, "seq": self._next, "next_by_subj": self._filter or ">"})
        subject = self._api.subject(f"DIRECT.GET.{self._store.name}").encode()
        self.connection.send(pub(subject, body, b"%b.%d" % (self._inbox, self._request)))

    def _take(self, run: Run) -> None:
        """The sink."""
        if not self.begun or self._over is None or self._over.done():
            return
        now = self._heard_ns = time.perf_counter_ns()
        mine = b"%b.%d" % (self._inbox, self._request)
        if run.subject != mine:
            run = Run.of(run.sid, [message for message in run if message.subject == mine])
        headers = run.headers
        if headers is None or not len(run):
            return
        last = parse_headers(headers[-1])
        messages = run.head(len(run) - 1) if last.status else run
        if len(messages):
            self._count(messages, now)
        if last.status == _END_OF_BATCH:
            self._coming = False
            self.sample.latency.add(now - self._began_ns)
            if self.sample.received >= self.share.msgs:
                self._end()
            elif self._pause_s:
                asyncio.get_running_loop().call_later(self._pause_s, lambda: self._ask(time.perf_counter_ns()))
            else:
                self._ask(now)
        elif last.status == _NOT_FOUND:
            self._end()
        elif last.status:
            self.failure = NatsCliError(f"stream '{self._store.name}': {safe(last.description)} ({last.status})")
            self.stop()

    @property
    def _pause_s(self) -> float:
        return self.load.spec.sleep_s

    def _count(self, messages: Run, now: int) -> None:
        headers = messages.headers
        assert headers is not None
        count, sample = len(messages), self.sample
        first, last = (direct_answer(Message(b"", b"", b"", block)).sequence for block in (headers[0], headers[-1]))
        if last - first == count - 1:  # in the order of the stream, so each once
            new = self._places.take(first, count)
        else:
            sequences = [direct_answer(Message(b"", b"", b"", block)).sequence for block in headers]
            new = sum([self._places.take(sequence, 1) for sequence in sequences])
        self._next = last + 1
        sample.received += new
        sample.duplicated += count - new
        sample.payload_bytes += messages.payload_bytes
        sample.advance(now, new)

    async def _watch(self) -> None:
        """Notice silence."""
        while True:
            await asyncio.sleep(_LOOK_S)
            now = time.perf_counter_ns()
            if self._coming and self.connection.is_connected and now - self._heard_ns > self.load.timeout_s * 1e9:
                waited = format_duration(self.load.timeout_s)
                self.failure = DeadlineError(f"stream '{self._store.name}': no message within {waited}")
                self.stop()

    def _end(self) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(None)
