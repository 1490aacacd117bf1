"""Reading the audit: who did what to which ticket and whose data; that somebody read it stands in it too."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

import storage.audit
import storage.staff
import storage.tickets
from handlers.staff import rights
from handlers.staff.colleagues import Refused, required
from storage.audit import Wanted

COLUMNS = ("id", "at", "actor", "staff", "act", "allowed", "ticket", "person", "detail")
# A table program takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def wanted(
    session: Session,
    *,
    since: datetime | None,
    until: datetime | None,
    ticket: str | None,
    staff: str | None,
    person: int | None,
) -> Wanted:
    """Return which records somebody means; raises Refused where a ticket or colleague does not exist."""
    if since is not None and until is not None and until <= since:
        raise Refused("--to must be later than --from")
    ticket_id = staff_id = None
    if ticket is not None:
        found = storage.tickets.by_number(session, ticket)
        if found is None:
            raise Refused(f"there is no ticket {ticket}")
        ticket_id = found.id
    if staff is not None:
        colleague = storage.staff.by_name(session, staff)
        if colleague is None:
            raise Refused(f"there never was a colleague called {staff!r}")
        staff_id = colleague.id
    return Wanted(since=since, until=until, ticket_id=ticket_id, staff_id=staff_id, person_id=person)


def permit(session: Session, by: str, chosen: Wanted, *, how: str, now: datetime) -> str | None:
    """Write down that somebody reads the audit and return why it is refused, or None.

    To be committed before anything is read, so that a reader who breaks off is in the audit too.
    """
    detail: dict[str, Any] = {"how": how}
    if chosen.since is not None:
        detail["from"] = chosen.since.isoformat()
    if chosen.until is not None:
        detail["to"] = chosen.until.isoformat()
    for name, value in (("ticket", chosen.ticket_id), ("staff", chosen.staff_id)):
        if value is not None:
            detail[name] = value
    return rights.refused(
        session, required(session, by), "audit.read", now=now, person_id=chosen.person_id, detail=detail
    )


def rows(
    session: Session, chosen: Wanted, *, zone: ZoneInfo, newest: int | None = None
) -> Iterator[dict[str, Any]]:
    """Give the records as plain rows, oldest first; all of them, or only so many of the newest."""
    names = {one.id: one.name for one in storage.staff.everybody(session, gone=True)}
    found = (
        storage.audit.records(session, chosen)
        if newest is None
        else storage.audit.newest(session, chosen, limit=newest)
    )
    for record, number in found:
        yield {
            "id": record.id,
            "at": record.at.astimezone(zone).isoformat(),
            "actor": record.actor,
            "staff": names.get(record.staff_id),
            "act": record.act,
            "allowed": record.allowed,
            "ticket": number,
            "person": record.person_id,
            "detail": record.detail,
        }


def safe_cell(value: object) -> str:
    """Return a value for a CSV cell that no table program takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
