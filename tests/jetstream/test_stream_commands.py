"""``natscli stream`` against a real server: every command, what it prints, and how it ends."""

import json
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.stored import delete_message
from natscli.jetstream.streams import create_stream
from tests.cli.peers import Peer
from tests.jetstream.asking import ask, make_stream, store, with_api
from tests.jetstream.fields import KNOWN_OF_STREAMS, STREAM_FIELDS
from tests.jetstream.responder import answering


@pytest.fixture
def config_of(server):
    return lambda name: ask(server.url, f"STREAM.INFO.{name}")["config"]


def state_of(url, name):
    return ask(url, f"STREAM.INFO.{name}")["state"]


# -- making one ------------------------------------------------------------------------------------


def test_every_option_of_add_sets_its_field(cli, config_of, stream_name):
    result = cli(
        "stream", "add", stream_name,
        "--subjects", f"{stream_name}.a,{stream_name}.b", "--subjects", f"{stream_name}.c.*",
        "--description", "some", "--storage", "f", "--compression", "s2", "--replicas", "1", "--no-ack",
        "--retention", "work", "--discard", "new", "--discard-per-subject", "--first-sequence", "100",
        "--max-age", "1d12h", "--max-bytes", "1GB", "--max-consumers", "9", "--max-msg-size", "1K", "--max-msgs", "500",
        "--max-msgs-per-subject", "5", "--dupe-window", "30s", "--allow-rollup", "--deny-delete", "--no-allow-direct",
        "--metadata", "team:a", "--metadata", "cost=1:2", "--transform-source", f"{stream_name}.a",
        "--transform-destination", f"{stream_name}.z", "--republish-source", ">", "--republish-destination",
        f"re.{stream_name}.>", "--republish-headers", "--allow-msg-ttl", "--subject-del-markers-ttl", "2s",
        "--limit-consumer-inactive", "1h", "--limit-consumer-max-pending", "7",
    )  # fmt: skip

    assert (result.code, result.err) == (ExitCode.DONE, f"Stream {stream_name} was created\n")
    config = config_of(stream_name)
    metadata = config.pop("metadata")
    assert (metadata["team"], metadata["cost"]) == ("a", "1:2")
    expected = {
        "subjects": [f"{stream_name}.a", f"{stream_name}.b", f"{stream_name}.c.*"],
        "description": "some", "storage": "file", "compression": "s2", "num_replicas": 1, "no_ack": True,
        "retention": "workqueue", "discard": "new", "discard_new_per_subject": True, "first_seq": 100,
        "max_age": 129_600_000_000_000, "max_bytes": 1024**3, "max_consumers": 9, "max_msg_size": 1024,
        "max_msgs": 500, "max_msgs_per_subject": 5, "duplicate_window": 30_000_000_000, "allow_rollup_hdrs": True,
        "deny_delete": True, "allow_direct": False, "allow_msg_ttl": True, "subject_delete_marker_ttl": 2_000_000_000,
        "subject_transform": {"src": f"{stream_name}.a", "dest": f"{stream_name}.z"},
        "republish": {"src": ">", "dest": f"re.{stream_name}.>", "headers_only": True},
        "consumer_limits": {"inactive_threshold": 3_600_000_000_000, "max_ack_pending": 7},
    }  # fmt: skip
    assert {key: config.get(key) for key in expected} == expected


def test_defaults_are_the_usual(cli, config_of, stream_name):
    result = cli("s", "create", stream_name, "--subjects", f"{stream_name}.>", "--defaults", "--json")

    assert result.code == ExitCode.DONE
    assert json.loads(result.out)["config"]["name"] == stream_name
    config = config_of(stream_name)
    assert (config["storage"], config["retention"], config["discard"]) == ("file", "limits", "old")
    assert (config["max_msgs"], config["max_bytes"], config["max_age"], config["num_replicas"]) == (-1, -1, 0, 1)
    assert (config["duplicate_window"], config["allow_direct"]) == (120_000_000_000, True)


def test_ids_are_remembered_no_longer_than_messages(cli, config_of, stream_name):
    cli("stream", "add", stream_name, "--subjects", stream_name, "--defaults", "--max-age", "10s")
    assert config_of(stream_name)["duplicate_window"] == 10_000_000_000


