"""The messages of a stream into another: a mirror until it has them all, a stream of its own after that."""

from __future__ import annotations

import asyncio

from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.jetstream import linked
from natscli.connection.deadline import Deadline
from natscli.errors import DeadlineError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import create_stream, delete_stream, stream_info, update_stream
from natscli.render.notices import Notices
from natscli.text.durations import format_duration

_LOOK_S = 0.1
_NOT_OF_A_MIRROR = ("subjects", "duplicate_window", "sources", "subject_transform", "first_seq")


def copy_messages(shared: SharedOptions, source: str, wanted: StreamConfig) -> StreamInfo:
    """Make the stream ``wanted`` with all messages that ``source`` has now; what fails leaves no half of it.

    It takes as long as it does while messages come; DeadlineError when none come for the time-out.
    """
    if wanted.is_mirror:
        raise UsageError("a mirror has no messages of its own", "--data is for a stream that is none")

    async def work() -> StreamInfo:
        async with linked(shared, notices=Notices(quiet=shared.quiet)) as link:
            return await _copy(Api(link), source, wanted)

    return run(lambda _stop: work())


async def _copy(api: Api, source: str, wanted: StreamConfig) -> StreamInfo:
    until = (await stream_info(api, source)).state.whole("last_seq")
    changes = dict.fromkeys(_NOT_OF_A_MIRROR) | {"mirror": {"name": source}}
    await create_stream(api, wanted.changed(changes))
    try:
        await _filled(api, wanted.name, until)
        return await update_stream(api, wanted.changed({"mirror": None, "first_seq": None}))
    except BaseException:
        await asyncio.shield(delete_stream(api, wanted.name))
        raise


async def _filled(api: Api, name: str, until: int) -> None:
    """Wait until a mirror has come to a sequence."""
    wait_s = api.connection.target.timeout_s
    deadline, before = Deadline(wait_s), -1
    while True:
        now = (await stream_info(api, name)).state.whole("last_seq")
        if now >= until:
            return
        if now != before:
            deadline, before = Deadline(wait_s), now
        if deadline.is_over:
            raise DeadlineError(f"stream '{name}': no message was copied for {format_duration(wait_s)}")
        await asyncio.sleep(_LOOK_S)
