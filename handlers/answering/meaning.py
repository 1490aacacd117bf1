"""What a text means where it is said, and the one line of an answer that is said before a form."""

import re

from handlers.answering import carried
from handlers.outages.outage_places import without_place
from handlers.turn import Turn
from knowledge.library import Answer
from knowledge.rules.regions import read_region
from knowledge.understanding import Understanding

_SENTENCE = re.compile(r"[^。！；]+[。！；]?")
_ASKS = re.compile(r"告诉我|请说|请先说|请留下|请[报发拍提]|请把|发给我|点“|说“|[:：]$")
_LEAD_LENGTH = 60
SWEARING = "smalltalk.swearing"


def understand(turn: Turn, text: str) -> Understanding:
    """Return what a text means, read with what was said just before."""
    context = carried.context(turn)
    region = region_named(turn, text) or turn.region
    understander = turn.book.understander
    today = turn.book.today(turn.now)
    bare = without_place(text)
    if bare != text:
        meant = understander.understand(bare, region=region, context=context, on=today)
        if meant.outcome in ("found", "unclear"):
            return meant
    return understander.understand(text, region=region, context=context, on=today)


def region_named(turn: Turn, text: str) -> str | None:
    """Return the region whose prices and rules a text asks for, None where it names none."""
    return read_region(text, home=turn.home)


def lead(answer: Answer) -> str:
    """Return the one short line of an answer that is said before a form; its questions are the form's own."""
    line = answer.text.partition("\n")[0]
    kept = ""
    for sentence in _SENTENCE.findall(line):
        if _ASKS.search(sentence) or len(kept) + len(sentence) > _LEAD_LENGTH:
            break
        kept += sentence
    return kept if kept.count("**") % 2 == 0 else kept.replace("**", "")
