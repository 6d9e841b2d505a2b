"""``natscli bench js`` and ``kv`` with three replicas, all servers staying or one killed: nothing is miscounted."""

import json
import os
import signal
import uuid

import pytest

from natscli.errors import ExitCode, NatsCliError
from tests.commands.test_bench import only
from tests.jetstream.asking import ask
from tests.jetstream.clusters import cluster as jetstream_cluster
from tests.waiting import eventually

MODES = {
    "sync": ("js", "pub", "sync", "--msgs", "300"),
    "async": ("js", "pub", "async", "--msgs", "9001"),
    "atomic": ("js", "pub", "atomic", "--msgs", "3001", "--batch", "100"),
    "fast": ("js", "pub", "fast", "--msgs", "9001"),
    "ordered": ("js", "ordered", "--msgs", "3001"),
    "consume": ("js", "consume", "--msgs", "3001"),
    "fetch": ("js", "fetch", "--msgs", "3001"),
    "fetch without acks": ("js", "fetch", "--msgs", "3001", "--acks", "none"),
    "get sync": ("js", "get", "sync", "--msgs", "201"),
    "get batch": ("js", "get", "batch", "--msgs", "3001"),
    "kv put": ("kv", "put", "--msgs", "300"),
    "kv get": ("kv", "get", "--msgs", "300"),
    "object put": ("object", "put", "--msgs", "6", "--size", "200KB"),
    "object get": ("object", "get", "--msgs", "6", "--size", "200KB"),
}
EACH_ALL = ("js ordered", "js get sync", "js get batch")


@pytest.fixture(scope="module")
def cluster(nats_server_binary):
    """Three servers that stay."""
    with jetstream_cluster(nats_server_binary) as servers:
        yield servers


@pytest.fixture
def mortal(nats_server_binary):
    """Three servers of which one may be killed."""
    with jetstream_cluster(nats_server_binary) as servers:
        yield servers


@pytest.fixture
def name():
    """The name of a stream or bucket that no other test uses."""
    return f"B{uuid.uuid4().hex[:12]}"


def urls(servers):
    return ",".join(server.url for server in servers)


def where(mode, subject, name, *, keep):
    """Where a mode is to work, with three replicas."""
    own = ("--bucket", name) if mode[0] != "js" else ("--stream", name)
    if mode[:2] == ("js", "pub"):
        own = (subject, *own, "--create")
    return (*own, "--replicas", "3", "--keep" if keep else "--no-keep", "--quiet", "--json")


def streams_of(servers, name):
    return [each for each in ask(servers[0].url, "STREAM.NAMES")["streams"] or () if name in each]


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_nothing_is_lost_with_three_replicas(cluster, cli, subject, name, mode):
    asked = int(mode[mode.index("--msgs") + 1])

    run = only(cli("bench", *mode, *where(mode, subject, name, keep=False), "--clients", "3", "-s", urls(cluster)))

    asked *= 3 if run["mode"] in EACH_ALL else 1
    assert (run["msgs"], run["lost"], run["duplicated"], run["errors"], run["ended"]) == (asked, 0, 0, 0, "count")
    assert sum(client["msgs"] for client in run["clients"]) == asked
    assert run["spec"]["store"]["replicas"] == 3
    assert run["stored"] in (None, asked)
    assert run["disconnects"] == []
    assert streams_of(cluster, name) == []


def leader_of(servers, stream, consumer=""):
    """The server that leads a stream or a consumer, and the others."""
    operation = f"CONSUMER.INFO.{stream}.{consumer}" if consumer else f"STREAM.INFO.{stream}"

    def named():
        return told(servers, operation).get("cluster", {}).get("leader")

    leader = eventually(named, 30)
    (found,) = [server for number, server in enumerate(servers, 1) if leader == f"n{number}"]
    return found, [server for server in servers if server is not found]


def told(servers, operation):
    """What the API answers soon; nothing where it does not, as a cluster that elects a leader, or with an error."""
    try:
        return ask(servers[0].url, operation, seconds=1.0)
    except NatsCliError:
        return {}


def found(servers, name):
    """Whether there is a stream, as the cluster has it; None where it does not answer."""
    answer = told(servers, "STREAM.NAMES")
    return name in (answer["streams"] or ()) if "streams" in answer else None


def kill(server):
    os.kill(server.pid, signal.SIGKILL)
    server.wait(10)


