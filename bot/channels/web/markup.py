"""Our neutral markup on the page: everything is escaped, only **bold** and `- ` lists become tags."""

import re

from markupsafe import Markup, escape

_BOLD = re.compile(r"\*\*(.+?)\*\*")


def to_html(text: str) -> Markup:
    """Return a reply's text as HTML; static/markup.js does the same in the browser."""
    parts: list[Markup] = []
    items: list[Markup] = []
    for line in text.split("\n"):
        if line.startswith("- "):
            items.append(Markup("<li>{}</li>").format(_inline(line[2:])))
            continue
        if items:
            parts.append(Markup("<ul>{}</ul>").format(Markup("").join(items)))
            items = []
        if line.strip():
            parts.append(Markup("<p>{}</p>").format(_inline(line)))
    if items:
        parts.append(Markup("<ul>{}</ul>").format(Markup("").join(items)))
    return Markup("").join(parts)


def _inline(line: str) -> Markup:
    pieces = _BOLD.split(line)
    return Markup("").join(
        Markup("<strong>{}</strong>").format(piece) if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
