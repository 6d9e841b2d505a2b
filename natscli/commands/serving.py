"""``top --web``: what is served, what every visitor's process is started with, and what may not be typed for it."""

from __future__ import annotations

import enum
import ipaddress
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from natscli.cli.bundles import Options, changed, parameters
from natscli.cli.options import SharedOptions
from natscli.cli.run import run
from natscli.commands.looking import LookOptions
from natscli.commands.session import ended_by_signal
from natscli.commands.watching import WatchOptions
from natscli.context.resolve import resolve
from natscli.context.urls import redact
from natscli.errors import UsageError

if TYPE_CHECKING:
    import asyncio

_SECRETS = {"password": "NATS_PASSWORD", "token": "NATS_TOKEN", "jwt": "NATS_JWT", "seed": "NATS_SEED"}
_REFERENCES = ("file://", "env://", "op://", "nsc://")  # they say where a secret is
_FILES = {"creds": "NATS_CREDS", "nkey": "NATS_NKEY", "tlskey": "NATS_KEY"}
_URLS = {"server": "NATS_URL", "proxy": "NATS_SOCKS_PROXY"}


class WebOptions(Options):
    """Where the app is shown in a browser."""

    web: Annotated[bool, typer.Option("--web", help="Show the app in a browser; prints the URL.")] = False
    address: Annotated[
        str | None, typer.Option("--address", help="With --web: an address of this machine alone. [127.0.0.1]")
    ] = None
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="With --web: the port. [one that is free]")
    ] = None


def check_unserved(web: WebOptions) -> None:
    """Raise UsageError for options that mean something with --web alone."""
    for name, value in (("--address", web.address), ("--port", web.port)):
        if value is not None:
            raise UsageError(f"{name} needs --web")


def serve_app(
    shared: SharedOptions, options: WatchOptions, looking: LookOptions, web: WebOptions, subjects: Sequence[str]
) -> None:
    """Serve the app until a signal ends it."""
    address = _loopback(web.address or "127.0.0.1")
    _check(shared, options, looking)
    if not looking.from_:
        resolve(shared.sources)  # what is wrong is said here, before anybody visits
    try:
        from natscli.tui.web import Serving, Visits, serve  # aiohttp takes 150 ms
    except ImportError:
        raise UsageError("--web needs libraries that are not installed", "pip install 'natscli[web]'") from None
    serving = Serving(command=child_command(shared, options, looking, subjects), address=address, port=web.port or 0)
    visits = Visits()

    async def work(stop: asyncio.Future[int]) -> None:
        await serve(serving, visits, _announce, stop)
        ended_by_signal(stop.result(), unfinished=False)

    run(work, ends_itself=True, emergency=visits.kill)


def child_command(
    shared: SharedOptions, options: WatchOptions, looking: LookOptions, subjects: Sequence[str]
) -> list[str]:
    """Return the words that start the app for a visitor: what was typed, without what is for the page.

    Other users see them, so ``_check`` comes first.
    """
    confined = changed(looking, read_only=looking.read_only is not False)
    typed = (word for bundle in (shared, options, confined) for word in _words(bundle))
    # -P: not a folder called natscli that happens to be here
    return [sys.executable, "-P", "-m", "natscli", "top", *typed, "--", *subjects]


def _announce(url: str) -> None:
    sys.stdout.write(f"{url}\n")
    sys.stdout.flush()


def _loopback(address: str) -> str:
    """Return the address to listen on; UsageError where others could reach it."""
    if address == "localhost":
        return "127.0.0.1"
    try:
        own = ipaddress.ip_address(address).is_loopback
    except ValueError:
        own = False
    if not own:
        raise UsageError(
            f"--address '{address}' is not an address of this machine alone such as 127.0.0.1",
            "the page is not encrypted; from elsewhere, ssh -L carries it",
        )
    return address


def _check(shared: SharedOptions, options: WatchOptions, looking: LookOptions) -> None:
    """Raise UsageError for what cannot be handed to another process, or is not for a browser."""
    if options.headless or options.top is not None:
        raise UsageError("--for, --once, --json, --csv and --top print figures; --web shows the app")
    if shared.trace:
        raise UsageError("--trace and --web do not go together")
    for name, variable in _SECRETS.items():
        value = getattr(shared, name)
        if value and not value.startswith(_REFERENCES):
            raise _secret(name, variable)
    for name, variable in _FILES.items():
        if (getattr(shared, name) or "").startswith("data:"):
            raise _secret(name, variable)
    for name, variable in _URLS.items():
        value = getattr(shared, name)
        if value and redact(value) != value:
            raise _secret(name, variable)
    for url in looking.monitor or ():
        if redact(url) != url:
            raise UsageError("--monitor with a secret is not handed on by --web: others could see it")
    if shared.ws_headers:
        raise _secret("ws-header", "NATS_WS_HEADER")


def _secret(name: str, variable: str) -> UsageError:
    return UsageError(f"--{name} with a secret is not handed on by --web: others could see it", f"set {variable}")


def _words(options: Options) -> Iterator[str]:
    """Return the options that differ from what they are untyped, as they are typed."""
    for parameter in parameters(type(options)):
        value = getattr(options, parameter.name)
        if value is None or value == parameter.default:
            continue
        info = parameter.annotation.__metadata__[0]
        words = (info.default, *(info.param_decls or ()))
        name, _, negated = next(word for word in words if isinstance(word, str)).partition("/")
        if isinstance(value, bool):
            yield name if value else negated
        else:
            yield from (f"{name}={_word(each)}" for each in (value if isinstance(value, list) else [value]))


def _word(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.9f}s"  # every such option is a duration
    return str(value.value if isinstance(value, enum.Enum) else value)
