"""``natscli object ls``, ``object info`` and ``object watch``."""

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from json import dumps
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.bucket_watching import watch_bucket
from natscli.commands.buckets import (
    BUCKET,
    OPTIONAL_BUCKET,
    OPTIONAL_OBJECT,
    chosen_bucket,
    print_bucket,
    print_buckets,
    print_names,
    print_object,
    with_objects,
)
from natscli.commands.jetstream import JSON, with_api
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket, Kind, check_bucket, open_bucket
from natscli.jetstream.objects import BrokenObjectError, ObjectInfo, Objects, check_object
from natscli.jetstream.reading import Watching
from natscli.render.colour import wanted
from natscli.render.notices import Notices
from natscli.render.objects import object_document, object_line, object_row
from natscli.render.output import print_text
from natscli.render.reports import print_json
from natscli.render.table import text_table


@shared_options
def ls(
    shared: SharedOptions,
    bucket: OPTIONAL_BUCKET = None,
    names: Annotated[bool, typer.Option("--names", "-n", help="Names alone; nothing where there are none.")] = False,
    json: JSON = False,
) -> None:
    """List the buckets, or the objects in one."""
    if bucket is None:
        print_buckets(shared, Kind.OBJECTS, names=names, json=json)
        return
    check_bucket(bucket)
    notices = Notices(quiet=shared.quiet)
    found = with_objects(shared, bucket, lambda objects: _listed(objects, notices))
    if json:
        print_json([info.name if names else object_document(info) for info in found])
    elif names:
        print_names([info.name for info in found])
    elif found:
        print_text(text_table(("Name", "Size", "Time"), [object_row(info) for info in found]))
    else:
        notices.say("no entries found")


@shared_options
def info(
    shared: SharedOptions, bucket: OPTIONAL_BUCKET = None, name: OPTIONAL_OBJECT = None, json: JSON = False
) -> None:
    """Show a bucket, or an object in it."""
    chosen = chosen_bucket(shared, Kind.OBJECTS, bucket)
    if name is None:
        print_bucket(with_api(shared, lambda api: open_bucket(api, Kind.OBJECTS, chosen)), json=json)
        return
    check_object(name)
    print_object(with_objects(shared, chosen, lambda objects: objects.info(name)), json=json)


@shared_options
def watch(
    shared: SharedOptions,
    bucket: BUCKET,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document a line.")] = False,
) -> None:
    """Print what is put and deleted, as it happens.

    What is there comes first; Ctrl-C ends it.
    """
    notices = Notices(quiet=shared.quiet)

    async def lines(api: Api, found: Bucket, watching: Watching) -> AsyncGenerator[bytes, None]:
        async with aclosing(Objects(api, found).look(history=True, watching=watching)) as batches:
            async for batch in batches:
                whole = [info for info in batch if not _is_broken(info, notices)]
                yield b"".join([_line(info, json=json) for info in whole if isinstance(info, ObjectInfo)])

    watch_bucket(shared, Kind.OBJECTS, bucket, lines)


async def _listed(objects: Objects, notices: Notices) -> list[ObjectInfo]:
    """Return the objects; what is kept of one that cannot be read is warned of."""
    found: list[ObjectInfo] = []
    async with aclosing(objects.look()) as batches:
        async for batch in batches:
            found += [info for info in batch if isinstance(info, ObjectInfo) and not info.is_deleted]
            for info in batch:
                _is_broken(info, notices)
    return found


def _is_broken(info: ObjectInfo | BrokenObjectError, notices: Notices) -> bool:
    if isinstance(info, BrokenObjectError):
        notices.warn(str(info))
        return True
    return False


def _line(info: ObjectInfo, *, json: bool) -> bytes:
    if json:
        return dumps(object_document(info)).encode() + b"\n"
    return object_line(info, colour=wanted(sys.stdout)).encode() + b"\n"
