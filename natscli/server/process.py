"""One running nats-server: started on a private configuration, watched, and stopped without a trace.

Configuration, log and temporary data live in one folder that only its owner may enter and that goes
when the server is stopped.  Secrets are in the configuration file alone, never among the arguments,
which everybody on the machine can read.
"""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from types import TracebackType
from typing import Self

from natscli.errors import DeadlineError, NatsCliError, UsageError
from natscli.server.binary import cannot_run, find_binary
from natscli.server.config import ServerConfig, render
from natscli.server.holding import signals_held
from natscli.server.log import read_tail, start_failure
from natscli.server.ports import Ports, read_ports
from natscli.text.durations import format_duration
from natscli.text.sanitise import safe

START_TIMEOUT_S = 10.0  # it starts in 15 ms; recovering a large store takes longer
STOP_TIMEOUT_S = 5.0
_POLL_S = 0.002
_CONFIG = "server.conf"
_LOG = "server.log"
_STORE = "store"

if sys.platform == "win32":
    _CREATION_FLAGS = subprocess.CREATE_NEW_PROCESS_GROUP
else:
    _CREATION_FLAGS = 0


class LocalServer:
    """A nats-server that is ours to stop; made by ``LocalServer.start``, a context manager.

    Its own session keeps the terminal's Ctrl-C from it: whoever started it decides when it ends,
    at the latest when this interpreter does.
    """

    def __init__(
        self,
        config: ServerConfig,
        process: subprocess.Popen[bytes],
        folder: str,
        ports: Ports,
        store: str | None,
    ) -> None:
        self.config = config
        self.ports = ports
        self.store = store  # JetStream's folder, None without JetStream
        self._process = process
        self.folder = folder  # private to its owner; goes when the server is stopped
        self._last_log: str | None = None
        self._owner = os.getpid()
        atexit.register(self._stop_at_exit)

    @classmethod
    def start(
        cls, config: ServerConfig | None = None, *, binary: str | None = None, timeout_s: float = START_TIMEOUT_S
    ) -> Self:
        """Start a server and return it once it accepts connections.

        ``binary`` as for ``find_binary``.  A server that ends early is a NatsCliError with the reason
        from its log; one that is not ready in time is a DeadlineError, and is stopped.
        """
        config = config or ServerConfig()
        path = find_binary(binary)
        with contextlib.ExitStack() as undo:
            with signals_held():  # no folder without its removal
                folder = _private_folder()
                undo.callback(shutil.rmtree, folder, ignore_errors=True)
            store = _prepare_store(config, folder)
            _write_config(folder, render(config, ports_folder=folder, store=store))
            with signals_held():  # no process without its end
                process = _launch(path, folder)
                undo.callback(_end, process, 0.0)
            ports = _await_ports(config, process, folder, timeout_s)
            server = cls(config, process, folder, ports, store if config.jetstream else None)
            undo.pop_all()
        return server

    @property
    def port(self) -> int:
        """The port clients connect to."""
        return self.ports.client.port

    @property
    def url(self) -> str:
        """Where clients connect, without credentials; ``tls://`` if the server insists on TLS."""
        return self.ports.client.url(self.config.host)

    @property
    def monitor_url(self) -> str | None:
        """Where the HTTP monitoring answers, without a path; None if there is none."""
        return self.ports.monitor and self.ports.monitor.url(self.config.host)

    @property
    def websocket_url(self) -> str | None:
        """Where WebSocket clients connect, if the server's additional configuration has a listener on the same host."""
        return self.ports.websocket and self.ports.websocket.url(self.config.host)

    @property
    def pid(self) -> int:
        """The process, also after it has ended."""
        return self._process.pid

    def poll(self) -> int | None:
        """Return None while the server runs, else its exit code (minus the number of a signal)."""
        return self._process.poll()

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for the server to end by itself and return as ``poll`` does; for ever without a time-out."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines of the server's log, safe to show; also after ``stop``."""
        log = self._last_log if self._last_log is not None else read_tail(os.path.join(self.folder, _LOG))
        return "\n".join(log.splitlines()[-lines:])

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """End the server, by force after ``timeout_s``, and remove its folder; a second call does nothing.

        A store that was given stays.
        """
        if self._last_log is not None:
            return
        try:
            _end(self._process, timeout_s)
        finally:
            self._last_log = read_tail(os.path.join(self.folder, _LOG))
            shutil.rmtree(self.folder, ignore_errors=True)
            atexit.unregister(self._stop_at_exit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _stop_at_exit(self) -> None:
        if os.getpid() == self._owner:  # a forked child leaves its parent's server alone
            self.stop()


def _private_folder() -> str:
    try:
        return tempfile.mkdtemp(prefix="natscli-server-")  # mode 0700
    except OSError as error:
        raise NatsCliError(f"no temporary folder can be made: {_reason(error)}") from error


def _prepare_store(config: ServerConfig, folder: str) -> str:
    """Return the absolute path of JetStream's folder, made for its owner alone if it was given and is absent."""
    if config.store is None:
        return os.path.join(folder, _STORE)
    try:
        os.makedirs(config.store, mode=0o700, exist_ok=True)
    except OSError as error:
        raise UsageError(f"store folder '{safe(config.store)}' cannot be made: {_reason(error)}") from error
    return os.path.abspath(config.store)


def _write_config(folder: str, text: str) -> None:
    path = os.path.join(folder, _CONFIG)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise NatsCliError(f"the server's configuration cannot be written: {_reason(error)}") from error


def _launch(path: str, folder: str) -> subprocess.Popen[bytes]:
    """Start the program; standard error rather than a log file, as it also has what comes before the log."""
    command = [path, "-c", os.path.join(folder, _CONFIG)]
    with open(os.path.join(folder, _LOG), "ab") as log:
        try:
            return subprocess.Popen(  # noqa: S603  the program the user chose, without a shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                creationflags=_CREATION_FLAGS,
            )
        except OSError as error:
            raise cannot_run(path, error) from error


def _await_ports(config: ServerConfig, process: subprocess.Popen[bytes], folder: str, timeout_s: float) -> Ports:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        code = process.poll()
        if code is not None:
            raise start_failure(config, read_tail(os.path.join(folder, _LOG)), code, folder)
        ports = read_ports(folder)
        if ports is not None:
            return ports
        time.sleep(_POLL_S)
    raise DeadlineError(f"nats-server was not ready within {format_duration(timeout_s)}")


def _end(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """Ask the process to end, waking it if it was stopped, and kill it after ``timeout_s``."""
    process.terminate()
    if sys.platform != "win32":
        process.send_signal(signal.SIGCONT)
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout_s)
    finally:
        process.kill()  # also when Ctrl-C ended the waiting; does nothing to what has ended
        process.wait()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
