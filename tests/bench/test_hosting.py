"""A thread of a run ends whenever it is dismissed."""

import pytest

from natscli.bench.hosting import Host
from natscli.errors import ConnectError
from tests.waiting import eventually


class Refused:
    """A worker whose connection cannot be made."""

    failure = None
    started_ns = 0


async def refuse(_worker):
    raise ConnectError("cannot connect: refused")


@pytest.mark.parametrize("workers", [1, 3])
def test_one_dismissed_before_it_has_a_loop_ends(workers):
    hosts = [Host([Refused() for _ in range(workers)], refuse, lambda: None) for _ in range(50)]

    for host in hosts:
        host.dismiss()
        host.start()

    assert eventually(lambda: all(host.over for host in hosts))


def test_one_dismissed_as_it_begins_ends():
    hosts = [Host([Refused()], refuse, lambda: None) for _ in range(200)]

    for host in hosts:
        host.start()
        host.dismiss()

    assert eventually(lambda: all(host.over for host in hosts))
    assert not [host.error for host in hosts if host.error is not None]
