"""The card index: finds, asks which, or says that it does not know."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.search.evaluate import (
    Answered,
    BadLines,
    Line,
    evaluate,
    evaluate_answers,
    read_lines,
    read_phrasings,
)
from knowledge.search.index import Found, Hit, Index, NothingToIndex, Unknown
from knowledge.text.script import to_traditional

LIBRARY = {
    "card.lost": [
        "借书证丢了怎么补办",
        "借阅证不见了",
        "读者卡掉了咋补",
        "证件遗失怎么办",
        "补一张借书证要什么",
    ],
    "loan.period": ["一本书可以借多久", "借书期限几天", "书能借多长时间", "多久要还", "最长借几天"],
    "loan.renew": ["怎么续借", "还没看完能延期吗", "续借一次多少天", "网上可以续借吗", "想再借一个月"],
    "loan.count": ["一次能借几本", "最多借多少本书", "可以同时借几本书", "借书数量有限制吗"],
    "late.fee": ["超期还书罚款多少", "晚还几天要交钱吗", "逾期一天多少钱", "过期没还怎么收费"],
    "hours": ["图书馆几点开门", "周末开放吗", "晚上几点关门", "开放时间", "星期一开不开"],
    "seat": ["自习座位怎么预约", "占座怎么办", "阅览室的位子要提前订吗", "座位预约在哪里"],
    "damage": ["书弄破了要赔吗", "把书弄湿了怎么办", "书丢了怎么赔", "损坏图书赔偿标准"],
    "wifi": ["馆里有无线网吗", "无线密码是多少", "怎么连上网络"],
    "print": ["哪里可以打印", "复印多少钱一张", "打印机在几楼"],
}
PHRASINGS = [(entry_id, text) for entry_id, texts in LIBRARY.items() for text in texts]


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(PHRASINGS)


@pytest.mark.parametrize(
    ("question", "entry_id"),
    [
        ("我的借书证掉了要补", "card.lost"),
        ("请问一本书借几天呀", "loan.period"),
        ("能不能续借一下", "loan.renew"),
        ("最多可以借几本", "loan.count"),
        ("书被我弄坏了赔多少", "damage"),
    ],
)
def test_the_right_entry_stands_first(index: Index, question: str, entry_id: str) -> None:
    assert index.rank(question)[0].entry_id == entry_id


def test_a_stored_phrasing_is_found_in_either_script(index: Index) -> None:
    for entry_id, text in PHRASINGS:
        for typed in (text, to_traditional(text, taiwan=True), f" {text}？？ "):
            decision = index.decide(typed)
            assert isinstance(decision, Found), typed
            assert decision.hit.entry_id == entry_id


@pytest.mark.parametrize(
    ("typed", "entry_id"),
    [("作位怎么预约", "seat"), ("zuowei zenme yuyue", "seat"), ("怎么续戒", "loan.renew")],
)
def test_a_slip_of_the_ear_does_not_matter(index: Index, typed: str, entry_id: str) -> None:
    assert index.rank(typed)[0].entry_id == entry_id


@pytest.mark.parametrize("question", ["今天股票涨了没有", "感冒吃什么药好得快", "机票退改签手续费"])
def test_a_stranger_is_not_answered(index: Index, question: str) -> None:
    assert not isinstance(index.decide(question), Found)


@pytest.mark.parametrize("nothing", ["", "。。。", "👍", "   "])
def test_nothing_readable_is_unknown(index: Index, nothing: str) -> None:
    assert index.decide(nothing) == Unknown(())
    assert index.rank(nothing) == []


def test_only_allowed_entries_are_found(index: Index) -> None:
    allowed = {"hours", "wifi"}
    assert {hit.entry_id for hit in index.rank("一本书可以借多久", allowed=allowed)} <= allowed
    assert index.rank("一本书可以借多久", allowed=()) == []


@given(st.text(max_size=40))
@settings(deadline=None, max_examples=150)
def test_whatever_is_typed_scores_are_probabilities_in_order(index: Index, text: str) -> None:
    scores = [hit.score for hit in index.rank(text)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_two_builds_are_the_same(index: Index) -> None:
    again = Index.build(PHRASINGS)
    for question in ("借书证", "几点开", "罚多少"):
        assert again.rank(question) == index.rank(question)


def test_one_phrasing_per_entry_is_enough_to_start() -> None:
    index = Index.build([(entry_id, texts[0]) for entry_id, texts in LIBRARY.items()])
    assert index.rank("借书证丢了怎么补")[0].entry_id == "card.lost"


def test_an_index_of_nothing_is_refused() -> None:
    with pytest.raises(NothingToIndex):
        Index.build([])
    with pytest.raises(NothingToIndex):
        Index.build([("a", "。。。")])


def test_figures_of_an_evaluation(index: Index) -> None:
    lines = [
        Line("hours", "图书馆几点开门", 1),
        Line("wifi", "怎么续借", 2),
        Line(None, "明天会下雨吗", 3),
    ]
    report = evaluate(index, lines)
    assert report.top1 == 0.5
    assert report.precision == 0.5
    assert report.coverage == pytest.approx(2 / 3)
    assert report.coverage_in_scope == 1.0
    assert 0 <= report.auroc <= 1
    assert report.records[0].rank == 1
    assert "top1" in report.table()


def test_bad_lines_are_refused_by_number(tmp_path: Path) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text("hours\t几点开门\n没有制表符\n# note\nghost\t你好\n\t空\n-\t天气\n", "utf-8")
    with pytest.raises(BadLines, match=r"line 2.*line 5") as refused:
        read_lines(file)
    assert "line 4" not in str(refused.value)
    with pytest.raises(BadLines, match="line 4: unknown id 'ghost'"):
        read_lines(file, known=LIBRARY)


def test_a_line_may_expect_either_of_two_or_danger(tmp_path: Path) -> None:
    file = tmp_path / "questions.tsv"
    file.write_text("hours|fees\t几点开门\n!\t快来人\nfees|ghost\t多少钱\n", "utf-8")
    with pytest.raises(BadLines, match=r"line 2: unknown id '!'.*line 3: unknown id 'fees\|ghost'"):
        read_lines(file, known=["hours", "fees"])
    lines = read_lines(file, known=["hours", "fees", "ghost", "!"])

    def answer(question: str) -> Answered:
        return Answered((Hit("fees", 0.9, ""),), "danger" if question == "快来人" else "found", 0.9)

    assert [record.rank for record in evaluate_answers(answer, lines).records] == [1, 1, 1]


def test_foreign_entries_are_read(tmp_path: Path) -> None:
    file = tmp_path / "entries.tsv"
    file.write_text("a\t一\na\t二\nb\t三\n", "utf-8")
    assert read_phrasings(file) == [("a", "一"), ("a", "二"), ("b", "三")]


def test_thousands_of_entries_with_few_phrasings_each_can_be_indexed() -> None:
    phrasings = [
        (f"e{number}", text)
        for number in range(2_100)
        for text in (f"编号{number}的电表在哪里看", f"我想找{number}号电表")
    ]
    index = Index.build(phrasings)
    assert index.rank("编号1234的电表在哪里看")[0].entry_id == "e1234"
