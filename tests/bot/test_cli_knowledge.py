"""Editing what we know from the command line: real commands, real SQLite, exit codes."""

import io
import json
import os
import sys
from dataclasses import dataclass

import pytest

from bot.cli import main
from knowledge.library import ENTRIES_DIR


@dataclass
class Result:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def run(warm_folder, tmp_path, monkeypatch, capsys):
    """Run a command as the shell would, in this process: starting one anew takes seconds."""
    for name in [name for name in os.environ if name.startswith("DIANLING_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DIANLING_DATABASE", f"sqlite:///{warm_folder}/{tmp_path.name}.db")
    monkeypatch.setenv("DIANLING_AUTHOR", "小李")

    def _run(*words: str, stdin: str = "", **more: str) -> Result:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["dianling", "knowledge", *words])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        for name, value in more.items():
            monkeypatch.setenv(name, value)
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(bool(ended.code))
        told = capsys.readouterr()
        return Result(code, told.out, told.err)

    return _run


def test_from_draft_to_retirement(run):
    shown = run("show", "payment.ways")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("- id: payment.ways\n")

    wrong = run(
        "draft", "payment.ways", "--file", "-", "--reason", "试试", stdin=shown.stdout + "  colour: red\n"
    )
    assert wrong.returncode == 1
    assert "colour" in wrong.stderr
    assert "Traceback" not in wrong.stderr

    text = shown.stdout.replace("  similar:\n", "  similar:\n    - 缴费方式都有些啥呀\n", 1)
    kept = run("draft", "payment.ways", "--file", "-", "--reason", "试试", "--json", stdin=text)
    assert kept.returncode == 0, kept.stderr
    assert json.loads(kept.stdout)["revision"] == 2

    assert "+    - 缴费方式都有些啥呀" in run("diff", "payment.ways").stdout
    assert "小李" in run("drafts").stdout

    assert run("retire", "payment.ways", "--reason", "不用了").returncode == 0
    states = [row["state"] for row in json.loads(run("history", "payment.ways", "--json").stdout)]
    assert states == ["superseded", "draft", "retired"]
    assert run("rollback", "payment.ways", "1", "--reason", "还要").returncode == 0


def test_files_out_and_in(run, tmp_path):
    out = tmp_path / "out"
    result = run("export", str(out))
    assert result.returncode == 0, result.stderr
    shipped = {path.name: path.read_bytes() for path in ENTRIES_DIR.glob("*.yaml")}
    assert {path.name: path.read_bytes() for path in out.iterdir()} == shipped
    same = run("import", str(out), "--check", "--json")
    assert same.returncode == 0, same.stderr
    assert json.loads(same.stdout)["changes"] == []

    file = out / "payment.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("  similar:\n", "  similar\n", 1), encoding="utf-8"
    )
    refused = run("import", str(out), "--reason", "新版")
    assert refused.returncode == 1
    assert "payment.yaml:" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_golden_lines_and_signatures(run):
    added = run("golden", "add", "payment.ways", "缴费的门路有几种来着", "--reason", "客户问过")
    assert added.returncode == 0, added.stderr
    number = added.stdout.split()[1].rstrip(":")
    assert run("golden", "change", number, "--expected", "no.entry", "--reason", "错").returncode == 1
    changed = run("golden", "change", number, "--expected", "payment.ways|payment.cash", "--reason", "都对")
    assert changed.returncode == 0, changed.stderr
    listed = run("golden", "list", "--expected", "payment.cash", "--json")
    assert "都对" in [row["reason"] for row in json.loads(listed.stdout)]

    waiting = json.loads(run("check", "--reviews", "--json").stdout)
    first = waiting[0]["entry"]
    signed = run("sign", first, "--role", "安全员", "--by", "1234")
    assert signed.returncode == 0, signed.stderr
    assert first not in [row["entry"] for row in json.loads(run("check", "--reviews", "--json").stdout)]
    assert run("sign", "payment.ways", "--role", "安全员", "--by", "1234").returncode == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("publish",), 2),
        (("publish", "payment.ways"), 1),
        (("publish", "payment.ways", "--all"), 2),
        (("draft", "payment.ways", "--file", "/no/such/file", "--reason", "r"), 1),
        (("draft", "payment.ways", "--file", "-"), 2),
        (("show", "no.entry"), 1),
        (("history", "no.entry"), 1),
        (("rollback", "payment.ways", "1", "--reason", "r"), 1),
        (("retire", "no.entry", "--reason", "r"), 1),
        (("diff", "payment.ways", "1"), 2),
        (("import", "/no/such/folder", "--check"), 1),
        (("import", "docs", "--check"), 1),
        (("import", "docs"), 2),
        (("import", "docs", "--check", "--take", "mine"), 2),
        (("golden", "retire", "999999", "--reason", "r"), 1),
        (("rehearse", "payment.ways"), 1),
    ],
)
def test_refusals_have_a_reason_and_a_code(run, words, code):
    result = run(*words)
    assert result.returncode == code, result.stderr
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_a_change_has_an_author(run):
    assert run("retire", "payment.ways", "--reason", "r", DIANLING_AUTHOR="").returncode == 2
