"""The buttons of colleagues' cards; each begins with who tapped it, and each act asks for the right to it."""

from collections.abc import Callable
from functools import partial

import storage.outbox
import storage.tickets
from handlers.handover import handover_relay
from handlers.staff import canned, colleagues, staff_ticket_commands
from handlers.staff.relay_fates import line_name
from handlers.staff.staff_post import say
from handlers.tickets import downgrades, ticket_work
from handlers.tickets.ticket_work import Work
from handlers.turn import Turn
from handlers.wording import staff as wording
from knowledge.rules.canned import named
from storage.models import Staff


def take(turn: Turn, number: str) -> None:
    """Take a ticket; of two who press, one gets it and the other is told who."""
    _work(turn, number, ticket_work.take)


def arrived(turn: Turn, number: str) -> None:
    """Note that the crew is there."""
    _work(turn, number, ticket_work.arrived)


def resolve(turn: Turn, number: str) -> None:
    """Say that a ticket's work is done; its customer is asked."""
    _work(turn, number, lambda *given: ticket_work.resolve(*given))


def go(turn: Turn, number: str) -> None:
    """Go on with a ticket that waited."""
    _work(turn, number, ticket_work.go_on)


def show(turn: Turn, number: str) -> None:
    """Show a ticket with everything that happened, long numbers hidden."""
    staff = _who(turn)
    if staff is not None:
        staff_ticket_commands.show(turn, staff, number)


def end(turn: Turn, person: str) -> None:
    """End a conversation with a customer."""
    staff = _who(turn)
    if staff is not None:
        say(turn, handover_relay.end(turn, int(person), staff).text)


def how(turn: Turn, argument: str) -> None:
    """Say how to do what needs words: a note, a transfer, a reason to wait."""
    if _who(turn) is not None:
        what, _, number = argument.partition(" ")
        say(turn, wording.how_to(what, number))


def send_canned(turn: Turn, argument: str) -> None:
    """Send the ready-made sentence that was shown; a second tap sends nothing."""
    staff = _who(turn)
    if staff is None:
        return
    key, person, number = argument.split(":", 2)
    one = named(key)
    shown = storage.outbox.by_token(turn.session, (turn.message.choice or "").rpartition(":")[0])
    if one is None or shown is None:
        say(turn, wording.expired())
        return
    if shown.spent:
        say(turn, wording.sent_before())
        return
    ticket = storage.tickets.by_number(turn.session, number) if number else None
    text = canned.filled(turn, one, staff, ticket).text
    relay_of = line_name(shown.address, shown.platform_ref) if shown.platform_ref else None
    done = handover_relay.pass_on(turn, int(person), staff, text, ticket=ticket, relay_of=relay_of)
    if done:
        shown.spent = True
        turn.session.add(shown)
    if not done or relay_of is None:
        say(turn, done.text)


def _work(turn: Turn, number: str, work: Work) -> None:
    staff = _who(turn)
    if staff is not None:
        staff_ticket_commands.report(turn, work(turn.desktop, turn.session, number, staff, turn.now))


def _who(turn: Turn) -> Staff | None:
    staff = colleagues.speaking(turn)
    if staff is None and turn.message.member is None:
        turn.say(wording.group_only())
    return staff


ACTS: dict[str, Callable[[Turn, str], None]] = {
    "staff.take": take,
    "staff.arrived": arrived,
    "staff.resolve": resolve,
    "staff.go": go,
    "staff.show": show,
    "staff.end": end,
    "staff.how": how,
    "staff.canned": send_canned,
    "staff.downgrade_yes": lambda turn, number: _work(
        turn, number, partial(downgrades.decide, approved=True)
    ),
    "staff.downgrade_no": lambda turn, number: _work(
        turn, number, partial(downgrades.decide, approved=False)
    ),
}
