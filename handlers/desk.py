"""The front door: every message of every channel is heard here, in one transaction, and so is every tick."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

import storage.inbox
import storage.outbox
import storage.people
import storage.revisions
import storage.secrecy
from handlers import menu
from handlers.acts import ACTS, Act, act_of, perform
from handlers.answering import answers, feedback, parts, together
from handlers.forms import forms, materials, materials_later, repairs, requests
from handlers.forms.form_shape import FORMS
from handlers.handover import callbacks, handover, handover_clock, handover_queue
from handlers.messages import Choice, Heard, Message, Reply
from handlers.money import accounts, bills, binding, reminders
from handlers.outages import outages
from handlers.staff import colleague_links, digest, relay_fates, staff_cards, staff_post, staffroom
from handlers.tickets import (
    closing,
    danger,
    downgrades,
    evidence,
    promise_alarms,
    rebooking,
    revisions,
    surveys,
    tickets,
    urging,
)
from handlers.turn import Address, Desktop, Turn
from handlers.wording import general
from knowledge.book import Book
from knowledge.text.normalise import simplified
from knowledge.text.script import script_of, to_traditional
from storage.database import Database
from storage.inbox import Arrival, Named
from storage.models import Lane
from storage.outbox import Draft

Dialogue = Callable[[Turn], bool]
Tick = Callable[[Desktop, Session, datetime], dict[str, int]]

_HANDLERS = (
    accounts,
    answers,
    bills,
    binding,
    callbacks,
    closing,
    danger,
    downgrades,
    feedback,
    forms,
    handover,
    handover_queue,
    materials,
    materials_later,
    menu,
    outages,
    rebooking,
    reminders,
    repairs,
    requests,
    staffroom,
    surveys,
    tickets,
    urging,
)


def _collect_acts() -> dict[str, Act]:
    acts: dict[str, Act] = {}
    for module in _HANDLERS:
        for name, act in getattr(module, "ACTS", {}).items():
            assert name not in acts, f"two handlers want the act {name}"
            acts[name] = act
    return acts


def _collect_dialogues() -> dict[str, Dialogue]:
    dialogues: dict[str, Dialogue] = {}
    for module in _HANDLERS:
        for topic, dialogue in getattr(module, "DIALOGUES", {}).items():
            assert topic not in dialogues, f"two handlers want the dialogue {topic}"
            dialogues[topic] = dialogue
    return dialogues


ACTS.update(_collect_acts())
DIALOGUES = _collect_dialogues()


@dataclass(frozen=True, slots=True)
class Received:
    """A message together with the inbox row that keeps it."""

    inbox_id: int
    message: Message
    # When it reached us; with it messages in quick succession are read together.
    received_at: datetime | None = None


class Desk:
    """The desk of the hotline; any number of channels may speak to it, one transaction per event."""

    def __init__(
        self,
        database: Database,
        book: Book,
        *,
        secret: bytes,
        staff: Address | None = None,
        demo: bool = False,
        in_private: bool = False,
    ) -> None:
        requests.register_kinds()
        self.database = database
        self.desktop = Desktop(
            book=book,
            secret=secret,
            staff=staff,
            demo=demo,
            in_private=in_private or staff is not None,
            post=staff_post.drafts,
            first_card=staff_cards.first_of_room,
        )

    def take_book(self, book: Book) -> None:
        """Answer from this book from now on; what is being answered keeps the one it began with."""
        self.desktop = replace(self.desktop, book=book)

    def hear(self, message: Message, now: datetime, *, received_at: datetime | None = None) -> Heard:
        """Take one message and answer it; a second delivery of the same update changes nothing.

        With `received_at` it may be read together with what was said a moment before.
        """
        with self.database.transaction() as session:
            arrival = Arrival(message.channel, message.update_id, message.address, {})
            if storage.inbox.store(session, [arrival], now) == 0:
                return Heard(outcome="silent")
            inbox_id = storage.inbox.id_of(session, message.channel, message.update_id)
            return self._hear(session, [Received(inbox_id, message, received_at)], now)[0]

    def hear_all(self, received: Sequence[Received], now: datetime) -> list[Heard]:
        """Answer messages that the inbox keeps, in their order, all in one transaction or none."""
        with self.database.transaction() as session:
            return self._hear(session, received, now)

    def give_up(self, channel: str, address: str, inbox_id: int, now: datetime) -> None:
        """Tell a customer whose message we failed to work on again and again, and a colleague."""
        drafts = [
            Draft(
                channel=channel,
                address=address,
                reply=self.desktop.document(Reply(general.given_up(), (Choice("人工", "handover"),))),
                dedupe_key=f"given-up:{inbox_id}",
            )
        ]
        if self.desktop.staff is not None:
            drafts.append(
                Draft(
                    channel=self.desktop.staff.channel,
                    address=self.desktop.staff.address,
                    reply=self.desktop.document(Reply(general.staff_given_up(inbox_id), kind="staff")),
                    dedupe_key=f"given-up-staff:{inbox_id}",
                    lane=Lane.STAFF,
                )
            )
        with self.database.transaction() as session:
            storage.outbox.write(session, drafts, now)

    def tick(self, now: datetime) -> dict[str, int]:
        """Do everything that is due at this moment, and return how much of each."""
        done: dict[str, int] = {}
        for part in (
            danger.tick,
            promise_alarms.tick,
            closing.tick,
            reminders.tick,
            handover_clock.tick,
            feedback.tick,
            digest.tick,
            staff_cards.tick,
            relay_fates.tick,
        ):
            for name, count in self._tick_all(part, now).items():
                done[name] = done.get(name, 0) + count
        with self.database.transaction() as session:
            resent, held = storage.outbox.recover(session)
        return {**done, "recovered": resent, "unknown": held}

    def _tick_all(self, part: Tick, now: datetime) -> dict[str, int]:
        """Do one part's work, a transaction a batch: who writes to us meanwhile gets in between."""
        done: dict[str, int] = {}
        more = True
        while more:
            with self.database.transaction() as session:
                batch = part(self.desktop, session, now)
            more = batch.pop("more", 0) > 0
            for name, count in batch.items():
                done[name] = done.get(name, 0) + count
        return done

    def _hear(self, session: Session, received: Sequence[Received], now: datetime) -> list[Heard]:
        # A dictionary and no set: whoever wrote first gets the first number.
        places = dict.fromkeys((one.message.channel, one.message.address) for one in received)
        desktop = self.desktop  # another book may be put on the desk meanwhile
        known = storage.people.chats(session, places.keys())
        known |= storage.people.new_chats(session, [one for one in places if one not in known], now)
        persons = {person.id for _, person in known.values() if person.id is not None}
        open_now = storage.people.conversations(session, persons, now)
        drafts: list[Draft] = []
        heard: list[Heard] = []
        finished: list[tuple[int, int | None, str]] = []
        named: dict[int, Named] = {}
        refs = {ref for one in received if (ref := evidence.ref_of(one.message)) is not None}
        seen = storage.revisions.known(session, refs)
        for one in received:
            message = one.message
            ref = evidence.ref_of(message)
            if message.edited and finished:
                # What it changes may have come in this very batch.
                storage.inbox.finish(session, finished, named)
                finished.clear()
            place = (message.channel, message.address)
            chat, person = known[place]
            assert person.id is not None
            turn = Turn(
                desktop=desktop,
                session=session,
                now=now,
                message=message,
                chat=chat,
                person=person,
                conversation=open_now.get(person.id),
                received_at=one.received_at,
                unwritten=drafts,
            )
            draft_before = turn.conversation.draft_key if turn.conversation is not None else None
            if ref in seen and not message.edited:
                revisions.overtaken(turn)
            else:
                listen(turn)
            origin = revisions.origin(turn, draft_before)
            if ref is not None:
                seen.add(ref)
            if ref is not None or storage.secrecy.is_private_key(origin):
                named[one.inbox_id] = Named(ref, origin)
            if turn.conversation is None:
                open_now.pop(person.id, None)
            else:
                open_now[person.id] = turn.conversation
            drafts.extend(turn.drafts)
            heard.append(turn.heard)
            finished.append((one.inbox_id, person.id, message.text))
        storage.outbox.write(session, drafts, now)
        storage.inbox.finish(session, finished, named)
        return heard


