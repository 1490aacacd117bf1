"""The questions of a form as a kind's file lists them: what each type takes, refuses and shows."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.answering.meaning import SWEARING, understand
from handlers.forms.form_shape import Refused, Step
from handlers.forms.form_steps import (
    LONGEST_PLACE,
    account_of,
    has_accounts,
    phone_step,
    place_step,
    tells_place,
    words_step,
)
from handlers.forms.form_values import read_date, read_number
from handlers.messages import Message
from handlers.money.binding import read_number as read_account_number
from handlers.turn import Turn
from handlers.wording import requests as wording
from knowledge.rules import slots
from knowledge.rules.calendars import WorkCalendar, calendar_of
from knowledge.rules.ticket_kinds import ABOUT, Asked, TicketKind
from knowledge.text.normalise import normalise, simplified
from knowledge.text.numbers import canonical_numbers

ANONYMOUS = "anonymous"
_SLOT_DAY = "slot_day"  # a day that was named without its part, until the part is named too
_FEW = 8  # characters up to which words may be near to a choice
_EMPTY = set("的了是我在有不要用个")
_LONGEST = 40  # characters of other words than the choices
_ANYWHERE = re.compile(r"不知道|不清楚|不记得|忘了|没有?户号")


def step_of_field(kind: TicketKind, field: Asked) -> Step:
    """Return the question that a kind's file lists, as a form asks it."""
    step = _MAKERS[field.type](kind, field)
    return replace(
        step,
        name=field.name,
        label=field.label,
        skippable=not field.required,
        when=_asked_when(kind, field),
    )


def is_anonymous(collected: Mapping[str, Any]) -> bool:
    """Return whether somebody chose to stay unknown."""
    return ANONYMOUS in (collected.get("identity"), collected.get("anonymous"))


def slot_of(turn: Turn, value: str) -> slots.Slot:
    """Return the part of a day that was chosen."""
    return slots.slot_of(value, calendar(turn))


def calendar(turn: Turn) -> WorkCalendar:
    """Return the working days of where this person is supplied."""
    return calendar_of(turn.home)


# -- one maker for each type


def _words(_kind: TicketKind, field: Asked) -> Step:
    step = words_step(
        field.name,
        field.label,
        _asking(field),
        least=field.least or 0,
        short=field.wrong or wording.too_short(),
    )
    take = step.take

    def take_matching(turn: Turn, message: Message) -> Any:
        if turn.text and field.pattern and not re.fullmatch(field.pattern, turn.text):
            return Refused(field.wrong or wording.wrong_form(field.label))
        return take(turn, message)

    return replace(step, take=take_matching)


def _place(_kind: TicketKind, field: Asked) -> Step:
    def ask(turn: Turn) -> str:
        pick = wording.pick_account() if has_accounts(turn) and not _unknown(turn) else ""
        return _question(turn, field) + pick

    step = place_step(ask)
    bound = step.choices
    return replace(step, choices=lambda turn: () if _unknown(turn) else bound(turn))


def _account(_kind: TicketKind, field: Asked) -> Step:
    place = _place(_kind, field)

    def take(turn: Turn, _message: Message) -> Any:
        if not turn.text:
            return None
        for value, label in place.choices(turn):
            if turn.text in (label, label.partition(" ")[0]):
                return value
        number = read_account_number(turn.text, alone=True)
        if number is not None:
            return number
        unknown = _ANYWHERE.search(simplified(turn.text)) is not None
        if unknown and not field.required:
            return ""
        if not unknown and tells_place(turn.text):
            return turn.text[:LONGEST_PLACE]  # who has no number at hand has an address
        return Refused(field.wrong or wording.no_account_number(skippable=not field.required))

    def reads(turn: Turn, value: Any) -> str:
        account = account_of(turn, str(value))
        if account is None:
            return str(value)
        return next((label for kept, label in place.choices(turn) if kept == value), account.address)

    return replace(place, take=take, asks=None, reads=reads)


def _phone(_kind: TicketKind, field: Asked) -> Step:
    step = phone_step(_asking(field))
    take = step.take

    def take_required(turn: Turn, message: Message) -> Any:
        taken = take(turn, message)
        if isinstance(taken, Refused) and field.required and not taken.keep:
            return Refused(field.wrong or wording.wrong_phone())
        return taken

    return replace(step, take=take_required)


