"""``natscli kv get`` and ``kv history``."""

import sys
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.buckets import BUCKET, KEY, with_values
from natscli.commands.jetstream import JSON
from natscli.errors import UsageError
from natscli.jetstream.entries import Entry
from natscli.render.colour import is_terminal
from natscli.render.content import body_text
from natscli.render.output import print_bytes, print_text
from natscli.render.reports import print_json
from natscli.render.table import text_table
from natscli.render.values import entry_document, entry_text, history_row

_COLUMNS = ("Key", "Revision", "Op", "Created", "Length", "Value")


@shared_options
def get(
    shared: SharedOptions,
    bucket: BUCKET,
    key: KEY,
    revision: Annotated[int | None, typer.Option("--revision", min=1, help="That of a revision.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="The value alone, byte for byte.")] = False,
    json: JSON = False,
) -> None:
    """Print the value of a key."""
    if raw and json:
        raise UsageError("--raw and --json do not go together")
    entry = with_values(shared, bucket, lambda values: values.get(key, revision or 0), key)
    if json:
        print_json(entry_document(entry))
    elif raw:
        print_bytes(body_text(entry.value, terminal=is_terminal(sys.stdout)))
    else:
        print_text(entry_text(entry))


@shared_options
def history(shared: SharedOptions, bucket: BUCKET, key: KEY, json: JSON = False) -> None:
    """Print what is kept of a key, oldest first."""
    print_history(with_values(shared, bucket, lambda values: values.history(key), key), json=json)


def print_history(entries: list[Entry], *, json: bool) -> None:
    """Print the entries of a key."""
    if json:
        print_json([entry_document(entry) for entry in entries])
    else:
        print_text(text_table(_COLUMNS, [history_row(entry) for entry in entries]))
