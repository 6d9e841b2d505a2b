"""Every document natscli writes keeps to its schema in docs/schemas."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, ValidationError

from natscli.wire.encode import pub
from natscli.wire.message import Message
from tests.jetstream.asking import make_stream
from tests.messaging.parties import telling

SCHEMAS = Path(__file__).parent.parent / "docs" / "schemas"


def check(name, document):
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(document)


def check_lines(name, out, count):
    lines = out.splitlines()
    assert len(lines) == count
    for line in lines:
        check(name, json.loads(line))


def test_messages_keep_to_the_schema(cli, start, subject):
    sub = start("sub", subject, "-o", "json", "--count", "3")
    sub.says("Subscribing")

    cli("pub", subject, "text", "--reply", "answers.go.here")
    cli("pub", subject, "-", "-H", "A:1", "-H", "A:2", "-H", "Empty:", stdin=b"\x00\xff")
    cli("pub", subject, "")

    assert sub.end() == 0
    check_lines("message", sub.out, 3)


def test_recordings_keep_to_the_schema(cli, server, subject):
    sent = [
        Message(subject.encode(), b"x", b"", b"NATS/1.0 100\r\nA:  1\r\nb: \xff\r\n\r\n"),
        Message(subject.encode(), b""),
    ]
    with telling(server, *[pub(*message) for message in sent], to=subject):
        cli("record", subject, "-O", "t.ndjson", "--count", "2")

    heading, *lines = Path("t.ndjson").read_bytes().splitlines()

    check("recording", json.loads(heading))
    check_lines("message", b"\n".join(lines), 2)
    assert b"headers_b64" in lines[0]


def test_pairs_keep_to_the_schema(cli, start, subject):
    sub = start("sub", subject, "--match-replies", "-o", "json", "--count", "3", "--timeout", "4s")
    sub.says("Subscribing")
    reply = start("reply", subject, "yes", "--count", "1")
    reply.says("Listening")

    cli("req", subject, "?")
    cli("pub", subject, "tells", "--no-templates")
    cli("pub", subject, "asks", "--reply", "_INBOX.nobody.there")

    assert sub.end() == 0
    check_lines("pair", sub.out, 3)


def test_reports_keep_to_the_schema(cli, start, subject):
    sub = start("sub", f"{subject}.*", "--report-subjects", "-o", "json", "--count", "2")
    sub.says("Subscribing")

    cli("pub", f"{subject}.{{{{Count}}}}", "x", "--count", "2")

    assert sub.end() == 0
    check_lines("traffic", sub.out, 2)


def test_round_trips_keep_to_the_schema(cli, server):
    check("rtt", json.loads(cli("rtt", "2", "--json").out))
    check("rtt", json.loads(cli("rtt", "--json", "-s", "127.0.0.1:1").out))


@pytest.mark.parametrize("monitored", [False, True])
def test_server_info_keeps_to_the_schema(cli, server, monitored):
    monitor = ["--monitor", server.monitor_url] if monitored else []

    document = json.loads(cli("server-info", "--json", *monitor).out)

    check("server-info", document)
    assert (document["varz"] is not None) == monitored


def test_what_is_said_of_a_stream_keeps_to_the_schema(cli, server, subject):
    name = subject.replace(".", "_")
    make_stream(server.url, name, subjects=[subject])
    cli("pub", subject, "x", "--count", "4", "-H", "A:1")
    cli("stream", "rmm", name, "2", "-f")

    check("gaps", json.loads(cli("stream", "gaps", name, "--json").out))
    check("stored-message", json.loads(cli("stream", "get", name, "1", "--json").out))
    check("moves", json.loads(cli("stream", "cluster", "balance", "--json").out))
    assert cli("stream", "rm", name, "-f").code == 0


def test_the_schemas_refuse_what_is_none():
    with pytest.raises(ValidationError):
        check("message", {"subject": "a", "time": "2026-11-23T12:00:00.000001Z", "data": "x", "data_b64": "eA=="})
    with pytest.raises(ValidationError):
        check("message", {"subject": "a", "time": "yesterday", "data": "x"})
