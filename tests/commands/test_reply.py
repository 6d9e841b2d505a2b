"""reply: a body, an echo, after a while; shared, counted, and never brought down by what is asked."""

import signal
import time

import pytest

from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers, parse_headers
from tests.messaging.parties import INBOX, Listener, ask
from tests.ports import held_port
from tests.waiting import SLACK_S

ODD = b"NATS/1.0\r\nb: 1\r\nA:2 \r\nb:\xfe\x00\r\nno colon\r\nspace d : x\r\n:empty\r\n\r\n"


@pytest.fixture
def peer(server):
    with Listener(server.url) as peer:
        yield peer


@pytest.fixture
def serve(start, subject):
    """Start ``reply`` on the test's subject, and return it once it listens."""

    def run(*arguments: str, on: str = subject, **options):
        service = start("reply", on, *arguments, **options)
        service.says("Listening on")
        return service

    return run


def _ask_all(url: str, subject: str, payloads: list[bytes]) -> list:
    """Ask at once, and return the answers in the order of the requests."""
    with Listener(url, f"{INBOX}.{subject}.*") as peer:
        for number, payload in enumerate(payloads):
            peer.send(pub(subject.encode(), payload, f"{INBOX}.{subject}.{number}".encode()))
        answers = [peer.next() for _ in payloads]
    return sorted(answers, key=lambda answer: int(answer.subject.rpartition(b".")[2]))


def _error(answer) -> tuple[str | None, str | None, bytes]:
    headers = parse_headers(answer.headers)
    return headers.get("Nats-Service-Error-Code"), headers.get("Nats-Service-Error"), answer.payload


# -- what is answered ------------------------------------------------------------------------------


def test_a_body_answers_every_request(serve, peer, subject):
    serve("fixed", "-H", "A: 1", "-H", "A:2")

    for payload in (b"", b"anything"):
        answer = ask(peer, subject, payload)
        assert (answer.payload, answer.headers) == (b"fixed", b"NATS/1.0\r\nA: 1\r\nA: 2\r\n\r\n")


@pytest.mark.parametrize("body", ["", "@file", "@@at"])
def test_a_body_is_read_as_pub_reads_it(body, serve, peer, subject, isolated):
    (isolated / "file").write_bytes(b"\x00{{Count}}\r\n")
    serve(body)

    assert ask(peer, subject, b"?").payload == {"": b"", "@file": b"\x00{{Count}}\r\n", "@@at": b"@at"}[body]


@pytest.mark.parametrize("options", [["--echo"], []])
def test_an_echo_is_the_request_itself(options, serve, peer, subject):
    service = serve(*options)

    for number, payload in enumerate([b"", b"x", bytes(range(256)), b"\r\n\x00\xff"]):
        answer = ask(peer, subject, payload)
        assert answer.payload == payload
        assert answer.headers == b"NATS/1.0\r\nNATS-Reply-Counter: %d\r\n\r\n" % number
    assert ("No body given" in service.err) is (not options)


def test_an_echo_keeps_headers_byte_for_byte_and_counts_from_nothing(serve, peer, subject):
    serve("--echo", "-H", "Mine: {{Count}}")

    first, second = ask(peer, subject, b"x", ODD), ask(peer, subject, b"y", b"NATS/1.0 100 Idle\r\nA: 1\r\n\r\n")

    own = ODD.removesuffix(b"\r\n")
    assert first.headers == own + b"Mine: 0\r\nNATS-Reply-Counter: 0\r\n\r\n"
    assert second.headers == b"NATS/1.0\r\nA: 1\r\nMine: 1\r\nNATS-Reply-Counter: 1\r\n\r\n"


def test_requests_are_shown_as_sub_shows_them(serve, peer, subject):
    service = serve("x")

    answer = ask(peer, subject, b"\xff?", encode_headers([("A", "1")]))

    service.prints(
        f'[#1] Received on "{subject}" with reply "{answer.subject.decode()}"\nA: 1\n\n'.encode() + b"\xff?\n\n"
    )


def test_quiet_shows_nothing(start, peer, server, subject):
    service = start("reply", subject, "x", "--quiet", "--count", "1")
    while ask(peer, subject, b"?").headers.startswith(b"NATS/1.0 503"):
        pass

    assert service.end() == 0
    assert (service.out, service.err) == (b"", "")


# -- requests that are odd -------------------------------------------------------------------------


def test_a_message_that_asks_for_no_reply_is_only_shown(serve, peer, subject):
    service = serve("x")

    peer.publish(subject, b"no question")
    service.prints(b"no question\n")

    assert ask(peer, subject, b"?").payload == b"x"


def test_a_line_break_meant_for_a_header_is_an_error_and_the_service_lives_on(serve, peer, subject):
    serve("{{Request}}", "-H", "Asked: {{Request}}")

    broken = ask(peer, subject, b"a\r\nNats-Injected: 1")
    whole = ask(peer, subject, b"b")

    assert _error(broken) == ("400", "the value of header 'Asked' has a line break", b"")
    assert parse_headers(broken.headers).get("Nats-Injected") is None
    assert (whole.payload, parse_headers(whole.headers).get("Asked")) == (b"b", "b")


@pytest.mark.parametrize("options", [["--echo"], ["--command", "cat"]], ids=["echo", "command"])
def test_nor_does_it_reach_a_header_of_an_echo_or_a_program(options, serve, peer, subject):
    serve(*options, "-H", "Asked: {{Request}}")

    assert _error(ask(peer, subject, b"a\r\nb")) == ("400", "the value of header 'Asked' has a line break", b"")
    assert ask(peer, subject, b"fine").payload == b"fine"


