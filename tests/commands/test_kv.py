"""``natscli kv`` as one uses it: values in and out, compared and set, removed, listed."""

import json
import os
from pathlib import Path

import pytest

from natscli.errors import ExitCode
from natscli.jetstream.streams import stream_info
from tests.commands.buckets import bucket_of, editor_that, plant
from tests.jetstream.asking import make_stream, with_api
from tests.waiting import eventually


@pytest.fixture
def bucket(server, cli):
    with bucket_of(server.url, "KV_") as name:
        assert cli("kv", "add", name, "--history", "5", "--storage", "memory").code == 0
        yield name


def config_of(server, bucket):
    return with_api(server.url, lambda api: stream_info(api, f"KV_{bucket}")).config


def value_of(cli, bucket, key):
    return cli("kv", "get", bucket, key, "--raw").out


@pytest.mark.parametrize("command", ["put", "create"])
@pytest.mark.parametrize(
    ("argument", "stdin", "stored", "printed"),
    [
        (["hello"], b"", b"hello", b"hello\n"),
        ([""], b"", b"", b""),
        ([], b"\x00\xff\n", b"\x00\xff\n", b""),
        (["\x1b[1m@"], b"", b"\x1b[1m@", b"\x1b[1m@\n"),
        (["@@x"], b"", b"@x", b"@x\n"),
    ],
    ids=["simple", "empty", "stdin", "escapes", "at sign"],
)
def test_values_are_stored_as_they_are(cli, bucket, command, argument, stdin, stored, printed):
    result = cli("kv", command, bucket, "k.a", *argument, stdin=stdin)

    assert (result.code, result.out) == (0, printed)
    assert value_of(cli, bucket, "k.a") == stored


def test_an_update_needs_the_revision(cli, bucket):
    cli("kv", "put", bucket, "k", "one")

    assert cli("kv", "update", bucket, "k", "two", "1").out == b"two\n"
    late = cli("kv", "update", bucket, "k", "three", "1")

    assert late.code == ExitCode.FAILED
    assert late.err == (
        f"natscli: '{bucket} > k': the key is not at the revision that was expected: it is at revision 2\n"
    )
    assert json.loads(cli("kv", "update", bucket, "k", "-", "2", "--json", stdin=b"four").out) == {
        "bucket": bucket,
        "key": "k",
        "revision": 3,
    }
    assert value_of(cli, bucket, "k") == b"four"


def test_a_key_is_created_once_and_again_when_it_was_removed(cli, bucket):
    assert cli("kv", "create", bucket, "k", "one").code == 0
    again = cli("kv", "create", bucket, "k", "two")
    assert again.code == ExitCode.FAILED
    assert f"'{bucket} > k': the key exists, at revision 1" in again.err

    for remove in (["del"], ["purge"]):
        assert cli("kv", *remove, bucket, "k", "-f").code == 0
        assert cli("kv", "create", bucket, "k", "two").code == 0

    assert value_of(cli, bucket, "k") == b"two"


def test_get_tells_absent_deleted_and_other_revisions_apart(cli, bucket):
    cli("kv", "put", bucket, "k", "one")
    cli("kv", "put", bucket, "other", "x")
    cli("kv", "del", bucket, "k", "--force")

    gone = cli("kv", "get", bucket, "k")
    assert (gone.code, gone.err.splitlines()[0]) == (
        1,
        f"natscli: '{bucket} > k': the key was deleted at revision 3",
    )
    assert cli("kv", "get", bucket, "k", "--revision", "1", "--raw").out == b"one"
    assert "there is no revision 2" in cli("kv", "get", bucket, "k", "--revision", "2").err
    assert "there is no such key" in cli("kv", "get", bucket, "nope").err
    nowhere = cli("kv", "get", "NOPE", "k")
    assert (nowhere.code, nowhere.err.splitlines()[0]) == (1, "natscli: there is no bucket 'NOPE'")


def test_get_shows_a_value_to_a_person(cli, bucket):
    cli("kv", "put", bucket, "long", "x" * 200)
    cli("kv", "put", bucket, "binary", "-", stdin=b"\x1b]0;title\x07")

    shown = cli("kv", "get", bucket, "long").text
    assert shown.startswith(f"{bucket} > long revision: 1 created @ ")
    assert "Showing first 120 bytes of 200, use --raw for full data" in shown
    assert "x" * 120 in shown
    assert "x" * 121 not in shown
    assert "G10wO3RpdGxlBw==" in cli("kv", "get", bucket, "binary").text
    assert json.loads(cli("kv", "get", bucket, "binary", "--json").out)["value"] == "\x1b]0;title\x07"


