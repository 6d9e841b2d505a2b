"""``natscli bench``: what is reported is what happened."""

import json
import os
import signal
import time
import urllib.request
from contextlib import nullcontext
from pathlib import Path

import pytest

from natscli.bench.documents import read_report, write_report
from natscli.errors import ExitCode
from natscli.wire.encode import pub
from tests.bench.proxies import proxied
from tests.cli.peers import Peer, frozen
from tests.ports import held_port
from tests.processes import freeze
from tests.test_schemas import check
from tests.waiting import eventually

MODES = {
    "pub": ("pub", "a", "--msgs", "5000"),
    "pub at a rate": ("pub", "a", "--msgs", "300", "--rate", "1000", "--jitter", "0.5"),
    "pub with pauses": ("pub", "a", "--msgs", "20", "--sleep", "1ms"),
    "pub to many": ("pub", "a", "--msgs", "5000", "--multisubject", "--multisubjectmax", "7"),
    "pub at random": ("pub", "a", "--msgs", "5000", "--multisubject", "--multisubjectrandomize"),
    "pub of random": ("pub", "a", "--msgs", "5000", "--payload", "random", "--size", "1000"),
    "pub of a template": ("pub", "a", "--msgs", "5000", "--payload", "{{Count}}", "-H", "A:b"),
    "pubsub": ("pubsub", "a", "--msgs", "5000", "--subscribers", "2"),
    "pubsub at a rate": ("pubsub", "a", "--msgs", "300", "--rate", "1000", "--size", "16"),
    "request": ("request", "a", "--msgs", "500", "--responders", "2"),
    "request in flight": ("req", "a", "--msgs", "5000", "--responders", "1", "--in-flight", "40"),
    "request at a rate": ("service", "request", "a", "--msgs", "300", "--responders", "1", "--rate", "1000"),
    "request of random": ("request", "a", "--msgs", "500", "--responders", "1", "--payload", "random"),
}


def counts_of(run):
    return {name: run[name] for name in ("sent", "received", "lost", "duplicated", "out_of_order", "foreign")}


def document(result):
    assert (result.code, result.err) == (0, ""), result.err
    return json.loads(result.out)


def only(result):
    (run,) = document(result)["results"]
    return run


@pytest.fixture
def bench(cli):
    """Run ``bench`` on a server of its own and return the result of its only run."""
    return lambda *arguments: only(cli("bench", *arguments, "--embedded", "--json"))


@pytest.mark.parametrize("clients", ["1", "3"])
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_every_message_is_accounted_for(cli, mode, clients):
    """By us and by the server, in a document that keeps to its schema and is read back."""
    result = cli("bench", *mode, "--clients", clients, "--embedded", "--json")

    run = only(result)
    asked = int(mode[mode.index("--msgs") + 1])
    receivers = run["spec"]["others"] if run["mode"] == "pubsub" else 1
    expected = asked * receivers

    assert run["msgs"] == sum(c["msgs"] for c in run["clients"] if c["role"] == rated(run)) == expected
    assert run["sent"] == asked
    assert (run["lost"], run["duplicated"], run["out_of_order"], run["foreign"], run["errors"]) == (0, 0, 0, 0, 0)
    assert run["received"] == (0 if run["mode"] == "pub" else expected)
    assert run["ended"] == "count"
    assert sum(run["timeline"]) == expected
    assert run["msgs_per_sec"] == pytest.approx(expected / run["seconds"])
    check_server_counts(run)
    check("bench", document(result))
    assert write_report(read_report(result.out)) == document(result)


def rated(run):
    return {"pub": "publisher", "pubsub": "subscriber", "request": "requester"}[run["mode"]]


def check_server_counts(run):
    replies = run["received"] if run["mode"] == "request" else 0
    delivered = run["received"] + replies

    assert run["server"]["in_msgs"] == run["sent"] + replies
    assert run["server"]["out_msgs"] == delivered
    if run["mode"] == "pub" and run["spec"]["body"] != "template":
        assert run["server"]["in_bytes"] == run["bytes"] == run["sent"] * run["spec"]["size"]


