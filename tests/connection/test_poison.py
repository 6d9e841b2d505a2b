"""Hostile messages: whatever one of them says, the next one arrives and the connection lives."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from natscli.connection.client import Connection
from natscli.wire.message import Message
from tests.connection.opening import Sink, connected, end_of
from tests.connection.peers import Peer, RawClient, fake_server
from tests.waiting import eventually_async

NORMAL = b"the next message"
MEGABYTE = b"x" * 1_048_576


def pub(subject: bytes, payload: bytes = b"p", reply: bytes = b"") -> bytes:
    return b" ".join(filter(None, [b"PUB", subject, reply, b"%d" % len(payload)])) + b"\r\n" + payload + b"\r\n"


def hpub(subject: bytes, block: bytes, payload: bytes = b"p") -> bytes:
    sizes = b"%d %d" % (len(block), len(block) + len(payload))
    return b"HPUB " + subject + b" " + sizes + b"\r\n" + block + payload + b"\r\n"


def headed(block: bytes, payload: bytes = b"p") -> Callable[[bytes], bytes]:
    return lambda base: hpub(base + b".a", block, payload)


def carrying(payload: bytes) -> Callable[[bytes], bytes]:
    return lambda base: pub(base + b".a", payload)


# What a hostile client may send through a server; the argument is the beginning of the subject.
THROUGH_A_SERVER: dict[str, Callable[[bytes], bytes]] = {
    "subject not UTF-8": lambda base: pub(base + b".\xff\xfe"),
    "subject of half a character": lambda base: pub(base + b".\xc3"),
    "subject of a surrogate": lambda base: pub(base + b".\xed\xa0\x80"),
    "subject with a vertical tab": lambda base: pub(base + b".a\x0bb"),
    "subject with a form feed": lambda base: pub(base + b".a\x0cb"),
    "subject that begins with a vertical tab": lambda base: pub(base + b".\x0b"),
    "subject with separators that Python splits at": lambda base: pub(base + b".\x1c\x1d\x85"),
    "subject with an escape sequence": lambda base: pub(base + b".\x1b[2J"),
    "subject with a zero byte": lambda base: pub(base + b".\x00"),
    "subject of two thousand bytes": lambda base: pub(base + b"." + b"a" * 2000),
    "reply not UTF-8": lambda base: pub(base + b".a", reply=b"r.\xff"),
    "reply with a vertical tab": lambda base: pub(base + b".a", reply=b"r\x0b.s"),
    "reply with wildcards": lambda base: pub(base + b".a", reply=b"r.>"),
    "header block of nothing": headed(b""),
    "header block of two bytes": headed(b"\r\n"),
    "header block of a version only": headed(b"NATS/1.0"),
    "header block of a version and a line end": headed(b"NATS/1.0\r\n"),
    "header block of eight bytes": headed(b"ABCDEFGH"),
    "header block of junk": headed(bytes(range(256))),
    "header block of another version": headed(b"NATS/9.9\r\nA: b\r\n\r\n"),
    "header block without its end": headed(b"NATS/1.0\r\nA: b"),
    "header block of spaces": headed(b"NATS/1.0 \r\n\r\n"),
    "status line not UTF-8": headed(b"NATS/1.0 503 \xff\xfe\r\n\r\n", b""),
    "status that is no number": headed(b"NATS/1.0 abc def\r\n\r\n"),
    "status of other digits": headed("NATS/1.0 ²³\r\n\r\n".encode()),
    "status of no responders": headed(b"NATS/1.0 503\r\n\r\n", b""),
    "status of a heartbeat": headed(b"NATS/1.0 100 Idle Heartbeat\r\nNats-Consumer-Stalled: r\r\n\r\n", b""),
    "empty header value": headed(b"NATS/1.0\r\nA:\r\nB: \r\n\r\n"),
    "empty header name": headed(b"NATS/1.0\r\n: b\r\n:\r\n\r\n"),
    "header without a colon": headed(b"NATS/1.0\r\nno colon here\r\n\r\n"),
    "header value not UTF-8": headed(b"NATS/1.0\r\nA: \xff\xfe\r\n\r\n"),
    "header name not UTF-8": headed(b"NATS/1.0\r\n\xff: b\r\n\r\n"),
    "header name with blanks": headed(b"NATS/1.0\r\na b: c\r\n\r\n"),
    "the same header twice": headed(b"NATS/1.0\r\nA: 1\r\nA: 2\r\na: 3\r\n\r\n"),
    "ten thousand headers": headed(b"NATS/1.0\r\n" + b"A: b\r\n" * 10_000 + b"\r\n"),
    "payload of line ends": carrying(b"\r\n\r\n\r\n"),
    "payload like a message": carrying(b"\r\nMSG foo 1 3\r\nabc\r\n"),
    "payload like a control line": carrying(b"PING\r\n-ERR 'no'\r\nINFO {}\r\n"),
    "payload of every byte": carrying(bytes(range(256)) * 16),
    "payload of nothing": carrying(b""),
    "payload of a megabyte": carrying(MEGABYTE),
}


@pytest.mark.parametrize("hostile", THROUGH_A_SERVER.values(), ids=THROUGH_A_SERVER.keys())
def test_the_message_after_a_hostile_one_arrives_through_a_real_server(hostile, server, subject):
    base = subject.encode()

    async def receive() -> tuple[list[Message], list[bytes], bool]:
        async with connected(server.url) as connection:
            runs, called = await subscribe_twice(connection, f"{subject}.>")
            await connection.confirm(5.0)
            client = await RawClient.open(server.port)
            await client.send(hostile(base) + pub(base + b".a", NORMAL))
            await client.close()
            await eventually_async(lambda: NORMAL in runs.payloads and NORMAL in called)
            await connection.confirm(5.0)
            return runs.messages, called, connection.is_connected

    messages, called, alive = asyncio.run(receive())

    sent = frame_of(hostile(base))
    assert messages == [sent, Message(base + b".a", NORMAL)]
    assert called == [sent.payload, NORMAL]
    assert alive


def test_a_message_without_a_listener_is_passed_over(server, subject):
    async def receive() -> int:
        async with connected(server.url) as connection:
            sink = Sink()
            subscription = await connection.subscribe_bulk(subject, sink)
            await connection.confirm(5.0)
            await subscription.unsubscribe()
            connection.send(pub(subject.encode()))
            await connection.confirm(5.0)
            return len(sink.messages) + len(connection.sinks)

    assert asyncio.run(receive()) == 0


# What only a hostile server can send; then comes a normal message for each of the subscriptions 1 and 2.
FROM_A_SERVER: dict[str, bytes] = {
    "subject of nothing": b"MSG  1 1\r\np\r\n",
    "subject of line feeds": b"MSG a\nb 1 1\r\np\r\n",
    "subject of every other byte": b"MSG " + bytes(set(range(256)) - set(b" \r\n")) + b" 1 1\r\np\r\n",
    "subscription that nobody has": b"MSG a 99 1\r\np\r\n",
    "subscription beyond all numbers": b"MSG a 999999999999999999 1\r\np\r\n",
    "header block of no bytes": b"HMSG a 1 0 1\r\np\r\n",
    "header block without a payload": b"HMSG a 1 12 12\r\nNATS/1.0\r\n\r\n\r\n",
    "header block of eight bytes": b"HMSG a 1 8 9\r\nNATS/1.0p\r\n",
    "payload of eight megabytes": b"MSG a 1 8388608\r\n" + b"x" * 8_388_608 + b"\r\n",
    "pong that nobody asked for": b"PONG\r\nPONG\r\n",
    "okay that nobody asked for": b"+OK\r\n",
    "ping with an argument": b"PING now\r\n",
    "control line in small letters": b"ping\r\n",
    "refusal not UTF-8": b"-ERR 'Permissions Violation for Publish to \"\xff\"'\r\n",
    "refusal of a thousand subjects": b"-ERR 'Permissions Violation for Publish to \"a\"'\r\n" * 1000,
    "INFO of nothing": b"INFO {}\r\n",
    "INFO with addresses that are none": b'INFO {"connect_urls":["[bad", "a..b:1", "x:99999999", ":", "", "h:p"]}\r\n',
    "INFO with addresses of other types": b'INFO {"connect_urls":[1, null, {}, []]}\r\n',
    "INFO with one number for addresses": b'INFO {"connect_urls":5}\r\n',
    "INFO with other types": b'INFO {"max_payload":"x","headers":1,"nonce":5,"remote_account":7,"client_id":"c"}\r\n',
    "INFO in lame duck mode": b'INFO {"ldm":true}\r\n',
    "INFO deep as a well": b'INFO {"a":' + b"[" * 400 + b"]" * 400 + b"}\r\n",
}


@pytest.mark.parametrize("hostile", FROM_A_SERVER.values(), ids=FROM_A_SERVER.keys())
def test_the_message_after_hostile_bytes_of_a_server_arrives(hostile):
    assert asyncio.run(receive_from_fake(hostile, pieces=1)) == [True, True, True]


def test_hostile_bytes_may_come_one_by_one():
    hostile = b"".join(bytes_ for bytes_ in FROM_A_SERVER.values() if len(bytes_) < 500)

    assert asyncio.run(receive_from_fake(hostile, pieces=2000)) == [True, True, True]


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x16\x03\x01\r\n",
        b"MSG\r\n",
        b"MSG a b c\r\n",
        b"MSG a 1 -1\r\n",
        b"MSG a 1 3\r\nabcd\r\n",
        b"MSG a 1 99999999999\r\n",
        b"HMSG a 1 9 8\r\n",
        b"INFO\r\n",
        b"INFO []\r\n",
        b"INFO {\r\n",
        b'INFO {"a":' + b"[" * 50_000 + b"\r\n",
        b"A" * 70_000,
    ],
    ids=lambda bytes_: repr(bytes_[:20]),
)
def test_bytes_that_are_not_the_protocol_end_the_connection_with_a_reason(bytes_):
    async def receive() -> str:
        async def behave(peer: Peer) -> None:
            await peer.welcome()
            peer.say(bytes_)
            await peer.hear_all()

        async with fake_server(behave) as fake, connected(fake.url) as connection:
            return str(await end_of(connection))

    assert "what the server sent is not the NATS protocol (" in asyncio.run(receive())


async def subscribe_twice(connection: Connection, subject: str) -> tuple[Sink, list[bytes]]:
    """Listen with a sink (subscription 1) and as nats-py does (subscription 2)."""
    sink = Sink()
    called: list[bytes] = []

    async def callback(message: Any) -> None:
        json.dumps([message.subject, message.reply, message.headers])
        called.append(message.data)

    await connection.subscribe_bulk(subject, sink)
    await connection.subscribe(subject, cb=callback)
    return sink, called


async def receive_from_fake(hostile: bytes, pieces: int) -> list[bool]:
    """Whether the sink, the callback and the connection survived."""
    both = hostile + hostile.replace(b" 1 ", b" 2 ")

    async def behave(peer: Peer) -> None:
        await peer.welcome()
        await peer.hear(b"SUB ready")
        step = -(-len(both) // pieces)
        for start in range(0, len(both), step):
            peer.say(both[start : start + step])
            await asyncio.sleep(0)
        peer.say(b"".join(b"MSG a %d %d\r\n%b\r\n" % (sid, len(NORMAL), NORMAL) for sid in (1, 2)))
        await peer.hear(b"SUB asked")
        peer.say(b"PONG\r\n")
        await peer.hear_all()

    async with fake_server(behave) as fake, connected(fake.url) as connection:
        sink, called = await subscribe_twice(connection, "a")
        await connection.subscribe_bulk("ready", Sink())
        await eventually_async(lambda: NORMAL in sink.payloads and NORMAL in called)
        asked = asyncio.ensure_future(connection.confirm(5.0))
        await asyncio.sleep(0)
        await connection.subscribe_bulk("asked", Sink())
        await asyncio.wait([asked])
        return [NORMAL in sink.payloads, NORMAL in called, connection.is_connected]


def frame_of(frame: bytes) -> Message:
    """The message that one PUB or HPUB frame stands for."""
    line, _, rest = frame.partition(b"\r\n")
    op, subject, *reply, size = line.split(b" ")
    split = int(reply.pop()) if op == b"HPUB" else 0
    return Message(subject, rest[split : int(size)], reply[0] if reply else b"", rest[:split])
