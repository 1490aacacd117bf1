"""Plain text tables and the few figures that are drawn from many."""

import math
import statistics
import unicodedata
from collections.abc import Sequence
from pathlib import Path

__all__ = ["markdown", "median", "quantile", "show", "target", "write_between"]


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: its first column to the left, the others to the right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(_width(line[place]) for line in lines) for place in range(len(head))]
    print(f"\n{title}")
    for number, line in enumerate(lines):
        cells = [
            cell + " " * (width - _width(cell)) if place == 0 else " " * (width - _width(cell)) + cell
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  " + "  ".join(cells).rstrip())
        if number == 0:
            print("  " + "  ".join("-" * width for width in widths))
    print(flush=True)


def target(what: str, reached: bool, figure: str, wanted: str) -> None:
    """Print whether a figure is what we want it to be."""
    print(f"  {'reached' if reached else 'MISSED '}  {what}: {figure} (wanted {wanted})", flush=True)


def median(figures: Sequence[float]) -> float:
    """Return the middle of some figures, NaN of none."""
    return statistics.median(figures) if figures else math.nan


def quantile(figures: Sequence[float], share: float) -> float:
    """Return the figure that `share` (0 to 1) of all do not exceed, NaN of none."""
    if not figures:
        return math.nan
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    lines = [list(head), ["---", *("---:" for _ in head[1:])], *(list(row) for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def write_between(file: Path, mark: str, text: str) -> None:
    """Put a text between `<!-- mark:begin -->` and `<!-- mark:end -->` of a file, which must have them."""
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    before, found, rest = file.read_text("utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{file} has no {begin} … {end}")
    file.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", "utf-8")
