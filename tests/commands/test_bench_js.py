"""``natscli bench js``, ``kv`` and ``object``: what is reported is what the stream has, and nothing is left behind."""

import json
import re
import signal
import uuid
from pathlib import Path

import pytest

from natscli.bench.documents import read_report, write_report
from natscli.bench.provision import MARK
from natscli.errors import ExitCode
from tests.commands.test_bench import begun, document, only, stop_for
from tests.jetstream.asking import ask, make_consumer, make_stream, store
from tests.test_schemas import check
from tests.waiting import SLACK_S, eventually

PUBLISHING = {
    "sync": ("js", "pub", "sync", "--msgs", "500"),
    "async": ("js", "pub", "async", "--msgs", "20001"),
    "async in small windows": ("js", "pub", "async", "--msgs", "3001", "--batch", "7"),
    "async at a rate": ("js", "pub", "async", "--msgs", "300", "--rate", "1500"),
    "async to many": ("js", "pub", "async", "--msgs", "3000", "--multisubject", "--multisubjectmax", "7"),
    "async of templates": ("js", "pub", "async", "--msgs", "3000", "--payload", "{{Count}}", "-H", "A:b"),
    "async with ids": ("js", "pub", "async", "--msgs", "3000", "--dedup"),
    "sync with pauses": ("js", "pub", "sync", "--msgs", "12", "--sleep", "1ms"),
    "atomic": ("js", "pub", "atomic", "--msgs", "5003"),
    "atomic, several at once": ("js", "pub", "batch", "--msgs", "5003", "--in-flight", "3", "--batch", "100"),
    "atomic of random": ("js", "pub", "atomic", "--msgs", "1003", "--payload", "random", "--dedup"),
    "atomic at a rate": ("js", "pub", "atomic", "--msgs", "300", "--rate", "3000", "--batch", "50"),
    "fast": ("js", "pub", "fast", "--msgs", "5003"),
    "fast, several acks": ("js", "pub", "fast", "--msgs", "5003", "--max-outstanding-acks", "3", "--batch", "100"),
    "fast with ids": ("js", "pub", "fast", "--msgs", "1003", "--dedup", "--multisubject"),
}
READING = {
    "ordered": ("js", "ordered", "--msgs", "5003"),
    "ordered in small batches": ("js", "ordered", "--msgs", "503", "--batch", "10"),
    "consume": ("js", "consume", "--msgs", "5003"),
    "consume without acks": ("js", "consume", "--msgs", "5003", "--acks", "none"),
    "fetch": ("js", "fetch", "--msgs", "5003"),
    "fetch one by one": ("js", "fetch", "--msgs", "5003", "--in-flight", "1", "--batch", "100"),
    "fetch without acks": ("js", "fetch", "--msgs", "5003", "--acks", "none"),
    "fetch, all acknowledged by the last": ("js", "fetch", "--msgs", "5003", "--acks", "all"),
    "fetch, confirmed": ("js", "fetch", "--msgs", "5003", "--doubleack"),
    "get sync": ("js", "get", "sync", "--msgs", "203"),
    "get batch": ("js", "get", "batch", "--msgs", "2003"),
    "get batch in small ones": ("js", "get", "batch", "--msgs", "503", "--batch", "10"),
}
BUCKETS = {
    "kv put": ("kv", "put", "--msgs", "503"),
    "kv put at random": ("kv", "put", "--msgs", "503", "--randomize", "10", "--history", "3"),
    "kv get": ("kv", "get", "--msgs", "503"),
    "kv get at random": ("kv", "get", "--msgs", "503", "--randomize", "10"),
    "object put": ("object", "put", "--msgs", "5", "--size", "300KB"),
    "object get": ("object", "get", "--msgs", "5", "--size", "300KB"),
}
EACH_ALL = ("js ordered", "js get sync", "js get batch")


@pytest.fixture
def name():
    """The name of a stream or bucket that no other test uses."""
    return f"B{uuid.uuid4().hex[:12]}"


