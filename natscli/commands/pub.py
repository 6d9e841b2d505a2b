"""``natscli pub``."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.cli.run import run
from natscli.commands.arguments import BODY, STATS
from natscli.commands.composing import Composition, StdinOptions, TemplateOptions, compose
from natscli.commands.session import connected
from natscli.commands.store_options import StoreOptions
from natscli.connection.deadline import Deadline
from natscli.context.target import Target
from natscli.errors import NatsCliError, UsageError
from natscli.messaging.publish import Pace, Published, Publishing
from natscli.messaging.templates import occasion
from natscli.render.notices import Notices, write_line
from natscli.render.throughput import throughput_line
from natscli.text.sizes import plural

if TYPE_CHECKING:
    from natscli.messaging.lines import Batch, Fault


@shared_options
def pub(
    shared: SharedOptions,
    options: TemplateOptions,
    stdin: StdinOptions,
    storing: StoreOptions,
    subject: Annotated[str | None, typer.Argument(help="The subject; none with --ndjson.")] = None,
    body: BODY = None,
    ndjson: Annotated[
        bool, typer.Option("--ndjson", help="Messages as sub -o json prints them, from @FILE or standard input.")
    ] = False,
    count: Annotated[int, typer.Option("--count", min=1, help="Publish each message this many times.")] = 1,
    sleep: Annotated[
        float | None, typer.Option("--sleep", parser=duration, metavar="DUR", help="Pause between messages.")
    ] = None,
    rate: Annotated[float | None, typer.Option("--rate", min=0.001, help="Messages a second, by the clock.")] = None,
    reply: Annotated[str, typer.Option("--reply", help="The subject replies should go to.")] = "",
    stats: STATS = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No notices; errors still show.")] = False,
) -> None:
    """Publish messages to a subject.

    The body is the second argument, a file's content (@FILE), or standard input (- or a pipe).
    Exit code 0 means that the server has read every message; with --jetstream, that a stream has stored it.
    """
    target, pace, notices = shared.target, _pace(rate, sleep), Notices(quiet=quiet)
    failure: NatsCliError | None = None
    source: Composition | Iterator[Batch | Fault]
    if ndjson:
        from natscli.commands.lines import line_source, open_lines, publish_lines  # 8 ms

        source = open_lines(line_source(subject, body, reply, count, options, stdin))
    elif subject is None:
        raise UsageError("missing argument 'subject'", "natscli pub --help")
    else:
        source = compose(subject, body, reply, count, options, stdin)
    if storing.wanted:
        from natscli.commands.storing import Order, store  # 15 ms

        store(shared, target, Order(storing, source, pace, stats, notices))
        return
    if isinstance(source, Composition):
        composition = source
        published = run(lambda _stop: _publish(shared, target, composition, pace, notices))
    else:
        lines = source
        published, failure = run(lambda _stop: publish_lines(shared, target, lines, pace, notices.renewed))
    notices.say(_summary(published) if ndjson else f'{_summary(published)} to "{subject}"')
    if stats:
        write_line(throughput_line(*published))
    if failure is not None:
        raise failure


def _pace(rate: float | None, sleep: float | None) -> Pace:
    if sleep and rate:
        raise UsageError("--sleep and --rate were both given: one of them must go")
    if rate is not None and not math.isfinite(rate):
        raise UsageError(f"--rate {rate} is no number of messages")
    return Pace(rate or 0.0, sleep or 0.0)


def _summary(published: Published) -> str:
    size = plural(published.payload_bytes, "byte")
    return "Published " + (size if published.messages == 1 else f"{plural(published.messages, 'message')} with {size}")


async def _publish(
    shared: SharedOptions, target: Target, composition: Composition, pace: Pace, notices: Notices
) -> Published:
    """One message has one deadline for everything; with more it bounds connecting and each wait."""
    deadline = Deadline(target.timeout_s)
    single = composition.copies == 1 and composition.piped is None
    async with connected(shared, target, deadline) as connection:
        wait_s, renewed = (deadline.remaining(), None) if single else (target.timeout_s, notices.renewed)
        publishing = Publishing(connection, wait_s, pace, renewed)
        if composition.piped is None and composition.draft.constant:
            return await publishing.send_copies(composition.draft.letter(occasion(1)), composition.copies)
        return await publishing.send_all(composition.batches())
