"""The app in a browser: a page, a WebSocket and one process of ours for each visitor.

Whoever has the URL is let in, nobody else: the URL holds a random token without which every request is
answered with 404; a page from elsewhere cannot open the WebSocket, since the browser says where it comes from;
a name that somebody points to this machine is not answered.  textual-serve has the page's script, and knows
what is said to the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import html
import logging
import os
import secrets
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import textual_serve
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from natscli.errors import NatsCliError

_END_S = 0.5  # for a process to end when it is told to; a signal leaves 0.9 s for everything
_CLOSE_S = 0.1  # for a browser to agree that its window is closed
_MOST_VISITS = 16  # each is a process and a connection
_LARGEST_INPUT = 1 << 20  # bytes of one message from the browser: what somebody pastes
_STATIC = {"textual.js": "js/textual.js", "xterm.css": "css/xterm.css"}
_FONT = "RobotoMono-VariableFont_wght.ttf"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self' ws://{host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>natscli top</title>
<link rel="stylesheet" href="static/xterm.css">
<style>
@font-face {{ font-family: "Roboto Mono"; src: url("static/mono.ttf"); }}
body {{ background: #0d1117; color: #c9d1d9; font-family: "Roboto Mono", monospace; margin: 0; overflow: hidden; }}
#terminal {{ position: absolute; inset: 0; }}
#over {{ display: none; position: absolute; inset: 0; z-index: 9; background: #0d1117; padding: 3em; }}
body.-closed #over {{ display: block; }}
</style>
<script src="static/textual.js"></script></head>
<body><div id="terminal" class="textual-terminal" data-session-websocket-url="{url}" data-font-size="14"></div>
<div id="over">It has ended; where natscli runs is said why. Load the page again for another look.</div></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """``command`` is what is run for each visitor, word by word; ``address`` is one of the machine's own."""

    command: Sequence[str]
    address: str
    port: int = 0  # 0: one that is free


@dataclass(slots=True)
class Visits:
    """The processes that run."""

    running: set[Visit] = field(default_factory=set)

    def kill(self) -> None:
        """End them at once."""
        for visit in self.running:
            visit.kill()

    async def end(self) -> None:
        """End them all; takes half a second at most."""
        await asyncio.gather(*(visit.end() for visit in self.running))


async def serve(serving: Serving, visits: Visits, announce: Callable[[str], None], stop: asyncio.Future[int]) -> None:
    """Serve until ``stop``; ``announce`` is called with the URL once it is answered."""
    logging.getLogger("textual-serve").setLevel(logging.CRITICAL)  # the process itself says why it did not start
    door = _Door(serving, visits)
    shown = f"[{serving.address}]" if ":" in serving.address else serving.address
    runner = web.AppRunner(door.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await _listen(runner, serving, shown)
        announce(f"http://{shown}:{runner.addresses[0][1]}/{door.token}/")
        with contextlib.redirect_stdout(sys.stderr):  # where textual-serve writes what processes said at their end
            await asyncio.wait({stop})
            await visits.end()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, serving: Serving, shown: str) -> None:
    try:
        await web.TCPSite(runner, serving.address, serving.port).start()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise NatsCliError(f"cannot listen on {shown}:{serving.port}: {reason}") from error


class _Door:
    """Answers requests, of those who may ask."""

    def __init__(self, serving: Serving, visits: Visits) -> None:
        self.token = secrets.token_urlsafe(24)
        self._command = serving.command
        self._names = {"localhost", "127.0.0.1", "::1", serving.address}
        self._visits = visits

    def application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        application.on_response_prepare.append(_protect)
        application.add_routes(
            [
                web.get("/{token}/", self._page),
                web.get("/{token}/ws", self._visit),
                web.get("/{token}/static/{name}", self._file),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[..., object]) -> web.StreamResponse:
        if not self._admits(request):
            raise web.HTTPNotFound
        return await handler(request)  # type: ignore[misc,no-any-return]

    def _admits(self, request: web.Request) -> bool:
        """Whether it has the token, names this machine, and comes from our own page where a page sent it."""
        given = request.path.split("/")[1] if request.path.startswith("/") else ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode()):
            return False
        if _name(request.host) not in self._names:
            return False
        origin = request.headers.get("Origin", "" if _is_upgrade(request) else None)
        return origin is None or origin == f"http://{request.host}"

    async def _page(self, request: web.Request) -> web.Response:
        url = f"ws://{request.host}/{self.token}/ws"
        return web.Response(text=_PAGE.format(url=html.escape(url)), content_type="text/html")

    async def _file(self, request: web.Request) -> web.FileResponse:
        folder = os.path.join(os.path.dirname(textual_serve.__file__), "static")
        files = {**_STATIC, "mono.ttf": f"fonts/{_FONT}"}
        try:
            return web.FileResponse(os.path.join(folder, files[request.match_info["name"]]))
        except KeyError:
            raise web.HTTPNotFound from None

    async def _visit(self, request: web.Request) -> web.WebSocketResponse:
        if len(self._visits.running) >= _MOST_VISITS:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse(timeout=_CLOSE_S, heartbeat=15, max_msg_size=_LARGEST_INPUT)
        visit = Visit(self._command, socket)
        self._visits.running.add(visit)
        try:
            await socket.prepare(request)
            await visit.start(_cells(request.query, "width", 80), _cells(request.query, "height", 24))
            await visit.listen()
        finally:
            await visit.end()
            self._visits.running.discard(visit)
        return socket


