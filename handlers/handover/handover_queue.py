"""The queue for a person: its order and waits, and whose turn a customer is; one hand wins every change."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.handover
import storage.outbox
import storage.people
import storage.staff
from handlers.handover.handover_waits import TAKE, expected_wait, hands, head_start, opening, place_of
from handlers.messages import Choice, Reply
from handlers.staff import colleagues, rights, staff_post
from handlers.turn import Desktop, Turn, in_script
from handlers.wording import handover as wording
from handlers.wording.moments import moment
from knowledge.book import Book
from knowledge.rules.roles import allows
from storage.models import HandoverRequest, Lane, Person, Staff
from storage.outbox import Draft

LEAVE = Choice("取消排队", "handover.leave")
WORDS = Choice("留言", "handover.words")
CALLBACK = Choice("约回电", "callback.slots")
END = Choice("结束人工", "handover.end")


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a colleague's act: whether it was done, and the sentence for them."""

    ok: bool
    text: str
    person_id: int | None = None

    def __bool__(self) -> bool:
        return self.ok


# -- the card that shows a customer where they stand


def card_name(request: HandoverRequest) -> str:
    """Return the card that shows a request to its customer; all its states take one another's place."""
    return f"queue:{request.id}"


def queue_card(
    book: Book,
    session: Session,
    request: HandoverRequest,
    now: datetime,
    *,
    place: int | None = None,
    news: str = "moved",
) -> Reply:
    """Return the card of somebody who waits, and note the place that it tells.

    `news`: asked, again (a second wish), returned (a colleague has left), moved (the queue has).
    """
    place = place if place is not None else place_of(book, session, request)
    request.told_place = place
    session.add(request)
    present_from = opening(book, now)
    quiet = news == "moved"
    if present_from > now:
        back_at = moment(present_from, now, book.zone)
        text = wording.still_waiting_until(back_at) if news == "again" else wording.nobody_here(back_at)
        return Reply(text, (CALLBACK, WORDS, LEAVE), card=card_name(request), quiet=quiet)
    minutes = expected_wait(book, session, place, now)
    anybody = bool(hands(session))
    say = {
        "asked": wording.in_queue,
        "again": wording.still_waiting,
        "returned": wording.back_in_queue,
        "moved": wording.place_now,
    }[news]
    long = minutes is not None and minutes >= book.practice.callback_wait_minutes
    choices = (LEAVE, CALLBACK, WORDS) if long or not anybody or news == "returned" else (LEAVE, WORDS)
    waiting = wording.wait(minutes) if anybody else wording.nobody_on_duty()
    return Reply(say(place - 1, waiting), choices, card=card_name(request), quiet=quiet)


def tell(
    desktop: Desktop, session: Session, request: HandoverRequest, reply: Reply, now: datetime, *, key: str
) -> None:
    """Write to the customer of a request outside a turn; `key` is unique for this word of the request."""
    person = session.get_one(Person, request.person_id)
    region = person.region or desktop.book.utility.region
    filled = Reply(
        desktop.book.fill(reply.text, region=region, now=now),
        reply.choices,
        card=reply.card,
        quiet=reply.quiet,
        kind=reply.kind,
    )
    drafts = [
        Draft(
            channel=chat.channel,
            address=chat.address,
            reply=desktop.document(in_script(filled, chat.script, taiwan=region == "taiwan")),
            dedupe_key=f"handover:{request.id}:{key}:{chat.id}",
            lane=Lane.INTERACTIVE,
            card=reply.card,
            person_id=request.person_id,
        )
        for chat in storage.people.chat_of(session, request.person_id)[:1]
    ]
    storage.outbox.write(session, drafts, now)


def once(what: str) -> str:
    """Return a key for a word whose cause cannot be worked on twice: two of them may share a moment."""
    return f"{what}:{secrets.token_hex(6)}"


def tell_staff(
    desktop: Desktop, session: Session, request: HandoverRequest, reply: Reply, now: datetime, *, key: str
) -> None:
    """Write to our colleagues about the customer of a request outside a turn."""
    posts = staff_post.drafts(
        desktop,
        session,
        reply,
        key=f"handover-staff:{request.id}:{key}",
        person_id=request.person_id,
        now=now,
    )
    storage.outbox.write(session, posts, now)


