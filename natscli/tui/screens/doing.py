"""What keys do beyond looking: copy, record, export, publish, go elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from natscli.connection.deadline import Deadline
from natscli.errors import NatsCliError
from natscli.messaging.body import parse_header
from natscli.messaging.filters import Filter
from natscli.messaging.outgoing import Letter
from natscli.messaging.request import request_one
from natscli.text.durations import format_duration
from natscli.text.sanitise import decode, safe
from natscli.text.sizes import plural
from natscli.traffic.values import Kept
from natscli.tui.commandline import send_command, sub_command
from natscli.tui.export import export
from natscli.tui.live import LiveSource
from natscli.tui.panes.value import value_lines
from natscli.tui.pieces import Line, foreign
from natscli.tui.recording import Recording
from natscli.tui.screens.choose import Choice, ChooseScreen
from natscli.tui.screens.publish import PublishScreen
from natscli.tui.screens.saying import Saying
from natscli.wire.headers import encode_headers, parse_headers
from natscli.wire.subjects import check_publish, to_wire

if TYPE_CHECKING:
    from natscli.tui.screens.traffic import TrafficScreen

_LARGEST_COPY = 64 * 1024  # bytes that a terminal takes into its clipboard


class Doing(Saying):
    """Actions of the traffic screen that leave something behind."""

    def answered(self, purpose: str, text: str) -> None:
        """Take what was typed at the prompt."""
        if purpose == "record" and text:
            self._record(text)
        elif purpose == "export" and text:
            self._export(text)
        elif purpose == "where":
            self._want(text)

    # -- copying ---------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the subject; where the details have the focus, the message."""
        desk = self.top.desk
        kept = desk.closeup.current() if self._in_details() else None
        if kept is None:
            self.copy(desk.watch.selected, desk.watch.selected)
            return
        payload = kept.message.payload
        if len(payload) > _LARGEST_COPY:
            self.say("the message is too large for a clipboard", bad=True)
            return
        try:
            self.copy(payload.decode(), "the message")
        except UnicodeDecodeError:
            self.copy(payload.hex(), "the message, as hexadecimal")

    def action_copy_command(self) -> None:
        """Copy the command that shows the row; in the details, the one that sends the message."""
        desk = self.top.desk
        kept = desk.closeup.current() if self._in_details() else None
        origin = self.top.origin
        if kept is not None and len(kept.message.payload) <= _LARGEST_COPY:
            command = send_command(kept.message, origin)
        elif desk.watch.selected:
            detail = desk.watch.detail(desk.watch.selected)
            branch = detail is not None and detail.row.subjects > 1 and not detail.messages
            command = sub_command(desk.watch.selected, origin, branch=branch)
        else:
            return
        self.copy(command, command)

    def _in_details(self) -> bool:
        return not cast("TrafficScreen", self).subjects.has_focus

    # -- files -----------------------------------------------------------------------------------

    def action_record(self) -> None:
        """Ask where to record to; or end the recording."""
        recording = self.top.recording
        if recording is not None:
            self.top.end_recording()
            return
        if self._is_confined():
            return
        name = time.strftime("natscli-%Y%m%d-%H%M%S.ndjson")
        cast("TrafficScreen", self).prompt.ask("record", "record to", name, ".zst or .gz at the end compresses it")

    def action_export(self) -> None:
        """Ask where to write the figures."""
        if self._is_confined():
            return
        name = time.strftime("natscli-top-%Y%m%d-%H%M%S.json")
        cast("TrafficScreen", self).prompt.ask("export", "export to", name, ".json, .csv, .md or .svg")

    def _is_confined(self) -> bool:
        """Whether somebody in a browser may only look; that is said."""
        if self.top.launch.confined:
            self.say("only looking: natscli top --web was started without --no-read-only", bad=True)
        return self.top.launch.confined

    def _record(self, path: str) -> None:
        watch = self.top.desk.watch
        match = watch.filter.match if watch.filter is not None else None
        try:
            self.top.begin_recording(Recording(path, self.top.desk.source.subjects.split(", "), match))
        except NatsCliError as error:
            self.say(str(error), bad=True)
            return
        self.say(f"recording {'what is shown' if match else 'everything'} to {path}; R ends it")

    def _export(self, path: str) -> None:
        try:
            self.say(export(path, self.top.desk, self.app.export_screenshot))
        except NatsCliError as error:
            self.say(str(error), bad=True)

    def action_where(self) -> None:
        """Ask which messages to look at closely."""
        hint = 'json.price > 5, headers["Trace-Id"], "text" in data'
        cast("TrafficScreen", self).prompt.ask("where", "messages where", self.top.desk.where, hint)

    def _want(self, text: str) -> None:
        formats = self.top.desk.closeup.formats
        try:
            keep = Filter(where=text, decoded=formats.text).keep if text.strip() else None
        except ValueError as error:
            self.say(str(error), bad=True)
            return
        self.top.desk.where = text.strip()
        self.top.desk.closeup.want(keep)

    # -- publishing ------------------------------------------------------------------------------

    def action_publish(self) -> None:
        """Open the form, filled from what is selected."""
        if self.top.launch.read_only:
            self.say("--read-only: nothing is published", bad=True)
            return
        if not isinstance(self.top.desk.source, LiveSource):
            self.say("a recording has no server to publish to", bad=True)
            return
        kept = self.top.desk.closeup.current()
        subject, headers, payload = self.top.desk.watch.selected, "", ""
        if kept is not None:
            subject = decode(kept.message.subject)
            pairs = parse_headers(kept.message.headers).pairs if kept.message.headers else ()
            headers = "; ".join(f"{name}:{value}" for name, value in pairs)
            payload = safe(decode(kept.message.payload[:_LARGEST_COPY]), multiline=True)
        self.app.push_screen(PublishScreen(safe(subject), safe(headers), payload, self._send))

    async def _send(self, subject: str, headers: str, payload: str, ask: bool) -> Sequence[Line]:  # noqa: FBT001
        source = self.top.desk.source
        connection = source.connection if isinstance(source, LiveSource) else None
        if connection is None:
            return [(("bad", "there is no connection"),)]
        try:
            check_publish(subject)
            pairs = [parse_header(part.strip()) for part in headers.split(";") if part.strip()]
            letter = Letter(to_wire(subject), payload.encode(), headers=encode_headers(pairs))
            letter.check_size(connection)
            deadline = Deadline(connection.target.timeout_s)
            if not ask:
                connection.send(letter.frame)
                await connection.confirm(deadline.remaining())
                return [(("good", f"published {plural(len(letter.payload), 'byte')} to {foreign(subject)}"),)]
            started = time.monotonic()
            reply = await request_one(connection, subject, letter.payload, deadline)
        except (NatsCliError, ValueError) as error:
            return [(("bad", foreign(str(error))),)]
        elapsed = time.monotonic() - started
        formats = self.top.desk.closeup.formats
        lines = value_lines(formats, formats.names[0], Kept(0.0, reply), None, 0.0)
        return [(("good", f"reply after {format_duration(elapsed)}"),), *lines]

    # -- elsewhere -------------------------------------------------------------------------------

    def action_context(self) -> None:
        """Ask where to connect."""
        launch = self.top.launch
        if self._is_confined():
            return
        if launch.connect_as is None or not launch.contexts:
            self.say("there is no saved context to change to")
            return
        choices = [Choice(name, str(n) if n < 10 else "", name) for n, name in enumerate(launch.contexts, 1)]
        self.app.push_screen(ChooseScreen("Context", choices), lambda name: self.top.go_to(name) if name else None)

    async def action_unsubscribe(self) -> None:
        """Stop the traffic itself, or have it again."""
        try:
            await self.top.desk.source.toggle()
        except NatsCliError as error:
            self.say(str(error), bad=True)
        cast("TrafficScreen", self).refresh_all()
