"""Whether a configuration can be one, as far as that is known without a server.

Fields that are not known here are no faults: a newer server may have them.  A server says itself what it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from natscli.errors import UsageError
from natscli.jetstream.api import check_name
from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.wire.subjects import check_subscribe

_WORDS: Mapping[str, tuple[str, ...]] = {
    "retention": ("limits", "interest", "workqueue"),
    "storage": ("file", "memory"),
    "discard": ("old", "new"),
    "compression": ("none", "s2"),
    "persist_mode": ("", "default", "async"),
    "deliver_policy": ("all", "last", "new", "by_start_sequence", "by_start_time", "last_per_subject"),
    "ack_policy": ("none", "all", "explicit", "flow_control"),
    "replay_policy": ("instant", "original"),
    "priority_policy": ("", "none", "overflow", "pinned_client", "prioritized"),
}
_WHOLE = (
    "max_consumers", "max_msgs", "max_bytes", "max_age", "max_msgs_per_subject", "max_msg_size", "num_replicas",
    "duplicate_window", "first_seq", "subject_delete_marker_ttl", "opt_start_seq", "ack_wait", "max_deliver",
    "rate_limit_bps", "max_waiting", "max_ack_pending", "idle_heartbeat", "max_batch", "max_expires", "max_bytes",
    "inactive_threshold", "priority_timeout",
)  # fmt: skip
_FLAGS = (
    "no_ack", "sealed", "deny_delete", "deny_purge", "allow_rollup_hdrs", "allow_direct", "mirror_direct",
    "discard_new_per_subject", "allow_msg_ttl", "allow_atomic", "allow_batched", "allow_msg_counter",
    "allow_msg_schedules", "flow_control", "headers_only", "mem_storage",
)  # fmt: skip
_OBJECTS = ("mirror", "placement", "subject_transform", "republish", "consumer_limits", "metadata")
_LISTS = ("subjects", "sources", "filter_subjects", "backoff", "priority_groups")


def stream_faults(config: StreamConfig) -> list[str]:
    """Return what is wrong with a stream's configuration."""
    faults = _name_fault(config.name, "stream") + _type_faults(config.raw)
    subjects = config.raw.get("subjects")
    return faults + _subject_faults(subjects if isinstance(subjects, list) else ())


def consumer_faults(config: ConsumerConfig) -> list[str]:
    """Return what is wrong with a consumer's configuration."""
    faults = (_name_fault(config.name, "consumer") if config.name else []) + _type_faults(config.raw)
    if config.text("filter_subject") and config.texts("filter_subjects"):
        faults.append("filter_subject and filter_subjects exclude each other")
    return faults + _subject_faults(config.filters)


def _name_fault(name: str, what: str) -> list[str]:
    try:
        check_name(name, what)
    except UsageError as error:
        return [str(error)]
    return []


def _type_faults(raw: Mapping[str, Any]) -> list[str]:
    faults = []
    for key, value in raw.items():
        if value is None:
            continue
        if key in _WORDS and value not in _WORDS[key]:
            faults.append(f"{key} is none of {', '.join(filter(None, _WORDS[key]))}")
        elif key in _WHOLE and (not isinstance(value, int) or isinstance(value, bool)):
            faults.append(f"{key} is not a whole number")
        elif key in _FLAGS and not isinstance(value, bool):
            faults.append(f"{key} is not true or false")
        elif key in _OBJECTS and not isinstance(value, dict):
            faults.append(f"{key} is not an object")
        elif key in _LISTS and not isinstance(value, list):
            faults.append(f"{key} is not a list")
    return faults


def _subject_faults(subjects: Any) -> list[str]:
    faults = []
    for subject in subjects:
        try:
            check_subscribe(subject if isinstance(subject, str) else "")
        except ValueError as error:
            faults.append(str(error))
    return faults
