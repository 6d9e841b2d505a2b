"""``pub --jetstream``: messages of which a stream says that it has them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.arguments import checked
from natscli.commands.composing import Composition
from natscli.commands.lines import line_letters
from natscli.commands.session import connected
from natscli.commands.store_options import AckFormat, StoreOptions
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import NatsCliError, OutputClosedError, UsageError
from natscli.jetstream.batch import AtomicBatch
from natscli.jetstream.outcome import Manner, Stored
from natscli.jetstream.puback import PubAck
from natscli.jetstream.storing import Storing
from natscli.messaging.inbox import inbox_of
from natscli.messaging.letters import LineLetters
from natscli.messaging.lines import Batch, Fault
from natscli.messaging.ndjson import Line
from natscli.messaging.outgoing import Draft, Letter
from natscli.messaging.publish import Pace
from natscli.messaging.templates import Occasion, Template, occasion
from natscli.render.notices import Notices, write_line
from natscli.render.output import print_bytes
from natscli.render.throughput import throughput_line
from natscli.text.sanitise import decode, safe
from natscli.text.sizes import plural
from natscli.wire.headers import extend_headers, remove_headers
from natscli.wire.subjects import check_publish

_MOST_FAILURES = 100  # shown one by one
_ID = "Nats-Msg-Id"
# What a line's message was once stored under, which was meant for that stream; the first is taken from no client.
_SPENT = (
    "Nats-Stream-Source",
    "Nats-Expected-Stream",
    "Nats-Expected-Last-Sequence",
    "Nats-Expected-Last-Subject-Sequence",
    "Nats-Expected-Last-Subject-Sequence-Subject",
    "Nats-Expected-Last-Msg-Id",
    "Nats-Batch-Id",
    "Nats-Batch-Sequence",
    "Nats-Batch-Commit",
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be stored: a composition, or lines; and how."""

    options: StoreOptions
    source: Composition | Iterator[Batch | Fault]
    pace: Pace
    stats: bool
    notices: Notices

    @property
    def several(self) -> bool:
        """Whether there may be more messages than one."""
        source = self.source
        return not isinstance(source, Composition) or source.copies > 1 or source.piped is not None


def store(shared: SharedOptions, target: Target, order: Order) -> None:
    """Store messages and say so; raises what kept any of them from being stored."""
    if order.options.schedule_dest:
        checked(check_publish, order.options.schedule_dest)
    if isinstance(order.source, Composition) and order.source.draft.reply:
        raise UsageError("--reply and --jetstream do not go together: the stream's acknowledgement is the reply")
    if order.options.atomic and order.pace != Pace():
        raise UsageError("--atomic goes with neither --sleep nor --rate: a batch is one write")
    if order.options.msg_id is None and order.options.retry_for is not None:
        raise UsageError("--retry-for needs --msg-id: without an id what is sent twice is stored twice")
    order.options.check(several=order.several)
    run(lambda _stop: _Store(shared, target, order).run())


