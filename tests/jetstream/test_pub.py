"""``natscli pub --jetstream`` against a real server: exit code 0 means that a stream has every message."""

import json
import os
import signal
import subprocess
import time

import pytest

from natscli.errors import ExitCode
from tests.jetstream.asking import ask, make_stream
from tests.jetstream.faults import BACKLOG_S, FAULTS, SECONDS
from tests.processes import freeze
from tests.test_schemas import check_lines
from tests.waiting import BEFORE_TIMEOUT_S, eventually


def stored(url, stream):
    return ask(url, f"STREAM.INFO.{stream}")["state"]


def headers_of(url, stream, sequence):
    from base64 import b64decode

    answer = ask(url, f"STREAM.MSG.GET.{stream}", {"seq": sequence})
    return b64decode(answer["message"].get("hdrs", "")).decode()


def body_of(url, stream, sequence):
    from base64 import b64decode

    return b64decode(ask(url, f"STREAM.MSG.GET.{stream}", {"seq": sequence})["message"].get("data", ""))


def bodies_of(url, stream):
    return [body_of(url, stream, number) for number in range(1, stored(url, stream)["messages"] + 1)]


# -- one message -----------------------------------------------------------------------------------


def test_what_is_stored_is_said_as_the_go_cli_says_it(cli, make):
    stream = make()

    result = cli("pub", f"{stream}.a", "hi", "-J")

    said = f'Published 2 bytes to "{stream}.a"\nStored in Stream: {stream} Sequence: 1\n'
    assert result == (ExitCode.DONE, b"", said)


def test_an_id_is_stored_once(cli, server, make):
    stream = make()
    cli("pub", f"{stream}.a", "hi", "-J", "--msg-id", "one")

    again = cli("pub", f"{stream}.a", "hi", "-J", "--msg-id", "one", "-o", "json", "-q")

    assert (again.code, again.err) == (ExitCode.DONE, "")
    assert json.loads(again.out) == {"subject": f"{stream}.a", "stream": stream, "seq": 1, "duplicate": True}
    check_lines("pub-ack", again.out, 1)
    assert stored(server.url, stream)["messages"] == 1


def test_an_option_wins_over_a_typed_header_of_its_name(cli, server, make):
    stream = make(allow_msg_schedules=True)

    result = cli(
        "pub", f"{stream}.plan", "hi", "--schedule-dest", f"{stream}.go", "--schedule-every", "90s",
        "-H", f"nats-schedule-target:{stream}.elsewhere", "-H", "A:1",
    )  # fmt: skip

    assert result.code == ExitCode.DONE, result.err
    headers = headers_of(server.url, stream, 1)
    assert headers.lower().count("nats-schedule-target") == 1
    assert {f"Nats-Schedule-Target: {stream}.go", "Nats-Schedule: @every 90s", "A: 1"} <= set(headers.splitlines())


def test_what_is_scheduled_is_published(cli, server, make):
    stream = make(allow_msg_schedules=True)

    assert cli("pub", f"{stream}.plan", "now", "--schedule-dest", f"{stream}.go", "--schedule-after", "100ms").code == 0

    eventually(lambda: stored(server.url, stream)["last_seq"] >= 2, 30)


