"""Messages as they come off the wire: one (``Message``), or many that arrived together (``Run``)."""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from struct import Struct
from typing import Any, NamedTuple, overload

from natscli.wire.stretch import Frames


class Message(NamedTuple):
    """One message.  Everything is bytes as received; ``reply`` and ``headers`` may be empty.

    ``headers`` is the whole block, from ``NATS/1.0`` to the blank line (``wire.headers`` reads it).
    """

    subject: bytes
    payload: bytes
    reply: bytes = b""
    headers: bytes = b""


class Repeated(Sequence[bytes]):
    """One value, so many times, in the room of one."""

    __slots__ = ("_count", "value")

    def __init__(self, value: bytes, count: int) -> None:
        self.value = value
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        return repeat(self.value, self._count)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        places = range(self._count)[index]
        return self.value if isinstance(places, int) else Repeated(self.value, len(places))


class Run:
    """Messages of one subscription that were read together, in order, column by column.

    Columns instead of objects: a sink that only counts, or only wants payloads, touches one list.
    ``replies`` and ``headers`` are None when no message of the run has any.
    """

    __slots__ = ("_count", "_frames", "_headers", "_payloads", "replies", "sid", "subjects")

    def __init__(
        self,
        sid: int,
        subjects: Sequence[bytes],
        payloads: Sequence[bytes],
        replies: Sequence[bytes] | None = None,
        headers: Sequence[bytes] | None = None,
    ) -> None:
        self.sid = sid
        self.subjects = subjects
        self.replies = replies
        self._payloads: Sequence[bytes] | None = payloads
        self._headers = headers
        self._frames: Frames | None = None
        self._count = len(payloads)

    @classmethod
    def of(cls, sid: int, messages: "Sequence[Message]") -> "Run":
        """Return the run of these messages."""
        subjects, payloads, replies, headers = zip(*messages, strict=True) if messages else ((), (), (), ())
        return cls(sid, subjects, payloads, replies if any(replies) else None, headers if any(headers) else None)

    @classmethod
    def of_frames(cls, sid: int, subject: bytes, reply: bytes, frames: Frames) -> "Run":
        """Return the run of a stretch; payloads and headers are cut out when they are asked for."""
        run = cls(sid, Repeated(subject, frames.count), (), Repeated(reply, frames.count) if reply else None)
        run._payloads = None
        run._frames = frames
        run._count = frames.count
        return run

    @property
    def subject(self) -> bytes | None:
        """The subject of all messages, where it is known to be one."""
        return self.subjects.value if isinstance(self.subjects, Repeated) else None

    @property
    def payloads(self) -> Sequence[bytes]:
        """What the messages carry."""
        if self._payloads is None:
            assert self._frames is not None
            self._payloads = self._frames.payloads()
        return self._payloads

    @property
    def headers(self) -> Sequence[bytes] | None:
        """The header blocks, empty where a message has none."""
        if self._headers is None and self._frames is not None and self._frames.header_size:
            self._headers = self._frames.headers()
        return self._headers

    @property
    def payload_bytes(self) -> int:
        """The bytes of all payloads together."""
        if self._frames is not None:
            return self._count * (self._frames.size - self._frames.header_size)
        return sum(map(len, self.payloads))

    def leading(self, form: str) -> tuple[Any, ...]:
        """Return the fields of a struct ``form`` (network order) that payloads begin with, one after another.

        Payloads that are shorter are passed over.
        """
        shape = Struct("!" + form)
        if self._frames is None:
            long_enough = [payload for payload in self.payloads if len(payload) >= shape.size]
            return tuple(chain.from_iterable(map(shape.unpack_from, long_enough)))
        short = self._frames.size - self._frames.header_size < shape.size
        return () if short else self._frames.leading(form)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Message]:
        empty = (b"",) * self._count
        columns = (self.subjects, self.payloads, self.replies or empty, self.headers or empty)
        return map(Message._make, zip(*columns, strict=True))

    def head(self, count: int) -> "Run":
        """Return the first ``count`` messages; the run itself when it has no more."""
        if count >= self._count:
            return self
        count = max(count, 0)
        replies = self.replies and self.replies[:count]
        if self._frames is not None:
            reply = replies[0] if replies else b""
            return Run.of_frames(self.sid, self.subjects[0], reply, self._frames.head(count))
        headers = self.headers and self.headers[:count]
        return Run(self.sid, self.subjects[:count], self.payloads[:count], replies, headers)

    def tail(self, count: int) -> "Run":
        """Return the last ``count`` messages; the run itself when it has no more."""
        start = self._count - max(count, 0)
        if start <= 0:
            return self
        replies = self.replies and self.replies[start:]
        if self._frames is not None:
            reply = self.replies[0] if self.replies else b""
            return Run.of_frames(self.sid, self.subjects[0], reply, self._frames.tail(self._count - start))
        headers = self.headers and self.headers[start:]
        return Run(self.sid, self.subjects[start:], self.payloads[start:], replies, headers)


class Control(NamedTuple):
    """A protocol line that is not a message: ``op`` is PING, PONG, INFO or -ERR."""

    op: bytes
    argument: bytes