def _choice(kind: TicketKind, field: Asked) -> Step:
    of_subtypes = field.name == ABOUT and not field.choices
    choices = tuple((kind.subtypes if of_subtypes else field.choices).items())

    def take(turn: Turn, _message: Message) -> Any:
        text = turn.text.rstrip("。！!.～~ ")
        if not text:
            return None
        value = _chosen(simplified(text), choices)
        if value is not None:
            return value
        if understand(turn, text).entry_id == SWEARING:
            return None  # anger is no category; it is answered, and the question stands
        if field.open:
            return text[:_LONGEST]
        value = _nearest(simplified(text), choices)
        if value is not None:
            return value
        return Refused(field.wrong or wording.choose_one([label for _, label in choices]))

    return _step(field, take, choices=lambda _turn: choices, free=field.open)


def _identity(_kind: TicketKind, field: Asked) -> Step:
    choices = (("named", wording.NAMED), (ANONYMOUS, wording.ANONYMOUS))

    def take(turn: Turn, _message: Message) -> Any:
        if not turn.text:
            return None
        words = simplified(turn.text)
        if re.search(r"匿名|不留|不想?实名|保密", words):
            return ANONYMOUS
        return "named" if "实名" in words else Refused(wording.named_or_not(), keep=True)

    def then(turn: Turn) -> bool:
        assert turn.conversation is not None
        if turn.conversation.collected.get(field.name) == ANONYMOUS:
            turn.go_to(field.name, anonymous=ANONYMOUS)
            turn.say(wording.anonymous_told())
        else:
            turn.go_to(field.name, anonymous="")
        return False

    return _step(field, take, choices=lambda _turn: choices, then=then)


def _date(_kind: TicketKind, field: Asked) -> Step:
    def outdated(turn: Turn, value: Any) -> str:
        on, today = date.fromisoformat(str(value)), turn.book.today(turn.now)
        first, last = field.days
        ahead = (on - today).days
        if ahead < first:
            return field.wrong or wording.day_too_early(on, today, first)
        return (field.wrong or wording.day_too_late(on, today, last)) if ahead > last else ""

    def take(turn: Turn, _message: Message) -> Any:
        if not turn.text:
            return None
        on = read_date(turn.text, turn.book.today(turn.now), field.days)
        if on is None:
            return Refused(wording.unread_day(passed=field.days[1] <= 0))
        sentence = outdated(turn, on.isoformat())
        return Refused(sentence) if sentence else on.isoformat()

    def reads(turn: Turn, value: Any) -> str:
        return wording.day(date.fromisoformat(str(value)), turn.book.today(turn.now))

    return _step(field, take, reads=reads, outdated=outdated)


def _slot(kind: TicketKind, field: Asked) -> Step:
    def choices(turn: Turn) -> tuple[tuple[str, str], ...]:
        today = turn.book.today(turn.now)
        on = _day_named(turn)
        free = (
            slots.of_day(kind.team, calendar(turn), turn.now, on)
            if on is not None
            else slots.offered(kind.team, calendar(turn), turn.now, field.days)
        )
        return tuple((slot.key, wording.slot(slot.on, slot.name, today)) for slot in free)

    def outdated(turn: Turn, value: Any) -> str:
        slot = slot_of(turn, str(value))
        free = slots.of_day(kind.team, calendar(turn), turn.now, slot.on)
        return "" if slot.key in [one.key for one in free] else wording.slot_passed()

    def take(turn: Turn, _message: Message) -> Any:
        if not turn.text:
            return None
        for value, label in choices(turn):
            if turn.text == label:
                return value
        return _read_slot(turn, kind.team, field)

    def reads(turn: Turn, value: Any) -> str:
        slot = slot_of(turn, str(value))
        return wording.slot(slot.on, slot.name, turn.book.today(turn.now), slot.begins, slot.ends)

    return _step(field, take, choices=choices, reads=reads, outdated=outdated)


