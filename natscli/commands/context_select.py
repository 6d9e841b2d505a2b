"""``natscli context select``, ``unselect`` and ``previous``."""

import os
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.asking import pick
from natscli.commands.context_info import print_context
from natscli.context.store import Store
from natscli.errors import UsageError
from natscli.render.notices import Notices


@shared_options
def select(
    shared: SharedOptions,
    saved: Annotated[str | None, typer.Argument(help="The context; asked for on a terminal.", metavar="NAME")] = None,
) -> None:
    """Select the context that is used where none is named."""
    store = Store.of(os.environ)
    if saved is None:
        names = store.names()
        if not names:
            raise UsageError("no context is saved", "natscli context add NAME saves one")
        saved = pick("Which context?", names, f"natscli context select {names[0]}")
    _select(store, saved, shared)


@shared_options
def unselect(shared: SharedOptions) -> None:
    """Let no context be selected."""
    store = Store.of(os.environ)
    before = store.unselect()
    said = f"Unselected context '{before}'" if before else "No context was selected"
    Notices(quiet=shared.quiet).say(said)


@shared_options
def previous(shared: SharedOptions) -> None:
    """Select the context that was selected before."""
    store = Store.of(os.environ)
    name = store.previous()
    if name is None:
        raise UsageError("no context was selected before", "natscli context select NAME")
    _select(store, name, shared)


def _select(store: Store, name: str, shared: SharedOptions) -> None:
    store.select(name)
    Notices(quiet=shared.quiet).say(f"Selected context '{name}'")
    print_context(store, name)
