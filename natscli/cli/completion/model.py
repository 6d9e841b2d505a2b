"""The command line as completion sees it: names, help lines, and what a value can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

PROGRAM = "natscli"


class Kind(Enum):
    """What is offered for a value."""

    ANYTHING = "any"  # nothing can be offered
    CHOICE = "choice"
    FILE = "file"
    FOLDER = "folder"
    CONTEXT = "context"  # a saved context's name, or a file
    BODY = "body"  # a file behind @


@dataclass(frozen=True, slots=True)
class Value:
    """What an option or argument takes; ``choices`` are for ``Kind.CHOICE``."""

    name: str
    kind: Kind = Kind.ANYTHING
    choices: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The kind as one word for a script, of choices ``:one,another``; ValueError where that cannot be told."""
        if self.kind is not Kind.CHOICE:
            return str(self.kind.value)
        if any(set(choice) & set(", \t\n") for choice in self.choices):
            raise ValueError(f"a comma or blank in a choice of {self.name}: {self.choices}")
        return ":" + ",".join(self.choices)


@dataclass(frozen=True, slots=True)
class Option:
    """``flags`` all mean the same, or its opposite (--color, --no-color); without values it is a switch."""

    flags: tuple[str, ...]
    help: str
    values: tuple[Value, ...] = ()
    repeats: bool = False

    @property
    def word(self) -> str:
        """The kinds of its values as a script has them, with blanks between; empty for a switch."""
        return " ".join(value.word for value in self.values)


@dataclass(frozen=True, slots=True)
class Argument:
    """A positional; one that repeats takes all that follow."""

    value: Value
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command or group; ``path`` is () for the program itself."""

    path: tuple[str, ...]
    help: str
    aliases: tuple[str, ...]
    options: tuple[Option, ...]
    arguments: tuple[Argument, ...]
    commands: tuple[Command, ...]

    @property
    def name(self) -> str:
        """What it is called within its group."""
        return self.path[-1] if self.path else PROGRAM

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and its aliases."""
        return (self.name, *self.aliases)

    def walk(self) -> Iterator[Command]:
        """Yield this command and all below it."""
        yield self
        for command in self.commands:
            yield from command.walk()


def shared_options(root: Command) -> tuple[Option, ...]:
    """Return those options of the program that every command has which has any of them."""
    takers = [command for command in root.walk() if command is not root and _of_its_own(command) & _of_its_own(root)]
    return tuple(option for option in root.options if takers and all(option in taker.options for taker in takers))


def _of_its_own(command: Command) -> set[Option]:
    """Everything but --help, which is nobody's own."""
    return {option for option in command.options if "--help" not in option.flags}
