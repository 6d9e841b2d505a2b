"""The options of the ``bench`` commands, and the runs that they ask for."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import typer

from natscli.bench.bodies import Payload
from natscli.bench.merging import divided
from natscli.bench.plan import OnDisconnect, Spec, checked, sweep
from natscli.cli.bundles import Options
from natscli.commands.arguments import period
from natscli.commands.bench_agents import AgentOptions
from natscli.errors import UsageError
from natscli.messaging.body import LARGEST_BODY, read_body
from natscli.messaging.outgoing import as_template
from natscli.text.sizes import parse_bytes

_MSGS = 100_000
_SIZE = 128
_REPORT = "Report"


@dataclass(frozen=True, slots=True)
class Several:
    """Numbers that were typed with commas between them; a class, as Typer takes a tuple for several words."""

    values: tuple[int, ...]


def _numbers(text: str) -> Several:
    values = tuple(int(part) if part.strip().isdecimal() else 0 for part in text.split(","))
    if not all(values):
        raise typer.BadParameter(f"'{text}' is no number above 0, nor a list of them such as 1,2,4")
    return Several(values)


def _size(text: str) -> int:
    try:
        size = parse_bytes(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if size > LARGEST_BODY:
        raise typer.BadParameter(f"'{text}' is more than any server takes")
    return size


def _sizes(text: str) -> Several:
    return Several(tuple(_size(part) for part in text.split(",")))


def sizes_of(*, one: bool = False) -> Any:
    """Return what parses an option's sizes, or the ``one`` size of payloads."""
    return _size if one else _sizes


class ReportOptions(Options):
    """What is said of the run, and where it is made."""

    label: Annotated[str, typer.Option("--label", rich_help_panel=_REPORT, help="A name for the report.")] = ""
    json: Annotated[bool, typer.Option("--json", "-j", rich_help_panel=_REPORT, help="One JSON document.")] = False
    csv: Annotated[
        str | None, typer.Option("--csv", metavar="FILE", rich_help_panel=_REPORT, help="Write a line for each client.")
    ] = None
    hgrm: Annotated[
        str | None,
        typer.Option("--hgrm", metavar="FILE", rich_help_panel=_REPORT, help="Write latencies as HdrHistogram's text; "
        "of several runs, FILE gets a number each."),
    ] = None  # fmt: skip
    html: Annotated[
        str | None,
        typer.Option("--html", metavar="FILE", rich_help_panel=_REPORT, help="Write a page with plots, for a browser."),
    ] = None  # fmt: skip
    progress: Annotated[
        bool, typer.Option("--progress/--no-progress", rich_help_panel=_REPORT, help="Show how far it is.")
    ] = True
    embedded: Annotated[bool, typer.Option("--embedded", help="Start a nats-server for the run.")] = False
    monitor: Annotated[
        str | None, typer.Option("--monitor", metavar="URL", help="Compare with the counters of http://host:8222.")
    ] = None


class RunOptions(AgentOptions):
    """How much, by how many, and from where."""

    clients: Annotated[
        Several | None,
        typer.Option("--clients", parser=_numbers, metavar="N[,N…]", help="Connections; a list is run in turn. [1]"),
    ] = None
    msgs: Annotated[int | None, typer.Option("--msgs", min=1, help="How many, by all clients. [100,000]")] = None
    duration_: Annotated[
        float | None,
        typer.Option("--duration", parser=period, metavar="DUR", help="For so long, however many that is."),
    ] = None
    repeat: Annotated[
        int, typer.Option("--repeat", min=1, max=1000, help="Make each run so often; bench compare tells noise by it.")
    ] = 1
    on_disconnect: Annotated[
        OnDisconnect, typer.Option("--on-disconnect", help="Reconnect and go on, or end with what there is.")
    ] = OnDisconnect.CONTINUE

    @property
    def most(self) -> int:
        """How many messages end the run; 0 where only time does."""
        return self.msgs or (0 if self.duration_ else _MSGS)


