"""A kind of ticket that cannot be used as written is refused by its file and field, never half taken."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.check_kinds import check_kinds
from knowledge.library import Library
from knowledge.rules.ticket_kinds import FOLDER, kinds_of_folder, read_kinds, ticket_kinds
from knowledge.sheets import BadContent

TODAY = date(2026, 11, 23)
SOUND = """
kind: lamp
prefix: LD
name: 路灯认养
family: service
team: desk
subtypes: {one: 一盏, many: 多盏}
fields:
  - {name: about, label: 几盏, type: choice, ask: 一盏还是多盏？}
materials:
  - {name: letter, label: 认养书, subtypes: [many]}
promises:
  - {step: reply, told: 5wd, limit: 5wd, document: own.practice, limit_document: own.practice,
     valid_from: 2014-01-01}
"""


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


def problems(folder: Path, library: Library) -> list[str]:
    return [str(problem) for problem in check_kinds(folder, library, TODAY)]


def test_the_shipped_kinds_have_no_problem(library: Library) -> None:
    assert problems(FOLDER, library) == []


def test_a_sound_kind_has_no_problem(tmp_path: Path, library: Library) -> None:
    (tmp_path / "lamp.yaml").write_text(SOUND, encoding="utf-8")
    assert problems(tmp_path, library) == []


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("kind: lamp", "kind: lamps", "文件名"),
        ("prefix: LD", "prefix: LDX", "prefix"),
        ("family: service", "family: dance", "family"),
        ("type: choice", "type: dance", "fields.0.type"),
        ("ask: 一盏还是多盏？", 'ask: ""', "fields.0.ask"),
        (", ask: 一盏还是多盏？", "", "fields.0.ask"),
        ("subtypes: [many]", "subtypes: [few]", "no subtype few"),
        ("label: 认养书", "label: 认养书, source: law.none", "law.none"),
        ("label: 认养书", "label: 认养书, hint: '{fact.none}'", "fact.none"),
        ("team: desk", "team: desk\nentries: {entry.none: one}", "entry.none"),
        ("team: desk", "team: desk\nentries: {transfer.how: few}", "no subtype few"),
        ("told: 5wd", "told: soon", "promises.0.told"),
        ("name: about", "name: lamps", "two choices"),
        ("type: choice", "type: identity", "not anonymous"),
        ("type: choice", "type: words, pattern: '['", "no pattern"),
        ("type: choice", "type: number, least: 3, most: 2", "least is more than most"),
        ("kind: lamp", "kind: [", "YAML"),
        ("document: own.practice,", "document: law.none,", "law.none"),
    ],
)
def test_each_fault_is_told_with_its_file(
    right: str, wrong: str, told: str, tmp_path: Path, library: Library
) -> None:
    (tmp_path / "lamp.yaml").write_text(SOUND.replace(right, wrong, 1), encoding="utf-8")
    found = problems(tmp_path, library)
    assert found
    assert all(one.startswith("kinds/lamp.yaml") for one in found)
    assert any(told in one for one in found)


def test_two_kinds_are_unlike(tmp_path: Path, library: Library) -> None:
    (tmp_path / "lamp.yaml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "torch.yaml").write_text(SOUND.replace("kind: lamp", "kind: torch"), encoding="utf-8")
    found = "\n".join(problems(tmp_path, library))
    assert "LD 已经是 lamp 的编号" in found
    assert "已经用来开始 lamp" in found


def test_a_wrong_file_stops_the_start_and_names_itself(tmp_path: Path) -> None:
    (tmp_path / "lamp.yaml").write_text(SOUND.replace("team: desk", ""), encoding="utf-8")
    with kinds_of_folder(tmp_path), pytest.raises(BadContent, match=r"kinds/lamp\.yaml.*team"):
        ticket_kinds()
    read_kinds.cache_clear()
