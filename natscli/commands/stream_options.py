"""The options of ``natscli stream add``, ``copy`` and ``edit``, and what of a configuration they say."""

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from natscli.cli.bundles import Options, defaults
from natscli.commands.jetstream import BYTES, DURATION, listed, metadata_of
from natscli.errors import UsageError
from natscli.jetstream.document import Document
from natscli.wire.subjects import check_subscribe


class Storage(StrEnum):
    """Where messages are kept."""

    FILE = "file"
    F = "f"
    MEMORY = "memory"
    M = "m"


class Compression(StrEnum):
    """How files are compressed."""

    NONE = "none"
    S2 = "s2"


class Retention(StrEnum):
    """How long messages stay."""

    LIMITS = "limits"
    INTEREST = "interest"
    WORK = "work"
    WORKQ = "workq"


class Discard(StrEnum):
    """What gives way at a limit."""

    OLD = "old"
    NEW = "new"


class Persistence(StrEnum):
    """Whether the server waits for the disk."""

    DEFAULT = "default"
    ASYNC = "async"


def _option(*names: str, **more: Any) -> Any:
    return typer.Option(*names, show_default=False, rich_help_panel="Stream", **more)


def _either(name: str, text: str) -> Any:
    return _option(f"--{name}/--no-{name}", help=text)


class StreamOptions(Options):
    """What a stream is to be, and what may be changed of one.  None is not typed."""

    subjects: Annotated[list[str] | None, _option("--subjects", help="What it stores.")] = None
    description: Annotated[str | None, _option("--description", help="What it is for.")] = None
    compression: Annotated[Compression | None, _option("--compression", help="none or s2.")] = None
    replicas: Annotated[int | None, _option("--replicas", min=1, help="How many servers keep it.")] = None
    tag: Annotated[list[str] | None, _option("--tag", "--tags", help="Only servers with this tag; '' for any.")] = None
    cluster: Annotated[str | None, _option("--cluster", help="Only servers of this cluster; '' for any.")] = None
    ack: Annotated[bool | None, _either("ack", "Acknowledge what is published.")] = None
    retention: Annotated[Retention | None, _option("--retention", help="limits, interest or work.")] = None
    discard: Annotated[Discard | None, _option("--discard", help="What gives way at a limit: old or new.")] = None
    discard_per_subject: Annotated[bool | None, _either("discard-per-subject", "New gives way in each subject.")] = None
    max_age: Annotated[int | None, _option("--max-age", help="How old messages get; -1 for any.", **DURATION)] = None
    max_bytes: Annotated[int | None, _option("--max-bytes", help="The most bytes; -1 for any.", **BYTES)] = None
    max_consumers: Annotated[int | None, _option("--max-consumers", help="The most consumers; -1 for any.")] = None
    max_msg_size: Annotated[int | None, _option("--max-msg-size", help="The largest message.", **BYTES)] = None
    max_msgs: Annotated[int | None, _option("--max-msgs", help="The most messages; -1 for any.")] = None
    max_msgs_per_subject: Annotated[
        int | None, _option("--max-msgs-per-subject", help="The most messages of a subject; -1 for any.")
    ] = None
    dupe_window: Annotated[
        int | None, _option("--dupe-window", help="How long message ids are remembered.", **DURATION)
    ] = None
    mirror: Annotated[
        str | None, _option("--mirror", metavar="STREAM", help="Mirror a stream: its name, or a JSON object.")
    ] = None
    source: Annotated[
        list[str] | None, _option("--source", metavar="STREAM", help="Take in a stream: its name, or a JSON object.")
    ] = None
    allow_batch: Annotated[bool | None, _either("allow-batch", "Batches that are stored whole or not at all.")] = None
    allow_fast: Annotated[bool | None, _either("allow-fast", "Fast batches.")] = None
    allow_counter: Annotated[bool | None, _either("allow-counter", "Counters, in place of messages.")] = None
    allow_rollup: Annotated[bool | None, _either("allow-rollup", "Messages that replace all before them.")] = None
    deny_delete: Annotated[bool | None, _either("deny-delete", "No message is deleted by hand.")] = None
    deny_purge: Annotated[bool | None, _either("deny-purge", "Nothing is purged.")] = None
    allow_direct: Annotated[bool | None, _either("allow-direct", "Any replica answers a get.")] = None
    allow_mirror_direct: Annotated[bool | None, _either("allow-mirror-direct", "A mirror answers, too.")] = None
    allow_msg_ttl: Annotated[bool | None, _either("allow-msg-ttl", "Messages say how long they live.")] = None
    allow_schedules: Annotated[bool | None, _either("allow-schedules", "Messages say when they are due.")] = None
    subject_del_markers_ttl: Annotated[
        int | None, _option("--subject-del-markers-ttl", help="How long markers of removal live.", **DURATION)
    ] = None
    transform_source: Annotated[str | None, _option("--transform-source", help="Subjects to rename.")] = None
    transform_destination: Annotated[str | None, _option("--transform-destination", help="Their new names.")] = None
    metadata: Annotated[list[str] | None, _option("--metadata", metavar="K:V", help="Notes, as name:value.")] = None
    republish_source: Annotated[str | None, _option("--republish-source", help="Subjects to publish again.")] = None
    republish_destination: Annotated[str | None, _option("--republish-destination", help="On what subjects.")] = None
    republish_headers: Annotated[bool, _option("--republish-headers", help="Without bodies.")] = False


