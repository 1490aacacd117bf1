"""Answering a question from the book: sure, or asking which, or saying that we do not know."""

from handlers.acts import perform
from handlers.answering import carried, feedback
from handlers.answering.answer_form import answer_reply, composed, next_part
from handlers.answering.meaning import SWEARING, region_named, understand
from handlers.forms import forms
from handlers.messages import Candidate, Choice, Reply
from handlers.small_words import says_nothing
from handlers.turn import Turn
from handlers.wording import general
from handlers.wording.forms import QUESTION_SHAPE
from knowledge.follow_up import core_of
from knowledge.library import Answer, Entry
from knowledge.rules.regions import region_name
from knowledge.text.normalise import normalise, simplified
from knowledge.understanding import Understanding

# What an entry's action means at the desk. Those not named here are plain answers.
ACTIONS = {
    "bill_calculator": "bill",
    "bill_view": "bill_view",
    "outage_lookup": "outage",
    "repair": "repair",
    "complaint": "complaint",
    "tickets": "tickets",
    "urge": "urge",
    "handover": "handover",
    "bind": "bind",
    "unbind": "unbind",
    "promise_to_pay": "promise",
    "opt_out": "opt_out",
    "danger": "danger",
}

# Topics whose place is where something happens, not whose prices are asked for.
_OF_ONE_PLACE = ("outage.", "repair.", "emergency")
# Somebody who has a ticket and waits means that ticket.
_WAITING = ("ambiguous.not_yet", "outage.eta.crew", "outage.eta.arrive")
_NO_QUESTION = ("smalltalk", "ask_back")
_FEW_WORDS = 12  # characters up to which an answer to 您问的是哪一个 may go on with the question


def listen(turn: Turn) -> None:
    """Understand what was typed and answer it, act on it, ask which, or admit that we do not know."""
    if says_nothing(turn.text):
        turn.outcome("smalltalk", topic="greeting_smalltalk")
        turn.say(general.only_signs(), Choice("报修", "repair"), *_ways_out())
        return
    from handlers.outages import outages

    if not outages.follow_up(turn):
        answer_text(turn, turn.text)


def answer_text(turn: Turn, text: str) -> None:
    """Answer a text as if it had been typed."""
    from handlers.outages import outages

    meant = understand(turn, text)
    text, meant = _with_what_was_asked(turn, text, meant)
    turn.heard.score = round(meant.score, 4)
    turn.heard.candidates = tuple(
        Candidate(one.entry_id, one.question, round(one.score, 4)) for one in meant.candidates
    )
    same = _same_act(turn, meant)
    if same is not None:
        show(turn, same, text=text)
    elif _may_name_outage(meant) and text == turn.text and outages.look_up_named(turn):
        turn.remember(unclear=None, entry=None, last="outage")
    elif meant.outcome == "unclear" and not _candidates(turn, meant) and _asks_back(turn, meant):
        show(turn, turn.book.library.entries[meant.candidates[0].entry_id], text=text)
    elif meant.outcome == "unclear":
        ask_which(turn, meant, asked=text)
    elif meant.entry_id is not None and meant.outcome in ("found", "smalltalk"):
        show(turn, turn.book.library.entries[meant.entry_id], text=text, also=meant.also)
    elif meant.outcome == "danger":
        # The danger rules have been asked before; this is the search's own suspicion.
        turn.outcome("unclear", topic="emergency")
        turn.say(Reply(general.unclear(), (Choice("有危险，马上处理", "danger"), *_ways_out())))
    else:
        do_not_know(turn, meant)
    feedback.keep_miss(turn, text)


def _asks_back(turn: Turn, meant: Understanding) -> bool:
    """Whether the likeliest entry is one that asks for more words."""
    return turn.book.library.entries[meant.candidates[0].entry_id].action == "ask_back"


def _same_act(turn: Turn, meant: Understanding) -> Entry | None:
    """Return the likeliest entry where all that may be meant comes to the same act: no need to ask which."""
    if meant.outcome != "unclear" or not meant.candidates:
        return None
    entries = [turn.book.library.entries[one.entry_id] for one in meant.candidates]
    acts = {ACTIONS.get(entry.action or "") for entry in entries}
    return entries[0] if len(acts) == 1 and None not in acts else None


def _may_name_outage(meant: Understanding) -> bool:
    return meant.outcome == "unknown" or (
        meant.outcome == "unclear" and (meant.topic or "").startswith("outage.")
    )


def _with_what_was_asked(turn: Turn, text: str, meant: Understanding) -> tuple[str, Understanding]:
    """Return few words read with the question that we had asked back about, where that makes it clear."""
    asked = turn.recall("asked_which")
    entries = turn.book.library.entries
    clear = meant.entry_id is not None and entries[meant.entry_id].action not in ("ask_back", "smalltalk")
    if not asked or len(text) > _FEW_WORDS or clear:
        return text, meant
    more = core_of(normalise(text))
    for whole in (f"{more}{asked}", f"{asked}{more}"):
        together = understand(turn, whole)
        if together.entry_id is not None and entries[together.entry_id].action != "ask_back":
            return whole, together
    return text, meant


