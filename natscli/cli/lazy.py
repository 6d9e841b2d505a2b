"""Commands that import their module only when they are run.

The command tree is data (``natscli.cli.tree``).  Help, completion and "did you mean" read only that
data; a command's module is imported at one door, ``LazyCommand.make_context``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from natscli.cli.options import shared_parameters
from natscli.errors import UsageError


class Leaf(NamedTuple):
    """A command: ``package.module:function``, its one-line help, and other names it goes by."""

    target: str
    help: str
    panel: str | None = None
    aliases: tuple[str, ...] = ()


class Branch(NamedTuple):
    """A group of commands under one name; the ``default`` child is run where none is named.

    ``handed_on`` are options of the children that may be typed ahead of the child's name, those that take a value
    with a ``=`` behind them.
    """

    help: str
    children: Table
    panel: str | None = None
    aliases: tuple[str, ...] = ()
    default: str | None = None
    handed_on: tuple[str, ...] = ()


Table = Mapping[str, Leaf | Branch]


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
        command: Any = get_command(app)  # one command: Typer makes no group of it
        command.params += shared_parameters(function)
        return command  # type: ignore[no-any-return]

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Enter the command itself; an error that does not know where it was learns it here, for the hint."""
        try:
            return self.load().make_context(info_name, args, parent=parent, **extra)
        except typer.TyperException as error:
            if getattr(error, "ctx", self) is None:
                vars(error)["ctx"] = typer.Context(self, info_name=info_name, parent=parent)
            raise


class LazyGroup(TyperGroup):
    """A group made from a table of leaves and branches; aliases work and are not listed."""

    table: ClassVar[Table] = {}

    def __init__(
        self,
        *,
        table: Table | None = None,
        default: str | None = None,
        handed_on: tuple[str, ...] = (),
        **attributes: Any,
    ) -> None:
        super().__init__(**attributes)
        self.commands = _Children(self.table if table is None else table)
        self._default = default
        self._handed_on = handed_on

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Nothing typed asks for help, and that is no error; or for the child that is run by default.

        ``help NAME`` is ``NAME --help``, as in the Go CLI.
        """
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        if self._default is not None and (not args or (args[0][:1] == "-" and args[0] not in ctx.help_option_names)):
            args = [self._default, *args]
        if self._handed_on:
            args = handed_behind(args, self._handed_on)
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find a command; one that the Go CLI has under this name, and we do not, is told of."""
        if self.get_command(ctx, args[0]) is None:
            from natscli.cli.elsewhere import command_elsewhere  # for those who are mistaken

            path = " ".join([*ctx.command_path.split()[1:], args[0]])
            if (hint := command_elsewhere(path)) is not None:
                raise UsageError(f"there is no command '{path}' here", hint)
        return super().resolve_command(ctx, args)


class _Children(MutableMapping[str, Any]):
    """The commands of a group by name and alias, each made when it is asked for: there are six hundred."""

    def __init__(self, table: Table) -> None:
        self._nodes = {
            name: (node, name != listed) for listed, node in table.items() for name in (listed, *node.aliases)
        }
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            node, hidden = self._nodes[name]
            self._made[name] = _grow(name, node, hidden=hidden)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        raise TypeError(f"commands come from the table: {name}")

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"commands come from the table: {name}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def __len__(self) -> int:
        return len(self._nodes)


def handed_behind(args: list[str], options: tuple[str, ...]) -> list[str]:
    """Return arguments with those of these options that are in front moved behind the first word."""
    ahead: list[str] = []
    place = 0
    while place < len(args):
        name, equals, _ = args[place].partition("=")
        if f"{name}=" in options:
            taken = 1 if equals else 2
        elif name in options and not equals:
            taken = 1
        else:
            break
        ahead += args[place : place + taken]
        place += taken
    return [*args[place : place + 1], *ahead, *args[place + 1 :]] if place < len(args) else args


def _grow(name: str, node: Leaf | Branch, *, hidden: bool) -> TyperCommand | LazyGroup:
    if isinstance(node, Leaf):
        return LazyCommand(name, node, hidden=hidden)
    shown = {"help": node.help, "rich_help_panel": node.panel, "hidden": hidden}
    return LazyGroup(name=name, table=node.children, default=node.default, handed_on=node.handed_on, **shown)
