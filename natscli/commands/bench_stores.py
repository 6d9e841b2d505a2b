"""The options of ``bench js``, ``bench kv`` and ``bench object``, and the runs that they ask for."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import typer

from natscli.bench.plan import PUBLISHING, Mode, Spec
from natscli.bench.provision import Provision
from natscli.bench.store import Acks, Storage, Store
from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, duration
from natscli.commands.arguments import as_utf8, period
from natscli.commands.bench_options import ReportOptions, RunOptions, SendOptions, Several, running, sending, sizes_of
from natscli.commands.benching import Benchmark
from natscli.commands.jetstream import BYTES, DURATION, FILTER
from natscli.errors import UsageError
from natscli.jetstream.api import check_name
from natscli.jetstream.buckets import Kind, check_bucket

_KEEPING = "What is made"
STREAM, CONSUMER, BUCKET, OBJECTS = "benchstream", "nats-bench", "benchbucket", "benchobjects"
_SUBJECTS = 100_000
_MAX_BYTES = 1024**3
_DEDUP_WINDOW_NS = 120 * 10**9

SLEEP = Annotated[
    float | None,
    typer.Option(
        "--sleep",
        parser=duration,
        metavar="DUR",
        help="Pause of each client after a message, or after what came together.",
    ),
]


class KeepOptions(Options):
    """What may be made for a run, and what becomes of it."""

    storage: Annotated[
        Storage, typer.Option("--storage", rich_help_panel=_KEEPING, help="Of a stream that is made.")
    ] = Storage.FILE
    replicas: Annotated[
        int, typer.Option("--replicas", min=1, max=5, rich_help_panel=_KEEPING, help="Of a stream that is made.")
    ] = 1
    maxbytes: Annotated[
        int | None,
        typer.Option("--maxbytes", rich_help_panel=_KEEPING, help="Of a stream that is made. [1GB]", **BYTES),
    ] = None
    keep: Annotated[
        bool | None,
        typer.Option(
            "--keep/--no-keep", rich_help_panel=_KEEPING, help="Leave what was made. [--no-keep, but with --create]"
        ),
    ] = None
    force: Annotated[
        bool, typer.Option("--force", "-f", rich_help_panel=_KEEPING, help="Also what no benchmark has made.")
    ] = False
    purge: Annotated[bool, typer.Option("--purge", rich_help_panel=_KEEPING, help="Empty it first.")] = False


class PublishOptions(KeepOptions):
    """Where messages are stored, and how."""

    stream: Annotated[str, typer.Option("--stream", parser=as_utf8, help="The stream.")] = STREAM
    create: Annotated[
        bool, typer.Option("--create", rich_help_panel=_KEEPING, help="Make the stream, or have it take the subject.")
    ] = False
    dedup: Annotated[bool, typer.Option("--dedup", help="Give each message an id, by which it is stored once.")] = False
    dedupwindow: Annotated[
        int | None,
        typer.Option("--dedupwindow", rich_help_panel=_KEEPING, help="For how long ids are known. [2m]", **DURATION),
    ] = None
    persistasync: Annotated[
        bool, typer.Option("--persistasync", rich_help_panel=_KEEPING, help="Acknowledge before it is on disk.")
    ] = False
    multisubject: Annotated[bool, typer.Option("--multisubject", help="Many subjects: SUBJECT.0, SUBJECT.1, …")] = False
    multisubjectmax: Annotated[
        int | None, typer.Option("--multisubjectmax", min=0, help="How many subjects; 0 for one a message. [100,000]")
    ] = None
    multisubjectrandomize: Annotated[
        bool, typer.Option("--multisubjectrandomize", help="Choose among them at random.")
    ] = False
    sleep: SLEEP = None

    @property
    def subjects(self) -> int | None:
        """How many subjects; None for one."""
        if self.multisubjectmax is not None and not self.multisubject:
            raise UsageError("--multisubjectmax needs --multisubject")
        return (_SUBJECTS if self.multisubjectmax is None else self.multisubjectmax) if self.multisubject else None


class ReadOptions(Options):
    """How large the messages are that are made to be read, where there are none."""

    size: Annotated[
        int | None,
        typer.Option("--size", parser=sizes_of(one=True), metavar="SIZE", help="Of what is made to be read. [128B]"),
    ] = None
    sizes: Annotated[
        Several | None,
        typer.Option("--sizes", parser=sizes_of(), metavar="SIZE,SIZE…", help="Several sizes, run in turn."),
    ] = None
    warmup: Annotated[
        float | None, typer.Option("--warmup", parser=period, metavar="DUR", help="A run before, not counted.")
    ] = None
    sleep: SLEEP = None


class ConsumeOptions(KeepOptions):
    """Which consumer, and how its messages are acknowledged."""

    stream: Annotated[str, typer.Option("--stream", parser=as_utf8, help="The stream.")] = STREAM
    consumer: Annotated[str, typer.Option("--consumer", parser=as_utf8, help="The durable consumer.")] = CONSUMER
    batch: Annotated[int, typer.Option("--batch", min=1, help="Messages that are asked for at a time.")] = 500
    acks: Annotated[Acks, typer.Option("--acks", help="How messages are acknowledged.")] = Acks.EXPLICIT
    doubleack: Annotated[
        bool, typer.Option("--doubleack/--no-doubleack", help="Have the server confirm each acknowledgement.")
    ] = False
    filter: Annotated[
        list[str] | None, typer.Option("--filter", help="These subjects only; may be repeated.", **FILTER)
    ] = None

    @property
    def store(self) -> Store:
        """What the run says of its stream."""
        return Store(
            name=check_name(self.stream, "stream"),
            consumer=check_name(self.consumer, "consumer"),
            batch=self.batch,
            acks=self.acks,
            double_ack=self.doubleack,
            filters=tuple(self.filter or ()),
            storage=self.storage,
            replicas=self.replicas,
        )


def provision(keep: KeepOptions) -> Provision:
    """Return what may be made, emptied and left."""
    said = Provision(
        keep=keep.keep,
        force=keep.force,
        purge=keep.purge,
        max_bytes=_MAX_BYTES if keep.maxbytes is None else keep.maxbytes,
    )
    if not isinstance(keep, PublishOptions):
        return said
    return replace(
        said,
        create=keep.create,
        dedup_window_ns=_DEDUP_WINDOW_NS if keep.dedupwindow is None else keep.dedupwindow,
        persist_async=keep.persistasync,
    )


def write(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    spec: Spec,
    provided: Provision,
) -> None:
    """Make the runs of a mode that writes."""
    if options.agents is not None and spec.mode not in PUBLISHING:
        raise UsageError(f"bench {spec.mode} does not run on agents: --agents must go")
    Benchmark(shared, report, send, options, provided).report(sending(spec, options, send))


def read(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    reading: ReadOptions,
    spec: Spec,
    provided: Provision,
) -> None:
    """Make the runs of a mode that reads."""
    if options.agents is not None:
        raise UsageError(f"bench {spec.mode} does not run on agents: --agents must go")
    if reading.size is not None and reading.sizes is not None:
        raise UsageError("--size and --sizes were both given: one of them must go")
    if spec.mode in _TO_THE_END and (options.duration_ or reading.warmup):
        raise UsageError(f"bench {spec.mode} reads what there is, once: --duration and --warmup must go")
    spec = replace(spec, warmup_s=reading.warmup or 0.0, sleep_s=reading.sleep or 0.0, body="received")
    usual = (spec.size if reading.size is None else reading.size,)
    sizes: Sequence[int] = reading.sizes.values if reading.sizes else usual
    specs = [replace(each, msgs=options.msgs or spec.msgs) for each in running(spec, options, sizes)]
    Benchmark(shared, report, SendOptions(), options, provided).report(specs)


_TO_THE_END = (Mode.JS_ORDERED, Mode.JS_CONSUME, Mode.JS_FETCH, Mode.JS_GET_BATCH)


def bucket_store(name: str, kind: Kind, keep: KeepOptions) -> Store:
    """Return what a run says of its bucket."""
    return Store(name=kind.value + check_bucket(name), bucket=name, storage=keep.storage, replicas=keep.replicas)
