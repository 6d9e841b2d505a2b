"""Commands that import their module only when they are run.

The command tree is data (``natscli.cli.tree``).  Help, completion and "did you mean" read only that
data; a command's module is imported at one door, ``LazyCommand.make_context``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command


@dataclass(frozen=True, slots=True)
class Leaf:
    """A command: ``package.module:function``, its one-line help, and other names it goes by."""

    target: str
    help: str
    panel: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Branch:
    """A group of commands under one name."""

    help: str
    children: Mapping[str, Leaf | Branch]
    panel: str | None = None
    aliases: tuple[str, ...] = ()


class LazyCommand(TyperCommand):
    """A stand-in with a name and a help line, replaced by the command on entry."""

    def __init__(self, name: str, leaf: Leaf, *, hidden: bool) -> None:
        super().__init__(name, help=leaf.help, rich_help_panel=leaf.panel, hidden=hidden)
        self.leaf = leaf

    def load(self) -> TyperCommand:
        """Import the command and return it."""
        module, _, attribute = self.leaf.target.partition(":")
        function = getattr(import_module(module), attribute)
        app = typer.Typer(add_completion=False)
        app.command(self.name)(function)
        return get_command(app)  # type: ignore[return-value]  # one command: Typer makes no group of it

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Enter the command itself."""
        return self.load().make_context(info_name, args, parent=parent, **extra)


class LazyGroup(TyperGroup):
    """A group made from a table of leaves and branches; aliases work and are not listed."""

    table: Mapping[str, Leaf | Branch] = {}

    def __init__(self, *, table: Mapping[str, Leaf | Branch] | None = None, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, node in (self.table if table is None else table).items():
            self.add_command(_grow(name, node, hidden=False), name)
            for alias in node.aliases:
                self.add_command(_grow(alias, node, hidden=True), alias)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Nothing typed asks for help, and that is no error."""
        return super().parse_args(ctx, args or ["--help"])


def _grow(name: str, node: Leaf | Branch, *, hidden: bool) -> TyperCommand | LazyGroup:
    if isinstance(node, Leaf):
        return LazyCommand(name, node, hidden=hidden)
    return LazyGroup(name=name, help=node.help, rich_help_panel=node.panel, hidden=hidden, table=node.children)
