"""Frames a client sends are what the protocol says, and survive the way to a subscriber."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from natscli.wire.encode import PING, PONG, connect, pub, pub_each, unsub
from natscli.wire.message import Message, Run
from natscli.wire.scanner import Scanner, control_lines

BLOCK = b"NATS/1.0\r\nA: 1\r\n\r\n"
words = st.binary(min_size=1, max_size=10).map(lambda raw: bytes(c for c in raw if c not in b" \r\n") or b"x")


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (pub(b"foo", b"hello"), b"PUB foo 5\r\nhello\r\n"),
        (pub(b"foo", b""), b"PUB foo 0\r\n\r\n"),
        (pub(b"foo", b"hi", b"_I.1"), b"PUB foo _I.1 2\r\nhi\r\n"),
        (pub(b"foo", b"\r\nPUB x 1\r\n"), b"PUB foo 11\r\n\r\nPUB x 1\r\n\r\n"),
        (pub(b"f\xff", b"\x00\xff"), b"PUB f\xff 2\r\n\x00\xff\r\n"),
        (pub(b"foo", b"hi", headers=BLOCK), b"HPUB foo 18 20\r\n" + BLOCK + b"hi\r\n"),
        (pub(b"foo", b"", b"r", BLOCK), b"HPUB foo r 18 18\r\n" + BLOCK + b"\r\n"),
        (unsub(7), b"UNSUB 7\r\n"),
        (unsub(7, 3), b"UNSUB 7 3\r\n"),
        (connect({}), b"CONNECT {}\r\n"),
        (connect({"verbose": False, "name": "ü"}), b'CONNECT {"verbose":false,"name":"\\u00fc"}\r\n'),
        (PING, b"PING\r\n"),
        (PONG, b"PONG\r\n"),
    ],
)
def test_a_frame_is_written(frame: bytes, expected: bytes) -> None:
    assert frame == expected


@given(words, st.binary(max_size=60), st.just(b"") | words, st.sampled_from([b"", BLOCK]))
def test_what_is_published_is_what_a_subscriber_reads(
    subject: bytes, payload: bytes, reply: bytes, block: bytes
) -> None:
    frame = pub(subject, payload, reply, block)
    line, _, rest = frame.partition(b"\r\n")
    op, name, *others = line.split(b" ")
    delivered = b" ".join([op.replace(b"PUB", b"MSG"), name, b"42", *others]) + b"\r\n" + rest
    (run,) = Scanner().feed(delivered)
    assert isinstance(run, Run)
    assert (run.sid, list(run)) == (42, [Message(subject, payload, reply, block)])


@given(st.lists(st.tuples(words, st.binary(max_size=60), st.sampled_from([b"", BLOCK])), max_size=6))
def test_payloads_never_show_among_the_control_lines(messages: list[tuple[bytes, bytes, bytes]]) -> None:
    frames = [pub(subject, payload, headers=block) for subject, payload, block in messages]
    heads = [frame.partition(b"\r\n")[0] for frame in frames]
    assert control_lines(b"".join(frames) + PING) == [*heads, b"PING"]


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=8) | st.integers() | st.booleans() | st.none(), max_size=5)
)
def test_connect_is_one_line_of_json(options: dict[str, object]) -> None:
    line = connect(options)
    assert line.startswith(b"CONNECT ")
    assert line.endswith(b"\r\n")
    assert line.count(b"\n") == 1
    assert json.loads(line[8:]) == options


@given(st.lists(st.binary(max_size=40)), st.just(b"") | words, st.sampled_from([b"", BLOCK]))
def test_many_frames_together_are_each_by_itself(payloads: list[bytes], reply: bytes, headers: bytes) -> None:
    together = pub_each(b"a.b", payloads, reply, headers)
    assert together == b"".join([pub(b"a.b", payload, reply, headers) for payload in payloads])


@pytest.mark.parametrize("headers", [b"", BLOCK])
@pytest.mark.parametrize("size", [16 * 1024 - len(BLOCK), 16 * 1024, 16 * 1024 + 1, 2**20])
def test_a_large_frame_is_written_as_a_small_one(size: int, headers: bytes) -> None:
    payload = bytes(size)
    line = b"HPUB a r 18 %d" % (size + 18) if headers else b"PUB a r %d" % size
    assert pub(b"a", payload, b"r", headers) == line + b"\r\n" + headers + payload + b"\r\n"
    assert pub(b"a", memoryview(payload), b"r", headers) == pub(b"a", payload, b"r", headers)
