"""Whether a saved context would do: its values, its files, and its servers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.session import connected
from natscli.connection import auth
from natscli.connection.deadline import Deadline
from natscli.connection.tls import build_context
from natscli.context.resolve import resolve
from natscli.context.saving import outline
from natscli.context.settings import Settings, from_context, from_environment
from natscli.context.target import Target
from natscli.errors import NatsCliError


def target_of(name: str, shared: SharedOptions) -> Target:
    """Return what a context comes to with what is typed; the environment gives a time-out, and a password it lacks."""
    saved, around = from_context(name, os.environ), from_environment(os.environ)
    password = None if saved.password else around.password
    return resolve([shared.typed, Settings("environment", timeout=around.timeout, password=password), saved])


def check_context(name: str) -> None:
    """Raise for a context that cannot be read, contradicts itself, or names files that are no good."""
    check_files(outline(from_context(name, os.environ)))


def check_files(target: Target) -> None:
    """Raise for a file that is not what it is needed for; no program is asked for a secret."""
    if not auth.has_to_wait(target.credentials, target.token):
        auth.check(target.credentials, target.token)
    if target.tls.given:
        build_context(target.tls)


def try_to_connect(names: Sequence[str], shared: SharedOptions) -> list[NatsCliError | None]:
    """Connect with each context, all at the same time; return why it failed, or None."""

    async def attempt(name: str) -> NatsCliError | None:
        try:
            target = target_of(name, shared)
            async with connected(shared, target, Deadline(target.timeout_s)):
                return None
        except NatsCliError as error:
            return error

    async def attempts() -> list[NatsCliError | None]:
        return list(await asyncio.gather(*map(attempt, names)))

    return run(lambda _stop: attempts())
