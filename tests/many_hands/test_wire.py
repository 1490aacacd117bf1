"""Many hands over the real wire: processes that are killed, a web page, Telegram, a forum of colleagues.

Another story every time; the seed is printed, and DIANLING_TEST_SEED tells it again, as far as processes do.
"""

import os
import random
import re
import shutil
import urllib.error
import urllib.request
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from benchmarks.processes import get, post, until
from storage.database import Database
from storage.models import Chat, Inbox, InboxState, Lane, Outgoing, OutgoingState, Person, Staff
from tests.black_box.house import GROUP, House, TelegramPerson, WebCustomer
from tests.faults.hotline import let_leases_end
from tests.faults.nursery import UNHURRIED
from tests.many_hands import truths
from tests.many_hands.truths import Ledger, marks_in
from tests.talking import SHANGHAI

AFTERNOON = datetime(2026, 11, 24, 14, 0, tzinfo=SHANGHAI)
CUSTOMER = 50_001
HANDS = {"王": 60_001, "李": 60_002, "张": 60_003}
STEPS = 60
POWER_CUTS = 2
_WISHES = ("人工", "人工", "结束人工", "催办", "谢谢")
_CUSTOMER = re.compile(r"客户(\d+)")
_NOTHING = ("取消", "不需要", "返回", "上一步")


