# Completion of natscli for bash; made by `natscli completion bash`.
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

# Follow a command's name.
_natscli_enter() {
    case "$path $1" in
        ' pub' | ' publish') path=pub ;;
        ' sub' | ' subscribe') path=sub ;;
        ' req' | ' request') path=req ;;
        ' reply') path=reply ;;
        ' top') path=top ;;
        ' record') path=record ;;
        ' replay') path=replay ;;
        ' stream' | ' str' | ' st' | ' ms' | ' s') path=stream ;;
        'stream ls' | 'stream list' | 'stream l') path='stream ls' ;;
        'stream report') path='stream report' ;;
        'stream find' | 'stream query') path='stream find' ;;
        'stream info' | 'stream nfo' | 'stream i') path='stream info' ;;
        'stream state') path='stream state' ;;
        'stream subjects' | 'stream subj') path='stream subjects' ;;
        'stream add' | 'stream create' | 'stream new') path='stream add' ;;
        'stream edit' | 'stream update') path='stream edit' ;;
        'stream copy' | 'stream cp') path='stream copy' ;;
        'stream rm' | 'stream delete' | 'stream del') path='stream rm' ;;
        'stream purge') path='stream purge' ;;
        'stream rmm') path='stream rmm' ;;
        'stream view') path='stream view' ;;
        'stream get') path='stream get' ;;
        'stream gaps') path='stream gaps' ;;
        'stream backup' | 'stream snapshot') path='stream backup' ;;
        'stream restore') path='stream restore' ;;
        'stream cluster' | 'stream c') path='stream cluster' ;;
        'stream cluster step-down' | 'stream cluster stepdown' | 'stream cluster sd' | 'stream cluster elect' | 'stream cluster down' | 'stream cluster d') path='stream cluster step-down' ;;
        'stream cluster balance') path='stream cluster balance' ;;
        'stream cluster peer-remove' | 'stream cluster pr') path='stream cluster peer-remove' ;;
        'stream graph') path='stream graph' ;;
        'stream seal') path='stream seal' ;;
        ' consumer' | ' con' | ' obs' | ' c') path=consumer ;;
        'consumer ls' | 'consumer list') path='consumer ls' ;;
        'consumer report') path='consumer report' ;;
        'consumer find' | 'consumer query') path='consumer find' ;;
        'consumer info' | 'consumer nfo') path='consumer info' ;;
        'consumer state') path='consumer state' ;;
        'consumer add' | 'consumer create' | 'consumer new') path='consumer add' ;;
        'consumer edit' | 'consumer update') path='consumer edit' ;;
        'consumer copy' | 'consumer cp') path='consumer copy' ;;
        'consumer rm' | 'consumer delete' | 'consumer del') path='consumer rm' ;;
        'consumer next') path='consumer next' ;;
        'consumer cluster' | 'consumer c') path='consumer cluster' ;;
        'consumer cluster step-down' | 'consumer cluster stepdown' | 'consumer cluster sd' | 'consumer cluster elect' | 'consumer cluster down' | 'consumer cluster d') path='consumer cluster step-down' ;;
        'consumer cluster balance') path='consumer cluster balance' ;;
        'consumer graph') path='consumer graph' ;;
        'consumer pause') path='consumer pause' ;;
        'consumer resume') path='consumer resume' ;;
        'consumer reset') path='consumer reset' ;;
        'consumer unpin') path='consumer unpin' ;;
        ' kv') path=kv ;;
        'kv add' | 'kv new') path='kv add' ;;
        'kv put') path='kv put' ;;
        'kv get') path='kv get' ;;
        'kv create') path='kv create' ;;
        'kv update') path='kv update' ;;
        'kv del' | 'kv rm') path='kv del' ;;
        'kv purge') path='kv purge' ;;
        'kv history') path='kv history' ;;
        'kv revert') path='kv revert' ;;
        'kv edit') path='kv edit' ;;
        'kv info' | 'kv view' | 'kv status') path='kv info' ;;
        'kv watch') path='kv watch' ;;
        'kv ls' | 'kv list') path='kv ls' ;;
        'kv compact') path='kv compact' ;;
        ' object' | ' obj') path=object ;;
        'object add') path='object add' ;;
        'object put') path='object put' ;;
        'object get') path='object get' ;;
        'object del' | 'object rm') path='object del' ;;
        'object info' | 'object show' | 'object i') path='object info' ;;
        'object ls' | 'object list') path='object ls' ;;
        'object watch') path='object watch' ;;
        'object edit') path='object edit' ;;
        'object seal') path='object seal' ;;
        ' counter' | ' ctr') path=counter ;;
        'counter get' | 'counter g') path='counter get' ;;
        'counter view' | 'counter v') path='counter view' ;;
        'counter increment' | 'counter incr' | 'counter inc' | 'counter i') path='counter increment' ;;
        'counter decrement' | 'counter decr' | 'counter dec' | 'counter d') path='counter decrement' ;;
        'counter list' | 'counter l' | 'counter ls') path='counter list' ;;
        ' rtt') path=rtt ;;
        ' server-info') path=server-info ;;
        ' account' | ' a') path=account ;;
        'account info' | 'account nfo') path='account info' ;;
        ' server' | ' srv') path=server ;;
        'server info') path='server info' ;;
        'server run') path='server run' ;;
        ' auth') path=auth ;;
        'auth check') path='auth check' ;;
        'auth nkey' | 'auth nk') path='auth nkey' ;;
        'auth nkey gen') path='auth nkey gen' ;;
        'auth nkey show') path='auth nkey show' ;;
        ' bench') path=bench ;;
        'bench suite') path='bench suite' ;;
        'bench pub') path='bench pub' ;;
        'bench sub') path='bench sub' ;;
        'bench pubsub') path='bench pubsub' ;;
        'bench request' | 'bench req') path='bench request' ;;
        'bench serve') path='bench serve' ;;
        'bench agent') path='bench agent' ;;
        'bench compare') path='bench compare' ;;
        'bench service') path='bench service' ;;
        'bench service request' | 'bench service req') path='bench service request' ;;
        'bench service serve') path='bench service serve' ;;
        'bench js') path='bench js' ;;
        'bench js pub') path='bench js pub' ;;
        'bench js pub sync') path='bench js pub sync' ;;
        'bench js pub async') path='bench js pub async' ;;
        'bench js pub atomic' | 'bench js pub batch') path='bench js pub atomic' ;;
        'bench js pub fast') path='bench js pub fast' ;;
        'bench js ordered') path='bench js ordered' ;;
        'bench js consume') path='bench js consume' ;;
        'bench js fetch') path='bench js fetch' ;;
        'bench js get') path='bench js get' ;;
        'bench js get sync') path='bench js get sync' ;;
        'bench js get batch') path='bench js get batch' ;;
        'bench kv') path='bench kv' ;;
        'bench kv put') path='bench kv put' ;;
        'bench kv get') path='bench kv get' ;;
        'bench object') path='bench object' ;;
        'bench object put') path='bench object put' ;;
        'bench object get') path='bench object get' ;;
        ' demo') path=demo ;;
        ' context' | ' ctx') path=context ;;
        'context add' | 'context create' | 'context save') path='context add' ;;
        'context copy' | 'context cp') path='context copy' ;;
        'context edit' | 'context vi') path='context edit' ;;
        'context ls' | 'context list' | 'context l') path='context ls' ;;
        'context rm' | 'context remove') path='context rm' ;;
        'context select' | 'context switch' | 'context set') path='context select' ;;
        'context unselect') path='context unselect' ;;
        'context previous' | 'context -') path='context previous' ;;
        'context info' | 'context show' | 'context view' | 'context v') path='context info' ;;
        'context validate') path='context validate' ;;
        ' completion') path=completion ;;
        *) path=? ;;
    esac
}