@pytest.mark.parametrize("key", ["", ".a", "a.", "a..b", "a b", "a*", ">", "ü", "a\x1bb", "a\\b", "../../\n"])
def test_what_is_no_key_is_refused_before_connecting(cli, key):
    for command in (["put", "B", key, "x"], ["get", "B", key], ["purge", "B", key, "-f"], ["history", "B", key]):
        result = cli("kv", *command, "--server", "127.0.0.1:1")

        assert result.code == ExitCode.USAGE
        assert "cannot be a key" in result.err
        assert "\x1b" not in result.err


@pytest.mark.parametrize("name", ["", "a.b", "a b", "../x", "*", ">", "a/b", "ü"])
def test_what_is_no_bucket_is_refused_before_connecting(cli, name):
    for command in (["add", name], ["get", name, "k"], ["del", name, "-f"], ["ls", name], ["watch", name]):
        result = cli("kv", *command, "--server", "127.0.0.1:1")

        assert result.code == ExitCode.USAGE
        assert "cannot name a bucket" in result.err


def test_a_bucket_is_what_the_options_say(cli, server):
    with bucket_of(server.url, "KV_") as name:
        made = cli("kv", "add", name, "--history", "5", "--ttl", "2m", "--metadata", "X:Y", "--max-value-size", "1KiB")
        config = config_of(server, name)

        assert made.code == 0
        assert "Information for Key-Value Store Bucket" in made.text
        assert config.subjects == (f"$KV.{name}.>",)
        assert config.pairs("metadata")["X"] == "Y"
        assert {key: config.raw[key] for key in ("max_msgs_per_subject", "max_age", "max_msg_size")} == {
            "max_msgs_per_subject": 5,
            "max_age": 120 * 10**9,
            "max_msg_size": 1024,
        }
        for flag in ("allow_direct", "allow_rollup_hdrs", "deny_delete"):
            assert config.flag(flag)
        assert (config.text("discard"), config.text("storage")) == ("new", "file")
        too_large = cli("kv", "put", name, "k", "x" * 2000)
        assert too_large.code == ExitCode.FAILED
        assert f"'{name} > k': message size exceeds maximum allowed" in too_large.err
        again = cli("kv", "add", name)
        assert (again.code, again.err.splitlines()[0]) == (
            1,
            f"natscli: bucket '{name}' exists, and is configured otherwise",
        )


def test_an_edit_changes_nothing_else(cli, server, bucket):
    before = config_of(server, bucket).raw

    result = cli("kv", "edit", bucket, "--description", "Foo", "--json")

    assert {**before, "description": "Foo"} == config_of(server, bucket).raw
    assert json.loads(result.out)["bucket"] == bucket
    nothing = cli("kv", "edit", bucket)
    assert (nothing.code, "nothing is to be changed" in nothing.err) == (2, True)
    both = cli("kv", "edit", bucket, "k", "--history", "2")
    assert (both.code, "a key is named" in both.err) == (2, True)


def test_ttls_of_keys_need_a_bucket_that_allows_them(cli, server, bucket):
    refused = cli("kv", "create", bucket, "k", "x", "--ttl", "1h")
    assert refused.code == ExitCode.FAILED
    assert f"hint: natscli kv edit {bucket} --marker-ttl DUR allows them" in refused.err

    with bucket_of(server.url, "KV_") as name:
        cli("kv", "add", name, "--marker-ttl", "1h", "--storage", "memory")
        assert cli("kv", "create", name, "k", "x", "--ttl", "1s").code == 0

        eventually(lambda: "the key was purged" in cli("kv", "get", name, "k").err, 30)
        assert json.loads(cli("kv", "history", name, "k", "--json").out)[-1]["operation"] == "PURGE"


def test_purge_takes_the_history_of_one_key(cli, bucket):
    for number in range(3):
        cli("kv", "put", bucket, "k", str(number))
        cli("kv", "put", bucket, "other", str(number))

    assert cli("kv", "purge", bucket, "k", "-f").code == 0

    assert [entry["operation"] for entry in json.loads(cli("kv", "history", bucket, "k", "--json").out)] == ["PURGE"]
    assert [entry["value"] for entry in json.loads(cli("kv", "history", bucket, "other", "--json").out)] == list("012")


