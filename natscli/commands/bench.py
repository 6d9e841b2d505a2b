"""``natscli bench``: one function for each kind of run."""

import uuid
from dataclasses import replace
from typing import Annotated

import typer

from natscli.bench import plan
from natscli.bench.plan import Mode, Spec
from natscli.cli.options import SharedOptions, duration, shared_options
from natscli.commands.arguments import SUBJECT, checked, period
from natscli.commands.bench_agents import AgentOptions
from natscli.commands.bench_options import ReportOptions, RunOptions, SendOptions, payload_of, running, sending
from natscli.commands.benching import Benchmark
from natscli.errors import UsageError
from natscli.wire.subjects import check_publish, check_subscribe

_SUBJECTS = 100_000
MULTISUBJECT = Annotated[
    bool, typer.Option("--multisubject", help="Many subjects: SUBJECT.0, SUBJECT.1, …; subscribers take SUBJECT.*")
]
SLEEP = Annotated[
    float | None,
    typer.Option("--sleep", parser=duration, metavar="DUR", help="Pause of each client after a message."),
]


@shared_options
def suite(
    shared: SharedOptions,
    report: ReportOptions,
    options: AgentOptions,
    duration_: Annotated[
        float | None, typer.Option("--duration", parser=period, metavar="DUR", help="Of each run. [1s]")
    ] = None,
) -> None:
    """Measure a little of everything; what bench alone does.

    Publishing, publishing and receiving, one-way latency at 1,000 messages a second, requests one at a time and
    a hundred at once, a second each, on a subject that nobody else uses; with --agents, one client of each agent.
    """
    specs = plan.suite(f"bench.{uuid.uuid4().hex[:8]}", duration_ or 1.0, options.agents or 1)
    Benchmark(shared, report, agents=options).report(specs)


@shared_options
def pub(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    subject: SUBJECT,
    sleep: SLEEP = None,
    multisubject: MULTISUBJECT = False,
    multisubjectmax: Annotated[
        int | None, typer.Option("--multisubjectmax", min=0, help="How many subjects; 0 for one a message. [100,000]")
    ] = None,
    multisubjectrandomize: Annotated[
        bool, typer.Option("--multisubjectrandomize", help="Choose among them at random.")
    ] = False,
) -> None:
    """Publish, and count what the server confirms.

    PONGs behind the messages prove that the server has read them; the time runs to the last.
    """
    checked(check_publish, subject)
    if multisubjectmax is not None and not multisubject:
        raise UsageError("--multisubjectmax needs --multisubject")
    subjects = (_SUBJECTS if multisubjectmax is None else multisubjectmax) if multisubject else None
    spec = Spec(
        mode=Mode.PUB,
        subject=subject,
        sleep_s=sleep or 0.0,
        multisubject=subjects,
        randomize=multisubjectrandomize,
    )
    Benchmark(shared, report, send, options).report(sending(spec, options, send))


@shared_options
def sub(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    subject: SUBJECT,
    multisubject: MULTISUBJECT = False,
) -> None:
    """Receive what others publish, each client all of it.

    Bytes are those that came, and the time runs from the first message to the last.
    """
    checked(check_subscribe, subject)
    spec = Spec(mode=Mode.SUB, subject=subject, multisubject=_SUBJECTS if multisubject else None, body="received")
    Benchmark(shared, report, agents=options).report(running(spec, options, (0,)))


@shared_options
def pubsub(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    subject: SUBJECT,
    subscribers: Annotated[int, typer.Option("--subscribers", min=1, help="Each receives every message.")] = 1,
) -> None:
    """Publish and receive at once, and account for every message.

    Each carries its number and the time it was due: one-way latency, lost, repeated and out of order are exact.
    """
    checked(check_publish, subject)
    spec = Spec(mode=Mode.PUBSUB, subject=subject, others=subscribers)
    if send.payload is not None and not payload_of(send).data:
        raise UsageError("pubsub writes into every payload: --payload takes a file")
    Benchmark(shared, report, send, options).report(sending(spec, options, send))


@shared_options
def request(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    send: SendOptions,
    subject: SUBJECT,
    sleep: SLEEP = None,
    in_flight: Annotated[
        int | None, typer.Option("--in-flight", min=1, max=10_000, help="Requests of each client at a time. [1]")
    ] = None,
    responders: Annotated[
        int, typer.Option("--responders", min=0, max=100, help="Answer them from here as well, with so many clients.")
    ] = 0,
) -> None:
    """Make requests, and time each to its reply.

    With --rate they go by the clock, whether earlier ones have their replies or not, and latency counts from
    when a request was due.
    """
    checked(check_publish, subject)
    if in_flight is not None and (send.rate or send.find_max):
        raise UsageError("a rate decides how many are in flight: --in-flight must go")
    if sleep and send.find_max:
        raise UsageError("--find-max and --sleep were both given: one of them must go")
    spec = Spec(mode=Mode.REQUEST, subject=subject, others=responders, in_flight=in_flight or 1, sleep_s=sleep or 0.0)
    Benchmark(shared, report, send, options).report(sending(spec, options, send))


@shared_options
def serve(
    shared: SharedOptions,
    report: ReportOptions,
    options: RunOptions,
    subject: SUBJECT,
    sleep: Annotated[
        float | None, typer.Option("--sleep", parser=duration, metavar="DUR", help="Answer so much later.")
    ] = None,
) -> None:
    """Answer requests with two bytes until Ctrl-C, and say how many there were.

    All clients, and the Go CLI's, share the requests as members of one queue group.
    """
    checked(check_subscribe, subject)
    spec = Spec(mode=Mode.SERVE, subject=subject, sleep_s=sleep or 0.0, body="received")
    specs = [replace(each, msgs=options.msgs or 0) for each in running(spec, options, (0,))]
    Benchmark(shared, report, agents=options).report(specs, unbounded=not options.msgs and not options.duration_)
