"""``natscli stream edit``."""

from typing import Annotated

import typer

from natscli.cli.options import SharedOptions, shared_options
from natscli.commands.config_editing import EditingOptions, check_unchanged, edited, warn_of_untaken
from natscli.commands.jetstream import (
    JSON,
    STREAM,
    ChoiceOptions,
    agreed,
    agreed_on_bucket,
    chosen_stream,
    with_api,
)
from natscli.commands.stream_info import print_stream
from natscli.commands.stream_options import StreamOptions, said_of
from natscli.jetstream.api import Api
from natscli.jetstream.configuration import StreamConfig
from natscli.jetstream.information import StreamInfo
from natscli.jetstream.streams import stream_info, update_stream
from natscli.render.notices import Notices


@shared_options
def edit(
    shared: SharedOptions,
    choice: ChoiceOptions,
    options: StreamOptions,
    editing: EditingOptions,
    stream: STREAM = None,
    no_mirror: Annotated[bool, typer.Option("--no-mirror", help="Mirror no more; be a stream of its own.")] = False,
    no_transform: Annotated[bool, typer.Option("--no-transform", help="Rename subjects no more.")] = False,
    no_republish: Annotated[bool, typer.Option("--no-republish", help="Publish nothing again.")] = False,
    json: JSON = False,
) -> None:
    """Change a stream.

    What is typed is changed, and nothing else, whether natscli knows the rest or not.
    """
    removals = {"mirror": no_mirror, "subject_transform": no_transform, "republish": no_republish}
    removed: dict[str, None] = {key: None for key, gone in removals.items() if gone}
    name = chosen_stream(shared, stream, every=choice.all)
    before = with_api(shared, lambda api: stream_info(api, name)).config
    after = edited(before, name, editing, lambda base: base.changed(said_of(options, base)).changed(removed), json=json)
    if after is None:
        Notices(quiet=shared.quiet).say("No difference in configuration")
        return
    force = editing.force
    if not agreed_on_bucket(name, force=force) or not agreed(f"Really edit stream {name}?", force=force):
        return

    async def work(api: Api) -> StreamInfo:
        check_unchanged(before, (await stream_info(api, name)).config, f"stream '{name}'")
        return await update_stream(api, StreamConfig(after.raw))

    updated = with_api(shared, work)
    warn_of_untaken(shared, after, updated.config)
    Notices(quiet=shared.quiet).say(f"Stream {name} was updated")
    print_stream(updated, json=json)
