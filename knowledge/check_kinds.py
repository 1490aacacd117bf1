"""What the file of a kind of ticket must keep to: each entry, document and figure that it names exists."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from knowledge.facts import PLACEHOLDER, FactMissing
from knowledge.library import Library
from knowledge.rules.regions import region_ids
from knowledge.rules.ticket_kinds import ABOUT, TicketKind, kinds_in
from knowledge.sheets import Problem


def check_kinds(folder: Path, library: Library, on: date) -> Iterator[Problem]:
    """Yield the faults of every kind of a folder beside a library; an absent folder has none."""
    unreadable: list[Problem] = []
    kinds = kinds_in(folder, unreadable)
    yield from unreadable
    owner: dict[str, str] = {}
    for kind in kinds.values():
        for rule, sentence in _faults(kind, library, on):
            yield _problem(kind, rule, sentence)
        for word in sorted(kind.starting_words):
            first = owner.setdefault(word, kind.kind)
            if first != kind.kind:
                yield _problem(kind, "collision", f"“{word}”已经用来开始 {first}。")


def _faults(kind: TicketKind, library: Library, on: date) -> Iterator[tuple[str, str]]:
    for entry in kind.entries:
        if entry not in library.entries:
            yield "entry", f"entries：没有 {entry} 这一条知识。"
    for topic in kind.topics:
        if topic not in library.topics:
            yield "topic", f"topics：没有 {topic} 这个主题。"
    for paper in kind.materials:
        if paper.source not in library.sources:
            yield "source", f"materials.{paper.name}：来源 {paper.source} 没有登记。"
    for row in kind.promises:
        for document in (row.document, row.limit_document):
            if document not in library.sources:
                yield "source", f"promises.{row.step}：来源 {document} 没有登记。"
        if row.subtype is not None and row.subtype not in kind.subtypes:
            yield "field", f"promises.{row.step}：没有 {row.subtype} 这个细类。"
        if row.region is not None and row.region not in region_ids():
            yield "region", f"promises.{row.step}：没有 {row.region} 这个地区。"
    depends = [field.name for field in kind.fields if field.subtypes]
    depends += [paper.name for paper in kind.materials if paper.subtypes]
    if depends and all(one.name != ABOUT for one in kind.fields):
        yield "field", f"{'、'.join(depends)} 只属于某些细类，但没有问细类的字段（{ABOUT}）。"
    if kind.outage_within:
        yield from _placeholders("outage_within", f"{{{kind.outage_within}}}", library, on)
    for name, text in _texts(kind):
        yield from _placeholders(name, text, library, on)


def _texts(kind: TicketKind) -> Iterator[tuple[str, str]]:
    yield "thanks", kind.thanks
    for field in kind.fields:
        yield f"fields.{field.name}", f"{field.ask}{field.hint}"
    for paper in kind.materials:
        yield f"materials.{paper.name}", f"{paper.label}{paper.hint}"


def _placeholders(name: str, text: str, library: Library, on: date) -> Iterator[tuple[str, str]]:
    for found in PLACEHOLDER.finditer(text):
        fact = found.group(1)
        if fact in library.utility.words:
            continue
        for region in region_ids():
            try:
                library.facts.resolve(fact, region=region, on=on)
            except FactMissing:
                yield "fact", f"{name}：{region} 没有数据 {fact}，或已过期。"
                break
    plain = PLACEHOLDER.sub("", text)
    if "{" in plain or "}" in plain:
        yield "placeholder", f"{name} 里有写错的占位。"


def _problem(kind: TicketKind, rule: str, sentence: str) -> Problem:
    return Problem(f"kinds/{kind.kind}.yaml", 0, kind.kind, rule, sentence)
