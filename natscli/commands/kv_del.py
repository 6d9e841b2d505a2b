"""``natscli kv del``, ``kv purge`` and ``kv compact``: what removes values."""

from __future__ import annotations

import time

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.buckets import BUCKET, KEY, OPTIONAL_KEY, agree, remove_bucket, with_values
from natscli.commands.jetstream import FORCE, JSON
from natscli.commands.kv_put import TTL
from natscli.errors import UsageError
from natscli.jetstream.buckets import Kind, check_bucket
from natscli.jetstream.values import check_key
from natscli.render.notices import Notices
from natscli.render.reports import print_json
from natscli.text.sizes import plural


@shared_options
def delete(
    shared: SharedOptions, bucket: BUCKET, key: OPTIONAL_KEY = None, force: FORCE = False, json: JSON = False
) -> None:
    """Delete a key, or the whole bucket.

    The history of the key is kept.
    """
    if key is None:
        if json:
            raise UsageError("--json is for a key")
        remove_bucket(shared, Kind.VALUES, bucket, force=force)
        return
    check_bucket(bucket)
    check_key(key)
    agree(f"Delete key '{bucket} > {key}'?", f"key '{bucket} > {key}' was not deleted", force=force)
    revision = with_values(shared, bucket, lambda values: values.delete(key), key)
    _report(shared, "Deleted", bucket, key, revision, json=json)


@shared_options
def purge(
    shared: SharedOptions, bucket: BUCKET, key: KEY, force: FORCE = False, ttl: TTL = None, json: JSON = False
) -> None:
    """Delete a key and its history.

    A marker of it stays, or lives for --ttl.
    """
    check_bucket(bucket)
    check_key(key)
    agree(f"Purge key '{bucket} > {key}'?", f"key '{bucket} > {key}' was not purged", force=force)
    revision = with_values(shared, bucket, lambda values: values.purge(key, ttl_ns=ttl or 0), key)
    _report(shared, "Purged", bucket, key, revision, json=json)


@shared_options
def compact(shared: SharedOptions, bucket: BUCKET, force: FORCE = False, json: JSON = False) -> None:
    """Reclaim the space of deleted keys.

    Their history goes, and so do their markers once they are half an hour old.
    """
    check_bucket(bucket)
    question = f"Purge all historic values and audit trails of deleted keys in bucket '{bucket}'?"
    agree(question, f"bucket '{bucket}' was not compacted", force=force)
    purged = with_values(shared, bucket, lambda values: values.compact(time.time_ns()))
    if json:
        print_json({"bucket": bucket, "purged": purged})
    else:
        Notices(quiet=shared.quiet).say(f"Purged {plural(purged, 'message')} from bucket '{bucket}'")


def _report(shared: SharedOptions, done: str, bucket: str, key: str, revision: int, *, json: bool) -> None:
    if json:
        print_json({"bucket": bucket, "key": key, "revision": revision})
    else:
        Notices(quiet=shared.quiet).say(f"{done} '{bucket} > {key}' at revision {revision}")