class _Store:
    """One ``pub --jetstream``."""

    def __init__(self, shared: SharedOptions, target: Target, order: Order) -> None:
        self._shared = shared
        self._target = target
        self._order = order
        self._options = order.options
        self._lines: LineLetters | None = None
        self._acks: list[bytes] = []
        self._connection: Connection | None = None
        self._again = order.options.msg_id is not None and not order.options.atomic
        self._id = None if self._options.msg_id is None else _id_template(self._options.msg_id, self._are_lines)

    @property
    def _are_lines(self) -> bool:
        return not isinstance(self._order.source, Composition)

    async def run(self) -> None:
        """Store, tell, and raise what is to be raised."""
        target, notices = self._target, self._order.notices
        deadline = Deadline(target.timeout_s)
        notices.meanwhile = "what is not acknowledged is sent again"
        stays = self._again and (self._order.several or self._options.retry_for is not None)
        async with connected(self._shared, target, deadline, notices=notices if stays else None) as connection:
            self._connection = connection
            patience = target.timeout_s if self._order.several else deadline.remaining()
            patience = self._options.retry_for or patience
            batches = self._conditioned(self._batches(connection))
            if self._options.atomic:
                outcome = await AtomicBatch(connection, patience).send_all(self._unbroken(batches))
            else:
                manner = Manner(patience, self._options.window, again=self._again, pace=self._order.pace)
                outcome = await Storing(connection, await inbox_of(connection), manner, self._tell).send_all(batches)
            self._finish(outcome)

    # -- out -------------------------------------------------------------------------------------

    def _batches(self, connection: Connection) -> AsyncIterator[Iterable[Letter]]:
        source = self._order.source
        if isinstance(source, Composition):
            batches = source._replace(draft=self._dressed(source.draft)).batches()
            return batches if self._id is None else self._identified(batches, self._id)
        self._lines = line_letters(connection, source, self._dress)
        return self._lines.batches()

    def _dressed(self, draft: Draft) -> Draft:
        ours = [(name, Template.literal(value)) for name, value in self._options.headers]
        names = {name.lower() for name, _ in ours} | ({_ID.lower()} if self._id is not None else set())
        return draft._replace(headers=[*[pair for pair in draft.headers if pair[0].lower() not in names], *ours])

    async def _identified(
        self, batches: AsyncIterable[Iterable[Letter]], template: Template
    ) -> AsyncIterator[Iterable[Letter]]:
        """Give each message its id; {{Count}} goes on from one on standard input to the next, so that ids differ."""
        numbers = count(1)

        def identify(letter: Letter) -> Letter:
            headers = extend_headers(letter.headers, [(_ID, template.fill(occasion(next(numbers))))])
            return letter._replace(headers=headers)

        async for batch in batches:
            yield map(identify, batch)

    def _dress(self, number: int, line: Line) -> bytes:
        """Return the header block of a line, with ours in place of what it has of these."""
        ours = self._options.headers
        if self._id is not None:
            if self._needs_origin and not (line.stream and line.sequence):
                raise ValueError("it has no stream and stream_seq for the id")
            ours = [*ours, (_ID, self._id.fill(Occasion(number, line.time_ns or 0, "", line.stream, line.sequence)))]
        own = remove_headers(line.message.headers, [*_SPENT, *[name for name, _ in ours]])
        return extend_headers(own, ours)

    @property
    def _needs_origin(self) -> bool:
        text = (self._options.msg_id or "").replace(" ", "").replace("{.", "{")
        return "{{Stream}}" in text or "{{Sequence}}" in text

    async def _conditioned(self, batches: AsyncIterable[Iterable[Letter]]) -> AsyncIterator[Iterable[Letter]]:
        """Put what is expected of the stream on the first message."""
        conditions = self._options.conditions
        async for batch in batches:
            if not conditions:
                yield batch
                continue
            letters = iter(batch)
            for first in letters:
                own = remove_headers(first.headers, [name for name, _ in conditions])
                yield [first._replace(headers=extend_headers(own, conditions))]
                conditions = []
                break
            yield letters

    async def _unbroken(self, batches: AsyncIterable[Iterable[Letter]]) -> AsyncIterator[Iterable[Letter]]:
        """Raise for lines that are no messages: a batch with a part missing is none."""
        async for batch in batches:
            yield list(batch)
            self._check_lines()
        self._check_lines()

    def _check_lines(self) -> None:
        if self._lines is not None and self._lines.broken_off is not None:
            raise self._lines.broken_off

    # -- back ------------------------------------------------------------------------------------

    def _tell(self, subject: bytes, ack: PubAck) -> None:
        if self._options.output is AckFormat.JSON:
            if not self._acks:  # all that one read has brought are printed together
                asyncio.get_running_loop().call_soon(self._print_now)
            self._acks.append(ack_line(subject, ack))

    def _print_now(self) -> None:
        try:
            self._print()
        except (NatsCliError, OutputClosedError) as error:
            if self._connection is not None:
                self._connection.fail(error)

    def _print(self) -> None:
        acks, self._acks = self._acks, []
        if acks:
            print_bytes(b"".join(acks))

    def _finish(self, outcome: Stored) -> None:
        notices = self._order.notices
        if self._options.atomic and outcome.last is not None and self._options.output is AckFormat.JSON:
            print_bytes(ack_line(b"", outcome.last))
        self._print()
        for line in _summary(outcome, self._order):
            notices.say(line)
        if self._order.stats:
            write_line(throughput_line(outcome.messages, outcome.payload_bytes, outcome.seconds))
        failures = outcome.failures
        if len(failures) > 1:
            for failure in failures[1 : _MOST_FAILURES + 1]:
                notices.warn(str(failure))
        if failures:
            raise failures[0]
        self._check_lines()


def _summary(outcome: Stored, order: Order) -> Iterator[str]:
    """Yield what is said of what is stored, in the Go CLI's words for one message."""
    first, last = outcome.first, outcome.last
    if first is None or last is None:
        if not outcome.failures:
            yield "Stored nothing: there were no messages"
        return
    domain = f' Domain: "{last.domain}"' if last.domain else ""
    value = f" Counter Value: {last.value}" if last.value else ""
    if last.batch:
        sequence = f"{last.sequence:,}"
        yield f"Wrote batch ID: {last.batch} Messages: {last.size:,} Sequence: {sequence}{domain}{value}"
        return
    if outcome.messages == 1:
        duplicate = " Duplicate: true" if last.duplicate else ""
        yield f"Published {plural(outcome.payload_bytes, 'byte')}" + _where(order)
        yield f"Stored in Stream: {last.stream} Sequence: {last.sequence:,}{domain}{duplicate}{value}"
        return
    duplicates = f" Duplicates: {outcome.duplicates:,}" if outcome.duplicates else ""
    yield f"Published {plural(outcome.messages, 'message')} with {plural(outcome.payload_bytes, 'byte')}" + _where(
        order
    )
    yield f"Stored in Stream: {last.stream} Sequences: {first.sequence:,} to {last.sequence:,}{domain}{duplicates}"


def _where(order: Order) -> str:
    source = order.source
    return f' to "{safe(source.subject)}"' if isinstance(source, Composition) else ""


def ack_line(subject: bytes, ack: PubAck) -> bytes:
    """Return an acknowledgement as a JSON line (docs/json.md)."""
    fields: dict[str, object] = {"subject": decode(subject)} if subject else {}
    fields |= {"stream": ack.stream, "seq": ack.sequence, "duplicate": ack.duplicate}
    more = {"domain": ack.domain, "value": ack.value, "batch": ack.batch, "count": ack.size}
    return json.dumps(fields | {name: value for name, value in more.items() if value}).encode() + b"\n"


def _id_template(text: str, lines: bool) -> Template:
    try:
        template = Template(text, stored=lines)
    except ValueError as error:
        raise UsageError(f"--msg-id: {error}") from None
    if not text:
        raise UsageError("--msg-id is empty")
    return template
