"""``bench --agents``: what several processes do together is what the report says."""

import json
import signal
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest

from natscli import __version__
from natscli.bench.orders import News, State, encoded
from natscli.errors import ExitCode
from tests.cli.peers import Peer
from tests.processes import Process
from tests.test_schemas import check
from tests.topologies import make_supercluster, monitored
from tests.waiting import eventually


@pytest.fixture
def group():
    """A group of its own: tests share a server."""
    return f"g{uuid.uuid4().hex[:8]}"


@pytest.fixture
def agents(start, group):
    """Start agents and wait until they are ready: ``agents(url, "a", "b")``."""

    def begin(url, *names, options=()):
        made = [start("bench", "agent", "--group", group, "--name", name, *options, url=url) for name in names]
        for process in made:
            process.says("is ready", 30)
        return made

    return begin


@pytest.fixture(scope="module")
def resident(server, tmp_path_factory):
    """The group of an agent that stays: tests leave it idle."""
    name = f"g{uuid.uuid4().hex[:8]}"
    home = {"HOME": str(tmp_path_factory.mktemp("home"))}
    words = ("bench", "agent", "--no-context", "--group", name, "--name", "a")
    with Process.start(words, server.url, env=home) as process:
        process.says("is ready", 30)
        yield name
        process.signal(signal.SIGINT)
        assert process.end() == ExitCode.DONE


@pytest.fixture
def bench(cli, group):
    """Run on agents of the group, and return the result with its only run."""

    def run(*arguments):
        result = cli("bench", *arguments, "--group", group, "--json")
        document = json.loads(result.out) if result.out else None
        if document is not None:
            check("bench", document)
        return result, document and document["results"][0]

    return run


def names(run):
    return {agent["name"]: agent["excluded"] for agent in run["agents"]}


@pytest.mark.parametrize(
    "mode",
    [
        ("pub", "--msgs", "30001"),
        ("pub", "--msgs", "300", "--rate", "1000", "-H", "A:b", "--payload", "{{Count}}"),
        ("pubsub", "--msgs", "3000", "--clients", "4", "--subscribers", "2"),
        ("request", "--msgs", "300", "--responders", "1", "--in-flight", "5"),
    ],
    ids=lambda mode: " ".join(mode[:5]),
)
def test_three_agents_do_a_run_together(make_server, agents, bench, subject, mode):
    server = make_server(monitor_port=0)
    agents(server.url, "a", "b", "c")
    before = monitored(server, "varz")["in_msgs"]

    result, run = bench(mode[0], subject, *mode[1:], "--agents", "3", "-s", server.url)

    asked = int(mode[2])
    receivers = 2 if mode[0] == "pubsub" else 1
    assert (result.code, result.err) == (0, "")
    assert (run["sent"], run["msgs"], run["lost"], run["duplicated"]) == (asked, asked * receivers, 0, 0)
    assert sum(agent["msgs"] for agent in run["agents"]) == run["msgs"]
    assert names(run) == {"a": "", "b": "", "c": ""}
    assert all(agent["environment"]["server"] == server.url for agent in run["agents"])
    assert run["latency"]["count"] == run["msgs"]
    assert sum(run["timeline"]) == run["msgs"]
    assert len(run["timeline"]) < 1000
    assert monitored(server, "varz")["in_msgs"] - before >= asked


def test_a_sweep_is_run_by_the_same_agents(server, agents, cli, group, subject):
    agents(server.url, "a", "b")

    result = cli("bench", "pub", subject, "--agents", "2", "--group", group, "--sizes", "16,64", "--msgs", "100",
                 "--repeat", "2", "--json")  # fmt: skip

    runs = json.loads(result.out)["results"]
    assert [(run["spec"]["size"], run["sent"], len(run["agents"])) for run in runs] == [
        (16, 100, 2), (64, 100, 2), (16, 100, 2), (64, 100, 2),
    ]  # fmt: skip


def test_the_suite_is_run_by_agents_too(server, agents, cli, group):
    agents(server.url, "a", "b")

    result = cli("bench", "--agents", "2", "--group", group, "--duration", "100ms", "--json")

    assert (result.code, result.err) == (0, "")
    runs = json.loads(result.out)["results"]
    assert [run["mode"] for run in runs] == ["pub", "pub", "pubsub", "pubsub", "request", "request"]
    for run in runs:
        assert (run["spec"]["clients"], names(run), run["lost"]) == (2, {"a": "", "b": ""}, 0)
        assert run["msgs"] > 0


