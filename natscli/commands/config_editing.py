"""Changing a configuration: what differs, said; agreed to; and what the server did not take, said too."""

import json as json_
import os
import tempfile
from collections.abc import Callable
from typing import Annotated, Any

import typer

from natscli.cli.bundles import Options
from natscli.cli.options import SharedOptions
from natscli.commands.editor import find_editor, read_draft, run_editor
from natscli.commands.jetstream import CONFIG, FORCE, read_config
from natscli.errors import ExitCode, NatsCliError, UsageError
from natscli.jetstream.document import Document
from natscli.render.notices import Notices
from natscli.render.output import print_text
from natscli.text.sanitise import safe

_SETS = ("subjects", "filter_subjects", "priority_groups")  # whose order means nothing


class EditingOptions(Options):
    """How a configuration is changed."""

    config: CONFIG = None
    force: FORCE = False
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Edit it in $VISUAL or $EDITOR.")] = False
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what differs; exit code 1 if anything.")] = False


def edited(
    before: Document, name: str, options: EditingOptions, change: Callable[[Document], Document], *, json: bool
) -> Document | None:
    """Return a configuration as it is to be, its differences printed unless a document is to be; None for none.

    ``change`` is made to what it was, to the file's, or to what comes out of the editor.  A dry run ends here.
    """
    if options.interactive and options.config is not None:
        raise UsageError("--interactive and --config do not go together")
    base = read_config(options.config) if options.config is not None else before
    after = change(_edited_by_hand(before, name) if options.interactive else base)
    own = after.text("name") or after.text("durable_name") or name
    if own != name:
        raise UsageError(f"the configuration is that of '{own}', and a name is kept")
    after = after if after.text("name") or after.text("durable_name") else after.changed({"name": name})
    lines = _differences(before, after)
    if lines and (options.dry_run or not json):
        print_text("\n".join(["Differences (-old +new):", *map(safe, lines)]))
    if lines and options.dry_run:
        raise typer.Exit(ExitCode.FAILED)
    return after if lines else None


def _edited_by_hand(config: Document, name: str) -> Document:
    """Return what the user makes of a configuration in the editor; raises UsageError for what is none."""
    editor = find_editor()
    with tempfile.TemporaryDirectory(prefix="natscli-", ignore_cleanup_errors=True) as folder:  # mode 0700
        draft = os.path.join(folder, f"{name}.json")
        with open(draft, "w", encoding="utf-8") as file:
            file.write(json_.dumps(config.raw, indent=2) + "\n")
        run_editor(editor, draft, "nothing was changed")
        text = read_draft(draft)
    try:
        return Document.parse(text)
    except ValueError as error:
        raise UsageError(f"the edited configuration cannot be read: {error}", "nothing was changed") from None


def _differences(before: Document, after: Document) -> list[str]:
    """Return the fields that differ as lines, ``-`` for what was and ``+`` for what is to be."""
    lines = []
    for key in [*before.raw, *(key for key in after.raw if key not in before.raw)]:
        old, new = before.raw.get(key), after.raw.get(key)
        if _same(key, old, new):
            continue
        if old is not None:
            lines.append(f"- {key}: {json_.dumps(old, ensure_ascii=False)}")
        if new is not None:
            lines.append(f"+ {key}: {json_.dumps(new, ensure_ascii=False)}")
    return lines


def check_unchanged(before: Document, now: Document, what: str) -> None:
    """Raise where somebody else has changed a configuration since it was shown, lest their change is undone."""
    if before.raw != now.raw:
        raise NatsCliError(f"{what} was changed by somebody else meanwhile; it is as they left it")


def warn_of_untaken(shared: SharedOptions, asked: Document, got: Document) -> None:
    """Warn of fields that were asked for and are otherwise now: an older server takes some in silence."""
    lost = [key for key, value in asked.raw.items() if key != "metadata" and not _same(key, value, got.raw.get(key))]
    if lost:
        Notices(quiet=shared.quiet).warn(f"the server has other values than were asked for: {', '.join(lost)}")


def _same(key: str, old: Any, new: Any) -> bool:
    if key in _SETS and isinstance(old, list) and isinstance(new, list):
        return sorted(map(str, old)) == sorted(map(str, new))
    return bool(old == new) or (not old and not new)
