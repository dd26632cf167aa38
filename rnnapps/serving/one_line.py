"""What was wrong as one line, however long the text is that was sent."""

from __future__ import annotations

LONGEST = 400  # characters


def one_line(text: object) -> str:
    """The text without line breaks; of a long one its beginning and its end, for advice stands at the end."""
    # Halves of surrogate pairs cannot be sent.
    line = " ".join(str(text).encode("utf-8", "replace").decode().split())
    if len(line) <= LONGEST:
        return line
    return f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 :]}"
