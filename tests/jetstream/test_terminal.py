"""Streams and consumers at a terminal: what is asked, what is confirmed, and what may not reach it."""

import json

import pytest

from natscli.errors import ExitCode
from tests.cli.terminal import Terminal
from tests.jetstream.asking import ask, make_consumer, make_stream, store

STREAM_QUESTIONS = [
    (b"Stream Name ", b""),
    (b"Subjects ", b""),
    (b"Storage (file, memory) [file] ", b"memory"),
    (b"Replication [1] ", b""),
    (b"Retention policy (limits, interest, workqueue) [limits] ", b"interest"),
    (b"Discard policy (old, new) [old] ", b""),
    (b"Stream messages limit [-1] ", b"500"),
    (b"Per subject messages limit [-1] ", b""),
    (b"Total stream size [-1] ", b"1MB"),
    (b"Message TTL [-1] ", b"1h"),
    (b"Max message size [-1] ", b""),
    (b"Duplicate tracking time window [2m] ", b"30s"),
    (b"Allow message roll-ups (yes, no) [no] ", b"yes"),
]


def test_a_stream_is_asked_for_question_by_question(server, stream_name):
    answers = {b"Stream Name ": stream_name.encode(), b"Subjects ": f"{stream_name}.a {stream_name}.b".encode()}
    with Terminal("stream", "add", url=server.url) as terminal:
        for question, answer in STREAM_QUESTIONS:
            terminal.shows(question, 30)
            terminal.types(answers.get(question, answer) + b"\n")
        assert terminal.end() == ExitCode.DONE

    config = ask(server.url, f"STREAM.INFO.{stream_name}")["config"]
    expected = {
        "subjects": [f"{stream_name}.a", f"{stream_name}.b"], "storage": "memory", "retention": "interest",
        "max_msgs": 500, "max_bytes": 1024**2, "max_age": 3_600_000_000_000, "duplicate_window": 30_000_000_000,
        "allow_rollup_hdrs": True, "num_replicas": 1, "discard": "old",
    }  # fmt: skip
    assert {key: config.get(key) for key in expected} == expected


def test_a_consumer_is_asked_for_question_by_question(server, make):
    stream = make()
    questions = [
        (b"Consumer name ", b"C"),
        (b"Delivery target ('-' for a pull consumer) [-] ", b"to.me"),
        (b"Start policy (all, new, last, subject, 1h, sequence) [all] ", b"new"),
        (b"Acknowledgement policy (explicit, all, none) [none] ", b"all"),
        (b"Replay policy (instant, original) [instant] ", b""),
        (b"Maximum deliveries [-1] ", b"7"),
        (b"Maximum acknowledgements pending [0] ", b"9"),
    ]
    with Terminal("consumer", "add", stream, url=server.url) as terminal:
        for question, answer in questions:
            terminal.shows(question, 30)
            terminal.types(answer + b"\n")
        assert terminal.end() == ExitCode.DONE
    config = ask(server.url, f"CONSUMER.INFO.{stream}.C")["config"]
    expected = {"deliver_subject": "to.me", "deliver_policy": "new", "ack_policy": "all", "max_deliver": 7}
    assert {key: config.get(key) for key in expected} == expected
    assert config["max_ack_pending"] == 9


def test_an_answer_that_is_none_is_a_usage_error(server, stream_name):
    with Terminal("stream", "add", stream_name, "--subjects", "x", "--storage", "file", url=server.url) as terminal:
        terminal.shows(b"Replication [1] ", 30)
        terminal.types(b"many\n")
        terminal.shows(b"'many' is not a whole number", 30)
        assert terminal.end() == ExitCode.USAGE


@pytest.mark.parametrize(("answer", "code", "left"), [(b"y", 0, 0), (b"n", 0, 2), (b"", 0, 2), (b"\x03", 130, 2)])
def test_a_purge_says_what_goes_and_waits_for_a_yes(server, make, answer, code, left):
    stream = make()
    store(server.url, f"{stream}.a", b"x", b"y")
    with Terminal("stream", "purge", stream, url=server.url) as terminal:
        terminal.shows(f"Really purge the messages of stream {stream} (2 messages, ".encode(), 30)
        terminal.types(answer if answer == b"\x03" else answer + b"\n")
        assert terminal.end() == code
    assert ask(server.url, f"STREAM.INFO.{stream}")["state"]["messages"] == left


@pytest.mark.parametrize("kind", ["stream", "consumer"])
def test_what_somebody_else_changes_meanwhile_is_not_undone(server, make, cli, kind):
    stream = make()
    make_consumer(server.url, stream, "C")
    words = (kind, "edit", stream) if kind == "stream" else (kind, "edit", stream, "C")
    with Terminal(*words, "--description", "mine", url=server.url) as terminal:
        terminal.shows(f"Really edit {kind} {stream}".encode(), 30)
        assert cli(*words, "--description", "theirs", "--force").code == ExitCode.DONE
        terminal.types(b"y\n")
        terminal.shows(b"was changed by somebody else meanwhile", 30)
        assert terminal.end() == ExitCode.FAILED
    assert json.loads(cli(*(kind, "info"), *words[2:], "--json").out)["config"]["description"] == "theirs"


