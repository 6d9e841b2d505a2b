"""The command table walked and every command loaded, for ``natscli.cli.completion``."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperArgument, TyperOption
from typer.main import get_command

from natscli.cli import app
from natscli.cli.completion.model import Argument, Command, Kind, Option, Value
from natscli.cli.lazy import Branch, LazyCommand, Leaf
from natscli.cli.tree import TREE

# A metavar says what a value is.  These options have none, as their help says it.
KINDS = {
    "--binary": Kind.FILE,
    "--context": Kind.CONTEXT,
    "--creds": Kind.FILE,
    "--nkey": Kind.FILE,
    "--password-file": Kind.FILE,
    "--store": Kind.FOLDER,
    "--tlsca": Kind.FILE,
    "--tlscert": Kind.FILE,
    "--tlskey": Kind.FILE,
}
_METAVARS = {"FILE": Kind.FILE, "DIR": Kind.FOLDER}
_ARGUMENTS = {"body": Kind.BODY, "saved": Kind.CONTEXT}


def survey() -> Command:
    """Import every command and return the whole command line.  Takes a fifth of a second."""
    root: Any = get_command(app)
    return _command(root, (), Branch(root.help or "", TREE), parent=None)


def _command(found: Any, path: tuple[str, ...], node: Leaf | Branch, parent: Any) -> Command:
    """Return the command that Typer ``found`` for a part of the table, with all below it."""
    if isinstance(found, LazyCommand):
        found = found.load()
    context = typer.Context(found, parent=parent, **found.context_settings)
    parameters = [parameter for parameter in found.get_params(context) if not getattr(parameter, "hidden", False)]
    children = node.children if isinstance(node, Branch) else {}
    return Command(
        path,
        _line(node.help),
        node.aliases,
        options=tuple(_option(parameter) for parameter in parameters if isinstance(parameter, TyperOption)),
        arguments=tuple(_argument(parameter) for parameter in parameters if isinstance(parameter, TyperArgument)),
        commands=tuple(
            _command(found.commands[name], (*path, name), child, context) for name, child in children.items()
        ),
    )


def _option(parameter: Any) -> Option:
    flags = tuple(sorted((*parameter.opts, *parameter.secondary_opts), key=_short_last))
    switch = parameter.is_flag or parameter.count
    kinds = [KINDS[flag] for flag in flags if flag in KINDS]
    kind = kinds[0] if kinds else Kind.ANYTHING
    values = () if switch else tuple(_value(parameter, name, kind) for name in _names(parameter, flags[0]))
    return Option(flags, _line(parameter.help or ""), values, parameter.multiple or parameter.count)


def _names(parameter: Any, flag: str) -> list[str]:
    """Return what each value of an option is called: several are named by their metavar."""
    return [flag.lstrip("-")] if parameter.nargs == 1 else parameter.metavar.lower().split()


def _argument(parameter: Any) -> Argument:
    return Argument(
        _value(parameter, parameter.name, _ARGUMENTS.get(parameter.name, Kind.ANYTHING)), parameter.nargs < 0
    )


def _value(parameter: Any, name: str, kind: Kind) -> Value:
    choices = tuple(str(choice) for choice in getattr(parameter.type, "choices", ()))
    if choices:
        return Value(name, Kind.CHOICE, choices)
    return Value(name, _METAVARS.get(parameter.metavar or "", kind))


def _short_last(flag: str) -> bool:
    return not flag.startswith("--")


def _line(text: str) -> str:
    """Return the first paragraph as one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())
