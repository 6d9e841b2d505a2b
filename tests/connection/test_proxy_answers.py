"""Whatever a proxy answers, and whatever comes in a WebSocket, ends in an error of ours, in time."""

import asyncio
import os
import random

import pytest

from natscli.errors import NatsCliError
from tests.connection.clock import run_waiting, waited
from tests.connection.opening import connect_once, target_for
from tests.connection.peers import Behaviour, Peer, fake_server, info
from tests.connection.test_websocket import frame, upgrading
from tests.waiting import SLACK_S

ANSWERS = {
    "socks5": b"\x05\x00\x05\x00\x00\x01" + bytes(6) + info(),
    "http": b"HTTP/1.1 200 OK\r\nVia: test\r\n\r\n" + info(),
    "ws": frame(info()) + frame(b"PONG\r\n") + frame(b"MSG a 1 1\r\nx\r\n"),
}
DEADLINE_S = 0.3
ATTEMPTS = 200


def spoiled(answer: bytes, dice: random.Random) -> bytes:
    """Return the answer with some bytes added, lost or replaced, near its beginning for the most part."""
    data = bytearray(answer)
    for _ in range(dice.randrange(1, 4)):
        place = min(dice.randrange(len(answer)), dice.randrange(len(answer)), dice.randrange(40))
        noise = dice.randbytes(dice.randrange(1, 5))
        data[place : place + dice.choice((0, len(noise), 6))] = dice.choice((noise, b""))
    return bytes(data)


def answering(data: bytes, cut: int) -> Behaviour:
    """Say ``data`` in two pieces, and hang up."""

    async def behave(peer: Peer) -> None:
        for piece in (data[:cut], data[cut:]):
            peer.say(piece)
            await asyncio.sleep(0)

    return behave


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_spoiled_answer_is_an_error_and_nothing_else(kind: str):
    seed = random.randrange(2**32) if os.environ.get("NATSCLI_LONG") else len(kind)
    dice = random.Random(seed)

    async def attempt(answer: bytes) -> None:
        behave = answering(answer, dice.randrange(len(answer) + 1))
        async with fake_server(upgrading(behave) if kind == "ws" else behave) as fake:
            target = (
                target_for(fake.url.replace("nats:", "ws:"))
                if kind == "ws"
                else target_for("nats://a.test:1", proxy=fake.url.replace("nats:", f"{kind}:"))
            )
            started = waited()
            with pytest.raises(NatsCliError) as caught:
                await connect_once(target, DEADLINE_S)
            assert waited() - started < DEADLINE_S + SLACK_S, seed
            assert "fault" not in str(caught.value), seed

    async def attempts() -> None:
        stray: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: stray.append(context))
        for _ in range(ATTEMPTS):
            await attempt(spoiled(ANSWERS[kind], dice))
        assert stray == [], seed

    run_waiting(attempts())