def test_what_is_not_said_is_an_error_where_nobody_can_be_asked(cli, stream_name):
    result = cli("stream", "add", stream_name, "--storage", "file")

    assert result.code == ExitCode.USAGE
    assert "--subjects, --replicas, --retention" in result.err
    assert "--storage" not in result.err
    assert cli("stream", "info", stream_name).code == ExitCode.FAILED


def test_a_configuration_goes_to_a_file_and_back_to_a_stream(cli, config_of, stream_name):
    usual = ("stream", "add", stream_name, "--subjects", stream_name, "--defaults")
    assert cli(*usual, "--max-msgs", "12", "--output", "s.json").code == ExitCode.DONE
    assert cli("stream", "info", stream_name).code == ExitCode.FAILED

    assert cli("stream", "add", "--config", "s.json", "--description", "typed").code == ExitCode.DONE

    config = config_of(stream_name)
    assert (config["max_msgs"], config["description"]) == (12, "typed")


def test_an_info_is_a_configuration_too(cli, make, config_of, stream_name):
    name = make(max_msgs=12)
    Path("i.json").write_bytes(cli("stream", "info", name, "--json").out)

    assert cli("stream", "add", stream_name, "--config", "i.json", "--subjects", stream_name).code == ExitCode.DONE
    assert config_of(stream_name)["max_msgs"] == 12


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "no JSON object"),
        ("{", "Expecting"),
        (None, "cannot be read"),
        ('{"name": "a.b"}', "cannot name a stream"),
    ],
)
def test_a_file_that_is_no_configuration_is_refused(cli, text, reason):
    if text is not None:
        Path("c.json").write_text(text)
    result = cli("stream", "add", "--config", "c.json")
    assert result.code == ExitCode.USAGE
    assert reason in result.err


def test_validate_makes_nothing_and_says_what_is_wrong(cli, stream_name):
    good = cli("stream", "add", stream_name, "--subjects", "a", "--defaults", "--validate")
    Path("c.json").write_text(json.dumps({"name": stream_name, "max_msgs": "many", "retention": "some", "new": 1}))
    bad = cli("stream", "add", "--config", "c.json", "--validate")

    assert (good.code, good.text) == (ExitCode.DONE, "The configuration is valid\n")
    assert bad.code == ExitCode.FAILED
    assert "max_msgs is not a whole number; retention is none of limits, interest, workqueue" in bad.err
    assert cli("stream", "info", stream_name).code == ExitCode.FAILED


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("a.b", "--defaults", "--subjects", "x"), "'a.b' cannot name a stream"),
        (("A", "--defaults", "--subjects", "x..y"), "empty token"),
        (("A", "--defaults", "--subjects", ""), "names no subject"),
        (("A", "--defaults", "--mirror", "B", "--subjects", "x"), "a mirror stores no subjects"),
        (("A", "--defaults", "--subjects", "x", "--metadata", "nothing"), "not of the form name:value"),
        (("A", "--defaults", "--subjects", "x", "--transform-source", "x"), "go together"),
        (("A", "--defaults", "--subjects", "x", "--republish-headers"), "needs --republish-source"),
        (("A", "--defaults", "--mirror", "{"), "names no stream"),
        (("A", "--defaults", "--source", "{}"), "has no name"),
        (("A", "--defaults", "--subjects", "x", "--max-bytes", "1FOO"), "not a size"),
        (("A", "--defaults", "--subjects", "x", "--max-age", "5"), "not a duration"),
        (("A", "--defaults", "--subjects", "x", "--retention", "some"), "retention"),
    ],
)
def test_what_cannot_be_a_stream_is_a_usage_error(cli, arguments, reason):
    result = cli("stream", "add", *arguments)
    assert result.code == ExitCode.USAGE
    assert reason in result.err


def test_an_account_that_demands_a_limit_gets_one(cli, make_server):
    extra = "accounts { A { jetstream: {max_file: 1GB, max_bytes: yes}, users: [{user: a, password: x}] } }"
    url = make_server(jetstream=True, extra=extra).url
    result = cli(
        "stream", "add", "A", "--subjects", "a", "--defaults", "-s", url, "--user", "a", "--password", "x", "-j"
    )
    assert result.code == ExitCode.DONE, result.err
    assert json.loads(result.out)["config"]["max_bytes"] == 256 * 1024 * 1024


