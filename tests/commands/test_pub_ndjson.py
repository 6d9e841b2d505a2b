"""pub --ndjson: what sub -o json prints goes back as it was, through any tool in between."""

import re
import shutil
import signal
import subprocess
import sys
import time

import pytest

from natscli.messaging import zstd
from natscli.messaging.ndjson import encode_line, format_time
from natscli.text.durations import parse_duration
from natscli.wire.message import Message
from tests.messaging.parties import Listener, denying
from tests.messaging.recordings import line, mixed, plain_line
from tests.waiting import eventually


@pytest.fixture
def hear(server, subject):
    with Listener(server.url, f"{subject}.>") as listener:
        yield listener


def as_sent(found):
    return [Message(message.subject, message.payload, message.reply, message.headers) for message in found]


def as_lines(sent):
    return b"".join(encode_line(message, format_time(0)) for message in sent)


def test_every_message_goes_out_exactly(cli, hear, subject):
    sent = list(mixed(400, subject))

    code, out, said = cli("pub", "--ndjson", stdin=as_lines(sent))

    size = sum(len(message.payload) for message in sent)
    assert (code, out, said) == (0, b"", f"Published 400 messages with {size:,} bytes\n")
    assert as_sent(hear.received()) == sent


@pytest.mark.parametrize("ending", ["", ".zst"])
def test_a_file_is_read_as_well(ending, cli, hear, subject, tmp_path):
    sent = list(mixed(20, subject))
    data = as_lines(sent)
    (tmp_path / f"t{ending}").write_bytes(zstd.compress(data) if ending else data)

    assert cli("pub", "--ndjson", f"@{tmp_path}/t{ending}").code == 0
    assert as_sent(hear.received()) == sent


def test_what_sub_prints_goes_back_through_jq(start, cli, hear, server, subject):
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    sent = [
        Message(f"{subject}.a".encode(), b"\xff\x00", b"in.1", b"NATS/1.0\r\nA:  1\r\nB: \xff\r\n\r\n"),
        Message(
            f"{subject}.b".encode(),
            "Ärger \U0001f600 \u2028\x1b\x00".encode(),
            b"",
            b"NATS/1.0\r\nA: 1\r\nA: 2\r\n\r\n",
        ),
        Message(f"{subject}.c".encode(), b""),
    ]
    sub = start("sub", f"{subject}.*", "-o", "json", "--count", str(len(sent)))
    sub.says("Subscribing")
    for message in sent:
        hear.publish(message.subject, message.payload, message.reply, message.headers)
    assert sub.end() == 0
    hear.received()

    jq = subprocess.run(["jq", "-c", '.subject += ".back"'], input=sub.out, capture_output=True, check=True)

    assert cli("pub", "--ndjson", stdin=jq.stdout).code == 0
    assert as_sent(hear.received()) == [m._replace(subject=m.subject + b".back") for m in sent]


def test_lines_go_out_as_they_come(start, hear, subject):
    publisher = start("pub", "--ndjson", stdin=subprocess.PIPE)
    for number in range(3):
        publisher.popen.stdin.write(line(f"{subject}.a", str(number)))
        publisher.popen.stdin.flush()
        eventually(lambda wanted=number: hear.payloads() == [b"%d" % wanted])
    publisher.popen.stdin.close()

    assert publisher.end() == 0


def test_a_recording_s_heading_and_blank_lines_are_passed_over(cli, hear, subject):
    stdin = b'{"natscli_recording":1,"time":"x"}\n\n' + line(f"{subject}.a", "1") + b" \r\n" + line(f"{subject}.a", "2")

    assert cli("pub", "--ndjson", stdin=stdin).code == 0
    assert hear.payloads() == [b"1", b"2"]


def test_the_last_line_may_lack_its_end(cli, hear, subject):
    assert cli("pub", "--ndjson", stdin=line(f"{subject}.a", "1").rstrip()).code == 0
    assert hear.payloads() == [b"1"]