@pytest.fixture
def left(server, name):
    """Say which streams of the test there are; they are removed in the end."""

    def there():
        return [each for each in ask(server.url, "STREAM.NAMES")["streams"] or () if name in each]

    yield there
    for each in there():
        ask(server.url, f"STREAM.DELETE.{each}")


def state(server, stream):
    return ask(server.url, f"STREAM.INFO.{stream}")["state"]


def check_sums(run, asked):
    """Whatever the run was asked for has been done once, by all clients together, and the stream agrees."""
    clients = run["clients"]
    writes = run["mode"].startswith("js pub") or run["mode"].endswith("put")
    done = "acknowledged" if writes or run["acknowledged"] else "received"
    assert run["msgs"] == run[done] == sum(client[done] for client in clients) == asked
    assert [client["msgs"] for client in clients] == [client[done] for client in clients]
    assert (run["lost"], run["duplicated"], run["errors"], run["ended"]) == (0, 0, 0, "count")
    assert not [warning for warning in run["warnings"] if "stored" in warning or "acknowledged" in warning]
    assert sum(run["timeline"]) == asked
    assert run["received"] == (0 if writes else asked)
    assert run["refusals"] == run["disconnects"] == []


# -- what is counted -----------------------------------------------------------------------------


@pytest.mark.parametrize("clients", ["1", "3"])
@pytest.mark.parametrize("mode", PUBLISHING.values(), ids=PUBLISHING.keys())
def test_what_is_acknowledged_is_what_the_stream_has(cli, server, subject, name, left, mode, clients):
    asked = int(mode[mode.index("--msgs") + 1])

    result = cli("bench", *mode, subject, "--stream", name, "--create", "--clients", clients, "--json")

    run = json.loads(result.out)["results"][0]
    check("bench", json.loads(result.out))
    assert result.code == 0, result.err
    check_sums(run, asked)
    assert (run["sent"], run["stored"]) == (asked, asked)
    assert run["bytes"] >= asked
    assert state(server, name)["messages"] == asked
    assert result.err == f'Stream "{name}" is kept: natscli stream rm {name} removes it\n'


@pytest.mark.parametrize("clients", [1, 3])
@pytest.mark.parametrize("mode", READING.values(), ids=READING.keys())
def test_a_stream_that_is_not_there_is_filled_read_and_removed(cli, name, left, mode, clients):
    asked = int(mode[mode.index("--msgs") + 1])

    run = only(cli("bench", *mode, "--stream", name, "--clients", str(clients), "--json"))

    check_sums(run, asked * (clients if run["mode"] in EACH_ALL else 1))
    assert run["bytes"] == run["msgs"] * 128
    assert left() == []


@pytest.mark.parametrize("clients", ["1", "3"])
@pytest.mark.parametrize("mode", BUCKETS.values(), ids=BUCKETS.keys())
def test_a_bucket_that_is_not_there_is_made_used_and_removed(cli, name, left, mode, clients):
    asked = int(mode[mode.index("--msgs") + 1])

    run = only(cli("bench", *mode, "--bucket", name, "--clients", clients, "--json"))

    check_sums(run, asked)
    assert run["bytes"] == asked * (300_000 if mode[0] == "object" else 128)
    assert run["stored"] == (asked if run["mode"] == "kv put" else None)
    assert run["latency"]["count"] == asked
    assert left() == []


@pytest.mark.parametrize("mode", ["sync", "async", "kv"])
def test_each_message_has_its_own_latency(cli, subject, name, left, mode):
    where = (
        ("kv", "put", "--bucket", name) if mode == "kv" else ("js", "pub", mode, subject, "--stream", name, "--create")
    )

    run = only(cli("bench", *where, "--msgs", "300", "--json", "--quiet"))

    assert run["latency"]["count"] == 300
    assert run["latency"]["timed"].startswith("from the write of a message" if mode != "async" else "of each message")


def test_a_batch_is_timed_as_a_whole(cli, subject, name, left):
    run = only(
        cli(
            "bench", "js", "pub", "atomic", subject, "--stream", name, "--create", "--msgs", "1001", "--json", "--quiet"
        )
    )

    assert run["latency"]["count"] == 3
    assert run["latency"]["timed"].startswith("of each batch")


