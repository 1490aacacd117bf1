"""The form of an answer: five lines, what it stands on, two related questions, then thumbs and a person."""

from datetime import date

from handlers.answering import feedback
from handlers.messages import Choice, Reply
from handlers.turn import Turn
from handlers.wording import feedback as wording
from handlers.wording import general
from knowledge.facts import Fact
from knowledge.library import OWN_PRACTICE, Answer
from knowledge.parts import parts_of

RELATED = 2


def composed(turn: Turn, answer: Answer, number: int = 1) -> str:
    """Return an answer as it is read, of a long one the part with this number: words, basis, caution."""
    parts = parts_of(answer.text) or (answer.text,)
    at = min(max(number, 1), len(parts))
    lines = [parts[at - 1]]
    if len(parts) > 1:
        lines[0] = wording.part_of(at, len(parts)) + lines[0]
    if answer.extra and at == len(parts):
        lines.append(answer.extra)
    if answer.changes_on is not None and _is_soon(turn, answer.changes_on):
        lines.append(general.will_change(answer.changes_on, answer.changes_to))
    checked_on = _checked_on(answer.used)
    if answer.sources or checked_on is not None:
        lines.append(general.basis(answer.sources, checked_on))
    if answer.unconfirmed:
        lines.append(general.unconfirmed())
    return "\n".join(lines)


def next_part(answer: Answer, *, asked: str, after: int = 1) -> tuple[Choice, ...]:
    """Return the button to the part after the one with this number, none behind the last."""
    of = len(parts_of(answer.text))
    if after >= of:
        return ()
    return (Choice(wording.next_part(after + 1, of), f"part:{after + 1}:{answer.entry.id}:{asked}"),)


def answer_reply(
    turn: Turn, answer: Answer, related: list[Choice], *, asked: str, number: int = 1, before: str = ""
) -> Reply:
    """Return an answer with all that stands under it; `before` is a line over it, `asked` the question.

    Who wants to have done what was asked for can begin it at once.
    """
    from handlers.forms import requests

    asked = feedback.kept_words(asked)
    last = feedback.thumbs(answer.entry.id, asked)
    return Reply(
        before + composed(turn, answer, number),
        (
            *next_part(answer, asked=asked, after=number),
            *requests.offers(answer.entry, turn.region),
            *related[:RELATED],
            *last,
        ),
        # A thumb is answered in this very message.
        card=turn.key_for("answer"),
        row=len(last),
    )


def _is_soon(turn: Turn, on: date) -> bool:
    left = on - turn.book.today(turn.now)
    return left.days <= turn.book.practice.successor_notice_days


def _checked_on(used: tuple[Fact, ...]) -> date | None:
    """Return the day as of which all figures of an answer were looked up; None where it has none."""
    days = [
        fact.checked_on for fact in used if fact.source != OWN_PRACTICE and not fact.id.startswith("phone.")
    ]
    return min(days, default=None)
