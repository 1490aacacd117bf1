"""The documents keep up with the program: settings, commands, links, columns, samples, pictures."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli import app
from bot.settings import PREFIX, Settings
from handlers.money.import_rows import ROWS, columns
from knowledge.book import Book
from storage.database import Database
from tests.talking import Clock
from tests.utility_files import take_in

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SAMPLES = ROOT / "docs" / "how-to" / "samples"
ORDER = ("customers", "accounts", "bills", "payments", "outages")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def command_lines(document: Path) -> Iterator[list[str]]:
    """Give the words of every line of a code block that runs our command line, comments left out."""
    for line in document.read_text(encoding="utf-8").splitlines():
        found = re.match(r"(?: {4}|\t)(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?dianling (.+)", line)
        if found:
            yield shlex.split(found[1], comments=True)


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_has_its_row(field: str) -> None:
    name = f"{PREFIX}{field}".upper()
    assert f"| `{name}` |" in text_of("docs/settings.md")


def test_no_setting_is_made_up() -> None:
    known = {f"{PREFIX}{field}".upper() for field in Settings.model_fields} | {"DIANLING_DEV_SETS"}
    for document in DOCUMENTS:
        written = set(re.findall(r"DIANLING_[A-Z_]+", document.read_text(encoding="utf-8")))
        assert written <= known, named(document)


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_line_exists(document: Path) -> None:
    for words in command_lines(document):
        command: Any = typer.main.get_command(app)
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, f"{named(document)}: {words}"
            command = command.commands[words.pop(0)]
        options = {name for one in command.params for name in one.opts}
        assert {word for word in words if word.startswith("--")} <= options, f"{named(document)}: {words}"


def test_both_readmes_show_the_same_commands() -> None:
    english, chinese = (list(command_lines(ROOT / name)) for name in ("README.md", "README.zh-CN.md"))
    assert english == chinese
    assert len(english) > 12


def test_every_command_is_in_the_readme() -> None:
    root: Any = typer.main.get_command(app)
    shown = {words[0] for words in command_lines(ROOT / "README.md")}
    assert set(root.commands) <= shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", document.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (document.parent / target).exists(), f"{named(document)}: {target}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_make_targets_exist(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    named_here = set(
        re.findall(r"(?:`|^ {4})make ([a-z]+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert named_here <= targets


@pytest.mark.parametrize("kind", ROWS)
def test_every_column_and_its_names_are_told(kind: str) -> None:
    section = text_of("docs/how-to/import.md").partition(f"### {kind}\n")[2].partition("\n### ")[0]
    for names in columns(kind).values():
        row = next(line for line in section.splitlines() if line.startswith(f"| `{names[0]}` |"))
        assert all(f"`{name}`" in row for name in names)


def test_the_samples_are_taken_in(database: Database, book: Book, clock: Clock) -> None:
    files = [*(SAMPLES / f"{kind}.csv" for kind in ORDER), SAMPLES / "outages.json"]
    assert sorted(files) == sorted(SAMPLES.iterdir())
    for file in files:
        first = take_in(database, book, file.stem, file.read_bytes(), clock.now)
        assert first.added > 0
        again = take_in(database, book, file.stem, file.read_bytes(), clock.now)
        assert (again.added, again.changed, again.unchanged) == (0, 0, first.added)


@pytest.mark.parametrize("picture", ["web-chat-desktop.png", "web-chat-phone.png"])
def test_pictures_are_small(picture: str) -> None:
    assert 20_000 < (ROOT / "docs" / "images" / picture).stat().st_size < 200_000
