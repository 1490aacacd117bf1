"""Tickets (工单): what a customer asked us to do, what was promised, and everything that happened since."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, SQLModel

from storage.models.base import document, key, link


class TicketState(StrEnum):
    """Where a ticket stands."""

    ACCEPTED = "accepted"
    TAKEN = "taken"
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (TicketState.ACCEPTED, TicketState.TAKEN)


class Ticket(SQLModel, table=True):
    """One matter of one person."""

    id: int | None = key()
    number: str = Field(unique=True, max_length=24)
    kind: str = Field(index=True)
    subtype: str = ""
    state: str = Field(default=TicketState.ACCEPTED, index=True)
    priority: int = 0  # 0 ordinary, 1 raised, 2 urgent, 3 danger
    person_id: int | None = link("person.id", nullable=True)
    account_id: int | None = link("account.id", nullable=True)
    outage_id: int | None = link("outage.id", nullable=True)
    # One draft makes one ticket, however often the button is pressed.
    draft_key: str = Field(unique=True, max_length=64)
    fields: dict[str, Any] = document()
    region: str
    zone: str = "urban"
    rules_version: str
    opened_at: datetime
    settled_at: datetime | None = None
    owner_id: int | None = link("staff.id", nullable=True)
    urged: int = 0
    # Danger only: staff are alarmed again at this moment, until somebody takes the ticket.
    alarm_at: datetime | None = Field(default=None, index=True)
    alarms: int = 0


class TicketEvent(SQLModel, table=True):
    """One thing that happened to a ticket; never changed afterwards."""

    id: int | None = key()
    ticket_id: int = link("ticket.id")
    at: datetime
    kind: str
    actor: str
    text: str = ""
    internal: bool = False


class TicketPromise(SQLModel, table=True):
    """A moment that a customer was promised."""

    id: int | None = key()
    ticket_id: int = link("ticket.id")
    step: str
    promised_at: datetime | None = None  # what the customer was told
    limit_at: datetime | None = None  # when staff are alarmed
    average: bool = False  # said as an average, never as a certainty
    provisional: bool = False  # counted without the year's official calendar
    kept_at: datetime | None = None
    # Set when staff have been told that the limit has passed: once is enough.
    alarmed_at: datetime | None = None
    document: str = ""


class Evidence(SQLModel, table=True):
    """A photo, voice note, place or file that belongs to a ticket or to the draft of one."""

    id: int | None = key()
    person_id: int = link("person.id")
    draft_key: str = Field(index=True, max_length=64)
    ticket_id: int | None = link("ticket.id", nullable=True)
    kind: str
    channel: str
    ref: str = ""
    caption: str = ""
    size_bytes: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    received_at: datetime


class Staff(SQLModel, table=True):
    """A colleague who may take tickets."""

    id: int | None = key()
    name: str = Field(unique=True)
    telegram_id: str | None = Field(default=None, unique=True)
    role: str = "agent"
    active: bool = True
    created_at: datetime


class HandoverRequest(SQLModel, table=True):
    """A customer's wish to speak to a person, until somebody answers or the customer leaves."""

    id: int | None = key()
    person_id: int = link("person.id")
    reason: str
    asked_at: datetime
    answered_at: datetime | None = None
    answered_by: int | None = link("staff.id", nullable=True, index=False)
    # Since when the customer waits for a word of ours; None while it is theirs to speak.
    waiting_since: datetime | None = None
    told_late_at: datetime | None = None
    last_at: datetime
    closed_at: datetime | None = Field(default=None, index=True)
