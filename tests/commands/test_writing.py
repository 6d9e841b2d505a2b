"""What waits to be written when the user has stopped us is written, as long as somebody takes it."""

import asyncio
import threading

from natscli.commands.writing import writing


class Sink:
    """Takes nothing until it is ``open``, and then all."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.taken = b""

    def write(self, data: bytes, _messages: int) -> None:
        self.open.wait(60)
        self.taken += data

    def close(self) -> None:
        """It needs no end."""


def test_a_machine_that_stands_still_loses_nothing():
    """Its clock goes on; the thread that writes does not."""
    sink = Sink()

    def stand_still() -> None:
        threading.Event().wait(1.0)
        sink.open.set()

    async def work():
        stop = asyncio.get_running_loop().create_future()
        stop.set_result(2)
        async with writing(sink, None, stop) as writer:
            writer.write(b"the last words", 1)
            asyncio.get_running_loop().call_soon(stand_still)
        return writer.dropped

    assert asyncio.run(work()) == 0
    assert sink.taken == b"the last words"


def test_a_sink_that_takes_nothing_is_not_waited_for():
    sink = Sink()

    async def work():
        stop = asyncio.get_running_loop().create_future()
        stop.set_result(2)
        async with writing(sink, None, stop) as writer:
            writer.write(b"never taken", 1)
        return writer.dropped

    try:
        assert asyncio.run(work()) == 1
    finally:
        sink.open.set()
