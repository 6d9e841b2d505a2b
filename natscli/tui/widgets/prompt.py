"""One line to type in, at the bottom: a filter, a search, a file's name."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label


class Prompt(Horizontal):
    """Hidden until something is asked; Enter answers, Escape does not."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False, priority=True)]

    class Changed(Message):
        """What is typed so far."""

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Answered(Changed):
        """What was typed when Enter was pressed."""

    class Cancelled(Message):
        """Escape was pressed."""

        def __init__(self, purpose: str) -> None:
            super().__init__()
            self.purpose = purpose

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self.purpose = ""

    def compose(self) -> ComposeResult:
        """The question, and room for the answer."""
        yield Label("", id="question", markup=False)
        yield Input(id="answer", compact=True, select_on_focus=False)

    def ask(self, purpose: str, question: str, text: str = "", hint: str = "") -> None:
        """Show a question, and take what is typed."""
        self.purpose = purpose
        self.query_one(Label).update(question)
        answer = self.query_one(Input)
        answer.cursor_blink = False
        answer.placeholder = hint
        answer.value = text
        self.display = True
        answer.cursor_position = len(text)
        answer.focus()

    def close(self) -> None:
        """Be gone."""
        self.display = False
        self.purpose = ""

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell what is typed so far."""
        event.stop()
        if self.purpose:
            self.post_message(self.Changed(self.purpose, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Tell the answer."""
        event.stop()
        purpose = self.purpose
        self.close()
        self.post_message(self.Answered(purpose, event.value))

    def action_cancel(self) -> None:
        """Tell that there is none."""
        purpose = self.purpose
        self.close()
        self.post_message(self.Cancelled(purpose))
