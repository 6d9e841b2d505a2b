"""``natscli context add`` and ``natscli context copy``."""

import os
from typing import Annotated

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.context_info import print_context
from natscli.context.document import Document
from natscli.context.saving import amend, check, embedded
from natscli.context.settings import load_context
from natscli.context.store import Store, check_new_name
from natscli.errors import UsageError
from natscli.render.notices import Notices

NEW = Annotated[str, typer.Argument(help="What it is called.", metavar="NAME")]


class SaveOptions(Options):
    """What a saved context gets beside the options of connecting."""

    description: Annotated[str | None, typer.Option("--description", help="What it is for.")] = None
    select: Annotated[bool, typer.Option("--select", help="Select it, too.")] = False
    embed: Annotated[bool, typer.Option("--embed", help="Save what is in key files, not where they are.")] = False


@shared_options
def add(shared: SharedOptions, saving: SaveOptions, name: NEW) -> None:
    """Save how to connect as a context, or change one.

    What is typed is saved, as it is typed; what is missing then is taken from the environment, or for a new
    context from the one that --context names.  NATS_PASSWORD saves a password without showing it to others.
    """
    store = Store.of(os.environ)
    base: Document = {}
    if store.exists(name):
        if shared.context is not None:
            raise UsageError(f"there is a context '{name}': --context is what a new one begins with")
        base = store.load(name)
    else:
        check_new_name(name)
        if shared.context is not None and not shared.no_context:
            base = load_context(shared.context, os.environ)
    _save(shared, saving, store, name, base)


@shared_options
def copy(
    shared: SharedOptions,
    saving: SaveOptions,
    saved: Annotated[str, typer.Argument(help="The context to copy.", metavar="SOURCE")],
    name: NEW,
) -> None:
    """Copy a context, with what is typed changed.

    Keys that natscli does not know are copied too.
    """
    store = Store.of(os.environ)
    base = store.load(saved)
    if store.exists(name):
        raise UsageError(f"there is a context '{name}' already")
    check_new_name(name)
    if shared.context is not None:
        raise UsageError("a copy takes no --context: its source is named as an argument")
    _save(shared, saving, store, name, base)


def _save(shared: SharedOptions, saving: SaveOptions, store: Store, name: str, base: Document) -> None:
    notices = Notices(quiet=shared.quiet)
    amended = amend(name, base, shared.typed._replace(context=None), os.environ)
    document = amended.document
    if saving.description is not None:
        document = document | {"description": saving.description}
    check(name, document)
    if saving.embed:
        document = embedded(document)
    store.save(name, document)
    for choice in amended.from_environment:
        notices.say(f"saved from the environment: {choice.field} from {choice.origin.name}")
    if amended.given_up:
        notices.say(f"given up for the new credentials: {', '.join(amended.given_up)}")
    if document["user"] and not document["password"]:
        notices.say("no password is saved with the user: NATS_PASSWORD gives it")
    if saving.select:
        store.select(name)
    print_context(store, name)
