"""What editors make of misses: gaps ranked by how many meet them, and drafts in the customers' words."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import yaml
from sqlmodel import Session

import storage.feedback
import storage.knowledge
from handlers.editors import editing
from handlers.editors.editing import Refused, Saved
from handlers.wording import feedback as wording
from knowledge.book import Book
from knowledge.check import MAX_QUESTION, bare
from knowledge.clusters import Cluster, Clusterer, Said, default_reader
from knowledge.library import OWN_PRACTICE
from knowledge.redaction import redact, without_marks
from knowledge.text.normalise import normalise, simplified
from storage.feedback import StaffReply
from storage.models import Miss, MissKind

__all__ = ["KINDS", "Gap", "adopt", "adopt_into", "gaps"]

# What is listed unless asked otherwise; what is out of our scope is counted only.
KINDS: Final = (MissKind.UNKNOWN, MissKind.UNCLEAR, MissKind.NONE, MissKind.DOWN)

_NEAR: Final = 8  # entries that a question is compared by
_SHOWN: Final = 3
_LONGEST_PHRASING: Final = 50  # characters: a longer message is a story, not a question
_BACKGROUND: Final = 3  # phrasings of an entry by which one tells rare words from common ones
_RELATED: Final = 3
_NO_NEIGHBOUR: Final = frozenset({"smalltalk", "out_of_scope", "ask_back", "danger"})
_OPENING: Final = re.compile(
    r"^(?:(?:你好|您好|我?想?请?问一?下|我?想问|请问|麻烦问下|打扰一下|那个|就是)[，,。！!：: ]*)+"
)
_CLAUSES: Final = re.compile(r"[，,。；;！!？? ]+")


@dataclass(frozen=True, slots=True)
class Gap:
    """Misses that mean the same; `id` stays the same while more of them come."""

    id: str
    title: str
    people: int
    kinds: dict[str, int]
    weeks: dict[str, int]
    districts: dict[str, int]
    examples: tuple[str, ...]  # in the customers' words, the most central first
    near: tuple[tuple[str, str, float], ...]  # entry, its question, how much it resembles (0 to 1)
    replies: tuple[StaffReply, ...]  # what colleagues wrote to those who asked, the fullest first
    misses: tuple[int, ...]

    @property
    def size(self) -> int:
        """Return how often it was asked."""
        return len(self.misses)


def gaps(
    session: Session, book: Book, *, weeks: int, now: datetime, kinds: Collection[str] = KINDS
) -> list[Gap]:
    """Return the gaps of the last weeks, those that most people met first; adopted ones are left out."""
    rows = storage.feedback.misses(session, since=now - timedelta(weeks=weeks), kinds=kinds)
    if not rows:
        return []
    by_id = {row.id: row for row in rows}
    near: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.text not in near:
            hits = book.understander.index.rank(normalise(without_marks(row.text)), top=_NEAR)
            near[row.text] = {hit.entry_id: hit.score for hit in hits}
    background = [text for entry in book.library.entries.values() for text in entry.phrasings[:_BACKGROUND]]
    said = [Said(row.id or 0, row.text, near[row.text]) for row in rows]
    clusters = Clusterer(default_reader(), background).clusters(said)
    found = [
        _gap(session, book, cluster, [by_id[one.key] for one in cluster.members]) for cluster in clusters
    ]
    return sorted(found, key=lambda gap: (-gap.people, -gap.size, min(gap.misses)))


def adopt(
    session: Session,
    book: Book,
    gap: Gap,
    *,
    entry_id: str,
    topic: str,
    answer: str,
    author: str,
    reason: str,
    now: datetime,
) -> Saved:
    """Make a gap a draft of a new entry whose phrasings are the customers' words; raises Refused.

    Its question is the most central one, shortened to what fits a button; its neighbours are the nearest
    entries. It may lack phrasings that publishing wants: the problems say so.
    """
    editing.seed(session, now)
    if entry_id in storage.knowledge.known_ids(session):
        raise Refused(f"{entry_id} exists already: add the words to it with --into")
    question = standard_question(gap.title)
    taken = {bare(text) for entry in book.library.entries.values() for text in entry.phrasings}
    similar = _phrasings(gap, taken | {bare(question)})
    block = _block(entry_id, topic, question, similar, answer, _neighbours(book, gap))
    return _saved(session, book, gap, block, author, reason, now)


def adopt_into(
    session: Session, book: Book, gap: Gap, *, entry_id: str, author: str, reason: str, now: datetime
) -> Saved:
    """Add a gap's words to an entry that there is, as a draft; raises Refused."""
    editing.seed(session, now)
    drafted = storage.knowledge.drafts(session, [entry_id]).get(entry_id)
    block = (drafted or editing.text_of(session, entry_id)).block
    taken = {bare(text) for entry in book.library.entries.values() for text in entry.phrasings}
    similar = _phrasings(gap, taken | {bare(line) for line in block.splitlines()} | _said_in(block))
    if not similar:
        raise Refused("none of these words is new: each of them stands in an entry already")
    return _saved(session, book, gap, _with_phrasings(block, similar), author, reason, now)


