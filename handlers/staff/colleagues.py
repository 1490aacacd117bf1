"""Colleagues: who somebody is that speaks to us or is named, and nobody else."""

from datetime import timedelta

from sqlmodel import Session

import storage.audit
import storage.staff
from handlers.messages import Reply
from handlers.staff import staff_post
from handlers.turn import Turn
from handlers.wording import colleagues as wording
from storage.models import Staff

# Channels that tell us beyond doubt who writes; only there can a colleague work.
VOUCHING = ("telegram",)
_TOLD_AGAIN = timedelta(days=1)


class Refused(ValueError):
    """Raised where something about colleagues cannot be done; its text is for whoever asked for it."""


def required(session: Session, name: str) -> Staff:
    """Return the active colleague of this name; raises Refused with a sentence where there is none."""
    staff = storage.staff.by_name(session, name)
    if staff is None or not staff.active:
        raise Refused(f"there is no active colleague called {name!r}")
    return staff


def speaking(turn: Turn) -> Staff | None:
    """Return the colleague who speaks, in the group or in a private chat with us.

    None for everybody else, who is told in the group how to be linked, once a day. For acts only: do not
    call it for words that stay among colleagues.
    """
    message = turn.message
    if message.channel not in VOUCHING:
        return None
    staff = storage.staff.by_telegram(turn.session, message.member or message.address)
    if staff is not None or message.member is None:
        return staff
    stranger = f"stranger:{message.member}"
    told = storage.audit.seen_since(turn.session, stranger, turn.now - _TOLD_AGAIN)
    storage.audit.write(turn.session, at=turn.now, actor=stranger, act="staff.unknown", allowed=False)
    if not told:
        staff_post.answer(turn, Reply(wording.how_to_link(), kind="staff"))
    return None
