"""What natscli and the Go CLI make of each other's streams and consumers; skipped where `nats` is not on PATH."""

import json
import shutil
import subprocess
import time
from base64 import b64decode
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.text.moments import utc_moment
from tests.jetstream.asking import ask, store

PEER = shutil.which("nats") or ""
NO_TIME = "0001-01-01T00:00:00Z"
pytestmark = pytest.mark.skipif(not PEER, reason="the Go CLI is not here")


@pytest.fixture
def peer(server):
    def run(*arguments: str) -> str:
        done = subprocess.run([PEER, "-s", server.url, *arguments], check=True, capture_output=True, timeout=50)
        return done.stdout.decode()

    return run


# Options of `stream add` that both take, in one go each.
STREAMS = [
    (),
    ("--storage", "memory", "--max-msgs", "5", "--discard", "new", "--retention", "interest"),
    ("--max-age", "1d2h", "--max-bytes", "10MB", "--max-msg-size", "2K", "--dupe-window", "10s", "--replicas", "1"),
    ("--compression", "s2", "--no-ack", "--deny-delete", "--no-allow-direct"),
    ("--allow-msg-ttl", "--subject-del-markers-ttl", "3s", "--allow-batch", "--metadata", "a:b"),
    ("--republish-source", ">", "--republish-destination", "re.>", "--first-sequence", "9", "--allow-schedules"),
    ("--discard-per-subject", "--discard", "new", "--max-msgs-per-subject", "2", "--retention", "work"),
    ("--limit-consumer-inactive", "1h", "--limit-consumer-max-pending", "5", "--persist-mode", "async"),
]
CONSUMERS = [
    ("--pull",),
    ("--pull", "--deliver", "new", "--max-pending", "7", "--max-waiting", "3", "--max-deliver", "4", "--wait", "9s"),
    ("--pull", "--filter", "{}.a", "--sample", "30", "--headers-only", "--inactive-threshold", "1h", "--memory"),
    ("--target", "to.me", "--deliver-group", "g", "--ack", "explicit", "--bps", "4096"),
    ("--pull", "--max-pull-batch", "5", "--max-pull-expire", "6s", "--max-pull-bytes", "700", "--metadata", "a:b"),
    ("--pull", "--pinned-groups", "g", "--pinned-ttl", "5s"),
    ("--pull", "--deliver", "subject", "--filter", "{}.>"),
]


@pytest.mark.parametrize("options", STREAMS, ids=" ".join)
def test_the_same_options_make_the_same_stream(cli, peer, server, stream_name, options):
    words = ("stream", "add", stream_name, "--subjects", f"{stream_name}.>", "--defaults", *options)
    peer(*words)
    theirs = ask(server.url, f"STREAM.INFO.{stream_name}")["config"]
    cli("stream", "rm", stream_name, "-f")

    result = cli(*words)

    assert result.code == ExitCode.DONE, result.err
    assert ask(server.url, f"STREAM.INFO.{stream_name}")["config"] == theirs


@pytest.mark.parametrize("options", CONSUMERS, ids=" ".join)
def test_the_same_options_make_the_same_consumer(cli, peer, server, make, options):
    stream = make()
    words = ("consumer", "add", stream, "C", "--defaults", *(option.format(stream) for option in options))
    peer(*words)
    theirs = ask(server.url, f"CONSUMER.INFO.{stream}.C")["config"]
    cli("consumer", "rm", stream, "C", "-f")

    result = cli(*words)

    assert result.code == ExitCode.DONE, result.err
    ours = ask(server.url, f"CONSUMER.INFO.{stream}.C")["config"]
    assert theirs.pop("pause_until", NO_TIME) == NO_TIME
    if "sample_freq" in theirs:
        theirs["sample_freq"] += "%"  # the server takes it with and without
    assert ours == theirs


def test_documents_and_files_are_each_others(cli, peer, make, server, stream_name):
    stream = make(max_msgs=7, storage="file")
    store(server.url, f"{stream}.a", b"x", headers=b"NATS/1.0\r\nA: 1\r\n\r\n")
    assert json.loads(peer("stream", "ls", "-j")) == json.loads(cli("stream", "ls", "-j").out)
    assert json.loads(peer("stream", "get", stream, "1", "-j")) == json.loads(
        cli("stream", "get", stream, "1", "-j").out
    )
    Path("theirs.json").write_text(peer("stream", "info", stream, "-j"))
    cli("stream", "rm", stream, "-f")

    assert cli("stream", "add", "--config", "theirs.json").code == ExitCode.DONE
    assert ask(server.url, f"STREAM.INFO.{stream}")["config"]["max_msgs"] == 7
    usual = ("--subjects", stream_name, "--defaults", "--output", "ours.json")
    assert cli("stream", "add", stream_name, *usual).code == ExitCode.DONE
    peer("stream", "add", stream_name, "--config", "ours.json")
    assert ask(server.url, f"STREAM.INFO.{stream_name}")["config"]["subjects"] == [stream_name]


def test_schedules_are_each_others(cli, peer, server, make):
    """What one plans, the other sees come, with the same headers."""
    stream = make(allow_msg_schedules=True, allow_msg_ttl=True, allow_rollup_hdrs=True)
    target = ("--schedule-dest", f"{stream}.due", "--schedule-ttl", "1m", "--schedule-at")
    for moment in ("2050-01-02T03:04:05Z", utc_moment(time.time() + 2)[:19] + "Z"):
        peer("pub", f"{stream}.theirs.{moment[:4]}", "theirs", *target, moment)
        assert cli("pub", f"{stream}.ours.{moment[:4]}", "ours", *target, moment).code == ExitCode.DONE

    planned = [
        ask(server.url, f"STREAM.MSG.GET.{stream}", {"last_by_subj": f"{stream}.{whose}.2050"})["message"]["hdrs"]
        for whose in ("theirs", "ours")
    ]
    names = [sorted(line.split(b":")[0] for line in b64decode(block).splitlines()) for block in planned]
    came = cli("sub", f"{stream}.due", "--stream", stream, "--all", "--count", "2", "--raw", "--wait", "20s")
    seen = peer("sub", f"{stream}.due", "--stream", stream, "--all", "--count", "2", "--raw")

    assert names[0] == names[1]
    assert sorted(came.out.split()) == sorted(seen.encode().split()) == [b"ours", b"theirs"]


def test_a_pause_is_seen_and_ended_by_the_other(cli, peer, make):
    stream = make()
    peer("consumer", "add", stream, "C", "--pull", "--defaults")
    until = "2050-01-02 03:04:05"

    assert cli("consumer", "pause", stream, "C", until, "-f").code == ExitCode.DONE
    assert json.loads(peer("consumer", "info", stream, "C", "-j"))["paused"] is True
    peer("consumer", "resume", stream, "C", "-f")
    assert not json.loads(cli("consumer", "info", stream, "C", "-j").out).get("paused")
    peer("consumer", "pause", stream, "C", until, "-f")
    assert json.loads(cli("consumer", "info", stream, "C", "-j").out)["paused"] is True
    assert cli("consumer", "resume", stream, "C", "-f").code == ExitCode.DONE
    assert not json.loads(peer("consumer", "info", stream, "C", "-j")).get("paused")
