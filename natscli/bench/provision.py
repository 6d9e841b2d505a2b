"""How the streams, buckets and consumers of runs are made, and by what they are known again.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from natscli.bench.plan import CONSUMING, PUBLISHING, Mode, Spec
from natscli.bench.store import Acks
from natscli.jetstream.buckets import BucketSettings
from natscli.jetstream.configuration import ConsumerConfig, StreamConfig
from natscli.jetstream.document import Document

MARK = "natscli-bench"  # in the metadata of all that a benchmark made
_MARKED = {MARK: "1"}
_INACTIVE_NS = 10 * 10**9  # of consumers, as the Go CLI has it
_ON_THEIR_WAY = 4  # batches of each client without acknowledgement: two requests, and what is being acknowledged


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """What may be made, emptied and left.  ``keep`` of None: streams that were to be created for others to read."""

    create: bool = False
    keep: bool | None = None
    force: bool = False
    purge: bool = False
    max_bytes: int = -1
    dedup_window_ns: int = 0
    persist_async: bool = False
    history: int = 1

    def keeps(self, mode: Mode) -> bool:
        """Whether what is made for a run stays."""
        return self.keep if self.keep is not None else mode in PUBLISHING


def is_ours(config: Document) -> bool:
    """Whether a stream or a consumer was made by a benchmark."""
    return bool(config.part("metadata").text(MARK))


def new_stream(spec: Spec, provision: Provision) -> StreamConfig:
    """Return the stream that a run publishes into or, where it reads, is filled for it."""
    assert spec.store is not None
    subjects = [subject_of(spec) if spec.multisubject is None else f"{spec.subject}.*"]
    asynchronous = provision.persist_async and spec.mode is not Mode.JS_ATOMIC
    fields: dict[str, Any] = {
        "name": spec.store.name,
        "subjects": subjects,
        "retention": "limits",
        "discard": "new",
        "storage": str(spec.store.storage),
        "num_replicas": spec.store.replicas,
        "max_bytes": provision.max_bytes,
        "duplicate_window": provision.dedup_window_ns,
        "allow_direct": True,
        "allow_atomic": not asynchronous,
        "allow_batched": spec.mode is Mode.JS_FAST or None,
        "persist_mode": "async" if asynchronous else None,
        "metadata": _MARKED,
    }
    return StreamConfig({key: value for key, value in fields.items() if value is not None})


def subject_of(spec: Spec) -> str:
    """Return the subject of the stream that is made: what is published to, or what is to be read."""
    assert spec.store is not None
    return spec.subject or next(iter(spec.store.filters), f"bench.{spec.store.name}")


def new_bucket(spec: Spec, provision: Provision) -> BucketSettings:
    """Return how a bucket is made."""
    assert spec.store is not None
    return BucketSettings(
        description="made by natscli bench",
        history=provision.history if spec.mode is Mode.KV_PUT else None,
        storage=str(spec.store.storage),
        replicas=spec.store.replicas,
        max_bucket_size=provision.max_bytes,
        metadata=tuple(_MARKED.items()),
    )


def new_consumer(spec: Spec, timeout_s: float) -> ConsumerConfig:
    """Return the consumer that clients share; what is not acknowledged in time comes again."""
    store = spec.store
    assert store is not None
    fields: dict[str, Any] = {
        "name": store.consumer,
        "durable_name": store.consumer,
        "deliver_policy": "all",
        "ack_policy": str(store.acks),
        "replay_policy": "instant",
        "inactive_threshold": _INACTIVE_NS,
        "metadata": _MARKED,
    }
    if store.acks is not Acks.NONE:
        fields["ack_wait"] = round(timeout_s * 1e9)
        fields["max_ack_pending"] = _ON_THEIR_WAY * store.batch * spec.in_flight * spec.clients
    if store.filters:
        one = len(store.filters) == 1
        fields |= {"filter_subject": store.filters[0]} if one else {"filter_subjects": list(store.filters)}
    return ConsumerConfig(fields)


def shares_a_consumer(spec: Spec) -> bool:
    """Whether the clients of a run share a durable consumer."""
    return spec.mode in CONSUMING and spec.mode is not Mode.JS_ORDERED
