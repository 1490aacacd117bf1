"""Questions that several forms ask: the place or account, and the phone number."""

import re
from collections.abc import Callable
from typing import Any

import storage.people
from handlers.forms.form_shape import Refused, Step
from handlers.masking import tail
from handlers.messages import Message
from handlers.turn import Turn
from handlers.wording import repairs as wording
from storage.models import Account

_ACCOUNT = "account:"
_PHONE = re.compile(r"\+?\d[\d -]{5,16}\d")
LONGEST_PLACE = 60
_SHORT_PLACE = 8
_LEAST_PLACE = 4
_MY_PLACE = re.compile(
    r"[就只]?[有是在]?(?:我们?|咱们?|俺们?|自己)(?:自己)?家?里?|这[里儿边]|家里?|不(?:知道|清楚|晓得)|没有?户号"
)
_PLACE_WORDS = re.compile(
    r"[省市区區县縣镇鎮乡鄉村庄莊屯组組街路道巷弄里裡号號栋棟幢座楼樓层層室院苑园園城厦廈场場店站厂廠校桥橋湾灣坝营寨]"
    r"|单元|單元|公寓|附近|对面|對面|隔壁|旁边|口$"
)


def place_step(
    ask: Callable[[Turn], str],
    *,
    skippable: bool = False,
    then: Callable[[Turn], bool] = lambda _turn: False,
) -> Step:
    """Return the question for a place: a bound account as a button, a shared location, or words."""
    return Step(
        name="place",
        label="地点",
        ask=ask,
        take=_take_place,
        choices=_bound,
        skippable=skippable,
        asks="location",
        then=then,
    )


def phone_step(ask: Callable[[Turn], str]) -> Step:
    """Return the question for a phone number: the own one by a button, or typed; never required."""
    return Step(name="phone", label="联系电话", ask=ask, take=_take_phone, skippable=True, asks="contact")


def words_step(name: str, label: str, ask: Callable[[Turn], str], *, least: int, short: str) -> Step:
    """Return a question for free words; `least` 0 makes it skippable."""

    def take(turn: Turn, _message: Message) -> Any:
        if len(turn.text) < least:
            return Refused(short) if turn.text else None
        return turn.text[: turn.book.practice.words_characters] or None

    return Step(name=name, label=label, ask=ask, take=take, skippable=least == 0, free=True)


def account_of(turn: Turn, place: str) -> Account | None:
    """Return the bound account that was chosen as the place, or None."""
    if not place.startswith(_ACCOUNT):
        return None
    assert turn.person.id is not None
    wanted = int(place.removeprefix(_ACCOUNT))
    for account, _ in storage.people.accounts_of(turn.session, turn.person.id):
        if account.id == wanted:
            return account
    return None


def place_words(turn: Turn, place: str) -> str:
    """Return a kept place as words: an account's own address, else what was said."""
    account = account_of(turn, place)
    return account.address if account is not None else place


def has_accounts(turn: Turn) -> bool:
    """Return whether the one who speaks has a bound account."""
    return bool(_bound(turn))


def tells_place(text: str) -> bool:
    """Return whether words are an address by which a colleague can find the account."""
    return len(text) > _LEAST_PLACE and _PLACE_WORDS.search(text) is not None


def looks_like_phone(text: str) -> bool:
    """Return whether the words are a phone number."""
    return _PHONE.fullmatch(text) is not None


def _bound(turn: Turn) -> tuple[tuple[str, str], ...]:
    assert turn.person.id is not None
    return tuple(
        (
            f"{_ACCOUNT}{account.id}",
            f"{binding.nickname or account.community or '户号'} {tail(account.number)}",
        )
        for account, binding in storage.people.accounts_of(turn.session, turn.person.id)
    )


def _take_place(turn: Turn, message: Message) -> Any:
    if message.location is not None:
        return wording.located(message.location.label)
    if not turn.text:
        return None
    bound = _bound(turn)
    for value, label in bound:
        if turn.text in (label, label.partition(" ")[0]):
            return value
    if _MY_PLACE.fullmatch(turn.text):
        return bound[0][0] if len(bound) == 1 else Refused(wording.where_is_home())
    if len(turn.text) < 2 or (turn.text.isascii() and turn.text.isdigit()):
        return Refused(wording.bad_place())
    assert turn.conversation is not None
    asked_again = turn.conversation.collected.get("place_asked_again")
    if len(turn.text) > _SHORT_PLACE and not _PLACE_WORDS.search(turn.text) and not asked_again:
        # Asked again once, no more: a place may have any name.
        turn.go_to(turn.conversation.step, place_asked_again=True)
        return Refused(wording.noted_but_where(), keep=True)
    return turn.text[:LONGEST_PLACE]


def _take_phone(turn: Turn, message: Message) -> Any:
    if message.contact is not None:
        return message.contact.phone if message.contact.own else Refused(wording.bad_contact())
    if not turn.text:
        return None
    if looks_like_phone(turn.text):
        return turn.text
    if not any(letter.isdigit() for letter in turn.text):
        return Refused(wording.noted_but_phone(), keep=True)
    return Refused(wording.bad_phone())
