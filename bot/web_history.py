"""What the web chat is shown of the two ledgers, and where it puts files."""

from collections.abc import Callable
from datetime import datetime

import storage.transcript
from bot.channels.web.events import Shown, own_text
from knowledge.text.script import script_of
from storage.database import Database
from storage.models import Outgoing
from storage.transcript import Said

CHANNEL = "web"
HISTORY = 200  # messages each way


class WebHistory:
    """Reads a conversation for the page."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def history(self, address: str) -> list[Shown]:
        """Return the last messages of an address, oldest first, cards only in their newest form."""
        now = self._now()
        with self._database.reading() as session:
            said = storage.transcript.said(session, channel=CHANNEL, address=address, limit=HISTORY)
            rows = storage.transcript.answered(
                session, channel=CHANNEL, address=address, now=now, limit=HISTORY
            )
        labels = {
            choice["key"]: choice["label"] for row in rows for choice in _reply(row, None).get("choices", ())
        }
        moments: list[tuple[datetime, int, Shown]] = [
            (one.at, index - len(said), _own(one, labels.get)) for index, one in enumerate(said)
        ]
        moments += [(_moment(row), row.id or 0, _reply(row, None)) for row in _newest_of_cards(rows)]
        # At one moment the question stands before its answer.
        return [shown for _, _, shown in sorted(moments, key=lambda one: one[:2])]

    def news(self, address: str, last_id: int) -> list[Shown]:
        """Return our replies to an address that a page which has seen `last_id` may have missed."""
        now = self._now()
        with self._database.reading() as session:
            rows = storage.transcript.answered_since(
                session, channel=CHANNEL, address=address, last_id=last_id, now=now, limit=HISTORY
            )
            return [_reply(row, storage.transcript.earlier_of_card(session, row, now=now)) for row in rows]


def _newest_of_cards(rows: list[Outgoing]) -> list[Outgoing]:
    """Fold the states of each card into its newest: in place where it was quiet, else at the end."""
    kept: list[Outgoing] = []
    place: dict[str, int] = {}
    folded: list[Outgoing | None] = []
    for row in rows:
        before = place.get(row.card) if row.card is not None else None
        if before is not None and row.reply.get("quiet"):
            earlier = folded[before]
            assert earlier is not None
            # It keeps the place, and so the moment, at which the card stood.
            row.created_at, row.not_before = earlier.created_at, earlier.not_before
            folded[before] = row
            continue
        if before is not None:
            folded[before] = None
        if row.card is not None:
            place[row.card] = len(folded)
        folded.append(row)
    kept.extend(row for row in folded if row is not None)
    return kept


def _moment(row: Outgoing) -> datetime:
    """Return when the customer got to see a message that may have been held back."""
    return max(row.created_at, row.not_before)


# A page draws only what the machine has a font for; words are also what is read out.
_IN_WORDS = {"👍": {"hans": "有用", "hant": "有用"}, "👎": {"hans": "没用", "hant": "沒用"}}


def in_words(label: str, beside: str) -> str:
    """Return a button's label without pictures, in the script of the text beside it."""
    words = _IN_WORDS.get(label)
    return label if words is None else words[script_of(beside)]


def _reply(row: Outgoing, replaces_id: int | None) -> Shown:
    assert row.id is not None
    reply = row.reply
    return {
        "kind": "reply",
        "id": row.id,
        "text": str(reply["text"]),
        "choices": [
            {"label": in_words(str(choice[0]), str(reply["text"])), "key": f"{row.token}:{index}"}
            for index, choice in enumerate(reply.get("choices", ()))
        ],
        "files": [
            {"url": f"/files/{row.token}/{index}", "kind": str(one["kind"]), "name": str(one["name"])}
            for index, one in enumerate(reply.get("enclosures", ()))
        ],
        "row": int(reply.get("row", 0)),
        "card": row.card,
        "replaces_id": replaces_id,
        "quiet": bool(reply.get("quiet")),
        "reply_kind": str(reply.get("kind", "answer")),
        "asks": reply.get("asks"),
        "at": _moment(row).isoformat(),
    }


def _own(said: Said, label_of: Callable[[str], str | None]) -> Shown:
    return {
        "kind": "own",
        "client_id": said.update_id.rpartition(":")[2],
        "text": own_text(said.payload, label_of),
        "at": said.at.isoformat(),
    }
