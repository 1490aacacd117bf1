"""The command line through its front door: real commands, real SQLite, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def run(warm_folder, tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DIANLING_")}
    environment["DIANLING_DATABASE"] = f"sqlite:///{warm_folder}/{tmp_path.name}.db"

    def _run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=ROOT,
            env={**environment, **more},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return _run


def test_help_teaches(run):
    result = run("--help")
    assert result.returncode == 0
    assert "dianling demo" in result.stdout


def test_a_bill_from_the_terminal(run):
    result = run(
        "bill", "--region", "shanghai", "--month", "2026-07", "--kwh", "400",
        "--used-this-year", "3000", "--peak", "250", "--valley", "150", "--json",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["total"] == "214.30"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("bill", "--region", "beijing", "--month", "1999-07", "--kwh", "1"), 1),
        (("bill", "--region", "atlantis", "--month", "2026-07", "--kwh", "1"), 1),
        (("bill", "--region", "beijing", "--month", "2026-7x", "--kwh", "1"), 1),
        (("bill", "--region", "beijing", "--month", "2026-07", "--kwh", "-5"), 1),
        (("bill", "--region", "beijing", "--month", "2026-07"), 2),
        (("bill", "--region", "beijing", "--month", "2026-07", "--kwh", "1", "--customer", "king"), 1),
        (("bill", "--region", "beijing", "--month", "2026-07", "--kwh", "1", "--voltage", "high"), 1),
        (("tickets", "show", "BX20260101-0001"), 1),
        (("tick", "--now", "tomorrow"), 1),
        (("ask",), 2),
        (("no-such-command",), 2),
    ],
)
def test_refusals_have_a_reason_and_a_code(run, words, code):
    result = run(*words)
    assert result.returncode == code
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_questions_from_a_file_are_fresh_conversations(run, tmp_path):
    file = tmp_path / "questions.txt"
    file.write_text("我要报修\n多少钱一度电\n有人触电了快来\n", encoding="utf-8")
    result = run("ask", "--file", str(file), "--json")
    assert result.returncode == 0, result.stderr
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["outcome"] for one in answers][2] == "danger"
    assert answers[2]["ticket"]
    # The form begun by the first line does not swallow the second.
    assert answers[1]["topic"] == "faq.tariff"
    assert all(one["elapsed_ms"] > 0 for one in answers)

    counted = json.loads(run("stats", "--json").stdout)
    assert counted["tickets"] == {"accepted": 1}
    assert counted["inbox"] == {"done": 3}
    assert set(counted["outbox"]) == {"sent"}


def test_a_wrong_setting_stops_the_start(run):
    result = run("stats", DIANLING_PORT="nowhere")
    assert result.returncode == 1
    assert "DIANLING_PORT" in result.stderr


def test_a_port_in_use_is_named(run):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.returncode == 1
    assert str(port) in result.stderr
    assert "Traceback" not in result.stderr