def standard_question(text: str) -> str:
    """Return a customer's words as a standard question: Simplified, without greeting, short as a button."""
    plain = _OPENING.sub("", simplified(without_marks(text))).strip()
    if len(plain.rstrip("？?。!！ ")) >= MAX_QUESTION:
        clauses = [clause for clause in _CLAUSES.split(plain) if 4 <= len(clause) < MAX_QUESTION]
        plain = max(clauses, key=len, default=plain[: MAX_QUESTION - 1])
    return f"{plain.rstrip('？?。!！，, ')}？"


# -- inside


def _gap(session: Session, book: Book, cluster: Cluster, rows: Sequence[Miss]) -> Gap:
    weights: Counter[str] = Counter()
    for one in cluster.members:
        weights.update(dict(one.near))
    entries = book.library.entries
    persons = [row.person_id for row in rows]
    # Whom we have forgotten we count one by one: who asks twice in a month is rare.
    people = len({one for one in persons if one is not None}) + persons.count(None)
    return Gap(
        id=f"m{cluster.first_key}",
        title=without_marks(cluster.title),
        people=people,
        kinds=dict(sorted(Counter(row.kind for row in rows).items())),
        weeks=dict(sorted(Counter(row.week for row in rows).items())),
        districts=dict(Counter(row.district for row in rows if row.district).most_common()),
        examples=tuple(dict.fromkeys(one.text for one in cluster.members)),
        near=tuple(
            (entry_id, entries[entry_id].question, round(weight / len(rows), 3))
            for entry_id, weight in weights.most_common(_SHOWN)
            if entry_id in entries
        ),
        replies=_replies(session, rows),
        misses=tuple(row.id for row in rows if row.id is not None),
    )


def _replies(session: Session, rows: Sequence[Miss]) -> tuple[StaffReply, ...]:
    found = [
        StaffReply(person_id, at, words)
        for person_id, at, text in storage.feedback.after_asking(session, rows)
        if (words := wording.words_of_colleague(text)) is not None
    ]
    found += storage.feedback.told_by_ticket(session, rows)
    once = {redact(one.text): StaffReply(one.person_id, one.at, redact(one.text)) for one in found}
    return tuple(sorted(once.values(), key=lambda one: (-len(one.text), one.at)))


def _phrasings(gap: Gap, taken: Collection[str]) -> list[str]:
    """Return a gap's words as phrasings, each once, none that an entry has already."""
    kept: dict[str, str] = {}
    for text in gap.examples:
        words = without_marks(text)
        same = bare(words)
        if same not in taken and any(sign.isalnum() for sign in words) and len(words) <= _LONGEST_PHRASING:
            kept.setdefault(same, words)
    return list(kept.values())


def _neighbours(book: Book, gap: Gap) -> list[str]:
    entries = book.library.entries
    hits = book.understander.index.rank(normalise(gap.title), top=4 * _NEAR)
    return [
        hit.entry_id
        for hit in hits
        if hit.entry_id in entries
        and entries[hit.entry_id].audience == "public"
        and entries[hit.entry_id].action not in _NO_NEIGHBOUR
    ][:_RELATED]


def _block(
    entry_id: str, topic: str, question: str, similar: Sequence[str], answer: str, related: Sequence[str]
) -> str:
    lines = [f"- id: {entry_id}", f"  topic: {topic}", f"  question: {_scalar(question)}", "  similar:"]
    lines += [f"    - {_scalar(text)}" for text in similar]
    lines += ["  answer: |", *(f"    {line}".rstrip() for line in answer.strip().splitlines())]
    lines += ["  basis:", f'    - {{source: {OWN_PRACTICE}, article: ""}}']
    lines.append(f"  related: [{', '.join(related)}]")
    return "\n".join(lines) + "\n"


def _with_phrasings(block: str, similar: Sequence[str]) -> str:
    """Return an entry's YAML with phrasings after its last one; raises Refused where none is listed."""
    lines = block.splitlines()
    start = next((place for place, line in enumerate(lines) if re.fullmatch(r"  similar:\s*", line)), None)
    if start is None or start + 1 == len(lines) or not lines[start + 1].lstrip().startswith("- "):
        raise Refused("similar: is not a list with a line per phrasing; write the draft by hand")
    indent = lines[start + 1].partition("-")[0]
    last = start + 1
    while last + 1 < len(lines) and lines[last + 1].startswith((f"{indent}- ", f"{indent} ")):
        last += 1
    return (
        "\n".join(
            [*lines[: last + 1], *(f"{indent}- {_scalar(text)}" for text in similar), *lines[last + 1 :]]
        )
        + "\n"
    )


def _said_in(block: str) -> set[str]:
    """Return the phrasings of an entry's YAML, folded for comparing."""
    (entry,) = yaml.safe_load(block)
    return {bare(str(text)) for text in (entry.get("question", ""), *entry.get("similar", ()))}


def _scalar(text: str) -> str:
    """Return a text as it stands in YAML, quoted where it would be read as something else."""
    written: str = yaml.safe_dump(text, allow_unicode=True, width=10_000)
    return written.removesuffix("...\n").strip()


def _saved(
    session: Session, book: Book, gap: Gap, block: str, author: str, reason: str, now: datetime
) -> Saved:
    # What it is too near to is worked out outside this transaction: it takes a while.
    saved = editing.save_draft(session, book, block, author, reason, now, compare=False)
    if saved.revision is not None:
        storage.feedback.mark_adopted(session, gap.misses, saved.entry_id)
    return saved
