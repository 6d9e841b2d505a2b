# Completion of natscli for fish; made by `natscli completion fish`.
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

# Follow a command's name.
function __natscli_enter
    switch "$argv[1] $argv[2]"
        case ' pub' ' publish'
            printf '%s\n' 'pub'
        case ' sub' ' subscribe'
            printf '%s\n' 'sub'
        case ' req' ' request'
            printf '%s\n' 'req'
        case ' reply'
            printf '%s\n' 'reply'
        case ' top'
            printf '%s\n' 'top'
        case ' record'
            printf '%s\n' 'record'
        case ' replay'
            printf '%s\n' 'replay'
        case ' stream' ' str' ' st' ' ms' ' s'
            printf '%s\n' 'stream'
        case 'stream ls' 'stream list' 'stream l'
            printf '%s\n' 'stream ls'
        case 'stream report'
            printf '%s\n' 'stream report'
        case 'stream find' 'stream query'
            printf '%s\n' 'stream find'
        case 'stream info' 'stream nfo' 'stream i'
            printf '%s\n' 'stream info'
        case 'stream state'
            printf '%s\n' 'stream state'
        case 'stream subjects' 'stream subj'
            printf '%s\n' 'stream subjects'
        case 'stream add' 'stream create' 'stream new'
            printf '%s\n' 'stream add'
        case 'stream edit' 'stream update'
            printf '%s\n' 'stream edit'
        case 'stream copy' 'stream cp'
            printf '%s\n' 'stream copy'
        case 'stream rm' 'stream delete' 'stream del'
            printf '%s\n' 'stream rm'
        case 'stream purge'
            printf '%s\n' 'stream purge'
        case 'stream rmm'
            printf '%s\n' 'stream rmm'
        case 'stream view'
            printf '%s\n' 'stream view'
        case 'stream get'
            printf '%s\n' 'stream get'
        case 'stream gaps'
            printf '%s\n' 'stream gaps'
        case 'stream backup' 'stream snapshot'
            printf '%s\n' 'stream backup'
        case 'stream restore'
            printf '%s\n' 'stream restore'
        case 'stream cluster' 'stream c'
            printf '%s\n' 'stream cluster'
        case 'stream cluster step-down' 'stream cluster stepdown' 'stream cluster sd' 'stream cluster elect' 'stream cluster down' 'stream cluster d'
            printf '%s\n' 'stream cluster step-down'
        case 'stream cluster balance'
            printf '%s\n' 'stream cluster balance'
        case 'stream cluster peer-remove' 'stream cluster pr'
            printf '%s\n' 'stream cluster peer-remove'
        case 'stream graph'
            printf '%s\n' 'stream graph'
        case 'stream seal'
            printf '%s\n' 'stream seal'
        case ' consumer' ' con' ' obs' ' c'
            printf '%s\n' 'consumer'
        case 'consumer ls' 'consumer list'
            printf '%s\n' 'consumer ls'
        case 'consumer report'
            printf '%s\n' 'consumer report'
        case 'consumer find' 'consumer query'
            printf '%s\n' 'consumer find'
        case 'consumer info' 'consumer nfo'
            printf '%s\n' 'consumer info'
        case 'consumer state'
            printf '%s\n' 'consumer state'
        case 'consumer add' 'consumer create' 'consumer new'
            printf '%s\n' 'consumer add'
        case 'consumer edit' 'consumer update'
            printf '%s\n' 'consumer edit'
        case 'consumer copy' 'consumer cp'
            printf '%s\n' 'consumer copy'
        case 'consumer rm' 'consumer delete' 'consumer del'
            printf '%s\n' 'consumer rm'
        case 'consumer next'
            printf '%s\n' 'consumer next'
        case 'consumer cluster' 'consumer c'
            printf '%s\n' 'consumer cluster'
        case 'consumer cluster step-down' 'consumer cluster stepdown' 'consumer cluster sd' 'consumer cluster elect' 'consumer cluster down' 'consumer cluster d'
            printf '%s\n' 'consumer cluster step-down'
        case 'consumer cluster balance'
            printf '%s\n' 'consumer cluster balance'
        case 'consumer graph'
            printf '%s\n' 'consumer graph'
        case 'consumer pause'
            printf '%s\n' 'consumer pause'
        case 'consumer resume'
            printf '%s\n' 'consumer resume'
        case 'consumer reset'
            printf '%s\n' 'consumer reset'
        case 'consumer unpin'
            printf '%s\n' 'consumer unpin'
        case ' kv'
            printf '%s\n' 'kv'
        case 'kv add' 'kv new'
            printf '%s\n' 'kv add'
        case 'kv put'
            printf '%s\n' 'kv put'
        case 'kv get'
            printf '%s\n' 'kv get'
        case 'kv create'
            printf '%s\n' 'kv create'
        case 'kv update'
            printf '%s\n' 'kv update'
        case 'kv del' 'kv rm'
            printf '%s\n' 'kv del'
        case 'kv purge'
            printf '%s\n' 'kv purge'
        case 'kv history'
            printf '%s\n' 'kv history'
        case 'kv revert'
            printf '%s\n' 'kv revert'
        case 'kv edit'
            printf '%s\n' 'kv edit'
        case 'kv info' 'kv view' 'kv status'
            printf '%s\n' 'kv info'
        case 'kv watch'
            printf '%s\n' 'kv watch'
        case 'kv ls' 'kv list'
            printf '%s\n' 'kv ls'
        case 'kv compact'
            printf '%s\n' 'kv compact'
        case ' object' ' obj'
            printf '%s\n' 'object'
        case 'object add'
            printf '%s\n' 'object add'
        case 'object put'
            printf '%s\n' 'object put'
        case 'object get'
            printf '%s\n' 'object get'
        case 'object del' 'object rm'
            printf '%s\n' 'object del'
        case 'object info' 'object show' 'object i'
            printf '%s\n' 'object info'
        case 'object ls' 'object list'
            printf '%s\n' 'object ls'
        case 'object watch'
            printf '%s\n' 'object watch'
        case 'object edit'
            printf '%s\n' 'object edit'
        case 'object seal'
            printf '%s\n' 'object seal'
        case ' counter' ' ctr'
            printf '%s\n' 'counter'
        case 'counter get' 'counter g'
            printf '%s\n' 'counter get'
        case 'counter view' 'counter v'
            printf '%s\n' 'counter view'
        case 'counter increment' 'counter incr' 'counter inc' 'counter i'
            printf '%s\n' 'counter increment'
        case 'counter decrement' 'counter decr' 'counter dec' 'counter d'
            printf '%s\n' 'counter decrement'
        case 'counter list' 'counter l' 'counter ls'
            printf '%s\n' 'counter list'
        case ' rtt'
            printf '%s\n' 'rtt'
        case ' server-info'
            printf '%s\n' 'server-info'
        case ' account' ' a'
            printf '%s\n' 'account'
        case 'account info' 'account nfo'
            printf '%s\n' 'account info'
        case ' server' ' srv'
            printf '%s\n' 'server'
        case 'server info'
            printf '%s\n' 'server info'
        case 'server run'
            printf '%s\n' 'server run'
        case ' auth'
            printf '%s\n' 'auth'
        case 'auth check'
            printf '%s\n' 'auth check'
        case 'auth nkey' 'auth nk'
            printf '%s\n' 'auth nkey'
        case 'auth nkey gen'
            printf '%s\n' 'auth nkey gen'
        case 'auth nkey show'
            printf '%s\n' 'auth nkey show'
        case ' bench'
            printf '%s\n' 'bench'
        case 'bench suite'
            printf '%s\n' 'bench suite'
        case 'bench pub'
            printf '%s\n' 'bench pub'
        case 'bench sub'
            printf '%s\n' 'bench sub'
        case 'bench pubsub'
            printf '%s\n' 'bench pubsub'
        case 'bench request' 'bench req'
            printf '%s\n' 'bench request'
        case 'bench serve'
            printf '%s\n' 'bench serve'
        case 'bench agent'
            printf '%s\n' 'bench agent'
        case 'bench compare'
            printf '%s\n' 'bench compare'
        case 'bench service'
            printf '%s\n' 'bench service'
        case 'bench service request' 'bench service req'
            printf '%s\n' 'bench service request'
        case 'bench service serve'
            printf '%s\n' 'bench service serve'
        case 'bench js'
            printf '%s\n' 'bench js'
        case 'bench js pub'
            printf '%s\n' 'bench js pub'
        case 'bench js pub sync'
            printf '%s\n' 'bench js pub sync'
        case 'bench js pub async'
            printf '%s\n' 'bench js pub async'
        case 'bench js pub atomic' 'bench js pub batch'
            printf '%s\n' 'bench js pub atomic'
        case 'bench js pub fast'
            printf '%s\n' 'bench js pub fast'
        case 'bench js ordered'
            printf '%s\n' 'bench js ordered'
        case 'bench js consume'
            printf '%s\n' 'bench js consume'
        case 'bench js fetch'
            printf '%s\n' 'bench js fetch'
        case 'bench js get'
            printf '%s\n' 'bench js get'
        case 'bench js get sync'
            printf '%s\n' 'bench js get sync'
        case 'bench js get batch'
            printf '%s\n' 'bench js get batch'
        case 'bench kv'
            printf '%s\n' 'bench kv'
        case 'bench kv put'
            printf '%s\n' 'bench kv put'
        case 'bench kv get'
            printf '%s\n' 'bench kv get'
        case 'bench object'
            printf '%s\n' 'bench object'
        case 'bench object put'
            printf '%s\n' 'bench object put'
        case 'bench object get'
            printf '%s\n' 'bench object get'
        case ' demo'
            printf '%s\n' 'demo'
        case ' context' ' ctx'
            printf '%s\n' 'context'
        case 'context add' 'context create' 'context save'
            printf '%s\n' 'context add'
        case 'context copy' 'context cp'
            printf '%s\n' 'context copy'
        case 'context edit' 'context vi'
            printf '%s\n' 'context edit'
        case 'context ls' 'context list' 'context l'
            printf '%s\n' 'context ls'
        case 'context rm' 'context remove'
            printf '%s\n' 'context rm'
        case 'context select' 'context switch' 'context set'
            printf '%s\n' 'context select'
        case 'context unselect'
            printf '%s\n' 'context unselect'
        case 'context previous' 'context -'
            printf '%s\n' 'context previous'
        case 'context info' 'context show' 'context view' 'context v'
            printf '%s\n' 'context info'
        case 'context validate'
            printf '%s\n' 'context validate'
        case ' completion'
            printf '%s\n' 'completion'
        case '*'
            contains -- $argv[1] '' 'stream' 'stream cluster' 'consumer' 'consumer cluster' 'kv' 'object' 'counter' 'account' 'server' 'auth' 'auth nkey' 'bench' 'bench service' 'bench js' 'bench js pub' 'bench js get' 'bench kv' 'bench object' 'context'; and printf '%s\n' '?'
    end
end