def ask_which(turn: Turn, meant: Understanding, *, asked: str = "") -> None:
    """Offer the candidates as buttons; the second time in a row, a person instead."""
    from handlers.handover import handover

    turn.outcome("unclear", topic=meant.topic)
    if any(one.entry_id == SWEARING for one in meant.candidates) and handover.angry(turn):
        return
    if _asked_back_before(turn):
        return
    turn.remember(asked_which=feedback.kept_words(asked) or None)
    choices = _candidates(turn, meant)
    text, out = general.unclear(), [Choice("都不是", "none")]
    if any(one.entry_id == SWEARING for one in meant.candidates):
        text, out = general.unclear_angry(), [Choice("投诉", "complaint"), Choice("人工", "handover")]
    _offer(turn, Reply(text, (*choices, *out), kind="question"))


def _asked_back_before(turn: Turn) -> bool:
    """Offer a person where we have asked back already; else note that we do so now."""
    if turn.recall("unclear"):
        _offer_person(turn, general.still_unclear())
        return True
    turn.remember(unclear=True)
    return False


def _offer_person(turn: Turn, text: str) -> None:
    """Offer a person and nothing that has to be said again; stays so until something is understood."""
    turn.remember(unclear=True, choices=None, asked_which=None)
    turn.say(text, Choice("人工", "handover"), Choice("主菜单", "menu"))


def _candidates(turn: Turn, meant: Understanding) -> list[Choice]:
    """Return what may be meant as buttons; small talk and asking back are no questions one could ask."""
    entries = turn.book.library.entries
    return [
        Choice(one.question, f"answer:{one.entry_id}")
        for one in meant.candidates[:4]
        if entries[one.entry_id].action not in _NO_QUESTION
    ]


def do_not_know(turn: Turn, meant: Understanding | None = None) -> None:
    """Say that we do not know, and offer a person and what we can do."""
    turn.outcome("unknown", topic=meant.topic if meant else None)
    if turn.recall("unclear"):
        _offer_person(turn, general.still_unclear())
        return
    near = _candidates(turn, meant)[:2] if meant else []
    _offer(turn, Reply(general.unknown(), (*near, *_ways_out())))


def answer_aside(turn: Turn, text: str) -> None:
    """Answer a question in the middle of something else: words only, no new dialogue."""
    from handlers.handover import handover
    from handlers.outages import outages

    meant = understand(turn, text)
    entry = turn.book.library.entries.get(meant.entry_id) if meant.entry_id else None
    if meant.outcome == "found" and entry is not None and entry.action == "outage_lookup":
        turn.outcome("action", entry=entry)
        if outages.answer_aside(turn):
            return
    region = region_named(turn, text) or turn.region
    answer = turn.book.answer(entry, region=region, now=turn.now) if entry is not None else None
    if meant.outcome == "unclear" and _candidates(turn, meant) and not turn.recall("unclear"):
        turn.outcome("unclear", topic=meant.topic)
        turn.remember(unclear=True)
        turn.say(Reply(general.unclear(), (*_candidates(turn, meant), Choice("人工", "handover"))))
        feedback.keep_miss(turn, text)
        return
    if meant.outcome not in ("found", "smalltalk") or entry is None or answer is None:
        turn.outcome("unknown", topic=meant.topic)
        turn.say(general.unknown_aside(), Choice("人工", "handover"))
        feedback.keep_miss(turn, text)
        return
    if entry.id == SWEARING and handover.angry(turn):
        return
    turn.outcome("found", entry=entry)
    turn.remember(unclear=None)
    turn.heard.score, turn.heard.sources = round(meant.score, 4), answer.sources
    turn.say(composed(turn, answer), *next_part(answer, asked=feedback.kept_words(text)))


