"""What came out: frozen values, which a JSON document holds without loss (``natscli.bench.documents``).

Times are seconds, latencies nanoseconds.  A report has one result for each run of a sweep or suite.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from natscli.bench.histogram import Histogram
from natscli.bench.plan import Mode, Role, Spec

VERSION = 1
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long what took, and what exactly was timed."""

    timed: str
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class Disconnect:
    """A connection that broke during a run, ``at_s`` from its start; ``seconds`` is None if it did not come back."""

    role: Role
    client: int
    at_s: float
    reason: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientResult:
    """What one client did.  ``msgs`` and ``bytes`` are what its rate is of; the time is from first to last."""

    role: Role
    client: int
    msgs: int = 0
    bytes: int = 0
    seconds: float = 0.0
    sent: int = 0
    acknowledged: int = 0
    received: int = 0
    lost: int = 0
    duplicated: int = 0
    out_of_order: int = 0
    foreign: int = 0
    errors: int = 0
    latency: Latency | None = None

    @property
    def msgs_per_sec(self) -> float:
        """Messages a second; 0 where there was no time."""
        return self.msgs / self.seconds if self.seconds else 0.0

    @property
    def bytes_per_sec(self) -> float:
        """Payload bytes a second."""
        return self.bytes / self.seconds if self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class ServerCounters:
    """By how much the server's own counters rose; other clients' traffic and the monitoring are in them."""

    in_msgs: int
    out_msgs: int
    in_bytes: int
    out_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run.  The counts are the sums over ``clients``; ``seconds`` is from the first message to the last."""

    spec: Spec
    mode: Mode
    started: str
    ended: str  # count, duration, interrupted, disconnected, refused
    msgs: int
    bytes: int
    seconds: float
    msgs_per_sec: float
    bytes_per_sec: float
    sent: int
    acknowledged: int
    received: int
    lost: int
    duplicated: int
    out_of_order: int
    foreign: int
    errors: int
    method: str  # what the rate is of
    latency: Latency | None
    bucket_s: float
    timeline: tuple[int, ...]  # messages in each bucket
    disconnects: tuple[Disconnect, ...]
    clients: tuple[ClientResult, ...]
    busy: float  # the part of the time that our busiest thread worked, or the interpreter that all threads share
    server: ServerCounters | None = None
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()  # what JetStream said of what it did not take
    stored: int | None = None  # by how much the stream's last sequence rose; None where that is not known
    agents: tuple[AgentResult, ...] = ()  # whom the load came from; empty where it came from here


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Where it was measured.  ``load`` is the system's load average before the run, None where there is none."""

    natscli: str
    python: str
    system: str
    cores: int
    load: float | None
    server: str
    server_version: str
    embedded: bool
    rtt_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentResult:
    """What one agent had to do with a run.  ``excluded`` is why nothing of it is in the result, empty otherwise."""

    name: str
    version: str
    excluded: str = ""
    environment: Environment | None = None
    clients: int = 0
    msgs: int = 0
    seconds: float = 0.0
    msgs_per_sec: float = 0.0
    bytes_per_sec: float = 0.0
    lost: int = 0
    p99_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One rate that a search for the highest tried."""

    rate: float
    reached: float
    p99_ns: int
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRate:
    """The highest rate whose 99th percentile stayed within ``slo_s``; 0 where none did."""

    slo_s: float
    rate: float
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything about one command's runs."""

    environment: Environment
    results: tuple[Result, ...]
    label: str = ""
    found: FoundRate | None = None
    natscli_bench: int = field(default=VERSION)
