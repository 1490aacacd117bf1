"""Plain text tables and the few figures that are drawn from many."""

import math
import statistics
import unicodedata
from collections.abc import Sequence

__all__ = ["median", "quantile", "show", "target"]


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
