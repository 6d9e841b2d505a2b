"""``natscli object del``."""

from __future__ import annotations

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.buckets import BUCKET, OPTIONAL_OBJECT, agree, remove_bucket, with_objects
from natscli.commands.jetstream import FORCE, JSON
from natscli.errors import UsageError
from natscli.jetstream.buckets import Kind, check_bucket
from natscli.jetstream.objects import check_object
from natscli.render.notices import Notices
from natscli.render.objects import object_document
from natscli.render.reports import print_json


@shared_options
def delete(
    shared: SharedOptions, bucket: BUCKET, name: OPTIONAL_OBJECT = None, force: FORCE = False, json: JSON = False
) -> None:
    """Delete an object, or the whole bucket."""
    if name is None:
        if json:
            raise UsageError("--json is for an object")
        remove_bucket(shared, Kind.OBJECTS, bucket, force=force)
        return
    check_bucket(bucket)
    check_object(name)
    agree(f"Delete the object '{bucket} > {name}'?", f"'{bucket} > {name}' was not deleted", force=force)
    gone = with_objects(shared, bucket, lambda objects: objects.delete(name))
    if json:
        print_json(object_document(gone))
    else:
        Notices(quiet=shared.quiet).say(f"Deleted '{bucket} > {name}'")
