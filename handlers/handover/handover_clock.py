"""What the clock does for those who wait for a person: claims run out, places move, silence is admitted."""

from datetime import datetime, timedelta

from sqlmodel import Session

import storage.handover
import storage.staff
from handlers.handover import handover_queue
from handlers.handover.handover_queue import CALLBACK, END, LEAVE, WORDS, tell, tell_staff
from handlers.handover.handover_waits import head_start, next_hand, opening
from handlers.messages import Choice, Reply
from handlers.turn import Desktop
from handlers.wording import handover as wording
from storage.models import HandoverRequest, Person

_TOLD_EXACTLY = 10  # further back the place is told anew only where it has moved by as much


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Do what is due for everybody who waits for a colleague or speaks with one."""
    return {
        "handover_expired": _expire(desktop, session, now),
        "handover_moved": _move(desktop, session, now),
        "handover_late": _admit(desktop, session, now),
        "handover_idle": _end_idle(desktop, session, now),
    }


def _expire(desktop: Desktop, session: Session, now: datetime) -> int:
    """Take claims away after which no word came; the customer is in front, the group knows whose turn."""
    gone = 0
    for request in storage.handover.expired(session, now):
        holder = storage.staff.by_id(session, request.claimed_by)
        if holder is None or holder.id is None:
            continue
        if not storage.handover.release(session, request, holder.id, now):
            continue
        gone += 1
        following = next_hand(session, but=holder.id)
        text = wording.staff_claim_expired(
            request.person_id,
            holder.name,
            desktop.book.practice.claim_minutes,
            following.name if following is not None else "",
        )
        post = Reply(text, handover_queue.staff_choices(request), kind="staff")
        tell_staff(desktop, session, request, post, now, key=f"expired:{request.returned}")
        _tell_place(desktop, session, request, now, news="moved")
    return gone


def _move(desktop: Desktop, session: Session, now: datetime) -> int:
    """Raise priorities, and tell those who wait where they stand if that is another place than they know."""
    step = head_start(desktop.book)
    requests = storage.handover.waiting(session, storage.handover.order(session, step))
    handover_queue.raise_priority(session, requests.values(), now)
    queue = storage.handover.order(session, step)
    moved = 0
    for place, number in enumerate(queue, start=1):
        request = requests[number]
        if request.told_place is None:  # a colleague has left
            _given_back(desktop, session, request, place, now)
        elif _worth_telling(request.told_place, place):
            _tell_place(desktop, session, request, now, news="moved", place=place)
        else:
            continue
        moved += 1
    return moved


def _given_back(
    desktop: Desktop, session: Session, request: HandoverRequest, place: int, now: datetime
) -> None:
    # Out of hours nobody is late before we open again.
    request.waiting_since = max(request.waiting_since or now, opening(desktop.book, now))
    following = next_hand(session)
    text = wording.staff_given_back(request.person_id, following.name if following is not None else "")
    post = Reply(text, handover_queue.staff_choices(request), kind="staff")
    tell_staff(desktop, session, request, post, now, key=f"returned:{request.returned}")
    _tell_place(desktop, session, request, now, news="returned", place=place)


def _worth_telling(told: int, place: int) -> bool:
    return told != place and (min(told, place) <= _TOLD_EXACTLY or abs(told - place) >= _TOLD_EXACTLY)


def _tell_place(
    desktop: Desktop,
    session: Session,
    request: HandoverRequest,
    now: datetime,
    *,
    news: str,
    place: int | None = None,
) -> None:
    card = handover_queue.queue_card(desktop.book, session, request, now, place=place, news=news)
    tell(desktop, session, request, card, now, key=handover_queue.once("place"))


def _admit(desktop: Desktop, session: Session, now: datetime) -> int:
    """Tell those who wait too long for a word of ours the truth, once, and our colleagues too."""
    patience = timedelta(minutes=desktop.book.practice.handover_patience_minutes)
    late = storage.handover.impatient(session, now - patience)
    for request in late:
        since = request.waiting_since or now
        request.told_late_at = now
        session.add(request)
        minutes = int((now - since) / timedelta(minutes=1))
        if request.answered_at is None:
            reply = Reply(wording.late(minutes), (CALLBACK, WORDS, LEAVE), kind="notice")
        else:
            reply = Reply(wording.late_speaking(minutes), (CALLBACK, WORDS, END), kind="notice")
        key = f"late:{since:%Y%m%d%H%M%S}"
        tell(desktop, session, request, reply, now, key=key)
        holder = storage.staff.by_id(session, request.claimed_by)
        text = wording.staff_waits(request.person_id, minutes, holder.name if holder is not None else "")
        post = Reply(text, handover_queue.staff_choices(request), kind="staff")
        tell_staff(desktop, session, request, post, now, key=key)
    return len(late)


def _end_idle(desktop: Desktop, session: Session, now: datetime) -> int:
    """Bring the bot back where nobody has spoken for long, and say who it was that did not."""
    limit = timedelta(minutes=desktop.book.practice.handover_idle_minutes)
    idle = storage.handover.silent(session, now - limit)
    for request in idle:
        ours = request.waiting_since is not None
        person = session.get_one(Person, request.person_id)
        if not handover_queue.close(session, request, person, now, by="clock"):
            continue
        human, menu = Choice("人工", "handover"), Choice("主菜单", "menu")
        if ours:
            reply = Reply(wording.bot_back_unanswered(), (CALLBACK, human, menu))
        else:
            reply = Reply(wording.bot_back_idle(), (human, menu))
        tell(desktop, session, request, reply, now, key="idle")
        post = Reply(wording.staff_ended(request.person_id, "超时"), kind="staff")
        tell_staff(desktop, session, request, post, now, key="idle")
    return len(idle)
