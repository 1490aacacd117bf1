"""What holds from when, what is said where, who signed it, and which entries cannot be told apart."""

from datetime import date
from pathlib import Path

import pytest

from knowledge.check import check
from knowledge.library import Library
from knowledge.nearness import near, near_everywhere
from knowledge.reviews import Signature, digest, read_signatures, unsigned
from knowledge.search.index import Index
from knowledge.sheets import BadContent
from knowledge.text.normalise import normalise
from tests.knowledge.shelves import Shelf, a_fact, a_neighbour, an_entry

TODAY = date(2026, 11, 20)
OLD = {"valid_to": "2027-01-01", "successor": "payment.new"}
NEW = a_neighbour(
    "payment.new", "新年怎么交", valid_from="2027-01-01", answer="新年起请到{utility.counter}。\n第二行。"
)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def opened(shelf: Shelf) -> Library:
    return Library.load(shelf.entries_dir, shelf.data_dir)


def rules(shelf: Shelf) -> set[str]:
    return {problem.rule for problem in check(shelf.entries_dir, shelf.data_dir, TODAY)}


def test_an_answer_says_what_it_will_become_and_then_is_it(shelf: Shelf):
    library = opened(shelf.fill(an_entry(**OLD), NEW))
    assert rules(shelf) == set()
    entry = library.entries["payment.how"]
    before = library.answer(entry, "beijing", date(2026, 12, 31))
    assert (before.entry.id, before.changes_on) == ("payment.how", date(2027, 1, 1))
    assert before.changes_to == "新年起请到试验营业厅。"
    after = library.answer(entry, "beijing", date(2027, 1, 1))
    assert (after.entry.id, after.changes_on) == ("payment.new", None)
    served = {one.id for one in library.served("beijing", date(2027, 1, 1))}
    assert "payment.new" in served
    assert "payment.how" not in served


def test_a_successor_whose_figures_are_not_known_yet_is_told_by_its_question(shelf: Shelf):
    soon = NEW | {"answer": "{promise.reply}内到账。"}
    library = opened(shelf.fill(an_entry(**OLD), soon, facts=[a_fact(valid_to="2027-01-01")]))
    before = library.answer(library.entries["payment.how"], "beijing", TODAY)
    assert before.changes_to == "新年怎么交？"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        (OLD, NEW | {"valid_from": "2027-02-01"}, "successor"),
        (OLD | {"successor": "payment.gone"}, NEW, "successor"),
        (OLD | {"successor": "payment.how"}, NEW, "successor"),
        ({"successor": "payment.new"}, NEW, "field"),
        ({"overrides": {"mars": {"answer": "不一样。"}}}, NEW, "region"),
        ({"regions": ["beijing"], "overrides": {"hunan": {"answer": "不一样。"}}}, NEW, "region"),
        ({"overrides": {"hunan": {"answer": "三天内。"}}}, NEW, "bare-figure"),
        ({"overrides": {"hunan": {"extra": "{promise.gone}内。"}}}, NEW, "fact-region"),
        ({"overrides": {"hunan": {"basis": [{"source": "law.two"}]}}}, NEW, "source"),
        ({"review": "someone"}, NEW, "field"),
        ({"id": "payment." + "x" * 100}, NEW, "field"),
    ],
)
def test_what_an_editor_gets_wrong_is_told(shelf: Shelf, old: dict, new: dict, rule: str):
    assert rule in rules(shelf.fill(an_entry(**old), new))


def test_two_entries_may_share_a_question_one_after_the_other(shelf: Shelf):
    again = an_entry(id="payment.new", valid_from="2027-01-01")
    assert rules(shelf.fill(an_entry(**OLD), again)) == set()
    assert "collision" in rules(shelf.fill(an_entry(), again))


def test_a_region_may_have_words_of_its_own(shelf: Shelf):
    own = {"answer": "湖南请到{utility.counter}。", "basis": [{"source": "own.practice"}]}
    sources = [
        {"id": "law.one", "title": "《一号法》", "publisher": "甲", "effective": None, "trust": "A"},
        {"id": "own.practice", "title": "本公司", "publisher": "我们", "effective": None, "trust": "D"},
    ]
    library = opened(shelf.fill(an_entry(overrides={"hunan": own}), sources=sources))
    entry = library.entries["payment.how"]
    assert rules(shelf) == set()
    assert library.answer(entry, "hunan", TODAY).text == "湖南请到试验营业厅。"
    assert library.answer(entry, "hunan", TODAY).sources == ()
    assert library.answer(entry, "beijing", TODAY).text.startswith("可以在试电上交")
    hash(entry)


def test_a_signature_is_void_once_the_text_changes(shelf: Shelf):
    library = opened(shelf.fill(an_entry(review="safety")))
    entry = library.entries["payment.how"]
    assert unsigned(library, []) == [entry]
    signed = Signature("payment.how", "安全员", "1234", TODAY, digest(entry))
    assert unsigned(library, [signed]) == []
    changed = opened(shelf.fill(an_entry(review="safety", answer="请到营业厅。")))
    assert [one.id for one in unsigned(changed, [signed])] == ["payment.how"]
    more = opened(shelf.fill(an_entry(review="safety", overrides={"hunan": {"answer": "请到营业厅。"}})))
    assert [one.id for one in unsigned(more, [signed])] == ["payment.how"]


def test_signatures_come_from_a_file(shelf: Shelf):
    shelf.fill()
    assert read_signatures(shelf.data_dir) == []
    row = {"entry": "a", "role": "安全员", "by": "1234", "on": TODAY, "digest": "0" * 16}
    shelf.write(shelf.data_dir / "reviews.yaml", [row])
    assert [one.by for one in read_signatures(shelf.data_dir)] == ["1234"]
    shelf.write(shelf.data_dir / "reviews.yaml", [row | {"digest": "short"}])
    with pytest.raises(BadContent, match=r"reviews\.yaml:1"):
        read_signatures(shelf.data_dir)


def test_nothing_is_signed_as_shipped():
    library = Library.load()
    waiting = unsigned(library, read_signatures())
    assert len(waiting) == sum(entry.review == "safety" for entry in library.entries.values()) > 0


def test_entries_that_say_the_same_are_too_near(shelf: Shelf):
    same = an_entry(
        id="payment.again",
        question="电费怎么缴？",
        similar=[
            "怎么交钱呢",
            "电费要咋交",
            "交电费该去哪儿",
            "我现在要缴费",
            "该在哪交",
            "哪里还能交",
            "要缴电费",
            "要付电费",
        ],
    )
    library = opened(shelf.fill(an_entry(), same, a_neighbour("payment.far", "表箱漏水")))
    families = {entry.id: entry.topic for entry in library.entries.values()}
    texts = [(entry.id, normalise(text)) for entry in library.entries.values() for text in entry.phrasings]
    index = Index.build(texts, families=families)
    found = near(library, index, library.entries["payment.again"])
    assert [one.other for one in found] == ["payment.how"]
    assert found[0].ours in same["question"] or found[0].ours in same["similar"]
    assert near(library, index, library.entries["payment.far"]) == []
    everywhere = near_everywhere(library)
    assert {one.other for one in everywhere["payment.again"]} == {"payment.how"}
    assert "payment.far" not in everywhere
