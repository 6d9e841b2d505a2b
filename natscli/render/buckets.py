"""Buckets as a person reads them, and as documents."""

from __future__ import annotations

import time
from typing import Any

from natscli.jetstream.buckets import Bucket, Kind
from natscli.jetstream.document import Document
from natscli.render.reports import Rows
from natscli.render.streams import cluster_rows, copied_rows, metadata_rows
from natscli.text.durations import format_duration
from natscli.text.moments import local_time, seconds_of
from natscli.text.sizes import format_bytes

Row = tuple[str, str]
Sections = list[tuple[str, Rows]]


def bucket_document(bucket: Bucket) -> dict[str, Any]:
    """Return a bucket's name, and the server's own words about its stream."""
    return {"bucket": bucket.name, "stream": dict(bucket.info.raw)}


def bucket_row(bucket: Bucket) -> tuple[str, ...]:
    """Return a bucket as a row of a list: name, description, created, size, values, age of the last."""
    info = bucket.info
    values = [f"{info.state.whole('messages'):,}"] if bucket.kind is Kind.VALUES else []
    last = seconds_of(info.state.text("last_ts"))
    age = format_duration(max(time.time() - last, 0.0)) if last else "never"
    size = format_bytes(info.state.whole("bytes"))
    return (bucket.name, info.config.description, local_time(info.text("created")), size, *values, age)


def bucket_sections(bucket: Bucket) -> Sections:
    """Return the report about a bucket."""
    what = "Key-Value Store" if bucket.kind is Kind.VALUES else "Object Store"
    created = local_time(bucket.info.text("created"))
    rows = _value_rows(bucket) if bucket.kind is Kind.VALUES else _object_rows(bucket)
    sections: Sections = [
        (f"Information for {what} Bucket {bucket.name} created {created}", rows),
        ("Mirror Information", _copied(bucket.info.part("mirror"), "Origin Bucket")),
        *[("Sources Information", _copied(source, "Source Bucket")) for source in bucket.info.parts("sources")],
        ("Metadata", metadata_rows(bucket.info.config)),
        ("Cluster Information", cluster_rows(bucket.info.cluster)),
    ]
    return [section for section in sections if section[1]]


def _value_rows(bucket: Bucket) -> list[Row]:
    config, state = bucket.info.config, bucket.info.state
    marker_s = config.seconds("subject_delete_marker_ttl")
    rows = [
        ("Bucket Name", bucket.name),
        ("History Kept", str(config.whole("max_msgs_per_subject"))),
        ("Values Stored", f"{state.whole('messages'):,}"),
        ("Compressed", _truth(on=config.text("compression") == "s2")),
        ("Per-Key TTL Supported", _truth(on=config.flag("allow_msg_ttl"))),
        ("Limit Marker TTL", format_duration(marker_s) if marker_s else ""),
        ("Backing Store Kind", "JetStream"),
        ("Description", config.description),
        ("Bucket Size", format_bytes(state.whole("bytes"))),
        ("Maximum Bucket Size", _limit(config.whole("max_bytes"))),
        ("Maximum Value Size", _limit(config.whole("max_msg_size"))),
        ("Maximum Age", _age(config)),
        ("JetStream Stream", bucket.stream),
        ("Storage", config.text("storage").capitalize()),
        ("Replicas", str(config.whole("num_replicas"))),
        *_republishing(config.part("republish")),
    ]
    return [row for row in rows if row[1]]


def _object_rows(bucket: Bucket) -> list[Row]:
    config, state = bucket.info.config, bucket.info.state
    rows = [
        ("Bucket Name", bucket.name),
        ("Description", config.description),
        ("Replicas", str(config.whole("num_replicas"))),
        ("TTL", _age(config)),
        ("Sealed", _truth(on=config.flag("sealed"))),
        ("Compressed", _truth(on=config.text("compression") == "s2")),
        ("Size", format_bytes(state.whole("bytes"))),
        ("Maximum Bucket Size", _limit(config.whole("max_bytes"))),
        ("Storage", config.text("storage").capitalize()),
        ("Backing Store Kind", "JetStream"),
        ("JetStream Stream", bucket.stream),
    ]
    return [row for row in rows if row[1]]


def _truth(*, on: bool) -> str:
    return "true" if on else "false"


def _limit(size: int) -> str:
    return format_bytes(size) if size > 0 else "unlimited"


def _age(config: Document) -> str:
    return format_duration(config.seconds("max_age")) if config.whole("max_age") > 0 else "unlimited"


def _republishing(republish: Document) -> list[Row]:
    if not republish:
        return []
    label = "Republishing Headers" if republish.flag("headers_only") else "Republishing"
    return [(label, f"{republish.text('src') or '>'} to {republish.text('dest')}")]


def _copied(state: Document, label: str) -> list[Row]:
    """Return what a mirror or a source says of its origin."""
    rows = copied_rows(state)
    return [(label, value.removeprefix("KV_")) if key == "Stream Name" else (key, value) for key, value in rows]
