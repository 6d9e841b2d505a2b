"""Servers that know each other: two clusters joined by gateways."""

import json
import urllib.request
from collections import Counter
from collections.abc import Callable

from natscli.server.process import LocalServer
from tests.waiting import eventually

_ROUTES = 4  # to each neighbour: three that the accounts share, and one of the system's account


def monitored(server: LocalServer, path: str) -> dict:
    with urllib.request.urlopen(f"{server.monitor_url}/{path}", timeout=30) as answer:
        return json.load(answer)


def make_supercluster(make_server: Callable[..., LocalServer]) -> dict[str, list[LocalServer]]:
    """Return two clusters of two servers each, once they are one system.

    Ports are the servers' own choice: each is started with the address of one that is there already.
    """
    clusters: dict[str, list[LocalServer]] = {"EAST": [], "WEST": []}
    first_gateway = ""
    for name, servers in clusters.items():
        for number in range(2):
            routes = f"routes: [nats-route://127.0.0.1:{cluster_port(servers[0])}]" if servers else ""
            others = f"gateways: [{{name: EAST, urls: [nats://{first_gateway}]}}]" if first_gateway else ""
            extra = (
                f"cluster {{ name: {name}, listen: '127.0.0.1:-1', {routes} }}\n"
                f"gateway {{ name: {name}, listen: '127.0.0.1:-1', {others} }}"
            )
            server = make_server(monitor_port=0, server_name=f"{name}-{number}", extra=extra)
            servers.append(server)
            if not first_gateway:
                first_gateway = f"127.0.0.1:{monitored(server, 'varz')['gateway']['port']}"
    everybody = [server for servers in clusters.values() for server in servers]
    eventually(lambda: all(map(joined, everybody)), 40)
    return clusters


def cluster_port(server: LocalServer) -> int:
    return int(monitored(server, "varz")["cluster"]["cluster_port"])


def joined(server: LocalServer) -> bool:
    """Whether a server has its routes to its neighbour and a gateway to the other cluster."""
    gateways = monitored(server, "gatewayz")
    return bool(routed(server, 1) and gateways["outbound_gateways"])


def make_cluster(make_server: Callable[..., LocalServer]) -> list[LocalServer]:
    """Return three servers, once each has its routes to both others: so also when one of them has gone."""
    servers: list[LocalServer] = []
    for number in range(3):
        routes = ", ".join(f"nats-route://127.0.0.1:{cluster_port(server)}" for server in servers)
        extra = f"cluster {{ name: C, listen: '127.0.0.1:-1', routes: [{routes}] }}"
        servers.append(make_server(monitor_port=0, server_name=f"C-{number}", extra=extra))
    eventually(lambda: meshed(servers), 40)
    return servers


def meshed(servers: list[LocalServer]) -> bool:
    """Whether each server has its routes to all others."""
    return all(routed(server, len(servers) - 1) for server in servers)


def routed(server: LocalServer, neighbours: int) -> bool:
    """Whether a server has all its routes to so many neighbours: each account has its own among them."""
    routes = Counter(route["remote_name"] for route in monitored(server, "routez")["routes"])
    return len(routes) == neighbours and set(routes.values()) == {_ROUTES}
