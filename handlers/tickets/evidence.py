"""What customers send besides words: photos, films, voice, files, places; kept, and shown to colleagues."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlmodel import Session

import storage.albums
import storage.evidence
import storage.outbox
import storage.people
import storage.staff
import storage.tickets
from handlers.masking import hide_numbers
from handlers.messages import Attachment, Choice, Enclosure, EvidenceKind, Message, Reply, reply_from
from handlers.staff import rights, staff_post
from handlers.turn import Desktop, Turn, in_script
from handlers.wording import evidence as wording
from knowledge.rules.file_types import may_be_taken
from storage.evidence import Part
from storage.models import Evidence, EvidenceState, Lane, Person, Staff, Ticket
from storage.outbox import Draft

# Parts of an album reach us one by one: what colleagues are told waits so long for the rest.
ALBUM_WAIT = timedelta(seconds=2)
MOST_WAVES = 100  # far more than an album has parts
_NOT_SHOWN = (EvidenceState.REFUSED, EvidenceState.LOST)


def ref_of(message: Message) -> str | None:
    """Return a message's name, unlike that of any other chat's; None where its channel gives it none."""
    return f"{message.channel}:{message.address}:{message.ref}" if message.ref else None


# -- keeping


def keep(turn: Turn, draft_key: str) -> int:
    """Keep what came with this message under a draft or ticket; return how many parts it was.

    Further parts of an album go where its first one lies now. What cannot be kept is said to the customer.
    """
    return len(_keep(turn, draft_key))


def keep_loose(turn: Turn) -> int:
    """Keep what came before any form was open; the next form takes it."""
    return keep(turn, storage.evidence.loose_key(turn.person))


def give_loose(turn: Turn, ticket: Ticket) -> list[Evidence]:
    """Give a ticket what came before without being for anything, and return it."""
    assert ticket.id is not None
    since = turn.now - timedelta(hours=turn.book.practice.draft_hours)
    loose = storage.evidence.of_draft(turn.session, storage.evidence.loose_key(turn.person))
    mine = {one.id for one in loose if one.received_at >= since}
    storage.evidence.adopt(turn.session, person=turn.person, draft_key=ticket.draft_key, since=since)
    storage.evidence.attach(turn.session, draft_key=ticket.draft_key, ticket_id=ticket.id)
    return [one for one in storage.evidence.of_ticket(turn.session, ticket.id) if one.id in mine]


def keep_album_part(turn: Turn, draft_key: str) -> int:
    """Keep a further part of an album; colleagues who have seen its first part get this one too."""
    rows = _keep(turn, draft_key)
    ticket = turn.session.get(Ticket, rows[0].ticket_id) if rows and rows[0].ticket_id else None
    if ticket is not None:
        number = ticket.number
        tell_staff(turn, Reply(wording.staff_album(number), kind="staff"), ticket=ticket)
    return len(rows)


def _keep(turn: Turn, draft_key: str) -> list[Evidence]:
    message = turn.message
    parts = [_part(one, message.text) for one in _usable(turn)]
    if message.location is not None:
        place = message.location
        parts.append(Part("location", latitude=place.latitude, longitude=place.longitude, label=place.label))
    if not parts:
        return []
    assert turn.person.id is not None
    ticket_id = None
    album = next((one.group for one in message.attachments if one.group), "")
    if album:
        home = storage.evidence.album_home(
            turn.session, person_id=turn.person.id, channel=message.channel, album=album
        )
        if home is not None:
            draft_key, ticket_id = home.draft_key, home.ticket_id
    return storage.evidence.add(
        turn.session,
        person_id=turn.person.id,
        draft_key=draft_key,
        ticket_id=ticket_id,
        channel=message.channel,
        parts=parts,
        message_ref=ref_of(message),
        now=turn.now,
    )


def _usable(turn: Turn) -> list[Attachment]:
    """Return the attachments that are kept; say once for each reason why others are not."""
    found: list[Attachment] = []
    refusals: dict[str, None] = {}
    for one in turn.message.attachments:
        if one.too_large:
            refusals[wording.too_large()] = None
        elif not _is_wanted(one):
            refusals[wording.not_taken()] = None
        else:
            found.append(one)
    if found and _is_too_much(turn, found):
        found, refusals[wording.enough_for_today()] = [], None
    album = next((one.group for one in turn.message.attachments if one.group), "")
    for sentence in refusals:
        if album and turn.recall("refused_album") == [album, sentence]:
            continue  # said for another part of the same album
        if album:
            turn.note(refused_album=[album, sentence])
        turn.say(sentence)
    return found


def _is_wanted(one: Attachment) -> bool:
    """Whether a file is worth keeping, by its size and name; of what is in our store its bytes have told."""
    return one.content_hash is not None or (not one.too_large and may_be_taken(one.name, one.media_type))


def _is_too_much(turn: Turn, more: Sequence[Attachment]) -> bool:
    assert turn.person.id is not None
    files, size = storage.evidence.kept_since(
        turn.session, person_id=turn.person.id, since=turn.now - timedelta(days=1)
    )
    practice = turn.book.practice
    limit = practice.file_megabytes_per_day * 1024 * 1024
    return (
        files + len(more) > practice.files_per_day or size + sum(one.size_bytes or 0 for one in more) > limit
    )


def _part(one: Attachment, caption: str) -> Part:
    return Part(
        kind=one.kind,
        ref=one.ref,
        size_bytes=one.size_bytes,
        caption=caption,
        album=one.group,
        name=one.name,
        media_type=one.media_type,
        content_hash=one.content_hash,
    )


# -- showing


def enclosures_of(parts: Iterable[Attachment | Evidence], *, channel: str = "") -> tuple[Enclosure, ...]:
    """Return what goes with a reply so that its reader sees these attachments or rows, places left out.

    `channel` is where attachments came from; rows know it themselves.
    """
    found: list[Enclosure] = []
    for one in parts:
        if isinstance(one, Attachment):
            if not _is_wanted(one):
                continue
            came_by = channel
        else:
            if one.kind == "location" or one.state in _NOT_SHOWN:
                continue
            came_by = one.channel
        found.append(
            Enclosure(
                kind=cast(EvidenceKind, one.kind),
                channel=came_by,
                ref=one.ref,
                content_hash=one.content_hash,
                name=one.name,
                media_type=one.media_type,
            )
        )
    return tuple(found)


def places_of(parts: Iterable[Evidence]) -> tuple[str, ...]:
    """Return the shared places among these rows as words: what they are called and where they are."""
    return tuple(
        wording.place(one.latitude, one.longitude, one.label)
        for one in parts
        if one.latitude is not None and one.longitude is not None
    )


def with_evidence(reply: Reply, rows: Sequence[Evidence], *, anonymous: bool = False) -> Reply:
    """Return a reply with these rows shown: files enclosed, places under its text.

    Of an `anonymous` ticket the files come without the names that their sender gave them.
    """
    enclosures = enclosures_of(rows)
    if anonymous:
        enclosures = tuple(replace(one, name="") for one in enclosures)
    line = wording.parts_line((), places_of(rows))
    text = f"{reply.text}\n{line}" if line else reply.text
    return replace(reply, text=text, enclosures=(*reply.enclosures, *enclosures))


def shown_to(session: Session, staff: Staff, ticket: Ticket, reply: Reply, now: datetime) -> Reply:
    """Return a reply with all evidence of a ticket where this colleague may see it, else as it was."""
    assert ticket.id is not None
    rows = storage.evidence.of_ticket(session, ticket.id)
    if not rows or rights.refused(session, staff, "evidence.see", now=now, ticket=ticket) is not None:
        return reply
    return with_evidence(reply, rows, anonymous=ticket.anonymous)


def tell_staff(
    turn: Turn,
    reply: Reply,
    *,
    ticket: Ticket | None = None,
    about: Person | None = None,
    lane: Lane = Lane.STAFF,
) -> bool:
    """Tell colleagues something together with what came with this message; False where none can be reached.

    Parts of one album join one message: it waits a moment for them (but for a danger) and counts them all.
    """
    message = turn.message
    place = message.location
    enclosures = enclosures_of(message.attachments, channel=message.channel)
    if ticket is not None and ticket.anonymous:
        enclosures = tuple(replace(one, name="") for one in enclosures)
    places = (wording.place(place.latitude, place.longitude, place.label),) if place is not None else ()
    line = wording.parts_line([one.kind for one in enclosures], places)
    shown = replace(
        reply,
        text=f"{reply.text}\n{line}" if line else reply.text,
        enclosures=(*reply.enclosures, *enclosures),
    )
    album = next((one.group for one in message.attachments if one.group), "")
    about = about or turn.person
    if not album or not enclosures:
        return turn.tell_staff(shown, ticket=ticket, about=about, lane=lane, words=True)
    name = f"album:{about.id}:{ticket.id if ticket is not None else 0}:{album[:64]}"
    readers = ["", *(f"#{one.id}" for one in storage.staff.everybody(turn.session))]
    for wave in range(MOST_WAVES):  # what has left already is followed by a message of its own
        key = f"{name}:{wave}"
        keys = [f"{key}{reader}" for reader in readers]
        if _join(turn, keys, shown, hide_numbers(turn.text)):
            return True
        if not storage.albums.is_written(turn.session, keys):
            break
    drafts = staff_post.drafts(
        turn.desktop,
        turn.session,
        shown,
        key=key,
        lane=lane,
        ticket=ticket,
        person_id=about.id,
        now=turn.now,
    )
    wait = timedelta(0) if lane == Lane.DANGER else ALBUM_WAIT
    turn.drafts.extend(replace(one, not_before=turn.now + wait) for one in drafts)
    return bool(drafts)


def _join(turn: Turn, keys: list[str], further: Reply, words: str) -> bool:
    """Put a further part of an album into the message that waits for it; False where none does."""
    joined = False
    for drafts in (turn.drafts, turn.unwritten):
        for index, one in enumerate(drafts):
            if one.dedupe_key in keys:
                drafts[index] = replace(one, reply=_joined(one.reply, further, words))
                joined = True
    return joined or storage.albums.add_to_waiting(
        turn.session, keys, lambda document: _joined(document, further, words)
    )


def _joined(document: dict[str, Any], further: Reply, words: str) -> dict[str, Any]:
    earlier = reply_from(document)
    enclosures = (*earlier.enclosures, *further.enclosures)
    lines = [wording.without_count(earlier.text)]
    if words and words not in earlier.text:
        lines.append(words)
    lines.append(wording.parts_line([one.kind for one in enclosures]))
    return replace(earlier, text="\n".join(lines), enclosures=enclosures).as_document()


# -- from colleagues


def from_colleague(turn: Turn, person_id: int) -> tuple[Enclosure, ...]:
    """Keep what a colleague's message brings for a customer and return it as enclosures for the reply.

    They are no evidence of the customer's; our own copy lets other channels show them.
    """
    message = turn.message
    usable = [one for one in message.attachments if _is_wanted(one)]
    if usable:
        storage.evidence.add(
            turn.session,
            person_id=person_id,
            draft_key=storage.evidence.staff_key(person_id),
            channel=message.channel,
            parts=[_part(one, message.text) for one in usable],
            message_ref=ref_of(message),
            now=turn.now,
        )
    return enclosures_of(usable, channel=message.channel)


# -- what could not be fetched


def say_refused(
    desktop: Desktop, session: Session, evidence: Evidence, *, why: str, megabytes: int, now: datetime
) -> None:
    """Tell the sender, and colleagues where it was for a ticket, that a file was not kept.

    `why` is type, large or lost.
    """
    if evidence.draft_key == storage.evidence.staff_key(evidence.person_id):
        return
    person = session.get_one(Person, evidence.person_id)
    sentence = {
        "type": wording.unreadable(),
        "large": wording.grown_too_large(megabytes),
        "lost": wording.lost(),
    }[why]
    region = person.region or desktop.book.utility.region
    drafts: list[Draft] = []
    chats = storage.people.chat_of(session, evidence.person_id)
    for chat in [one for one in chats if one.channel == evidence.channel][:1]:
        said = in_script(Reply(sentence, kind="notice"), chat.script, taiwan=region == "taiwan")
        drafts.append(
            Draft(
                channel=chat.channel,
                address=chat.address,
                reply=desktop.document(said),
                dedupe_key=f"evidence-refused:{evidence.id}",
                person_id=evidence.person_id,
                ticket_id=evidence.ticket_id,
            )
        )
    ticket = session.get(Ticket, evidence.ticket_id) if evidence.ticket_id is not None else None
    if ticket is not None:
        text = wording.staff_refused(ticket.number, why)
        storage.tickets.note(
            session, ticket, at=now, kind="evidence_refused", actor="clock", text=text, internal=True
        )
        drafts += staff_post.drafts(
            desktop,
            session,
            Reply(text, (Choice("详情", f"staff.show:{ticket.number}"),), kind="staff"),
            key=f"evidence-refused-staff:{evidence.id}",
            ticket=ticket,
        )
    storage.outbox.write(session, drafts, now)