def test_a_bucket_is_asked_about_twice(make_server):
    url = make_server(jetstream=True).url
    make_stream(url, "KV_b")
    with Terminal("stream", "rm", "KV_b", url=url) as terminal:
        terminal.shows(b"stream 'KV_b' is the inside of a bucket", 30)
        terminal.types(b"y\n")
        terminal.shows(b"Really delete stream KV_b (0 messages, 0 B)?", 30)
        terminal.types(b"y\n")
        assert terminal.end() == ExitCode.DONE
    assert ask(url, "STREAM.NAMES")["streams"] is None


def test_stream_and_consumer_are_picked_from_lists(make_server):
    url = make_server(jetstream=True).url
    for name in ("A", "B", "KV_b"):
        make_stream(url, name)
    make_consumer(url, "B", "C", description="this one")
    with Terminal("consumer", "info", url=url) as terminal:
        terminal.shows(b"   1  A\n   2  B\nWhich stream? [1-2] ", 30)
        terminal.types(b"2\n")
        terminal.shows(b"   1  C\nWhich consumer? [1-1] ", 30)
        terminal.types(b"C\n")
        terminal.shows(b"Description: this one", 30)
        assert terminal.end() == ExitCode.DONE


def test_pages_are_turned(server, make):
    stream = make()
    store(server.url, f"{stream}.a", b"one", b"two", b"three")
    with Terminal("stream", "view", stream, "2", url=server.url) as terminal:
        terminal.shows(b"two\n\nNext page? (yes, no) [yes] ", 30)
        terminal.types(b"\n")
        terminal.shows(b"three\n", 30)
        terminal.shows(b"Reached apparent end of data", 30)
        assert terminal.end() == ExitCode.DONE


@pytest.mark.parametrize("command", [("stream", "view"), ("stream", "get"), ("consumer", "next")])
def test_a_hostile_message_is_made_visible(server, make, command):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"\x1b]0;owned\x07", headers=b"NATS/1.0\r\nA: \x1b[2J\r\n\r\n")
    rest = {"view": (), "get": ("1",), "next": ("C",)}[command[1]]
    with Terminal(*command, stream, *rest, url=server.url) as terminal:
        assert terminal.end() == ExitCode.DONE
    assert b"\\x1b]0;owned" in terminal.shown
    assert b"\x1b]" not in terminal.shown
    assert b"\x1b[2J" not in terminal.shown


def test_documents_on_a_terminal_are_documents(server, make):
    stream = make(description="\x1b[2J")
    with Terminal("stream", "info", stream, "--json", url=server.url) as terminal:
        assert terminal.end() == ExitCode.DONE
    assert json.loads(terminal.shown)["config"]["description"] == "\x1b[2J"


@pytest.mark.parametrize(
    ("command", "title"), [(("stream",), b"Messages Stored: 2"), (("consumer", "C"), b"Messages Pending: 2")]
)
def test_graphs_are_drawn_until_ctrl_c(server, make, command, title):
    stream = make()
    make_consumer(server.url, stream, "C")
    with Terminal(command[0], "graph", stream, *command[1:], url=server.url, lines=30) as terminal:
        terminal.shows(b" / second: ", 30)
        store(server.url, f"{stream}.a", b"x", b"y")
        terminal.shows(title, 30)
        terminal.types(b"\x03")
        assert terminal.end() == ExitCode.DONE


@pytest.mark.parametrize("command", [("stream", "graph", "S"), ("consumer", "graph", "S", "C")])
def test_a_graph_needs_a_terminal_with_room(cli, server, command):
    result = cli(*command)
    assert (result.code, "charts need a terminal" in result.err) == (ExitCode.USAGE, True)
    with Terminal(*command, url=server.url, lines=5) as terminal:
        terminal.shows(b"charts need 20 columns and 20 lines", 30)
        assert terminal.end() == ExitCode.USAGE


def test_a_password_is_asked_for_once_however_often_a_command_connects(make_server):
    url = make_server(jetstream=True, user="bob", password="hush").url
    make_stream(url.replace("//", "//bob:hush@"), "A")
    with Terminal("stream", "edit", "A", "--max-msgs", "7", "--user", "bob", url=url) as terminal:
        terminal.shows(b"assword", 30)
        terminal.types(b"hush\n")
        terminal.shows(b"Really edit stream A?", 30)
        terminal.types(b"y\n")
        terminal.shows(b"Stream A was updated", 30)
        assert terminal.end() == ExitCode.DONE
    assert terminal.shown.lower().count(b"password") == 1


def test_a_graph_outlives_its_server(make_server):
    server = make_server(jetstream=True)
    make_stream(server.url, "A")
    with Terminal("stream", "graph", "A", url=server.url, lines=30) as terminal:
        terminal.shows(b" / second: ", 30)
        server.stop()
        terminal.shows(b"Stream A: ", 30)
        terminal.types(b"\x03")
        assert terminal.end() == ExitCode.DONE
    assert b"disconnected from" not in terminal.shown
