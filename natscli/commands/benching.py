"""What the ``bench`` commands share: where they run, one run behind the other, and what becomes of the results."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace

from natscli.bench.agent import no_counters
from natscli.bench.documents import write_report
from natscli.bench.engine import Bench, Counters, environment
from natscli.bench.fleet import Orders
from natscli.bench.plan import EACH_ALL, Mode, Spec
from natscli.bench.provided import Provided, Runner
from natscli.bench.provision import Provision
from natscli.bench.report import FoundRate, Report, Result, ServerCounters
from natscli.bench.samples import Sample
from natscli.bench.search import Search
from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.bench_agents import AgentOptions, check_complete, gathered
from natscli.commands.bench_files import check_files, write_files
from natscli.commands.bench_options import ReportOptions, SendOptions, payload_of
from natscli.commands.session import connected, ended_by_signal, header_block, header_pairs
from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.connection.trace import trace_to_stderr
from natscli.context.target import Target
from natscli.context.urls import parse_urls
from natscli.errors import ConnectionLostError, NatsCliError, ServiceFailureError, SignalledError, UsageError
from natscli.jetstream.api import Api
from natscli.render.benchmarks import human_report, title_of
from natscli.render.colour import is_terminal
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.render.progress import Advance, progress_bar
from natscli.render.reports import print_json
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from natscli.system.monitoring import check_monitor_url, varz_from_http, varz_from_system_account
from natscli.text.sizes import plural

_STEP_S = 2.0  # a rate that --find-max tries
_ASKING_S = 1.0  # the server for its counters
_LEAVING_S = 0.3  # for what was made to be removed behind a signal


class Benchmark:
    """One command: its runs, one behind the other, and the report about them."""

    def __init__(
        self,
        shared: SharedOptions,
        options: ReportOptions,
        send: SendOptions = SendOptions(),
        agents: AgentOptions = AgentOptions(),
        provision: Provision | None = None,
    ) -> None:
        self._shared = shared
        self._options = options
        self._send = send
        self._agents = agents
        self._payload = payload_of(send)
        self._headers = header_block(send.header)
        self._results: list[Result] = []
        self._found: FoundRate | None = None
        self._signal = 0
        self._started_url = ""  # of the server of --embedded
        self._provision = provision
        self._provided: Provided | None = None
        self._left: NatsCliError | None = None  # why something that was made is still there
        if options.embedded and (shared.server or shared.context):
            raise UsageError("--embedded starts a server of its own: --server and --context must go")
        if options.embedded and options.monitor:
            raise UsageError("--embedded knows its counters: --monitor must go")
        agents.check(embedded=options.embedded)
        if agents.agents is not None and self._payload.data is not None:
            raise UsageError("a file stays on this machine: with --agents, --payload takes 'random' or a template")
        if options.monitor is not None:
            check_monitor_url(options.monitor)

    def report(self, specs: Sequence[Spec], *, unbounded: bool = False) -> None:
        """Run, print the report, and raise what the exit code is to say.

        Ctrl-C is the normal end of what is ``unbounded``; otherwise the report is of what was done until then.
        """
        check_files(self._options, specs)
        if self._options.embedded:
            with LocalServer.start(ServerConfig(monitor_port=0, jetstream=self._provision is not None)) as server:
                self._started_url = server.url
                target = Target(parse_urls(server.url), timeout_s=self._shared.timeout or 5.0, name="natscli bench")
                report = self._run(specs, target, server.monitor_url, emergency=lambda: server.stop(0))
        else:
            report = self._run(specs, self._shared.target, self._options.monitor, emergency=self._say_what_is_left)
        self._print(report)
        if self._signal:
            ended_by_signal(self._signal, unfinished=not unbounded)
        for result in report.results:
            for loss in result.disconnects:
                if loss.seconds is None:
                    early = "the run ended early" if result.ended == "disconnected" else "no connection at the end"
                    raise ConnectionLostError(f"{early}: {loss.reason}")
            if self._agents.agents is not None:
                check_complete(result, self._agents.agents)
            if result.refusals:
                refused = plural(result.errors, "message")
                raise NatsCliError(f"{refused} refused: {'; '.join(result.refusals)}")
            if result.errors:
                raise ServiceFailureError(f"{result.errors:,} of {result.received:,} replies were errors")
        if self._left is not None:
            raise self._left

    def _say_what_is_left(self) -> None:
        """Tell of what the process could not remove before it is ended."""
        if self._provided is None:
            return
        provider = self._provided.provider
        for stream in provider.remaining:
            state = "may be left" if provider.may_be_gone(stream) else "is left"
            Notices().warn(f'stream "{stream}" {state}: natscli stream rm {stream} removes it')

    def _run(
        self, specs: Sequence[Spec], target: Target, monitor: str | None, emergency: Callable[[], None] | None
    ) -> Report:
        return run(lambda stop: self._measure(specs, target, monitor, stop), ends_itself=True, emergency=emergency)

    async def _measure(
        self, specs: Sequence[Spec], target: Target, monitor: str | None, stop: asyncio.Future[int]
    ) -> Report:
        async with connected(self._shared, target, Deadline(target.timeout_s), notices=_Silent(), stop=stop) as control:
            found = await environment(control, embedded=self._options.embedded)
            counters = _counters(control, monitor)
            async with (
                self._bench(target, counters, monitor, stop) as runner,
                self._with_streams(runner, control, stop) as bench,
            ):
                if self._send.find_max:
                    await self._search(bench, specs[0], stop)
                else:
                    for spec in specs:
                        await self._once(bench, spec, stop)
        if stop.done():
            self._signal = stop.result()
            if not self._results:
                raise SignalledError(self._signal)
        return Report(environment=found, results=tuple(self._results), label=self._options.label, found=self._found)

    @asynccontextmanager
    async def _bench(
        self, target: Target, counters: Counters, monitor: str | None, stop: asyncio.Future[int]
    ) -> AsyncIterator[Runner]:
        """Give what makes the runs: this process, or agents, whose server's counters are only known by its URL."""
        if self._agents.agents is None:
            yield Bench(target, self._payload, self._headers, counters, trace_to_stderr if self._shared.trace else None)
            return
        template = self._send.payload if self._payload.template is not None else None
        orders = Orders(
            headers=tuple(header_pairs(self._send.header)),
            template=template or "",
            body=self._payload.words,
            size=self._payload.size(0) if template is not None else None,
        )
        fleet = gathered(self._shared, target, self._agents, orders, counters if monitor else no_counters, stop)
        async with fleet as agents:
            yield agents

    @asynccontextmanager
    async def _with_streams(
        self, runner: Runner, control: Connection, stop: asyncio.Future[int]
    ) -> AsyncIterator[Runner]:
        """Give what makes runs, those that need streams with what they need; in the end that is removed."""
        if self._provision is None:
            yield runner
            return
        self._provided = provided = Provided(runner, Api(control), self._provision)
        try:
            yield provided
        finally:
            try:
                await provided.close(_LEAVING_S if stop.done() else control.target.timeout_s)
            except NatsCliError as error:
                self._left = error
                self._say_what_is_left()
        if provided.provider.kept:
            name = provided.provider.kept
            Notices(quiet=self._shared.quiet).say(f'Stream "{name}" is kept: natscli stream rm {name} removes it')

    async def _once(self, bench: Runner, spec: Spec, stop: asyncio.Future[int]) -> Result | None:
        """Make one run and keep its result; none when it was over before it began."""
        if stop.done():
            return None
        with self._progress(spec) as progress:
            result = await bench.run(spec, stop, progress, lambda: self._begun(spec))
        self._results.append(result)
        return result

    def _begun(self, spec: Spec) -> None:
        """Say that those may begin who publish or ask elsewhere."""
        if spec.mode in (Mode.SUB, Mode.SERVE):
            doing = "Receiving" if spec.mode is Mode.SUB else "Answering"
            notices = Notices(quiet=self._shared.quiet)
            where = f" at {self._started_url}" if self._started_url else ""  # nobody else knows it
            notices.say(f'{doing} on "{spec.subject}"{where} with {plural(spec.clients, "client")}')

    async def _search(self, bench: Runner, spec: Spec, stop: asyncio.Future[int]) -> None:
        """Keep the result of the highest rate that held."""
        search = Search(self._send.slo or 0.005)
        kept: list[Result] = []
        while (rate := search.next_rate()) is not None and not stop.done():
            result = await self._once(
                bench, replace(spec, rate=rate, msgs=0, duration_s=spec.duration_s or _STEP_S), stop
            )
            if result is not None and not stop.done():
                search.learn(rate, result)
                kept = [result] if search.found().rate == rate else kept or [result]
        self._found = search.found()
        self._results = kept or self._results[-1:]

    @contextmanager
    def _progress(self, spec: Spec) -> Iterator[Callable[[Sequence[Sample]], None] | None]:
        wanted = self._options.progress and not self._shared.quiet and is_terminal(sys.stderr)
        with progress_bar(title_of(spec), shown=wanted) as advance:
            yield None if not wanted else _Watch(spec, advance, self._agents.agents or 1).look

    def _print(self, report: Report) -> None:
        write_files(report, self._options)
        if self._options.json:
            print_json(write_report(report))
        else:
            print_text(human_report(report))


