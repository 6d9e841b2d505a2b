"""What the Go CLI has under a name that is none here: which command does it, or comes nearest.

Read only where a command or an option is not known, so that whoever types from habit is told what to type instead.
"""

from natscli.cli.tree import TREE

_SYSTEM = "with a user of the system account"
_SERVICES = "natscli req '$SRV.{}' '' --replies 0 --raw"
_ASK = f"natscli req '$SYS.REQ.SERVER.PING.{{}}' '' --replies 0 --raw asks every server, {_SYSTEM}"

_COMMANDS = {
    "account backup": "natscli stream backup writes one stream",
    "account restore": "natscli stream restore reads one stream",
    "account tls": "natscli server-info --debug shows the server's certificates",
    "auth account": "natscli auth check FILE shows what a JWT says; nsc makes accounts",
    "auth operator": "natscli auth check FILE shows what a JWT says; nsc makes operators",
    "auth user": "natscli auth check FILE shows what credentials say; nsc makes users",
    "cheat": "natscli --help lists the commands, natscli COMMAND --help shows one",
    "events": f"natscli sub '$JS.EVENT.>'; '$SYS.ACCOUNT.*.CONNECT' and the like {_SYSTEM}",
    "latency": "natscli bench pubsub measures one way, natscli rtt there and back",
    "micro": f"{_SERVICES.format('PING')} finds the services, $SRV.INFO and $SRV.STATS ask them",
    "server check": "natscli rtt, server-info, auth check and stream info tell by their exit codes",
    "server list": _ASK.format("VARZ"),
    "server ping": _ASK.format("IDZ"),
    "server report": _ASK.format("CONNZ") + "; JSZ and ACCOUNTZ likewise",
    "server request": _ASK.format("VARZ"),
    "server watch": "natscli top shows traffic by subject, and connections with S",
    "service": f"{_SERVICES.format('PING')} finds the services, $SRV.INFO and $SRV.STATS ask them",
    "trace": "natscli pub SUBJECT BODY -H Nats-Trace-Dest:INBOX has servers report to INBOX what they do",
    "traffic": "natscli top",
    "version": "natscli --version",
}
_OPTIONS = {
    "--certstore": "--tlscert and --tlskey name files; the store of Windows is not used",
    "--colors": "--color and --no-color, or the variable NO_COLOR",
    "--domain": "--js-domain",
    "--graph": "natscli top SUBJECT draws rates: key 3",
    "--insecure": "--tls-insecure",
    "--no-tlsfirst": "TLS comes after INFO unless --tlsfirst or a context asks for it first",
    "--nsc": "--creds nsc://OPERATOR/ACCOUNT/USER",
    "--skip-verify": "--tls-insecure",
    "--tls-first": "--tlsfirst",
}


def command_elsewhere(path: str) -> str | None:
    """Return what does what a command of the Go CLI does, given as ``server ping``; None for what that has not."""
    group, *rest = path.split()
    canonical = next((name for name, node in TREE.items() if group in node.aliases), group)
    return _COMMANDS.get(" ".join([canonical, *rest]))


def option_elsewhere(name: str) -> str | None:
    """Return what takes the place of an option of the Go CLI, or of one that other tools have."""
    return _OPTIONS.get(name)
