"""``natscli kv watch``."""

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing
from json import dumps
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.bucket_watching import watch_bucket
from natscli.commands.buckets import BUCKET
from natscli.commands.kv_ls import FILTERS
from natscli.errors import UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket, Kind
from natscli.jetstream.entries import Entries
from natscli.jetstream.reading import Watching
from natscli.jetstream.values import Values, View, check_filter
from natscli.render.colour import is_terminal, wanted
from natscli.render.values import entry_document, watch_printer


@shared_options
def watch(
    shared: SharedOptions,
    bucket: BUCKET,
    keys: FILTERS = None,
    history: Annotated[bool, typer.Option("--history", help="Begin with all that is kept of each key.")] = False,
    deletes: Annotated[bool, typer.Option("--deletes/--no-deletes", help="Show what is deleted, too.")] = True,
    updates: Annotated[bool, typer.Option("--updates", help="Only what is written from now on.")] = False,
    revision: Annotated[int | None, typer.Option("--revision", min=1, help="Begin at a revision.")] = None,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document a line.")] = False,
) -> None:
    """Print values as they change.

    Those that are there come first; Ctrl-C ends it.
    """
    if sum((history, updates, revision is not None)) > 1:
        raise UsageError("--history, --updates and --revision do not go together")
    filters = tuple(check_filter(key) for key in keys or (">",))
    view = View(filters, history=history, updates_only=updates, revision=revision or 0)
    lines_of = _json_lines if json else watch_printer(colour=wanted(sys.stdout), terminal=is_terminal(sys.stdout))

    async def lines(api: Api, found: Bucket, watching: Watching) -> AsyncGenerator[bytes, None]:
        async with aclosing(Values(api, found).look(view, watching=watching)) as batches:
            async for batch in batches:
                yield lines_of(batch if deletes else batch.put)

    watch_bucket(shared, Kind.VALUES, bucket, lines)


def _json_lines(entries: Entries) -> bytes:
    return "".join([dumps(entry_document(entry)) + "\n" for entry in entries]).encode()
