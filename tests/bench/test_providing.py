"""What is made for runs and removed behind them, on a server."""

import pytest

from natscli.bench.plan import Mode, Spec
from natscli.bench.providing import Provider
from natscli.bench.provision import Provision
from natscli.bench.store import Store
from natscli.errors import DeadlineError
from natscli.jetstream.streams import delete_stream
from tests.jetstream.asking import ask, with_api


@pytest.fixture
def jetstream(make_server):
    return make_server(jetstream=True).url


async def never(spec):
    raise AssertionError("nothing is to be filled")


def made(api, name):
    """A provider that may make a stream, and the run that needs it."""
    spec = Spec(mode=Mode.JS_ASYNC, subject=f"{name}.a", msgs=10, store=Store(name=name))
    return Provider(api, Provision(create=True, keep=False), never), spec


def test_what_somebody_else_removed_is_as_good_as_removed(jetstream):
    async def work(api):
        provider, spec = made(api, "GONE")
        await provider.ready(spec)
        assert provider.remaining == ["GONE"]
        await delete_stream(api, "GONE")
        await provider.remove()
        return provider.remaining, provider.may_be_gone("GONE")

    assert with_api(jetstream, work) == ([], False)
    assert not ask(jetstream, "STREAM.NAMES")["streams"]


def test_a_removal_that_nobody_answered_may_have_been_made(jetstream, monkeypatch):
    async def unanswered(api, name):
        raise DeadlineError("no answer")

    async def work(api):
        provider, spec = made(api, "PERHAPS")
        await provider.ready(spec)
        before = provider.may_be_gone("PERHAPS")
        with monkeypatch.context() as patched:
            patched.setattr("natscli.bench.providing.delete_stream", unanswered)
            with pytest.raises(DeadlineError):
                await provider.remove()
        between = (provider.remaining, provider.may_be_gone("PERHAPS"))
        await provider.remove()
        return before, between, provider.remaining

    assert with_api(jetstream, work) == (False, (["PERHAPS"], True), [])
