"""Who talks with us: persons, the chats they use, and what each is in the middle of."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.models.base import document, key, link


class Person(SQLModel, table=True):
    """Somebody who writes to us, known or not; may use several chats."""

    id: int | None = key()
    created_at: datetime
    region: str | None = None
    # What the last answer was about, so that "那第三档呢" can be read; ends at `memory_until`.
    memory: dict[str, Any] = document()
    memory_until: datetime | None = None
    # Set while a colleague is on the line: the bot is silent.
    with_staff_since: datetime | None = None
    # Set while the person waits for a first answer: staff see what is said, and the bot still answers.
    in_queue: bool = False
    opted_out: bool = False


class Chat(SQLModel, table=True):
    """One address on one channel."""

    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: int | None = key()
    channel: str
    address: str
    person_id: int = link("person.id")
    script: str = "hans"
    created_at: datetime
    unreachable_since: datetime | None = None


class Conversation(SQLModel, table=True):
    """An open dialogue: a form that a person is filling in, on whatever channel."""

    id: int | None = key()
    person_id: int = link("person.id", unique=True)
    topic: str
    step: str
    collected: dict[str, Any] = document()
    # Makes one ticket out of two taps: the ticket carries it, and it is unique there.
    draft_key: str = Field(max_length=32)
    started_at: datetime
    expires_at: datetime


class WaitingForm(SQLModel, table=True):
    """A form put aside with what was told and the papers that were sent, until it is taken up again."""

    __table_args__ = (UniqueConstraint("person_id", "topic"),)

    id: int | None = key()
    person_id: int = link("person.id")
    topic: str = Field(max_length=32)
    step: str = Field(max_length=32)
    collected: dict[str, Any] = document()
    draft_key: str = Field(max_length=32)
    since: datetime
    expires_at: datetime
