"""Load from many machines: the options for it, and the fleet of agents they describe."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from natscli.bench.engine import Counters
from natscli.bench.fleet import Fleet, Orders
from natscli.bench.orders import check_token
from natscli.bench.report import Result
from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions
from natscli.commands.session import connected
from natscli.connection.deadline import Deadline
from natscli.context.resolve import resolve
from natscli.context.settings import Settings, from_context
from natscli.context.target import Target
from natscli.errors import NatsCliError, UsageError
from natscli.render.notices import Notices

DEFAULT_GROUP = "default"
_AGENTS = "Agents"


class ControlOptions(Options):
    """Where a bench and its agents meet."""

    group: Annotated[
        str | None,
        typer.Option("--group", rich_help_panel=_AGENTS, help="Agents of this group only; 'default' unless told."),
    ] = None
    control_context: Annotated[
        str | None,
        typer.Option("--control-context", metavar="NAME", rich_help_panel=_AGENTS, help="Meet where this context says, "
        "not at the system under test."),
    ] = None  # fmt: skip
    control_server: Annotated[
        str | None,
        typer.Option("--control-server", metavar="URL", rich_help_panel=_AGENTS, help="Meet at this server."),
    ] = None

    @property
    def group_name(self) -> str:
        """The group's name; UsageError for one that is no token of a subject."""
        try:
            return check_token(DEFAULT_GROUP if self.group is None else self.group, "group")
        except ValueError as error:
            raise UsageError(str(error)) from None

    def control(self, target: Target) -> Target:
        """Return where to meet: at the system under test, ``target``, unless told otherwise.

        What the environment says of that system, credentials above all, is kept from another.
        """
        if self.control_context and self.control_server:
            raise UsageError("--control-context and --control-server were both given: one of them must go")
        if self.control_context:
            settings = from_context(self.control_context, os.environ)
        elif self.control_server:
            settings = Settings("--control-server", server=self.control_server)
        else:
            return target
        return resolve([settings])._replace(timeout_s=target.timeout_s)


class AgentOptions(ControlOptions):
    """Whether the load comes from agents."""

    agents: Annotated[
        int | None,
        typer.Option("--agents", min=1, max=500, rich_help_panel=_AGENTS, help="Run on so many agents (bench agent), "
        "which share clients, messages and rate."),
    ] = None  # fmt: skip

    def check(self, *, embedded: bool) -> None:
        """Raise UsageError for options that contradict each other."""
        if self.agents is None and (self.group or self.control_context or self.control_server):
            raise UsageError("--group, --control-context and --control-server need --agents")
        if self.agents is not None and embedded:
            raise UsageError("agents connect to servers of their own contexts: --embedded must go")


@asynccontextmanager
async def gathered(
    shared: SharedOptions,
    target: Target,
    options: AgentOptions,
    orders: Orders,
    counters: Counters,
    stop: asyncio.Future[int],
) -> AsyncIterator[Fleet]:
    """Give the agents that were asked for, ready to be told what to do."""
    assert options.agents is not None
    control = options.control(target)
    notices = Notices(quiet=shared.quiet)
    async with connected(shared, control, Deadline(control.timeout_s), notices=notices, stop=stop) as connection:
        fleet = Fleet(connection, options.group_name, orders, counters, target.timeout_s)
        await fleet.gather(options.agents, stop)
        yield fleet


def check_complete(result: Result, asked: int) -> None:
    """Raise where fewer agents than were asked for are in a result."""
    there = sum(not agent.excluded for agent in result.agents)
    if there < asked:
        missing = "; ".join(f"{agent.name}: {agent.excluded}" for agent in result.agents if agent.excluded)
        raise NatsCliError(f"{there} of {asked} agents are in the figures: {missing}")