# What stands below a command, and what it does.
function __natscli_commands
    switch $argv[1]
        case ''
            printf '%s\n' \
                'pub'\t'Publish messages to a subject.' \
                'sub'\t'Print the messages of some subjects.' \
                'req'\t'Send a request and print its replies.' \
                'reply'\t'Answer the requests on a subject.' \
                'top'\t'Watch live traffic, subject by subject.' \
                'record'\t'Record the messages of some subjects in a file.' \
                'replay'\t'Publish the messages of a recording again.' \
                'stream'\t'Streams: make, look into, change and remove them.' \
                'consumer'\t'Consumers, and the messages they deliver.' \
                'kv'\t'Keys and their values in buckets.' \
                'object'\t'Files and other objects in buckets.' \
                'counter'\t'Numbers that clients add to.' \
                'rtt'\t'Measure the round-trip time to the servers.' \
                'server-info'\t'Show what a server says of itself and of your account.' \
                'account'\t'Look at your account.' \
                'server'\t'Look at servers, and run one here.' \
                'auth'\t'Look into credentials and make keys, without a server.' \
                'bench'\t'Measure what a server and the way to it can do.' \
                'demo'\t'See live traffic on a server started for it.' \
                'context'\t'Save how to connect, by name.' \
                'completion'\t'Print the completion script of a shell.'
        case 'stream'
            printf '%s\n' \
                'ls'\t'List the streams.' \
                'report'\t'Report on all streams.' \
                'find'\t'Find streams by what they are and hold.' \
                'info'\t'Show a stream\'s configuration and state.' \
                'state'\t'Show a stream\'s state.' \
                'subjects'\t'Count the messages of each subject.' \
                'add'\t'Make a stream.' \
                'edit'\t'Change a stream.' \
                'copy'\t'Make a stream like another, with its messages if asked.' \
                'rm'\t'Remove a stream.' \
                'purge'\t'Remove messages of a stream.' \
                'rmm'\t'Remove one message of a stream.' \
                'view'\t'Show the messages of a stream page by page.' \
                'get'\t'Show one message of a stream.' \
                'gaps'\t'List the sequences that are missing.' \
                'backup'\t'Write a stream to a folder.' \
                'restore'\t'Make a stream of a backup.' \
                'cluster'\t'Leaders and replicas of streams.' \
                'graph'\t'Draw what a stream stores and removes, second by second.' \
                'seal'\t'Seal a stream for ever.'
        case 'stream cluster'
            printf '%s\n' \
                'step-down'\t'Have the leader give way.' \
                'balance'\t'Spread the leaders evenly.' \
                'peer-remove'\t'Take a server out of the replicas.'
        case 'consumer'
            printf '%s\n' \
                'ls'\t'List a stream\'s consumers.' \
                'report'\t'Report on a stream\'s consumers.' \
                'find'\t'Find consumers by what they are and do.' \
                'info'\t'Show a consumer\'s configuration and state.' \
                'state'\t'Show a consumer\'s state.' \
                'add'\t'Make a consumer.' \
                'edit'\t'Change a consumer.' \
                'copy'\t'Make a consumer like another.' \
                'rm'\t'Remove a consumer.' \
                'next'\t'Take messages from a pull consumer.' \
                'cluster'\t'Leaders of consumers.' \
                'graph'\t'Draw what a consumer delivers, second by second.' \
                'pause'\t'Have a consumer deliver nothing for a while.' \
                'resume'\t'Have a paused consumer go on.' \
                'reset'\t'Have a consumer begin anew.' \
                'unpin'\t'Let another client be the pinned one.'
        case 'consumer cluster'
            printf '%s\n' \
                'step-down'\t'Have the leader give way.' \
                'balance'\t'Spread the leaders evenly.'
        case 'kv'
            printf '%s\n' \
                'add'\t'Make a key-value bucket.' \
                'put'\t'Store a value under a key.' \
                'get'\t'Print the value of a key.' \
                'create'\t'Store a value under a key that has none.' \
                'update'\t'Store a value under a key, if that is still at a revision.' \
                'del'\t'Delete a key, or the whole bucket.' \
                'purge'\t'Delete a key and its history.' \
                'history'\t'Print what is kept of a key, oldest first.' \
                'revert'\t'Store the value that a key had at a revision again.' \
                'edit'\t'Change a bucket, or edit the value of a key in $VISUAL or $EDITOR.' \
                'info'\t'Show how a bucket is configured.' \
                'watch'\t'Print values as they change.' \
                'ls'\t'List the buckets, or the keys in one.' \
                'compact'\t'Reclaim the space of deleted keys.'
        case 'object'
            printf '%s\n' \
                'add'\t'Make an object bucket.' \
                'put'\t'Store a file, or standard input, as an object.' \
                'get'\t'Write an object to a file.' \
                'del'\t'Delete an object, or the whole bucket.' \
                'info'\t'Show a bucket, or an object in it.' \
                'ls'\t'List the buckets, or the objects in one.' \
                'watch'\t'Print what is put and deleted, as it happens.' \
                'edit'\t'Change an object bucket.' \
                'seal'\t'Let nothing in a bucket be changed any more.'
        case 'counter'
            printf '%s\n' \
                'get'\t'Print the value of a counter.' \
                'view'\t'Show a counter, and where its value comes from.' \
                'increment'\t'Add to a counter, and print its value.' \
                'decrement'\t'Take from a counter, and print its value.' \
                'list'\t'List the counters of a stream.'
        case 'account'
            printf '%s\n' \
                'info'\t'Show who you are to the server: user, account, permissions, limits, JetStream usage.'
        case 'server'
            printf '%s\n' \
                'info'\t'Show what a server says of itself and of your account.' \
                'run'\t'Run a NATS server on this machine.'
        case 'auth'
            printf '%s\n' \
                'check'\t'Show what credentials are, and whether they hold now.' \
                'nkey'\t'Make and show NKeys.'
        case 'auth nkey'
            printf '%s\n' \
                'gen'\t'Make a new NKey.' \
                'show'\t'Show the public key that belongs to a seed.'
        case 'bench'
            printf '%s\n' \
                'suite'\t'Measure a little of everything; what bench alone does.' \
                'pub'\t'Publish, and count what the server confirms.' \
                'sub'\t'Receive what others publish, each client all of it.' \
                'pubsub'\t'Publish and receive at once, and account for every message.' \
                'request'\t'Make requests, and time each to its reply.' \
                'serve'\t'Answer requests with two bytes until Ctrl-C, and say how many there were.' \
                'agent'\t'Take part in the runs of bench --agents elsewhere.' \
                'compare'\t'Compare two reports, run by run.' \
                'service'\t'The same under the Go CLI\'s names.' \
                'js'\t'Store messages in streams, and read them.' \
                'kv'\t'Put values into key-value buckets, and get them.' \
                'object'\t'Put objects into object buckets, and get them.'
        case 'bench service'
            printf '%s\n' \
                'request'\t'Make requests, and time each to its reply.' \
                'serve'\t'Answer requests with two bytes until Ctrl-C, and say how many there were.'
        case 'bench js'
            printf '%s\n' \
                'pub'\t'Store messages, and count what the stream acknowledges.' \
                'ordered'\t'Read a stream in order, each client all of it, with an ordered consumer of its own.' \
                'consume'\t'Receive a durable consumer\'s messages as they come, shared by the clients.' \
                'fetch'\t'Fetch a durable consumer\'s messages batch by batch, shared by the clients.' \
                'get'\t'Get messages without a consumer, each client from the first on.'
        case 'bench js pub'
            printf '%s\n' \
                'sync'\t'Store messages one at a time, and time each to its acknowledgement.' \
                'async'\t'Store messages with a sliding window of acknowledgements.' \
                'atomic'\t'Store batches of which all messages are stored, or none (nats-server 2.12).' \
                'fast'\t'Store messages in one fast batch, acknowledged as it goes (nats-server 2.14).'
        case 'bench js get'
            printf '%s\n' \
                'sync'\t'Get messages by sequence, one at a time, each client from the first on.' \
                'batch'\t'Get messages in batches, each client from the first on.'
        case 'bench kv'
            printf '%s\n' \
                'put'\t'Put values under the keys 0, 1, …, and time each to its acknowledgement.' \
                'get'\t'Get the values of the keys 0, 1, …, and time each.'
        case 'bench object'
            printf '%s\n' \
                'put'\t'Store the objects 0, 1, … whole, and time each.' \
                'get'\t'Get the objects 0, 1, … whole, digests checked, and time each.'
        case 'context'
            printf '%s\n' \
                'add'\t'Save how to connect as a context, or change one.' \
                'copy'\t'Copy a context, with what is typed changed.' \
                'edit'\t'Edit a context\'s JSON in $VISUAL or $EDITOR.' \
                'ls'\t'List the saved contexts; * marks the selected one.' \
                'rm'\t'Remove a context.' \
                'select'\t'Select the context that is used where none is named.' \
                'unselect'\t'Let no context be selected.' \
                'previous'\t'Select the context that was selected before.' \
                'info'\t'Show a context, secrets masked.' \
                'validate'\t'Check one context or all: values, files, and with --connect the servers.'
    end
end

function __natscli_shared_options
    printf '%s\n' \
        '--server'\t'any'\t'Server URLs, comma separated. [NATS_URL]' \
        '-s'\t'any'\t'Server URLs, comma separated. [NATS_URL]' \
        '--context'\t'context'\t'A saved context\'s name or file. [NATS_CONTEXT]' \
        '--no-context'\t''\t'Use no saved context.' \
        '--user'\t'any'\t'User name. [NATS_USER]' \
        '--password'\t'any'\t'Better not typed: others see it. [NATS_PASSWORD]' \
        '--password-file'\t'file'\t'A file with the password alone.' \
        '--token'\t'any'\t'Better not typed: others see it. [NATS_TOKEN]' \
        '--creds'\t'file'\t'Credentials file (JWT and seed). [NATS_CREDS]' \
        '--nkey'\t'file'\t'NKey seed file. [NATS_NKEY]' \
        '--jwt'\t'any'\t'User JWT, or where it is (file://PATH). [NATS_JWT]' \
        '--seed'\t'any'\t'Where the JWT\'s seed is (file://PATH); typed, others see it. [NATS_SEED]' \
        '--tlsca'\t'file'\t'CA certificates to trust. [NATS_CA]' \
        '--tlscert'\t'file'\t'Client certificate. [NATS_CERT]' \
        '--tlskey'\t'file'\t'Client key. [NATS_KEY]' \
        '--tlsfirst'\t''\t'Do the TLS handshake before INFO.' \
        '--tlsname'\t'any'\t'The name the server\'s certificate bears.' \
        '--tlskey-password-file'\t'any'\t'Holds the client key\'s password. [NATS_KEY_PASSWORD_FILE]' \
        '--tls-insecure'\t''\t'Take any certificate: whoever answers.' \
        '--proxy'\t'any'\t'socks5:// or http:// URL, env, or none. [NATS_SOCKS_PROXY]' \
        '--socks-proxy'\t'any'\t'socks5:// or http:// URL, env, or none. [NATS_SOCKS_PROXY]' \
        '--ws-header'\t'any'\t'Sent with a WebSocket\'s handshake. [NATS_WS_HEADER]' \
        '--timeout'\t'any'\t'How long to wait. [NATS_TIMEOUT; 5s]' \
        '--connection-name'\t'any'\t'What the server calls us.' \
        '--inbox-prefix'\t'any'\t'Instead of _INBOX.' \
        '--js-domain'\t'any'\t'The JetStream domain to use.' \
        '--js-api-prefix'\t'any'\t'Instead of $JS.API.' \
        '--js-event-prefix'\t'any'\t'Instead of $JS.EVENT.' \
        '--trace'\t''\t'Show the protocol, secrets blanked.' \
        '--debug'\t''\t'Show tracebacks.' \
        '--color'\t''\t'Colour or none, whatever the output is.' \
        '--no-color'\t''\t'Colour or none, whatever the output is.' \
        '--help'\t''\t'Show this message and exit.' \
        '-h'\t''\t'Show this message and exit.'
