"""The addresses a server got, from the file it writes once every listener is open (``ports_file_dir``).

Asking the system for a free port first and handing it on would lose it to somebody else now and then.
"""

import json
import os
from typing import NamedTuple
from urllib.parse import urlsplit

_SUFFIX = ".ports"


class Listener(NamedTuple):
    """What a server listens on; ``scheme`` tells whether with TLS."""

    scheme: str
    port: int

    def url(self, host: str) -> str:
        """Return the URL that reaches the listener of a server bound to ``host`` from this machine."""
        reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
        bracketed = f"[{reachable}]" if ":" in reachable else reachable
        return f"{self.scheme}://{bracketed}:{self.port}"


class Ports(NamedTuple):
    """The listeners of one server."""

    client: Listener
    monitor: Listener | None
    websocket: Listener | None


def read_ports(folder: str) -> Ports | None:
    """Read the only ports file in ``folder``; None while it is absent or half written."""
    name = next((name for name in os.listdir(folder) if name.endswith(_SUFFIX)), None)
    if name is None:
        return None
    try:
        with open(os.path.join(folder, name), "rb") as file:
            document = json.load(file)
    except (FileNotFoundError, ValueError):
        return None
    client = _listener(document, "nats")
    if client is None:
        return None
    return Ports(client, _listener(document, "monitoring"), _listener(document, "websocket"))


def _listener(document: dict[str, list[str]], kind: str) -> Listener | None:
    """Return the listener of a kind; of several URLs (one per network) all have the same port."""
    urls = document.get(kind)
    if not urls:
        return None
    parts = urlsplit(urls[0])
    return Listener(parts.scheme, parts.port) if parts.port else None
