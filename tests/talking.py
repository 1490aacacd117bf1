"""Clock and chats of a story, and a way to let every message arrive."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, select

import storage.outbox
from handlers.desk import Desk
from handlers.messages import Attachment, Heard, Location, Message, PhoneContact, Reply, reply_from
from handlers.turn import Address
from storage.database import Database
from storage.models import Lane, Outgoing, OutgoingState
from storage.outbox import Settled

SHANGHAI = ZoneInfo("Asia/Shanghai")
STAFF = Address("telegram", "-100200300")


@dataclass
class Clock:
    """The moment of the story; it goes on only when the story says so."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 14, 0, tzinfo=SHANGHAI))

    def pass_(self, **length: float) -> datetime:
        """Let time go by: pass_(minutes=5)."""
        self.now += timedelta(**length)
        return self.now

    def set(self, *moment: int) -> datetime:
        """Go to a moment of the utility's own time: set(2026, 9, 30, 17, 0)."""
        self.now = datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[misc, arg-type]
        return self.now


@dataclass
class Chat:
    """One chat with the desk, a customer's or the staff group's."""

    desk: Desk
    clock: Clock
    channel: str
    address: str
    member: str | None = None
    member_name: str = ""
    heard: Heard = field(default_factory=Heard)
    _updates: int = 0

    def say(
        self,
        text: str = "",
        *,
        choice: str | None = None,
        photos: int = 0,
        place: Location | None = None,
        contact: PhoneContact | None = None,
        reply_to: str | None = None,
        thread: str | None = None,
        member: str | None = None,
        edited: bool = False,
        album: str = "",
        after: float | None = None,
        files: tuple[Attachment, ...] = (),
        ref: str | None = None,
    ) -> Heard:
        """Say or send something and return what became of it.

        With `after` it is received so many seconds later, and may be read with the message before.
        """
        self._updates += 1
        who = member or self.member
        message = Message(
            channel=self.channel,
            address=self.address,
            # As long as those of the web chat.
            update_id=f"{self.address}-{who or ''}-{self._updates}".rjust(72, "0"),
            sent_at=self.clock.now,
            text=text,
            choice=choice,
            attachments=tuple(
                Attachment("photo", f"photo-{self._updates}-{n}", group=album) for n in range(photos)
            )
            + files,
            location=place,
            contact=contact,
            member=who,
            member_name=member or self.member_name,
            reply_to=reply_to,
            thread=thread,
            edited=edited,
            ref=ref,
        )
        if after is not None:
            self.clock.pass_(seconds=after)
        self.heard = self.desk.hear(
            message, self.clock.now, received_at=None if after is None else self.clock.now
        )
        return self.heard

    def quickly(self, *texts: str, every: float = 1.0) -> list[Heard]:
        """Say several things in quick succession and return what became of each."""
        return [self.say(text, after=every) for text in texts]

    def shown(self) -> list[Reply]:
        """Return what stands in this chat now: of what was replaced only the newest form."""
        standing: dict[str, Reply] = {}
        for row in self.rows():
            if row.state == OutgoingState.CANCELLED:
                continue
            card = row.card or f"row {row.id}"
            if not row.reply.get("quiet"):
                standing.pop(card, None)
            standing[card] = reply_from(row.reply)
        return list(standing.values())

    def tap(self, label: str, *, member: str | None = None) -> Heard:
        """Tap the newest button that says `label`, as a customer sees it in this chat."""
        return self.say(choice=self.key_of(label), member=member)

    def key_of(self, label: str) -> str:
        """Return the key of the newest button with this label in this chat."""
        for row in reversed(self.rows()):
            for index, (said, _) in enumerate(row.reply.get("choices", ())):
                if said == label:
                    return f"{row.token}:{index}"
        raise AssertionError(f"no button says {label}; the last message: {self.got()[-1:]}")

    def rows(self) -> list[Outgoing]:
        """Return everything that was written to this chat, oldest first."""
        with self.desk.database.reading() as session:
            return list(
                session.exec(
                    select(Outgoing)
                    .where(Outgoing.channel == self.channel, Outgoing.address == self.address)
                    .order_by(col(Outgoing.id))
                )
            )

    def got(self) -> list[Reply]:
        """Return everything that was written to this chat, but for cards renewed in place above."""
        replies = [reply_from(row.reply) for row in self.rows()]
        return [one for one in replies if not (one.pinned and one.quiet)]

    def texts(self) -> str:
        """Return everything that was written to this chat as one text."""
        return "\n\n".join(reply.text for reply in self.got())

    def last(self, *, containing: str = "") -> Outgoing:
        """Return the newest message to this chat with some words in it."""
        return next(row for row in reversed(self.rows()) if containing in row.reply["text"])

    def answer(self, containing: str, text: str, *, member: str | None = None) -> Heard:
        """Answer the newest message with some words in it, as a messenger's reply function does."""
        row = self.last(containing=containing)
        deliver(self.desk.database, self.clock.now)
        return self.say(text, reply_to=f"ref-{row.id}", member=member)


def deliver(database: Database, now: datetime) -> None:
    """Let every waiting message arrive; the channel calls it ref-<id>."""
    for channel in ("web", "telegram"):
        with database.transaction() as session:
            claimed = storage.outbox.claim(
                session, channel=channel, owner="test", now=now, limit=1000, slowest=Lane.REMINDER
            )
            storage.outbox.settle(
                session,
                [Settled(one.id, OutgoingState.SENT, platform_ref=f"ref-{one.id}") for one in claimed],
                owner="test",
            )
