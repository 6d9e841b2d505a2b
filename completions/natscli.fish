# Completion of natscli for fish; made by `natscli completion fish`.
# It belongs in ~/.config/fish/completions/natscli.fish.

function __natscli_complete
    set -l path ''
    set -l kind '' # what the option before wants for a value
    set -l ended '' # whether "--" has been seen
    set -l given 1 # the number of the next argument
    set -l options (__natscli_options '')
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test -n "$kind"
            set kind ''
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

# What the option before the next word wants for a value, if it is that word: --flag, -f, or -xf for a switch x.
function __natscli_awaited
    set -l options $argv[2..-1]
    switch $argv[1]
        case '--*=*'
        case '--*'
            __natscli_kind $argv
        case '*'
            set -l letters (string split '' -- (string sub -s 2 -- $argv[1]))
            while set -q letters[1]
                set -l kind (__natscli_kind -$letters[1] $options)
                if test -n "$kind"
                    test (count $letters) -eq 1; and printf '%s\n' $kind
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
    set -l prefix $argv[2]
    set -l typed $argv[3]
    switch $argv[1]
        case ':*'
            printf '%s\n' "$prefix"(string split , -- (string sub -s 2 -- $argv[1]))
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
        case ' record'
            printf '%s\n' 'record'
        case ' replay'
            printf '%s\n' 'replay'
        case ' rtt'
            printf '%s\n' 'rtt'
        case ' server-info'
            printf '%s\n' 'server-info'
        case ' server' ' srv'
            printf '%s\n' 'server'
        case 'server info'
            printf '%s\n' 'server info'
        case 'server run'
            printf '%s\n' 'server run'
        case ' demo'
            printf '%s\n' 'demo'
        case ' completion'
            printf '%s\n' 'completion'
        case '*'
            contains -- $argv[1] '' 'server'; and printf '%s\n' '?'
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
                'record'\t'Record the messages of some subjects in a file.' \
                'replay'\t'Publish the messages of a recording again.' \
                'rtt'\t'Measure the round-trip time to the servers.' \
                'server-info'\t'Show what a server says of itself and of your account.' \
                'server'\t'Look at servers, and run one here.' \
                'demo'\t'See live traffic on a server started for it.' \
                'completion'\t'Print the completion script of a shell.'
        case 'server'
            printf '%s\n' \
                'info'\t'Show what a server says of itself and of your account.' \
                'run'\t'Run a NATS server on this machine.'
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
        '--token'\t'any'\t'Better not typed: others see it. [NATS_TOKEN]' \
        '--creds'\t'file'\t'Credentials file (JWT and seed). [NATS_CREDS]' \
        '--nkey'\t'file'\t'NKey seed file. [NATS_NKEY]' \
        '--tlsca'\t'file'\t'CA certificates to trust. [NATS_CA]' \
        '--tlscert'\t'file'\t'Client certificate. [NATS_CERT]' \
        '--tlskey'\t'file'\t'Client key. [NATS_KEY]' \
        '--tlsfirst'\t''\t'Do the TLS handshake before INFO.' \
        '--timeout'\t'any'\t'How long to wait. [NATS_TIMEOUT; 5s]' \
        '--connection-name'\t'any'\t'What the server calls us.' \
        '--inbox-prefix'\t'any'\t'Instead of _INBOX.' \
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
                '--force-stdin'\t''\t'Read standard input; the same as a body of -.'
            __natscli_shared_options
        case 'sub'
            printf '%s\n' \
                '--queue'\t'any'\t'Share the messages with this queue group.' \
                '--count'\t'any'\t'End after this many messages. [0: never]' \
                '--wait'\t'any'\t'End after this long without one.' \
                '--ignore-subject'\t'any'\t'Leave these out; may be repeated.' \
                '-I'\t'any'\t'Leave these out; may be repeated.' \
                '--inbox'\t''\t'Subscribe to a new inbox, and say which.' \
                '-i'\t''\t'Subscribe to a new inbox, and say which.' \
                '--ack'\t''\t'Acknowledge JetStream messages once they are printed.' \
                '--ping-interval'\t'any'\t'A frozen server is noticed after three of these. [10s]' \
                '--output'\t':human,raw,json,none'\t'How messages are printed.' \
                '-o'\t':human,raw,json,none'\t'How messages are printed.' \
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
                '--quiet'\t''\t'No notices; errors still show.'
            __natscli_shared_options
        case 'replay'
            printf '%s\n' \
                '--speed'\t'any'\t'So many times as fast, or without gaps.' \
                '--loop'\t''\t'Again and again until Ctrl-C.' \
                '--map'\t'any'\t'Rename subjects, as \'orders.>\' \'test.orders.>\'.' \
                '--filter'\t'any'\t'Only what was recorded on these; may be repeated.' \
                '--strict'\t''\t'Play nothing unless every line is good.' \
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
        case 'demo'
            printf '%s\n' \
                '--for'\t'any'\t'End after this long. [5s without a terminal]' \
                '--rate'\t'any'\t'Messages published a second.' \
                '--binary'\t'file'\t'The nats-server to run. [NATS_SERVER, or the one installed]' \
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
        case 'record'
            printf '%s\n' \
                'any...'
        case 'replay'
            printf '%s\n' \
                'file...'
        case 'rtt'
            printf '%s\n' \
                'any'
        case 'completion'
            printf '%s\n' \
                ':bash,zsh,fish'
    end
end
complete -c natscli -f -k -a '(__natscli_complete)'
