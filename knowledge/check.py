"""What an entry must keep to before a customer may read it: `python -m knowledge.check [file …]`."""

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

import opencc

from knowledge.check_kinds import check_kinds
from knowledge.facts import PLACEHOLDER, FactMissing
from knowledge.library import ACTIONS, DATA_DIR, ENTRIES_DIR, Entry, Library, read_library
from knowledge.parts import parts_of
from knowledge.rules.regions import region_ids
from knowledge.sheets import Problem

MAX_QUESTION = 20  # characters: what fits on a button of a phone
MIN_SIMILAR = 8
MAX_LINES = 5
MAX_CHARACTERS = 400
MAX_PARTS = 4
MAX_ID = 100
RELATED = range(2, 5)
REVIEWS = ("safety",)
# What a draft may still lack: more has to be written, nothing of what stands there is wrong.
UNFINISHED = frozenset({"similar-count", "related-count", "related", "successor"})

_NUMERAL = "零〇一二两三四五六七八九十百千万亿"
_UNIT = (
    "分之|个?工作日|个?小时|个?钟头|分钟|秒|刻钟|天|日|周|个?星期|个月|月|年|岁|"
    "元|[块角毛](?=钱|\\W|$)|万元|度|千瓦|瓦|兆瓦|伏|千伏|毫安|安(?=培|\\W|$)|千米|公里|米|厘米|毫米|"
    "倍|成|折|公斤|摄氏度"
)
_AMOUNT = re.compile(
    # 第一天, 每一度, 周六日 name an order or a day, they state no figure
    rf"(?<![第每哪同某这那周期拜{_NUMERAL}])(?:[{_NUMERAL}]+|半)(?:{_UNIT})"
    rf"|(?<!第)[二两三四五六七八九十][次回](?!事)|(?<!第)[三四五六七八九十]+[个口]?人"
)
# Everyday words whose characters look like a numeral followed by a unit.
_NO_FIGURE = re.compile(
    rf"万一|统一|唯一|单一|(?<!分)之一|一一|一日三餐|一年四季|一年到头|一天到晚|三天两头|(?<![{_NUMERAL}])千万"
)
_STEPS = "①②③④⑤⑥⑦⑧⑨"
_DOUBLED = re.compile(r"一般一般|左右左右|左右上下|超过超过|每日每日|约一般|平均一般|大约大约|提前提前|内内")
_MARKUP = re.compile(r"https?:|www\.|[`<>#]|\]\(|__|^\s*[*•·]\s", re.MULTILINE)


def check(entries_dir: Path, data_dir: Path, on: date) -> list[Problem]:
    """Return every fault of the content, as it would be served on that day, by file and line."""
    problems: list[Problem] = []
    library = read_library(entries_dir, data_dir, problems)
    for entry in library.entries.values():
        problems.extend(check_entry(entry, library, on))
    problems.extend(_collisions(library.entries.values()))
    problems.extend(_empty_topics(library))
    problems.extend(check_kinds(data_dir / "kinds", library, on))
    return sorted(problems)


def check_entry(entry: Entry, library: Library, on: date) -> Iterator[Problem]:
    """Yield the faults of one entry among the others of the library (collisions aside)."""
    for rule, sentence in _faults(entry, library, on):
        yield Problem(entry.file, entry.line, entry.id, rule, sentence)


def collisions(entry: Entry, library: Library) -> list[Problem]:
    """Return the phrasings of one (new or changed) entry that another entry already has."""
    others = [other for other in library.entries.values() if other.id != entry.id]
    return [problem for problem in _collisions([*others, entry]) if problem.entry == entry.id]


def _faults(entry: Entry, library: Library, on: date) -> Iterator[tuple[str, str]]:
    yield from _vocabulary(entry, library)
    yield from _questions(entry)
    for name, text in _texts(entry):
        yield from _wording(name, text)
    yield from _figures(entry, library, on)
    yield from _succession(entry, library)
    for other in entry.related:
        if other not in library.entries:
            yield "related", f"相关问题 {other} 不存在。"
    if entry.id in entry.related or len(set(entry.related)) != len(entry.related):
        yield "related", "相关问题里有自己或重复的编号。"
    if len(entry.related) not in RELATED:
        yield "related-count", f"相关问题要有2到4个，现在是{len(entry.related)}个。"