def under_way(servers, stream, messages):
    """Whether a stream has so many messages by now."""
    return told(servers, f"STREAM.INFO.{stream}").get("state", {}).get("messages", 0) > messages


def settled(servers, stream):
    """The last sequence of a stream, once it has a leader again."""
    return eventually(lambda: told(servers, f"STREAM.INFO.{stream}").get("state", {}).get("last_seq"), 40)


WRITING = {
    "sync": ("js", "pub", "sync"),
    "async": ("js", "pub", "async", "--batch", "100"),
    "atomic": ("js", "pub", "atomic", "--batch", "20"),
    "fast": ("js", "pub", "fast", "--batch", "50"),
    "kv put": ("kv", "put"),
}


@pytest.mark.parametrize("mode", WRITING.values(), ids=WRITING.keys())
def test_what_is_stored_through_a_killed_leader_is_told_exactly(mortal, start, subject, name, mode):
    stream = f"KV_{name}" if mode[0] == "kv" else name
    limits = ("--rate", "400", "--msgs", "1600", "--timeout", "5s", "--clients", "2")
    bench = start("bench", *mode, *where(mode, subject, name, keep=True), *limits, url=urls(mortal))
    eventually(lambda: under_way(mortal, stream, 100), 30)
    victim, others = leader_of(mortal, stream)
    kill(victim)

    assert bench.end(60) == ExitCode.DONE, bench.err
    (run,) = json.loads(bench.out)["results"]
    assert (run["sent"], run["ended"], run["errors"]) == (1600, "count", 0)
    assert run["sent"] == run["acknowledged"] + run["lost"]
    assert run["msgs"] == run["acknowledged"] > 100
    last = settled(others, stream)
    assert run["acknowledged"] <= last + run["duplicated"]
    assert last <= run["sent"]
    if run["stored"] is not None:
        assert run["stored"] <= last
        more = run["stored"] - run["acknowledged"]
        assert bool(more) == any("more stored than" in warning for warning in run["warnings"])


CONSUMING = {
    "ordered": ("js", "ordered", "--batch", "20", "--sleep", "50ms"),
    "consume": ("js", "consume", "--batch", "20", "--sleep", "50ms"),
    "fetch": ("js", "fetch", "--batch", "20", "--sleep", "50ms"),
}


@pytest.mark.parametrize("mode", CONSUMING.values(), ids=CONSUMING.keys())
def test_every_message_comes_though_the_leader_is_killed(mortal, start, cli, subject, name, mode):
    asked = 4000
    filled = ("js", "pub", "async", subject, "--stream", name, "--create", "--replicas", "3", "--msgs", str(asked))
    assert cli("bench", *filled, "--quiet", "-s", urls(mortal)).code == 0
    words = ("--stream", name, "--msgs", str(asked), "--timeout", "15s", "--json")
    bench = start("bench", *mode, *words, url=urls(mortal))
    (consumer,) = eventually(lambda: told(mortal, f"CONSUMER.NAMES.{name}").get("consumers"), 30)
    begun = f"CONSUMER.INFO.{name}.{consumer}"

    def has_begun():
        assert bench.popen.poll() is None, bench.err
        return told(mortal, begun).get("delivered", {}).get("consumer_seq", 0) > 20

    eventually(has_begun, 30)
    victim, _ = leader_of(mortal, name, consumer)
    kill(victim)

    assert bench.end(90) == ExitCode.DONE, bench.err
    (run,) = json.loads(bench.out)["results"]
    assert (run["msgs"], run["received"], run["lost"], run["ended"]) == (asked, asked, 0, "count")
    assert run["acknowledged"] == (0 if mode[1] == "ordered" else asked)


def test_a_lost_connection_may_end_the_run(mortal, start, subject, name):
    words = ("--create", "--stream", name, "--replicas", "3", "--on-disconnect", "stop", "--duration", "60s", "--json")
    bench = start("bench", "js", "pub", "async", subject, *words, "--no-keep", "--quiet", url=mortal[0].url)
    eventually(lambda: under_way(mortal[1:], name, 100), 30)
    kill(mortal[0])

    assert bench.end(30) == ExitCode.CONNECTION
    (run,) = json.loads(bench.out)["results"]
    assert run["ended"] == "disconnected"
    assert run["sent"] == run["acknowledged"] + run["lost"]
    if f'stream "{name}" may be left' not in bench.err:  # where nobody answered, either may be true
        left = f'stream "{name}" is left' in bench.err
        eventually(lambda: found(mortal[1:], name) is left, 30)
