"""Files of the web chat: what its visitors send, and what they are shown."""

from collections.abc import Callable
from datetime import datetime, timedelta

import storage.evidence
import storage.outbox
import storage.people
from bot.files import MEGABYTE, FileStore, Kept, NotTaken, Presented
from handlers.messages import reply_from
from knowledge.practice import Practice
from storage.database import Database

CHANNEL = "web"


class WebFiles:
    """Keeps uploads in the store, and finds there what stands beside a reply."""

    def __init__(
        self,
        database: Database,
        store: FileStore,
        *,
        practice: Callable[[], Practice],
        now: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._store = store
        self._practice = practice
        self._now = now

    def keep(self, address: str, content: bytes) -> Kept:
        """Keep a file from an address; raises NotTaken, or OSError where there is no room."""
        with self._database.reading() as session:
            found = storage.people.chats(session, [(CHANNEL, address)]).get((CHANNEL, address))
            files = size = 0
            if found is not None and found[1].id is not None:
                since = self._now() - timedelta(days=1)
                files, size = storage.evidence.kept_since(session, person_id=found[1].id, since=since)
        practice = self._practice()
        most = practice.file_megabytes_per_day * MEGABYTE
        if files >= practice.files_per_day or size + len(content) > most:
            raise NotTaken("quota")
        return self._store.keep(content)

    def file(self, address: str, token: str, index: int) -> Presented | None:
        """Return a file beside a reply to this address as its reader may see it, None where there is none."""
        with self._database.reading() as session:
            row = storage.outbox.by_token(session, token)
            if row is None or (row.channel, row.address) != (CHANNEL, address):
                return None
            enclosures = reply_from(row.reply).enclosures
            if not 0 <= index < len(enclosures):
                return None
            one = enclosures[index]
            content_hash = one.content_hash
            if content_hash is None:
                stored = storage.evidence.stored_content(session, channel=one.channel, ref=one.ref)
                content_hash = stored.content_hash if stored is not None else None
        content = self._store.read(content_hash) if content_hash is not None else None
        if content is None:
            return None
        try:
            return self._store.present(content, name=one.name)
        except NotTaken:
            return None
