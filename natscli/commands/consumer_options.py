"""The options of ``natscli consumer add``, ``copy`` and ``edit``, and what of a configuration they say."""

import time
from enum import StrEnum
from typing import Annotated, Any

import typer

from natscli.cli.bundles import Options, defaults
from natscli.commands.jetstream import BYTES, DURATION, listed, metadata_of
from natscli.errors import UsageError
from natscli.text.durations import parse_duration
from natscli.text.moments import parse_until, utc_moment
from natscli.wire.subjects import check_subscribe


class AckPolicy(StrEnum):
    """Which messages are acknowledged."""

    NONE = "none"
    ALL = "all"
    EXPLICIT = "explicit"
    FLOW_CONTROL = "flow_control"


class Replay(StrEnum):
    """How fast messages are delivered."""

    INSTANT = "instant"
    ORIGINAL = "original"


class Backoff(StrEnum):
    """How the times between deliveries grow."""

    LINEAR = "linear"
    NONE = "none"


def _option(*names: str, **more: Any) -> Any:
    return typer.Option(*names, show_default=False, rich_help_panel="Consumer", **more)


_MINUTE = 60_000_000_000


class ConsumerOptions(Options):
    """What a consumer is to be, and what may be changed of one.  None is not typed."""

    description: Annotated[str | None, _option("--description", help="What it is for.")] = None
    filter: Annotated[list[str] | None, _option("--filter", metavar="SUBJECTS", help="Only these; '' for all.")] = None
    headers_only: Annotated[
        bool | None, _option("--headers-only/--no-headers-only", help="Headers without bodies.")
    ] = None
    max_deliver: Annotated[int | None, _option("--max-deliver", help="How often at most; -1 for ever.")] = None
    max_pending: Annotated[
        int | None, _option("--max-pending", "--max-outstanding", help="The most that may wait for acknowledgement.")
    ] = None
    max_pull_batch: Annotated[int | None, _option("--max-pull-batch", help="The most messages of a pull.")] = None
    max_pull_expire: Annotated[int | None, _option("--max-pull-expire", help="The longest pull.", **DURATION)] = None
    max_pull_bytes: Annotated[int | None, _option("--max-pull-bytes", help="The most bytes of a pull.", **BYTES)] = None
    sample: Annotated[int | None, _option("--sample", min=0, max=100, help="Percent of acknowledgements told.")] = None
    target: Annotated[str | None, _option("--target", metavar="SUBJECT", help="Push messages to this subject.")] = None
    wait: Annotated[int | None, _option("--wait", help="How long to wait for acknowledgement.", **DURATION)] = None
    inactive_threshold: Annotated[
        int | None, _option("--inactive-threshold", help="Remove it when idle for so long.", **DURATION)
    ] = None
    replicas: Annotated[int | None, _option("--replicas", min=0, help="How many servers keep it.")] = None
    metadata: Annotated[list[str] | None, _option("--metadata", metavar="K:V", help="Notes, as name:value.")] = None
    backoff: Annotated[Backoff | None, _option("--backoff", help="Longer waits each time: linear or none.")] = None
    backoff_steps: Annotated[int, _option("--backoff-steps", min=1, max=1000, help="How many. [10]")] = 10
    backoff_min: Annotated[int | None, _option("--backoff-min", help="The shortest. [1m]", **DURATION)] = None
    backoff_max: Annotated[int | None, _option("--backoff-max", help="The longest. [20m]", **DURATION)] = None


class NewConsumerOptions(Options):
    """What can be said of a consumer only while it is made."""

    ack: Annotated[AckPolicy | None, _option("--ack", help="none, all, explicit or flow_control.")] = None
    bps: Annotated[int | None, _option("--bps", min=0, help="Bits per second at most, of a push consumer.")] = None
    deliver: Annotated[
        str | None, _option("--deliver", metavar="POLICY", help="all, new, last, subject, a sequence, or 1h ago.")
    ] = None
    deliver_group: Annotated[str | None, _option("--deliver-group", help="Push to this queue group.")] = None
    ephemeral: Annotated[bool, _option("--ephemeral", help="Gone when it is not used.")] = False
    flow_control: Annotated[bool | None, _option("--flow-control/--no-flow-control", help="Of a push consumer.")] = None
    heartbeat: Annotated[int | None, _option("--heartbeat", help="Of an idle push consumer.", **DURATION)] = None
    max_waiting: Annotated[int | None, _option("--max-waiting", help="The most pulls that wait.")] = None
    pull: Annotated[bool, _option("--pull", help="Messages are asked for.")] = False
    replay: Annotated[Replay | None, _option("--replay", help="instant, or original: as they came.")] = None
    memory: Annotated[bool, _option("--memory", help="Keep its state in memory.")] = False
    pause: Annotated[str | None, _option("--pause", metavar="UNTIL", help="Until a time, or for a duration.")] = None
    pinned_groups: Annotated[list[str] | None, _option("--pinned-groups", help="One client of each gets all.")] = None
    pinned_ttl: Annotated[int | None, _option("--pinned-ttl", help="Until another is pinned.", **DURATION)] = None
    overflow_groups: Annotated[list[str] | None, _option("--overflow-groups", help="That help out.")] = None
    prioritized_groups: Annotated[list[str] | None, _option("--prioritized-groups", help="With priorities.")] = None


