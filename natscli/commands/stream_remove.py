"""``natscli stream rm``, ``purge``, ``rmm`` and ``seal``."""

from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.jetstream import (
    FILTER,
    FORCE,
    JSON,
    NEEDED_STREAM,
    STREAM,
    ChoiceOptions,
    agreed,
    agreed_on_bucket,
    chosen_stream,
    with_api,
)
from natscli.commands.stream_info import print_stream
from natscli.errors import UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.stored import delete_message
from natscli.jetstream.streams import Purge, delete_stream, purge_stream, stream_info, update_stream
from natscli.render.notices import Notices
from natscli.text.sizes import format_bytes, plural


@shared_options
def rm(shared: SharedOptions, choice: ChoiceOptions, stream: STREAM = None, force: FORCE = False) -> None:
    """Remove a stream.

    All its messages go with it.
    """
    name = _agreed_stream(shared, choice, stream, "Really delete {}?", force=force)
    if name is not None:
        with_api(shared, lambda api: delete_stream(api, name))
        Notices(quiet=shared.quiet).say(f"Stream {name} was removed")


@shared_options
def purge(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    json: JSON = False,
    force: FORCE = False,
    subject: Annotated[str | None, typer.Option("--subject", help="Only messages of this.", **FILTER)] = None,
    seq: Annotated[int | None, typer.Option("--seq", min=1, metavar="SEQUENCE", help="Only those before it.")] = None,
    keep: Annotated[int, typer.Option("--keep", min=0, metavar="MESSAGES", help="All but the last so many.")] = 0,
) -> None:
    """Remove messages of a stream.

    All, or those that the options say.
    """
    if seq and keep:
        raise UsageError("--seq and --keep cannot be used together")
    what = f"the messages of {subject} in {{}}" if subject else "the messages of {}"
    name = _agreed_stream(shared, choice, stream, f"Really purge {what}?", force=force)
    if name is None:
        return

    async def work(api: Api) -> tuple[int, StreamInfo]:
        count = await purge_stream(api, name, Purge(subject or "", seq or 0, keep))
        return count, await stream_info(api, name)

    count, info = with_api(shared, work)
    Notices(quiet=shared.quiet).say(f"Purged {plural(count, 'message')} of stream {name}")
    print_stream(info, json=json, state=True)


@shared_options
def rmm(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    sequence: Annotated[int | None, typer.Argument(help="The message's sequence.", min=1, metavar="[ID]")] = None,
    force: FORCE = False,
) -> None:
    """Remove one message of a stream.

    It is overwritten, too.
    """
    name = chosen_stream(shared, stream, every=choice.all)
    if sequence is None:
        raise UsageError("no message is named", f"natscli stream rmm {name} SEQUENCE")
    if agreed_on_bucket(name, force=force) and agreed(
        f"Really remove message {sequence} of stream {name}?", force=force
    ):
        with_api(shared, lambda api: delete_message(api, name, sequence, erase=True))
        Notices(quiet=shared.quiet).say(f"Message {sequence} of stream {name} was removed")


@shared_options
def seal(shared: SharedOptions, stream: NEEDED_STREAM, force: FORCE = False, json: JSON = False) -> None:
    """Seal a stream for ever.

    Nothing is stored in it, removed from it or changed about it again.
    """
    name = chosen_stream(shared, stream)
    if not agreed_on_bucket(name, force=force):
        return
    if not agreed(f"Really seal stream {name}? That cannot be undone", force=force):
        return

    async def work(api: Api) -> StreamInfo:
        config = (await stream_info(api, name)).config
        return await update_stream(api, config.changed({"sealed": True}))

    sealed = with_api(shared, work)
    Notices(quiet=shared.quiet).say(f"Stream {name} was sealed")
    print_stream(sealed, json=json)


def _agreed_stream(
    shared: SharedOptions, choice: ChoiceOptions, stream: str | None, question: str, *, force: bool
) -> str | None:
    """Return the stream where somebody agrees to the question, which says what it holds; None otherwise."""
    name = chosen_stream(shared, stream, every=choice.all)
    if force:
        return name
    state = with_api(shared, lambda api: stream_info(api, name)).state
    holds = f"{plural(state.whole('messages'), 'message')}, {format_bytes(state.whole('bytes'))}"
    if not agreed_on_bucket(name, force=False):
        return None
    return name if agreed(question.format(f"stream {name} ({holds})"), force=False) else None