def test_a_duration_ends_a_run(cli, subject, name, left):
    where = ("--stream", name, "--create", "--no-keep", "--json")
    for mode in ("sync", "async", "atomic", "fast"):
        run = only(cli("bench", "js", "pub", mode, subject, "--duration", "150ms", *where))

        assert (run["ended"], run["lost"]) == ("duration", 0)
        assert run["msgs"] == run["acknowledged"] == run["sent"] == run["stored"] > 0
        assert left() == []


@pytest.mark.parametrize("mode", ["sync", "async", "atomic --batch 20", "fast --batch 20"])
def test_what_is_acknowledged_after_the_time_is_not_lost(make_server, start, subject, name, mode):
    """The server stands still as the time runs out, and for longer than Ctrl-C would wait."""
    server = make_server(jetstream=True, monitor_port=0)
    words = ("--stream", name, "--create", "--no-keep", "--rate", "1000", "--duration", "600ms", "--json")
    bench = start("bench", "js", "pub", *mode.split(), subject, *words, url=server.url)
    begun(server, 40)
    stop_for(server, 1.2)

    run = json.loads(bench.out)["results"][0] if bench.end() == 0 else bench.err
    assert (run["lost"], run["ended"], run["disconnects"]) == (0, "duration", [])
    assert run["acknowledged"] == run["sent"] == run["stored"] > 0


def test_getting_goes_on_from_the_beginning_for_as_long_as_was_asked(cli, name, left):
    run = only(cli("bench", "js", "get", "sync", "--stream", name, "--duration", "200ms", "--msgs", "10", "--json"))

    assert (run["ended"], run["msgs"]) == ("count", 10)
    run = only(cli("bench", "kv", "get", "--bucket", name, "--duration", "200ms", "--randomize", "5", "--json"))
    assert run["ended"] == "duration"
    assert run["msgs"] == run["received"] > 5
    assert run["lost"] <= 1


def test_repetitions_and_sizes_begin_with_the_same(cli, server, subject, name, left):
    where = ("--stream", name, "--create", "--msgs", "300", "--sizes", "16,64", "--repeat", "2", "--warmup", "20ms")

    runs = document(cli("bench", "js", "pub", "async", subject, *where, "--json", "--quiet"))["results"]

    assert [(run["spec"]["size"], run["stored"], run["bytes"]) for run in runs] == [
        (16, 300, 4800), (64, 300, 19200), (16, 300, 4800), (64, 300, 19200),
    ]  # fmt: skip
    assert state(server, name)["messages"] >= 300


def test_what_is_read_has_the_size_that_was_asked_for(cli, name, left):
    where = ("--stream", name, "--msgs", "300", "--sizes", "16,64", "--clients", "1,2", "--json")

    runs = document(cli("bench", "js", "fetch", *where))["results"]

    assert [(run["spec"]["clients"], run["bytes"]) for run in runs] == [(1, 4800), (2, 4800), (1, 19200), (2, 19200)]
    assert left() == []


def test_a_rate_is_kept_and_latency_counts_from_when_a_message_was_due(cli, subject, name, left):
    where = ("--stream", name, "--create", "--rate", "500", "--msgs", "150", "--json", "--quiet")

    run = only(cli("bench", "js", "pub", "sync", subject, *where))

    assert 149 / 500 <= run["seconds"] < 149 / 500 + SLACK_S
    assert run["latency"]["timed"].startswith("from the moment a message was due")


def test_filters_choose_what_is_read(cli, server, subject, name, left):
    make_stream(server.url, name, subjects=[f"{subject}.*"], metadata={MARK: "1"}, allow_direct=True)
    store(server.url, f"{subject}.a", *[b"x"] * 20)
    store(server.url, f"{subject}.b", *[b"x"] * 30)
    for mode in (("ordered",), ("fetch",), ("get", "batch")):
        run = only(cli("bench", "js", *mode, "--stream", name, "--filter", f"{subject}.b", "--msgs", "30", "--json"))

        assert (run["msgs"], run["bytes"], run["lost"]) == (30, 30, 0)


# -- what is made, kept and removed --------------------------------------------------------------


