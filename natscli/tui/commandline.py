"""The natscli command that does the same, quoted for a POSIX shell."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Sequence

from natscli.text.sanitise import decode, safe
from natscli.wire.headers import parse_headers
from natscli.wire.message import Message


def sub_command(path: str, origin: Sequence[str], *, branch: bool) -> str:
    """Return what prints the messages of a row; ``origin`` are the options that say where to connect."""
    subject = f"{path}.>" if branch and not path.endswith(">") else path
    return shlex.join(["natscli", *origin, "sub", _word(subject)])


def info_command(names: Sequence[str], origin: Sequence[str]) -> str:
    """Return what tells of a stream, or of a stream's consumer."""
    what = "stream" if len(names) == 1 else "consumer"
    options = ["--"] if any(name.startswith("-") for name in names) else []
    return shlex.join(["natscli", *origin, what, "info", *options, *map(_word, names)])


def send_command(message: Message, origin: Sequence[str]) -> str:
    """Return what sends a message again: ``req`` where it wants a reply, otherwise ``pub``."""
    verb = "req" if message.reply else "pub"
    words = ["natscli", *origin, verb, _word(decode(message.subject))]
    for name, value in parse_headers(message.headers).pairs if message.headers else ():
        words += ["-H", _word(f"{name}:{value}")]
    text = _typed(message.payload)
    if text is None:
        encoded = base64.b64encode(message.payload).decode()
        return f"echo {encoded} | base64 -d | {shlex.join([*words, '-'])}"
    if "{{" in text:
        words.append("--no-templates")
    if text.startswith("-") or text == "":
        return f"printf %s {shlex.quote(text)} | {shlex.join([*words, '-'])}"
    return shlex.join([*words, text])


def _typed(payload: bytes) -> str | None:
    """Return a payload that can stand in a command line, or None."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return None
    plain = safe(text, multiline=True) == text and "\t" not in text  # pasted, a tab would complete
    return text if plain and not text.startswith("@") else None


def _word(text: str) -> str:
    """Return a word without what a terminal might act on: it is pasted there."""
    return safe(text)
