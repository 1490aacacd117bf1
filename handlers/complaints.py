"""Complaints, reports, suggestions, praise, disputes: short forms that become tickets with deadlines."""

from typing import Any

from handlers import forms, ticket_opening
from handlers.answers import SWEARING, lead, understand
from handlers.form_shape import Form, Step, register
from handlers.form_steps import account_of, has_accounts, phone_step, place_step, place_words, words_step
from handlers.messages import Choice, Message
from handlers.turn import Turn
from handlers.wording import complaints as wording
from knowledge.rules.ticket_kinds import ticket_kinds

# Which form a topic of the book belongs to; every other topic is a complaint.
_OF_TOPIC = {"report": "report", "suggestion": "suggestion", "praise": "praise", "billing.dispute": "dispute"}
_LEAST_WORDS = 4
_MEANT = 3
_TOLD = 16
_TOLD_AT_ONCE = {"suggestion": 8, "praise": 12}  # characters


def start(turn: Turn, argument: str) -> None:
    """Begin the form that the argument or the topic just understood names, with what was said filled in."""
    kind = argument if argument in FORMS else _OF_TOPIC.get(turn.heard.topic or "", "complaint")
    said = turn.told
    known: dict[str, Any] = {}
    about = ticket_kinds()[kind].entries.get(turn.heard.entry or "")
    if about is not None:
        known["about"] = about
    if said and not wording.ONLY_ASKING.fullmatch(said) and len(said) > _LEAST_WORDS:
        # A long message tells what happened; a short one only that something did, and the question stands.
        told = len(said) >= (_TOLD_AT_ONCE.get(kind, _TOLD))
        known["what" if told else "opening"] = said
    begin(turn, kind, **known)


def begin(turn: Turn, kind: str, **known: Any) -> None:
    """Begin the form of a kind with answers that are known: about, what, place, phone, note."""
    form = FORMS[kind]
    if forms.occupied(turn, form, f"complaint.anew:{kind}"):
        return
    entry = turn.book.library.entries.get(turn.heard.entry or "")
    answer = turn.book.answer(entry, region=turn.region, now=turn.now) if entry is not None else None
    forms.begin(turn, form, first=lead(answer) if answer is not None else "", **known)


def hand_in(turn: Turn) -> None:
    """Open the ticket of the filled form; the same matter within a day is urged instead."""
    conversation = turn.conversation
    assert conversation is not None
    kind = conversation.topic
    collected = dict(conversation.collected)
    place = str(collected.get("place", ""))
    account = account_of(turn, place)
    account_id = account.id if account is not None else None
    if not collected.get("another"):
        known = ticket_opening.same_matter(
            turn,
            kind,
            subtype=_subtype(kind, collected),
            account_id=account_id,
            place=place_words(turn, place),
        )
        if known is not None:
            ticket_opening.offer_urge(turn, known, Choice("另外提交", "complaint.another"))
            return
    about = str(collected.get("about", ""))
    ticket = ticket_opening.open_ticket(
        turn,
        kind=kind,
        subtype=_subtype(kind, collected),
        fields={
            "about": ticket_kinds()[kind].subtypes.get(about, about),
            "description": "；".join(filter(None, (collected.get("opening"), collected.get("what")))),
            "place": place_words(turn, place),
            "phone": collected.get("phone", ""),
            "note": collected.get("note", ""),
        },
        zone=account.zone if account is not None else "urban",
        draft_key=conversation.draft_key,
        account_id=account_id,
        tell=False,
    )
    turn.close_dialogue()
    ticket_opening.say_card(turn, ticket, first=wording.thanks(kind), quiet=False)


def _another(turn: Turn, _argument: str) -> None:
    if turn.conversation is None or turn.conversation.topic not in FORMS:
        forms.resume(turn, "")
        return
    turn.go_to("confirm", another=True)
    hand_in(turn)


def _anew(turn: Turn, kind: str) -> None:
    turn.close_dialogue()
    begin(turn, kind if kind in FORMS else "complaint")


def _subtype(kind: str, collected: dict[str, Any]) -> str:
    about = str(collected.get("about", ""))
    return about if about in ticket_kinds()[kind].subtypes else ""


def _about(turn: Turn, _message: Message) -> Any:
    text = turn.text
    if not text:
        return None
    for value, label in _subtypes_of_complaint(turn):
        if text == label:
            return value
    if understand(turn, text).entry_id == SWEARING:
        return None  # anger is no category; it is answered, and the question stands
    return text[:40]


def _subtypes_of_complaint(_turn: Turn) -> tuple[tuple[str, str], ...]:
    return tuple(ticket_kinds()["complaint"].subtypes.items())


def _what(kind: str) -> Step:
    return words_step(
        "what", "内容", lambda _turn: wording.ask_what(kind), least=_MEANT, short=wording.too_short()
    )


_PLACE = place_step(lambda turn: wording.ask_place(bound=has_accounts(turn)), skippable=True)
_PHONE = phone_step(lambda _turn: wording.ask_phone(anonymous=False))
_PHONE_ANONYMOUS = phone_step(lambda _turn: wording.ask_phone(anonymous=True))
_ABOUT = Step(
    name="about",
    label="类别",
    ask=lambda _turn: wording.ask_about(),
    take=_about,
    choices=_subtypes_of_complaint,
    free=True,
)

_STEPS: dict[str, tuple[Step, ...]] = {
    "complaint": (_ABOUT, _what("complaint"), _PLACE, _PHONE),
    "report": (_what("report"), _PLACE, _PHONE_ANONYMOUS),
    "suggestion": (_what("suggestion"),),
    "praise": (_what("praise"),),
    "dispute": (_what("dispute"), _PLACE, _PHONE),
}

FORMS = {
    kind: register(
        Form(
            topic=kind,
            name=ticket_kinds()[kind].name,
            steps=steps,
            submit=hand_in,
            own_topics=(kind, "complaint"),
        )
    )
    for kind, steps in _STEPS.items()
}

ACTS = {"complaint": start, "complaint.another": _another, "complaint.anew": _anew}
DIALOGUES = dict.fromkeys(FORMS, forms.listen)
