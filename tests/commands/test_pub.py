"""pub: what is sent, from arguments, and what is refused before anything is."""

import re
import time

import pytest

from natscli.wire.headers import parse_headers
from tests.messaging.parties import Listener, denying
from tests.processes import Process
from tests.waiting import SLACK_S, eventually


@pytest.fixture
def listener(server, subject):
    """Who hears the subject, and all below it."""
    with Listener(server.url, subject, f"{subject}.>") as listener:
        yield listener


def _headers(message) -> list[tuple[str, str]]:
    return parse_headers(message.headers).pairs


def test_a_body_is_sent_and_confirmed(cli, listener, subject):
    assert cli("pub", subject, "hi") == (0, b"", f'Published 2 bytes to "{subject}"\n')

    (message,) = listener.received()
    assert (message.payload, message.reply, message.headers) == (b"hi", b"", b"")


@pytest.mark.parametrize("body", ["", " ", "a b", "line\nline\n", "h\u00e9", "-", "{}", '{"a":{"b":1}}'])
def test_a_body_is_sent_as_typed(body, cli, listener, subject):
    arguments = ["--", body] if body == "-" else [body]

    assert cli("pub", subject, *arguments, stdin=b"-").code == 0

    assert listener.payloads() == [body.encode()]


def test_quiet_says_nothing(cli, listener, subject):
    for option in ("-q", "--quiet"):
        assert cli("pub", option, subject, "hi") == (0, b"", "")
    assert cli("--quiet", "pub", subject, "hi") == (0, b"", "")

    assert listener.payloads() == [b"hi"] * 3


@pytest.mark.parametrize("count", [5, 25])
def test_a_count_sends_as_many(count, cli, listener, subject):
    published = cli("pub", subject, "hello", "--count", str(count))

    assert published == (0, b"", f'Published {count} messages with {count * 5} bytes to "{subject}"\n')
    assert listener.payloads() == [b"hello"] * count


@pytest.mark.parametrize("count", ["0", "-1", "x", "1.5"])
def test_a_count_is_at_least_one(count, cli, listener, subject):
    assert cli("pub", subject, "hi", "--count", count).code == 2

    assert listener.received() == []


def test_a_reply_subject_travels_along(cli, listener, subject):
    cli("pub", subject, "hi", "--reply", "custom.reply.subject")

    (message,) = listener.received()
    assert message.reply == b"custom.reply.subject"


def test_headers_travel_in_order_duplicates_case_and_all(cli, listener, subject):
    cli("pub", subject, "hi", "-H", "b: 1", "--header", "A:2", "-H", "b:3", "-H", "B:", "-H", "Colon:a:\u00fc ")

    (message,) = listener.received()
    assert message.payload == b"hi"
    assert _headers(message) == [("b", "1"), ("A", "2"), ("b", "3"), ("B", ""), ("Colon", "a:\u00fc")]


@pytest.mark.parametrize(
    "header", ["A", "", ":1", "A B:1", "A: 1\nB: 2", "A: 1\rB: 2", "A\r\nB: 1", "\x1b: 1", "\u00fc: 1"]
)
def test_what_is_no_header_is_refused_before_anything_is_sent(header, cli, listener, subject):
    refused = cli("pub", subject, "hi", "-H", "Good: 1", "-H", header)

    assert refused.code == 2
    assert refused.err.startswith("natscli: ")
    assert len(refused.err.splitlines()) <= 2
    assert listener.received() == []


@pytest.mark.parametrize("bad", ["", "a b", "a..b", ".a", "a.", "a.*", ">", "a.>", "a\tb", "a\n", "a\x00b", "\udcff "])
def test_what_is_no_subject_is_refused(bad, cli):
    for arguments in ([bad, "hi"], ["a", "hi", "--reply", bad or " "]):
        refused = cli("pub", *arguments)
        assert (refused.code, refused.out) == (2, b"")
        assert "subject" in refused.err


def test_a_wildcard_inside_a_token_is_a_subject_like_any_other(cli, listener, subject):
    assert cli("pub", f"{subject}.a*b", "hi").code == 0

    assert listener.received()[0].subject == f"{subject}.a*b".encode()


