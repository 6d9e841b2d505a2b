"""``natscli stream add`` and ``natscli stream copy``."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import as_utf8
from natscli.commands.asking import ask, can_ask
from natscli.commands.config_editing import warn_of_untaken
from natscli.commands.config_making import MakingOptions, only_checked, without_reserved
from natscli.commands.jetstream import (
    JSON,
    NEEDED_STREAM,
    STREAM,
    limit,
    listed,
    nanoseconds,
    read_config,
    with_api,
)
from natscli.commands.stream_copying import copy_messages
from natscli.commands.stream_info import print_stream
from natscli.commands.stream_options import NewStreamOptions, StreamOptions, said_of, said_of_new
from natscli.errors import UsageError
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.document import Document
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import account_info, create_stream, stream_info
from natscli.jetstream.validity import stream_faults
from natscli.render.notices import Notices

_DEMANDED_BYTES = 256 * 1024 * 1024  # where the account demands a limit and none is named
_TWO_MINUTES = 120_000_000_000
_USUAL: dict[str, Any] = {  # what --defaults says, in the order in which it is asked
    "storage": "file",
    "num_replicas": 1,
    "retention": "limits",
    "discard": "old",
    "max_msgs": -1,
    "max_msgs_per_subject": -1,
    "max_bytes": -1,
    "max_age": 0,
    "max_msg_size": -1,
}
_ASKED = {  # what a person is asked, and the option that says it
    "storage": ("Storage (file, memory)", "--storage"),
    "num_replicas": ("Replication", "--replicas"),
    "retention": ("Retention policy (limits, interest, workqueue)", "--retention"),
    "discard": ("Discard policy (old, new)", "--discard"),
    "max_msgs": ("Stream messages limit", "--max-msgs"),
    "max_msgs_per_subject": ("Per subject messages limit", "--max-msgs-per-subject"),
    "max_bytes": ("Total stream size", "--max-bytes"),
    "max_age": ("Message TTL", "--max-age"),
    "max_msg_size": ("Max message size", "--max-msg-size"),
    "duplicate_window": ("Duplicate tracking time window", "--dupe-window"),
}


@shared_options
def add(
    shared: SharedOptions,
    options: StreamOptions,
    new: NewStreamOptions,
    making: MakingOptions,
    stream: STREAM = None,
    json: JSON = False,
) -> None:
    """Make a stream.

    At a terminal what is not said is asked for; elsewhere it is an error, unless --defaults says the usual:
    file storage, one replica, no limits, the old giving way to the new, ids remembered for two minutes.
    """
    wanted = _wanted(options, new, stream, making.config, defaults=making.defaults)
    if only_checked(making, wanted, stream_faults(wanted)):
        return
    demanding = making.defaults and making.config is None and options.max_bytes is None
    made = with_api(shared, lambda api: _create(api, wanted, demanding=demanding))
    warn_of_untaken(shared, wanted, made.config)
    Notices(quiet=shared.quiet).say(f"Stream {made.name} was created")
    print_stream(made, json=json)


def _wanted(
    options: StreamOptions, new: NewStreamOptions, stream: str | None, config: str | None, *, defaults: bool
) -> StreamConfig:
    """Return the configuration that options, file and person ask for."""
    given = read_config(config) if config is not None else Document()
    said = said_of(options, given) | said_of_new(new)
    raw = without_reserved(dict(given.raw)) | {key: value for key, value in said.items() if value is not None}
    if stream is not None:
        raw["name"] = stream
    if config is None:
        raw.setdefault("allow_direct", True)
        raw.setdefault("max_consumers", -1)
        _complete(raw, defaults=defaults)
    check_name(StreamConfig(raw).name, "stream")
    if raw.get("mirror") and raw.get("subjects"):
        raise UsageError("a mirror stores no subjects of its own", "--mirror or --subjects, not both")
    return StreamConfig(raw)


def _complete(raw: dict[str, Any], *, defaults: bool) -> None:
    """Add what is missing: the usual, or what a person says."""
    copies = bool(raw.get("mirror") or raw.get("sources"))
    required = [] if "name" in raw else [("name", "the name")]
    required += [] if "subjects" in raw or copies else [("subjects", "--subjects")]
    missing = [key for key in (*_USUAL, "duplicate_window") if key not in raw]
    if raw.get("mirror"):
        missing = [key for key in missing if key != "duplicate_window"]
    if not can_ask():
        _refuse([name for _, name in required] + ([] if defaults else [_ASKED[key][1] for key in missing]))
    for key, _ in required:
        raw[key] = ask("Stream Name") if key == "name" else listed([ask("Subjects")])
    for key in missing:
        usual = _window(raw) if key == "duplicate_window" else _USUAL[key]
        raw[key] = usual if defaults else _answer(key, usual)
    if can_ask() and not defaults and "allow_rollup_hdrs" not in raw:
        raw["allow_rollup_hdrs"] = ask("Allow message roll-ups (yes, no)", "no").lower() in ("y", "yes")


def _refuse(missing: Sequence[str]) -> None:
    if missing:
        hint = "--defaults says the usual for all but the name and the subjects"
        raise UsageError(f"what the stream is to be is not all said: {', '.join(missing)}", hint)


def _window(raw: dict[str, Any]) -> int:
    """Return how long ids are remembered: two minutes, and no longer than messages."""
    age = raw.get("max_age") or 0
    return min(age, _TWO_MINUTES) if age > 0 else _TWO_MINUTES


def _answer(key: str, usual: Any) -> Any:
    """Return what a person says of a field."""
    shown = "2m" if key == "duplicate_window" else "-1" if key == "max_age" else str(usual)
    text = ask(_ASKED[key][0], shown)
    if key in ("max_age", "duplicate_window"):
        return nanoseconds(text)
    if key in ("max_bytes", "max_msg_size"):
        return limit(text)
    if isinstance(usual, int):
        try:
            return int(text)
        except ValueError:
            raise UsageError(f"'{text}' is not a whole number") from None
    return text.lower()


async def _create(api: Api, wanted: StreamConfig, *, demanding: bool) -> StreamInfo:
    """Make a stream; where nobody named a limit of bytes and the account demands one, with that."""
    if demanding:
        account = await account_info(api)
        limits = [account.part("limits"), *[tier.part("limits") for tier in _tiers(account)]]
        if any(each.flag("max_bytes_required") for each in limits):
            wanted = wanted.changed({"max_bytes": _DEMANDED_BYTES})
    return await create_stream(api, wanted)


def _tiers(account: Document) -> list[Document]:
    tiers = account.part("tiers")
    return [tiers.part(name) for name in tiers.raw]


@shared_options
def copy(
    shared: SharedOptions,
    options: StreamOptions,
    new: NewStreamOptions,
    original: NEEDED_STREAM,
    destination: Annotated[str, typer.Argument(help="The new stream.", parser=as_utf8, metavar="DESTINATION")],
    data: Annotated[bool, typer.Option("--data", help="Copy the messages, too.")] = False,
    json: JSON = False,
) -> None:
    """Make a stream like another, with its messages if asked.

    It is configured as the other, with what is typed changed.  With --data it gets the messages too, with their
    sequences and times: it mirrors the other until it has all, and is on its own then.  Two streams cannot store
    the same subjects: --subjects says what the new one stores.
    """
    before = with_api(shared, lambda api: stream_info(api, original)).config
    changes = said_of(options, before) | said_of_new(new)
    changed = before.changed(changes | {"name": destination})
    wanted = StreamConfig(without_reserved(dict(changed.raw)))
    check_name(destination, "stream")
    if options.mirror is not None and options.subjects is None:
        wanted = wanted.changed({"subjects": None})
    made = copy_messages(shared, original, wanted) if data else with_api(shared, lambda api: create_stream(api, wanted))
    Notices(quiet=shared.quiet).say(f"Stream {destination} was created")
    print_stream(made, json=json)
