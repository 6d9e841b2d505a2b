import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from natscli.connection.deadline import Deadline
from natscli.connection.open import open_connection
from natscli.context.resolve import resolve
from natscli.context.settings import Settings
from natscli.errors import DeadlineError, ExitCode, NatsCliError, UsageError
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from tests.ports import held_port
from tests.processes import freeze
from tests.waiting import eventually

MakeServer = Callable[..., LocalServer]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or needs all of 127.0.0.0/8")
HOSTILE = [
    "$HOME",
    "5k",
    "2024-01-01T00:00:00Z",
    "yes",
    'say "hi"',
    "it's",
    "back\\slash\\x41",
    "# no comment",
    "// none either",
    "} , ]",
    "tab\tline\nend\x00\x7f",
    "pässwörd ✓",
    "-1",
    "(block",
]


def connect(url: str, **settings: Any) -> float:
    """Connect, exchange PING and PONG, close; the round trip in seconds."""

    async def once() -> float:
        target = resolve([Settings("test", server=url, **settings)])
        connection = await open_connection(target, Deadline(30.0))
        try:
            return await connection.confirm(30.0)
        finally:
            await connection.close()

    return asyncio.run(once())


def refused(url: str, **settings: Any) -> bool:
    with pytest.raises(NatsCliError) as caught:
        connect(url, **settings)
    return caught.value.exit_code == ExitCode.REFUSED


def varz(server: LocalServer) -> dict[str, Any]:
    with urlopen(f"{server.monitor_url}/varz", timeout=30) as answer:
        document: dict[str, Any] = json.load(answer)
    return document


def mode(path: Path | str) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder that is the system's temporary one for this test."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def stand_in(tmp_path: Path) -> Callable[[str], str]:
    """Make a program to run in place of nats-server: shell text, ``$2`` being the configuration."""

    def make(text: str) -> str:
        path = tmp_path / "stand-in"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o700)
        return str(path)

    return make


def test_accepts_connections_as_soon_as_it_is_there(make_server: MakeServer) -> None:
    server = make_server()
    assert server.url == f"nats://127.0.0.1:{server.port}"
    assert connect(server.url) > 0


def test_port_0_gives_each_a_port_of_its_own(make_server: MakeServer) -> None:
    first, second = make_server(monitor_port=0), make_server(monitor_port=0)
    assert first.ports.monitor is not None
    assert second.ports.monitor is not None
    assert len({first.port, second.port, first.ports.monitor.port, second.ports.monitor.port}) == 4
    assert connect(first.url) > 0
    assert connect(second.url) > 0


def test_port_can_be_chosen(make_server: MakeServer) -> None:
    with held_port() as port:
        assert make_server(port=port).port == port


@on_linux
def test_listens_on_the_given_address_only(make_server: MakeServer) -> None:
    server = make_server(monitor_port=0)
    assert server.ports.monitor is not None
    for port in (server.port, server.ports.monitor.port):
        socket.create_connection(("127.0.0.1", port), 5).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", port), 5)


def test_monitoring_answers_and_tells_what_was_asked_for(make_server: MakeServer) -> None:
    facts = varz(make_server(monitor_port=0, server_name="5k", max_payload=2048))
    assert facts["server_name"] == "5k"
    assert facts["max_payload"] == 2048
    assert facts["host"] == "127.0.0.1"


def test_no_monitoring_unless_asked_for(make_server: MakeServer) -> None:
    assert make_server().monitor_url is None


def test_shared_server_has_jetstream(server: LocalServer) -> None:
    assert varz(server)["jetstream"]["config"]["store_dir"].startswith(server.store)


def test_additional_configuration_is_used(make_server: MakeServer) -> None:
    server = make_server(extra='websocket { host: "127.0.0.1", port: -1, no_tls: true }')
    assert server.websocket_url is not None
    assert server.websocket_url.startswith("ws://127.0.0.1:")
    assert server.websocket_url != f"ws://127.0.0.1:{server.port}"


