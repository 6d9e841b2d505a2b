"""``natscli bench js``: one function for each kind of run."""

from dataclasses import replace
from typing import Annotated

import typer

from natscli.bench.plan import Mode, Spec
from natscli.bench.store import Store
from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.arguments import SUBJECT, as_utf8, checked
from natscli.commands.bench_options import ReportOptions, RunOptions, SendOptions
from natscli.commands.bench_stores import (
    STREAM,
    ConsumeOptions,
    KeepOptions,
    PublishOptions,
    ReadOptions,
    provision,
    read,
    write,
)
from natscli.commands.jetstream import FILTER
from natscli.errors import UsageError
from natscli.jetstream.api import check_name
from natscli.jetstream.feeding import OWN_BATCH
from natscli.wire.subjects import check_publish

_STREAM = Annotated[str, typer.Option("--stream", parser=as_utf8, help="The stream.")]
_WINDOW = 4000
_BATCH = Annotated[int, typer.Option("--batch", min=1, help="Messages of a batch.")]


def _publish(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    into: PublishOptions,
    spec: Spec,
) -> None:
    checked(check_publish, spec.subject)
    if into.persistasync and (into.replicas != 1 or spec.mode is Mode.JS_ATOMIC):
        raise UsageError("--persistasync is for streams of one replica that take no atomic batches")
    assert spec.store is not None
    store = replace(spec.store, deduplicate=into.dedup, storage=into.storage, replicas=into.replicas)
    spec = replace(
        spec,
        store=store,
        sleep_s=into.sleep or 0.0,
        multisubject=into.subjects,
        randomize=into.multisubjectrandomize,
    )
    write(shared, report, options, send, spec, provision(into))


def _into(mode: Mode, subject: str, into: PublishOptions, batch: int = 1, outstanding: int = 1) -> Spec:
    store = Store(name=check_name(into.stream, "stream"), batch=batch, outstanding=outstanding)
    return Spec(mode=mode, subject=subject, store=store)


@shared_options
def pub_sync(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    into: PublishOptions,
    subject: SUBJECT,
) -> None:
    """Store messages one at a time, and time each to its acknowledgement."""
    _publish(shared, report, options, send, into, _into(Mode.JS_SYNC, subject, into))


@shared_options
def pub_async(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    into: PublishOptions,
    subject: SUBJECT,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Messages without acknowledgement at most.")] = _WINDOW,
) -> None:
    """Store messages with a sliding window of acknowledgements.

    The Go CLI waits for each batch of 500 as a whole; --batch 500 has as few under way, but goes on sending.
    """
    _publish(shared, report, options, send, into, _into(Mode.JS_ASYNC, subject, into, batch))


@shared_options
def pub_atomic(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    into: PublishOptions,
    subject: SUBJECT,
    batch: _BATCH = 500,
    in_flight: Annotated[int, typer.Option("--in-flight", min=1, max=50, help="Batches of each client at a time.")] = 1,
) -> None:
    """Store batches of which all messages are stored, or none (nats-server 2.12)."""
    spec = replace(_into(Mode.JS_ATOMIC, subject, into, batch), in_flight=in_flight)
    _publish(shared, report, options, send, into, spec)


@shared_options
def pub_fast(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    into: PublishOptions,
    subject: SUBJECT,
    batch: Annotated[
        int, typer.Option("--batch", min=1, help="Messages that an acknowledgement is for at most.")
    ] = 500,
    outstanding: Annotated[
        int, typer.Option("--max-outstanding-acks", min=1, max=65535, help="Acknowledgements that are waited for.")
    ] = 1,
) -> None:
    """Store messages in one fast batch, acknowledged as it goes (nats-server 2.14)."""
    _publish(shared, report, options, send, into, _into(Mode.JS_FAST, subject, into, batch, outstanding))


@shared_options
def ordered(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    keep: KeepOptions,
    stream: _STREAM = STREAM,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Messages on their way at most.")] = OWN_BATCH,
    filter_: Annotated[
        list[str] | None, typer.Option("--filter", help="These subjects only; may be repeated.", **FILTER)
    ] = None,
) -> None:
    """Read a stream in order, each client all of it, with an ordered consumer of its own.

    A stream that does not exist is made and filled for the run, and removed behind it.
    """
    store = Store(
        name=check_name(stream, "stream"),
        batch=batch,
        filters=tuple(filter_ or ()),
        storage=keep.storage,
        replicas=keep.replicas,
    )
    read(shared, report, options, reading, Spec(mode=Mode.JS_ORDERED, subject="", store=store), provision(keep))


@shared_options
def consume(
    shared: SharedOptions, report: ReportOptions, options: RunOptions, reading: ReadOptions, consumer: ConsumeOptions
) -> None:
    """Receive a durable consumer's messages as they come, shared by the clients.

    A stream that does not exist is made and filled for the run, and removed behind it, as is the consumer.
    """
    spec = Spec(mode=Mode.JS_CONSUME, subject="", store=consumer.store)
    read(shared, report, options, reading, spec, provision(consumer))


@shared_options
def fetch(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    consumer: ConsumeOptions,
    in_flight: Annotated[
        int, typer.Option("--in-flight", min=1, max=100, help="Requests of each client at a time.")
    ] = 2,
) -> None:
    """Fetch a durable consumer's messages batch by batch, shared by the clients.

    Two requests overlap; --in-flight 1 waits for each batch, as the Go CLI does. A stream that does not exist is
    made and filled for the run, and removed behind it, as is the consumer.
    """
    spec = Spec(mode=Mode.JS_FETCH, subject="", store=consumer.store, in_flight=in_flight)
    read(shared, report, options, reading, spec, provision(consumer))


@shared_options
def get_sync(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    keep: KeepOptions,
    stream: _STREAM = STREAM,
) -> None:
    """Get messages by sequence, one at a time, each client from the first on.

    A stream that does not exist is made and filled for the run, and removed behind it.
    """
    store = Store(name=check_name(stream, "stream"), storage=keep.storage, replicas=keep.replicas)
    read(shared, report, options, reading, Spec(mode=Mode.JS_GET, subject="", store=store), provision(keep))


@shared_options
def get_batch(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    keep: KeepOptions,
    stream: _STREAM = STREAM,
    batch: Annotated[int, typer.Option("--batch", min=1, help="Messages of a request.")] = 500,
    filter_: Annotated[str, typer.Option("--filter", help="These subjects only.", **FILTER)] = ">",
) -> None:
    """Get messages in batches, each client from the first on.

    A stream that does not exist is made and filled for the run, and removed behind it.
    """
    store = Store(
        name=check_name(stream, "stream"),
        batch=batch,
        filters=() if filter_ == ">" else (filter_,),
        storage=keep.storage,
        replicas=keep.replicas,
    )
    read(shared, report, options, reading, Spec(mode=Mode.JS_GET_BATCH, subject="", store=store), provision(keep))
