"""Long rules in parts: an answer may be cut by lines of `---`, and is then read one part after the other."""

from typing import Final

__all__ = ["BREAK", "parts_of"]

BREAK: Final = "---"


def parts_of(text: str) -> tuple[str, ...]:
    """Return the parts of an answer in order, the whole of it where it is not cut."""
    parts: list[list[str]] = [[]]
    for line in text.strip().splitlines():
        if line.strip() == BREAK:
            parts.append([])
        else:
            parts[-1].append(line)
    return tuple(part for lines in parts if (part := "\n".join(lines).strip()))
