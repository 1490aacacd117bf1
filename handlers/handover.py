"""Handing a customer to a person: queueing honestly, relaying both ways, and coming visibly back."""

from datetime import datetime, time, timedelta

from sqlmodel import Session

import storage.evidence
import storage.handover
import storage.outbox
import storage.people
import storage.tickets
from handlers import evidence, forms, staff_post, ticket_opening
from handlers.masking import hide_numbers
from handlers.menu import WORDS
from handlers.messages import Choice, Reply
from handlers.ticket_work import keep
from handlers.turn import Desktop, Turn, in_script
from handlers.wording import handover as wording
from handlers.wording.moments import moment
from knowledge.book import Book
from knowledge.rules.workdays import calendar_of
from storage.models import OPEN_STATES, HandoverRequest, Lane, Person, Staff, Ticket
from storage.outbox import Draft

LEAVING = {"结束", "结束人工", "退出人工", "结束对话", "不用人工了", "取消排队"}
_SHOWN_WORDS = 5  # of each side
_SHOWN_LENGTH = 80
_LEAVE = Choice("取消排队", "handover.leave")
_WORDS = Choice("留言", "handover.words")
_END = Choice("结束人工", "handover.end")


def ask(turn: Turn, argument: str) -> None:
    """Put the customer in the queue for a person, and say honestly how it stands."""
    turn.outcome("action", topic="human")
    assert turn.person.id is not None
    if turn.person.with_staff_since is not None:
        turn.say(wording.speaking(), _END)
        return
    known = storage.handover.open_of(turn.session, turn.person.id)
    if known is not None:
        turn.say(wording.still_waiting(storage.handover.ahead_of(turn.session, known)), _LEAVE, _WORDS)
        return
    if turn.desktop.staff is None:
        turn.say(turn.fill(wording.no_staff()), _WORDS, Choice("主菜单", "menu"))
        return
    present_from = opening(turn.book, turn.now)
    request = storage.handover.ask(
        turn.session,
        turn.person.id,
        reason=argument or _reason(turn),
        now=turn.now,
        waiting_since=present_from,
    )
    turn.person.in_queue = True
    turn.session.add(turn.person)
    _call_staff(turn, request)
    if present_from == turn.now:
        turn.say(wording.in_queue(storage.handover.ahead_of(turn.session, request)), _LEAVE, _WORDS)
    else:
        back_at = moment(present_from, turn.now, turn.book.zone)
        turn.say(turn.fill(wording.nobody_here(back_at)), _WORDS, _LEAVE)


def leave(turn: Turn, _argument: str) -> None:
    """Leave the queue, or end the conversation with a colleague."""
    turn.outcome("action", topic="human")
    assert turn.person.id is not None
    request = storage.handover.open_of(turn.session, turn.person.id)
    if request is None:
        turn.say(wording.not_waiting(), Choice("人工", "handover"), Choice("主菜单", "menu"))
        return
    spoke = request.answered_at is not None
    close(turn.session, request, turn.person, turn.now)
    text = wording.staff_ended(turn.person.id, "客户") if spoke else wording.staff_left(turn.person.id)
    turn.tell_staff(Reply(text, kind="staff"), about=turn.person)
    turn.say(wording.bot_back() if spoke else wording.left(), Choice("主菜单", "menu"))
    forms.offer_draft(turn)


def ask_words(turn: Turn, _argument: str) -> None:
    """Ask for a message that is kept as a ticket, so that it cannot get lost."""
    turn.outcome("action", topic="human")
    forms.set_aside(turn, "handover_words", "ask")
    turn.say(Reply(wording.ask_words(), (Choice("不留言了", "handover.words_end"),), kind="question"))


def listen_words(turn: Turn) -> bool:
    """Keep the message that is left."""
    conversation = turn.conversation
    assert conversation is not None
    if turn.text in forms.CANCEL:
        end_words(turn, "")
        return True
    if not turn.text:
        return False
    # A key of its own: a form that waits underneath will want the dialogue's.
    draft_key = turn.key_for("words")
    forms.take_up(turn)
    turn.outcome("action", topic="human")
    ticket = ticket_opening.open_ticket(
        turn, kind="consult", fields={"description": turn.text}, draft_key=draft_key, tell=False
    )
    ticket_opening.say_card(turn, ticket, first=wording.words_kept(), quiet=False)
    forms.offer_draft(turn)
    return True


