"""Atomic batches (ADR-50): a stream stores all of some messages, one behind the other, or none of them."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterable, Iterable

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.errors import ConnectionLostError, DeadlineError, NatsCliError, NoRespondersError
from natscli.jetstream.outcome import Stored
from natscli.jetstream.puback import PubAck, read_ack
from natscli.messaging.inbox import Replies
from natscli.messaging.outgoing import Letter
from natscli.messaging.request import request
from natscli.text.sizes import plural
from natscli.wire.headers import extend_headers
from natscli.wire.message import Message

_FEW_BYTES = 64 * 1024  # written at once
_NEEDED = (2, 12)  # servers before that would store the messages one by one


class AtomicBatch:
    """One batch on one connection.  ``wait_s`` bounds each wait on the server.

    Messages go out as they come, and the last one commits them: what fails before that stores nothing.
    """

    def __init__(self, connection: Connection, wait_s: float) -> None:
        self.outcome = Stored()
        self._connection = connection
        self._wait_s = wait_s
        self._id = uuid.uuid4().hex
        self._frames: list[bytes] = []
        self._size = 0

    async def send_all(self, batches: AsyncIterable[Iterable[Letter]]) -> Stored:
        """Store what comes; raises NatsCliError, and then nothing is stored, unless the error says otherwise."""
        self._check_server()
        last: Letter | None = None
        async for batch in batches:
            for letter in batch:
                if last is not None:
                    await self._add(last)
                last = letter
        if last is None:
            raise NatsCliError("no messages to publish")
        ack = await self._commit(last)
        self.outcome.messages, self.outcome.first, self.outcome.last = self.outcome.sent, ack, ack
        return self.outcome

    def _check_server(self) -> None:
        version = str(self._connection.info.get("version", ""))
        numbers = tuple(int(part) for part in version.split(".")[:2] if part.isascii() and part.isdigit())
        if numbers and numbers < _NEEDED:
            raise NatsCliError(f"atomic batch publishing requires NATS Server 2.12, and this is {version}")

    async def _add(self, letter: Letter) -> None:
        numbered = self._numbered(letter)
        if self.outcome.sent == 1:  # its reply is empty where the stream takes batches
            if (answer := await self._ask(numbered, "the first message of the batch")).payload:
                read_ack(answer, "the first message of the batch")
                raise NatsCliError("the stream does not know batches: it has stored the first message alone")
            return
        self._frames.append(numbered.frame)
        self._size += len(self._frames[-1])
        if self._size >= _FEW_BYTES:
            await self._write()

    async def _commit(self, letter: Letter) -> PubAck:
        await self._write()
        numbered = self._numbered(letter, ("Nats-Batch-Commit", "1"))
        try:
            answer = await self._ask(numbered, "the batch")
        except (DeadlineError, ConnectionLostError) as error:
            raise type(error)(f"{error}; it is not known whether it is stored", error.hint) from error
        return read_ack(answer, f"the batch of {plural(self.outcome.sent, 'message')}, of which none is stored")

    def _numbered(self, letter: Letter, *more: tuple[str, str]) -> Letter:
        self.outcome.sent += 1
        self.outcome.payload_bytes += len(letter.payload)
        pairs = [("Nats-Batch-Id", self._id), ("Nats-Batch-Sequence", str(self.outcome.sent)), *more]
        numbered = letter._replace(reply=b"", headers=extend_headers(letter.headers, pairs))
        numbered.check_size(self._connection)
        return numbered

    async def _write(self) -> None:
        if self._frames:
            self._connection.send(b"".join(self._frames))
            self._frames, self._size = [], 0
            await self._connection.drain_writes(self._wait_s)

    async def _ask(self, letter: Letter, what: str) -> Message:
        try:
            async for reply in request(self._connection, letter, Replies(), Deadline(self._wait_s)):
                return reply.message
        except NoRespondersError as error:
            raise NoRespondersError(
                f"{what}: no stream stores it", "natscli stream ls --all lists the streams"
            ) from error
        except DeadlineError as error:
            raise DeadlineError(f"{what}: no acknowledgement: {error}", error.hint) from error
        raise NatsCliError(f"{what}: no reply")