def test_a_mirror_has_no_subjects_and_is_a_stream_of_its_own_after_no_mirror(cli, server, make, config_of, stream_name):
    origin = make()
    store(server.url, f"{origin}.a", b"1")
    assert cli("stream", "add", stream_name, "--mirror", origin, "--defaults").code == ExitCode.DONE
    assert "subjects" not in config_of(stream_name)

    assert cli("stream", "edit", stream_name, "--no-mirror", "--subjects", stream_name, "-f").code == ExitCode.DONE

    assert "mirror" not in config_of(stream_name)
    assert config_of(stream_name)["subjects"] == [stream_name]


# -- looking ---------------------------------------------------------------------------------------


def test_info_and_state_show_the_stream_or_its_whole_document(cli, server, make):
    name = make(description="about it", max_age=90_000_000_000)
    store(server.url, f"{name}.a", b"12345")

    text = cli("stream", "info", name).text
    assert f"Information for Stream {name} created" in text
    assert "Description: about it\n" in text
    assert "Maximum Age: 1m30s\n" in text
    state = cli("stream", "state", name).text
    assert "Messages: 1\n" in state
    assert "Maximum" not in state
    assert cli("stream", "info", name, "--state").text == state
    for command in ("info", "state"):
        document = json.loads(cli("stream", command, name, "--json").out)
        document.pop("ts")
        expected = ask(server.url, f"STREAM.INFO.{name}")
        expected.pop("ts")
        assert document == expected


def test_ls_lists_streams_and_hides_buckets(cli, make_server):
    url = make_server(jetstream=True).url
    for name in ("B", "A", "KV_bucket", "OBJ_store"):
        make_stream(url, name)
    store(url, "B.x", b"12345")

    assert json.loads(cli("stream", "ls", "--json", "-s", url).out) == ["A", "B"]
    assert json.loads(cli("stream", "ls", "--json", "--all", "-s", url).out) == ["A", "B", "KV_bucket", "OBJ_store"]
    assert cli("stream", "ls", "--names", "-s", url).text == "A\nB\n"
    assert cli("stream", "ls", "-n", "--subject", "B.x", "-s", url).text == "B\n"
    table = cli("stream", "list", "-s", url)
    assert [line.split()[0] for line in table.text.splitlines()[2:]] == ["A", "B"]
    assert "2 streams of buckets or of MQTT not shown" in table.err


def test_ls_of_none_says_so(cli, make_server):
    result = cli("stream", "ls", "-s", make_server(jetstream=True).url)
    assert (result.code, result.text) == (ExitCode.DONE, "No Streams defined\n")


def test_2500_streams_are_all_listed(cli, make_server):
    url = make_server(jetstream=True).url

    async def fill(api: Api) -> None:
        for number in range(2500):
            config = {"name": f"S{number:04}", "subjects": [f"s.{number}"], "storage": "memory"}
            await create_stream(api, StreamConfig(config))

    with_api(url, fill, 60)

    assert json.loads(cli("stream", "ls", "-j", "-s", url, "--timeout", "30s").out) == [f"S{n:04}" for n in range(2500)]
    assert len(cli("stream", "ls", "-s", url, "--timeout", "30s").text.splitlines()) == 2502


def test_subjects_are_counted_and_sorted(cli, server, make):
    name = make()
    store(server.url, f"{name}.a", b"", b"", b"")
    store(server.url, f"{name}.b", b"")

    assert json.loads(cli("stream", "subjects", name, "--json").out) == {f"{name}.b": 1, f"{name}.a": 3}
    assert cli("stream", "subjects", name, "--names", "--sort", "name").text == f"{name}.a\n{name}.b\n"
    assert cli("stream", "subjects", name, f"{name}.b", "--names").text == f"{name}.b\n"
    assert cli("stream", "subjects", name, "-R", "--names").text == f"{name}.a\n{name}.b\n"
    assert "No subjects" in cli("stream", "subjects", name, "none.>").err


