"""What any user may know of a server and of themselves: INFO, a measured round trip, the account.

Sources: the connection itself; ``$SYS.REQ.USER.INFO``; VARZ where the system account or HTTP monitoring allows.
"""

from dataclasses import dataclass
from typing import Any

from natscli.connection.client import Connection
from natscli.connection.deadline import Deadline
from natscli.context.urls import redact
from natscli.system.link import Link, look_at, tried
from natscli.system.monitoring import varz_from_http, varz_from_system_account
from natscli.system.user_info import ask_user_info


@dataclass(frozen=True, slots=True)
class ServerReport:
    """One server as one user sees it.  Documents are the server's own, unknown fields included."""

    link: Link
    user: dict[str, Any] | None
    user_error: str | None  # why ``user`` is None
    varz: dict[str, Any] | None  # None for a user who may not ask, and without monitoring
    varz_source: str


async def describe(connection: Connection, deadline: Deadline, monitor_url: str | None = None) -> ServerReport:
    """Return what the connected server says of itself and of us.

    A monitoring URL that was given has to answer; without one the system account's users get VARZ too.
    """
    link = await look_at(connection, deadline)
    user, user_error = await tried(ask_user_info(connection, deadline))
    varz: dict[str, Any] | None
    if monitor_url is not None:
        varz, source = await varz_from_http(monitor_url, deadline), f"{redact(monitor_url)}/varz"
    else:
        source = f"$SYS.REQ.SERVER.{connection.info.get('server_id', '')}.VARZ"
        varz, _ = await tried(varz_from_system_account(connection, source.split(".")[3], deadline))
    return ServerReport(link, user, user_error, varz, source)
