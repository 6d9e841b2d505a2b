"""Buckets: the streams behind key-value stores (ADR-8) and object stores (ADR-20), made as the Go client makes them."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, TypeVar

from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.document import Document
from natscli.jetstream.errors import STREAM_EXISTS, STREAM_NOT_FOUND, ApiError
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import (
    account_info,
    create_stream,
    delete_stream,
    list_streams,
    stream_info,
    stream_names,
    update_stream,
)

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_WINDOW_NS = 120 * 10**9  # of duplicates; no longer than values live
MOST_HISTORY = 64


class Kind(Enum):
    """What a bucket holds; the value begins the name of its stream."""

    VALUES = "KV_"
    OBJECTS = "OBJ_"

    @property
    def command(self) -> str:
        """The command that is about such buckets."""
        return "kv" if self is Kind.VALUES else "object"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, and what the server says of its stream."""

    kind: Kind
    info: StreamInfo

    @property
    def name(self) -> str:
        """The bucket's name."""
        return self.stream.removeprefix(self.kind.value)

    @property
    def stream(self) -> str:
        """The name of its stream."""
        return self.info.name

    @property
    def subjects(self) -> str:
        """What the subjects of the values in its stream begin with; those of a mirror are its origin's."""
        mirror = self.info.config.part("mirror")
        if not mirror:
            return f"$KV.{self.name}."
        for transform in mirror.parts("subject_transforms"):
            if transform.text("dest").startswith("$KV."):
                return transform.text("dest").removesuffix(">")
        return f"$KV.{mirror.text('name').removeprefix('KV_')}."

    def writing(self, prefix: str) -> str:
        """Return what the subjects of new values begin with, where the API is at ``prefix``."""
        mirror = self.info.config.part("mirror")
        external = mirror.part("external").text("api")
        origin = mirror.text("name").removeprefix("KV_") or self.name
        where = external or ("" if prefix == "$JS.API" else prefix)
        return f"{where}.$KV.{origin}." if where else f"$KV.{origin}."


class Republish(NamedTuple):
    """What is published again, and where."""

    source: str
    destination: str
    headers_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BucketSettings:
    """How a bucket is to be; None leaves a setting as it is, or as the Go client has it.  Times in nanoseconds."""

    description: str | None = None
    history: int | None = None
    storage: str | None = None
    ttl_ns: int | None = None
    marker_ttl_ns: int | None = None
    replicas: int | None = None
    max_value_size: int | None = None
    max_bucket_size: int | None = None
    tags: tuple[str, ...] | None = None
    cluster: str | None = None
    compress: bool | None = None
    metadata: tuple[tuple[str, str], ...] | None = None
    republish: Republish | None = None
    mirror: str | None = None
    mirror_domain: str | None = None
    sources: tuple[str, ...] = ()
    no_mirror: bool = False


def check_bucket(name: str) -> str:
    """Return the name of a bucket, or raise UsageError."""
    if not _NAME.fullmatch(name):
        raise UsageError(f"'{name}' cannot name a bucket: letters, digits, - and _ only")
    return name


async def open_bucket(api: Api, kind: Kind, name: str) -> Bucket:
    """Return a bucket; NatsCliError where it does not exist."""
    return Bucket(kind, await _of_bucket(kind, name, stream_info(api, kind.value + check_bucket(name))))


async def bucket_names(api: Api, kind: Kind) -> list[str]:
    """Return the names of all buckets, sorted."""
    return [name.removeprefix(kind.value) for name in await stream_names(api) if name.startswith(kind.value)]


async def list_buckets(api: Api, kind: Kind) -> tuple[list[Bucket], list[str]]:
    """Return all buckets, sorted by size, and the names of those a cluster could not tell of."""
    listing = await list_streams(api)
    found = [Bucket(kind, info) for info in listing.streams if info.name.startswith(kind.value)]
    found.sort(key=lambda bucket: bucket.info.state.whole("bytes"))
    return found, [name.removeprefix(kind.value) for name in listing.missing if name.startswith(kind.value)]