def test_get_shows_one_message(cli, server, make):
    name = make()
    store(server.url, f"{name}.a", b"one", b"two", headers=b"NATS/1.0\r\nA: 1\r\n\r\n")

    text = cli("stream", "get", name, "1").text
    assert text.startswith(f"Item: {name}#1 received 20")
    assert f"on Subject {name}.a\n\nHeaders:\nA: 1\n\none\n" in text
    document = json.loads(cli("stream", "get", name, "-S", f"{name}.a", "-j").out)
    assert (document["seq"], document["data"], document["subject"]) == (2, "dHdv", f"{name}.a")
    assert document["hdrs"] == "TkFUUy8xLjANCkE6IDENCg0K"
    assert cli("stream", "get", name, "1", "--translate", "tr a-z A-Z").text.endswith("\nONE\n")


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        ((), ExitCode.USAGE, "one message is got"),
        (("1", "--last-for", "a"), ExitCode.USAGE, "one message is got"),
        (("99",), ExitCode.FAILED, "no message found (10037)"),
        (("-S", "none"), ExitCode.FAILED, "no message found (10037)"),
    ],
)
def test_a_message_that_cannot_be_got_is_said(cli, make, arguments, code, reason):
    result = cli("stream", "get", make(), *arguments)
    assert result.code == code
    assert reason in result.err


@pytest.mark.parametrize("direct", [True, False])
def test_view_shows_a_page(cli, server, make, direct):
    name = make(allow_direct=direct)
    store(server.url, f"{name}.a", *[b"%d" % number for number in range(1, 13)])

    assert cli("stream", "view", name, "--raw").text == "".join(f"{n}\n" for n in range(1, 11))
    result = cli("stream", "view", name, "5", "--id", "10", "--raw")
    assert (result.text, result.err) == ("10\n11\n12\n", "Reached apparent end of data\n")
    assert cli("stream", "view", name, "1", "--since", "1h", "--raw").text == "1\n"
    assert cli("stream", "view", name, "--subject", "none").text == ""
    assert f"[3] Subject: {name}.a Received: " in cli("stream", "view", name, "1", "--id", "3").text


def test_gaps_are_listed(cli, server, make):
    name = make()
    store(server.url, f"{name}.a", *[b"x"] * 9)
    assert "No deleted messages" in cli("stream", "gaps", name).text

    async def remove(api: Api) -> None:
        for sequence in (3, 4, 6):
            await delete_message(api, name, sequence)

    with_api(server.url, remove)

    assert json.loads(cli("stream", "gaps", name, "--json").out)["gaps"] == [
        {"first": 3, "last": 4},
        {"first": 6, "last": 6},
    ]
    assert [line.split() for line in cli("stream", "gaps", name).text.splitlines()[2:]] == [
        ["3", "4", "2"],
        ["6", "6", "1"],
    ]


def test_report_sorts_and_draws_who_copies_whom(cli, make_server):
    url = make_server(jetstream=True).url
    make_stream(url, "B")
    make_stream(url, "A")
    make_stream(url, "M", mirror={"name": "B"}, subjects=None)
    store(url, "B.x", b"12345", b"")

    text = cli("stream", "report", "-n", "--dot", "g.dot", "-s", url).text
    assert [line.split()[0] for line in text.split("\n\n")[0].splitlines()[2:]] == ["A", "B", "M"]
    assert "Replication Report" in text
    assert '"B" -> "M" [color=blue label="Mirror"];' in Path("g.dot").read_text()
    assert json.loads(cli("stream", "report", "-m", "-j", "-s", url).out)[-1]["config"]["name"] in ("B", "M")
    assert cli("stream", "report", "-m", "-n", "-s", url).code == ExitCode.USAGE


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--empty",), ["A", "KV_b", "M"]),
        (("--empty", "--invert"), ["B"]),
        (("--mirrored",), ["M"]),
        (("--sourced",), []),
        (("--consumers", "0"), ["A", "B", "KV_b", "M"]),
        (("--replicas", "1", "--subject", "B.x"), ["B"]),
        (("--idle", "1h"), ["A", "KV_b", "M"]),
        (("--created", "1h"), []),
        (("--api-level", "1"), ["A"]),
        (("--api-level", "0"), ["A", "B", "KV_b", "M"]),
        (("--leader", "nobody"), []),
        (("--expression", "state.messages > 0 and 'B.>' in config.subjects"), ["B"]),
        (("--expression", "config.mirror.name == 'B'"), ["M"]),
    ],
)
def test_streams_are_found(cli, found_in, arguments, names):
    result = cli("stream", "find", *arguments, "--names", "--json", "-s", found_in)
    assert (result.code, json.loads(result.out)) == (ExitCode.DONE, names)


