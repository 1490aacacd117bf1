"""How it was: one question for one resolution, never at night, in an outage or in the middle of a dispute."""

from datetime import datetime, timedelta

from sqlmodel import Session

import storage.outages
import storage.outbox
import storage.people
import storage.surveys
import storage.tickets
from handlers import daytime
from handlers.answering.meaning import understand
from handlers.forms import forms
from handlers.masking import hide_numbers
from handlers.messages import Choice, Reply
from handlers.small_words import only_small
from handlers.staff import first_asked
from handlers.tickets import ticket_posts
from handlers.turn import Desktop, Turn, in_script
from handlers.wording import surveys as wording
from handlers.wording.forms import QUESTION_SHAPE
from knowledge.rules.outages import state_at, touching
from knowledge.rules.ticket_kinds import name_of, ticket_kinds
from storage.models import Account, Survey, Ticket, TicketState
from storage.outbox import Draft

# While one of these is open, asking how it was would be a mockery.
_GRIEVANCES = ("complaint", "report", "dispute", "danger")
_DARK = ("running", "partly_restored")
_LONGEST_REASON = 500  # characters


def after(turn: Turn, ticket: Ticket) -> None:
    """Ask how it was once the customer has confirmed; at night the question waits for the day."""
    if not _may_ask(turn.desktop, turn.session, ticket, turn.now):
        return
    if not daytime.is_day(ticket.region, turn.now):
        ticket.ask_at = daytime.next_moment(ticket.region, turn.now)
        turn.session.add(ticket)
        return
    survey = storage.surveys.ask(turn.session, ticket, turn.now)
    if survey is not None:
        turn.say(_question(ticket, survey))


def due(desktop: Desktop, session: Session, ticket: Ticket, now: datetime) -> bool:
    """Ask what waited for the day; False where there is nothing to ask any more."""
    may = _may_ask(desktop, session, ticket, now)
    if may and not daytime.is_day(ticket.region, now):
        storage.tickets.put_off(session, ticket, until=daytime.next_moment(ticket.region, now))
        return False
    if not storage.tickets.put_off(session, ticket, until=None) or not may or ticket.person_id is None:
        return False
    chats = storage.people.chat_of(session, ticket.person_id)
    survey = storage.surveys.ask(session, ticket, now) if chats else None
    if survey is None:
        return False
    said = in_script(_question(ticket, survey), chats[0].script, taiwan=ticket.region == "taiwan")
    draft = Draft(
        channel=chats[0].channel,
        address=chats[0].address,
        reply=desktop.document(said),
        dedupe_key=f"survey:{survey.id}",
        card=said.card,
        person_id=ticket.person_id,
    )
    storage.outbox.write(session, [draft], now)
    return True


def mark(turn: Turn, argument: str) -> None:
    """Keep a mark; a low one asks why and alarms the lead, a second one changes nothing."""
    key, _, given = argument.partition(":")
    survey = _own(turn, key)
    if survey is None or not given.isdigit() or int(given) not in wording.MARKS:
        turn.say(wording.answered_before(), Choice("主菜单", "menu"))
        return
    if not storage.surveys.answer(turn.session, survey, int(given), turn.now):
        turn.say(wording.answered_before(), Choice("主菜单", "menu"))
        return
    ticket = turn.session.get_one(Ticket, survey.ticket_id)
    turn.heard.ticket = ticket.number
    low = int(given) <= turn.book.practice.low_mark
    storage.tickets.note(
        turn.session, ticket, at=turn.now, kind="marked", actor="customer", text=given, internal=True
    )
    if not low:
        turn.say(_answered(survey, wording.thanks(int(given))))
        return
    leads = ticket_posts.leads(turn.session, ticket)
    turn.tell_staff(
        Reply(
            first_asked.named(turn.session, ticket, wording.staff_low(ticket.number, int(given), leads)),
            kind="staff",
        ),
        ticket=ticket,
        about=turn.person,
    )
    choices = [Choice(label, f"survey.reason:{survey.id}:{name}") for name, label in wording.REASONS.items()]
    choices.append(Choice(wording.other_words(), f"survey.reason:{survey.id}:"))
    until = turn.now + timedelta(minutes=turn.book.practice.memory_minutes)
    forms.set_aside(turn, "survey_reason", "why", survey=survey.id, until=until.isoformat())
    turn.say(_answered(survey, wording.why(), *choices))


