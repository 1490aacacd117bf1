"""Puts right what the ear would: homophones (欠肥 → 欠费) and typed pinyin, by the words the entries use."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np

from knowledge.search.storing import Parts, pack, unpack
from knowledge.text.pinyin import readings, sound_key, spell_out
from knowledge.text.segment import Segmenter

__all__ = ["Speller"]

_LATIN_RUN = re.compile(r"[a-z']{2,}(?: +[a-z']+)*")
_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_OFTEN = 10  # a pair of characters used this often is no slip
_SHARE = 1 / 10_000  # of all pairs: what is said more rarely is seldom meant by a slip
_PARTICLES = frozenset("呀啊吗呢吧啦哦嘛哈呗噻撒咧喔喽嘞咯嘎喃捏哩")
_SHORTEST = 3  # letters of a single syllable
_TOGETHER = 100.0  # how well a single syllable must go with the characters beside it


class Speller:
    """Corrects a question towards the pairs of characters that occur in the stored phrasings."""

    def __init__(self, pairs: Mapping[str, int], by_sound: Mapping[str, str], segmenter: Segmenter) -> None:
        """Use `build`, or the `parts` of one that was built."""
        self._pairs = pairs
        self._by_sound = by_sound
        self._segmenter = segmenter
        self._is_common = segmenter.is_common
        self._least = _SHARE * sum(pairs.values())
        singles: Counter[str] = Counter()
        for pair, count in pairs.items():
            singles[pair[0]] += count
            singles[pair[1]] += count
        self._singles = singles
        characters: dict[str, list[str]] = defaultdict(list)
        for char, _ in singles.most_common():
            for key in _keys(char):
                characters[key].append(char)
        self._characters = characters

    @classmethod
    def build(cls, texts: Iterable[str], segmenter: Segmenter) -> Self:
        """Take the stored phrasings in comparable form."""
        pairs = _pairs_of(texts)
        by_sound: dict[str, str] = {}
        for pair, count in pairs.most_common():
            if count == 1 and not segmenter.knows(pair):
                continue  # seen once by chance: 费我, 电要
            for first in _keys(pair[0]):
                for second in _keys(pair[1]):
                    by_sound.setdefault(f"{first} {second}", pair)
        return cls(pairs, by_sound, segmenter)

    def revised(self, removed: Iterable[str], added: Iterable[str]) -> Self:
        """Return the speller after texts in comparable form went and came."""
        changes = _pairs_of(added)
        changes.subtract(_pairs_of(removed))
        pairs, by_sound = dict(self._pairs), dict(self._by_sound)
        changed = [pair for pair, count in changes.items() if count]
        for pair in changed:
            count = pairs.get(pair, 0) + changes[pair]
            if count > 0:
                pairs[pair] = count
            else:
                pairs.pop(pair, None)
        revised = type(self)(pairs, by_sound, self._segmenter)
        for pair in changed:
            for first in _keys(pair[0]):
                for second in _keys(pair[1]):
                    best = revised._commonest(first, second)
                    if best is None:
                        by_sound.pop(f"{first} {second}", None)
                    else:
                        by_sound[f"{first} {second}"] = best
        return revised

    def _commonest(self, first: str, second: str) -> str | None:
        """Return the pair of these sounds that is used most, None without one."""
        pairs = self._pairs
        found = [
            pair
            for a in self._characters.get(first, ())
            for b in self._characters.get(second, ())
            if (pair := a + b) in pairs and (pairs[pair] > 1 or self._segmenter.knows(pair))
        ]
        return max(found, key=pairs.__getitem__, default=None)

    def parts(self) -> Parts:
        """Return what `restored` needs."""
        return {
            "speller_pairs": pack(self._pairs),
            "speller_counts": np.array(list(self._pairs.values()), dtype=np.int32),
            "speller_sounds": pack(self._by_sound),
            "speller_heard": pack(self._by_sound.values()),
        }

    @classmethod
    def restored(cls, parts: Parts, segmenter: Segmenter) -> Self:
        """Return the speller kept among the parts."""
        pairs = dict(zip(unpack(parts["speller_pairs"]), parts["speller_counts"].tolist(), strict=True))
        heard = dict(zip(unpack(parts["speller_sounds"]), unpack(parts["speller_heard"]), strict=True))
        return cls(pairs, heard, segmenter)

    def written_out(self, text: str) -> str:
        """Return the text with typed pinyin written in characters: dianfei, jiao电费."""
        return _LATIN_RUN.sub(self._written_out, text)

    def corrected(self, text: str, spare: Collection[str] = ()) -> str:
        """Return the text with misheard characters exchanged: 欠肥 is 欠费; those to `spare` stay."""
        return _CHINESE_RUN.sub(lambda match: self._corrected(match.group(), spare), text)

    def _corrected(self, run: str, spare: Collection[str]) -> str:
        pairs = self._pairs
        chars = list(run)
        last = len(chars) - 1
        for place in range(last):
            pair = chars[place] + chars[place + 1]
            seen = pairs.get(pair, 0)
            if seen >= _OFTEN or self._is_common(pair):
                continue
            heard = self._heard_as(pair)
            # a pair the entries do use gives way only to one they use all the time: a stored 欠肥 to 欠费
            if heard is None or heard == pair:
                continue
            if seen and (pairs[heard] < 3 * _OFTEN * seen or not set(heard) & set(pair)):
                continue
            changed = [was for was, now in zip(pair, heard, strict=True) if was != now]
            if any(was in _PARTICLES or was in spare for was in changed):
                continue  # 冇电呀 is not 电压, 畀电费 not 被电
            if changed == [pair[1]] and place + 1 < last:
                # 我家亭电了: 停电 is said more often than 家庭
                other = self._heard_as(pair[1] + chars[place + 2])
                if other is not None and other[1] == chars[place + 2] and pairs[other] > pairs[heard]:
                    continue
            # leave a character alone that makes sense with its other neighbour
            belongs = self._is_common if seen else self._belongs
            if heard[0] != pair[0] and place > 0 and belongs(chars[place - 1] + pair[0]):
                continue
            if heard[1] != pair[1] and place + 1 < last and belongs(pair[1] + chars[place + 2]):
                continue
            chars[place], chars[place + 1] = heard[0], heard[1]
        return "".join(chars)

    def _heard_as(self, pair: str) -> str | None:
        first, second = _keys(pair[0]), _keys(pair[1])
        if not first or not second:
            return None
        heard = self._by_sound.get(f"{first[0]} {second[0]}")
        return heard if heard is not None and self._pairs.get(heard, 0) >= self._least else None

    def _belongs(self, pair: str) -> bool:
        return pair in self._pairs or self._is_common(pair)

    def _written_out(self, match: re.Match[str]) -> str:
        """Return the likeliest characters for a run of pinyin, the run itself if it is none."""
        syllables = spell_out(match.group())
        if syllables is None:
            return match.group()
        before, after = _beside(match)
        if len(syllables) < 2 and (len(match.group()) < _SHORTEST or not (before or after)):
            return match.group()  # ok, he: too little to go by
        # the best way through all characters of these sounds, by the pairs we have seen
        paths: dict[str, tuple[float, str]] = {before: (0.0, "")}
        for syllable in syllables:
            found = self._characters.get(sound_key(syllable))
            if not found:
                return match.group()
            exact = [char for char in found if syllable in readings(char)] or found
            steps: dict[str, tuple[float, str]] = {}
            for char in exact[:24]:
                steps[char] = max(
                    (
                        (
                            score
                            + self._pairs.get(before + char, 0) * 10.0
                            + self._singles[char] ** 0.5 * 0.1,
                            written + char,
                        )
                        for before, (score, written) in paths.items()
                    ),
                    key=lambda path: path[0],
                )
            paths = steps
        if not after:
            return max(paths.values(), key=lambda path: path[0])[1]
        score, written = max(
            (score + self._pairs.get(char + after, 0) * 10.0, written)
            for char, (score, written) in paths.items()
        )
        # jiao电费 is 交电费, but a syllable that goes with nothing beside it is a word of another language
        return written if len(syllables) > 1 or score >= _TOGETHER else match.group()


def _beside(match: re.Match[str]) -> tuple[str, str]:
    """Return the Chinese characters right before and after a run of letters, empty where there are none."""
    before, after = match.string[: match.start()].rstrip()[-1:], match.string[match.end() :].lstrip()[:1]
    return (
        before if "\u3400" <= before <= "\u9fff" else "",
        after if "\u3400" <= after <= "\u9fff" else "",
    )


def _pairs_of(texts: Iterable[str]) -> Counter[str]:
    """Return how often each pair of neighbouring Chinese characters occurs."""
    pairs: Counter[str] = Counter()
    for text in texts:
        for run in _CHINESE_RUN.findall(text):
            pairs.update(map("".join, pairwise(run)))
    return pairs


@lru_cache(maxsize=8192)
def _keys(char: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sound_key(reading) for reading in readings(char)))
