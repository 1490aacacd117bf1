"""The service is killed twenty times in the midst of work: nobody stays unanswered, nothing happens twice."""

import csv
import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from benchmarks.processes import Child, answers, free_port, until
from knowledge.rules.calendars import calendar_of
from storage.database import Database
from storage.models import Account, Binding, Chat, Person
from tests.fake_bot_api.state import TOKEN
from tests.faults.hotline import Customers, Nursery, let_leases_end, moments, rows, sleep, wait_until_quiet

KILLS = 20
ACCOUNTS = 40
PORTIONS = 8  # of the reminder run
FIRST_ACCOUNT = 3301880000
FIRST_OWNER = 60_000
STAFF_GROUP = -1001
PER_SECOND = 40.0
TOGETHER = timedelta(seconds=2)  # practice.yaml: together_seconds
LATENCY_MS = 30  # of the Bot API: so that something is always under way

QUESTIONS = (
    "阶梯电价一档多少度", "电费怎么交啊", "峰谷电几点便宜", "发票在哪里打印", "我想过户要带什么",
    "电表走得特别快咋回事", "为啥这个月电费恁贵", "充电桩报装要多久", "家里突然就没电了", "停电到几点",
    "你们上班时间", "你好", "谢谢啊", "手机没电了咋办", "電費點樣交", "低保户有没有免费电", "户号忘了在哪查",
)  # fmt: skip
DANGERS = (
    "我爸修插座触电了躺地上不动",
    "门口电线断了掉在地上还冒火花",
    "配电箱着火了好多烟",
    "孩子手指头被插座电到了一直哭",
    "水漫进屋里插线板还通着电",
    "楼下电动车电池起火了",
)