@pytest.fixture(scope="module")
def found_in(nats_server_binary):
    from natscli.server.config import ServerConfig
    from natscli.server.process import LocalServer

    with LocalServer.start(ServerConfig(jetstream=True), binary=nats_server_binary) as running:
        make_stream(running.url, "A", allow_msg_ttl=True)
        make_stream(running.url, "B")
        make_stream(running.url, "KV_b")
        make_stream(running.url, "M", mirror={"name": "B", "filter_subject": "none"}, subjects=None)
        store(running.url, "B.x", b"1")
        yield running.url


@pytest.mark.parametrize("arguments", [("--expression", "config."), ("--server-name", "("), ("--idle", "x")])
def test_what_cannot_be_looked_for_is_a_usage_error(cli, arguments):
    assert cli("stream", "find", *arguments).code == ExitCode.USAGE


# -- changing --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("field", "value", "with_it"), STREAM_FIELDS, ids=[f"{f}={v}" for f, v, _ in STREAM_FIELDS])
def test_an_edit_changes_nothing_else(cli, server, config_of, make, stream_name, field, value, with_it):
    make_stream(server.url, stream_name, **{"subjects": [f"{stream_name}.x"], **with_it, field: value})
    before = config_of(stream_name)
    assert before.get(field) == value or field in ("sources", "mirror", "metadata", "placement")
    assert set(before) <= KNOWN_OF_STREAMS  # a server with another field has it edited here, too

    result = cli("stream", "edit", stream_name, "--description", "edited", "--force")

    assert (result.code, result.err) == (ExitCode.DONE, f"Stream {stream_name} was updated\n")
    assert config_of(stream_name) == {**before, "description": "edited"}


def test_an_edit_keeps_fields_that_nobody_knows_yet(cli, make_server):
    url = make_server().url
    config = {
        "name": "S", "subjects": ["a"], "from_the_future": {"deep": [1, {"x": None}]},
        "max_age": 9_223_372_036_854_775_807, "num_replicas": 1, "another": True, "mirror_of_mirrors": [],
        "ratio": 0.25,
    }  # fmt: skip
    info = {"config": config, "state": {}}
    with answering(url, {"STREAM.INFO": info, "STREAM.UPDATE": info}) as responder:
        result = cli("stream", "edit", "S", "--description", "edited", "-f", "-s", url)
        assert result.code == ExitCode.DONE, result.err
        sent = [body for operation, body in responder.asked if operation == "STREAM.UPDATE.S"]
    assert sent == [{**config, "description": "edited"}]
    assert "the server has other values than were asked for: description" in result.err


def test_a_dry_run_shows_the_difference_and_changes_nothing(cli, make, config_of):
    name = make(max_msgs=5)
    before = config_of(name)

    result = cli("stream", "edit", name, "--max-msgs", "7", "--dry-run")
    assert (result.code, result.text) == (ExitCode.FAILED, "Differences (-old +new):\n- max_msgs: 5\n+ max_msgs: 7\n")
    same = cli("stream", "edit", name, "--max-msgs", "5", "--dry-run")
    assert (same.code, same.text, same.err) == (ExitCode.DONE, "", "No difference in configuration\n")
    assert config_of(name) == before


def test_an_edit_by_file_or_by_hand(cli, make, config_of, monkeypatch):
    name = make(max_msgs=5)
    Path("c.json").write_text(json.dumps({**config_of(name), "max_msgs": 6}))
    assert cli("stream", "edit", name, "--config", "c.json", "-f").code == ExitCode.DONE
    assert config_of(name)["max_msgs"] == 6

    monkeypatch.setenv("VISUAL", """sed -i 's/"max_msgs": 6/"max_msgs": 8/'""")
    assert cli("stream", "edit", name, "--interactive", "-f").code == ExitCode.DONE
    assert config_of(name)["max_msgs"] == 8

    monkeypatch.setenv("VISUAL", "sed -i 1d")
    broken = cli("stream", "edit", name, "-i", "-f")
    assert broken.code == ExitCode.USAGE
    assert "cannot be read" in broken.err


