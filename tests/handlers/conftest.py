"""Tickets of Alice's that open without her filling in a form, and no notices left over."""

from collections.abc import Iterator

import pytest

from handlers.desk import Desk
from handlers.tickets import ticket_opening
from knowledge.rules.calendars import take_notices
from storage.models import Ticket
from tests.handlers.promised import Opening
from tests.talking import Chat, Clock


@pytest.fixture(autouse=True)
def _no_notices_after() -> Iterator[None]:
    yield
    take_notices([])


@pytest.fixture
def open_ticket(alice: Chat, desk: Desk, clock: Clock) -> Opening:
    """Open a ticket of Alice's: open_ticket("complaint", zone="urban")."""
    alice.say("你好")
    number = 0

    def make(kind: str, **others: object) -> Ticket:
        nonlocal number
        number += 1
        region = str(others.pop("region", "beijing"))
        fields = others.pop("fields", {})
        assert isinstance(fields, dict)
        with desk.database.transaction() as session:
            ticket = ticket_opening.new(
                kind=kind,
                fields=fields,
                draft_key=f"a draft {number}",
                region=region,
                now=clock.now,
                person_id=1,
                **others,
            )
            return ticket_opening.create(session, desk.desktop.book, ticket, clock.now)

    return make
