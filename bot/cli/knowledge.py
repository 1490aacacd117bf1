"""Looking after what we know: checking it, searching it, measuring how well it is understood."""

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

import handlers.editors.reviews
from bot import clock
from bot.cli import knowledge_editing, knowledge_golden, misses
from bot.cli.common import JsonFlag, Refusal, note, print_json, settings
from bot.opening import cache_folder, open_book, open_database
from knowledge.check import check as find_problems
from knowledge.golden import GOLDEN_DIR, golden_problems, lines_of, region_of, split_expected
from knowledge.library import DATA_DIR, ENTRIES_DIR, Library
from knowledge.nearness import near_everywhere
from knowledge.reviews import read_signatures, unsigned
from knowledge.search.evaluate import (
    Answered,
    BadLines,
    Report,
    build_measured,
    evaluate,
    evaluate_answers,
    read_lines,
    read_phrasings,
)
from knowledge.search.index import Hit
from knowledge.sheets import Problem
from knowledge.understanding import Understander

app = typer.Typer(help="Look after what we know: check, search, evaluate.", no_args_is_help=True)

app.command(name="draft")(knowledge_editing.draft)
app.command(name="drafts")(knowledge_editing.drafts)
app.command(name="show")(knowledge_editing.show)
app.command(name="diff")(knowledge_editing.diff)
app.command(name="history")(knowledge_editing.history)
app.command(name="rehearse")(knowledge_golden.rehearse)
app.command(name="publish")(knowledge_editing.publish)
app.command(name="rollback")(knowledge_editing.roll_back)
app.command(name="retire")(knowledge_editing.retire)
misses.register(app)
app.command(name="sign")(knowledge_editing.sign)
app.command(name="import")(knowledge_editing.take_in)
app.command(name="export")(knowledge_editing.give_out)
app.add_typer(knowledge_golden.app, name="golden")

Directory = Annotated[
    Path, typer.Option("--entries-dir", help="Folder of entries.", exists=True, file_okay=False)
]
DataDirectory = Annotated[
    Path, typer.Option("--data-dir", help="Folder of facts and sources.", exists=True, file_okay=False)
]