end

# Each flag of a command, the kind of its value, and what it is for.
function __natscli_options
    switch $argv[1]
        case ''
            printf '%s\n' \
                '--version'\t''\t'Show the version.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'pub'
            printf '%s\n' \
                '--ndjson'\t''\t'Messages as sub -o json prints them, from @FILE or standard input.' \
                '--count'\t'any'\t'Publish each message this many times.' \
                '--sleep'\t'any'\t'Pause between messages.' \
                '--rate'\t'any'\t'Messages a second, by the clock.' \
                '--reply'\t'any'\t'The subject replies should go to.' \
                '--stats'\t''\t'Say how fast it went.' \
                '--quiet'\t''\t'No notices; errors still show.' \
                '-q'\t''\t'No notices; errors still show.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--templates'\t''\t'Fill in {{Count}} and the like. [typed: yes, piped: no]' \
                '--no-templates'\t''\t'Fill in {{Count}} and the like. [typed: yes, piped: no]' \
                '--send-on'\t':eof,newline,nul'\t'What ends a message on standard input.' \
                '--force-stdin'\t''\t'Read standard input; the same as a body of -.' \
                '--jetstream'\t''\t'Wait until a stream has each message.' \
                '-J'\t''\t'Wait until a stream has each message.' \
                '--msg-id'\t'any'\t'An id for each message, by which the stream keeps it once: \'order-{{Count}}\'.' \
                '--expect-stream'\t'any'\t'Only into this stream.' \
                '--expect-last-seq'\t'any'\t'Only behind this sequence.' \
                '--expect-last-subject-seq'\t'any'\t'Only if this is the subject\'s last; 0 for none.' \
                '--expect-last-msg-id'\t'any'\t'Only behind this id.' \
                '--ttl'\t'any'\t'How long it is kept, or never.' \
                '--window'\t'any'\t'Most messages without acknowledgement.' \
                '--retry-for'\t'any'\t'How long messages with ids are tried on with. [--timeout]' \
                '--output'\t':human,json'\t'How acknowledgements are printed.' \
                '-o'\t':human,json'\t'How acknowledgements are printed.' \
                '--atomic'\t''\t'All messages or none; the same as --jetstream.' \
                '--schedule-after'\t'any'\t'Publish it after this long.' \
                '--schedule-at'\t'any'\t'At an RFC 3339 time.' \
                '--schedule-cron'\t'any'\t'By a cron pattern.' \
                '--schedule-every'\t'any'\t'Again and again.' \
                '--schedule-dest'\t'any'\t'Where to.' \
                '--schedule-source'\t'any'\t'The last message of this subject is what is published.' \
                '--schedule-ttl'\t'any'\t'How long what was published is kept.'
            __natscli_shared_options
        case 'sub'
            printf '%s\n' \
                '--queue'\t'any'\t'Share the messages with this queue group.' \
                '--count'\t'any'\t'End after this many messages. [0: never]' \
                '--wait'\t'any'\t'End after this long without one.' \
                '--ignore-subject'\t'any'\t'Leave these out; may be repeated.' \
                '-I'\t'any'\t'Leave these out; may be repeated.' \
                '--ping-interval'\t'any'\t'A frozen server is noticed after three of these. [10s]' \
                '--inbox'\t''\t'Subscribe to a new inbox, and say which.' \
                '-i'\t''\t'Subscribe to a new inbox, and say which.' \
                '--ack'\t''\t'Acknowledge JetStream messages once they are printed.' \
                '--output'\t':human,raw,json,none'\t'How messages are printed. [.natscli.toml; human]' \
                '-o'\t':human,raw,json,none'\t'How messages are printed. [.natscli.toml; human]' \
                '--raw'\t''\t'Bodies only, as they are; -o raw.' \
                '-r'\t''\t'Bodies only, as they are; -o raw.' \
                '--separator'\t'any'\t'What follows each raw body. [a line feed]' \
                '--null'\t''\t'A NUL follows each raw body.' \
                '-0'\t''\t'A NUL follows each raw body.' \
                '--format'\t'any'\t'A line for each, such as \'{time} {subject} {data}\'.' \
                '--headers-only'\t''\t'No bodies.' \
                '--subjects-only'\t''\t'Neither headers nor bodies.' \
                '--timestamp'\t''\t'Show when each was read.' \
                '-t'\t''\t'Show when each was read.' \
                '--delta-time'\t''\t'Show the time since the start.' \
                '-d'\t''\t'Show the time since the start.' \
                '--translate'\t'any'\t'Show what this program makes of each body on its input.' \
                '--dump'\t'folder'\t'A JSON file for each; - is stdout, ended by NULs.' \
                '--stats'\t''\t'Say how fast it went.' \
                '--match-replies'\t''\t'Show requests with their replies.' \
                '--report-subjects'\t''\t'A table of subjects instead.' \
                '--report-subscriptions'\t''\t'A table of what was subscribed to instead.' \
                '--report-top'\t'any'\t'Rows of the table.' \
                '--where'\t'any'\t'Only those for which this holds, such as \'json.user.id > 5 and size < 1000\'.' \
                '--grep'\t'any'\t'Only those whose body matches.' \
                '--header'\t'any'\t'Only those with this header; may be repeated.' \
                '--not'\t''\t'Only those that these leave out.' \
                '--decode'\t'any'\t'auto, json, msgpack, cbor, gzip, zstd or proto:FILE#Type.' \
                '--pretty'\t''\t'Decoded structures on many lines.' \
                '--stream'\t'any'\t'Messages of this stream.' \
                '--durable'\t'any'\t'With this durable consumer, made if it is not there; each message is acknowledged once written.' \
                '--all'\t''\t'From the first message on.' \
                '--new'\t''\t'Those to come.' \
                '--last'\t''\t'From the last message on.' \
                '--since'\t'any'\t'Those of this long ago on.' \
                '--start-sequence'\t'any'\t'From this sequence on.' \
                '--last-per-subject'\t''\t'The last of each subject, and those to come.' \
                '--direct'\t''\t'With batched direct gets, without a consumer.' \
                '--terminate-at-end'\t''\t'End where the stream ends.' \
                '-T'\t''\t'End where the stream ends.' \
                '--exactly-once'\t''\t'Acknowledgements are confirmed, and what comes again is left out.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'req'
            printf '%s\n' \
                '--count'\t'any'\t'Send each request this many times.' \
                '--parallel'\t'any'\t'Keep this many requests in flight.' \
                '--replies'\t'any'\t'How many; 0 is all until the time-out.' \
                '--reply-timeout'\t'any'\t'Patience for further replies.' \
                '--wait-for-empty'\t''\t'Take replies until an empty one says that there are no more.' \
                '--translate'\t'any'\t'Show what this program makes of each body on its input.' \
                '--raw'\t''\t'The replies\' bodies and nothing else.' \
                '-r'\t''\t'The replies\' bodies and nothing else.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--templates'\t''\t'Fill in {{Count}} and the like. [typed: yes, piped: no]' \
                '--no-templates'\t''\t'Fill in {{Count}} and the like. [typed: yes, piped: no]' \
                '--send-on'\t':eof,newline,nul'\t'What ends a message on standard input.' \
                '--force-stdin'\t''\t'Read standard input; the same as a body of -.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'reply'
            printf '%s\n' \
                '--queue'\t'any'\t'The queue group that shares the work.' \
                '-q'\t'any'\t'The queue group that shares the work.' \
                '--count'\t'any'\t'End after this many requests. [0: never]' \
                '--ping-interval'\t'any'\t'A frozen server is noticed after three of these. [10s]' \
                '--echo'\t''\t'Answer with the request\'s body and headers.' \
                '--command'\t'any'\t'Answer with what this program makes of the body.' \
                '--sleep'\t'any'\t'Pause at random, at most so long.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--templates'\t''\t'Fill in {{Count}} and the like. [typed: yes, piped: no]' \
                '--no-templates'\t''\t'Fill in {{Count}} and the like. [typed: yes, piped: no]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'top'
            printf '%s\n' \
                '--for'\t'any'\t'End after this long, with the figures.' \
                '--once'\t''\t'Watch for one --interval, print the figures and end.' \
                '--interval'\t'any'\t'Between two prints of the figures. [1s]' \
                '--json'\t''\t'As JSON.' \
                '-j'\t''\t'As JSON.' \
                '--csv'\t''\t'As CSV, one line for each subject.' \
                '--top'\t'any'\t'Rows to print. [20]' \
                '-n'\t'any'\t'Rows to print. [20]' \
                '--sort'\t':rate,rate-10s,rate-60s,bytes-rate,messages,bytes,mean,largest,idle,latency,unanswered,subject'\t'What the rows are sorted by. [rate; in the app a tree]' \
                '--fold'\t''\t'Show tokens that are identifiers as one *, as orders.*.paid.' \
                '--no-fold'\t''\t'Show tokens that are identifiers as one *, as orders.*.paid.' \
                '--internal'\t''\t'Show $SYS, $JS and inboxes too.' \
                '--latency'\t''\t'Pair requests with replies; subscribes to inboxes.' \
                '--no-latency'\t''\t'Pair requests with replies; subscribes to inboxes.' \
                '--ignore-subject'\t'any'\t'Leave these out; may be repeated.' \
                '-I'\t'any'\t'Leave these out; may be repeated.' \
                '--alert'\t'any'\t'Warn while this holds, and exit with 1, as \'rate(orders.>) > 1000\'; may be repeated.' \
                '--ping-interval'\t'any'\t'A frozen server is noticed after three of these. [10s]' \
                '--from'\t'file'\t'Play a recording instead; may be repeated.' \
                '--read-only'\t''\t'Publish nothing from the app. [only with --web]' \
                '--no-read-only'\t''\t'Publish nothing from the app. [only with --web]' \
                '--decode'\t'any'\t'What payloads are: auto, json, msgpack, cbor, gzip, zstd or proto:FILE#Type.' \
                '--monitor'\t'any'\t'A server\'s HTTP monitoring, as http://host:8222; once for each server.' \
                '--web'\t''\t'Show the app in a browser; prints the URL.' \
                '--address'\t'any'\t'With --web: an address of this machine alone. [127.0.0.1]' \
                '--port'\t'any'\t'With --web: the port. [one that is free]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'record'
            printf '%s\n' \
                '--out'\t'file'\t'Compressed where it ends in .zst or .gz; mode 0600.' \
                '-O'\t'file'\t'Compressed where it ends in .zst or .gz; mode 0600.' \
                '--append'\t''\t'Continue the file if it exists.' \
                '--rotate-size'\t'any'\t'Numbered files of at most this, as 100MB.' \
                '--rotate-every'\t'any'\t'Numbered files, a new one so often.' \
                '--queue'\t'any'\t'Share the messages with this queue group.' \
                '--count'\t'any'\t'End after this many messages. [0: never]' \
                '--wait'\t'any'\t'End after this long without one.' \
                '--ignore-subject'\t'any'\t'Leave these out; may be repeated.' \
                '-I'\t'any'\t'Leave these out; may be repeated.' \
                '--ping-interval'\t'any'\t'A frozen server is noticed after three of these. [10s]' \
                '--where'\t'any'\t'Only those for which this holds, such as \'json.user.id > 5 and size < 1000\'.' \
                '--grep'\t'any'\t'Only those whose body matches.' \
                '--header'\t'any'\t'Only those with this header; may be repeated.' \
                '--not'\t''\t'Only those that these leave out.' \
                '--decode'\t'any'\t'What --where and --grep look into: auto, json, msgpack, cbor, gzip, zstd or proto:FILE#Type. Bodies stay as they are.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'replay'
            printf '%s\n' \
                '--speed'\t'any'\t'So many times as fast, or without gaps.' \
                '--loop'\t''\t'Again and again until Ctrl-C.' \
                '--map'\t'any any'\t'Rename subjects, as \'orders.>\' \'test.orders.>\'; may be repeated, the first that matches counts.' \
                '--filter'\t'any'\t'Only what was recorded on these; may be repeated.' \
                '--strict'\t''\t'Play nothing unless every line is good.' \
                '--where'\t'any'\t'Only those for which this holds, such as \'json.user.id > 5 and size < 1000\'.' \
                '--grep'\t'any'\t'Only those whose body matches.' \
                '--header'\t'any'\t'Only those with this header; may be repeated.' \
                '--not'\t''\t'Only those that these leave out.' \
                '--decode'\t'any'\t'What --where and --grep look into: auto, json, msgpack, cbor, gzip, zstd or proto:FILE#Type. Bodies stay as they are.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'stream ls'
            printf '%s\n' \
                '--subject'\t'any'\t'Only streams with messages of it.' \
                '--names'\t''\t'The names alone.' \
                '-n'\t''\t'The names alone.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream report'
            printf '%s\n' \
                '--subject'\t'any'\t'Only streams with messages of it.' \
                '--cluster'\t'any'\t'Only streams of this cluster.' \
                '--consumers'\t''\t'Sort by consumers.' \
                '-o'\t''\t'Sort by consumers.' \
                '--messages'\t''\t'Sort by messages.' \
                '-m'\t''\t'Sort by messages.' \
                '--name'\t''\t'Sort by name.' \
                '-n'\t''\t'Sort by name.' \
                '--storage'\t''\t'Sort by storage.' \
                '-t'\t''\t'Sort by storage.' \
                '--raw'\t''\t'Numbers as they are.' \
                '-r'\t''\t'Numbers as they are.' \
                '--dot'\t'file'\t'Write a graph of who copies whom.' \
                '--leaders'\t''\t'How many each server leads.' \
                '-l'\t''\t'How many each server leads.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream find'
            printf '%s\n' \
                '--subject'\t'any'\t'Only streams with messages of it.' \
                '--names'\t''\t'The names alone.' \
                '-n'\t''\t'The names alone.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--server-name'\t'any'\t'Kept by such a server (regex).' \
                '--cluster'\t'any'\t'In such a cluster (regex).' \
                '--empty'\t''\t'Without messages.' \
                '--idle'\t'any'\t'Without new messages for so long.' \
                '--created'\t'any'\t'Made longer ago.' \
                '--consumers'\t'any'\t'With so many consumers at most; -1 for any.' \
                '--replicas'\t'any'\t'With so many replicas at most.' \
                '--sourced'\t''\t'That take in other streams.' \
                '--mirrored'\t''\t'That mirror another stream.' \
                '--leader'\t'any'\t'Led by this server.' \
                '--api-level'\t'any'\t'That need this API level or more.' \
                '--expression'\t'any'\t'Of which it is true: config, state and info have fields.' \
                '--invert'\t''\t'Those of which all that is the other way round.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream info'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--state'\t''\t'The state alone.' \
                '--no-select'\t''\t'Offer no list where no stream is named.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream state'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--no-select'\t''\t'Offer no list where no stream is named.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream subjects'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--sort'\t':name,subjects,messages,count'\t'name, or messages.' \
                '--reverse'\t''\t'The other way round.' \
                '-R'\t''\t'The other way round.' \
                '--names'\t''\t'The names alone.' \
                '-n'\t''\t'The names alone.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream add'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--subjects'\t'any'\t'What it stores.' \
                '--description'\t'any'\t'What it is for.' \
                '--compression'\t':none,s2'\t'none or s2.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--tag'\t'any'\t'Only servers with this tag; \'\' for any.' \
                '--tags'\t'any'\t'Only servers with this tag; \'\' for any.' \
                '--cluster'\t'any'\t'Only servers of this cluster; \'\' for any.' \
                '--ack'\t''\t'Acknowledge what is published.' \
                '--no-ack'\t''\t'Acknowledge what is published.' \
                '--retention'\t':limits,interest,work,workq'\t'limits, interest or work.' \
                '--discard'\t':old,new'\t'What gives way at a limit: old or new.' \
                '--discard-per-subject'\t''\t'New gives way in each subject.' \
                '--no-discard-per-subject'\t''\t'New gives way in each subject.' \
                '--max-age'\t'any'\t'How old messages get; -1 for any.' \
                '--max-bytes'\t'any'\t'The most bytes; -1 for any.' \
                '--max-consumers'\t'any'\t'The most consumers; -1 for any.' \
                '--max-msg-size'\t'any'\t'The largest message.' \
                '--max-msgs'\t'any'\t'The most messages; -1 for any.' \
                '--max-msgs-per-subject'\t'any'\t'The most messages of a subject; -1 for any.' \
                '--dupe-window'\t'any'\t'How long message ids are remembered.' \
                '--mirror'\t'any'\t'Mirror a stream: its name, or a JSON object.' \
                '--source'\t'any'\t'Take in a stream: its name, or a JSON object.' \
                '--allow-batch'\t''\t'Batches that are stored whole or not at all.' \
                '--no-allow-batch'\t''\t'Batches that are stored whole or not at all.' \
                '--allow-fast'\t''\t'Fast batches.' \
                '--no-allow-fast'\t''\t'Fast batches.' \
                '--allow-counter'\t''\t'Counters, in place of messages.' \
                '--no-allow-counter'\t''\t'Counters, in place of messages.' \
                '--allow-rollup'\t''\t'Messages that replace all before them.' \
                '--no-allow-rollup'\t''\t'Messages that replace all before them.' \
                '--deny-delete'\t''\t'No message is deleted by hand.' \
                '--no-deny-delete'\t''\t'No message is deleted by hand.' \
                '--deny-purge'\t''\t'Nothing is purged.' \
                '--no-deny-purge'\t''\t'Nothing is purged.' \
                '--allow-direct'\t''\t'Any replica answers a get.' \
                '--no-allow-direct'\t''\t'Any replica answers a get.' \
                '--allow-mirror-direct'\t''\t'A mirror answers, too.' \
                '--no-allow-mirror-direct'\t''\t'A mirror answers, too.' \
                '--allow-msg-ttl'\t''\t'Messages say how long they live.' \
                '--no-allow-msg-ttl'\t''\t'Messages say how long they live.' \
                '--allow-schedules'\t''\t'Messages say when they are due.' \
                '--no-allow-schedules'\t''\t'Messages say when they are due.' \
                '--subject-del-markers-ttl'\t'any'\t'How long markers of removal live.' \
                '--transform-source'\t'any'\t'Subjects to rename.' \
                '--transform-destination'\t'any'\t'Their new names.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--republish-source'\t'any'\t'Subjects to publish again.' \
                '--republish-destination'\t'any'\t'On what subjects.' \
                '--republish-headers'\t''\t'Without bodies.' \
                '--storage'\t':file,f,memory,m'\t'file or memory.' \
                '--first-sequence'\t'any'\t'Where sequences begin.' \
                '--limit-consumer-inactive'\t'any'\t'The longest a consumer may be idle.' \
                '--limit-consumer-max-pending'\t'any'\t'The most a consumer may owe.' \
                '--persist-mode'\t':default,async'\t'default or async.' \
                '--config'\t'file'\t'A JSON file with the configuration, or an info.' \
                '--validate'\t''\t'Check the configuration, and make nothing.' \
                '--output'\t'file'\t'Write the configuration, and make nothing.' \
                '--defaults'\t''\t'The usual for what is not said.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream edit'
            printf '%s\n' \
                '--no-mirror'\t''\t'Mirror no more; be a stream of its own.' \
                '--no-transform'\t''\t'Rename subjects no more.' \
                '--no-republish'\t''\t'Publish nothing again.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--subjects'\t'any'\t'What it stores.' \
                '--description'\t'any'\t'What it is for.' \
                '--compression'\t':none,s2'\t'none or s2.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--tag'\t'any'\t'Only servers with this tag; \'\' for any.' \
                '--tags'\t'any'\t'Only servers with this tag; \'\' for any.' \
                '--cluster'\t'any'\t'Only servers of this cluster; \'\' for any.' \
                '--ack'\t''\t'Acknowledge what is published.' \
                '--no-ack'\t''\t'Acknowledge what is published.' \
                '--retention'\t':limits,interest,work,workq'\t'limits, interest or work.' \
                '--discard'\t':old,new'\t'What gives way at a limit: old or new.' \
                '--discard-per-subject'\t''\t'New gives way in each subject.' \
                '--no-discard-per-subject'\t''\t'New gives way in each subject.' \
                '--max-age'\t'any'\t'How old messages get; -1 for any.' \
                '--max-bytes'\t'any'\t'The most bytes; -1 for any.' \
                '--max-consumers'\t'any'\t'The most consumers; -1 for any.' \
                '--max-msg-size'\t'any'\t'The largest message.' \
                '--max-msgs'\t'any'\t'The most messages; -1 for any.' \
                '--max-msgs-per-subject'\t'any'\t'The most messages of a subject; -1 for any.' \
                '--dupe-window'\t'any'\t'How long message ids are remembered.' \
                '--mirror'\t'any'\t'Mirror a stream: its name, or a JSON object.' \
                '--source'\t'any'\t'Take in a stream: its name, or a JSON object.' \
                '--allow-batch'\t''\t'Batches that are stored whole or not at all.' \
                '--no-allow-batch'\t''\t'Batches that are stored whole or not at all.' \
                '--allow-fast'\t''\t'Fast batches.' \
                '--no-allow-fast'\t''\t'Fast batches.' \
                '--allow-counter'\t''\t'Counters, in place of messages.' \
                '--no-allow-counter'\t''\t'Counters, in place of messages.' \
                '--allow-rollup'\t''\t'Messages that replace all before them.' \
                '--no-allow-rollup'\t''\t'Messages that replace all before them.' \
                '--deny-delete'\t''\t'No message is deleted by hand.' \
                '--no-deny-delete'\t''\t'No message is deleted by hand.' \
                '--deny-purge'\t''\t'Nothing is purged.' \
                '--no-deny-purge'\t''\t'Nothing is purged.' \
                '--allow-direct'\t''\t'Any replica answers a get.' \
                '--no-allow-direct'\t''\t'Any replica answers a get.' \
                '--allow-mirror-direct'\t''\t'A mirror answers, too.' \
                '--no-allow-mirror-direct'\t''\t'A mirror answers, too.' \
                '--allow-msg-ttl'\t''\t'Messages say how long they live.' \
                '--no-allow-msg-ttl'\t''\t'Messages say how long they live.' \
                '--allow-schedules'\t''\t'Messages say when they are due.' \
                '--no-allow-schedules'\t''\t'Messages say when they are due.' \
                '--subject-del-markers-ttl'\t'any'\t'How long markers of removal live.' \
                '--transform-source'\t'any'\t'Subjects to rename.' \
                '--transform-destination'\t'any'\t'Their new names.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--republish-source'\t'any'\t'Subjects to publish again.' \
                '--republish-destination'\t'any'\t'On what subjects.' \
                '--republish-headers'\t''\t'Without bodies.' \
                '--config'\t'file'\t'A JSON file with the configuration, or an info.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--interactive'\t''\t'Edit it in $VISUAL or $EDITOR.' \
                '-i'\t''\t'Edit it in $VISUAL or $EDITOR.' \
                '--dry-run'\t''\t'Show what differs; exit code 1 if anything.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream copy'
            printf '%s\n' \
                '--data'\t''\t'Copy the messages, too.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--subjects'\t'any'\t'What it stores.' \
                '--description'\t'any'\t'What it is for.' \
                '--compression'\t':none,s2'\t'none or s2.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--tag'\t'any'\t'Only servers with this tag; \'\' for any.' \
                '--tags'\t'any'\t'Only servers with this tag; \'\' for any.' \
                '--cluster'\t'any'\t'Only servers of this cluster; \'\' for any.' \
                '--ack'\t''\t'Acknowledge what is published.' \
                '--no-ack'\t''\t'Acknowledge what is published.' \
                '--retention'\t':limits,interest,work,workq'\t'limits, interest or work.' \
                '--discard'\t':old,new'\t'What gives way at a limit: old or new.' \
                '--discard-per-subject'\t''\t'New gives way in each subject.' \
                '--no-discard-per-subject'\t''\t'New gives way in each subject.' \
                '--max-age'\t'any'\t'How old messages get; -1 for any.' \
                '--max-bytes'\t'any'\t'The most bytes; -1 for any.' \
                '--max-consumers'\t'any'\t'The most consumers; -1 for any.' \
                '--max-msg-size'\t'any'\t'The largest message.' \
                '--max-msgs'\t'any'\t'The most messages; -1 for any.' \
                '--max-msgs-per-subject'\t'any'\t'The most messages of a subject; -1 for any.' \
                '--dupe-window'\t'any'\t'How long message ids are remembered.' \
                '--mirror'\t'any'\t'Mirror a stream: its name, or a JSON object.' \
                '--source'\t'any'\t'Take in a stream: its name, or a JSON object.' \
                '--allow-batch'\t''\t'Batches that are stored whole or not at all.' \
                '--no-allow-batch'\t''\t'Batches that are stored whole or not at all.' \
                '--allow-fast'\t''\t'Fast batches.' \
                '--no-allow-fast'\t''\t'Fast batches.' \
                '--allow-counter'\t''\t'Counters, in place of messages.' \
                '--no-allow-counter'\t''\t'Counters, in place of messages.' \
                '--allow-rollup'\t''\t'Messages that replace all before them.' \
                '--no-allow-rollup'\t''\t'Messages that replace all before them.' \
                '--deny-delete'\t''\t'No message is deleted by hand.' \
                '--no-deny-delete'\t''\t'No message is deleted by hand.' \
                '--deny-purge'\t''\t'Nothing is purged.' \
                '--no-deny-purge'\t''\t'Nothing is purged.' \
                '--allow-direct'\t''\t'Any replica answers a get.' \
                '--no-allow-direct'\t''\t'Any replica answers a get.' \
                '--allow-mirror-direct'\t''\t'A mirror answers, too.' \
                '--no-allow-mirror-direct'\t''\t'A mirror answers, too.' \
                '--allow-msg-ttl'\t''\t'Messages say how long they live.' \
                '--no-allow-msg-ttl'\t''\t'Messages say how long they live.' \
                '--allow-schedules'\t''\t'Messages say when they are due.' \
                '--no-allow-schedules'\t''\t'Messages say when they are due.' \
                '--subject-del-markers-ttl'\t'any'\t'How long markers of removal live.' \
                '--transform-source'\t'any'\t'Subjects to rename.' \
                '--transform-destination'\t'any'\t'Their new names.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--republish-source'\t'any'\t'Subjects to publish again.' \
                '--republish-destination'\t'any'\t'On what subjects.' \
                '--republish-headers'\t''\t'Without bodies.' \
                '--storage'\t':file,f,memory,m'\t'file or memory.' \
                '--first-sequence'\t'any'\t'Where sequences begin.' \
                '--limit-consumer-inactive'\t'any'\t'The longest a consumer may be idle.' \
                '--limit-consumer-max-pending'\t'any'\t'The most a consumer may owe.' \
                '--persist-mode'\t':default,async'\t'default or async.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream rm'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream purge'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--subject'\t'any'\t'Only messages of this.' \
                '--seq'\t'any'\t'Only those before it.' \
                '--keep'\t'any'\t'All but the last so many.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream rmm'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream view'
            printf '%s\n' \
                '--id'\t'any'\t'Begin at this sequence.' \
                '--since'\t'any'\t'Begin so long ago.' \
                '--raw'\t''\t'The bodies and nothing else.' \
                '--translate'\t'any'\t'Show what this program makes of each body on its input.' \
                '--subject'\t'any'\t'Only messages of this.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream get'
            printf '%s\n' \
                '--last-for'\t'any'\t'The last of a subject.' \
                '-S'\t'any'\t'The last of a subject.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--translate'\t'any'\t'Show what this program makes of each body on its input.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream gaps'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream backup'
            printf '%s\n' \
                '--progress'\t''\t'Show how far it is, on a terminal.' \
                '--no-progress'\t''\t'Show how far it is, on a terminal.' \
                '--check'\t''\t'Have the server check every message first.' \
                '--consumers'\t''\t'With its consumers.' \
                '--no-consumers'\t''\t'With its consumers.' \
                '--chunk-size'\t'any'\t'What is sent at once.' \
                '--window-size'\t'any'\t'What may be on its way.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream restore'
            printf '%s\n' \
                '--config'\t'file'\t'A JSON file with the configuration, or an info.' \
                '--progress'\t''\t'Show how far it is, on a terminal.' \
                '--no-progress'\t''\t'Show how far it is, on a terminal.' \
                '--cluster'\t'any'\t'Only servers of this cluster.' \
                '--tag'\t'any'\t'Only servers with this tag.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream cluster'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'stream cluster step-down'
            printf '%s\n' \
                '--preferred'\t'any'\t'Who should lead then.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream cluster balance'
            printf '%s\n' \
                '--subject'\t'any'\t'Only streams with messages of it.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--server-name'\t'any'\t'Kept by such a server (regex).' \
                '--cluster'\t'any'\t'In such a cluster (regex).' \
                '--empty'\t''\t'Without messages.' \
                '--idle'\t'any'\t'Without new messages for so long.' \
                '--created'\t'any'\t'Made longer ago.' \
                '--consumers'\t'any'\t'With so many consumers at most; -1 for any.' \
                '--replicas'\t'any'\t'With so many replicas at most.' \
                '--sourced'\t''\t'That take in other streams.' \
                '--mirrored'\t''\t'That mirror another stream.' \
                '--leader'\t'any'\t'Led by this server.' \
                '--api-level'\t'any'\t'That need this API level or more.' \
                '--expression'\t'any'\t'Of which it is true: config, state and info have fields.' \
                '--invert'\t''\t'Those of which all that is the other way round.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream cluster peer-remove'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream graph'
            printf '%s\n' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'stream seal'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'consumer ls'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--names'\t''\t'The names alone.' \
                '-n'\t''\t'The names alone.' \
                '--no-select'\t''\t'Offer no list where none is named.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer report'
            printf '%s\n' \
                '--raw'\t''\t'Numbers as they are.' \
                '-r'\t''\t'Numbers as they are.' \
                '--leaders'\t''\t'How many each server leads.' \
                '-l'\t''\t'How many each server leads.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer find'
            printf '%s\n' \
                '--names'\t''\t'The names alone.' \
                '-n'\t''\t'The names alone.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--pull'\t''\t'From which messages are asked.' \
                '--push'\t''\t'That send messages to a subject.' \
                '--bound'\t''\t'With somebody who takes messages.' \
                '--waiting'\t'any'\t'With fewer waiting pulls.' \
                '--ack-pending'\t'any'\t'With fewer to be acknowledged.' \
                '--pending'\t'any'\t'With fewer messages to come.' \
                '--idle'\t'any'\t'Without deliveries for so long.' \
                '--created'\t'any'\t'Made longer ago.' \
                '--replicas'\t'any'\t'With so many replicas at most.' \
                '--leader'\t'any'\t'Led by this server.' \
                '--pinned'\t''\t'With a pinned client in each group.' \
                '--api-level'\t'any'\t'That need this API level or more.' \
                '--expression'\t'any'\t'Of which it is true: config, state and info have fields.' \
                '--invert'\t''\t'Those of which all that is the other way round.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer info'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--no-select'\t''\t'Offer no list where none is named.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer state'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--no-select'\t''\t'Offer no list where none is named.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer add'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--description'\t'any'\t'What it is for.' \
                '--filter'\t'any'\t'Only these; \'\' for all.' \
                '--headers-only'\t''\t'Headers without bodies.' \
                '--no-headers-only'\t''\t'Headers without bodies.' \
                '--max-deliver'\t'any'\t'How often at most; -1 for ever.' \
                '--max-pending'\t'any'\t'The most that may wait for acknowledgement.' \
                '--max-outstanding'\t'any'\t'The most that may wait for acknowledgement.' \
                '--max-pull-batch'\t'any'\t'The most messages of a pull.' \
                '--max-pull-expire'\t'any'\t'The longest pull.' \
                '--max-pull-bytes'\t'any'\t'The most bytes of a pull.' \
                '--sample'\t'any'\t'Percent of acknowledgements told.' \
                '--target'\t'any'\t'Push messages to this subject.' \
                '--wait'\t'any'\t'How long to wait for acknowledgement.' \
                '--inactive-threshold'\t'any'\t'Remove it when idle for so long.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--backoff'\t':linear,none'\t'Longer waits each time: linear or none.' \
                '--backoff-steps'\t'any'\t'How many. [10]' \
                '--backoff-min'\t'any'\t'The shortest. [1m]' \
                '--backoff-max'\t'any'\t'The longest. [20m]' \
                '--ack'\t':none,all,explicit,flow_control'\t'none, all, explicit or flow_control.' \
                '--bps'\t'any'\t'Bits per second at most, of a push consumer.' \
                '--deliver'\t'any'\t'all, new, last, subject, a sequence, or 1h ago.' \
                '--deliver-group'\t'any'\t'Push to this queue group.' \
                '--ephemeral'\t''\t'Gone when it is not used.' \
                '--flow-control'\t''\t'Of a push consumer.' \
                '--no-flow-control'\t''\t'Of a push consumer.' \
                '--heartbeat'\t'any'\t'Of an idle push consumer.' \
                '--max-waiting'\t'any'\t'The most pulls that wait.' \
                '--pull'\t''\t'Messages are asked for.' \
                '--replay'\t':instant,original'\t'instant, or original: as they came.' \
                '--memory'\t''\t'Keep its state in memory.' \
                '--pause'\t'any'\t'Until a time, or for a duration.' \
                '--pinned-groups'\t'any'\t'One client of each gets all.' \
                '--pinned-ttl'\t'any'\t'Until another is pinned.' \
                '--overflow-groups'\t'any'\t'That help out.' \
                '--prioritized-groups'\t'any'\t'With priorities.' \
                '--config'\t'file'\t'A JSON file with the configuration, or an info.' \
                '--validate'\t''\t'Check the configuration, and make nothing.' \
                '--output'\t'file'\t'Write the configuration, and make nothing.' \
                '--defaults'\t''\t'The usual for what is not said.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer edit'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--description'\t'any'\t'What it is for.' \
                '--filter'\t'any'\t'Only these; \'\' for all.' \
                '--headers-only'\t''\t'Headers without bodies.' \
                '--no-headers-only'\t''\t'Headers without bodies.' \
                '--max-deliver'\t'any'\t'How often at most; -1 for ever.' \
                '--max-pending'\t'any'\t'The most that may wait for acknowledgement.' \
                '--max-outstanding'\t'any'\t'The most that may wait for acknowledgement.' \
                '--max-pull-batch'\t'any'\t'The most messages of a pull.' \
                '--max-pull-expire'\t'any'\t'The longest pull.' \
                '--max-pull-bytes'\t'any'\t'The most bytes of a pull.' \
                '--sample'\t'any'\t'Percent of acknowledgements told.' \
                '--target'\t'any'\t'Push messages to this subject.' \
                '--wait'\t'any'\t'How long to wait for acknowledgement.' \
                '--inactive-threshold'\t'any'\t'Remove it when idle for so long.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--backoff'\t':linear,none'\t'Longer waits each time: linear or none.' \
                '--backoff-steps'\t'any'\t'How many. [10]' \
                '--backoff-min'\t'any'\t'The shortest. [1m]' \
                '--backoff-max'\t'any'\t'The longest. [20m]' \
                '--config'\t'file'\t'A JSON file with the configuration, or an info.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--interactive'\t''\t'Edit it in $VISUAL or $EDITOR.' \
                '-i'\t''\t'Edit it in $VISUAL or $EDITOR.' \
                '--dry-run'\t''\t'Show what differs; exit code 1 if anything.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer copy'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--description'\t'any'\t'What it is for.' \
                '--filter'\t'any'\t'Only these; \'\' for all.' \
                '--headers-only'\t''\t'Headers without bodies.' \
                '--no-headers-only'\t''\t'Headers without bodies.' \
                '--max-deliver'\t'any'\t'How often at most; -1 for ever.' \
                '--max-pending'\t'any'\t'The most that may wait for acknowledgement.' \
                '--max-outstanding'\t'any'\t'The most that may wait for acknowledgement.' \
                '--max-pull-batch'\t'any'\t'The most messages of a pull.' \
                '--max-pull-expire'\t'any'\t'The longest pull.' \
                '--max-pull-bytes'\t'any'\t'The most bytes of a pull.' \
                '--sample'\t'any'\t'Percent of acknowledgements told.' \
                '--target'\t'any'\t'Push messages to this subject.' \
                '--wait'\t'any'\t'How long to wait for acknowledgement.' \
                '--inactive-threshold'\t'any'\t'Remove it when idle for so long.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--backoff'\t':linear,none'\t'Longer waits each time: linear or none.' \
                '--backoff-steps'\t'any'\t'How many. [10]' \
                '--backoff-min'\t'any'\t'The shortest. [1m]' \
                '--backoff-max'\t'any'\t'The longest. [20m]' \
                '--ack'\t':none,all,explicit,flow_control'\t'none, all, explicit or flow_control.' \
                '--bps'\t'any'\t'Bits per second at most, of a push consumer.' \
                '--deliver'\t'any'\t'all, new, last, subject, a sequence, or 1h ago.' \
                '--deliver-group'\t'any'\t'Push to this queue group.' \
                '--ephemeral'\t''\t'Gone when it is not used.' \
                '--flow-control'\t''\t'Of a push consumer.' \
                '--no-flow-control'\t''\t'Of a push consumer.' \
                '--heartbeat'\t'any'\t'Of an idle push consumer.' \
                '--max-waiting'\t'any'\t'The most pulls that wait.' \
                '--pull'\t''\t'Messages are asked for.' \
                '--replay'\t':instant,original'\t'instant, or original: as they came.' \
                '--memory'\t''\t'Keep its state in memory.' \
                '--pause'\t'any'\t'Until a time, or for a duration.' \
                '--pinned-groups'\t'any'\t'One client of each gets all.' \
                '--pinned-ttl'\t'any'\t'Until another is pinned.' \
                '--overflow-groups'\t'any'\t'That help out.' \
                '--prioritized-groups'\t'any'\t'With priorities.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer rm'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer next'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--ack'\t''\t'Acknowledge. [--ack]' \
                '--no-ack'\t''\t'Acknowledge. [--ack]' \
                '--nak'\t''\t'Have it delivered again.' \
                '--term'\t''\t'Have it delivered never again.' \
                '--raw'\t''\t'The bodies and nothing else.' \
                '-r'\t''\t'The bodies and nothing else.' \
                '--wait'\t'any'\t'Answer after a random time up to this.' \
                '--count'\t'any'\t'How many messages.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer cluster'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'consumer cluster step-down'
            printf '%s\n' \
                '--preferred'\t'any'\t'Who should lead then.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer cluster balance'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--pull'\t''\t'From which messages are asked.' \
                '--push'\t''\t'That send messages to a subject.' \
                '--bound'\t''\t'With somebody who takes messages.' \
                '--waiting'\t'any'\t'With fewer waiting pulls.' \
                '--ack-pending'\t'any'\t'With fewer to be acknowledged.' \
                '--pending'\t'any'\t'With fewer messages to come.' \
                '--idle'\t'any'\t'Without deliveries for so long.' \
                '--created'\t'any'\t'Made longer ago.' \
                '--replicas'\t'any'\t'With so many replicas at most.' \
                '--leader'\t'any'\t'Led by this server.' \
                '--pinned'\t''\t'With a pinned client in each group.' \
                '--api-level'\t'any'\t'That need this API level or more.' \
                '--expression'\t'any'\t'Of which it is true: config, state and info have fields.' \
                '--invert'\t''\t'Those of which all that is the other way round.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer graph'
            printf '%s\n' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer pause'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer resume'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer reset'
            printf '%s\n' \
                '--sequence'\t'any'\t'Begin anew here; else behind what was acknowledged.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'consumer unpin'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--all'\t''\t'Streams of buckets and of MQTT, too.' \
                '-a'\t''\t'Streams of buckets and of MQTT, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'kv add'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--description'\t'any'\t'What it is for.' \
                '--ttl'\t'any'\t'How long to keep what is in it.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--max-bucket-size'\t'any'\t'The most bytes in it.' \
                '--tags'\t'any'\t'Only servers with this tag.' \
                '--cluster'\t'any'\t'Only servers of this cluster.' \
                '--compress'\t''\t'Compress it on disk.' \
                '--no-compress'\t''\t'Compress it on disk.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--history'\t'any'\t'How many values to keep per key.' \
                '--marker-ttl'\t'any'\t'Allow TTLs of keys; how long limits leave markers.' \
                '--max-value-size'\t'any'\t'The largest value.' \
                '--republish-source'\t'any'\t'Subjects to publish again.' \
                '--republish-destination'\t'any'\t'On what subjects.' \
                '--republish-headers'\t''\t'Without values.' \
                '--source'\t'any'\t'Take in another bucket.' \
                '--storage'\t':file,f,memory,m'\t'file or memory.' \
                '--mirror'\t'any'\t'Mirror another bucket.' \
                '--mirror-domain'\t'any'\t'The JetStream domain it is in.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv put'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv get'
            printf '%s\n' \
                '--revision'\t'any'\t'That of a revision.' \
                '--raw'\t''\t'The value alone, byte for byte.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv create'
            printf '%s\n' \
                '--ttl'\t'any'\t'How long it lives; the bucket has to allow it.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv update'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv del'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv purge'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--ttl'\t'any'\t'How long it lives; the bucket has to allow it.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv history'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv revert'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '--no-force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv edit'
            printf '%s\n' \
                '--no-mirror'\t''\t'Let a mirror be a bucket of its own.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--description'\t'any'\t'What it is for.' \
                '--ttl'\t'any'\t'How long to keep what is in it.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--max-bucket-size'\t'any'\t'The most bytes in it.' \
                '--tags'\t'any'\t'Only servers with this tag.' \
                '--cluster'\t'any'\t'Only servers of this cluster.' \
                '--compress'\t''\t'Compress it on disk.' \
                '--no-compress'\t''\t'Compress it on disk.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--history'\t'any'\t'How many values to keep per key.' \
                '--marker-ttl'\t'any'\t'Allow TTLs of keys; how long limits leave markers.' \
                '--max-value-size'\t'any'\t'The largest value.' \
                '--republish-source'\t'any'\t'Subjects to publish again.' \
                '--republish-destination'\t'any'\t'On what subjects.' \
                '--republish-headers'\t''\t'Without values.' \
                '--source'\t'any'\t'Take in another bucket.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv info'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv watch'
            printf '%s\n' \
                '--history'\t''\t'Begin with all that is kept of each key.' \
                '--deletes'\t''\t'Show what is deleted, too.' \
                '--no-deletes'\t''\t'Show what is deleted, too.' \
                '--updates'\t''\t'Only what is written from now on.' \
                '--revision'\t'any'\t'Begin at a revision.' \
                '--json'\t''\t'One JSON document a line.' \
                '-j'\t''\t'One JSON document a line.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv ls'
            printf '%s\n' \
                '--names'\t''\t'Names alone; nothing where there are none.' \
                '-n'\t''\t'Names alone; nothing where there are none.' \
                '--verbose'\t''\t'A table of the keys.' \
                '-v'\t''\t'A table of the keys.' \
                '--display-value'\t''\t'With -v, their values too.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'kv compact'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'object add'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--description'\t'any'\t'What it is for.' \
                '--ttl'\t'any'\t'How long to keep what is in it.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--max-bucket-size'\t'any'\t'The most bytes in it.' \
                '--tags'\t'any'\t'Only servers with this tag.' \
                '--cluster'\t'any'\t'Only servers of this cluster.' \
                '--compress'\t''\t'Compress it on disk.' \
                '--no-compress'\t''\t'Compress it on disk.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--storage'\t':file,f,memory,m'\t'file or memory.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object put'
            printf '%s\n' \
                '--name'\t'any'\t'What it is called; otherwise as the file is.' \
                '--description'\t'any'\t'What it is for.' \
                '--header'\t'any'\t'Noted with it; may be repeated.' \
                '-H'\t'any'\t'Noted with it; may be repeated.' \
                '--chunk-size'\t'any'\t'The size of a chunk. [128KiB]' \
                '--progress'\t''\t'On a terminal, show how far it has come.' \
                '--no-progress'\t''\t'On a terminal, show how far it has come.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object get'
            printf '%s\n' \
                '--output'\t'file'\t'Where it goes.' \
                '-O'\t'file'\t'Where it goes.' \
                '--progress'\t''\t'On a terminal, show how far it has come.' \
                '--no-progress'\t''\t'On a terminal, show how far it has come.' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object del'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object info'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object ls'
            printf '%s\n' \
                '--names'\t''\t'Names alone; nothing where there are none.' \
                '-n'\t''\t'Names alone; nothing where there are none.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object watch'
            printf '%s\n' \
                '--json'\t''\t'One JSON document a line.' \
                '-j'\t''\t'One JSON document a line.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object edit'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--description'\t'any'\t'What it is for.' \
                '--ttl'\t'any'\t'How long to keep what is in it.' \
                '--replicas'\t'any'\t'How many servers keep it.' \
                '--max-bucket-size'\t'any'\t'The most bytes in it.' \
                '--tags'\t'any'\t'Only servers with this tag.' \
                '--cluster'\t'any'\t'Only servers of this cluster.' \
                '--compress'\t''\t'Compress it on disk.' \
                '--no-compress'\t''\t'Compress it on disk.' \
                '--metadata'\t'any'\t'Notes, as name:value.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'object seal'
            printf '%s\n' \
                '--force'\t''\t'Do it without asking.' \
                '-f'\t''\t'Do it without asking.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'counter'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'counter get'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream that keeps it; found by the subject otherwise.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'counter view'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream that keeps it; found by the subject otherwise.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'counter increment'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream that keeps it; found by the subject otherwise.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'counter decrement'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream that keeps it; found by the subject otherwise.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'counter list'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream that keeps it; found by the subject otherwise.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'rtt'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'server-info'
            printf '%s\n' \
                '--monitor'\t'any'\t'Its HTTP monitoring, for all of VARZ.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'account'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'account info'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'server'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'server info'
            printf '%s\n' \
                '--monitor'\t'any'\t'Its HTTP monitoring, for all of VARZ.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'server run'
            printf '%s\n' \
                '--port'\t'any'\t'0 takes a free one.' \
                '-p'\t'any'\t'0 takes a free one.' \
                '--host'\t'any'\t'The address to listen on.' \
                '-a'\t'any'\t'The address to listen on.' \
                '--monitor-port'\t'any'\t'HTTP monitoring; 0 takes a free one.' \
                '-m'\t'any'\t'HTTP monitoring; 0 takes a free one.' \
                '--store'\t'folder'\t'Keep JetStream\'s data in this folder.' \
                '--auth'\t''\t'Ask for a password, made up now; a context file holds it.' \
                '--name'\t'any'\t'The server\'s name.' \
                '--binary'\t'file'\t'The nats-server to run. [NATS_SERVER, or the one installed]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'auth'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'auth check'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'auth nkey'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'auth nkey gen'
            printf '%s\n' \
                '--output'\t'file'\t'Write the seed to a file, for its owner alone.' \
                '--public'\t''\t'Write the public key behind the seed.' \
                '--force'\t''\t'Replace a file that is there.' \
                '--show'\t''\t'Show the seed also on a terminal.' \
                '--entropy'\t'file'\t'Take the random bytes from a file.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'auth nkey show'
            printf '%s\n' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench suite'
            printf '%s\n' \
                '--duration'\t'any'\t'Of each run. [1s]' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench pub'
            printf '%s\n' \
                '--sleep'\t'any'\t'Pause of each client after a message.' \
                '--multisubject'\t''\t'Many subjects: SUBJECT.0, SUBJECT.1, …; subscribers take SUBJECT.*' \
                '--multisubjectmax'\t'any'\t'How many subjects; 0 for one a message. [100,000]' \
                '--multisubjectrandomize'\t''\t'Choose among them at random.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench sub'
            printf '%s\n' \
                '--multisubject'\t''\t'Many subjects: SUBJECT.0, SUBJECT.1, …; subscribers take SUBJECT.*' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench pubsub'
            printf '%s\n' \
                '--subscribers'\t'any'\t'Each receives every message.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench request'
            printf '%s\n' \
                '--sleep'\t'any'\t'Pause of each client after a message.' \
                '--in-flight'\t'any'\t'Requests of each client at a time. [1]' \
                '--responders'\t'any'\t'Answer them from here as well, with so many clients.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench serve'
            printf '%s\n' \
                '--sleep'\t'any'\t'Answer so much later.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench agent'
            printf '%s\n' \
                '--name'\t'any'\t'What reports call it, not host and process.' \
                '--allow'\t'any'\t'Use these subjects only, not all but those with a $ in front; with wildcards; may be repeated.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench compare'
            printf '%s\n' \
                '--fail-if'\t'any'\t'Exit 1 when this holds of any run: \'p99>+10%\', \'throughput<-5%\', \'p99>5ms\', \'lost>0\'. May be repeated.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench service'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench service request'
            printf '%s\n' \
                '--sleep'\t'any'\t'Pause of each client after a message.' \
                '--in-flight'\t'any'\t'Requests of each client at a time. [1]' \
                '--responders'\t'any'\t'Answer them from here as well, with so many clients.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench service serve'
            printf '%s\n' \
                '--sleep'\t'any'\t'Answer so much later.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench js pub'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench js pub sync'
            printf '%s\n' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--stream'\t'any'\t'The stream.' \
                '--create'\t''\t'Make the stream, or have it take the subject.' \
                '--dedup'\t''\t'Give each message an id, by which it is stored once.' \
                '--dedupwindow'\t'any'\t'For how long ids are known. [2m]' \
                '--persistasync'\t''\t'Acknowledge before it is on disk.' \
                '--multisubject'\t''\t'Many subjects: SUBJECT.0, SUBJECT.1, …' \
                '--multisubjectmax'\t'any'\t'How many subjects; 0 for one a message. [100,000]' \
                '--multisubjectrandomize'\t''\t'Choose among them at random.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js pub async'
            printf '%s\n' \
                '--batch'\t'any'\t'Messages without acknowledgement at most.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--stream'\t'any'\t'The stream.' \
                '--create'\t''\t'Make the stream, or have it take the subject.' \
                '--dedup'\t''\t'Give each message an id, by which it is stored once.' \
                '--dedupwindow'\t'any'\t'For how long ids are known. [2m]' \
                '--persistasync'\t''\t'Acknowledge before it is on disk.' \
                '--multisubject'\t''\t'Many subjects: SUBJECT.0, SUBJECT.1, …' \
                '--multisubjectmax'\t'any'\t'How many subjects; 0 for one a message. [100,000]' \
                '--multisubjectrandomize'\t''\t'Choose among them at random.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js pub atomic'
            printf '%s\n' \
                '--batch'\t'any'\t'Messages of a batch.' \
                '--in-flight'\t'any'\t'Batches of each client at a time.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--stream'\t'any'\t'The stream.' \
                '--create'\t''\t'Make the stream, or have it take the subject.' \
                '--dedup'\t''\t'Give each message an id, by which it is stored once.' \
                '--dedupwindow'\t'any'\t'For how long ids are known. [2m]' \
                '--persistasync'\t''\t'Acknowledge before it is on disk.' \
                '--multisubject'\t''\t'Many subjects: SUBJECT.0, SUBJECT.1, …' \
                '--multisubjectmax'\t'any'\t'How many subjects; 0 for one a message. [100,000]' \
                '--multisubjectrandomize'\t''\t'Choose among them at random.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js pub fast'
            printf '%s\n' \
                '--batch'\t'any'\t'Messages that an acknowledgement is for at most.' \
                '--max-outstanding-acks'\t'any'\t'Acknowledgements that are waited for.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--stream'\t'any'\t'The stream.' \
                '--create'\t''\t'Make the stream, or have it take the subject.' \
                '--dedup'\t''\t'Give each message an id, by which it is stored once.' \
                '--dedupwindow'\t'any'\t'For how long ids are known. [2m]' \
                '--persistasync'\t''\t'Acknowledge before it is on disk.' \
                '--multisubject'\t''\t'Many subjects: SUBJECT.0, SUBJECT.1, …' \
                '--multisubjectmax'\t'any'\t'How many subjects; 0 for one a message. [100,000]' \
                '--multisubjectrandomize'\t''\t'Choose among them at random.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js ordered'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream.' \
                '--batch'\t'any'\t'Messages on their way at most.' \
                '--filter'\t'any'\t'These subjects only; may be repeated.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js consume'
            printf '%s\n' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--stream'\t'any'\t'The stream.' \
                '--consumer'\t'any'\t'The durable consumer.' \
                '--batch'\t'any'\t'Messages that are asked for at a time.' \
                '--acks'\t':explicit,none,all'\t'How messages are acknowledged.' \
                '--doubleack'\t''\t'Have the server confirm each acknowledgement.' \
                '--no-doubleack'\t''\t'Have the server confirm each acknowledgement.' \
                '--filter'\t'any'\t'These subjects only; may be repeated.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js fetch'
            printf '%s\n' \
                '--in-flight'\t'any'\t'Requests of each client at a time.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--stream'\t'any'\t'The stream.' \
                '--consumer'\t'any'\t'The durable consumer.' \
                '--batch'\t'any'\t'Messages that are asked for at a time.' \
                '--acks'\t':explicit,none,all'\t'How messages are acknowledged.' \
                '--doubleack'\t''\t'Have the server confirm each acknowledgement.' \
                '--no-doubleack'\t''\t'Have the server confirm each acknowledgement.' \
                '--filter'\t'any'\t'These subjects only; may be repeated.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js get'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench js get sync'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench js get batch'
            printf '%s\n' \
                '--stream'\t'any'\t'The stream.' \
                '--batch'\t'any'\t'Messages of a request.' \
                '--filter'\t'any'\t'These subjects only.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench kv'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench kv put'
            printf '%s\n' \
                '--bucket'\t'any'\t'The bucket.' \
                '--history'\t'any'\t'Values of a key that are kept.' \
                '--randomize'\t'any'\t'Keys at random, of so many; 0 for one after the other.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Bytes of a payload. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--payload'\t'any'\t'In place of zeros: a file, random bytes, or a text with {{Count}} and the like.' \
                '--header'\t'any'\t'A header; may be repeated.' \
                '-H'\t'any'\t'A header; may be repeated.' \
                '--rate'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--throughput'\t'any'\t'Messages a second, by all, on a schedule.' \
                '--jitter'\t'any'\t'Move each due time by so much of the gap, at random.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--find-max'\t''\t'Find the highest rate whose p99 stays within --slo, in runs of 2s.' \
                '--slo'\t'any'\t'See there. [5ms]' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench kv get'
            printf '%s\n' \
                '--bucket'\t'any'\t'The bucket.' \
                '--randomize'\t'any'\t'Keys at random, of so many; 0 for one after the other.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench object'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'bench object put'
            printf '%s\n' \
                '--bucket'\t'any'\t'The bucket.' \
                '--size'\t'any'\t'Bytes of an object. [1MiB]' \
                '--random'\t''\t'Random bytes, not zeros.' \
                '--chunk-size'\t'any'\t'Of a message. [128KiB]' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'bench object get'
            printf '%s\n' \
                '--bucket'\t'any'\t'The bucket.' \
                '--label'\t'any'\t'A name for the report.' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--csv'\t'file'\t'Write a line for each client.' \
                '--hgrm'\t'file'\t'Write latencies as HdrHistogram\'s text; of several runs, FILE gets a number each.' \
                '--html'\t'file'\t'Write a page with plots, for a browser.' \
                '--progress'\t''\t'Show how far it is.' \
                '--no-progress'\t''\t'Show how far it is.' \
                '--embedded'\t''\t'Start a nats-server for the run.' \
                '--monitor'\t'any'\t'Compare with the counters of http://host:8222.' \
                '--group'\t'any'\t'Agents of this group only; \'default\' unless told.' \
                '--control-context'\t'any'\t'Meet where this context says, not at the system under test.' \
                '--control-server'\t'any'\t'Meet at this server.' \
                '--agents'\t'any'\t'Run on so many agents (bench agent), which share clients, messages and rate.' \
                '--clients'\t'any'\t'Connections; a list is run in turn. [1]' \
                '--msgs'\t'any'\t'How many, by all clients. [100,000]' \
                '--duration'\t'any'\t'For so long, however many that is.' \
                '--repeat'\t'any'\t'Make each run so often; bench compare tells noise by it.' \
                '--on-disconnect'\t':continue,stop'\t'Reconnect and go on, or end with what there is.' \
                '--size'\t'any'\t'Of what is made to be read. [128B]' \
                '--sizes'\t'any'\t'Several sizes, run in turn.' \
                '--warmup'\t'any'\t'A run before, not counted.' \
                '--sleep'\t'any'\t'Pause of each client after a message, or after what came together.' \
                '--storage'\t':file,memory'\t'Of a stream that is made.' \
                '--replicas'\t'any'\t'Of a stream that is made.' \
                '--maxbytes'\t'any'\t'Of a stream that is made. [1GB]' \
                '--keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--no-keep'\t''\t'Leave what was made. [--no-keep, but with --create]' \
                '--force'\t''\t'Also what no benchmark has made.' \
                '-f'\t''\t'Also what no benchmark has made.' \
                '--purge'\t''\t'Empty it first.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'demo'
            printf '%s\n' \
                '--for'\t'any'\t'End after this long. [5s without a terminal]' \
                '--rate'\t'any'\t'Messages published a second.' \
                '--binary'\t'file'\t'The nats-server to run. [NATS_SERVER, or the one installed]' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
        case 'context add'
            printf '%s\n' \
                '--description'\t'any'\t'What it is for.' \
                '--select'\t''\t'Select it, too.' \
                '--embed'\t''\t'Save what is in key files, not where they are.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context copy'
            printf '%s\n' \
                '--description'\t'any'\t'What it is for.' \
                '--select'\t''\t'Select it, too.' \
                '--embed'\t''\t'Save what is in key files, not where they are.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context edit'
            printf '%s\n' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context ls'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--names'\t''\t'Names only, one a line.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context rm'
            printf '%s\n' \
                '--force'\t''\t'Do not ask, and remove the selected one too.' \
                '-f'\t''\t'Do not ask, and remove the selected one too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context select'
            printf '%s\n' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context unselect'
            printf '%s\n' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context previous'
            printf '%s\n' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context info'
            printf '%s\n' \
                '--json'\t''\t'One JSON document.' \
                '-j'\t''\t'One JSON document.' \
                '--connect'\t''\t'Connect with it, too.' \
                '--effective'\t''\t'What counts here of every source, and where it was found.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'context validate'
            printf '%s\n' \
                '--connect'\t''\t'Connect with it, too.' \
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'completion'
            printf '%s\n' \
                '--help'\t''\t'Show this message and exit.' \
                '-h'\t''\t'Show this message and exit.'
    end
