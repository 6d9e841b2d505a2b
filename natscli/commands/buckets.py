"""What the commands of buckets share: which bucket and key, the value to store, and reports."""

import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from natscli.cli.options import SharedOptions
from natscli.commands.arguments import as_utf8, stdin_bytes
from natscli.commands.asking import can_ask, pick
from natscli.commands.jetstream import agreed, with_api
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket, Kind, bucket_names, check_bucket, delete_bucket, list_buckets, open_bucket
from natscli.jetstream.objects import ObjectInfo, Objects
from natscli.jetstream.values import Values, check_key
from natscli.messaging.body import read_body
from natscli.render.buckets import bucket_document, bucket_row, bucket_sections
from natscli.render.colour import is_terminal
from natscli.render.notices import Notices
from natscli.render.objects import object_document, object_sections
from natscli.render.output import print_bytes, print_text
from natscli.render.reports import print_json, print_sections
from natscli.render.table import text_table
from natscli.text.sanitise import safe

T = TypeVar("T")

BUCKET = Annotated[str, typer.Argument(help="The bucket.", parser=as_utf8, metavar="BUCKET")]
OPTIONAL_BUCKET = Annotated[str | None, typer.Argument(help="The bucket.", parser=as_utf8, metavar="[BUCKET]")]
KEY = Annotated[str, typer.Argument(help="The key.", parser=as_utf8, metavar="KEY")]
OPTIONAL_KEY = Annotated[str | None, typer.Argument(help="The key.", parser=as_utf8, metavar="[KEY]")]
OBJECT = Annotated[str, typer.Argument(help="The object.", parser=as_utf8, metavar="OBJECT")]
OPTIONAL_OBJECT = Annotated[str | None, typer.Argument(help="The object.", parser=as_utf8, metavar="[OBJECT]")]
VALUE = Annotated[str | None, typer.Argument(help="The value: text, @FILE, or - for standard input.")]
_COLUMNS = {
    Kind.VALUES: ("Bucket", "Description", "Created", "Size", "Values", "Last Update"),
    Kind.OBJECTS: ("Bucket", "Description", "Created", "Size", "Last Update"),
}


def with_values(
    shared: SharedOptions, bucket: str, work: Callable[[Values], Awaitable[T]], key: str | None = None
) -> T:
    """Return what ``work`` makes of a key-value bucket; names are checked before connecting."""
    check_bucket(bucket)
    if key is not None:
        check_key(key)

    async def opened(api: Api) -> T:
        return await work(Values(api, await open_bucket(api, Kind.VALUES, bucket)))

    return with_api(shared, opened)


def with_objects(shared: SharedOptions, bucket: str, work: Callable[[Objects], Awaitable[T]]) -> T:
    """Return what ``work`` makes of an object bucket."""
    check_bucket(bucket)

    async def opened(api: Api) -> T:
        return await work(await Objects.of(api, bucket))

    return with_api(shared, opened)


def value_of(argument: str | None) -> bytes:
    """Return the value to store: typed, in a file, or on standard input."""
    return read_body(argument, stdin_bytes(), is_terminal=is_terminal(sys.stdin))


def chosen_bucket(shared: SharedOptions, kind: Kind, name: str | None) -> str:
    """Return the bucket that is named, or that is picked at a terminal."""
    if name is not None:
        return check_bucket(name)
    if not can_ask():
        raise UsageError("no bucket is named", f"natscli {kind.command} ls lists them")
    names = with_api(shared, lambda api: bucket_names(api, kind))
    if not names:
        raise NatsCliError("there are no buckets", f"natscli {kind.command} add makes one")
    return pick("Which bucket?", names, "name the bucket")


def agree(question: str, refused: str, *, force: bool) -> None:
    """Ask before something is lost; NatsCliError where the answer is no."""
    if not agreed(question, force=force):
        raise NatsCliError(refused)


def remove_bucket(shared: SharedOptions, kind: Kind, name: str, *, force: bool) -> None:
    """Remove a bucket, after asking."""
    check_bucket(name)
    agree(f"Delete bucket '{name}' and all that is in it?", f"bucket '{name}' was not deleted", force=force)
    with_api(shared, lambda api: delete_bucket(api, kind, name))
    Notices(quiet=shared.quiet).say(f"Deleted bucket '{name}'")


def print_bucket(bucket: Bucket, *, json: bool) -> None:
    """Print the report about a bucket."""
    if json:
        print_json(bucket_document(bucket))
    else:
        print_sections(bucket_sections(bucket))


def print_object(info: ObjectInfo, *, json: bool) -> None:
    """Print the report about an object."""
    if json:
        print_json(object_document(info))
    else:
        print_sections(object_sections(info))


def print_names(names: list[str]) -> None:
    """Print names, one a line, as they are where no terminal is; nothing where there are none."""
    shown = map(safe, names) if is_terminal(sys.stdout) else names
    print_bytes("\n".join([*shown, ""]).encode("utf-8", "surrogateescape"))


def print_buckets(shared: SharedOptions, kind: Kind, *, names: bool, json: bool) -> None:
    """Print all buckets of a kind."""
    if names and not json:
        print_names(with_api(shared, lambda api: bucket_names(api, kind)))
        return
    found, missing = with_api(shared, lambda api: list_buckets(api, kind))
    notices = Notices(quiet=shared.quiet)
    if missing:
        notices.warn(f"the cluster could not tell of {', '.join(missing)}")
    if json:
        print_json([bucket.name if names else bucket_document(bucket) for bucket in found])
    elif found:
        print_text(text_table(_COLUMNS[kind], [bucket_row(bucket) for bucket in found]))
    else:
        notices.say(f"no {'key-value' if kind is Kind.VALUES else 'object'} buckets found")