def end_words(turn: Turn, _argument: str) -> None:
    """Leave no message after all."""
    turn.outcome("action", topic="human")
    forms.take_up(turn)
    turn.say(wording.no_words(), Choice("人工", "handover"), Choice("主菜单", "menu"))


def listen(turn: Turn) -> bool:
    """Relay to colleagues; True while one is on the line, when the bot is silent."""
    person = turn.person
    if person.with_staff_since is None and not person.in_queue:
        return False
    if turn.text in LEAVING:
        leave(turn, "")
        return True
    if person.with_staff_since is None:
        words = turn.text.lower()
        if words and words not in WORDS and not words.startswith("/"):
            _relay(turn)
        return False
    turn.outcome("staff", topic="human")
    assert person.id is not None
    request = storage.handover.open_of(turn.session, person.id)
    if request is None:  # closed from elsewhere: the bot must not stay silent
        person.with_staff_since = None
        turn.session.add(person)
        return False
    request.waiting_since = request.waiting_since or opening(turn.book, turn.now)
    request.last_at = turn.now
    turn.session.add(request)
    _relay(turn)
    return True


# -- for colleagues


def pass_on(turn: Turn, person_id: int, staff: Staff, text: str, *, ticket: Ticket | None = None) -> bool:
    """Send a colleague's words to a customer, who then has a person on the line; False where unreachable."""
    person = turn.session.get_one(Person, person_id)
    chats = storage.people.chat_of(turn.session, person_id)
    if not chats:
        return False
    request = storage.handover.open_of(turn.session, person_id) or storage.handover.ask(
        turn.session, person_id, reason="同事主动联系", now=turn.now, waiting_since=None
    )
    joined = person.with_staff_since is None
    if request.answered_at is None:
        request.answered_at = turn.now
    request.answered_by, request.last_at = staff.id, turn.now
    request.waiting_since = request.told_late_at = None
    person.with_staff_since, person.in_queue = person.with_staff_since or turn.now, False
    turn.session.add(request)
    turn.session.add(person)
    said = wording.said_by(staff.name, text)
    turn.tell(
        chats[0],
        Reply(f"{wording.joined(staff.name)}\n{said}" if joined else said, (_END,)),
        lane=Lane.INTERACTIVE,
        ticket=ticket,
    )
    if ticket is not None and ticket.person_id == person_id:
        storage.tickets.note(
            turn.session, ticket, at=turn.now, kind="told", actor=f"staff:{staff.name}", text=text
        )
        keep(turn.session, ticket, ("contact",), turn.now)
    return True


def end(turn: Turn, person_id: int, staff: Staff) -> bool:
    """End a conversation from the staff side, the bot visibly back; False where none is open."""
    request = storage.handover.open_of(turn.session, person_id)
    if request is None:
        return False
    person = turn.session.get_one(Person, person_id)
    request.answered_by = request.answered_by or staff.id
    close(turn.session, request, person, turn.now)
    for chat in storage.people.chat_of(turn.session, person_id)[:1]:
        turn.tell(chat, Reply(wording.bot_back(), (Choice("主菜单", "menu"),)), lane=Lane.INTERACTIVE)
    return True


