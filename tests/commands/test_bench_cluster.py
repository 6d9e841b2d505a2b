"""``natscli bench`` on three servers that are one: nothing is lost between them, and the run outlives any of them."""

import json
import os
import signal
import threading
from contextlib import ExitStack

import pytest

from natscli.errors import ExitCode
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from tests.bench.proxies import proxied
from tests.commands.test_bench import counts_of, document, only, peak_kib, rated
from tests.test_schemas import check
from tests.topologies import cluster_port, make_cluster, monitored
from tests.waiting import eventually

MODES = {
    "pub": ("pub", "--msgs", "9000"),
    "pub at a rate": ("pub", "--msgs", "600", "--rate", "3000"),
    "pubsub": ("pubsub", "--msgs", "9000", "--subscribers", "3"),
    "pubsub at a rate": ("pubsub", "--msgs", "600", "--rate", "3000", "--subscribers", "3"),
    "request": ("request", "--msgs", "600", "--responders", "3"),
    "request in flight": ("request", "--msgs", "3000", "--responders", "2", "--in-flight", "40"),
    "request at a rate": ("request", "--msgs", "600", "--responders", "1", "--rate", "3000"),
}


@pytest.fixture(scope="module")
def cluster(nats_server_binary):
    """Three servers that stay."""
    with ExitStack() as stack:

        def make(**settings):
            return stack.enter_context(LocalServer.start(ServerConfig(**settings), binary=nats_server_binary))

        yield make_cluster(make)


@pytest.fixture
def mortal(make_server):
    """Three servers of which one may be killed."""
    return make_cluster(make_server)


def urls(servers):
    return ",".join(server.url for server in servers)


def holds(server, belongs, both_ways=False):
    """Whether a server has a client of the run that has been at work and is one that ``belongs``."""
    least = min if both_ways else max
    return any(least(each["in_msgs"], each["out_msgs"]) > 100 and belongs(each) for each in connections(server))


def serving(server, subject):
    """Whether a server has a client that subscribes to ``subject``."""
    return any(subject in client.get("subscriptions_list", ()) for client in connections(server))


def connections(server):
    return monitored(server, "connz?subs=1")["connections"]


def is_spread(servers, subject):
    """Whether somebody subscribes to ``subject``, and every server knows at which of the others."""
    with_some = {monitored(server, "varz")["server_name"] for server in servers if serving(server, subject)}
    return bool(with_some) and all(with_some <= known(server, subject) for server in servers)


def known(server, subject):
    """The names of the servers that, as this one knows, have a client that subscribes to ``subject``; its own, too."""
    told = monitored(server, "routez?subs=1")
    names = {each["remote_name"] for each in told["routes"] if subject in each.get("subscriptions_list", ())}
    return names | {told["server_name"]}


def kill_the_server_of(servers, subject, *, receives, both_ways=False):
    """Kill the server of a client that subscribes to ``subject``, or of one that does not; return the others.

    It has sent or received a hundred messages, or both: requests that nobody has answered yet are no run.
    """

    def belongs(client):
        return (subject in client.get("subscriptions_list", ())) == receives

    victim = eventually(lambda: next((server for server in servers if holds(server, belongs, both_ways)), None), 30)
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait(10)
    return [server for server in servers if server is not victim]


def summed(run, name):
    """The sum over the clients that the run's own count is of."""
    counted = {"request": ["requester"], "serve": ["responder"]}.get(run["mode"], ["publisher", "subscriber"])
    return sum(client[name] for client in run["clients"] if client["role"] in counted)


def check_sums(run):
    for name in ("sent", "acknowledged", "received", "lost", "duplicated", "out_of_order", "foreign", "errors"):
        assert run[name] == summed(run, name), (name, counts_of(run))
        assert run[name] >= 0
    assert (run["duplicated"], run["foreign"], run["errors"]) == (0, 0, 0)
    assert run["msgs"] == sum(run["timeline"])


