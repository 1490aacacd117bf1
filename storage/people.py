"""Finding and making the persons who write to us, their chats and their open dialogues."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import Session, col

import storage.secrecy
from storage.models import Account, Binding, Chat, Conversation, Person

# Made once, as are others below: building a statement costs more than the database needs to answer it.
_CHATS = (
    select(Chat, Person)
    .join(Person, col(Person.id) == col(Chat.person_id))
    .where(
        col(Chat.channel) == bindparam("channel"), col(Chat.address).in_(bindparam("known", expanding=True))
    )
)


def chats(
    session: Session, addresses: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Chat, Person]]:
    """Return the known chats among the (channel, address) pairs, each with its person."""
    result: dict[tuple[str, str], tuple[Chat, Person]] = {}
    for channel in dict.fromkeys(channel for channel, _ in addresses):
        here = [address for its_channel, address in addresses if its_channel == channel]
        for chat, person in session.execute(_CHATS, {"channel": channel, "known": here}):
            result[chat.channel, chat.address] = (chat, person)
    return result


def new_chat(session: Session, channel: str, address: str, now: datetime) -> tuple[Chat, Person]:
    """Make a person with one chat."""
    return new_chats(session, [(channel, address)], now)[channel, address]


def new_chats(
    session: Session, addresses: Collection[tuple[str, str]], now: datetime
) -> dict[tuple[str, str], tuple[Chat, Person]]:
    """Make a person with one chat for each (channel, address) pair; none of them may be known."""
    made = {address: Person(created_at=now) for address in addresses}
    # Two statements for all of them: a new customer every other message is usual when the lights go out.
    session.add_all(made.values())
    session.flush()
    chats = {
        (channel, address): Chat(channel=channel, address=address, person_id=person.id or 0, created_at=now)
        for (channel, address), person in made.items()
    }
    session.add_all(chats.values())
    session.flush()
    return {address: (chats[address], person) for address, person in made.items()}


def chat_of(session: Session, person_id: int) -> list[Chat]:
    """Return the chats at which a person can be reached, newest first; never one that is unreachable."""
    return list(
        session.execute(
            select(Chat)
            .where(col(Chat.person_id) == person_id, col(Chat.unreachable_since).is_(None))
            .order_by(col(Chat.id).desc())
        ).scalars()
    )


def mark_reachable(session: Session, channel: str, address: str, *, since: datetime | None) -> None:
    """Note that a chat cannot be reached since a moment, or with None that it can again."""
    chat = session.execute(
        select(Chat).where(col(Chat.channel) == channel, col(Chat.address) == address)
    ).scalar_one_or_none()
    if chat is not None and (chat.unreachable_since is None) != (since is None):
        chat.unreachable_since = since
        session.add(chat)


def move_chat(session: Session, channel: str, old: str, new: str) -> None:
    """Follow a chat that got a new address."""
    chat = session.execute(
        select(Chat).where(col(Chat.channel) == channel, col(Chat.address) == old)
    ).scalar_one_or_none()
    if chat is not None:
        chat.address = new
        session.add(chat)


_CONVERSATIONS = select(Conversation).where(
    col(Conversation.person_id).in_(bindparam("persons", expanding=True))
)


def conversations(session: Session, person_ids: Collection[int], now: datetime) -> dict[int, Conversation]:
    """Return the open dialogues of persons; one that has expired is put away."""
    result: dict[int, Conversation] = {}
    for one in session.execute(_CONVERSATIONS, {"persons": list(person_ids)}).scalars():
        if one.expires_at <= now:
            session.delete(one)
        else:
            result[one.person_id] = one
    if session.deleted:
        session.flush()  # a new dialogue of the same person must find the place free
    return result


def open_conversation(
    session: Session,
    *,
    person: Person,
    topic: str,
    step: str,
    collected: dict[str, Any],
    now: datetime,
    expires_at: datetime,
) -> Conversation:
    """Open a dialogue with a person, who has none."""
    assert person.id is not None
    conversation = Conversation(
        person_id=person.id,
        topic=topic,
        step=step,
        collected=collected,
        draft_key=storage.secrecy.new_key(topic, collected),
        started_at=now,
        expires_at=expires_at,
    )
    session.add(conversation)
    session.flush()
    return conversation


_ACCOUNTS_OF = (
    select(Account, Binding)
    .join(Binding, col(Binding.account_id) == col(Account.id))
    .where(col(Binding.person_id) == bindparam("person"))
    .order_by(col(Binding.id))
)


def accounts_of(session: Session, person_id: int) -> list[tuple[Account, Binding]]:
    """Return the accounts that a person has proven to belong to, oldest binding first.

    This is the one door to an account from a chat: there is no other way in handlers to read one.
    """
    return [(account, binding) for account, binding in session.execute(_ACCOUNTS_OF, {"person": person_id})]


def set_region(session: Session, channel: str, address: str, region: str, *, now: datetime) -> None:
    """Note whose prices and rules hold for somebody, who may be new."""
    known = chats(session, [(channel, address)])
    _, person = known[channel, address] if known else new_chat(session, channel, address, now)
    person.region = region
    session.add(person)
