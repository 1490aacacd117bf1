"""What a start finds on disk: the same index, or nothing that it trusts."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from knowledge.search import index as index_module
from knowledge.search.index import Index
from knowledge.search.storing import fingerprint, pack, unpack

PHRASINGS = [
    ("open", "食堂几点开门"),
    ("open", "几点可以吃早饭"),
    ("price", "一份套餐多少钱"),
    ("price", "午饭贵不贵"),
    ("card", "饭卡丢了怎么补"),
    ("card", "饭卡不见了"),
]
FAMILIES = {"open": "canteen", "price": "canteen", "card": "card"}
QUESTIONS = ("几点开门呀", "饭咔丢了", "套餐几多钱", "weather")


def built(folder: Path | None) -> Index:
    return Index.build(PHRASINGS, families=FAMILIES, cache_dir=folder)


def said(index: Index) -> list[object]:
    return [index.rank(question) for question in QUESTIONS]


def test_an_index_from_disk_answers_like_the_one_that_was_built(tmp_path: Path) -> None:
    fresh = said(built(None))
    assert said(built(tmp_path / "cache")) == fresh
    (file,) = (tmp_path / "cache").iterdir()
    assert file.suffix == ".npz"
    assert said(built(tmp_path / "cache")) == fresh


def test_what_is_on_disk_is_not_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built(tmp_path)
    monkeypatch.setattr(index_module.building, "build", lambda *_: pytest.fail("built again"))
    built(tmp_path)


def test_a_start_from_disk_needs_neither_pypinyin_nor_a_dictionary_file(tmp_path: Path) -> None:
    built(tmp_path)
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from knowledge.search.index import Index\n"
        f"index = Index.build({PHRASINGS!r}, families={FAMILIES!r}, cache_dir=Path({str(tmp_path)!r}))\n"
        "assert index.from_disk\n"
        "assert index.rank('饭咔丢了')[0].entry_id == 'card'\n"
        "import jieba\n"
        "print('pypinyin' in sys.modules, jieba.dt.initialized)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert done.stderr == ""


@pytest.mark.parametrize("damage", ["empty", "cut", "noise", "foreign", "flipped"])
def test_a_broken_or_foreign_file_is_built_anew(tmp_path: Path, damage: str) -> None:
    fresh = said(built(tmp_path))
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    if damage == "empty":
        file.write_bytes(b"")
    elif damage == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "noise":
        file.write_bytes(bytes(range(256)) * 40)
    elif damage == "flipped":
        middle = len(whole) // 2
        file.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
    else:
        np.savez(file, name=np.frombuffer(b"somebody else's", dtype=np.uint8), rows=np.arange(3))
    assert said(built(tmp_path)) == fresh
    assert [found.suffix for found in tmp_path.iterdir()] == [".npz"]


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert said(built(blocked / "cache")) == said(built(None))


def test_other_phrasings_or_families_have_another_name() -> None:
    name = fingerprint(PHRASINGS, FAMILIES)
    assert name == fingerprint(list(PHRASINGS), dict(FAMILIES))
    assert name != fingerprint(PHRASINGS[:-1], FAMILIES)
    assert name != fingerprint(PHRASINGS, {**FAMILIES, "card": "canteen"})


def test_only_the_newest_files_stay(tmp_path: Path) -> None:
    for size in range(1, len(PHRASINGS) + 1):
        Index.build(PHRASINGS[:size], cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) <= 4


@pytest.mark.parametrize("texts", [[], [""], ["一"], ["一", ""], ["", "二 三", "four"]])
def test_packed_texts_come_back(texts: list[str]) -> None:
    assert unpack(pack(texts)) == texts


def test_a_line_break_inside_a_text_is_refused() -> None:
    with pytest.raises(ValueError, match="line break"):
        pack(["a\nb"])
