"""Streams and consumers in a cluster of three: leaders, replicas, placement, and servers that are gone."""

import json
from collections import Counter

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.balancing import moves
from natscli.jetstream.information import StreamInfo
from tests.jetstream.asking import ask, make_consumer, make_stream
from tests.jetstream.clusters import NAMES, cluster, settled
from tests.waiting import eventually


@pytest.fixture(scope="module")
def three(nats_server_binary):
    with cluster(nats_server_binary) as servers:
        yield servers


@pytest.fixture
def stream(three, stream_name):
    make_stream(three[0].url, stream_name, num_replicas=3)
    eventually(lambda: settled(three[0].url, f"STREAM.INFO.{stream_name}", 2), 30)
    yield stream_name
    ask(three[0].url, f"STREAM.DELETE.{stream_name}")


def led_by(url, name):
    return ask(url, f"STREAM.INFO.{name}")["cluster"].get("leader", "")


def test_info_shows_leader_and_replicas(cli, three, stream):
    text = cli("stream", "info", stream, "-s", three[0].url, "--timeout", "20s").text
    assert "Cluster Information\n\n           Name: C\n" in text
    assert f"Leader: {led_by(three[0].url, stream)} (since 20" in text
    assert text.count("Replica: n") == 2
    report = cli("stream", "report", "-l", "-s", three[1].url, "--timeout", "20s").text
    assert all(name in report for name in NAMES)
    assert "Streams by leader" in report


def test_a_leader_steps_down_for_another(cli, three, stream):
    url = three[0].url
    before = led_by(url, stream)
    preferred = next(name for name in NAMES if name != before)

    result = cli("stream", "cluster", "step-down", stream, "--preferred", preferred, "-s", url, "--timeout", "20s")

    assert result.code == ExitCode.DONE, result.err
    assert result.err.splitlines()[-1] == f"New leader {preferred}"
    assert led_by(url, stream) == preferred


def test_a_consumers_leader_steps_down(cli, three, stream):
    url = three[0].url
    make_consumer(url, stream, "C")
    eventually(lambda: settled(url, f"CONSUMER.INFO.{stream}.C", 2), 30)
    result = cli("consumer", "cluster", "down", stream, "C", "-s", url, "--timeout", "20s")
    assert result.code == ExitCode.DONE, result.err
    assert "New leader n" in result.err
    assert "Leader: n" in cli("consumer", "info", stream, "C", "-s", url, "--timeout", "20s").text


def test_one_replica_cannot_step_down_or_lose_its_peer_unforced(cli, three, stream_name):
    url = three[0].url
    make_stream(url, stream_name)
    assert cli("stream", "cluster", "step-down", stream_name, "-s", url).code == ExitCode.FAILED
    result = cli("stream", "cluster", "peer-remove", stream_name, "n1", "-s", url)
    assert (result.code, "one replica" in result.err) == (ExitCode.FAILED, True)
    ask(url, f"STREAM.DELETE.{stream_name}")


def test_a_peer_is_removed_and_another_takes_its_place(cli, three, stream_name):
    url = three[0].url
    make_stream(url, stream_name, num_replicas=2)
    eventually(lambda: settled(url, f"STREAM.INFO.{stream_name}", 1), 30)
    info = ask(url, f"STREAM.INFO.{stream_name}")["cluster"]
    peers = {info["leader"], *[each["name"] for each in info["replicas"]]}
    spare = next(name for name in NAMES if name not in peers)
    gone = info["replicas"][0]["name"]
    assert cli("stream", "cluster", "pr", stream_name, gone, "-s", url).code == ExitCode.USAGE

    result = cli("stream", "cluster", "pr", stream_name, gone, "-f", "-s", url, "--timeout", "20s")

    assert result.code == ExitCode.DONE, result.err
    eventually(lambda: spare in json.dumps(ask(url, f"STREAM.INFO.{stream_name}")["cluster"]), 30)
    ask(url, f"STREAM.DELETE.{stream_name}")


