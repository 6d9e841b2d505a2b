"""``natscli object put``."""

import os
import stat
import sys
from contextlib import ExitStack
from typing import Annotated, BinaryIO

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import stdin_bytes
from natscli.commands.asking import can_ask
from natscli.commands.buckets import BUCKET, agree, print_object, with_objects
from natscli.commands.jetstream import FORCE, JSON, limit
from natscli.commands.object_get import PROGRESS
from natscli.commands.session import header_pairs
from natscli.connection.stream import expect_large_blocks
from natscli.errors import UsageError
from natscli.jetstream.buckets import check_bucket
from natscli.jetstream.chunks import CHUNK_SIZE, NewObject, Upload
from natscli.jetstream.objects import ObjectInfo, Objects, check_object
from natscli.messaging.body import check_piped, from_a_thread, pieces_of
from natscli.render.colour import is_terminal
from natscli.render.progress import counting
from natscli.wire.headers import Headers

HEADER = Annotated[
    list[str] | None, typer.Option("--header", "-H", metavar="NAME:VALUE", help="Noted with it; may be repeated.")
]


def _chunk_size(text: str) -> int:
    size = limit(text)
    if size < 1:
        raise typer.BadParameter("it must be more than nothing")
    return size


@shared_options
def put(
    shared: SharedOptions,
    bucket: BUCKET,
    file: Annotated[str | None, typer.Argument(help="The file; standard input if there is none, or for -.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="What it is called; otherwise as the file is.")] = None,
    description: Annotated[str, typer.Option("--description", help="What it is for.")] = "",
    header: HEADER = None,
    chunk_size: Annotated[
        int | None,
        typer.Option("--chunk-size", parser=_chunk_size, metavar="BYTES", help="The size of a chunk. [128KiB]"),
    ] = None,
    progress: PROGRESS = True,
    force: FORCE = False,
    json: JSON = False,
) -> None:
    """Store a file, or standard input, as an object."""
    check_bucket(bucket)
    piped = file is None or file == "-"
    if piped and not name:
        raise UsageError("--name is required when reading from standard input")
    called = check_object(name or os.path.normpath(file or ""))
    headers = Headers(0, "", header_pairs(header)).lists()
    new = NewObject(called, description, headers, chunk_size or CHUNK_SIZE)
    expect_large_blocks()
    with ExitStack() as stack:
        source, total = _source(None if piped else file, stack)
        replace = force or _agreed(shared, bucket, called)
        what = "standard input" if piped else f"file '{file}'"

        async def work(objects: Objects) -> ObjectInfo:
            with counting(total, shown=progress) as sent:
                upload = Upload(objects, new, sent)
                chunks = from_a_thread(upload.cut(pieces_of(source, what, upload.piece_size)))
                return await upload.put(chunks, replace=replace)

        stored = with_objects(shared, bucket, work)
    print_object(stored, json=json)


def _source(file: str | None, stack: ExitStack) -> tuple[BinaryIO, int | None]:
    """Return what is to be stored, and its size where that is known."""
    if file is None:
        check_piped(is_terminal=is_terminal(sys.stdin))
        return stdin_bytes(), None
    try:
        opened = stack.enter_context(open(file, "rb"))  # noqa: SIM115 - the stack closes it
        status = os.fstat(opened.fileno())
    except (OSError, ValueError) as error:
        reason = (error.strerror or "").lower() if isinstance(error, OSError) else str(error)
        raise UsageError(f"file '{file}' cannot be read: {reason}") from error
    return opened, status.st_size if stat.S_ISREG(status.st_mode) else None


def _agreed(shared: SharedOptions, bucket: str, name: str) -> bool:
    """Whether an object that is there may be replaced; somebody at a terminal is asked."""
    if not can_ask():
        return False
    before = with_objects(shared, bucket, lambda objects: objects.last(name))
    if before is None or before.is_deleted:
        return False
    agree(f"Replace the object '{bucket} > {name}'?", f"'{bucket} > {name}' was not replaced", force=False)
    return True
