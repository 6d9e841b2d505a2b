"""``natscli context ls`` and ``natscli context rm``."""

import os
import sys
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.asking import confirm
from natscli.commands.context_info import SAVED, context_document, is_selected
from natscli.context.document import Document
from natscli.context.masking import masked
from natscli.context.store import Store
from natscli.errors import NatsCliError, UsageError
from natscli.render.colour import is_terminal
from natscli.render.notices import Notices
from natscli.render.output import print_bytes, print_text
from natscli.render.reports import print_json
from natscli.render.table import text_table
from natscli.text.sanitise import safe


@shared_options
def ls(
    shared: SharedOptions,
    json: Annotated[bool, typer.Option("--json", "-j", help="One JSON document.")] = False,
    names: Annotated[bool, typer.Option("--names", help="Names only, one a line.")] = False,
) -> None:
    """List the saved contexts; * marks the selected one."""
    if json and names:
        raise UsageError("--json and --names do not go together")
    store = Store.of(os.environ)
    known = store.names()
    if names:
        encoded = [safe(name).encode() if is_terminal(sys.stdout) else os.fsencode(name) for name in known]
        print_bytes(b"".join([name + b"\n" for name in encoded]))
        return
    notices = Notices(quiet=shared.quiet)
    loaded = {name: document for name in known if (document := _load(store, name, notices)) is not None}
    if json:
        print_json([context_document(store, name, document) for name, document in loaded.items()])
    elif not known:
        notices.say(f"no context is saved in {os.path.join(store.folder, 'context')}")
    else:
        print_text(text_table(("name", "description", "servers"), [_row(store, name, loaded) for name in known]))
    _check_selection(store, known, notices)


@shared_options
def rm(
    shared: SharedOptions,
    saved: SAVED,
    force: Annotated[bool, typer.Option("--force", "-f", help="Do not ask, and remove the selected one too.")] = False,
) -> None:
    """Remove a context."""
    store = Store.of(os.environ)
    store.check_exists(saved)
    if not force and is_selected(store, saved):
        raise UsageError(f"context '{saved}' is selected", "select another, or add --force")
    if not force and not confirm(f"Remove context '{saved}'?", "--force removes it without asking"):
        raise NatsCliError(f"context '{saved}' was not removed")
    store.remove(saved)
    Notices(quiet=shared.quiet).say(f"Removed context '{saved}'")


def _load(store: Store, name: str, notices: Notices) -> Document | None:
    """Return a context, or warn of what is wrong with it."""
    try:
        return store.load(name)
    except UsageError as error:
        notices.warn(str(error))
        return None


def _row(store: Store, name: str, loaded: dict[str, Document]) -> tuple[str, str, str]:
    marked = f"{name}*" if is_selected(store, name) else name
    if name not in loaded:
        return marked, "(broken)", ""
    document = loaded[name]
    return marked, document.get("description") or "", masked("url", document.get("url") or "")


def _check_selection(store: Store, known: list[str], notices: Notices) -> None:
    """Warn of a selection that leads nowhere."""
    try:
        selected = store.selected()
    except UsageError as error:
        notices.warn(str(error))
        return
    if selected is not None and selected not in known:
        notices.warn(f"the selected context '{selected}' does not exist")
