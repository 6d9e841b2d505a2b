"""Host names become addresses, and nothing waits for a name server that stays silent."""

import asyncio
import socket
import threading

import pytest

from natscli.connection.names import resolve


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "fe80::1%2"])
def test_an_address_is_its_own(address, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)

    assert asyncio.run(resolve(address, 4222)) == [address]


def test_a_name_has_each_of_its_addresses_once_and_in_order(monkeypatch):
    found = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 4222, 0, 2)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.2", 4222)),
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 4222, 0, 2)),
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::2", 4222, 0, 0)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)

    assert asyncio.run(resolve("nats.example.com", 4222)) == ["fe80::1%2", "10.0.0.2", "::2"]


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "nosuchhost.invalid"])
def test_a_name_that_has_none_is_an_error(host):
    with pytest.raises(socket.gaierror):
        asyncio.run(resolve(host, 4222))


def test_an_answer_that_comes_too_late_goes_nowhere(monkeypatch):
    asked, answer, given = threading.Event(), threading.Event(), threading.Event()

    def look_up(*_args: object, **_options: object) -> list[object]:
        asked.set()
        answer.wait(60.0)
        given.set()
        return []

    async def give_up() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await resolve("nats.example.com", 4222)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    asyncio.run(give_up())
    threads = [thread for thread in threading.enumerate() if thread.name == "resolver"]
    answer.set()
    for thread in threads:
        thread.join(60.0)

    assert asked.is_set()
    assert given.is_set()
