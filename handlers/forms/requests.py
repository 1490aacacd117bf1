"""Every kind of ticket with questions of its own: its file makes the form, and the form a ticket."""

from collections.abc import Mapping
from typing import Any

import storage.tickets
from handlers.acts import perform
from handlers.answering.meaning import lead
from handlers.forms import forms, materials, materials_later, outage_links, paper_sorting
from handlers.forms.form_fields import is_anonymous, step_of_field
from handlers.forms.form_shape import FORMS, Form, register
from handlers.forms.form_steps import account_of, place_words
from handlers.forms.form_waiting import CAME_BACK
from handlers.forms.form_waiting import choices as waiting_choices
from handlers.masking import tail
from handlers.messages import Choice, Reply
from handlers.tickets import ticket_opening
from handlers.turn import Turn
from handlers.wording import requests as wording
from knowledge.library import Entry
from knowledge.rules.outages import extract_place
from knowledge.rules.ticket_kinds import ABOUT, WHAT, TicketKind, kind_begun_by, ticket_kinds
from knowledge.text.normalise import simplified
from storage.models import Account, Ticket

# These have a triage of their own (repairs, danger); their files only name what their cards show.
_OWN_TRIAGE = ("danger", "repair")
_LEAST_WORDS = 4
_ANOTHER = "another"
_TAKE_UP = "继续"


def register_kinds() -> None:
    """Make the form of every kind known; raises BadContent where a kind's file is wrong."""
    for name, kind in ticket_kinds().items():
        if kind.fields and name not in _OWN_TRIAGE:
            register(form_of(kind))


def form_of(kind: TicketKind) -> Form:
    """Return the form that a kind's file describes: its questions, then its papers."""
    steps = [step_of_field(kind, field) for field in kind.fields]
    if not kind.materials:
        return Form(kind.kind, kind.name, tuple(steps), hand_in, own_topics=(kind.kind, "complaint"))
    return Form(
        topic=kind.kind,
        name=kind.name,
        steps=(*steps, materials.step()),
        submit=hand_in,
        own_topics=(kind.kind,),
        waits=True,
        tells=materials.tell,
        sorts=materials.sort_in,
        took=materials.took,
        also=materials.also,
    )


def start(turn: Turn, argument: str) -> None:
    """Begin the form that the argument or the topic just understood names, with what was said filled in."""
    name, _, subtype = argument.partition(":")
    kind = ticket_kinds().get(name) or _of_entry(turn.heard.entry) or _of_topic(turn.heard.topic or "")
    said = turn.told
    known: dict[str, Any] = {}
    about = subtype or kind.entries.get(turn.heard.entry or "")
    if about in kind.subtypes:
        known[ABOUT] = about
    if said and not _only_asks(kind, said) and len(said) > _LEAST_WORDS:
        asks_what = any(field.name == WHAT for field in kind.fields)
        # A long message tells what happened; a short one only that something did, and the question stands.
        told = asks_what and len(said) >= kind.told_at_once
        known[WHAT if told else "opening"] = said
        place = extract_place(said) if kind.family == "service" else None
        if place and any(field.name == "place" for field in kind.fields):
            known["place"] = place
    begin(turn, kind.kind, **known)


def begin(turn: Turn, kind: str, **known: Any) -> None:
    """Begin the form of a kind with answers that are known: about, what, place, phone, note."""
    if kind not in FORMS:
        turn.say(wording.not_here(ticket_kinds()[kind].name), Choice("人工", "handover"))
        return
    form = FORMS[kind]
    if forms.occupied(turn, form, f"request.anew:{kind}"):
        return
    if form.waits and any(one.act == f"form.again:{kind}" for one in waiting_choices(turn)):
        turn.say(
            Reply(
                wording.waits_already(form.name),
                (
                    Choice(f"{_TAKE_UP}{form.name}", f"form.again:{kind}"),
                    Choice(f"重新办{form.name}", f"request.anew:{kind}"),
                ),
                kind="question",
            )
        )
        return
    entry = turn.book.library.entries.get(turn.heard.entry or "")
    answer = turn.book.answer(entry, region=turn.region, now=turn.now) if entry is not None else None
    forms.begin(turn, form, first=lead(answer) if answer is not None else "", **known)


