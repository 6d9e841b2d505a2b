"""``natscli sub`` on streams, against a real server."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
from base64 import b64decode
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.consumers import delete_consumer
from tests.jetstream.asking import ask, make_consumer, make_stream, store, with_api
from tests.jetstream.faults import BACKLOG_S, FAULTS, SECONDS
from tests.processes import freeze
from tests.test_schemas import check_lines
from tests.waiting import BEFORE_TIMEOUT_S, eventually

PEER = shutil.which("nats")


@pytest.fixture
def filled(server, make):
    """A stream with bodies a, b and c on NAME.1, NAME.2 and NAME.1."""
    name = make(allow_direct=True)
    for token, body in (("1", b"a"), ("2", b"b"), ("1", b"c")):
        store(server.url, f"{name}.{token}", body)
    return name


def consumer(url, stream, name):
    return ask(url, f"CONSUMER.INFO.{stream}.{name}")


def _stands(url, stream, name):
    """How many messages wait to be acknowledged, and up to which all are."""
    info = consumer(url, stream, name)
    return info["num_ack_pending"], info["ack_floor"]["stream_seq"]


# -- where from ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "bodies", "said"),
    [
        ([], b"a\nb\nc\n", "from first received message"),
        (["--all"], b"a\nb\nc\n", "from first received message"),
        (["--last"], b"c\n", "from last received message"),
        (["--start-sequence", "2"], b"b\nc\n", "starting at sequence 2"),
        (["--since", "10m"], b"a\nb\nc\n", "since 10m"),
        (["--last-per-subject"], b"b\nc\n", "for last message per subject"),
        (["--new"], b"", "for new messages"),
    ],
)
def test_a_stream_is_read_from_where_it_is_said_to_its_end(cli, filled, options, bodies, said):
    started = time.monotonic()

    result = cli("sub", "--stream", filled, *options, "--terminate-at-end", "--raw")

    assert result == (ExitCode.DONE, bodies, f"Subscribing to subject > {said}\n")
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    ("options", "bodies", "said"),
    [
        (["--all"], b"a\nb\nc\n", "starting with the first message received"),
        (["--last"], b"c\n", "starting with the last message received"),
        (["--start-sequence", "2"], b"b\nc\n", "starting with sequence 2"),
        (["--since", "10m"], b"a\nb\nc\n", "starting with messages since 10m"),
        (["--last-per-subject"], b"b\nc\n", "for the last messages for each subject in the Stream"),
        (["--new"], b"", "delivering any new messages received"),
    ],
)
def test_a_stream_is_read_directly(cli, filled, options, bodies, said):
    result = cli("sub", "--stream", filled, *options, "--direct", "-T", "--raw")

    assert (result.code, result.out) == (ExitCode.DONE, bodies)
    assert result.err == f"Subscribing to JetStream Stream (direct) holding messages with subject {filled}.> {said}\n"


@pytest.mark.parametrize("more", [[], ["--direct"], ["--durable", "D"]], ids=["ordered", "direct", "durable"])
def test_an_empty_stream_has_its_end_at_once(cli, make, more):
    result = cli("sub", "--stream", make(allow_direct=True), *more, "-T", "--raw")

    assert (result.code, result.out) == (ExitCode.DONE, b"")


def test_the_stream_of_a_subject_is_found(cli, filled):
    result = cli("sub", f"{filled}.1", "--last-per-subject", "-T", "--raw")

    assert (result.code, result.out) == (ExitCode.DONE, b"c\n")


@pytest.mark.parametrize("more", [[], ["--direct"]], ids=["ordered", "direct"])
def test_what_comes_later_comes(cli, start, filled, more):
    sub = start("sub", "--stream", filled, "--new", "--count", "2", "--raw", *more)
    sub.says("Subscribing")

    cli("pub", f"{filled}.x", "later {{Count}}", "--count", "2", "-J")

    assert sub.end() == ExitCode.DONE
    assert sub.out == b"later 1\nlater 2\n"


# -- how it is shown -------------------------------------------------------------------------------


def test_people_see_what_the_go_cli_shows(cli, filled):
    result = cli("sub", "--stream", filled, "--last", "-T")

    line, body, *_ = result.text.splitlines()
    form = rf"\[#1\] Received JetStream message: stream: {filled} seq: 3 / pending: 0 / subject: {filled}.1 / time: "
    assert re.fullmatch(form + r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", line)
    assert body == "c"


def test_people_see_that_a_message_was_got_directly(cli, filled):
    line = cli("sub", "--stream", filled, "--last", "-T", "--direct").text.splitlines()[0]

    assert line.startswith(
        f"[#1] Received JetStream message (direct): stream: {filled} seq 3 / subject: {filled}.1 / time: "
    )


def test_json_tells_where_a_message_stands(cli, filled):
    result = cli("sub", "--stream", filled, "--durable", "D", "-T", "-o", "json")

    check_lines("message", result.out, 3)
    second = json.loads(result.out.splitlines()[1])
    told = ("stream", "stream_seq", "consumer", "consumer_seq", "delivered", "pending", "subject", "data")
    assert [second[key] for key in told] == [filled, 2, "D", 2, 1, 1, f"{filled}.2", "b"]
    assert "reply" not in second


def test_json_of_what_was_got_directly_has_no_consumer(cli, filled):
    result = cli("sub", "--stream", filled, "--direct", "-T", "-o", "json")

    check_lines("message", result.out, 3)
    assert "consumer" not in json.loads(result.out.splitlines()[0])


@pytest.mark.parametrize(("option", "shown"), [("--timestamp", r" @ \w{3} [ \d]\d [\d:]{8}\.\d{6}"), ("-d", " @ .*s")])
def test_times_are_those_of_the_message(cli, filled, option, shown):
    line = cli("sub", "--stream", filled, "--last", "-T", option).text.splitlines()[0]

    assert re.match(rf"\[#1\]{shown} Received JetStream message: ", line)


@pytest.mark.parametrize("option", ["--headers-only", "--subjects-only"])
def test_bodies_are_not_even_sent(cli, filled, option):
    result = cli("sub", "--stream", filled, "--last", "-T", option)

    assert result.code == ExitCode.DONE
    assert "\nc\n" not in result.text


def test_a_dumped_message_s_file_is_called_after_its_sequence(cli, filled):
    assert cli("sub", "--stream", filled, "--start-sequence", "2", "-T", "--dump", "d").code == ExitCode.DONE

    assert sorted(os.listdir("d")) == ["2.json", "3.json"]
    assert b64decode(json.loads(Path("d/3.json").read_text())["Data"]) == b"c"


def test_bodies_pass_filters_and_programs(cli, filled):
    result = cli("sub", "--stream", filled, "-T", "--raw", "--grep", "[ac]", "--translate", "tr a-z A-Z")
    assert (result.code, result.out) == (ExitCode.DONE, b"A\nC\n")

    result = cli("sub", "--stream", filled, "-T", "--raw", "-I", f"{filled}.1")
    assert (result.code, result.out) == (ExitCode.DONE, b"b\n")


def test_subjects_are_counted(cli, filled):
    result = cli("sub", "--stream", filled, "-T", "--report-subjects", "-o", "json")

    rows = {json.loads(line)["subject"]: json.loads(line)["messages"] for line in result.out.splitlines()}
    assert (result.code, rows) == (ExitCode.DONE, {f"{filled}.1": 2, f"{filled}.2": 1})


# -- durable consumers -----------------------------------------------------------------------------


def test_a_durable_consumer_goes_on_where_it_was(cli, server, filled):
    first = cli("sub", "--stream", filled, "--durable", "D", "--count", "1", "--raw")
    second = cli("sub", "--stream", filled, "--durable", "D", "-T", "--raw")

    assert (first.code, first.out, second.code, second.out) == (0, b"a\n", 0, b"b\nc\n")
    assert f'Subscribing to JetStream Stream "{filled}" using new pull consumer "D"' in first.err
    assert f'Subscribing to JetStream Stream "{filled}" using existing pull consumer "D"' in second.err
    eventually(lambda: _stands(server.url, filled, "D") == (0, 3))


def test_what_a_filter_leaves_out_is_acknowledged_too(cli, server, filled):
    assert cli("sub", "--stream", filled, "--durable", "D", "-T", "--raw", "--grep", "b").out == b"b\n"

    eventually(lambda: _stands(server.url, filled, "D") == (0, 3))


def test_what_comes_again_is_left_out_and_acknowledged(start, server, filled):
    """A message that was asked for by somebody who has gone comes again, and once."""
    make_consumer(server.url, filled, "D", ack_wait=500_000_000, backoff=[500_000_000])
    sub = start("sub", "--stream", filled, "--durable", "D", "--exactly-once", "-o", "json")

    eventually(lambda: consumer(server.url, filled, "D")["ack_floor"]["stream_seq"] == 3, 30)
    sub.signal(signal.SIGINT)

    assert sub.end() == ExitCode.DONE
    assert [json.loads(line)["stream_seq"] for line in sub.out.splitlines()] == [1, 2, 3]


def test_a_push_consumer_is_listened_to(cli, server, filled):
    inbox = f"push.{filled}"
    make_consumer(server.url, filled, "P", deliver_subject=inbox, flow_control=True, idle_heartbeat=500_000_000)

    result = cli("sub", "--stream", filled, "--durable", "P", "--count", "3", "--raw")

    assert (result.code, result.out) == (ExitCode.DONE, b"a\nb\nc\n")
    assert "using existing push consumer" in result.err


def test_a_push_consumer_with_a_group_is_shared_and_its_stream_keeps_what_nobody_has_read(cli, server, make):
    stream = make(retention="interest")
    make_consumer(server.url, stream, "P", deliver_subject=f"push.{stream}", deliver_group="g")
    store(server.url, f"{stream}.a", b"1", b"2")

    result = cli("sub", "--stream", stream, "--durable", "P", "--count", "2", "--raw")

    assert (result.code, result.out) == (ExitCode.DONE, b"1\n2\n")
    eventually(lambda: ask(server.url, f"STREAM.INFO.{stream}")["state"]["messages"] == 0)


def test_a_push_consumer_that_is_removed_is_the_end(start, server, filled):
    inbox = f"push.{filled}"
    make_consumer(server.url, filled, "P", deliver_subject=inbox, flow_control=True, idle_heartbeat=100_000_000)
    sub = start("sub", "--stream", filled, "--durable", "P", "--raw")
    sub.prints(b"c\n")

    with_api(server.url, lambda api: delete_consumer(api, filled, "P"))

    assert sub.end(30) == ExitCode.FAILED
    assert "consumer not found" in sub.err


def test_a_consumer_that_is_removed_is_the_end(start, server, filled):
    sub = start("sub", "--stream", filled, "--durable", "D", "--raw")
    sub.prints(b"c\n")

    with_api(server.url, lambda api: delete_consumer(api, filled, "D"))

    assert sub.end(30) == ExitCode.FAILED
    assert "consumer deleted" in sub.err


def test_an_ordered_consumer_that_is_removed_is_made_again_and_nothing_is_missed(cli, start, server, filled):
    sub = start("sub", "--stream", filled, "--all", "--count", "5", "--raw")
    sub.prints(b"c\n")
    name = ask(server.url, f"CONSUMER.NAMES.{filled}")["consumers"][0]

    with_api(server.url, lambda api: delete_consumer(api, filled, name))
    cli("pub", f"{filled}.x", "later {{Count}}", "--count", "2", "-J")

    assert sub.end(30) == ExitCode.DONE
    assert sub.out == b"a\nb\nc\nlater 1\nlater 2\n"


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["x", "--stream", "S", "--durable", "D"], "cannot specify both subjects and a durable consumer"),
        (["--stream", "S", "--durable", "D", "--direct"], "cannot use direct get when a durable name is supplied"),
        (["x", "-T"], "--terminate-at-end is only supported for JetStream subscriptions"),
        (["x", "y", "--all"], "streams subscribe support only 1 subject"),
        (["x", "--all", "--new"], "--all and --new do not go together"),
        (["--all"], "neither a subject nor a stream is named"),
        (["--durable", "D"], "--durable needs --stream"),
        (["--stream", "S", "--exactly-once"], "--exactly-once needs --durable"),
        (["--stream", "S", "--ack"], "--ack needs --durable"),
        (["--stream", "S", "--queue", "q"], "--queue and streams do not go together"),
        (["--stream", "S", "--inbox"], "--inbox and streams do not go together"),
        (["--stream", "S", "--match-replies"], "--match-replies and streams do not go together"),
        (["--stream", "S", "--durable", "D", "--exactly-once", "--dump", "d"], "--exactly-once and --dump"),
        (["--stream", "a.b", "--all"], "'a.b' cannot name a stream"),
    ],
)
def test_what_cannot_be_meant_is_refused(cli, arguments, said):
    result = cli("sub", *arguments)

    assert result.code == ExitCode.USAGE
    assert said in result.err


def test_what_is_not_there_is_said_in_one_line(cli, make_server, make, subject):
    nowhere = cli("sub", subject, "--all")
    missing = cli("sub", "--stream", "NONE", "--all")
    without = cli("sub", "--stream", "NONE", "--all", "-s", make_server().url)
    indirect = cli("sub", "--stream", make(allow_direct=False), "--direct")

    assert (nowhere.code, missing.code, without.code, indirect.code) == (1, 1, 6, 1)
    assert f"no stream found with subject: {subject}" in nowhere.err
    assert "stream 'NONE': stream not found (10059)" in missing.err
    assert "JetStream is not available" in without.err
    assert "cannot enable direct gets: allow_direct is not set to true" in indirect.err


def test_a_frozen_server_costs_the_time_out(cli, make_server):
    frozen = make_server(jetstream=True)
    make_stream(frozen.url, "F")
    freeze(frozen.pid)
    started = time.monotonic()

    result = cli("sub", "--stream", "F", "--all", "-s", frozen.url, "--timeout", "300ms")

    assert result.code in (ExitCode.TIMEOUT, ExitCode.CONNECTION)
    assert time.monotonic() - started < BEFORE_TIMEOUT_S
    os.kill(frozen.pid, signal.SIGCONT)


# -- conservation ----------------------------------------------------------------------------------


def _through_faults(faulty, start, ways, more):
    """Return how many messages were published while it went on, and what was printed."""
    publisher = start(
        "pub", "C.a", "-J", "--send-on", "newline", "--msg-id", "id-{{Count}}", "--retry-for", "45s", "--rate", "2000",
        url=ways[0], stdin=subprocess.PIPE,
    )  # fmt: skip
    sub = start("sub", "--stream", "C", *more, "-o", "json", url=ways[1])
    sub.says("Subscribing")
    sent = 0
    for _ in range(FAULTS + 1):
        seen = len(sub.out)
        for _ in range(faulty.share(int(2000 * SECONDS / (FAULTS + 1)))):
            sent += 1
            publisher.popen.stdin.write(b"%d\n" % sent)
        publisher.popen.stdin.flush()
        eventually(lambda seen=seen: len(sub.out) > seen, 40)
        if len(faulty.told) < FAULTS:
            faulty.strike()
    publisher.popen.stdin.close()
    publisher.popen.stdin = None
    assert publisher.end(BACKLOG_S) == ExitCode.DONE, publisher.err
    eventually(lambda: sub.out.count(b"\n") >= sent, 60)
    if "--durable" in more:
        eventually(lambda: _stands(faulty.url, "C", "D") == (0, sent), 60)
    sub.signal(signal.SIGINT)

    assert sub.end(30) == ExitCode.DONE, sub.err
    return sent, sub.out


@pytest.mark.timeout(480)
@pytest.mark.parametrize("more", [["--durable", "D", "--exactly-once"], ["--all"]], ids=["exactly once", "ordered"])
def test_faults_of_the_server_cost_no_message_and_double_none(faulty, start, record_property, more):
    """Seconds in ``make test``; a minute with NATSCLI_LONG=1, of which NATSCLI_SEED decides the faults."""
    make_stream(faulty.url, "C", storage="file", duplicate_window=600_000_000_000)
    with faulty.ways(2) as ways:
        sent, out = _through_faults(faulty, start, ways, more)

    lines = [json.loads(line) for line in out.splitlines()]
    assert sorted(line["stream_seq"] for line in lines) == list(range(1, sent + 1))
    assert sorted(int(line["data"]) for line in lines) == list(range(1, sent + 1))
    record_property("figure", f"sub {more[-1]}, {faulty}: {sent:,} printed, 0 lost, 0 twice")


@pytest.mark.timeout(240)
def test_a_copy_whose_reader_is_killed_goes_on_and_copies_each_message_once(faulty, start, record_property):
    """``sub --exactly-once -o json | pub --ndjson --msg-id``: what reads is killed, and begun again."""
    for name in ("FROM", "TO"):
        make_stream(faulty.url, name, storage="file", duplicate_window=600_000_000_000)
    transform = {"src": "FROM.>", "dest": "TO.>"}
    ask(
        faulty.url,
        "STREAM.CREATE.COPY",
        {"name": "COPY", "sources": [{"name": "FROM", "subject_transforms": [transform]}]},
    )
    make_consumer(faulty.url, "COPY", "D", ack_wait=1_000_000_000)
    count = 5000
    filling = start("pub", "FROM.a", "{{Count}}", "--count", str(count), "-J", "-q", url=faulty.url)
    assert filling.end(60) == 0, filling.err

    def copied() -> int:
        return ask(faulty.url, "STREAM.INFO.TO")["state"]["messages"]

    reads = ("sub", "--stream", "COPY", "--durable", "D", "--exactly-once", "-o", "json")
    writes = ("pub", "--ndjson", "-J", "--msg-id", "{{Stream}}/{{Sequence}}", "--window", "16", "--retry-for", "45s")
    for life in range(3):
        into, out_of = os.pipe()
        sub = start(*reads, url=faulty.url, stdout=out_of)
        pub = start(*writes, url=faulty.url, stdin=into)
        os.close(into)
        os.close(out_of)
        sub.says("Subscribing")
        goal = count if life == 2 else (life + 1) * 1000
        eventually(lambda goal=goal: copied() >= goal, 60)
        if life < 2:
            sub.signal(signal.SIGKILL)
            pub.end(60)
    eventually(lambda: ask(faulty.url, "CONSUMER.INFO.COPY.D")["ack_floor"]["stream_seq"] == count, 60)
    sub.signal(signal.SIGINT)

    assert (sub.end(30), pub.end(30)) == (ExitCode.DONE, ExitCode.DONE), pub.err
    state = ask(faulty.url, "STREAM.INFO.TO")["state"]
    assert (state["messages"], state["last_seq"]) == (count, count)
    record_property("figure", f"sub --exactly-once | pub --ndjson --msg-id, killed twice: {count:,} copied, each once")


# -- beside the Go CLI -----------------------------------------------------------------------------


@pytest.mark.skipif(PEER is None, reason="the Go CLI is not installed")
def test_the_go_cli_reads_what_is_stored_and_stores_what_is_read(cli, server, make):
    stream = make()
    peer = [PEER, "-s", server.url]
    cli("pub", f"{stream}.a", "ours", "-J")
    subprocess.run([*peer, "pub", f"{stream}.a", "theirs", "-J"], check=True, capture_output=True, timeout=30)

    theirs = subprocess.run(
        [*peer, "sub", "--stream", stream, "--all", "--count", "2", "--raw"], capture_output=True, timeout=30
    )
    ours = cli("sub", "--stream", stream, "-T", "--raw")

    assert theirs.stdout == ours.out == b"ours\ntheirs\n"
