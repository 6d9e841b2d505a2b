"""``natscli kv add``."""

from __future__ import annotations

import dataclasses

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.bucket_options import BucketOptions, MirrorOptions, StorageOptions, ValueOptions
from natscli.commands.buckets import BUCKET, print_bucket
from natscli.commands.jetstream import JSON, with_api
from natscli.errors import UsageError
from natscli.jetstream.buckets import Kind, check_bucket, create_bucket


@shared_options
def add(
    shared: SharedOptions,
    common: BucketOptions,
    values: ValueOptions,
    storing: StorageOptions,
    origin: MirrorOptions,
    bucket: BUCKET,
    json: JSON = False,
) -> None:
    """Make a key-value bucket."""
    check_bucket(bucket)
    if origin.mirror and values.source:
        raise UsageError("--mirror and --source do not go together")
    if origin.mirror_domain and not origin.mirror:
        raise UsageError("--mirror-domain needs --mirror")
    settings = dataclasses.replace(
        common.settings(),
        history=values.history,
        storage=storing.word,
        marker_ttl_ns=values.marker_ttl,
        max_value_size=values.max_value_size,
        republish=values.republish(),
        mirror=origin.mirror,
        mirror_domain=origin.mirror_domain,
        sources=tuple(values.source or ()),
    )
    print_bucket(with_api(shared, lambda api: create_bucket(api, Kind.VALUES, bucket, settings)), json=json)
