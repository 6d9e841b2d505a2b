"""Plain tables: aligned columns, with or without titles."""

from collections.abc import Sequence

from natscli.text.sanitise import safe


def text_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return titles, a rule and the rows, columns aligned on the left; foreign text is made safe."""
    lines = [titles, *[[safe(cell) for cell in row] for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    texts = ["  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
    return "\n".join([texts[0], "─" * (sum(widths) + 2 * (len(widths) - 1)), *texts[1:]])


def aligned(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of cells, the first column to the left and the others to the right, all of one width but for
    spaces at their ends.
    """
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for first, *others in cells:
        numbers = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([f"{first:<{widths[0]}}", *numbers]))
    return lines
