"""``natscli context``: what is saved, shown and selected, and that a mistake changes nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.connection.jwts import Key
from tests.context.trees import tree
from tests.invocation import invoke

SECRETS = ("hush-password", "hush-token", "hush-url", "hush-seed", "hush-jwt", "hush-data")
ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def run(monkeypatch):
    """Run the command line in this process, in an environment that says nothing."""
    return lambda *arguments: invoke(monkeypatch, arguments)


@pytest.fixture
def folder(isolated):
    return isolated / ".config" / "nats"


@pytest.fixture
def save(folder):
    """Write a context's file: ``save("dev", url="nats://h")``, or ``save("dev", b"{")``."""

    def save(name, content=None, **document):
        (folder / "context").mkdir(parents=True, exist_ok=True)
        path = folder / "context" / f"{name}.json"
        path.write_bytes(json.dumps(document).encode() if content is None else content)
        path.chmod(0o600)
        return path

    return save


@pytest.fixture
def select(folder):
    return (folder / "context.txt").write_text


def selection(folder):
    """What is selected, and what was before."""
    files = (folder / "context.txt", folder / "previous-context.txt")
    return tuple(file.read_text() if file.exists() else None for file in files)


def saved(folder, name):
    document = json.loads((folder / "context" / f"{name}.json").read_text())
    return {key: value for key, value in document.items() if value}


# Saving


@pytest.mark.parametrize("verb", ["add", "create", "save"])
@pytest.mark.parametrize("group", ["context", "ctx"])
def test_what_is_typed_is_saved_and_shown(verb, group, run, folder):
    shown = run(group, verb, "dev", "-s", "nats://h:1", "--user", "bob", "--password", "hush-password", "--tlsfirst",
                "--description", "For trying")  # fmt: skip

    assert (shown.code, shown.err) == (0, "")
    assert saved(folder, "dev") == {
        "description": "For trying", "url": "nats://h:1", "user": "bob", "password": "hush-password", "tls_first": True,
    }  # fmt: skip
    for line in ('Context "dev"', "Description: For trying", "Server URLs: nats://h:1", "Username: bob",
                 "Password: ********", "TLS First: yes", "Selected: no"):  # fmt: skip
        assert line in shown.text
    assert "hush" not in shown.text


def test_options_before_the_command_are_saved_too(run, folder):
    assert run("-s", "nats://h:1", "context", "add", "dev").code == 0
    assert saved(folder, "dev") == {"url": "nats://h:1"}


def test_a_context_is_changed_where_something_is_typed(run, folder, save):
    save("dev", url="nats://h:1", user="bob", password="x", future={"a": [1]}, jetstream_domain="hub")
    assert run("context", "add", "dev", "-s", "nats://h:2").code == 0
    assert saved(folder, "dev") == {
        "url": "nats://h:2", "user": "bob", "password": "x", "future": {"a": [1]}, "jetstream_domain": "hub",
    }  # fmt: skip


def test_new_credentials_replace_the_old_and_that_is_said(run, folder, save):
    save("dev", url="nats://h:1", user="bob", password="x")
    changed = run("context", "add", "dev", "--creds", "~/a.creds")
    assert changed.err == "given up for the new credentials: user, password\n"
    assert saved(folder, "dev") == {"url": "nats://h:1", "creds": "~/a.creds"}


def test_a_password_of_the_environment_is_saved_and_that_is_said(run, folder, monkeypatch):
    monkeypatch.setenv("NATS_PASSWORD", "hush-password")
    monkeypatch.setenv("NATS_CONTEXT", "another")  # says which to use, and is no reason to copy it
    made = run("context", "add", "dev", "--user", "bob", "-s", "nats://h")
    assert made.err == "saved from the environment: password from NATS_PASSWORD\n"
    assert saved(folder, "dev") == {"url": "nats://h", "user": "bob", "password": "hush-password"}
    assert "hush" not in made.text


def test_the_environment_changes_no_context_that_is_there(run, folder, save, monkeypatch):
    save("dev", url="nats://h", token="t")
    monkeypatch.setenv("NATS_URL", "nats://other")
    monkeypatch.setenv("NATS_CREDS", "other")
    assert run("context", "add", "dev", "--description", "d").code == 0
    assert saved(folder, "dev") == {"url": "nats://h", "token": "t", "description": "d"}