@pytest.mark.parametrize("mode", ["pub", "pubsub", "request"])
def test_a_duration_alone_ends_a_run(bench, mode):
    more = ("--responders", "1") if mode == "request" else ()

    run = bench(mode, "a", "--duration", "300ms", *more)

    assert run["ended"] == "duration"
    assert len(run["timeline"]) * run["bucket_s"] > 0.29  # from the release on: the first message may come late
    assert run["seconds"] < 10
    assert run["msgs"] == run["sent"] > 0
    assert run["lost"] == 0


def test_a_warm_up_is_not_counted(bench):
    run = bench("pub", "a", "--msgs", "1000", "--warmup", "50ms")

    assert (run["msgs"], run["server"]["in_msgs"]) == (1000, 1000)


@pytest.mark.parametrize("multisubject", [False, True])
def test_sub_counts_what_came(make_server, start, subject, multisubject):
    server = make_server(monitor_port=0)
    where = subject.encode() + (b".7" if multisubject else b"")
    options = ["--multisubject"] if multisubject else []
    arguments = ("bench", "sub", subject, "--clients", "2", "--msgs", "3000", "--json", "--monitor", server.monitor_url)
    sub = start(*arguments, *options, url=server.url)
    sub.says("with 2 clients")

    with Peer(server.url) as peer:
        peer.send(b"".join([pub(where, bytes(number % 50)) for number in range(3000)]))
        peer.settle()

    assert sub.end() == ExitCode.DONE
    (run,) = json.loads(sub.out)["results"]
    assert (run["received"], run["msgs"], run["lost"]) == (6000, 6000, 0)
    assert run["bytes"] == 2 * sum(number % 50 for number in range(3000))
    assert [client["received"] for client in run["clients"]] == [3000, 3000]
    assert run["server"]["out_msgs"] == 6000


def test_the_pause_of_requesters_is_in_no_latency(bench):
    run = bench("request", "a", "--msgs", "3", "--responders", "1", "--sleep", "300ms")

    assert run["latency"]["p50_ns"] < 200e6


def test_serve_answers_and_says_how_many(make_server, start, cli, subject):
    server = make_server()
    serve = start("bench", "service", "serve", subject, "--clients", "2", "--json", url=server.url)
    serve.says("Answering")

    run = only(cli("bench", "request", subject, "--msgs", "700", "--in-flight", "20", "--json", "-s", server.url))
    serve.signal(signal.SIGINT)

    assert serve.end() == ExitCode.DONE
    (served,) = json.loads(serve.out)["results"]
    assert run["received"] == served["received"] == sum(c["received"] for c in served["clients"]) == 700
    assert run["bytes"] == 700 * 128


def test_serve_ends_after_its_count(make_server, start, cli, subject):
    server = make_server()
    serve = start("bench", "serve", subject, "--msgs", "50", "--json", url=server.url)
    serve.says("Answering")

    cli("bench", "request", subject, "--msgs", "50", "-s", server.url)

    assert serve.end() == ExitCode.DONE
    assert json.loads(serve.out)["results"][0]["received"] == 50


def test_messages_that_a_proxy_drops_are_lost_exactly(make_server, cli, subject):
    server = make_server()
    drops = {number for number in range(2000) if number % 10 == 7 or 500 <= number < 600}

    with proxied(server.port, choose=lambda number: number not in drops) as url:
        run = only(cli("bench", "pubsub", subject, "--msgs", "2000", "-s", url, "--json"))

    assert (run["sent"], run["acknowledged"]) == (2000, 2000)
    assert (run["lost"], run["received"]) == (len(drops), 2000 - len(drops))
    assert run["latency"]["count"] == run["received"]
    assert (run["duplicated"], run["out_of_order"]) == (0, 0)


def test_messages_that_a_proxy_repeats_are_duplicates_exactly(make_server, cli, subject):
    server = make_server()

    with proxied(server.port, choose=lambda number: 2 if number % 4 == 1 else 1) as url:
        run = only(cli("bench", "pubsub", subject, "--msgs", "400", "--clients", "2", "-s", url, "--json"))

    assert (run["sent"], run["received"], run["duplicated"], run["lost"]) == (400, 500, 100, 0)


