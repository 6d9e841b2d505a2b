"""What arrives, handed on: runs of messages to their sinks, the rest to nats-py.

Takes the place of nats-py's own parser, which dies on a subject that is not UTF-8 or a header block
that is none, and then looks connected for minutes.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from natscli.connection.transport import Trace
from natscli.connection.upstream import errors
from natscli.wire.message import Control, Run
from natscli.wire.scanner import Scanner

if TYPE_CHECKING:
    from natscli.connection.hardened import HardenedClient

Sink = Callable[[Run], None]


class Dispatcher:
    """Duck type of ``nats.protocol.parser.Parser``: ``reset()`` and ``parse(bytes)``."""

    def __init__(self, connection: HardenedClient, trace: Trace | None) -> None:
        self._connection = connection
        self._trace = trace
        self._scanner = Scanner()

    def reset(self) -> None:
        """Forget unfinished bytes; a new connection begins."""
        self._scanner = Scanner()

    async def parse(self, data: bytes = b"") -> None:
        """Hand on everything that ``data`` completes.

        Raises nothing: nats-py's read loop would die of it, or forget what it was told.
        """
        try:
            await self._hand_on(data)
        except (errors.Error, OSError) as error:
            await self._connection._process_op_err(error)
        except Exception as error:  # noqa: BLE001 - a fault of ours ends the connection, and is raised to its owner
            self._connection.fail(error)

    async def _hand_on(self, data: bytes) -> None:
        connection, scanner = self._connection, self._scanner
        for event in scanner.feed(data):
            if connection.failure is not None:
                return
            if self._trace is not None:
                self._trace("<", _summary(event))
            if isinstance(event, Run):
                await self._deliver(event)
            else:
                await self._control(event)
        if scanner.error is not None:
            raise errors.ProtocolError from scanner.error

    async def _deliver(self, run: Run) -> None:
        connection = self._connection
        sink = connection.sinks.get(run.sid)
        if sink is None:
            for subject, payload, reply, headers in run:
                await connection._process_msg(run.sid, subject, reply, payload, headers)
            return
        try:
            sink(connection.count_in(run))
        except Exception as error:  # noqa: BLE001 - a sink's failure ends the connection, and is raised to its owner
            connection.fail(error)

    async def _control(self, event: Control) -> None:
        connection = self._connection
        if event.op == b"PING":
            await connection._process_ping()
        elif event.op == b"PONG":
            await connection._process_pong()
        elif event.op == b"-ERR":
            await connection._process_err(event.argument.decode("utf-8", "surrogateescape"))
        else:
            await connection._process_info(_info(event.argument))


def _info(text: bytes) -> dict[str, object]:
    try:
        info = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise errors.ProtocolError from error
    if not isinstance(info, dict):
        raise errors.ProtocolError from ValueError("INFO is not an object")
    return info


def _summary(event: Run | Control) -> bytes:
    if isinstance(event, Control):
        return event.op + b" " + event.argument + b"\r\n"
    return b"".join(b"MSG %b %d %d\r\n" % (m.subject, event.sid, len(m.payload)) for m in event)