def test_a_new_context_may_begin_as_another(run, folder, save):
    save("base", url="nats://h", token="t", future=1)
    assert run("context", "add", "dev", "--context", "base", "-s", "nats://k").code == 0
    assert saved(folder, "dev") == {"url": "nats://k", "token": "t", "future": 1}
    again = run("context", "add", "dev", "--context", "base")
    assert (again.code, "--context is what a new one begins with" in again.err) == (2, True)


@pytest.mark.parametrize("verb", ["copy", "cp"])
def test_a_copy_is_the_whole_of_it_but_for_what_is_typed(verb, run, folder, save):
    save("dev", url="nats://h", token="t", future={"a": None}, description="d")
    assert run("context", verb, "dev", "new", "--description", "n", "--select").code == 0
    assert saved(folder, "new") == {"url": "nats://h", "token": "t", "future": {"a": None}, "description": "n"}
    assert selection(folder) == ("new", None)


def test_a_user_without_a_password_is_told_of_the_variable(run):
    assert "NATS_PASSWORD gives it" in run("context", "add", "dev", "--user", "bob").err
    assert run("--quiet", "context", "add", "dev", "--user", "bob").err == ""


# Listing and showing


def test_a_list_marks_the_selected_one(run, save, select):
    save("b", url="nats://bob:hush-url@h", description="Second")
    save("a", url="nats://k")
    select("b")
    listed = run("context", "ls")
    assert listed.err == ""
    assert listed.text.splitlines() == [
        "name  description  servers",
        "───────────────────────────────",
        "a                  nats://k",
        "b*    Second       nats://***@h",
    ]
    assert run("ctx", "l", "--names").out == b"a\nb\n"


def test_a_list_of_nothing_is_empty(run, folder):
    assert run("context", "ls") == (0, b"", f"no context is saved in {folder / 'context'}\n")
    assert json.loads(run("context", "ls", "--json").out) == []
    assert run("context", "ls", "--names").out == b""


def test_what_is_broken_is_listed_and_said(run, save, select):
    save("a", b"{")
    save("b", url="nats://h")
    select("gone")
    listed = run("context", "ls")
    assert listed.code == 0
    assert "a     (broken)" in listed.text
    assert "context 'a' is broken" in listed.err
    assert "the selected context 'gone' does not exist" in listed.err
    assert [document["name"] for document in json.loads(run("context", "ls", "--json").out)] == ["b"]


def test_control_characters_of_a_context_do_not_reach_a_terminal(run, save):
    save("dev", url="nats://h", description="\x1b[2J", **{"\x1b]0;x\x07": 1})
    assert b"\x1b" not in run("context", "ls").out + run("context", "info", "dev").out


@pytest.mark.parametrize("verb", ["info", "show", "view", "v"])
def test_a_context_is_shown_with_its_files(verb, run, save, isolated):
    (isolated / "a.creds").write_text("x")
    save("dev", url="nats://h", creds="~/a.creds", ca="none.pem", nsc="nsc://a/b/c", future=1, tls_first=True)
    shown = run("context", verb, "dev").text
    for line in ("Credentials: ~/a.creds (OK)", "CA: none.pem (cannot be read)", "NSC Lookup: nsc://a/b/c",
                 "Other keys: future", "TLS First: yes"):  # fmt: skip
        assert line in shown


def test_without_a_name_the_one_that_is_used_here_is_shown(run, save, select, isolated, monkeypatch):
    for name in ("typed", "environment", "project", "selected"):
        save(name, url="nats://h")
    assert "no context is selected and none is named" in run("context", "info").err
    select("selected")
    assert 'Context "selected"' in run("context", "info").text
    (isolated / ".natscli.toml").write_text('context = "project"')
    assert 'Context "project"' in run("context", "info").text
    monkeypatch.setenv("NATS_CONTEXT", "environment")
    assert 'Context "environment"' in run("context", "info").text
    assert 'Context "typed"' in run("--context", "typed", "context", "info").text


def test_variables_that_count_more_than_the_context_are_named(run, save, monkeypatch):
    save("dev", url="nats://h")
    monkeypatch.setenv("NATS_URL", "nats://hush-url@other")
    monkeypatch.setenv("NATS_USER", "bob")
    monkeypatch.setenv("NATS_TIMEOUT", "2s")  # no context says it
    assert (
        run("context", "info", "dev").err
        == "set in the environment, and nearer than any context: NATS_URL, NATS_USER\n"
    )


