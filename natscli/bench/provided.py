"""Runs that have what they need: made and filled before, held against the stream behind, removed in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from natscli.bench.crew import Progress
from natscli.bench.engine import Bench
from natscli.bench.plan import Spec
from natscli.bench.providing import Provider
from natscli.bench.provision import Provision
from natscli.bench.report import Result
from natscli.errors import NatsCliError, SignalledError
from natscli.jetstream.api import Api

_AGAIN_S = 0.1


class Runner(Protocol):
    """What makes runs, here or elsewhere."""

    async def run(
        self,
        spec: Spec,
        stop: asyncio.Future[int],
        progress: Progress | None = None,
        released: Callable[[], None] = lambda: None,
    ) -> Result:
        """Return the result of a run; what it did until then when ``stop`` is done."""


class Provided:
    """A runner of runs that use streams.  ``close`` removes what was made."""

    def __init__(self, runner: Runner, api: Api, provision: Provision) -> None:
        self.provider = Provider(api, provision, self._fill)
        self._runner = runner
        self._stop: asyncio.Future[int] | None = None

    async def run(
        self,
        spec: Spec,
        stop: asyncio.Future[int],
        progress: Progress | None = None,
        released: Callable[[], None] = lambda: None,
    ) -> Result:
        """See ``Runner``."""
        self._stop = stop
        provider, runner = self.provider, self._runner
        spec = await provider.ready(spec)
        if stop.done():
            raise SignalledError(stop.result())
        await provider.mark(spec)
        if isinstance(runner, Bench):
            # What a warm-up has stored is not this run's, so the mark is made anew when all are ready.
            result = await runner.run(spec, stop, progress, released, lambda: provider.mark(spec))
        else:
            result = await runner.run(spec, stop, progress, released)
        return await provider.account(spec, result)

    async def _fill(self, spec: Spec) -> Result:
        assert self._stop is not None
        return await self._runner.run(spec, self._stop)

    async def close(self, seconds: float) -> None:
        """Remove what was made, trying again for so long, as while a leader is elected; raise why it was not."""
        end = asyncio.get_running_loop().time() + seconds
        while True:
            left = end - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(max(left, 0.05)):
                    await self.provider.remove()
            except (NatsCliError, TimeoutError) as error:
                if asyncio.get_running_loop().time() + _AGAIN_S >= end:
                    raise NatsCliError(f"what was made for the run could not be removed: {error}") from error
                await asyncio.sleep(_AGAIN_S)
            else:
                return
