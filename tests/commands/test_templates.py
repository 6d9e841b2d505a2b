"""Templates of pub, req and reply on the command line: where they are filled in, where not, and what is refused."""

import re

import pytest

from natscli.wire.headers import parse_headers
from tests.messaging.parties import Listener, answering, ask, denying, echo


@pytest.fixture
def listener(server, subject):
    with Listener(server.url, subject, f"{subject}.>") as listener:
        yield listener


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("Count: {{ Count }}", r"Count: 1"),
        ("{{Cnt}}{{.Count}}{{ .Cnt }}", r"111"),
        ("{{TimeStamp}}", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"),
        ("{{Time}}", r"1?\d:\d\d[AP]M"),
        ("{{Unix}}|{{UnixNano}}", r"\d{10}\|\d{19}"),
        ("{{ID}}", r"[0-9A-Za-z]{22}"),
        ("{{ Random 10 12 }}", r"[0-9A-Za-z]{10,12}"),
        ("{{Random 3 3}}", r"[0-9A-Za-z]{3}"),
    ],
)
def test_a_typed_body_and_header_are_filled_in(template, filled, cli, listener, subject):
    assert cli("pub", subject, template, "-H", f"Filled: {template}").code == 0

    (message,) = listener.received()
    assert re.fullmatch(filled, message.payload.decode())
    assert re.fullmatch(filled, parse_headers(message.headers).get("filled"))


def test_each_copy_has_its_own_number(cli, listener, subject):
    cli("pub", f"{subject}.{{{{Count}}}}", "Message {{.Count}}", "-H", "N:{{Cnt}}", "--count", "3")

    assert [(m.subject, m.payload, parse_headers(m.headers).get("N")) for m in listener.received()] == [
        (f"{subject}.{number}".encode(), f"Message {number}".encode(), str(number)) for number in (1, 2, 3)
    ]


def test_no_templates_means_none_anywhere(cli, listener, subject):
    assert cli("pub", f"{subject}.{{{{ID}}}}", "{{Count}} {{", "-H", "A:{{Nothing}}", "--no-templates").code == 0

    (message,) = listener.received()
    assert message.subject == f"{subject}.{{{{ID}}}}".encode()
    assert message.payload == b"{{Count}} {{"
    assert parse_headers(message.headers).get("A") == "{{Nothing}}"


@pytest.mark.parametrize("source", ["-", "@body"])
@pytest.mark.parametrize(("option", "payload"), [([], b"{{Count}}{{"), (["--no-templates"], b"{{Count}}{{")])
def test_what_was_not_typed_is_data(source, option, payload, cli, listener, subject, isolated):
    (isolated / "body").write_bytes(payload)

    assert cli("pub", subject, source, *option, stdin=payload).code == 0

    assert listener.payloads() == [payload]


def test_templates_can_be_asked_for_in_what_is_piped(cli, listener, subject):
    assert cli("pub", subject, "-", "--templates", "--count", "2", stdin=b"\xff{{Count}}\n").code == 0
    assert cli("pub", subject, "--templates", "--send-on", "newline", stdin=b"a{{Count}}\nb{{Count}}\n").code == 0

    assert listener.payloads() == [b"\xff1\n", b"\xff2\n", b"a1", b"b1"]


def test_a_subject_is_filled_in_for_each_piped_line(cli, listener, subject):
    cli("pub", f"{subject}.{{{{Random 4 4}}}}", "--send-on", "newline", stdin=b"{{Count}}\nb\n")

    first, second = listener.received()
    assert (first.payload, second.payload) == (b"{{Count}}", b"b")
    assert first.subject != second.subject


@pytest.mark.parametrize(
    "bad", ["{{Nothing}}", "{{count}}", "{{Random 1}}", "{{Count", "{{}}", "{{Request}}", "{{env HOME}}"]
)
@pytest.mark.parametrize("command", ["pub", "req"])
def test_what_is_no_template_is_refused_before_anything_is_sent(command, bad, cli, listener, subject):
    for arguments in ([subject, bad], [f"{subject}.{bad}", "x"], [subject, "x", "-H", f"A:{bad}"]):
        refused = cli(command, *arguments)
        assert (refused.code, refused.out) == (2, b""), refused
        error, hint = refused.err.splitlines()
        assert error.startswith("natscli: ")
        assert hint == "hint: --no-templates sends braces as they are"

    assert listener.received() == []


def test_a_subject_that_cannot_be_once_it_is_filled_in_is_refused(cli, listener, subject):
    refused = cli("pub", f"{subject}.{{{{Random 0 0}}}}", "x")

    assert refused.code == 2
    assert "empty token" in refused.err
    assert listener.received() == []


def test_a_subject_that_may_not_be_once_it_is_filled_in_is_refused_by_the_server(cli, make_server, subject):
    strict = make_server(extra=denying("publish", f"{subject}.3"))

    with Listener(strict.url, f"{subject}.>") as listener:
        refused = cli("pub", f"{subject}.{{{{Count}}}}", "x", "--count", "5", "--server", strict.url)

        assert refused.code == 4
        assert f"{subject}.3" in refused.err
        assert f"{subject}.3".encode() not in [message.subject for message in listener.received()]


@pytest.mark.parametrize(
    ("options", "asked"),
    [([], [b"Request 1", b"Request 2"]), (["--no-templates"], [b"Request {{Count}}"] * 2)],
)
def test_requests_are_numbered(options, asked, cli, server, subject):
    with answering(server.url, subject, echo) as requests:
        replied = cli("req", subject, "Request {{Count}}", "--count", "2", *options)

    assert [request.payload for request in requests] == asked
    assert replied.out.split(b"\n")[:2] == asked


@pytest.mark.parametrize(
    ("body", "answers"),
    [
        ("{{Request}}!", [b"a{{ID}}!", b"!", b"\xff!"]),
        ("{{.Count}}:{{ Request }}", [b"0:a{{ID}}", b"1:", b"2:\xff"]),
        ("{{Time}}", None),
    ],
)
def test_an_answer_is_filled_in_with_what_was_asked(body, answers, start, server, subject):
    service = start("reply", subject, body, "-H", "N:{{Count}}")
    service.says("Listening")

    with Listener(server.url) as peer:
        said = [ask(peer, subject, payload) for payload in (b"a{{ID}}", b"", b"\xff")]

    assert answers is None or [answer.payload for answer in said] == answers
    assert [parse_headers(answer.headers).get("N") for answer in said] == ["0", "1", "2"]


def test_an_answer_without_templates_keeps_its_braces(start, server, subject):
    service = start("reply", subject, "{{Request}}", "--no-templates")
    service.says("Listening")

    with Listener(server.url) as peer:
        assert ask(peer, subject, b"a").payload == b"{{Request}}"


@pytest.mark.parametrize("bad", ["{{Nothing}}", "{{Request", "{{Random 1}}"])
def test_an_answer_that_is_no_template_is_refused_at_the_start(bad, cli, subject):
    for arguments in ([bad], ["x", "-H", f"A:{bad}"]):
        refused = cli("reply", subject, *arguments)
        assert (refused.code, refused.out) == (2, b"")