# Selecting


@pytest.mark.parametrize("verb", ["select", "switch", "set"])
def test_selecting_and_going_back(verb, run, save, folder):
    save("a", url="nats://h")
    save("b", url="nats://k")
    assert run("context", verb, "a").err == "Selected context 'a'\n"
    assert run("context", verb, "b").code == 0
    assert selection(folder) == ("b", "a")
    assert 'Context "a"' in run("ctx", "-").text
    assert selection(folder) == ("a", "b")
    assert run("ctx", "previous").code == 0
    assert selection(folder) == ("b", "a")
    assert run("context", "unselect").err == "Unselected context 'b'\n"
    assert selection(folder) == (None, "b")
    assert run("context", "unselect").err == "No context was selected\n"


def test_removing(run, save, folder, select):
    for name in ("a", "b"):
        save(name, url="nats://h")
    select("b")
    assert run("context", "rm", "a", "--force").err == "Removed context 'a'\n"
    assert run("context", "remove", "b", "-f").code == 0
    assert selection(folder) == (None, None)
    assert list((folder / "context").iterdir()) == []


# Mistakes


MISTAKES = [
    (("context", "select", "dve"), "there is no context 'dve'"),
    (("context", "select", "broken"), "context 'broken' is broken"),
    (("context", "select", "folder"), "context 'folder' is broken"),
    (("context", "select", "binary"), "context 'binary' is broken"),
    (("context", "select", "huge"), "context 'huge' is broken"),
    (("context", "select", "pipe"), "context 'pipe' is broken: not a plain file"),
    (("context", "select", "a/b"), "'a/b' cannot be the name of a context"),
    (("context", "select", ""), "'' cannot be the name of a context"),
    (("context", "select"), "nobody is there to choose"),
    (("context", "previous"), "there is no context 'gone'"),
    (("context", "rm", "nope"), "there is no context 'nope'"),
    (("context", "rm", "dev"), "context 'dev' is selected"),
    (("context", "rm", "other"), "nobody is there to confirm it"),
    (("context", "info", "nope"), "there is no context 'nope'"),
    (("context", "info", "broken", "--json"), "context 'broken' is broken"),
    (("context", "info", "dev", "--effective", "--connect"), "do not go together"),
    (("context", "info", "dev", "--no-context"), "do not go together"),
    (("context", "ls", "--json", "--names"), "do not go together"),
    (("context", "validate", "nope"), "there is no context 'nope'"),
    (("context", "edit", "nope"), "there is no context 'nope'"),
    (("context", "edit", "dev"), "no editor is known"),
    (("context", "add", "broken", "-s", "nats://h"), "context 'broken' is broken"),
    (("context", "add", "new", "-s", "http://h"), "server URL 'http://h' has an unknown scheme"),
    (("context", "add", "new", "-s", "nats://u:hush-url@h:x"), "server URL 'nats://***@h:***' is not valid"),
    (("context", "add", "new", "--creds", "a", "--nkey", "b"), "gives both a creds and a nkey"),
    (("context", "add", "new", "--tlscert", "a"), "a TLS certificate was given without its key"),
    (("context", "add", "new", "--password", "hush-password"), "a password was given without its user"),
    (("context", "add", "new", "--timeout", "3s"), "a context has no place for --timeout"),
    (("context", "add", "new", "--context", "nope"), "there is no context 'nope'"),
    (("context", "add", "--", "-x"), "it begins with -"),
    (("context", "add", "../x"), "'../x' cannot be the name of a context"),
    (("context", "add", "nul"), "Windows reserves it"),
    (("context", "add", "x" * 300), "too long for a file"),
    (("context", "add"), "missing argument"),
    (("context", "copy", "nope", "new"), "there is no context 'nope'"),
    (("context", "copy", "dev", "other"), "there is a context 'other' already"),
    (("context", "copy", "dev", "broken"), "there is a context 'broken' already"),
    (("context", "copy", "dev", "a/b"), "'a/b' cannot be the name of a context"),
    (("--context", "dve", "pub", "foo", "hi"), "there is no context 'dve'"),
    (("--context", "broken", "pub", "foo", "hi"), "context 'broken' is broken"),
    (("--context", "quoted", "pub", "foo", "hi"), "'tls_first' is not true or false"),
]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize(("arguments", "message"), MISTAKES, ids=[" ".join(typed)[:50] for typed, _ in MISTAKES])
def test_a_mistake_is_named_and_changes_nothing(arguments, message, run, save, select, folder, monkeypatch):
    for variable in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(variable, raising=False)
    save("dev", url="nats://bob:hush-url@h", token="hush-token")
    save("other", url="nats://h", user="bob", password="hush-password")
    save("broken", b'{"password": "hush-password"')
    save("quoted", url="nats://h", tls_first="false")
    save("binary", bytes(range(256)))
    save("huge", b'{"password": "hush-password", "x": "' + b"x" * 2_000_000 + b'"}')
    (folder / "context" / "folder.json").mkdir()
    os.mkfifo(folder / "context" / "pipe.json")
    select("dev")
    (folder / "previous-context.txt").write_text("gone")
    before = tree(folder)

    ended = run(*arguments)

    assert ended.code == 2
    assert message in ended.err
    assert ended.err.startswith("natscli: ")
    assert ended.out == b""
    told = ended.err + run("--debug", *arguments).err
    assert not any(secret in told for secret in SECRETS)
    assert tree(folder) == before


