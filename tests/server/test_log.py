from pathlib import Path

import pytest

from natscli.server.config import ServerConfig
from natscli.server.log import read_tail, start_failure

INFO = "[7] 2026/01/02 03:04:05.000006 [INF] Starting nats-server\n"
CONFIG = ServerConfig(port=4222, monitor_port=8222)


def entry(level: str, text: str) -> str:
    return f"{INFO}[7] 2026/01/02 03:04:05.000007 [{level}] {text}\n"


@pytest.mark.parametrize(
    ("log", "message"),
    [
        (
            entry(
                "FTL",
                'Error listening on port: 127.0.0.1:4222, "listen tcp 127.0.0.1:4222: bind: address already in use"',
            ),
            "port 4222 on 127.0.0.1 is already in use",
        ),
        (
            entry("FTL", "listen tcp 127.0.0.1:8222: bind: Only one usage of each socket address (protocol/…"),
            "monitor port 8222 on 127.0.0.1 is already in use",
        ),
        (
            entry("FTL", "Unable to listen for leafnodes: listen tcp [::1]:7422: bind: address already in use"),
            "nats-server did not start: [::1]:7422 is already in use",
        ),
        (entry("FTL", "Can't do it"), "nats-server did not start: can't do it"),
        (entry("FTL", "Why") + entry("ERR", "Later"), "nats-server did not start: why"),
        (entry("ERR", "Only this"), "nats-server did not start: only this"),
        ("nats-server: /t/x/server.conf:3:1: bad\n\n", "nats-server did not start: server.conf:3:1: bad"),
        (INFO, "nats-server ended while starting, with exit code 3"),
        ("", "nats-server ended while starting, with exit code 3"),
    ],
)
def test_reason_for_not_starting(log: str, message: str) -> None:
    assert str(start_failure(CONFIG, log, 3, "/t/x")) == message


def test_tail_of_a_large_log_is_bounded_and_safe(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1_000_000 + b"\n\x1b]0;title\x07\xff")
    tail = read_tail(str(path))
    assert tail.endswith("x\n\\x1b]0;title\\x07\\xff")
    assert len(tail) < 70_000
