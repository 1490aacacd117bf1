"""Handing a customer to a person, the customer's side: asking, waiting, leaving, and the bot's silence."""

import storage.handover
import storage.staff
from handlers.forms import forms
from handlers.handover import handover_queue, handover_relay
from handlers.handover.handover_queue import END, LEAVE, WORDS, card_name
from handlers.handover.handover_waits import opening
from handlers.menu import WORDS as MENU_WORDS
from handlers.messages import Choice, Reply
from handlers.staff import staff_post
from handlers.tickets import ticket_opening
from handlers.turn import Turn
from handlers.wording import handover as wording
from knowledge.text.normalise import simplified
from storage.models import HandoverRequest

LEAVING = {
    "结束",
    "结束人工",
    "退出人工",
    "结束对话",
    "不用人工了",
    "取消排队",
    "不排了",
    "不等了",
    "不排队了",
}
# While a person is on the line these go on working: they end it, or are about something settled long ago.
_GO_ON = ("handover", "callback", "danger", "survey", "ticket", "opt_out", "opt_in")
_WAIT = ("ticket.add",)  # would ask for words, which now go to the colleague


def ask(turn: Turn, argument: str) -> None:
    """Put the customer in the queue for a person, and say honestly how it stands."""
    turn.outcome("action", topic="human")
    assert turn.person.id is not None
    if turn.person.with_staff_since is not None:
        turn.say(wording.speaking(), END)
        return
    known = storage.handover.open_of(turn.session, turn.person.id)
    if known is not None:
        _say_again(turn, known)
        return
    if not staff_post.reachable(turn.desktop, turn.session):
        turn.say(turn.fill(wording.no_staff()), WORDS, Choice("主菜单", "menu"))
        return
    persons = [turn.person.id]
    request = storage.handover.ask(
        turn.session,
        turn.person.id,
        reason=argument or _reason(turn),
        now=turn.now,
        waiting_since=opening(turn.book, turn.now),
        priority=storage.handover.priorities(turn.session, persons, turn.now).get(turn.person.id, 0),
    )
    turn.person.in_queue = True
    turn.session.add(turn.person)
    _call_staff(turn, request)
    _say_card(turn, request, "asked")


def angry(turn: Turn) -> bool:
    """Note that the customer is angry; the second time hand them over unasked, and return True."""
    if turn.person.with_staff_since is not None or turn.person.in_queue:
        return False
    if not turn.recall("angry"):
        turn.remember(angry=True)
        return False
    turn.remember(angry=None)
    turn.say(wording.calm())
    ask(turn, "客户两次表达不满")
    return True


def leave(turn: Turn, _argument: str) -> None:
    """Leave the queue, or end the conversation with a colleague."""
    turn.outcome("action", topic="human")
    assert turn.person.id is not None
    request = storage.handover.open_of(turn.session, turn.person.id, lock=True)
    if request is None:
        turn.say(wording.not_waiting(), Choice("人工", "handover"), Choice("主菜单", "menu"))
        return
    spoke = request.answered_at is not None
    handover_queue.close(turn.session, request, turn.person, turn.now, by="customer")
    text = wording.staff_ended(turn.person.id, "客户") if spoke else wording.staff_left(turn.person.id)
    turn.tell_staff(Reply(text, kind="staff"), about=turn.person)
    choices = (Choice("主菜单", "menu"), Choice("人工", "handover"))
    if spoke:
        turn.say(wording.bot_back(), *choices)
    else:
        turn.say(Reply(wording.left(), choices, card=card_name(request)))
    forms.offer_draft(turn)


def ask_words(turn: Turn, _argument: str) -> None:
    """Ask for a message that is kept as a ticket, so that it cannot get lost."""
    turn.outcome("action", topic="human")
    forms.set_aside(turn, "handover_words", "ask")
    turn.say(Reply(wording.ask_words(), (Choice("不留言了", "handover.words_end"),), kind="question"))


def listen_words(turn: Turn) -> bool:
    """Keep the message that is left."""
    conversation = turn.conversation
    assert conversation is not None
    if turn.text in forms.CANCEL:
        end_words(turn, "")
        return True
    if not turn.text:
        return False
    # A key of its own: a form that waits underneath will want the dialogue's.
    draft_key = turn.key_for("words")
    forms.take_up(turn)
    turn.outcome("action", topic="human")
    ticket = ticket_opening.open_ticket(
        turn, kind="consult", fields={"description": turn.text}, draft_key=draft_key, tell=False
    )
    ticket_opening.say_card(turn, ticket, first=wording.words_kept(), quiet=False)
    forms.offer_draft(turn)
    return True


