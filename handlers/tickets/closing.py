"""How a ticket ends: only with its customer, who is asked, reminded once, and taken at their word."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

import storage.outbox
import storage.people
import storage.staff
import storage.tickets
from handlers import daytime
from handlers.messages import Choice, Reply
from handlers.staff import first_asked
from handlers.tickets import promise_clock, surveys, ticket_opening, ticket_states
from handlers.tickets.ticket_cards import staff_choices, tell_customer
from handlers.tickets.ticket_posts import tell_room
from handlers.turn import Desktop, Turn
from handlers.wording import ticket_work as work_wording
from handlers.wording import tickets as wording
from knowledge.facts import Fact
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from knowledge.text.normalise import simplified
from storage.models import Ticket, TicketState

_BATCH = 50
_HUMAN = Choice("人工", "handover")
_MINE = Choice("我的工单", "tickets")
_POLITE = r"[，,。.！!~ ]*(?:谢谢[你您]?|多谢|感谢|辛苦了?|麻烦了?)?(?:师傅|你们|您们)?[啊呀了哈吧。.！!~ ]*"
_YES = re.compile(
    r"(?:嗯|对|是的?|已经|我家|家里|现在|都|刚刚|刚才|[，, ])*"
    r"(?:来电了|有电了|通电了|复电了|好了|修好了|解决了|已解决|处理好了|办好了|办成了|办完了|搞定了?|恢复了|正常了|可以了|没问题了)"
    + _POLITE
)
_NO = re.compile(
    r"(?:没有|没|我家|家里|现在|怎么|[，, ])*"
    r"(?:(?:还|仍然?|依然)(?:是)?(?:没有?(?:好|来电|解决|修好|电|恢复|办好|通电|动静)|不行|停着|停电|老样子|那样)"
    r"|没(?:来电|解决|修好|办好|恢复)|没有(?:解决|修好|办好|恢复)|又(?:停电?|没电|坏|跳闸?|不行)了?)"
    r"(?:呢|啊|呀|了|吧|的|[。.！!~？? ])*"
)


def questions(ticket: Ticket, now: datetime) -> dict[str, Any]:
    """Return the columns of a ticket that is done now: when its customer is asked whether it is."""
    minutes = ticket_kinds()[ticket.kind].closing.ask_after_minutes
    if minutes:
        return {"resolved_at": now, "asked_at": None, "ask_at": now + timedelta(minutes=minutes)}
    return {"resolved_at": now, "asked_at": now, "ask_at": daytime.next_day(ticket.region, now)}


# -- the customer's word


def solved(turn: Turn, number: str) -> None:
    """Close a ticket that the customer says is solved."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    if not ticket_states.move(turn.session, ticket, "confirm", turn.now, ask_at=None):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="confirmed", actor="customer")
    turn.tell_staff(
        Reply(work_wording.staff_confirmed(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    ticket_opening.say_card(turn, ticket, first=wording.confirmed())
    surveys.after(turn, ticket)


def reopen(turn: Turn, number: str) -> None:
    """Open a ticket again that is said not to be solved; after the window for it, offer one that follows."""
    ticket = _own(turn, number)
    if ticket is None:
        return
    if _is_too_late(turn, ticket):
        window = _window(turn)
        again = Choice("接着新报一张", f"ticket.again:{ticket.number}")
        turn.say(wording.closed_too_long(window.text), again, _HUMAN)
        return
    owner = storage.staff.by_id(turn.session, ticket.owner_id)
    ceiling = turn.book.practice.urge_priority_ceiling
    goes_on = owner is not None and owner.active
    urgent = ticket.kind == "danger" and not goes_on
    if not ticket_states.move(
        turn.session,
        ticket,
        "reopen" if goes_on else "reopen_for_all",
        turn.now,
        owner_id=ticket.owner_id if goes_on else None,
        priority=max(ticket.priority, min(ticket.priority + 1, ceiling)),
        reopened=ticket.reopened + 1,
        merged_into_id=None,
        resolved_at=None,
        asked_at=None,
        ask_at=None,
    ):
        turn.say(wording.settled_already(ticket.number, ticket.state), _MINE)
        return
    if urgent:
        ticket.alarm_at = turn.now
        turn.session.add(ticket)
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="reopened", actor="customer")
    promise_clock.reopen(turn.session, ticket, turn.now)
    turn.tell_staff(
        Reply(
            first_asked.named(turn.session, ticket, work_wording.staff_reopened(ticket.number)),
            staff_choices(ticket),
            kind="staff",
        ),
        ticket=ticket,
        about=turn.person,
    )
    ticket_opening.say_card(turn, ticket, quiet=False)


def again(turn: Turn, number: str) -> None:
    """Open the ticket that goes on from one which can no longer be opened again, with all that is known."""
    before = _own(turn, number)
    if before is None:
        return
    if before.state != TicketState.CLOSED or not _is_too_late(turn, before):
        ticket_opening.say_card(turn, before, quiet=False)
        return
    ticket_opening.open_ticket(
        turn,
        kind=before.kind,
        subtype=before.subtype,
        fields=before.fields,
        zone=before.zone,
        draft_key=f"again:{before.id}:{before.reopened}",
        account_id=before.account_id,
        anonymous=before.anonymous,
        follows_id=before.id,
    )


def listen(turn: Turn) -> bool:
    """Take 来电了 and 还没好 as the answer where we have said that something is done; thanks are none."""
    words = simplified(turn.text)
    if not words or len(words) > 24 or turn.message.attachments:
        return False
    yes, no = _YES.fullmatch(words) is not None, _NO.fullmatch(words) is not None
    if yes == no:
        return False
    assert turn.person.id is not None
    asked = storage.tickets.asked_of(turn.session, turn.person.id)
    if not asked:
        return False
    turn.outcome("action", topic="ticket.status")
    act, perform = ("ticket.solved", solved) if yes else ("ticket.reopen", reopen)
    if len(asked) == 1:
        perform(turn, asked[0].number)
    else:
        choices = [Choice(f"{name_of(one.kind)} {one.number}", f"{act}:{one.number}") for one in asked]
        turn.say(Reply(wording.which_is_done(), tuple(choices), kind="question"))
    return True


# -- the clock


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Ask whether it is done, remind once, and end what nobody answers as unconfirmed."""
    due = storage.tickets.due_questions(session, now, limit=_BATCH)
    done = {"asked": 0, "reminded": 0, "unconfirmed": 0, "surveys": 0}
    for ticket in due:
        if ticket.state == TicketState.RESOLVED:
            what = _go_on_asking(desktop, session, ticket, now)
        elif ticket.state == TicketState.CLOSED:
            what = "surveys" if surveys.due(desktop, session, ticket, now) else ""
        else:
            storage.tickets.put_off(session, ticket, until=None)
            what = ""
        if what:
            done[what] += 1
    return {**done, "more": int(len(due) == _BATCH)}


def _go_on_asking(desktop: Desktop, session: Session, ticket: Ticket, now: datetime) -> str:
    if ticket.asked_at is None:
        later = daytime.next_day(ticket.region, now)
        if not storage.tickets.put_off(session, ticket, until=later, asked_at=now):
            return ""
        event = storage.tickets.note(session, ticket, at=now, kind="asked", actor="clock")
        tell_customer(desktop, session, ticket, now, event, first=wording.asks_now())
        return "asked"
    if not daytime.is_day(ticket.region, now):
        storage.tickets.put_off(session, ticket, until=daytime.next_moment(ticket.region, now))
        return ""
    events = storage.tickets.events(session, ticket.id or 0)
    if not any(one.kind == "reminded" and one.at >= ticket.asked_at for one in events):
        days = timedelta(days=desktop.book.practice.close_days)
        # After a long downtime too a reminder leaves a day to answer.
        end_at = max(ticket.asked_at + days, daytime.next_day(ticket.region, now))
        if not storage.tickets.put_off(session, ticket, until=end_at):
            return ""
        event = storage.tickets.note(session, ticket, at=now, kind="reminded", actor="clock")
        tell_customer(desktop, session, ticket, now, event, first=wording.remind())
        return "reminded"
    if not ticket_states.move(session, ticket, "end_unconfirmed", now, ask_at=None):
        return ""
    event = storage.tickets.note(session, ticket, at=now, kind="unconfirmed", actor="clock")
    tell_customer(desktop, session, ticket, now, event, quiet=True)
    tell_room(desktop, session, ticket, event, work_wording.staff_unconfirmed(ticket.number), now)
    return "unconfirmed"


# -- inside


def _window(turn: Turn) -> Fact:
    return turn.book.library.facts.resolve(
        "ticket.reopen_window", region=turn.home, on=turn.book.today(turn.now)
    )


def _is_too_late(turn: Turn, ticket: Ticket) -> bool:
    if ticket.settled_at is None or ticket.state == TicketState.RESOLVED:
        return False
    return turn.now - ticket.settled_at > timedelta(days=int(_window(turn).amount))


def _own(turn: Turn, number: str) -> Ticket | None:
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(wording.not_found(), _MINE, _HUMAN)
    else:
        turn.heard.ticket = ticket.number
    return ticket


ACTS = {"ticket.solved": solved, "ticket.reopen": reopen, "ticket.again": again}
