"""``natscli consumer add``, ``copy`` and ``edit``."""

from functools import partial
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import as_utf8
from natscli.commands.asking import ask, can_ask
from natscli.commands.config_editing import EditingOptions, check_unchanged, edited, warn_of_untaken
from natscli.commands.config_making import MakingOptions, only_checked, without_reserved
from natscli.commands.consumer_info import print_consumer
from natscli.commands.consumer_options import (
    ConsumerOptions,
    NewConsumerOptions,
    said_of_consumer,
    said_of_new_consumer,
)
from natscli.commands.jetstream import (
    CONSUMER,
    JSON,
    NEEDED_STREAM,
    STREAM,
    ChoiceOptions,
    agreed,
    chosen_consumer,
    chosen_stream,
    read_config,
    with_api,
)
from natscli.errors import UsageError
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import ConsumerConfig
from natscli.jetstream.consumers import consumer_info, create_consumer, update_consumer
from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo
from natscli.jetstream.validity import consumer_faults
from natscli.render.notices import Notices

_OF_PULL = ("max_waiting", "max_batch", "max_expires", "max_bytes")
_OF_PUSH = ("deliver_subject", "deliver_group", "flow_control", "idle_heartbeat", "rate_limit_bps")
_USUAL: dict[str, tuple[Any, str, str]] = {  # what --defaults says, what is asked, and the option that says it
    "deliver_policy": ("all", "Start policy (all, new, last, subject, 1h, sequence)", "--deliver"),
    "ack_policy": ("", "Acknowledgement policy (explicit, all, none)", "--ack"),
    "replay_policy": ("instant", "Replay policy (instant, original)", "--replay"),
    "max_deliver": (-1, "Maximum deliveries", "--max-deliver"),
    "max_ack_pending": (0, "Maximum acknowledgements pending", "--max-pending"),
}


@shared_options
def add(
    shared: SharedOptions,
    choice: ChoiceOptions,
    options: ConsumerOptions,
    new: NewConsumerOptions,
    making: MakingOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    json: JSON = False,
) -> None:
    """Make a consumer.

    At a terminal what is not said is asked for; elsewhere it is an error, unless --defaults says the usual:
    a pull consumer of all messages, each to be acknowledged.
    """
    wanted = _wanted(options, new, consumer, making.config, defaults=making.defaults)
    if only_checked(making, wanted, consumer_faults(wanted)):
        return
    of_stream = chosen_stream(shared, stream, every=choice.all)
    made = with_api(shared, lambda api: create_consumer(api, of_stream, wanted))
    warn_of_untaken(shared, wanted, made.config)
    Notices(quiet=shared.quiet).say(f"Consumer {of_stream} > {made.name} was created")
    print_consumer(made, json=json)


def _wanted(
    options: ConsumerOptions, new: NewConsumerOptions, consumer: str | None, config: str | None, *, defaults: bool
) -> ConsumerConfig:
    """Return the configuration that options, file and person ask for."""
    given = read_config(config) if config is not None else Document()
    changed = given.changed(said_of_consumer(options) | said_of_new_consumer(new))
    raw = without_reserved(dict(changed.raw))
    if new.pull and options.target:
        raise UsageError("--pull and --target exclude each other")
    if new.pull:
        raw = {key: value for key, value in raw.items() if key not in _OF_PUSH}
    if config is None:
        consumer = _complete(raw, consumer, new, defaults=defaults)
    named = consumer or ConsumerConfig(raw).name
    if named:
        raw["name"] = check_name(named, "consumer")
    if named and not new.ephemeral and (config is None or raw.get("durable_name")):
        raw["durable_name"] = named
    if new.ephemeral:
        raw.pop("durable_name", None)
    _check(raw)
    return ConsumerConfig(raw)


def _complete(raw: dict[str, Any], consumer: str | None, new: NewConsumerOptions, *, defaults: bool) -> str | None:
    """Add what is missing, the usual or what a person says; returns the name."""
    nameless = consumer is None and not new.ephemeral
    modeless = not new.pull and "deliver_subject" not in raw and not defaults
    missing = [key for key in _USUAL if key not in raw]
    if not can_ask():
        lacking = ["the name"] if nameless else []
        lacking += ["--pull or --target"] if modeless else []
        lacking += [] if defaults else [_USUAL[key][2] for key in missing]
        if lacking:
            hint = "--defaults says the usual for all but the name"
            raise UsageError(f"what the consumer is to be is not all said: {', '.join(lacking)}", hint)
    name = ask("Consumer name") if nameless else consumer
    if modeless and (target := ask("Delivery target ('-' for a pull consumer)", "-")) != "-":
        raw["deliver_subject"] = target
    for key in missing:
        usual, question, _ = _USUAL[key]
        if key == "ack_policy":
            usual = "none" if raw.get("deliver_subject") else "explicit"
        _say(raw, key, usual if defaults else ask(question, str(usual)))
    if raw.get("backoff") and raw.get("max_deliver", -1) < 0:
        raw["max_deliver"] = len(raw["backoff"]) + 1  # the server wants more deliveries than waits
    return name


