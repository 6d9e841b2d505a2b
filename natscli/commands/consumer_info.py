"""``natscli consumer ls``, ``info``, ``state``, ``report`` and ``find``."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.jetstream import CONSUMER, JSON, STREAM, ChoiceOptions, chosen_consumer, chosen_stream, with_api
from natscli.commands.stream_finding import expressed, period
from natscli.commands.stream_info import NAMES, print_names, tell_missing
from natscli.errors import UsageError
from natscli.jetstream import finding
from natscli.jetstream.api import Api
from natscli.jetstream.consumers import ConsumerListing, consumer_info, consumer_names, list_consumers
from natscli.jetstream.finding import Criterion
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.streams import stream_info
from natscli.render.consumers import consumer_sections, consumers_report, consumers_table
from natscli.render.output import print_text
from natscli.render.reports import print_json, print_sections
from natscli.render.stream_report import leader_table

_NO_SELECT = Annotated[bool, typer.Option("--no-select", help="Offer no list where none is named.")]


@shared_options
def ls(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    json: JSON = False,
    names: NAMES = False,
    no_select: _NO_SELECT = False,
) -> None:
    """List a stream's consumers.

    With --json their names; ``consumer report --json`` has all of them.
    """
    _check_named(stream, no_select=no_select)
    name = chosen_stream(shared, stream, every=choice.all)
    if json or names:
        print_names(with_api(shared, lambda api: consumer_names(api, name)), json=json)
        return
    listing = with_api(shared, lambda api: list_consumers(api, name))
    print_text(consumers_table(listing.consumers) if listing.consumers else "No Consumers defined")
    tell_missing(shared, listing.missing, "consumer")


@shared_options
def info(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    json: JSON = False,
    no_select: _NO_SELECT = False,
) -> None:
    """Show a consumer's configuration and state."""
    _show(shared, choice, stream, consumer, json=json, state=False, no_select=no_select)


@shared_options
def state(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    json: JSON = False,
    no_select: _NO_SELECT = False,
) -> None:
    """Show a consumer's state.

    With --json the whole of its info.
    """
    _show(shared, choice, stream, consumer, json=json, state=True, no_select=no_select)


def _show(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: str | None,
    consumer: str | None,
    *,
    json: bool,
    state: bool,
    no_select: bool,
) -> None:
    _check_named(stream, consumer, no_select=no_select)
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    print_consumer(with_api(shared, lambda api: consumer_info(api, of_stream, name)), json=json, state=state)


def _check_named(*names: str | None, no_select: bool) -> None:
    if no_select and None in names:
        raise UsageError("no stream is named" if names[0] is None else "no consumer is named")


def print_consumer(info: ConsumerInfo, *, json: bool = False, state: bool = False) -> None:
    """Print a consumer for people, or as the server's document."""
    if json:
        print_json(info.raw)
    else:
        print_sections(consumer_sections(info, state_only=state))


@shared_options
def report(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    raw: Annotated[bool, typer.Option("--raw", "-r", help="Numbers as they are.")] = False,
    leaders: Annotated[bool, typer.Option("--leaders", "-l", help="How many each server leads.")] = False,
    json: JSON = False,
) -> None:
    """Report on a stream's consumers.

    What they have delivered, and what is still to come.
    """
    name = chosen_stream(shared, stream, every=choice.all)

    async def work(api: Api) -> tuple[StreamInfo, ConsumerListing]:
        return await stream_info(api, name), await list_consumers(api, name)

    of_stream, listing = with_api(shared, work)
    if json:
        print_json([info.raw for info in listing.consumers])
    elif listing.consumers:
        tables = [consumers_report(listing.consumers, of_stream.state.whole("messages"), raw=raw)]
        if leaders:
            leading = Counter(info.cluster.text("leader") for info in listing.consumers)
            tables.append(leader_table(leading, "Consumers"))
        print_text("\n\n".join(tables))
    else:
        print_text("No Consumers defined")
    tell_missing(shared, listing.missing, "consumer")


