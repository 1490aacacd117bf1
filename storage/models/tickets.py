"""Tickets (工单): what a customer asked us to do, what was promised, and everything that happened since."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.base import document, key, link


class TicketState(StrEnum):
    """Where a ticket stands."""

    ACCEPTED = "accepted"
    TAKEN = "taken"
    WAITING = "waiting"  # for the customer or somebody else: the clocks stand still, with a reason
    RESOLVED = "resolved"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"  # goes on in another ticket; its own customer still follows it


OPEN_STATES = (TicketState.ACCEPTED, TicketState.TAKEN, TicketState.WAITING)


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
    # The place down to its building, as the same place is found again however it is written.
    place_key: str = Field(default="", max_length=64, index=True)
    rules_version: str
    opened_at: datetime
    settled_at: datetime | None = None
    owner_id: int | None = link("staff.id", nullable=True)
    # 首问负责: who answered first stays accountable until the customer confirms, whoever does the work.
    first_asked_id: int | None = link("staff.id", nullable=True)
    team: str = Field(default="desk", max_length=24)
    confidential: bool = False  # seen by few
    anonymous: bool = False  # colleagues never learn who it is
    merged_into_id: int | None = link("ticket.id", nullable=True)
    split_from_id: int | None = link("ticket.id", nullable=True)
    # The ticket that this one goes on from, opened after that one could no longer be opened again.
    follows_id: int | None = link("ticket.id", nullable=True)
    resolved_at: datetime | None = None
    # When the customer is to be asked whether it is done, and when that was.
    ask_at: datetime | None = Field(default=None, index=True)
    asked_at: datetime | None = None
    reopened: int = 0
    urged: int = 0
    urged_at: datetime | None = None
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
    # The channel's own name of the message that it came of, so that an edit finds what it revises.
    message_ref: str | None = Field(default=None, max_length=160, index=True)


class TicketPause(SQLModel, table=True):
    """A stretch in which a ticket waited for somebody else and its clocks stood still."""

    id: int | None = key()
    ticket_id: int = link("ticket.id")
    reason: str
    actor: str
    since: datetime
    until: datetime | None = None


class TicketPromise(SQLModel, table=True):
    """A moment that a customer was promised; the terms are kept as they stood when the ticket was opened."""

    id: int | None = key()
    ticket_id: int = link("ticket.id")
    step: str
    after: str = "opened"
    told_span: str | None = Field(default=None, max_length=12)
    limit_span: str | None = Field(default=None, max_length=12)
    average: bool = False  # said as an average, never as a certainty
    document: str = ""
    limit_document: str = ""
    started_at: datetime | None = None  # None until the step that it follows is done
    promised_at: datetime | None = None  # what the customer was told
    limit_at: datetime | None = Field(default=None, index=True)  # when staff are alarmed
    # When somebody is to be told next that it is about to break or broken; None where nobody is any more.
    next_alarm_at: datetime | None = Field(default=None, index=True)
    provisional: bool = Field(default=False, index=True)  # counted without the year's official calendar
    kept_at: datetime | None = None
    void_at: datetime | None = None  # no longer owed: withdrawn, merged, or of another kind now


class PromiseAlarm(SQLModel, table=True):
    """That staff were told of a promise about to break or broken: once for each rung of the ladder."""

    __table_args__ = (UniqueConstraint("promise_id", "rung", "limit_at"),)

    id: int | None = key()
    promise_id: int = link("ticketpromise.id")
    rung: str = Field(max_length=16)  # warning, owner, lead, manager; customer for the word to them
    # The limit that was at stake: where it moved, the new one may be alarmed about again.
    limit_at: datetime
    at: datetime


class Survey(SQLModel, table=True):
    """The one question how it was, for one resolution of a ticket."""

    __table_args__ = (UniqueConstraint("ticket_id", "round"),)

    id: int | None = key()
    ticket_id: int = link("ticket.id")
    round: int = 0  # how often the ticket had been opened again
    person_id: int = link("person.id")
    asked_at: datetime
    mark: int | None = None  # 1 to 5
    answered_at: datetime | None = None
    reason: str = ""


class Downgrade(SQLModel, table=True):
    """The wish to count a complaint as something milder: one asks, another decides, the customer is told."""

    id: int | None = key()
    ticket_id: int = link("ticket.id")
    from_kind: str
    to_kind: str
    reason: str
    asked_by: int = link("staff.id", index=False)
    asked_at: datetime
    decided_by: int | None = link("staff.id", index=False, nullable=True)
    decided_at: datetime | None = None
    approved: bool | None = None


class EvidenceState(StrEnum):
    """Where the content of a photo, film, voice note or file is."""

    WAITING = "waiting"  # with the channel; to be fetched
    STORED = "stored"  # with us, under its content hash
    REFUSED = "refused"  # too large, or of a type that we do not take
    LOST = "lost"  # the channel no longer has it
    NONE = "none"  # a place, which has no content


class Evidence(SQLModel, table=True):
    """A photo, film, voice note, place or file that belongs to a ticket or to the draft of one."""

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
    label: str = ""  # what a shared place is called
    album: str = Field(default="", max_length=64)  # parts of one album share it
    name: str = ""
    # Which paper of the kind's list this is; "" for anything else.
    material: str = Field(default="", max_length=32)
    state: str = Field(default=EvidenceState.NONE, index=True, max_length=12)
    content_hash: str | None = Field(default=None, max_length=64, index=True)
    media_type: str = Field(default="", max_length=64)
    attempts: int = 0
    not_before: datetime | None = None
    message_ref: str | None = Field(default=None, max_length=160, index=True)
    received_at: datetime


class Revision(SQLModel, table=True):
    """Other words for a message that was said before; the first ones stay where they are."""

    id: int | None = key()
    person_id: int = link("person.id")
    ticket_id: int | None = link("ticket.id", nullable=True)
    message_ref: str = Field(max_length=160, index=True)
    at: datetime
    before: str = ""
    text: str


class HandoverRequest(SQLModel, table=True):
    """A customer's wish to speak to a person, until somebody answers or the customer leaves."""

    id: int | None = key()
    person_id: int = link("person.id")
    reason: str
    priority: int = 0  # 0 ordinary, 1 a broken promise, 2 vulnerable, 3 danger; then first come first served
    asked_at: datetime
    # Somebody said "mine" and has so long to say a word; then it is the next one's.
    claimed_by: int | None = link("staff.id", nullable=True)
    claimed_at: datetime | None = None
    claim_until: datetime | None = Field(default=None, index=True)
    returned: int = 0  # how often a claim ran out or a colleague left
    # The place in the queue that the customer was told last; None where the card is still to be written.
    told_place: int | None = None
    answered_at: datetime | None = None
    answered_by: int | None = link("staff.id", nullable=True)
    first_asked_id: int | None = link("staff.id", nullable=True)
    # Since when the customer waits for a word of ours; None while it is theirs to speak.
    waiting_since: datetime | None = None
    told_late_at: datetime | None = None
    last_at: datetime
    closed_at: datetime | None = Field(default=None, index=True)
    closed_by: str = ""