@pytest.fixture
def seed() -> int:
    """Another story every time, the same one again with DIANLING_TEST_SEED."""
    found = int(os.environ.get("DIANLING_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {found}")
    return found


@pytest.fixture
def api(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The fake Bot API in a process of its own, and the file in which it notes what it accepts."""
    port, witness = free_port(), tmp_path / "accepted.jsonl"
    child = Child(
        ["-m", "tests.fake_bot_api", "--port", str(port), "--no-limits", "--latency-ms", str(LATENCY_MS),
         "--witness", str(witness)],
        log=tmp_path / "api.log",
    )  # fmt: skip
    root = f"http://127.0.0.1:{port}"
    try:
        until(
            lambda: answers(f"{root}/control/stats"), seconds=20, what="the fake Bot API answers", child=child
        )
        yield root, witness
    finally:
        child.stop(seconds=5)


def test_twenty_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, api: tuple[str, Path], seed: int
) -> None:
    root, witness = api
    chance = random.Random(seed)
    database = tmp_path / "dianling.db"
    environment = {
        "DIANLING_DATABASE": f"sqlite:///{database}",
        "DIANLING_PORT": str(free_port()),
        "DIANLING_TELEGRAM_TOKEN": TOKEN,
        "DIANLING_TELEGRAM_API": root,
        "DIANLING_TELEGRAM_RATE": "1000",
        "DIANLING_TELEGRAM_POLL_SECONDS": "1",
        "DIANLING_TELEGRAM_STAFF_CHAT": str(STAFF_GROUP),
        "DIANLING_TICK_SECONDS": "0.5",
        "DIANLING_SECRET": "only for this test",
        "DIANLING_LOG_LEVEL": "warning",
    }
    begin = working_morning()
    nursery = Nursery(environment, tmp_path, begin)
    customers = Customers(root, seed, QUESTIONS, DANGERS)
    try:
        for kind in ("customers", "accounts"):
            nursery.run("import", kind, str(owners_file(tmp_path, kind)))
        bind_owners(database)
        customers.start(per_second=PER_SECOND)
        in_flight = 0
        for number, seconds in enumerate(moments(chance, KILLS, 0.15, 1.6)):
            if number < PORTIONS:
                remind(nursery, bills_file(tmp_path, number, begin.date()), chance)
            pid = nursery.start("serve")
            sleep(seconds)
            assert nursery.kill(pid) == -signal.SIGKILL, nursery.log.read_text()[-3000:]
            in_flight += let_leases_end(database)
        pid = nursery.start("serve")
        until_reported(customers)
        customers.stop()
        wait_until_quiet(database, updates=len(customers.sent), seconds=30)
        os.kill(pid, signal.SIGTERM)
        assert nursery.wait() == 0
    finally:
        nursery.close()
    print(f"{len(customers.sent)} updates, {in_flight} messages under way at a kill")
    accepted = [json.loads(line) for line in witness.read_text("utf-8").splitlines()]
    everybody_was_answered(database, customers, accepted)
    no_ticket_is_double(database, customers)
    no_reminder_went_twice(database, accepted)


def until_reported(customers: Customers) -> None:
    """Let everybody who fills in a form come to its end, with the service alive."""
    left = set(customers.reporters)

    def done() -> bool:
        left.difference_update([chat for chat in left if customers.go_on(chat)])
        return not left

    try:
        until(done, seconds=60, what="every form is handed in", every=0.2)
    except TimeoutError as error:
        raise TimeoutError(f"{error}: {[customers.shown(chat) for chat in left]}") from None


def everybody_was_answered(database: Path, customers: Customers, accepted: list[dict[str, object]]) -> None:
    """Every update is known once and done, and its answer was accepted by the server."""
    known = rows(database, "SELECT update_id, state FROM inbox WHERE channel = 'telegram'")
    assert sorted(int(update) for update, _ in known) == sorted(update for update, _ in customers.sent)
    assert {state for _, state in known} == {"done"}
    shown = {(str(one["chat_id"]), str(one["message_id"])) for one in accepted}
    unanswered = []
    for update, chat in customers.sent:
        found = rows(
            database,
            "SELECT address, state, platform_ref FROM outgoing WHERE dedupe_key LIKE ? AND address = ?",
            f"telegram:{update}:%",
            str(chat),
        )
        replaced = not found or all(state == "cancelled" for _, state, _ in found)
        if replaced and was_read_on(database, update, chat):
            continue  # the answer to the message that followed at once stands in the place of this one's
        if not found or any(state != "sent" or (address, ref) not in shown for address, state, ref in found):
            unanswered.append((update, chat, found))
    assert unanswered == []


def was_read_on(database: Path, update: int, chat: int) -> bool:
    """Whether the same customer's next message came so soon that both were read together.

    That one is looked at by itself: the last of a burst has nothing behind it and must have an answer.
    """
    (here,) = rows(
        database,
        "SELECT id, received_at FROM inbox WHERE channel = 'telegram' AND update_id = ?",
        str(update),
    )
    after = rows(
        database,
        "SELECT received_at FROM inbox WHERE channel = 'telegram' AND address = ? AND id > ? ORDER BY id",
        str(chat),
        here[0],
    )
    if not after:
        return False
    passed = datetime.fromisoformat(str(after[0][0])) - datetime.fromisoformat(str(here[1]))
    return passed <= TOGETHER


def no_ticket_is_double(database: Path, customers: Customers) -> None:
    """Every danger and every form made exactly one ticket."""
    tickets = rows(
        database,
        "SELECT chat.address, ticket.kind FROM ticket JOIN chat ON chat.person_id = ticket.person_id",
    )
    per_chat = Counter((int(address), kind) for address, kind in tickets)
    wanted = {(chat, "danger"): 1 for chat in customers.endangered}
    wanted |= {(chat, "repair"): 1 for chat in customers.reporters}
    found = {key: count for key, count in per_chat.items() if key in wanted or count > 1}
    assert found == wanted
    assert len(customers.endangered) >= 3


def no_reminder_went_twice(database: Path, accepted: list[dict[str, object]]) -> None:
    """Every reminder was accepted once; at most never where nobody can know, and then it says so."""
    notices = rows(
        database,
        "SELECT o.address, o.state, o.reply, o.attempts FROM outgoing o JOIN notice n ON n.id = o.notice_id",
    )
    assert len(notices) == ACCOUNTS, Counter(rows(database, "SELECT state, reason FROM notice"))
    times = Counter(
        (str(one["chat_id"]), _bare(str(one["text"]))) for one in accepted if one["method"] == "sendMessage"
    )
    fates: Counter[tuple[str, int]] = Counter()
    for address, state, reply, _ in notices:
        count = times[address, _bare(json.loads(reply)["text"])]
        fates[state, count] += 1
        assert count <= 1, f"a reminder went {count} times to {address}"
        assert state in ("sent", "unknown"), state
        assert count == 1 or state == "unknown"
    print("reminders by state and times accepted:", dict(fates))
    assert fates["sent", 1] >= ACCOUNTS // 8


def remind(nursery: Nursery, bills: Path, chance: random.Random) -> None:
    """Import bills and begin to remind of them, but die on the way; the service will find what is left."""
    nursery.run("import", "bills", str(bills))
    pid = nursery.start("tick")
    sleep(chance.uniform(0.0, 0.3))
    try:
        nursery.kill(pid)
    except ProcessLookupError:
        nursery.wait()


def working_morning() -> datetime:
    """Return the last late morning on which reminders might leave."""
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    # Not in the future: the scheduler has the real clock, and would wait for it.
    begin = now.replace(hour=11, minute=0, second=0, microsecond=0) - timedelta(days=1)
    while calendar_of().starts_holiday(begin.date()):
        begin -= timedelta(days=1)
    return begin


def owners_file(folder: Path, kind: str) -> Path:
    """Write the file of customers or accounts."""
    file = folder / f"{kind}.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        sheet = csv.writer(stream)
        if kind == "customers":
            sheet.writerow(["number", "name", "phone"])
            sheet.writerows([f"C{n:05d}", f"王{n}", f"1390000{n:04d}"] for n in range(ACCOUNTS))
        else:
            sheet.writerow(["number", "customer_number", "region", "address"])
            sheet.writerows(
                [str(FIRST_ACCOUNT + n), f"C{n:05d}", "beijing", f"江城江滨路{n + 1}号"]
                for n in range(ACCOUNTS)
            )
    return file


def bills_file(folder: Path, portion: int, day: date) -> Path:
    """Write the bills of some of the accounts, due three days later."""
    file = folder / f"bills-{portion}.csv"
    due = day + timedelta(days=3)
    with file.open("w", encoding="utf-8", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["number", "account_number", "period", "kwh", "amount", "issued_on", "due_on"])
        for n in range(portion, ACCOUNTS, PORTIONS):
            sheet.writerow(
                [f"B{n:05d}", FIRST_ACCOUNT + n, f"{day:%Y-%m}", 100 + n, f"{60 + n}.50", day, due]
            )
    return file


def bind_owners(database: Path) -> None:
    """Let every account be bound to a chat of its own, as if each had proven it long ago."""
    now = datetime.now(UTC)
    opened = Database(f"sqlite:///{database}")
    with opened.transaction() as session:
        for n, account in enumerate(session.exec(select(Account).order_by(col(Account.id))).all()):
            person = Person(created_at=now)
            session.add(person)
            session.flush()
            assert person.id is not None
            assert account.id is not None
            session.add(
                Chat(channel="telegram", address=str(FIRST_OWNER + n), person_id=person.id, created_at=now)
            )
            session.add(Binding(person_id=person.id, account_id=account.id, proof="code", bound_at=now))
    opened.close()


def _bare(text: str) -> str:
    """Return a text without what markup makes of it."""
    return "".join(char for char in text if char.isalnum())
