"""``natscli stream find`` and ``natscli stream report``."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.commands.jetstream import JSON, with_api
from natscli.commands.stream_info import NAMES, SUBJECT, print_names, print_streams, tell_missing
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream import finding
from natscli.jetstream.document import Document
from natscli.jetstream.finding import Criterion, Info
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import list_streams
from natscli.render.output import print_text
from natscli.render.reports import print_json
from natscli.render.stream_report import dot_graph, leader_table, replication_table, report_table


def period(*names: str, text: str) -> Any:
    """Return an option that takes a duration."""
    return typer.Option(*names, parser=duration, metavar="DUR", help=text)


class FindStreamOptions(Options):
    """What streams are looked for."""

    server_name: Annotated[str | None, typer.Option("--server-name", help="Kept by such a server (regex).")] = None
    cluster: Annotated[str | None, typer.Option("--cluster", help="In such a cluster (regex).")] = None
    empty: Annotated[bool, typer.Option("--empty", help="Without messages.")] = False
    idle: Annotated[float | None, period("--idle", text="Without new messages for so long.")] = None
    created: Annotated[float | None, period("--created", text="Made longer ago.")] = None
    consumers: Annotated[int, typer.Option("--consumers", help="With so many consumers at most; -1 for any.")] = -1
    replicas: Annotated[int | None, typer.Option("--replicas", min=0, help="With so many replicas at most.")] = None
    sourced: Annotated[bool, typer.Option("--sourced", help="That take in other streams.")] = False
    mirrored: Annotated[bool, typer.Option("--mirrored", help="That mirror another stream.")] = False
    leader: Annotated[str | None, typer.Option("--leader", metavar="SERVER", help="Led by this server.")] = None
    api_level: Annotated[int | None, typer.Option("--api-level", help="That need this API level or more.")] = None
    expression: Annotated[
        str | None, typer.Option("--expression", help="Of which it is true: config, state and info have fields.")
    ] = None
    invert: Annotated[bool, typer.Option("--invert", help="Those of which all that is the other way round.")] = False


@shared_options
def find(
    shared: SharedOptions, wanted: FindStreamOptions, subject: SUBJECT = None, names: NAMES = False, json: JSON = False
) -> None:
    """Find streams by what they are and hold.

    Such as ``--empty`` ones, or by ``--expression 'state.messages > 10'``.
    """
    criteria = stream_criteria(wanted)
    listing = with_api(shared, lambda api: list_streams(api, subject or ""))
    found = finding.matching(listing.streams, criteria, invert=wanted.invert)
    if names:
        print_names([info.name for info in found], json=json)
    elif json:
        print_json([info.raw for info in found])
    elif found:
        print_streams(found)
    else:
        print_text("No streams found")
    tell_missing(shared, listing.missing, "stream")


def stream_criteria(wanted: FindStreamOptions) -> list[Criterion[StreamInfo]]:
    """Return the questions that the options ask."""
    now = time.time()
    given: Sequence[tuple[object, Callable[[], Criterion[StreamInfo]]]] = (
        (wanted.server_name, lambda: finding.on_server(wanted.server_name or "")),
        (wanted.cluster, lambda: finding.in_cluster(wanted.cluster or "")),
        (wanted.empty or None, lambda: lambda info: info.state.whole("messages") == 0),
        (wanted.idle, lambda: finding.stream_idle(now, wanted.idle or 0.0)),
        (wanted.created, lambda: finding.created_before(now, wanted.created or 0.0)),
        (None if wanted.consumers < 0 else 1, lambda: lambda info: _consumers(info) <= wanted.consumers),
        (wanted.replicas, lambda: lambda info: info.config.whole("num_replicas") <= (wanted.replicas or 0)),
        (wanted.sourced or None, lambda: lambda info: bool(info.config.parts("sources"))),
        (wanted.mirrored or None, lambda: lambda info: info.config.is_mirror),
        (wanted.leader, lambda: finding.led_by(wanted.leader or "")),
        (wanted.api_level, lambda: finding.level_from(wanted.api_level or 0)),
        (wanted.expression, lambda: expressed(wanted.expression or "")),
    )
    return [criterion() for value, criterion in given if value is not None]


def _consumers(info: StreamInfo) -> int:
    return info.state.whole("consumer_count")


def expressed(text: str) -> Criterion[Info]:
    """Return an expression over ``config``, ``state`` and ``info`` as a criterion; UsageError for none."""
    from natscli.messaging.expressions import Expression, shown  # 15 ms, for --expression alone

    try:
        expression = Expression(text, ("config", "state", "info"))
    except ValueError as error:
        raise UsageError(str(error)) from None

    def holds(info: Document) -> bool:
        parts = {"config": info.part("config").raw, "state": _state(info), "info": info.raw}
        return expression.holds({name: shown(value) for name, value in parts.items()})

    return holds


def _state(info: Document) -> Any:
    """Return a stream's state; a consumer's is in its info itself."""
    return info.raw.get("state", info.raw)


@shared_options
def report(
    shared: SharedOptions,
    subject: SUBJECT = None,
    cluster: Annotated[str | None, typer.Option("--cluster", help="Only streams of this cluster.")] = None,
    consumers: Annotated[bool, typer.Option("--consumers", "-o", help="Sort by consumers.")] = False,
    messages: Annotated[bool, typer.Option("--messages", "-m", help="Sort by messages.")] = False,
    name: Annotated[bool, typer.Option("--name", "-n", help="Sort by name.")] = False,
    storage: Annotated[bool, typer.Option("--storage", "-t", help="Sort by storage.")] = False,
    raw: Annotated[bool, typer.Option("--raw", "-r", help="Numbers as they are.")] = False,
    dot: Annotated[str | None, typer.Option("--dot", metavar="FILE", help="Write a graph of who copies whom.")] = None,
    leaders: Annotated[bool, typer.Option("--leaders", "-l", help="How many each server leads.")] = False,
    json: JSON = False,
) -> None:
    """Report on all streams.

    What they hold, where, and what they copy; sorted by bytes unless told otherwise.
    """
    if consumers + messages + name + storage > 1:
        raise UsageError("streams are sorted by one thing", "give one of --consumers, --messages, --name and --storage")
    listing = with_api(shared, lambda api: list_streams(api, subject or ""))
    streams = [info for info in listing.streams if cluster is None or info.cluster.text("name") == cluster]
    orders: dict[Callable[[StreamInfo], Any], bool] = {
        _consumers: consumers,
        lambda info: info.state.whole("messages"): messages,
        lambda info: info.name: name,
        lambda info: info.config.text("storage"): storage,
        lambda info: info.state.whole("bytes"): True,
    }
    streams.sort(key=next(order for order, asked in orders.items() if asked))
    if dot is not None:
        _write_graph(dot, streams)
    if json:
        print_json([info.raw for info in streams])
    elif streams:
        print_text("\n\n".join(_tables(streams, raw=raw, leaders=leaders)))
    else:
        print_text("No Streams defined")
    tell_missing(shared, listing.missing, "stream")


def _tables(streams: list[StreamInfo], *, raw: bool, leaders: bool) -> list[str]:
    tables = [report_table(streams, raw=raw), replication_table(streams)]
    if leaders:
        leading = Counter(info.cluster.text("leader") for info in streams)
        tables.append(leader_table(leading, "Streams"))
    return [table for table in tables if table]


def _write_graph(path: str, streams: list[StreamInfo]) -> None:
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(dot_graph(streams))
    except OSError as error:
        raise NatsCliError(f"'{path}' cannot be written: {(error.strerror or 'it failed').lower()}") from error