async def create_bucket(api: Api, kind: Kind, name: str, settings: BucketSettings) -> Bucket:
    """Make a bucket; the same again is no error."""
    check_bucket(name)
    if settings.marker_ttl_ns and not (await account_info(api)).part("api").whole("level"):
        raise NatsCliError("the server knows no limit markers and no TTLs of keys", "that takes nats-server 2.11")
    config = new_values(name, settings) if kind is Kind.VALUES else new_objects(name, settings)
    return Bucket(kind, await _of_bucket(kind, name, create_stream(api, config)))


async def change_bucket(api: Api, kind: Kind, name: str, settings: BucketSettings) -> Bucket:
    """Change what the settings say of a bucket, and nothing else."""
    bucket = await open_bucket(api, kind, name)
    if settings.no_mirror:
        _check_promotion(bucket)
    config = StreamConfig(bucket.info.config.changed(_changes(bucket, settings)).raw)
    return Bucket(kind, await _of_bucket(kind, name, update_stream(api, config)))


async def seal_bucket(api: Api, kind: Kind, name: str) -> Bucket:
    """Let nothing in a bucket be changed any more."""
    bucket = await open_bucket(api, kind, name)
    config = StreamConfig(bucket.info.config.changed({"sealed": True}).raw)
    return Bucket(kind, await _of_bucket(kind, name, update_stream(api, config)))


async def delete_bucket(api: Api, kind: Kind, name: str) -> None:
    """Remove a bucket and all that is in it."""
    await _of_bucket(kind, name, delete_stream(api, kind.value + check_bucket(name)))


def new_values(name: str, settings: BucketSettings) -> StreamConfig:
    """Return the stream of a new key-value bucket."""
    window = min(settings.ttl_ns or _WINDOW_NS, _WINDOW_NS)
    fields = {
        "name": f"KV_{name}",
        "max_msgs_per_subject": settings.history or 1,
        "max_msg_size": settings.max_value_size or -1,
        "deny_delete": True,
        "duplicate_window": window,
        "max_msgs": -1,
        "max_consumers": -1,
        **_common(settings),
        **_markers(settings),
    }
    if settings.mirror:
        return StreamConfig({**fields, "mirror": _mirror(settings), "mirror_direct": True})
    sources = {"sources": [_source(source, name) for source in settings.sources]} if settings.sources else {}
    return StreamConfig({**fields, "subjects": [f"$KV.{name}.>"], **sources})


def new_objects(name: str, settings: BucketSettings) -> StreamConfig:
    """Return the stream of a new object bucket."""
    subjects = [f"$O.{name}.C.>", f"$O.{name}.M.>"]
    return StreamConfig({"name": f"OBJ_{name}", "subjects": subjects, **_common(settings)})


def _common(settings: BucketSettings) -> dict[str, Any]:
    said: dict[str, Any] = {
        "description": settings.description,
        "retention": "limits",
        "discard": "new",
        "storage": settings.storage or "file",
        "num_replicas": settings.replicas or 1,
        "max_age": settings.ttl_ns or 0,
        "max_bytes": settings.max_bucket_size or -1,
        "allow_rollup_hdrs": True,
        "allow_direct": True,
        "compression": "s2" if settings.compress else "none",
        "placement": _placement(settings, Document()),
        "metadata": dict(settings.metadata) if settings.metadata else None,
        "republish": _republish(settings.republish),
    }
    return {key: value for key, value in said.items() if value is not None}


