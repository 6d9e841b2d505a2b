"""A way through a proxy: SOCKS5 (RFC 1928, user and password of RFC 1929) and HTTP CONNECT (RFC 9110, 9.3.6).

Ours, and not python-socks: that takes what came with the proxy's answer to CONNECT for part of it, and a
NATS server speaks first, so its INFO is lost; it resolves names in threads that outlive a deadline, and
tells a refused password by its words only.

Names are given to the proxy as they are, and resolved there.
"""

import base64
import ipaddress
import re
from collections.abc import Iterator
from contextlib import contextmanager

from natscli.connection.causes import unreachable
from natscli.connection.handshake import HandshakeError
from natscli.connection.stream import Stream
from natscli.context.proxy import Proxy
from natscli.errors import ExitCode
from natscli.text.sanitise import safe_bytes

_HINT = "the proxy's URL may have a user and a password: SCHEME://USER:PASSWORD@HOST:PORT"
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([0-9]{3})(?: .*)?")
_WAYS = re.compile(rb"\r\nproxy-authenticate:[ \t]*([^ \t\r,]+)", re.IGNORECASE)
_LONGEST_ANSWER = 64 * 1024
_SHOWN_BYTES = 60
_VERSION, _CONNECT, _RESERVED = 5, 1, 0
_NO_AUTHENTICATION, _USER_PASSWORD, _NOTHING_ACCEPTABLE = 0x00, 0x02, 0xFF
_IPV4, _NAME, _IPV6 = 1, 3, 4
_REPLIES = {
    1: "it failed",
    2: "its rules do not allow that",
    3: "the network is unreachable from there",
    4: "the host is unreachable from there",
    5: "the server refused the connection",
    6: "the time to live expired",
    7: "it does not do that",
    8: "it does not know that type of address",
}


class ProxyError(HandshakeError):
    """The proxy did not do its part."""

    def __init__(self, proxy: Proxy, words: str, exit_code: int = ExitCode.CONNECTION, hint: str | None = None) -> None:
        super().__init__(f"the proxy {proxy.display} {words}", exit_code, hint)


class _EndedError(Exception):
    """The proxy closed the connection before it had answered."""


class _WrongError(Exception):
    """What the proxy says is not its protocol; the argument is what it said."""


@contextmanager
def named(proxy: Proxy) -> Iterator[None]:
    """Turn failures of ``proxy`` into ones that name it; time-outs pass, their stage tells."""
    try:
        yield
    except TimeoutError:
        raise
    except OSError as error:
        raise ProxyError(proxy, f"cannot be reached: {unreachable(error)}") from error
    except _EndedError as error:
        raise ProxyError(proxy, "closed the connection without an answer") from error
    except _WrongError as error:
        said = safe_bytes(error.args[0][:_SHOWN_BYTES].strip(), multiline=False)
        kind = "SOCKS5" if proxy.scheme == "socks5" else "an HTTP proxy"
        raise ProxyError(proxy, f"is not {kind}: it said '{said}'") from error


