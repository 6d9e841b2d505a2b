"""``natscli bench kv`` and ``natscli bench object``."""

from dataclasses import replace
from typing import Annotated

import typer

from natscli.bench.plan import Mode, Spec
from natscli.cli.bundles import changed
from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.bench_options import ReportOptions, RunOptions, SendOptions, sizes_of
from natscli.commands.bench_stores import (
    BUCKET,
    OBJECTS,
    SLEEP,
    KeepOptions,
    ReadOptions,
    bucket_store,
    provision,
    read,
    write,
)
from natscli.errors import UsageError
from natscli.jetstream.buckets import MOST_HISTORY, Kind
from natscli.jetstream.chunks import CHUNK_SIZE

_BUCKET = Annotated[str, typer.Option("--bucket", help="The bucket.")]
_KEYS = Annotated[
    int, typer.Option("--randomize", min=0, help="Keys at random, of so many; 0 for one after the other.")
]
_OBJECT_SIZE = 1024 * 1024
_OBJECTS = 100


@shared_options
def kv_put(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    keep: KeepOptions,
    bucket: _BUCKET = BUCKET,
    history: Annotated[
        int, typer.Option("--history", min=1, max=MOST_HISTORY, help="Values of a key that are kept.")
    ] = 1,
    randomize: _KEYS = 0,
    sleep: SLEEP = None,
) -> None:
    """Put values under the keys 0, 1, …, and time each to its acknowledgement.

    A bucket that does not exist is made, and removed behind the run.
    """
    store = replace(bucket_store(bucket, Kind.VALUES, keep), keys=randomize)
    spec = Spec(mode=Mode.KV_PUT, subject=f"$KV.{bucket}", store=store, sleep_s=sleep or 0.0)
    write(shared, report, options, send, spec, replace(provision(keep), history=history))


@shared_options
def kv_get(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    keep: KeepOptions,
    bucket: _BUCKET = BUCKET,
    randomize: _KEYS = 0,
) -> None:
    """Get the values of the keys 0, 1, …, and time each.

    A bucket that does not exist is made and filled for the run, and removed behind it.
    """
    store = replace(bucket_store(bucket, Kind.VALUES, keep), keys=randomize)
    spec = Spec(mode=Mode.KV_GET, subject=f"$KV.{bucket}", store=store)
    read(shared, report, options, reading, spec, provision(keep))


@shared_options
def object_put(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    keep: KeepOptions,
    bucket: _BUCKET = OBJECTS,
    size: Annotated[
        int | None, typer.Option("--size", parser=sizes_of(one=True), metavar="SIZE", help="Bytes of an object. [1MiB]")
    ] = None,
    random: Annotated[bool, typer.Option("--random", help="Random bytes, not zeros.")] = False,
    chunk: Annotated[
        int | None,
        typer.Option("--chunk-size", parser=sizes_of(one=True), metavar="SIZE", help="Of a message. [128KiB]"),
    ] = None,
    sleep: SLEEP = None,
) -> None:
    """Store the objects 0, 1, … whole, and time each.

    --msgs is how many. [100] A bucket that does not exist is made, and removed behind the run.
    """
    store = replace(bucket_store(bucket, Kind.OBJECTS, keep), batch=chunk or CHUNK_SIZE)
    spec = Spec(mode=Mode.OBJECT_PUT, subject=f"$O.{bucket}", store=store, sleep_s=sleep or 0.0)
    send = SendOptions(size=_OBJECT_SIZE if size is None else size, payload="random" if random else None)
    write(shared, report, changed(options, msgs=_count(options)), send, spec, provision(keep))


@shared_options
def object_get(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    keep: KeepOptions,
    bucket: _BUCKET = OBJECTS,
) -> None:
    """Get the objects 0, 1, … whole, digests checked, and time each.

    --msgs is how many. [100] A bucket that does not exist is made and filled for the run, and removed behind it;
    --size is of those objects.
    """
    if reading.warmup or options.duration_:
        raise UsageError("bench object get gets each object once: --duration and --warmup must go")
    store = replace(bucket_store(bucket, Kind.OBJECTS, keep), batch=CHUNK_SIZE)
    spec = Spec(mode=Mode.OBJECT_GET, subject=f"$O.{bucket}", store=store, size=_OBJECT_SIZE)
    read(shared, report, changed(options, msgs=_count(options)), reading, spec, provision(keep))


def _count(options: RunOptions) -> int | None:
    return options.msgs if options.msgs or options.duration_ else _OBJECTS
