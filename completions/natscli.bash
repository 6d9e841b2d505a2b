# Completion of natscli for bash; made by `natscli completion bash`.
# Source it in ~/.bashrc.  The package bash-completion is not needed.

# The functions share the variables of _natscli:
#   words, cur                  what has been typed before the cursor, and the word it is in
#   fixed, quoted               what readline keeps of that word; whether a quote is open in it
#   path                        the command so far; "?" where there is none such
#   commands, options, arguments  what that command has; options are FLAG or FLAG=KIND
#   kind                        what the option before wants for a value; empty where nothing does
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
        kind=
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

# Set kind if the value of these options is the next word: --flag, -f, or -xf for a switch x.
_natscli_awaited() {
    local letter
    case $1 in
        --*=*) ;;
        --*) _natscli_kind "$1" ;;
        *)
            for ((letter = 1; letter < ${#1}; letter++)); do
                _natscli_kind "-${1:letter:1}"
                if [[ -n $kind ]]; then
                    ((letter + 1 < ${#1})) && kind=
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
    local item items
    case $kind in
        :*)
            IFS=, read -r -a items <<<"${kind#:}"
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

# Follow a command's name.
_natscli_enter() {
    case "$path $1" in
        ' pub' | ' publish') path=pub ;;
        ' sub' | ' subscribe') path=sub ;;
        ' req' | ' request') path=req ;;
        ' reply') path=reply ;;
        ' record') path=record ;;
        ' replay') path=replay ;;
        ' rtt') path=rtt ;;
        ' server-info') path=server-info ;;
        ' server' | ' srv') path=server ;;
        'server info') path='server info' ;;
        'server run') path='server run' ;;
        ' demo') path=demo ;;
        ' completion') path=completion ;;
        *) path=? ;;
    esac
}

# Set what the command has.
_natscli_look_up() {
    local -a shared=(
        --server=any -s=any --context=context --no-context --user=any --password=any --token=any
        --creds=file --nkey=file --tlsca=file --tlscert=file --tlskey=file --tlsfirst --timeout=any
        --connection-name=any --inbox-prefix=any --trace --debug --color --no-color --help -h
    )
    commands=() options=() arguments=()
    case $path in
        '')
            commands=(
                pub sub req reply record replay rtt server-info server demo completion
            )
            options=(
                --version --quiet "${shared[@]}"
            )
            ;;
        pub)
            options=(
                --ndjson --count=any --sleep=any --rate=any --reply=any --stats --quiet -q --header=any -H=any
                --templates --no-templates --send-on=:eof,newline,nul --force-stdin "${shared[@]}"
            )
            arguments=(
                any body
            )
            ;;
        sub)
            options=(
                --queue=any --count=any --wait=any --ignore-subject=any -I=any --inbox -i --ack --ping-interval=any
                --output=:human,raw,json,none -o=:human,raw,json,none --raw -r --separator=any --null -0
                --format=any --headers-only --subjects-only --timestamp -t --delta-time -d --translate=any
                --dump=folder --stats --match-replies --report-subjects --report-subscriptions --report-top=any
                --where=any --grep=any --header=any --not --decode=any --pretty --quiet "${shared[@]}"
            )
            arguments=(
                any...
            )
            ;;
        req)
            options=(
                --count=any --parallel=any --replies=any --reply-timeout=any --wait-for-empty --translate=any --raw
                -r --header=any -H=any --templates --no-templates --send-on=:eof,newline,nul --force-stdin --quiet
                "${shared[@]}"
            )
            arguments=(
                any body
            )
            ;;
        reply)
            options=(
                --queue=any -q=any --count=any --ping-interval=any --echo --command=any --sleep=any --header=any
                -H=any --templates --no-templates --quiet "${shared[@]}"
            )
            arguments=(
                any body
            )
            ;;
        record)
            options=(
                --out=file -O=file --append --rotate-size=any --rotate-every=any --queue=any --count=any --wait=any
                --ignore-subject=any -I=any --ping-interval=any --quiet "${shared[@]}"
            )
            arguments=(
                any...
            )
            ;;
        replay)
            options=(
                --speed=any --loop --map=any --filter=any --strict --quiet "${shared[@]}"
            )
            arguments=(
                file...
            )
            ;;
        rtt)
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        server-info)
            options=(
                --monitor=any --json -j --quiet "${shared[@]}"
            )
            ;;
        server)
            commands=(
                info run
            )
            options=(
                --help -h
            )
            ;;
        'server info')
            options=(
                --monitor=any --json -j --quiet "${shared[@]}"
            )
            ;;
        'server run')
            options=(
                --port=any -p=any --host=any -a=any --monitor-port=any -m=any --store=folder --auth --name=any
                --binary=file --quiet "${shared[@]}"
            )
            ;;
        demo)
            options=(
                --for=any --rate=any --binary=file --quiet "${shared[@]}"
            )
            ;;
        completion)
            options=(
                --help -h
            )
            arguments=(
                :bash,zsh,fish
            )
            ;;
    esac
}

complete -F _natscli natscli
