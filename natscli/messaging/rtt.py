"""Round-trip times of PING and PONG, to every address behind every URL."""

import asyncio
import time
from typing import NamedTuple

from natscli.connection.deadline import Deadline
from natscli.connection.names import resolve
from natscli.connection.open import open_connection
from natscli.connection.transport import Trace
from natscli.context.target import Target
from natscli.context.urls import ServerUrl
from natscli.errors import NatsCliError


class RoundTrips(NamedTuple):
    """What one address answered: seconds each, or the error that stopped it."""

    url: ServerUrl
    address: ServerUrl
    started_ns: int  # since the epoch
    seconds: tuple[float, ...] = ()
    error: NatsCliError | None = None

    @property
    def mean_s(self) -> float:
        """The mean, in seconds; only where there is no error."""
        return sum(self.seconds) / len(self.seconds)


async def measure(target: Target, iterations: int, trace: Trace | None = None) -> list[RoundTrips]:
    """Return the round trips of every address, one after the other.

    The target's time-out is shared by all connecting, and bounds each wait for a PONG.
    """
    deadline = Deadline(target.timeout_s)
    places = [(url, address) for url in target.urls for address in await _addresses(target, url, deadline)]
    results = []
    for done, (url, address) in enumerate(places):
        share = Deadline(deadline.remaining() / (len(places) - done))
        results.append(await _measure_address(target, share, url, address, iterations, trace))
    return results


async def _addresses(target: Target, url: ServerUrl, deadline: Deadline) -> list[ServerUrl]:
    """Return the URL once for every address of its host; itself when it is an address or does not resolve in time.

    A name that goes to a proxy is resolved there.
    """
    if target.proxy_for(url.host) is not None:
        return [url]
    try:
        async with asyncio.timeout(deadline.remaining()):
            hosts = await resolve(url.host, url.port)
    except OSError:  # or TimeoutError, which is one
        return [url]  # connecting will say so
    if hosts == [url.host]:
        return [url]
    return [url._replace(host=host, tls_name=url.tls_name or url.host) for host in hosts]


async def _measure_address(
    target: Target, deadline: Deadline, url: ServerUrl, address: ServerUrl, iterations: int, trace: Trace | None
) -> RoundTrips:
    started_ns = time.time_ns()
    try:
        connection = await open_connection(target._replace(urls=(address,)), deadline, trace=trace)
    except NatsCliError as error:
        return RoundTrips(url, address, started_ns, error=error)
    try:
        seconds = [await connection.confirm(target.timeout_s) for _ in range(iterations)]
    except NatsCliError as error:
        return RoundTrips(url, address, started_ns, error=error)
    finally:
        await connection.close()
    return RoundTrips(url, address, started_ns, tuple(seconds))