end

# The kind of each argument; the last may repeat.
function __natscli_arguments
    switch $argv[1]
        case 'pub'
            printf '%s\n' \
                'any' \
                'body'
        case 'sub'
            printf '%s\n' \
                'any...'
        case 'req'
            printf '%s\n' \
                'any' \
                'body'
        case 'reply'
            printf '%s\n' \
                'any' \
                'body'
        case 'top'
            printf '%s\n' \
                'any...'
        case 'record'
            printf '%s\n' \
                'any...'
        case 'replay'
            printf '%s\n' \
                'file...'
        case 'stream info'
            printf '%s\n' \
                'any'
        case 'stream state'
            printf '%s\n' \
                'any'
        case 'stream subjects'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream add'
            printf '%s\n' \
                'any'
        case 'stream edit'
            printf '%s\n' \
                'any'
        case 'stream copy'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream rm'
            printf '%s\n' \
                'any'
        case 'stream purge'
            printf '%s\n' \
                'any'
        case 'stream rmm'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream view'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream get'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream gaps'
            printf '%s\n' \
                'any'
        case 'stream backup'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream restore'
            printf '%s\n' \
                'file'
        case 'stream cluster step-down'
            printf '%s\n' \
                'any'
        case 'stream cluster peer-remove'
            printf '%s\n' \
                'any' \
                'any'
        case 'stream graph'
            printf '%s\n' \
                'any'
        case 'stream seal'
            printf '%s\n' \
                'any'
        case 'consumer ls'
            printf '%s\n' \
                'any'
        case 'consumer report'
            printf '%s\n' \
                'any'
        case 'consumer find'
            printf '%s\n' \
                'any'
        case 'consumer info'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer state'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer add'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer edit'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer copy'
            printf '%s\n' \
                'any' \
                'any' \
                'any'
        case 'consumer rm'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer next'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer cluster step-down'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer cluster balance'
            printf '%s\n' \
                'any'
        case 'consumer graph'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer pause'
            printf '%s\n' \
                'any' \
                'any' \
                'any'
        case 'consumer resume'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer reset'
            printf '%s\n' \
                'any' \
                'any'
        case 'consumer unpin'
            printf '%s\n' \
                'any' \
                'any' \
                'any'
        case 'kv add'
            printf '%s\n' \
                'any'
        case 'kv put'
            printf '%s\n' \
                'any' \
                'any' \
                'any'
        case 'kv get'
            printf '%s\n' \
                'any' \
                'any'
        case 'kv create'
            printf '%s\n' \
                'any' \
                'any' \
                'any'
        case 'kv update'
            printf '%s\n' \
                'any' \
                'any' \
                'any' \
                'any'
        case 'kv del'
            printf '%s\n' \
                'any' \
                'any'
        case 'kv purge'
            printf '%s\n' \
                'any' \
                'any'
        case 'kv history'
            printf '%s\n' \
                'any' \
                'any'
        case 'kv revert'
            printf '%s\n' \
                'any' \
                'any' \
                'any'
        case 'kv edit'
            printf '%s\n' \
                'any' \
                'any'
        case 'kv info'
            printf '%s\n' \
                'any'
        case 'kv watch'
            printf '%s\n' \
                'any' \
                'any...'
        case 'kv ls'
            printf '%s\n' \
                'any' \
                'any...'
        case 'kv compact'
            printf '%s\n' \
                'any'
        case 'object add'
            printf '%s\n' \
                'any'
        case 'object put'
            printf '%s\n' \
                'any' \
                'any'
        case 'object get'
            printf '%s\n' \
                'any' \
                'any'
        case 'object del'
            printf '%s\n' \
                'any' \
                'any'
        case 'object info'
            printf '%s\n' \
                'any' \
                'any'
        case 'object ls'
            printf '%s\n' \
                'any'
        case 'object watch'
            printf '%s\n' \
                'any'
        case 'object edit'
            printf '%s\n' \
                'any'
        case 'object seal'
            printf '%s\n' \
                'any'
        case 'counter get'
            printf '%s\n' \
                'any'
        case 'counter view'
            printf '%s\n' \
                'any'
        case 'counter increment'
            printf '%s\n' \
                'any' \
                'any'
        case 'counter decrement'
            printf '%s\n' \
                'any' \
                'any'
        case 'counter list'
            printf '%s\n' \
                'any'
        case 'rtt'
            printf '%s\n' \
                'any'
        case 'auth check'
            printf '%s\n' \
                'file'
        case 'auth nkey gen'
            printf '%s\n' \
                ':user,account,operator,server,cluster,curve,x25519'
        case 'auth nkey show'
            printf '%s\n' \
                'file'
        case 'bench pub'
            printf '%s\n' \
                'any'
        case 'bench sub'
            printf '%s\n' \
                'any'
        case 'bench pubsub'
            printf '%s\n' \
                'any'
        case 'bench request'
            printf '%s\n' \
                'any'
        case 'bench serve'
            printf '%s\n' \
                'any'
        case 'bench compare'
            printf '%s\n' \
                'any' \
                'any'
        case 'bench service request'
            printf '%s\n' \
                'any'
        case 'bench service serve'
            printf '%s\n' \
                'any'
        case 'bench js pub sync'
            printf '%s\n' \
                'any'
        case 'bench js pub async'
            printf '%s\n' \
                'any'
        case 'bench js pub atomic'
            printf '%s\n' \
                'any'
        case 'bench js pub fast'
            printf '%s\n' \
                'any'
        case 'context add'
            printf '%s\n' \
                'any'
        case 'context copy'
            printf '%s\n' \
                'context' \
                'any'
        case 'context edit'
            printf '%s\n' \
                'context'
        case 'context rm'
            printf '%s\n' \
                'context'
        case 'context select'
            printf '%s\n' \
                'context'
        case 'context info'
            printf '%s\n' \
                'context'
        case 'context validate'
            printf '%s\n' \
                'context'
        case 'completion'
            printf '%s\n' \
                ':bash,zsh,fish'
    end
end
complete -c natscli -f -k -a '(__natscli_complete)'
