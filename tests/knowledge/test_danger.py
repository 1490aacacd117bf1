"""Who is in danger now, and who only asks about safety, sentence by sentence."""

import re
from pathlib import Path

import pytest

from knowledge.rules import danger

LINES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "danger_sentences.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
PRESENT = [(kind, text) for kind, text in LINES if kind != "-"]
HARMLESS = [text for kind, text in LINES if kind == "-"]


def test_there_are_enough_sentences_of_both_sorts() -> None:
    assert len({text for _, text in PRESENT}) >= 150
    assert len(set(HARMLESS)) >= 150


@pytest.mark.parametrize(("kind", "text"), PRESENT)
def test_a_present_danger_is_seen(kind: str, text: str) -> None:
    found = danger.read(text)

    assert found is not None
    assert found.kind == kind.rstrip("?")
    assert found.words
    if kind.endswith("?"):
        assert not found.certain


@pytest.mark.parametrize("text", HARMLESS)
def test_knowledge_history_and_figures_of_speech_are_not_danger(text: str) -> None:
    assert danger.read(text) is None


def test_every_kind_has_a_reviewed_text_whose_figures_are_facts() -> None:
    rules = danger.rules()

    assert set(rules.kinds) == set(rules.texts)
    for text in rules.texts.values():
        written = "\n".join((*text.do, *text.never, text.call))
        assert text.review == "safety"
        assert re.findall(r"\d", re.sub(r"\{[a-z_.]+\}", "", written)) == []
        assert "{phone." in text.call


def test_a_very_long_text_is_cut() -> None:
    assert danger.read("停电" * 5000 + "着火了") is None
    assert danger.read("着火了" + "停电" * 5000) is not None
