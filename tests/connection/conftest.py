"""Fixtures of the connection's tests: certificates made once, key files made as wanted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from natscli.server.config import quote
from natscli.server.process import LocalServer
from tests.connection.certificates import Authority, Pair

MakeServer = Callable[..., LocalServer]


class Pki:
    """An authority that clients are told to trust, another that nobody trusts, and what they signed."""

    def __init__(self, folder: Path) -> None:
        good = Authority(folder, "authority")
        (folder / "strange").mkdir()
        strange = Authority(folder / "strange", "stranger")
        self.ca = good.path
        self.strange_ca = strange.path
        self.server = good.server()
        self.inside = good.server("inside", hosts=("nats.inside", "localhost", "127.0.0.1"))
        self.elsewhere = good.server("elsewhere", hosts=("nats.example.com",))
        self.expired = good.server("expired", days=(-60, -30))
        self.client = good.client()
        self.expired_client = good.client("late", days=(-60, -30))
        self.encrypted_client = good.client("locked", password=b"a password")
        self.strange_client = strange.client()
        self.hostile = good.server("hostile\x1b[2J", hosts=("nats.example.com",))
        self.coming = good.server("coming", days=(10, 30))
        self.rsa = good.server("rsa", rsa_key=True)
        self.wild = good.server("wild", hosts=("*.example.com",))
        self.many = good.server("many", hosts=tuple(f"host{n}.example.com" for n in range(20)))
        self.alone = good.alone("alone")
        middle = Authority(folder, "middle", above=good)
        self.chained = middle.server("chained")
        middle._chain = b""
        self.unchained = middle.server("unchained")
        stale = Authority(folder, "stale", above=good, days=(-60, -30))
        self.stale_above = stale.server("under stale")


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def make_tls_server(make_server: MakeServer, pki: Pki) -> Callable[..., LocalServer]:
    """Start a server with TLS: ``make_tls_server(pair, verify=True)``; further words go into the TLS block."""

    def make(pair: Pair | None = None, *, beside: str = "", **words: Any) -> LocalServer:
        pair = pair or pki.server
        block = {"cert_file": quote(pair.cert), "key_file": quote(pair.key), "ca_file": quote(pki.ca), "timeout": 15}
        block |= {name: str(value).lower() for name, value in words.items()}
        lines = "\n".join(f"  {name}: {value}" for name, value in block.items())
        return make_server(extra=f"tls {{\n{lines}\n}}\n{beside}")

    return make
