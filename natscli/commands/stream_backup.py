"""``natscli stream backup`` and ``natscli stream restore``."""

import time
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.jetstream import BYTES, CONFIG, JSON, NEEDED_STREAM, linked, read_config
from natscli.commands.stream_info import print_stream
from natscli.commands.stream_options import StreamOptions, said_of
from natscli.connection.stream import expect_large_blocks
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.backup import Saved, Snapshot, back_up, read_meta
from natscli.jetstream.backup import restore as restore_stream
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import stream_info
from natscli.render.notices import Notices
from natscli.render.progress import byte_progress
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes

_PROGRESS = Annotated[bool, typer.Option("--progress/--no-progress", help="Show how far it is, on a terminal.")]


@shared_options
def backup(
    shared: SharedOptions,
    stream: NEEDED_STREAM,
    target: Annotated[str, typer.Argument(help="The folder to write to.", metavar="TARGET")],
    progress: _PROGRESS = True,
    check: Annotated[bool, typer.Option("--check", help="Have the server check every message first.")] = False,
    consumers: Annotated[bool, typer.Option("--consumers/--no-consumers", help="With its consumers.")] = True,
    chunk_size: Annotated[int, typer.Option("--chunk-size", help="What is sent at once.", **BYTES)] = "0",  # type: ignore[assignment]  # Typer parses defaults too
    window_size: Annotated[int, typer.Option("--window-size", help="What may be on its way.", **BYTES)] = "0",  # type: ignore[assignment]  # likewise
) -> None:
    """Write a stream to a folder.

    With its messages and consumers; ``natscli stream restore`` and the Go CLI read it.  It takes as long as it does;
    nothing for the time-out, and at least 5s, is an error.
    """
    snapshot = Snapshot(consumers, check, max(chunk_size, 0), max(window_size, 0))
    notices = Notices(quiet=shared.quiet)
    started = time.monotonic()
    expect_large_blocks()

    async def work() -> Saved:
        async with linked(shared) as connection:
            api = Api(connection)
            if (await stream_info(api, stream)).config.text("storage") == "memory":
                raise NatsCliError(f"stream '{stream}' is kept in memory, and servers back up files alone")
            with byte_progress(shown=progress and not shared.quiet) as show:
                return await back_up(api, stream, target, snapshot, show)

    saved = run(lambda _stop: work())
    took = format_duration(time.monotonic() - started)
    notices.say(
        f"Received {format_bytes(saved.received)} in {saved.chunks:,} chunks for stream {stream} in {took},"
        f" {format_bytes(saved.state.whole('bytes'))} uncompressed"
    )


@shared_options
def restore(
    shared: SharedOptions,
    folder: Annotated[str, typer.Argument(help="The folder of the backup.", metavar="FILE")],
    config: CONFIG = None,
    progress: _PROGRESS = True,
    cluster: Annotated[str | None, typer.Option("--cluster", help="Only servers of this cluster.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="Only servers with this tag.")] = None,
    replicas: Annotated[int | None, typer.Option("--replicas", min=1, help="How many servers keep it.")] = None,
    json: JSON = False,
) -> None:
    """Make a stream of a backup.

    It is configured as it was, or as --config says; only the name cannot change.
    """
    kept = StreamConfig(read_meta(folder).part("config").raw)
    wanted = StreamConfig(read_config(config).raw) if config is not None else kept
    if wanted.name != kept.name:
        raise UsageError(f"the backup is that of stream '{kept.name}', and a restored stream keeps its name")
    wanted = wanted.changed(said_of(StreamOptions(cluster=cluster, tag=tag, replicas=replicas), wanted))
    started = time.monotonic()
    expect_large_blocks()

    async def work() -> StreamInfo:
        async with linked(shared) as connection:
            with byte_progress(shown=progress and not shared.quiet) as show:
                return await restore_stream(Api(connection), folder, wanted, show)

    made = run(lambda _stop: work())
    took = format_duration(time.monotonic() - started)
    Notices(quiet=shared.quiet).say(f"Restored stream {made.name} in {took}")
    print_stream(made, json=json)
