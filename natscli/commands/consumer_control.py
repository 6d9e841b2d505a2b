"""``natscli consumer rm``, ``pause``, ``resume``, ``reset`` and ``unpin``."""

from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.asking import ask, can_ask, pick
from natscli.commands.consumer_info import print_consumer
from natscli.commands.consumer_options import until as parsed_until
from natscli.commands.jetstream import CONSUMER, FORCE, JSON, STREAM, ChoiceOptions, agreed, chosen_consumer, with_api
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.consumers import (
    consumer_info,
    delete_consumer,
    pause_consumer,
    reset_consumer,
    unpin_consumer,
)
from natscli.jetstream.information import ConsumerInfo
from natscli.render.notices import Notices
from natscli.render.reports import print_json
from natscli.text.durations import format_duration
from natscli.text.moments import local_time


@shared_options
def rm(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    force: FORCE = False,
) -> None:
    """Remove a consumer."""
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    if agreed(f"Really delete consumer {of_stream} > {name}?", force=force):
        with_api(shared, lambda api: delete_consumer(api, of_stream, name))
        Notices(quiet=shared.quiet).say(f"Consumer {of_stream} > {name} was removed")


@shared_options
def pause(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    until: Annotated[
        str | None, typer.Argument(help="A duration, or a time such as '2050-01-31 12:00:00' (UTC).", metavar="[UNTIL]")
    ] = None,
    force: FORCE = False,
    json: JSON = False,
) -> None:
    """Have a consumer deliver nothing for a while."""
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    if until is None and not can_ask():
        raise UsageError("how long is not said", f"natscli consumer pause {of_stream} {name} 1h")
    moment = parsed_until(until if until is not None else ask("Pause until (time or duration)", "1h"))
    if not agreed(f"Really pause consumer {of_stream} > {name} until {local_time(moment)}?", force=force):
        return
    answer = with_api(shared, lambda api: pause_consumer(api, of_stream, name, moment))
    if not answer.flag("paused"):
        raise NatsCliError(f"consumer '{of_stream} > {name}' was not paused", "is the time in the past?")
    left = format_duration(answer.seconds("pause_remaining"))
    paused_until = local_time(answer.text("pause_until"))
    Notices(quiet=shared.quiet).say(f"Paused {of_stream} > {name} until {paused_until} ({left})")
    if json:
        print_json(answer.raw)


@shared_options
def resume(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    force: FORCE = False,
    json: JSON = False,
) -> None:
    """Have a paused consumer go on."""
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    if not with_api(shared, lambda api: consumer_info(api, of_stream, name)).flag("paused"):
        raise NatsCliError(f"consumer '{of_stream} > {name}' is not paused")
    if agreed(f"Really resume consumer {of_stream} > {name}?", force=force):
        answer = with_api(shared, lambda api: pause_consumer(api, of_stream, name, ""))
        Notices(quiet=shared.quiet).say(f"Consumer {of_stream} > {name} was resumed")
        if json:
            print_json(answer.raw)


@shared_options
def reset(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    sequence: Annotated[
        int, typer.Option("--sequence", min=0, help="Begin anew here; else behind what was acknowledged.")
    ] = 0,
    force: FORCE = False,
    json: JSON = False,
) -> None:
    """Have a consumer begin anew.

    It delivers again what it has delivered.
    """
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    if not agreed(f"Really reset consumer {of_stream} > {name}?", force=force):
        return

    async def work(api: Api) -> ConsumerInfo:
        await reset_consumer(api, of_stream, name, sequence)
        return await consumer_info(api, of_stream, name)

    info = with_api(shared, work)
    Notices(quiet=shared.quiet).say(f"Consumer {of_stream} > {name} was reset")
    print_consumer(info, json=json, state=True)


@shared_options
def unpin(
    shared: SharedOptions,
    choice: ChoiceOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    group: Annotated[str | None, typer.Argument(help="The priority group.", metavar="[GROUP]")] = None,
    force: FORCE = False,
) -> None:
    """Let another client be the pinned one.

    Of a priority group whose clients are pinned.
    """
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    info = with_api(shared, lambda api: consumer_info(api, of_stream, name))
    what = f"consumer '{of_stream} > {name}'"
    if info.config.text("priority_policy") != "pinned_client":
        raise NatsCliError(f"{what} pins no clients")
    pinned = {each.text("group"): each.text("pinned_client_id") for each in info.parts("priority_groups")}
    pinned = {each: client for each, client in pinned.items() if client}
    if not pinned:
        raise NatsCliError(f"{what} has no pinned client now")
    chosen = group if group is not None else pick("Which group?", list(pinned), "name the group")
    if chosen not in pinned:
        raise NatsCliError(f"group '{chosen}' of {what} has no pinned client")
    if agreed(f"Really unpin client {pinned[chosen]} from {of_stream} > {name} > {chosen}?", force=force):
        with_api(shared, lambda api: unpin_consumer(api, of_stream, name, chosen))
        Notices(quiet=shared.quiet).say(f"Unpinned client {pinned[chosen]} from {of_stream} > {name} > {chosen}")
