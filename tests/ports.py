"""Ports for servers whose address has to be known before they run, or while they do not.

A socket that is bound and does not listen holds each: the kernel gives its port to nobody, and a server, which sets
SO_REUSEADDR as well, may listen there.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """A port for one server after the other, as long as it is held."""
    with _bound() as holder:
        yield holder.getsockname()[1]


def closed_port() -> int:
    """A port on which nobody listens until a server is told to take it; held to the end of the process."""
    holder = _bound()
    port: int = holder.getsockname()[1]
    holder.detach()
    return port


def _bound() -> socket.socket:
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind(("127.0.0.1", 0))
    return holder