class Visit(AppService):
    """A browser's window and the process that draws in it."""

    def __init__(self, command: Sequence[str], socket: web.WebSocketResponse) -> None:
        super().__init__(
            "",
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self._words = command
        self._socket = socket
        self._closing: asyncio.Future[None] | None = None

    async def start(self, width: int, height: int) -> None:
        """Start the process; the window closes with it."""
        await super().start(width, height)
        self._closing = asyncio.ensure_future(self._close_behind())

    async def listen(self) -> None:
        """Hand on what the browser sends, until it leaves, or sends what our page does not."""
        async for message in self._socket:
            if message.type is not WSMsgType.TEXT:
                break
            try:
                kind, *rest = message.json()
                await self._take(kind, *rest[:1])
            except (ValueError, TypeError, KeyError):
                break

    async def end(self) -> None:
        """End the process, politely at first; may be called twice."""
        leaving = asyncio.ensure_future(self._leave())  # not cancelled: textual-serve would pass that over
        await asyncio.wait({leaving}, timeout=_END_S)
        self.kill()
        await self._close()

    def kill(self) -> None:
        """End the process now."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def on_meta(self, data: bytes) -> None:
        """Do nothing: its end is seen by itself, and no files or links are handed to the browser."""

    async def on_packed(self, payload: bytes) -> None:
        """Do nothing: as ``on_meta``."""

    async def _take(self, kind: str, data: object = None) -> None:
        if kind == "stdin" and isinstance(data, str):
            await self.send_bytes(data.encode("utf-8", "replace"))
        elif kind == "resize" and isinstance(data, dict):
            await self.set_terminal_size(_bounded(int(data["width"])), _bounded(int(data["height"])))
        elif kind == "ping":
            await self._socket.send_json(["pong", data])
        elif kind == "blur":
            await self.blur()
        elif kind == "focus":
            await self.focus()

    async def _leave(self) -> None:
        await self.stop()
        if self._process is not None:
            await self._process.wait()

    async def _close_behind(self) -> None:
        if self._task is not None:
            await asyncio.wait({self._task})
        await self._close()

    async def _close(self) -> None:
        if self._socket.prepared:
            await self._socket.close()

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start it without a shell, and in a session of its own: Ctrl-C is ours, and its terminal is the browser."""
        environment = self._build_environment(width, height)
        self._process = await asyncio.create_subprocess_exec(
            *self._words, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environment, start_new_session=os.name == "posix"
        )
        self._stdin = self._process.stdin
        return self._process


async def _protect(request: web.Request, response: web.StreamResponse) -> None:
    """Forbid the browser to tell others the URL, to keep the page, and to load anything from elsewhere."""
    host = request.host if _name(request.host) else ""
    response.headers.update(
        {
            "Content-Security-Policy": _POLICY.format(host=host),
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
    )


def _is_upgrade(request: web.Request) -> bool:
    return request.path.endswith("/ws")


def _name(host: str) -> str:
    """Return the name or address in a ``Host`` header, or nothing where it is none."""
    try:
        parts = urlsplit(f"//{host}")
        valid = parts.netloc == host and "@" not in host and not set(host) & set(" ;,'\"") and parts.port != 0
    except ValueError:
        return ""
    return (parts.hostname or "") if valid else ""


def _cells(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return _bounded(int(text)) if text.isdecimal() and len(text) < 6 else default


def _bounded(cells: int) -> int:
    return max(1, min(cells, 1000))