def listen(turn: Turn) -> bool:
    """Begin what words alone ask for (办理过户, 继续过户, 补材料); False where they ask for nothing of it."""
    words = simplified(turn.text).rstrip("。！!.~ ")
    act = _act_of_words(turn, words)
    if act is None:
        return False
    turn.commanded = True
    perform(turn, act)
    return True


def is_word(words: str) -> bool:
    """Return whether words alone begin a request."""
    if words in wording.SERVICES or words in wording.MORE_PAPERS:
        return True
    return kind_begun_by(words) in FORMS


def offers(entry: Entry, region: str) -> list[Choice]:
    """Return the button under an entry's answer to what its asker may want to have done."""
    if region in entry.overrides:
        return []  # a region's own answer says itself who does it there
    return [
        Choice(wording.begin_label(kind.name), f"request:{kind.kind}:{kind.entries[entry.id]}".rstrip(":"))
        for kind in ticket_kinds().values()
        if entry.id in kind.entries and entry.action is None and kind.kind in FORMS
    ][:1]


def services(turn: Turn, _argument: str) -> None:
    """Show everything that can be asked for."""
    choices = tuple(
        Choice(kind.name, f"request:{kind.kind}")
        for kind in ticket_kinds().values()
        if kind.family == "service" and kind.kind in FORMS
    )
    turn.say(Reply(wording.services(), (*choices, Choice("人工", "handover")), kind="question"))


def hand_in(turn: Turn) -> None:
    """Open the ticket of the filled form; the same matter told again is urged instead."""
    conversation = turn.conversation
    assert conversation is not None
    kind = ticket_kinds()[conversation.topic]
    collected = dict(conversation.collected)
    if kind.materials and materials.hold_up(turn):
        return
    anonymous = is_anonymous(collected)
    account = _account(turn, kind, collected)
    place = place_words(turn, str(collected.get("place", "")))
    account_id = account.id if account is not None and not anonymous else None
    if not collected.get(_ANOTHER):
        known = ticket_opening.same_matter(
            turn, kind.kind, subtype=_subtype(kind, collected), account_id=account_id, place=place
        )
        if known is not None:
            ticket_opening.offer_urge(turn, known, Choice("另外提交", "request.another"))
            return
    cause = (
        outage_links.recent_at(turn, account, place, within=kind.outage_within)
        if kind.outage_within and not anonymous
        else None
    )
    ticket = ticket_opening.open_ticket(
        turn,
        kind=kind.kind,
        subtype=_subtype(kind, collected),
        fields=_fields(turn, kind, collected, place, account if not anonymous else None),
        zone=account.zone if account is not None else "urban",
        draft_key=conversation.draft_key,
        account_id=account_id,
        outage_id=cause.id if cause is not None else None,
        anonymous=anonymous,
        tell=False,
    )
    for _ in range(int(collected.get(CAME_BACK, 0))):
        storage.tickets.note(
            turn.session, ticket, at=turn.now, kind=materials_later.CAME_BACK, actor="customer"
        )
    turn.close_dialogue()
    ticket_opening.say_card(turn, ticket, first=_thanks(turn, kind, ticket), quiet=False)


def _thanks(turn: Turn, kind: TicketKind, ticket: Ticket) -> str:
    line = turn.fill(kind.thanks or wording.thanks(kind.family, kind.name))
    missing = paper_sorting.of_ticket(turn.session, ticket).missing
    return f"{line}\n{wording.missing_papers([one.label for one in missing])}" if missing else line