def close(session: Session, request: HandoverRequest, person: Person, now: datetime) -> None:
    """Close a request: nobody waits, nobody is on the line."""
    request.closed_at = now
    request.waiting_since = None
    person.with_staff_since, person.in_queue = None, False
    session.add(request)
    session.add(person)
    session.flush()


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Tell those who wait too long the truth, once; bring the bot back where nobody has spoken for long."""
    practice = desktop.book.practice
    patience = timedelta(minutes=practice.handover_patience_minutes)
    late = storage.handover.impatient(session, now - patience)
    for request in late:
        request.told_late_at = now
        session.add(request)
        minutes = int((now - (request.waiting_since or now)) / timedelta(minutes=1))
        if request.answered_at is None:
            text, choices = wording.late(minutes), (_WORDS, _LEAVE)
        else:
            text, choices = wording.late_speaking(minutes), (_WORDS, _END)
        _tell_late(desktop, session, request, Reply(text, choices, kind="notice"), minutes, now)
    idle = storage.handover.silent(session, now - timedelta(minutes=practice.handover_idle_minutes))
    for request in idle:
        person = session.get_one(Person, request.person_id)
        close(session, request, person, now)
        back = Reply(wording.bot_back_idle(), (Choice("人工", "handover"), Choice("主菜单", "menu")))
        _tell_customer(desktop, session, request, back, now, key="idle")
        _tell_staff(
            desktop,
            session,
            request,
            Reply(wording.staff_ended(request.person_id, "超时"), kind="staff"),
            now,
            key="idle",
        )
    return {"handover_late": len(late), "handover_idle": len(idle)}


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


# -- inside


def _reason(turn: Turn) -> str:
    topic = turn.book.library.topics.get(turn.recall("topic") or "")
    return topic.name if topic is not None else ""


def _call_staff(turn: Turn, request: HandoverRequest) -> None:
    assert turn.person.id is not None
    words = [
        (who, hide_numbers(text.replace("\n", " "))[:_SHOWN_LENGTH])
        for _, who, text in storage.handover.last_words(turn.session, turn.person.id, limit=_SHOWN_WORDS)
    ]
    if turn.text:
        words.append(("customer", hide_numbers(turn.text)[:_SHOWN_LENGTH]))
    open_tickets = [
        one.number
        for one in storage.tickets.of_person(turn.session, turn.person.id)
        if one.state in OPEN_STATES
    ]
    text = wording.staff_request(turn.person.id, request.reason, words, open_tickets)
    turn.tell_staff(Reply(text, (_staff_end(turn.person.id),), kind="staff"), about=turn.person)


def _relay(turn: Turn) -> None:
    assert turn.person.id is not None
    message = turn.message
    evidence.keep_loose(turn)
    parts = wording.staff_parts(len(message.attachments), int(message.location is not None))
    turn.tell_staff(
        Reply(
            wording.staff_relay(turn.person.id, hide_numbers(turn.text), parts),
            (_staff_end(turn.person.id),),
            kind="staff",
        ),
        about=turn.person,
    )


def _staff_end(person_id: int) -> Choice:
    return Choice("结束", f"staff.end:{person_id}")


def _tell_late(
    desktop: Desktop, session: Session, request: HandoverRequest, reply: Reply, minutes: int, now: datetime
) -> None:
    key = f"late:{request.waiting_since:%Y%m%d%H%M%S}" if request.waiting_since else "late"
    _tell_customer(desktop, session, request, reply, now, key=key)
    text = wording.staff_waits(request.person_id, minutes)
    _tell_staff(
        desktop,
        session,
        request,
        Reply(text, (_staff_end(request.person_id),), kind="staff"),
        now,
        key=key,
    )


def _tell_customer(
    desktop: Desktop, session: Session, request: HandoverRequest, reply: Reply, now: datetime, *, key: str
) -> None:
    person = session.get_one(Person, request.person_id)
    region = person.region or desktop.book.utility.region
    filled = Reply(desktop.book.fill(reply.text, region=region, now=now), reply.choices, kind=reply.kind)
    drafts = [
        Draft(
            channel=chat.channel,
            address=chat.address,
            reply=desktop.document(in_script(filled, chat.script, taiwan=region == "taiwan")),
            dedupe_key=f"handover:{request.id}:{key}:{chat.id}",
            person_id=request.person_id,
        )
        for chat in storage.people.chat_of(session, request.person_id)[:1]
    ]
    storage.outbox.write(session, drafts, now)


def _tell_staff(
    desktop: Desktop, session: Session, request: HandoverRequest, reply: Reply, now: datetime, *, key: str
) -> None:
    posts = staff_post.drafts(
        desktop, session, reply, key=f"handover-staff:{request.id}:{key}", person_id=request.person_id
    )
    storage.outbox.write(session, posts, now)


ACTS = {
    "handover": ask,
    "handover.leave": leave,
    "handover.end": leave,
    "handover.words": ask_words,
    "handover.words_end": end_words,
}
DIALOGUES = {"handover_words": listen_words}
