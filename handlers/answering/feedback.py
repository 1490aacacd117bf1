"""What customers think of our answers, and what we could not answer: thumbs, and misses for the editors."""

from datetime import datetime, timedelta

from sqlmodel import Session

import storage.feedback
import storage.outbox
from handlers.messages import Choice, Reply, reply_from
from handlers.turn import Desktop, Turn
from handlers.wording import feedback as wording
from knowledge.redaction import district_of, redact
from knowledge.text.normalise import simplified
from storage.models import Miss, MissKind, Outgoing, Thumb

_KEPT = 160  # characters of a question: what the search reads
_CANDIDATES = 5
_BATCH = 500
_REASONS = ("wrong", "hard")


def kept_words(text: str) -> str:
    """Return what may be kept of a customer's words, in one line."""
    return " ".join(redact(text).split())[:_KEPT]


def thumbs(entry_id: str, asked: str) -> tuple[Choice, ...]:
    """Return the row under an answer; `asked` is the question in words that may be kept."""
    return (
        Choice(wording.UP, f"thumb.up:{entry_id}:{asked}"),
        Choice(wording.DOWN, f"thumb.down:{entry_id}:{asked}"),
        Choice(wording.PERSON, "handover"),
    )


# -- misses


def keep_miss(turn: Turn, text: str) -> None:
    """Keep a question that was just found unknown or unclear; of others nothing is kept."""
    heard = turn.heard
    entry = turn.book.library.entries.get(heard.entry or "")
    if heard.outcome == "unknown":
        ours = entry is None or entry.action != "out_of_scope"
        kind = MissKind.UNKNOWN if ours else MissKind.OUT_OF_SCOPE
    elif heard.outcome == "unclear" and entry is None:
        kind = MissKind.UNCLEAR
    else:
        return  # also a question that an entry asks back on purpose
    _keep(turn, kind, kept_words(text), entry=entry.id if entry is not None else None)


def keep_none(turn: Turn) -> None:
    """Note that what was asked before was none of what we offered."""
    miss = _last_unclear(turn)
    if miss is not None:
        miss.kind = MissKind.NONE
        turn.session.add(miss)


def keep_choice(turn: Turn, entry_id: str) -> None:
    """Note which entry was meant by the question that we had asked back about."""
    miss = _last_unclear(turn)
    if miss is not None and any(entry_id == one for one in miss.candidates):
        miss.entry = entry_id
        turn.session.add(miss)


