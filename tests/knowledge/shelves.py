"""A tiny library written to a folder, to be broken in one place by a test."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

UTILITY = {
    "name": "试验供电",
    "short": "试验供电公司",
    "fictional": True,
    "city": "试城",
    "region": "beijing",
    "zone": "Asia/Shanghai",
    "hotline": "phone.hotline",
    "app": "试电",
    "counter": "试验营业厅",
    "counter_hours": {"days": "每天", "open": "08:30", "close": "17:30"},
    "staff_hours": {"days": "每天", "open": "08:00", "close": "20:00"},
}

SIMILAR = ["怎么交钱", "电费咋交", "交电费去哪儿", "我要缴费", "在哪交", "哪里能交", "缴电费", "付电费"]


def a_source(**changed: Any) -> dict[str, Any]:
    return {
        "id": "law.one",
        "title": "《一号法》",
        "publisher": "某机关",
        "effective": "2020-05-01",
        "trust": "A",
    } | changed


def a_fact(**changed: Any) -> dict[str, Any]:
    return {
        "id": "promise.reply",
        "value": "5",
        "unit": "个工作日",
        "source": "law.one",
        "article": "第三条",
        "valid_from": "2024-01-01",
        "valid_to": None,
        "checked_on": "2026-11-01",
        "trust": "A",
        "region": None,
    } | changed


def an_entry(**changed: Any) -> dict[str, Any]:
    return {
        "id": "payment.how",
        "topic": "payment",
        "question": "怎么交电费？",
        "similar": SIMILAR,
        "answer": "可以在{utility.app}上交，{promise.reply}内到账。",
        "basis": [{"source": "law.one", "article": "第一条"}],
        "related": ["payment.where", "payment.when"],
    } | changed


def a_neighbour(entry_id: str, word: str, **changed: Any) -> dict[str, Any]:
    return (
        an_entry(
            id=entry_id,
            question=f"{word}？",
            similar=[f"{word}{ending}" for ending in "甲乙丙丁戊己庚辛"],
            answer="请到营业厅。",
            related=["payment.how", "payment.where" if entry_id != "payment.where" else "payment.when"],
        )
        | changed
    )


NEIGHBOURS = [a_neighbour("payment.where", "营业厅在哪儿"), a_neighbour("payment.when", "什么时候截止")]


@dataclass
class Shelf:
    """The folders of a library; what a test does not name is sound."""

    root: Path

    @property
    def entries_dir(self) -> Path:
        return self.root / "entries"

    @property
    def data_dir(self) -> Path:
        return self.root / "data"

    def fill(
        self,
        *entries: dict[str, Any],
        facts: list[dict[str, Any]] | None = None,
        sources: list[dict[str, Any]] | None = None,
        topics: tuple[str, ...] = ("payment",),
        neighbours: bool = True,
    ) -> "Shelf":
        for folder in (self.entries_dir, self.data_dir / "facts"):
            folder.mkdir(parents=True, exist_ok=True)
        listed = [*(entries or (an_entry(),)), *(NEIGHBOURS if neighbours else [])]
        self.write(self.entries_dir / "payment.yaml", listed)
        self.write(self.data_dir / "facts" / "common.yaml", [a_fact()] if facts is None else facts)
        self.write(self.data_dir / "sources.yaml", [a_source()] if sources is None else sources)
        self.write(self.data_dir / "topics.yaml", [{"id": it, "name": it, "about": it} for it in topics])
        self.write(self.data_dir / "utility.yaml", UTILITY)
        return self

    def write(self, path: Path, content: Any) -> None:
        # Dates are written bare, as people write them; everything else as it is.
        path.write_text(yaml.safe_dump(_dated(content), allow_unicode=True), encoding="utf-8")


def _dated(content: Any) -> Any:
    if isinstance(content, dict):
        return {
            key: date.fromisoformat(value)
            if isinstance(value, str) and key in ("effective", "valid_from", "valid_to", "checked_on")
            else _dated(value)
            for key, value in content.items()
        }
    return [_dated(item) for item in content] if isinstance(content, list) else content