def _vocabulary(entry: Entry, library: Library) -> Iterator[tuple[str, str]]:
    if entry.topic not in library.topics:
        yield "topic", f"没有 {entry.topic} 这个主题。"
    if entry.action is not None and entry.action not in ACTIONS:
        yield "action", f"没有 {entry.action} 这个动作。"
    for region in entry.regions:
        if region not in region_ids():
            yield "region", f"没有 {region} 这个地区。"
    for region in entry.overrides:
        if region not in region_ids():
            yield "region", f"overrides 里没有 {region} 这个地区。"
        elif entry.regions and region not in entry.regions:
            yield "region", f"overrides 写了 {region}，但这一条不在 {region} 使用。"
    for basis in dict.fromkeys(
        (*entry.basis, *(b for own in entry.overrides.values() for b in own.basis or ()))
    ):
        if basis.source not in library.sources:
            yield "source", f"来源 {basis.source} 没有登记。"
    if entry.review is not None and entry.review not in REVIEWS:
        yield "field", f"review 只能写 {'、'.join(REVIEWS)}。"
    if len(entry.id) > MAX_ID:
        yield "field", f"编号最多{MAX_ID}个字符。"
    if not entry.basis:
        yield "source", "至少写一个依据（basis），自己的做法写 own.practice。"
    if entry.valid_from and entry.valid_to and entry.valid_to <= entry.valid_from:
        yield "field", "valid_to 必须晚于 valid_from。"


def _succession(entry: Entry, library: Library) -> Iterator[tuple[str, str]]:
    if entry.successor is None:
        return
    after = library.entries.get(entry.successor)
    if entry.valid_to is None:
        yield "field", "写了 successor，就要写 valid_to。"
    elif after is None or after.id == entry.id:
        yield "successor", f"接替的 {entry.successor} 不存在。"
    elif after.valid_from != entry.valid_to:
        yield "successor", f"接替的 {after.id} 要从 {entry.valid_to} 起有效（valid_from）。"


def _texts(entry: Entry) -> Iterator[tuple[str, str]]:
    yield "answer", entry.answer
    yield "extra", entry.extra
    for region, own in entry.overrides.items():
        yield f"overrides.{region}.answer", own.answer or ""
        yield f"overrides.{region}.extra", own.extra or ""


def _questions(entry: Entry) -> Iterator[tuple[str, str]]:
    if len(entry.question) > MAX_QUESTION:
        yield "question-length", f"标准问法最多{MAX_QUESTION}个字，现在是{len(entry.question)}个。"
    if len(entry.similar) < MIN_SIMILAR:
        yield "similar-count", f"相似问法至少{MIN_SIMILAR}条，现在是{len(entry.similar)}条。"
    seen: dict[str, str] = {}
    for phrasing in entry.phrasings:
        same = bare(phrasing)
        if same in seen:
            yield "duplicate-phrasing", f"“{phrasing}”和“{seen[same]}”是同一句。"
        seen.setdefault(same, phrasing)


def _wording(name: str, text: str) -> Iterator[tuple[str, str]]:
    plain = PLACEHOLDER.sub("＿", text)
    if figures := bare_figures(plain):
        yield "bare-figure", f"{name} 里直接写了数字：{'、'.join(figures)}。请改成数据占位。"
    if "{" in plain or "}" in plain:
        yield "placeholder", f"{name} 里有写错的占位：{'、'.join(re.findall(r'.{0,12}[{}].{0,12}', plain))}。"
    if _MARKUP.search(plain):
        yield "markup", f"{name} 里只能用 **加粗** 和以“- ”开头的行，不能有网址和其他标记。"


def bare_figures(text: str) -> list[str]:
    """Return the figures written out in a text: digits of any width, and Chinese numerals with a unit."""
    plain = _NO_FIGURE.sub("　", text)
    found = re.findall(r"\d+(?:[.．]\d+)?", plain)
    found += [sign for sign in plain if unicodedata.category(sign) in ("No", "Nl") and sign not in _STEPS]
    return found + _AMOUNT.findall(plain)