def take_back(turn: Turn, *, since: datetime) -> None:
    """Forget what this customer's words since a moment were kept as: read together they were clear."""
    assert turn.person.id is not None
    turn.session.flush()
    storage.feedback.take_back(turn.session, turn.person.id, since=since)


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Forget who asked what we could not answer, once that is long ago."""
    before = now - timedelta(days=desktop.book.practice.miss_person_days)
    dropped = storage.feedback.drop_persons(session, before, limit=_BATCH)
    return {"miss_persons_dropped": dropped, "more": int(dropped == _BATCH)}


def _last_unclear(turn: Turn) -> Miss | None:
    assert turn.person.id is not None
    turn.session.flush()
    since = turn.now - timedelta(minutes=turn.book.practice.memory_minutes)
    return storage.feedback.last_miss(turn.session, turn.person.id, MissKind.UNCLEAR, since=since)


def _keep(
    turn: Turn, kind: MissKind, words: str, *, entry: str | None = None, answer: str | None = None
) -> None:
    if not any(sign.isalnum() for sign in words):
        return
    year, week, _ = turn.book.today(turn.now).isocalendar()
    turn.session.add(
        Miss(
            at=turn.now,
            week=f"{year}-W{week:02}",
            kind=kind,
            text=words,
            entry=entry,
            candidates=[one.entry for one in turn.heard.candidates[:_CANDIDATES]],
            region=turn.region,
            district=district_of(words),
            person_id=turn.person.id,
            answer=answer,
        )
    )


# -- thumbs


def thumb_up(turn: Turn, argument: str) -> None:
    """Count an answer as good, in place of what was thought of it before."""
    entry_id, _, asked = argument.partition(":")
    row = _answer_shown(turn)
    if row is None:
        turn.say(wording.thanks())
        return
    _count(turn, row, entry_id, up=True)
    storage.feedback.forget_answer(turn.session, _name_of(row))
    down = Choice(wording.DOWN, f"thumb.down:{entry_id}:{asked}")
    person = Choice(wording.PERSON, "handover")
    _show_again(turn, row, wording.thanks(), (*_related(row), down, person), in_row=2)


def thumb_down(turn: Turn, argument: str) -> None:
    """Count an answer as bad, keep the question as a miss, and ask once what was wrong."""
    entry_id, _, asked = argument.partition(":")
    row = _answer_shown(turn)
    if row is not None:
        _count(turn, row, entry_id, up=False)
        if storage.feedback.miss_of(turn.session, _name_of(row)) is None:
            _keep(turn, MissKind.DOWN, asked, entry=entry_id, answer=_name_of(row))
    choices = (
        Choice(wording.NOT_MINE, f"thumb.why:wrong:{entry_id}:{asked}"),
        Choice(wording.TOO_HARD, f"thumb.why:hard:{entry_id}:{asked}"),
        Choice(wording.FIND_PERSON, "handover"),
        Choice(wording.UP, f"thumb.up:{entry_id}:{asked}"),
    )
    _show_again(turn, row, wording.sorry(), choices, in_row=0)


def thumb_why(turn: Turn, argument: str) -> None:
    """Note what was wrong with an answer; nothing more is asked."""
    reason, _, rest = argument.partition(":")
    row = _answer_shown(turn)
    if row is not None and reason in _REASONS:
        known = storage.feedback.thumb_of(turn.session, _name_of(row))
        if known is not None and not known.up:
            known.reason = reason
            turn.session.add(known)
    line = wording.noted_hard() if reason == "hard" else wording.noted()
    choices = (Choice(wording.UP, f"thumb.up:{rest}"), Choice(wording.PERSON, "handover"))
    _show_again(turn, row, line, choices, in_row=2)


def _count(turn: Turn, row: Outgoing, entry_id: str, *, up: bool) -> None:
    turn.session.flush()
    known = storage.feedback.thumb_of(turn.session, _name_of(row))
    turn.heard.entry = entry_id
    if known is None:
        known = Thumb(answer=_name_of(row), entry=entry_id, up=up, region=turn.region, at=turn.now)
    elif known.up != up:
        known.up, known.reason, known.at = up, "", turn.now
    turn.session.add(known)
    turn.session.flush()


def _answer_shown(turn: Turn) -> Outgoing | None:
    """Return the message whose thumb was tapped, or the last one with thumbs where it was typed."""
    message = turn.message
    if message.choice is not None:
        return storage.outbox.by_token(turn.session, message.choice.rpartition(":")[0])
    return storage.feedback.last_with(
        turn.session, channel=message.channel, address=message.address, act="thumb."
    )


def _name_of(row: Outgoing) -> str:
    # The message may have been written anew since; its card is the same.
    return row.card or row.token


def _related(row: Outgoing) -> tuple[Choice, ...]:
    return tuple(one for one in reply_from(row.reply).choices if one.act.startswith(("answer:", "part:")))


def _show_again(
    turn: Turn, row: Outgoing | None, line: str, choices: tuple[Choice, ...], *, in_row: int
) -> None:
    """Write the answer anew in its place, with a line under it and other buttons."""
    turn.remember(choices=[[choice.label, choice.act] for choice in choices])
    if row is None or row.card is None:
        turn.say(Reply(line, choices, row=in_row))
        return
    said = str(row.reply.get("text", ""))
    # What goes out is written in Simplified and turned into the customer's script on its way.
    text = wording.closed(simplified(said) if turn.chat.script == "hant" else said, line)
    turn.say(Reply(text, choices, card=row.card, quiet=True, row=in_row))


ACTS = {"thumb.up": thumb_up, "thumb.down": thumb_down, "thumb.why": thumb_why}
