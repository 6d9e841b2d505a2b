"""Colours: dark, light, and one for those who do not tell red from green; Textual's own, ANSI among them, go too."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    "natscli-dark",
    primary="#58a6ff",
    secondary="#56d4dd",
    success="#7ee787",
    warning="#f0c34e",
    error="#ff7b72",
    accent="#d2a8ff",
    foreground="#d7dde4",
    background="#0d1117",
    surface="#0d1117",
    panel="#1b222c",
    dark=True,
    variables={
        "footer-background": "#161b22",
        "footer-key-foreground": "#58a6ff",
        "row-cursor": "#1d3557",
        "faint": "#7d8794",
        "curve": "#3f7fc4",
    },
)
LIGHT = Theme(
    "natscli-light",
    primary="#0969da",
    secondary="#0b6e74",
    success="#1a7f37",
    warning="#8a5a00",
    error="#cf222e",
    accent="#8250df",
    foreground="#1f2328",
    background="#ffffff",
    surface="#ffffff",
    panel="#eaeef2",
    dark=False,
    variables={
        "footer-background": "#f2f5f8",
        "footer-key-foreground": "#0969da",
        "row-cursor": "#d5e7ff",
        "faint": "#6b7480",
        "curve": "#5a9be0",
    },
)
# Okabe and Ito's palette: told apart with every common kind of colour blindness.
SAFE = Theme(
    "natscli-safe",
    primary="#56b4e9",
    secondary="#cc79a7",
    success="#56b4e9",
    warning="#f0e442",
    error="#e69f00",
    accent="#cc79a7",
    foreground="#e4e4e4",
    background="#101214",
    surface="#101214",
    panel="#22262b",
    dark=True,
    variables={
        "footer-background": "#1a1d21",
        "footer-key-foreground": "#56b4e9",
        "row-cursor": "#2b4257",
        "faint": "#8b9096",
        "curve": "#3d84ad",
    },
)
THEMES = (DARK, LIGHT, SAFE)


def complete(variables: dict[str, str], *, dark: bool, ansi: bool) -> dict[str, str]:
    """Return the variables of any theme, with those that only ours have."""
    if ansi:
        ours = {
            "row-cursor": "ansi_bright_black" if dark else "ansi_white",
            "faint": "ansi_white" if dark else "ansi_bright_black",
            "curve": "ansi_blue",
        }
    else:
        ours = {
            "row-cursor": "#2c4a6e" if dark else "#d5e7ff",
            "faint": "#8a929c" if dark else "#6b7480",
            "curve": variables.get("primary", "#3f7fc4"),
        }
    return {**ours, **variables}
