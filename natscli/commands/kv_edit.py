"""``natscli kv edit`` and ``kv revert``."""

import dataclasses
import os
import shutil
import tempfile
from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.bucket_options import BucketOptions, ValueOptions
from natscli.commands.buckets import BUCKET, KEY, OPTIONAL_KEY, agree, print_bucket, with_values
from natscli.commands.editor import find_editor, read_draft, run_editor
from natscli.commands.jetstream import JSON, with_api
from natscli.commands.kv_get import print_history
from natscli.errors import NatsCliError, UsageError
from natscli.jetstream.buckets import BucketSettings, Kind, change_bucket, check_bucket
from natscli.jetstream.entries import Entry, Operation
from natscli.jetstream.values import Values, check_key
from natscli.render.notices import Notices
from natscli.render.reports import print_json

NO_MIRROR = Annotated[
    bool, typer.Option("--no-mirror", rich_help_panel="Bucket", help="Let a mirror be a bucket of its own.")
]
FORCE_REVERT = Annotated[bool, typer.Option("--force/--no-force", "-f", help="Do it without asking.")]


@shared_options
def edit(
    shared: SharedOptions,
    common: BucketOptions,
    values: ValueOptions,
    bucket: BUCKET,
    key: OPTIONAL_KEY = None,
    no_mirror: NO_MIRROR = False,
    json: JSON = False,
) -> None:
    """Change a bucket, or edit the value of a key in $VISUAL or $EDITOR.

    The edited value is stored only if nobody has stored another one meanwhile; otherwise it is kept in a file.
    """
    check_bucket(bucket)
    settings = dataclasses.replace(
        common.settings(),
        history=values.history,
        marker_ttl_ns=values.marker_ttl,
        max_value_size=values.max_value_size,
        republish=values.republish(),
        sources=tuple(values.source or ()),
        no_mirror=no_mirror,
    )
    if key is not None:
        if settings != BucketSettings():
            raise UsageError("the options are about the bucket, and a key is named", "leave one of them out")
        _edit_value(shared, bucket, check_key(key), json=json)
        return
    if settings == BucketSettings():
        raise UsageError("nothing is to be changed", "name an option, or the key whose value is to be edited")
    print_bucket(with_api(shared, lambda api: change_bucket(api, Kind.VALUES, bucket, settings)), json=json)


@shared_options
def revert(
    shared: SharedOptions,
    bucket: BUCKET,
    key: KEY,
    revision: Annotated[int, typer.Argument(min=1, help="The revision to go back to.")],
    force: FORCE_REVERT = False,
    json: JSON = False,
) -> None:
    """Store the value that a key had at a revision again.

    It is not stored where somebody stores another one meanwhile.
    """
    check_bucket(bucket)
    check_key(key)
    entries = with_values(shared, bucket, lambda values: values.history(key), key)
    wanted = _at(entries, bucket, key, revision)
    latest = entries[-1].revision
    agree(
        f"Revert '{bucket} > {key}' from revision {latest} to revision {revision}?",
        f"'{bucket} > {key}' was not reverted",
        force=force,
    )

    async def store(values: Values) -> list[Entry]:
        await values.put(key, wanted.value, expected=latest)
        return await values.history(key)

    print_history(with_values(shared, bucket, store, key), json=json)


def _at(entries: list[Entry], bucket: str, key: str, revision: int) -> Entry:
    """Return the entry to go back to."""
    found = next((entry for entry in entries if entry.revision == revision), None)
    hint = f"natscli kv history {bucket} {key} shows its revisions"
    if found is None:
        raise NatsCliError(f"'{bucket} > {key}': there is no revision {revision}", hint)
    if found.operation is not Operation.PUT:
        raise NatsCliError(f"'{bucket} > {key}': revision {revision} has no value: it marks a removal", hint)
    if found is entries[-1]:
        raise NatsCliError(f"'{bucket} > {key}': revision {revision} is the latest")
    return found


def _edit_value(shared: SharedOptions, bucket: str, key: str, *, json: bool) -> None:
    """Have a value edited, and store it where it was; what cannot be stored stays in its file."""
    command = find_editor()
    before = with_values(shared, bucket, lambda values: values.get(key), key)
    _check_text(before)
    folder = tempfile.mkdtemp(prefix="natscli-")  # mode 0700
    draft = os.path.join(folder, f"{key.replace('/', '_')}.txt"[-200:])
    keep = False
    try:
        with open(draft, "wb") as file:
            file.write(before.value)
        run_editor(command, draft, f"'{bucket} > {key}' is as it was")
        edited = _as_before(before.value, read_draft(draft))
        if edited == before.value:
            Notices(quiet=shared.quiet).say(f"'{bucket} > {key}' is unchanged")
            return
        keep = True
        revision = with_values(shared, bucket, lambda values: values.put(key, edited, expected=before.revision), key)
        keep = False
    finally:
        if keep:
            Notices().warn(f"what you wrote is not stored: it is kept in {draft}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    if json:
        print_json({"bucket": bucket, "key": key, "revision": revision})
    else:
        Notices(quiet=shared.quiet).say(f"Stored '{bucket} > {key}' at revision {revision}")


def _check_text(entry: Entry) -> None:
    try:
        entry.value.decode()
    except UnicodeDecodeError:
        hint = f"natscli kv get --raw writes it to a file, natscli kv update {entry.bucket} {entry.key} @FILE stores it"
        raise NatsCliError(f"'{entry.bucket} > {entry.key}': the value is no text", hint) from None


def _as_before(before: bytes, edited: bytes) -> bytes:
    """Return what was edited without the line feed that editors put at the end of what had none."""
    if edited.endswith(b"\n") and not before.endswith(b"\n"):
        return edited[:-1]
    return edited