def staff_choices(request: HandoverRequest) -> tuple[Choice, ...]:
    """Return what a colleague can do with a request where it stands."""
    end = Choice("结束", f"staff.end:{request.person_id}")
    if request.answered_at is None and request.claimed_by is None:
        return (Choice("我来接", f"staff.chat_take:{request.id}"), end)
    return (end,)


# -- what colleagues do; every act begins with the right to it


def take(desktop: Desktop, session: Session, request_id: int, staff: Staff, now: datetime) -> Done:
    """Give a waiting customer to the colleague who says "mine"; of two, the first gets them."""
    request = storage.handover.by_id(session, request_id)
    person_id = request.person_id if request is not None else None
    sentence = _refused(session, staff, "chat.take", now, person_id)
    if sentence is not None:
        return Done(False, sentence)
    if request is None or request.closed_at is not None:
        return Done(False, wording.staff_gone(person_id))
    assert person_id is not None
    if request.claimed_by == staff.id:
        return Done(True, wording.staff_taken_already(person_id), person_id)
    result = claim(desktop.book, session, request, staff, now)
    if result is not None:
        return Done(False, result, person_id)
    request.told_place = 0
    session.add(request)
    card = Reply(wording.claimed(staff.name), (LEAVE, WORDS), card=card_name(request), quiet=True)
    tell(desktop, session, request, card, now, key=once("claimed"))
    return Done(True, wording.staff_taken(person_id, desktop.book.practice.claim_minutes), person_id)


def take_next(desktop: Desktop, session: Session, staff: Staff, now: datetime) -> Done:
    """Give the first customer of the queue to a colleague."""
    queue = storage.handover.order(session, head_start(desktop.book))
    if not queue:
        return Done(False, wording.staff_queue_empty())
    return take(desktop, session, queue[0], staff, now)


def claim(book: Book, session: Session, request: HandoverRequest, staff: Staff, now: datetime) -> str | None:
    """Make a request a colleague's, or return why not; danger does not wait until somebody has room."""
    lock(session, staff)
    raise_priority(session, [request], now)
    result = storage.handover.claim(
        session,
        request,
        staff,
        now=now,
        until=now + timedelta(minutes=book.practice.claim_minutes),
        capacity=None if request.priority >= storage.handover.DANGER else staff.capacity,
    )
    if result == "claimed":
        return None
    return wording.staff_full(staff.name, staff.capacity) if result == "full" else held(session, request)


def raise_priority(session: Session, requests: Collection[HandoverRequest], now: datetime) -> None:
    """Let requests go before others where there is a reason now; never lower one, nobody is sent back."""
    due = storage.handover.priorities(session, [one.person_id for one in requests], now)
    for request in requests:
        priority = due.get(request.person_id, 0)
        if priority > request.priority:
            request.priority = priority
            session.add(request)
    session.flush()


def held(session: Session, request: HandoverRequest) -> str:
    """Return the sentence for somebody who wants a customer whom another has, or who waits no more."""
    holder = storage.staff.by_id(session, request.claimed_by)
    if request.closed_at is not None or holder is None:
        return wording.staff_gone(request.person_id)
    return wording.staff_held_take(holder.name)


