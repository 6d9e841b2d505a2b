"""``natscli context edit``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.asking import can_ask, confirm
from natscli.commands.context_info import SAVED, print_context
from natscli.commands.editor import find_editor, read_draft, run_editor
from natscli.context.document import Document, parse, serialise
from natscli.context.saving import check
from natscli.context.store import Store
from natscli.errors import NatsCliError, UsageError
from natscli.render.notices import Notices


@shared_options
def edit(shared: SharedOptions, saved: SAVED) -> None:
    """Edit a context's JSON in $VISUAL or $EDITOR.

    The editor gets a copy in a folder of its own, for your eyes only.  It takes the context's place when it can be
    read and used; a broken context can be mended so.
    """
    store = Store.of(os.environ)
    before = store.read(saved)
    editor = find_editor()
    notices = Notices(quiet=shared.quiet)
    with tempfile.TemporaryDirectory(prefix="natscli-", ignore_cleanup_errors=True) as folder:  # mode 0700
        draft = os.path.join(folder, f"{saved}.json")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(_laid_out(before))
        document = _edited(editor, draft, saved, notices)
    if document is None:
        notices.say(f"Context '{saved}' is unchanged")
        return
    if store.read(saved) != before:
        raise NatsCliError(f"context '{saved}' was changed by somebody else meanwhile; it is as they left it")
    store.save(saved, document)
    notices.say(f"Saved context '{saved}'")
    print_context(store, saved)


def _laid_out(raw: bytes) -> bytes:
    """Return a context for people; a broken one as it is."""
    try:
        return serialise(parse(raw)) + b"\n"
    except ValueError:
        return raw


def _edited(editor: Sequence[str], draft: str, name: str, notices: Notices) -> Document | None:
    """Return what the user made of the draft, None for nothing; again, if they wish, until it is good."""
    before = read_draft(draft)
    while True:
        run_editor(editor, draft, "the context is as it was")
        now = read_draft(draft)
        if now == before:
            return None
        try:
            document = _checked(name, now)
        except UsageError as error:
            if not can_ask():
                raise
            notices.warn(str(error))
            if not confirm("Edit it again?", ""):
                raise
        else:
            return document


def _checked(name: str, raw: bytes) -> Document:
    try:
        document = parse(raw)
    except ValueError as error:
        raise UsageError(f"context '{name}' would be broken: {error}", "it is as it was") from None
    check(name, document)
    return document
