"""reply --command: programs that answer, and what strangers cannot do with them."""

import sys
import time

import pytest

from natscli.wire.encode import pub
from natscli.wire.headers import parse_headers
from tests.messaging.parties import INBOX, Listener, ask

ARGUMENTS = f"{sys.executable} -c 'import os, sys; print([os.fsencode(a) for a in sys.argv[1:]], end=\"\")'"
HOSTILE = [
    b"$(id)",
    b"`id`",
    b";id",
    b"'",
    b'"',
    b"\\",
    b"|cat",
    b"&&id",
    b"a*b",
    b"--help",
    b"\xff",
    b"{{Subject}}",
    b"{{0}}",
]


@pytest.fixture
def peer(server):
    with Listener(server.url) as peer:
        yield peer


@pytest.fixture
def serve(start, subject):
    def run(command: str, *arguments: str, on: str = subject, **options):
        service = start("reply", on, "--command", command, *arguments, **options)
        service.says("Listening on")
        return service

    return run


def _error(answer) -> tuple[str | None, str | None, bytes]:
    headers = parse_headers(answer.headers)
    return headers.get("Nats-Service-Error-Code"), headers.get("Nats-Service-Error"), answer.payload


def test_the_request_is_the_program_s_input_and_its_output_the_answer(serve, peer, subject):
    serve("cat", "-H", "A: {{Count}}")

    for number, payload in enumerate([b"", b"abc", bytes(range(256))]):
        answer = ask(peer, subject, payload)
        assert (answer.payload, answer.headers) == (payload, b"NATS/1.0\r\nA: %d\r\n\r\n" % number)


def test_tokens_of_the_subject_are_arguments(serve, peer, subject):
    serve("printf %s:%s:%s {{2}} '{{ 3 }}' x{{9}}", on=f"{subject}.>")

    assert ask(peer, f"{subject}.a.b c".replace(" ", "-").encode()).payload == b"a:b-c:x{{9}}"


def test_a_hostile_token_is_part_of_its_argument_and_nothing_else(serve, peer, subject):
    serve(f"{ARGUMENTS} x{{{{2}}}} end", on=f"{subject}.*")

    for token in HOSTILE:
        assert ask(peer, f"{subject}.".encode() + token).payload == repr([b"x" + token, b"end"]).encode()


def test_a_hostile_body_is_never_an_argument(serve, peer, subject):
    serve(f"{ARGUMENTS} fixed '{{{{Request}}}}' '$NATS_REQUEST_BODY'")

    for payload in (b"; id", b"$(id)", b"--help", b"a b", b"{{0}}"):
        assert ask(peer, subject, payload).payload == repr([b"fixed", b"{{Request}}", b"$NATS_REQUEST_BODY"]).encode()


def test_a_subject_cannot_fill_the_memory(serve, peer, subject):
    serve("printf %s {{2}}", on=f"{subject}.>")
    bomb = ".".join(f"{{{{{place}}}}}{{{{{place}}}}}" for place in range(3, 60))

    assert ask(peer, f"{subject}.{bomb}".encode()).payload == b"{{3}}{{3}}"
    assert ask(peer, f"{subject}.fine".encode()).payload == b"fine"


def test_the_program_is_told_of_the_request_and_of_no_secrets(serve, peer, subject):
    serve("env", env={"NATS_PASSWORD": "hunter2", "NATS_TOKEN": "hunter2", "NATS_CREDS": "", "OTHER": "kept"})

    lines = ask(peer, subject, b"what").payload.splitlines()

    assert sorted(line for line in lines if line.startswith(b"NATS")) == [
        b"NATS_REQUEST_BODY=what",
        f"NATS_REQUEST_SUBJECT={subject}".encode(),
    ]
    assert b"OTHER=kept" in lines
    assert not [line for line in lines if b"hunter2" in line]


def test_what_no_variable_can_hold_is_still_the_input(serve, peer, subject):
    serve("sh -c 'test -z \"$NATS_REQUEST_BODY\" && cat'")

    for payload in (b"x" * 500_000, b"a\0b"):
        assert ask(peer, subject, payload).payload == payload


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sh -c 'echo half; echo why >&2; exit 3'", "'sh' ended with exit code 3: why"),
        ("no-such-program", "'no-such-program' cannot be run: no such file or directory"),
        ("sh -c 'kill -9 $$'", "'sh' ended with exit code -9"),
        ("sleep 60", "'sleep' took longer than 4s"),
    ],
)
def test_a_program_that_fails_is_an_error_without_a_body(command, words, serve, peer, subject):
    service = serve(command, "--timeout", "4s")

    for _ in range(2):
        assert _error(ask(peer, subject, b"?")) == ("500", "the command failed", b"")
    service.says(f"warning: request #2: {words}")


def test_what_a_program_writes_is_bounded(serve, peer, subject):
    service = serve("sh -c 'read x; test \"$x\" = fine && exec echo fine; exec cat /dev/zero'", "--timeout", "30s")

    assert _error(ask(peer, subject, b"?\n")) == ("500", "the command failed", b"")
    service.says("'sh' wrote more than 67,108,864 bytes")
    assert ask(peer, subject, b"fine\n").payload == b"fine\n"


def test_an_answer_too_large_for_the_server_is_an_error(serve, peer, subject):
    serve("head -c 2000000 /dev/zero")

    assert _error(ask(peer, subject, b"?")) == ("500", "the answer is too large", b"")


def test_programs_work_side_by_side(serve, server, subject):
    serve("sh -c 'sleep 1; cat'", "--timeout", "30s")
    started = time.monotonic()

    with Listener(server.url, f"{INBOX}.{subject}.*") as peer:
        for number in range(8):
            peer.send(pub(subject.encode(), b"%d" % number, f"{INBOX}.{subject}.{number}".encode()))
        answers = [peer.next() for _ in range(8)]

    assert time.monotonic() - started < 7  # not eight seconds
    assert sorted((a.subject[-1:], a.payload) for a in answers) == [(b"%d" % n, b"%d" % n) for n in range(8)]


def test_a_pause_comes_before_the_program(serve, peer, subject):
    serve("cat", "--sleep", "50ms")

    assert ask(peer, subject, b"x").payload == b"x"
