"""req --parallel: so many in flight, replies in the order of the requests, and the first failure decides."""

import re
import signal
import subprocess
import time

import pytest

from natscli.messaging.inbox import Exchange
from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from tests.messaging.parties import Listener, answering, denying, echo
from tests.waiting import SLACK_S, eventually

ERROR = encode_headers([("Nats-Service-Error", "no"), ("Nats-Service-Error-Code", "500")])
NOBODY = b"NATS/1.0 503\r\n\r\n"


def numbers(first, last):
    return b"".join(b"%d\n" % number for number in range(first, last + 1))


def in_groups(size, answer=echo):
    """Hold requests until so many are there, and answer the last one first."""
    held = []

    def answers(message):
        held.append(message)
        if len(held) < size:
            return []
        frames = [frame for waiting in reversed(held) for frame in answer(waiting)]
        held.clear()
        return frames

    return answers


def but(**special):
    """Answer with what was asked, but for some bodies (with an underscore before) with something else."""

    def answers(message):
        other = special.get(f"_{message.payload.decode()}")
        return echo(message) if other is None else other(message)

    return answers


def silent(_message):
    return []


def failing(message):
    return [pub(message.reply, b"failed", b"", ERROR)]


def unserved(message):
    return [pub(message.reply, b"", b"", NOBODY)]


def test_so_many_are_in_flight_and_replies_come_in_the_order_of_the_requests(cli, server, subject):
    with answering(server.url, subject, in_groups(10)) as asked:
        replied = cli("req", subject, "{{Count}}", "--count", "30", "--parallel", "10")

    assert (replied.code, replied.out) == (0, numbers(1, 30))
    assert len(asked) == 30


def test_no_more_are_in_flight_than_that(start, server, subject):
    with Listener(server.url, subject) as listener:
        req = start("req", subject, "x", "--count", "100", "--parallel", "7", "--timeout", "60s")
        held = [listener.next() for _ in range(7)]
        assert listener.received() == []
        listener.send(pub(held[3].reply, b"one is done"))
        listener.next()
        assert listener.received() == []
        req.popen.kill()


def test_one_in_turn_is_the_default(start, server, subject):
    with Listener(server.url, subject) as listener:
        req = start("req", subject, "x", "--count", "2")
        listener.next()
        assert listener.received() == []
        req.popen.kill()


@pytest.mark.parametrize("parallel", ["1", "3", "100", "10000"])
def test_lines_are_requests_in_parallel_too(parallel, cli, server, subject):
    with answering(server.url, subject, echo):
        replied = cli("req", subject, "--send-on", "newline", "--parallel", parallel, stdin=numbers(1, 500))

    assert (replied.code, replied.out) == (0, numbers(1, 500))


def test_a_line_is_asked_before_the_next_one_comes(start, server, subject):
    with answering(server.url, subject, echo):
        req = start("req", subject, "--send-on", "newline", "--parallel", "5", stdin=subprocess.PIPE)
        for line in (b"one\n", b"two\n"):
            req.popen.stdin.write(line)
            req.popen.stdin.flush()
            req.prints(line)
        req.popen.stdin.close()
        assert req.end() == 0


def test_the_summary_has_rates_and_percentiles(cli, server, subject):
    with answering(server.url, subject, echo):
        replied = cli("req", subject, "x", "--count", "20", "--parallel", "5")

    figure = r"[\d.]+(µs|ms|s)"
    times = ", ".join(f"{name} {figure}" for name in ("min", "mean", "p50", "p99", "max"))
    assert re.fullmatch(rf"20 replies, rtt {times}, [\d,]+ requests/s", replied.err.splitlines()[-1])


@pytest.mark.parametrize(
    ("end", "code", "said"),
    [(silent, 5, "no reply on"), (unserved, 6, "nobody serves"), (failing, 8, "answered with an error: 500 no")],
)
def test_a_failure_in_the_middle_decides_and_the_others_are_still_shown(end, code, said, cli, server, subject):
    with answering(server.url, subject, but(_5=end)):
        replied = cli("req", subject, "{{Count}}", "--count", "10", "--parallel", "10", "--timeout", "5s")

    assert replied.code == code
    assert [line for line in replied.out.split() if line != b"failed"] == [b"%d" % n for n in range(1, 11) if n != 5]
    assert said in replied.err.splitlines()[-1]


def test_of_several_failures_the_first_request_decides_not_the_first_to_fail(cli, server, subject):
    with answering(server.url, subject, but(_2=silent, _3=unserved, _4=failing)):
        replied = cli("req", subject, "{{Count}}", "--count", "5", "--parallel", "5", "--timeout", "5s")

    assert (replied.code, replied.out) == (5, b"1\nfailed\n5\n")


def test_an_error_of_a_service_before_a_time_out_decides_too(cli, server, subject):
    with answering(server.url, subject, but(_2=failing, _4=silent)):
        replied = cli("req", subject, "{{Count}}", "--count", "5", "--parallel", "5", "--timeout", "5s")

    assert (replied.code, replied.out) == (8, b"1\nfailed\n3\n5\n")