def test_bytes_that_are_no_text_can_stand_in_a_header(serve, peer, subject):
    serve("x", "-H", "Asked: {{Request}}")

    assert ask(peer, subject, b"\xff\xfe").headers == b"NATS/1.0\r\nAsked: \xff\xfe\r\n\r\n"


def test_an_answer_too_large_is_an_error(serve, make_server, subject):
    small = make_server(max_payload=1000)
    serve("--echo", url=small.url)

    with Listener(small.url) as peer:
        assert _error(ask(peer, subject, b"x" * 1000)) == ("500", "the answer is too large", b"")
        assert ask(peer, subject, b"x" * 900).payload == b"x" * 900


def test_a_subject_that_is_no_text_is_answered(serve, peer, subject):
    serve("x", on=f"{subject}.>")

    peer.subscribe(INBOX + subject)
    peer.publish(f"{subject}.".encode() + b"\xff\x1b", b"?", (INBOX + subject).encode())

    assert peer.next().payload == b"x"


# -- pauses, groups and counts ---------------------------------------------------------------------


def test_pauses_of_many_requests_pass_together(serve, server, subject):
    serve("--echo", "--sleep", "400ms")
    payloads = [b"%d" % number for number in range(200)]
    started = time.monotonic()

    answers = _ask_all(server.url, subject, payloads)

    assert time.monotonic() - started < 2 + SLACK_S  # the longest pause, not the sum of all
    assert [answer.payload for answer in answers] == payloads


def test_a_pause_is_no_longer_than_was_said(serve, peer, subject):
    serve("x", "--sleep", "100ms")
    started = time.monotonic()

    for _ in range(5):
        ask(peer, subject)

    assert time.monotonic() - started < 2 + SLACK_S


def test_two_share_the_requests_of_a_group(serve, server, subject):
    services = [serve(name) for name in ("one", "two")]

    answers = _ask_all(server.url, subject, [b""] * 100)

    assert {answer.payload for answer in answers} == {b"one", b"two"}
    assert all('in group "NATS-RPLY-22"' in service.err for service in services)


def test_members_of_another_group_answer_too(serve, server, peer, subject):
    serve("one")
    serve("two", "--queue", "mine")
    with Listener(server.url, f"{INBOX}.{subject}") as peer:
        peer.publish(subject, b"?", f"{INBOX}.{subject}".encode())

        assert sorted([peer.next().payload, peer.next().payload]) == [b"one", b"two"]


@pytest.mark.parametrize("options", [[], ["--sleep", "50ms"]], ids=["at once", "slowly"])
def test_after_the_count_the_answers_have_left_and_it_ends(options, serve, peer, server, subject):
    service = serve("--echo", "--count", "3", *options)

    answers = _ask_all(server.url, subject, [b"1", b"2", b"3"])

    assert [answer.payload for answer in answers] == [b"1", b"2", b"3"]
    assert service.end() == 0
    assert ask(peer, subject).headers.startswith(b"NATS/1.0 503")


@pytest.mark.parametrize(
    ("options", "number", "code"),
    [([], signal.SIGINT, 0), (["--count", "2"], signal.SIGINT, 130), ([], signal.SIGTERM, 143)],
)
def test_a_signal_ends_it(options, number, code, serve, peer, subject):
    service = serve("x", *options)
    ask(peer, subject)

    service.signal(number)

    assert service.end() == code
    assert "natscli:" not in service.err


def test_answers_under_way_still_leave_after_an_interrupt(serve, server, subject):
    service = serve("--echo", "--sleep", "200ms", "--count", "100")
    with Listener(server.url, f"{INBOX}.{subject}") as peer:
        peer.publish(subject, b"?", f"{INBOX}.{subject}".encode())
        service.prints(b"?")
        service.signal(signal.SIGINT)

        assert peer.next().payload == b"?"
    assert service.end() == 130


def test_it_answers_again_after_the_server_was_gone(serve, make_server, subject):
    with held_port() as port:
        server = make_server(port=port)
        service = serve("x", "--ping-interval", "5s", url=server.url)
        server.stop(0)
        service.says("disconnected")

        again = make_server(port=port)
    service.says("reconnected")

    with Listener(again.url) as peer:
        assert ask(peer, subject).payload == b"x"


def test_an_interrupt_while_the_server_is_gone_is_a_normal_end(serve, make_server, subject):
    server = make_server()
    service = serve("x", url=server.url)
    server.stop(0)
    service.says("disconnected")

    service.signal(signal.SIGINT)

    assert service.end() == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["a..b", "x"],
        ["a b", "x"],
        ["a", "x", "--queue", "a b"],
        ["a", "x", "--echo"],
        ["a", "x", "--command", "cat"],
        ["a", "--echo", "--command", "cat"],
        ["a", "--command", "'"],
        ["a", "--command", ""],
        ["a", "@absent"],
        ["a", "x", "-H", "A"],
        ["a", "x", "--sleep", "5"],
        ["a", "x", "--count", "-1"],
        [],
    ],
)
def test_what_cannot_be_served_is_refused(arguments, cli):
    refused = cli("reply", *arguments)

    assert (refused.code, refused.out) == (2, b"")
    assert "Listening" not in refused.err
