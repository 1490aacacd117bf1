"""Computing a bill for somebody who says how much they used, step by step, always as an estimate."""

import re
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from handlers.answering import carried
from handlers.messages import Choice, Reply
from handlers.turn import Turn
from handlers.wording import bills as wording
from knowledge.rules.bill_question import NeedsMore, read_bill_question
from knowledge.rules.bill_wording import explain
from knowledge.rules.tariff_book import NoTariffInForce
from knowledge.rules.tariffs import BillQuestion, bill
from knowledge.text.normalise import simplified

_HOLDS_NUMBER = re.compile(r"[\d零一二两三四五六七八九十百千万]")
# After a bill, or after an answer about prices: 峰谷的话呢, 分时呢.
_BY_HOURS = re.compile(
    r"(?:那么?|要是|如果|换成|按)*(?:峰谷|分时|峰平谷)(?:电价|计费|来?算)*(?:的话)?(?:呢|咧|喃)?[?？]?"
)
_MONEY_ASKED = re.compile(r"多少|几[多钱块]|算")
_RELATED = ("tariff.tiers.count", "billing.why_high")
_NUMBERS = ("kwh", "used_this_year", "peak_kwh", "valley_kwh")


def read(turn: Turn) -> BillQuestion | NeedsMore | None:
    """Return the bill that the words ask for, read with the one computed just before."""
    if not turn.text:
        return None
    previous = turn.recall("bill")
    fresh = False
    if turn.recall("last") != "bill":
        # Another answer came in between: 换成上海呢 and 那商铺呢 go on with that one, and so does a number
        # that is not said of prices.
        fresh = not previous
        if not _HOLDS_NUMBER.search(turn.text) or not carried.speaks_of_prices(turn):
            previous, fresh = None, False
    question = _from_note(previous) if previous else _empty(turn) if fresh else None
    asked = read_bill_question(
        turn.text, region=turn.region, today=turn.book.today(turn.now), previous=question
    )
    # Nothing was computed before: only a consumption makes a bill of what follows a price.
    return (
        None if fresh and isinstance(asked, NeedsMore) and _MONEY_ASKED.search(turn.text) is None else asked
    )


def current(turn: Turn) -> BillQuestion | None:
    """Return the bill that is spoken of, or None."""
    note = turn.recall("bill")
    return _from_note(note) if note else None


def is_question(turn: Turn) -> bool:
    """Whether the words ask for a bill to be computed."""
    return read(turn) is not None


def listen(turn: Turn) -> bool:
    """Compute the bill that the words ask for; False where they ask for none."""
    if turn.recall("last") == "bill" and _BY_HOURS.fullmatch(simplified(turn.text)):
        split_hours(turn, "")
        return True
    asked = read(turn)
    if asked is None:
        return False
    _answer(turn, asked)
    return True


def start(turn: Turn, _argument: str) -> None:
    """Compute from the words where they hold a consumption, else ask for it."""
    if listen(turn):
        return
    _answer(turn, NeedsMore(_empty(turn), "kwh"))


def split_hours(turn: Turn, _argument: str) -> None:
    """Ask for the peak and valley kWh of the bill computed just before."""
    previous = turn.recall("bill")
    if not previous:
        start(turn, "")
        return
    question = _from_note(previous)
    total = question.total_kwh
    kept = replace(question, kwh=total, peak_kwh=None, valley_kwh=None)
    turn.remember(bill=_note(kept))
    turn.outcome("action", topic="faq.tou")
    turn.say(wording.ask_split())


def _answer(turn: Turn, asked: BillQuestion | NeedsMore) -> None:
    question = asked.question if isinstance(asked, NeedsMore) else asked
    topic = "faq.tou" if question.peak_kwh is not None or question.valley_kwh is not None else "faq.tariff"
    turn.outcome("action", topic=topic)
    turn.heard.score = 1.0
    turn.remember(bill=_note(question), topic=topic, entry=None, last="bill", unclear=None)
    if question.region_named:
        turn.remember(region=question.region)
    if isinstance(asked, NeedsMore):
        turn.say(wording.ask(asked.missing), Choice("人工", "handover"), Choice("主菜单", "menu"))
        return
    try:
        estimate = bill(question)
    except NoTariffInForce as error:
        turn.say(
            Reply(wording.no_tariff(error.sentence), (Choice("人工", "handover"), Choice("主菜单", "menu")))
        )
        return
    except ValueError:
        turn.say(wording.ask("kwh"))
        return
    sources = turn.book.library.sources
    turn.heard.sources = tuple(
        sources[one].citation(region=question.region) for one in estimate.sources if one in sources
    )
    choices = [Choice("我的电费", "bill_view"), Choice("没解决，找人工", "handover")]
    if question.peak_kwh is None and question.customer == "residential":
        choices.insert(0, Choice("按峰谷算", "bill.split"))
    entries = turn.book.library.entries
    choices[-1:-1] = [Choice(entries[one].question, f"answer:{one}") for one in _RELATED if one in entries][
        :2
    ]
    turn.say(Reply("\n".join(explain(estimate)), tuple(choices)))


def _empty(turn: Turn) -> BillQuestion:
    """Return the question whose consumption is still to be told."""
    month = turn.book.today(turn.now).replace(day=1)
    return BillQuestion(region=turn.region, month=month, region_named=turn.region != turn.home)


def _note(question: BillQuestion) -> dict[str, Any]:
    note = asdict(question)
    note["month"] = question.month.isoformat()
    for name in _NUMBERS:
        note[name] = None if note[name] is None else str(note[name])
    return note


def _from_note(note: dict[str, Any]) -> BillQuestion:
    known = dict(note)
    known["month"] = date.fromisoformat(known["month"])
    for name in _NUMBERS:
        known[name] = None if known[name] is None else Decimal(known[name])
    return BillQuestion(**known)


ACTS = {"bill": start, "bill.split": split_hours}