_PLAIN = {  # fields of a configuration that an option says as they are
    "description": "description",
    "headers_only": "headers_only",
    "max_deliver": "max_deliver",
    "max_pending": "max_ack_pending",
    "max_pull_batch": "max_batch",
    "max_pull_expire": "max_expires",
    "max_pull_bytes": "max_bytes",
    "target": "deliver_subject",
    "wait": "ack_wait",
    "inactive_threshold": "inactive_threshold",
    "replicas": "num_replicas",
    "bps": "rate_limit_bps",
    "deliver_group": "deliver_group",
    "flow_control": "flow_control",
    "heartbeat": "idle_heartbeat",
    "max_waiting": "max_waiting",
    "ack": "ack_policy",
    "replay": "replay_policy",
}
_STARTS = {
    "all": "all",
    "last": "last",
    "new": "new",
    "next": "new",
    "subject": "last_per_subject",
    "last_per_subject": "last_per_subject",
}


def said_of_consumer(options: ConsumerOptions) -> dict[str, Any]:
    """Return the fields that the options say, None for one that is to go; UsageError."""
    said = _plain(options)
    if options.filter is not None:
        said |= _filter(listed(options.filter) or [])
    if options.sample is not None:
        said["sample_freq"] = f"{options.sample}%" if options.sample else None
    if options.metadata is not None:
        said["metadata"] = metadata_of(options.metadata)
    if options.backoff is not None:
        said["backoff"] = _backoff(options)
    elif options.backoff_min is not None or options.backoff_max is not None:
        raise UsageError("--backoff-min and --backoff-max are for --backoff linear")
    return said


def said_of_new_consumer(options: NewConsumerOptions) -> dict[str, Any]:
    """Return the fields that these options say; UsageError."""
    said = _plain(options)
    if options.deliver is not None:
        said |= _start(options.deliver)
    if options.memory:
        said["mem_storage"] = True
    if options.pause is not None:
        said["pause_until"] = until(options.pause)
    return said | _groups(options)


def until(text: str) -> str:
    """Return the RFC 3339 time that is typed, or that comes after a duration; UsageError."""
    try:
        return parse_until(text, time.time())
    except ValueError as error:
        raise UsageError(str(error)) from None


def _plain(options: ConsumerOptions | NewConsumerOptions) -> dict[str, Any]:
    values = {name: getattr(options, name) for name in defaults(type(options)) if name in _PLAIN}
    return {
        _PLAIN[name]: value.value if isinstance(value, StrEnum) else value
        for name, value in values.items()
        if value is not None
    }


def _filter(subjects: list[str]) -> dict[str, Any]:
    for subject in subjects:
        try:
            check_subscribe(subject)
        except ValueError as error:
            raise UsageError(str(error)) from None
    if len(subjects) == 1:
        return {"filter_subject": subjects[0], "filter_subjects": None}
    return {"filter_subject": None, "filter_subjects": subjects or None}


def _backoff(options: ConsumerOptions) -> list[int] | None:
    """Return the waits in nanoseconds, in equal steps from the shortest to the longest."""
    if options.backoff is Backoff.NONE:
        return None
    shortest = _MINUTE if options.backoff_min is None else options.backoff_min
    longest = 20 * _MINUTE if options.backoff_max is None else options.backoff_max
    if not 0 < shortest <= longest:
        raise UsageError("--backoff-min has to be longer than nothing, and no longer than --backoff-max")
    steps = options.backoff_steps
    return [shortest + (longest - shortest) * step // max(steps - 1, 1) for step in range(steps)]


def _start(text: str) -> dict[str, Any]:
    if text in _STARTS:
        return {"deliver_policy": _STARTS[text]}
    if text.isascii() and text.isdigit() and int(text):
        return {"deliver_policy": "by_start_sequence", "opt_start_seq": int(text)}
    try:
        return {"deliver_policy": "by_start_time", "opt_start_time": utc_moment(time.time() - parse_duration(text))}
    except ValueError:
        known = ", ".join(_STARTS)
        raise UsageError(f"--deliver '{text}' is none of {known}, no sequence and no duration") from None


def _groups(options: NewConsumerOptions) -> dict[str, Any]:
    policies = {
        "pinned_client": options.pinned_groups,
        "overflow": options.overflow_groups,
        "prioritized": options.prioritized_groups,
    }
    given = {policy: listed(groups) for policy, groups in policies.items() if groups}
    if len(given) > 1:
        raise UsageError("groups are pinned, overflow or prioritized: one of them")
    if options.pinned_ttl is not None and "pinned_client" not in given:
        raise UsageError("--pinned-ttl is for --pinned-groups")
    said: dict[str, Any] = {}
    for policy, groups in given.items():
        said = {"priority_policy": policy, "priority_groups": groups}
    if options.pinned_ttl is not None:
        said["priority_timeout"] = options.pinned_ttl
    return said
