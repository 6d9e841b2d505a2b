"""Publishing from a row: the subject and the last payload are there to be changed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, TextArea

from natscli.tui.pieces import Line
from natscli.tui.widgets.painted import Lines

Send = Callable[[str, str, str, bool], Awaitable[Sequence[Line]]]  # subject, headers, payload, whether to ask


class PublishScreen(ModalScreen[None]):
    """Sends as often as wanted, and shows what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close"),
        Binding("ctrl+s", "send(False)", "Publish", priority=True),
        Binding("ctrl+r", "send(True)", "Request", priority=True),
    ]

    def __init__(self, subject: str, headers: str, payload: str, send: Send) -> None:
        super().__init__()
        self._subject, self._headers, self._payload = subject, headers, payload
        self._send = send

    def compose(self) -> ComposeResult:
        """The form."""
        with Vertical(classes="box", id="publish"):
            yield Label("subject", markup=False)
            yield Input(self._subject, id="subject", compact=True, select_on_focus=False)
            yield Label("headers, as Name:value; another", markup=False)
            yield Input(self._headers, id="headers", compact=True, select_on_focus=False)
            yield Label("payload", markup=False)
            yield TextArea(self._payload, id="payload", show_line_numbers=False)
            yield Lines(id="outcome")
            with Horizontal(id="buttons"):
                yield Button("Publish ^s", id="pub", compact=True, variant="primary")
                yield Button("Request ^r", id="req", compact=True)
                yield Button("Close", id="close", compact=True)

    def on_mount(self) -> None:
        """Hold every cursor still."""
        for field in self.query(Input):
            field.cursor_blink = False
        self.query_one(TextArea).cursor_blink = False

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Send, or close."""
        if event.button.id == "close":
            self.dismiss(None)
        else:
            self.action_send(event.button.id == "req")

    def action_send(self, ask: bool) -> None:  # noqa: FBT001 - an action's argument
        """Send what stands in the form."""
        self.run_worker(self._sent(ask=ask), exclusive=True, exit_on_error=False)

    async def _sent(self, *, ask: bool) -> None:
        subject = self.query_one("#subject", Input).value
        headers = self.query_one("#headers", Input).value
        outcome = self.query_one("#outcome", Lines)
        outcome.show([(("dim", "sending"),)])
        outcome.show(await self._send(subject, headers, self.query_one(TextArea).text, ask))
