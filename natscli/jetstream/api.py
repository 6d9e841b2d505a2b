"""Requests to the JetStream API: where it is, how long to wait, what its errors mean, and lists page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import DeadlineError, NatsCliError, NoRespondersError, UsageError
from natscli.jetstream.document import Document, encode
from natscli.jetstream.errors import ApiError
from natscli.messaging.inbox import Replies
from natscli.messaging.outgoing import Letter
from natscli.messaging.request import request
from natscli.wire.message import Message

# What may be asked twice.  A cluster drops requests while it elects a leader, and says nothing.
_READS = (
    "INFO", "STREAM.INFO", "STREAM.NAMES", "STREAM.LIST", "STREAM.MSG.GET", "DIRECT.GET", "CONSUMER.INFO",
    "CONSUMER.NAMES", "CONSUMER.LIST",
)  # fmt: skip
_AGAIN_S = 2.0

_NOT_IN_NAMES = frozenset(" \t\r\n\f\v\0.*>/\\\x7f")  # they would be more than one token, or a path


class Page(NamedTuple):
    """One answer of a list: its items as they are, and which ones the cluster could not tell of."""

    items: tuple[Any, ...]
    missing: tuple[str, ...]


class Api:
    """The JetStream API of a connection's account.

    With a deadline all requests have to be answered by it; without one each has the target's time-out.
    """

    def __init__(self, connection: Connection, deadline: Deadline | None = None) -> None:
        self.connection = connection
        self.prefix = connection.target.jetstream.api
        self._deadline = deadline

    @property
    def deadline(self) -> Deadline:
        """By when a request that begins now has to be answered."""
        return self._deadline or Deadline(self.connection.target.timeout_s)

    def subject(self, operation: str) -> str:
        """Return the subject of an operation such as ``STREAM.INFO.ORDERS``."""
        return f"{self.prefix}.{operation}"

    async def ask(self, operation: str, what: str, body: Mapping[str, Any] | None = None) -> Document:
        """Return the answer to a request; ``what`` begins the message of an error.

        Raises ApiError for an answer that is one, NoRespondersError where nobody serves the API,
        DeadlineError and PermissionDeniedError.
        """
        answer = await self.exchange(operation, what, b"" if body is None else encode(body))
        try:
            document = Document.parse(answer.payload)
        except ValueError as error:
            raise NatsCliError(f"{what}: the answer of JetStream cannot be read: {error}") from None
        check(document, what)
        return document

    async def exchange(self, operation: str, what: str, body: bytes = b"", headers: bytes = b"") -> Message:
        """Return the first reply to a request, whatever is in it."""
        letter = Letter(self.subject(operation).encode("utf-8", "surrogateescape"), body, headers=headers)
        try:
            asking = request(self.connection, letter, Replies(), self.deadline, again_s=_again_s(operation))
            async with aclosing(asking) as replies:
                return (await anext(replies)).message
        except NoRespondersError as error:
            raise self.unserved(what) from error
        except DeadlineError as error:
            raise DeadlineError(
                f"{what}: JetStream did not answer: {error}", "a cluster without a leader does not answer"
            ) from error

    def unserved(self, what: str) -> NoRespondersError:
        """Return the error for nobody serving the API."""
        return NoRespondersError(
            f"{what}: JetStream is not available: nobody serves '{self.prefix}'",
            "is it enabled on the server? --js-domain and --js-api-prefix say where else it is",
        )

    async def pages(
        self, operation: str, what: str, key: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[Page]:
        """Yield the pages of a list until its end; the server gives 256 documents or 1024 names in one."""
        offset = 0
        while True:
            answer = await self.ask(operation, what, {**(body or {}), "offset": offset})
            listed = answer.raw.get(key)
            items = tuple(listed) if isinstance(listed, list) else ()
            page = Page(items, answer.texts("missing"))
            yield page
            # Of a sorted list each page is the next so many, whether or not the cluster could tell of all of them.
            offset += answer.whole("limit") or len(items)
            if offset >= answer.whole("total") or not (page.items or page.missing):
                return


def _again_s(operation: str) -> float:
    """Return after how long an operation without an answer is asked for again; 0 for what may not be done twice.

    A consumer with a name is made once, however often it is asked for.
    """
    named = operation.startswith("CONSUMER.CREATE.") and operation.count(".") > 2
    return _AGAIN_S if named or operation.startswith(_READS) else 0.0


def check(answer: Document, what: str) -> None:
    """Raise ApiError for an answer that is an error."""
    if "error" in answer.raw:
        error = answer.part("error")
        raise ApiError(what, error.whole("code"), error.whole("err_code"), error.text("description"))


def check_name(name: str, what: str) -> str:
    """Return a name that can be a token of a subject, or raise UsageError; ``what`` is ``stream``, ``consumer`` …"""
    if not name:
        raise UsageError(f"the name of the {what} is empty")
    if _NOT_IN_NAMES.intersection(name) or not name.isprintable():
        raise UsageError(f"'{name}' cannot name a {what}: no white space, and none of . * > / \\")
    return name
