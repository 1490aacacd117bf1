"""Reporting a fault: three questions of triage, the place, a look at the known outages, then a ticket."""

import re
from typing import Any

import storage.bills
import storage.evidence
import storage.people
import storage.tickets
from handlers.answering.meaning import lead
from handlers.forms import form_waiting, forms, materials_later
from handlers.forms.form_shape import Form, Step, register
from handlers.forms.form_steps import (
    account_of,
    has_accounts,
    phone_step,
    place_step,
    place_words,
    words_step,
)
from handlers.masking import tail
from handlers.messages import Choice, Message, Reply
from handlers.tickets import evidence, ticket_opening
from handlers.turn import Turn
from handlers.wording import general
from handlers.wording import repairs as wording
from knowledge.rules.outages import extract_place
from knowledge.rules.ticket_kinds import name_of
from storage.models import OPEN_STATES

TOPIC = "repair"
_OF_TOPIC = {
    "repair.low_voltage": "voltage",
    "repair.facility": "facility",
    "repair.no_power_single": "single",
}
# Out in the country the promised times are longer ones; where the words leave it open, the town's hold.
_RURAL = re.compile(
    r"(?<!新)[村屯寨](?!.*(?:小区|[栋棟幢]|号楼|單元|单元))|[一二三四五六七八九十\d][组組]|[乡鄉](?!.*[路街])"
)
_REMOTE = re.compile(r"牧区|牧场|海岛|山区|深山|林场")


def start(turn: Turn, argument: str) -> None:
    """Begin a report with what was said already: the kind of fault, the place, the words themselves."""
    said = turn.told
    if wording.ONLY_ASKING.fullmatch(said):
        said = ""
    subtype = argument or (_OF_TOPIC.get(turn.heard.topic or "", "") if said else "")
    known: dict[str, Any] = {}
    if subtype == "single":
        known["scope"] = "mine"
    elif subtype in ("building", "area"):
        known["scope"] = subtype
    elif subtype:
        known["subtype"] = subtype
    if said:
        known["description"] = said
        place = extract_place(said)
        if place:
            known["place"] = place
    if forms.occupied(turn, FORM, f"repair.anew:{argument}"):
        return
    entry = turn.book.library.entries.get(turn.heard.entry or "") if said else None
    answer = turn.book.answer(entry, region=turn.region, now=turn.now) if entry is not None else None
    forms.begin(turn, FORM, first=lead(answer) if answer is not None else "", **known)


def hand_in(turn: Turn) -> None:
    """Open the ticket of the filled form."""
    conversation = turn.conversation
    assert conversation is not None
    collected = dict(conversation.collected)
    place = str(collected.get("place", ""))
    account = account_of(turn, place)
    words = place_words(turn, place)
    scope = str(collected.get("scope", ""))
    ticket = ticket_opening.open_ticket(
        turn,
        kind="repair",
        subtype=str(collected.get("subtype") or ("single" if scope == "mine" else "no_power")),
        fields={
            "description": collected.get("description", ""),
            "place": words,
            "account": tail(account.number) if account is not None else "",
            "scope": dict(wording.SCOPES).get(scope, scope),
            "light": dict(wording.LIGHTS).get(str(collected.get("light", "")), collected.get("light", "")),
            "phone": collected.get("phone", ""),
            "note": collected.get("note", ""),
        },
        zone=account.zone if account is not None else zone_of(words),
        draft_key=conversation.draft_key,
        account_id=account.id if account is not None else None,
    )
    turn.close_dialogue()
    turn.heard.ticket = ticket.number
    if scope == "mine" and not has_accounts(turn):
        turn.say(wording.may_be_unpaid(), Choice("绑定户号", "bind"))


def zone_of(place: str) -> str:
    """Return urban, rural or remote by the words of a place."""
    if _REMOTE.search(place):
        return "remote"
    return "rural" if _RURAL.search(place) else "urban"


def take_unasked(turn: Turn) -> None:
    """Keep what came without words, and ask what it is for; nothing is taken for nothing."""
    turn.outcome("action")
    message = turn.message
    if message.attachments or message.location:
        added = evidence.keep_loose(turn)
        assert turn.person.id is not None
        open_tickets = [
            one
            for one in storage.tickets.of_person(turn.session, turn.person.id, limit=2)
            if one.state in OPEN_STATES
        ]
        choices = [
            Choice(f"补充到{name_of(one.kind)}工单", f"ticket.add:{one.number}") for one in open_tickets[:1]
        ]
        choices += [*form_waiting.choices(turn), *materials_later.choices(turn)]
        choices += [Choice("报修", "repair"), Choice("投诉", "complaint"), Choice("其他", "handover")]
        turn.say(Reply(wording.got_parts(added), tuple(choices), kind="question"))
        return
    turn.outcome("smalltalk", topic="greeting_smalltalk")
    text = wording.got_contact() if message.contact is not None else general.said_nothing()
    turn.say(text, Choice("报修", "repair"), Choice("绑定户号", "bind"), Choice("主菜单", "menu"))


# -- between the questions


def _after_scope(turn: Turn) -> bool:
    """Look at once where the place was told together with the scope."""
    assert turn.conversation is not None
    return "place" in turn.conversation.collected and _after_place(turn)


def _after_light(turn: Turn) -> bool:
    assert turn.conversation is not None
    hint = wording.hint(str(turn.conversation.collected.get("light", "")))
    if hint:
        turn.say(hint)
    return False


