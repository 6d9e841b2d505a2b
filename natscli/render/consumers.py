"""Consumers as a person reads them: configuration, state, replicas; and tables over many."""

from __future__ import annotations

from collections.abc import Sequence

from natscli.jetstream.configuration import ConsumerConfig
from natscli.jetstream.document import Document
from natscli.jetstream.information import ConsumerInfo
from natscli.render.reports import Rows
from natscli.render.stream_report import replicas_text
from natscli.render.streams import Row, cluster_rows, level_rows, metadata_rows
from natscli.render.table import text_table
from natscli.text.durations import format_duration
from natscli.text.moments import local_time
from natscli.text.sizes import format_bytes

_REPORT = (
    "Consumer", "Mode", "Ack Policy", "Ack Wait", "Ack Pending", "Redelivered", "Unprocessed", "Ack Floor", "API Level",
    "Cluster",
)  # fmt: skip
_OF_ACKS = ("Acknowledgment Floor", "Outstanding Acks", "Redelivered Messages")
_START = {
    "all": "All",
    "last": "Last",
    "new": "New",
    "last_per_subject": "Last Per Subject",
}


def consumer_sections(info: ConsumerInfo, *, state_only: bool = False) -> list[tuple[str, Rows]]:
    """Return the report about a consumer."""
    where = f"{info.stream} > {info.name} created {local_time(info.text('created'))}"
    if state_only:
        sections = [(f"State for Consumer {where}", _state_rows(info))]
    else:
        sections = [
            (f"Information for Consumer {where}", _config_rows(info.config)),
            ("Metadata", metadata_rows(info.config)),
        ]
    sections.append(("Cluster Information", cluster_rows(info.cluster)))
    if not state_only:
        sections.append(("State", _state_rows(info)))
    return [section for section in sections if section[1]]


def consumers_table(consumers: Sequence[ConsumerInfo]) -> str:
    """Return one row for each consumer."""
    rows = [
        (
            info.name,
            info.config.description,
            local_time(info.text("created")),
            f"{info.whole('num_ack_pending'):,}",
            f"{info.whole('num_pending'):,}",
            local_time(info.part("delivered").text("last_active")),
        )
        for info in consumers
    ]
    return text_table(("Name", "Description", "Created", "Ack Pending", "Unprocessed", "Last Delivery"), rows)


def consumers_report(consumers: Sequence[ConsumerInfo], messages: int, *, raw: bool = False) -> str:
    """Return one row for each consumer of a stream with so many messages."""
    return text_table(_REPORT, [_report_row(info, messages, raw=raw) for info in consumers])


def _report_row(info: ConsumerInfo, messages: int, *, raw: bool) -> tuple[str, ...]:
    config, pending = info.config, info.whole("num_pending")

    def number(value: int) -> str:
        return str(value) if raw else f"{value:,}"

    share = "" if raw or not pending else f" / {min(pending * 100 // max(messages, 1), 100)}%"
    return (
        info.name,
        "Pull" if config.is_pull else "Push",
        config.text("ack_policy").capitalize(),
        format_duration(config.seconds("ack_wait")) if config.whole("ack_wait") else "",
        number(info.whole("num_ack_pending")),
        number(info.whole("num_redelivered")),
        number(pending) + share,
        number(info.part("ack_floor").whole("stream_seq")),
        config.pairs("metadata").get("_nats.req.level", "0"),
        replicas_text(info.cluster),
    )


