"""Common sense after the search: what a message is surely not about, and when asking back is not needed."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from knowledge.library import Entry
from knowledge.near_ties import NearTies, asking_which
from knowledge.remedies import ALL, Remedies
from knowledge.search.index import Considered, Found, Hit, Index, Unclear, Unknown

__all__ = ["SecondLook", "cued_topic"]

# Signs of danger: without one of them the search alone never suspects an emergency.
_DANGER_SIGN: Final = re.compile(
    r"触|电到|电了|麻|火|烟|炸|爆|烧|焦|糊|臭|味|漏电|带电|有电|断|掉|落|垂|倒|塌|砸|歪|淹|浸|泡|进水|水里|水中|"
    r"救|晕|昏|死|伤|危险|放电|打闪|吱|滋|煤气|燃气|瓦斯|爬|钓|挖|风筝|呼吸|心跳|没反应|中毒|一氧化碳|[a-z]{4}"
)
# Words of the trade: with one of them a weak match is still about us.
_OURS: Final = re.compile(
    r"电|供用|[停断送]了|度数|工单|单号|报修|抢修|投诉|举报|建议|欠费|缴|交[费钱清]|账单|户号|户名|过户|光伏|充电桩|"
    r"跳闸|人工|真人|短信|催"
)
_STRANGER: Final = 0.3  # answerable below this, without a word of the trade: not about us
_STRANGER_OF_OURS: Final = 0.12  # the same with a word of the trade
_OTHERS_WORD: Final = (
    0.5  # share of a word's phrasings that are out of scope from which on it is no word of ours
)
_OTHERS_TIMES: Final = 2  # said out of scope at least this often where a word of the trade stands beside it
_SAID: Final = 0.97  # an entry this likely was asked for word for word
_OWN_WORD: Final = 0.25  # share of a word's phrasings that are of one entry from which on it is its own
_FOREIGN_SURE: Final = 0.7  # the certainty we give to such an out-of-scope entry

# One leader is answered instead of asking which. Chosen on the golden lines: a bar of 0.42 answers one in a
# hundred less and is wrong as often; twice the lead costs three right answers for each wrong one it spares.
_LEADS_FROM: Final = 0.35
_LEADS_TOPICS: Final = 3.0  # times as likely as the best entry of another topic
_LEADS_SIBLINGS: Final = 1.5  # times as likely as the next entry of its own topic
_SAME_ACT_FROM: Final = 0.33  # the best of entries that all come to the same act
_SAME_ACT_SHARE: Final = 0.25  # entries less likely than this share of the best do not count
_SAME_ACT_SUM: Final = 0.45  # what the entries of the one act must reach together

# Actions where the entry does not matter once the action is clear; the others are answers of their own.
_ACTS: Final = frozenset(
    {
        "bill_view", "outage_lookup", "repair", "complaint", "tickets", "urge", "handover", "bind", "unbind",
        "promise_to_pay", "opt_out",
    }
)  # fmt: skip
_NEVER_LEADS: Final = frozenset({"danger", "ask_back", "smalltalk"})

# Plain words for what a message is, whatever it is about. The first that fits counts.
_CUES: Final = (
    (re.compile(r"(?:我要|我想|必须|一定要|给我)投诉(?!的|过)|投诉你们"), "complaint"),
    (re.compile(r"(?:我要|我想|必须|一定要)(?:实名|匿名)?举报(?!的|过)"), "report"),
    (
        re.compile(
            r"表扬|锦旗|点个?赞|(?:感谢|谢谢|多谢).{0,10}(?:师傅|抢修|工人|小哥|小伙|电工)|"
            r"(?:师傅|抢修|小哥|小伙|电工).{0,12}(?:感谢|多谢|好评|辛苦)"
        ),
        "praise",
    ),
    (
        re.compile(
            r"^(?:我|本人|想|给你们)?(?:提|提出|提个|提一个|强烈)?建议(?!书)|(?:希望|盼望)你们能?|提个?[小点些]?意见|"
            r"(?:要是|如果)能.{2,20}(?:就好|该多好)|能不能(?:增加|加个|加一个|出个|出一个|搞个)"
        ),
        "suggestion",
    ),
)


def cued_topic(asked: str) -> str | None:
    """Return the topic a message names itself (我要投诉, 表扬一下, 提个建议), None for most."""
    for cue, topic in _CUES:
        if cue.search(asked):
            return topic
    return None


class SecondLook:
    """Looks again at what the search decided, with what the entries stand for."""

    def __init__(self, index: Index, entries: Mapping[str, Entry], remedies: Remedies = ALL) -> None:
        self._index = index
        self._entries = entries
        self._near_ties = NearTies(entries, remedies)

    def at(self, asked: str, considered: Considered, *, danger_told: bool, sure: float) -> Considered:
        """Return what was considered, with a decision that common sense agrees to."""
        if not considered.hits:
            return considered
        if not danger_told and not _DANGER_SIGN.search(asked):
            considered = self._without_danger(considered, sure)
        if not considered.hits:
            return considered
        foreign = self._foreign(asked, considered)
        if foreign is not None:
            return replace(considered, decision=Found(foreign), hits=(foreign, *considered.hits))
        # 第二档 and 第三档: the word decides, and where it is missing nobody leads
        weighed = self._near_ties.weighed(considered)
        if weighed.asking and not isinstance(considered.decision, Unknown):
            return asking_which(considered, weighed.asking)
        if weighed.hits is not considered.hits:
            decision = self._index.decided(weighed.hits, considered.answerable, sure)
            considered = replace(considered, decision=decision, hits=weighed.hits)
        settled = weighed.doubted or isinstance(considered.decision, Found)
        leader = None if settled else self._leader(considered)
        return considered if leader is None else replace(considered, decision=Found(leader))

    def is_stranger(self, asked: str, considered: Considered) -> bool:
        """Return whether a message that nothing answers is not about us at all."""
        limit = _STRANGER_OF_OURS if _OURS.search(asked) else _STRANGER
        return considered.answerable < limit

    def _without_danger(self, considered: Considered, sure: float) -> Considered:
        """Leave out emergencies: nothing in the message says danger."""
        hits = tuple(hit for hit in considered.hits if self._entries[hit.entry_id].action != "danger")
        if len(hits) == len(considered.hits):
            return considered
        decision = self._index.decided(hits, considered.answerable, sure)
        return replace(considered, decision=decision, hits=hits)

    def _foreign(self, asked: str, considered: Considered) -> Hit | None:
        """Return the out-of-scope entry whose thing the message names and the best entry knows nothing of.

        水表坏了 is nearly 电表坏了, but no phrasing of ours about meters says 水表.
        """
        best = considered.hits[0]
        if self._entries[best.entry_id].topic == "out_of_scope" or best.score >= _SAID:
            return None
        least = _OTHERS_TIMES if _OURS.search(asked) or _OURS.search(considered.text) else 1
        if best.score >= _LEADS_FROM and any(self._says(best, subject) for subject in considered.subjects):
            return None
        for subject in considered.subjects:
            said = self._index.saying(subject)
            if not said or best.entry_id in said:
                continue
            strange = {
                entry_id: count
                for entry_id, count in said.items()
                if entry_id in self._entries and self._entries[entry_id].topic == "out_of_scope"
            }
            times = sum(strange.values())
            if times >= least and times >= _OTHERS_WORD * sum(said.values()):
                ranked = {hit.entry_id: hit.score for hit in considered.hits}
                likely = max(strange, key=lambda entry_id: (ranked.get(entry_id, 0.0), strange[entry_id]))
                return Hit(likely, max(_FOREIGN_SURE, ranked.get(likely, 0.0)), "")
        return None

    def _says(self, hit: Hit, subject: str) -> bool:
        """Return whether a noun is an entry's own: few others say it as often."""
        said = self._index.saying(subject)
        return said is not None and said.get(hit.entry_id, 0) >= max(1, _OWN_WORD * sum(said.values()))

    @staticmethod
    def _same_act(act: str | None, other: str | None) -> bool:
        """Return whether two acts lead to the same: where no outage is known, a repair is offered."""
        return act == other or (act == "outage_lookup" and other == "repair")

    def _leader(self, considered: Considered) -> Hit | None:
        """Return the best hit where asking which would only cost the customer time."""
        hits = considered.hits
        best = hits[0]
        entry = self._entries[best.entry_id]
        if entry.action in _NEVER_LEADS:
            return None
        if entry.action in _ACTS and best.score >= _SAME_ACT_FROM:
            near = [hit for hit in hits if hit.score >= _SAME_ACT_SHARE * best.score]
            if (
                all(self._same_act(entry.action, self._entries[hit.entry_id].action) for hit in near)
                and sum(hit.score for hit in near) >= _SAME_ACT_SUM
                and (len(near) > 1 or isinstance(considered.decision, Unclear))
            ):
                return best
        if best.score < _LEADS_FROM:
            return None
        for subject in considered.subjects:
            said = self._index.saying(subject)
            if said is not None and best.entry_id not in said:
                return None  # it names a thing this entry has never heard of
        for hit in hits[1:]:
            other = self._entries[hit.entry_id]
            lead = _LEADS_SIBLINGS if other.topic == entry.topic else _LEADS_TOPICS
            if entry.action in _ACTS and self._same_act(entry.action, other.action):
                continue
            if best.score < lead * hit.score:
                return None
        return best