class NewStreamOptions(Options):
    """What can be said of a stream only while it is made."""

    storage: Annotated[Storage | None, _option("--storage", help="file or memory.")] = None
    first_sequence: Annotated[int | None, _option("--first-sequence", min=0, help="Where sequences begin.")] = None
    limit_consumer_inactive: Annotated[
        int | None, _option("--limit-consumer-inactive", help="The longest a consumer may be idle.", **DURATION)
    ] = None
    limit_consumer_max_pending: Annotated[
        int | None, _option("--limit-consumer-max-pending", help="The most a consumer may owe.")
    ] = None
    persist_mode: Annotated[Persistence | None, _option("--persist-mode", help="default or async.")] = None


_PLAIN = {  # fields of a configuration that an option says as they are
    "description": "description",
    "replicas": "num_replicas",
    "discard_per_subject": "discard_new_per_subject",
    "max_age": "max_age",
    "max_bytes": "max_bytes",
    "max_consumers": "max_consumers",
    "max_msg_size": "max_msg_size",
    "max_msgs": "max_msgs",
    "max_msgs_per_subject": "max_msgs_per_subject",
    "dupe_window": "duplicate_window",
    "allow_batch": "allow_atomic",
    "allow_fast": "allow_batched",
    "allow_counter": "allow_msg_counter",
    "allow_rollup": "allow_rollup_hdrs",
    "deny_delete": "deny_delete",
    "deny_purge": "deny_purge",
    "allow_direct": "allow_direct",
    "allow_mirror_direct": "mirror_direct",
    "allow_msg_ttl": "allow_msg_ttl",
    "allow_schedules": "allow_msg_schedules",
    "subject_del_markers_ttl": "subject_delete_marker_ttl",
    "first_sequence": "first_seq",
}
_WORDS = {  # and words, which have synonyms
    "compression": ("compression", {}),
    "retention": ("retention", {"work": "workqueue", "workq": "workqueue"}),
    "discard": ("discard", {}),
    "storage": ("storage", {"f": "file", "m": "memory"}),
    "persist_mode": ("persist_mode", {}),
}


def said_of(options: StreamOptions, before: Document) -> dict[str, Any]:
    """Return the fields that the options say, for a configuration that is ``before``; UsageError."""
    said = _plain(options)
    if options.subjects is not None:
        said["subjects"] = _subjects(listed(options.subjects) or [])
    if options.ack is not None:
        said["no_ack"] = not options.ack
    if options.discard_per_subject and options.discard is None:
        said["discard"] = "new"
    if options.metadata is not None:
        said["metadata"] = metadata_of(options.metadata)
    if options.mirror is not None:
        said["mirror"] = _origin(options.mirror)
    if options.source is not None:
        said["sources"] = [_origin(source) for source in options.source]
    if options.tag is not None or options.cluster is not None:
        said["placement"] = _placement(options, before.part("placement"))
    said |= _pair(options.transform_source, options.transform_destination, "transform", "subject_transform", {})
    headers = {"headers_only": True} if options.republish_headers else {}
    if headers and options.republish_source is None:
        raise UsageError("--republish-headers needs --republish-source and --republish-destination")
    return said | _pair(options.republish_source, options.republish_destination, "republish", "republish", headers)


def said_of_new(options: NewStreamOptions) -> dict[str, Any]:
    """Return the fields that these options say."""
    said = _plain(options)
    limits = {"inactive_threshold": options.limit_consumer_inactive}
    limits["max_ack_pending"] = options.limit_consumer_max_pending
    given = {key: value for key, value in limits.items() if value is not None}
    return said | ({"consumer_limits": given} if given else {})


def _plain(options: StreamOptions | NewStreamOptions) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name in defaults(type(options)):
        value = getattr(options, name)
        if value is None:
            continue
        if name in _PLAIN:
            said[_PLAIN[name]] = value
        elif name in _WORDS:
            key, synonyms = _WORDS[name]
            said[key] = synonyms.get(value.value, value.value)
    return said


def _subjects(subjects: list[str]) -> list[str]:
    if not subjects:
        raise UsageError("--subjects names no subject")
    for subject in subjects:
        try:
            check_subscribe(subject)
        except ValueError as error:
            raise UsageError(str(error)) from None
    return subjects


def _origin(text: str) -> Mapping[str, Any]:
    """Return where messages come from: the name of a stream, or an object with more than that."""
    if not text.lstrip().startswith("{"):
        return {"name": text}
    try:
        document = Document.parse(text)
    except ValueError as error:
        raise UsageError(f"'{text}' names no stream: {error}") from None
    if not document.text("name"):
        raise UsageError(f"'{text}' has no name of a stream")
    return json.loads(text)  # type: ignore[no-any-return]


def _placement(options: StreamOptions, before: Document) -> dict[str, Any] | None:
    changes: dict[str, Any] = {}
    if options.cluster is not None:
        changes["cluster"] = options.cluster or None
    if options.tag is not None:
        changes["tags"] = [tag for tag in options.tag if tag] or None
    return dict(before.changed(changes).raw) or None


def _pair(source: str | None, destination: str | None, name: str, key: str, more: dict[str, Any]) -> dict[str, Any]:
    if source is None and destination is None:
        return {}
    if not source or not destination:
        raise UsageError(f"--{name}-source and --{name}-destination go together")
    return {key: {"src": source, "dest": destination, **more}}