def _config_rows(config: ConsumerConfig) -> list[Row]:
    durable = config.text("durable_name")
    push = not config.is_pull
    rows = [
        ("Name", config.name),
        ("Durable Name", durable if durable != config.name else ""),
        ("Description", config.description),
        ("Delivery Subject" if push else "Pull Mode", config.text("deliver_subject") if push else "true"),
        ("Filter Subjects" if len(config.filters) > 1 else "Filter Subject", ", ".join(config.filters)),
        ("Deliver Policy", _start(config)),
        ("Deliver Queue Group", config.text("deliver_group")),
        ("Ack Policy", config.text("ack_policy").capitalize()),
        ("Ack Wait", _time(config, "ack_wait") if config.text("ack_policy") != "none" else ""),
        ("Replay Policy", config.text("replay_policy").capitalize()),
        ("Maximum Deliveries", _count(config, "max_deliver")),
        ("Sampling Rate", config.text("sample_freq")),
        ("Rate Limit", f"{format_bytes(rate // 8)} / second" if (rate := config.whole("rate_limit_bps")) else ""),
        ("Max Ack Pending", _count(config, "max_ack_pending")),
        ("Max Waiting Pulls", _count(config, "max_waiting")),
        ("Idle Heartbeat", _time(config, "idle_heartbeat")),
        ("Flow Control", ("true" if config.flag("flow_control") else "false") if push else ""),
        ("Headers Only", "true" if config.flag("headers_only") else ""),
        ("Inactive Threshold", _time(config, "inactive_threshold")),
        ("Max Pull Expire", _time(config, "max_expires")),
        ("Max Pull Batch", _count(config, "max_batch")),
        ("Max Pull MaxBytes", _count(config, "max_bytes")),
        ("Backoff", ", ".join(format_duration(wait / 1e9) for wait in config.numbers("backoff"))),
        ("Replicas", _count(config, "num_replicas")),
        ("Memory Storage", "true" if config.flag("mem_storage") else ""),
        ("Paused Until Deadline", _moment(config.text("pause_until"))),
        *_group_rows(config),
    ]
    return [row for row in rows if row[1]]


def _group_rows(config: ConsumerConfig) -> list[Row]:
    policy = config.text("priority_policy")
    if policy in ("", "none"):
        return []
    groups = ", ".join(config.texts("priority_groups"))
    return [
        ("Priority Policy", policy),
        ("Priority Groups", groups),
        ("Pinned TTL", _time(config, "priority_timeout")),
    ]


def _start(config: ConsumerConfig) -> str:
    policy = config.text("deliver_policy")
    if policy == "by_start_sequence":
        return f"From Sequence {config.whole('opt_start_seq')}"
    if policy == "by_start_time":
        return f"Since {local_time(config.text('opt_start_time'))}"
    return _START.get(policy, policy)


def _moment(text: str) -> str:
    moment = local_time(text)
    return "" if moment == "never" else moment


def _time(config: Document, key: str) -> str:
    return format_duration(config.seconds(key)) if config.whole(key) > 0 else ""


def _count(config: Document, key: str) -> str:
    return f"{config.whole(key):,}" if config.whole(key) > 0 else ""


def _state_rows(info: ConsumerInfo) -> list[Row]:
    config = info.config
    most = config.whole("max_ack_pending")
    waiting = f"{info.whole('num_waiting'):,} of {_count(config, 'max_waiting') and 'maximum '}"
    rows = [
        *level_rows(config),
        ("Last Delivered Message", _position(info.part("delivered"), "Last delivery")),
        ("Acknowledgment Floor", _position(info.part("ack_floor"), "Last Ack")),
        ("Outstanding Acks", f"{info.whole('num_ack_pending'):,}" + (f" out of maximum {most:,}" if most > 0 else "")),
        ("Redelivered Messages", f"{info.whole('num_redelivered'):,}"),
        ("Unprocessed Messages", f"{info.whole('num_pending'):,}"),
    ]
    if config.text("ack_policy") == "none":
        rows = [row for row in rows if row[0] not in _OF_ACKS]
    if config.is_pull:
        rows.append(("Waiting Pulls", waiting + (_count(config, "max_waiting") or "unlimited")))
    else:
        group = config.text("deliver_group")
        active = f"Active using Queue Group {group}" if group else "Active"
        rows.append(("Active Interest", active if info.flag("push_bound") else "No interest"))
    if info.flag("paused"):
        rows.append(("Paused", f"{format_duration(info.seconds('pause_remaining'))} remaining"))
    return rows + [(f"Priority Group {group.text('group')}", _pinned(group)) for group in info.parts("priority_groups")]


def _pinned(group: Document) -> str:
    client = group.text("pinned_client_id")
    return f"pinned {client} at {local_time(group.text('pinned_ts'))}" if client else "No client"


def _position(position: Document, last: str) -> str:
    text = f"Consumer sequence: {position.whole('consumer_seq'):,} Stream sequence: {position.whole('stream_seq'):,}"
    moment = position.text("last_active")
    return f"{text} {last}: {local_time(moment)}" if moment else text
