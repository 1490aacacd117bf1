"""Customers and colleagues who do anything at any time at a desk whose power may fail."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

import storage.staff
from handlers.desk import Desk
from handlers.messages import Attachment, Heard, Message
from handlers.staff import staff_accounts
from handlers.staff.colleagues import Refused
from knowledge.book import Book
from knowledge.rules.ticket_kinds import ticket_kinds
from storage.database import Database
from storage.models import Chat as ChatRow
from storage.models import Conversation, Outgoing, OutgoingState, Person, Ticket
from tests.many_hands import truths
from tests.many_hands.truths import Ledger
from tests.talking import STAFF, Chat, Clock, deliver

CUSTOMERS = {"alice": "web", "4711": "telegram", "carol": "web", "4712": "telegram"}
CAPACITY = {"王": 1, "李": 2, "张": 3}  # two agents and a lead
ADMIN = "周"
PLACES = ("翠竹苑7栋2单元", "江滨路12号阳光花园5栋201", "石桥村三组")


class PowerFailure(Exception):
    """Raised in the midst of a transaction, just before it would be committed."""


class FragileDatabase(Database):
    """A database whose process dies when it is told to, before the next commit."""

    dies = False

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            if self.dies:
                self.dies = False
                session.flush()
                raise PowerFailure


class StubbornDesk(Desk):
    """A desk to which every message comes again that was not acknowledged; some come twice all the same."""

    twice = False

    def hear(self, message: Message, now: datetime, *, received_at: datetime | None = None) -> Heard:
        try:
            heard = super().hear(message, now, received_at=received_at)
        except PowerFailure:
            heard = super().hear(message, now, received_at=received_at)
        if self.twice:
            self.twice = False
            again = super().hear(message, now, received_at=received_at)
            assert again.outcome == "silent"
            assert again.replies == []
        return heard

    def knock(self, now: datetime) -> None:
        """Do what is due, again where the first time was cut off."""
        try:
            self.tick(now)
        except PowerFailure:
            self.tick(now)


@dataclass(frozen=True, slots=True)
class Line:
    """A message that can be edited: its name, its author, and whom it reached."""

    ref: str
    author: str
    reached: str = ""  # the customer, where a colleague wrote it
    mark: str = ""


@dataclass
class Crowd:
    """A desk, four customers, three colleagues and those who come after them."""

    database: FragileDatabase
    book: Book
    clock: Clock = field(default_factory=Clock)
    ledger: Ledger = field(default_factory=lambda: Ledger(frozenset(CUSTOMERS)))
    lines: list[Line] = field(default_factory=list)  # of customers on Telegram
    answers: list[Line] = field(default_factory=list)  # of colleagues

    def __post_init__(self) -> None:
        self.desk = StubbornDesk(self.database, self.book, staff=STAFF, secret=b"a secret of the tests")
        self.customers = {
            name: Chat(self.desk, self.clock, channel, name) for name, channel in CUSTOMERS.items()
        }
        self.hands = list(CAPACITY)
        self.group = Chat(self.desk, self.clock, STAFF.channel, STAFF.address, member="王", member_name="王")
        with self.database.transaction() as session:
            for name, capacity in CAPACITY.items():
                storage.staff.by_name(session, name).capacity = capacity  # type: ignore[union-attr]

    # -- what customers do

    def customer_says(self, name: str, *, quickly: bool = False, cries: bool = False) -> None:
        """Say something of no special meaning, or cry for help."""
        mark = self._said_by(name)
        if cries:
            self.ledger.in_confidence.discard(mark)  # everybody is called to help
        words = "有人触电倒在地上了" if cries else "麻烦你们看看"
        ref = f"line-{mark}" if CUSTOMERS[name] == "telegram" else None
        self.customers[name].say(f"{mark}，{words}", after=1.0 if quickly else None, ref=ref)
        if ref is not None:
            self.lines.append(Line(ref, name, mark=mark))

    def customer_shows(self, name: str, count: int) -> None:
        """Send photos, several as an album whose parts come one by one, the first with words."""
        words = self._said_by(name)
        for number in range(count):
            mark = self._said_by(name)
            photo = Attachment("photo", mark, group=f"album-{words}" if count > 1 else "")
            self.customers[name].say(f"{words}，看照片" if number == 0 else "", files=(photo,))

    def customer_edits(self, which: int) -> None:
        """Write other words for something said before; only Telegram lets people do so."""
        if self.lines:
            line = self.lines[which % len(self.lines)]
            mark = self._said_by(line.author)
            if line.mark in self.ledger.in_confidence:
                self.ledger.on_the_line.discard(mark)
                self.ledger.in_confidence.add(mark)
            self.customers[line.author].say(f"{mark}，改一下", edited=True, ref=line.ref)

    def customer_reports(self, name: str, place: str, *, until: int = 12) -> None:
        """Fill in the form of a repair, as far as it goes in so many steps."""
        chat = self.customers[name]
        chat.say("我要报修")
        for _ in range(until):
            labels = self._labels(chat)
            wanted = [one for one in ("提交", "整栋楼/整个单元", "跳过") if one in labels]
            if wanted:
                chat.tap(wanted[0])
            elif "取消" in labels:
                chat.say(place)
            if "提交" in wanted or not (wanted or "取消" in labels):
                return

    def customer_denounces(self, name: str, *, until: int) -> None:
        """Report somebody in confidence, as far as it goes in so many steps."""
        chat = self.customers[name]
        chat.say("我要举报")
        for _ in range(until):
            labels = self._labels(chat)
            if "提交" in labels:
                chat.tap("提交")
                return
            if "跳过" in labels:
                chat.tap("跳过")
            elif not self._is_in_confidence(name):
                return
            else:
                self.customer_says(name)

    def customer_wants(self, name: str, words: str) -> None:
        """Say some words that mean something to us."""
        self.customers[name].say(words)

    def customer_taps(self, name: str, which: int) -> None:
        """Tap one of the buttons that were shown last."""
        keys = self._keys(self.customers[name])
        if keys:
            self.customers[name].say(choice=keys[which % len(keys)])

    # -- what colleagues do

    def colleague_answers(self, who: int, which: int, *, command: str = "", photo: bool = False) -> None:
        """Answer one of the messages in the group that are about a customer."""
        row = self._about_somebody(which)
        if row is None:
            return
        member, mark = self.hand(who), self.ledger.mark()
        address = self._address_of(row.about_person_id)
        self._means(mark, member, address)
        files = ()
        if photo:
            self._means(shown := self.ledger.mark(), member, address)
            files = (Attachment("photo", shown),)
        ref = f"line-{mark}"
        text = f"{command}{mark}，您好"
        heard = self.group.say(text, reply_to=row.platform_ref, member=member, ref=ref, files=files)
        self.answers.append(Line(ref, member, address))
        if self._works_here(member):
            arrived = sum(mark in one.reply["text"] for one in self.customers[address].rows())
            told = [one.text for one in heard.replies]
            assert arrived == (0 if told else 1), (arrived, told)

    def colleague_edits(self, which: int, *, words: str = "") -> None:
        """Write other words for a line that went out, or take it back."""
        if not self.answers:
            return
        line = self.answers[which % len(self.answers)]
        self.deliver()
        if words:
            self.group.say(words, reply_to=line.ref, member=line.author)
            return
        mark = self.ledger.mark()
        self._means(mark, line.author, line.reached)
        self.group.say(f"{mark}，更正", edited=True, ref=line.ref, member=line.author)

    def colleague_chats(self, who: int) -> None:
        """Say something among colleagues."""
        self.group.say(f"{self._internal()}，这个客户又来了", member=self.hand(who))

    def colleague_notes(self, who: int, which: int) -> None:
        """Write an internal note to a ticket."""
        numbers = self._numbers()
        if numbers:
            number = numbers[which % len(numbers)]
            self.group.say(f"/n {number} {self._internal()}", member=self.hand(who))

    def colleague_commands(self, who: int, command: str, which: int) -> None:
        """Give a command about a ticket (NUMBER), or about the customer whom a message is about."""
        text = command
        numbers = self._numbers()
        if "NUMBER" in command and not numbers:
            return
        if numbers:
            text = text.replace("NUMBER", numbers[which % len(numbers)])
            text = text.replace("OTHER", numbers[(which // 7) % len(numbers)])
        row = None if "NUMBER" in command else self._about_somebody(which)
        self.group.say(text, member=self.hand(who), reply_to=None if row is None else row.platform_ref)

    def colleague_taps(self, who: int, which: int) -> None:
        """Tap one of the buttons that were shown last in the group."""
        keys = self._keys(self.group)
        if keys:
            self.group.say(choice=keys[which % len(keys)], member=self.hand(who))

    def colleague_leaves(self, who: int) -> None:
        """Let a colleague's account be taken away; they go on writing in the group all the same."""
        name = self.hand(who)
        self._account(
            lambda session: staff_accounts.remove(
                self.desk.desktop, session, name, by=ADMIN, now=self.clock.now
            )
        )

    def colleague_comes(self) -> None:
        """Let a new colleague come."""
        name = f"新{len(self.hands)}"

        def come(session: Session) -> None:
            made = staff_accounts.add(
                session, name, role="agent", team="desk", capacity=2, by=ADMIN, now=self.clock.now
            )
            assert made.staff is not None
            assert storage.staff.link(session, made.staff, name)

        self._account(come)
        self.hands.append(name)

    # -- what time does

    def time_passes(self, minutes: int) -> None:
        """Let time go by, and the clock knock."""
        self.deliver()
        self.clock.pass_(minutes=minutes)
        self.desk.knock(self.clock.now)
        with self.database.reading() as session:
            truths.check_after_tick(session, self.clock.now)

    # -- what must be true

    def check(self) -> None:
        """Assert everything that must be true at every moment."""
        with self.database.reading() as session:
            truths.check(session, self.ledger, STAFF.address)

    def check_end(self) -> None:
        """Assert what must be true once everything has been sent."""
        self.database.dies = False
        for _ in range(2):  # what became of a line is told when the clock knocks
            self.deliver()
            self.desk.knock(self.clock.now)
        self.check()
        with self.database.reading() as session:
            states = set(session.exec(select(Outgoing.state)))
            assert states <= {OutgoingState.SENT, OutgoingState.CANCELLED, OutgoingState.WAITING}, states
            for row in session.exec(select(Outgoing).where(col(Outgoing.relay_of).is_not(None))):
                assert row.reported == row.state, "nobody was told what became of a line"

    def deliver(self) -> None:
        """Let everything that waits arrive; the power fails in our own house only."""
        dies, self.database.dies = self.database.dies, False
        deliver(self.database, self.clock.now)
        self.database.dies = dies

    # -- inside

    def hand(self, who: int) -> str:
        """Return one of the colleagues, who may have left."""
        return self.hands[who % len(self.hands)]

    def _said_by(self, name: str) -> str:
        mark = self.ledger.mark()
        self.ledger.said[mark] = name
        if self._person(name).with_staff_since is not None:
            self.ledger.on_the_line.add(mark)
        elif self._is_in_confidence(name):
            self.ledger.in_confidence.add(mark)
        return mark

    def _means(self, mark: str, member: str, address: str) -> None:
        if self._works_here(member) and address:
            self.ledger.meant_for[mark] = address
        else:
            self.ledger.internal.add(mark)

    def _internal(self) -> str:
        mark = self.ledger.mark()
        self.ledger.internal.add(mark)
        return mark

    def _account(self, change: Callable[[Session], object]) -> None:
        for _ in range(2):
            try:
                with self.database.transaction() as session:
                    change(session)
            except PowerFailure:
                continue
            except Refused:
                pass
            return

    def _works_here(self, member: str) -> bool:
        with self.database.reading() as session:
            return storage.staff.by_telegram(session, member) is not None

    def _person(self, name: str) -> Person:
        with self.database.reading() as session:
            statement = select(Person).join(ChatRow, col(ChatRow.person_id) == col(Person.id))
            found = session.exec(statement.where(ChatRow.address == name)).first()
            return found or Person(created_at=self.clock.now)

    def _is_in_confidence(self, name: str) -> bool:
        person = self._person(name)
        with self.database.reading() as session:
            row = session.exec(select(Conversation).where(Conversation.person_id == person.id)).first()
            kind = ticket_kinds().get(row.topic) if row is not None else None
            return kind is not None and kind.confidential and row.expires_at > self.clock.now  # type: ignore[union-attr]

    def _about_somebody(self, which: int) -> Outgoing | None:
        self.deliver()
        rows = [row for row in self.group.rows() if row.about_person_id is not None and row.platform_ref]
        return rows[which % len(rows)] if rows else None

    def _labels(self, chat: Chat) -> list[str]:
        return [label for label, _ in chat.rows()[-1].reply.get("choices", ())]

    def _keys(self, chat: Chat) -> list[str]:
        """Return the keys of the buttons of the last few messages of a chat."""
        return [
            f"{row.token}:{index}"
            for row in chat.rows()[-6:]
            for index in range(len(row.reply.get("choices", ())))
        ]

    def _numbers(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.exec(select(Ticket.number).order_by(col(Ticket.id))))

    def _address_of(self, person_id: int | None) -> str:
        with self.database.reading() as session:
            found: Any = session.exec(select(ChatRow.address).where(ChatRow.person_id == person_id)).first()
            return str(found)