@app.command()
def check(
    entries_dir: Directory = ENTRIES_DIR,
    data_dir: DataDirectory = DATA_DIR,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="As it would be served on this day.")
    ] = None,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="List what a qualified person still has to sign.")
    ] = False,
    near: Annotated[
        bool, typer.Option("--near", help="List entries that are not told apart; takes a minute.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Refuse bare figures, missing facts, dangling relations, colliding questions, empty topics.

    --reviews looks at what the database serves, unless another folder is named; --near at the files.
    """
    day = _day(on)
    if reviews:
        _list_unsigned(entries_dir, data_dir, as_json)
        return
    if near:
        _list_near(Library.load(entries_dir, data_dir), as_json)
        return
    problems = find_problems(entries_dir, data_dir, day)
    if entries_dir == ENTRIES_DIR and data_dir == DATA_DIR and not problems:
        problems = list(_golden_problems())
    if as_json:
        print_json([asdict(one) for one in problems])
    else:
        for one in problems:
            print(one)
    if problems:
        raise Refusal(f"{len(problems)} problems")
    note(f"{len(Library.load(entries_dir, data_dir).entries)} entries, no problems on {day}.")


def _golden_problems() -> Iterator[Problem]:
    """Yield the faults of the shipped golden lines beside the shipped entries."""
    unread: list[Problem] = []
    lines = lines_of(GOLDEN_DIR, unread)
    yield from unread
    yield from golden_problems(lines, Library.load())


def _list_unsigned(entries_dir: Path, data_dir: Path, as_json: bool) -> None:
    if entries_dir == ENTRIES_DIR and data_dir == DATA_DIR:
        _, database, base = knowledge_editing.open_base()
        with database.transaction() as session:
            handlers.editors.reviews.seed(session, clock.now())
            found = handlers.editors.reviews.waiting(session, base)
    else:
        found = unsigned(Library.load(entries_dir, data_dir), read_signatures(data_dir))
    if as_json:
        print_json([{"entry": entry.id, "question": entry.question} for entry in found])
        return
    for entry in found:
        print(f"{entry.id:40}  {entry.question}")
    note(f"{len(found)} entries are to be reviewed by a qualified person.")


def _list_near(library: Library, as_json: bool) -> None:
    found = near_everywhere(library)
    if as_json:
        rows = {entry_id: list(map(knowledge_editing.near_row, near)) for entry_id, near in found.items()}
        print_json(rows)
        return
    for entry_id, near in found.items():
        knowledge_editing.print_near(near, of=entry_id)
    note(f"{len(found)} entries are too near to another.")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="A question as a customer types it.")],
    top: Annotated[int, typer.Option(help="How many entries.", min=1, max=50)] = 5,
    region: Annotated[str | None, typer.Option(help="As a customer of this region.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Rank the entries that may answer a question, and say what would be decided."""
    found = settings()
    book = open_book(found, open_database(found))
    meant = book.understander.understand(text, region=region or book.utility.region)
    hits = book.understander.index.rank(meant.question, top=top)
    rows = [
        {
            "entry": hit.entry_id,
            "topic": book.library.entries[hit.entry_id].topic,
            "question": book.library.entries[hit.entry_id].question,
            "score": round(hit.score, 4),
            "phrasing": hit.phrasing,
        }
        for hit in hits
    ]
    if as_json:
        print_json({"outcome": meant.outcome, "topic": meant.topic, "entry": meant.entry_id, "hits": rows})
        return
    print(f"{meant.outcome}  {meant.topic or '-'}  {meant.entry_id or '-'}")
    for row in rows:
        print(f"{row['score']:.3f}  {row['entry']:32}  {row['question']}  （{row['phrasing']}）")


@app.command(name="evaluate")
def evaluate_command(
    questions: Annotated[
        Path,
        typer.Argument(
            help="Lines `expected<TAB>question`; `-` is out of scope, `a|b` either, `!` danger.",
            exists=True,
            dir_okay=False,
        ),
    ],
    entries: Annotated[
        Path | None,
        typer.Option(help="Lines `id<TAB>question` instead of our own entries.", exists=True, dir_okay=False),
    ] = None,
    by: Annotated[str, typer.Option(help="What is expected: entry or topic.")] = "entry",
    each: Annotated[Path | None, typer.Option(help="Write a line per question to this file.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure ranking, refusal and speed against questions whose answers are known."""
    if by not in ("entry", "topic") or (by == "topic" and entries is not None):
        raise typer.BadParameter("--by is entry or topic; foreign entries have no topics")
    try:
        report, cached = (_foreign(questions, entries), False) if entries is not None else _own(questions, by)
    except BadLines as error:
        raise Refusal(str(error)) from None
    if each is not None:
        with each.open("w", encoding="utf-8") as file:
            for record in report.records:
                file.write(json.dumps(asdict(record), ensure_ascii=False) + "\n")
    figures = _figures(report) | {"cached": cached}
    if as_json:
        print_json(figures)
    else:
        for name, value in figures.items():
            print(f"{name:18} {value}")


def _foreign(questions: Path, entries: Path) -> Report:
    phrasings = read_phrasings(entries)
    lines = read_lines(questions, known={entry_id for entry_id, _ in phrasings})
    index, build_s, peak_mb = build_measured(phrasings)
    return evaluate(index, lines, build_s=build_s, peak_mb=peak_mb)


def _own(questions: Path, by: str) -> tuple[Report, bool]:
    """Return the report, and whether the index came from disk: its build time is then that of loading it."""
    library = Library.load()
    known = {*(library.topics if by == "topic" else library.entries), "!"}
    lines = read_lines(questions, known=known)
    started = perf_counter()
    understander = Understander(library, cache_dir=cache_folder(settings()))
    build_s = perf_counter() - started
    wanted = {line.question: split_expected(line.expected or "-") for line in lines}
    regions = {question: region_of(some, question, library) for question, some in wanted.items()}

    def answer(question: str) -> Answered:
        meant = understander.understand_afresh(question, region=regions[question])
        hits = list(understander.index.rank(meant.question, top=30 if by == "topic" else 10))
        outcome: str = meant.outcome
        first = meant.entry_id or (meant.candidates[0].entry_id if meant.candidates else None)
        if meant.outcome == "danger" and meant.entry_id is None:
            # The danger rules speak for every entry of the emergency, whichever of them is expected.
            emergency = [entry.id for entry in library.by_topic["emergency"]]
            first = next((one for one in wanted[question] if one in emergency), emergency[0])
        elif meant.outcome in ("found", "smalltalk") and meant.entry_id is None:
            first = library.by_topic[meant.topic or "greeting_smalltalk"][0].id
        if first is not None:
            # What the whole understanding decided stands before what the search alone would say.
            hits = [Hit(first, meant.score, ""), *(hit for hit in hits if hit.entry_id != first)]
            if outcome == "found" and library.entries[first].action in ("out_of_scope", "ask_back"):
                outcome = "unknown"
        if by == "topic" and meant.topic is not None and hits:
            lead = next((hit for hit in hits if library.entries[hit.entry_id].topic == meant.topic), None)
            if lead is not None:
                hits = [lead, *(hit for hit in hits if hit is not lead)]
        return Answered(tuple(hits), outcome, meant.score)

    report = evaluate_answers(
        answer,
        lines,
        timed=lambda question: understander.understand_afresh(question, region=regions[question]),
        by={entry.id: entry.topic for entry in library.entries.values()} if by == "topic" else None,
        entries=len(library.entries),
        questions=sum(len(entry.phrasings) for entry in library.entries.values()),
        build_s=build_s,
    )
    return report, understander.index.from_disk


def _figures(report: Report) -> dict[str, Any]:
    def share(value: float) -> float | None:
        return None if math.isnan(value) else round(value * 100, 2)

    def fraction(value: float) -> float | None:
        return None if math.isnan(value) else round(value, 4)

    return {
        "top1": share(report.top1),
        "top3": share(report.top3),
        "recall5": share(report.recall5),
        "mrr10": fraction(report.mrr10),
        "coverage": share(report.coverage),
        "coverage_in_scope": share(report.coverage_in_scope),
        "precision": share(report.precision),
        "auroc": fraction(report.auroc),
        "p50_ms": round(report.p50_ms, 3),
        "p99_ms": round(report.p99_ms, 3),
        "entries": report.entries,
        "questions": report.questions,
        "build_s": round(report.build_s, 3),
        "peak_mb": round(report.peak_mb, 1),
    }


def _day(text: str | None) -> date:
    if text is None:
        return clock.now().date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"--on: {text!r} is not a day like 2026-12-01") from None