def show(turn: Turn, entry: Entry, *, text: str, also: str | None = None) -> None:
    """Give the answer of an entry, or do what it stands for."""
    from handlers.handover import handover
    from handlers.tickets import tickets

    angry_again = entry.id == SWEARING and turn.recall("unclear")
    if entry.action not in ("smalltalk", "ask_back"):
        turn.remember(unclear=None, asked_which=None)
    carried.take_up(turn, entry.topic, entry.id, text=text)
    if entry.regions and turn.region not in entry.regions:
        # What was carried over has ended, and with it the region in which this entry holds.
        meant = understand(turn, text)
        entry = turn.book.library.entries.get(meant.entry_id or "", entry)
    named = region_named(turn, text)
    if named is not None and not entry.topic.startswith(_OF_ONE_PLACE):
        # Spoken of for a while; where the customer lives is not changed by it.
        turn.remember(region=named)
    turn.outcome("found", entry=entry)
    answer = turn.book.answer(entry, region=turn.region, now=turn.now)
    if answer is None:
        # A figure in it has expired since the book was opened: better no answer than a wrong one.
        do_not_know(turn)
        return
    turn.heard.sources = answer.sources
    if entry.id in _WAITING and tickets.has_open(turn):
        perform(turn, "tickets")
        turn.outcome("action", entry=entry)
        return
    if entry.action in ACTIONS and not _helps_first(entry, text):
        turn.related = tuple(_related(turn, answer, also=also, plain=True))
        perform(turn, ACTIONS[entry.action])
        if also is not None and also in turn.book.library.entries and turn.conversation is not None:
            other = turn.book.library.entries[also]
            turn.say(general.asked_too(), Choice(other.question, f"answer:{other.id}"))
        turn.outcome("action", entry=entry)
        return
    if entry.id == SWEARING and handover.angry(turn):
        return
    if angry_again:
        turn.outcome("smalltalk", entry=entry)
        _offer_person(turn, general.unclear_and_angry())
        return
    if entry.action == "smalltalk":
        turn.outcome("smalltalk", entry=entry)
        turn.say(Reply(answer.text, _smalltalk_ways(entry)))
        return
    if entry.action == "out_of_scope":
        turn.outcome("unknown", entry=entry)
        turn.say(Reply(answer.text, _ways_out()))
        return
    if entry.action == "ask_back":
        turn.outcome("unclear", entry=entry)
        if _asked_back_before(turn):
            return
        options = _related(turn, answer, most=4)
        _offer(turn, Reply(answer.text, (*options, Choice("人工", "handover")), kind="question"))
        return
    if entry.action == "repair":
        # What helps at once comes first; who has tried it reports with one tap.
        turn.outcome("action", entry=entry)
        choices = [Choice("还是不行，报修", "repair:single"), *_related(turn, answer)[:1]]
        _offer(turn, Reply(composed(turn, answer), (*choices, Choice("人工", "handover"))))
        return
    related = _related(turn, answer, also=also)
    _offer(turn, answer_reply(turn, answer, related, asked=text, before=_of_region(turn, answer)))


def _of_region(turn: Turn, answer: Answer) -> str:
    """Return the line that says whose prices these are, where it is not the customer's own region."""
    name = region_name(turn.region)
    regional = any(fact.region is not None for fact in answer.used)
    return (
        general.of_region(name) + "\n"
        if turn.region != turn.home and regional and name not in answer.text
        else ""
    )


def _helps_first(entry: Entry, text: str) -> bool:
    """Whether somebody asks how to help themselves at home, rather than for a report to be taken."""
    return (
        entry.action == "repair"
        and entry.topic == "repair.no_power_single"
        and QUESTION_SHAPE.search(simplified(text)) is not None
    )


def _related(
    turn: Turn, answer: Answer, *, also: str | None = None, plain: bool = False, most: int = 2
) -> list[Choice]:
    entries = turn.book.library.entries
    wanted = [entries[also]] if also and also in entries else []
    wanted += [one for one in answer.related if one.id != also and not (plain and one.action)]
    return [Choice(one.question, f"answer:{one.id}") for one in wanted[:most]]


def _offer(turn: Turn, reply: Reply) -> None:
    # Kept so that somebody may type what a button says.
    turn.remember(choices=[[choice.label, choice.act] for choice in reply.choices])
    turn.say(reply)


def _ways_out() -> tuple[Choice, ...]:
    return (Choice("人工", "handover"), Choice("主菜单", "menu"))


def _smalltalk_ways(entry: Entry) -> tuple[Choice, ...]:
    if entry.id == SWEARING:
        return (Choice("投诉", "complaint"), Choice("人工", "handover"))
    return (
        ()
        if entry.id.endswith(("thanks", "bye", "ok"))
        else (Choice("主菜单", "menu"), Choice("人工", "handover"))
    )


def _show_part(turn: Turn, argument: str) -> None:
    """Show one part of a long answer, with what stands under every answer."""
    number, _, rest = argument.partition(":")
    entry_id, _, asked = rest.partition(":")
    entry = turn.book.library.entries.get(entry_id)
    answer = turn.book.answer(entry, region=turn.region, now=turn.now) if entry is not None else None
    if entry is None or answer is None:
        do_not_know(turn)
        return
    turn.outcome("found", entry=entry)
    turn.heard.sources = answer.sources
    _offer(turn, answer_reply(turn, answer, _related(turn, answer), asked=asked, number=int(number)))


def _show_chosen(turn: Turn, entry_id: str) -> None:
    feedback.keep_choice(turn, entry_id)
    entry = turn.book.library.entries.get(entry_id)
    if entry is None:
        do_not_know(turn)
    else:
        open_form = turn.conversation
        show(turn, entry, text=entry.question)
        if entry.action not in ACTIONS and open_form is not None and turn.conversation is open_form:
            forms.offer_draft(turn)


def _none_of_these(turn: Turn, _argument: str) -> None:
    turn.outcome("unknown")
    feedback.keep_none(turn)
    _offer_person(turn, general.none_of_these())


ACTS = {
    "answer": _show_chosen,
    "answer_aside": answer_aside,
    "answer_text": answer_text,
    "none": _none_of_these,
    "part": _show_part,
}