# Set what the command has.
_natscli_look_up() {
    local -a shared=(
        --server=any -s=any --context=context --no-context --user=any --password=any --password-file=file
        --token=any --creds=file --nkey=file --jwt=any --seed=any --tlsca=file --tlscert=file --tlskey=file
        --tlsfirst --tlsname=any --tlskey-password-file=any --tls-insecure --proxy=any --socks-proxy=any
        --ws-header=any --timeout=any --connection-name=any --inbox-prefix=any --js-domain=any
        --js-api-prefix=any --js-event-prefix=any --trace --debug --color --no-color --help -h
    )
    commands=() options=() arguments=()
    case $path in
        '')
            commands=(
                pub sub req reply top record replay stream consumer kv object counter rtt server-info account server
                auth bench demo context completion
            )
            options=(
                --version --quiet "${shared[@]}"
            )
            ;;
        pub)
            options=(
                --ndjson --count=any --sleep=any --rate=any --reply=any --stats --quiet -q --header=any -H=any
                --templates --no-templates --send-on=:eof,newline,nul --force-stdin --jetstream -J --msg-id=any
                --expect-stream=any --expect-last-seq=any --expect-last-subject-seq=any --expect-last-msg-id=any
                --ttl=any --window=any --retry-for=any --output=:human,json -o=:human,json --atomic
                --schedule-after=any --schedule-at=any --schedule-cron=any --schedule-every=any --schedule-dest=any
                --schedule-source=any --schedule-ttl=any "${shared[@]}"
            )
            arguments=(
                any body
            )
            ;;
        sub)
            options=(
                --queue=any --count=any --wait=any --ignore-subject=any -I=any --ping-interval=any --inbox -i --ack
                --output=:human,raw,json,none -o=:human,raw,json,none --raw -r --separator=any --null -0
                --format=any --headers-only --subjects-only --timestamp -t --delta-time -d --translate=any
                --dump=folder --stats --match-replies --report-subjects --report-subscriptions --report-top=any
                --where=any --grep=any --header=any --not --decode=any --pretty --stream=any --durable=any --all
                --new --last --since=any --start-sequence=any --last-per-subject --direct --terminate-at-end -T
                --exactly-once --quiet "${shared[@]}"
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
        top)
            options=(
                --for=any --once --interval=any --json -j --csv --top=any -n=any
                --sort=:rate,rate-10s,rate-60s,bytes-rate,messages,bytes,mean,largest,idle,latency,unanswered,subject
                --fold --no-fold --internal --latency --no-latency --ignore-subject=any -I=any --alert=any
                --ping-interval=any --from=file --read-only --no-read-only --decode=any --monitor=any --web
                --address=any --port=any --quiet "${shared[@]}"
            )
            arguments=(
                any...
            )
            ;;
        record)
            options=(
                --out=file -O=file --append --rotate-size=any --rotate-every=any --queue=any --count=any --wait=any
                --ignore-subject=any -I=any --ping-interval=any --where=any --grep=any --header=any --not
                --decode=any --quiet "${shared[@]}"
            )
            arguments=(
                any...
            )
            ;;
        replay)
            options=(
                --speed=any --loop '--map=any any' --filter=any --strict --where=any --grep=any --header=any --not
                --decode=any --quiet "${shared[@]}"
            )
            arguments=(
                file...
            )
            ;;
        stream)
            commands=(
                ls report find info state subjects add edit copy rm purge rmm view get gaps backup restore cluster
                graph seal
            )
            options=(
                --help -h
            )
            ;;
        'stream ls')
            options=(
                --subject=any --names -n --json -j --all -a --quiet "${shared[@]}"
            )
            ;;
        'stream report')
            options=(
                --subject=any --cluster=any --consumers -o --messages -m --name -n --storage -t --raw -r --dot=file
                --leaders -l --json -j --quiet "${shared[@]}"
            )
            ;;
        'stream find')
            options=(
                --subject=any --names -n --json -j --server-name=any --cluster=any --empty --idle=any --created=any
                --consumers=any --replicas=any --sourced --mirrored --leader=any --api-level=any --expression=any
                --invert --quiet "${shared[@]}"
            )
            ;;
        'stream info')
            options=(
                --json -j --state --no-select --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream state')
            options=(
                --json -j --no-select --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream subjects')
            options=(
                --json -j --sort=:name,subjects,messages,count --reverse -R --names -n --all -a --quiet
                "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream add')
            options=(
                --json -j --subjects=any --description=any --compression=:none,s2 --replicas=any --tag=any
                --tags=any --cluster=any --ack --no-ack --retention=:limits,interest,work,workq --discard=:old,new
                --discard-per-subject --no-discard-per-subject --max-age=any --max-bytes=any --max-consumers=any
                --max-msg-size=any --max-msgs=any --max-msgs-per-subject=any --dupe-window=any --mirror=any
                --source=any --allow-batch --no-allow-batch --allow-fast --no-allow-fast --allow-counter
                --no-allow-counter --allow-rollup --no-allow-rollup --deny-delete --no-deny-delete --deny-purge
                --no-deny-purge --allow-direct --no-allow-direct --allow-mirror-direct --no-allow-mirror-direct
                --allow-msg-ttl --no-allow-msg-ttl --allow-schedules --no-allow-schedules
                --subject-del-markers-ttl=any --transform-source=any --transform-destination=any --metadata=any
                --republish-source=any --republish-destination=any --republish-headers --storage=:file,f,memory,m
                --first-sequence=any --limit-consumer-inactive=any --limit-consumer-max-pending=any
                --persist-mode=:default,async --config=file --validate --output=file --defaults --quiet
                "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream edit')
            options=(
                --no-mirror --no-transform --no-republish --json -j --all -a --subjects=any --description=any
                --compression=:none,s2 --replicas=any --tag=any --tags=any --cluster=any --ack --no-ack
                --retention=:limits,interest,work,workq --discard=:old,new --discard-per-subject
                --no-discard-per-subject --max-age=any --max-bytes=any --max-consumers=any --max-msg-size=any
                --max-msgs=any --max-msgs-per-subject=any --dupe-window=any --mirror=any --source=any --allow-batch
                --no-allow-batch --allow-fast --no-allow-fast --allow-counter --no-allow-counter --allow-rollup
                --no-allow-rollup --deny-delete --no-deny-delete --deny-purge --no-deny-purge --allow-direct
                --no-allow-direct --allow-mirror-direct --no-allow-mirror-direct --allow-msg-ttl --no-allow-msg-ttl
                --allow-schedules --no-allow-schedules --subject-del-markers-ttl=any --transform-source=any
                --transform-destination=any --metadata=any --republish-source=any --republish-destination=any
                --republish-headers --config=file --force -f --interactive -i --dry-run --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream copy')
            options=(
                --data --json -j --subjects=any --description=any --compression=:none,s2 --replicas=any --tag=any
                --tags=any --cluster=any --ack --no-ack --retention=:limits,interest,work,workq --discard=:old,new
                --discard-per-subject --no-discard-per-subject --max-age=any --max-bytes=any --max-consumers=any
                --max-msg-size=any --max-msgs=any --max-msgs-per-subject=any --dupe-window=any --mirror=any
                --source=any --allow-batch --no-allow-batch --allow-fast --no-allow-fast --allow-counter
                --no-allow-counter --allow-rollup --no-allow-rollup --deny-delete --no-deny-delete --deny-purge
                --no-deny-purge --allow-direct --no-allow-direct --allow-mirror-direct --no-allow-mirror-direct
                --allow-msg-ttl --no-allow-msg-ttl --allow-schedules --no-allow-schedules
                --subject-del-markers-ttl=any --transform-source=any --transform-destination=any --metadata=any
                --republish-source=any --republish-destination=any --republish-headers --storage=:file,f,memory,m
                --first-sequence=any --limit-consumer-inactive=any --limit-consumer-max-pending=any
                --persist-mode=:default,async --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream rm')
            options=(
                --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream purge')
            options=(
                --json -j --force -f --subject=any --seq=any --keep=any --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream rmm')
            options=(
                --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream view')
            options=(
                --id=any --since=any --raw --translate=any --subject=any --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream get')
            options=(
                --last-for=any -S=any --json -j --translate=any --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream gaps')
            options=(
                --json -j --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream backup')
            options=(
                --progress --no-progress --check --consumers --no-consumers --chunk-size=any --window-size=any
                --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream restore')
            options=(
                --config=file --progress --no-progress --cluster=any --tag=any --replicas=any --json -j --quiet
                "${shared[@]}"
            )
            arguments=(
                file
            )
            ;;
        'stream cluster')
            commands=(
                step-down balance peer-remove
            )
            options=(
                --help -h
            )
            ;;
        'stream cluster step-down')
            options=(
                --preferred=any --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream cluster balance')
            options=(
                --subject=any --json -j --server-name=any --cluster=any --empty --idle=any --created=any
                --consumers=any --replicas=any --sourced --mirrored --leader=any --api-level=any --expression=any
                --invert --quiet "${shared[@]}"
            )
            ;;
        'stream cluster peer-remove')
            options=(
                --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'stream graph')
            options=(
                --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'stream seal')
            options=(
                --force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        consumer)
            commands=(
                ls report find info state add edit copy rm next cluster graph pause resume reset unpin
            )
            options=(
                --help -h
            )
            ;;
        'consumer ls')
            options=(
                --json -j --names -n --no-select --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'consumer report')
            options=(
                --raw -r --leaders -l --json -j --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'consumer find')
            options=(
                --names -n --json -j --all -a --pull --push --bound --waiting=any --ack-pending=any --pending=any
                --idle=any --created=any --replicas=any --leader=any --pinned --api-level=any --expression=any
                --invert --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'consumer info')
            options=(
                --json -j --no-select --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer state')
            options=(
                --json -j --no-select --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer add')
            options=(
                --json -j --all -a --description=any --filter=any --headers-only --no-headers-only --max-deliver=any
                --max-pending=any --max-outstanding=any --max-pull-batch=any --max-pull-expire=any
                --max-pull-bytes=any --sample=any --target=any --wait=any --inactive-threshold=any --replicas=any
                --metadata=any --backoff=:linear,none --backoff-steps=any --backoff-min=any --backoff-max=any
                --ack=:none,all,explicit,flow_control --bps=any --deliver=any --deliver-group=any --ephemeral
                --flow-control --no-flow-control --heartbeat=any --max-waiting=any --pull --replay=:instant,original
                --memory --pause=any --pinned-groups=any --pinned-ttl=any --overflow-groups=any
                --prioritized-groups=any --config=file --validate --output=file --defaults --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer edit')
            options=(
                --json -j --all -a --description=any --filter=any --headers-only --no-headers-only --max-deliver=any
                --max-pending=any --max-outstanding=any --max-pull-batch=any --max-pull-expire=any
                --max-pull-bytes=any --sample=any --target=any --wait=any --inactive-threshold=any --replicas=any
                --metadata=any --backoff=:linear,none --backoff-steps=any --backoff-min=any --backoff-max=any
                --config=file --force -f --interactive -i --dry-run --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer copy')
            options=(
                --json -j --description=any --filter=any --headers-only --no-headers-only --max-deliver=any
                --max-pending=any --max-outstanding=any --max-pull-batch=any --max-pull-expire=any
                --max-pull-bytes=any --sample=any --target=any --wait=any --inactive-threshold=any --replicas=any
                --metadata=any --backoff=:linear,none --backoff-steps=any --backoff-min=any --backoff-max=any
                --ack=:none,all,explicit,flow_control --bps=any --deliver=any --deliver-group=any --ephemeral
                --flow-control --no-flow-control --heartbeat=any --max-waiting=any --pull --replay=:instant,original
                --memory --pause=any --pinned-groups=any --pinned-ttl=any --overflow-groups=any
                --prioritized-groups=any --quiet "${shared[@]}"
            )
            arguments=(
                any any any
            )
            ;;
        'consumer rm')
            options=(
                --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer next')
            options=(
                --json -j --ack --no-ack --nak --term --raw -r --wait=any --count=any --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer cluster')
            commands=(
                step-down balance
            )
            options=(
                --help -h
            )
            ;;
        'consumer cluster step-down')
            options=(
                --preferred=any --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer cluster balance')
            options=(
                --json -j --all -a --pull --push --bound --waiting=any --ack-pending=any --pending=any --idle=any
                --created=any --replicas=any --leader=any --pinned --api-level=any --expression=any --invert --quiet
                "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'consumer graph')
            options=(
                --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer pause')
            options=(
                --force -f --json -j --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any any
            )
            ;;
        'consumer resume')
            options=(
                --force -f --json -j --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer reset')
            options=(
                --sequence=any --force -f --json -j --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'consumer unpin')
            options=(
                --force -f --all -a --quiet "${shared[@]}"
            )
            arguments=(
                any any any
            )
            ;;
        kv)
            commands=(
                add put get create update del purge history revert edit info watch ls compact
            )
            options=(
                --help -h
            )
            ;;
        'kv add')
            options=(
                --json -j --description=any --ttl=any --replicas=any --max-bucket-size=any --tags=any --cluster=any
                --compress --no-compress --metadata=any --history=any --marker-ttl=any --max-value-size=any
                --republish-source=any --republish-destination=any --republish-headers --source=any
                --storage=:file,f,memory,m --mirror=any --mirror-domain=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'kv put')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any any
            )
            ;;
        'kv get')
            options=(
                --revision=any --raw --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'kv create')
            options=(
                --ttl=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any any
            )
            ;;
        'kv update')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any any any
            )
            ;;
        'kv del')
            options=(
                --force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'kv purge')
            options=(
                --force -f --ttl=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'kv history')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'kv revert')
            options=(
                --force --no-force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any any
            )
            ;;
        'kv edit')
            options=(
                --no-mirror --json -j --description=any --ttl=any --replicas=any --max-bucket-size=any --tags=any
                --cluster=any --compress --no-compress --metadata=any --history=any --marker-ttl=any
                --max-value-size=any --republish-source=any --republish-destination=any --republish-headers
                --source=any --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'kv info')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'kv watch')
            options=(
                --history --deletes --no-deletes --updates --revision=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any...
            )
            ;;
        'kv ls')
            options=(
                --names -n --verbose -v --display-value --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any...
            )
            ;;
        'kv compact')
            options=(
                --force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        object)
            commands=(
                add put get del info ls watch edit seal
            )
            options=(
                --help -h
            )
            ;;
        'object add')
            options=(
                --json -j --description=any --ttl=any --replicas=any --max-bucket-size=any --tags=any --cluster=any
                --compress --no-compress --metadata=any --storage=:file,f,memory,m --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'object put')
            options=(
                --name=any --description=any --header=any -H=any --chunk-size=any --progress --no-progress --force
                -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'object get')
            options=(
                --output=file -O=file --progress --no-progress --force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'object del')
            options=(
                --force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'object info')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'object ls')
            options=(
                --names -n --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'object watch')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'object edit')
            options=(
                --json -j --description=any --ttl=any --replicas=any --max-bucket-size=any --tags=any --cluster=any
                --compress --no-compress --metadata=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'object seal')
            options=(
                --force -f --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        counter)
            commands=(
                get view increment decrement list
            )
            options=(
                --help -h
            )
            ;;
        'counter get')
            options=(
                --stream=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'counter view')
            options=(
                --stream=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'counter increment')
            options=(
                --stream=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'counter decrement')
            options=(
                --stream=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'counter list')
            options=(
                --stream=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any
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
        account)
            commands=(
                info
            )
            options=(
                --help -h
            )
            ;;
        'account info')
            options=(
                --json -j --quiet "${shared[@]}"
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
        auth)
            commands=(
                check nkey
            )
            options=(
                --help -h
            )
            ;;
        'auth check')
            options=(
                --json -j --quiet "${shared[@]}"
            )
            arguments=(
                file
            )
            ;;
        'auth nkey')
            commands=(
                gen show
            )
            options=(
                --help -h
            )
            ;;
        'auth nkey gen')
            options=(
                --output=file --public --force --show --entropy=file --quiet "${shared[@]}"
            )
            arguments=(
                :user,account,operator,server,cluster,curve,x25519
            )
            ;;
        'auth nkey show')
            options=(
                --quiet "${shared[@]}"
            )
            arguments=(
                file
            )
            ;;
        bench)
            commands=(
                suite pub sub pubsub request serve agent compare service js kv object
            )
            options=(
                --help -h
            )
            ;;
        'bench suite')
            options=(
                --duration=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any --quiet
                "${shared[@]}"
            )
            ;;
        'bench pub')
            options=(
                --sleep=any --multisubject --multisubjectmax=any --multisubjectrandomize --label=any --json -j
                --csv=file --hgrm=file --html=file --progress --no-progress --embedded --monitor=any --group=any
                --control-context=any --control-server=any --agents=any --clients=any --msgs=any --duration=any
                --repeat=any --on-disconnect=:continue,stop --size=any --sizes=any --payload=any --header=any -H=any
                --rate=any --throughput=any --jitter=any --warmup=any --find-max --slo=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench sub')
            options=(
                --multisubject --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --quiet
                "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench pubsub')
            options=(
                --subscribers=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any
                --sizes=any --payload=any --header=any -H=any --rate=any --throughput=any --jitter=any --warmup=any
                --find-max --slo=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench request')
            options=(
                --sleep=any --in-flight=any --responders=any --label=any --json -j --csv=file --hgrm=file
                --html=file --progress --no-progress --embedded --monitor=any --group=any --control-context=any
                --control-server=any --agents=any --clients=any --msgs=any --duration=any --repeat=any
                --on-disconnect=:continue,stop --size=any --sizes=any --payload=any --header=any -H=any --rate=any
                --throughput=any --jitter=any --warmup=any --find-max --slo=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench serve')
            options=(
                --sleep=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --quiet
                "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench agent')
            options=(
                --name=any --allow=any --group=any --control-context=any --control-server=any --quiet "${shared[@]}"
            )
            ;;
        'bench compare')
            options=(
                --fail-if=any --json -j --quiet "${shared[@]}"
            )
            arguments=(
                any any
            )
            ;;
        'bench service')
            commands=(
                request serve
            )
            options=(
                --help -h
            )
            ;;
        'bench service request')
            options=(
                --sleep=any --in-flight=any --responders=any --label=any --json -j --csv=file --hgrm=file
                --html=file --progress --no-progress --embedded --monitor=any --group=any --control-context=any
                --control-server=any --agents=any --clients=any --msgs=any --duration=any --repeat=any
                --on-disconnect=:continue,stop --size=any --sizes=any --payload=any --header=any -H=any --rate=any
                --throughput=any --jitter=any --warmup=any --find-max --slo=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench service serve')
            options=(
                --sleep=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --quiet
                "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench js')
            commands=(
                pub ordered consume fetch get
            )
            options=(
                --help -h
            )
            ;;
        'bench js pub')
            commands=(
                sync async atomic fast
            )
            options=(
                --help -h
            )
            ;;
        'bench js pub sync')
            options=(
                --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress --embedded
                --monitor=any --group=any --control-context=any --control-server=any --agents=any --clients=any
                --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any --sizes=any
                --payload=any --header=any -H=any --rate=any --throughput=any --jitter=any --warmup=any --find-max
                --slo=any --storage=:file,memory --replicas=any --maxbytes=any --keep --no-keep --force -f --purge
                --stream=any --create --dedup --dedupwindow=any --persistasync --multisubject --multisubjectmax=any
                --multisubjectrandomize --sleep=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench js pub async')
            options=(
                --batch=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any
                --sizes=any --payload=any --header=any -H=any --rate=any --throughput=any --jitter=any --warmup=any
                --find-max --slo=any --storage=:file,memory --replicas=any --maxbytes=any --keep --no-keep --force
                -f --purge --stream=any --create --dedup --dedupwindow=any --persistasync --multisubject
                --multisubjectmax=any --multisubjectrandomize --sleep=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench js pub atomic')
            options=(
                --batch=any --in-flight=any --label=any --json -j --csv=file --hgrm=file --html=file --progress
                --no-progress --embedded --monitor=any --group=any --control-context=any --control-server=any
                --agents=any --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop
                --size=any --sizes=any --payload=any --header=any -H=any --rate=any --throughput=any --jitter=any
                --warmup=any --find-max --slo=any --storage=:file,memory --replicas=any --maxbytes=any --keep
                --no-keep --force -f --purge --stream=any --create --dedup --dedupwindow=any --persistasync
                --multisubject --multisubjectmax=any --multisubjectrandomize --sleep=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench js pub fast')
            options=(
                --batch=any --max-outstanding-acks=any --label=any --json -j --csv=file --hgrm=file --html=file
                --progress --no-progress --embedded --monitor=any --group=any --control-context=any
                --control-server=any --agents=any --clients=any --msgs=any --duration=any --repeat=any
                --on-disconnect=:continue,stop --size=any --sizes=any --payload=any --header=any -H=any --rate=any
                --throughput=any --jitter=any --warmup=any --find-max --slo=any --storage=:file,memory
                --replicas=any --maxbytes=any --keep --no-keep --force -f --purge --stream=any --create --dedup
                --dedupwindow=any --persistasync --multisubject --multisubjectmax=any --multisubjectrandomize
                --sleep=any --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'bench js ordered')
            options=(
                --stream=any --batch=any --filter=any --label=any --json -j --csv=file --hgrm=file --html=file
                --progress --no-progress --embedded --monitor=any --group=any --control-context=any
                --control-server=any --agents=any --clients=any --msgs=any --duration=any --repeat=any
                --on-disconnect=:continue,stop --size=any --sizes=any --warmup=any --sleep=any
                --storage=:file,memory --replicas=any --maxbytes=any --keep --no-keep --force -f --purge --quiet
                "${shared[@]}"
            )
            ;;
        'bench js consume')
            options=(
                --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress --embedded
                --monitor=any --group=any --control-context=any --control-server=any --agents=any --clients=any
                --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any --sizes=any
                --warmup=any --sleep=any --storage=:file,memory --replicas=any --maxbytes=any --keep --no-keep
                --force -f --purge --stream=any --consumer=any --batch=any --acks=:explicit,none,all --doubleack
                --no-doubleack --filter=any --quiet "${shared[@]}"
            )
            ;;
        'bench js fetch')
            options=(
                --in-flight=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any
                --sizes=any --warmup=any --sleep=any --storage=:file,memory --replicas=any --maxbytes=any --keep
                --no-keep --force -f --purge --stream=any --consumer=any --batch=any --acks=:explicit,none,all
                --doubleack --no-doubleack --filter=any --quiet "${shared[@]}"
            )
            ;;
        'bench js get')
            commands=(
                sync batch
            )
            options=(
                --help -h
            )
            ;;
        'bench js get sync')
            options=(
                --stream=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any
                --sizes=any --warmup=any --sleep=any --storage=:file,memory --replicas=any --maxbytes=any --keep
                --no-keep --force -f --purge --quiet "${shared[@]}"
            )
            ;;
        'bench js get batch')
            options=(
                --stream=any --batch=any --filter=any --label=any --json -j --csv=file --hgrm=file --html=file
                --progress --no-progress --embedded --monitor=any --group=any --control-context=any
                --control-server=any --agents=any --clients=any --msgs=any --duration=any --repeat=any
                --on-disconnect=:continue,stop --size=any --sizes=any --warmup=any --sleep=any
                --storage=:file,memory --replicas=any --maxbytes=any --keep --no-keep --force -f --purge --quiet
                "${shared[@]}"
            )
            ;;
        'bench kv')
            commands=(
                put get
            )
            options=(
                --help -h
            )
            ;;
        'bench kv put')
            options=(
                --bucket=any --history=any --randomize=any --sleep=any --label=any --json -j --csv=file --hgrm=file
                --html=file --progress --no-progress --embedded --monitor=any --group=any --control-context=any
                --control-server=any --agents=any --clients=any --msgs=any --duration=any --repeat=any
                --on-disconnect=:continue,stop --size=any --sizes=any --payload=any --header=any -H=any --rate=any
                --throughput=any --jitter=any --warmup=any --find-max --slo=any --storage=:file,memory
                --replicas=any --maxbytes=any --keep --no-keep --force -f --purge --quiet "${shared[@]}"
            )
            ;;
        'bench kv get')
            options=(
                --bucket=any --randomize=any --label=any --json -j --csv=file --hgrm=file --html=file --progress
                --no-progress --embedded --monitor=any --group=any --control-context=any --control-server=any
                --agents=any --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop
                --size=any --sizes=any --warmup=any --sleep=any --storage=:file,memory --replicas=any --maxbytes=any
                --keep --no-keep --force -f --purge --quiet "${shared[@]}"
            )
            ;;
        'bench object')
            commands=(
                put get
            )
            options=(
                --help -h
            )
            ;;
        'bench object put')
            options=(
                --bucket=any --size=any --random --chunk-size=any --sleep=any --label=any --json -j --csv=file
                --hgrm=file --html=file --progress --no-progress --embedded --monitor=any --group=any
                --control-context=any --control-server=any --agents=any --clients=any --msgs=any --duration=any
                --repeat=any --on-disconnect=:continue,stop --storage=:file,memory --replicas=any --maxbytes=any
                --keep --no-keep --force -f --purge --quiet "${shared[@]}"
            )
            ;;
        'bench object get')
            options=(
                --bucket=any --label=any --json -j --csv=file --hgrm=file --html=file --progress --no-progress
                --embedded --monitor=any --group=any --control-context=any --control-server=any --agents=any
                --clients=any --msgs=any --duration=any --repeat=any --on-disconnect=:continue,stop --size=any
                --sizes=any --warmup=any --sleep=any --storage=:file,memory --replicas=any --maxbytes=any --keep
                --no-keep --force -f --purge --quiet "${shared[@]}"
            )
            ;;
        demo)
            options=(
                --for=any --rate=any --binary=file --quiet "${shared[@]}"
            )
            ;;
        context)
            commands=(
                add copy edit ls rm select unselect previous info validate
            )
            options=(
                --help -h
            )
            ;;
        'context add')
            options=(
                --description=any --select --embed --quiet "${shared[@]}"
            )
            arguments=(
                any
            )
            ;;
        'context copy')
            options=(
                --description=any --select --embed --quiet "${shared[@]}"
            )
            arguments=(
                context any
            )
            ;;
        'context edit')
            options=(
                --quiet "${shared[@]}"
            )
            arguments=(
                context
            )
            ;;
        'context ls')
            options=(
                --json -j --names --quiet "${shared[@]}"
            )
            ;;
        'context rm')
            options=(
                --force -f --quiet "${shared[@]}"
            )
            arguments=(
                context
            )
            ;;
        'context select')
            options=(
                --quiet "${shared[@]}"
            )
            arguments=(
                context
            )
            ;;
        'context unselect')
            options=(
                --quiet "${shared[@]}"
            )
            ;;
        'context previous')
            options=(
                --quiet "${shared[@]}"
            )
            ;;
        'context info')
            options=(
                --json -j --connect --effective --quiet "${shared[@]}"
            )
            arguments=(
                context
            )
            ;;
        'context validate')
            options=(
                --connect --quiet "${shared[@]}"
            )
            arguments=(
                context
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
