"""When and where to reconnect.

nats-py waits a fixed time between attempts, so that all clients of a restarted server return in the
same 10 ms.  Here the wait grows from nothing to a few seconds and is spread at random.
"""

import random
from typing import Any

from natscli.connection.upstream import Server

_FIRST_S = 0.05
_GROWTH = 2.0
_LONGEST_S = 4.0


class ReconnectPlan:
    """A ``reconnect_to_server_handler``: goes round the pool, pausing longer with every round."""

    def __init__(self) -> None:
        self._attempt = 0

    def __call__(self, pool: list[Server], info: dict[str, Any]) -> tuple[Server, float]:
        """Return the next server to try and the seconds to wait before."""
        turn, place = divmod(self._attempt, len(pool))
        self._attempt += 1
        pause = min(_FIRST_S * _GROWTH**turn, _LONGEST_S) if place == 0 else 0.0
        return pool[place], pause * random.uniform(0.5, 1.5)

    def succeeded(self) -> None:
        """Begin anew at the next loss."""
        self._attempt = 0
