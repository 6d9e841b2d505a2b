"""sub with filters and decoders: what is received and shown, and what is refused before anybody connects."""

import builtins
import gzip
import json

import cbor2
import msgpack
import pytest
from google.protobuf import descriptor_pb2

from natscli.wire.encode import pub
from natscli.wire.headers import encode_headers
from tests.messaging.parties import telling

NOBODY = "nats://127.0.0.1:1"  # who connects to it fails with 3, not 2


@pytest.fixture
def hear(cli, server, subject):
    """Run ``sub`` on the test's subject while somebody sends it bodies, with headers or without."""

    def run(*arguments: str, say):
        bodies = [body if isinstance(body, tuple) else (body, []) for body in say]
        frames = [pub(subject.encode(), body, b"", encode_headers(headers)) for body, headers in bodies]
        with telling(server, *frames, to=subject):
            return cli("sub", subject, *arguments, "--timeout", "5s")

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ["--where", "json.n > 1 and size < 100"],
        ["--grep", '"n":[23]'],
        ["--header", "Kind=b"],
        ["--header", "Kind", "--header", "kind=b"],
        ["--not", "--grep", '"n":1'],
        ["--grep", "n", "--where", 'headers["kind"] == "b"'],
    ],
)
def test_what_does_not_match_is_neither_shown_nor_counted(hear, subject, arguments):
    say = [
        (b'{"n":1}', [("Kind", "a")]),
        (b'{"n":2}', [("Kind", "b")]),
        (b'{"n":1}', []),
        (b'{"n":3}', [("Kind", "b")]),
    ]

    heard = hear(*arguments, "--raw", "--count", "2", say=say)

    assert heard == (0, b'{"n":2}\n{"n":3}\n', f"Subscribing on {subject}\n")


def test_messages_are_numbered_as_they_are_shown(hear, subject):
    heard = hear("--where", 'data == "y"', "--count", "2", say=[b"n", b"y", b"n", b"y"])

    assert heard.text == f'[#1] Received on "{subject}"\ny\n\n[#2] Received on "{subject}"\ny\n\n'


def test_a_message_that_an_expression_cannot_be_evaluated_for_is_left_out(hear):
    say = [b"\xff", b"[", b'{"user":1}', b"", b'{"user":{"id":7}}']

    assert hear("--where", "json.user.id == 7", "--raw", "--count", "1", say=say).out == b'{"user":{"id":7}}\n'


def test_a_filter_goes_with_ignored_subjects_and_with_a_table(hear, cli, server, subject):
    frames = [pub(f"{subject}.{where}".encode(), body) for body in (b"y", b"n") for where in "ab"]
    with telling(server, *frames, to=f"{subject}.a"):
        heard = cli("sub", f"{subject}.*", "-I", f"{subject}.a", "--grep", "y", "--raw", "--count", "1")
    assert heard.out == b"y\n"

    table = hear("--report-subjects", "-o", "json", "--grep", "y", "--count", "2", say=[b"y", b"nn", b"y"])
    assert (json.loads(table.out)["messages"], json.loads(table.out)["payload_bytes"]) == (2, 2)


def test_waiting_in_vain_for_one_that_matches_is_a_time_out(hear):
    assert hear("--grep", "never", "--wait", "5s", say=[b"a", b"b"]).code == 5


def test_bodies_are_decoded_before_they_are_shown(hear, subject):
    say = [
        (msgpack.packb({"a": "é"}), [("Content-Type", "application/msgpack")]),
        gzip.compress(b"text", mtime=0),
        b"x",
    ]

    assert hear("--decode", "auto", "--raw", "--count", "3", say=say).out == b'{"a":"\\u00e9"}\ntext\nx\n'
    assert hear("--decode", "auto", "--count", "3", say=say).text == (
        f'[#1] Received on "{subject}"\nContent-Type: application/msgpack\n\n{{"a":"\\u00e9"}}\n\n'
        f'[#2] Received on "{subject}"\ntext\n\n[#3] Received on "{subject}"\nx\n\n'
    )
    lines = hear("--decode", "auto", "-o", "json", "--count", "3", say=say).out.splitlines()
    assert [json.loads(line)["data"] for line in lines] == ['{"a":"\\u00e9"}', "text", "x"]