@pytest.mark.parametrize("content", [b"gone", b"\xff\xfe", b"../x", b"/etc/x.json", b"a\x00b"])
def test_a_selection_that_leads_nowhere_fails_and_stays(content, run, save, folder):
    save("dev", url="nats://h")
    (folder / "context.txt").write_bytes(content)
    before = tree(folder)
    for arguments in (("pub", "foo", "hi"), ("context", "info"), ("context", "info", "--effective")):
        ended = run(*arguments)
        assert (ended.code, ended.out) == (2, b"")
        assert "context" in ended.err
    assert run("context", "ls").code == 0
    assert tree(folder) == before
    assert run("context", "select", "dev").code == 0
    assert selection(folder) == ("dev", None)


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
@pytest.mark.parametrize("name", ["dev", "new"])
def test_a_full_disk_leaves_everything_as_it_was(name, save, folder):
    save("dev", url="nats://h", token="hush-token")
    before = tree(folder)
    natscli = [sys.executable, "-m", "natscli", "context", "add", name, "-s", "nats://k", "--select"]
    ended = subprocess.run(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *natscli], capture_output=True, timeout=30, text=True
    )
    assert ended.returncode == 1
    assert f"context '{name}' cannot be written: file too large" in ended.stderr
    assert tree(folder) == before


# Embedding


def test_key_files_are_embedded_and_connect_from_anywhere(run, folder, isolated, make_server):
    user = Key("user")
    server = make_server(extra=f"authorization {{ users: [{{ nkey: {user.public} }}] }}")
    file = isolated / "user.nk"
    file.write_text(user.seed)
    added = run("context", "add", "dev", "-s", server.url, "--nkey", "~/user.nk", "--embed")
    file.unlink()
    assert added.code == 0
    assert saved(folder, "dev")["nkey"].startswith("data:;base64,")
    assert user.seed not in added.text + added.err
    assert run("--context", "dev", "pub", "foo", "hi").code == 0


def test_a_key_file_that_cannot_be_embedded_changes_nothing(run, folder):
    before = tree(folder)
    ended = run("context", "add", "dev", "--creds", "none.creds", "--embed")
    assert (ended.code, ended.out) == (2, b"")
    assert "credentials file 'none.creds' cannot be read" in ended.err
    assert tree(folder) == before


# Checking


def test_every_context_is_checked(run, save, isolated, monkeypatch):
    monkeypatch.setenv("PATH", str(isolated))
    save("good", url="nats://h")
    save("late", url="nats://h", user="bob")
    save("broken", b"{")
    save("files", url="nats://h", creds="none.creds")
    save("seed", url="nats://h", nkey="none.nk")
    save("tls", url="nats://h", ca="none.pem")
    save("nsc", url="nats://h", nsc="nsc://a/b/c")
    checked = run("context", "validate")
    assert checked.code == 1
    assert checked.err == "natscli: 4 of 7 contexts failed\n"
    lines = dict(line.split(": ", 1) for line in checked.text.splitlines())
    assert [name for name, verdict in lines.items() if verdict == "ok"] == ["good", "late", "nsc"]
    assert "credentials file 'none.creds' cannot be read" in lines["files"]
    assert "NKey file 'none.nk' cannot be read" in lines["seed"]
    assert "TLS CA 'none.pem' cannot be read" in lines["tls"]
    assert run("context", "validate", "good") == (0, b"good: ok\n", "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such bits")
