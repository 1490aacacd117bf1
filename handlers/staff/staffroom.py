"""Colleagues at work, in the staff group or in private: only a reply to a relayed message or /r goes out."""

from dataclasses import replace

import storage.outbox
import storage.rooms
import storage.staff
from handlers.acts import act_of, perform
from handlers.handover import handover_relay
from handlers.messages import Reply
from handlers.staff import colleagues, staff_buttons, staff_commands, staff_post
from handlers.staff.relay_fates import line_name
from handlers.staff.staff_standing import Standing, answered, standing
from handlers.turn import Address, Turn
from handlers.wording import staff as wording
from storage.models import Outgoing

_PRIVATE_TOO = frozenset(staff_commands.COMMANDS) - {"help", "start"}  # these two belong to customers there


def concerns(turn: Turn) -> bool:
    """Return whether a message is a colleague's work: all of the group's, and some of a private chat's."""
    message = turn.message
    if turn.desktop.staff == Address(message.channel, message.address):
        return True
    if message.channel != staff_post.PRIVATE:
        return False
    if not (message.choice or message.reply_to or message.edited or turn.text.startswith("/")):
        return False  # the many words of customers cost no look at our colleagues
    if storage.staff.by_telegram(turn.session, message.address) is None:
        return False
    if message.choice is not None:
        return (act_of(turn, message.choice) or "").startswith("staff.")
    if message.edited:
        return message.ref is not None and bool(
            storage.rooms.passed_on(turn.session, line_name(message.address, message.ref))
        )
    if _command(turn.text)[0] in _PRIVATE_TOO:
        return True
    row = answered(turn)
    return row is not None and row.reply.get("kind") == "staff"


def listen(turn: Turn) -> None:
    """Deal with a colleague's message; what is neither a reply nor a command stays among colleagues."""
    turn.outcome("staff")
    message = turn.message
    if message.choice is not None:
        _tap(turn, message.choice)
        return
    if message.edited:
        _correct(turn)
        return
    name, rest = _command(turn.text)
    if name:
        command = staff_commands.COMMANDS.get(name)
        if command is None:
            return  # for another bot
        staff = colleagues.speaking(turn)
        if staff is not None:
            command(turn, standing(turn, staff), rest)
        return
    row = answered(turn)
    if row is None and message.reply_to_us:
        # Too old, or of another bot, or so fresh that its name is not written down: say so, never guess.
        staff_post.answer(turn, Reply(wording.not_known(), kind="staff"))
        return
    if row is None:
        staff_commands.hint_where_it_looks_like_an_answer(turn)
        return  # colleagues among themselves
    staff = colleagues.speaking(turn)
    if staff is None:
        return
    now = standing(turn, staff)
    if row.about_person_id is None:
        staff_post.answer(turn, Reply(wording.reply_to_whom(), kind="staff"))
        return
    send(turn, now, row, turn.text)


def send(turn: Turn, now: Standing, row: Outgoing, text: str) -> None:
    """Pass a colleague's reply on to the customer whom the message it answers is about."""
    assert row.about_person_id is not None
    staff_commands.pass_on(turn, replace(now, person_id=row.about_person_id), text)


# -- inside


def _tap(turn: Turn, choice: str) -> None:
    act = act_of(turn, choice)
    if act is None or not act.startswith("staff."):
        staff_post.answer(turn, Reply(wording.expired(), kind="staff"))
        return
    perform(turn, act)
    turn.outcome("staff")


def _command(text: str) -> tuple[str, str]:
    """Return the name of the command that a line begins with, in small letters, and the rest; or ""."""
    if not text.startswith("/"):
        return "", ""
    first, *more = text[1:].split(maxsplit=1)[:2] or [""]
    return first.partition("@")[0].lower(), (more[0] if more else "").strip()


def _correct(turn: Turn) -> None:
    """Let a line that went out follow its edit; one that stayed among colleagues stays there."""
    message = turn.message
    if message.ref is None:
        return
    name = line_name(message.address, message.ref)
    if not storage.rooms.passed_on(turn.session, name):
        return
    staff = colleagues.speaking(turn)
    if staff is None:
        return
    command, rest = _command(turn.text)
    text = rest if command == "r" else turn.text
    if not text:
        return
    done = handover_relay.correct(turn, staff, text, relay_of=name)
    if not done:
        staff_post.answer(turn, Reply(done.text, kind="staff"))


ACTS = staff_buttons.ACTS
