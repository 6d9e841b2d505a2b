"""``natscli counter``: numbers of any size, added to and read."""

import json

import pytest

from natscli.errors import ExitCode, UsageError
from natscli.jetstream.counters import check_increment, negated
from natscli.jetstream.streams import delete_stream
from tests.commands.buckets import needs_peer, peer
from tests.jetstream.asking import make_stream, with_api
from tests.test_schemas import check
from tests.waiting import eventually


@pytest.fixture
def counters(server, subject):
    name = subject.replace(".", "-")
    make_stream(server.url, name, subjects=[f"{subject}.>"], allow_msg_counter=True, allow_direct=True)
    yield name
    with_api(server.url, lambda api: delete_stream(api, name))


@pytest.fixture
def plain(server, subject):
    name = "plain-" + subject.replace(".", "-")
    make_stream(server.url, name, subjects=[f"plain.{subject}"])
    yield name
    with_api(server.url, lambda api: delete_stream(api, name))


def test_a_counter_adds_up(cli, subject, counters):
    assert cli("counter", "increment", f"{subject}.a").out == b"1\n"
    assert cli("counter", "incr", f"{subject}.a", "5").out == b"6\n"
    assert cli("ctr", "decr", f"{subject}.a", "10").out == b"-4\n"
    assert cli("counter", "inc", f"{subject}.b", "9" * 5000).code == 0

    assert cli("counter", "get", f"{subject}.a", "--stream", counters).out == b"-4\n"
    assert cli("counter", "get", f"{subject}.b").out == b"9" * 5000 + b"\n"
    shown = cli("counter", "view", f"{subject}.a")
    assert "Value: -4" in shown.text
    assert "Increment: -10" in shown.text
    assert shown.err == "no source information found\n"
    assert cli("counter", "ls", f"{subject}.*").text.split() == [f"{subject}.a", f"{subject}.b"]
    assert json.loads(cli("counter", "list", "--stream", counters, "--json").out) == [f"{subject}.a", f"{subject}.b"]


def test_documents_keep_to_the_schema(cli, subject, counters):
    for command in (["increment", f"{subject}.a", "3"], ["get", f"{subject}.a"], ["view", f"{subject}.a"]):
        document = json.loads(cli("counter", *command, "--json").out)
        check("counter", document)
        assert (document["stream"], document["value"]) == (counters, "3")


def test_sources_are_told(cli, server, subject, counters):
    cli("counter", "increment", f"{subject}.a", "3")
    sums = f"{counters}-sum"
    source = {"name": counters, "subject_transforms": [{"src": f"{subject}.>", "dest": f"sum.{subject}.>"}]}
    make_stream(
        server.url, sums, subjects=[f"sum.{subject}.>"], allow_msg_counter=True, allow_direct=True, sources=[source]
    )
    try:
        eventually(lambda: cli("counter", "get", f"sum.{subject}.a").out == b"3\n", 30)
        document = json.loads(cli("counter", "view", f"sum.{subject}.a", "--json").out)
        check("counter", document)
        assert document["sources"] == [{"stream": counters, "subject": f"{subject}.a", "value": "3"}]
    finally:
        with_api(server.url, lambda api: delete_stream(api, sums))


def test_what_is_no_counter(cli, plain, subject, counters):
    for command, says in (
        (["get", f"{subject}.none"], "there is no counter"),
        (["get", "nobody.takes.this"], "no stream takes"),
        (["incr", f"plain.{subject}"], "keeps no counters"),
        (["list", "--stream", "NOPE"], "stream not found"),
    ):
        result = cli("counter", *command)
        assert (result.code, says in result.err) == (ExitCode.FAILED, True), result.err
    for command in (["get", "a.*"], ["incr", f"{subject}.a", "x"], ["incr", f"{subject}.a", "1.5"], ["list"]):
        assert cli("counter", *command).code == ExitCode.USAGE


def test_signs():
    assert [check_increment(text) for text in ("5", "+5", "-5", "0")] == ["+5", "+5", "-5", "+0"]
    assert [negated(text) for text in ("+5", "-5")] == ["-5", "+5"]
    for text in ("", "+", "1e3", "٣", " 1"):
        with pytest.raises(UsageError):
            check_increment(text)


@needs_peer
def test_counters_go_both_ways(cli, server, subject, counters):
    cli("counter", "incr", f"{subject}.a", "5")

    assert peer(server.url, "counter", "incr", f"{subject}.a", "2") == b"7\n"
    assert cli("counter", "get", f"{subject}.a").out == peer(server.url, "counter", "get", f"{subject}.a") == b"7\n"
