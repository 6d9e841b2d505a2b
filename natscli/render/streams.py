"""Streams as a person reads them: configuration, state, replicas, and what they copy from."""

from __future__ import annotations

from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.document import Document
from natscli.jetstream.information import StreamInfo
from natscli.render.reports import Rows
from natscli.text.durations import format_duration
from natscli.text.moments import local_time
from natscli.text.sizes import format_bytes

Row = tuple[str, str]
_NO_TIME = 0x7FFF_FFFF_FFFF_FFFF  # ns: not seen yet
_SWITCHES = {  # label: the field, and whether the label says the contrary
    "Direct Get": ("allow_direct", False),
    "Mirror Direct Get": ("mirror_direct", False),
    "Allows Atomic Batch Publish": ("allow_atomic", False),
    "Allows Fast Batch Publish": ("allow_batched", False),
    "Allows Counters": ("allow_msg_counter", False),
    "Allows Msg Delete": ("deny_delete", True),
    "Allows Per-Message TTL": ("allow_msg_ttl", False),
    "Allows Purge": ("deny_purge", True),
    "Allows Schedules": ("allow_msg_schedules", False),
    "Allows Rollups": ("allow_rollup_hdrs", False),
}


def stream_sections(info: StreamInfo, *, state_only: bool = False) -> list[tuple[str, Rows]]:
    """Return the report about a stream."""
    created = local_time(info.text("created"))
    state = ("State", _state_rows(info))
    if state_only:
        return [(f"State for Stream {info.name} created {created}", state[1]), *_cluster(info.cluster)]
    config = info.config
    sections = [
        (f"Information for Stream {info.name} created {created}", _general_rows(config)),
        ("Options", _option_rows(config)),
        ("Limits", _limit_rows(config)),
        ("Metadata", metadata_rows(config)),
        ("Replication", _origin_rows(config)),
        *_cluster(info.cluster),
        ("Mirror Information", copied_rows(info.part("mirror"))),
        *[("Source Information", copied_rows(source)) for source in info.parts("sources")],
        state,
    ]
    return [section for section in sections if section[1]]


def metadata_rows(config: Document) -> list[Row]:
    """Return what was noted of it, without what servers note themselves."""
    return [(key, value) for key, value in sorted(config.pairs("metadata").items()) if not key.startswith("_nats.")]


def level_rows(config: Document) -> list[Row]:
    """Return what servers noted of it: the API level that it needs, and where it was made."""
    noted = config.pairs("metadata")
    server, level = noted.get("_nats.ver"), noted.get("_nats.level")
    host = f"{server or 'unknown'}{f', API level {level}' if level else ''}"
    rows = [("Host Version", host)] if server or level else []
    required = noted.get("_nats.req.level")
    return [*rows, ("Required API Level", required)] if required else rows


def _cluster(cluster: Document) -> list[tuple[str, Rows]]:
    rows = cluster_rows(cluster)
    return [("Cluster Information", rows)] if rows else []


def cluster_rows(cluster: Document) -> list[Row]:
    """Return leader and replicas; nothing for a server alone."""
    if not cluster.text("name"):
        return []
    since = cluster.text("leader_since")
    leader = cluster.text("leader") or "none: nobody can write now"
    rows = [("Name", cluster.text("name")), ("Cluster Group", cluster.text("raft_group"))]
    rows.append(("Leader", f"{leader} (since {local_time(since)})" if since else leader))
    rows += [("Replica", _replica(replica)) for replica in cluster.parts("replicas")]
    return [row for row in rows if row[1]]


def _replica(replica: Document) -> str:
    parts = [replica.text("name"), "current" if replica.flag("current") else "outdated"]
    if replica.flag("offline"):
        parts.append("OFFLINE")
    active = replica.whole("active")
    parts.append(f"seen {format_duration(active / 1e9)} ago" if 0 < active < _NO_TIME else "not seen")
    lag = replica.whole("lag")
    if lag:
        parts.append(f"{lag:,} operation{'' if lag == 1 else 's'} behind")
    return ", ".join(parts)


def _general_rows(config: StreamConfig) -> list[Row]:
    placement = config.part("placement")
    rows = [
        ("Description", config.description),
        ("Subjects", ", ".join(config.subjects)),
        ("Replicas", f"{config.whole('num_replicas'):,}"),
        ("Sealed", "true" if config.flag("sealed") else ""),
        ("Storage", config.text("storage").capitalize()),
        ("Compression", "S2 Compression" if config.text("compression") == "s2" else ""),
        ("Persistence Mode", config.text("persist_mode").capitalize()),
        ("First Sequence", f"{config.whole('first_seq'):,}" if config.whole("first_seq") else ""),
        ("Placement Cluster", placement.text("cluster")),
        ("Placement Tags", ", ".join(placement.texts("tags"))),
    ]
    return [row for row in rows if row[1]]


