"""What every test stands on: an environment of its own, real servers, fresh subjects."""

import os
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from natscli.server.binary import find_binary
from natscli.server.config import ServerConfig
from natscli.server.process import LocalServer
from tests.invocation import Cli, Result, invoke
from tests.processes import Process

_TOUCHY = ("NO_COLOR", "FORCE_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
# Processes run compiled, as natscli is installed; without, each compiles seventy modules, a third of its start.
_UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
_START_TIMEOUT_S = 60.0  # of a server, on a machine that may stand still
# The server's own two seconds for each of these pass while a client stands still.
_PATIENCE = {"authorization": "timeout: 60", "tls": "timeout: 60", "websocket": 'handshake_timeout: "60s"'}


# How long an example takes says something of the machine, and nothing of what is asked.  A change is judged by examples
# that are the same each time; others are looked for in the long tests.
hypothesis.settings.register_profile(
    "natscli",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=not os.environ.get("NATSCLI_LONG"),
)
hypothesis.settings.load_profile("natscli")


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home and working folder of the test's own, and no settings of whoever runs it; returns the home."""
    home = tmp_path / "home"
    home.mkdir()
    for name in os.environ:
        if name.startswith("NATS_") or name.upper() in (*_TOUCHY, _UNCOMPILED):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.chdir(home)
    return home


@pytest.fixture(scope="session")
def nats_server_binary() -> str:
    """The program all tests run; ``NATS_SERVER`` of whoever runs them chooses another."""
    return find_binary()


@pytest.fixture(scope="session")
def server(nats_server_binary: str) -> Iterator[LocalServer]:
    """A server with JetStream and monitoring that all tests of a worker share: leave it as it was."""
    config = ServerConfig(monitor_port=0, jetstream=True)
    with LocalServer.start(config, binary=nats_server_binary, timeout_s=_START_TIMEOUT_S) as running:
        yield running


def _patient(extra: str) -> str:
    """Return additional configuration in which clients may take their time to say who they are."""
    patient = re.sub(r"\b(authorization|tls|websocket) \{", lambda block: f"{block[0]} {_PATIENCE[block[1]]}\n", extra)
    if re.search(r"\b(accounts|operator)\b", extra) and not re.search(r"\b(authorization|include)\b", extra):
        return f"authorization {{ {_PATIENCE['authorization']} }}\n{patient}"
    return patient


@pytest.fixture
def make_server(nats_server_binary: str) -> Iterator[Callable[..., LocalServer]]:
    """Start servers of the test's own, to stop or freeze: ``make_server(user="a", …)`` as ``ServerConfig``."""
    with ExitStack() as stack:

        def make(**settings: Any) -> LocalServer:
            config = ServerConfig(**{**settings, "extra": _patient(settings.get("extra", ""))})
            running = LocalServer.start(config, binary=nats_server_binary, timeout_s=_START_TIMEOUT_S)
            return stack.enter_context(running)

        yield make


@pytest.fixture
def subject() -> str:
    """A subject that no other test uses."""
    return f"test.{uuid.uuid4().hex}"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, server: LocalServer) -> Cli:
    """Run the command line in this process against the shared server: ``cli("pub", "foo", "hi", stdin=b"")``."""
    monkeypatch.setenv("NATS_URL", server.url)

    def run(*arguments: str, stdin: bytes = b"") -> Result:
        return invoke(monkeypatch, arguments, stdin)

    return run


@pytest.fixture
def start(server: LocalServer) -> Iterator[Callable[..., Process]]:
    """Start the command line as a process: ``start("sub", "foo", url=server.url)``; killed in the end."""
    with ExitStack() as stack:

        def run(*arguments: str, url: str | None = None, **options: Any) -> Process:
            return stack.enter_context(Process.start(arguments, url or server.url, **options))

        yield run


_MATRIX = {
    "sanitiser": ("tests/text/test_sanitise.py",),
    "wire fuzz": ("tests/wire/test_scanner_properties.py",),
    "hostile messages": ("tests/connection/test_poison.py",),
    "authentication": ("tests/connection/test_matrix_auth.py",),
    "bad peers": ("tests/connection/test_bad_peers.py",),
    "signals, pipes, faults": ("tests/cli/test_signals.py", "tests/cli/test_streams.py", "tests/cli/test_faults.py"),
}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how the rows of the reliability matrix came out, and the figures that tests measured.

    A test adds a figure with ``record_property("figure", "…")``.
    """
    passed, failed = (terminalreporter.stats.get(outcome, []) for outcome in ("passed", "failed"))
    lines = []
    for row, files in _MATRIX.items():
        ran = [report for report in (*passed, *failed) if report.nodeid.startswith(files)]
        held = [report for report in passed if report.nodeid.startswith(files)]
        if ran:
            longest = max(report.duration for report in ran)
            lines.append(f"{row}: {len(held)} of {len(ran)} cases held, the longest took {longest:.2f}s")
    for report in (*passed, *failed):
        lines += [f"{value}" for name, value in report.user_properties if name == "figure"]
    if lines:
        terminalreporter.section("figures")
        terminalreporter.write("\n".join(lines) + "\n")