def test_a_secret_that_others_can_read_is_warned_of(run, save):
    save("open", url="nats://h", creds="").chmod(0o644)
    save("dev", url="nats://h", token="hush-token").chmod(0o644)
    checked = run("context", "validate")
    assert (checked.code, checked.out) == (0, b"dev: ok\nopen: ok\n")
    assert checked.err.count("can be read by others: chmod 600 it") == 1
    assert "dev.json" in checked.err


def test_with_connect_every_server_is_tried(run, save, make_server, monkeypatch):
    server = make_server(user="bob", password="hush-password")
    save("good", url=server.url, user="bob", password="hush-password")
    save("late", url=server.url, user="bob")
    save("wrong", url=server.url, token="hush-token")
    checked = run("context", "validate", "--connect")
    assert checked.code == 1
    lines = dict(line.split(": ", 1) for line in checked.text.splitlines())
    assert lines["good"] == "ok"
    assert "user 'bob' has no password" in lines["late"]
    assert "authorization violation" in lines["wrong"]
    monkeypatch.setenv("NATS_PASSWORD", "hush-password")
    assert run("context", "validate", "late", "--connect") == (0, b"late: ok\n", "")
    assert run("context", "validate", "good", "--connect", "-s", "nats://127.0.0.1:1").code == 1
    assert run("context", "validate", "good", "--connect", "--password", "wrong").code == 1
    assert run("context", "info", "good", "--connect").err == "connected with it\n"
    assert run("context", "info", "wrong", "--connect").code == 4
    assert not any(secret in checked.text + checked.err for secret in SECRETS)


# What counts


def effective(run, *arguments):
    ended = run("context", "info", "--effective", "--json", *arguments)
    return ended, json.loads(ended.out)


def test_what_counts_is_told_with_where_it_was_found(run, save, select, isolated, monkeypatch):
    save("dev", url="nats://bob:hush-url@h", creds="~/a.creds", inbox_prefix="_C")
    select("dev")
    (isolated / ".natscli.toml").write_text('timeout = "3s"\noutput = "json"\n')
    monkeypatch.setenv("NATS_CA", "ca.pem")

    ended, document = effective(run, "--connection-name", "me")

    assert (ended.code, ended.err) == (0, "")
    found = {field: tuple(setting.values()) for field, setting in document["settings"].items()}
    project = str(isolated / ".natscli.toml")
    assert found["server"] == ("nats://***@h", "context", "dev")
    assert found["creds"] == ("~/a.creds", "context", "dev")
    assert found["inbox_prefix"] == ("_C", "context", "dev")
    assert found["tlsca"] == ("ca.pem", "environment", "NATS_CA")
    assert found["timeout"] == (3.0, "project file", project)
    assert found["output"] == ("json", "project file", project)
    assert found["connection_name"] == ("me", "command line", None)
    assert found["context"] == ("dev", "selection", None)
    assert found["tlsfirst"] == (False, "default", None)
    assert found["token"] == (None, "default", None)
    shown = [line.split(None, 2) for line in run("context", "info", "dev", "--effective").text.splitlines()]
    assert ["creds", "~/a.creds", "context dev"] in shown
    assert ["context", "dev", "command line"] in shown


def test_a_secret_that_goes_elsewhere_is_told_before_it_does(run, save, server):
    save("dev", url="nats://home:1", token="hush-token")
    told = f"the token of the context 'dev' goes to {server.url}, which it does not name\n"
    _, document = effective(run, "dev", "-s", server.url)
    assert document["caution"] + "\n" == told
    used = run("--context", "dev", "-s", server.url, "pub", "foo", "hi")
    assert (used.code, used.err.splitlines(keepends=True)[0]) == (0, told)
    assert told in run("--context", "dev", "-s", server.url, "rtt", "1").err
    assert told not in run("--quiet", "--context", "dev", "-s", server.url, "pub", "foo", "hi").err
    assert told not in run("--no-context", "-s", server.url, "pub", "foo", "hi").err


