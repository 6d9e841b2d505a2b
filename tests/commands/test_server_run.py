"""``server run``: a server that works, says where it is, and leaves nothing behind but what it was told to keep."""

import json
import os
import re
import signal
import stat
import urllib.request
from pathlib import Path

import pytest

from natscli.commands.server_run import _is_open
from natscli.errors import NatsCliError
from tests.cli.peers import Peer
from tests.processes import Process


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files go, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def serve(start, temporary):
    """Start ``server run`` and wait until it runs."""
    processes = []

    def run(*arguments: str, **options) -> Process:
        process = start("server", "run", *arguments, **options)
        processes.append(process)
        process.says("Ctrl-C stops it")
        process.prints(b"pub foo.bar hi\n")  # written before, and read by another thread
        return process

    yield run
    for process in processes:
        process.popen.terminate()  # where a test failed, it has a server to stop
        process.end()


@pytest.fixture
def wrapped(nats_server_binary, tmp_path):
    """A program that is nats-server, and a file that holds its process id."""
    program, pid = tmp_path / "wrapped", tmp_path / "pid"
    program.write_text(f"#!/bin/sh\necho $$ > '{pid}'\nexec '{nats_server_binary}' \"$@\"\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program), pid


def _shown(process: Process, label: str) -> str:
    return re.search(rf"^ *{label}: (.*)$", process.out.decode(), re.MULTILINE)[1]


def _stop(process: Process) -> None:
    process.signal(signal.SIGINT)
    assert process.end() == 0
    assert "natscli:" not in process.err


def _ask(url: str, subject: str, question: object) -> dict:
    with Peer(url) as peer:
        peer.subscribe("answers")
        peer.publish(subject, json.dumps(question).encode(), b"answers")
        return json.loads(peer.next().payload)


def test_the_server_answers_where_it_says(serve):
    running = serve("--port", "0", "--monitor-port", "0", "--name", "tea-house")

    varz = json.load(urllib.request.urlopen(_shown(running, "Monitoring") + "/varz", timeout=30))
    assert varz["server_name"] == "tea-house"
    assert _ask(_shown(running, "URL"), "$JS.API.INFO", {})["streams"] == 0
    assert _shown(running, "Publish") == f"natscli -s {_shown(running, 'URL')} pub foo.bar hi"
    assert running.out.startswith(b"nats-server 2.")
    _stop(running)


def test_without_a_store_data_is_temporary(serve, temporary):
    running = serve("--port", "0")
    store = re.fullmatch(r"(/.*) \(temporary\)", _shown(running, "JetStream"))[1]

    assert os.path.commonpath([store, temporary]) == str(temporary)
    assert os.stat(os.path.dirname(store)).st_mode & 0o077 == 0
    _stop(running)
    assert list(temporary.iterdir()) == []


def test_a_store_is_kept_and_used_again(serve, temporary, tmp_path):
    store = tmp_path / "kept"
    running = serve("--port", "0", "--store", str(store))
    assert _shown(running, "JetStream") == f"{store} (kept)"
    stream = {"name": "KEPT", "subjects": ["kept.>"]}
    assert "error" not in _ask(_shown(running, "URL"), "$JS.API.STREAM.CREATE.KEPT", stream)
    assert _ask(_shown(running, "URL"), "kept.one", "a message")["seq"] == 1
    _stop(running)
    assert list(temporary.iterdir()) == []

    again = serve("--port", "0", "--store", str(store))
    assert _ask(_shown(again, "URL"), "$JS.API.STREAM.INFO.KEPT", {})["state"]["messages"] == 1
    _stop(again)


def test_quiet_shows_the_server_and_says_nothing(start, temporary):
    running = start("server", "run", "--port", "0", "--quiet")
    running.prints(b"pub foo.bar hi\n")
    with Peer(_shown(running, "URL")):
        running.signal(signal.SIGTERM)
        assert running.end() == 143
    assert running.err == ""


@pytest.mark.parametrize("option", ["--port", "--monitor-port"])
def test_a_port_that_is_taken_is_one_line_and_a_hint(option, cli, server, temporary):
    taken = [option, str(server.port)] if option == "--port" else ["--port", "0", option, str(server.port)]

    ended = cli("server", "run", *taken)

    what = "port" if option == "--port" else "monitor port"
    assert (ended.code, ended.out) == (1, b"")
    first, second = ended.err.splitlines()
    assert first == f"natscli: {what} {server.port} on 127.0.0.1 is already in use"
    assert re.fullmatch(r"hint: .*0 picks a free one", second)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("source", ["option", "environment"])
def test_a_program_that_is_not_there(source, cli, monkeypatch):
    if source == "environment":
        monkeypatch.setenv("NATS_SERVER", "/does/not/exist")

    ended = cli("server", "run", *(["--binary", "/does/not/exist"] if source == "option" else []))

    assert (ended.code, ended.out) == (2, b"")
    assert ended.err.count("\n") == 1
    assert ended.err.endswith("'/does/not/exist' does not exist\n")


def test_a_program_that_is_no_nats_server(cli, tmp_path):
    program = tmp_path / "other"
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)

    ended = cli("server", "run", "--binary", str(program))

    assert ended.code == 1
    assert ended.err.splitlines()[0] == f"natscli: '{program}' is not a nats-server"


@pytest.mark.parametrize("options", [["--port", "65536"], ["--port", "-1"], ["--port", "x"], ["--host", ""]])
def test_what_no_server_could_listen_on_is_a_usage_error(options, cli):
    ended = cli("server", "run", *options)

    assert (ended.code, ended.out) == (2, b"")
    assert len(ended.err.splitlines()) == 2


@pytest.mark.parametrize(("number", "how"), [(signal.SIGKILL, "SIGKILL"), (signal.SIGTERM, "exit code")])
def test_a_server_that_ends_by_itself_is_reported(number, how, serve, wrapped, temporary):
    program, pid = wrapped
    running = serve("--port", "0", "--binary", program)

    os.kill(int(pid.read_text()), number)

    assert running.end() == 1
    last = running.err.splitlines()[-1]
    assert last.startswith(f"natscli: nats-server ended by itself ({how}")
    assert "its last words: [" in last
    assert "Traceback" not in running.err
    assert list(temporary.iterdir()) == []


# -- who can reach it ------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "::1"])
def test_loopback_is_for_this_machine_alone(host):
    assert not _is_open(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "example.com"])
def test_any_other_address_is_for_others_too(host):
    assert _is_open(host)


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.2", False)])
def test_a_server_that_others_reach_is_warned_of_before_it_starts(host, warned, cli, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise NatsCliError("not in this test")

    monkeypatch.setattr("natscli.commands.server_run.LocalServer.start", refuse)

    for quiet in ([], ["--quiet"]):
        said = cli("server", "run", "--host", host, *quiet).err
        assert (said.startswith(f"warning: anyone who reaches {host} can use this server")) is warned


def test_with_auth_a_context_file_opens_the_door_and_the_password_is_shown_nowhere(serve, cli, temporary):
    process = serve("--auth", "--port", "0")
    url = _shown(process, "URL")
    (command,) = re.findall(r"natscli --context (\S+) pub", process.out.decode())

    access = json.loads(Path(command).read_text(encoding="utf-8"))
    assert stat.S_IMODE(os.stat(command).st_mode) == 0o600
    assert cli("--context", command, "pub", "foo", "hi", "-s", url).code == 0
    assert cli("pub", "foo", "hi", "-s", url).code == 4
    assert len(access["password"]) >= 32
    assert access["password"] not in process.out.decode() + process.err
    _stop(process)
    assert list(temporary.iterdir()) == []
