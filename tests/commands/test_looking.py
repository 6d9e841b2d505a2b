"""What the app of top is started with."""

from natscli.cli.options import SharedOptions
from natscli.commands.looking import _origin


def test_commands_that_are_copied_go_where_the_app_is_without_a_secret():
    shared = SharedOptions(
        context="prod",
        server="nats://me:secret@host:4222",
        js_domain="hub",
        js_api_prefix="$JS.x.API",
        password="secret",
    )
    assert _origin(shared) == (
        "--context", "prod", "--server", "nats://***@host:4222", "--js-domain", "hub", "--js-api-prefix", "$JS.x.API",
    )  # fmt: skip
