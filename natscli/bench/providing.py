"""The streams, buckets and consumers of runs: found or made, filled, emptied, looked at, and removed.

What a benchmark did not make is not touched, unless that is forced; what it made goes with it, unless it is to stay.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from natscli.bench.plan import CONSUMING, PUBLISHING, READING, WRITING, Mode, Spec
from natscli.bench.provision import (
    Provision,
    is_ours,
    new_bucket,
    new_consumer,
    new_stream,
    shares_a_consumer,
    subject_of,
)
from natscli.bench.report import Result
from natscli.bench.store import Acks, Storage, Store
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.api import Api
from natscli.jetstream.buckets import Bucket, Kind, create_bucket
from natscli.jetstream.consumers import consumer_info, create_consumer, delete_consumer
from natscli.jetstream.errors import CONSUMER_NOT_FOUND, STREAM_NOT_FOUND, ApiError
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.streams import (
    create_stream,
    delete_stream,
    purge_stream,
    stream_info,
    update_stream,
)
from natscli.text.sizes import plural
from natscli.wire.subjects import matches

_BEHIND_S, _AGAIN_S = 5.0, 0.1  # how long a replica may be behind its leader, and between two looks
_FILLING_BATCH = 4000  # acknowledgements on their way
_OBJECTS = (Mode.OBJECT_PUT, Mode.OBJECT_GET)
_VALUES = (Mode.KV_PUT, Mode.KV_GET)

Fill = Callable[[Spec], Awaitable[Result]]


class Provider:
    """Sees to what one command's runs need.  ``fill`` makes a run that writes what others are to read."""

    def __init__(self, api: Api, provision: Provision, fill: Fill) -> None:
        self.kept = ""  # the name of a stream that was made and stays
        self._api = api
        self._provision = provision
        self._fill = fill
        self._made: set[str] = set()  # streams
        self._removed: set[str] = set()
        self._asked: set[str] = set()  # streams that may be gone: the removal was asked for, and not answered yet
        self._contents: dict[str, tuple[int, int]] = {}  # of streams that were filled: messages, and their size
        self._consumers: set[tuple[str, str]] = set()
        self._fresh = True  # whether nothing has been written into what was made
        self._before: int | None = None
        self._purged = False

    # -- before a run ----------------------------------------------------------------------------

    async def ready(self, spec: Spec) -> Spec:
        """Have everything there that a run needs, and return it with what is known of its stream."""
        store = spec.store
        assert store is not None
        info = await self._find(store.name)
        if info is not None and store.name not in self._made:
            self._check_ours(info, spec)
        if info is None:
            info = await self._make(spec)
        elif self._provision.create and spec.mode in PUBLISHING and store.name not in self._made:
            info = await update_stream(self._api, new_stream(spec, self._provision))
        spec = self._as_it_is(spec, info)
        self._check_fit(spec, info)
        await self._empty(spec)
        if spec.mode in READING:
            await self._fill_up(spec, await stream_info(self._api, store.name))
        if shares_a_consumer(spec):
            spec = await self._consumer(spec)
        self._fresh = False
        return spec

    async def _find(self, name: str) -> StreamInfo | None:
        try:
            return await stream_info(self._api, name)
        except ApiError as error:
            if error.err_code != STREAM_NOT_FOUND:
                raise
            return None

    def _check_ours(self, info: StreamInfo, spec: Spec) -> None:
        if self._provision.force or is_ours(info.config):
            return
        assert spec.store is not None
        what = f"bucket '{spec.store.bucket}'" if spec.store.bucket else f"stream '{info.name}'"
        doing = "empties it" if self._provision.purge else "writes into it" if spec.mode in WRITING else "reads it"
        raise UsageError(f"{what} was not made by a benchmark", f"--force {doing} all the same")

    async def _make(self, spec: Spec) -> StreamInfo:
        store = spec.store
        assert store is not None
        if spec.mode in PUBLISHING and not self._provision.create:
            raise NatsCliError(f"there is no stream '{store.name}'", "--create makes it")
        if len(store.filters) > 1 or any("*" in subject or ">" in subject for subject in store.filters):
            raise NatsCliError(f"there is no stream '{store.name}'", "one that is filled for the run has one subject")
        if spec.mode in _VALUES + _OBJECTS:
            kind = Kind.VALUES if spec.mode in _VALUES else Kind.OBJECTS
            info = (await create_bucket(self._api, kind, store.bucket, new_bucket(spec, self._provision))).info
        else:
            info = await create_stream(self._api, new_stream(spec, self._provision))
        self._made.add(store.name)
        if self._provision.keeps(spec.mode):
            self.kept = store.name
        return info

    def _as_it_is(self, spec: Spec, info: StreamInfo) -> Spec:
        """Return a run with the stream's own storage and replicas and, of keys, the subject that they are put under."""
        assert spec.store is not None
        storage = Storage.MEMORY if info.config.text("storage") == "memory" else Storage.FILE
        store = replace(spec.store, storage=storage, replicas=info.config.whole("num_replicas") or 1)
        if spec.mode in _VALUES:
            subject = Bucket(Kind.VALUES, info).writing(self._api.prefix).removesuffix(".")
            return replace(spec, store=store, subject=subject)
        return replace(spec, store=store)

    def _check_fit(self, spec: Spec, info: StreamInfo) -> None:
        """Raise where a stream does not take what is to be published."""
        if spec.mode not in PUBLISHING:
            return
        config = info.config
        subject = spec.subject if spec.multisubject is None else f"{spec.subject}.0"
        if not any(matches(pattern, subject) for pattern in config.subjects):
            hint = "--create has it take the subject" if is_ours(config) else None
            raise UsageError(f"stream '{info.name}' does not store '{subject}'", hint)
        if spec.mode is Mode.JS_ATOMIC and not config.flag("allow_atomic"):
            raise UsageError(
                f"stream '{info.name}' does not take atomic batches",
                f"natscli stream edit {info.name} --allow-batch lets it",
            )
        if spec.mode is Mode.JS_FAST and not config.flag("allow_batched"):
            raise UsageError(
                f"stream '{info.name}' takes no fast batches",
                "they need nats-server 2.14 and a stream made for them, as by --create",
            )

    async def _empty(self, spec: Spec) -> None:
        """Empty a stream as was asked; one that was made here, too, ahead of each further run that writes."""
        assert spec.store is not None
        name = spec.store.name
        again = name in self._made and spec.mode in WRITING and not self._fresh
        if again or (self._provision.purge and not self._purged):
            await purge_stream(self._api, name)
            self._contents.pop(name, None)
        self._purged = True

    async def _fill_up(self, spec: Spec, info: StreamInfo) -> None:
        """Fill a stream that is empty and ours; raise where there is not what is to be read."""
        store, messages = spec.store, info.state.whole("messages")
        assert store is not None
        name, wanted = store.name, store.keys or spec.msgs
        filled = self._contents.get(name)
        if filled is not None and filled != (wanted, spec.size):
            await purge_stream(self._api, name)
            messages = 0
        if not messages and wanted and (is_ours(info.config) or name in self._made):
            result = await self._fill(_filling(spec, wanted))
            if result.acknowledged < wanted and result.ended != "interrupted":
                why = next(iter(result.refusals), result.ended)
                raise NatsCliError(f"'{store.shown}' could not be filled: {result.acknowledged:,} of {wanted:,}: {why}")
            self._contents[name] = (wanted, spec.size)
            await self._replicated(store)
        elif (
            spec.mode in (*CONSUMING, Mode.JS_GET, Mode.JS_GET_BATCH, Mode.KV_GET)
            and not store.filters
            and messages < wanted
        ):
            there = plural(messages, "message")
            raise UsageError(
                f"'{store.shown}' has {there}, and {wanted:,} are to be read", f"--msgs {messages} reads them"
            )

    async def _replicated(self, store: Store) -> None:
        """Wait until every replica has what was filled, as any of them may be asked for it."""
        end = time.monotonic() + _BEHIND_S
        while store.replicas > 1 and time.monotonic() < end:
            info = await stream_info(self._api, store.name)
            if not any(replica.whole("lag") for replica in info.cluster.parts("replicas")):
                return
            await asyncio.sleep(_AGAIN_S)

    async def _consumer(self, spec: Spec) -> Spec:
        """Have a consumer that begins at the beginning; one that is not ours is taken as it is, if that is forced."""
        store = spec.store
        assert store is not None
        name = store.consumer
        found = await self._found_consumer(store)
        if found is not None and not is_ours(found.config):
            if not self._provision.force:
                raise UsageError(
                    f"consumer '{store.name} > {name}' was not made by a benchmark", "--force uses it all the same"
                )
            if not found.config.is_pull:
                raise UsageError(f"consumer '{store.name} > {name}' is a push consumer")
            return replace(spec, store=replace(store, acks=Acks(found.config.text("ack_policy"))))
        if found is not None:
            await delete_consumer(self._api, store.name, name)
        config = new_consumer(spec, self._api.connection.target.timeout_s)
        info = await create_consumer(self._api, store.name, config)
        self._consumers.add((store.name, name))
        pending = await self._pending(store, info, spec.msgs)
        if pending < spec.msgs:
            raise UsageError(
                f"consumer '{store.name} > {name}' has {plural(pending, 'message')}, and {spec.msgs:,} are to be read"
            )
        return spec

    async def _pending(self, store: Store, info: ConsumerInfo, wanted: int) -> int:
        """Return how many messages a consumer has; one on a replica that is behind learns of the last ones later."""
        end = time.monotonic() + _BEHIND_S
        while info.whole("num_pending") < wanted and store.replicas > 1 and time.monotonic() < end:
            await asyncio.sleep(_AGAIN_S)
            info = await consumer_info(self._api, store.name, store.consumer)
        return info.whole("num_pending")

    async def _found_consumer(self, store: Store) -> ConsumerInfo | None:
        try:
            return await consumer_info(self._api, store.name, store.consumer)
        except ApiError as error:
            if error.err_code != CONSUMER_NOT_FOUND:
                raise
            return None

    # -- around and after it ---------------------------------------------------------------------

    async def mark(self, spec: Spec) -> None:
        """Remember the stream's last sequence, where we alone write into it."""
        self._before = await self._last(spec)

    async def _last(self, spec: Spec) -> int | None:
        if spec.store is None or spec.mode not in WRITING or spec.mode in _OBJECTS:
            return None
        try:
            info = await stream_info(self._api, spec.store.name)
        except NatsCliError:  # a cluster without a leader: the run is still worth its report
            return None
        return info.state.whole("last_seq") if is_ours(info.config) else None

    async def account(self, spec: Spec, result: Result) -> Result:
        """Return a result with what the stream says of it."""
        last = await self._last(spec)
        if last is not None and self._before is not None:
            stored = last - self._before
            return replace(result, stored=stored, warnings=(*result.warnings, *_differences(result, stored)))
        if shares_a_consumer(spec) and spec.store is not None and spec.store.acks is not Acks.NONE:
            found = await self._found_consumer(spec.store)
            left = found.whole("num_ack_pending") if found is not None else 0
            if left and result.ended == "count":
                warning = f"{plural(left, 'message')} of the consumer, which were received, are not acknowledged"
                return replace(result, warnings=(*result.warnings, warning))
        return result

    @property
    def remaining(self) -> list[str]:
        """What has been made and is still to be removed."""
        return [] if self.kept else sorted(self._made - self._removed)

    def may_be_gone(self, name: str) -> bool:
        """Whether nobody answered when the removal of a stream was asked for."""
        return name in self._asked

    async def remove(self) -> None:
        """Remove what was made, unless it is to stay; what is gone already is as good as removed."""
        for name in self.remaining:
            self._asked.add(name)
            try:
                await delete_stream(self._api, name)
            except ApiError as error:
                self._asked.discard(name)
                if error.err_code != STREAM_NOT_FOUND:
                    raise
            self._removed.add(name)
        for stream, consumer in self._consumers:
            if stream not in self._removed and not self.kept:
                try:
                    await delete_consumer(self._api, stream, consumer)
                except ApiError as error:
                    if error.err_code not in (STREAM_NOT_FOUND, CONSUMER_NOT_FOUND):
                        raise


def _filling(spec: Spec, messages: int) -> Spec:
    """Return the run that writes what another is to read."""
    assert spec.store is not None
    base = replace(spec, msgs=messages, duration_s=0.0, warmup_s=0.0, sleep_s=0.0, in_flight=1, body="zeros")
    if spec.mode in _OBJECTS:
        return replace(base, mode=Mode.OBJECT_PUT, clients=1)
    store = replace(spec.store, batch=_FILLING_BATCH, acks=Acks.NONE, double_ack=False, keys=0)
    subject = spec.subject if spec.mode in _VALUES else subject_of(spec)
    numbers = 0 if spec.mode in _VALUES else None
    return replace(base, mode=Mode.JS_ASYNC, clients=1, subject=subject, multisubject=numbers, store=store)


def _differences(result: Result, stored: int) -> list[str]:
    """Return what makes the stream and its acknowledgements disagree."""
    new = result.acknowledged - result.duplicated
    if stored > new:
        return [f"{plural(stored - new, 'message')} more stored than were acknowledged"]
    if stored < new:
        return [f"{plural(new - stored, 'message')} acknowledged and not stored"]
    return []
