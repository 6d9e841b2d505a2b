"""Three servers that make a JetStream cluster on the loopback."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from natscli.errors import NatsCliError
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from tests.jetstream.asking import ask

NAMES = ("n1", "n2", "n3")
_FORMED_S = 40.0  # a split vote took 6 s once
_ATTEMPTS = 3  # a route's port has to be named beforehand, and may be lost to somebody else


@contextmanager
def cluster(binary: str) -> Iterator[list[LocalServer]]:
    """Run three servers named ``n1``, ``n2`` and ``n3`` with the tags ``all`` and their own name."""
    with ExitStack() as stack:
        yield _formed(binary, stack)


def _formed(binary: str, stack: ExitStack) -> list[LocalServer]:
    for attempt in range(_ATTEMPTS):
        ports = _free_ports()
        try:
            servers = [
                stack.enter_context(_start(binary, name, port, ports)) for name, port in zip(NAMES, ports, strict=True)
            ]
        except NatsCliError:
            if attempt == _ATTEMPTS - 1:
                raise
            stack.close()
        else:
            _await_leader(servers[0].url)
            return servers
    raise AssertionError("no attempt was made")


def _start(binary: str, name: str, port: int, ports: list[int]) -> LocalServer:
    routes = ", ".join(f'"nats-route://127.0.0.1:{each}"' for each in ports)
    extra = f"server_tags: [all, {name}]\ncluster {{ name: C, listen: 127.0.0.1:{port}, routes: [{routes}] }}"
    return LocalServer.start(ServerConfig(jetstream=True, server_name=name, extra=extra), binary=binary)


def _free_ports() -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in NAMES]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _await_leader(url: str) -> None:
    """Return once the cluster makes streams of three replicas."""
    end = time.monotonic() + _FORMED_S
    config = {"name": "FORMED", "subjects": ["formed"], "num_replicas": 3, "storage": "memory"}
    while True:
        try:
            ask(url, "STREAM.CREATE.FORMED", config, seconds=2.0)
            ask(url, "STREAM.DELETE.FORMED")
        except NatsCliError:
            assert time.monotonic() < end, f"no cluster within {_FORMED_S}s"
        else:
            return