def transfer(
    desktop: Desktop, session: Session, person_id: int, staff: Staff, to: Staff, reason: str, now: datetime
) -> Done:
    """Hand a customer on to a colleague, or take one over, with a reason; the customer is told.

    The duty of who was asked first stays where it is.
    """
    sentence = _refused(session, staff, "chat.transfer", now, person_id, detail={"to": to.id})
    if sentence is not None:
        return Done(False, sentence)
    request = storage.handover.open_of(session, person_id, lock=True)
    if request is None:
        return Done(False, wording.staff_no_chat(), person_id)
    if not reason.strip():
        return Done(False, wording.staff_why(), person_id)
    lock(session, to)
    if not to.active or not allows(to.role, TAKE):
        return Done(False, wording.staff_cannot(to.name), person_id)
    if request.claimed_by == to.id:
        return Done(True, wording.staff_taken_already(person_id), person_id)
    before = storage.staff.by_id(session, request.claimed_by)
    result = storage.handover.hand_on(
        session,
        request,
        to,
        now=now,
        until=now + timedelta(minutes=desktop.book.practice.claim_minutes),
        waiting_since=opening(desktop.book, now),
        capacity=None if request.priority >= storage.handover.DANGER else to.capacity,
    )
    if result != "claimed":
        text = wording.staff_full(to.name, to.capacity) if result == "full" else held(session, request)
        return Done(False, text, person_id)
    request.told_place = 0
    session.add(request)
    if request.answered_at is None:
        card = Reply(wording.claimed(to.name), (LEAVE, WORDS), card=card_name(request), quiet=True)
    elif before is not None and before.id == staff.id:
        card = Reply(wording.handed_on(before.name, to.name), (END,), card=card_name(request))
    else:
        card = Reply(wording.taken_over(to.name), (END,), card=card_name(request))
    tell(desktop, session, request, card, now, key=once("handed"))
    return Done(True, wording.staff_handed_on(person_id, to.name), person_id)


def give_back(session: Session, staff: Staff, now: datetime) -> int:
    """Put all customers whom a colleague holds back to the front of the queue; return how many.

    They keep the moment at which they asked. They and the group are told by the next tick, which finds them
    without a place told; so a crash in between loses no word.
    """
    assert staff.id is not None
    given = 0
    for request in storage.handover.held_by(session, staff.id):
        if storage.handover.release(session, request, staff.id, now):
            person = session.get_one(Person, request.person_id)
            person.with_staff_since, person.in_queue = None, True
            session.add(person)
            given += 1
    session.flush()
    return given


def off_duty(session: Session, staff: Staff, now: datetime) -> Done:
    """Note that a colleague goes off duty; their customers go back to the queue."""
    _set_duty(session, staff, on=False)
    return Done(True, wording.staff_off_duty(staff.name, give_back(session, staff, now)))


def on_duty(session: Session, staff: Staff, _now: datetime) -> Done:
    """Note that a colleague is on duty."""
    _set_duty(session, staff, on=True)
    return Done(True, wording.staff_on_duty(staff.name))


def close(session: Session, request: HandoverRequest, person: Person, now: datetime, *, by: str) -> bool:
    """Close a request: nobody waits, nobody is on the line, and what was talked of before is forgotten."""
    spoke = request.answered_at is not None
    closed = storage.handover.close(session, request, by=by, now=now)
    person.with_staff_since, person.in_queue = None, False
    # Otherwise an old "not understood" would hand over again at the first word.
    kept = {} if spoke else {name: one for name, one in person.memory.items() if name not in _TEMPER}
    person.memory = kept
    session.add(person)
    session.flush()
    return closed


_TEMPER = ("unclear", "angry", "asked_which")


def lock(session: Session, staff: Staff) -> None:
    """Keep a colleague's account from changing until the transaction ends, also their count of customers."""
    session.flush()
    session.refresh(staff, with_for_update=True)


# -- inside


def _refused(
    session: Session,
    staff: Staff,
    act: str,
    now: datetime,
    person_id: int | None,
    *,
    detail: dict[str, object] | None = None,
) -> str | None:
    # Locked before the right is asked for, which locks more weakly: two could else wait for one another.
    lock(session, staff)
    return rights.refused(session, staff, act, now=now, person_id=person_id, detail=detail)


def _set_duty(session: Session, staff: Staff, *, on: bool) -> None:
    lock(session, staff)
    staff.on_duty = on
    session.add(staff)


def _chat_take(turn: Turn, argument: str) -> None:
    staff = colleagues.speaking(turn)
    if staff is not None:
        done = take(turn.desktop, turn.session, int(argument), staff, turn.now)
        staff_post.answer(turn, Reply(done.text, kind="staff"), person_id=done.person_id)


ACTS = {"staff.chat_take": _chat_take}