@dataclass
class Street:
    """A house, two customers, three colleagues, and the list of what was said."""

    house: House
    database: Database
    chance: random.Random
    ledger: Ledger = field(default_factory=lambda: Ledger(frozenset()))
    answered: dict[str, int] = field(default_factory=dict)  # a colleague's mark, and the customer's number
    unheard: list[dict[str, Any]] = field(default_factory=list)  # that the page could not post yet
    in_flight: int = 0
    steps: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.telegram = TelegramPerson(self.house, CUSTOMER)
        self.web = WebCustomer(self.house)
        self.hands = [TelegramPerson(self.house, one, group=GROUP) for one in HANDS.values()]

    # -- what people do

    def customer_says(self) -> None:
        """Say something of no special meaning; colleagues must read it where one is on the line."""
        who = self.chance.choice(("web", str(CUSTOMER)))
        mark = self.ledger.mark()
        self.ledger.said[mark] = who
        before = self.speaks_since(who)
        self.say(who, f"{mark}，麻烦你们看看")
        if before is not None and self.settle() and not self.unheard and self.speaks_since(who) == before:
            self.ledger.on_the_line.add(mark)

    def customer_wants(self) -> None:
        """Say something that means something."""
        self.say(self.chance.choice(("web", str(CUSTOMER))), self.chance.choice(_WISHES))

    def customer_reports(self) -> None:
        """Fill in the form of a repair on Telegram."""
        self.telegram.say("我要报修")
        for _ in range(8):
            self.settle()
            labels = self.telegram.buttons()
            wanted = [one for one in ("提交", "整栋楼/整个单元", "跳过") if one in labels]
            if wanted:
                self.telegram.tap(wanted[0])
                if wanted[0] == "提交":
                    return
            else:
                self.telegram.say("翠竹苑7栋2单元")

    def customer_taps(self) -> None:
        """Tap one of the buttons that were shown last."""
        labels = [one for one in self.telegram.buttons() if one not in _NOTHING]
        if labels:
            self.telegram.tap(self.chance.choice(labels))

    def colleague_answers(self) -> None:
        """Answer a message of ours in the group that names a customer by number."""
        posts = [one for one in self.hands[0].texts() if _CUSTOMER.search(one)]
        if not posts:
            return
        words = self.chance.choice(posts[-6:]).partition("\n")[0]
        named = _CUSTOMER.search(self.hands[0].message(words)["text"])
        if named is None:
            return  # newer words about something else begin like these
        mark = self.ledger.mark()
        self.answered[mark] = int(named[1])
        self.chance.choice(self.hands).say(f"{mark}，您好", reply_to=words)

    def colleague_chats(self) -> None:
        """Say something to the others, in a topic or not; it looks like an answer and is none."""
        mark = self.ledger.mark()
        self.ledger.internal.add(mark)
        threads = [int(one) for one in self.shown(GROUP)["topics"]]
        thread = self.chance.choice([None, *threads])
        self.chance.choice(self.hands).say(f"{mark}，这个客户又来了", thread=thread)

    def colleague_notes(self) -> None:
        """Write an internal note in a topic."""
        threads = [int(one) for one in self.shown(GROUP)["topics"]]
        if threads:
            mark = self.ledger.mark()
            self.ledger.internal.add(mark)
            self.chance.choice(self.hands).say(f"/n {mark}", thread=self.chance.choice(threads))

    def colleague_commands(self) -> None:
        """Give a command in a topic."""
        threads = [int(one) for one in self.shown(GROUP)["topics"]]
        command = self.chance.choice(("/take", "/end", "/off", "/on", "/mine", "/transfer 李 她在附近"))
        if threads:
            self.chance.choice(self.hands).say(command, thread=self.chance.choice(threads))

    def colleague_taps(self) -> None:
        """Tap one of the buttons that were shown last in the group."""
        labels = self.hands[0].buttons()
        if labels:
            self.chance.choice(self.hands).tap(self.chance.choice(labels))

    # -- what goes wrong

    def topic_is_deleted(self) -> None:
        """Let an administrator of the group delete a topic."""
        threads = [int(one) for one in self.shown(GROUP)["topics"]]
        if threads:
            self.control("drop_topic", group=GROUP, thread=self.chance.choice(threads))

    def telegram_stumbles(self) -> None:
        """Let Telegram refuse once, before anything has happened."""
        kind, seconds = self.chance.choice((("error", 0.0), ("flood", 1.0), ("drop", 0.0)))
        self.control("fault", kind=kind, seconds=seconds, method="sendMessage")

    def power_fails(self) -> None:
        """Kill the service, let people go on talking, and begin again."""
        self.house.power_cut()
        self.in_flight += let_leases_end(Path(str(self.database.url.database)))
        for _ in range(3):
            self.chance.choice((self.customer_wants, self.colleague_chats, self.colleague_answers))()
        self.house.serve()
        self.post()

    # -- inside

    def say(self, who: str, text: str) -> None:
        """Let a customer write; the page tries again later where nobody is there."""
        if who != "web":
            self.telegram.say(text)
            return
        self.unheard.append({"id": str(uuid.uuid4()), "text": text})
        self.post()

    def post(self) -> bool:
        """Post what the page has to post, in order, as far as we take it; tell whether that is all."""
        while self.unheard:
            try:
                self.web._post("/api/messages", self.unheard[0])
            except OSError as error:
                if isinstance(error, urllib.error.HTTPError) and error.code != 429:
                    raise
                return False  # nobody is there, or it is too much at once
            self.unheard.pop(0)
        return True

    def settle(self) -> bool:
        """Wait until everything that came in is worked on; False where nobody is there to do it."""
        try:
            self.post()
            until(self.is_quiet, seconds=3, what="what came in is worked on", every=0.05)
        except TimeoutError:
            return False
        return True

    def is_quiet(self) -> bool:
        """Return whether everything that came in is worked on."""
        if get(f"{self.house.api}/control/stats")["pending"]:
            return False
        with self.database.reading() as session:
            return session.exec(select(Inbox).where(Inbox.state == InboxState.WAITING)).first() is None

    def is_silent(self) -> bool:
        """Return whether nothing is left to be done or sent now."""
        unsent = (OutgoingState.WAITING, OutgoingState.SENDING)
        with self.database.reading() as session:
            row = session.exec(
                select(Outgoing).where(col(Outgoing.state).in_(unsent), Outgoing.lane < Lane.REMINDER)
            ).first()
            told = select(Outgoing).where(
                col(Outgoing.relay_of).is_not(None), col(Outgoing.reported).is_(None)
            )
            return row is None and session.exec(told).first() is None and self.is_quiet()

    def left(self) -> str:
        """Return what is still to be done, for whoever reads of a failure."""
        with self.database.reading() as session:
            statement = select(Outgoing).where(Outgoing.state != OutgoingState.SENT)
            rows = [f"{one.state} {one.address} {one.error} {one.reply}" for one in session.exec(statement)]
            rows += [f"{one}" for one in session.exec(select(Inbox).where(Inbox.state != InboxState.DONE))]
        return "\n".join([*rows, str(get(f"{self.house.api}/control/stats"))])

    def speaks_since(self, who: str) -> datetime | None:
        """Return since when a customer has a person on the line, None where not."""
        with self.database.reading() as session:
            statement = select(Person.with_staff_since).join(Chat, col(Chat.person_id) == col(Person.id))
            if who == "web":
                return session.exec(statement.where(Chat.channel == "web")).first()
            return session.exec(statement.where(Chat.channel == "telegram", Chat.address == who)).first()

    def shown(self, chat: int) -> dict[str, Any]:
        """Return what a chat shows."""
        found: dict[str, Any] = get(f"{self.house.api}/control/chat?id={chat}")
        return found

    def control(self, deed: str, **given: Any) -> None:
        """Tell the Bot API server what happens."""
        post(f"{self.house.api}/control/{deed}", given)


