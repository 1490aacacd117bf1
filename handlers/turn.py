"""One turn at the desk: who speaks, what is open, and what we say back, inside one transaction."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from sqlmodel import Session

import storage.people
from handlers.messages import Choice, Heard, Message, Outcome, Reply
from handlers.wording import general
from knowledge.book import Book
from knowledge.text.script import to_taiwan, to_traditional
from storage.models import Chat, Conversation, Lane, OnUnknown, Person, Ticket
from storage.outbox import Draft

if TYPE_CHECKING:
    from knowledge.library import Entry


# What somebody might take for a real card, notice or alarm.
_MARKED = ("card", "notice", "danger", "staff")


class TooEarly(Exception):
    """Raised where a message can be dealt with in a moment, and not yet: it is to be worked on again."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message can be sent."""

    channel: str
    address: str


class Post(Protocol):
    """Returns the messages that tell our colleagues something: `handlers.staff.staff_post.drafts`."""

    def __call__(
        self,
        desktop: "Desktop",
        session: Session,
        reply: Reply,
        *,
        key: str,
        lane: Lane = ...,
        ticket: Ticket | None = ...,
        person_id: int | None = ...,
        now: datetime | None = ...,
        words: bool = ...,
    ) -> list[Draft]: ...


FirstCard = Callable[["Desktop", Session, Draft, Reply, datetime], list[Draft]]
"""Returns a message to a topic with the card before it, where the topic is new."""


def nowhere(desktop: "Desktop", session: Session, reply: Reply, *, key: str, **_about: Any) -> list[Draft]:
    """Tell nobody: this desk has no colleagues."""
    return []


def no_card(desktop: "Desktop", session: Session, draft: Draft, reply: Reply, now: datetime) -> list[Draft]:
    """Let a topic begin with the message itself."""
    return [draft]


@dataclass(slots=True)
class Desktop:
    """What stands on the desk at every turn: the book, where staff are, and whether this is the demo."""

    book: Book
    secret: bytes  # keys the hashes of codes and of numbers that were tried
    staff: Address | None = None
    demo: bool = False
    # Colleagues can be written to in private, as they are where there is no group.
    in_private: bool = False
    # How colleagues are written to, and how a new topic of theirs begins; the desk says it.
    post: "Post" = nowhere
    first_card: "FirstCard" = no_card

    def document(self, reply: Reply) -> dict[str, Any]:
        """Return a reply as the outbox keeps it; in the demo every card says that it is one."""
        if self.demo and reply.kind in _MARKED:
            reply = replace(reply, text=general.with_demo(reply.text))
        return reply.as_document()


