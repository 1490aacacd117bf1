"""How long somebody may wait for a person: the place, the hands that are free, and our hours."""

from datetime import datetime, time, timedelta
from statistics import median

from sqlmodel import Session

import storage.handover
from knowledge.book import Book
from knowledge.rules.calendars import calendar_of
from knowledge.rules.roles import allows
from storage.models import HandoverRequest, Staff

TAKE = "chat.take"


def place_of(book: Book, session: Session, request: HandoverRequest) -> int:
    """Return a waiting customer's place in the queue, 1 for the next one."""
    queue = storage.handover.order(session, head_start(book))
    return queue.index(request.id) + 1 if request.id in queue else 1


def head_start(book: Book) -> timedelta:
    """Return what one step of priority is worth in the queue."""
    return timedelta(minutes=book.practice.queue_patience_minutes)


def expected_wait(book: Book, session: Session, place: int, now: datetime) -> float | None:
    """Return the minutes that somebody at a place may have to wait, None where too little is known.

    While a hand is free it is the usual time to the first word; behind that so many conversations have to
    end first, of their usual length, shared among all who are on duty.
    """
    practice = book.practice
    lately = storage.handover.recent(
        session, now - timedelta(minutes=practice.queue_recent_minutes), limit=practice.queue_answers
    )
    on_duty = hands(session)
    if not on_duty or len(lately) < practice.queue_answers_least:
        return None
    first_word = median(_minutes(answered - opening(book, asked)) for asked, answered, _ in lately)
    free = sum(max(one.capacity - held, 0) for one, held in on_duty)
    if place <= free:
        return first_word
    lengths = [_minutes(closed - answered) for _, answered, closed in lately if closed is not None]
    if len(lengths) < practice.queue_answers_least:
        return None
    capacity = sum(one.capacity for one, _ in on_duty)
    return max(first_word, (place - free) * median(lengths) / max(capacity, 1))


def opening(book: Book, now: datetime) -> datetime:
    """Return `now` if colleagues are at work, else the moment at which they begin again."""
    hours = book.utility.staff_hours
    here = now.astimezone(book.zone)
    opens, closes = time.fromisoformat(hours.open), time.fromisoformat(hours.close)
    calendar = calendar_of(book.utility.region)
    on = here.date()
    for days in range(60):
        day = on + timedelta(days=days)
        if hours.days != "每天" and not calendar.is_workday(day):
            continue
        if days == 0 and opens <= here.time() < closes:
            return now
        if days > 0 or here.time() < opens:
            return datetime.combine(day, opens, tzinfo=book.zone)
    return now


def next_hand(session: Session, *, but: int | None = None) -> Staff | None:
    """Return the colleague on duty who has most room for another customer, or None."""
    free = [
        (held / one.capacity, one.id or 0, one)
        for one, held in hands(session)
        if held < one.capacity and one.id != but
    ]
    return min(free)[2] if free else None


def hands(session: Session) -> list[tuple[Staff, int]]:
    """Return the colleagues on duty who may speak with customers, and how many each of them holds."""
    return [(one, count) for one, count in storage.handover.hands(session) if allows(one.role, TAKE)]


def _minutes(length: timedelta) -> float:
    return max(length / timedelta(minutes=1), 0.0)
