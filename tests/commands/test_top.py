"""``natscli top`` without the app: exact counts, latency, alerts, refusals, formats, and how it ends."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from natscli.wire.encode import pub
from tests.cli.peers import Peer
from tests.processes import freeze
from tests.test_schemas import check
from tests.waiting import eventually

DENIALS = """
authorization {
  users = [
    {user: some, password: p, permissions: {subscribe: {allow: ["orders.>", "_INBOX.mine.>"]}}}
    {user: all, password: p}
  ]
}
"""


def last(top):
    eventually(lambda: b"\n" in top.out, 30)
    return json.loads(top.out.rpartition(b"\n")[0].splitlines()[-1])


def rows(document):
    return {row["subject"]: row for row in document["rows"]}


def figures(top, enough):
    """Wait for figures for which ``enough`` holds, end it, and return them."""
    found = []
    eventually(lambda: found.append(last(top)) or enough(found[-1]), 30)
    top.signal(signal.SIGINT)
    assert top.end() == 0
    return found[-1]


def counted(messages):
    return lambda document: document["totals"]["messages"] == messages


def test_every_message_is_counted_as_the_server_counts_them(start, make_server):
    server = make_server(monitor_port=0)
    top = start("top", "flood.>", "--json", "--interval", "500ms", "--top", "3000", "--no-fold", url=server.url)
    top.says("Watching")
    block = b"".join(pub(b"flood.%d" % number, b"x" * (number % 50)) for number in range(2000))
    stretch = pub(b"flood.one", b"same") * 5000
    with Peer(server.url) as peer:
        for _ in range(40):
            peer.send(block + stretch)
        peer.settle()

    total = 40 * (2000 + 5000)
    eventually(lambda: last(top)["totals"]["messages"] == total, 30)
    document = last(top)

    shown = rows(document)
    assert len(shown) == 2001
    assert shown["flood.one"]["messages"] == 200_000
    assert {shown[f"flood.{n}"]["messages"] for n in range(2000)} == {40}
    assert shown["flood.149"]["payload_bytes"] == 40 * 49
    assert document["totals"]["dropped"] == document["totals"]["cuts"] == 0


def test_a_subject_that_is_asked_for_twice_is_counted_once(start, cli, subject):
    other = "*." + subject.split(".")[1] + ".>"
    top = start("top", f"{subject}.*", f"{subject}.a", other, "--json", "--interval", "100ms")
    top.says("Watching")
    cli("pub", f"{subject}.a", "x", "--count", "3")
    cli("pub", f"{subject}.last", "x")

    document = figures(top, lambda document: f"{subject}.last" in rows(document))
    assert rows(document)[f"{subject}.a"]["messages"] == 3


def test_requests_show_how_fast_they_are_answered(start, cli, subject):
    reply = start("reply", subject, "yes")
    reply.says("Listening")
    top = start("top", subject, "--json", "--interval", "100ms")
    top.says("Watching")
    for _ in range(3):
        cli("req", subject, "?")
    cli("pub", subject, "no reply", "--reply", "somewhere.else")

    row = rows(figures(top, counted(4)))[subject]
    assert (row["messages"], row["requests"], row["replies"], row["unanswered"]) == (4, 3, 3, 0)
    assert 0 < row["p50_s"] <= row["p99_s"] < 30


def test_without_latency_nothing_is_paired(start, cli, subject):
    reply = start("reply", subject, "yes")
    reply.says("Listening")
    top = start("top", subject, "--json", "--interval", "100ms", "--no-latency")
    top.says("Watching")
    cli("req", subject, "?")

    document = figures(top, counted(1))
    row = rows(document)[subject]
    assert (row["messages"], row["requests"], row["unanswered"], row["p99_s"]) == (1, 0, 0, None)
    assert document["totals"]["pairing"] is False


def test_figures_come_every_interval_until_the_end(start, subject):
    top = start("top", subject, "--json", "--for", "5s", "--interval", "200ms")

    assert top.end() == 0
    assert 2 <= len(top.out.splitlines()) <= 25


def test_figures_come_once_where_only_the_end_is_given(start, subject):
    top = start("top", subject, "--json", "--for", "300ms")

    assert top.end() == 0
    assert len(top.out.splitlines()) == 1
    assert last(top)["totals"]["messages"] == 0


def test_inboxes_are_hidden_unless_asked_for(start, cli, subject):
    watch = ("top", "--json", "--interval", "100ms")
    hidden, shown = start(*watch), start(*watch, "--internal")
    hidden.says("Watching")
    shown.says("Watching")
    cli("pub", "_INBOX.nobody.1", "x")
    cli("pub", "_INBOX.nobody.2", "x")

    document = figures(hidden, lambda document: document["totals"]["messages"] >= 2)
    assert "_INBOX.>" not in rows(document)
    figures(shown, lambda document: rows(document).get("_INBOX.>", {"messages": 0})["messages"] >= 2)


@pytest.mark.parametrize(("options", "names"), [([], ["*.paid"]), (["--no-fold"], ["1.paid", "2.paid"])])
def test_identifiers_are_folded_unless_told_otherwise(start, cli, subject, options, names):
    top = start("top", f"{subject}.>", "--json", "--interval", "100ms", "--sort", "subject", *options)
    top.says("Watching")
    for number in (1, 2):
        cli("pub", f"{subject}.{number}.paid", "x")

    document = figures(top, counted(2))
    assert [row["subject"] for row in document["rows"]] == [f"{subject}.{name}" for name in names]


def test_ignored_subjects_are_left_out(start, cli, subject):
    top = start("top", f"{subject}.>", "-I", f"{subject}.noise", "--json", "--interval", "100ms")
    top.says("Watching")
    cli("pub", f"{subject}.noise", "x")
    cli("pub", f"{subject}.signal", "x")

    document = figures(top, lambda document: f"{subject}.signal" in rows(document))
    assert list(rows(document)) == [f"{subject}.signal"]
    assert document["totals"]["messages"] == 1


def test_an_alert_that_fired_is_exit_code_1(cli, subject):
    result = cli("top", subject, "--for", "300ms", "--alert", f"silent({subject}) > 100ms", "--alert", "rate(x) > 5")

    assert result.code == 1
    assert f"warning: alert silent({subject}) > 100ms: it is " in result.err
    assert result.err.count("rate(x)") == 0
    assert f"ALERT silent({subject})" in result.text


def test_an_alert_that_did_not_fire_is_none(cli, subject):
    assert cli("top", subject, "--once", "--interval", "300ms", "--alert", f"rate({subject}) > 0").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--json", "--csv"], "do not go together"),
        (["--once", "--for", "1s"], "do not go together"),
        (["--alert", "rate(a > 5"], "is not an alert"),
        (["--alert", "rate(a..b) > 5"], "empty token"),
        (["--for", "0"], "longer than nothing"),
        (["a b"], "white space"),
        (["-I", "a..b"], "empty token"),
        (["--sort", "colour"], "invalid value"),
        (["--decode", "json"], "--decode needs a terminal"),
        (["--json", "--monitor", "http://127.0.0.1:1"], "--monitor needs a terminal"),
    ],
)
def test_what_makes_no_sense_is_a_usage_error(cli, arguments, words):
    result = cli("top", *arguments, "-s", "127.0.0.1:1")

    assert result.code == 2
    assert words in result.err


def test_a_refused_subject_is_named_and_the_rest_is_watched(start, make_server):
    server = make_server(extra=DENIALS)
    asked = ("--user", "some", "--password", "p", "--json", "--interval", "100ms")
    top = start("top", "secret.>", "orders.>", *asked, url=server.url)
    top.says("Watching")
    with Peer(server.url, user="all", **{"pass": "p"}) as peer:
        peer.send(pub(b"orders.new", b"x", b"_INBOX.a.1") + pub(b"_INBOX.a.1", b"y"))
        peer.settle()

    document = figures(top, counted(1))
    assert "'secret.>': watching the rest" in top.err
    assert "'_INBOX.>': replies there" in top.err
    assert rows(document)["orders.new"]["messages"] == 1
    assert document["totals"]["pairing"] is False
    assert rows(document)["orders.new"]["unanswered"] == 0
    assert len(document["notes"]) == 2


def test_what_is_permitted_of_a_refused_subject_is_watched(start, make_server):
    server = make_server(extra=DENIALS)
    asked = ("--user", "some", "--password", "p", "--inbox-prefix", "_INBOX.mine")
    top = start("top", "--json", "--interval", "100ms", *asked, url=server.url)
    top.says("Watching")
    with Peer(server.url, user="all", **{"pass": "p"}) as peer:
        peer.send(pub(b"other", b"x") + pub(b"orders.new", b"x"))
        peer.settle()

    document = figures(top, lambda document: "orders.new" in rows(document))
    assert "subscribe to '>': watching '_INBOX.mine.>', 'orders.>' instead" in top.err
    assert set(rows(document)) == {"orders.new"}


def test_where_nothing_is_left_to_watch_it_ends_with_4(start, make_server):
    server = make_server(extra=DENIALS)
    top = start("top", "--once", "--user", "some", "--password", "p", url=server.url)

    assert top.end() == 4
    assert "does not permit to subscribe to '>'" in top.err


def test_being_cut_off_for_reading_too_slowly_is_exit_code_7(start, make_server):
    server = make_server(max_payload=10_000, extra="max_pending: 100KB\nwrite_deadline: 1s\n")
    top = start("top", "--json", "--interval", "100ms", url=server.url)
    top.says("Watching")
    eventually(lambda: top.out)
    freeze(top.popen.pid)
    since = time.monotonic()
    with Peer(server.url) as peer:
        for _ in range(200):
            peer.send(pub(b"flood", b"x" * 1000) * 500)
        peer.settle()
    eventually(lambda: time.monotonic() > since + 1)
    top.signal(signal.SIGCONT)
    top.says("reconnected", 30)
    eventually(lambda: b'"cuts": 1' in top.out, 30)
    top.signal(signal.SIGINT)

    assert top.end() == 7
    assert "because it was read too slowly: messages were lost and not counted" in top.err
    gap, loss = last(top)["notes"]
    assert gap == "disconnected 1 time: messages published meanwhile are not counted"
    assert loss.startswith("messages were lost: the server cut us off 1 time")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 143)])
def test_ctrl_c_is_the_end_of_one_that_runs_for_ever(start, subject, number, code):
    top = start("top", subject, "--csv", "--interval", "50ms")
    eventually(lambda: top.out, 30)
    top.signal(number)

    assert top.end() == code


def test_ctrl_c_before_the_end_is_130_and_the_figures_are_printed(start, cli, subject):
    top = start("top", subject, "--json", "--for", "1h", "--trace")
    top.says("Watching")
    cli("pub", subject, "x")
    top.says(f"MSG {subject}")
    top.signal(signal.SIGINT)

    assert top.end() == 130
    assert last(top)["totals"]["messages"] == 1


def test_a_reader_that_goes_away_ends_it_quietly(start, subject):
    read, write = os.pipe()
    with os.fdopen(write, "wb") as out:
        top = start("top", subject, "--json", "--interval", "20ms", stdout=out)
    top.says("Watching")
    os.close(read)

    assert top.end() == 0
    assert "natscli:" not in top.err


def test_csv_has_a_heading_and_no_formulas(start, server, subject):
    top = start("top", "*.*", "--csv", "--interval", "100ms")
    top.says("Watching")
    names = [b"=cmd()", b"@SUM", b"+1", b"-1", b"\xff", b"a\x1b]0;title\x07", b'quote",comma']
    token = subject.split(".")[1].encode()
    with Peer(server.url) as peer:
        for name in names:
            peer.send(pub(name + b"." + token, b"x"))
        peer.settle()

    eventually(lambda: names[-1].split(b",")[1] in top.out, 30)
    top.signal(signal.SIGINT)
    assert top.end() == 0
    heading, *lines = list(csv.reader(io.StringIO(top.out.decode())))
    assert heading[:3] == ["time", "subject", "messages"]
    shown = {line[1].rpartition(".")[0] for line in lines if line[1].endswith(token.decode())}
    assert shown == {"'=cmd()", "'@SUM", "'+1", "'-1", r"\xff", r"a\x1b]0;title\x07", 'quote",comma'}


def test_hostile_subjects_and_headers_are_counted_and_shown_harmlessly(start, make_server):
    server = make_server(extra="max_control_line: 64KB\n")
    top = start("top", "hostile.>", url=server.url)
    top.says("Watching")
    deep = b"hostile" + b".a" * 10_000
    block = b"NATS/1.0\r\nBig: " + b"h" * 1_000_000 + b"\r\n\r\n"
    hostile = [pub(b"hostile.\xff\x1b[2J", b"x", b"", block), pub(b"hostile.\xe2\x80\xae", b"\x00")]
    with Peer(server.url) as peer:
        peer.send(pub(deep, b"") * 3 + b"".join(hostile))
        peer.settle()

    eventually(lambda: b"\n5 messages" in top.out, 30)
    top.signal(signal.SIGINT)
    assert top.end() == 0
    assert b"\x1b" not in top.out
    assert r"\xff\x1b[2J" in top.out.decode()
    assert r"\u202e" in top.out.decode()


def test_documents_keep_to_their_schema(start, cli, subject):
    top = start("top", subject, "--json", "--interval", "100ms", "--alert", f"silent({subject}) > 1ms")
    eventually(lambda: top.out.count(b"\n") >= 2, 30)
    cli("pub", subject, "x")
    eventually(lambda: last(top)["rows"] if top.out.endswith(b"\n") else None, 30)
    top.signal(signal.SIGINT)

    assert top.end() == 1
    documents = [json.loads(line) for line in top.out.splitlines()]
    for document in documents:
        check("top", document)
    assert documents[0]["alerts"][0]["subject"] == subject


def test_textual_and_rich_are_not_imported(server, subject):
    script = (
        "import sys; from natscli.cli import main; code = main(sys.argv[1:]); "
        "print(code, [name for name in ('textual', 'rich', 'natscli.tui') if name in sys.modules])"
    )
    arguments = ["top", subject, "--once", "--interval", "50ms", "--csv", "-s", server.url]
    ran = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=60)

    assert ran.stdout.splitlines()[-1] == "0 []"
