"""Papers that are still to come when a ticket is open: added from its card, photo by photo."""

from datetime import timedelta

from sqlmodel import Session

import storage.evidence
import storage.tickets
from handlers.forms import forms
from handlers.forms.paper_sorting import LAST, NEXT, Standing, named, of_ticket, sort_in
from handlers.messages import Choice, Reply
from handlers.small_words import nothing_more
from handlers.tickets import evidence, ticket_opening, ticket_work
from handlers.turn import Turn
from handlers.wording import evidence as evidence_wording
from handlers.wording import materials as wording
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import OPEN_STATES, Ticket

DIALOGUE = "papers_more"
CAME_BACK = "came_back"  # the event that says that a customer had to come back with a paper
_WAITS_FOR_PAPERS = "materials"  # the reason for which a ticket's clocks stand still until they come


def choice(session: Session, ticket: Ticket) -> Choice | None:
    """Return the button for the papers that a ticket still waits for, None where it waits for none."""
    if ticket.state not in OPEN_STATES or not ticket_kinds()[ticket.kind].materials:
        return None
    if not of_ticket(session, ticket).missing:
        return None
    return Choice("补材料", f"materials.add:{ticket.number}")


def choices(turn: Turn) -> tuple[Choice, ...]:
    """Return a button for the newest ticket of the one who speaks that waits for papers, if any."""
    ticket = _own_open(turn, "")
    if ticket is None:
        return ()
    return (Choice(wording.add_to(name_of(ticket.kind)), f"materials.add:{ticket.number}"),)


def lines(session: Session, ticket: Ticket) -> list[str]:
    """Return the ✅ and ⬜ of a ticket's papers, nothing where its kind asks for none."""
    standing = of_ticket(session, ticket)
    return [wording.checklist(standing.papers, standing.sheets)] if standing.papers else []


def add(turn: Turn, number: str) -> None:
    """Take further papers for a ticket: the next photos are put to the first one still missing."""
    ticket = _own_open(turn, number)
    if ticket is None:
        turn.say(wording.nothing_missing(), Choice("我的工单", "tickets"), Choice("主菜单", "menu"))
        return
    standing = of_ticket(turn.session, ticket)
    if not standing.missing:
        turn.say(wording.all_there(ticket.number), Choice("我的工单", "tickets"), Choice("主菜单", "menu"))
        return
    turn.outcome("action", topic=ticket.kind)
    forms.set_aside(turn, DIALOGUE, "ask", ticket=ticket.number)
    since = turn.now - timedelta(hours=turn.book.practice.draft_hours)
    adopted = storage.evidence.adopt(
        turn.session, person=turn.person, draft_key=ticket.draft_key, since=since
    )
    if adopted:
        assert ticket.id is not None
        storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
        _took(turn, ticket, adopted)
    else:
        _ask_more(turn, ticket, standing)


def listen_more(turn: Turn) -> bool:
    """Put what is sent to a ticket's papers; other words belong to the desk."""
    conversation = turn.conversation
    assert conversation is not None
    ticket = storage.tickets.by_number(turn.session, str(conversation.collected["ticket"]))
    if ticket is None or ticket.state not in OPEN_STATES:
        return _leave(turn)
    standing = of_ticket(turn.session, ticket)
    words = turn.text.rstrip("。！!~.")
    if not turn.message.attachments:
        told = named(words, standing.papers)
        if told is not None:
            turn.go_to(conversation.step, **{NEXT: told.name})
            _ask_more(turn, ticket, standing)
            return True
        if words in forms.WAIT or nothing_more(words) or words in wording.ENOUGH:
            end(turn, "")
            return True
        return _leave(turn)
    turn.outcome("action", topic=ticket.kind)
    turn.heard.ticket = ticket.number
    added = ticket_opening.add_evidence(turn, ticket)
    if added:  # else it was said why by the one who keeps them
        line = Reply(evidence_wording.staff_papers(ticket.number), kind="staff")
        evidence.tell_staff(turn, line, ticket=ticket, about=turn.person)
        _took(turn, ticket, added)
    return True


def _took(turn: Turn, ticket: Ticket, added: int) -> None:
    """Put what has been added to a ticket to its papers, and say how they stand."""
    conversation = turn.conversation
    assert conversation is not None
    standing = of_ticket(turn.session, ticket)
    noted = sort_in(turn, ticket.kind, ticket.subtype, ticket.draft_key, conversation.collected)
    if conversation.step == "ask":
        storage.tickets.note(turn.session, ticket, at=turn.now, kind=CAME_BACK, actor="customer")
    turn.go_to("more", **noted)
    labels = {one.name: one.label for one in standing.papers}
    taken = [labels[name] for name in dict.fromkeys((noted.get(LAST) or {}).get("names", ()))]
    first = wording.taken_for(taken, added) if taken else wording.kept_besides(added)
    standing = of_ticket(turn.session, ticket)
    if standing.missing:
        _ask_more(turn, ticket, standing, first=first)
        return
    forms.take_up(turn)
    storage.tickets.note(turn.session, ticket, at=turn.now, kind="papers_complete", actor="customer")
    turn.tell_staff(
        Reply(wording.staff_complete(ticket.number), kind="staff"), ticket=ticket, about=turn.person
    )
    said = f"{first}\n{wording.complete()}"
    paused = storage.tickets.pause_of(turn.session, ticket)
    if paused is not None and paused.reason == _WAITS_FOR_PAPERS:
        turn.say(said)
        ticket_work.resume(turn.desktop, turn.session, ticket, "customer", turn.now)  # shows the card anew
    else:
        ticket_opening.say_card(turn, ticket, first=said)


def end(turn: Turn, _argument: str) -> None:
    """Take no more papers for now; the ticket keeps its button."""
    forms.take_up(turn)
    turn.say(wording.rest_can_follow(), Choice("我的工单", "tickets"), Choice("主菜单", "menu"))
    forms.offer_draft(turn)


def _ask_more(turn: Turn, ticket: Ticket, standing: Standing, *, first: str = "") -> None:
    assert turn.conversation is not None
    tapped = turn.conversation.collected.get(NEXT)
    wanted = next((one for one in standing.papers if one.name == tapped), None) or next(iter(standing.open))
    text = wording.ask(standing.papers, standing.sheets, wanted)
    head = wording.for_ticket(ticket.number)
    turn.say(
        Reply(
            "\n".join(filter(None, (first, head, text))),
            (Choice(wording.enough_for_now(), "materials.end"), Choice("人工", "handover")),
            kind="question",
        )
    )


def _own_open(turn: Turn, number: str) -> Ticket | None:
    """Return one's own open ticket that asks for papers; without a number the newest one that waits."""
    assert turn.person.id is not None
    if number:
        ticket = storage.tickets.own(turn.session, turn.person.id, number)
        return ticket if ticket is not None and ticket.state in OPEN_STATES else None
    for one in storage.tickets.of_person(turn.session, turn.person.id):
        if choice(turn.session, one) is not None:
            return one
    return None


def _leave(turn: Turn) -> bool:
    """End the short dialogue; the message belongs to the form that waited, or to the desk."""
    forms.take_up(turn)
    return turn.conversation is not None and forms.listen(turn)


ACTS = {"materials.add": add, "materials.end": end}
DIALOGUES = {DIALOGUE: listen_more}
