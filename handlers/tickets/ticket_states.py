"""Where a ticket can go from where it stands: the one table of all steps, each won by one hand only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

import storage.tickets
from storage.models import OPEN_STATES, Ticket, TicketState

ACCEPTED, TAKEN, WAITING = TicketState.ACCEPTED, TicketState.TAKEN, TicketState.WAITING
RESOLVED, CLOSED = TicketState.RESOLVED, TicketState.CLOSED


@dataclass(frozen=True, slots=True)
class Step:
    """From which states a step may be done, and where it leads; None leaves the state as it is."""

    among: tuple[TicketState, ...]
    to: TicketState | None


STEPS: Mapping[str, Step] = {
    "take": Step((ACCEPTED,), TAKEN),
    "arrive": Step((TAKEN,), None),
    "wait": Step((ACCEPTED, TAKEN), WAITING),
    "go_on": Step((WAITING,), TAKEN),
    "hand_on": Step((ACCEPTED, TAKEN), TAKEN),  # to a colleague by name
    "hand_to_team": Step((ACCEPTED, TAKEN), ACCEPTED),
    "give_back": Step(OPEN_STATES, ACCEPTED),  # whoever had it is not here any more
    "hand_on_waiting": Step((WAITING,), None),  # the reason to wait is still there
    "resolve": Step(OPEN_STATES, RESOLVED),
    "resolve_with_main": Step((TicketState.MERGED,), RESOLVED),
    "confirm": Step((RESOLVED,), CLOSED),
    "end_unconfirmed": Step((RESOLVED,), CLOSED),
    "reopen": Step((RESOLVED, CLOSED), TAKEN),
    "reopen_for_all": Step((RESOLVED, CLOSED), ACCEPTED),  # nobody works on it any more
    "withdraw": Step((*OPEN_STATES, TicketState.MERGED), TicketState.WITHDRAWN),
    "merge": Step(OPEN_STATES, TicketState.MERGED),
    "part": Step((TicketState.MERGED,), ACCEPTED),
    "lead": Step((TicketState.MERGED,), TAKEN),  # takes the place of the ticket that it was merged into
}


def move(session: Session, ticket: Ticket, step: str, now: datetime, **changes: Any) -> bool:
    """Do a step with a ticket; False where it does not fit where the ticket stands by now."""
    rule = STEPS[step]
    if rule.to is None:
        return storage.tickets.change(session, ticket, among=rule.among, **changes)
    return storage.tickets.move(session, ticket, to=rule.to, among=rule.among, now=now, **changes)


def fits(ticket: Ticket, step: str) -> bool:
    """Return whether a step fits where a ticket stands; only `move` makes sure of it."""
    return ticket.state in STEPS[step].among