def test_subscribers_and_publishers_may_be_on_different_agents(server, agents, cli, start, group, subject):
    agents(server.url, "a", "b")
    sub = start("bench", "sub", subject, "--agents", "2", "--group", group, "--msgs", "500", "--json", url=server.url)
    sub.says("Receiving", 30)

    cli("bench", "pub", subject, "--msgs", "500")

    assert sub.end(30) == ExitCode.DONE
    (run,) = json.loads(sub.out)["results"]
    assert (run["received"], run["lost"]) == (1000, 0)


def test_people_see_each_agent(server, agents, cli, group, subject):
    agents(server.url, "east", "west")

    result = cli("bench", "pub", subject, "--agents", "2", "--group", group, "--msgs", "100", "--html", "p.html")

    assert "[agent east]" in result.text
    assert "(50 msgs by 1 client), at nats://127.0.0.1" in result.text
    assert "agents that began together" in result.text
    assert "Agents" in Path("p.html").read_text()


def test_an_agent_killed_in_a_run_is_named_and_left_out(server, agents, start, group, subject):
    processes = agents(server.url, "a", "b", "c")
    limits = ("--rate", "900", "--duration", "6s", "--timeout", "5s", "--json")
    bench = start("bench", "pub", subject, "--agents", "3", "--group", group, *limits, url=server.url)
    eventually(lambda: published(server, subject), 30)
    processes[1].signal(signal.SIGKILL)

    assert bench.end(40) == ExitCode.FAILED
    assert "2 of 3 agents are in the figures: b: nothing was heard of it for 5s" in bench.err
    (run,) = json.loads(bench.out)["results"]
    assert names(run) == {"a": "", "b": "nothing was heard of it for 5s", "c": ""}
    assert {agent["name"]: agent["msgs"] for agent in run["agents"]}["b"] == 0
    assert run["msgs"] == sum(agent["msgs"] for agent in run["agents"] if not agent["excluded"])
    assert any("agent b is in no figure" in warning for warning in run["warnings"])
    processes[0].says("done")


def published(server, subject):
    """Whether a message is seen now on the subject."""
    with Peer(server.url) as peer:
        peer.subscribe(subject)
        peer.next()
    return True


IN_TIME_S = 0.3  # a bench that was interrupted has no more than half a second for its agents


def test_ctrl_c_ends_the_work_of_all(make_server, agents, start, group, subject):
    server = make_server(monitor_port=0)
    processes = agents(server.url, "a", "b")
    words = ("bench", "pub", subject, "--agents", "2", "--group", group, "--rate", "500", "--duration", "60s", "--json")
    bench = start(*words, url=server.url)
    eventually(lambda: monitored(server, "varz")["in_msgs"] > 300, 30)
    signalled = time.monotonic()
    bench.signal(signal.SIGINT)
    for process in processes:
        process.says("done")
    done_s = time.monotonic() - signalled

    assert bench.end(10) == 130
    (run,) = json.loads(bench.out)["results"]
    assert run["ended"] == "interrupted"
    late = {"its result did not come in time"} if done_s > IN_TIME_S else set()
    assert set(names(run)) == {"a", "b"}
    assert set(names(run).values()) <= {"", *late}
    eventually(lambda: monitored(server, "varz")["connections"] == 2, 30)


def test_agents_stop_when_nobody_asks_any_more(make_server, agents, start, group, subject):
    server = make_server(monitor_port=0)
    processes = agents(server.url, "a", options=("--timeout", "4s"))
    bench = start("bench", "pub", subject, "--agents", "1", "--group", group, "--duration", "60s", "--rate", "1000",
                  url=server.url)  # fmt: skip
    eventually(lambda: published(server, subject), 30)
    bench.signal(signal.SIGKILL)

    processes[0].says("the bench that asked for it is gone", 30)
    eventually(lambda: monitored(server, "varz")["connections"] == 1, 30)


def test_an_agent_that_is_stopped_in_a_run_says_so(server, agents, start, group, subject):
    processes = agents(server.url, "a", "b")
    bench = start("bench", "pub", subject, "--agents", "2", "--group", group, "--rate", "200", "--duration", "5s",
                  "--json", url=server.url)  # fmt: skip
    eventually(lambda: published(server, subject), 30)
    processes[0].signal(signal.SIGINT)

    assert processes[0].end() == ExitCode.DONE
    assert bench.end(30) == ExitCode.FAILED
    assert "1 of 2 agents are in the figures: a: the agent was stopped" in bench.err
    assert names(json.loads(bench.out)["results"][0])["b"] == ""


