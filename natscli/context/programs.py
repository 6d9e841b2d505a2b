"""Programs that keep secrets for us: 1Password's ``op`` and NATS's own ``nsc``.

Each is run without a shell and told nothing but the reference; what it prints is bounded, and so
is the time it may take.  Its standard output is never shown: it may be the secret.
"""

import json
import os
import subprocess
import time
from typing import NamedTuple

from natscli.context.waiting import LARGEST, Wait, gather
from natscli.errors import DeadlineError, UsageError
from natscli.text.sanitise import safe_bytes

_LONGEST_ERROR = 200


class Profile(NamedTuple):
    """What ``nsc`` says of a user: the path of its credentials file, and the operator's servers."""

    creds: str
    servers: tuple[str, ...]


def read_from_1password(reference: str, wait: Wait) -> bytes:
    """Return what ``op read`` prints for ``op://vault/item/field``."""
    found = _run(["op", "read", reference], "1Password's program 'op'", wait)
    if not found.strip():
        raise UsageError(f"op printed nothing for '{reference}'")
    return found


_profiles: dict[str, Profile] = {}


def nsc_profile(reference: str, wait: Wait) -> Profile:
    """Return what ``nsc generate profile`` prints for ``nsc://operator/account/user``; asked once."""
    if reference not in _profiles:
        printed = _run(["nsc", "generate", "profile", reference], "the program 'nsc'", wait)
        _profiles[reference] = _profile(reference, printed)
    return _profiles[reference]


def _profile(reference: str, printed: bytes) -> Profile:
    try:
        document = json.loads(printed)
        creds = document.get("user_creds", "")
        servers = (document.get("operator") or {}).get("service") or []
    except (ValueError, AttributeError, RecursionError):
        raise UsageError(f"nsc printed for '{reference}' what is not a profile") from None
    if not isinstance(creds, str) or not isinstance(servers, list) or not all(isinstance(s, str) for s in servers):
        raise UsageError(f"nsc printed for '{reference}' what is not a profile")
    if not creds:
        raise UsageError(f"nsc knows no credentials file for '{reference}'")
    return Profile(creds, tuple(servers))


def _run(arguments: list[str], called: str, wait: Wait) -> bytes:
    """Return what a program prints; its environment is ours without ``NATS_*``, which may hold secrets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NATS_")}
    pipe = subprocess.PIPE
    try:
        process = subprocess.Popen(  # noqa: S603 - the program is fixed, and the reference one argument
            arguments, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=environment, bufsize=0
        )
    except FileNotFoundError:
        raise UsageError(f"'{arguments[-1]}' needs {called}, which is not installed or not on PATH") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"'{arguments[-1]}': {called} cannot be run: {reason.lower()}") from error
    with process:
        try:
            out, err = _finish(process, wait)
        except (TimeoutError, subprocess.TimeoutExpired):
            words = f"{arguments[0]} did not give '{arguments[-1]}' in time"
            raise DeadlineError(words, "--timeout allows it more") from None
        finally:
            process.kill()  # nothing to one that has ended
    if max(len(out), len(err)) > LARGEST:
        raise UsageError(f"{arguments[0]} printed too much for '{arguments[-1]}'")
    if process.returncode:
        said = safe_bytes(err.strip().rpartition(b"\n")[2][:_LONGEST_ERROR], multiline=False)
        reason = said or f"it ended with exit code {process.returncode}"
        raise UsageError(f"{arguments[0]} could not give '{arguments[-1]}': {reason}")
    return out


def _finish(process: subprocess.Popen[bytes], wait: Wait) -> tuple[bytes, bytes]:
    """Return both outputs of a process that has ended, or wrote too much."""
    assert process.stdout is not None
    assert process.stderr is not None
    if os.name == "nt":  # which cannot wait for pipes
        return process.communicate(timeout=wait.seconds)
    end = wait.until()
    out, err = gather([process.stdout.fileno(), process.stderr.fileno()], end, wait)
    if max(len(out), len(err)) <= LARGEST:
        process.wait(max(end - time.monotonic(), 0.001))
    return out, err