def test_nothing_is_published_from_nothing(cli):
    assert cli("pub", "--ndjson", stdin=b"") == (0, b"", "Published 0 messages with 0 bytes\n")


def test_pace_and_statistics_are_those_of_pub(cli, hear, subject):
    stdin = b"".join(line(f"{subject}.a", str(number)) for number in range(3))

    started = time.monotonic()
    code, _, said = cli("pub", "--ndjson", "--rate", "20", "--stats", stdin=stdin)
    elapsed = time.monotonic() - started

    assert (code, len(hear.payloads())) == (0, 3)
    figure = re.search(r"\n3 messages, 3 B in ([\d.]+m?s): ", said)[1]
    assert 0.09 < parse_duration(figure) <= elapsed + 0.01  # from the first on, and rounded
    assert elapsed >= 0.1


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"oops\n", "it is not JSON: expecting value at column 1"),
        (plain_line(subject="a b", data=""), "subject 'a b' has white space or control characters"),
        (plain_line(subject="a", data_b64="?"), "data_b64 is not base64"),
        (plain_line(subject="a", data="x" * 2_000_000), "the message of 2,000,000 bytes exceeds the server's limit of"),
        (b'{"natscli_recording":2}\n', "the recording was made by a newer natscli"),
    ],
    ids=["no JSON", "subject", "base64", "too large", "newer"],
)
def test_a_bad_line_is_named_and_what_stood_before_it_is_confirmed(bad, words, cli, hear, subject):
    stdin = line(f"{subject}.a", "1") + line(f"{subject}.a", "2") + bad + line(f"{subject}.a", "3")

    code, _, said = cli("pub", "--ndjson", stdin=stdin)

    first, second = said.splitlines()[:2]
    assert (code, first) == (1, "Published 2 messages with 2 bytes")
    assert second.startswith(f"natscli: standard input line 3: {words}")
    assert hear.payloads() == [b"1", b"2"]


def test_the_line_of_a_file_is_named_with_the_file(cli, tmp_path):
    (tmp_path / "t").write_bytes(b"{}\n")

    assert cli("pub", "--ndjson", f"@{tmp_path}/t").err.endswith(f"natscli: '{tmp_path}/t' line 1: it has no subject\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["orders"], "with --ndjson every line names its subject: 'orders' must go"),
        (["orders", "@file"], "'orders' must go"),
        (["@file", "body"], "'@file' must go"),
        (["--reply", "a"], "--ndjson and --reply do not go together"),
        (["-H", "A:1"], "--ndjson and --header do not go together"),
        (["--templates"], "--ndjson and --templates do not go together"),
        (["--count", "2"], "--ndjson and --count do not go together"),
        (["--send-on", "nul"], "--ndjson and --send-on do not go together"),
        (["@missing"], "file 'missing' cannot be read: no such file or directory"),
    ],
)
def test_what_would_have_to_be_passed_over_is_a_usage_error(options, words, cli):
    code, _, said = cli("pub", "--ndjson", *options, stdin=b"")

    assert (code, words in said) == (2, True)


def test_without_ndjson_a_subject_is_still_needed(cli):
    assert cli("pub") == (2, b"", "natscli: missing argument 'subject'\nhint: natscli pub --help\n")


def test_a_refused_subject_is_exit_code_4(cli, make_server, subject):
    strict = make_server(extra=denying("publish", f"{subject}.no"))

    code, _, said = cli(
        "pub", "--ndjson", "-s", strict.url, stdin=line(f"{subject}.yes", "") + line(f"{subject}.no", "")
    )

    assert (code, f"{subject}.no" in said) == (4, True)


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_ctrl_c_before_the_end_of_the_input_is_130(start, hear, subject):
    publisher = start("pub", "--ndjson", stdin=subprocess.PIPE)
    publisher.popen.stdin.write(line(f"{subject}.a", "1"))
    publisher.popen.stdin.flush()
    eventually(lambda: hear.payloads() == [b"1"])

    publisher.signal(signal.SIGINT)

    assert publisher.end() == 130
