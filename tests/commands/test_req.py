"""req: what is asked, what is shown of the replies, and how it ends without any."""

import re
import time

import pytest

from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers, parse_headers
from tests.messaging.parties import Listener, answering, denying, echo
from tests.waiting import SLACK_S, eventually


@pytest.fixture
def service(server, subject):
    """Who answers with what was asked; what was asked."""
    with answering(server.url, subject, echo) as asked:
        yield asked


def _answers(*frames: tuple[bytes, ...]):
    """Answer each request with these payloads, and headers where there are any."""
    return lambda message: [pub(message.reply, frame[0], b"", frame[1] if len(frame) > 1 else b"") for frame in frames]


def test_a_reply_is_printed_and_its_story_told(cli, service, subject):
    replied = cli("req", subject, "ping")

    assert (replied.code, replied.out) == (0, b"ping\n")
    sending, received = replied.err.splitlines()
    assert sending == f'Sending request on "{subject}"'
    assert re.fullmatch(r"Received with rtt [\d.]+(µs|ms|s)", received)
    assert [(request.payload, request.headers) for request in service] == [(b"ping", b"")]


def test_a_reply_that_ends_its_line_gets_no_other(cli, service, subject):
    assert cli("req", subject, "ping\n").out == b"ping\n"
    assert cli("req", subject, "").out == b"\n"


@pytest.mark.parametrize("body", [b"", b"x", b"x\n", b"\x00\r\n\xff\x1b[2J", bytes(range(256)) * 100])
def test_a_raw_reply_is_its_bytes_and_nothing_else(body, cli, service, subject):
    assert cli("req", subject, "--raw", stdin=body) == (0, body, "")


@pytest.mark.parametrize("options", [["--quiet"], ["--raw", "--quiet"]])
def test_quiet_says_nothing(options, cli, service, subject):
    assert cli("req", subject, "ping", *options).err == ""


@pytest.mark.parametrize("options", [[], ["-"], ["--force-stdin"]])
def test_standard_input_is_a_request(options, cli, service, subject):
    assert cli("req", subject, *options, stdin=b"one\ntwo\n").out == b"one\ntwo\n"

    assert [request.payload for request in service] == [b"one\ntwo\n"]


@pytest.mark.parametrize(
    ("send_on", "stdin"),
    [("newline", b"one\ntwo\nthree"), ("nul", b"one\0two\0three\0"), ("newline", b"one\r\ntwo\nthree\n")],
)
@pytest.mark.parametrize("options", [[], ["--force-stdin"]])
def test_each_piece_of_standard_input_is_a_request_in_turn(send_on, stdin, options, cli, service, subject):
    replied = cli("req", subject, "--send-on", send_on, *options, stdin=stdin)

    assert [request.payload for request in service] == [b"one", b"two", b"three"]
    assert replied.out == b"one\ntwo\nthree\n"
    assert re.fullmatch(r"3 replies, rtt min .*, mean .*, max .*", replied.err.splitlines()[-1])


def test_a_typed_request_wins_over_standard_input(cli, service, subject):
    assert cli("req", subject, "typed", "--send-on", "newline", stdin=b"piped\n").out == b"typed\n"


def test_a_count_asks_as_often(cli, service, subject):
    replied = cli("req", subject, "ping", "--count", "3", "--raw")

    assert len(service) == 3
    assert replied == (0, b"ping\n" * 3, "")
    assert len({request.reply for request in service}) == 3


def test_headers_travel_both_ways(cli, service, subject):
    replied = cli("req", subject, "ping", "-H", "b: 1", "--header", "A:2", "-H", "b:\u00fc")

    assert parse_headers(service[0].headers).pairs == [("b", "1"), ("A", "2"), ("b", "\u00fc")]
    assert replied.err.splitlines()[2:] == ["b: 1", "A: 2", "b: \u00fc"]
    assert replied.out == b"ping\n"


def test_two_replies_are_waited_for(cli, server, subject):
    with answering(server.url, subject, _answers((b"first",))), answering(server.url, subject, _answers((b"second",))):
        replied = cli("req", subject, "ping", "--replies", "2", "--reply-timeout", "5s")

    assert sorted(replied.out.splitlines()) == [b"first", b"second"]
    assert replied.code == 0
    assert "2 replies, rtt min" in replied.err


def test_no_more_replies_are_taken_than_were_asked_for(cli, server, subject):
    with answering(server.url, subject, _answers((b"1",), (b"2",), (b"3",))):
        assert cli("req", subject, "ping").out == b"1\n"
        assert cli("req", subject, "ping", "--replies", "2", "--reply-timeout", "5s").out == b"1\n2\n"


def test_fewer_replies_are_enough_once_the_patience_for_more_is_over(cli, service, subject):
    started = time.monotonic()

    replied = cli("req", subject, "ping", "--replies", "2", "--reply-timeout", "50ms", "--timeout", "60s")

    assert (replied.code, replied.out) == (0, b"ping\n")
    assert time.monotonic() - started < 30