def _option_rows(config: StreamConfig) -> list[Row]:
    transform, republish = config.part("subject_transform"), config.part("republish")
    rows = [
        ("Subject Transform", _renaming(transform)),
        ("Republishing Headers" if republish.flag("headers_only") else "Republishing", _renaming(republish)),
        ("Retention", config.text("retention").capitalize()),
        ("Acknowledgments", _yes(not config.flag("no_ack"))),
        (
            "Discard Policy",
            "New Per Subject" if config.flag("discard_new_per_subject") else _capital(config, "discard"),
        ),
        ("Duplicate Window", format_duration(config.seconds("duplicate_window"))),
        *[(label, _yes(config.flag(key) is not contrary)) for label, (key, contrary) in _SWITCHES.items()],
    ]
    marker = config.seconds("subject_delete_marker_ttl")
    rows.append(("Subject Delete Markers TTL", format_duration(marker) if marker else ""))
    return [row for row in rows if row[1]]


def _capital(config: Document, key: str) -> str:
    return config.text(key).capitalize()


def _renaming(pair: Document) -> str:
    return f"{pair.text('src') or '>'} to {pair.text('dest')}" if pair.text("dest") else ""


def _limit_rows(config: StreamConfig) -> list[Row]:
    age, limits = config.seconds("max_age"), config.part("consumer_limits")
    idle, owed = limits.seconds("inactive_threshold"), limits.whole("max_ack_pending")
    rows = [
        ("Maximum Messages", _most(config.whole("max_msgs"))),
        ("Maximum Per Subject", _most(config.whole("max_msgs_per_subject"))),
        ("Maximum Bytes", _most_bytes(config.whole("max_bytes"))),
        ("Maximum Age", format_duration(age) if age > 0 else "unlimited"),
        ("Maximum Message Size", _most_bytes(config.whole("max_msg_size"))),
        ("Maximum Consumers", _most(config.whole("max_consumers"))),
        ("Consumer Inactive Threshold", format_duration(idle) if idle > 0 else ""),
        ("Consumer Max Ack Pending", f"{owed:,}" if owed > 0 else ""),
    ]
    return [row for row in rows if row[1]]


def _most(count: int) -> str:
    return f"{count:,}" if count > 0 else "unlimited"


def _most_bytes(count: int) -> str:
    return format_bytes(count) if count > 0 else "unlimited"


def _origin_rows(config: StreamConfig) -> list[Row]:
    rows = [("Source", _origin(source)) for source in config.parts("sources")]
    return [("Mirror", _origin(config.part("mirror"))), *rows] if config.is_mirror else rows


def _origin(source: Document) -> str:
    external, consumer = source.part("external"), source.part("consumer")
    parts = [
        source.text("name"),
        f"from sequence {source.whole('opt_start_seq'):,}" if source.whole("opt_start_seq") else "",
        f"from {local_time(source.text('opt_start_time'))}" if source.text("opt_start_time") else "",
        f"filter {source.text('filter_subject')}" if source.text("filter_subject") else "",
        *[f"{_renaming(each) or each.text('src')}" for each in source.parts("subject_transforms")],
        f"API prefix {external.text('api')}" if external.text("api") else "",
        f"delivery prefix {external.text('deliver')}" if external.text("deliver") else "",
        f"consumer {consumer.text('name')}" if consumer.text("name") else "",
    ]
    return ", ".join(filter(None, parts))


def copied_rows(source: Document) -> list[Row]:
    """Return how far the copying from another stream is."""
    if not source:
        return []
    active = source.whole("active")
    seen = f"{format_duration(active / 1e9)} ago" if 0 < active < _NO_TIME else "never"
    rows = [("Stream Name", source.text("name")), ("Subject Filter", source.text("filter_subject"))]
    rows += [("Subject Transform", _renaming(each) or each.text("src")) for each in source.parts("subject_transforms")]
    rows += [("Lag", f"{source.whole('lag'):,}"), ("Last Seen", seen)]
    rows += [("Ext. API Prefix", source.part("external").text("api"))]
    rows += [("Error", source.part("error").text("description"))]
    return [row for row in rows if row[1]]


def _state_rows(info: StreamInfo) -> list[Row]:
    state = info.state
    lost = state.part("lost")
    deleted, subjects = state.whole("num_deleted"), state.whole("num_subjects")
    gone = len(lost.numbers("msgs"))
    rows = [
        *level_rows(info.config),
        ("Messages", f"{state.whole('messages'):,}"),
        ("Bytes", format_bytes(state.whole("bytes"))),
        ("Lost Messages", f"{gone:,} ({format_bytes(lost.whole('bytes'))})" if gone else ""),
        ("First Sequence", _placed(state, "first")),
        ("Last Sequence", _placed(state, "last")),
        ("Deleted Messages", f"{deleted:,}" if deleted else ""),
        ("Active Consumers", f"{state.whole('consumer_count'):,}"),
        ("Number of Subjects", f"{subjects:,}" if subjects else ""),
    ]
    rows += [("Alternates", _alternate(each)) for each in info.parts("alternates")]
    return [row for row in rows if row[1]]


def _placed(state: Document, end: str) -> str:
    moment = local_time(state.text(f"{end}_ts"))
    sequence = f"{state.whole(f'{end}_seq'):,}"
    return sequence if moment == "never" else f"{sequence} @ {moment}"


def _alternate(each: Document) -> str:
    domain = f" Domain: {each.text('domain')}" if each.text("domain") else ""
    return f"{each.text('name')}: Cluster: {each.text('cluster')}{domain}"


def _yes(value: bool) -> str:  # noqa: FBT001 - what it is about
    return "true" if value else "false"
