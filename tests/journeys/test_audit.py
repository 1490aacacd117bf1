"""The audit: who did what to which ticket and whose data; nobody can change it, and few can read it."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

import bot.cli
import storage.audit
from handlers.desk import Desk
from handlers.staff import audit
from storage.database import Database
from storage.models import AuditRecord
from tests.talking import Chat, Clock

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    database: Database,
    warm_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """The command line in this process, on this test's database."""
    (tmp_path / "cache").symlink_to(warm_folder / "cache")

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("DIANLING_DATABASE", database.url.render_as_string())
        monkeypatch.setenv("DIANLING_SECRET", "a secret of the tests")
        monkeypatch.setattr(sys, "argv", ["dianling", *words])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            bot.cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


@pytest.fixture(autouse=True)
def _somebody_worked(alice: Chat, staff: Chat, clock: Clock, desk: Desk) -> None:
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("翠竹苑7栋2单元")
    alice.say("楼道灯也不亮")
    alice.say("13912345678")
    number = alice.tap("提交").ticket
    clock.pass_(minutes=5)
    staff.say(f"/take {number}", member="王")
    staff.say(f"/take {number}", member="孙")  # may only look
    clock.pass_(minutes=70)
    desk.tick(clock.now)
    alice.say("我的工单")
    alice.tap("催办")


def records(desk: Desk) -> list[AuditRecord]:
    with desk.database.reading() as session:
        return list(session.exec(select(AuditRecord).order_by(AuditRecord.id)))  # type: ignore[arg-type]


def test_customers_colleagues_and_the_clock_are_in_it(desk: Desk) -> None:
    found = [(one.actor, one.act, one.allowed) for one in records(desk)]
    assert ("staff:王", "ticket.take", True) in found
    assert ("staff:孙", "ticket.take", False) in found
    assert ("staff:王", "first_asked", True) in found
    assert ("customer", "event.opened", True) in found
    assert ("customer", "event.urged", True) in found
    assert any(actor == "clock" for actor, _, _ in found)
    about = [one for one in records(desk) if one.act in ("ticket.take", "event.urged")]
    assert all(one.ticket_id is not None and one.person_id is not None for one in about)


@pytest.mark.parametrize("deed", ["UPDATE auditrecord SET allowed = 1", "DELETE FROM auditrecord"])
def test_the_database_changes_no_record(desk: Desk, deed: str) -> None:
    before = len(records(desk))
    with pytest.raises(DBAPIError, match="append-only"), desk.database.transaction() as session:
        session.connection().execute(text(deed))
    assert len(records(desk)) == before


def test_no_customers_name_number_or_words_are_in_it(desk: Desk) -> None:
    whole = json.dumps([one.model_dump(exclude={"at"}) for one in records(desk)], ensure_ascii=False)
    assert "翠竹苑" not in whole
    assert "楼道" not in whole
    assert not re.search(r"1[3-9]\d{9}", whole)


def test_it_is_handed_out_and_that_is_in_it(desk: Desk, run: Run) -> None:
    code, out, err = run("audit", "export", "--as", "孙")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [one["id"] for one in rows] == [one.id for one in records(desk)]
    assert rows[-1]["act"] == "audit.read"
    assert rows[-1]["staff"] == "孙"
    assert rows[-1]["detail"] == {"how": "export jsonl"}
    assert {one["ticket"] for one in rows} == {"BX20261123-0001", None}


def test_a_part_of_it(desk: Desk, run: Run) -> None:
    def acts(*words: str) -> list[tuple[str, str]]:
        code, out, _ = run("audit", "export", "--as", "孙", *words)
        assert code == 0
        return [(one["actor"], one["act"]) for one in map(json.loads, out.splitlines())]

    assert set(acts("--staff", "王")) == {
        ("staff:王", "ticket.take"),
        ("staff:王", "first_asked"),
    }
    assert all(
        actor != "staff:孙" or act == "ticket.take" for actor, act in acts("--ticket", "BX20261123-0001")
    )
    assert acts("--to", "2026-11-22") == []
    day = acts("--from", "2026-11-23", "--to", "2026-11-23")
    assert ("customer", "event.opened") in day
    assert ("staff:孙", "audit.read") not in day  # that was later
    assert ("customer", "event.opened") not in acts("--from", "2026-11-23T14:05")


def test_a_table_program_finds_no_formula_in_it(desk: Desk, clock: Clock, run: Run) -> None:
    with desk.database.transaction() as session:
        storage.audit.write(session, at=clock.now, actor='=HYPERLINK("x")', act="@sum", detail={})
    code, out, _ = run("audit", "export", "--as", "孙", "--format", "csv")
    assert code == 0
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    odd = next(row for row in rows if "HYPERLINK" in row["actor"])
    assert (odd["actor"], odd["act"]) == ('\'=HYPERLINK("x")', "'@sum")
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_a_cell_is_safe(cell: str) -> None:
    assert audit.safe_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1", "a=b", None])
def test_a_cell_is_left_alone(cell: str | None) -> None:
    assert audit.safe_cell(cell) == (cell or "")


@pytest.mark.parametrize(
    "words",
    [
        ("--as", "王"),
        ("--as", "nobody"),
        ("--as", "孙", "--ticket", "BX1-1"),
        ("--as", "孙", "--staff", "nobody"),
        ("--as", "孙", "--from", "yesterday"),
        ("--as", "孙", "--from", "2026-11-23", "--to", "2026-11-20"),
    ],
)
def test_what_is_refused(run: Run, words: tuple[str, ...]) -> None:
    code, out, err = run("audit", "export", *words)
    assert (code, out) == (1, "")
    assert err.strip()


def test_that_somebody_was_refused_is_in_it(desk: Desk, run: Run) -> None:
    assert run("audit", "list", "--as", "王")[0] == 1
    last = records(desk)[-1]
    assert (last.actor, last.act, last.allowed) == ("staff:王", "audit.read", False)


def test_the_list_reads_well(run: Run) -> None:
    code, out, _ = run("audit", "list", "--as", "孙", "--limit", "3")
    assert code == 0
    assert len(out.splitlines()) == 3
    assert "audit.read" in out.splitlines()[-1]


def test_accounts_from_the_command_line(run: Run, desk: Desk) -> None:
    assert "say who does it" in run("staff", "add", "赵")[2]
    assert run("staff", "add", "赵", "--as", "周", "--role", "dispatcher", "--team", "rescue")[0] == 0
    code, out, _ = run("staff", "code", "赵", "--as", "周")
    assert (code, len(out.strip())) == (0, desk.desktop.book.practice.code_digits)
    assert run("staff", "role", "赵", "agent", "--as", "周")[0] == 0
    assert run("staff", "team", "赵", "desk", "--as", "周")[0] == 0
    assert run("staff", "off", "赵", "--as", "周")[0] == 0
    rows = json.loads(run("staff", "list", "--as", "孙", "--json")[1])
    assert {
        "name": "赵", "role": "agent", "team": "desk", "capacity": 3, "state": "off", "linked": False
    } in rows  # fmt: skip
    assert run("staff", "remove", "赵", "--as", "周")[0] == 0
    assert run("staff", "remove", "赵", "--as", "周")[0] == 1
    assert run("staff", "add", "赵", "--as", "周")[0] == 1  # the name stays theirs
    assert run("staff", "list", "--as", "王")[0] == 1
    assert run("staff", "add")[0] == 2
    assert "赵" in run("staff", "list", "--as", "周", "--all")[1]
