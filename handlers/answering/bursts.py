"""What was said and answered in the last moments, kept for the message that may follow at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from handlers.forms.form_shape import FORMS
from handlers.turn import Turn
from storage.outbox import Draft

# not understood (or a greeting), asked for more, answered, a danger, anything else
Standing = Literal["weak", "asked", "firm", "danger", "other"]
MOST = 6  # messages read together
_NAME = "just_said"


@dataclass(frozen=True, slots=True)
class Burst:
    """What was said in the last moments, and the answer that the next words may better."""

    texts: tuple[str, ...]
    at: datetime  # when the last of them was received
    since: datetime  # when the first of them was answered
    standing: Standing
    meaning: str  # what the answer was about, to see whether more words change it
    token: str  # of our answer; "" where it must stay as it is
    card: str
    shown: bool  # an earlier form of the answer may have been seen
    before: dict[str, Any]  # what was remembered before the first message
    group: str = ""  # the album that the last message belonged to


def keep(turn: Turn, burst: Burst) -> None:
    """Remember what was said just now."""
    note = asdict(burst)
    note["texts"] = list(burst.texts)
    note["at"], note["since"] = burst.at.isoformat(), burst.since.isoformat()
    turn.note(**{_NAME: note})


def noted(turn: Turn) -> Burst | None:
    """Return what was said in the last moments, None where that is over."""
    note = turn.recall(_NAME)
    if not note:
        return None
    known = dict(note)
    known["texts"] = tuple(known["texts"])
    known["at"], known["since"] = (datetime.fromisoformat(known[name]) for name in ("at", "since"))
    return Burst(**known)


def note(turn: Turn, texts: tuple[str, ...], before: dict[str, Any], burst: Burst | None) -> None:
    """Note what was said and answered just now for the message that may follow at once."""
    if turn.received_at is None or turn.message.choice is not None or not (turn.text or group_of(turn)):
        return
    own = own_drafts(turn)
    standing = _standing(turn)
    kept = own[0] if len(own) == 1 else None
    replaceable = kept is not None and may_be_replaced(kept)
    noted = fresh(
        turn,
        texts[-MOST:],
        standing,
        _meaning(turn),
        kept.token if kept is not None and replaceable and standing not in ("danger", "other") else "",
        before,
    )
    if kept is not None and kept.card is not None:
        noted = replace(noted, card=kept.card)
    if burst is not None and kept is not None:
        noted = replace(noted, since=burst.since, shown=bool(kept.reply.get("quiet")))
    keep(turn, noted)


def fresh(
    turn: Turn, texts: tuple[str, ...], standing: Standing, meaning: str, token: str, before: dict[str, Any]
) -> Burst:
    """Return what is remembered of an answer to these texts."""
    return Burst(
        texts=texts,
        at=received(turn),
        since=turn.now,
        standing=standing,
        meaning=meaning,
        token=token,
        card=turn.key_for("together"),
        shown=False,
        before=before,
        group=group_of(turn),
    )


def received(turn: Turn) -> datetime:
    """Return when this message was received; asked only where it is known."""
    assert turn.received_at is not None
    return turn.received_at


def group_of(turn: Turn) -> str:
    """Return the album that a message belongs to, nothing where to none."""
    return next((one.group for one in turn.message.attachments if one.group), "")


def memory_of(turn: Turn) -> dict[str, Any]:
    """Return what is remembered now, without what was said in the last moments."""
    if turn.person.memory_until is None or turn.person.memory_until <= turn.now:
        return {}
    return {name: value for name, value in turn.person.memory.items() if name != _NAME}


@contextmanager
def remembering(turn: Turn, memory: dict[str, Any]) -> Iterator[None]:
    """Read with another memory for a while."""
    kept = turn.person.memory
    turn.person.memory = memory
    try:
        yield
    finally:
        turn.person.memory = kept


def own_drafts(turn: Turn) -> list[Draft]:
    """Return what this turn says to the one who speaks."""
    return [
        one
        for one in turn.drafts
        if (one.channel, one.address) == (turn.message.channel, turn.message.address)
    ]


def may_be_replaced(draft: Draft) -> bool:
    """Return whether a better answer may take the place of this one."""
    kind = draft.reply.get("kind")
    if draft.ticket_id is not None:
        return False
    return kind in ("answer", "question") or (kind == "card" and draft.card is None)


def _standing(turn: Turn) -> Standing:
    """Return how sure the answer was that has just been given."""
    outcome, conversation = turn.heard.outcome, turn.conversation
    if outcome == "danger":
        return "danger"
    if turn.heard.ticket is not None or (conversation is not None and conversation.topic in FORMS):
        return "other"
    if conversation is not None:
        return "asked" if conversation.topic == "outage_place" else "other"
    if outcome in ("unclear", "unknown", "smalltalk"):
        return "weak"
    if outcome == "found":
        return "firm"
    if group_of(turn) and not turn.text:
        return "weak"  # 收到照片: what they are about may stand under the next one
    bill = turn.recall("bill")
    if turn.recall("last") == "bill" and bill:
        asked = all(bill.get(name) is None for name in ("kwh", "peak_kwh", "valley_kwh"))
        return "asked" if asked else "firm"
    entry = turn.book.library.entries.get(turn.heard.entry or "")
    if entry is not None and entry.action == "bill_view":
        return "firm"
    return "firm" if (turn.heard.topic or "").startswith("outage.") else "other"


def _meaning(turn: Turn) -> str:
    """Return what was just answered, in the words that `_read` uses for it."""
    from handlers.money import bills

    if turn.heard.entry is not None and turn.heard.outcome == "found":
        return turn.heard.entry
    if (turn.heard.topic or "").startswith("outage."):
        return f"outage {turn.recall('place')}"
    return f"bill {bills.current(turn)}" if turn.recall("last") == "bill" else turn.heard.entry or ""
