"""Somebody is in danger: fixed reviewed words at once, an urgent ticket, and an alarm until a colleague takes it."""

from datetime import datetime, timedelta

from sqlmodel import Session

import storage.outbox
import storage.tickets
from handlers import tickets
from handlers.messages import Choice, Reply
from handlers.turn import Desktop, Turn
from handlers.wording import danger as wording
from knowledge.rules.danger import Danger, read, rules
from storage.models import Lane, Ticket
from storage.outbox import Draft

# Several messages of one frightened person are one danger.
SAME_DANGER = timedelta(hours=1)
GENERAL = "shock"


def listen(turn: Turn) -> bool:
    """Answer a message that tells of a present danger, in whatever state; False where it tells of none."""
    found = read(turn.text)
    if found is None:
        return False
    answer(turn, found)
    return True


def answer(turn: Turn, danger: Danger) -> None:
    """Say what to do, open or renew the ticket, alarm staff, and ask only for the place."""
    turn.outcome("danger", topic="emergency")
    turn.heard.score = 1.0
    text = rules().texts[danger.kind]
    turn.say(
        Reply(
            turn.fill(wording.instructions(text.do, text.never, text.call)),
            kind="danger",
        ),
        lane=Lane.DANGER,
    )
    assert turn.person.id is not None
    known = storage.tickets.recent_danger(turn.session, turn.person.id, now=turn.now, within=SAME_DANGER)
    if known is None:
        ticket = tickets.open_ticket(
            turn,
            kind="danger",
            subtype=danger.kind,
            fields={"description": turn.text},
            priority=3,
            draft_key=f"danger:{turn.message.channel}:{turn.message.update_id}",
            tell=False,
        )
    else:
        ticket = known
        storage.tickets.note(
            turn.session, ticket, at=turn.now, kind="said", actor="customer", text=turn.text
        )
    _alarm_again_at(turn.desktop, ticket, turn.now)
    turn.session.add(ticket)
    turn.heard.ticket = ticket.number
    turn.tell_staff(_alarm(ticket, again=known is not None), lane=Lane.DANGER, ticket=ticket, about=turn.person)
    if turn.conversation is None:
        turn.open_dialogue("danger_place", "place", ticket=ticket.number)
    turn.remember(danger=ticket.number)
    turn.say(
        Reply(
            wording.ask_place(ticket.number),
            (Choice("不是紧急情况", f"danger.false:{ticket.number}"), Choice("人工", "handover")),
            asks="location",
            kind="danger",
        ),
        lane=Lane.DANGER,
        ticket=ticket,
    )


def listen_place(turn: Turn) -> bool:
    """Take what follows as the place and more words for the danger's ticket; a real question passes."""
    assert turn.conversation is not None
    ticket = storage.tickets.by_number(turn.session, str(turn.conversation.collected["ticket"]))
    if ticket is None or ticket.state not in ("accepted", "taken"):
        turn.close_dialogue()
        return False
    if turn.text.rstrip("。！!") in wording.THANKS:
        turn.close_dialogue()
        return False
    turn.outcome("danger", topic="emergency")
    turn.heard.ticket = ticket.number
    added = tickets.add_evidence(turn, ticket)
    if turn.text:
        tickets.add_words(turn, ticket, turn.text)
    if turn.message.contact is not None and turn.message.contact.own:
        ticket.fields = {**ticket.fields, "phone": turn.message.contact.phone}
        turn.session.add(ticket)
    turn.tell_staff(
        Reply(wording.staff_more(ticket.number, turn.text, added), kind="staff"),
        lane=Lane.DANGER,
        ticket=ticket,
        about=turn.person,
    )
    turn.close_dialogue()
    turn.say(Reply(turn.fill(wording.place_noted()), (Choice("人工", "handover"),), kind="danger"), lane=Lane.DANGER)
    return True


def raise_general(turn: Turn, _argument: str) -> None:
    """Somebody tapped that there is danger without saying which."""
    answer(turn, Danger(kind=GENERAL, certain=False, words=""))


def not_one(turn: Turn, number: str) -> None:
    """Somebody says that it was no emergency: staff see it, and decide."""
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(wording.nothing_to_take_back(), Choice("主菜单", "menu"))
        return
    if ticket.state == "accepted":
        ticket.priority, ticket.alarm_at = 1, None
        turn.session.add(ticket)
        storage.tickets.note(
            turn.session, ticket, at=turn.now, kind="false_alarm", actor="customer", text="不是紧急情况"
        )
        turn.tell_staff(
            Reply(wording.staff_false_alarm(ticket.number), kind="staff"), ticket=ticket, about=turn.person
        )
    if turn.conversation is not None and turn.conversation.topic == "danger_place":
        turn.close_dialogue()
    turn.heard.ticket = ticket.number
    turn.say(wording.false_alarm(), Choice("报修", "repair"), Choice("主菜单", "menu"))


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Call out again every danger that nobody has taken."""
    due = storage.tickets.due_alarms(session, now)
    drafts = []
    for ticket in due:
        ticket.alarms += 1
        _alarm_again_at(desktop, ticket, now)
        session.add(ticket)
        if desktop.staff is not None:
            drafts.append(
                Draft(
                    channel=desktop.staff.channel,
                    address=desktop.staff.address,
                    reply=_alarm(ticket, again=True).as_document(),
                    dedupe_key=f"alarm:{ticket.id}:{ticket.alarms}",
                    lane=Lane.DANGER,
                    about_person_id=ticket.person_id,
                    ticket_id=ticket.id,
                )
            )
    storage.outbox.write(session, drafts, now)
    return {"alarms": len(due)}


def _alarm(ticket: Ticket, *, again: bool) -> Reply:
    return Reply(
        wording.staff_alarm(ticket.number, ticket.subtype, str(ticket.fields.get("description", "")), again=again),
        (Choice("我来处理", f"staff.take:{ticket.number}"), Choice("看工单", f"staff.show:{ticket.number}")),
        kind="staff",
    )


def _alarm_again_at(desktop: Desktop, ticket: Ticket, now: datetime) -> None:
    if ticket.owner_id is None:
        ticket.alarm_at = now + timedelta(seconds=desktop.book.practice.alarm_repeat_seconds)


ACTS = {"danger": raise_general, "danger.false": not_one}
DIALOGUES = {"danger_place": listen_place}