@pytest.mark.parametrize("pace", [("--in-flight", "10"), ("--rate", "200")], ids=["flat out", "at a rate"])
def test_requests_whose_replies_are_dropped_are_lost_exactly(make_server, start, cli, subject, pace):
    server = make_server()
    serve = start("bench", "serve", subject, url=server.url)
    serve.says("Answering")

    with proxied(server.port, choose=lambda number: number % 10 != 3) as url:
        run = only(cli("bench", "request", subject, "--msgs", "50", *pace, "-s", url, "--json"))

    assert (run["sent"], run["received"], run["lost"]) == (50, 45, 5)


DELAY_S = 0.05  # far more than what a loaded machine adds to each message


def quietest(measure):
    """The short run of many whose median is lowest: what a loaded machine adds is no delay of the proxy's."""
    runs = []
    while len(runs) < 40 and not (runs and runs[-1]["latency"]["p50_ns"] < 1.1e9 * DELAY_S):
        runs.append(measure())
    return min(runs, key=lambda run: run["latency"]["p50_ns"])


def test_a_delay_of_one_direction_is_what_one_way_latency_reads(make_server, cli, subject):
    """Only what the server sends is delayed: messages are late by as much, and by their own way to the server."""
    server = make_server()

    with proxied(server.port, delay_s=DELAY_S) as url:
        arguments = ("bench", "pubsub", subject, "--rate", "300", "--msgs", "60", "-s", url, "--json")
        run = quietest(lambda: only(cli(*arguments)))

    assert run["latency"]["p50_ns"] == pytest.approx(1e9 * DELAY_S, rel=0.1)
    assert run["latency"]["min_ns"] >= 1e9 * DELAY_S
    assert run["latency"]["count"] == 60


def test_a_delay_of_the_replies_is_what_requests_read(make_server, start, cli, subject):
    """The responder is next to the server: a request waits once, for its reply."""
    server = make_server()
    serve = start("bench", "serve", subject, url=server.url)
    serve.says("Answering")

    with proxied(server.port, delay_s=DELAY_S) as url:
        run = quietest(lambda: only(cli("bench", "request", subject, "--msgs", "20", "-s", url, "--json")))

    assert run["latency"]["p50_ns"] == pytest.approx(1e9 * DELAY_S, rel=0.1)
    assert run["latency"]["min_ns"] >= 1e9 * DELAY_S


@pytest.mark.parametrize("mode", ["pub", "pubsub"])
def test_a_server_that_stands_still_shows_in_the_tail(make_server, start, subject, mode):
    """Of 5,000 messages 200 are due while it stands still for 200 ms: the slowest hundredth waited over 140 ms.

    They are due one each millisecond, and a machine that stands still, too, only makes more of them wait.
    """
    server = make_server(monitor_port=0)
    began = time.monotonic()
    bench = start("bench", mode, subject, "--rate", "1000", "--msgs", "5000", "--json", url=server.url)
    begun(server)
    stop_for(server, 0.2)

    assert bench.end(30) == ExitCode.DONE
    (run,) = json.loads(bench.out)["results"]
    assert run["latency"]["count"] == 5000
    assert run["lost"] == 0
    assert 140e6 < run["latency"]["p99_ns"] <= run["latency"]["max_ns"] < (time.monotonic() - began) * 1e9
    assert run["latency"]["min_ns"] < 100e6


def stop_for(server, seconds):
    freeze(server.pid)
    time.sleep(seconds)
    os.kill(server.pid, signal.SIGCONT)


def varz(server):
    """What the server counted so far."""
    with urllib.request.urlopen(f"{server.monitor_url}/varz", timeout=30) as answer:
        return json.load(answer)


def begun(server, messages=100):
    """Wait until the server has got so many messages."""
    eventually(lambda: varz(server)["in_msgs"] > messages, 30)


