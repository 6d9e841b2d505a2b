"""Every command there is, in the order help lists them."""

from natscli.cli.bench_tree import BENCH_STORES, SHARED_BENCH
from natscli.cli.bucket_tree import COUNTER, KEY_VALUE, OBJECT
from natscli.cli.lazy import Branch, Leaf

_MESSAGING, _JETSTREAM, _SERVERS, _TRYING, _SETUP = "Messaging", "JetStream", "Servers", "Trying it out", "Setting up"
_SERVER_INFO = "Show what a server says of itself and of your account."

_BENCH = "natscli.commands.bench"
_REQUESTS = Leaf(f"{_BENCH}:request", "Make requests, and time each to its reply.", None, ("req",))
_SERVE = Leaf(f"{_BENCH}:serve", "Answer requests with two bytes until Ctrl-C, and say how many there were.")


def _leaf(name: str, text: str, *aliases: str) -> Leaf:
    return Leaf(f"natscli.commands.{name}", text, aliases=aliases)


_STEP_DOWN = ("stepdown", "sd", "elect", "down", "d")
_STREAM: dict[str, Leaf | Branch] = {
    "ls": _leaf("stream_info:ls", "List the streams.", "list", "l"),
    "report": _leaf("stream_finding:report", "Report on all streams."),
    "find": _leaf("stream_finding:find", "Find streams by what they are and hold.", "query"),
    "info": _leaf("stream_info:info", "Show a stream's configuration and state.", "nfo", "i"),
    "state": _leaf("stream_info:state", "Show a stream's state."),
    "subjects": _leaf("stream_info:subjects", "Count the messages of each subject.", "subj"),
    "add": _leaf("stream_add:add", "Make a stream.", "create", "new"),
    "edit": _leaf("stream_edit:edit", "Change a stream.", "update"),
    "copy": _leaf("stream_add:copy", "Make a stream like another, with its messages if asked.", "cp"),
    "rm": _leaf("stream_remove:rm", "Remove a stream.", "delete", "del"),
    "purge": _leaf("stream_remove:purge", "Remove messages of a stream."),
    "rmm": _leaf("stream_remove:rmm", "Remove one message of a stream."),
    "view": _leaf("stream_messages:view", "Show the messages of a stream page by page."),
    "get": _leaf("stream_messages:get", "Show one message of a stream."),
    "gaps": _leaf("stream_messages:gaps", "List the sequences that are missing."),
    "backup": _leaf("stream_backup:backup", "Write a stream to a folder.", "snapshot"),
    "restore": _leaf("stream_backup:restore", "Make a stream of a backup."),
    "cluster": Branch(
        "Leaders and replicas of streams.",
        {
            "step-down": _leaf("cluster:stream_step_down", "Have the leader give way.", *_STEP_DOWN),
            "balance": _leaf("cluster:balance_streams", "Spread the leaders evenly."),
            "peer-remove": _leaf("cluster:peer_remove", "Take a server out of the replicas.", "pr"),
        },
        aliases=("c",),
    ),
    "graph": _leaf("graph:stream_graph", "Draw what a stream stores and removes, second by second."),
    "seal": _leaf("stream_remove:seal", "Seal a stream for ever."),
}

_CONSUMER: dict[str, Leaf | Branch] = {
    "ls": _leaf("consumer_info:ls", "List a stream's consumers.", "list"),
    "report": _leaf("consumer_info:report", "Report on a stream's consumers."),
    "find": _leaf("consumer_info:find", "Find consumers by what they are and do.", "query"),
    "info": _leaf("consumer_info:info", "Show a consumer's configuration and state.", "nfo"),
    "state": _leaf("consumer_info:state", "Show a consumer's state."),
    "add": _leaf("consumer_add:add", "Make a consumer.", "create", "new"),
    "edit": _leaf("consumer_add:edit", "Change a consumer.", "update"),
    "copy": _leaf("consumer_add:copy", "Make a consumer like another.", "cp"),
    "rm": _leaf("consumer_control:rm", "Remove a consumer.", "delete", "del"),
    "next": _leaf("consumer_next:next", "Take messages from a pull consumer."),
    "cluster": Branch(
        "Leaders of consumers.",
        {
            "step-down": _leaf("cluster:consumer_step_down", "Have the leader give way.", *_STEP_DOWN),
            "balance": _leaf("cluster:balance_consumers", "Spread the leaders evenly."),
        },
        aliases=("c",),
    ),
    "graph": _leaf("graph:consumer_graph", "Draw what a consumer delivers, second by second."),
    "pause": _leaf("consumer_control:pause", "Have a consumer deliver nothing for a while."),
    "resume": _leaf("consumer_control:resume", "Have a paused consumer go on."),
    "reset": _leaf("consumer_control:reset", "Have a consumer begin anew."),
    "unpin": _leaf("consumer_control:unpin", "Let another client be the pinned one."),
}

