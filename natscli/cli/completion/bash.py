"""The completion script for bash."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Iterable, Sequence

from natscli.cli.completion.model import Argument, Command, Option, shared_options

_HEAD = r"""# Completion of natscli for bash; made by `natscli completion bash`.
# Source it in ~/.bashrc.  The package bash-completion is not needed.

# The functions share the variables of _natscli:
#   words, cur                  what has been typed before the cursor, and the word it is in
#   fixed, quoted               what readline keeps of that word; whether a quote is open in it
#   path                        the command so far; "?" where there is none such
#   commands, options, arguments  what that command has; options are FLAG, FLAG=KIND or "FLAG=KIND KIND"
#   kind                        what the option before wants for values; empty where it wants none
#   ended, given                whether "--" has been seen; how many arguments have been
_natscli() {
    local IFS=$' \t\n' cur= fixed= quoted= path= kind= ended= given=0 index
    local -a words=() commands=() options=() arguments=()
    COMPREPLY=()
    _natscli_split
    _natscli_unquote
    if ((COMP_CWORD > 0)) && [[ ${COMP_WORDS[COMP_CWORD - 1]} == [\<\>]* ]]; then
        fixed=
        _natscli_files "" "${cur##*[<>]}" -f # of a redirection
        return
    fi
    _natscli_look_up
    for ((index = 1; index < ${#words[@]}; index++)); do
        _natscli_read "${words[index]}"
    done
    _natscli_offer
}

# Put together what bash took apart at : and = and @: pieces without a blank between them are one word.
_natscli_split() {
    local rest=$COMP_LINE trimmed piece index before
    for ((index = 0; index <= COMP_CWORD; index++)); do
        piece=${COMP_WORDS[index]}
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        before=$((${#COMP_LINE} - ${#trimmed}))
        if ((index == COMP_CWORD && before + ${#piece} > COMP_POINT)); then
            piece=${piece:0:$((COMP_POINT > before ? COMP_POINT - before : 0))}
        fi
        if ((index == 0)); then
            cur=$piece
        elif [[ $trimmed != "$rest" ]]; then
            words+=("$cur")
            cur=$piece
        else
            cur+=$piece
        fi
        rest=${trimmed#"${COMP_WORDS[index]}"}
    done
}

# Take the quoting off the current word, and find where readline begins to replace it.
_natscli_unquote() {
    local tail break
    if [[ $cur == *[\"\']* ]]; then
        quoted=1
        fixed=${cur%%[\"\']*}
        cur=$fixed${cur#*[\"\']}
        return
    fi
    tail=$cur
    for break in : =; do
        [[ $COMP_WORDBREAKS == *"$break"* ]] && tail=${tail##*"$break"}
    done
    if [[ $COMP_WORDBREAKS == *@* && $tail == *@* ]]; then
        tail=@${tail##*@} # it begins a word, and so is replaced with it
    fi
    fixed=${cur%"$tail"}
    cur=${cur//\\/}
}

_natscli_read() {
    if [[ -n $kind ]]; then
        _natscli_taken
    elif [[ -z $ended && $1 == -- ]]; then
        ended=1
    elif [[ -z $ended && $1 == -?* ]]; then
        _natscli_awaited "$1"
    elif ((${#commands[@]})); then
        ended=
        _natscli_enter "$1"
        _natscli_look_up
    else
        given=$((given + 1))
    fi
}

# Leave in kind what is wanted behind one value.
_natscli_taken() {
    if [[ $kind == *" "* ]]; then
        kind=${kind#* }
    else
        kind=
    fi
}

# Set kind if a value of these options is the next word: --flag, -f, or -xf for a switch x.
_natscli_awaited() {
    local letter
    case $1 in
        --*=*)
            _natscli_kind "${1%%=*}"
            _natscli_taken
            ;;
        --*) _natscli_kind "$1" ;;
        *)
            for ((letter = 1; letter < ${#1}; letter++)); do
                _natscli_kind "-${1:letter:1}"
                if [[ -n $kind ]]; then
                    ((letter + 1 < ${#1})) && _natscli_taken
                    return
                fi
            done
            ;;
    esac
}

_natscli_kind() {
    local option
    kind=
    for option in "${options[@]}"; do
        if [[ $option == "$1="* ]]; then
            kind=${option#*=}
            return
        fi
    done
}

_natscli_offer() {
    local item last=$((${#arguments[@]} - 1))
    if [[ -n $kind ]]; then
        _natscli_values "" "$cur"
    elif [[ -z $ended && $cur == --*=* ]]; then
        _natscli_kind "${cur%%=*}"
        _natscli_values "${cur%%=*}=" "${cur#*=}"
    elif [[ -z $ended && $cur == -* ]]; then
        for item in "${options[@]}"; do
            _natscli_add "${item%%=*}"
        done
    elif ((${#commands[@]})); then
        for item in "${commands[@]}"; do
            _natscli_add "$item"
        done
    elif ((given <= last)); then
        kind=${arguments[given]%...}
        _natscli_values "" "$cur"
    elif ((last >= 0)) && [[ ${arguments[last]} == *... ]]; then
        kind=${arguments[last]%...}
        _natscli_values "" "$cur"
    fi
}

# Offer values of this kind, behind a prefix; $2 is what has been typed behind it.
_natscli_values() {
    local item items first=${kind%% *}
    case $first in
        :*)
            IFS=, read -r -a items <<<"${first#:}"
            for item in "${items[@]}"; do
                _natscli_add "$1$item"
            done
            ;;
        file) _natscli_files "$1" "$2" -f ;;
        folder) _natscli_files "$1" "$2" -d ;;
        body) [[ $2 == @* ]] && _natscli_files "$1@" "${2#@}" -f ;;
        context) _natscli_contexts "$1" "$2" ;;
    esac
}

_natscli_contexts() {
    local item
    if [[ $2 == */* || $2 == "~"* ]]; then
        _natscli_files "$1" "$2" -f
        return
    fi
    while IFS= read -r item; do
        item=${item##*/}
        [[ $item == *.json ]] && _natscli_add "$1${item%.json}"
    done <<<"$(compgen -f -- "${XDG_CONFIG_HOME:-$HOME/.config}/nats/context/$2")"
}

# Offer what is below a folder.  readline quotes file names and ends folders with a slash, but only where the
# word that it replaces is the name alone.
_natscli_files() {
    local item alone=
    ((${#1} > ${#fixed})) || alone=1
    [[ -z $alone ]] || compopt -o filenames 2>/dev/null
    while IFS= read -r item; do
        [[ -n $item ]] || continue
        if [[ -n $alone ]]; then
            item=$1$item
            COMPREPLY+=("${item#"$fixed"}")
            continue
        fi
        if [[ -d $item ]]; then
            item+=/
            compopt -o nospace 2>/dev/null
        fi
        [[ -n $quoted ]] || printf -v item %q "$item"
        item=$1$item
        COMPREPLY+=("${item#"$fixed"}")
    done <<<"$(compgen "$3" -- "$2")"
}

_natscli_add() {
    [[ $1 == "$cur"* ]] || return
    local item=${1#"$fixed"}
    [[ -n $quoted ]] || printf -v item %q "$item"
    COMPREPLY+=("$item")
}
"""

_FOOT = "\ncomplete -F _natscli natscli\n"


def render(root: Command) -> str:
    """Return the script."""
    return f"{_HEAD}\n{_enter(root)}\n{_look_up(root)}{_FOOT}"


def _enter(root: Command) -> str:
    """Return the function that follows a name, or an alias, from one command to the next."""
    lines = ["# Follow a command's name.", "_natscli_enter() {", '    case "$path $1" in']
    for command in list(root.walk())[1:]:
        group = " ".join(command.path[:-1])
        names = " | ".join(shlex.quote(f"{group} {name}") for name in command.names)
        lines.append(f"        {names}) path={shlex.quote(' '.join(command.path))} ;;")
    return "\n".join([*lines, "        *) path=? ;;", "    esac", "}\n"])


def _look_up(root: Command) -> str:
    """Return the function that holds what each command has."""
    shared = shared_options(root)
    lines = ["# Set what the command has.", "_natscli_look_up() {"]
    lines += _array("local -a shared", _words(shared), 4)
    lines += ["    commands=() options=() arguments=()", "    case $path in"]
    for command in root.walk():
        lines.append(f"        {shlex.quote(' '.join(command.path))})")
        if command.commands:
            lines += _array("commands", [shlex.quote(below.name) for below in command.commands], 12)
        lines += _array("options", _option_words(command, shared), 12)
        if command.arguments:
            lines += _array("arguments", [_argument(argument) for argument in command.arguments], 12)
        lines.append("            ;;")
    return "\n".join([*lines, "    esac", "}\n"])


def _option_words(command: Command, shared: Sequence[Option]) -> list[str]:
    if not shared or not set(shared) <= set(command.options):
        return _words(command.options)
    return [*_words(option for option in command.options if option not in shared), '"${shared[@]}"']


def _words(options: Iterable[Option]) -> list[str]:
    return [
        shlex.quote(f"{flag}={option.word}" if option.values else flag) for option in options for flag in option.flags
    ]


def _argument(argument: Argument) -> str:
    return shlex.quote(argument.value.word + ("..." if argument.repeats else ""))


def _array(name: str, words: Iterable[str], indent: int) -> list[str]:
    """Return an assignment, wrapped."""
    blanks = " " * indent
    text = textwrap.wrap(" ".join(words), 100, break_long_words=False, break_on_hyphens=False)
    return [f"{blanks}{name}=(", *(f"{blanks}    {line}" for line in text), f"{blanks})"]