def _figures(entry: Entry, library: Library, on: date) -> Iterator[tuple[str, str]]:
    regions = [region for region in region_ids() if not entry.regions or region in entry.regions]
    silent: dict[str, list[str]] = {}
    told: set[tuple[str, str]] = set()
    for region in regions:
        own = entry.told_in(region)
        for name in own.placeholders:
            try:
                library.facts.resolve(name, region=region, on=on)
            except FactMissing:
                silent.setdefault(name, []).append(region)
        if any(region in where for where in silent.values()):
            continue
        here = library.facts.at(on, region)
        text, extra = here.render(own.answer).text, here.render(own.extra).text
        told.update(_shape(text))
        told.update(
            ("wording", f"数据填进去以后读不通：“{found}”。")
            for found in _DOUBLED.findall(f"{text}\n{extra}")
        )
    yield from sorted(told)
    for name, where in silent.items():
        if len(where) == len(regions):
            yield "fact", f"没有数据 {name}，或已过期。"
        else:
            yield "fact-region", f"{'、'.join(where)} 没有数据 {name}：请用 regions 限定地区。"


def _shape(text: str) -> Iterator[tuple[str, str]]:
    parts = parts_of(text)
    if len(parts) > MAX_PARTS:
        yield "answer-parts", f"答案最多分{MAX_PARTS}部分，现在是{len(parts)}部分。"
    for part in parts:
        lines = len(part.splitlines())
        if lines > MAX_LINES:
            yield "answer-lines", f"答案每部分最多{MAX_LINES}行，现在是{lines}行；长的用一行 --- 分开。"
        if len(part) > MAX_CHARACTERS:
            yield (
                "answer-length",
                f"答案每部分最多{MAX_CHARACTERS}个字，现在是{len(part)}个；长的用一行 --- 分开。",
            )


def _collisions(entries: Iterable[Entry]) -> Iterator[Problem]:
    owner: dict[str, tuple[Entry, str]] = {}
    for entry in entries:
        for phrasing in entry.phrasings:
            first, wording = owner.setdefault(bare(phrasing), (entry, phrasing))
            # Entries for different regions or times may share a question: nobody is ever served both.
            if first.id != entry.id and _meet(first, entry):
                sentence = f"“{phrasing}”和 {first.id} 的“{wording}”是同一句。"
                yield Problem(entry.file, entry.line, entry.id, "collision", sentence)


def _meet(one: Entry, other: Entry) -> bool:
    if one.valid_to and other.valid_from and one.valid_to <= other.valid_from:
        return False
    if other.valid_to and one.valid_from and other.valid_to <= one.valid_from:
        return False
    return not one.regions or not other.regions or bool(set(one.regions) & set(other.regions))


def _empty_topics(library: Library) -> Iterator[Problem]:
    for topic, entries in library.by_topic.items():
        if not entries:
            yield Problem("topics.yaml", 0, "", "topic-empty", f"主题 {topic} 一条内容也没有。")


_simplified = opencc.OpenCC("t2s")


@lru_cache(maxsize=65536)
def bare(text: str) -> str:
    """Return the text for comparing: width and script folded, lower case, letters and digits only.

    Text that is nothing but signs (？？？) stays as it is: it is a phrasing of its own.
    """
    folded: str = _simplified.convert(unicodedata.normalize("NFKC", text)).casefold()
    return "".join(sign for sign in folded if sign.isalnum()) or folded


def main(arguments: list[str] | None = None) -> int:
    """Print the problems of the shipped content, or of the files named; return 1 if there are any."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.check", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="only problems of these files")
    parser.add_argument("--on", type=date.fromisoformat, help="the day to check for (YYYY-MM-DD)")
    parser.add_argument("--entries", type=Path, default=ENTRIES_DIR)
    parser.add_argument("--data", type=Path, default=DATA_DIR)
    asked = parser.parse_args(arguments)
    # This room has no clock: without --on we check for the day the figures were last looked at.
    on = asked.on or last_checked_on(asked.data)
    problems = check(asked.entries, asked.data, on)
    if asked.files:
        names = {path.name for path in asked.files}
        problems = [problem for problem in problems if problem.file in names]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems on {on.isoformat()}.", file=sys.stderr)
    return 1 if problems else 0


def last_checked_on(data_dir: Path) -> date:
    """Return the latest day on which somebody looked a figure up."""
    days = re.findall(
        r"checked_on: (\d{4}-\d\d-\d\d)",
        "\n".join(path.read_text(encoding="utf-8") for path in (data_dir / "facts").glob("*.yaml")),
    )
    return date.fromisoformat(max(days)) if days else date(2026, 1, 1)


if __name__ == "__main__":
    sys.exit(main())