def test_a_subject_need_not_be_utf_8(start, listener, subject):
    pub = start("pub", f"{subject}.\udcff\udc9b", "h\udcff")

    assert pub.end() == 0
    assert f'Published 2 bytes to "{subject}.\\xff\\x9b"' in pub.err
    (message,) = listener.received()
    assert (message.subject, message.payload) == (f"{subject}.".encode() + b"\xff\x9b", b"h\xff")


def test_a_body_larger_than_the_server_takes_is_refused_here(cli, make_server, subject):
    small = make_server(max_payload=1000)

    with Listener(small.url, subject) as listener:
        refused = cli("pub", subject, "x" * 1001, "--server", small.url)
        at_the_limit = cli("pub", subject, "x" * 1000, "--server", small.url)
        with_headers = cli("pub", subject, "x" * 990, "-H", "A:1", "--server", small.url)

        assert refused == (1, b"", "natscli: the message of 1,001 bytes exceeds the server's limit of 1,000\n")
        assert at_the_limit.code == 0
        assert with_headers.code == 1
        assert "of 1,008 bytes (18 of them headers)" in with_headers.err
        assert [len(message.payload) for message in listener.received()] == [1000]


@pytest.mark.parametrize("several", [[], ["--count", "100000"]], ids=["one", "many"])
def test_a_refused_subject_is_an_error_and_nothing_is_claimed(several, cli, make_server, subject):
    strict = make_server(extra=denying("publish", subject))

    refused = cli("pub", subject, "hi", *several, "--server", strict.url)

    assert (refused.code, refused.out) == (4, b"")
    assert "Published" not in refused.err
    assert subject in refused.err


def test_sleep_and_rate_are_rivals(cli, subject):
    refused = cli("pub", subject, "hi", "--sleep", "1s", "--rate", "1")

    assert refused.code == 2
    assert "--sleep and --rate" in refused.err


@pytest.mark.parametrize("rate", ["0", "-1", "nan", "x"])
def test_a_rate_is_a_positive_number(rate, cli, listener, subject):
    assert cli("pub", subject, "hi", "--count", "2", "--rate", rate).code == 2

    assert listener.received() == []


@pytest.mark.parametrize("pace", [["--sleep", "100ms"], ["--rate", "10"]], ids=["sleep", "rate"])
@pytest.mark.parametrize("body", ["x", "{{Count}}"], ids=["constant", "filled in"])
def test_a_pace_is_kept_by_the_clock(pace, body, cli, listener, subject):
    started = time.monotonic()

    assert cli("pub", subject, body, "--count", "4", *pace).code == 0

    assert 0.3 <= time.monotonic() - started < 3 + SLACK_S
    assert len(listener.received()) == 4


def test_a_high_rate_is_reached(cli, listener, subject):
    started = time.monotonic()

    assert cli("pub", subject, "x", "--count", "2000", "--rate", "5000").code == 0

    assert 0.39 < time.monotonic() - started < 3 + SLACK_S
    assert len(listener.received()) == 2000


def _left_s(message) -> float:
    """Return when a message was filled in, by its publisher's clock: once the one before it had left."""
    return int(dict(_headers(message))["At"]) / 1e9


def test_a_pause_stands_between_messages_that_come_late_and_together(start, listener, subject):
    options = ("--send-on", "newline", "--sleep", "200ms", "-H", "At: {{UnixNano}}")
    pub = start("pub", subject, *options, stdin=-1)
    _say(pub, b"first\n")
    listener.next()
    _say(pub, b"second\n")
    listener.next()
    silence_ends = time.monotonic() + 0.7  # more than what is to follow should take
    eventually(lambda: time.monotonic() > silence_ends)

    _say(pub, b"a\nb\nc\nd\n")
    first, *_, last = [_left_s(listener.next()) for _ in range(4)]
    pub.popen.stdin.close()

    assert last - first > 0.3  # the last one was made when the third had left
    assert pub.end() == 0


def _say(process: Process, data: bytes) -> None:
    process.popen.stdin.write(data)
    process.popen.stdin.flush()


def test_messages_for_nobody_are_published_all_the_same(cli, subject):
    assert cli("pub", subject, "hi").code == 0


def test_no_server_is_exit_code_three(cli, subject):
    refused = cli("pub", subject, "hi", "--server", "nats://127.0.0.1:1")

    assert refused.code == 3
    assert re.match("natscli: cannot connect to nats://127.0.0.1:1: ", refused.err)
