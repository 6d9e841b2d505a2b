"""Host names to addresses, in a thread that nothing waits for.

The event loop's own threads are waited for when it is closed, so that a name server which does not
answer would keep a command half a minute beyond its time-out.
"""

import asyncio
import socket
import threading
from typing import Any


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of ``host``, the best first; an address is its own.  OSError when there are none."""
    if _is_address(host):
        return [host]
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def settle(addresses: list[str], failure: OSError | None) -> None:
        if answer.done():
            return
        if failure is not None:
            answer.set_exception(failure)
        else:
            answer.set_result(addresses)

    def look_up() -> None:
        outcome = _look_up(host, port)
        try:
            loop.call_soon_threadsafe(settle, *outcome)
        except RuntimeError:
            return  # the loop has been closed: nobody waits any more

    threading.Thread(target=look_up, name="resolver", daemon=True).start()
    return await answer


def _look_up(host: str, port: int) -> tuple[list[str], OSError | None]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return [], error
    except UnicodeError as error:  # a label is empty or too long
        return [], socket.gaierror(socket.EAI_NONAME, str(error))
    return list(dict.fromkeys(_text(address) for *_, address in found)), None


def _text(address: tuple[Any, ...]) -> str:
    """Return a socket address without its port; one of IPv6 that holds on one network only names it."""
    scope = address[3] if len(address) == 4 else 0
    return f"{address[0]}%{scope}" if scope else str(address[0])


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host.partition("%")[0])
        except (OSError, UnicodeError, ValueError):
            continue
        return True
    return False