def listen(turn: Turn) -> None:
    """Deal with one message: danger first, a person before the bot, an open form before a search."""
    message = turn.message
    if message.event is not None:
        turn.outcome("silent")
        blocked = message.event == "blocked"
        turn.chat.unreachable_since = turn.now if blocked else None
        turn.session.add(turn.chat)
        return
    if turn.chat.unreachable_since is not None:
        turn.chat.unreachable_since = None
        turn.session.add(turn.chat)
    if colleague_links.listen(turn):
        return
    if staffroom.concerns(turn):
        staffroom.listen(turn)
        return
    if turn.text:
        _note_script(turn)
    if message.edited:
        revisions.listen(turn, _answer, listen)
        return
    if message.choice is not None:
        act = act_of(turn, message.choice)
        if act is None:
            turn.outcome("smalltalk")
            menu.show(turn, general.button_expired())
        elif not handover.holds_back(turn, act):
            perform(turn, act)
        return
    if turn.text and danger.listen(turn):
        together.note_danger(turn)
        handover.overhear(turn)
        return
    if turn.text and together.tells_danger(turn):
        together.note_danger(turn)
        return
    if handover.listen(turn) or parts.listen(turn):
        return
    together.answer(turn, _answer)
    parts.note(turn)


def _answer(turn: Turn) -> None:
    """Answer what is neither a danger nor for a colleague: an open form before a search."""
    message = turn.message
    typed = _typed_choice(turn)
    if typed is not None:
        perform(turn, typed)
        return
    if menu.listen(turn):
        return
    if turn.conversation is not None and _dialogue_of(turn.conversation.topic)(turn):
        return
    if closing.listen(turn) or urging.listen(turn) or tickets.listen(turn):
        return
    if accounts.listen(turn) or bills.listen(turn):
        return
    if not turn.text:
        repairs.take_unasked(turn)
        return
    answers.listen(turn)
    in_a_form = turn.conversation is not None and turn.conversation.topic in FORMS
    if not in_a_form and (message.attachments or message.location):
        evidence.keep_loose(turn)  # a photo under a question may be wanted for what comes of it


def _dialogue_of(topic: str) -> Dialogue:
    """Return what goes on with an open dialogue: that of a form, or one of its own."""
    if topic in FORMS:
        return forms.listen
    # A form whose kind has been taken away meanwhile cannot be filled in any more.
    return DIALOGUES.get(topic, _end_unknown)


def _end_unknown(turn: Turn) -> bool:
    turn.close_dialogue()
    return False


def _note_script(turn: Turn) -> None:
    """Answer in the script that somebody writes; characters that both scripts share change nothing."""
    script = script_of(turn.text)
    if script == turn.chat.script or (
        script == "hans" and to_traditional(turn.text, taiwan=False) == turn.text
    ):
        return
    turn.chat.script = script
    turn.session.add(turn.chat)


def _typed_choice(turn: Turn) -> str | None:
    """Somebody may type what a button says instead of tapping it."""
    typed = simplified(turn.text)
    for label, act in turn.recall("choices") or ():
        if typed == label:
            return str(act)
    return None