class FindConsumerOptions(Options):
    """What consumers are looked for."""

    pull: Annotated[bool, typer.Option("--pull", help="From which messages are asked.")] = False
    push: Annotated[bool, typer.Option("--push", help="That send messages to a subject.")] = False
    bound: Annotated[bool, typer.Option("--bound", help="With somebody who takes messages.")] = False
    waiting: Annotated[int | None, typer.Option("--waiting", help="With fewer waiting pulls.")] = None
    ack_pending: Annotated[int | None, typer.Option("--ack-pending", help="With fewer to be acknowledged.")] = None
    pending: Annotated[int | None, typer.Option("--pending", help="With fewer messages to come.")] = None
    idle: Annotated[float | None, period("--idle", text="Without deliveries for so long.")] = None
    created: Annotated[float | None, period("--created", text="Made longer ago.")] = None
    replicas: Annotated[int | None, typer.Option("--replicas", min=0, help="With so many replicas at most.")] = None
    leader: Annotated[str | None, typer.Option("--leader", metavar="SERVER", help="Led by this server.")] = None
    pinned: Annotated[bool, typer.Option("--pinned", help="With a pinned client in each group.")] = False
    api_level: Annotated[int | None, typer.Option("--api-level", help="That need this API level or more.")] = None
    expression: Annotated[
        str | None, typer.Option("--expression", help="Of which it is true: config, state and info have fields.")
    ] = None
    invert: Annotated[bool, typer.Option("--invert", help="Those of which all that is the other way round.")] = False


@shared_options
def find(
    shared: SharedOptions,
    choice: ChoiceOptions,
    wanted: FindConsumerOptions,
    stream: STREAM = None,
    names: NAMES = False,
    json: JSON = False,
) -> None:
    """Find consumers by what they are and do.

    Such as ``--bound`` ones, or by ``--expression 'state.num_pending > 10'``.
    """
    criteria = consumer_criteria(wanted)
    name = chosen_stream(shared, stream, every=choice.all)
    listing = with_api(shared, lambda api: list_consumers(api, name))
    found = finding.matching(listing.consumers, criteria, invert=wanted.invert)
    if names:
        print_names([info.name for info in found], json=json)
    elif json:
        print_json([info.raw for info in found])
    else:
        print_text(consumers_table(found) if found else "No consumers found")
    tell_missing(shared, listing.missing, "consumer")


def consumer_criteria(wanted: FindConsumerOptions) -> list[Criterion[ConsumerInfo]]:
    """Return the questions that the options ask."""
    now = time.time()
    given: Sequence[tuple[object, Callable[[], Criterion[ConsumerInfo]]]] = (
        (wanted.pull or None, lambda: lambda info: info.config.is_pull),
        (wanted.push or None, lambda: lambda info: not info.config.is_pull),
        (wanted.bound or None, lambda: lambda info: info.flag("push_bound") or info.whole("num_waiting") > 0),
        (wanted.waiting, lambda: lambda info: info.whole("num_waiting") < (wanted.waiting or 0)),
        (wanted.ack_pending, lambda: lambda info: info.whole("num_ack_pending") < (wanted.ack_pending or 0)),
        (wanted.pending, lambda: lambda info: info.whole("num_pending") < (wanted.pending or 0)),
        (wanted.idle, lambda: finding.consumer_idle(now, wanted.idle or 0.0)),
        (wanted.created, lambda: finding.created_before(now, wanted.created or 0.0)),
        (wanted.replicas, lambda: lambda info: info.config.whole("num_replicas") <= (wanted.replicas or 0)),
        (wanted.leader, lambda: finding.led_by(wanted.leader or "")),
        (wanted.pinned or None, lambda: _pinned),
        (wanted.api_level, lambda: finding.level_from(wanted.api_level or 0)),
        (wanted.expression, lambda: expressed(wanted.expression or "")),
    )
    return [criterion() for value, criterion in given if value is not None]


def _pinned(info: ConsumerInfo) -> bool:
    groups = info.parts("priority_groups")
    return bool(groups) and all(group.text("pinned_client_id") for group in groups)