def test_pretty_structures_stand_on_many_lines(hear):
    assert hear("--decode", "cbor", "--pretty", "--raw", "--count", "1", say=[cbor2.dumps({"a": ["é"]})]).text == (
        '{\n  "a": [\n    "é"\n  ]\n}\n'
    )


def test_an_expression_sees_the_decoded_body(hear):
    say = [msgpack.packb({"n": 1}), msgpack.packb({"n": 2})]

    assert hear("--decode", "msgpack", "--where", "json.n == 2", "--raw", "--count", "1", say=say).out == b'{"n":2}\n'


def test_a_decoded_body_goes_to_the_program(hear):
    heard = hear("--decode", "gzip", "--translate", "tr a-z A-Z", "--raw", "--count", "1", say=[gzip.compress(b"abc")])

    assert heard.out == b"ABC\n"


def test_what_cannot_be_decoded_is_shown_as_it_came_and_counted(hear):
    heard = hear("--decode", "json", "--raw", "--count", "4", say=[b"[1, 2]", b"[", b"", b"\xff"])

    assert (heard.code, heard.out) == (0, b"[1,2]\n[\n\n\xff\n")
    _, warning = heard.err.splitlines()
    assert warning.startswith("warning: 2 messages could not be decoded and are shown as they came, the last because")
    assert warning.endswith("it is not JSON: not UTF-8")


def test_a_bomb_is_shown_as_it_came(hear):
    bomb = gzip.compress(bytes(80 * 1024 * 1024), 9)

    heard = hear("--decode", "auto", "--raw", "--count", "1", say=[bomb])

    assert (heard.code, heard.out) == (0, bomb + b"\n")
    assert "1 message could not be decoded and is shown as it came" in heard.err
    assert "16.0 MiB" in heard.err


def test_a_message_is_decoded_by_its_descriptor(hear, tmp_path):
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", package="a")
    file.message_type.add(name="B").field.add(name="text", number=1, type=9, label=1)
    (tmp_path / "set.pb").write_bytes(descriptor_pb2.FileDescriptorSet(file=[file]).SerializeToString())

    heard = hear("--decode", f"proto:{tmp_path}/set.pb#a.B", "--raw", "--count", "1", say=[b"\x0a\x02hi"])

    assert heard.out == b'{"text":"hi"}\n'


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--where", ""], "empty"),
        (["--where", "subject =="], "cannot be read"),
        (["--where", "().__class__"], "not allowed"),
        (["--where", "2 ** 99999999"], "not allowed"),
        (["--where", "topic == 1"], "'topic' is unknown"),
        (["--where", "open('/etc/passwd')"], "cannot be called"),
        (["--grep", "("], "no regular expression"),
        (["--header", "=x"], "cannot be the name"),
        (["--header", "a b=x"], "cannot be the name"),
        (["--not"], "--not needs"),
        (["--decode", "yaml"], "'yaml' is unknown"),
        (["--decode", "proto:missing.pb#a.B"], "no such file"),
        (["--decode", "proto:missing.pb"], "which message"),
        (["--pretty"], "--pretty needs --decode"),
        (["--match-replies", "--grep", "x"], "do not go together"),
        (["--match-replies", "--header", "x"], "do not go together"),
        (["--match-replies", "--where", "size > 1"], "do not go together"),
        (["--match-replies", "--decode", "json"], "do not go together"),
        (["--report-subjects", "--decode", "json"], "do not go together"),
    ],
)
def test_what_cannot_be_done_is_refused_before_connecting(cli, arguments, reason):
    refused = cli("sub", "a", "-s", NOBODY, *arguments)

    assert (refused.code, refused.out) == (2, b"")
    assert reason in refused.err
    assert len(refused.err.splitlines()) <= 2


@pytest.mark.parametrize(
    ("decoder", "library"), [("msgpack", "msgpack"), ("cbor", "cbor2"), ("proto:x#y", "google.protobuf")]
)
def test_a_decoder_that_is_not_installed_is_refused_before_connecting(cli, monkeypatch, decoder, library):
    real = builtins.__import__

    def importing(name, *rest):
        if name.split(".")[: library.count(".") + 1] == library.split("."):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)

    refused = cli("sub", "a", "-s", NOBODY, "--decode", decoder)

    assert refused.code == 2
    assert "pip install 'natscli[decode]'" in refused.err