def unaccounted(run):
    """What was sent and is neither known to have come nor lost."""
    if run["mode"] == "pub":
        return run["sent"] - run["acknowledged"] - run["lost"]
    receivers = run["spec"]["others"] if run["mode"] == "pubsub" else 1
    return run["sent"] * receivers - run["received"] - run["lost"]


def check_went_on(run):
    """Whoever lost the connection was back before the end, and messages went on behind it."""
    assert run["disconnects"]
    for loss in run["disconnects"]:
        assert loss["at_s"] > 0
        assert 0 < loss["seconds"] < 30
        assert loss["reason"]
    back = max(loss["at_s"] + loss["seconds"] for loss in run["disconnects"])
    assert sum(run["timeline"][int(back / run["bucket_s"]) :]) > 0


def ended_with(process, code, within=40):
    """The only run of a process that ends with this code."""
    assert process.end(within) == code, process.err
    (run,) = json.loads(process.out)["results"]
    return run


def nobody_is_left(servers):
    eventually(lambda: not any(monitored(server, "connz")["connections"] for server in servers), 30)


# -- all three stay ------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES.keys())
def test_nothing_is_lost_between_servers(cluster, cli, subject, mode):
    asked = int(mode[mode.index("--msgs") + 1])
    threads = set(threading.enumerate())

    run = only(cli("bench", mode[0], subject, *mode[1:], "--clients", "3", "-s", urls(cluster), "--json"))

    receivers = run["spec"]["others"] if run["mode"] == "pubsub" else 1
    assert (run["sent"], run["msgs"], run["lost"], run["ended"]) == (asked, asked * receivers, 0, "count")
    assert [client["msgs"] for client in run["clients"] if client["role"] == rated(run)] == [run["msgs"] // 3] * 3
    assert unaccounted(run) == 0
    assert run["disconnects"] == []
    check_sums(run)
    answered = sum(client["received"] for client in run["clients"] if client["role"] == "responder")
    assert answered == (asked if run["mode"] == "request" else 0)
    eventually(lambda: not [thread for thread in threading.enumerate() if thread not in threads])
    nobody_is_left(cluster)


def test_each_subscriber_gets_what_another_run_publishes(cluster, cli, start, subject):
    sub = start("bench", "sub", subject, "--clients", "3", "--msgs", "5000", "--json", url=urls(cluster))
    sub.says("Receiving")
    eventually(lambda: is_spread(cluster, subject))

    sent = only(cli("bench", "pub", subject, "--clients", "3", "--msgs", "5000", "-s", urls(cluster), "--json"))

    run = ended_with(sub, ExitCode.DONE)
    assert (sent["sent"], sent["lost"]) == (5000, 0)
    assert [client["received"] for client in run["clients"]] == [5000] * 3
    assert (run["received"], run["lost"]) == (15_000, 0)
    check_sums(run)


def test_every_request_is_answered_once_by_whoever_serves(cluster, cli, start, subject):
    serve = start("bench", "serve", subject, "--clients", "3", "--json", url=urls(cluster))
    serve.says("Answering")
    eventually(lambda: is_spread(cluster, subject))

    arguments = ("--clients", "3", "--msgs", "3000", "--in-flight", "20")
    run = only(cli("bench", "request", subject, *arguments, "-s", urls(cluster), "--json"))
    serve.signal(signal.SIGINT)

    served = ended_with(serve, ExitCode.DONE)
    assert (run["sent"], run["received"], run["lost"]) == (3000, 3000, 0)
    assert served["received"] == 3000
    check_sums(run)
    check_sums(served)


def test_the_suite_runs_on_a_cluster(cluster, cli):
    written = document(cli("bench", "--duration", "100ms", "-s", urls(cluster), "--json"))

    assert len(written["results"]) == 6
    for run in written["results"]:
        assert run["msgs"] > 0
        assert (run["lost"], unaccounted(run)) == (0, 0)
        check_sums(run)


@pytest.mark.parametrize("mode", ["pubsub", "request"])
def test_a_run_waits_until_far_servers_know_of_its_subscriptions(make_server, cli, subject, mode):
    """They learn of each after 50 ms, when its own server has long confirmed it."""
    own = "name: C, listen: '127.0.0.1:-1', no_advertise: true"
    near = make_server(monitor_port=0, extra=f"cluster {{ {own} }}")
    with proxied(cluster_port(near), delay_s=0.05) as way:
        far = make_server(monitor_port=0, extra=f"cluster {{ {own}, routes: [{way.replace('nats:', 'nats-route:')}] }}")
        eventually(lambda: all(monitored(server, "routez")["num_routes"] >= 4 for server in (near, far)), 30)
        where = ("-s", urls([near, far]), "--json")
        others = ("--subscribers", "4") if mode == "pubsub" else ("--responders", "1", "--in-flight", "50")

        run = only(cli("bench", mode, subject, "--clients", "4", "--msgs", "400", *others, *where))
        for server in (far, near):
            server.stop()

    assert (run["sent"], run["lost"], unaccounted(run)) == (400, 0, 0)
    check_sums(run)


# -- one is killed -------------------------------------------------------------------------------

KILLED = {
    "pub": ("pub", False),
    "pubsub's publisher": ("pubsub", False),
    "pubsub's subscriber": ("pubsub", True),
    "requester": ("request", False),
    "responder": ("request", True),
}
MORE = {"pub": (), "pubsub": ("--subscribers", "2"), "request": ("--responders", "1")}


@pytest.mark.parametrize(("mode", "receives"), KILLED.values(), ids=KILLED.keys())
def test_a_run_goes_on_when_a_server_is_killed(mortal, start, subject, mode, receives, tmp_path):
    limits = ("--rate", "1000", "--msgs", "5000", "--timeout", "5s")
    arguments = ("bench", mode, subject, *limits, *MORE[mode], "--json")
    (own := tmp_path / "own").mkdir()
    bench = start(*arguments, url=urls(mortal), env={"TMPDIR": str(own)})
    left = kill_the_server_of(mortal, subject, receives=receives, both_ways=mode == "request")
    peak = peak_kib(bench)

    run = ended_with(bench, ExitCode.DONE)
    assert (run["sent"], run["ended"]) == (5000, "count")
    assert unaccounted(run) == 0, counts_of(run)
    check_sums(run)
    check_went_on(run)
    assert {loss["role"] for loss in run["disconnects"]} <= {client["role"] for client in run["clients"]}
    assert run["lost"] < run["sent"] * max(run["spec"]["others"], 1)
    assert 0 < peak < 150 * 1024
    assert list(own.iterdir()) == []
    nobody_is_left(left)


FLAT_OUT = {"pub": "5s", "pubsub": "5s", "request": "9s"}  # the kill takes its time, and a lost request is waited for


@pytest.mark.parametrize("mode", FLAT_OUT)
def test_a_run_flat_out_goes_on_when_a_server_is_killed(mortal, start, subject, mode):
    bench = start(
        "bench", mode, subject, "--duration", FLAT_OUT[mode], "--timeout", "4s", *MORE[mode], "--json", url=urls(mortal)
    )
    kill_the_server_of(mortal, subject, receives=mode != "pub", both_ways=mode == "request")

    run = ended_with(bench, ExitCode.DONE)
    assert run["ended"] == "duration"
    assert unaccounted(run) == 0, counts_of(run)
    check_sums(run)
    check_went_on(run)


@pytest.mark.parametrize(("mode", "receives"), KILLED.values(), ids=KILLED.keys())
def test_a_killed_server_may_end_the_run(mortal, start, subject, mode, receives):
    limits = ("--rate", "1000", "--duration", "60s", "--on-disconnect", "stop")
    bench = start("bench", mode, subject, *limits, *MORE[mode], "--json", url=urls(mortal))
    left = kill_the_server_of(mortal, subject, receives=receives, both_ways=mode == "request")

    run = ended_with(bench, ExitCode.CONNECTION)
    assert "the run ended early" in bench.err
    assert run["ended"] == "disconnected"
    assert 0 < run["sent"] < 20_000
    assert run["msgs"] > 0
    assert [loss for loss in run["disconnects"] if loss["seconds"] is None]
    assert unaccounted(run) == 0, counts_of(run)
    check_sums(run)
    nobody_is_left(left)


def test_a_subscriber_knows_what_it_missed_of_others(mortal, start, subject):
    limits = ("--msgs", "4000", "--duration", "6s")
    sub = start("bench", "sub", subject, *limits, "--json", url=urls(mortal))
    sub.says("Receiving")
    pub = start("bench", "pub", subject, "--rate", "1000", "--msgs", "4000", "--json", url=urls(mortal))
    left = kill_the_server_of(mortal, subject, receives=True)

    sent, run = ended_with(pub, ExitCode.DONE), ended_with(sub, ExitCode.DONE)
    assert sent["sent"] == 4000
    assert unaccounted(sent) == 0
    assert run["received"] + run["lost"] == 4000
    assert run["received"] > 0
    assert all(loss["role"] == "subscriber" and loss["seconds"] for loss in run["disconnects"])
    assert len(run["disconnects"]) == 1
    check_sums(run)
    nobody_is_left(left)


def test_who_serves_goes_on_and_who_asks_waits_for_it(mortal, start, cli, subject):
    serve = start("bench", "serve", subject, "--json", url=urls(mortal))
    serve.says("Answering")
    eventually(lambda: is_spread(mortal, subject))
    request = start("bench", "request", subject, "--rate", "1500", "--msgs", "1200", "--json", url=urls(mortal))
    left = kill_the_server_of(mortal, subject, receives=True, both_ways=True)

    run = ended_with(request, ExitCode.DONE)
    eventually(lambda: is_spread(left, subject))
    again = only(cli("bench", "request", subject, "--msgs", "50", "-s", urls(left), "--json"))
    serve.signal(signal.SIGINT)
    served = ended_with(serve, ExitCode.DONE)
    assert unaccounted(run) == 0, counts_of(run)
    assert again["received"] == 50
    assert run["received"] <= served["received"] - 50 <= run["sent"]
    assert [loss["role"] for loss in served["disconnects"]] == ["responder"]
    assert served["disconnects"][0]["seconds"] > 0
    check_sums(run)
    check_sums(served)
    nobody_is_left(left)


def test_who_asks_gives_up_when_nobody_serves_any_more(cluster, start, subject):
    serve = start("bench", "serve", subject, url=urls(cluster))
    serve.says("Answering")
    eventually(lambda: is_spread(cluster, subject))
    limits = ("--duration", "60s", "--timeout", "4s", "--rate", "500")
    request = start("bench", "request", subject, *limits, "--json", url=urls(cluster))
    eventually(lambda: any(holds(server, lambda client: True, both_ways=True) for server in cluster), 30)
    serve.signal(signal.SIGINT)

    assert request.end(20) == ExitCode.NO_RESPONDERS
    assert f"nobody serves '{subject}'" in request.err


def test_the_suite_goes_on_when_a_server_is_killed(mortal, start):
    bench = start("bench", "--duration", "1s", "--json", url=urls(mortal))
    left = kill_the_server_of(mortal, "", receives=False)

    code = bench.end(60)
    written = json.loads(bench.out)
    check("bench", written)
    losses = [loss for run in written["results"] for loss in run["disconnects"]]
    gone = any(loss["seconds"] is None for loss in losses)  # at the end of their run: the next has connections anew
    assert code == (ExitCode.CONNECTION if gone else ExitCode.DONE), bench.err
    assert len(written["results"]) == 6
    for run in written["results"]:
        assert unaccounted(run) == 0, counts_of(run)
        check_sums(run)
    nobody_is_left(left)
