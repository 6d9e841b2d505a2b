"""What all workers have in common: one connection, one sample, and how a run goes on through a loss."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from natscli.bench.bodies import Body
from natscli.bench.places import Places
from natscli.bench.plan import Share, Spec
from natscli.bench.report import Disconnect
from natscli.bench.samples import Sample
from natscli.connection.client import Connection
from natscli.errors import ConnectionLostError, NatsCliError, PermissionDeniedError

_POLL_S = 0.005  # while reconnecting
STOP_S = 0.35  # for what is on its way when a run is interrupted: of the 0.9 s that a signal leaves to the process
SETTLE_S = 0.1  # for subscribers behind that, to have what the server sent before


@dataclass(frozen=True, slots=True)
class Load:
    """What the workers of one run share.  ``tag`` tells its messages from those of other runs."""

    spec: Spec
    body: Body
    headers: bytes
    tag: int
    timeout_s: float
    places: Places = field(default_factory=Places)  # what came of a consumer that clients share
    settled: Places = field(default_factory=Places)  # and what of it was acknowledged


class Worker:
    """One client.  Also the watcher of its connection; ``stop`` and the rest are called in its own thread."""

    def __init__(self, load: Load, share: Share) -> None:
        self.load = load
        self.share = share
        self.sample = Sample(share)
        self.disconnects: list[Disconnect] = []
        self.failure: NatsCliError | None = None
        self.refusal = ""  # what JetStream said of what it did not take: the run ends, and has a report
        self.started_ns = 0
        self.stopping = False
        self.hurried = False  # by a signal: what is on its way has no time to come
        self._connection: Connection | None = None
        self.gone = False  # the connection was lost for good
        self.begun = False
        self.greetings = 0  # sent so far, by those who begin a conversation

    @property
    def connection(self) -> Connection:
        """The connection, once there is one."""
        assert self._connection is not None
        return self._connection

    async def prepare(self, connection: Connection) -> None:
        """Do what must be done before the clock starts."""
        self._connection = connection

    def greet(self) -> None:
        """Send what is not counted, to see whether it arrives."""

    def is_heard(self, others: Sequence[Worker]) -> bool:
        """Whether each greeting has come to an end, the last with ``others``."""
        return True

    def hears(self, publisher: Worker) -> bool:
        """Whether all that a publisher sends comes here, where that is to be."""
        return True

    def begin(self, start_ns: int) -> None:
        """Count from now on; called from outside, before anybody is released, ahead of whom messages may come."""
        self.started_ns = self.sample.origin_ns = start_ns
        self.begun = True

    async def run(self, start_ns: int) -> None:
        """Work until the share is done, or until stopped."""
        raise NotImplementedError

    def stop(self) -> None:
        """Come to an end soon."""
        self.stopping = True

    def on_loss(self) -> None:
        """The connection broke."""

    def on_return(self) -> None:
        """The connection is back."""

    async def until_connected(self) -> None:
        """Wait until the connection is back, or the run is stopped; raise when it will not come back."""
        connection = self.connection
        while not self.stopping and not connection.is_connected:
            if connection.ended.done():
                raise connection.ended.result() or ConnectionLostError("the connection was closed")
            await asyncio.sleep(_POLL_S)
        if self.failure is not None:
            raise self.failure

    async def still_there(self, future: asyncio.Future[None]) -> None:
        """Wait for a future of the worker's own; raise when the connection has ended for good."""
        ended = self.connection.ended
        await asyncio.wait({future, ended}, return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
        if self.failure is not None:
            raise self.failure
        if not future.done():
            raise ended.result() or ConnectionLostError("the connection was closed")

    def broke(self, reason: str) -> None:
        """Note a loss."""
        at = (time.perf_counter_ns() - self.started_ns) / 1e9 if self.started_ns else 0.0
        self.disconnects.append(Disconnect(self.share.role, self.share.client, at, reason))

    def broke_for_good(self, reason: str) -> None:
        """Note a loss that ends the work, unless it has been told already."""
        self.gone = True
        if not self.disconnects or self.disconnects[-1].seconds is not None:
            self.broke(reason)

    # -- what the connection tells ---------------------------------------------------------------

    def lost(self, url: str, reason: str) -> None:
        """See ``Watcher``."""
        self.broke(reason)
        self.on_loss()

    def retrying(self, reason: str) -> None:
        """See ``Watcher``."""

    def regained(self, url: str, seconds: float) -> None:
        """See ``Watcher``."""
        last = self.disconnects[-1]
        self.disconnects[-1] = Disconnect(last.role, last.client, last.at_s, last.reason, seconds)
        self.on_return()

    def renewed(self, url: str, seconds: float, source: str) -> None:
        """See ``Watcher``: for a run it is a loss like any other."""
        self.regained(url, seconds)

    def refused(self, error: PermissionDeniedError) -> None:
        """See ``Watcher``."""
        self.failure = self.failure or error
        self.stop()
