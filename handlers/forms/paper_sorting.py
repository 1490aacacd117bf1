"""Which photo is which paper: what is named, what was tapped, else the first one still missing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

import storage.papers
from handlers.turn import Turn
from knowledge.rules.ticket_kinds import Material, ticket_kinds
from knowledge.text.normalise import simplified
from storage.models import Evidence, Ticket

# What a form or dialogue notes of it: what was sent last, and which paper comes next.
LAST, NEXT = "papers_last", "papers_next"
_NAMES = re.compile(r"[、，,（）() 或和及与]+")


@dataclass(frozen=True, slots=True)
class Standing:
    """Which papers are asked for, and of how many photos each consists by now."""

    papers: tuple[Material, ...]
    sheets: Mapping[str, int]

    @property
    def missing(self) -> tuple[Material, ...]:
        """Return the papers that are not there, those that need not be brought at all left out."""
        return tuple(one for one in self.papers if one.required and not self.sheets.get(one.name))

    @property
    def holding_up(self) -> tuple[Material, ...]:
        """Return the papers without which nothing can be handed in."""
        return tuple(one for one in self.missing if not one.may_follow)

    @property
    def open(self) -> tuple[Material, ...]:
        """Return every paper that is not there, the ones that are needed first."""
        optional = tuple(one for one in self.papers if not one.required and not self.sheets.get(one.name))
        return (*self.missing, *optional)


def of_draft(session: Session, kind: str, subtype: str, draft_key: str) -> Standing:
    """Return how far the papers of a draft are; further photos of an album are the paper of its first."""
    storage.papers.join_albums(session, draft_key)
    return Standing(ticket_kinds()[kind].materials_for(subtype), storage.papers.sheets(session, draft_key))


def of_ticket(session: Session, ticket: Ticket) -> Standing:
    """Return how far the papers of a ticket are."""
    return of_draft(session, ticket.kind, ticket.subtype, ticket.draft_key)


def sort_in(turn: Turn, kind: str, subtype: str, draft_key: str, notes: Mapping[str, Any]) -> dict[str, Any]:
    """Put what is no paper yet to one; return what is noted of it."""
    standing = of_draft(turn.session, kind, subtype, draft_key)
    rows = storage.papers.unsorted(turn.session, draft_key)
    sheets = dict(standing.sheets)
    noted: dict[str, Any] = {}
    told = named(turn.text, standing.papers) if turn.message.attachments else None
    tapped = next((one for one in standing.papers if one.name == notes.get(NEXT)), None)
    sent_now: list[int] = []
    names: list[str] = []
    for unit in _units(rows):
        is_new = bool(turn.message.attachments) and unit[-1].received_at == turn.now
        missing = Standing(standing.papers, sheets).open
        paper = ((told or tapped) if is_new else None) or next(iter(missing), None)
        if paper is None:
            continue  # more than was asked for: kept with the rest
        ids = [one.id for one in unit if one.id is not None]
        storage.papers.sort(turn.session, draft_key, ids, paper.name)
        sheets[paper.name] = sheets.get(paper.name, 0) + len(ids)
        sent_now += ids
        names.append(paper.name)
        if is_new:
            noted[NEXT] = None
    if sent_now:
        album = next((one.album for one in rows if one.id == sent_now[-1]), "")
        noted[LAST] = {"ids": sent_now, "names": names, "album": album, "update": turn.message.update_id}
    return noted


def _units(rows: Sequence[Evidence]) -> list[list[Evidence]]:
    """Return photos that belong together, those of an album or of one message, in their order."""
    units: dict[tuple[str, Any], list[Evidence]] = {}
    for one in rows:
        # Without an album's name, what came with one message came at one moment.
        unit = (one.album, None) if one.album else ("", one.message_ref or one.received_at)
        units.setdefault(unit, []).append(one)
    return list(units.values())


def named(words: str, papers: Sequence[Material]) -> Material | None:
    """Return the only paper that words name: by its label, or by one of the examples behind it."""
    words = simplified(words)
    if not words:
        return None
    found = [one for one in papers if one.label in words or (len(words) >= 3 and words in one.label)]
    if not found:
        found = [
            one
            for one in papers
            if any(len(name) >= 3 and name in words for name in _NAMES.split(f"{one.label}、{one.hint}"))
        ]
    return found[0] if len(found) == 1 else None
