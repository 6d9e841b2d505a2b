"""Looking at all streams and at some of their consumers, again and again, without asking for more than is wanted.

Nothing is created, acknowledged or changed: INFO, STREAM.LIST and CONSUMER.LIST are all that is asked.  What was
refused is not asked for again at once, as a server writes each refusal to its log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from natscli.connection.client import Connection
from natscli.errors import DeadlineError, NatsCliError, NoRespondersError, PermissionDeniedError
from natscli.jetstream.api import Api, check_name
from natscli.jetstream.document import Document
from natscli.jetstream.errors import STREAM_NOT_FOUND, ApiError
from natscli.jetstream.flows import Flows
from natscli.jetstream.information import ConsumerInfo, StreamInfo
from natscli.jetstream.looks import consumer_look, stream_look
from natscli.jetstream.streams import account_info

_REST_S = 30.0  # after a refusal
_QUIET_S = 10.0  # after silence
_AT_ONCE = 8  # lists of consumers
_CONSUMERS = 1024  # that are asked for in one look, unless one stream has more


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose consumers are wanted: of ``chosen`` in every look, then of those in sight, then of all others in turn."""

    chosen: str = ""
    in_sight: Collection[str] = ()
    others: bool = False


class Survey:
    """Feeds flows with what it sees; says what it could not see."""

    def __init__(self, flows: Flows, clock: Callable[[], float] = time.monotonic) -> None:
        self.account: Document | None = None
        self.missing: tuple[str, ...] = ()  # streams that the cluster could not tell of
        self.unseen = ""  # why consumers are not seen
        self._flows = flows
        self._clock = clock
        self._refused: dict[str, tuple[float, NatsCliError]] = {}

    async def look(self, connection: Connection, wanted: Wanted) -> None:
        """Look once; NatsCliError says why the streams cannot be seen.  Each answer has the target's time-out."""
        now_s = self._clock()
        self._refused = {what: refusal for what, refusal in self._refused.items() if now_s < refusal[0]}
        await self._look_at_account(connection)
        await self._look_at_streams(connection)
        await self._look_at_consumers(connection, wanted)

    async def _look_at_account(self, connection: Connection) -> None:
        if self._rests("account"):
            return
        try:
            self.account = await account_info(Api(connection))
        except PermissionDeniedError as error:
            self.account = None
            self._rest("account", error)
        except DeadlineError as error:
            raise _silence(connection, error) from error

    async def _look_at_streams(self, connection: Connection) -> None:
        refusal = self._rests("streams")
        if refusal is not None:
            raise refusal
        names: set[str] = set()
        missing: set[str] = set()
        try:
            pages = Api(connection).pages("STREAM.LIST", "list of streams", "streams")
            async for page in pages:
                looks = [stream_look(StreamInfo(item)) for item in page.items if isinstance(item, dict)]
                self._flows.take_streams(looks, self._clock())
                names.update(look.name for look in looks)
                missing.update(page.missing)
        except PermissionDeniedError as error:
            self._rest("streams", error)
            raise
        self.missing = tuple(sorted(missing - names))
        self._flows.keep_streams(names | missing)

    async def _look_at_consumers(self, connection: Connection, wanted: Wanted) -> None:
        waiting = iter(self._chosen(wanted))
        failures: list[NatsCliError] = []
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(self._ask_in_turn(connection, waiting, failures))
        self.unseen = str(failures[-1]) if failures else ""

    async def _ask_in_turn(self, connection: Connection, waiting: Iterator[str], failures: list[NatsCliError]) -> None:
        for stream in waiting:
            what = f"consumers of {stream}"
            refusal = self._rests(what)
            if refusal is not None:
                failures.append(refusal)
                continue
            try:
                await self._look_at_consumers_of(stream, connection)
            except (PermissionDeniedError, DeadlineError) as error:
                self._rest(what, error)
                failures.append(error)
            except NatsCliError as error:
                if not (isinstance(error, ApiError) and error.err_code == STREAM_NOT_FOUND):  # gone meanwhile
                    failures.append(error)

    async def _look_at_consumers_of(self, stream: str, connection: Connection) -> None:
        names: set[str] = set()
        operation = f"CONSUMER.LIST.{check_name(stream, 'stream')}"
        async for page in Api(connection).pages(operation, f"consumers of '{stream}'", "consumers"):
            looks = [consumer_look(ConsumerInfo(item)) for item in page.items if isinstance(item, dict)]
            self._flows.take_consumers(stream, looks, self._clock())
            names.update(look.name for look in looks)
            names.update(page.missing)
        self._flows.keep_consumers(stream, names, self._clock())

    def _chosen(self, wanted: Wanted) -> list[str]:
        """Return the streams whose consumers are asked for now: no more than a look has room for."""
        chosen = dict.fromkeys([wanted.chosen] if self._has_consumers(wanted.chosen) else [])
        self._add(chosen, wanted.in_sight, _CONSUMERS // 2 if wanted.others else _CONSUMERS)
        if wanted.others:
            self._add(chosen, self._flows.streams, _CONSUMERS // 2)
        return list(chosen)

    def _add(self, chosen: dict[str, None], names: Collection[str], room: int) -> None:
        """Add streams, those first that were asked about longest ago, until their consumers are too many."""
        flows = self._flows
        for name in sorted(names, key=lambda name: flows.asked_s.get(name, -1.0)):
            if name in chosen or not self._has_consumers(name):
                continue
            there = flows.streams[name].look.consumers
            if there > room and chosen:
                return
            room -= there
            chosen[name] = None

    def _has_consumers(self, stream: str) -> bool:
        """Whether there is somebody to ask for; that nobody is there is as good as an answer."""
        flow = self._flows.streams.get(stream)
        if flow is None or flow.look.placed.leaderless:
            return False
        if not flow.look.consumers:
            self._flows.keep_consumers(stream, (), flow.seen_s)
        return flow.look.consumers > 0

    def _rest(self, what: str, error: NatsCliError) -> None:
        rest_s = _REST_S if isinstance(error, PermissionDeniedError) else _QUIET_S
        self._refused[what] = (self._clock() + rest_s, error)

    def _rests(self, what: str) -> NatsCliError | None:
        return self._refused[what][1] if what in self._refused else None


def _silence(connection: Connection, error: DeadlineError) -> NatsCliError:
    """Return what it means that nobody answers; who watches everything is somebody who might have."""
    if connection.info.get("jetstream"):
        return error
    api = connection.target.jetstream.api
    return NoRespondersError(
        f"JetStream is not available: nobody answers on '{api}', and the server has it switched off",
        "--js-domain and --js-api-prefix say where else it is",
    )
