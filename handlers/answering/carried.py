"""What is carried from one answer to the next: the subject spoken of, and when it is over."""

from handlers.turn import Turn
from knowledge.follow_up import Context, goes_on, subject_of
from knowledge.text.normalise import normalise

# Answers to these say nothing of a matter, so they end none.
_NO_SUBJECT = frozenset({"greeting_smalltalk", "ambiguous", "out_of_scope"})
_OF_SUBJECT = ("region", "bill", "place", "accounts")


def speaks_of_prices(turn: Turn) -> bool:
    """Whether prices are what was spoken of just before."""
    return subject_of(turn.recall("topic") or "") == "price"


def context(turn: Turn) -> Context | None:
    """Return what the next words may go on with."""
    topic, entry = turn.recall("topic"), turn.recall("entry")
    if topic and entry is None and turn.recall("last") == "bill":
        entry = _of_the_calculator(turn)
    return Context(topic=topic, entry_id=entry) if topic else None


def take_up(turn: Turn, topic: str, entry_id: str, *, text: str) -> None:
    """Note what is spoken of now; a whole question about another subject ends what was carried."""
    if topic in _NO_SUBJECT:
        return
    before = turn.recall("topic")
    if before is not None and subject_of(before) != subject_of(topic) and not goes_on(normalise(text)):
        turn.remember(**dict.fromkeys(_OF_SUBJECT))
    turn.remember(topic=topic, entry=entry_id, last="entry")


def _of_the_calculator(turn: Turn) -> str | None:
    """Return the entry that a computed bill stands for."""
    for entry in turn.book.library.entries.values():
        if entry.action == "bill_calculator" and entry.topic == "faq.tariff":
            return entry.id
    return None