class _Watch:
    """Turns counters into how far a run is."""

    def __init__(self, spec: Spec, advance: Advance, machines: int) -> None:
        self._spec = spec
        self._machines = machines if spec.mode is Mode.PUBSUB else 1  # whose subscribers get their own part only
        self._advance = advance
        self._started = time.monotonic()

    def look(self, samples: Sequence[Sample]) -> None:
        done = sum(sample.done for sample in samples)
        wanted = self._spec.msgs * (len(samples) if self._spec.mode in EACH_ALL | {Mode.PUBSUB} else 1)
        parts = [done / wanted * self._machines] if wanted else []
        if self._spec.duration_s:
            parts.append((time.monotonic() - self._started) / self._spec.duration_s)
        self._advance(f"{done:,} messages", min(max(parts, default=0.0), 1.0))


class _Silent(Notices):
    """Watches the connection that only asks for counters: what happens to it is of no account."""

    def warn(self, text: str) -> None:
        """Say nothing."""


def _counters(control: Connection, monitor: str | None) -> Counters:
    """Return what reads the server's counters: from its monitoring, or as a user of the system account."""
    answered = False
    server_id = str(control.info.get("server_id", ""))  # this one's, also when the connection has moved to another

    async def from_monitoring() -> ServerCounters | None:
        nonlocal answered
        assert monitor is not None
        try:
            counters = _of(await varz_from_http(monitor, Deadline(control.target.timeout_s)))
        except NatsCliError:
            if not answered:
                raise
            return None  # the server has gone meanwhile: the run is still worth its report
        answered = True
        return counters

    async def from_system_account() -> ServerCounters | None:
        try:
            return _of(await varz_from_system_account(control, server_id, Deadline(_ASKING_S)))
        except NatsCliError:
            return None  # not a user who may ask

    read: Callable[[], Awaitable[ServerCounters | None]] = from_monitoring if monitor else from_system_account
    return read


def _of(varz: dict[str, object]) -> ServerCounters | None:
    values = [varz.get(name) for name in ("in_msgs", "out_msgs", "in_bytes", "out_bytes")]
    numbers = [value for value in values if isinstance(value, int)]
    return ServerCounters(*numbers) if len(numbers) == len(values) else None
