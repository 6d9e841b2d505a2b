"""The completion script for fish."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from natscli.cli.completion.model import Command, Option, shared_options

_HEAD = r"""# Completion of natscli for fish; made by `natscli completion fish`.
# It belongs in ~/.config/fish/completions/natscli.fish.

function __natscli_complete
    set -l path ''
    set -l kind '' # what the option before wants for values
    set -l ended '' # whether "--" has been seen
    set -l given 1 # the number of the next argument
    set -l options (__natscli_options '')
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test -n "$kind"
            set kind (__natscli_taken $kind)
        else if test -z "$ended"; and test "$word" = --
            set ended yes
        else if test -z "$ended"; and string match -q -- '-?*' $word
            set kind (__natscli_awaited $word $options)
        else if set -l entered (__natscli_enter "$path" $word)
            set path $entered
            set options (__natscli_options $path)
            set ended ''
        else
            set given (math $given + 1)
        end
    end
    set -l token (commandline -ct)
    if test -n "$kind"
        __natscli_values $kind '' "$token"
    else if test -z "$ended"; and string match -q -- '--*=*' $token
        set -l parts (string split -m 1 = -- $token)
        __natscli_values (__natscli_kind $parts[1] $options) $parts[1]= "$parts[2]"
    else if test -z "$ended"; and string match -q -- '-*' $token
        string replace -r '\t[^\t]*' '' -- $options
    else
        __natscli_commands $path
        set -l arguments (__natscli_arguments $path)
        if string match -q -- '*...' "$arguments[-1]"; and test $given -gt (count $arguments)
            set given -1
        end
        __natscli_values (string replace ... '' -- "$arguments[$given]") '' "$token"
    end
end

# What is wanted behind one value.
function __natscli_taken
    string replace -r '^\S+ ?' '' -- "$argv"
end

# What the option before the next word wants for values, if they begin there: --flag, -f, or -xf for a switch x.
function __natscli_awaited
    set -l options $argv[2..-1]
    switch $argv[1]
        case '--*=*'
            __natscli_taken (__natscli_kind (string replace -r '=.*' '' -- $argv[1]) $options)
        case '--*'
            __natscli_kind $argv
        case '*'
            set -l letters (string split '' -- (string sub -s 2 -- $argv[1]))
            while set -q letters[1]
                set -l kind (__natscli_kind -$letters[1] $options)
                if test -n "$kind"
                    if test (count $letters) -gt 1
                        set kind (__natscli_taken $kind)
                    end
                    printf '%s\n' $kind
                    return
                end
                set -e letters[1]
            end
    end
end

function __natscli_kind
    for option in $argv[2..-1]
        set -l fields (string split \t -- $option)
        if test "$fields[1]" = "$argv[1]"
            printf '%s\n' $fields[2]
            return
        end
    end
end

# Offer values of a kind, behind a prefix; the third is what has been typed behind it.
function __natscli_values
    set -l kind (string replace -r ' .*' '' -- $argv[1])
    set -l prefix $argv[2]
    set -l typed $argv[3]
    switch "$kind"
        case ':*'
            printf '%s\n' "$prefix"(string split , -- (string sub -s 2 -- $kind))
        case file
            __natscli_behind "$prefix" (__fish_complete_path $typed)
        case folder
            __natscli_behind "$prefix" (__fish_complete_directories $typed '')
        case body
            if string match -q -- '@*' $typed
                __natscli_behind "$prefix@" (__fish_complete_path (string sub -s 2 -- $typed))
            end
        case context
            if string match -q -r -- '^~|/' $typed
                __natscli_behind "$prefix" (__fish_complete_path $typed)
                return
            end
            set -l config ~/.config
            test -n "$XDG_CONFIG_HOME"; and set config $XDG_CONFIG_HOME
            set -l files $config/nats/context/*.json
            __natscli_behind "$prefix" (string replace -r '^.*/(.*)\.json$' '$1\tSaved context' -- $files)
    end
end

function __natscli_behind
    for found in $argv[2..-1]
        printf '%s\n' "$argv[1]$found"
    end
end
"""

_FOOT = """
complete -c natscli -f -k -a '(__natscli_complete)'
"""


def render(root: Command) -> str:
    """Return the script."""
    shared = shared_options(root)

    def options(command: Command) -> list[str]:
        if not shared or not set(shared) <= set(command.options):
            return [_print(_options(command.options), 12)]
        own = _print(_options(option for option in command.options if option not in shared), 12)
        return [own, "            __natscli_shared_options"]

    return "\n".join(
        [
            _HEAD,
            _enter(root),
            _function("commands", "What stands below a command, and what it does.", root, _commands),
            f"function __natscli_shared_options\n{_print(_options(shared), 4)}\nend\n",
            _function("options", "Each flag of a command, the kind of its value, and what it is for.", root, options),
            _function("arguments", "The kind of each argument; the last may repeat.", root, _arguments),
        ]
    ) + _FOOT.lstrip("\n")


def _enter(root: Command) -> str:
    """Return the function that follows a name, or an alias, from one command to the next.

    It fails where the command takes arguments; an unknown name ends at a path that has nothing.
    """
    lines = ["# Follow a command's name.", "function __natscli_enter", '    switch "$argv[1] $argv[2]"']
    for command in list(root.walk())[1:]:
        group = " ".join(command.path[:-1])
        names = " ".join(_quote(f"{group} {name}") for name in command.names)
        lines += [f"        case {names}", f"            printf '%s\\n' {_quote(' '.join(command.path))}"]
    groups = " ".join(_quote(" ".join(command.path)) for command in root.walk() if command.commands)
    lines += ["        case '*'", f"            contains -- $argv[1] {groups}; and printf '%s\\n' '?'"]
    return "\n".join([*lines, "    end", "end\n"])


def _function(name: str, comment: str, root: Command, body: Callable[[Command], list[str]]) -> str:
    """Return a function that prints what ``body`` says for each command."""
    lines = [f"# {comment}", f"function __natscli_{name}", "    switch $argv[1]"]
    for command in root.walk():
        printed = body(command)
        if printed:
            lines += [f"        case {_quote(' '.join(command.path))}", *printed]
    return "\n".join([*lines, "    end", "end\n"])


def _commands(command: Command) -> list[str]:
    return [_print((f"{below.name}\t{below.help}" for below in command.commands), 12)] if command.commands else []


def _arguments(command: Command) -> list[str]:
    kinds = [argument.value.word + ("..." if argument.repeats else "") for argument in command.arguments]
    return [_print(kinds, 12)] if kinds else []


def _options(options: Iterable[Option]) -> Iterable[str]:
    for option in options:
        for flag in option.flags:
            yield f"{flag}\t{option.word}\t{option.help}"


def _print(lines: Iterable[str], indent: int) -> str:
    """Return a command that prints the lines."""
    blanks = " " * indent
    return f" \\\n{blanks}    ".join([f"{blanks}printf '%s\\n'", *(_quote(line) for line in lines)])


def _quote(text: str) -> str:
    r"""Quote for fish, where \ and ' are the only characters with a meaning in single quotes."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return "'" + escaped.replace("\t", "'\\t'") + "'"
