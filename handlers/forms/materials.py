"""Papers for a request: told once with all the others, then taken photo by photo until all are there."""

from typing import Any

import storage.papers
from handlers.forms import forms, paper_sorting
from handlers.forms.form_shape import FORMS, Refused, Step
from handlers.forms.form_waiting import PAPERS_TOLD as _TOLD
from handlers.forms.paper_sorting import LAST, NEXT, Standing, named, of_draft
from handlers.messages import Choice, Message
from handlers.small_words import nothing_more
from handlers.turn import Turn
from handlers.wording import materials as wording
from knowledge.library import OWN_PRACTICE
from knowledge.rules.ticket_kinds import ABOUT, Material, ticket_kinds

STEP = "papers"
_MOST_BUTTONS = 4


# -- in the form


def step() -> Step:
    """Return the question for the papers of a kind: photo by photo, until all that are needed are there."""
    return Step(
        name=STEP,
        label="材料",
        ask=_ask,
        take=_take,
        acts=_acts,
        reads=lambda _turn, _value: "",  # shown as a list of its own
    )


def tell(turn: Turn) -> str:
    """Return the whole list of papers the first time that it is clear which ones are needed, else ""."""
    conversation = turn.conversation
    assert conversation is not None
    kind = ticket_kinds()[conversation.topic]
    collected = conversation.collected
    depends = any(one.subtypes for one in kind.materials)
    if _TOLD in collected or (depends and not collected.get(ABOUT)):
        return ""
    turn.go_to(conversation.step, **{_TOLD: True})
    papers = kind.materials_for(str(collected.get(ABOUT, "")))
    if not papers:
        return ""
    sources = turn.book.library.sources
    basis = dict.fromkeys(
        sources[one.source].citation(region=turn.region)
        for one in papers
        if one.source in sources and one.source != OWN_PRACTICE
    )
    return turn.fill(wording.whole_list(kind.name, papers, tuple(basis), turn.book.practice.draft_days))


def sort_in(turn: Turn) -> None:
    """Put what has just been sent to the paper that it is: the one named, else the first still missing."""
    conversation = turn.conversation
    assert conversation is not None
    kind = ticket_kinds()[conversation.topic]
    subtype = str(conversation.collected.get(ABOUT, ""))
    if any(one.subtypes for one in kind.materials) and not subtype:
        return  # which papers are needed is not clear yet
    turn.go_to(
        conversation.step,
        **paper_sorting.sort_in(
            turn, conversation.topic, subtype, conversation.draft_key, conversation.collected
        ),
    )


def took(turn: Turn, added: int) -> str:
    """Return the word about what was just sent: which paper it was taken for."""
    conversation = turn.conversation
    assert conversation is not None
    last = conversation.collected.get(LAST) or {}
    if last.get("update") != turn.message.update_id:
        return wording.kept_besides(added)
    papers = ticket_kinds()[conversation.topic].materials
    names = dict.fromkeys(last["names"])
    return wording.taken_for([one.label for one in papers if one.name in names], added)


def also(turn: Turn) -> list[str]:
    """Return the papers as they stand, for the filled form."""
    standing = _standing(turn)
    return [wording.checklist(standing.papers, standing.sheets)] if standing.papers else []


def hold_up(turn: Turn) -> bool:
    """Ask for the papers again without which nothing can be handed in; False where none is missing."""
    conversation = turn.conversation
    assert conversation is not None
    if not _standing(turn).holding_up:
        return False
    conversation.collected = {name: value for name, value in conversation.collected.items() if name != STEP}
    turn.go_to(STEP)
    forms.ask_next(turn, FORMS[conversation.topic])
    return True


def _ask(turn: Turn) -> str:
    sort_in(turn)
    standing = _standing(turn)
    wanted = _wanted(turn, standing)
    return wording.ask(standing.papers, standing.sheets, wanted, enough=not standing.missing)


def _take(turn: Turn, message: Message) -> Any:
    standing = _standing(turn)
    if not standing.open:
        return "complete"
    if message.attachments:
        return None  # said already which paper it was taken for
    words = turn.text.rstrip("。！!~.")
    if not words:
        return None
    if nothing_more(words) or words in wording.ENOUGH:
        return "later" if not standing.holding_up else Refused(wording.still_needed(standing.holding_up))
    told = named(words, standing.papers)
    if told is not None:
        assert turn.conversation is not None
        turn.go_to(STEP, **{NEXT: told.name})
        return Refused(wording.send_it(told))
    return None


