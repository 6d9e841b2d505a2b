"""``stream report``: tables over many streams, and the graph of who copies whom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from natscli.jetstream.document import Document
from natscli.jetstream.information import StreamInfo
from natscli.render.table import text_table
from natscli.text.durations import format_duration
from natscli.text.sizes import format_bytes

_TITLES = (
    "Stream",
    "Storage",
    "Placement",
    "Consumers",
    "Messages",
    "Bytes",
    "Lost",
    "Deleted",
    "API Level",
    "Replicas",
)
_NO_TIME = 0x7FFF_FFFF_FFFF_FFFF  # ns: not seen yet


def report_table(streams: Sequence[StreamInfo], *, raw: bool = False) -> str:
    """Return one row for each stream."""
    return text_table(_TITLES, [_row(info, raw=raw) for info in streams])


def _row(info: StreamInfo, *, raw: bool) -> tuple[str, ...]:
    state, lost = info.state, info.state.part("lost")
    gone = len(lost.numbers("msgs"))

    def number(value: int) -> str:
        return str(value) if raw else f"{value:,}"

    def size(value: int) -> str:
        return str(value) if raw else format_bytes(value)

    return (
        info.name,
        info.config.text("storage").capitalize(),
        _placement(info.config.part("placement")),
        number(state.whole("consumer_count")),
        number(state.whole("messages")),
        size(state.whole("bytes")),
        f"{number(gone)} ({size(lost.whole('bytes'))})" if gone else "0",
        number(state.whole("num_deleted")),
        info.config.pairs("metadata").get("_nats.req.level", "0"),
        replicas_text(info.cluster),
    )


def _placement(placement: Document) -> str:
    parts = [f"cluster: {placement.text('cluster')}" if placement.text("cluster") else ""]
    parts.append(f"tags: {', '.join(placement.texts('tags'))}" if placement.texts("tags") else "")
    return " ".join(filter(None, parts))


def replicas_text(cluster: Document) -> str:
    """Return the servers that keep it: ``*`` marks the leader, ``!`` one that is behind or away."""
    leader = cluster.text("leader")
    names = {leader: f"{leader}*"} if leader else {}
    for replica in cluster.parts("replicas"):
        name = replica.text("name")
        names[name] = name if replica.flag("current") and not replica.flag("offline") else f"{name}!"
    return ", ".join(names[name] for name in sorted(names))


def replication_table(streams: Sequence[StreamInfo]) -> str:
    """Return one row for each stream that is copied from; nothing where none is."""
    rows = []
    for info in streams:
        copied = [("Mirror", info.part("mirror")), *[("Source", source) for source in info.parts("sources")]]
        rows += [(info.name, kind, *_copied(source)) for kind, source in copied if source]
    titles = ("Stream", "Kind", "API Prefix", "Source Stream", "Filters and Transforms", "Active", "Lag", "Error")
    return f"Replication Report\n\n{text_table(titles, rows)}" if rows else ""


def _copied(source: Document) -> tuple[str, ...]:
    active = source.whole("active")
    renamed = [f"{each.text('src')} to {each.text('dest')}" for each in source.parts("subject_transforms")]
    return (
        source.part("external").text("api"),
        source.text("name"),
        ", ".join(filter(None, [source.text("filter_subject"), *renamed])),
        format_duration(active / 1e9) if 0 < active < _NO_TIME else "never",
        f"{source.whole('lag'):,}",
        source.part("error").text("description"),
    )


def leader_table(leading: Mapping[str, int], what: str) -> str:
    """Return how many each server leads."""
    rows = [(server or "none", f"{count:,}") for server, count in sorted(leading.items())]
    return f"{what} by leader\n\n{text_table(('Server', what), rows)}"


def dot_graph(streams: Sequence[StreamInfo]) -> str:
    """Return a Graphviz graph with an edge from each stream to those that copy it."""
    lines = ["digraph {", '  label="Stream Replication Structure";']
    for info in streams:
        mirror = info.config.part("mirror")
        origins = [(mirror, "blue", "Mirror")] if mirror else []
        origins += [(source, "green", source.text("filter_subject")) for source in info.config.parts("sources")]
        for origin, colour, label in origins:
            named = f" label={_quoted(label)}" if label else ""
            lines.append(f"  {_quoted(origin.text('name'))} -> {_quoted(info.name)} [color={colour}{named}];")
        if not origins:
            lines.append(f"  {_quoted(info.name)};")
    return "\n".join([*lines, "}", ""])


def _quoted(text: str) -> str:
    return json.dumps(text)
