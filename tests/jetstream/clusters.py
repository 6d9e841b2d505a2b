"""Three servers that make a JetStream cluster on the loopback."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from natscli.errors import NatsCliError
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from tests.jetstream.asking import ask
from tests.ports import held_port
from tests.topologies import meshed, monitored
from tests.waiting import eventually

NAMES = ("n1", "n2", "n3")
_FORMED_S = 60.0  # a split vote took 6 s once
_START_TIMEOUT_S = 60.0


@contextmanager
def cluster(binary: str) -> Iterator[list[LocalServer]]:
    """Run three servers named ``n1``, ``n2`` and ``n3`` with the tags ``all`` and their own name."""
    with ExitStack() as stack:
        ports = [stack.enter_context(held_port()) for _ in NAMES]  # a route's port has to be named beforehand
        servers = [
            stack.enter_context(_start(binary, name, port, ports)) for name, port in zip(NAMES, ports, strict=True)
        ]
        eventually(lambda: meshed(servers), _FORMED_S)
        _await_leader(servers[0].url)
        yield servers


def _start(binary: str, name: str, port: int, ports: list[int]) -> LocalServer:
    routes = ", ".join(f'"nats-route://127.0.0.1:{each}"' for each in ports)
    extra = f"server_tags: [all, {name}]\ncluster {{ name: C, listen: 127.0.0.1:{port}, routes: [{routes}] }}"
    config = ServerConfig(jetstream=True, monitor_port=0, server_name=name, extra=extra)
    return LocalServer.start(config, binary=binary, timeout_s=_START_TIMEOUT_S)


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


def settled(url: str, operation: str, replicas: int) -> bool:
    """Whether what an operation tells of has a leader, and so many others that have all that it has."""
    told = ask(url, operation)["cluster"]
    others = told.get("replicas", [])
    return "leader" in told and len(others) == replicas and all(each["current"] for each in others)


def told_alike(servers: list[LocalServer], stream: str) -> bool:
    """Whether these servers have come to the same end of a stream: each may be asked for its messages."""
    ends = {_last_sequence(server, stream) for server in servers}
    return len(ends) == 1 and None not in ends


def _last_sequence(server: LocalServer, stream: str) -> int | None:
    accounts = monitored(server, "jsz?streams=1").get("account_details", [])
    kept = [each for account in accounts for each in account.get("stream_detail", []) if each["name"] == stream]
    return int(kept[0]["state"]["last_seq"]) if kept else None