def _fields(
    turn: Turn, kind: TicketKind, collected: Mapping[str, Any], place: str, account: Account | None
) -> dict[str, Any]:
    """Return what the ticket keeps: choices as they read, days and parts of days as they are kept."""
    about = str(collected.get(ABOUT, ""))
    fields: dict[str, Any] = {
        ABOUT: kind.subtypes.get(about, about),
        "description": "；".join(filter(None, (collected.get("opening"), collected.get(WHAT)))),
        "account": tail(account.number) if account is not None else "",
    }
    for field in kind.fields:
        value = collected.get(field.name)
        if field.name in (ABOUT, WHAT) or field.type == "identity" or value in (None, ""):
            continue
        if field.type in ("place", "account") and account_of(turn, str(value)) is not None:
            value = place if field.name == "place" else fields["account"]
        fields[field.name] = field.choices.get(str(value), value)
    fields["note"] = collected.get("note", "")
    if any(field.type == "phone" for field in kind.fields) and is_anonymous(collected):
        fields.pop("phone", None)
    return fields


def _account(turn: Turn, kind: TicketKind, collected: Mapping[str, Any]) -> Account | None:
    for field in kind.fields:
        if field.type in ("account", "place"):
            account = account_of(turn, str(collected.get(field.name, "")))
            if account is not None:
                return account
    return None


def _subtype(kind: TicketKind, collected: Mapping[str, Any]) -> str:
    about = str(collected.get(ABOUT, ""))
    return about if about in kind.subtypes else ""


def _of_entry(entry: str | None) -> TicketKind | None:
    """Return the kind that an entry leads to by name, before its topic is looked at."""
    return next((kind for kind in ticket_kinds().values() if entry in kind.entries), None)


def _of_topic(topic: str) -> TicketKind:
    """Return the kind that a topic of the book belongs to; every other topic is a complaint."""
    kinds = ticket_kinds()
    return next((kind for kind in kinds.values() if topic in kind.topics), kinds["complaint"])


def _only_asks(kind: TicketKind, said: str) -> bool:
    """Return whether words only ask for the form: nothing to keep then."""
    bare = said
    for word in sorted((*kind.words, kind.name), key=len, reverse=True):
        bare = bare.replace(word, "")
    return wording.ONLY_ASKING.fullmatch(bare) is not None


def _act_of_words(turn: Turn, words: str) -> str | None:
    if words in wording.SERVICES:
        return "services"
    if words in wording.MORE_PAPERS:
        return _more_papers(turn)
    begun = kind_begun_by(words)
    if begun in FORMS:
        return f"request:{begun}"
    if not words.startswith(_TAKE_UP):
        return None
    named = words.removeprefix(_TAKE_UP)
    kind = next((one.kind for one in ticket_kinds().values() if one.name == named), "")
    if kind not in FORMS:
        return None
    open_now = turn.conversation is not None and turn.conversation.topic == kind
    return "form.resume" if open_now else f"form.again:{kind}"


def _more_papers(turn: Turn) -> str:
    """Return the act for 补材料: the form that waits for papers, else the newest ticket that does."""
    if turn.conversation is not None and turn.conversation.topic in FORMS:
        return "form.resume"
    waiting = waiting_choices(turn)
    return waiting[0].act if waiting else "materials.add:"


def _another(turn: Turn, _argument: str) -> None:
    if turn.conversation is None or turn.conversation.topic not in ticket_kinds():
        forms.resume(turn, "")
        return
    turn.go_to("confirm", **{_ANOTHER: True})
    hand_in(turn)


def _anew(turn: Turn, kind: str) -> None:
    """Begin a form from its first question; what was told before is thrown away."""
    turn.close_dialogue()
    if kind not in FORMS:
        kind = "complaint"
    forms.begin(turn, FORMS[kind])


ACTS = {
    "request": start,
    "request.another": _another,
    "request.anew": _anew,
    "services": services,
    # As buttons said that may still be tapped, and as entries of the book say.
    "complaint": start,
    "complaint.another": _another,
    "complaint.anew": _anew,
}
