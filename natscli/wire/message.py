"""Messages as they come off the wire: one (``Message``), or many that arrived together (``Run``)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Message(NamedTuple):
    """One message.  Everything is bytes as received; ``reply`` and ``headers`` may be empty.

    ``headers`` is the whole block, from ``NATS/1.0`` to the blank line (``wire.headers`` reads it).
    """

    subject: bytes
    payload: bytes
    reply: bytes = b""
    headers: bytes = b""


class Run:
    """Messages of one subscription that were read together, in order, column by column.

    Columns instead of objects: a sink that only counts, or only wants payloads, touches one list.
    ``replies`` and ``headers`` are None when no message of the run has any.
    """

    __slots__ = ("headers", "payloads", "replies", "sid", "subjects")

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
        self.payloads = payloads
        self.replies = replies
        self.headers = headers

    def __len__(self) -> int:
        return len(self.payloads)

    def __iter__(self) -> Iterator[Message]:
        empty = (b"",) * len(self.payloads)
        columns = (self.subjects, self.payloads, self.replies or empty, self.headers or empty)
        return map(Message._make, zip(*columns, strict=True))

    @classmethod
    def of(cls, sid: int, messages: "Sequence[Message]") -> "Run":
        """Return the run of these messages."""
        subjects, payloads, replies, headers = zip(*messages, strict=True) if messages else ((), (), (), ())
        return cls(sid, subjects, payloads, replies if any(replies) else None, headers if any(headers) else None)

    def head(self, count: int) -> "Run":
        """Return the first ``count`` messages; the run itself when it has no more."""
        if count >= len(self.payloads):
            return self
        return Run(
            self.sid,
            self.subjects[:count],
            self.payloads[:count],
            self.replies and self.replies[:count],
            self.headers and self.headers[:count],
        )

    @property
    def payload_bytes(self) -> int:
        """The bytes of all payloads together."""
        return sum(map(len, self.payloads))


class Control(NamedTuple):
    """A protocol line that is not a message: ``op`` is PING, PONG, INFO or -ERR."""

    op: bytes
    argument: bytes