def test_nothing_is_removed_unasked(cli, bucket):
    cli("kv", "put", bucket, "k", "one")
    cli("kv", "put", bucket, "k", "two")

    for command in (["del", bucket, "k"], ["del", bucket], ["purge", bucket, "k"], ["compact", bucket]):
        result = cli("kv", *command)
        assert (result.code, "nobody is there to confirm it" in result.err) == (2, True)
    assert "nobody is there" in cli("kv", "revert", bucket, "k", "1").err

    assert value_of(cli, bucket, "k") == b"two"


def test_a_bucket_is_removed(cli, bucket):
    assert cli("kv", "rm", bucket, "-f").code == 0
    assert cli("kv", "info", bucket).code == ExitCode.FAILED


def test_a_value_is_brought_back(cli, bucket):
    for text in ("one", "two"):
        cli("kv", "put", bucket, "k", text)

    assert "one" in cli("kv", "revert", bucket, "k", "1", "--force").text

    assert value_of(cli, bucket, "k") == b"one"
    assert "revision 3 is the latest" in cli("kv", "revert", bucket, "k", "3", "--force").err
    assert "there is no revision 9" in cli("kv", "revert", bucket, "k", "9", "--force").err


def test_keys_are_listed_by_filters_without_what_is_removed(cli, bucket):
    for key in ("a.1", "a.2", "b.1", "gone"):
        cli("kv", "put", bucket, key, key)
    cli("kv", "del", bucket, "gone", "-f")

    assert cli("kv", "ls", bucket).out == b"a.1\na.2\nb.1\n"
    assert cli("kv", "ls", bucket, "a.*").out == b"a.1\na.2\n"
    assert cli("kv", "ls", bucket, "a.1", "b.>").out == b"a.1\nb.1\n"
    assert cli("kv", "ls", bucket, "a.>", "a.1", "a.*", "a.>", "b.*").out == b"a.1\na.2\nb.1\n"
    assert cli("kv", "ls", bucket, "a.*", "*.1").out == b"a.1\na.2\nb.1\n"
    assert json.loads(cli("kv", "ls", bucket, "--json").out) == ["a.1", "a.2", "b.1"]
    assert cli("kv", "ls", bucket, "none").err == "no keys found in bucket\n"
    assert cli("kv", "ls", bucket, "none", "-n").err == ""
    assert "a.>b" in cli("kv", "ls", bucket, "a.>b").err
    table = cli("kv", "ls", bucket, "b.1", "-v", "--display-value").text
    assert table.splitlines()[-1].split() == ["b.1", *table.splitlines()[-1].split()[1:3], "3", "b.1"]
    assert bucket in cli("kv", "ls").text
    assert bucket.encode() in cli("kv", "ls", "--names").out.splitlines()
    assert bucket in json.loads(cli("kv", "ls", "--names", "--json").out)


def test_every_one_of_many_keys_is_listed(cli, server, bucket):
    plant(server.url, *[(f"$KV.{bucket}.some.key.{number}", b"v") for number in range(30_000)])

    listed = cli("kv", "ls", bucket).out.split()

    assert len(listed) == len(set(listed)) == 30_000


def test_keys_of_large_values_are_listed(cli, bucket):
    for key in ("a", "gone", "b"):
        cli("kv", "put", bucket, key, "x" * 5000)
    cli("kv", "purge", bucket, "gone", "-f")

    assert cli("kv", "ls", bucket).out == b"a\nb\n"


def test_compacting_removes_what_is_gone_and_nothing_else(cli, bucket):
    for text in ("1", "2"):
        cli("kv", "put", bucket, "gone", text)
        cli("kv", "put", bucket, "kept", text)
    cli("kv", "del", bucket, "gone", "-f")

    assert json.loads(cli("kv", "compact", bucket, "-f", "--json").out) == {"bucket": bucket, "purged": 2}

    assert [e["operation"] for e in json.loads(cli("kv", "history", bucket, "gone", "--json").out)] == ["DELETE"]
    assert len(json.loads(cli("kv", "history", bucket, "kept", "--json").out)) == 2


