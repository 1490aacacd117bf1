"""Looking after what we know: checking it, searching it, measuring how well it is understood."""

import json
import math
from dataclasses import asdict
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from bot import clock
from bot.cli.common import JsonFlag, Refusal, note, print_json, settings
from bot.opening import cache_folder, open_book
from knowledge.check import check as find_problems
from knowledge.library import DATA_DIR, ENTRIES_DIR, Library
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
from knowledge.understanding import Understander

app = typer.Typer(help="Look after what we know: check, search, evaluate.", no_args_is_help=True)

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
    as_json: JsonFlag = False,
) -> None:
    """Refuse bare figures, missing facts, dangling relations, colliding questions, empty topics."""
    day = _day(on)
    problems = find_problems(entries_dir, data_dir, day)
    if as_json:
        print_json([asdict(one) for one in problems])
    else:
        for one in problems:
            print(one)
    if problems:
        raise Refusal(f"{len(problems)} problems")
    note(f"{len(Library.load(entries_dir, data_dir).entries)} entries, no problems on {day}.")


@app.command()
def search(
    text: Annotated[str, typer.Argument(help="A question as a customer types it.")],
    top: Annotated[int, typer.Option(help="How many entries.", min=1, max=50)] = 5,
    region: Annotated[str | None, typer.Option(help="As a customer of this region.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Rank the entries that may answer a question, and say what would be decided."""
    book = open_book(settings())
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
            help="Lines `expected<TAB>question`; `-` is out of scope.", exists=True, dir_okay=False
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
    known = set(library.topics) if by == "topic" else set(library.entries)
    lines = read_lines(questions, known=known)
    started = perf_counter()
    understander = Understander(library, cache_dir=cache_folder(settings()))
    build_s = perf_counter() - started
    region = library.utility.region

    def answer(question: str) -> Answered:
        meant = understander.understand_afresh(question, region=region)
        hits = list(understander.index.rank(meant.question, top=30 if by == "topic" else 10))
        outcome: str = meant.outcome
        first = meant.entry_id or (meant.candidates[0].entry_id if meant.candidates else None)
        if meant.outcome == "danger" and meant.entry_id is None:
            first = library.by_topic["emergency"][0].id
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
        timed=lambda question: understander.understand_afresh(question, region=region),
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
