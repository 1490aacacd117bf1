"""Calendars and promises from the terminal: previewed, shown, loaded, counted."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from knowledge.rules.calendars import take_notices
from tests.knowledge.test_calendars import NOTICE


@dataclass
class Result:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Result]


@pytest.fixture
def run(warm_folder, tmp_path, monkeypatch, capsys):
    """Run a command as the shell would, in this process: starting one anew takes seconds."""
    for name in [name for name in os.environ if name.startswith("DIANLING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIANLING_DATABASE", f"sqlite:///{warm_folder}/{tmp_path.name}.db")

    def _run(*words: str) -> Result:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["dianling", *words])
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        told = capsys.readouterr()
        return Result(code, told.out, told.err)

    yield _run
    take_notices([])


def test_a_ticket_of_december_is_previewed_and_a_notice_makes_it_certain(run: Run, tmp_path: Path) -> None:
    words = ("calendar", "preview", "--kind", "complaint", "--now", "2026-12-28T10:00", "--json")
    before = {row["step"]: row for row in json.loads(run(*words).stdout)}
    assert before["reply"]["provisional"] is True
    assert before["reply"]["promised_at"] == "2027-01-05T17:30:00+08:00"
    assert before["contact"]["provisional"] is False

    file = tmp_path / "2027.yaml"
    file.write_text(NOTICE.replace("to: 2027-01-03", "to: 2027-01-04"), encoding="utf-8")
    assert "can be loaded" in run("calendar", "load", str(file), "--check").stdout
    assert json.loads(run(*words).stdout)[1]["provisional"] is True
    assert "loaded" in run("calendar", "load", str(file)).stdout
    assert "nothing changed" in run("calendar", "load", str(file)).stdout

    after = {row["step"]: row for row in json.loads(run(*words).stdout)}
    assert after["reply"]["provisional"] is False
    assert after["reply"]["promised_at"] == "2027-01-06T17:30:00+08:00"
    shown = run("calendar", "show", "--from", "2027-02-19", "--to", "2027-02-22").stdout
    assert "2027-02-20 Sat  worked  make-up day  春节调休" in shown
    assert "2027-02-21 Sun  free    weekend" in shown


def test_every_kind_is_previewed(run: Run) -> None:
    result = run("calendar", "preview", "--now", "2026-11-24T10:00")
    assert result.returncode == 0
    assert "repair urban" in result.stdout
    assert "about 45m 2026-11-24 Tue 10:45; limit 60m 2026-11-24 Tue 11:00" in result.stdout
    assert "after arrive" in result.stdout


def test_a_wrong_notice_changes_nothing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("date,works,name\n2026-11-25,no,x\n2026-11-31,no,x\n", encoding="utf-8")
    result = run("calendar", "load", str(file))
    assert result.returncode == 1
    assert "line 3" in result.stderr
    assert "worked" in run("calendar", "show", "--from", "2026-11-25", "--to", "2026-11-25").stdout


def test_an_empty_month_has_no_figures(run: Run) -> None:
    assert "no promise was due" in run("promises", "report", "--month", "2026-11").stdout
    assert json.loads(run("promises", "report", "--month", "2026-11", "--json").stdout) == []
    assert run("promises", "report", "--month", "2026-11", "--csv").stdout.startswith("kind,step,zone,")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("calendar", "preview", "--kind", "nonsense"), 1),
        (("calendar", "show", "--from", "2026-11-25", "--to", "2026-11-24"), 1),
        (("calendar", "show", "--from", "tomorrow", "--to", "2026-11-24"), 1),
        (("calendar", "show"), 2),
        (("calendar", "load", "/nowhere.yaml"), 2),
        (("promises", "report", "--month", "2026-13"), 1),
        (("promises", "report", "--month", "2026-11", "--as", "nobody"), 1),
        (("promises", "report", "--month", "2026-11", "--json", "--csv"), 2),
        (("promises", "report"), 2),
    ],
)
def test_exit_codes(run: Run, words: tuple[str, ...], code: int) -> None:
    assert run(*words).returncode == code
