"""``natscli object get``."""

import os
import time
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.asking import can_ask, confirm
from natscli.commands.buckets import BUCKET, OBJECT, with_objects
from natscli.commands.jetstream import FORCE, JSON
from natscli.connection.stream import expect_large_blocks
from natscli.errors import NatsCliError
from natscli.jetstream.buckets import check_bucket
from natscli.jetstream.chunks import fetch
from natscli.jetstream.landing import Landing, file_name_of
from natscli.jetstream.objects import ObjectInfo, Objects, check_object
from natscli.render.notices import Notices
from natscli.render.objects import object_document
from natscli.render.progress import counting
from natscli.render.reports import print_json
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes

PROGRESS = Annotated[bool, typer.Option("--progress/--no-progress", help="On a terminal, show how far it has come.")]


@shared_options
def get(
    shared: SharedOptions,
    bucket: BUCKET,
    name: OBJECT,
    output: Annotated[str | None, typer.Option("--output", "-O", metavar="FILE", help="Where it goes.")] = None,
    progress: PROGRESS = True,
    force: FORCE = False,
    json: JSON = False,
) -> None:
    """Write an object to a file.

    The file is called as the last part of the object's name.  It is there once all bytes have come, and are
    those that were stored.  --timeout bounds each wait for the next of them.
    """
    check_bucket(bucket)
    check_object(name)
    expect_large_blocks()
    landing = _landing(output or file_name_of(name), force=force)
    started = time.monotonic()

    async def work(objects: Objects) -> ObjectInfo:
        where, info = await objects.resolve(name)
        with landing, counting(info.size, shown=progress) as received:

            def take(data: bytes) -> None:
                landing.write(data)
                received(len(data))

            await fetch(where, info, take)
            landing.finish()
        return info

    info = with_objects(shared, bucket, work)
    if json:
        print_json({**object_document(info), "file": os.path.abspath(landing.target)})
        return
    seconds = time.monotonic() - started
    rate = f" average {format_bytes(info.size / seconds)}/s" if seconds > 2 else ""
    wrote = f"Wrote: {format_bytes(info.size)} to {os.path.abspath(landing.target)} in {format_duration(seconds)}{rate}"
    Notices(quiet=shared.quiet).say(wrote)


def _landing(target: str, *, force: bool) -> Landing:
    """Return where it goes; a file that is there is replaced with --force, or on request."""
    landing = Landing(target, replace=force)
    try:
        landing.check()
    except NatsCliError:
        if os.path.isdir(target) or not can_ask():
            raise
        if not confirm(f"Replace the file '{target}'?", "--force replaces it without asking"):
            raise
        return Landing(target, replace=True)
    return landing
