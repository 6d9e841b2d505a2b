"""``natscli consumer`` against a real server: every command, what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.api import Api
from natscli.jetstream.pull import Pull, PullRequest
from tests.jetstream.asking import ask, await_pending, make_consumer, store, with_api
from tests.jetstream.fields import CONSUMER_FIELDS, KNOWN_OF_CONSUMERS
from tests.jetstream.responder import answering
from tests.waiting import eventually

MINUTE = 60_000_000_000


@pytest.fixture
def info_of(server):
    return lambda stream, name: ask(server.url, f"CONSUMER.INFO.{stream}.{name}")


@pytest.fixture
def config_of(info_of):
    return lambda stream, name: info_of(stream, name)["config"]


# -- making one ------------------------------------------------------------------------------------


def test_defaults_are_a_pull_consumer_of_everything(cli, make, config_of):
    stream = make()
    result = cli("consumer", "add", stream, "C", "--pull", "--defaults")

    assert (result.code, result.err) == (ExitCode.DONE, f"Consumer {stream} > C was created\n")
    config = config_of(stream, "C")
    expected = {
        "durable_name": "C", "name": "C", "deliver_policy": "all", "ack_policy": "explicit", "ack_wait": 30_000_000_000,
        "max_deliver": -1, "replay_policy": "instant", "max_waiting": 512, "max_ack_pending": 1000,
    }  # fmt: skip
    assert {key: config.get(key) for key in expected} == expected
    assert "deliver_subject" not in config


def test_every_option_of_a_push_consumer_sets_its_field(cli, make, config_of):
    stream = make()
    result = cli(
        "c", "create", stream, "PUSH", "--target", "to.me", "--ack", "explicit", "--bps", "4096", "--backoff", "linear",
        "--deliver", "new", "--deliver-group", "g", "--description", "d", "--filter", f"{stream}.a {stream}.b",
        "--heartbeat", "2s", "--flow-control", "--headers-only", "--max-deliver", "20", "--max-pending", "30",
        "--replay", "original", "--sample", "50", "--wait", "1m", "--inactive-threshold", "1h", "--memory",
        "--replicas", "1", "--metadata", "a:b",
    )  # fmt: skip

    assert result.code == ExitCode.DONE, result.err
    config = config_of(stream, "PUSH")
    assert config["metadata"]["a"] == "b"
    assert len(config["backoff"]) == 10
    assert (config["backoff"][0], config["backoff"][-1]) == (MINUTE, 20 * MINUTE)
    expected = {
        "deliver_subject": "to.me", "ack_policy": "explicit", "rate_limit_bps": 4096, "deliver_policy": "new",
        "deliver_group": "g", "description": "d", "filter_subjects": [f"{stream}.a", f"{stream}.b"],
        "idle_heartbeat": 2_000_000_000, "flow_control": True, "headers_only": True, "max_deliver": 20,
        "max_ack_pending": 30, "replay_policy": "original", "sample_freq": "50%", "ack_wait": MINUTE,
        "inactive_threshold": 60 * MINUTE, "mem_storage": True, "num_replicas": 1,
    }  # fmt: skip
    assert {key: config.get(key) for key in expected} == expected


def test_every_option_of_a_pull_consumer_sets_its_field(cli, make, config_of):
    stream = make()
    result = cli(
        "consumer", "add", stream, "PULL", "--pull", "--defaults", "--max-waiting", "9", "--max-pull-batch", "8",
        "--max-pull-expire", "7s", "--max-pull-bytes", "6K", "--pinned-groups", "a,b", "--pinned-ttl", "5s",
        "--pause", "2050-01-02 03:04:05", "--backoff", "linear", "--backoff-steps", "3", "--backoff-min", "1s",
        "--backoff-max", "3s", "--deliver", "17",
    )  # fmt: skip

    assert result.code == ExitCode.DONE, result.err
    config = config_of(stream, "PULL")
    expected = {
        "max_waiting": 9, "max_batch": 8, "max_expires": 7_000_000_000, "max_bytes": 6144,
        "priority_policy": "pinned_client", "priority_groups": ["a", "b"], "priority_timeout": 5_000_000_000,
        "pause_until": "2050-01-02T03:04:05Z", "backoff": [10**9, 2 * 10**9, 3 * 10**9], "max_deliver": 4,
        "deliver_policy": "by_start_sequence", "opt_start_seq": 17,
    }  # fmt: skip
    assert {key: config.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("deliver", "policy"),
    [("all", "all"), ("last", "last"), ("next", "new"), ("subject", "last_per_subject"), ("1h", "by_start_time")],
)
def test_where_a_consumer_begins(cli, make, config_of, deliver, policy):
    stream = make()
    result = cli("consumer", "add", stream, "C", "--defaults", "--deliver", deliver, "--filter", f"{stream}.>")
    assert result.code == ExitCode.DONE, result.err
    assert config_of(stream, "C")["deliver_policy"] == policy


def test_an_ephemeral_consumer_may_have_no_name(cli, make):
    result = cli("consumer", "add", make(), "--ephemeral", "--defaults", "--json")
    assert result.code == ExitCode.DONE, result.err
    info = json.loads(result.out)
    assert info["name"]
    assert "durable_name" not in info["config"]


def test_a_configuration_goes_to_a_file_and_back_to_a_consumer(cli, make, config_of):
    stream = make()
    cli("consumer", "add", stream, "C", "--defaults", "--max-pending", "12", "--output", "c.json")
    assert cli("consumer", "info", stream, "C").code == ExitCode.FAILED

    assert cli("consumer", "add", stream, "--config", "c.json", "--description", "typed").code == ExitCode.DONE
    assert cli("consumer", "add", stream, "D", "--config", "c.json").code == ExitCode.DONE

    assert (config_of(stream, "C")["max_ack_pending"], config_of(stream, "C")["description"]) == (12, "typed")
    assert config_of(stream, "D")["durable_name"] == "D"


def test_validate_makes_nothing(cli, make):
    stream = make()
    Path("c.json").write_text('{"ack_policy": "maybe", "filter_subject": "a", "filter_subjects": ["b"]}')
    bad = cli("consumer", "add", stream, "C", "--config", "c.json", "--validate")
    assert bad.code == ExitCode.FAILED
    assert "ack_policy is none of none, all, explicit, flow_control; filter_subject and filter_subjects" in bad.err
    assert cli("consumer", "add", stream, "C", "--defaults", "--validate").text == "The configuration is valid\n"
    assert cli("consumer", "ls", stream, "-j").text == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("C",), "--pull or --target, --deliver, --ack"),
        (("--defaults",), "the name"),
        (("a.b", "--defaults"), "cannot name a consumer"),
        (("C", "--defaults", "--pull", "--target", "x"), "exclude each other"),
        (("C", "--defaults", "--bps", "5"), "--bps is for a push consumer"),
        (("C", "--defaults", "--heartbeat", "5s"), "--heartbeat is for a push consumer"),
        (("C", "--defaults", "--deliver", "some"), "is none of all, last, new"),
        (("C", "--defaults", "--pause", "soon"), "neither a duration nor a time"),
        (("C", "--defaults", "--filter", "a..b"), "empty token"),
        (("C", "--defaults", "--pinned-groups", "a", "--overflow-groups", "b"), "one of them"),
        (("C", "--defaults", "--pinned-ttl", "1s"), "--pinned-ttl is for"),
        (("C", "--defaults", "--backoff-min", "1s"), "are for --backoff linear"),
        (("C", "--defaults", "--backoff", "linear", "--backoff-min", "1h"), "no longer than --backoff-max"),
        (("C", "--defaults", "--sample", "101"), "101"),
    ],
)
def test_what_cannot_be_a_consumer_is_a_usage_error(cli, arguments, reason):
    result = cli("consumer", "add", "S", *arguments)
    assert result.code == ExitCode.USAGE
    assert reason in result.err


def test_a_consumer_of_that_name_with_another_configuration_is_an_error(cli, make):
    stream = make()
    assert cli("consumer", "add", stream, "C", "--defaults").code == ExitCode.DONE
    result = cli("consumer", "add", stream, "C", "--defaults", "--max-pending", "7")
    assert (result.code, "consumer edit" in result.err) == (ExitCode.FAILED, True)


# -- looking ---------------------------------------------------------------------------------------


def test_info_and_state_show_the_consumer_or_its_whole_document(cli, make, server, info_of):
    stream = make()
    make_consumer(server.url, stream, "C", description="about it", max_waiting=33)

    text = cli("consumer", "info", stream, "C").text
    assert f"Information for Consumer {stream} > C created" in text
    assert "Description: about it\n" in text
    assert "Waiting Pulls: 0 of maximum 33\n" in text
    state = cli("consumer", "state", stream, "C").text
    assert "Unprocessed Messages: 0\n" in state
    assert "Description" not in state
    document = json.loads(cli("consumer", "state", stream, "C", "--json").out)
    assert {**document, "ts": ""} == {**info_of(stream, "C"), "ts": ""}


def test_ls_and_report_list_consumers(cli, make, server):
    stream = make()
    assert cli("consumer", "ls", stream).text == "No Consumers defined\n"
    for name in ("B", "A"):
        make_consumer(server.url, stream, name)
    store(server.url, f"{stream}.a", b"x", b"y")
    for name in ("B", "A"):
        await_pending(server.url, stream, name, 2)

    assert json.loads(cli("consumer", "ls", stream, "--json").out) == ["A", "B"]
    assert cli("consumer", "ls", stream, "-n").text == "A\nB\n"
    assert [line.split()[0] for line in cli("consumer", "list", stream).text.splitlines()[2:]] == ["A", "B"]
    report = cli("consumer", "report", stream).text.splitlines()
    assert report[2].split()[:3] == ["A", "Pull", "Explicit"]
    assert "2 / 100%" in report[2]
    assert [info["name"] for info in json.loads(cli("consumer", "report", stream, "-j").out)] == ["A", "B"]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--pull",), ["NEW", "PULL"]),
        (("--push",), ["PUSH"]),
        (("--bound",), []),
        (("--bound", "--invert"), ["NEW", "PULL", "PUSH"]),
        (("--pending", "1"), ["NEW"]),
        (("--waiting", "1", "--ack-pending", "1"), ["NEW", "PULL", "PUSH"]),
        (("--idle", "1h"), ["NEW", "PULL", "PUSH"]),
        (("--created", "1h"), []),
        (("--pinned",), []),
        (("--api-level", "1"), ["NEW"]),
        (("--replicas", "0", "--push"), ["PUSH"]),
        (("--expression", "config.ack_policy == 'all'"), ["PUSH"]),
        (("--expression", "state.num_pending == 1"), ["PULL", "PUSH"]),
    ],
)
def test_consumers_are_found(cli, make, server, arguments, names):
    stream = make()
    store(server.url, f"{stream}.a", b"x")
    make_consumer(server.url, stream, "PULL")
    make_consumer(server.url, stream, "PUSH", deliver_subject="nobody.there", ack_policy="all")
    groups = {"priority_groups": ["g"], "priority_policy": "overflow"}
    make_consumer(server.url, stream, "NEW", deliver_policy="new", **groups)

    result = cli("consumer", "find", stream, *arguments, "--names", "--json")
    assert (result.code, json.loads(result.out)) == (ExitCode.DONE, names)


# -- changing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "value", "with_it"), CONSUMER_FIELDS, ids=[f"{f}={v}" for f, v, _ in CONSUMER_FIELDS]
)
def test_an_edit_changes_nothing_else(cli, server, make, config_of, field, value, with_it):
    stream = make()
    make_consumer(server.url, stream, "C", **{**with_it, field: value})
    before = config_of(stream, "C")
    assert before.get(field) == value or field == "metadata"
    assert set(before) <= KNOWN_OF_CONSUMERS  # a server with another field has it edited here, too

    result = cli("consumer", "edit", stream, "C", "--description", "edited", "--force")

    assert (result.code, result.err) == (ExitCode.DONE, f"Consumer {stream} > C was updated\n")
    assert config_of(stream, "C") == {**before, "description": "edited"}


def test_an_edit_keeps_fields_that_nobody_knows_yet(cli, make_server):
    url = make_server().url
    config = {
        "durable_name": "C",
        "from_the_future": [{"a": 1.5}],
        "ack_wait": 9_223_372_036_854_775_807,
        "max_batch": 3,
    }
    info = {"stream_name": "S", "name": "C", "config": config}
    with answering(url, {"CONSUMER.INFO": info, "CONSUMER.CREATE": info}) as responder:
        result = cli("consumer", "edit", "S", "C", "--max-pending", "5", "-f", "-s", url)
        assert result.code == ExitCode.DONE, result.err
        sent = [body for operation, body in responder.asked if operation.startswith("CONSUMER.CREATE.S.C")]
    wanted = {"stream_name": "S", "config": {**config, "max_ack_pending": 5}, "action": "update"}
    assert sent
    assert all(body == wanted for body in sent)  # whoever has no answer for two seconds asks again


def test_edit_says_what_differs_and_edits_by_file(cli, make, server, config_of):
    stream = make()
    make_consumer(server.url, stream, "C", max_ack_pending=10)

    dry = cli("consumer", "edit", stream, "C", "--max-pending", "11", "--dry-run")
    assert (dry.code, dry.text) == (
        ExitCode.FAILED,
        "Differences (-old +new):\n- max_ack_pending: 10\n+ max_ack_pending: 11\n",
    )
    assert cli("consumer", "edit", stream, "C", "--max-pending", "10", "--dry-run").code == ExitCode.DONE
    Path("c.json").write_text(json.dumps({**config_of(stream, "C"), "max_ack_pending": 12}))
    assert cli("consumer", "edit", stream, "C", "--config", "c.json", "-f").code == ExitCode.DONE
    assert config_of(stream, "C")["max_ack_pending"] == 12


def test_one_filter_takes_the_place_of_several(cli, make, server, config_of):
    stream = make()
    make_consumer(server.url, stream, "C", filter_subjects=[f"{stream}.a", f"{stream}.b"])
    assert cli("consumer", "edit", stream, "C", "--filter", f"{stream}.c", "-f").code == ExitCode.DONE
    config = config_of(stream, "C")
    assert (config["filter_subject"], "filter_subjects" in config) == (f"{stream}.c", False)


def test_copy_makes_another_with_changes(cli, make, server, config_of):
    stream = make()
    make_consumer(server.url, stream, "PUSH", deliver_subject="x", deliver_group="g", max_ack_pending=1000)
    make_consumer(server.url, stream, "PULL", max_waiting=7)

    assert cli("consumer", "copy", stream, "PUSH", "P", "--pull", "--description", "d").code == ExitCode.DONE
    assert cli("consumer", "cp", stream, "PULL", "Q", "--target", "y").code == ExitCode.DONE

    config = config_of(stream, "P")
    assert (config["max_ack_pending"], config["description"], config["durable_name"]) == (1000, "d", "P")
    assert not config.keys() & {"deliver_subject", "deliver_group"}
    assert config_of(stream, "Q")["deliver_subject"] == "y"


def test_what_is_destroyed_is_asked_about_or_forced(cli, make, server):
    stream = make()
    make_consumer(server.url, stream, "C")
    for arguments in (("rm",), ("reset",), ("edit", "--max-pending", "3")):
        result = cli("consumer", arguments[0], stream, "C", *arguments[1:])
        assert (result.code, "--force" in result.err) == (ExitCode.USAGE, True)
    assert cli("consumer", "rm", stream, "C", "-f").err == f"Consumer {stream} > C was removed\n"
    assert cli("consumer", "rm", stream, "C", "-f").code == ExitCode.FAILED


@pytest.mark.parametrize("until", ["2050-01-02 03:04:05", "1h", "2050-01-02T03:04:05Z"])
def test_a_consumer_is_paused_and_resumed(cli, make, server, info_of, until):
    stream = make()
    make_consumer(server.url, stream, "C")
    result = cli("consumer", "pause", stream, "C", until, "-f", "--json")
    assert (result.code, json.loads(result.out)["paused"]) == (ExitCode.DONE, True)
    assert info_of(stream, "C")["paused"] is True
    assert "remaining" in cli("consumer", "info", stream, "C").text
    assert cli("consumer", "resume", stream, "C", "-f").code == ExitCode.DONE
    assert not info_of(stream, "C").get("paused")
    again = cli("consumer", "resume", stream, "C", "-f")
    assert (again.code, "is not paused" in again.err) == (ExitCode.FAILED, True)


def test_a_pause_until_the_past_is_an_error(cli, make, server):
    stream = make()
    make_consumer(server.url, stream, "C")
    assert cli("consumer", "pause", stream, "C", "2000-01-01 00:00:00", "-f").code == ExitCode.FAILED
    assert cli("consumer", "pause", stream, "C").code == ExitCode.USAGE


def test_a_reset_delivers_again(cli, make, server):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"1", b"2", b"3")
    assert cli("consumer", "next", stream, "C", "--count", "3", "--raw").text == "1\n2\n3\n"
    assert cli("consumer", "reset", stream, "C", "--sequence", "2", "-f").code == ExitCode.DONE
    assert cli("consumer", "next", stream, "C", "--count", "2", "--raw").text == "2\n3\n"


def test_a_pinned_client_is_unpinned(cli, make, server, info_of):
    stream = make()
    groups = {"priority_groups": ["g"], "priority_policy": "pinned_client", "priority_timeout": 60_000_000_000}
    make_consumer(server.url, stream, "C", **groups)
    store(server.url, f"{stream}.a", b"1")
    none = cli("consumer", "unpin", stream, "C", "-f")
    assert (none.code, "no pinned client" in none.err) == (ExitCode.FAILED, True)

    async def pin(api: Api) -> None:
        async for _ in Pull(api, stream, "C", PullRequest(expires_s=5, group="g")).messages():
            pass

    with_api(server.url, pin)

    assert "pinned " in cli("consumer", "info", stream, "C").text
    assert cli("consumer", "unpin", stream, "C", "other", "-f").code == ExitCode.FAILED
    assert cli("consumer", "unpin", stream, "C", "g", "-f").code == ExitCode.DONE
    assert not info_of(stream, "C")["priority_groups"][0].get("pinned_client_id")


# -- messages --------------------------------------------------------------------------------------


def test_next_shows_a_message_and_acknowledges_it(cli, make, server, info_of):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"one", b"two", headers=b"NATS/1.0\r\nA: 1\r\n\r\n")
    await_pending(server.url, stream, "C", 2)

    result = cli("consumer", "next", stream, "C")

    assert (result.code, result.err) == (ExitCode.DONE, "Acknowledged message\n")
    head, *rest = result.text.splitlines()
    assert head.endswith(f"subj: {stream}.a / tries: 1 / cons seq: 1 / str seq: 1 / pending: 1")
    assert rest == ["", "Headers:", "", "A: 1", "", "Data:", "", "one", ""]
    assert info_of(stream, "C")["ack_floor"]["stream_seq"] == 1
    document = json.loads(cli("consumer", "next", stream, "C", "--json").out)
    assert (document["subject"], document["data"]) == (f"{stream}.a", "two")


@pytest.mark.parametrize(
    ("option", "said", "pending", "floor"),
    [
        ("--no-ack", "", 1, 0),
        ("--nak", "Negatively acknowledged message\n", 1, 0),
        ("--term", "Terminated message\n", 0, 1),
    ],
)
def test_what_else_is_said_of_a_message(cli, make, server, info_of, option, said, pending, floor):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"one")

    assert cli("consumer", "next", stream, "C", option).err == said

    info = info_of(stream, "C")
    assert (info["num_ack_pending"], info["ack_floor"]["stream_seq"]) == (pending, floor)


def test_next_takes_more_than_one_pull_may_bring(cli, make, server, info_of):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", *[b"%d" % number for number in range(600)])
    result = cli("consumer", "next", stream, "C", "--count", "600", "--raw")
    assert result.text.split() == [str(number) for number in range(600)]
    assert info_of(stream, "C")["ack_floor"]["stream_seq"] == 600


def test_fewer_than_asked_for_are_shown_and_none_is_a_time_out(cli, make, server, monkeypatch):
    monkeypatch.setattr("natscli.jetstream.pull._GRACE_S", 10.0)
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"one")
    some = cli("consumer", "next", stream, "C", "--count", "3", "--timeout", "4s")
    assert some.code == ExitCode.DONE
    assert "1 of 3 messages came" in some.err
    none = cli("consumer", "next", stream, "C", "--timeout", "4s")
    assert (none.code, none.text, "no message within 4s" in none.err) == (ExitCode.TIMEOUT, "", True)


@pytest.mark.parametrize("options", [("--ack", "--nak"), ("--nak", "--term"), ("--json", "--raw")])
def test_what_excludes_each_other_is_a_usage_error(cli, options):
    assert cli("consumer", "next", "S", "C", *options).code == ExitCode.USAGE


def test_a_consumer_that_is_none_or_pushes_is_said(cli, make, server):
    stream = make()
    make_consumer(server.url, stream, "PUSH", deliver_subject="x")
    result = cli("consumer", "next", stream, "NONE")
    assert (result.code, "consumer not found (10014)" in result.err) == (ExitCode.FAILED, True)
    result = cli("consumer", "next", stream, "PUSH")
    assert (result.code, "push based" in result.err) == (ExitCode.FAILED, True)


def test_a_message_of_bytes_and_hostile_text_is_exact_and_harmless(cli, make, server):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"\x00\xff\x1b[2J")
    assert cli("consumer", "next", stream, "C", "--raw").out == b"\x00\xff\x1b[2J\n"


def test_a_consumer_without_acknowledgements_is_read_all_the_same(cli, make, server):
    stream = make()
    make_consumer(server.url, stream, "C", ack_policy="none")
    store(server.url, f"{stream}.a", b"one")
    result = cli("consumer", "next", stream, "C")
    assert (result.code, "one" in result.text) == (ExitCode.DONE, True)


def test_partial_batches_survive_a_consumer_that_is_removed(start, make, server, cli, info_of):
    stream = make()
    make_consumer(server.url, stream, "C")
    store(server.url, f"{stream}.a", b"one")
    taking = start("consumer", "next", stream, "C", "--count", "2", "--raw", "--timeout", "20s")
    taking.prints(b"one\n")
    eventually(lambda: info_of(stream, "C")["ack_floor"]["stream_seq"] == 1)
    assert cli("consumer", "rm", stream, "C", "-f").code == ExitCode.DONE
    assert taking.end(20) == ExitCode.FAILED
    assert "consumer deleted (409)" in taking.err


@pytest.mark.parametrize("command", ["info", "state", "edit", "rm", "pause", "resume", "reset", "unpin"])
def test_no_consumer_named_is_an_error_where_nobody_can_choose(cli, command):
    result = cli("consumer", command, "S")
    assert (result.code, "no consumer is named" in result.err) == (ExitCode.USAGE, True)


def test_hostile_texts_reach_no_terminal(cli, make_server):
    url = make_server().url
    evil = "\x1b]0;owned\x07"
    config = {"name": evil, "description": evil, "metadata": {evil: evil}, "ack_policy": evil, "deliver_policy": evil}
    groups = [{"group": evil, "pinned_client_id": evil, "pinned_ts": evil}]
    info = {"stream_name": evil, "name": evil, "config": config, "created": evil, "priority_groups": groups}
    listing = {"total": 1, "limit": 256, "consumers": [info], "missing": [evil]}
    answers = {"CONSUMER.INFO": info, "CONSUMER.LIST": listing, "CONSUMER.NAMES": listing | {"consumers": [evil]}}
    with answering(url, answers | {"STREAM.INFO": {"config": {"name": "S"}}}):
        for arguments in (("info", "S", "C"), ("ls", "S"), ("ls", "S", "-n"), ("report", "S"), ("find", "S")):
            result = cli("consumer", *arguments, "-s", url)
            assert result.code == ExitCode.DONE, result.err
            assert b"\x1b" not in result.out
            assert "\x1b" not in result.err
