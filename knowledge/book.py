"""The binder on the desk: everything we know, opened once and replaced whole."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from knowledge.caching import remembering
from knowledge.facts import FactMissing
from knowledge.library import Answer, Entry, Library
from knowledge.practice import Practice, load_practice
from knowledge.rules.ticket_kinds import ticket_kinds
from knowledge.understanding import Understander
from knowledge.utility import Utility


@dataclass(frozen=True)
class Book:
    """The library with its index, our practice, and the zone in which days are counted."""

    library: Library
    understander: Understander
    practice: Practice
    edition: int = 0  # the number of the published knowledge it was made from, 0 for the files alone

    @classmethod
    def open(
        cls,
        entries_dir: Path | None = None,
        data_dir: Path | None = None,
        *,
        cache_dir: Path | None = None,
    ) -> "Book":
        """Read everything and build the index, or take it from `cache_dir`; raises BadContent."""
        ticket_kinds()  # a wrong file stops the start, not the first customer who needs it
        practice = load_practice(data_dir / "practice.yaml") if data_dir else load_practice()
        return cls.of(Library.load(entries_dir, data_dir), practice=practice, cache_dir=cache_dir)

    @classmethod
    def of(
        cls,
        library: Library,
        *,
        practice: Practice | None = None,
        edition: int = 0,
        cache_dir: Path | None = None,
    ) -> "Book":
        """Build the index of a library, or take it from `cache_dir`."""
        understander = Understander(library, cache_dir=cache_dir)
        return cls(library, understander, practice or load_practice(), edition)

    def revised(self, library: Library, *, edition: int = 0) -> "Book":
        """Return the book of a changed library, in a fraction of the time; this one goes on being read."""
        return replace(
            self, library=library, understander=self.understander.revised(library), edition=edition
        )

    @property
    def utility(self) -> Utility:
        """Whose hotline this is."""
        return self.library.utility

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the utility counts its days."""
        return _zone(self.utility.zone)

    def today(self, now: datetime) -> date:
        """Return the utility's date at a moment."""
        return now.astimezone(self.zone).date()

    def answer(self, entry: Entry, *, region: str, now: datetime) -> Answer | None:
        """Return an entry as a customer of a region reads it now, or None where a figure has expired."""
        return self._answers(entry.id, region, self.today(now))

    def fill(self, text: str, *, region: str, now: datetime) -> str:
        """Return one of our own sentences with its figures put in; raises FactMissing."""
        return self._filled(text, region, self.today(now))

    # Answers depend on entry, region and day only; the same few are asked for all day long.
    @cached_property
    def _answers(self) -> Callable[[str, str, date], Answer | None]:
        return remembering(self._work_out_answer, most=4096)

    @cached_property
    def _filled(self) -> Callable[[str, str, date], str]:
        return remembering(self._work_out_filled, most=1024)

    def _work_out_answer(self, entry_id: str, region: str, on: date) -> Answer | None:
        try:
            return self.library.answer(self.library.entries[entry_id], region, on)
        except FactMissing:
            return None

    def _work_out_filled(self, text: str, region: str, on: date) -> str:
        return self.library.facts.render(text, region=region, on=on).text


@lru_cache(maxsize=8)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
