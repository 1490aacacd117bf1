"""Urging (催办) instead of a second ticket: passed on with its stamp, not more often than helps."""

import re
from datetime import timedelta

import storage.staff
import storage.tickets
from handlers.messages import Choice, Reply
from handlers.tickets import ticket_opening, ticket_posts
from handlers.tickets.ticket_cards import next_step, staff_choices
from handlers.turn import Turn
from handlers.wording import ticket_work as work_wording
from handlers.wording import tickets as wording
from knowledge.rules.ticket_kinds import name_of
from knowledge.text.normalise import simplified
from storage.models import Lane, Ticket, TicketState
from storage.tickets import RUNNING

NUMBER = re.compile(r"[A-Za-z]{2}\d{8}-\d{3,}")
_SHOWN = 5
_HUMAN = Choice("人工", "handover")
_MINE = Choice("我的工单", "tickets")
# Somebody who waits for us says so in few words.
_WAITS = re.compile(
    r"(?:喂|你们|您们|师傅|抢修|人|怎么|咋|为什么|为啥|到现在"
    r"|都?这么久了?|半天了?|等了?(?:好久|半天|很久)了?|[，,！!。 ])*"
    r"(?:(?:还|都|也|一直)?(?:没有?|不|未)(?:见|看见|看到)?有?个?"
    r"(?:来人|人来|人管|人修|人到|人联系|人处理|来修|派人|人影|来|到|动静|消息|处理|安排)"
    r"|人呢|快点(?:来|修|弄|处理)|快来(?:人|修)|抓紧(?:来|修|点|处理)?"
    r"|(?:再|帮我|给我|麻烦)?催(?:一下|一催|下|催)?)"
    r"(?:[啊呀呢吧了吗嘛哦人]|师傅|[，,！!。？?~ ])*"
)


def urge(turn: Turn, number: str) -> None:
    """Pass an urging on: it raises the priority, and from the third on the lead is asked by name."""
    turn.outcome("action", topic="ticket.status")
    number = number or _named_or_only(turn)
    if not number:
        return
    assert turn.person.id is not None
    ticket = storage.tickets.own(turn.session, turn.person.id, number)
    if ticket is None:
        turn.say(wording.not_found(), _MINE, _HUMAN)
        return
    turn.heard.ticket = ticket.number
    if ticket.state not in RUNNING:
        ended = ticket.state != TicketState.RESOLVED  # else the card asks whether it is done
        first = wording.settled_already(ticket.number, ticket.state) if ended else ""
        ticket_opening.say_card(turn, ticket, first=first, quiet=False)
        return
    minutes = _just_now(turn, ticket)
    if minutes is not None:
        ticket_opening.say_card(turn, ticket, first=wording.urged_just_now(minutes), quiet=False)
        return
    _pass_on(turn, ticket)
    owner = storage.staff.by_id(turn.session, _worked_on(turn, ticket).owner_id)
    first = wording.who_has_it(
        owner.name if owner is not None else "", next_step(turn.book, turn.session, ticket, turn.now)
    )
    ticket_opening.say_card(turn, ticket, first=first, quiet=False)


def urge_instead(turn: Turn, number: str) -> None:
    """Urge the ticket that there is, and let go of the form that would have opened a second one."""
    turn.close_dialogue()
    urge(turn, number)


def urge_at_home(turn: Turn, number: str) -> None:
    """Urge what another chat reported for an account that this person has proven to belong to.

    Nothing of that ticket is shown: it may be somebody else's of the household.
    """
    turn.close_dialogue()
    turn.outcome("action", topic="ticket.status")
    assert turn.person.id is not None
    ticket = storage.tickets.by_number(turn.session, number)
    if ticket is None or not storage.tickets.is_of_household(turn.session, turn.person.id, ticket):
        turn.say(wording.not_found(), _MINE, _HUMAN)
        return
    if ticket.state in RUNNING and _just_now(turn, ticket) is None:
        _pass_on(turn, ticket)
    turn.say(wording.urged_at_home(), _HUMAN, Choice("主菜单", "menu"))


def listen(turn: Turn) -> bool:
    """Take 还没来人 as an urging where one ticket is in work; False for everything else."""
    words = simplified(turn.text)
    if not words or len(words) > 24 or turn.message.attachments or not _WAITS.fullmatch(words):
        return False
    assert turn.person.id is not None
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    if not any(one.state in RUNNING for one in found):
        return False
    urge(turn, "")
    return True


# -- inside


def _just_now(turn: Turn, ticket: Ticket) -> int | None:
    """Return how many minutes ago this was urged, where that is too short a while; never for a danger."""
    if ticket.urged_at is None or ticket.kind == "danger":
        return None
    passed = turn.now - ticket.urged_at
    if passed >= timedelta(minutes=turn.book.practice.urge_minutes):
        return None
    return max(0, int(passed / timedelta(minutes=1)))


def _pass_on(turn: Turn, ticket: Ticket) -> None:
    """Count an urging, for the ticket and for the one that it was merged into, and tell colleagues."""
    main = _worked_on(turn, ticket)
    for one in {ticket.id: ticket, main.id: main}.values():
        ceiling = max(turn.book.practice.urge_priority_ceiling, one.priority)
        storage.tickets.change(
            turn.session,
            one,
            among=RUNNING,
            urged=Ticket.urged + 1,
            urged_at=turn.now,
            priority=min(one.priority + 1, ceiling),
        )
    leads = None
    if max(ticket.urged, main.urged) >= turn.book.practice.urge_lead_from:
        leads = ticket_posts.leads(turn.session, main)
    own = ticket.person_id == turn.person.id
    told = "、".join(leads) if leads is not None else ""
    storage.tickets.note(
        turn.session, ticket, at=turn.now, kind="urged", actor="customer", text=told if own else ""
    )
    if main.id != ticket.id:
        storage.tickets.note(
            turn.session, main, at=turn.now, kind="urged_by_other", actor="customer", internal=True
        )
    turn.tell_staff(
        Reply(work_wording.staff_urged(main.number, main.urged, leads), staff_choices(main), kind="staff"),
        lane=Lane.DANGER if main.kind == "danger" else Lane.STAFF,
        ticket=main,
        about=turn.person,
    )


def _worked_on(turn: Turn, ticket: Ticket) -> Ticket:
    """Return the ticket that colleagues work on: this one, or the one that it was merged into."""
    if ticket.state != TicketState.MERGED or ticket.merged_into_id is None:
        return ticket
    return turn.session.get_one(Ticket, ticket.merged_into_id)


def _named_or_only(turn: Turn) -> str:
    """Return the number that is meant; where none or several are, say so and return nothing."""
    assert turn.person.id is not None
    named = NUMBER.search(turn.text)
    if named:
        return named.group().upper()
    found = storage.tickets.of_person(turn.session, turn.person.id, limit=_SHOWN)
    running = [one for one in found if one.state in RUNNING]
    running = running or [one for one in found if one.state == TicketState.RESOLVED]
    if len(running) == 1:
        return running[0].number
    if running:
        choices = [
            Choice(f"{name_of(one.kind)} {one.number}", f"ticket.urge:{one.number}") for one in running
        ]
        turn.say(Reply(wording.which_to_urge(), tuple(choices), kind="question"))
    else:
        turn.say(wording.nothing_to_urge(), _HUMAN, Choice("报修", "repair"), _MINE)
    return ""


ACTS = {
    "urge": urge,
    "ticket.urge": urge,
    "ticket.urge_instead": urge_instead,
    "ticket.urge_home": urge_at_home,
}