def _changes(bucket: Bucket, settings: BucketSettings) -> dict[str, Any]:
    """Return the fields of the configuration that change."""
    config = bucket.info.config
    said: dict[str, Any] = {
        "description": settings.description,
        "max_msgs_per_subject": settings.history,
        "max_age": settings.ttl_ns,
        "num_replicas": settings.replicas,
        "max_msg_size": settings.max_value_size,
        "max_bytes": settings.max_bucket_size,
        "compression": None if settings.compress is None else ("s2" if settings.compress else "none"),
        "metadata": None if settings.metadata is None else dict(settings.metadata),
        "republish": _republish(settings.republish),
        "placement": _placement(settings, config.part("placement")),
        **_markers(settings),
    }
    if settings.ttl_ns is not None and bucket.kind is Kind.VALUES:
        said["duplicate_window"] = min(settings.ttl_ns or _WINDOW_NS, _WINDOW_NS)
    if settings.sources:
        before = [dict(source.raw) for source in config.parts("sources")]
        said["sources"] = before + [_source(source, bucket.name) for source in settings.sources]
    changes = {key: value for key, value in said.items() if value is not None}
    if settings.no_mirror and config.is_mirror:
        changes |= {"mirror": None, "mirror_direct": None, "subjects": [f"$KV.{bucket.name}.>"]}
    return changes


def _check_promotion(bucket: Bucket) -> None:
    """Raise unless the values of a mirror would still be found without it: they are kept under its origin's name."""
    if not bucket.info.config.is_mirror:
        raise NatsCliError(f"bucket '{bucket.name}' is no mirror")
    if bucket.subjects != f"$KV.{bucket.name}." and bucket.info.state.whole("messages"):
        origin = bucket.info.config.part("mirror").text("name").removeprefix("KV_")
        raise NatsCliError(
            f"bucket '{bucket.name}' mirrors '{origin}': its values have that name, and would not be found any more",
            f"natscli kv add NAME --source {origin} makes a bucket with values of its own",
        )


def _markers(settings: BucketSettings) -> dict[str, Any]:
    """Return what lets keys have a TTL, and limits leave markers; once allowed, TTLs stay so."""
    if settings.marker_ttl_ns is None:
        return {}
    allowed = {"allow_msg_ttl": True} if settings.marker_ttl_ns else {}
    return {**allowed, "subject_delete_marker_ttl": settings.marker_ttl_ns}


def _placement(settings: BucketSettings, before: Document) -> dict[str, Any] | None:
    said: dict[str, Any] = {}
    if settings.cluster is not None:
        said["cluster"] = settings.cluster
    if settings.tags is not None:
        said["tags"] = list(settings.tags)
    return dict(before.changed(said).raw) if said else None


def _republish(republish: Republish | None) -> dict[str, Any] | None:
    if republish is None:
        return None
    said = {"src": republish.source, "dest": republish.destination, "headers_only": republish.headers_only}
    return {key: value for key, value in said.items() if value}


def _mirror(settings: BucketSettings) -> dict[str, Any]:
    origin = {"name": f"KV_{check_bucket((settings.mirror or '').removeprefix('KV_'))}"}
    if not settings.mirror_domain:
        return origin
    return {**origin, "external": {"api": f"$JS.{settings.mirror_domain}.API"}}


def _source(source: str, bucket: str) -> dict[str, Any]:
    name = check_bucket(source.removeprefix("KV_"))
    return {"name": f"KV_{name}", "subject_transforms": [{"src": f"$KV.{name}.>", "dest": f"$KV.{bucket}.>"}]}


async def _of_bucket(kind: Kind, name: str, asked: Awaitable[T]) -> T:
    """Return the answer; what is said of the stream is said of the bucket."""
    try:
        return await asked
    except ApiError as error:
        if error.err_code == STREAM_NOT_FOUND:
            hint = f"natscli {kind.command} ls lists the buckets, natscli {kind.command} add makes one"
            raise NatsCliError(f"there is no bucket '{name}'", hint) from error
        if error.err_code == STREAM_EXISTS:
            hint = f"natscli {kind.command} edit changes it"
            raise NatsCliError(f"bucket '{name}' exists, and is configured otherwise", hint) from error
        raise error.about(f"bucket '{name}'") from error