def test_what_is_destroyed_is_asked_about_or_forced(cli, server, make):
    name = make()
    store(server.url, f"{name}.a", b"x")
    for arguments in (
        ("rm", name),
        ("purge", name),
        ("rmm", name, "1"),
        ("seal", name),
        ("edit", name, "--max-msgs", "9"),
    ):
        result = cli("stream", *arguments)
        assert result.code == ExitCode.USAGE
        assert "--force" in result.err
    assert state_of(server.url, name)["messages"] == 1


def test_purge_empties_or_thins(cli, server, make):
    name = make()
    store(server.url, f"{name}.a", *[b"x"] * 5)
    store(server.url, f"{name}.b", *[b"x"] * 5)

    result = cli("stream", "purge", name, "-f", "--subject", f"{name}.a", "--seq", "2", "--json")
    assert (result.code, json.loads(result.out)["state"]["messages"]) == (ExitCode.DONE, 9)
    assert "Purged 1 message of" in result.err
    cli("stream", "purge", name, "-f", "--keep", "2")
    assert state_of(server.url, name)["messages"] == 2
    cli("stream", "purge", name, "-f")
    assert state_of(server.url, name)["messages"] == 0
    assert cli("stream", "purge", name, "-f", "--seq", "1", "--keep", "1").code == ExitCode.USAGE


@pytest.mark.parametrize("option", [("--subject", ""), ("--subject", "a..b"), ("--seq", "0")])
def test_a_purge_of_something_that_cannot_be_is_no_purge_of_everything(cli, server, make, option):
    name = make()
    store(server.url, f"{name}.a", b"x")
    assert cli("stream", "purge", name, "-f", *option).code == ExitCode.USAGE
    assert state_of(server.url, name)["messages"] == 1


def test_rmm_removes_one_message(cli, server, make):
    name = make()
    store(server.url, f"{name}.a", b"1", b"2", b"3")
    assert cli("stream", "rmm", name, "2", "-f").code == ExitCode.DONE
    assert cli("stream", "get", name, "2").code == ExitCode.FAILED
    assert cli("stream", "get", name, "3").code == ExitCode.DONE


def test_seal_and_rm(cli, make):
    name = make()
    assert json.loads(cli("stream", "seal", name, "-f", "--json").out)["config"]["sealed"] is True
    assert cli("stream", "rm", name, "-f").err == f"Stream {name} was removed\n"
    assert cli("stream", "rm", name, "-f").code == ExitCode.FAILED


def test_copy_takes_the_configuration_and_with_data_the_messages(cli, server, make, config_of, stream_name):
    name = make(max_msgs=50, description="d")
    store(server.url, f"{name}.a", *[b"%d" % number for number in range(9)], headers=b"NATS/1.0\r\nA: 1\r\n\r\n")
    cli("stream", "rmm", name, "4", "-f")

    overlapping = cli("stream", "copy", name, stream_name)
    assert (overlapping.code, "subjects overlap" in overlapping.err) == (ExitCode.FAILED, True)
    changed = ("--subjects", stream_name, "--description", "copied")
    result = cli("stream", "copy", name, stream_name, *changed, "--data", "--timeout", "20s")

    assert result.code == ExitCode.DONE, result.err
    config = config_of(stream_name)
    assert (config["max_msgs"], config["description"], config["subjects"]) == (50, "copied", [stream_name])
    assert "mirror" not in config
    for sequence in ("1", "9"):
        both = [json.loads(cli("stream", "get", each, sequence, "-j").out) for each in (name, stream_name)]
        assert both[0] == both[1]
    assert cli("stream", "get", stream_name, "4").code == ExitCode.FAILED


def test_copy_to_another_storage_without_data(cli, make, config_of, stream_name):
    name = make(max_msgs=50)
    assert cli("s", "cp", name, stream_name, "--subjects", stream_name, "--storage", "file").code == ExitCode.DONE
    assert (config_of(stream_name)["storage"], config_of(stream_name)["max_msgs"]) == ("file", 50)


