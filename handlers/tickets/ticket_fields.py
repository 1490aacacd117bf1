"""What a ticket keeps of its form, as people read it: days and parts of days in words."""

from datetime import date

from handlers.wording import requests as wording
from knowledge.rules.calendars import calendar_of
from knowledge.rules.slots import slot_of
from knowledge.rules.ticket_kinds import ticket_kinds
from storage.models import Ticket


def shown_field(ticket: Ticket, name: str, today: date) -> str:
    """Return how one kept answer reads; one that cannot be read as its type is shown as it is kept."""
    value = str(ticket.fields.get(name, ""))
    types = {field.name: field.type for field in ticket_kinds()[ticket.kind].fields}
    try:
        if types.get(name) == "date":
            return wording.day(date.fromisoformat(value), today)
        if types.get(name) == "slot":
            slot = slot_of(value, calendar_of(ticket.region))
            return wording.slot(slot.on, slot.name, today, slot.begins, slot.ends)
    except (ValueError, KeyError):
        pass
    return value