def test_all_replies_are_taken_until_the_time_out(cli, server, subject):
    started = time.monotonic()

    with answering(server.url, subject, _answers((b"1",), (b"2",))):
        replied = cli("req", subject, "ping", "--replies", "0", "--timeout", "5s")

    assert (replied.code, replied.out) == (0, b"1\n2\n")
    assert 4.9 < time.monotonic() - started < 6 + SLACK_S


def test_an_empty_reply_says_that_there_are_no_more(cli, server, subject):
    with answering(server.url, subject, _answers((b"1",), (b"2",), (b"",), (b"never",))) as asked:
        replied = cli("req", subject, "ping", "--wait-for-empty", "--count", "3", "--raw")

    assert (replied.code, replied.out) == (0, b"1\n2\n" * 3)
    assert len(asked) == 3


def test_an_empty_reply_that_does_not_come_is_a_time_out(cli, service, subject):
    replied = cli("req", subject, "ping", "--wait-for-empty", "--timeout", "5s")

    assert (replied.code, replied.out) == (5, b"ping\n")
    assert f"no empty reply on '{subject}'" in replied.err


def test_nobody_who_serves_is_known_at_once(cli, subject):
    started = time.monotonic()

    replied = cli("req", subject, "ping", "--timeout", "60s")

    assert (replied.code, replied.out) == (6, b"")
    assert replied.err.splitlines()[-1] == f"natscli: nobody serves '{subject}'"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("options", [["--count", "3"], ["--replies", "0"], ["--replies", "2"], ["--wait-for-empty"]])
def test_nobody_serves_several_either(options, cli, subject):
    assert cli("req", subject, "ping", *options).code == 6


def test_a_service_that_says_nothing_is_a_time_out(cli, server, subject):
    started = time.monotonic()

    with Listener(server.url, subject):
        replied = cli("req", subject, "ping", "--timeout", "5s")

    assert (replied.code, replied.out) == (5, b"")
    assert replied.err.splitlines()[-1] == f"natscli: no reply on '{subject}' within 5s"
    assert 5 <= time.monotonic() - started < 6 + SLACK_S


def test_each_request_has_a_time_out_of_its_own(cli, server, subject):
    def slowly(message):
        ready = time.monotonic() + 0.27
        eventually(lambda: time.monotonic() > ready)
        return echo(message)

    with answering(server.url, subject, slowly):
        replied = cli("req", subject, "{{Count}}", "--count", "20", "--timeout", "5s")

    assert (replied.code, replied.out) == (0, b"".join(b"%d\n" % number for number in range(1, 21)))


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ([("Nats-Service-Error", "no such order"), ("Nats-Service-Error-Code", "404")], "404 no such order"),
        ([("nats-service-error", "odd")], "odd"),
        ([("Nats-Service-Error-Code", "500")], "500"),
    ],
)
def test_an_answer_that_is_an_error_is_shown_and_is_one(headers, said, cli, server, subject):
    with answering(server.url, subject, _answers((b"details", encode_headers(headers)))):
        replied = cli("req", subject, "ping")

    assert (replied.code, replied.out) == (8, b"details\n")
    assert replied.err.splitlines()[-1] == f"natscli: the service answered with an error: {said}"


def test_one_error_among_several_replies_is_an_error(cli, server, subject):
    error = encode_headers([("Nats-Service-Error", "no")])
    with answering(server.url, subject, _answers((b"1",), (b"", error), (b"3",))):
        replied = cli("req", subject, "ping", "--replies", "3", "--reply-timeout", "5s", "--raw")

    assert (replied.code, replied.out) == (8, b"1\n\n3\n")


def test_a_refused_subject_is_an_error(cli, make_server, subject):
    strict = make_server(extra=denying("publish", subject))

    replied = cli("req", subject, "ping", "--server", strict.url)

    assert (replied.code, replied.out) == (4, b"")
    assert subject in replied.err


def test_a_request_larger_than_the_server_takes_is_refused_here(cli, make_server, subject):
    small = make_server(max_payload=1000)

    replied = cli("req", subject, "x" * 1001, "--server", small.url)

    assert replied.code == 1
    assert "exceeds the server's limit of 1,000" in replied.err


def test_an_inbox_can_have_another_prefix(cli, service, subject):
    assert cli("req", subject, "ping", "--inbox-prefix", "_PRIVATE.me").code == 0

    assert service[0].reply.startswith(b"_PRIVATE.me.")


@pytest.mark.parametrize(
    "arguments",
    [["a..b", "x"], ["a.*", "x"], ["a", "x", "--count", "0"], ["a", "x", "--replies", "-1"], ["a", "x", "-H", "A"], []],
)
def test_what_cannot_be_asked_is_refused(arguments, cli):
    refused = cli("req", *arguments)

    assert (refused.code, refused.out) == (2, b"")
