"""Choosing one of a few: with its key, with the arrows, or with the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from natscli.tui.pieces import foreign


@dataclass(frozen=True, slots=True)
class Choice:
    """What can be chosen; ``key`` may be empty."""

    name: str
    key: str
    title: str
    about: str = ""


class ChooseScreen(ModalScreen[str | None]):
    """Answers with the name of the choice, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "none", "Cancel")]

    def __init__(self, question: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The question, and what there is to choose."""
        with Vertical(classes="box"):
            yield Label(self._question, markup=False)
            yield OptionList(
                *(Option(_text(choice), id=str(at)) for at, choice in enumerate(self._choices)), id="choices"
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Answer."""
        self.dismiss(self._choices[event.option_index].name)

    def on_key(self, event: events.Key) -> None:
        """Answer with what has this key."""
        for choice in self._choices:
            if choice.key and event.character == choice.key:
                event.stop()
                self.dismiss(choice.name)
                return

    def action_none(self) -> None:
        """Answer with nothing."""
        self.dismiss(None)


def _text(choice: Choice) -> Text:
    text = Text(no_wrap=True, overflow="ellipsis")
    if choice.key:
        text.append(f" {choice.key}  ", "bold")
    text.append(f"{foreign(choice.title):<10}", "bold")
    text.append(f" {foreign(choice.about)}", "dim")
    return text