@pytest.fixture
def seed() -> int:
    """Another story every time, the same one again with DIANLING_TEST_SEED."""
    found = int(os.environ.get("DIANLING_TEST_SEED") or random.SystemRandom().randrange(10**6))
    print(f"seed {found}")
    return found


def test_over_the_wire_nothing_is_lost_and_nothing_goes_astray(
    tmp_path: Path, empty_database: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(UNHURRIED, "1")
    chance = random.Random(seed)
    file = tmp_path / "dianling.db"
    shutil.copy(empty_database, file)
    database = Database(f"sqlite:///{file}")
    with database.transaction() as session:
        for one in session.exec(select(Staff)):
            one.telegram_id = str(HANDS[one.name]) if one.name in HANDS else None
            session.add(one)
    with House(tmp_path, forum=True) as house:
        house.open(AFTERNOON)
        house.serve()
        street = Street(house, database, chance)
        tell(street)
        try:
            until(street.post, seconds=30, what="the page has posted everything", every=0.5)
            until(street.is_silent, seconds=30, what="everything is done and sent", every=0.1)
            check(street)
        except (AssertionError, TimeoutError):
            print("\n".join([*street.steps, house.log()[-3000:], street.left()]))
            raise
    database.close()


def tell(street: Street) -> None:
    """Let people do anything in any order, with the power failing now and then."""
    acts = {
        street.customer_says: 6,
        street.customer_wants: 4,
        street.customer_reports: 1,
        street.customer_taps: 2,
        street.colleague_answers: 6,
        street.colleague_chats: 3,
        street.colleague_notes: 2,
        street.colleague_commands: 2,
        street.colleague_taps: 3,
        street.topic_is_deleted: 1,
        street.telegram_stumbles: 1,
    }
    cuts = set(street.chance.sample(range(10, STEPS), POWER_CUTS))
    street.say("web", "人工")
    for step in range(STEPS):
        [act] = street.chance.choices(list(acts), list(acts.values()))
        if step in cuts:
            act = street.power_fails
        street.steps.append(act.__name__)
        act()
        if street.chance.random() < 0.5:
            street.settle()


def check(street: Street) -> None:
    """Assert what must be true in the end: in the database, at the Bot API, and on the page."""
    ledger = street.ledger
    group = str(GROUP)
    with street.database.reading() as session:
        page = session.exec(select(Chat.address).where(Chat.channel == "web")).one()
        ledger.customers = frozenset({page, str(CUSTOMER)})
        ledger.said = {mark: page if by == "web" else by for mark, by in ledger.said.items()}
        persons = {one.person_id: one.address for one in session.exec(select(Chat))}
        ledger.meant_for = {mark: persons[number] for mark, number in street.answered.items()}
        truths.check(session, ledger, group)
        dead = session.exec(select(Inbox).where(Inbox.state == InboxState.DEAD)).all()
        assert not dead, dead
        delivered = _delivered(session)
    accepted = get(f"{street.house.api}/control/accepted?since=0")
    seen: Counter[str] = Counter()
    for one in accepted:
        if one["chat_id"] == CUSTOMER and one["method"] != "editMessageText":
            seen.update(marks_in({"text": one["text"] or ""}))
    for reply in street.web.shown():
        seen.update(marks_in({"text": reply["text"]}))
    for mark in seen:
        assert mark not in ledger.internal, f"{mark} was said among colleagues"
    for one in accepted:
        if one["chat_id"] == CUSTOMER:
            for mark in marks_in({"text": one["text"] or ""}):
                assert (ledger.meant_for | ledger.said)[mark] == str(CUSTOMER), one
    for mark in delivered & street.answered.keys():
        # What was on its way when the power failed may have arrived, and goes once more.
        assert 1 <= seen[mark] <= 1 + street.in_flight, (mark, seen[mark])
    twice = [mark for mark in delivered & street.answered.keys() if seen[mark] > 1]
    assert len(twice) <= street.in_flight, twice
    assert seen.keys() & street.answered.keys() <= delivered, "something arrived without its ✅"


def _delivered(session: Session) -> set[str]:
    """Return the marks of the colleagues' lines that show ✅ in the group."""
    ticks = select(Outgoing).where(col(Outgoing.card).startswith("fate:"))
    good = {
        str(one.card).removeprefix("fate:")
        for one in session.exec(ticks.order_by(col(Outgoing.id)))
        if one.reply["text"].startswith("✅")
    }
    lines = session.exec(select(Outgoing).where(col(Outgoing.relay_of).in_(good)))
    return {mark for one in lines for mark in marks_in(one.reply)}
