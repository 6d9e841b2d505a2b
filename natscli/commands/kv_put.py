"""``natscli kv put``, ``kv create`` and ``kv update``."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.buckets import BUCKET, KEY, VALUE, value_of, with_values
from natscli.commands.jetstream import JSON, nanoseconds
from natscli.jetstream.buckets import check_bucket
from natscli.jetstream.values import Values, check_key
from natscli.messaging.body import is_typed
from natscli.render.colour import is_terminal
from natscli.render.content import body_text
from natscli.render.notices import Notices
from natscli.render.output import print_bytes
from natscli.render.reports import print_json

TTL = Annotated[
    int | None,
    typer.Option("--ttl", parser=nanoseconds, metavar="DUR", help="How long it lives; the bucket has to allow it."),
]


@shared_options
def put(shared: SharedOptions, bucket: BUCKET, key: KEY, value: VALUE = None, json: JSON = False) -> None:
    """Store a value under a key."""
    _store(shared, bucket, key, value, lambda values, data: values.put(key, data), json=json)


@shared_options
def create(
    shared: SharedOptions, bucket: BUCKET, key: KEY, value: VALUE = None, ttl: TTL = None, json: JSON = False
) -> None:
    """Store a value under a key that has none."""
    _store(shared, bucket, key, value, lambda values, data: values.create(key, data, ttl_ns=ttl or 0), json=json)


@shared_options
def update(
    shared: SharedOptions,
    bucket: BUCKET,
    key: KEY,
    value: Annotated[str, typer.Argument(help="The value: text, @FILE, or - for standard input.")],
    revision: Annotated[int, typer.Argument(min=0, help="The revision that it has to be at.")],
    json: JSON = False,
) -> None:
    """Store a value under a key, if that is still at a revision."""
    _store(shared, bucket, key, value, lambda values, data: values.put(key, data, expected=revision), json=json)


def _store(
    shared: SharedOptions,
    bucket: str,
    key: str,
    value: str | None,
    store: Callable[[Values, bytes], Awaitable[int]],
    *,
    json: bool,
) -> None:
    """Store a value; what was typed is printed, as in the Go CLI."""
    check_bucket(bucket)
    check_key(key)
    data = value_of(value)
    revision = with_values(shared, bucket, lambda values: store(values, data), key)
    if json:
        print_json({"bucket": bucket, "key": key, "revision": revision})
        return
    if value and is_typed(value):
        print_bytes(body_text(data, terminal=is_terminal(sys.stdout)) + b"\n")
    Notices(quiet=shared.quiet).say(f"Stored '{bucket} > {key}' at revision {revision}")