class SendOptions(Options):
    """What is sent, and when."""

    size: Annotated[
        int | None, typer.Option("--size", parser=_size, metavar="SIZE", help="Bytes of a payload. [128B]")
    ] = None
    sizes: Annotated[
        Several | None,
        typer.Option("--sizes", parser=_sizes, metavar="SIZE,SIZE…", help="Several sizes, run in turn."),
    ] = None
    payload: Annotated[
        str | None,
        typer.Option("--payload", metavar="@FILE|random|TEMPLATE", help="In place of zeros: a file, random bytes, or "
        "a text with {{Count}} and the like."),
    ] = None  # fmt: skip
    header: Annotated[
        list[str] | None, typer.Option("--header", "-H", metavar="NAME:VALUE", help="A header; may be repeated.")
    ] = None
    rate: Annotated[
        float | None,
        typer.Option("--rate", "--throughput", min=0.001, max=1e8, help="Messages a second, by all, on a schedule."),
    ] = None
    jitter: Annotated[
        float, typer.Option("--jitter", min=0, max=1, help="Move each due time by so much of the gap, at random.")
    ] = 0.0
    warmup: Annotated[
        float | None, typer.Option("--warmup", parser=period, metavar="DUR", help="A run before, not counted.")
    ] = None
    find_max: Annotated[
        bool, typer.Option("--find-max", help="Find the highest rate whose p99 stays within --slo, in runs of 2s.")
    ] = False
    slo: Annotated[float | None, typer.Option("--slo", parser=period, metavar="DUR", help="See there. [5ms]")] = None


def sending(spec: Spec, options: RunOptions, send: SendOptions) -> tuple[Spec, ...]:
    """Return the runs that the options ask for; UsageError where they contradict each other."""
    if send.size is not None and send.sizes is not None:
        raise UsageError("--size and --sizes were both given: one of them must go")
    if send.find_max and send.rate:
        raise UsageError("--find-max looks for the rate: --rate must go")
    if send.find_max and options.msgs:
        raise UsageError("--find-max tries each rate for a --duration: --msgs must go")
    if send.slo and not send.find_max:
        raise UsageError("--slo needs --find-max")
    if send.sizes and send.payload is not None and send.payload != "random":
        raise UsageError("the --payload has a size of its own: --sizes must go")
    if send.size is not None and send.payload is not None and send.payload != "random":
        raise UsageError("the --payload has a size of its own: --size must go")
    spec = replace(spec, rate=send.rate or 0.0, jitter=send.jitter, warmup_s=send.warmup or 0.0)
    sizes = send.sizes.values if send.sizes else (_SIZE if send.size is None else send.size,)
    specs = running(spec, options, sizes)
    if send.find_max and len(specs) > 1:
        raise UsageError("--find-max takes one size and one number of clients, once")
    return specs


def running(spec: Spec, options: RunOptions, sizes: Sequence[int]) -> tuple[Spec, ...]:
    """Return a run for each size and number of clients."""
    spec = replace(spec, msgs=options.most, duration_s=options.duration_ or 0.0, on_disconnect=options.on_disconnect)
    agents = options.agents or 1
    specs = sweep(spec, sizes, options.clients.values if options.clients else (agents,))
    for each in specs:
        for part in (each,) if agents == 1 else divided(each, agents):
            checked(part)
    return specs * options.repeat


def payload_of(send: SendOptions) -> Payload:
    """Return what --payload names; UsageError for what it does not."""
    given = send.payload
    if given is None:
        return Payload()
    if given == "random":
        return Payload(random=True)
    if (given.startswith("@") and not given.startswith("@@")) or os.path.isfile(given):
        path = given if given.startswith("@") else f"@{given}"
        return Payload(read_body(path, sys.stdin.buffer, is_terminal=True))
    if "{{" not in given:
        raise UsageError(f"--payload '{given}' is neither @FILE, nor random, nor a template", "as in '{{Count}}'")
    return Payload(template=as_template(given, templates=True))
