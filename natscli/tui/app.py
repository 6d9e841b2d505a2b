"""The app: its modes, its clock, and what all screens share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from textual.app import SystemCommand
from textual.screen import Screen

from natscli.errors import NatsCliError
from natscli.text.sizes import plural
from natscli.tui.desk import Desk
from natscli.tui.keys import Taste
from natscli.tui.launch import Launch
from natscli.tui.live import LiveSource
from natscli.tui.recording import Recording
from natscli.tui.screens.looking import LookingScreen
from natscli.tui.screens.saying import Saying
from natscli.tui.screens.servers import ServersScreen
from natscli.tui.screens.traffic import TrafficScreen
from natscli.tui.source import Source
from natscli.tui.themes import THEMES, complete
from natscli.tui.widgets.painted import PaintingApp

_SHARE = 5  # of the time between two ticks, a tick takes at most one part in so many
_UNFOCUSED_S = 1.0
_APART_S = 0.001  # counting and showing: neither connection nor keys wait for both


def _jetstream_screen() -> Screen[Any]:
    from natscli.tui.screens.jetstream import JetStreamScreen  # for who asks for it: the first picture is not to wait

    return JetStreamScreen()


class TopApp(PaintingApp):
    """Ticks a few times a second; screens pull what they show.  Nothing happens for a single message."""

    TITLE = "natscli top"
    CSS_PATH = "natscli.tcss"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "traffic": TrafficScreen,
        "servers": ServersScreen,
        "jetstream": _jetstream_screen,
    }
    DEFAULT_MODE = "traffic"

    def __init__(self, launch: Launch, source: Source, taste: Taste, *, ticking: bool = True) -> None:
        super().__init__()
        self.launch = launch
        self.origin: Sequence[str] = launch.origin
        self.desk = Desk(source, launch.plan.alerts, launch.decoder)
        if launch.order is not None:
            self.desk.watch.sort_by(launch.order)
        self.desk.watch.show_internal(on=launch.plan.internal)
        self.recording: Recording | None = None
        self._ticking = ticking
        self.animation_level = "none"
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = taste.theme if taste.theme in self.available_themes else THEMES[0].name
        self.set_keymap(dict(taste.keymap))

    def on_mount(self) -> None:
        """Start the clock."""
        if self._ticking:
            self.set_timer(0.05, self._beat)

    def get_css_variables(self) -> dict[str, str]:
        """Give every theme the colours that only ours have."""
        theme = self.current_theme
        return complete(super().get_css_variables(), dark=theme.dark, ansi=theme.ansi)

    # -- time ------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Bring everything up to now, and have the screen show it."""
        self._advance()
        self._pull()

    def _advance(self) -> None:
        self.desk.tick()
        if self.desk.began_firing:
            self.bell()
        if self.recording is not None and self.recording.failure is not None:
            self.end_recording()

    def _pull(self) -> None:
        for screen in self.screen_stack:  # also what lies under a dialogue
            if isinstance(screen, TrafficScreen | LookingScreen) and screen.is_mounted:
                screen.pull()

    def _beat(self) -> None:
        """Tick, and again after a pause that leaves time for everything else."""
        began = time.perf_counter()
        self._advance()
        self.set_timer(_APART_S, partial(self._show, began))

    def _show(self, began: float) -> None:
        """Show what the tick came to; what has arrived meanwhile is read first."""
        self._pull()
        self.call_after_refresh(self._rest, began)

    def _rest(self, began: float) -> None:
        cost = time.perf_counter() - began
        least = self.launch.tick_s if self.app_focus else max(self.launch.tick_s, _UNFOCUSED_S)
        self.set_timer(max(least - cost, _SHARE * cost, 0.01), self._beat)

    # -- recording -------------------------------------------------------------------------------

    def begin_recording(self, recording: Recording) -> None:
        """Have a recording take what comes."""
        source = self.desk.source
        if isinstance(source, LiveSource):
            self.recording = recording
            source.spread.also.append(recording)
            source.recorded = lambda: recording.messages

    def end_recording(self) -> None:
        """End the recording, and say what it holds."""
        recording, source = self.recording, self.desk.source
        if recording is None:
            return
        self.recording = None
        if isinstance(source, LiveSource):
            source.spread.also = [taker for taker in source.spread.also if taker is not recording]
            source.recorded = lambda: None
        recording.end()
        said = f"recorded {plural(recording.messages, 'message')} to {recording.path}"
        if recording.failure is not None:
            said = str(recording.failure)
        elif recording.dropped:
            said += f"; {plural(recording.dropped, 'message')} dropped: the file is written too slowly"
        self.notify(said, markup=False, severity="error" if recording.failure or recording.dropped else "information")

    # -- going elsewhere -------------------------------------------------------------------------

    def go_to(self, context: str) -> None:
        """Watch the server of another context instead; stay where that fails."""
        self.run_worker(self._go_to(context), exclusive=True, group="context", exit_on_error=False)

    async def _go_to(self, context: str) -> None:
        launch = self.launch
        assert launch.connect_as is not None
        try:
            connect, prefix = launch.connect_as(context)
            source = LiveSource(launch.plan, connect, context, prefix)
        except NatsCliError as error:
            self.notify(str(error), markup=False, severity="error")
            return
        try:
            await source.start()
        except NatsCliError as error:
            await source.stop()
            self.notify(f"{context}: {error}", markup=False, severity="error")
            return
        self.end_recording()
        before, self.desk = self.desk, Desk(source, launch.plan.alerts, launch.decoder)
        self.origin = ("--context", context)
        for screen in self.screen_stack:
            if isinstance(screen, TrafficScreen):
                screen.show_desk()
        await before.source.stop()

    # -- the command palette ---------------------------------------------------------------------

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Give every key its place in the palette, beside Textual's own."""
        for command in super().get_system_commands(screen):
            if command.title in ("Theme", "Quit"):
                yield command
        palette = screen.palette if isinstance(screen, Saying) else {}
        for group, keys in palette.items():
            for key in keys:
                if key.id not in ("quit", "leave", "details"):
                    yield SystemCommand(
                        f"{group}: {key.about}",
                        f"key {key.shown_as or key.keys}",
                        lambda action=key.action: self.call_later(screen.run_action, action),
                    )

    def action_help_quit(self) -> None:
        """Ctrl-C is a normal end here."""
        self.exit()
