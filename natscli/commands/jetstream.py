"""What the commands of streams and consumers share: asking the API, and which stream or consumer is meant."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, duration
from natscli.cli.run import run
from natscli.commands.arguments import as_utf8
from natscli.commands.asking import can_ask, confirm, pick
from natscli.commands.session import connected
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import is_internal
from natscli.jetstream.consumers import consumer_names
from natscli.jetstream.document import Document
from natscli.jetstream.streams import stream_names
from natscli.render.notices import Notices
from natscli.text.sizes import parse_limit
from natscli.wire.subjects import check_subscribe

T = TypeVar("T")

STREAM = Annotated[str | None, typer.Argument(help="The stream.", parser=as_utf8, metavar="[STREAM]")]
NEEDED_STREAM = Annotated[str, typer.Argument(help="The stream.", parser=as_utf8, metavar="STREAM")]
CONSUMER = Annotated[str | None, typer.Argument(help="The consumer.", parser=as_utf8, metavar="[CONSUMER]")]
JSON = Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")]
FORCE = Annotated[bool, typer.Option("--force", "-f", help="Do it without asking.")]
CONFIG = Annotated[
    str | None, typer.Option("--config", metavar="FILE", help="A JSON file with the configuration, or an info.")
]


def nanoseconds(text: str) -> int:
    """Parse an option's duration, -1 and the like being none, for fields in nanoseconds."""
    return 0 if text.strip().startswith("-") else round(duration(text) * 1e9)


def limit(text: str) -> int:
    """Parse an option's size, of which units are of 1024; -1 is no limit."""
    try:
        return parse_limit(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def subject_filter(text: str) -> str:
    """Parse an option's subject, which may have wildcards; an empty one is no subject rather than all."""
    try:
        check_subscribe(text := as_utf8(text))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


FILTER = {"parser": subject_filter, "metavar": "SUBJECT"}
DURATION = {"parser": nanoseconds, "metavar": "DUR"}  # of an option whose field is in nanoseconds
BYTES = {"parser": limit, "metavar": "BYTES"}


class ChoiceOptions(Options):
    """What is offered where no stream is named."""

    all: Annotated[bool, typer.Option("--all", "-a", help="Streams of buckets and of MQTT, too.")] = False


class _Resolved:
    """The target of the options that were resolved last: a command may connect more than once, and asks for a
    password and warns of what it knows only the first time.
    """

    def __init__(self) -> None:
        self._shared: SharedOptions | None = None
        self._target: Target | None = None

    def target(self, shared: SharedOptions) -> tuple[Target, bool]:
        """Return the target, and whether it was returned before."""
        if self._target is not None and self._shared is shared:
            return self._target, True
        self._shared, self._target = shared, shared.target
        return self._target, False


_resolved = _Resolved()


@asynccontextmanager
async def linked(
    shared: SharedOptions, *, notices: Notices | None = None, stop: asyncio.Future[int] | None = None
) -> AsyncIterator[Connection]:
    """Connect within the time-out, for work of several waits; with ``notices``, again after a loss, and tell them."""
    target, cautioned = _resolved.target(shared)
    deadline = Deadline(target.timeout_s)
    async with connected(shared, target, deadline, notices=notices, stop=stop, cautioned=cautioned) as connection:
        yield connection


def with_api(shared: SharedOptions, work: Callable[[Api], Awaitable[T]]) -> T:
    """Return what ``work`` makes of the API, all of it within the time-out."""

    async def once() -> T:
        target, cautioned = _resolved.target(shared)
        deadline = Deadline(target.timeout_s)
        async with connected(shared, target, deadline, cautioned=cautioned) as connection:
            return await work(Api(connection, deadline))

    return run(lambda _stop: once())


def chosen_stream(shared: SharedOptions, name: str | None, *, every: bool = False) -> str:
    """Return the stream that is named, or that is picked at a terminal."""
    if name is not None:
        return check_name(name, "stream")
    if not can_ask():
        raise UsageError("no stream is named", "natscli stream ls lists them")
    names = [each for each in with_api(shared, stream_names) if every or not is_internal(each)]
    if not names:
        raise NatsCliError("there are no streams", "natscli stream add makes one")
    return pick("Which stream?", names, "name the stream")


def chosen_consumer(
    shared: SharedOptions, stream: str | None, name: str | None, *, every: bool = False
) -> tuple[str, str]:
    """Return the stream and the consumer that are named, or that are picked at a terminal."""
    stream = chosen_stream(shared, stream, every=every)
    if name is not None:
        return stream, check_name(name, "consumer")
    if not can_ask():
        raise UsageError("no consumer is named", f"natscli consumer ls {stream} lists them")
    names = with_api(shared, lambda api: consumer_names(api, stream))
    if not names:
        raise NatsCliError(f"stream '{stream}' has no consumers", "natscli consumer add makes one")
    return stream, pick("Which consumer?", names, "name the consumer")


def agreed(question: str, *, force: bool) -> bool:
    """Whether to go on: with --force, or where somebody at the terminal says so."""
    return force or confirm(question, "--force does it without asking")


def agreed_on_bucket(stream: str, *, force: bool) -> bool:
    """Whether to go on with a stream that is the inside of a bucket, or of MQTT."""
    if not is_internal(stream):
        return True
    return agreed(f"stream '{stream}' is the inside of a bucket or of MQTT, which this may break. Go on?", force=force)


def read_config(path: str) -> Document:
    """Return the configuration in a file: itself, or the ``config`` of an info or a backup; UsageError."""
    document = Document.load(path, "configuration")
    return document.part("config") or document


def metadata_of(texts: list[str] | None) -> dict[str, str] | None:
    """Return what ``--metadata name:value`` or ``name=value`` says; None for nothing; UsageError."""
    if texts is None:
        return None
    pairs: dict[str, str] = {}
    for text in filter(None, texts):
        place = min((at for at in (text.find(":"), text.find("=")) if at > 0), default=0)
        if not place:
            raise UsageError(f"metadata '{text}' is not of the form name:value")
        pairs[text[:place]] = text[place + 1 :]
    return pairs


def listed(texts: list[str] | None) -> list[str] | None:
    """Return what was given several times, or in one text between commas or white space; None for nothing."""
    return None if texts is None else [word for text in texts for word in text.replace(",", " ").split()]