def test_what_was_published_can_be_read_in_a_second_step(cli, server, subject, name, left):
    made = cli("bench", "js", "pub", "async", subject, "--create", "--stream", name, "--msgs", "1000", "--json")
    for mode in (("fetch",), ("consume",), ("ordered",), ("get", "sync"), ("get", "batch")):
        run = only(cli("bench", "js", *mode, "--stream", name, "--msgs", "1000", "--json"))
        assert (run["msgs"], run["lost"]) == (1000, 0)

    assert made.code == 0
    assert left() == [name]
    assert ask(server.url, f"CONSUMER.NAMES.{name}")["consumers"] in ([], None)


def test_keep_leaves_what_was_made_and_it_is_used_again(cli, name, left):
    for _ in range(2):
        result = cli("bench", "kv", "put", "--bucket", name, "--msgs", "20", "--keep")
        assert result.code == 0
        assert "stored 20" in result.text
    assert left() == [f"KV_{name}"]
    assert cli("kv", "get", name, "19", "--raw").out == bytes(128)


def test_no_keep_takes_back_what_create_makes(cli, subject, name, left):
    result = cli("bench", "js", "pub", "sync", subject, "--create", "--no-keep", "--stream", name, "--msgs", "5")

    assert (result.code, result.err, left()) == (0, "", [])


FOREIGN = {
    "pub": ("js", "pub", "sync", "{subject}", "--msgs", "2"),
    "pub --purge": ("js", "pub", "async", "{subject}", "--msgs", "2", "--purge"),
    "pub --create": ("js", "pub", "async", "{subject}", "--msgs", "2", "--create"),
    "ordered": ("js", "ordered", "--msgs", "2"),
    "ordered --purge": ("js", "ordered", "--msgs", "2", "--purge"),
    "fetch": ("js", "fetch", "--msgs", "2"),
    "get sync": ("js", "get", "sync", "--msgs", "2"),
    "get batch": ("js", "get", "batch", "--msgs", "2"),
}


@pytest.mark.parametrize("words", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_stream_that_no_benchmark_made_is_left_alone(cli, server, subject, name, left, words):
    make_stream(server.url, name, subjects=[subject])
    store(server.url, subject, *[b"x"] * 3)
    before = ask(server.url, f"STREAM.INFO.{name}")

    result = cli("bench", *[word.format(subject=subject) for word in words], "--stream", name)

    after = ask(server.url, f"STREAM.INFO.{name}")
    assert (result.code, result.out) == (ExitCode.USAGE, b"")
    assert f"stream '{name}' was not made by a benchmark" in result.err
    assert (after["config"], after["state"]) == (before["config"], before["state"])


def test_force_uses_a_foreign_stream_and_leaves_it(cli, server, subject, name, left):
    make_stream(server.url, name, subjects=[subject])
    where = ("--stream", name, "--msgs", "4", "--force", "--json")

    run = only(cli("bench", "js", "pub", "sync", subject, *where))
    assert (run["acknowledged"], run["stored"]) == (4, None)
    assert only(cli("bench", "js", "fetch", *where))["acknowledged"] == 4
    assert only(cli("bench", "js", "pub", "sync", subject, *where, "--purge"))["acknowledged"] == 4
    assert state(server, name)["messages"] == 4
    assert ask(server.url, f"CONSUMER.NAMES.{name}")["consumers"] in ([], None)


def test_a_consumer_that_no_benchmark_made_is_left_alone(cli, server, subject, name, left):
    make_stream(server.url, name, subjects=[subject], metadata={MARK: "1"})
    store(server.url, subject, *[b"x"] * 3)
    make_consumer(server.url, name, "mine")
    words = ("bench", "js", "fetch", "--stream", name, "--consumer", "mine", "--msgs", "3", "--json")

    result = cli(*words)
    assert result.code == ExitCode.USAGE
    assert f"consumer '{name} > mine' was not made by a benchmark" in result.err
    assert ask(server.url, f"CONSUMER.INFO.{name}.mine")["num_pending"] == 3

    assert only(cli(*words, "--force"))["acknowledged"] == 3
    assert eventually(lambda: ask(server.url, f"CONSUMER.INFO.{name}.mine")["ack_floor"]["stream_seq"] == 3)


def test_a_foreign_bucket_is_left_alone(cli, server, name, left):
    assert cli("kv", "add", name).code == 0
    cli("kv", "put", name, "1", "mine")

    for mode in ("put", "get"):
        result = cli("bench", "kv", mode, "--bucket", name, "--msgs", "3", "--purge")
        assert result.code == ExitCode.USAGE
        assert f"bucket '{name}' was not made by a benchmark" in result.err
    assert cli("kv", "get", name, "1", "--raw").out == b"mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    "mode", ["js pub sync", "js pub async", "js pub atomic", "js pub fast", "kv put", "js consume"]
)
def test_a_signal_brings_a_report_and_leaves_nothing(start, server, subject, name, left, mode, number):
    words = mode.split()
    more = (subject, "--stream", name, "--create", "--no-keep") if "pub" in mode else ()
    more = ("--bucket", name) if "kv" in mode else more
    more = (
        ("--stream", name, "--msgs", "60000", "--size", "1", "--batch", "1")
        if "consume" in mode
        else (*more, "--duration", "60s")
    )
    bench = start("bench", *words, *more, "--json", url=server.url)
    if "consume" in mode:
        eventually(lambda: left() and ask(server.url, f"CONSUMER.NAMES.{name}")["consumers"], 60)
    else:
        eventually(lambda: left() and state(server, left()[0])["messages"] > 50, 30)
    bench.signal(number)

    assert bench.end(10) == 128 + number
    if "may be left" not in bench.err:  # where nobody answered in the moment there is, either may be true
        assert bool(left()) == ("is left" in bench.err), bench.err
    if bench.out:
        (run,) = json.loads(bench.out)["results"]
        assert run["ended"] == "interrupted"
        if run["stored"] is not None:
            assert run["sent"] >= run["stored"] >= run["acknowledged"] > 0


