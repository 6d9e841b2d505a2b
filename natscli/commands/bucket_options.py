"""The options of ``natscli kv add``, ``kv edit``, ``object add`` and ``object edit``, and what they say of a bucket."""

from typing import Annotated, Any

import typer

from natscli.cli.bundles import Options
from natscli.commands.jetstream import limit, listed, metadata_of, nanoseconds
from natscli.commands.stream_options import Storage
from natscli.errors import UsageError
from natscli.jetstream.buckets import MOST_HISTORY, BucketSettings, Republish


def _option(*names: str, **more: Any) -> Any:
    return typer.Option(*names, show_default=False, rich_help_panel="Bucket", **more)


_DURATION = {"parser": nanoseconds, "metavar": "DUR"}
_BYTES = {"parser": limit, "metavar": "BYTES"}


class BucketOptions(Options):
    """What a bucket of either kind is to be.  None is not typed."""

    description: Annotated[str | None, _option("--description", help="What it is for.")] = None
    ttl: Annotated[int | None, _option("--ttl", help="How long to keep what is in it.", **_DURATION)] = None
    replicas: Annotated[int | None, _option("--replicas", min=1, help="How many servers keep it.")] = None
    max_bucket_size: Annotated[int | None, _option("--max-bucket-size", help="The most bytes in it.", **_BYTES)] = None
    tags: Annotated[list[str] | None, _option("--tags", help="Only servers with this tag.")] = None
    cluster: Annotated[str | None, _option("--cluster", help="Only servers of this cluster.")] = None
    compress: Annotated[bool | None, _option("--compress/--no-compress", help="Compress it on disk.")] = None
    metadata: Annotated[list[str] | None, _option("--metadata", metavar="K:V", help="Notes, as name:value.")] = None

    def settings(self) -> BucketSettings:
        """Return what they say; UsageError."""
        metadata = metadata_of(self.metadata)
        return BucketSettings(
            description=self.description,
            ttl_ns=self.ttl,
            replicas=self.replicas,
            max_bucket_size=self.max_bucket_size,
            tags=None if self.tags is None else tuple(listed(self.tags) or ()),
            cluster=self.cluster,
            compress=self.compress,
            metadata=None if metadata is None else tuple(metadata.items()),
        )


class ValueOptions(Options):
    """What a key-value bucket is to be, besides."""

    history: Annotated[
        int | None, _option("--history", min=1, max=MOST_HISTORY, help="How many values to keep per key.")
    ] = None
    marker_ttl: Annotated[
        int | None,
        _option("--marker-ttl", help="Allow TTLs of keys; how long limits leave markers.", **_DURATION),
    ] = None
    max_value_size: Annotated[int | None, _option("--max-value-size", help="The largest value.", **_BYTES)] = None
    republish_source: Annotated[str | None, _option("--republish-source", help="Subjects to publish again.")] = None
    republish_destination: Annotated[str | None, _option("--republish-destination", help="On what subjects.")] = None
    republish_headers: Annotated[bool, _option("--republish-headers", help="Without values.")] = False
    source: Annotated[list[str] | None, _option("--source", metavar="BUCKET", help="Take in another bucket.")] = None

    def republish(self) -> Republish | None:
        """Return what is published again; UsageError."""
        if self.republish_destination:
            return Republish(self.republish_source or "", self.republish_destination, self.republish_headers)
        if self.republish_source or self.republish_headers:
            raise UsageError("--republish-source and --republish-headers need --republish-destination")
        return None


class StorageOptions(Options):
    """What can be said of a bucket only while it is made."""

    storage: Annotated[Storage, _option("--storage", help="file or memory.")] = Storage.FILE

    @property
    def word(self) -> str:
        """The server's word."""
        return "memory" if self.storage.value.startswith("m") else "file"


class MirrorOptions(Options):
    """Where a new bucket's values come from."""

    mirror: Annotated[str | None, _option("--mirror", metavar="BUCKET", help="Mirror another bucket.")] = None
    mirror_domain: Annotated[str | None, _option("--mirror-domain", help="The JetStream domain it is in.")] = None
