"""Two wishes in one message: the first is answered, the second is offered."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from knowledge.search.index import Decision, Found, Hit, Unclear

__all__ = ["Wishes", "says_two", "wishes_of", "without_lead_in"]

# 还有多久 is no second wish, 还有就是 begins one.
_AND: Final = r"还有(?:就是|一个|个事|件事|一件|个问题|(?=怎么|我想|想问|问|麻烦))"
_CLAUSE_END: Final = re.compile(
    r"[,。;!?、\n]+|(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])|"
    rf"{_AND}|另外|顺便|顺带|然后|以及|而且|对了|再问|还想问|还想"
)
_SAYS_TWO: Final = re.compile(rf"{_AND}|顺便|顺带|另外|然后问|还想|再问|再就是|对了|以及|二来|其次")
# What introduces a question and is no part of it: 就是想问一下.
_LEAD_IN: Final = re.compile(
    r"^(?:就是|就|只是|只|再|也|又|给我|帮我|你告诉我|告诉我|我|是|而是)*(?:想要|想)?"
    r"(?:问问|问|请问|咨询|打听|知道|了解)?(?:一下|一句|下|哈|个事)?(?:子)?(?=.{3})"
)
_SHORTEST: Final = 3  # characters of a clause
_MOST: Final = 4  # clauses: what has more is a story

_SURE: Final = 0.7  # how sure each of two wishes must be
_SURE_OF_TWO: Final = 0.42  # the same where the message says itself that it holds two
_LIKELY_OF_TWO: Final = 0.25  # from here on we ask which is meant by the first, and offer the second


@dataclass(frozen=True, slots=True)
class Wishes:
    """What follows for the first wish, and the entry of the second."""

    first: Decision
    also: str


@dataclass(frozen=True, slots=True)
class _Wish:
    decision: Decision
    hit: Hit


def says_two(asked: str) -> bool:
    """Return whether a message says itself that a second wish follows: 顺便, 另外, 对了."""
    return _SAYS_TWO.search(asked) is not None


def without_lead_in(text: str) -> str:
    """Return a clause without what only introduces its question: 就是想问一下."""
    return _LEAD_IN.sub("", text.strip())


def wishes_of(
    asked: str,
    consider: Callable[[str], Decision],
    topic_of: Callable[[str], str],
    no_wish: Callable[[str], bool],
) -> Wishes | None:
    """Return the two wishes of a message that clearly holds two, or None.

    `no_wish` tells entries that nobody wishes for: a greeting, a word that only asks back.
    """
    two_said = says_two(asked)
    clauses: Collection[str] = [without_lead_in(clause) for clause in _CLAUSE_END.split(asked)]
    clauses = [clause for clause in clauses if len(clause) >= _SHORTEST]
    if not 2 <= len(clauses) <= _MOST:
        return None
    wishes: list[_Wish] = []
    for clause in clauses:
        decision = consider(clause)
        hit = decision.hit if isinstance(decision, Found) else next(iter(decision.hits), None)
        if hit is None or no_wish(hit.entry_id):
            continue
        clear = isinstance(decision, Found) and hit.score >= (_SURE_OF_TWO if two_said else _SURE)
        likely = two_said and isinstance(decision, Unclear) and hit.score >= _LIKELY_OF_TWO
        if clear or likely:
            wishes.append(_Wish(decision, hit))
    if len(wishes) < 2:
        return None
    first = wishes[0]
    for second in wishes[1:]:
        if second.hit.entry_id == first.hit.entry_id:
            continue
        if two_said or topic_of(second.hit.entry_id) != topic_of(first.hit.entry_id):
            return Wishes(first.decision, second.hit.entry_id)
    return None