def test_a_lost_connection_is_reported_and_the_run_goes_on(make_server, start, subject):
    with held_port() as port:
        server = make_server(port=port, monitor_port=0)
        bench = start("bench", "pubsub", subject, "--rate", "1000", "--msgs", "5000", "--json", url=server.url)
        begun(server)
        server.stop(0)
        make_server(port=port)

        assert bench.end(30) == ExitCode.DONE
    (run,) = json.loads(bench.out)["results"]
    assert {loss["role"] for loss in run["disconnects"]} == {"publisher", "subscriber"}
    assert all(loss["seconds"] for loss in run["disconnects"])
    unique = run["received"] - run["duplicated"] - run["foreign"]
    assert unique + run["lost"] == run["sent"] == 5000, counts_of(run)
    assert run["ended"] == "count"


@pytest.mark.parametrize("mode", ["pub", "pubsub", "request"])
def test_a_lost_connection_may_end_the_run(make_server, start, subject, mode):
    server = make_server(monitor_port=0)
    more = ("--responders", "1") if mode == "request" else ()
    arguments = (mode, subject, "--rate", "500", "--duration", "30s", "--on-disconnect", "stop", "--json", *more)
    bench = start("bench", *arguments, url=server.url)
    begun(server)
    server.stop(0)

    assert bench.end(30) == ExitCode.CONNECTION
    assert "the run ended early" in bench.err
    (run,) = json.loads(bench.out)["results"]
    assert run["ended"] == "disconnected"
    assert 0 < run["sent"] < 10_000


@pytest.mark.parametrize(
    ("mode", "number", "code"),
    [("pub", signal.SIGINT, 130), ("pubsub", signal.SIGTERM, 143), ("request", signal.SIGINT, 130)],
    ids=str,
)
@pytest.mark.parametrize("standing_still", [False, True])
def test_a_signal_brings_a_report_of_what_was_done(make_server, start, subject, mode, number, code, standing_still):
    server = make_server(monitor_port=0)
    more = ("--responders", "1") if mode == "request" else ()
    bench = start("bench", mode, subject, "--duration", "60s", "--json", *more, url=server.url)
    begun(server, 1000 if mode == "request" else 100_000)  # more than may be sent ahead of what was confirmed
    with frozen(server) if standing_still else nullcontext():
        bench.signal(number)

        assert bench.end(10) == code
    (run,) = json.loads(bench.out)["results"]
    assert run["ended"] == "interrupted"
    assert run["sent"] > 0
    assert standing_still or run["msgs"] > 0  # a server that stands still may have confirmed nothing yet
    if mode != "pub":
        assert run["received"] - run["duplicated"] + run["lost"] == run["sent"], counts_of(run)


@pytest.mark.parametrize("mode", ["pub", "pubsub", "request"])
def test_what_is_confirmed_after_the_time_is_not_lost(make_server, start, subject, mode):
    """The server stands still as the time runs out, and for longer than Ctrl-C would wait."""
    server = make_server(monitor_port=0)
    more = ("--responders", "1") if mode == "request" else ()
    bench = start("bench", mode, subject, "--rate", "1000", "--duration", "600ms", "--json", *more, url=server.url)
    begun(server, 10)
    stop_for(server, 1.2)

    assert bench.end(30) == ExitCode.DONE
    (run,) = json.loads(bench.out)["results"]
    assert (run["lost"], run["ended"], run["disconnects"]) == (0, "duration", [])
    assert run["msgs"] == run["sent"]


@pytest.mark.parametrize("mode", ["pub", "pubsub", "request"])
def test_a_server_that_answers_no_more_costs_no_report(make_server, start, subject, mode):
    server = make_server(monitor_port=0)
    more = ("--responders", "1") if mode == "request" else ()
    limits = ("--msgs", "100000000", "--duration", "5s" if mode == "request" else "30s", "--timeout", "4s")
    bench = start("bench", mode, subject, *limits, *more, "--json", url=server.url)
    begun(server, 1000)
    with frozen(server):
        assert bench.end(30) == ExitCode.CONNECTION

    assert "did not answer a PING" in bench.err or "took no bytes for 4s" in bench.err
    (run,) = json.loads(bench.out)["results"]
    assert run["sent"] > 0  # it may have confirmed nothing yet
    assert [loss for loss in run["disconnects"] if loss["seconds"] is None]


