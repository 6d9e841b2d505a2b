"""``natscli object add``, ``object edit`` and ``object seal``: buckets."""

from __future__ import annotations

import dataclasses

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.bucket_options import BucketOptions, StorageOptions
from natscli.commands.buckets import BUCKET, agree, print_bucket
from natscli.commands.jetstream import FORCE, JSON, with_api
from natscli.errors import UsageError
from natscli.jetstream.buckets import BucketSettings, Kind, change_bucket, check_bucket, create_bucket, seal_bucket
from natscli.render.notices import Notices


@shared_options
def add(
    shared: SharedOptions, common: BucketOptions, storing: StorageOptions, bucket: BUCKET, json: JSON = False
) -> None:
    """Make an object bucket."""
    check_bucket(bucket)
    settings = dataclasses.replace(common.settings(), storage=storing.word)
    print_bucket(with_api(shared, lambda api: create_bucket(api, Kind.OBJECTS, bucket, settings)), json=json)


@shared_options
def edit(shared: SharedOptions, common: BucketOptions, bucket: BUCKET, json: JSON = False) -> None:
    """Change an object bucket."""
    check_bucket(bucket)
    settings = common.settings()
    if settings == BucketSettings():
        raise UsageError("nothing is to be changed", "name an option")
    print_bucket(with_api(shared, lambda api: change_bucket(api, Kind.OBJECTS, bucket, settings)), json=json)


@shared_options
def seal(shared: SharedOptions, bucket: BUCKET, force: FORCE = False, json: JSON = False) -> None:
    """Let nothing in a bucket be changed any more."""
    check_bucket(bucket)
    question = f"Really seal bucket '{bucket}'? A sealed bucket cannot be unsealed or changed."
    agree(question, f"bucket '{bucket}' was not sealed", force=force)
    sealed = with_api(shared, lambda api: seal_bucket(api, Kind.OBJECTS, bucket))
    Notices(quiet=shared.quiet).say(f"Sealed bucket '{bucket}'")
    print_bucket(sealed, json=json)