def test_a_value_is_edited(cli, bucket, tmp_path, monkeypatch):
    cli("kv", "put", bucket, "k", "hello")
    monkeypatch.setenv("EDITOR", editor_that(str(tmp_path), 'printf "bye\\n" > "$1"'))

    assert cli("kv", "edit", bucket, "k").code == 0
    assert value_of(cli, bucket, "k") == b"bye"

    assert "is unchanged" in cli("kv", "edit", bucket, "k").err


def test_an_edit_that_comes_too_late_is_said_and_kept(cli, server, bucket, tmp_path, monkeypatch):
    cli("kv", "put", bucket, "k", "hello")
    racing = f'python3 -m natscli kv put {bucket} k theirs; printf mine > "$1"'
    monkeypatch.setenv("PATH", f"{Path(os.sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("EDITOR", editor_that(str(tmp_path), racing))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    late = cli("kv", "edit", bucket, "k")

    assert late.code == ExitCode.FAILED
    assert "it is at revision 2" in late.err
    kept = late.err.split("it is kept in ")[1].splitlines()[0]
    assert Path(kept).read_bytes() == b"mine"
    assert value_of(cli, bucket, "k") == b"theirs"


def test_a_mirror_is_read_and_written_to_its_origin(cli, server, bucket):
    cli("kv", "put", bucket, "k", "one")
    with bucket_of(server.url, "KV_") as mirror:
        assert cli("kv", "add", mirror, "--mirror", bucket, "--storage", "memory").code == 0
        eventually(lambda: value_of(cli, mirror, "k") == b"one", 30)

        assert cli("kv", "put", mirror, "k", "two").code == 0

        eventually(lambda: value_of(cli, bucket, "k") == b"two", 30)  # the mirror may answer for its origin
        eventually(lambda: value_of(cli, mirror, "k") == b"two", 30)
        assert cli("kv", "ls", mirror).out == b"k\n"
        assert "Origin Bucket" in cli("kv", "info", mirror).text
        hidden = cli("kv", "edit", mirror, "--no-mirror")
        assert (hidden.code, "would not be found any more" in hidden.err) == (1, True)
        assert value_of(cli, mirror, "k") == b"two"


def test_an_empty_mirror_becomes_a_bucket_of_its_own(cli, server, bucket):
    with bucket_of(server.url, "KV_") as mirror:
        cli("kv", "add", mirror, "--mirror", bucket, "--storage", "memory")

        assert cli("kv", "edit", mirror, "--no-mirror").code == 0

        cli("kv", "put", mirror, "k", "own")
        assert value_of(cli, mirror, "k") == b"own"
        assert cli("kv", "get", bucket, "k").code == 1
        assert "is no mirror" in cli("kv", "edit", mirror, "--no-mirror").err


def test_a_bucket_takes_in_another(cli, server, bucket):
    cli("kv", "put", bucket, "k", "one")
    with bucket_of(server.url, "KV_") as name:
        assert cli("kv", "add", name, "--source", bucket, "--storage", "memory").code == 0
        eventually(lambda: value_of(cli, name, "k") == b"one", 30)


def test_foreign_names_and_values_do_not_reach_a_terminal(cli, server, bucket):
    plant(server.url, (f"$KV.{bucket}.ev\x1b[2Jil", b"\x1b]0;x\x07\n\x00"))

    for command in (["ls", bucket, "-v", "--display-value"], ["history", bucket, "k"], ["info", bucket]):
        result = cli("kv", *command)
        assert b"\x1b" not in result.out
    assert "\\x1b[2Jil" in cli("kv", "ls", bucket, "-v").text
    assert cli("kv", "ls", bucket).out == b"ev\x1b[2Jil\n"  # byte for byte where no terminal is


def test_without_jetstream_that_is_said(cli, make_server):
    url = make_server().url
    for command in (["ls"], ["add", "B"], ["get", "B", "k"], ["ls", "B"]):
        result = cli("kv", *command, "--server", url)
        assert result.code in (ExitCode.NO_RESPONDERS, ExitCode.FAILED)
        assert "JetStream" in result.err
        assert len(result.err.splitlines()) <= 2


def test_a_stream_that_takes_the_keys_of_no_bucket(cli, server, bucket):
    make_stream(server.url, "KV_lost" + bucket, subjects=[f"other.{bucket}"])
    with bucket_of(server.url, "KV_lost"):
        refused = cli("kv", "put", "lost" + bucket, "k", "x")
        assert (refused.code, "no stream stores it" in refused.err) == (ExitCode.NO_RESPONDERS, True)
        cli("kv", "del", "lost" + bucket, "-f")
