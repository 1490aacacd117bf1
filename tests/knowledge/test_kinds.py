"""What the files of the kinds of ticket say: no bare figure, every document known, docs/tickets.md true."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from knowledge.book import Book
from knowledge.check import bare_figures
from knowledge.facts import PLACEHOLDER
from knowledge.rules.promise_rows import OPENED, PromiseRow
from knowledge.rules.regions import region_ids
from knowledge.rules.ticket_kinds import TicketKind, ticket_kinds

TODAY = date(2026, 11, 23)
KINDS = sorted(ticket_kinds())
PAGE = (Path(__file__).parents[2] / "docs" / "tickets.md").read_text(encoding="utf-8").splitlines()


def sentences(kind: TicketKind) -> Iterator[str]:
    """Yield every sentence and label of a kind that a customer may read."""
    yield from (kind.name, kind.thanks, *kind.subtypes.values())
    for asked in kind.fields:
        yield from (asked.label, asked.ask, asked.hint, asked.wrong, *asked.choices.values())
    for paper in kind.materials:
        yield from (paper.label, paper.hint)


@pytest.mark.parametrize("kind", KINDS)
def test_no_sentence_states_a_figure(kind: str) -> None:
    for sentence in sentences(ticket_kinds()[kind]):
        assert not bare_figures(PLACEHOLDER.sub("", sentence)), sentence


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_asked_for_is_known_everywhere(kind: str, book: Book) -> None:
    for sentence in sentences(ticket_kinds()[kind]):
        for region in region_ids():
            assert "{" not in book.library.facts.render(sentence, region=region, on=TODAY).text


@pytest.mark.parametrize("kind", KINDS)
def test_every_document_is_known(kind: str, book: Book) -> None:
    its = ticket_kinds()[kind]
    named = {paper.source for paper in its.materials}
    named |= {source for row in its.promises for source in (row.document, row.limit_document)}
    assert named <= set(book.library.sources)


def test_an_entry_leads_to_one_form() -> None:
    listed = [entry for kind in ticket_kinds().values() for entry in kind.entries]
    assert len(listed) == len(set(listed))


def test_words_begin_one_form() -> None:
    words = [word for kind in ticket_kinds().values() for word in kind.starting_words]
    assert len(words) == len(set(words))


def test_a_suspension_is_applied_for_as_early_as_we_say(book: Book) -> None:
    first_day = next(one for one in ticket_kinds()["suspend"].fields if one.type == "date")
    fact = book.library.facts.resolve("service.suspend.apply_ahead", region="beijing", on=TODAY)
    assert first_day.least == fact.amount


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_what_is_asked(kind: str) -> None:
    its = ticket_kinds()[kind]
    questions = "、".join(one.label if one.required else f"（{one.label}）" for one in its.fields)
    papers = "；".join(
        (one.label if one.required else f"（{one.label}）") + ("＊" if one.may_follow else "")
        for one in its.materials
    )
    minutes = its.closing.ask_after_minutes
    asked = f"asked after {minutes} min" if minutes else "asked at once"
    closing = asked + (", survey" if its.closing.survey else "")
    columns = (f"`{kind}`", its.prefix, its.name, questions, papers or "–", its.team, closing)
    assert f"| {' | '.join(columns)} |" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_what_is_promised(kind: str) -> None:
    told = [line for line in PAGE if line.startswith(f"| `{kind}` |")][1:]
    assert told == [promised(kind, row) for row in ticket_kinds()[kind].promises]


def promised(kind: str, row: PromiseRow) -> str:
    """Return a promise as the page has it."""
    told = "–" if row.told is None else f"{'≈' if row.average else ''}{row.told}"
    document = row.document
    if row.limit_document != row.document:
        document += f"; limit {row.limit_document}"
    step = row.step if row.after == OPENED else f"{row.step} (after {row.after})"
    whom = ", ".join(filter(None, (row.subtype, row.zone, row.region))) or "all"
    columns = (f"`{kind}`", whom, step, told, row.limit or "–", document, str(row.valid_from))
    return f"| {' | '.join(columns)} |"