def _number(_kind: TicketKind, field: Asked) -> Step:
    def take(turn: Turn, _message: Message) -> Any:
        if not turn.text:
            return None
        value = read_number(turn.text)
        if value is None:
            return Refused(field.wrong or wording.no_number())
        low, high = field.least, field.most
        if (low is not None and value < low) or (high is not None and value > high):
            return Refused(field.wrong or wording.number_out_of_bounds(low, high))
        return f"{value:f}"

    return _step(field, take)


_MAKERS: dict[str, Callable[[TicketKind, Asked], Step]] = {
    "words": _words,
    "place": _place,
    "account": _account,
    "phone": _phone,
    "choice": _choice,
    "identity": _identity,
    "date": _date,
    "slot": _slot,
    "number": _number,
}


# -- inside


def _step(field: Asked, take: Callable[[Turn, Message], Any], **more: Any) -> Step:
    return Step(name=field.name, label=field.label, ask=_asking(field), take=take, **more)


def _asking(field: Asked) -> Callable[[Turn], str]:
    return lambda turn: _question(turn, field)


def _question(turn: Turn, field: Asked) -> str:
    return turn.fill(f"{field.ask}\n{field.hint}" if field.hint else field.ask)


def _asked_when(kind: TicketKind, field: Asked) -> Callable[[Mapping[str, Any]], bool]:
    hides = field.type == "phone" and any(one.type == "identity" for one in kind.fields)

    def asked(collected: Mapping[str, Any]) -> bool:
        if field.subtypes and collected.get(ABOUT) not in field.subtypes:
            return False
        return not (hides and is_anonymous(collected))

    return asked


def _unknown(turn: Turn) -> bool:
    return turn.conversation is not None and is_anonymous(turn.conversation.collected)


def _chosen(text: str, choices: tuple[tuple[str, str], ...]) -> str | None:
    """Return the choice that is meant: its label, its number, or words that are in one label only."""
    for value, label in choices:
        if text == label:
            return value
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(choices):
        return choices[int(text) - 1][0]
    near = [value for value, label in choices if (len(text) >= 2 and text in label) or label in text]
    return near[0] if len(near) == 1 else None


def _nearest(text: str, choices: tuple[tuple[str, str], ...]) -> str | None:
    """Return the choice that shares most characters with a few words (自己的: 自有住房), None in a tie."""
    if len(text) > _FEW:
        return None
    shared = sorted(((len(set(text) & set(label) - _EMPTY), value) for value, label in choices), reverse=True)
    return shared[0][1] if shared[0][0] > shared[1][0] else None


def _day_named(turn: Turn) -> date | None:
    assert turn.conversation is not None
    named = turn.conversation.collected.get(_SLOT_DAY)
    return date.fromisoformat(named) if named else None


def _read_slot(turn: Turn, team: str, field: Asked) -> Any:
    """Return the part of a day that words name, or why it cannot be had; a day alone is remembered."""
    today = turn.book.today(turn.now)
    words = canonical_numbers(normalise(turn.text))
    span = slots.span_in(words)
    on = read_date(turn.text, today, (0, 1)) or read_date(turn.text, today, (-1, 0)) or _day_named(turn)
    assert turn.conversation is not None
    if on is None:
        return Refused(wording.unread_slot(slots.names_of(team)))
    turn.go_to(turn.conversation.step, **{_SLOT_DAY: None})
    first, last = field.days
    if not max(first, 0) <= (on - today).days <= last:
        return Refused(wording.slot_day_out_of_bounds(on, today, first, last))
    free = slots.of_day(team, calendar(turn), turn.now, on)
    if not free:
        return Refused(wording.no_slots_that_day(on, today, every_day=slots.works_every_day(team)))
    if span is None and slots.any_time(words):
        return free[0].key
    if span is None:
        turn.go_to(turn.conversation.step, **{_SLOT_DAY: on.isoformat()})
        return Refused(wording.which_part(on, today, [slot.name for slot in free]))
    chosen = next((slot for slot in free if slot.span == span), None)
    if chosen is None:
        turn.go_to(turn.conversation.step, **{_SLOT_DAY: on.isoformat()})
        return Refused(wording.part_taken(on, today, [slot.name for slot in free]))
    return chosen.key
