"""``natscli stream ls``, ``info``, ``state`` and ``subjects``."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.jetstream import FILTER, JSON, STREAM, ChoiceOptions, chosen_stream, subject_filter, with_api
from natscli.errors import UsageError
from natscli.jetstream.configuration import is_internal
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import list_streams, stream_info, stream_names, stream_subjects
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.reports import print_json, print_sections
from natscli.render.streams import stream_sections
from natscli.render.table import text_table
from natscli.text.moments import local_time
from natscli.text.sanitise import safe
from natscli.text.sizes import format_bytes, plural

NAMES = Annotated[bool, typer.Option("--names", "-n", help="The names alone.")]
SUBJECT = Annotated[str | None, typer.Option("--subject", help="Only streams with messages of it.", **FILTER)]
_NO_SELECT = Annotated[bool, typer.Option("--no-select", help="Offer no list where no stream is named.")]


_FILTER = {"parser": subject_filter, "metavar": "[FILTER]"}


class Order(StrEnum):
    """What subjects are sorted by."""

    NAME = "name"
    SUBJECTS = "subjects"
    MESSAGES = "messages"
    COUNT = "count"


@shared_options
def ls(
    shared: SharedOptions, choice: ChoiceOptions, subject: SUBJECT = None, names: NAMES = False, json: JSON = False
) -> None:
    """List the streams.

    With --json their names; ``stream report --json`` has all of them.
    """
    if names or json:
        found = with_api(shared, lambda api: stream_names(api, subject or ""))
        print_names([name for name in found if choice.all or not is_internal(name)], json=json)
        return
    listing = with_api(shared, lambda api: list_streams(api, subject or ""))
    streams = [info for info in listing.streams if choice.all or not info.config.is_internal]
    print_streams(streams)
    tell_hidden(shared, len(listing.streams) - len(streams))
    tell_missing(shared, listing.missing, "stream")


def print_names(names: Sequence[str], *, json: bool) -> None:
    """Print names, one a line or as one document."""
    if json:
        print_json(names)
    elif names:
        print_text("\n".join(map(safe, names)))


def print_streams(streams: list[StreamInfo]) -> None:
    """Print the table of streams, the largest last."""
    rows = [
        (
            info.name,
            info.config.description,
            local_time(info.text("created")),
            f"{info.state.whole('messages'):,}",
            format_bytes(info.state.whole("bytes")),
            local_time(info.state.text("last_ts")),
        )
        for info in sorted(streams, key=lambda info: (info.state.whole("bytes"), info.name))
    ]
    if rows:
        print_text(text_table(("Name", "Description", "Created", "Messages", "Size", "Last Message"), rows))
    else:
        print_text("No Streams defined")


def tell_hidden(shared: SharedOptions, count: int) -> None:
    """Say that streams of buckets are there too."""
    if count:
        Notices(quiet=shared.quiet).say(f"{plural(count, 'stream')} of buckets or of MQTT not shown: --all shows them")


def tell_missing(shared: SharedOptions, missing: tuple[str, ...], what: str) -> None:
    """Warn of what a cluster could not tell of."""
    if missing:
        notices = Notices(quiet=shared.quiet)
        notices.warn(f"the cluster could not tell of {plural(len(missing), what)} now: {', '.join(missing)}")


@shared_options
def info(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    json: JSON = False,
    state: Annotated[bool, typer.Option("--state", help="The state alone.")] = False,
    no_select: _NO_SELECT = False,
) -> None:
    """Show a stream's configuration and state."""
    _show(shared, choice, stream, json=json, state=state, no_select=no_select)


@shared_options
def state(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    json: JSON = False,
    no_select: _NO_SELECT = False,
) -> None:
    """Show a stream's state.

    With --json the whole of its info.
    """
    _show(shared, choice, stream, json=json, state=True, no_select=no_select)


def _show(
    shared: SharedOptions, choice: ChoiceOptions, stream: str | None, *, json: bool, state: bool, no_select: bool
) -> None:
    if stream is None and no_select:
        raise UsageError("no stream is named")
    name = chosen_stream(shared, stream, every=choice.all)
    print_stream(with_api(shared, lambda api: stream_info(api, name)), json=json, state=state)


def print_stream(info: StreamInfo, *, json: bool = False, state: bool = False) -> None:
    """Print a stream for people, or as the server's document."""
    if json:
        print_json(info.raw)
    else:
        print_sections(stream_sections(info, state_only=state))


@shared_options
def subjects(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    matching: Annotated[str, typer.Argument(help="Only subjects of this.", **_FILTER)] = ">",
    json: JSON = False,
    sort: Annotated[Order, typer.Option("--sort", help="name, or messages.")] = Order.MESSAGES,
    reverse: Annotated[bool, typer.Option("--reverse", "-R", help="The other way round.")] = False,
    names: NAMES = False,
) -> None:
    """Count the messages of each subject."""
    name = chosen_stream(shared, stream, every=choice.all)
    found = with_api(shared, lambda api: stream_subjects(api, name, matching))
    by_name = sort in (Order.NAME, Order.SUBJECTS)
    ordered = sorted(found.items(), key=lambda each: each if by_name else (each[1], each[0]), reverse=reverse)
    if json and not names:
        print_json(dict(ordered))
    elif not ordered and not json:
        Notices(quiet=shared.quiet).say(f"No subjects in stream {name} are of {matching}")
    elif names:
        print_names([subject for subject, _ in ordered], json=json)
    else:
        print_text(text_table(("Subject", "Messages"), [(subject, f"{count:,}") for subject, count in ordered]))