@pytest.mark.parametrize("password", HOSTILE)
def test_password_is_taken_as_it_is(make_server: MakeServer, password: str) -> None:
    server = make_server(user="$USER", password=password)
    assert connect(server.url, user="$USER", password=password) > 0
    assert refused(server.url, user="$USER", password=f"{password}.")


def test_token_is_taken_as_it_is(make_server: MakeServer) -> None:
    server = make_server(token='5k"$')
    assert connect(server.url, token='5k"$') > 0
    assert refused(server.url)


def test_files_are_for_their_owner_alone(make_server: MakeServer, temporary: Path) -> None:
    make_server(user="a", password="swordfish")
    (folder,) = temporary.iterdir()
    assert mode(folder) == 0o700
    assert mode(folder / "server.conf") == 0o600
    assert "swordfish" in (folder / "server.conf").read_text()


@on_linux
def test_arguments_hold_no_secret(make_server: MakeServer) -> None:
    server = make_server(user="alice", password="swordfish")
    arguments = Path(f"/proc/{server.pid}/cmdline").read_bytes()
    assert b"server.conf" in arguments
    assert b"swordfish" not in arguments


def test_terminal_signals_do_not_reach_it(make_server: MakeServer) -> None:
    server = make_server()
    assert os.getsid(server.pid) == server.pid
    assert os.getpgid(server.pid) == server.pid


def test_stop_leaves_nothing(make_server: MakeServer, temporary: Path) -> None:
    with held_port() as port:
        server = make_server(jetstream=True, port=port)
        assert server.store is not None
        assert os.path.isdir(server.store)
        server.stop(timeout_s=30)
        assert not alive(server.pid)
        assert server.poll() not in (None, -signal.SIGKILL)
        assert list(temporary.iterdir()) == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 5)


def test_stop_twice_is_stop_once(make_server: MakeServer) -> None:
    server = make_server()
    server.stop()
    code = server.poll()
    server.stop()
    assert server.poll() == code is not None


def test_leaving_the_block_stops_it(nats_server_binary: str) -> None:
    with LocalServer.start(binary=nats_server_binary) as server:
        assert server.poll() is None
    assert server.poll() is not None


def test_given_store_is_made_private_and_kept(make_server: MakeServer, tmp_path: Path) -> None:
    store = tmp_path / 'my "store"'
    server = make_server(jetstream=True, store=str(store))
    assert mode(store) == 0o700
    assert server.store == str(store)
    server.stop()
    assert list(store.iterdir()) != []


def test_given_store_keeps_the_mode_it_has(make_server: MakeServer, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir(0o755)
    make_server(jetstream=True, store="../store").stop()
    assert mode(store) == 0o755
    assert list(store.iterdir()) != []


def test_store_that_cannot_be_made_is_a_usage_error(make_server: MakeServer, temporary: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"store folder '.*file' cannot be made: file exists"):
        make_server(jetstream=True, store=str(tmp_path / "file"))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("of", ["port", "monitor port"])
def test_port_in_use_is_said_with_a_way_out(make_server: MakeServer, temporary: Path, of: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NatsCliError) as caught:
            make_server(**{of.replace(" ", "_"): port})
    assert str(caught.value) == f"{of} {port} on 127.0.0.1 is already in use"
    assert "0 picks a free one" in (caught.value.hint or "")
    assert list(temporary.iterdir()) == []


def test_broken_configuration_is_said_in_one_line(make_server: MakeServer, temporary: Path) -> None:
    with pytest.raises(NatsCliError) as caught:
        make_server(extra="no_such_thing: 1")
    assert str(caught.value) == 'nats-server did not start: server.conf:4:1: unknown field "no_such_thing"'
    assert list(temporary.iterdir()) == []


def test_reason_is_safe_to_show(stand_in: Callable[[str], str]) -> None:
    program = stand_in(r"printf 'nats-server: Bad\033[2J\n' >&2; exit 1")
    with pytest.raises(NatsCliError, match=r"did not start: bad\\x1b\[2J$"):
        LocalServer.start(binary=program)


def test_what_ends_without_a_word_is_reported(stand_in: Callable[[str], str]) -> None:
    with pytest.raises(NatsCliError, match="ended while starting, with exit code 7"):
        LocalServer.start(binary=stand_in("exit 7"))


def test_what_is_not_ready_in_time_is_stopped(stand_in: Callable[[str], str], tmp_path: Path, temporary: Path) -> None:
    program = stand_in(f"echo $$ > '{tmp_path}/pid'; exec sleep 60")
    with pytest.raises(DeadlineError, match=r"nats-server was not ready within 4s"):
        LocalServer.start(binary=program, timeout_s=4.0)
    assert not alive(int((tmp_path / "pid").read_text()))
    assert list(temporary.iterdir()) == []


def test_missing_binary_is_named(temporary: Path) -> None:
    with pytest.raises(UsageError, match="'/no/such/server' does not exist"):
        LocalServer.start(binary="/no/such/server")
    assert list(temporary.iterdir()) == []


def test_binary_that_cannot_run_is_named(tmp_path: Path, temporary: Path) -> None:
    program = tmp_path / "noise"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o700)
    with pytest.raises(NatsCliError, match=r"'.*noise' cannot be run: exec format error"):
        LocalServer.start(binary=str(program))
    assert list(temporary.iterdir()) == []