@contextmanager
def pretender(server, group, version=__version__, protocol="1"):
    """Answer as an agent does, and do no more than the test wants."""
    document = {"id": uuid.uuid4().hex[:22], "version": version, "metadata": {"agent": "odd", "group": group}}
    document["metadata"] |= {"protocol": protocol, "state": "idle"}
    with Peer(server.url) as asked, Peer(server.url) as ordered:
        asked.subscribe("$SRV.INFO.natscli-bench")
        ordered.subscribe(f"natscli.bench.{group}.agent.{document['id']}")
        yield lambda: asked.publish(asked.next().reply, json.dumps(document).encode()), ordered


def test_an_agent_of_another_version_is_named_and_not_taken(server, resident, start, subject):
    with pretender(server, resident, version="9.9.9") as (answer, _):
        bench = start("bench", "pub", subject, "--agents", "2", "--group", resident, "--timeout", "5s", url=server.url)
        answer()

        assert bench.end(30) == ExitCode.TIMEOUT
    assert "1 of 2 agents were there within 5s" in bench.err
    assert f"odd: it is natscli 9.9.9 (protocol 1), this is {__version__} (1)" in bench.err


def test_an_agent_that_is_not_ready_in_time_is_left_out(server, agents, start, group, subject):
    (process,) = agents(server.url, "a")
    with pretender(server, group) as (answer, ordered):
        words = ("bench", "pub", subject, "--agents", "2", "--group", group, "--timeout", "5s", "--msgs", "100")
        bench = start(*words, "--json", url=server.url)
        answer()
        order = ordered.next()

        def over():
            ordered.publish(order.reply, encoded(News(State.PREPARING)))
            return bench.popen.poll() is not None

        eventually(over, 40)
    assert bench.end() == ExitCode.FAILED
    (run,) = json.loads(bench.out)["results"]
    assert names(run) == {"a": "", "odd": "it was not ready within 7s"}
    assert run["sent"] == 50
    process.says("done")


@pytest.mark.parametrize(
    "said",
    [b"rubbish", b"{}", b'{"state": "done", "piece": 5, "pieces": 2}\nx',
     b'{"state": "done", "piece": 0, "pieces": 1}\nx', b'{"state": "failed", "words": "no \\u001b[2J luck"}'],
)  # fmt: skip
def test_an_agent_that_talks_rubbish_is_left_out(server, resident, start, subject, said):
    with pretender(server, resident) as (answer, ordered):
        words = ("bench", "pub", subject, "--agents", "2", "--group", resident, "--msgs", "100")
        bench = start(*words, url=server.url)
        answer()
        ordered.publish(ordered.next().reply, said)

        assert bench.end(30) == ExitCode.FAILED
    assert "1 of 2 agents are in the figures: odd: " in bench.err
    assert "\x1b" not in bench.err + bench.out.decode()