@pytest.mark.parametrize("command", ["info", "state", "subjects", "edit", "rm", "purge", "rmm", "view", "get", "gaps"])
def test_no_stream_named_is_an_error_where_nobody_can_choose(cli, command):
    result = cli("stream", command)
    assert (result.code, "no stream is named" in result.err) == (ExitCode.USAGE, True)


def test_hostile_texts_reach_no_terminal(cli, make_server):
    url = make_server().url
    evil = "\x1b]0;owned\x07"
    config = {
        "name": f"S{evil}",
        "subjects": [f"a{evil}"],
        "description": evil,
        "metadata": {evil: evil},
        "num_replicas": 1,
    }
    info = {"config": config, "state": {"last_ts": evil}, "created": evil, "cluster": {"name": evil, "leader": evil}}
    listing = {"total": 1, "limit": 256, "streams": [info], "missing": [evil]}
    with answering(url, {"STREAM.INFO": info, "STREAM.LIST": listing, "STREAM.NAMES": listing | {"streams": [evil]}}):
        for arguments in (
            ("info", "S"),
            ("ls",),
            ("ls", "-n"),
            ("report", "-l"),
            ("find",),
            ("find", "-n"),
            ("ls", "-j"),
        ):
            result = cli("stream", *arguments, "-s", url)
            assert result.code == ExitCode.DONE
            assert b"\x1b" not in result.out
            assert "\x1b" not in result.err


def test_a_description_that_says_no_such_thing_is_no_fault_of_the_servers(cli, make_server):
    url = make_server().url
    with answering(url, {"STREAM.INFO": [1], "STREAM.NAMES": {"streams": 7}, "STREAM.LIST": {"total": 9}}):
        assert "cannot be read" in cli("stream", "info", "S", "-s", url).err
        assert cli("stream", "ls", "-n", "-s", url).code == ExitCode.DONE
        assert cli("stream", "ls", "-s", url).code == ExitCode.DONE


def test_nobody_who_serves_the_api_is_exit_code_6(cli, make_server):
    result = cli("stream", "ls", "-s", make_server().url)
    assert result.code == ExitCode.NO_RESPONDERS
    assert "JetStream is not available: nobody serves '$JS.API'" in result.err
    result = cli("stream", "ls", "--js-domain", "hub", "-s", make_server(jetstream=True).url)
    assert (result.code, "'$JS.hub.API'" in result.err) == (ExitCode.NO_RESPONDERS, True)


def test_a_refused_subject_of_the_api_is_exit_code_4(cli, make_server):
    denied = '{publish: {deny: ["$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*"]}}'
    extra = f"authorization {{ users: [{{user: a, password: x, permissions: {denied}}}] }}"
    url = make_server(jetstream=True, extra=extra).url.replace("//", "//a:x@")
    for command in (("ls", "-n"), ("info", "S")):
        result = cli("stream", *command, "-s", url)
        assert result.code == ExitCode.REFUSED
        assert "$JS.API.STREAM." in result.err


def test_an_api_that_does_not_answer_is_exit_code_5(cli, make_server):
    url = make_server().url
    with Peer(url) as silent:
        silent.subscribe("$JS.API.>")
        result = cli("stream", "info", "S", "-s", url, "--timeout", "4s")
    assert result.code == ExitCode.TIMEOUT
    assert "stream 'S': JetStream did not answer" in result.err


def test_a_context_says_where_jetstream_is(cli, make_server, isolated):
    url = make_server(extra=f'jetstream {{ domain: hub, store_dir: "{isolated}/store" }}').url
    make_stream(url, "A")
    contexts = isolated / ".config" / "nats" / "context"
    contexts.mkdir(parents=True)
    (contexts / "right.json").write_text(json.dumps({"url": url, "jetstream_domain": "hub"}))
    (contexts / "wrong.json").write_text(json.dumps({"url": url, "jetstream_api_prefix": "$JS.nowhere.API"}))

    names = ("stream", "ls", "-n", "-s", url)
    assert cli(*names, "--context", "right").text == "A\n"
    assert cli(*names, "--context", "wrong").code == ExitCode.NO_RESPONDERS
    assert cli(*names, "--context", "wrong", "--js-domain", "hub").text == "A\n"
    assert cli(*names, "--context", "right", "--js-domain", "a b").code == ExitCode.USAGE