def test_a_server_that_was_started_for_the_run_goes_with_it(start, subject, tmp_path):
    bench = start("bench", "pub", subject, "--embedded", "--duration", "60s", env={"TMPDIR": str(tmp_path)})
    eventually(lambda: list(tmp_path.glob("natscli-server-*/*.ports")), 30)
    bench.signal(signal.SIGINT)

    assert bench.end(10) == 130
    assert list(tmp_path.glob("natscli-*")) == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say")
@pytest.mark.parametrize(
    "mode", [("pub",), ("pubsub",), ("request", "--responders", "1", "--in-flight", "100")], ids=str
)
def test_a_long_run_takes_little_memory(start, subject, mode, record_property):
    bench = start("bench", mode[0], subject, *mode[1:], "--duration", "1s")
    peaks = [0]
    eventually(lambda: peaks.append(peak_kib(bench)) or bench.popen.poll() is not None, 30)

    record_property("figure", f"bench {mode[0]} took {max(peaks) // 1024} MiB")
    assert bench.end() == 0
    assert 0 < max(peaks) < 150 * 1024


def peak_kib(process):
    """The most memory a process has had; 0 when it has ended."""
    try:
        status = Path(f"/proc/{process.popen.pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)


def test_ctrl_c_of_sub_says_what_came(make_server, start, subject):
    server = make_server(monitor_port=0)
    sub = start("bench", "sub", subject, "--msgs", "10", "--json", "--trace", url=server.url)
    sub.says("Receiving")
    with Peer(server.url) as peer:
        peer.send(pub(subject.encode(), b"x") * 4)
        peer.settle()
    eventually(lambda: sub.err.count(f"<<< MSG {subject}") == 4, 30)
    sub.signal(signal.SIGINT)

    assert sub.end() == 130
    (run,) = json.loads(sub.out)["results"]
    assert (run["received"], run["ended"]) == (4, "interrupted")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("pub", "a", "--msgs", "0"), 2, "0 is not in the range"),
        (("pub", "a", "--msgs", "-1"), 2, "-1 is not in the range"),
        (("pub", "a", "--clients", "0"), 2, "no number above 0"),
        (("pub", "a", "--clients", "99999"), 2, "it takes 1 to 500"),
        (("pub", "a", "--size", "-1"), 2, "is not a size"),
        (("pub", "a", "--size", "99999999999"), 2, "more than any server takes"),
        (("pub", "a", "--rate", "0"), 2, "not in the range"),
        (("pub", "a", "--rate", "nan"), 2, "not"),
        (("pub", "a", "--duration", "0"), 2, "longer than nothing"),
        (("pub", "a", "--warmup", "-1s"), 2, "is not a duration"),
        (("pub", "a.*"), 2, "wildcard"),
        (("pub", "a", "--payload", "plain"), 2, "neither @FILE, nor random, nor a template"),
        (("pub", "a", "--payload", "@missing"), 2, "missing"),
        (("pub", "a", "--size", "1", "--sizes", "1,2"), 2, "one of them must go"),
        (("pub", "a", "--rate", "1", "--sleep", "1s"), 2, "one of them must go"),
        (("pub", "a", "--jitter", "0.1"), 2, "--jitter needs --rate"),
        (("pub", "a", "--slo", "1ms"), 2, "--slo needs --find-max"),
        (("pub", "a", "--find-max", "--rate", "1"), 2, "--rate must go"),
        (("pub", "a", "--find-max", "--msgs", "1"), 2, "--msgs must go"),
        (("pub", "a", "--find-max", "--sizes", "1,2"), 2, "one size"),
        (("pub", "a", "--multisubjectmax", "5"), 2, "needs --multisubject"),
        (("pub", "a", "--multisubjectrandomize"), 2, "needs --multisubject"),
        (("pub", "a", "--embedded", "--monitor", "http://a"), 2, "--monitor must go"),
        (("pub", "a", "--embedded", "-s", "nats://a"), 2, "--server and --context must go"),
        (("pub", "a", "--monitor", "ftp://a"), 2, "not of the form"),
        (("pubsub", "a", "--size", "15"), 2, "no room"),
        (("pubsub", "a", "--payload", "{{Count}}"), 2, "takes a file"),
        (("request", "a", "--in-flight", "2", "--rate", "5"), 2, "--in-flight must go"),
        (("pub", "a", "--size", "2MB"), 1, "exceeds the server's limit of 1,048,576"),
        (("pubsub", "a", "--size", "2MB"), 1, "exceeds the server's limit of 1,048,576"),
        (("request", "a", "--size", "2MB"), 1, "exceeds the server's limit of 1,048,576"),
        (("request", "nobody.there"), 6, "nobody serves 'nobody.there'"),
        (("pub", "a", "--csv", "/nowhere/x", "--msgs", "1"), 1, "'/nowhere/x' cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_done_is_said(cli, arguments, code, words):
    result = cli("bench", *arguments)

    assert result.code == code
    assert words in result.err


def test_too_large_a_message_is_refused_before_anything_is_sent(make_server, cli):
    server = make_server(monitor_port=0, max_payload=1000)

    result = cli("bench", "pub", "a", "--size", "1001", "-s", server.url)

    assert (result.code, result.out) == (ExitCode.FAILED, b"")
    assert varz(server)["in_bytes"] < 1001


def test_a_refused_subject_is_exit_4(make_server, cli):
    extra = 'authorization { users: [{user: a, password: b, permissions: {publish: "ok", subscribe: "ok"}}] }'
    server = make_server(extra=extra)
    who = ("-s", server.url, "--user", "a", "--password", "b")

    assert cli("bench", "pub", "bad", *who).code == ExitCode.REFUSED
    assert cli("bench", "sub", "bad", *who).code == ExitCode.REFUSED
    assert cli("bench", "pub", "ok", *who).code == ExitCode.DONE


def test_the_suite_is_what_bench_alone_does(cli):
    written = document(cli("bench", "--embedded", "--duration", "100ms", "--json", "--label", "mine"))

    assert [run["mode"] for run in written["results"]] == ["pub", "pub", "pubsub", "pubsub", "request", "request"]
    assert all(run["msgs"] > 0 and run["lost"] == 0 for run in written["results"])
    assert (written["label"], written["environment"]["embedded"]) == ("mine", True)
    check("bench", written)


def test_sweeps_are_run_in_turn(cli):
    written = document(
        cli("bench", "pub", "a", "--embedded", "--sizes", "16,1KiB", "--clients", "1,2", "--msgs", "500", "--json")
    )

    runs = [(run["spec"]["size"], run["spec"]["clients"], run["sent"]) for run in written["results"]]
    assert runs == [(16, 1, 500), (16, 2, 500), (1024, 1, 500), (1024, 2, 500)]


def test_find_max_finds_a_rate(cli):
    written = document(
        cli("bench", "pubsub", "a", "--embedded", "--find-max", "--slo", "1ns", "--duration", "50ms", "--json")
    )

    assert written["found"]["rate"] == 0
    assert not any(step["kept"] for step in written["found"]["steps"])
    assert written["found"]["steps"][0]["rate"] == 1000
    check("bench", written)


def test_csv_has_the_columns_of_the_go_cli_and_a_line_for_each_client(cli):
    cli("bench", "pubsub", "a", "--embedded", "--msgs", "100", "--clients", "2", "--csv", "out.csv")

    heading, *lines = Path("out.csv").read_text().splitlines()

    assert heading.startswith("#RunID,ClientID,MsgCount,MsgBytes,MsgsPerSec,BytesPerSec,DurationSecs,MinLatencyMicro")
    assert [line.split(",")[1:4] for line in lines] == [
        ["P0", "50", "6400"],
        ["P1", "50", "6400"],
        ["S0", "100", "12800"],
    ]


def test_people_get_figures_percentiles_and_plots(cli):
    result = cli("bench", "pubsub", "a", "--embedded", "--duration", "300ms", "--rate", "500")

    assert result.code == 0
    for words in (
        "pubsub a · 1 publisher · 1 subscriber · 128 B of zeros",
        "msgs/s",
        "lost 0",
        "p99.9",
        "█",
        "one way:",
    ):
        assert words in result.text
    assert "the server's own counters" in result.text
