"""``natscli stream cluster`` and ``natscli consumer cluster``: leaders and replicas."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.asking import pick
from natscli.commands.consumer_info import FindConsumerOptions, consumer_criteria
from natscli.commands.jetstream import (
    CONSUMER,
    FORCE,
    JSON,
    STREAM,
    ChoiceOptions,
    agreed,
    chosen_consumer,
    chosen_stream,
    linked,
    with_api,
)
from natscli.commands.stream_finding import FindStreamOptions, stream_criteria
from natscli.commands.stream_info import SUBJECT
from natscli.errors import NatsCliError
from natscli.jetstream import finding
from natscli.jetstream.api import Api
from natscli.jetstream.balancing import Look, Move, moves, new_leader
from natscli.jetstream.consumers import consumer_info, list_consumers, step_down_consumer
from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.streams import (
    list_streams,
    remove_stream_peer,
    step_down_stream,
    stream_info,
)
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.reports import print_json
from natscli.render.table import text_table
from natscli.text.sizes import plural

_PREFERRED = Annotated[str, typer.Option("--preferred", metavar="SERVER", help="Who should lead then.")]


@shared_options
def stream_step_down(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    preferred: _PREFERRED = "",
    force: FORCE = False,
) -> None:
    """Have the leader give way.

    Waits for the next; exit code 1 where there is none in time.
    """
    name = chosen_stream(shared, stream, every=choice.all)
    _step_down(
        shared,
        f"stream '{name}'",
        lambda api: stream_info(api, name),
        lambda api: step_down_stream(api, name, preferred),
        force=force,
    )


@shared_options
def consumer_step_down(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    preferred: _PREFERRED = "",
    force: FORCE = False,
) -> None:
    """Have the leader give way.

    Waits for the next; exit code 1 where there is none in time.
    """
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    _step_down(
        shared,
        f"consumer '{of_stream} > {name}'",
        lambda api: consumer_info(api, of_stream, name),
        lambda api: step_down_consumer(api, of_stream, name, preferred),
        force=force,
    )


def _step_down(
    shared: SharedOptions,
    what: str,
    look: Look,
    asking: Callable[[Api], Awaitable[None]],
    *,
    force: bool,
) -> None:
    notices = Notices(quiet=shared.quiet)

    async def work() -> str:
        async with linked(shared) as connection:
            api = Api(connection)
            cluster = (await look(api)).cluster
            before = _leader(cluster, what, force=force)
            notices.say(f"Leader {before or 'unknown'} of {what} steps down, of {_size(cluster)} replicas")
            await asking(api)
            return await new_leader(connection, look, before, connection.target.timeout_s, what)

    notices.say(f"New leader {run(lambda _stop: work())}")


def _leader(cluster: Document, what: str, *, force: bool) -> str:
    """Return who leads; NatsCliError where nobody else could."""
    if not cluster.parts("replicas"):
        raise NatsCliError(f"{what} has one replica: nobody else can lead it")
    leader = cluster.text("leader")
    if not leader and not force:
        raise NatsCliError(f"{what} has no leader now", "--force asks all the same")
    return leader


def _size(cluster: Document) -> int:
    return len(cluster.parts("replicas")) + 1


@shared_options
def peer_remove(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    peer: Annotated[str | None, typer.Argument(help="The server.", metavar="[PEER]")] = None,
    force: FORCE = False,
) -> None:
    """Take a server out of the replicas.

    The cluster chooses another where it has one.
    """
    name = chosen_stream(shared, stream, every=choice.all)
    cluster = with_api(shared, lambda api: stream_info(api, name)).cluster
    if not cluster.text("name"):
        raise NatsCliError(f"stream '{name}' is on a server without a cluster")
    peers = [cluster.text("leader"), *[each.text("name") for each in cluster.parts("replicas")]]
    if len(peers) == 1 and not force:
        raise NatsCliError(
            f"stream '{name}' has one replica, and its messages go with it", "--force takes it all the same"
        )
    chosen = peer if peer is not None else pick("Which server?", peers, "name the server")
    if agreed(f"Really remove server {chosen} from stream {name}?", force=force):
        with_api(shared, lambda api: remove_stream_peer(api, name, chosen))
        Notices(quiet=shared.quiet).say(f"Removal of {chosen} from stream {name} has begun")


@shared_options
def balance_streams(
    shared: SharedOptions, wanted: FindStreamOptions, subject: SUBJECT = None, json: JSON = False
) -> None:
    """Spread the leaders evenly.

    Each server leads about as many streams.  The options choose the streams as those of find do.
    """
    criteria = stream_criteria(wanted)
    listing = with_api(shared, lambda api: list_streams(api, subject or ""))
    planned = moves(finding.matching(listing.streams, criteria, invert=wanted.invert))
    _balance(shared, planned, json=json)


@shared_options
def balance_consumers(
    shared: SharedOptions,
    choice: ChoiceOptions,
    wanted: FindConsumerOptions,
    stream: STREAM = None,
    json: JSON = False,
) -> None:
    """Spread the leaders evenly.

    Each server leads about as many consumers.  The options choose the consumers as those of find do.
    """
    criteria = consumer_criteria(wanted)
    name = chosen_stream(shared, stream, every=choice.all)
    listing = with_api(shared, lambda api: list_consumers(api, name))
    planned = moves(finding.matching(listing.consumers, criteria, invert=wanted.invert))
    _balance(shared, planned, json=json)


def _balance(shared: SharedOptions, planned: list[Move], *, json: bool) -> None:
    """Carry the moves out, one after the other, each with the time-out of its own."""

    async def work() -> list[Move]:
        async with linked(shared) as connection:
            return [await _moved(Api(connection), move) for move in planned]

    done = run(lambda _stop: work()) if planned else []
    if json:
        print_json([move._asdict() for move in done])
    elif done:
        print_text(text_table(("Stream", "Consumer", "Leader before", "Leader now"), done))
    Notices(quiet=shared.quiet).say(f"Moved {plural(len(done), 'leader')}")


async def _moved(api: Api, move: Move) -> Move:
    """Make one move; whom the cluster elects is its own decision, and is what is told."""
    if move.consumer:
        await step_down_consumer(api, move.stream, move.consumer, move.after)
    else:
        await step_down_stream(api, move.stream, move.after)

    async def look(patient: Api) -> StreamInfo | ConsumerInfo:
        if move.consumer:
            return await consumer_info(patient, move.stream, move.consumer)
        return await stream_info(patient, move.stream)

    what = f"consumer '{move.stream} > {move.consumer}'" if move.consumer else f"stream '{move.stream}'"
    return move._replace(
        after=await new_leader(api.connection, look, move.before, api.connection.target.timeout_s, what)
    )
