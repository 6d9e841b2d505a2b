"""The options of ``top``, and what they come to."""

from collections.abc import Sequence
from typing import Annotated

import typer

from natscli.cli.bundles import Options
from natscli.commands.arguments import PING_INTERVAL, checked, period
from natscli.errors import UsageError
from natscli.tap.plan import Plan
from natscli.traffic.alerts import Alert, parse_alert
from natscli.traffic.values import Order
from natscli.wire.subjects import check_subscribe


class WatchOptions(Options):
    """What is watched, and how it is shown."""

    for_: Annotated[
        float | None,
        typer.Option("--for", parser=period, metavar="DUR", help="End after this long, with the figures."),
    ] = None
    once: Annotated[bool, typer.Option("--once", help="Watch for one --interval, print the figures and end.")] = False
    interval: Annotated[
        float | None,
        typer.Option("--interval", parser=period, metavar="DUR", help="Between two prints of the figures. [1s]"),
    ] = None
    json: Annotated[bool, typer.Option("--json", "-j", help="As JSON.")] = False
    csv: Annotated[bool, typer.Option("--csv", help="As CSV, one line for each subject.")] = False
    top: Annotated[int | None, typer.Option("--top", "-n", min=1, help="Rows to print. [20]")] = None
    sort: Annotated[
        Order | None, typer.Option("--sort", help="What the rows are sorted by. [rate; in the app a tree]")
    ] = None
    fold: Annotated[
        bool, typer.Option("--fold/--no-fold", help="Show tokens that are identifiers as one *, as orders.*.paid.")
    ] = True
    internal: Annotated[bool, typer.Option("--internal", help="Show $SYS, $JS and inboxes too.")] = False
    latency: Annotated[
        bool, typer.Option("--latency/--no-latency", help="Pair requests with replies; subscribes to inboxes.")
    ] = True
    ignore_subject: Annotated[
        list[str] | None, typer.Option("--ignore-subject", "-I", help="Leave these out; may be repeated.")
    ] = None
    alert: Annotated[
        list[str] | None,
        typer.Option(
            "--alert",
            metavar="EXPR",
            help="Warn while this holds, and exit with 1, as 'rate(orders.>) > 1000'; may be repeated.",
        ),
    ] = None
    ping_interval: PING_INTERVAL = None

    @property
    def headless(self) -> bool:
        """Whether figures are asked for rather than a look."""
        return self.for_ is not None or self.once or self.json or self.csv


def plan(subjects: Sequence[str] | None, options: WatchOptions) -> Plan:
    """Return what to watch, checked; UsageError for what cannot be."""
    if options.json and options.csv:
        raise UsageError("--json and --csv do not go together")
    if options.once and options.for_ is not None:
        raise UsageError("--once and --for do not go together: --once takes one --interval")
    ignored = [subject for text in options.ignore_subject or () for subject in text.replace(",", " ").split()]
    for subject in (*(subjects or ()), *ignored):
        checked(check_subscribe, subject)
    return Plan(
        subjects=tuple(subjects or (">",)),
        ignored=tuple(ignored),
        latency=options.latency,
        fold=options.fold,
        internal=options.internal,
        order=options.sort or Order.RATE,
        top=options.top or 20,
        interval_s=options.interval or 1.0,
        alerts=tuple(map(_alert, options.alert or ())),
    )


def _alert(text: str) -> Alert:
    try:
        return parse_alert(text)
    except ValueError as error:
        raise UsageError(str(error)) from None