# -- what goes wrong -----------------------------------------------------------------------------


def test_what_the_stream_refuses_is_named_and_ends_the_run(cli, subject, name, left):
    where = ("--stream", name, "--create", "--no-keep", "--maxbytes", "20K", "--json")

    for mode in ("sync", "async", "atomic", "fast"):
        batch = () if mode == "sync" else ("--batch", "50")
        result = cli("bench", "js", "pub", mode, subject, *where, "--msgs", "3000", *batch)

        (run,) = json.loads(result.out)["results"]
        check("bench", json.loads(result.out))
        assert result.code == ExitCode.FAILED
        assert "refused: maximum bytes exceeded" in result.err
        assert run["ended"] == "refused"
        assert run["refusals"][0].startswith("maximum bytes exceeded")
        assert run["errors"] > 0
        assert run["sent"] == run["acknowledged"] + run["errors"] + run["lost"] < 3000
        assert left() == []


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("js", "pub", "sync", "a.b"), 1, "there is no stream"),
        (("js", "pub", "sync", "a.*"), 2, "wildcard"),
        (("js", "pub", "async", "a.b", "--batch", "0"), 2, "0 is not in the range"),
        (("js", "pub", "atomic", "a.b", "--batch", "1001"), 2, "it takes 1 to 1,000"),
        (("js", "pub", "fast", "a.b", "--batch", "65536"), 2, "it takes 1 to 65,535"),
        (("js", "pub", "atomic", "a.b", "--persistasync"), 2, "--persistasync is for streams of one replica"),
        (("js", "pub", "sync", "a.b", "--multisubjectmax", "3"), 2, "needs --multisubject"),
        (("js", "pub", "sync", "a.b", "--rate", "3", "--sleep", "1s"), 2, "one of them must go"),
        (("js", "fetch", "--acks", "none", "--doubleack"), 2, "--acks none has none"),
        (("js", "fetch", "--duration", "1s"), 2, "reads what there is, once"),
        (("js", "ordered", "--warmup", "1s"), 2, "reads what there is, once"),
        (("js", "ordered", "--hgrm", "x"), 2, "times nothing: --hgrm must go"),
        (("js", "consume", "--rate", "1"), 2, "no such option"),
        (("js", "consume", "--consumer", "a.b"), 2, "cannot name a consumer"),
        (("js", "ordered", "--agents", "2"), 2, "bench js ordered does not run on agents"),
        (("js", "get", "sync", "--size", "1", "--sizes", "1,2"), 2, "one of them must go"),
        (("kv", "put", "--agents", "2"), 2, "bench kv put does not run on agents"),
        (("kv", "put", "--history", "65"), 2, "65 is not in the range"),
        (("object", "get", "--duration", "1s"), 2, "--duration and --warmup must go"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_cannot_be_done_is_said_before_anything_is_made(cli, name, left, words, code, said):
    where = ("--stream", name) if words[0] == "js" else ("--bucket", name)

    result = cli("bench", *words, *where)

    assert (result.code, result.out) == (code, b"")
    assert said in result.err
    assert left() == []


def test_more_than_there_is_cannot_be_read(cli, server, subject, name, left):
    make_stream(server.url, name, subjects=[subject], metadata={MARK: "1"}, allow_direct=True)
    store(server.url, subject, *[b"x"] * 3)

    for mode in (("ordered",), ("fetch",), ("get", "sync"), ("get", "batch")):
        result = cli("bench", "js", *mode, "--stream", name, "--msgs", "4")
        assert result.code == ExitCode.USAGE
        assert f"'{name}' has 3 messages, and 4 are to be read" in result.err


def test_a_stream_must_take_the_subject_and_the_batches(cli, server, subject, name, left):
    make_stream(server.url, name, subjects=[subject], metadata={MARK: "1"})

    assert f"stream '{name}' does not store 'other'" in cli("bench", "js", "pub", "sync", "other", "--stream", name).err
    for mode in ("atomic", "fast"):
        result = cli("bench", "js", "pub", mode, subject, "--stream", name)
        assert (result.code, result.out) == (ExitCode.USAGE, b"")
        assert re.search(f"stream '{name}' .* (atomic|fast) batches", result.err)
    assert state(server, name)["messages"] == 0


def test_gaps_in_a_stream_are_no_losses_of_the_run_but_cannot_be_got(cli, server, subject, name, left):
    make_stream(server.url, name, subjects=[subject], metadata={MARK: "1"}, allow_direct=True)
    store(server.url, subject, *[b"x"] * 10)
    ask(server.url, f"STREAM.MSG.DELETE.{name}", {"seq": 4})

    ordered = only(cli("bench", "js", "ordered", "--stream", name, "--msgs", "9", "--json"))
    got = only(cli("bench", "js", "get", "sync", "--stream", name, "--msgs", "9", "--json"))

    assert (ordered["received"], ordered["lost"]) == (9, 0)
    assert (got["received"], got["lost"]) == (8, 1)


def test_without_jetstream_that_is_said(make_server, cli, subject):
    url = make_server().url
    for words in (("js", "pub", "sync", subject, "--create"), ("js", "ordered"), ("kv", "put"), ("object", "get")):
        result = cli("bench", *words, "-s", url)
        assert result.code in (ExitCode.NO_RESPONDERS, ExitCode.FAILED)
        assert "JetStream is not available" in result.err


# -- where and how -------------------------------------------------------------------------------


@pytest.fixture
def hub(make_server):
    """A server whose JetStream is the domain ``hub``."""
    return make_server(jetstream=True, extra="jetstream { domain: hub }")


def test_the_domain_of_a_context_is_where_streams_are(cli, hub, subject, name, isolated):
    contexts = Path.home() / ".config" / "nats" / "context"
    contexts.mkdir(parents=True, exist_ok=True)
    for domain in ("hub", "elsewhere"):
        (contexts / f"{domain}.json").write_text(json.dumps({"url": hub.url, "jetstream_domain": domain}))

    for words in (
        ("js", "pub", "async", subject, "--create", "--stream", name, "--msgs", "500", "--quiet"),
        ("js", "pub", "atomic", subject, "--stream", name, "--msgs", "500"),
        ("js", "ordered", "--stream", name, "--msgs", "1000"),
        ("js", "fetch", "--stream", name, "--msgs", "1000"),
        ("js", "get", "sync", "--stream", name, "--msgs", "20"),
        ("js", "get", "batch", "--stream", name, "--msgs", "1000"),
        ("kv", "put", "--msgs", "20"),
        ("kv", "get", "--msgs", "20"),
        ("object", "put", "--msgs", "2"),
    ):
        run = only(cli("bench", *words, "--context", "hub", "-s", hub.url, "--json"))
        assert run["msgs"] == int(words[words.index("--msgs") + 1])
    result = cli("bench", "js", "ordered", "--stream", name, "--context", "elsewhere", "-s", hub.url)
    assert result.code == ExitCode.NO_RESPONDERS
    assert "nobody serves '$JS.elsewhere.API'" in result.err


def test_options_of_the_go_clis_groups_may_come_first(cli, subject, name, left):
    result = cli(
        "bench", "js", "--stream", name, "--msgs=30", "pub", "--clients", "2", "sync", subject, "--create", "--json"
    )
    assert len(json.loads(result.out)["results"][0]["clients"]) == 2
    assert json.loads(result.out)["results"][0]["msgs"] == 30
    run = only(cli("bench", "kv", "--bucket", name, "--msgs", "10", "--no-progress", "put", "--json"))
    assert (run["msgs"], run["spec"]["store"]["bucket"]) == (10, name)


@pytest.mark.parametrize("words", [*PUBLISHING.values(), *READING.values(), *BUCKETS.values()], ids=" ".join)
def test_documents_keep_to_the_schema_and_are_read_back(cli, words):
    subject = ("a.b", "--create", "--no-keep") if "pub" in words else ()
    words = [("20" if before == "--msgs" else word) for before, word in zip(("", *words), words, strict=False)]

    result = cli("bench", *words, *subject, "--embedded", "--json")

    written = document(result)
    check("bench", written)
    assert write_report(read_report(result.out)) == written
    assert written["results"][0]["server"]["in_msgs"] > 0


def test_people_are_told_where_and_what_was_timed(cli, subject, name, left):
    result = cli(
        "bench", "js", "fetch", "--stream", name, "--msgs", "1000", "--storage", "memory", "--csv", "o.csv",
        "--hgrm", "o.hgrm", "--html", "o.html",
    )  # fmt: skip

    assert result.code == 0
    assert (
        f"js fetch {name} · 1 subscriber · memory, 1 replica · requests for 500 messages · acks explicit" in result.text
    )
    assert "of messages received and acknowledged, each counted once" in result.text
    assert "of each request for up to 500 messages, 2 at a time" in result.text
    assert Path("o.csv").read_text().splitlines()[1].split(",")[1:4] == ["S0", "1000", "128000"]
    assert name in Path("o.html").read_text()
    assert Path("o.hgrm").read_text().startswith("       Value")


def test_runs_of_different_streams_are_compared(cli, subject, name, left):
    for number, file in enumerate(("old.json", "new.json")):
        where = ("--stream", f"{name}{number}", "--create", "--no-keep", "--msgs", "200", "--json")
        Path(file).write_bytes(cli("bench", "js", "pub", "async", subject, *where).out)

    result = cli("bench", "compare", "old.json", "new.json")

    assert result.code == 0
    assert "throughput" in result.text


def test_agents_publish_into_one_stream(cli, start, server, subject, name, left):
    group = f"g{uuid.uuid4().hex[:8]}"
    for each in ("a", "b"):
        start("bench", "agent", "--group", group, "--name", each, url=server.url).says("is ready", 30)

    for mode in ("async", "atomic"):
        words = ("bench", "js", "pub", mode, subject, "--stream", name, "--create", "--no-keep", "--msgs", "2001")
        result = cli(*words, "--agents", "2", "--clients", "3", "--group", group, "--json")
        (run,) = json.loads(result.out)["results"]
        check("bench", json.loads(result.out))
        assert (run["sent"], run["acknowledged"], run["stored"], run["lost"]) == (2001, 2001, 2001, 0)
        assert len(run["agents"]) == 2
        assert left() == []