TREE: dict[str, Leaf | Branch] = {
    "pub": Leaf("natscli.commands.pub:pub", "Publish messages to a subject.", _MESSAGING, ("publish",)),
    "sub": Leaf("natscli.commands.sub:sub", "Print the messages of some subjects.", _MESSAGING, ("subscribe",)),
    "req": Leaf("natscli.commands.req:req", "Send a request and print its replies.", _MESSAGING, ("request",)),
    "reply": Leaf("natscli.commands.reply:reply", "Answer the requests on a subject.", _MESSAGING),
    "top": Leaf("natscli.commands.top:top", "Watch live traffic, subject by subject.", _MESSAGING),
    "record": Leaf("natscli.commands.record:record", "Record the messages of some subjects in a file.", _MESSAGING),
    "replay": Leaf("natscli.commands.replay:replay", "Publish the messages of a recording again.", _MESSAGING),
    "stream": Branch(
        "Streams: make, look into, change and remove them.", _STREAM, _JETSTREAM, ("str", "st", "ms", "s")
    ),
    "consumer": Branch("Consumers, and the messages they deliver.", _CONSUMER, _JETSTREAM, ("con", "obs", "c")),
    "kv": Branch("Keys and their values in buckets.", KEY_VALUE, _JETSTREAM),
    "object": Branch("Files and other objects in buckets.", OBJECT, _JETSTREAM, ("obj",)),
    "counter": Branch("Numbers that clients add to.", COUNTER, _JETSTREAM, ("ctr",)),
    "rtt": Leaf("natscli.commands.rtt:rtt", "Measure the round-trip time to the servers.", _SERVERS),
    "server-info": Leaf("natscli.commands.server_info:server_info", _SERVER_INFO, _SERVERS),
    "account": Branch(
        "Look at your account.",
        {
            "info": Leaf(
                "natscli.commands.account_info:account_info",
                "Show who you are to the server: user, account, permissions, limits, JetStream usage.",
                aliases=("nfo",),
            ),
        },
        _SERVERS,
        ("a",),
    ),
    "server": Branch(
        "Look at servers, and run one here.",
        {
            "info": Leaf("natscli.commands.server_info:server_info", _SERVER_INFO),
            "run": Leaf("natscli.commands.server_run:server_run", "Run a NATS server on this machine."),
        },
        _SERVERS,
        ("srv",),
    ),
    "auth": Branch(
        "Look into credentials and make keys, without a server.",
        {
            "check": Leaf("natscli.commands.auth_check:check", "Show what credentials are, and whether they hold now."),
            "nkey": Branch(
                "Make and show NKeys.",
                {
                    "gen": Leaf("natscli.commands.auth_nkey:gen", "Make a new NKey."),
                    "show": Leaf("natscli.commands.auth_nkey:show", "Show the public key that belongs to a seed."),
                },
                aliases=("nk",),
            ),
        },
        _SETUP,
    ),
    "bench": Branch(
        "Measure what a server and the way to it can do.",
        {
            "suite": Leaf(f"{_BENCH}:suite", "Measure a little of everything; what bench alone does."),
            "pub": Leaf(f"{_BENCH}:pub", "Publish, and count what the server confirms."),
            "sub": Leaf(f"{_BENCH}:sub", "Receive what others publish, each client all of it."),
            "pubsub": Leaf(f"{_BENCH}:pubsub", "Publish and receive at once, and account for every message."),
            "request": _REQUESTS,
            "serve": _SERVE,
            "agent": Leaf("natscli.commands.bench_agent:agent", "Take part in the runs of bench --agents elsewhere."),
            "compare": Leaf("natscli.commands.bench_compare:compare", "Compare two reports, run by run."),
            "service": Branch(
                "The same under the Go CLI's names.",
                {"request": _REQUESTS, "serve": _SERVE},
                handed_on=(*SHARED_BENCH, "--sleep="),
            ),
            **BENCH_STORES,
        },
        _SERVERS,
        default="suite",
    ),
    "demo": Leaf("natscli.commands.demo:demo", "See live traffic on a server started for it.", _TRYING),
    "context": Branch(
        "Save how to connect, by name.",
        {
            "add": Leaf(
                "natscli.commands.context_save:add",
                "Save how to connect as a context, or change one.",
                aliases=("create", "save"),
            ),
            "copy": Leaf(
                "natscli.commands.context_save:copy", "Copy a context, with what is typed changed.", aliases=("cp",)
            ),
            "edit": Leaf(
                "natscli.commands.context_edit:edit", "Edit a context's JSON in $VISUAL or $EDITOR.", aliases=("vi",)
            ),
            "ls": Leaf(
                "natscli.commands.context_list:ls",
                "List the saved contexts; * marks the selected one.",
                aliases=("list", "l"),
            ),
            "rm": Leaf("natscli.commands.context_list:rm", "Remove a context.", aliases=("remove",)),
            "select": Leaf(
                "natscli.commands.context_select:select",
                "Select the context that is used where none is named.",
                aliases=("switch", "set"),
            ),
            "unselect": Leaf("natscli.commands.context_select:unselect", "Let no context be selected."),
            "previous": Leaf(
                "natscli.commands.context_select:previous",
                "Select the context that was selected before.",
                aliases=("-",),
            ),
            "info": Leaf(
                "natscli.commands.context_info:info",
                "Show a context, secrets masked.",
                aliases=("show", "view", "v"),
            ),
            "validate": Leaf(
                "natscli.commands.context_info:validate",
                "Check one context or all: values, files, and with --connect the servers.",
            ),
        },
        _SETUP,
        ("ctx",),
    ),
    "completion": Leaf("natscli.commands.completion:completion", "Print the completion script of a shell.", _SETUP),
}