def reason(turn: Turn, argument: str) -> None:
    """Keep why a mark is low, as a button says it."""
    key, _, name = argument.partition(":")
    _end_dialogue(turn)
    survey = _own(turn, key)
    if survey is None or not name:
        turn.say(wording.left(), Choice("主菜单", "menu"))
        return
    _keep_reason(turn, survey, wording.REASONS.get(name, name))
    if name == "not_done":
        ticket = turn.session.get_one(Ticket, survey.ticket_id)
        if ticket.state == TicketState.CLOSED:
            turn.say(wording.kept(), Choice("没解决，重新处理", f"ticket.reopen:{ticket.number}"))
            return
    turn.say(wording.kept(), Choice("人工", "handover"))


def listen_reason(turn: Turn) -> bool:
    """Keep the next words as the reason for a low mark; another matter is dealt with instead."""
    conversation = turn.conversation
    assert conversation is not None
    key, until = (str(conversation.collected.get(name, "")) for name in ("survey", "until"))
    _end_dialogue(turn)
    survey = _own(turn, key)
    words = turn.text
    late = turn.now > datetime.fromisoformat(until)
    if survey is None or late or not words or _is_another_matter(turn, words):
        return turn.conversation is not None and forms.listen(turn)
    turn.outcome("action", topic="ticket.status")
    _keep_reason(turn, survey, words[:_LONGEST_REASON])
    turn.say(wording.kept(), Choice("人工", "handover"))
    forms.offer_draft(turn)
    return True


# -- inside


def _may_ask(desktop: Desktop, session: Session, ticket: Ticket, now: datetime) -> bool:
    if not ticket_kinds()[ticket.kind].closing.survey or ticket.person_id is None:
        return False
    if ticket.state != TicketState.CLOSED:
        return False
    grievances = [one.kind for one in ticket_kinds().values() if one.family in _GRIEVANCES]
    if storage.surveys.has_open_of(session, ticket.person_id, grievances, but=ticket.id):
        return False
    return not _is_dark(desktop, session, ticket, now)


def _is_dark(desktop: Desktop, session: Session, ticket: Ticket, now: datetime) -> bool:
    """Whether an outage runs at the ticket's place, as far as we have been told."""
    horizon = timedelta(days=1)
    running = {
        key: outage
        for key, outage in storage.outages.current(session, now=now, horizon=horizon).items()
        if state_at(outage, now) in _DARK
    }
    if ticket.outage_id in running:
        return True
    account = session.get(Account, ticket.account_id) if ticket.account_id is not None else None
    if account is not None and any(
        account.transformer and one.transformer == account.transformer for one in running.values()
    ):
        return True
    told = str(ticket.fields.get("place", ""))
    place = (account.community or account.address) if account is not None else told
    return bool(place) and any(match.certainty == "sure" for match in touching(place, running))


def _question(ticket: Ticket, survey: Survey) -> Reply:
    choices = tuple(
        Choice(label, f"survey.mark:{survey.id}:{given}") for given, label in wording.MARKS.items()
    )
    return Reply(
        wording.ask(name_of(ticket.kind), ticket.number),
        choices,
        card=f"survey:{survey.id}",
        kind="question",
    )


def _answered(survey: Survey, text: str, *choices: Choice) -> Reply:
    """Return what takes the place of the question, so that it cannot be answered twice."""
    return Reply(text, choices, card=f"survey:{survey.id}", quiet=True, kind="question")


def _own(turn: Turn, key: str) -> Survey | None:
    assert turn.person.id is not None
    return storage.surveys.own(turn.session, turn.person.id, int(key)) if key.isdigit() else None


def _keep_reason(turn: Turn, survey: Survey, words: str) -> None:
    if not storage.surveys.explain(turn.session, survey, words):
        return
    ticket = turn.session.get_one(Ticket, survey.ticket_id)
    turn.heard.ticket = ticket.number
    turn.tell_staff(
        Reply(wording.staff_reason(ticket.number, hide_numbers(words)), kind="staff"),
        ticket=ticket,
        about=turn.person,
        words=True,
    )


def _is_another_matter(turn: Turn, words: str) -> bool:
    if QUESTION_SHAPE.search(words) or only_small(words):
        return True
    meant = understand(turn, words)
    entry = turn.book.library.entries.get(meant.entry_id or "") if meant.outcome == "found" else None
    return entry is not None and entry.action in ("repair", "outage_lookup", "handover", "bind")


def _end_dialogue(turn: Turn) -> None:
    if turn.conversation is not None and turn.conversation.topic == "survey_reason":
        forms.take_up(turn)


ACTS = {"survey.mark": mark, "survey.reason": reason}
DIALOGUES = {"survey_reason": listen_reason}
