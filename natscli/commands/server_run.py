"""``natscli server run``."""

import asyncio
import ipaddress
import os
import secrets
import signal
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.cli.run import run
from natscli.commands.session import ended_by_signal
from natscli.context.store import write_context
from natscli.errors import NatsCliError
from natscli.render.notices import Notices
from natscli.render.reports import print_sections
from natscli.server.binary import binary_version, find_binary
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer

_WATCH_S = 0.2  # how often to see whether the server still runs
_USER = "local"
_STOP_S = 0.6  # it gets this long to end by itself once we are asked to


@shared_options
def server_run(
    shared: SharedOptions,
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="0 takes a free one.")] = 4222,
    host: Annotated[str, typer.Option("--host", "-a", help="The address to listen on.")] = "127.0.0.1",
    monitor_port: Annotated[
        int | None, typer.Option("--monitor-port", "-m", min=0, max=65535, help="HTTP monitoring; 0 takes a free one.")
    ] = None,
    store: Annotated[str | None, typer.Option("--store", help="Keep JetStream's data in this folder.")] = None,
    auth: Annotated[
        bool, typer.Option("--auth", help="Ask for a password, made up now; a context file holds it.")
    ] = False,
    name: Annotated[str | None, typer.Option("--name", help="The server's name.")] = None,
    binary: Annotated[
        str | None, typer.Option("--binary", help="The nats-server to run. [NATS_SERVER, or the one installed]")
    ] = None,
) -> None:
    """Run a NATS server on this machine.

    JetStream is on; without --store its data is temporary.  Ctrl-C stops the server and removes what is.
    """
    path = find_binary(binary)
    version = binary_version(path)
    config = ServerConfig(
        host=host,
        port=port,
        monitor_port=monitor_port,
        jetstream=True,
        store=store,
        server_name=name,
        user=_USER if auth else None,
        password=secrets.token_urlsafe(24) if auth else None,
    )
    notices = Notices(quiet=shared.quiet)
    if _is_open(host) and not auth:
        notices.warn(f"anyone who reaches {host} can use this server: it asks for no password")
    with LocalServer.start(config, binary=path) as server:
        print_sections([(f"nats-server {version} ({path})", _rows(server, _write_access(server)))])
        number = run(lambda stop: _watch(server, stop, notices), ends_itself=True, emergency=lambda: server.stop(0))
        server.stop(_STOP_S)
    ended_by_signal(number, unfinished=False)


async def _watch(server: LocalServer, stop: asyncio.Future[int], notices: Notices) -> int:
    """Wait for a signal and return it; raise when the server ends by itself."""
    notices.say("Ctrl-C stops it")  # from here on: before, it is an interruption
    while not stop.done():
        await asyncio.wait({stop}, timeout=_WATCH_S)
        code = server.poll()
        if code is not None and not stop.done():
            last = server.log_tail(1)
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            raise NatsCliError(f"nats-server ended by itself ({how}); its last words: {last}")
    return stop.result()


def _write_access(server: LocalServer) -> str | None:
    """Write how to connect, password included, to a context file that goes with the server; return its path."""
    if server.config.password is None:
        return None
    path = os.path.join(server.folder, "context.json")
    write_context(path, {"url": server.url, "user": server.config.user, "password": server.config.password})
    return path


def _rows(server: LocalServer, access: str | None) -> list[tuple[str, str]]:
    rows = [("URL", server.url)]
    if server.monitor_url:
        rows.append(("Monitoring", server.monitor_url))
    if server.store:
        kept = "kept" if server.config.store else "temporary"
        rows.append(("JetStream", f"{server.store} ({kept})"))
    how = f"--context {access}" if access else f"-s {server.url}"
    return [*rows, ("Subscribe", f"natscli {how} sub 'foo.>'"), ("Publish", f"natscli {how} pub foo.bar hi")]


def _is_open(host: str) -> bool:
    """Whether others than this machine can reach ``host``."""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