def end_words(turn: Turn, _argument: str) -> None:
    """Leave no message after all."""
    turn.outcome("action", topic="human")
    forms.take_up(turn)
    turn.say(wording.no_words(), Choice("人工", "handover"), Choice("主菜单", "menu"))


def listen(turn: Turn) -> bool:
    """Relay to colleagues; True while one is on the line, when the bot is silent.

    In the middle of a form it also hears the wish for a person, which the form would take for an answer.
    """
    person = turn.person
    if person.with_staff_since is None and not person.in_queue:
        return _wishes_in_form(turn)
    assert person.id is not None
    # Locked, so that nobody answers the customer while the bot makes up its mind to.
    request = storage.handover.open_of(turn.session, person.id, lock=True)
    turn.session.flush()
    turn.session.refresh(person)
    if request is None:  # closed from elsewhere: the bot must not stay silent
        person.with_staff_since, person.in_queue = None, False
        turn.session.add(person)
        return _wishes_in_form(turn)
    if turn.text in LEAVING:
        leave(turn, "")
        return True
    if person.with_staff_since is None:
        if _wishes_in_form(turn):
            return True
        words = turn.text.lower()
        sent = bool(turn.message.attachments or turn.message.location)
        if (
            (words or sent)
            and words not in MENU_WORDS
            and not words.startswith("/")
            and not handover_relay.is_private(turn.conversation)
        ):
            handover_relay.relay(turn, request, keep=False)
        return False
    turn.outcome("staff", topic="human")
    request.waiting_since = request.waiting_since or opening(turn.book, turn.now)
    request.last_at = turn.now
    turn.session.add(request)
    handover_relay.relay(turn, request)
    return True


def overhear(turn: Turn) -> None:
    """Pass on what the bot had to answer itself, a danger, to the colleague who is on the line."""
    if turn.person.with_staff_since is None or turn.person.id is None:
        return
    request = storage.handover.open_of(turn.session, turn.person.id)
    if request is not None:
        handover_relay.relay(turn, request, keep=False)


def holds_back(turn: Turn, act: str) -> bool:
    """Say politely that a button has to wait while a person is on the line; False where it may act."""
    if turn.person.with_staff_since is None:
        return False
    name = act.partition(":")[0]
    if name.partition(".")[0] in _GO_ON and name not in _WAIT:
        return False
    turn.outcome("staff", topic="human")
    turn.say(wording.button_waits(), END)
    return True


# -- inside


def _wishes_in_form(turn: Turn) -> bool:
    if turn.conversation is None or turn.message.choice is not None or not turn.text:
        return False
    words = simplified(turn.text).strip("。！!？?~，, ")
    if words in MENU_WORDS or wording.WISH.fullmatch(words) is None:
        return False
    ask(turn, "")
    return True


def _say_again(turn: Turn, request: HandoverRequest) -> None:
    holder = storage.staff.by_id(turn.session, request.claimed_by)
    if holder is None:
        _say_card(turn, request, "again")
        return
    turn.say(Reply(wording.still_waiting_for(holder.name), (LEAVE, WORDS), card=card_name(request)))


def _say_card(turn: Turn, request: HandoverRequest, news: str) -> None:
    card = handover_queue.queue_card(turn.book, turn.session, request, turn.now, news=news)
    turn.say(Reply(turn.fill(card.text), card.choices, card=card.card, quiet=card.quiet))


def _reason(turn: Turn) -> str:
    topic = turn.book.library.topics.get(turn.recall("topic") or "")
    return topic.name if topic is not None else ""


def _call_staff(turn: Turn, request: HandoverRequest) -> None:
    assert turn.person.id is not None
    facts = handover_relay.card_facts(turn.session, turn.book, turn.person.id, turn.now, said=turn.text)
    text = wording.staff_request(facts[0], facts[1:])
    turn.tell_staff(Reply(text, handover_queue.staff_choices(request), kind="staff"), about=turn.person)


ACTS = {
    "handover": ask,
    "handover.leave": leave,
    "handover.end": leave,
    "handover.words": ask_words,
    "handover.words_end": end_words,
}
DIALOGUES = {"handover_words": listen_words}