@dataclass(slots=True)
class Turn:
    """Everything a handler needs to deal with one message; what it says is collected here."""

    desktop: Desktop
    session: Session
    now: datetime
    message: Message
    chat: Chat
    person: Person
    conversation: Conversation | None
    drafts: list[Draft] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)
    # When the message reached us; None where messages are never read together, as at a terminal.
    received_at: datetime | None = None
    # Messages of the same batch that are not yet in the outbox.
    unwritten: list[Draft] = field(default_factory=list)
    # The text was a command or a menu word, and tells nothing of the matter.
    commanded: bool = False
    # Questions that are near to what is being answered; an act offers them under its own buttons.
    related: tuple[Choice, ...] = ()

    @property
    def book(self) -> Book:
        """What we know."""
        return self.desktop.book

    @property
    def region(self) -> str:
        """Whose rules and prices are spoken of: the region named a moment ago, else this person's own."""
        return str(self.recall("region") or self.home)

    @property
    def home(self) -> str:
        """Where this person is supplied: what a ticket is for, whatever prices are spoken of."""
        return self.person.region or self.book.utility.region

    @property
    def text(self) -> str:
        """What was typed, without space around it."""
        return self.message.text.strip()

    @property
    def told(self) -> str:
        """What was told of the matter: nothing where only a button or a command was used."""
        return "" if self.commanded or self.message.choice is not None else self.text

    def say(
        self,
        reply: Reply | str,
        *choices: Choice,
        lane: Lane = Lane.INTERACTIVE,
        ticket: Ticket | None = None,
    ) -> None:
        """Answer the one who speaks, in the script that they write."""
        said = reply if isinstance(reply, Reply) else Reply(reply, choices)
        said = in_script(said, self.chat.script, taiwan=self.region == "taiwan")
        self.heard.replies.append(said)
        self._draft(
            Address(self.chat.channel, self.chat.address), said, lane=lane, ticket=ticket, person=self.person
        )

    def tell_staff(
        self,
        reply: Reply,
        *,
        lane: Lane = Lane.STAFF,
        ticket: Ticket | None = None,
        about: Person | None = None,
        words: bool = False,
    ) -> bool:
        """Write to our colleagues, whose answer goes to whom it is about; False where none can be reached.

        `words` are the customer's own, which are never told in a digest.
        """
        posts = self.desktop.post(
            self.desktop,
            self.session,
            reply,
            key=self._key(),
            lane=lane,
            ticket=ticket,
            person_id=about.id if about is not None else None,
            now=self.now,
            words=words,
        )
        self.drafts.extend(posts)
        return bool(posts)

    def tell(
        self,
        chat: Chat,
        reply: Reply,
        *,
        lane: Lane,
        ticket: Ticket | None = None,
        relay_of: str | None = None,
    ) -> None:
        """Write to another chat than the one that speaks, in the script that is used there.

        `relay_of` is the channel's name of a colleague's own message that these words pass on.
        """
        reader = self.session.get(Person, chat.person_id)
        region = (reader.region if reader is not None else None) or self.book.utility.region
        said = in_script(reply, chat.script, taiwan=region == "taiwan")
        to = Address(chat.channel, chat.address)
        self._draft(
            to, said, lane=lane, ticket=ticket, person=None, person_id=chat.person_id, relay_of=relay_of
        )

    def fill(self, text: str) -> str:
        """Return one of our sentences with its `{fact.id}` figures put in, as they hold here and today."""
        return self.book.fill(text, region=self.region, now=self.now)

    def outcome(self, outcome: Outcome, *, topic: str | None = None, entry: "Entry | None" = None) -> None:
        """Note what this message turned out to be."""
        self.heard.outcome = outcome
        if entry is not None:
            self.heard.entry = entry.id
            topic = topic or entry.topic
        if topic is not None:
            self.heard.topic = topic

    # -- memory

    def recall(self, name: str) -> Any:
        """Return what we noted about this conversation, or None; forgotten after a while."""
        if self.person.memory_until is None or self.person.memory_until <= self.now:
            return None
        return self.person.memory.get(name)

    def remember(self, **notes: Any) -> None:
        """Note something about this conversation for its next message; None forgets."""
        fresh = self.person.memory_until is not None and self.person.memory_until > self.now
        kept = dict(self.person.memory) if fresh else {}
        kept.update(notes)
        self.person.memory = {name: value for name, value in kept.items() if value is not None}
        self.person.memory_until = self.now + timedelta(minutes=self.book.practice.memory_minutes)
        self.session.add(self.person)

    def note(self, **notes: Any) -> None:
        """Note something as `remember` does, without making what is remembered last any longer."""
        until = self.person.memory_until
        if until is None or until <= self.now:
            self.remember(**notes)
            return
        self.person.memory = {**self.person.memory, **notes}
        self.session.add(self.person)

    # -- dialogue

    def open_dialogue(self, topic: str, step: str, **collected: Any) -> Conversation:
        """Begin a dialogue; one that was open is put away with what it had collected."""
        self.close_dialogue()
        self.conversation = storage.people.open_conversation(
            self.session,
            person=self.person,
            topic=topic,
            step=step,
            collected=collected,
            now=self.now,
            expires_at=self.now + timedelta(hours=self.book.practice.draft_hours),
        )
        return self.conversation

    def go_to(self, step: str, **collected: Any) -> None:
        """Move the open dialogue on, keeping what was collected."""
        conversation = self.conversation
        assert conversation is not None
        conversation.step = step
        conversation.collected = {**conversation.collected, **collected}
        lasts = timedelta(hours=self.book.practice.draft_hours)
        conversation.expires_at = max(conversation.expires_at, self.now + lasts)
        self.session.add(conversation)

    def close_dialogue(self) -> None:
        """End the open dialogue, if there is one."""
        if self.conversation is not None:
            self.session.delete(self.conversation)
            self.session.flush()
            self.conversation = None

    def key_for(self, purpose: str) -> str:
        """Return a short key that this update alone gives for a purpose, and gives again when repeated."""
        name = f"{self.message.channel}:{self.message.update_id}".encode()
        return f"{purpose}:{hashlib.sha256(name).hexdigest()[:40]}"

    # -- inside

    def _key(self) -> str:
        # The update and the place of this message in its answer: worked on twice, it collides.
        return f"{self.message.channel}:{self.message.update_id}:{len(self.drafts)}"

    def _draft(
        self,
        to: Address,
        said: Reply,
        *,
        lane: Lane,
        ticket: Ticket | None,
        person: Person | None,
        person_id: int | None = None,
        relay_of: str | None = None,
    ) -> None:
        self.drafts.append(
            Draft(
                channel=to.channel,
                address=to.address,
                reply=self.desktop.document(said),
                dedupe_key=self._key(),
                lane=lane,
                card=said.card,
                on_unknown=OnUnknown.RESEND,
                person_id=person.id if person is not None else person_id,
                ticket_id=ticket.id if ticket is not None else None,
                relay_of=relay_of,
            )
        )


def in_script(reply: Reply, script: str, *, taiwan: bool) -> Reply:
    """Return the reply in the script that the reader writes."""
    if script != "hant":
        return reply
    write = to_taiwan if taiwan else partial(to_traditional, taiwan=False)
    return replace(
        reply,
        text=write(reply.text),
        choices=tuple(Choice(write(choice.label), choice.act) for choice in reply.choices),
    )
