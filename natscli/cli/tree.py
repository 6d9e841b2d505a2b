"""Every command there is, in the order help lists them."""

from natscli.cli.lazy import Branch, Leaf

_MESSAGING, _SERVERS, _TRYING, _SETUP = "Messaging", "Servers", "Trying it out", "Setting up"
_SERVER_INFO = "Show what a server says of itself and of your account."

TREE: dict[str, Leaf | Branch] = {
    "pub": Leaf("natscli.commands.pub:pub", "Publish messages to a subject.", _MESSAGING, ("publish",)),
    "sub": Leaf("natscli.commands.sub:sub", "Print the messages of some subjects.", _MESSAGING, ("subscribe",)),
    "req": Leaf("natscli.commands.req:req", "Send a request and print its replies.", _MESSAGING, ("request",)),
    "reply": Leaf("natscli.commands.reply:reply", "Answer the requests on a subject.", _MESSAGING),
    "record": Leaf("natscli.commands.record:record", "Record the messages of some subjects in a file.", _MESSAGING),
    "replay": Leaf("natscli.commands.replay:replay", "Publish the messages of a recording again.", _MESSAGING),
    "rtt": Leaf("natscli.commands.rtt:rtt", "Measure the round-trip time to the servers.", _SERVERS),
    "server-info": Leaf("natscli.commands.server_info:server_info", _SERVER_INFO, _SERVERS),
    "server": Branch(
        "Look at servers, and run one here.",
        {
            "info": Leaf("natscli.commands.server_info:server_info", _SERVER_INFO),
            "run": Leaf("natscli.commands.server_run:server_run", "Run a NATS server on this machine."),
        },
        _SERVERS,
        ("srv",),
    ),
    "demo": Leaf("natscli.commands.demo:demo", "See live traffic on a server started for it.", _TRYING),
    "completion": Leaf("natscli.commands.completion:completion", "Print the completion script of a shell.", _SETUP),
}
