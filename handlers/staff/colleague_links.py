"""`/staff CODE`: a colleague links their account with their own Telegram, in a private chat with us."""

import hmac
import re
import unicodedata
from hashlib import sha256

import storage.audit
import storage.bindings
import storage.people
import storage.staff
from handlers.messages import Reply
from handlers.turn import Turn
from handlers.wording import colleagues as wording
from storage.models import Lane, Staff

_COMMAND = re.compile(r"/staff(?:@\w+)?(?:\s+(?P<code>.*))?", re.IGNORECASE | re.DOTALL)


def code_hash(secret: bytes, code: str) -> str:
    """Return the keyed hash under which a colleague's one-time code is kept."""
    return hmac.new(secret, f"staff-code:{code}".encode(), sha256).hexdigest()


def listen(turn: Turn) -> bool:
    """Take `/staff CODE` before anything else can read or relay it; False for everything else."""
    if not turn.text.lower().startswith("/staff"):
        return False
    found = _COMMAND.fullmatch(unicodedata.normalize("NFKC", turn.text))
    if found is None:
        return False
    turn.outcome("staff")
    code = re.sub(r"[\s-]", "", found["code"] or "")
    if turn.message.channel != "telegram":
        turn.say(wording.link_elsewhere())
    elif turn.message.member is not None:
        # Others have read it: whoever it was for, it is of no use any more.
        _use(turn, code)
        turn.say(wording.code_not_here())
    elif not code:
        turn.say(wording.link_how())
    else:
        _link(turn, code)
    return True


def _link(turn: Turn, code: str) -> None:
    member = turn.message.address
    known = storage.staff.by_telegram(turn.session, member)
    if known is not None:
        turn.say(wording.linked_already(known.name))
        return
    staff = _use(turn, code)
    before = staff.telegram_id if staff is not None else None
    if staff is None or not storage.staff.link(turn.session, staff, member):
        turn.say(wording.not_linked())
        return
    storage.audit.write(
        turn.session, at=turn.now, actor=f"staff:{staff.name}", act="staff.linked", staff_id=staff.id
    )
    if before is not None:
        _tell_former(turn, before)
    turn.say(Reply(wording.linked(staff.name, staff.role, staff.team), kind="staff"))


def _use(turn: Turn, code: str) -> Staff | None:
    """Use a code up and return whose it was; every refusal does the same work.

    Tries are counted together with those to bind an account: they are guesses all the same.
    """
    session, now, practice = turn.session, turn.now, turn.book.practice
    assert turn.person.id is not None
    tried = hmac.new(turn.desktop.secret, b"staff-code", sha256).hexdigest()
    failed = storage.bindings.failures(session, person_id=turn.person.id, account_hash=tried, now=now)
    too_often = (
        failed.person >= practice.bind_tries_per_person_day or failed.hour >= practice.bind_tries_per_hour
    )
    # Where it was tried too often no code fits.
    staff = storage.staff.use_code(session, "" if too_often else code_hash(turn.desktop.secret, code), now)
    storage.bindings.note_attempt(
        session, person_id=turn.person.id, account_hash=tried, succeeded=staff is not None, now=now
    )
    if staff is None:
        storage.audit.write(
            session,
            at=now,
            actor="customer",
            act="staff.link",
            person_id=turn.person.id,
            allowed=False,
        )
    return staff


def _tell_former(turn: Turn, member: str) -> None:
    """Tell the Telegram that was linked before: a stolen code must not go unnoticed."""
    for chat, _ in storage.people.chats(turn.session, [("telegram", member)]).values():
        turn.tell(chat, Reply(wording.linked_elsewhere(), kind="staff"), lane=Lane.INTERACTIVE)
