"""What came in and what goes out: the two ledgers that survive a crash."""

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.models.base import document, key, link


class InboxState(StrEnum):
    """How far an update that came in has got."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"  # failed again and again; a person must look


class Inbox(SQLModel, table=True):
    """One update, stored before it is acknowledged to the channel."""

    __table_args__ = (
        UniqueConstraint("channel", "update_id"),
        Index(
            "ix_inbox_waiting",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_inbox_person", "person_id", "id"),
    )

    id: int | None = key()
    channel: str
    update_id: str
    address: str
    payload: dict[str, Any] = document()
    received_at: datetime
    state: str = InboxState.WAITING
    attempts: int = 0
    not_before: datetime
    # What the customer said, filled when the update has been worked on; the transcript's other half.
    person_id: int | None = link("person.id", index=False, nullable=True)
    said: str = ""
    # The channel's own name of the message, so that an edit of it finds what it changes, and the draft or
    # ticket that its words went into.
    message_ref: str | None = Field(default=None, max_length=160, index=True)
    draft_key: str | None = Field(default=None, max_length=64)


class Lane(IntEnum):
    """Which messages go first; lower is sooner."""

    DANGER = 0
    INTERACTIVE = 1
    STAFF = 2
    OUTAGE = 3
    REMINDER = 4


class OutgoingState(StrEnum):
    """Where an outgoing message stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"  # nobody can know whether it arrived, and it must not go twice


class OnUnknown(StrEnum):
    """What to do when nobody can know whether a message arrived."""

    RESEND = "resend"
    HOLD = "hold"


class Outgoing(SQLModel, table=True):
    """One message to somebody, written in the transaction of the work that caused it."""

    __table_args__ = (
        Index(
            "ix_outgoing_waiting",
            "channel",
            "lane",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outgoing_sending",
            "lease_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index("ix_outgoing_address", "channel", "address", "id"),
        Index("ix_outgoing_card", "channel", "address", "card"),
        Index("ix_outgoing_ref", "channel", "address", "platform_ref"),
        Index(
            "ix_outgoing_unreported",
            "id",
            sqlite_where=text("relay_of IS NOT NULL AND reported IS NULL"),
            postgresql_where=text("relay_of IS NOT NULL AND reported IS NULL"),
        ),
    )

    id: int | None = key()
    channel: str
    address: str
    lane: int = Lane.INTERACTIVE
    # The opaque name of this message in button keys; random, never counted.
    token: str = Field(max_length=24, unique=True)
    dedupe_key: str = Field(unique=True)
    reply: dict[str, Any] = document()
    card: str | None = None
    state: str = OutgoingState.WAITING
    on_unknown: str = OnUnknown.RESEND
    created_at: datetime
    not_before: datetime
    # Not to be sent later than this: a reminder that was held up must not ring at night.
    not_after: datetime | None = None
    attempts: int = 0
    owner: str | None = None
    lease_until: datetime | None = None
    settled_at: datetime | None = None
    platform_ref: str | None = None
    error: str | None = None
    # True once a choice under it has been used and must have no second effect.
    spent: bool = False
    person_id: int | None = link("person.id", nullable=True)
    # In the staff group: the person whom an answer to this message goes to.
    about_person_id: int | None = link("person.id", index=False, nullable=True)
    ticket_id: int | None = link("ticket.id", index=False, nullable=True)
    # In the staff group: the topic it belongs to, as ticket:12 or person:7.
    room: str | None = Field(default=None, max_length=48)
    # A colleague's own message that these words pass on, as the channel names it; its fate is told there.
    relay_of: str | None = Field(default=None, max_length=64, index=True)
    reported: str | None = Field(default=None, max_length=12)  # the state that was told last
    # In the staff group: only says that something is there; many of them are told as one digest.
    announces: bool = False
    notice_id: int | None = link("notice.id", nullable=True)
