"""``natscli kv ls`` and ``kv info``."""

from contextlib import aclosing
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import as_utf8
from natscli.commands.buckets import (
    OPTIONAL_BUCKET,
    chosen_bucket,
    print_bucket,
    print_buckets,
    print_names,
    with_values,
)
from natscli.commands.jetstream import JSON, with_api
from natscli.errors import UsageError
from natscli.jetstream.buckets import Kind, open_bucket
from natscli.jetstream.entries import Entry
from natscli.jetstream.values import Values, View, check_filter
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.reports import print_json
from natscli.render.table import text_table
from natscli.render.values import entry_document, printable
from natscli.text.moments import local_time
from natscli.text.sizes import plural

FILTERS = Annotated[
    list[str] | None,
    typer.Argument(help="Only keys like these; * is any token, > all that follow.", parser=as_utf8, metavar="[KEY]..."),
]


@shared_options
def ls(
    shared: SharedOptions,
    bucket: OPTIONAL_BUCKET = None,
    keys: FILTERS = None,
    names: Annotated[bool, typer.Option("--names", "-n", help="Names alone; nothing where there are none.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="A table of the keys.")] = False,
    display_value: Annotated[bool, typer.Option("--display-value", help="With -v, their values too.")] = False,
    json: JSON = False,
) -> None:
    """List the buckets, or the keys in one."""
    if display_value and not verbose:
        raise UsageError("--display-value needs --verbose")
    if bucket is None:
        if verbose:
            raise UsageError("--verbose is for the keys of a bucket")
        print_buckets(shared, Kind.VALUES, names=names, json=json)
        return
    filters = tuple(check_filter(key) for key in keys or (">",))
    if verbose:
        view = View(filters, headers_only=not display_value)
        entries = with_values(shared, bucket, lambda values: _entries(values, view))
        _print_entries(bucket, entries, values=display_value, json=json)
        found = len(entries)
    else:
        found = with_values(shared, bucket, lambda values: _print_keys(values, filters, json=json))
    if not found and not names and not json:
        Notices(quiet=shared.quiet).say("no keys found in bucket")


@shared_options
def info(shared: SharedOptions, bucket: OPTIONAL_BUCKET = None, json: JSON = False) -> None:
    """Show how a bucket is configured."""
    chosen = chosen_bucket(shared, Kind.VALUES, bucket)
    print_bucket(with_api(shared, lambda api: open_bucket(api, Kind.VALUES, chosen)), json=json)


async def _print_keys(values: Values, filters: tuple[str, ...], *, json: bool) -> int:
    """Print the keys as they come, and return how many they were."""
    found: list[str] = []
    count = 0
    async with aclosing(values.keys(filters)) as batches:
        async for batch in batches:
            count += len(batch)
            if json:
                found += batch
            else:
                print_names(batch)
    if json:
        print_json(found)
    return count


async def _entries(values: Values, view: View) -> list[Entry]:
    async with aclosing(values.look(view)) as batches:
        return [entry async for batch in batches for entry in batch.put]


def _print_entries(bucket: str, entries: list[Entry], *, values: bool, json: bool) -> None:
    if json:
        print_json([entry_document(entry, value=values) for entry in entries])
    elif entries:
        titles = ("Key", "Created", "Revision", *(("Value",) if values else ()))
        rows = [_row(entry, values=values) for entry in entries]
        print_text(f"Contents of bucket '{bucket}': {plural(len(entries), 'key')}\n\n{text_table(titles, rows)}")


def _row(entry: Entry, *, values: bool) -> tuple[str, ...]:
    shown = (printable(entry.value),) if values else ()
    return (entry.key, local_time(entry.created), str(entry.revision), *shown)
