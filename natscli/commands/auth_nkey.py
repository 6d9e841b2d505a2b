"""``natscli auth nkey``."""

import os
import secrets
import sys
from enum import StrEnum
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.context.inspection import read_nkey
from natscli.context.nkeys import NKey, encode_seed, public_of
from natscli.context.sources import local
from natscli.context.target import DEFAULT_TIMEOUT_S
from natscli.context.waiting import Wait
from natscli.errors import NatsCliError, UsageError
from natscli.render.notices import Notices
from natscli.render.output import print_text

_SECRET_BYTES = 32


class Kind(StrEnum):
    """Whose key it is to be."""

    USER = "user"
    ACCOUNT = "account"
    OPERATOR = "operator"
    SERVER = "server"
    CLUSTER = "cluster"
    CURVE = "curve"
    X25519 = "x25519"


@shared_options
def gen(
    shared: SharedOptions,
    kind: Annotated[
        Kind, typer.Argument(metavar="TYPE", help="user, account, operator, server, cluster or curve.")
    ] = Kind.USER,
    output: Annotated[
        str | None, typer.Option("--output", metavar="FILE", help="Write the seed to a file, for its owner alone.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="Write the public key behind the seed.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show the seed also on a terminal.")] = False,
    entropy: Annotated[
        str | None, typer.Option("--entropy", metavar="FILE", help="Take the random bytes from a file.")
    ] = None,
) -> None:
    """Make a new NKey.

    Its seed goes to a file or a pipe, and to a terminal only with --show.
    """
    if output is None and sys.stdout.isatty() and not show:
        raise UsageError(
            "a seed is a secret, and standard output is a terminal", "--output FILE keeps it, --show shows it"
        )
    if force and output is None:
        raise UsageError("--force is for --output FILE")
    name = "curve" if kind is Kind.X25519 else kind.value
    key = NKey(name, is_seed=True, raw=_random(entropy))
    text = encode_seed(name, key.raw) + (f"\n{public_of(key)}" if public else "")
    if output is None:
        print_text(text)
        return
    _write(output, text + "\n", force=force)
    Notices(quiet=shared.quiet).say(f"seed of {name} {public_of(key)} written to '{output}'")


@shared_options
def show(
    shared: SharedOptions,
    key: Annotated[str, typer.Argument(metavar="FILE", help="A file with a seed or a public key, of any kind.")],
) -> None:
    """Show the public key that belongs to a seed."""
    print_text(public_of(read_nkey(local(key), Wait(shared.timeout or DEFAULT_TIMEOUT_S))))


def _random(source: str | None) -> bytes:
    if source is None:
        return secrets.token_bytes(_SECRET_BYTES)
    try:
        with open(local(source), "rb", buffering=0) as file:
            found = file.read(_SECRET_BYTES)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(f"entropy file '{source}' cannot be read: {reason.lower()}") from error
    if len(found) < _SECRET_BYTES:
        raise UsageError(f"entropy file '{source}' has less than {_SECRET_BYTES} bytes")
    return found


def _write(path: str, text: str, *, force: bool) -> None:
    """Write a new file for its owner alone; with ``force`` it takes the place of another, whole or not at all."""
    draft = f"{path}.{secrets.token_hex(4)}" if force else path
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if force:
            os.replace(draft, path)
    except FileExistsError:
        raise UsageError(f"'{path}' is there already", "--force replaces it") from None
    except (OSError, ValueError) as error:
        _remove(draft, made=force)
        reason = getattr(error, "strerror", None) or str(error)
        raise NatsCliError(f"'{path}' cannot be written: {reason.lower()}") from error


def _remove(draft: str, *, made: bool) -> None:
    if made and os.path.exists(draft):
        os.unlink(draft)