def _acts(turn: Turn) -> tuple[Choice, ...]:
    conversation = turn.conversation
    assert conversation is not None
    standing = _standing(turn)
    last = conversation.collected.get(LAST) or {}
    just_sent = last.get("update") == turn.message.update_id
    choices: list[Choice] = []
    if just_sent:
        choices += [
            Choice(wording.it_is(one), f"materials.was:{one.name}")
            for one in standing.open
            if one.name not in last["names"]
        ][:_MOST_BUTTONS]
        several = len(last["ids"]) > 1 or last["album"]
        if several and len(set(last["names"])) == 1 and standing.open:
            choices.append(Choice(wording.one_each(), "materials.spread"))
    elif len(standing.open) > 1:
        choices += [Choice(wording.now_comes(one), f"materials.next:{one.name}") for one in standing.open]
        choices = choices[:_MOST_BUTTONS]
    if standing.holding_up:
        choices.append(Choice(wording.later(), "form.wait"))
    elif standing.missing:
        choices.append(Choice(wording.rest_follows(), f"form.choose:{STEP}:later"))
    else:
        choices.append(Choice(wording.no_more(), f"form.choose:{STEP}:complete"))
    return tuple(choices)


def _was(turn: Turn, name: str) -> None:
    """Take what was sent last for another paper."""
    last = _last_sent(turn)
    if last is None:
        forms.resume(turn, "")
        return
    assert turn.conversation is not None
    storage.papers.sort(turn.session, turn.conversation.draft_key, last["ids"], name)
    turn.go_to(STEP, **{LAST: {**last, "names": [name]}})
    _go_on(turn, wording.put_right(_label(turn, name)))


def _spread(turn: Turn, _argument: str) -> None:
    """Take each of the photos that were sent together for a paper of its own, in their order."""
    last = _last_sent(turn)
    if last is None:
        forms.resume(turn, "")
        return
    assert turn.conversation is not None
    draft_key = turn.conversation.draft_key
    first = last["names"][0]
    open_papers = [first, *(one.name for one in _standing(turn).open)]
    names = []
    parts = storage.papers.of_album(turn.session, draft_key, last["album"]) or last["ids"]
    for number, part in enumerate(parts):
        names.append(open_papers[min(number, len(open_papers) - 1)])
        storage.papers.sort(turn.session, draft_key, [part], names[-1])
    turn.go_to(STEP, **{LAST: {**last, "ids": parts, "names": names}})
    _go_on(turn, wording.put_right("、".join(_label(turn, name) for name in dict.fromkeys(names))))


def _next(turn: Turn, name: str) -> None:
    """Take what will be sent next for this paper."""
    if turn.conversation is None or turn.conversation.step != STEP or not _label(turn, name):
        forms.resume(turn, "")
        return
    turn.go_to(STEP, **{NEXT: name})
    forms.resume(turn, "")


def _go_on(turn: Turn, first: str) -> None:
    """Ask for what is still missing, or go on with the form where all is there."""
    conversation = turn.conversation
    assert conversation is not None
    form = FORMS[conversation.topic]
    turn.outcome("action", topic=form.topic)
    if not _standing(turn).open:
        turn.go_to(STEP, **{STEP: "complete"})
    elif STEP in conversation.collected:
        conversation.collected = {
            name: value for name, value in conversation.collected.items() if name != STEP
        }
        turn.go_to(STEP)
    forms.ask_next(turn, form, first=first)


def _last_sent(turn: Turn) -> dict[str, Any] | None:
    conversation = turn.conversation
    if conversation is None or conversation.topic not in FORMS:
        return None
    last: dict[str, Any] | None = conversation.collected.get(LAST)
    return last if last and ticket_kinds()[conversation.topic].materials else None


def _label(turn: Turn, name: str) -> str:
    assert turn.conversation is not None
    kind = ticket_kinds().get(turn.conversation.topic)
    papers = kind.materials if kind is not None else ()
    return next((one.label for one in papers if one.name == name), "")


def _standing(turn: Turn) -> Standing:
    conversation = turn.conversation
    assert conversation is not None
    subtype = str(conversation.collected.get(ABOUT, ""))
    return of_draft(turn.session, conversation.topic, subtype, conversation.draft_key)


def _wanted(turn: Turn, standing: Standing) -> Material | None:
    """Return the paper that is asked for now: the one that was tapped, else the first one missing."""
    assert turn.conversation is not None
    tapped = turn.conversation.collected.get(NEXT)
    return next((one for one in standing.papers if one.name == tapped), None) or next(
        iter(standing.open), None
    )


ACTS = {"materials.was": _was, "materials.next": _next, "materials.spread": _spread}
