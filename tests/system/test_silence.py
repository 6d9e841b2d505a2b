"""Servers that answer no questions: what is asked for an explanation, or a report, ends in time."""

import asyncio
import time

from natscli.connection.deadline import Deadline
from natscli.errors import PermissionDeniedError
from natscli.system.account_info import describe_account
from natscli.system.permissions import Advisor
from tests.connection.opening import connected
from tests.connection.peers import fake_server, ordinary
from tests.waiting import SLACK_S

SECONDS = 0.3


def test_a_refusal_is_not_explained_for_longer_than_allowed():
    refusal = PermissionDeniedError("no", verb="publish", subject="a")

    async def explain() -> PermissionDeniedError:
        async with fake_server(ordinary) as fake, connected(fake.url) as connection:
            return await Advisor(connection).explain(refusal, SECONDS)

    started = time.monotonic()
    explained = asyncio.run(explain())

    assert str(explained) == "no"
    assert time.monotonic() - started < SECONDS + SLACK_S


def test_a_report_is_made_of_what_came_in_time():
    async def describe():
        async with fake_server(ordinary) as fake, connected(fake.url) as connection:
            return await describe_account(connection, Deadline(5.0))

    started = time.monotonic()
    report = asyncio.run(describe())

    assert report.user_error == "no reply on '$SYS.REQ.USER.INFO' within 5s"
    silence = "no reply on '$JS.API.INFO' within 5s"
    assert report.jetstream_error == f"JetStream account: JetStream did not answer: {silence}"
    assert report.link.rtt_s > 0
    assert time.monotonic() - started < 6 + SLACK_S


def test_many_refusals_are_explained_by_one_question(monkeypatch):
    monkeypatch.setattr("natscli.system.permissions._FRESH_S", 60.0)

    async def explain() -> int:
        async with fake_server(ordinary) as fake, connected(fake.url) as connection:
            advisor = Advisor(connection)
            refusals = [PermissionDeniedError("no", verb="publish", subject=f"a{number}") for number in range(100)]
            await asyncio.gather(*(advisor.explain(refusal, SECONDS) for refusal in refusals))
            await connection.confirm(30)  # the server has heard all of it
            return fake.heard.count(b"PUB $SYS.REQ.USER.INFO")

    assert asyncio.run(explain()) == 1
