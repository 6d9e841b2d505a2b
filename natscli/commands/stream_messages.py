"""``natscli stream get``, ``view`` and ``gaps``."""

import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import TRANSLATE, command
from natscli.commands.asking import ask, can_ask
from natscli.commands.jetstream import FILTER, JSON, STREAM, ChoiceOptions, chosen_stream, with_api
from natscli.commands.stream_finding import period
from natscli.errors import UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.stored import StoredMessage, Wanted, get_message, read_from
from natscli.jetstream.streams import stream_info
from natscli.messaging.programs import Program
from natscli.render.colour import is_terminal
from natscli.render.content import body_text, header_lines
from natscli.render.notices import Notices
from natscli.render.output import print_bytes, print_text
from natscli.render.reports import print_json
from natscli.render.table import text_table
from natscli.text.moments import local_time, utc_moment
from natscli.text.sanitise import decode, safe_bytes
from natscli.text.sizes import plural
from natscli.wire.message import Message

_Shown = tuple[StoredMessage, bytes]  # a message, and its body as it is shown
_MOST_AHEAD, _AHEAD_BYTES = 200, 4 * 1024 * 1024  # messages read ahead of the page in sight


@shared_options
def get(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    sequence: Annotated[int | None, typer.Argument(help="The message's sequence.", min=1, metavar="[ID]")] = None,
    last_for: Annotated[str | None, typer.Option("--last-for", "-S", help="The last of a subject.", **FILTER)] = None,
    json: JSON = False,
    translate: TRANSLATE = None,
) -> None:
    """Show one message of a stream."""
    name = chosen_stream(shared, stream, every=choice.all)
    if (sequence is None) is (last_for is None):
        raise UsageError("one message is got: by its sequence, or with --last-for SUBJECT")
    program = command(translate)

    async def work(api: Api) -> tuple[StoredMessage, bytes]:
        message = await get_message(api, name, Wanted(sequence or 0, last_for or ""))
        return message, await _translated(message, program)

    message, body = with_api(shared, work)
    if json:
        print_json(stored_document(message))
    else:
        print_bytes(_shown(name, message, body))


def stored_document(message: StoredMessage) -> dict[str, Any]:
    """Return a message in the server's form: headers and body in base64."""
    document: dict[str, Any] = {"subject": decode(message.subject), "seq": message.sequence}
    if message.headers:
        document["hdrs"] = b64encode(message.headers).decode()
    return document | {"data": b64encode(message.payload).decode(), "time": message.time}


async def _translated(message: StoredMessage, program: Program | None) -> bytes:
    if program is None:
        return message.payload
    return await program.translate(Message(message.subject, message.payload, b"", message.headers))


def _shown(stream: str, message: StoredMessage, body: bytes) -> bytes:
    terminal = is_terminal(sys.stdout)
    subject = safe_bytes(message.subject, multiline=False)
    head = f"Item: {stream}#{message.sequence} received {local_time(message.time)} on Subject {subject}\n\n".encode()
    if message.headers:
        head += b"Headers:\n" + header_lines(message.headers, terminal=terminal) + b"\n"
    return head + body_text(body, terminal=terminal) + b"\n"


@shared_options
def view(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    size: Annotated[int, typer.Argument(help="How many messages make a page.", min=1, max=25, metavar="[SIZE]")] = 10,
    id: Annotated[int, typer.Option("--id", min=1, help="Begin at this sequence.")] = 1,  # noqa: A002
    since: Annotated[float | None, period("--since", text="Begin so long ago.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="The bodies and nothing else.")] = False,
    translate: TRANSLATE = None,
    subject: Annotated[str, typer.Option("--subject", help="Only messages of this.", **FILTER)] = ">",
) -> None:
    """Show the messages of a stream page by page.

    Where nobody can turn pages, the first one.
    """
    name = chosen_stream(shared, stream, every=choice.all)
    program = command(translate)
    start = Wanted(id, next_for=subject, since="" if since is None else utc_moment(time.time() - since))
    waiting: list[_Shown] = []
    ahead = 1
    while True:
        if len(waiting) < size:
            read = partial(_read, name=name, start=start, count=size * ahead - len(waiting), program=program)
            waiting += with_api(shared, read)
            ahead = _pages_ahead(waiting, size) if program is None else 1
        page, waiting = waiting[:size], waiting[size:]
        print_bytes(b"".join([body + b"\n" if raw else _line(message, body) for message, body in page]))
        if len(page) < size:
            Notices(quiet=shared.quiet).say("Reached apparent end of data")
            return
        if not can_ask() or ask("Next page? (yes, no)", "yes").lower() not in ("y", "yes"):
            return
        start = Wanted((waiting or page)[-1][0].sequence + 1, next_for=subject)


def _pages_ahead(read: Sequence[_Shown], size: int) -> int:
    """Return how many pages to read at once: a connection for each would be what turning them waits for."""
    largest = max((len(body) for _, body in read), default=0)
    return max(1, min(_MOST_AHEAD, _AHEAD_BYTES // max(largest, 1)) // size)


async def _read(api: Api, name: str, start: Wanted, count: int, program: Program | None) -> list[_Shown]:
    direct = (await stream_info(api, name)).config.flag("allow_direct")
    async with aclosing(read_from(api, name, start, count, direct=direct)) as messages:
        return [(message, await _translated(message, program)) async for message in messages]


def _line(message: StoredMessage, body: bytes) -> bytes:
    terminal = is_terminal(sys.stdout)
    head = f"[{message.sequence}] Subject: {safe_bytes(message.subject, multiline=False)} Received: "
    parts = [head.encode(), local_time(message.time).encode(), b"\n"]
    if message.headers:
        parts += [b"\n", header_lines(message.headers, terminal=terminal), b"\n"]
    return b"".join([*parts, body_text(body, terminal=terminal), b"\n\n"])


@shared_options
def gaps(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    json: JSON = False,
) -> None:
    """List the sequences that are missing.

    Those between a stream's first and last message, as the server knows them.
    """
    name = chosen_stream(shared, stream, every=choice.all)
    info = with_api(shared, lambda api: stream_info(api, name, deleted=True))
    first, last = info.state.whole("first_seq"), info.state.whole("last_seq")
    inside = [number for number in sorted(info.state.numbers("deleted")) if first < number <= last]
    found = list(_ranges(inside))
    if json:
        ranges = [{"first": start, "last": end} for start, end in found]
        print_json({"stream": name, "first_seq": first, "last_seq": last, "gaps": ranges})
    elif found:
        rows = [(f"{start:,}", f"{end:,}", f"{end - start + 1:,}") for start, end in found]
        print_text(text_table(("First", "Last", "Messages"), rows))
    else:
        print_text(f"No deleted messages in {name} ({plural(info.state.whole('messages'), 'message')})")


def _ranges(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of numbers."""
    start = end = 0
    for number in numbers:
        if start and number == end + 1:
            end = number
            continue
        if start:
            yield start, end
        start = end = number
    if start:
        yield start, end
