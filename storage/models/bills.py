"""Money: bills, payments, and the notices that a bill may lead to. Amounts are whole fen."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.models.base import key, link


class Bill(SQLModel, table=True):
    """One bill (账单) of one account."""

    id: int | None = key()
    number: str = Field(unique=True)
    account_id: int = link("account.id")
    period: str  # "2026-10"
    kwh: int
    amount_fen: int
    # What the bill's own file says is paid; `paid_fen` also knows the payments.
    declared_fen: int = 0
    paid_fen: int = 0
    issued_on: date
    due_on: date = Field(index=True)
    disputed: bool = False
    updated_at: datetime


class Payment(SQLModel, table=True):
    """One payment (缴费), for a bill or as credit of a prepaid account."""

    id: int | None = key()
    number: str = Field(unique=True)
    account_id: int = link("account.id")
    bill_id: int | None = link("bill.id", nullable=True)
    amount_fen: int
    paid_at: datetime


class NoticeState(StrEnum):
    """What became of a reminder that was planned."""

    PLANNED = "planned"
    SENT = "sent"  # handed to the outbox; what became of it there is the outbox's to tell
    SUPPRESSED = "suppressed"  # must not go, with a reason
    HELD = "held"  # nobody bound to tell; listed for another path
    MISSED = "missed"  # its day passed while a later step was already due


class Notice(SQLModel, table=True):
    """One planned step of the arrears calendar; each step of a bill exists once."""

    __table_args__ = (
        UniqueConstraint("subject", "step"),
        Index(
            "ix_notice_planned",
            "send_at",
            sqlite_where=text("state = 'planned'"),
            postgresql_where=text("state = 'planned'"),
        ),
    )

    id: int | None = key()
    # What the step is about: "bill:17", or for prepaid credit "balance:5:2026-11-23".
    subject: str
    step: str
    account_id: int = link("account.id")
    bill_id: int | None = link("bill.id", nullable=True)
    send_at: datetime
    not_before: datetime
    clause: str = ""
    rules_version: str
    state: str = NoticeState.PLANNED
    reason: str = ""
    settled_at: datetime | None = None


class Hold(SQLModel, table=True):
    """Why and until when an account is not reminded: a promise to pay, a dispute, a wish."""

    id: int | None = key()
    account_id: int = link("account.id")
    reason: str
    until: datetime
    made_at: datetime