async def tunnel(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    """Ask ``proxy``, at the other end of ``stream``, for a way to ``host``; what the server says stays unread."""
    if proxy.scheme == "http":
        await _connect_http(stream, proxy, host, port)
    else:
        await _connect_socks(stream, proxy, host, port)


async def _connect_http(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    authority = f"[{host}]:{port}" if ":" in host else f"{_ascii(host, proxy).decode()}:{port}"
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}"]
    if proxy.user is not None:
        pair = f"{proxy.user}:{proxy.password}".encode("utf-8", "surrogateescape")
        lines.append(f"Proxy-Authorization: Basic {base64.b64encode(pair).decode()}")
    _send(stream, "\r\n".join([*lines, "", ""]).encode())
    answer = await _until(stream, b"\r\n\r\n")
    status = answer.partition(b"\r\n")[0]
    read = _STATUS.fullmatch(status)
    if read is None:
        raise _WrongError(status)
    code = int(read[1])
    if code == 407:
        ways = {way[1].lower() for way in _WAYS.finditer(answer)}
        if ways and b"basic" not in ways:
            asked = safe_bytes(b", ".join(sorted(ways))[:_SHOWN_BYTES], multiline=False)
            raise ProxyError(proxy, f"takes no user and password, but {asked}", ExitCode.REFUSED)
        raise _unwelcome(proxy)
    if not 200 <= code < 300:
        said = safe_bytes(status[len("HTTP/1.1 ") :][:_SHOWN_BYTES].strip(), multiline=False)
        raise ProxyError(proxy, f"does not connect to {host}:{port}: HTTP status {said}")


async def _connect_socks(stream: Stream, proxy: Proxy, host: str, port: int) -> None:
    methods = [_NO_AUTHENTICATION] if proxy.user is None else [_NO_AUTHENTICATION, _USER_PASSWORD]
    _send(stream, bytes([_VERSION, len(methods), *methods]))
    version, method = answer = await _exactly(stream, 2)
    if version != _VERSION:
        raise _WrongError(answer + b"".join(stream.chunks))
    if method == _NOTHING_ACCEPTABLE:
        raise _unwelcome(proxy)
    if method not in methods:
        raise _WrongError(answer)
    if method == _USER_PASSWORD:
        user, password = ((text or "").encode("utf-8", "surrogateescape") for text in (proxy.user, proxy.password))
        _send(stream, bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        if (await _exactly(stream, 2))[1] != 0:
            raise _unwelcome(proxy)
    _send(stream, bytes([_VERSION, _CONNECT, _RESERVED]) + _address(host, proxy) + port.to_bytes(2))
    version, reply, _, kind = answer = await _exactly(stream, 4)
    if version != _VERSION:
        raise _WrongError(answer)
    if reply != 0:
        words = _REPLIES.get(reply, f"it gives reply {reply}")
        raise ProxyError(proxy, f"does not connect to {host}:{port}: {words}")
    bound = {_IPV4: 4, _IPV6: 16}.get(kind)
    if bound is None:
        if kind != _NAME:
            raise _WrongError(answer)
        bound = (await _exactly(stream, 1))[0]
    await _exactly(stream, bound + 2)


def _address(host: str, proxy: Proxy) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = _ascii(host, proxy)
        return bytes([_NAME, len(name)]) + name
    return bytes([_IPV4 if address.version == 4 else _IPV6]) + address.packed


def _ascii(host: str, proxy: Proxy) -> bytes:
    try:
        name = host.encode("ascii") if host.isascii() else host.encode("idna")
    except UnicodeError:
        name = b""
    if not 1 <= len(name) <= 255:
        raise ProxyError(proxy, "was asked for nothing: there is no such host name")
    return name


def _unwelcome(proxy: Proxy) -> ProxyError:
    """Return what a proxy that wants to know who we are comes to."""
    if proxy.user is None:
        return ProxyError(proxy, "wants a user and a password", ExitCode.REFUSED, _HINT)
    return ProxyError(proxy, "refuses our user and password", ExitCode.REFUSED)


def _send(stream: Stream, data: bytes) -> None:
    assert stream.transport is not None
    stream.transport.write(data)


async def _exactly(stream: Stream, count: int) -> bytes:
    data = b""
    while len(data) < count:
        data += await _some(stream)
    stream.put_back(data[count:])
    return data[:count]


async def _until(stream: Stream, marker: bytes) -> bytes:
    """Return all before ``marker``; what is behind it stays unread."""
    data = b""
    while marker not in data:
        data += await _some(stream)
        if len(data) > _LONGEST_ANSWER or not b"HTTP/1.".startswith(data[:7]):
            raise _WrongError(data)
    answer, _, rest = data.partition(marker)
    stream.put_back(rest)
    return answer


async def _some(stream: Stream) -> bytes:
    await stream.readable()
    if not stream.chunks:
        raise _EndedError from stream.error
    return stream.take()
