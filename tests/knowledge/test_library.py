"""The library serves what it can answer here and today, with figures and sources."""

import time
from datetime import date
from pathlib import Path

import pytest

from knowledge.facts import FactMissing
from knowledge.library import Library
from knowledge.sheets import BadContent
from tests.knowledge.shelves import Shelf, a_fact, a_neighbour, a_source, an_entry

TODAY = date(2026, 11, 20)


def load(shelf: Shelf) -> Library:
    return Library.load(shelf.entries_dir, shelf.data_dir)


def served(library: Library, region: str = "beijing", on: date = TODAY) -> set[str]:
    return {entry.id for entry in library.served(region, on)}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_an_answer_has_its_figures_sources_and_neighbours(shelf: Shelf):
    library = load(shelf.fill(an_entry(extra="顺便说：{promise.reply}。")))
    answer = library.answer(library.entries["payment.how"], "beijing", TODAY)
    assert answer.text == "可以在试电上交，5个工作日内到账。"
    assert answer.extra == "顺便说：5个工作日。"
    assert answer.sources == ("《一号法》第一条、第三条（2020-05-01起施行）",)
    assert [entry.id for entry in answer.related] == ["payment.where", "payment.when"]
    assert not answer.unconfirmed
    assert [fact.id for fact in answer.used] == ["utility.app", "promise.reply"]


def test_an_article_is_cited_once(shelf: Shelf):
    same = [{"source": "law.one", "article": "第三条"}]
    library = load(shelf.fill(an_entry(basis=same)))
    answer = library.answer(library.entries["payment.how"], "beijing", TODAY)
    assert answer.sources == ("《一号法》第三条（2020-05-01起施行）",)


def test_a_second_hand_figure_makes_the_answer_unconfirmed(shelf: Shelf):
    library = load(shelf.fill(facts=[a_fact(trust="C")]))
    assert library.answer(library.entries["payment.how"], "beijing", TODAY).unconfirmed


def test_telephone_numbers_are_not_cited(shelf: Shelf):
    phone = a_fact(id="phone.fire", value="119", unit="", source="law.two")
    sources = [a_source(), a_source(id="law.two", title="《二号法》")]
    library = load(shelf.fill(an_entry(answer="打{phone.fire}。"), facts=[phone], sources=sources))
    assert library.answer(library.entries["payment.how"], "beijing", TODAY).sources == (
        "《一号法》第一条（2020-05-01起施行）",
    )


def test_an_entry_whose_figure_has_expired_is_not_served(shelf: Shelf):
    library = load(shelf.fill(facts=[a_fact(valid_to="2026-11-20")]))
    assert "payment.how" in served(library, on=date(2026, 11, 19))
    assert "payment.how" not in served(library, on=TODAY)
    assert not library.is_served("payment.how", "beijing", TODAY)
    with pytest.raises(FactMissing):
        library.answer(library.entries["payment.how"], "beijing", TODAY)
    where = library.answer(library.entries["payment.where"], "beijing", TODAY)
    assert [entry.id for entry in where.related] == ["payment.when"]  # not offered either


def test_an_entry_is_served_in_its_regions_and_days(shelf: Shelf):
    library = load(shelf.fill(an_entry(regions=["taiwan"], valid_from="2026-01-01", valid_to="2027-01-01")))
    assert "payment.how" in served(library, "taiwan", date(2026, 12, 31))
    assert "payment.how" not in served(library, "taiwan", date(2027, 1, 1))
    assert "payment.how" not in served(library, "taiwan", date(2025, 12, 31))
    assert "payment.how" not in served(library, "beijing")


def test_customers_do_not_see_what_is_for_staff(shelf: Shelf):
    library = load(shelf.fill(an_entry(audience="staff")))
    assert "payment.how" not in served(library)
    assert "payment.how" in {entry.id for entry in library.served("beijing", TODAY, "staff")}
    assert "payment.where" in {entry.id for entry in library.served("beijing", TODAY, "staff")}


def test_entries_are_found_by_topic_and_name_their_place(shelf: Shelf):
    library = load(shelf.fill(topics=("payment", "praise")))
    assert [entry.id for entry in library.by_topic["payment"]] == [
        "payment.how",
        "payment.where",
        "payment.when",
    ]
    assert library.by_topic["praise"] == ()
    entry = library.entries["payment.where"]
    assert (entry.file, entry.line > 1) == ("payment.yaml", True)
    assert entry.phrasings[0] == "营业厅在哪儿？"


def test_a_changed_entry_takes_the_place_of_the_old_one(shelf: Shelf):
    library = load(shelf.fill())
    other = load(shelf.fill(an_entry(answer="新答案。"), a_neighbour("payment.new", "新问题")))
    changed = library.with_entries([other.entries["payment.how"], other.entries["payment.new"]])
    assert changed.answer(changed.entries["payment.how"], "beijing", TODAY).text == "新答案。"
    assert len(changed.entries) == len(library.entries) + 1
    assert "payment.new" not in library.entries


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id": "Payment.How"}, "id"),
        ({"answer": ""}, "answer"),
        ({"similar": "一句"}, "similar"),
        ({"similar": [110]}, "similar.0"),
        ({"audience": "everyone"}, "audience"),
        ({"colour": "red"}, "colour"),
        ({"basis": [{"sauce": "law.one"}]}, "basis.0"),
    ],
)
def test_an_entry_of_the_wrong_form_is_refused(shelf: Shelf, wrong: dict[str, object], field: str):
    with pytest.raises(BadContent) as refused:
        load(shelf.fill(an_entry(**wrong)))
    assert all(problem.file == "payment.yaml" for problem in refused.value.problems)
    assert f"字段 {field}" in str(refused.value)


@pytest.mark.parametrize("broken", ["- id: [", "not: a list", "- id: a\n  valid_from: 2026-02-30", "\udce9"])
def test_a_file_that_cannot_be_read_is_named(shelf: Shelf, broken: str):
    shelf.fill()
    (shelf.entries_dir / "broken.yaml").write_bytes(broken.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadContent, match=r"^broken\.yaml") as refused:
        load(shelf)
    assert [problem.rule for problem in refused.value.problems] == ["yaml"]


def test_an_empty_file_is_an_empty_list(shelf: Shelf):
    shelf.fill()
    (shelf.entries_dir / "later.yaml").write_text("# nothing yet\n", encoding="utf-8")
    assert len(load(shelf).entries) == 3


def test_the_shipped_library_loads_quickly():
    started = time.process_time()
    library = Library.load()
    assert time.process_time() - started < 2.0  # half a second here; the bound leaves room for slow machines
    assert library.utility.region == "beijing"
    assert library.utility.hotline in library.facts.ids


@pytest.mark.parametrize("region", ["beijing", "shanghai", "guangdong", "taiwan"])
def test_every_shipped_entry_that_is_served_can_be_answered(region: str):
    library = Library.load()
    for entry in library.served(region, TODAY):
        answer = library.answer(entry, region, TODAY)
        assert answer.text
        assert "{" not in answer.text + answer.extra
        assert answer.sources or {basis.source for basis in entry.told_in(region).basis} == {"own.practice"}
