"""The house as a whole: its rooms, and names that must find each other."""

import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import grimp

from handlers.answering.answers import ACTIONS as ACTS_OF_ACTIONS
from handlers.desk import ACTS, DIALOGUES
from handlers.forms.forms import FORMS
from handlers.menu import COMMANDS, WORDS
from knowledge.library import ACTIONS

ROOT = Path(__file__).parent.parent
ROOMS = {"bot", "handlers", "storage", "knowledge"}


def test_there_is_no_fifth_room():
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - {"tests", "benchmarks"} == ROOMS


def test_no_room_has_modules_that_import_each_other_in_a_circle():
    for room in sorted(ROOMS):
        graph = grimp.build_graph(room, exclude_type_checking_imports=True)
        arrows = {one: graph.find_modules_directly_imported_by(one) for one in graph.modules}
        TopologicalSorter(arrows).prepare()  # raises CycleError, which names the circle


def test_every_act_that_is_named_exists():
    named = {*COMMANDS.values(), *WORDS.values(), *ACTS_OF_ACTIONS.values()}
    pattern = re.compile(r"Choice\([^)]*?,\s*f?\"([a-z_]+(?:\.[a-z_]+)*)[:\"]", re.DOTALL)
    for file in (ROOT / "handlers").rglob("*.py"):
        named |= set(pattern.findall(file.read_text(encoding="utf-8")))
    assert len(named) > 30
    assert {act.partition(":")[0] for act in named} - set(ACTS) == set()


def test_every_action_of_an_entry_does_something():
    plain = {"smalltalk", "out_of_scope", "ask_back"}
    assert set(ACTIONS) == set(ACTS_OF_ACTIONS) | plain


def test_no_form_takes_the_place_of_another_dialogue(desk):
    assert FORMS.keys().isdisjoint(DIALOGUES)


def test_help_needs_neither_telegram_nor_the_web():
    heavy = "import sys, bot.cli; print({'telegram', 'fastapi', 'uvicorn'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", heavy], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"
