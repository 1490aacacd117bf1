"""Keeping what customers send besides words: photos, voice notes, files, places."""

import storage.evidence
from handlers.turn import Turn
from handlers.wording import forms as wording


def keep(turn: Turn, draft_key: str) -> int:
    """Keep what came with this message under a draft or ticket; return how many parts it was.

    A file that the channel will not hand over is not kept, and the customer is told.
    """
    message = turn.message
    usable = [one for one in message.attachments if not one.too_large]
    if len(usable) < len(message.attachments):
        turn.say(wording.too_large())
    if not usable and message.location is None:
        return 0
    return storage.evidence.add(
        turn.session,
        person=turn.person,
        draft_key=draft_key,
        channel=message.channel,
        attachments=[(one.kind, one.ref, one.size_bytes, message.text) for one in usable],
        place=(message.location.latitude, message.location.longitude) if message.location else None,
        now=turn.now,
    )


def keep_loose(turn: Turn) -> int:
    """Keep what came before any form was open; the next form takes it."""
    return keep(turn, storage.evidence.loose_key(turn.person))
