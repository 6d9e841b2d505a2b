"""A muxed inbox: one wildcard subscription for a connection, shared by all requests in flight.

A reply finds its request by the last token of its subject.  What comes for nobody, such as a reply behind
its deadline, is passed over.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol
from weakref import WeakKeyDictionary

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import ConnectionLostError, NoRespondersError, PermissionDeniedError
from natscli.text.sanitise import safe_bytes
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message, Run

_NO_RESPONDERS = 503
_LATE_S = 0.05  # a timer later than this found the loop held up, and replies perhaps still unread


class Reply(NamedTuple):
    """A reply and the seconds since its request."""

    message: Message
    rtt_s: float


@dataclass(frozen=True, slots=True)
class Replies:
    """How many replies to wait for, and how long after the last one (seconds).

    A ``count`` of 0 takes all until the deadline; with ``until_empty``, until an empty one, which is not yielded.
    """

    count: int = 1
    gap_s: float = 0.3
    until_empty: bool = False


class Expecting(Protocol):
    """What waits for replies to an address: an ``Exchange``, or who keeps no clock for each."""

    @property
    def shown(self) -> str:
        """The subject of the request, fit for a terminal."""

    def take(self, message: Message, now: float, /) -> None:
        """Take a reply."""

    def end(self, error: Exception | None = None, /) -> None:
        """Wait for no more, because of ``error``."""


class Exchange:
    """One request in flight: its replies so far, and how it ended.

    ``changed`` is told of each reply, with the bytes it brought, and of the end.
    """

    __slots__ = (
        "_changed", "_excused", "_forget", "_seen", "_timer", "_total_s", "_wanted", "deadline", "done", "error",
        "number", "replies", "sent", "subject",
    )  # fmt: skip

    def __init__(
        self, number: int, subject: bytes, wanted: Replies, changed: "Callable[[Exchange, int], None]"
    ) -> None:
        self.number = number
        self.subject = subject
        self.replies: list[Reply] = []  # not taken yet by whoever shows them
        self.done = False
        self.error: Exception | None = None
        self.sent = 0.0
        self.deadline: Deadline | None = None
        self._wanted = wanted
        self._changed = changed
        self._seen = 0
        self._total_s = 0.0
        self._excused = False
        self._timer: asyncio.TimerHandle | None = None
        self._forget: Callable[[], object] | None = None

    @property
    def shown(self) -> str:
        """The subject, fit for a terminal."""
        return safe_bytes(self.subject, multiline=False)

    def begin(self, sent: float, deadline: Deadline, forget: Callable[[], object]) -> None:
        """Start the clocks: the request goes out now.  ``forget`` is called at the end."""
        self.sent, self.deadline, self._forget = sent, deadline, forget
        self._wait(deadline.remaining())

    def take(self, message: Message, now: float) -> None:
        """Take a reply; one that completes the request ends it."""
        if message.headers and not message.payload and parse_headers(message.headers).status == _NO_RESPONDERS:
            self.end(NoRespondersError(f"nobody serves '{self.shown}'"))
            return
        wanted = self._wanted
        if wanted.until_empty and not message.payload:
            self.end()
            return
        reply = Reply(message, now - self.sent)
        self.replies.append(reply)
        self._seen += 1
        self._total_s += reply.rtt_s
        if self._seen == wanted.count:
            self.end(brought=len(message.payload))
            return
        if wanted.count:
            assert self.deadline is not None
            self._wait(min(self.deadline.remaining(), self._total_s / self._seen + wanted.gap_s))
        self._changed(self, len(message.payload))

    def end(self, error: Exception | None = None, *, brought: int = 0) -> None:
        """Wait for no more; what still comes is passed over."""
        if self.done:
            return
        self.done, self.error = True, error
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._forget is not None:
            self._forget()
            self._forget = None
        self._changed(self, brought)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        self._timer = loop.call_at(due, self._missed, due)

    def _missed(self, due: float) -> None:
        """Time is up; but where the loop was held up, as by a full pipe, what has come is read first."""
        if not self._excused and asyncio.get_running_loop().time() - due > _LATE_S:
            self._excused = True
            self._wait(_LATE_S)
            return
        assert self.deadline is not None
        if self._seen and not self._wanted.until_empty:
            self.end()
        else:
            self.end(self.deadline.missed(f"no {'empty ' if self._seen else ''}reply on '{self.shown}'"))


class Inbox:
    """The requests in flight on a connection, by the token of their reply subject; ``take`` is the sink."""

    def __init__(self, prefix: str) -> None:
        self.subject = f"{prefix}.*"
        self.prefix = prefix.encode() + b"."
        self._issued = 0
        self._waiting: dict[bytes, Expecting] = {}
        self._told: set[str] = set()  # refusals so far; the server repeats one for each request

    def __len__(self) -> int:
        return len(self._waiting)

    def address(self) -> bytes:
        """Return a reply subject that was not used before."""
        self._issued += 1
        return self.prefix + b"%d" % self._issued

    def expect(self, address: bytes, exchange: Expecting) -> Callable[[], object]:
        """Give replies to ``address`` to this exchange, until what is returned is called."""
        token = address.rpartition(b".")[2]
        self._waiting[token] = exchange
        return partial(self._waiting.pop, token, None)

    def take(self, run: Run) -> None:
        """Give each reply to its request."""
        now = time.perf_counter()
        waiting = self._waiting
        for message in run:
            exchange = waiting.get(message.subject.rpartition(b".")[2])
            if exchange is not None:
                exchange.take(message, now)

    def fail(self, error: Exception) -> None:
        """End all requests in flight."""
        for exchange in list(self._waiting.values()):
            exchange.end(error)

    def refused(self, error: PermissionDeniedError) -> bool:
        """End the requests that a refusal is about, and return whether it is about any.

        Those are the ones on the subject it names, or all when it names the inbox or nothing.
        """
        subject = error.subject
        everything = subject in ("", self.subject)
        about = [exchange for exchange in self._waiting.values() if everything or exchange.shown == subject]
        if about:
            self._told |= {subject, *(exchange.shown for exchange in about)}  # which may be refused as well
        for exchange in about:
            exchange.end(error)
        return everything or subject in self._told

    def over(self, ended: "asyncio.Future[Exception | None]") -> None:
        """End all requests: the connection has ended."""
        reason = None if ended.cancelled() else ended.result()
        self.fail(reason or ConnectionLostError("the connection was closed while a reply was waited for"))


_inboxes: WeakKeyDictionary[Connection, Inbox] = WeakKeyDictionary()


async def inbox_of(connection: Connection) -> Inbox:
    """Return the connection's inbox; the first call subscribes."""
    inbox = _inboxes.get(connection)
    if inbox is None:
        inbox = _inboxes[connection] = Inbox(connection.new_inbox())
        try:
            await connection.subscribe_bulk(inbox.subject, inbox.take)
        except BaseException:
            _inboxes.pop(connection, None)
            raise
        connection.ended.add_done_callback(inbox.over)
    return inbox


def known_inbox(connection: Connection) -> Inbox | None:
    """Return the connection's inbox, where there has been a reason for one."""
    return _inboxes.get(connection)


def forget_if_refused(connection: Connection, error: PermissionDeniedError) -> None:
    """Let the next request subscribe anew, and be refused itself, where the refusal is of the inbox."""
    inbox = _inboxes.get(connection)
    if inbox is not None and inbox.subject == error.subject:
        del _inboxes[connection]