def test_after_a_failure_no_more_are_sent(cli, server, subject):
    with answering(server.url, subject, but(_3=unserved)) as asked:
        assert cli("req", subject, "{{Count}}", "--count", "100000", "--parallel", "4").code == 6

    assert len(asked) < 20


def test_each_has_a_time_out_of_its_own(cli, server, subject):
    def slowly(message):
        ready = time.monotonic() + 0.27
        eventually(lambda: time.monotonic() > ready)
        return echo(message)

    with answering(server.url, subject, slowly):
        replied = cli("req", subject, "{{Count}}", "--count", "20", "--parallel", "2", "--timeout", "5s")

    assert (replied.code, replied.out) == (0, numbers(1, 20))


def test_late_replies_are_passed_over(cli, server, subject, monkeypatch):
    held, ended, end = [], [], Exchange.end

    def ending(exchange, *arguments, **options):
        end(exchange, *arguments, **options)
        ended.append(exchange.number)

    def answers(message):
        if not held:
            held.append(message)
            return []
        if message.payload == b"3":
            eventually(lambda: 1 in ended)
            return [pub(held[0].reply, b"late"), *echo(message)]
        ready = time.monotonic() + 4.0  # for as long the last waits when the first does no more
        eventually(lambda: time.monotonic() > ready)
        return echo(message)

    monkeypatch.setattr(Exchange, "end", ending)

    with answering(server.url, subject, answers):
        replied = cli("req", subject, "{{Count}}", "--count", "3", "--parallel", "2", "--timeout", "8s")

    assert (replied.code, replied.out) == (5, b"2\n3\n")


def test_nobody_serves_is_known_at_once(cli, subject):
    started = time.monotonic()

    replied = cli("req", subject, "x", "--count", "1000", "--parallel", "100", "--timeout", "60s")

    assert (replied.code, replied.out) == (6, b"")
    assert replied.err.count("nobody serves") == 1
    assert time.monotonic() - started < 30


def test_a_refused_subject_among_others_is_an_error(cli, make_server, subject):
    strict = make_server(extra=denying("publish", f"{subject}.2"))
    started = time.monotonic()

    with answering(strict.url, f"{subject}.*", echo):
        options = ["--count", "3", "--parallel", "3", "--timeout", "60s"]
        replied = cli("req", f"{subject}.{{{{Count}}}}", "{{Count}}", *options, "--server", strict.url)

    assert (replied.code, replied.out) == (4, b"1\n3\n")
    assert time.monotonic() - started < 30


def test_a_lost_connection_is_an_error(start, make_server, subject):
    own = make_server()
    with Listener(own.url, subject) as listener:
        req = start("req", subject, "x", "--count", "10", "--parallel", "5", "--timeout", "60s", url=own.url)
        first = listener.next()
        listener.publish(first.reply.decode(), b"first")
        req.prints(b"first\n")
        own.stop()
        assert req.end() == 3


def test_several_replies_of_a_request_stay_together_as_requests_end(cli, server, subject):
    def twice(message):
        return [pub(message.reply, message.payload + end) for end in (b"a", b"b")]

    with answering(server.url, subject, in_groups(3, twice)):
        options = ["--count", "3", "--parallel", "3", "--replies", "2", "--reply-timeout", "5s"]
        replied = cli("req", subject, "{{Count}}", *options)

    assert (replied.code, replied.out) == (0, b"3a\n3b\n2a\n2b\n1a\n1b\n")


def test_until_an_empty_reply_in_parallel(cli, server, subject):
    def told(message):
        return [pub(message.reply, payload) for payload in (b"1", b"2", b"", b"never")]

    with answering(server.url, subject, told):
        replied = cli("req", subject, "x", "--wait-for-empty", "--count", "50", "--parallel", "8", "--raw")

    assert replied == (0, b"1\n2\n" * 50, "")


def test_a_request_that_is_too_large_fails_behind_those_before_it(cli, make_server, subject):
    small = make_server(max_payload=1000)
    stdin = b"one\ntwo\n" + b"x" * 1001 + b"\nfour\n"

    with answering(small.url, subject, echo):
        replied = cli("req", subject, "--send-on", "newline", "--parallel", "4", "--server", small.url, stdin=stdin)

    assert (replied.code, replied.out) == (1, b"one\ntwo\n")


def test_interrupting_ends_within_a_second(start, server, subject):
    with Listener(server.url, subject) as listener:
        req = start("req", subject, "x", "--count", "1000", "--parallel", "50", "--timeout", "60s")
        for _ in range(50):
            listener.next()
        started = time.monotonic()
        req.signal(signal.SIGINT)
        assert req.end() == 130
        assert time.monotonic() - started < 1.5 + SLACK_S
        assert "Traceback" not in req.err


@pytest.mark.parametrize("parallel", ["0", "-1", "10001", "x"])
def test_what_cannot_be_in_flight_is_refused(parallel, cli, subject):
    refused = cli("req", subject, "x", "--parallel", parallel)

    assert (refused.code, refused.out) == (2, b"")