def test_what_counts_is_told_without_asking_nsc_for_its_servers(run, save, tmp_path, monkeypatch):
    asked = tmp_path / "asked"
    program = tmp_path / "nsc"
    program.write_text(f"#!/bin/sh\ntouch '{asked}'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    save("dev", url="", nsc="nsc://op/acc/me")

    ended, document = effective(run, "dev")

    assert (ended.code, ended.err, asked.exists()) == (0, "", False)
    assert document["settings"]["server"] == {"value": None, "source": "nsc", "name": "nsc://op/acc/me"}
    assert run("--context", "dev", "pub", "a", "b").err.startswith("natscli: nsc could not give 'nsc://op/acc/me'")
    assert effective(run, "dev", "-s", "nats://h")[1]["settings"]["server"]["value"] == "nats://h"


def test_what_could_not_connect_is_explained_and_fails(run, save):
    save("dev", url="nats://h", user="bob")
    ended, document = effective(run, "dev")
    assert ended.code == 2
    assert document["error"] == "user 'bob' has no password"
    assert document["settings"]["user"]["value"] == "bob"


def test_nothing_secret_is_ever_shown(run, save, folder):
    save("dev", url="nats://bob:hush-url@h", user="bob", password="hush-password", socks_proxy="socks5://u:hush-url@p")
    save("tok", url="nats://hush-url@h", token="hush-token", future="hush-data")
    save("all", user_seed="hush-seed", user_jwt="hush-jwt", creds="data:;base64,hush-data", nkey="data:,hush-data")
    shown = []
    for name in ("dev", "tok", "all"):
        ways = ((), ("--json",), ("--effective",), ("--effective", "--json"), ("--connect", "--timeout", "1s"))
        shown += [run("context", "info", name, *options) for options in ways]
        shown += [run("context", "select", name), run("context", "copy", name, f"{name}2"), run("context", "add", name)]
    shown += [run("context", "ls"), run("context", "ls", "--json"), run("context", "validate"), run("ctx", "-")]
    text = "".join(each.text + each.err for each in shown)
    assert [secret for secret in SECRETS if secret in text] == []


# The project file's output


def test_a_project_file_says_how_sub_prints(run, start, server, subject, isolated):
    (isolated / ".natscli.toml").write_text('output = "json"')

    def printed(*options):
        sub = start("sub", subject, "--count", "1", *options)
        sub.says("Subscribing")
        assert run("pub", subject, "hi", "-s", server.url).code == 0
        assert sub.end() == 0
        return sub.out

    assert json.loads(printed())["data"] == "hi"
    assert printed("-o", "raw") == b"hi\n"
    assert printed("--raw") == b"hi\n"  # what is typed and does not go with it is nearer
    assert printed("--timestamp").startswith(b"[#1]")
    assert printed("--format", "{size}") == b"2\n"


def test_a_project_file_s_raw_output_takes_what_goes_with_raw(run, start, server, subject, isolated):
    (isolated / ".natscli.toml").write_text('output = "raw"')
    sub = start("sub", subject, "--count", "1", "--null")
    sub.says("Subscribing")
    run("pub", subject, "hi", "-s", server.url)
    assert sub.end() == 0
    assert sub.out == b"hi\0"


def test_an_output_that_is_none_is_named_with_the_file(run, isolated):
    (isolated / ".natscli.toml").write_text('output = "yaml"')
    ended = run("sub", "foo")
    assert ended.code == 2
    assert f"the project file {isolated / '.natscli.toml'}: output 'yaml' is none of human, raw, json" in ended.err


# Schemas


def test_the_documents_keep_to_their_schemas(run, save, select):
    save("dev", url="nats://h", token="t", future=1, tls_first=None)
    save("late", url="nats://h", user="bob", windows_ca_certs_match=["a"])
    select("dev")
    schemas = {}
    for name in ("context", "settings"):
        schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        schemas[name] = Draft202012Validator(schema)
    schemas["context"].validate(json.loads(run("context", "info", "--json").out))
    for document in json.loads(run("context", "ls", "--json").out):
        schemas["context"].validate(document)
    save("nsc", url="", nsc="nsc://op/acc/me")
    for name in ("dev", "late", "nsc"):
        schemas["settings"].validate(effective(run, name, "--timeout", "2s")[1])
