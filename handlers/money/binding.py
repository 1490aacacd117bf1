"""Proving that somebody belongs to an account: by their own shared number or by a one-time code."""

import hmac
import re
import secrets
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlmodel import Session

import storage.bindings
import storage.notices
import storage.people
from handlers.forms import forms
from handlers.forms.form_shape import FORMS
from handlers.masking import tail
from handlers.messages import Choice, PhoneContact, Reply
from handlers.money import reminders
from handlers.money.import_rows import normal_phone
from handlers.turn import Turn
from handlers.wording import binding as wording
from handlers.wording.reminders import account as named
from knowledge.practice import Practice
from storage.models import Account, Binding, Lane, OneTimeCode

_RUN = re.compile(r"(?<![0-9A-Za-z])\d(?:[ -]?\d){7,19}(?![0-9A-Za-z])")
_WHOLE = re.compile(r"(?=.*\d)[0-9A-Za-z-]{4,32}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MARKED = re.compile(r"[户戶用](?:号|號|好|电号)|客户编号|电表号|電號")
_MAX_NICKNAME = 10
_NO_ACCOUNT = -1
_CANCEL = Choice("取消", "bind.leave")
_VOUCHING = ("telegram",)


def issue_code(
    session: Session,
    account: Account,
    *,
    now: datetime,
    secret: bytes,
    practice: Practice,
    valid_for: timedelta | None = None,
) -> str:
    """Make a one-time code for an account and return it; only its keyed hash is kept.

    Good for `practice.code_minutes`, or for `valid_for` where it is printed on a bill.
    """
    assert account.id is not None
    code = f"{secrets.randbelow(10**practice.code_digits):0{practice.code_digits}d}"
    storage.bindings.add_code(
        session,
        account_id=account.id,
        code_hash=_keyed(secret, f"code:{account.number}:{code}"),
        now=now,
        expires_at=now + (valid_for or timedelta(minutes=practice.code_minutes)),
    )
    return code


def read_number(text: str, *, alone: bool = False) -> str | None:
    """Return the account number that a text holds, or None; `alone` where nothing else was asked for.

    A mobile number is only taken for an account where the text says so.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    for run in _RUN.findall(text):
        digits = re.sub(r"\D", "", run)
        if not _MOBILE.fullmatch(digits) or _MARKED.search(text):
            return digits
    if alone and _WHOLE.fullmatch(text) and not _MOBILE.fullmatch(text):
        return text
    return None


def mine(turn: Turn) -> list[tuple[Account, Binding]]:
    """Return the accounts of the one who speaks; in a group nobody has any."""
    if in_group(turn):
        return []
    assert turn.person.id is not None
    return storage.people.accounts_of(turn.session, turn.person.id)


def in_group(turn: Turn) -> bool:
    """Return whether others read along: a channel names the member who speaks only in a group."""
    return turn.message.member is not None


# -- binding


def start(turn: Turn, argument: str) -> None:
    """Ask for an account number and then for a proof, with what was already said."""
    turn.outcome("action", topic=turn.heard.topic or "identity_privacy")
    if in_group(turn):
        turn.say(wording.not_in_groups(), Choice("主菜单", "menu"))
        return
    said = argument or (turn.text if turn.message.choice is None else "")
    number = read_number(said, alone=bool(argument))
    forms.set_aside(turn, "bind", "account")
    if number is None:
        _ask(turn, wording.ask_account())
    else:
        _ask_proof(turn, number)


def listen(turn: Turn) -> bool:
    """Take the account number or the proof; what is neither is answered as usual."""
    conversation = turn.conversation
    assert conversation is not None
    words = turn.text.rstrip("。！!~.")
    if words in forms.CANCEL:
        leave(turn, "")
        return True
    if conversation.step == "proof":
        return _take_proof(turn, str(conversation.collected["number"]))
    number = read_number(turn.text, alone=True)
    if number is not None:
        turn.outcome("action", topic="identity_privacy")
        _ask_proof(turn, number)
        return True
    if turn.message.contact is not None or turn.text.isdigit():
        turn.outcome("action", topic="identity_privacy")
        _ask(turn, wording.unknown_number() if turn.text else wording.ask_account())
        return True
    return False


def _ask(turn: Turn, text: str) -> None:
    turn.say(Reply(turn.fill(text), (_CANCEL,), kind="question"))


def _ask_proof(turn: Turn, number: str) -> None:
    turn.go_to("proof", number=number)
    text = wording.ask_proof(tail(number), turn.book.practice.code_digits, contact=_vouches(turn))
    _say_proof(turn, text, _CANCEL)


def _say_proof(turn: Turn, text: str, *choices: Choice) -> None:
    asks: Literal["contact"] | None = "contact" if _vouches(turn) else None
    turn.say(Reply(text, choices, asks=asks, kind="question"))


def _vouches(turn: Turn) -> bool:
    """Whether the channel can share a number and vouch that it is the sender's own."""
    return turn.message.channel in _VOUCHING


def _take_proof(turn: Turn, number: str) -> bool:
    digits = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", turn.text))
    length = turn.book.practice.code_digits
    turn_is_ours = turn.message.contact is not None or (digits.isascii() and digits.isdigit())
    if not turn_is_ours:
        return False
    turn.outcome("action", topic="identity_privacy")
    if turn.message.contact is not None:
        if not turn.message.contact.own:
            _say_proof(turn, wording.not_own_contact(), _CANCEL)
        else:
            _try(turn, number, contact=turn.message.contact)
    elif len(digits) == length:
        _try(turn, number, code=digits)
    elif len(digits) > length and not _MOBILE.fullmatch(digits):
        _ask_proof(turn, digits)  # another account number
    else:
        _say_proof(turn, wording.bad_code(length, contact=_vouches(turn)), _CANCEL)
    return True


def _try(turn: Turn, number: str, *, contact: PhoneContact | None = None, code: str = "") -> None:
    """Bind if the proof fits. Every refusal does the same work and says the same words.

    A number that is the sender's own cannot be guessed, so only codes are slowed down by what others do to an
    account: nobody can be locked out of their account by somebody else.
    """
    session, now, secret = turn.session, turn.now, turn.desktop.secret
    assert turn.person.id is not None
    practice = turn.book.practice
    account_hash = _keyed(secret, f"account:{number}")
    failed = storage.bindings.failures(session, person_id=turn.person.id, account_hash=account_hash, now=now)
    too_often = failed.person >= practice.bind_tries_per_person_day or (
        contact is None
        and (
            (failed.account >= practice.bind_tries_per_account_day and failed.person_on_account > 0)
            or failed.hour >= practice.bind_tries_per_hour
        )
    )
    found = storage.bindings.candidate(session, number)
    account_id = found[0].id if found is not None and found[0].id is not None else _NO_ACCOUNT
    good = storage.bindings.codes(session, account_id, now)
    fitting = _fitting(good, _keyed(secret, f"code:{number}:{code}"))
    phone = (normal_phone(contact.phone) if contact is not None else None) or ""
    registered = found[1].phone if found is not None else "-"
    phone_fits = hmac.compare_digest(phone.encode(), registered.encode())
    if too_often or found is None or not (phone_fits if contact is not None else fitting is not None):
        fits = False
    else:
        fits = contact is not None or (
            fitting is not None and storage.bindings.use_code(session, fitting, now)
        )
    storage.bindings.note_attempt(
        session, person_id=turn.person.id, account_hash=account_hash, succeeded=fits, now=now
    )
    if not fits or found is None:
        turn.go_to("proof", number=number)
        turn.say(
            Reply(
                turn.fill(wording.refused()),
                (Choice("换个户号", "bind"), Choice("人工", "handover"), _CANCEL),
                asks="contact" if _vouches(turn) else None,
            )
        )
        return
    _bind(turn, found[0], proof="contact" if contact is not None else "code")


def _fitting(good: list[OneTimeCode], wanted: str) -> OneTimeCode | None:
    fitting = None
    for one in good:  # all of them: how long it takes says nothing
        if hmac.compare_digest(one.code_hash, wanted):
            fitting = one
    return fitting


def _bind(turn: Turn, account: Account, *, proof: str) -> None:
    assert account.id is not None
    assert turn.person.id is not None
    binding = storage.bindings.add(
        turn.session, person_id=turn.person.id, account_id=account.id, proof=proof, now=turn.now
    )
    forms.take_up(turn)
    name = named(tail(account.number), "")
    if binding is None:
        turn.say(wording.bound_already(name), Choice("我的电费", "bill_view"), Choice("主菜单", "menu"))
        return
    if turn.person.region is None:
        turn.person.region = account.region
        turn.session.add(turn.person)
    turn.say(
        wording.bound(name),
        Choice("我的电费", "bill_view"),
        Choice("起个名字", f"nickname:{binding.id}"),
        Choice("主菜单", "menu"),
    )
    told = {turn.person.id}
    for other in storage.bindings.chats_of(turn.session, [account.id]).get(account.id, []):
        if other.person.id not in told and other.person.id is not None:
            told.add(other.person.id)
            notice = Reply(
                wording.somebody_bound(named(tail(account.number), other.nickname)),
                (Choice("人工", "handover"), Choice("解绑户号", "unbind")),
                kind="notice",
            )
            turn.tell(other.chat, notice, lane=Lane.INTERACTIVE)
    reminders.revive(turn.session, account.id, turn.now)
    forms.offer_draft(turn)


def _keyed(secret: bytes, text: str) -> str:
    return hmac.new(secret, text.encode(), sha256).hexdigest()


def leave(turn: Turn, _argument: str) -> None:
    """End the short dialogue that is open, and go on with a form that waits under it."""
    turn.outcome("action", topic="identity_privacy")
    if turn.conversation is not None and turn.conversation.topic not in FORMS:
        forms.take_up(turn)
    turn.say(wording.left(), Choice("主菜单", "menu"))
    forms.offer_draft(turn)


# -- a name for it


def ask_nickname(turn: Turn, argument: str) -> None:
    """Ask what the customer calls an account of theirs."""
    for account, binding in mine(turn):
        if str(binding.id) == argument:
            forms.set_aside(turn, "nickname", "name", binding=binding.id)
            text = wording.ask_nickname(named(tail(account.number), ""))
            turn.say(Reply(text, (_CANCEL,), kind="question"))
            return
    turn.say(wording.not_yours(), Choice("主菜单", "menu"))


def take_nickname(turn: Turn) -> bool:
    """Keep the name; anything that is no short name is answered as usual."""
    assert turn.conversation is not None
    name = re.sub(r"[{}*\s]", "", turn.text).rstrip("。！!~.")
    if name in forms.CANCEL:
        leave(turn, "")
        return True
    if not name or len(name) > _MAX_NICKNAME:
        return False
    turn.outcome("action", topic="identity_privacy")
    for account, binding in mine(turn):
        if binding.id == turn.conversation.collected["binding"]:
            binding.nickname = name
            turn.session.add(binding)
            forms.take_up(turn)
            kept = wording.nickname_kept(named(tail(account.number), name))
            turn.say(kept, Choice("我的电费", "bill_view"))
            return True
    forms.take_up(turn)
    return False


# -- letting go


def ask_unbind(turn: Turn, _argument: str) -> None:
    """Ask which account is to be unbound; the tap on it does it."""
    turn.outcome("action", topic="identity_privacy")
    accounts = mine(turn)
    if not accounts:
        text = wording.not_in_groups() if in_group(turn) else wording.nothing_bound()
        turn.say(text, Choice("绑定户号", "bind"), Choice("主菜单", "menu"))
        return
    choices = [
        Choice(f"解绑{named(tail(account.number), binding.nickname)}", f"unbind.do:{account.id}")
        for account, binding in accounts
    ]
    turn.say(Reply(wording.ask_unbind(), (*choices, Choice("不解绑", "menu")), kind="question"))


def unbind(turn: Turn, argument: str) -> None:
    """Unbind an account of the one who taps."""
    for account, binding in mine(turn):
        if str(account.id) == argument:
            let_go(turn, account)
            turn.say(wording.unbound(named(tail(account.number), binding.nickname)), Choice("主菜单", "menu"))
            return
    turn.say(wording.not_yours(), Choice("主菜单", "menu"))


def let_go(turn: Turn, account: Account) -> None:
    """Unbind an account and take back what still waits to be sent about it."""
    assert account.id is not None
    assert turn.person.id is not None
    waiting = storage.notices.waiting_for_account(turn.session, account.id, turn.person.id)
    storage.notices.cancel_waiting(turn.session, waiting, "taken back: unbound")
    storage.bindings.remove(turn.session, person_id=turn.person.id, account_id=account.id)


ACTS = {
    "bind": start,
    "bind.leave": leave,
    "nickname": ask_nickname,
    "unbind": ask_unbind,
    "unbind.do": unbind,
}
DIALOGUES = {"bind": listen, "nickname": take_nickname}
