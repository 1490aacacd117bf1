"""Misses from the terminal: listed by meaning, taken up as drafts, refused with a sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
QUESTIONS = "电线杆上能挂广告牌吗\n电线杆上可以挂广告牌么\n水费怎么交\n"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(warm_folder: Path, tmp_path: Path) -> Run:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIANLING_")}
    environment["DIANLING_DATABASE"] = f"sqlite:///{warm_folder}/{tmp_path.name}.db"

    def _run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return _run


def test_from_the_list_to_a_draft(run: Run, tmp_path: Path) -> None:
    (tmp_path / "questions.txt").write_text(QUESTIONS, encoding="utf-8")
    assert run("ask", "--file", str(tmp_path / "questions.txt")).returncode == 0
    listed = run("knowledge", "misses", "--json")
    assert listed.returncode == 0, listed.stderr
    (gap,) = json.loads(listed.stdout)
    assert (gap["id"], gap["size"]) == ("m1", 2)
    counted = json.loads(run("stats", "--json").stdout)["misses"]
    assert counted["out_of_scope"] == 1
    assert "挂广告牌" in run("knowledge", "misses").stdout

    new = ("--id", "new.pole_ads", "--topic", "repair.facility", "--author", "lin", "--reason", "asked")
    without_answer = run("knowledge", "adopt", "m1", *new)
    assert (without_answer.returncode, "--from-staff" in without_answer.stderr) == (1, True)
    no_reply = run("knowledge", "adopt", "m1", *new, "--from-staff")
    assert (no_reply.returncode, "0 replies" in no_reply.stderr) == (1, True)
    figures = run("knowledge", "adopt", "m1", *new, "--answer", "一年500元。")
    assert (figures.returncode, "500" in figures.stderr) == (1, True)
    done = run("knowledge", "adopt", "m1", *new, "--answer", "电杆上不能挂广告，会伤到线路和行人。")
    assert done.returncode == 0, done.stderr
    assert "draft 1 of new.pole_ads is kept" in done.stdout
    assert "before publishing" in done.stdout  # one question more, and eight are needed to publish it
    assert run("knowledge", "misses").stdout.strip() == "no misses"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("m99", "--id", "new.x", "--topic", "human", "--answer", "好"), 1),
        (("mx", "--into", "human.how"), 1),
        (("m1",), 2),
        (("m1", "--id", "new.x"), 2),
        (("m1", "--id", "new.x", "--into", "human.how"), 2),
        (("m1", "--into", "human.how", "--answer", "好"), 2),
        (("m1", "--id", "new.x", "--topic", "human", "--answer", "好", "--from-staff"), 2),
    ],
)
def test_what_is_wrong_is_said(run: Run, words: tuple[str, ...], code: int) -> None:
    result = run("knowledge", "adopt", *words, "--author", "lin", "--reason", "try")
    assert result.returncode == code
    assert result.stderr
    assert "Traceback" not in result.stderr