def test_a_time_to_live_is_the_message_s_own(cli, server, make):
    stream = make(allow_msg_ttl=True)

    assert cli("pub", f"{stream}.a", "hi", "-J", "--ttl", "1m").code == 0

    assert "Nats-TTL: 60s" in headers_of(server.url, stream, 1)


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--expect-last-seq", "7"], ExitCode.FAILED, "wrong last sequence: 0 (10071)"),
        (["--expect-last-subject-seq", "7"], ExitCode.FAILED, "wrong last sequence: 0 (10071)"),
        (["--expect-last-msg-id", "x"], ExitCode.FAILED, "wrong last msg ID: "),
        (["--expect-stream", "OTHER"], ExitCode.FAILED, "expected stream does not match (10060)"),
        (["--ttl", "5s"], ExitCode.FAILED, "(10166)"),
    ],
)
def test_a_refusal_is_named(cli, server, make, options, code, said):
    stream = make()

    result = cli("pub", f"{stream}.a", "hi", "-J", *options)

    assert (result.code, result.out) == (code, b"")
    assert f"message 1 to '{stream}.a'" in result.err
    assert said in result.err
    assert stored(server.url, stream)["messages"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--msg-id", "1"], "--msg-id needs --jetstream"),
        (["-J", "--msg-id", "{{Nope}}"], "is no function"),
        (["-J", "--reply", "r"], "--reply and --jetstream do not go together"),
        (["-J", "--retry-for", "1m"], "--retry-for needs --msg-id"),
        (["-J", "--count", "2", "--expect-last-seq", "0"], "--expect-last-seq is about one message"),
        (["--atomic"], "atomic batch publishing requires JetStream"),
        (["--atomic", "--jetstream"], "atomic batch publishing requires JetStream"),
        (["--atomic", "--count", "2", "--schedule-dest", "x"], "does not support schedules"),
        (["--atomic", "--count", "2", "--rate", "5"], "--atomic goes with neither"),
        (["--schedule-every", "5s"], "schedule destination is required"),
        (["--schedule-after", "0s", "--schedule-dest", "x"], "must be greater than 0"),
        (["--schedule-after=-1m", "--schedule-dest", "x"], "must be greater than 0"),
        (["--schedule-every", "0s", "--schedule-dest", "x"], "must be greater than 0"),
        (["--schedule-at", "soon", "--schedule-dest", "x"], "is not an RFC 3339 time"),
        (
            ["--schedule-every", "5s", "--schedule-after", "5s", "--schedule-dest", "x"],
            "--schedule-every may not be used with",
        ),
        (
            ["--schedule-at", "2040-01-01T00:00:00Z", "--schedule-after", "5s", "--schedule-dest", "x"],
            "mutually exclusive",
        ),
        (["--schedule-cron", "@daily", "--schedule-after", "5s", "--schedule-dest", "x"], "--schedule-cron"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_connecting(cli, subject, arguments, said):
    result = cli("pub", subject, "hi", *arguments, "-s", "127.0.0.1:1")

    assert result.code == ExitCode.USAGE
    assert said in result.err


def test_a_subject_that_no_stream_stores_is_said_at_once(cli, subject):
    started = time.monotonic()

    result = cli("pub", subject, "hi", "-J", "--timeout", "20s")

    assert result.code == ExitCode.NO_RESPONDERS
    assert result.err.startswith(f"natscli: message 1 to '{subject}': no stream stores it")
    assert time.monotonic() - started < 10


def test_without_jetstream_nobody_stores(cli, make_server, subject):
    assert cli("pub", subject, "hi", "-J", "-s", make_server().url).code == ExitCode.NO_RESPONDERS


def test_somebody_who_is_no_stream_is_not_believed(cli, start, subject):
    reply = start("reply", subject, "yes")
    reply.says("Listening")

    result = cli("pub", subject, "hi", "-J")

    assert result.code == ExitCode.FAILED
    assert "the reply is no acknowledgement" in result.err


def test_a_stream_without_a_leader_is_named(cli, start, subject):
    """What a server says of one; it says it for the stream."""
    answer = '{"error":{"code":503,"err_code":10008,"description":"JetStream system temporarily unavailable"}}'
    reply = start("reply", subject, answer, "--no-templates")
    reply.says("Listening")

    result = cli("pub", subject, "hi", "-J")

    assert result.code == ExitCode.FAILED
    assert "JetStream system temporarily unavailable (10008)" in result.err
    assert "elects a leader" in result.err


@pytest.mark.parametrize("more", [[], ["--msg-id", "1"]])
def test_a_frozen_server_costs_the_time_out(cli, make_server, more):
    frozen = make_server(jetstream=True)
    make_stream(frozen.url, "F")
    publisher = ["pub", "F.a", "{{Count}}", "-J", "--timeout", "300ms", "-s", frozen.url, *more]
    cli(*publisher)
    freeze(frozen.pid)
    started = time.monotonic()

    result = cli(*publisher)

    assert result.code in (ExitCode.TIMEOUT, ExitCode.CONNECTION)
    assert time.monotonic() - started < BEFORE_TIMEOUT_S
    os.kill(frozen.pid, signal.SIGCONT)


def test_a_stream_that_does_not_acknowledge_is_a_time_out(cli, server, make):
    stream = make(no_ack=True)

    result = cli("pub", f"{stream}.a", "hi", "-J", "--timeout", "4s")

    assert result.code == ExitCode.TIMEOUT
    assert "no acknowledgement within" in result.err
    assert "of 1 it is not known" in result.err


# -- many ------------------------------------------------------------------------------------------


def test_many_are_stored_in_order(cli, server, make):
    stream = make()

    result = cli("pub", f"{stream}.a", "m{{Count}}", "--count", "2000", "-J", "-o", "json")

    assert result.code == ExitCode.DONE
    assert [json.loads(line)["seq"] for line in result.out.splitlines()] == list(range(1, 2001))
    assert [body_of(server.url, stream, number) for number in (1, 1000, 2000)] == [b"m1", b"m1000", b"m2000"]
    assert f"Stored in Stream: {stream} Sequences: 1 to 2,000" in result.err


@pytest.mark.parametrize(("option", "data"), [("newline", b"a\nb\nc"), ("nul", b"a\0b\0c")], ids=["newline", "nul"])
def test_each_piece_of_standard_input_is_stored(cli, server, make, option, data):
    stream = make()

    assert cli("pub", f"{stream}.a", "-J", "--send-on", option, stdin=data).code == ExitCode.DONE

    assert bodies_of(server.url, stream) == [b"a", b"b", b"c"]


def test_an_acknowledgement_is_printed_while_more_is_waited_for(start, make):
    stream = make()
    pub = start("pub", f"{stream}.a", "-J", "--send-on", "newline", "-o", "json", stdin=subprocess.PIPE)
    pub.popen.stdin.write(b"one\n")
    pub.popen.stdin.flush()

    pub.prints(b'"seq": 1,', 30)
    pub.popen.stdin.close()
    pub.popen.stdin = None

    assert pub.end() == ExitCode.DONE


def test_whoever_reads_the_acknowledgements_may_go(start, make):
    into, out_of = os.pipe()
    pub = start("pub", f"{make()}.a", "x", "--count", "100000", "-J", "-o", "json", stdout=out_of)
    os.close(out_of)
    os.close(into)

    assert pub.end(30) in (0, -signal.SIGPIPE, 128 + signal.SIGPIPE)
    assert "fault" not in pub.err


def test_a_lost_server_without_ids_is_told_with_what_is_known(make_server, start):
    running = make_server(jetstream=True)
    make_stream(running.url, "L")
    pub = start("pub", "L.a", "-J", "--send-on", "newline", "-o", "json", url=running.url, stdin=subprocess.PIPE)
    pub.popen.stdin.write(b"one\n")
    pub.popen.stdin.flush()
    pub.prints(b'"seq": 1,', 30)

    os.kill(running.pid, signal.SIGKILL)

    assert pub.end(30) == ExitCode.CONNECTION
    assert "1 of 1 message are stored" not in pub.err
    assert "1 of 1 message is stored" in pub.err


def test_lines_are_stored_with_ids_of_where_they_came_from(cli, server, make):
    stream = make()
    line = b'{"subject":"%b.a","stream":"ORIGIN","stream_seq":%d,"headers":{"nats-msg-id":["old"]},"data":"x"}\n'
    lines = b"".join(line % (stream.encode(), number) for number in (7, 8, 7))

    result = cli("pub", "--ndjson", "-J", "--msg-id", "{{Stream}}/{{Sequence}}", stdin=lines)

    assert result.code == ExitCode.DONE, result.err
    assert "Duplicates: 1" in result.err
    assert "Nats-Msg-Id: ORIGIN/8" in headers_of(server.url, stream, 2)
    assert "old" not in headers_of(server.url, stream, 1)


def test_a_line_that_came_from_no_stream_has_no_such_id(cli, server, make):
    stream = make()

    result = cli(
        "pub", "--ndjson", "-J", "--msg-id", "{{Sequence}}",
        stdin=b'{"subject":"%b.a","data":"x"}\n' % stream.encode(),
    )  # fmt: skip

    assert result.code == ExitCode.FAILED
    assert "standard input line 1: it has no stream and stream_seq for the id" in result.err


def test_a_limit_that_is_reached_ends_it_and_says_how_much_is_stored(cli, server, make):
    stream = make(max_msgs=3, discard="new")

    result = cli("pub", f"{stream}.a", "x", "--count", "5", "-J", "--window", "1")

    assert result.code == ExitCode.FAILED
    assert f"message 4 to '{stream}.a': maximum messages exceeded (10077); 3 of 4 messages are stored" in result.err
    assert stored(server.url, stream)["messages"] == 3


def test_a_batch_is_stored_whole(cli, server, make):
    stream = make(allow_atomic=True)

    result = cli("pub", f"{stream}.a", "--atomic", "--send-on", "newline", stdin=b"a\nb\nc\n")

    assert result.code == ExitCode.DONE, result.err
    assert "Messages: 3 Sequence: 3" in result.err
    assert bodies_of(server.url, stream) == [b"a", b"b", b"c"]


def test_a_batch_whose_condition_fails_stores_nothing(cli, server, make):
    stream = make(allow_atomic=True)

    result = cli("pub", f"{stream}.a", "{{Count}}", "--count", "3", "--atomic", "--expect-last-seq", "9")

    assert result.code == ExitCode.FAILED
    assert "(10071)" in result.err
    assert stored(server.url, stream)["messages"] == 0


def test_a_batch_with_a_bad_line_stores_nothing(cli, server, make):
    stream = make(allow_atomic=True)
    good = b'{"subject":"%b.a","data":"x"}\n' % stream.encode()

    result = cli("pub", "--ndjson", "--atomic", stdin=good + good + b"{\n")

    assert result.code == ExitCode.FAILED
    assert "line 3: it is not JSON" in result.err
    assert stored(server.url, stream)["messages"] == 0


def test_a_batch_of_nothing_is_none(cli, make):
    result = cli("pub", f"{make()}.a", "--atomic", "--send-on", "newline", stdin=b"")

    assert (result.code, result.err) == (ExitCode.FAILED, "natscli: no messages to publish\n")


def test_a_stream_without_batches_says_so(cli, make):
    result = cli("pub", f"{make()}.a", "x", "--count", "2", "--atomic")

    assert result.code == ExitCode.FAILED
    assert "atomic publish is disabled (10174)" in result.err


# -- conservation ----------------------------------------------------------------------------------


def _published_through_faults(faulty, start, way):
    """Return how many messages were published while it went on, and the acknowledgements."""
    publisher = start(
        "pub", "C.a", "-J", "--send-on", "newline", "--msg-id", "id-{{Count}}", "--retry-for", "45s", "-o", "json",
        url=way, stdin=subprocess.PIPE,
    )  # fmt: skip
    sent = 0
    for _ in range(FAULTS + 1):
        end = time.monotonic() + SECONDS / (FAULTS + 1)
        while time.monotonic() < end:
            for _ in range(50):
                sent += 1
                publisher.popen.stdin.write(b"%d\n" % sent)
            publisher.popen.stdin.flush()
            assert publisher.popen.poll() is None, publisher.err
        if len(faulty.told) < FAULTS:
            faulty.strike()
    publisher.popen.stdin.close()
    publisher.popen.stdin = None

    assert publisher.end(BACKLOG_S) == ExitCode.DONE, publisher.err
    return sent, publisher.out


@pytest.mark.timeout(480)
def test_what_is_acknowledged_outlives_faults_of_the_server_and_nothing_is_stored_twice(faulty, start, record_property):
    """Seconds in ``make test``; a minute with NATSCLI_LONG=1, of which NATSCLI_SEED decides the faults."""
    make_stream(faulty.url, "C", storage="file", duplicate_window=600_000_000_000)
    with faulty.ways(1) as (way,):
        sent, out = _published_through_faults(faulty, start, way)

    acks = [json.loads(line) for line in out.splitlines()]
    state = stored(faulty.url, "C")
    assert [ack["seq"] for ack in acks] == list(range(1, sent + 1))
    assert state["messages"] == state["last_seq"] == sent
    assert body_of(faulty.url, "C", sent) == b"%d" % sent
    record_property("figure", f"pub --jetstream, {faulty}: {sent:,} stored, 0 lost, 0 twice")


@pytest.mark.parametrize("count", ["1", "3"])
def test_a_subject_that_is_not_permitted_is_refused_and_what_is_permitted_is_said(cli, make_server, count):
    refusing = make_server(
        jetstream=True,
        extra='authorization { users = [{ user: a, password: a, permissions: { publish: { deny: ["no.>"] } } }] }',
    )

    url = refusing.url.replace("://", "://a:a@")
    result = cli("pub", "no.x", "hi", "-J", "--count", count, "-s", url)

    assert result.code == ExitCode.REFUSED
    assert "the server does not permit to publish to 'no.x'" in result.err
    assert "it is not known" not in result.err
    assert "permitted: all, not 'no.>'" in result.err
