"""``natscli counter``: numbers of any size that clients add to."""

from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import SUBJECT, as_utf8
from natscli.commands.buckets import print_names
from natscli.commands.jetstream import JSON, with_api
from natscli.errors import UsageError
from natscli.jetstream.counters import (
    Counter,
    add_to_counter,
    check_counter,
    check_increment,
    list_counters,
    negated,
    read_counter,
)
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.reports import print_json, print_sections

STREAM = Annotated[str, typer.Option("--stream", help="The stream that keeps it; found by the subject otherwise.")]
VALUE = Annotated[str, typer.Argument(help="A whole number of any size.")]
FILTER = Annotated[
    str | None, typer.Argument(help="Only counters like this; * is any token, > all that follow.", parser=as_utf8)
]


@shared_options
def get(shared: SharedOptions, subject: SUBJECT, stream: STREAM = "", json: JSON = False) -> None:
    """Print the value of a counter."""
    check_counter(subject)
    _print(with_api(shared, lambda api: read_counter(api, subject, stream)), json=json)


@shared_options
def view(shared: SharedOptions, subject: SUBJECT, stream: STREAM = "", json: JSON = False) -> None:
    """Show a counter, and where its value comes from."""
    check_counter(subject)
    counter = with_api(shared, lambda api: read_counter(api, subject, stream))
    if json:
        print_json(_document(counter))
        return
    rows = [("Value", counter.value), ("Increment", counter.increment), ("Stream", counter.stream)]
    sources = [(stream, f"{where}: {value}") for stream, where, value in counter.sources]
    print_sections([(f"Counter {subject}", rows), *([("Sources", sources)] if sources else [])])
    if not sources:
        Notices(quiet=shared.quiet).say("no source information found")


@shared_options
def increment(
    shared: SharedOptions, subject: SUBJECT, value: VALUE = "1", stream: STREAM = "", json: JSON = False
) -> None:
    """Add to a counter, and print its value."""
    check_counter(subject)
    change = check_increment(value)
    _print(with_api(shared, lambda api: add_to_counter(api, subject, change, stream)), json=json)


@shared_options
def decrement(
    shared: SharedOptions, subject: SUBJECT, value: VALUE = "1", stream: STREAM = "", json: JSON = False
) -> None:
    """Take from a counter, and print its value."""
    check_counter(subject)
    change = negated(check_increment(value))
    _print(with_api(shared, lambda api: add_to_counter(api, subject, change, stream)), json=json)


@shared_options
def ls(shared: SharedOptions, subject: FILTER = None, stream: STREAM = "", json: JSON = False) -> None:
    """List the counters of a stream."""
    if subject is None and not stream:
        raise UsageError("neither a stream nor a subject is named", "--stream NAME lists all counters of one")
    found = with_api(shared, lambda api: list_counters(api, subject or ">", stream))
    if json:
        print_json(found)
    elif found:
        print_names(found)
    else:
        Notices(quiet=shared.quiet).say("no counters found")


def _print(counter: Counter, *, json: bool) -> None:
    if json:
        print_json(_document(counter))
    else:
        print_text(counter.value)


def _document(counter: Counter) -> dict[str, Any]:
    """Return a counter as docs/json.md has it: numbers are text, as they have any size."""
    sources = [{"stream": stream, "subject": where, "value": value} for stream, where, value in counter.sources]
    return {
        "subject": counter.subject,
        "stream": counter.stream,
        "value": counter.value,
        "increment": counter.increment,
        **({"sources": sources} if sources else {}),
    }