def test_temporary_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(NatsCliError, match="no temporary folder can be made: no such file"):
        LocalServer.start()


def test_frozen_server_is_stopped_in_good_order(make_server: MakeServer) -> None:
    server = make_server()
    freeze(server.pid)
    server.stop(timeout_s=30)
    assert server.poll() not in (None, -signal.SIGKILL)
    assert "Server Exiting" in server.log_tail()


def test_server_that_will_not_end_is_killed(stand_in: Callable[[str], str]) -> None:
    ready = """printf '{"nats":["nats://127.0.0.1:1"]}' > "$(dirname "$2")/x.ports" """
    server = LocalServer.start(binary=stand_in(f"trap '' TERM; {ready}; exec sleep 60"))
    server.stop(timeout_s=0.05)
    assert server.poll() == -signal.SIGKILL


def test_server_killed_by_others_is_noticed(make_server: MakeServer, temporary: Path) -> None:
    server = make_server()
    assert server.poll() is None
    os.kill(server.pid, signal.SIGKILL)
    assert eventually(server.poll) == -signal.SIGKILL
    server.stop()
    assert list(temporary.iterdir()) == []


def test_wait_returns_when_it_ends_or_in_time(make_server: MakeServer) -> None:
    server = make_server()
    assert server.wait(timeout_s=0.01) is None
    os.kill(server.pid, signal.SIGTERM)
    assert server.wait(timeout_s=30) == server.poll() is not None


def test_log_is_there_while_it_runs_and_after(make_server: MakeServer) -> None:
    server = make_server()
    eventually(lambda: "Server is ready" in server.log_tail())
    assert len(server.log_tail(lines=1).splitlines()) == 1
    server.stop(timeout_s=30)
    assert "Server Exiting" in server.log_tail(lines=1)


def script(text: str) -> list[str]:
    """Run Python text that starts a server; the words it prints."""
    start = "from natscli.server.process import LocalServer\nserver = LocalServer.start()\n"
    done = subprocess.run([sys.executable, "-c", start + text], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    return done.stdout.split()


def test_server_ends_with_the_interpreter(temporary: Path) -> None:
    (pid,) = script("print(server.pid)")
    assert not alive(int(pid))
    assert list(temporary.iterdir()) == []


def test_forked_child_leaves_the_server_alone(temporary: Path) -> None:
    code = "import os, sys\nif child := os.fork(): os.waitpid(child, 0); print(server.poll())\nelse: sys.exit()"
    assert script(code) == ["None"]
    assert list(temporary.iterdir()) == []


def test_event_loop_is_not_imported() -> None:
    assert script("import sys\nprint('asyncio' in sys.modules)") == ["False"]


def test_config_is_kept_for_the_asking(make_server: MakeServer) -> None:
    assert make_server(max_payload=4096).config == ServerConfig(max_payload=4096)
