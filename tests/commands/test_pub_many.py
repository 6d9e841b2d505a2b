"""pub of many messages: all of them arrive, memory does not grow, and nothing is claimed that is not known."""

import asyncio
import re
import signal
import subprocess
import sys

import pytest

from tests.connection.opening import connected
from tests.messaging.parties import Listener
from tests.waiting import eventually

MANY = 100_000


class _Counter:
    """A sink that counts, and remembers the last."""

    def __init__(self) -> None:
        self.messages = 0
        self.last = b""

    def __call__(self, run) -> None:
        self.messages += len(run)
        self.last = run.payloads[-1]


def _counted(url: str, subject: str, *options: str) -> tuple[int, _Counter, str]:
    """Publish while counting on a connection of this process; return exit code, counter and notices."""

    async def count():
        counter = _Counter()
        async with connected(url) as connection:
            await connection.subscribe_bulk(subject, counter)
            await connection.confirm(5)
            command = [sys.executable, "-m", "natscli", "pub", subject, *options, "--server", url]
            process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
            _, err = await process.communicate()
            await connection.confirm(5)
        return process.returncode, counter, err.decode()

    return asyncio.run(count())


@pytest.mark.parametrize("body", ["hello", "{{Count}}"], ids=["constant", "filled in"])
def test_all_of_many_arrive_before_it_is_said(body, server, subject):
    code, counter, said = _counted(server.url, subject, body, "--count", str(MANY))

    assert code == 0
    assert counter.messages == MANY
    assert counter.last == (b"hello" if body == "hello" else str(MANY).encode())
    assert re.fullmatch(rf'Published 100,000 messages with [\d,]+ bytes to "{subject}"\n', said)


def test_all_of_many_lines_arrive_in_order(start, server, subject, tmp_path):
    lines = [b"%d" % number for number in range(20_000)]
    (tmp_path / "lines").write_bytes(b"\n".join(lines) + b"\n")

    with Listener(server.url, subject) as listener, open(tmp_path / "lines", "rb") as file:
        pub = start("pub", subject, "-", "--send-on", "newline", stdin=file.fileno())
        heard = [listener.next().payload for _ in lines]
        assert pub.end() == 0

    assert heard == lines


_PEAK = """
import resource, sys
from natscli.cli import main
main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is in KiB on Linux only")
def test_memory_does_not_grow_with_the_count(server, subject):
    def peak_kib(count: int) -> int:
        arguments = ["pub", subject, "x" * 1000, "-H", "N:{{Count}}", "--count", str(count), "--server", server.url]
        ended = subprocess.run([sys.executable, "-c", _PEAK, *arguments], capture_output=True, timeout=30)
        return int(ended.stdout)

    assert peak_kib(30_000) < peak_kib(100) + 15_000  # what is sent is 30 MB


@pytest.mark.parametrize("body", ["x", "{{Count}}"], ids=["constant", "filled in"])
def test_a_server_that_dies_midway_confirms_nothing(body, start, make_server, subject):
    server = make_server()
    with Listener(server.url, subject) as listener:
        pub = start("pub", subject, body, "--count", "1000000000", url=server.url)
        listener.next()
    server.stop(0)

    assert pub.end() == 3
    (error,) = [line for line in pub.err.splitlines() if line.startswith("natscli: ")]
    assert re.search(
        r"the connection to nats://127.0.0.1:\d+ was lost: .*; none of [\d,]+ messages? sent is confirmed", error
    )
    assert "Published" not in pub.err


def test_a_frozen_server_is_a_time_out_that_confirms_nothing(start, make_server, subject):
    server = make_server()
    pub = start("pub", subject, "x", "--count", "1000000000", "--timeout", "4s", url=server.url)
    with Listener(server.url, subject) as listener:
        listener.next()
        subprocess.run(["kill", "-STOP", str(server.pid)], check=True)

    assert pub.end() == 5
    assert "took no bytes for 4s" in pub.err
    assert "none of" in pub.err
    assert "Published" not in pub.err


def test_an_interrupt_midway_says_nothing_it_does_not_know(start, server, subject):
    with Listener(server.url, subject) as listener:
        pub = start("pub", subject, "x", "--count", "1000000000", "--rate", "1000")
        eventually(lambda: len(listener.received()) > 0)
    pub.signal(signal.SIGINT)

    assert pub.end() == 130
    assert "Published" not in pub.err
    assert pub.out == b""
