"""Golden lines: what may stand in their files, and what counts as a right answer."""

from pathlib import Path

import pytest

from knowledge.golden import GOLDEN_DIR, grade, read_golden, region_of, split_expected
from knowledge.library import Library
from knowledge.sheets import BadContent
from knowledge.understanding import Candidate, Understanding


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load()


def test_the_shipped_lines_are_many_and_sound(library: Library):
    lines = read_golden(GOLDEN_DIR, library)
    assert len(lines) >= 800
    assert sum(line.expected == ("-",) for line in lines) >= 150
    assert sum("!" in line.expected or line.file == "danger.tsv" for line in lines) >= 60


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("no.such.entry\t问一下", r"a\.tsv:2: .*没有 no\.such\.entry"),
        ("payment.ways|no.such.entry\t问一下", r"a\.tsv:2: .*没有 no\.such\.entry"),
        ("payment.ways\t電費有哪些交費方式", r"a\.tsv:2: .*已经是 payment\.ways 的问法"),
        ("-\t火星上有电吗\n!\t火星上有電嗎？", r"a\.tsv:3: .*已经有了：a\.tsv:2"),
        ("payment.ways 没有制表符", r"a\.tsv:2: .*<TAB>"),
        ("payment.ways\t", r"a\.tsv:2: .*<TAB>"),
        ("|\t问一下", r"a\.tsv:2: .*没有 （空）"),
    ],
)
def test_a_faulty_line_is_refused_with_its_number(library: Library, tmp_path: Path, line: str, told: str):
    (tmp_path / "a.tsv").write_text(f"# words\n{line}\n", encoding="utf-8")
    with pytest.raises(BadContent, match=told):
        read_golden(tmp_path, library)


def meant(outcome: str, entry: str | None = None, *offered: str, topic: str | None = None) -> Understanding:
    candidates = tuple(Candidate(one, one, 0.5) for one in offered or ((entry,) if entry else ()))
    return Understanding(outcome, topic, entry, 0.9, candidates, None, "")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expected", "understood", "graded"),
    [
        ("payment.ways", meant("found", "payment.ways"), "right"),
        ("payment.ways|payment.cash", meant("found", "payment.cash"), "right"),
        ("payment.ways", meant("found", "payment.cash"), "wrong"),
        ("payment.ways", meant("unclear", None, "payment.cash", "payment.ways"), "asked"),
        ("payment.ways", meant("unclear", None, "payment.cash"), "wrong"),
        ("payment.ways", meant("unknown", None, "payment.ways"), "wrong"),
        ("-", meant("unknown", None, "payment.ways"), "right"),
        ("-", meant("found", "oos.weather"), "right"),
        ("-", meant("unclear", None, "payment.ways"), "asked"),
        ("-", meant("found", "payment.ways"), "wrong"),
        ("!", meant("danger"), "right"),
        ("!", meant("found", "safety.fire.how"), "wrong"),
        ("emergency.cable_dug", meant("danger"), "right"),
        ("payment", meant("found", "payment.ways", topic="payment"), "right"),
        ("payment", meant("unclear", None, "payment.ways", topic="billing"), "asked"),
        ("out_of_scope", meant("unknown"), "right"),
        ("-|payment.ways", meant("unknown"), "right"),
    ],
)
def test_what_counts_as_right(library: Library, expected: str, understood: Understanding, graded: str):
    assert grade(split_expected(expected), understood, library) == graded


def test_a_question_is_asked_where_it_belongs(library: Library):
    assert region_of(("payment.ways",), "怎么交电费", library) == library.utility.region
    assert region_of(("payment.ways",), "四川怎么交电费", library) == "sichuan"
    taiwan = next(entry.id for entry in library.entries.values() if entry.regions == ("taiwan",))
    assert region_of((taiwan,), "電費多少", library) == "taiwan"
