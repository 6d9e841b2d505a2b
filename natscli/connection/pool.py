"""When and where to reconnect, and to which servers besides those that were given.

nats-py waits a fixed time between attempts, so that all clients of a restarted server return in the
same 10 ms.  Here the wait grows from nothing to a few seconds and is spread at random.
"""

import ipaddress
import random
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlparse

from natscli.connection.upstream import Server, Srv
from natscli.context.urls import parse_urls
from natscli.errors import UsageError

_FIRST_S = 0.05
_GROWTH = 2.0
_LONGEST_S = 4.0
_MOST_TURNS = 10  # beyond, the pause is the longest, and the power would overflow after an hour
_MOST_SERVERS = 1000


class ReconnectPlan:
    """A ``reconnect_to_server_handler``: goes round the pool, pausing longer with every round."""

    def __init__(self) -> None:
        self._attempt = 0
        self._hurried = False

    def __call__(self, pool: list[Server], info: dict[str, Any]) -> tuple[Server, float]:
        """Return the next server to try and the seconds to wait before."""
        turn, place = divmod(self._attempt, len(pool))
        self._attempt += 1
        pause = min(_FIRST_S * _GROWTH ** min(turn, _MOST_TURNS), _LONGEST_S) if place == 0 else 0.0
        if self._hurried:
            pause, self._hurried = 0.0, False
        return pool[place], pause * random.uniform(0.5, 1.5)

    def hurry(self) -> None:
        """Make the next attempt without a pause: it is for us alone, and not for all that a restart drove out."""
        self._hurried = True

    def succeeded(self) -> None:
        """Begin anew at the next loss."""
        self._attempt = 0


def discovered(addresses: object, near: Srv, known: Sequence[Srv]) -> list[Srv]:
    """Return the servers that an INFO from ``near`` names and that are not ``known``.

    What is no address is passed over.  They are reached as ``near`` is; the certificate of one that is an
    IP address is to bear the name that ``near`` was asked for by (as in nats.go).
    """
    if not addresses:
        return []
    found = {server.uri.netloc: server for server in known}
    name = near.tls_name or (None if _is_ip(near.uri.hostname) else near.uri.hostname)
    for address in addresses if isinstance(addresses, list) else ():
        if not isinstance(address, str) or len(found) >= _MOST_SERVERS:
            continue
        try:
            (url,) = parse_urls(f"{near.uri.scheme}://{address}")
        except (UsageError, ValueError):
            continue
        tls_name = name if _is_ip(url.host) else None
        found.setdefault(url.address, Srv(urlparse(url.display), discovered=True, tls_name=tls_name))
    return random.sample(new := [server for server in found.values() if server not in known], len(new))


def _is_ip(host: str | None) -> bool:
    try:
        ipaddress.ip_address(host or "")
    except ValueError:
        return False
    return True