def test_leaders_are_balanced(cli, three, stream_name):
    url = three[0].url
    names = [f"{stream_name}{number}" for number in range(6)]
    for name in names:
        make_stream(url, name, num_replicas=3)
        _have_it_led_by(cli, url, name, "n1")
    for name in names:
        eventually(lambda name=name: settled(url, f"STREAM.INFO.{name}", 2), 30)
    assert {led_by(url, name) for name in names} == {"n1"}

    result = cli("stream", "cluster", "balance", "-s", url, "--timeout", "20s")

    assert result.code == ExitCode.DONE, result.err
    leading = Counter(led_by(url, name) for name in names)
    moved = sum(count for name, count in leading.items() if name != "n1")
    assert result.err == f"Moved {moved} leaders\n"
    assert max(leading.values()) < 6
    for name in names:
        ask(url, f"STREAM.DELETE.{name}")


def _have_it_led_by(cli, url, name, leader):
    """Whom a cluster elects is its own decision: leaders step down until it is the one that is wished."""

    def is_led() -> bool:
        if settled(url, f"STREAM.INFO.{name}", 2) and led_by(url, name) != leader:
            cli("stream", "cluster", "step-down", name, "--preferred", leader, "-s", url, "--timeout", "20s")
        return led_by(url, name) == leader

    eventually(is_led, 60)


def test_placement_is_kept_by_an_edit_and_removed_by_an_empty_one(cli, three, stream_name):
    url = three[0].url
    made = cli(
        "stream", "add", stream_name, "--subjects", stream_name, "--defaults", "--tag", "all", "--tag", "n2",
        "--cluster", "C", "-s", url, "--timeout", "20s",
    )  # fmt: skip
    assert made.code == ExitCode.DONE, made.err
    assert led_by(url, stream_name) == "n2"
    before = ask(url, f"STREAM.INFO.{stream_name}")["config"]
    assert before["placement"] == {"cluster": "C", "tags": ["all", "n2"]}

    where = ("-f", "-s", url, "--timeout", "20s")
    assert cli("stream", "edit", stream_name, "--description", "x", *where).code == ExitCode.DONE
    assert ask(url, f"STREAM.INFO.{stream_name}")["config"] == {**before, "description": "x"}
    assert cli("stream", "edit", stream_name, "--cluster", "", *where).code == ExitCode.DONE
    assert ask(url, f"STREAM.INFO.{stream_name}")["config"]["placement"] == {"tags": ["all", "n2"]}
    ask(url, f"STREAM.DELETE.{stream_name}")


def test_without_a_quorum_nobody_is_presented_as_the_leader(cli, nats_server_binary, stream_name):
    with cluster(nats_server_binary) as servers:
        make_stream(servers[0].url, stream_name, num_replicas=3)
        for server in servers[1:]:
            server.stop()
        url = servers[0].url

        added = cli("stream", "add", "MORE", "--subjects", "more", "--defaults", "-s", url, "--timeout", "5s")
        assert added.code in (ExitCode.TIMEOUT, ExitCode.FAILED)
        assert "JetStream did not answer" in added.err or "temporarily unavailable" in added.err
        down = cli("stream", "cluster", "step-down", stream_name, "-s", url, "--timeout", "5s")
        assert down.code != ExitCode.DONE


def led(name, leader, *others):
    replicas = [{"name": each, "current": True} for each in others]
    return StreamInfo({"config": {"name": name}, "cluster": {"name": "C", "leader": leader, "replicas": replicas}})


@pytest.mark.parametrize(
    ("infos", "expected"),
    [
        ([], []),
        ([led("A", "n1")], []),
        ([led("A", "n1", "n2"), led("B", "n2", "n1")], []),
        ([led("A", "n1", "n2"), led("B", "n1", "n2")], [("A", "n1", "n2")]),
        ([led(name, "n1", "n2", "n3") for name in "ABC"], [("A", "n1", "n2"), ("B", "n1", "n3")]),
        ([led("A", "", "n2"), led("B", "n1"), led("C", "n1")], []),
    ],
)
def test_moves_even_out_the_leaders(infos, expected):
    assert [(move.stream, move.before, move.after) for move in moves(infos)] == expected