ORDER = {
    "run": "r1",
    "spec": {"mode": "pub", "subject": "a", "msgs": 5},
    "headers": [],
    "template": "",
}


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ("rubbish", "not JSON"),
        ([], "cannot be read"),
        ({"run": "r1"}, "cannot be read"),
        (ORDER | {"run": "a.>"}, "run 'a.>' is not letters"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a\r\nPUB b 0\r\n"}}, "control characters"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a.>"}}, "wildcard"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a", "size": 10**14}}, "more than any server takes"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a", "clients": 10**6}}, "it takes 1 to 500"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a", "rate": float("nan")}}, "rate is no number"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a", "msgs": -1}}, "out of bounds"),
        (ORDER | {"spec": {"mode": "pub", "subject": "a", "body": "file"}}, "is not made here"),
        (ORDER | {"headers": [["A", "b\r\nPUB b 0\r\n"]]}, "line break"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_order_that_cannot_be_carried_out_is_refused(server, resident, order, words):
    with Peer(server.url) as peer:
        info = eventually(lambda: idle(ask(peer, "$SRV.INFO.natscli-bench", resident)))
        endpoint = info["endpoints"][0]["subject"]
        before = ask(peer, f"$SRV.STATS.natscli-bench.{info['id']}", resident)["endpoints"][0]
        peer.publish(endpoint, order.encode() if isinstance(order, str) else json.dumps(order).encode(), b"me.r")
        reply = json.loads(peer.next().payload)

        assert (reply["state"], words in reply["words"]) == ("failed", True), reply
        after = ask(peer, f"$SRV.STATS.natscli-bench.{info['id']}", resident)["endpoints"][0]
    assert [after[name] - before[name] for name in ("num_requests", "num_errors")] == [1, 1]


def ask(peer, subject, group):
    """Return the answer of the group's agent; agents of other tests may answer too."""
    inbox = f"me.{uuid.uuid4().hex}"
    peer.send(b"SUB me.> 7\r\n")
    peer.publish(subject, b"", inbox.encode())
    while True:
        message = peer.next()
        if message.subject == inbox.encode():
            document = json.loads(message.payload)
            if document["metadata"]["group"] == group:
                peer.send(b"UNSUB 7\r\n")
                peer.send(b"SUB me.> 7\r\n")
                return document


@pytest.mark.parametrize("verb", ["PING", "INFO", "STATS"])
def test_an_agent_is_a_micro_service(server, resident, verb):
    with Peer(server.url) as peer:
        found = eventually(lambda: idle(ask(peer, f"$SRV.{verb}", resident)))

    assert found["type"] == f"io.nats.micro.v1.{verb.lower()}_response"
    assert (found["name"], found["version"]) == ("natscli-bench", __version__)
    assert found["metadata"] == {"agent": "a", "group": resident, "protocol": "1", "state": "idle"}
    if verb == "STATS":
        assert found["started"].endswith("Z")
    if verb != "PING":
        assert found["endpoints"][0]["queue_group"] == "q"


def idle(document):
    """The document, once the run of another test is over."""
    return document if document["metadata"]["state"] == "idle" else None


def test_an_agent_connects_as_itself_and_meets_elsewhere(make_server, agents, bench, subject):
    meeting = make_server(monitor_port=0)
    tested = make_server(monitor_port=0, user="load", password="s3cret")
    login = ("--user", "load", "--password", "s3cret", "--control-server", meeting.url)
    agents(tested.url, "a", "b", options=login)
    with Peer(meeting.url) as listener:
        listener.subscribe("natscli.bench.>")

        result, run = bench("pub", subject, "--agents", "2", "--msgs", "1000", "-s", tested.url, *login)

        said = listener.next().payload + listener.next().payload
    assert (result.code, run["sent"]) == (0, 1000), result.err
    assert b"s3cret" not in said
    assert b"s3cret" not in result.out
    assert monitored(meeting, "varz")["in_msgs"] < 1000
    assert all(agent["environment"]["server"] == tested.url for agent in run["agents"])


def test_agents_may_meet_where_a_saved_context_says(make_server, agents, bench, subject, isolated):
    meeting, tested = make_server(user="m", password="s3cret"), make_server(monitor_port=0)
    contexts = isolated / ".config" / "nats" / "context"
    contexts.mkdir(parents=True)
    words = {"url": meeting.url, "user": "m", "password": "s3cret"}
    (contexts / "meeting.json").write_text(json.dumps(words))
    agents(tested.url, "a", options=("--control-context", "meeting"))
    assert monitored(tested, "varz")["total_connections"] == 0

    result, run = bench(
        "pub", subject, "--agents", "1", "--msgs", "10", "-s", tested.url, "--control-context", "meeting"
    )

    assert (result.code, run["sent"]) == (0, 10), result.err
    assert run["agents"][0]["environment"]["server"] == tested.url


def test_a_busy_agent_is_not_taken(server, agents, start, cli, group, subject):
    agents(server.url, "a")
    words = ("bench", "pub", subject, "--agents", "1", "--group", group, "--rate", "200", "--duration", "60s")
    bench = start(*words, url=server.url)
    eventually(lambda: published(server, subject), 30)

    result = cli("bench", "pub", subject, "--agents", "1", "--group", group, "--timeout", "5s")
    bench.signal(signal.SIGINT)

    assert (result.code, "a: it is busy with another run" in result.err) == (ExitCode.TIMEOUT, True)
    assert bench.end() == 130


def test_a_supercluster_is_driven_from_both_its_clusters(make_server, start, cli, group, subject, record_property):
    clusters = make_supercluster(make_server)
    places = {"e0": clusters["EAST"][0], "e1": clusters["EAST"][1], "w0": clusters["WEST"][0]}
    for name, server in places.items():
        start("bench", "agent", "--group", group, "--name", name, url=server.url).says("is ready", 30)
    here = ("--agents", "3", "--group", group, "-s", clusters["WEST"][1].url, "--json", "--timeout", "20s")

    pub = cli("bench", "pub", subject, "--msgs", "30000", *here)
    pubsub = cli("bench", "pubsub", subject, "--rate", "600", "--duration", "1s", *here)

    for result in (pub, pubsub):
        assert (result.code, result.err) == (0, "")
        (run,) = json.loads(result.out)["results"]
        assert run["lost"] == 0
        assert {agent["name"]: agent["environment"]["server"] for agent in run["agents"]} == {
            name: server.url for name, server in places.items()
        }
    record_property("figure", f"3 agents in 2 clusters: pubsub p99 {run['latency']['p99_ns'] / 1e6:.1f} ms")


def test_agents_that_all_fail_alike_fail_as_one(server, agents, bench):
    agents(server.url, "a", "b")

    unserved, _ = bench("request", "nobody.there", "--agents", "2")
    too_large, _ = bench("pub", "a", "--size", "2MB", "--agents", "2")

    assert unserved.code == ExitCode.NO_RESPONDERS
    assert "no agent had a result: nobody serves 'nobody.there'" in unserved.err
    assert too_large.code == ExitCode.FAILED
    assert "no agent had a result: the message of 2,000,000 bytes" in too_large.err


@pytest.mark.parametrize(
    ("options", "allowed", "refused"),
    [
        ((), [("pub", "load.a")], [("pub", "$JS.API.INFO")]),
        (
            ("--allow", "load.*"),
            [("pub", "load.a")],
            [("pub", "other.a"), ("pub", "load.a", "--multisubject"), ("sub", "load.>", "--duration", "1s")],
        ),
        (("--allow", "other", "--allow", "load.>"), [("pub", "load.a", "--multisubject")], []),
        (("--allow", "$JS.>"), [("pub", "$JS.API.NONE")], []),
    ],
    ids=lambda value: " ".join(value) if value and isinstance(value[0], str) else "",
)
def test_an_agent_uses_only_subjects_that_it_allows(server, agents, bench, options, allowed, refused):
    agents(server.url, "a", options=options)

    for run in allowed:
        assert bench(*run, "--msgs", "10", "--agents", "1")[0].code == ExitCode.DONE
    for run in refused:
        result, _ = bench(*run, "--msgs", "10", "--agents", "1")
        assert (result.code, "the agent does not allow" in result.err) == (ExitCode.REFUSED, True), result.err


def test_what_was_refused_is_exit_4(make_server, start, cli, group):
    rights = "permissions: {publish: {deny: 'no'}}"
    server = make_server(extra=f"authorization {{ users: [{{user: a, password: b, {rights}}}] }}")
    login = ("--user", "a", "--password", "b", "-s", server.url)
    start("bench", "agent", "--group", group, *login).says("is ready", 30)

    result = cli("bench", "pub", "no", "--agents", "1", "--group", group, *login)

    assert (result.code, "no agent had a result" in result.err) == (ExitCode.REFUSED, True), result.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("pub", "a", "--agents", "0"), 2, "not in the range"),
        (("pub", "a", "--group", "x"), 2, "need --agents"),
        (("pub", "a", "--control-server", "nats://a"), 2, "need --agents"),
        (("pub", "a", "--agents", "2", "--embedded"), 2, "--embedded must go"),
        (("pub", "a", "--agents", "2", "--clients", "1"), 2, "cannot be spread over 2 agents"),
        (("pub", "a", "--agents", "2", "--msgs", "1"), 2, "not one for each"),
        (("pub", "a", "--agents", "1", "--group", "a.b"), 2, "is not letters"),
        (("pub", "a", "--agents", "1", "--payload", "@f"), 2, "a file stays on this machine"),
        (("pub", "a", "--agents", "1", "--control-server", "a", "--control-context", "b"), 2, "one of them must go"),
        (("agent", "--allow", "a.>.b"), 2, "goes on after '>'"),
        (("agent", "--name", "a b"), 2, "name 'a b' is not letters"),
        (("pub", "a", "--agents", "1", "--group", "nobody-is-here", "--timeout", "4s"), 6, "no agent of group"),
        (("pub", "a", "--agents", "1", "--control-server", "nats://127.0.0.1:1"), 3, "cannot connect"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_done_is_said(cli, arguments, code, words):
    Path("f").write_bytes(b"x")

    result = cli("bench", *arguments)

    assert (result.code, result.out) == (code, b"")
    assert words in result.err
