"""A small set of entries with the real facts and topics: quick to index, easy to read in a test."""

from datetime import datetime

from sqlmodel import Session

import storage.golden
import storage.knowledge
from handlers.editors.editing import published_library
from knowledge.book import Book
from knowledge.library import Library
from knowledge.practice import load_practice
from knowledge.understanding import Understander

HEAD = "# Two sheets for the tests.\n\n"
WORDS = {
    "seal.broken": ("封印断了怎么办？", "封印 铅封 封条 铁丝封 封签 封扣 铅印 封线", "{}断了"),
    "meter.noise": (
        "电表有响声怎么办？",
        "嗡嗡响 滋滋响 吱吱叫 有杂音 响个不停 有怪声 夜里响 声音大",
        "电表{}",
    ),
    "bill.paper": (
        "能寄纸质账单吗？",
        "账单 单子 缴费单 通知单 明细单 月结单 催费单 对账单",
        "寄张纸质{}给我",
    ),
    "queue.number": ("营业厅怎么取号？", "排队号 号 叫号票 号码 排号单 预约号 序号 票号", "营业厅怎么拿{}"),
}


def block(
    entry_id: str, *, topic: str = "service.meter", answer: str = "请在这里说一声。", more: str = ""
) -> str:
    """Return an entry's YAML as it stands in a sheet."""
    question, kinds, pattern = WORDS[entry_id]
    others = [other for other in WORDS if other != entry_id][:2]
    similar = "".join(f"    - {pattern.format(kind)}\n" for kind in kinds.split())
    return (
        f"- id: {entry_id}\n  topic: {topic}\n  question: {question}\n  similar:\n{similar}{more}"
        f"  answer: |\n    {answer}\n  basis: [{{source: own.practice, article: ''}}]\n"
        f"  related: [{', '.join(others)}]\n"
    )


def sheets() -> dict[str, str]:
    """Return the small library as it is delivered."""
    return {
        "meter.yaml": HEAD + block("seal.broken") + "\n# about noises\n" + block("meter.noise"),
        "paper.yaml": block("bill.paper", topic="billing")
        + block("queue.number", topic="payment")
        + "# end\n",
    }


def base() -> Library:
    """Return the real facts without any entry."""
    return Library.of_sheets({})


def seeded(session: Session, now: datetime, *golden: tuple[str, str]) -> None:
    """Put the small library and some golden lines (expected, question) into the database."""
    storage.knowledge.seed(session, sheets(), now)
    rows = [(expected, question, "small.tsv") for expected, question in golden or [("-", "火星上有电吗")]]
    storage.golden.add(session, rows, author="delivery", reason="first delivery", now=now)


def small_book(session: Session) -> Book:
    """Open the book of what the database serves."""
    library = published_library(session, base())
    return Book(library=library, understander=Understander(library), practice=load_practice())
