"""The completion script for zsh."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from natscli.cli.completion.model import Argument, Command, Kind, Option, Value, shared_options

_HEAD = r"""#compdef natscli
# Completion of natscli for zsh; made by `natscli completion zsh`.
# It belongs in a folder of $fpath under the name _natscli.

# Say what an argument is, unless an option may be meant: a message keeps a single match from being inserted.
_natscli_argument() {
    [[ $PREFIX == -* ]] || _message -e arguments $1
}

# A body is text, or a file behind @.
_natscli_body() {
    if compset -P @; then
        _files
    else
        _natscli_argument body
    fi
}

# A saved context's name, or any file.
_natscli_contexts() {
    local expl
    local -a contexts
    if [[ $PREFIX == (*/*|\~*) ]]; then
        _files
    else
        contexts=(${XDG_CONFIG_HOME:-$HOME/.config}/nats/context/*.json(N:t:r))
        _wanted contexts expl 'saved context' compadd -a contexts
    fi
}
"""

_FOOT = """
if [[ $funcstack[1] == _natscli ]]; then
    _natscli "$@"
else
    compdef _natscli natscli
fi
"""

_ACTIONS = {
    Kind.ANYTHING: " ",
    Kind.FILE: "_files",
    Kind.FOLDER: "_files -/",
    Kind.CONTEXT: "_natscli_contexts",
    Kind.BODY: "_natscli_body",
}


def render(root: Command) -> str:
    """Return the script."""
    shared = shared_options(root)
    array = _lines(_specs(shared), 4)
    parts = [_HEAD, "# Options of every command.", f"typeset -ga _natscli_shared\n_natscli_shared=(\n{array}\n)\n"]
    for command in root.walk():
        own = [option for option in command.options if option not in shared]
        takes_shared = bool(shared) and set(shared) <= set(command.options)
        specs = _specs(own if takes_shared else command.options)
        parts.append((_group if command.commands else _leaf)(command, specs, takes_shared))
    return "\n".join(parts) + _FOOT


def _leaf(command: Command, specs: list[str], takes_shared: bool) -> str:
    arguments = [_argument(number, argument) for number, argument in enumerate(command.arguments, 1)]
    return f"{_name(command)}() {{\n{_call('-s -S', [*specs, *arguments], takes_shared)}\n}}\n"


def _group(command: Command, specs: list[str], takes_shared: bool) -> str:
    """Return the function that offers the commands of a group, or calls that of the one typed."""
    commands = _lines([_quote(f"{_colons(below.name)}:{_escape(below.help)}") for below in command.commands], 8)
    cases = "\n".join(
        f"            ({'|'.join(shlex.quote(name) for name in below.names)}) {_name(below)} && ret=0 ;;"
        for below in command.commands
    )
    call = _call("-C -s -S", [*specs, "'1: :->command'", "'*::: :->below'"], takes_shared)
    return rf"""{_name(command)}() {{
    local curcontext=$curcontext state line ret=1
    local -A opt_args
    local -a commands
    commands=(
{commands}
    )
{call} && ret=0
    if [[ $state == command ]]; then
        _describe -t commands command commands && ret=0
    elif [[ $state == below ]]; then
        words=($line[1] "${{words[@]}}")
        (( CURRENT += 1 ))
        curcontext=${{curcontext%:*:*}}:natscli-$line[1]:
        case $line[1] in
{cases}
        esac
    fi
    return ret
}}
"""


def _call(flags: str, specs: list[str], takes_shared: bool) -> str:
    specs = [*specs, "$_natscli_shared"] if takes_shared else specs
    return " \\\n        ".join([f"    _arguments {flags}", *specs])


def _specs(options: Iterable[Option]) -> list[str]:
    """Return what _arguments wants to know of each flag, quoted."""
    return [_quote(_spec(option, flag)) for option in options for flag in option.flags]


def _spec(option: Option, flag: str) -> str:
    once = "*" if option.repeats else f"({' '.join(option.flags)})" if len(option.flags) > 1 else ""
    text = f"[{_escape(option.help)}]"
    if not option.values:
        return once + flag + text
    joined = "=" if flag.startswith("--") else "+"  # how a value may follow in the same word
    values = "".join(f":{_colons(value.name)}:{_action(value)}" for value in option.values)
    return f"{once}{flag}{joined}{text}{values}"


def _argument(number: int, argument: Argument) -> str:
    value = argument.value
    action = f"_natscli_argument {value.name}" if value.kind is Kind.ANYTHING else _action(value)
    return _quote(f"{'*' if argument.repeats else f'{number}:'}:{_colons(value.name)}:{action}")


def _action(value: Value) -> str:
    if value.kind is Kind.CHOICE:
        return f"({' '.join(_colons(shlex.quote(choice)) for choice in value.choices)})"
    return _ACTIONS[value.kind]


def _name(command: Command) -> str:
    """Return a command's function; the program's is what zsh calls."""
    return "__".join(["_natscli", *command.path])


def _lines(words: Iterable[str], indent: int) -> str:
    return "\n".join(" " * indent + word for word in words)


def _escape(text: str) -> str:
    """Escape a description for _arguments and _describe."""
    for character in "\\[]:":
        text = text.replace(character, "\\" + character)
    return text


def _colons(text: str) -> str:
    """Escape any other field of theirs, where a backslash means something before a colon only."""
    return text.replace(":", "\\:")


def _quote(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