def _after_place(turn: Turn) -> bool:
    """Look for a ticket or an outage that is known for this place; True where one was shown."""
    from handlers.outages import outages

    assert turn.conversation is not None
    collected = turn.conversation.collected
    place = str(collected.get("place", ""))
    account = account_of(turn, place)
    words = place_words(turn, place)
    if not collected.get("another"):
        known = ticket_opening.same_matter(
            turn, "repair", account_id=account.id if account is not None else None, place=words
        )
        if known is not None:
            ticket_opening.offer_urge(turn, known, Choice("不是一回事，另报", "repair.another"))
            return True
    if not collected.get("different") and not collected.get("subtype"):
        found = outages.known_at_account(turn, account) if account else outages.known_at(turn, words)
        if found is not None:
            turn.say(
                Reply(
                    wording.known_outage(outages.describe(turn, found)),
                    (
                        Choice("我家情况不同，报修", "repair.different"),
                        Choice("知道了，等来电", "repair.wait"),
                        Choice("人工", "handover"),
                    ),
                    kind="question",
                )
            )
            return True
    if account is not None and collected.get("scope") == "mine":
        _say_unpaid(turn, account.id or 0)
    return False


def _say_unpaid(turn: Turn, account_id: int) -> None:
    """Say neutrally that a bound account is not paid up, where it is not."""
    assert turn.person.id is not None
    for account, _ in storage.people.accounts_of(turn.session, turn.person.id):
        if account.id != account_id:
            continue
        if account.contract_type == "prepaid":
            if account.balance_fen is not None and account.balance_fen <= 0:
                turn.say(wording.prepaid_empty(tail(account.number)))
            continue
        bills = storage.bills.unpaid(turn.session, [account_id]).get(account_id, [])
        if any(bill.due_on < turn.book.today(turn.now) for bill in bills):
            turn.say(wording.owes(tail(account.number)))


def _go_on(note: str) -> Any:
    def act(turn: Turn, _argument: str) -> None:
        if turn.conversation is None or turn.conversation.topic != TOPIC:
            forms.resume(turn, "")
            return
        turn.outcome("action", topic=TOPIC)
        turn.go_to(turn.conversation.step, **{note: True})
        if not _after_place(turn):
            forms.ask_next(turn, FORM)

    return act


def _wait(turn: Turn, _argument: str) -> None:
    if turn.conversation is not None and turn.conversation.topic == TOPIC:
        turn.close_dialogue()
    turn.say(wording.waits_for_it(), Choice("还要报修", "repair.anew:"), Choice("主菜单", "menu"))


def _anew(turn: Turn, argument: str) -> None:
    turn.close_dialogue()
    start(turn, argument)


# -- the form


_HEARD = (
    ("mine", re.compile(r"(就|只|光|仅).{0,4}(我|俺|咱|自)|我家|自己家|邻居.*有电|别人.*有电|楼道.*亮")),
    ("building", re.compile(r"整?栋|楼道|单元|整个?楼|楼上楼下|邻居")),
    ("area", re.compile(r"整?片|小区|附近|周围|全村|村里|整条|街|路灯|都没|到处|全部")),
    ("tripped", re.compile(r"跳(?!表)|推不上|合不上|空开|漏保")),
    ("dark", re.compile(r"(表|屏).{0,4}(不亮|黑|没亮|不显|灭)|不亮")),
    ("lit", re.compile(r"(表|屏|灯).{0,4}(亮|正常|有显)|^亮")),
    ("unknown", re.compile(r"不知|不清|不懂|看不|没看|不会|不敢|找不")),
)


def _heard(text: str, choices: tuple[tuple[str, str], ...]) -> str:
    """Return which of the choices the words mean, or nothing."""
    values = {value for value, _ in choices}
    for value, label in choices:
        if text == label or (len(text) >= 2 and text in label):
            return value
    return next((value for value, pattern in _HEARD if value in values and pattern.search(text)), "")


def _take_scope(turn: Turn, _message: Message) -> Any:
    assert turn.conversation is not None
    place = extract_place(turn.text) if turn.text else None
    if place and "place" not in turn.conversation.collected:
        turn.go_to("scope", place=place)  # told before it was asked for
    return _heard(turn.text, wording.SCOPES) or ("" if place else None)


def _take_light(turn: Turn, _message: Message) -> Any:
    # What is seen in other words is worth keeping.
    return _heard(turn.text, wording.LIGHTS) or turn.text[:40] or None


FORM = register(
    Form(
        topic=TOPIC,
        name="报修",
        steps=(
            Step(
                name="scope",
                label="范围",
                ask=lambda _turn: wording.ask_scope(),
                take=_take_scope,
                choices=lambda _turn: wording.SCOPES,
                when=lambda collected: not collected.get("subtype"),
                then=_after_scope,
            ),
            Step(
                name="light",
                label="电表/开关",
                ask=lambda _turn: wording.ask_light(),
                take=_take_light,
                choices=lambda _turn: wording.LIGHTS,
                when=lambda collected: collected.get("scope") == "mine",
                then=_after_light,
            ),
            place_step(lambda turn: wording.ask_place(bound=has_accounts(turn)), then=_after_place),
            words_step(
                "description",
                "情况",
                lambda turn: turn.fill(wording.ask_description()),
                least=0,
                short="",
            ),
            phone_step(lambda _turn: wording.ask_phone()),
        ),
        submit=hand_in,
        own_topics=("repair.no_power_single", "repair.low_voltage", "repair.facility", "outage.query"),
    )
)

ACTS = {
    "repair": start,
    "repair.anew": _anew,
    "repair.another": _go_on("another"),
    "repair.different": _go_on("different"),
    "repair.wait": _wait,
}