def _say(raw: dict[str, Any], key: str, value: Any) -> None:
    if key == "deliver_policy":
        raw |= said_of_new_consumer(NewConsumerOptions(deliver=str(value)))
    elif key in ("max_deliver", "max_ack_pending"):
        try:
            number = int(value)
        except ValueError:
            raise UsageError(f"'{value}' is not a whole number") from None
        if raw.get("ack_policy") != "none" and number:
            raw[key] = number
    else:
        raw[key] = value


def _check(raw: dict[str, Any]) -> None:
    """Raise for what a pull consumer cannot have."""
    if raw.get("deliver_subject"):
        return
    names = {"rate_limit_bps": "--bps", "idle_heartbeat": "--heartbeat", "flow_control": "--flow-control"}
    names["deliver_group"] = "--deliver-group"
    for key, option in names.items():
        if raw.get(key):
            raise UsageError(f"{option} is for a push consumer", "--target SUBJECT makes one")


@shared_options
def copy(
    shared: SharedOptions,
    options: ConsumerOptions,
    new: NewConsumerOptions,
    stream: NEEDED_STREAM,
    original: Annotated[str, typer.Argument(help="The consumer to copy.", parser=as_utf8, metavar="SOURCE")],
    destination: Annotated[str, typer.Argument(help="The new consumer.", parser=as_utf8, metavar="DESTINATION")],
    json: JSON = False,
) -> None:
    """Make a consumer like another.

    It is of the same stream, and configured as the other, with what is typed changed.
    """
    before = with_api(shared, lambda api: consumer_info(api, stream, original)).config
    changes = said_of_consumer(options) | said_of_new_consumer(new)
    if new.pull:
        changes |= dict.fromkeys(_OF_PUSH)
    if options.target:
        changes = dict.fromkeys(_OF_PULL) | changes
    if "deliver_policy" in changes:
        changes = {"opt_start_seq": None, "opt_start_time": None} | changes
    check_name(destination, "consumer")
    names = {"name": destination, "durable_name": None if new.ephemeral else destination}
    wanted = ConsumerConfig(without_reserved(dict(before.changed(changes | names).raw)))
    _check(dict(wanted.raw))
    made = with_api(shared, lambda api: create_consumer(api, stream, wanted))
    Notices(quiet=shared.quiet).say(f"Consumer {stream} > {destination} was created")
    print_consumer(made, json=json)


@shared_options
def edit(
    shared: SharedOptions,
    choice: ChoiceOptions,
    options: ConsumerOptions,
    editing: EditingOptions,
    stream: STREAM = None,
    consumer: CONSUMER = None,
    json: JSON = False,
) -> None:
    """Change a consumer.

    What is typed is changed, and nothing else, whether natscli knows the rest or not.
    """
    of_stream, name = chosen_consumer(shared, stream, consumer, every=choice.all)
    before = with_api(shared, lambda api: consumer_info(api, of_stream, name)).config
    after = edited(before, name, editing, lambda base: base.changed(said_of_consumer(options)), json=json)
    if after is None:
        Notices(quiet=shared.quiet).say("No difference in configuration")
    elif agreed(f"Really edit consumer {of_stream} > {name}?", force=editing.force):
        updated = with_api(shared, partial(_update, of_stream, name, before, ConsumerConfig(after.raw)))
        warn_of_untaken(shared, after, updated.config)
        Notices(quiet=shared.quiet).say(f"Consumer {of_stream} > {name} was updated")
        print_consumer(updated, json=json)


async def _update(stream: str, name: str, before: ConsumerConfig, after: ConsumerConfig, api: Api) -> ConsumerInfo:
    check_unchanged(before, (await consumer_info(api, stream, name)).config, f"consumer '{stream} > {name}'")
    return await update_consumer(api, stream, after)
