"""Every rule of the content check is seen to fire, and the shipped content keeps to all of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from knowledge import check as content
from knowledge.check import bare, bare_figures, check, collisions
from knowledge.library import DATA_DIR, ENTRIES_DIR, Library
from tests.knowledge.shelves import SIMILAR, Shelf, a_fact, a_neighbour, an_entry

TODAY = date(2026, 11, 20)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def rules(shelf: Shelf, on: date = TODAY) -> list[str]:
    return [problem.rule for problem in check(shelf.entries_dir, shelf.data_dir, on)]


def test_sound_content_has_no_problem(shelf: Shelf):
    assert rules(shelf.fill()) == []


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"answer": "24小时内到账。"}, "bare-figure"),
        ({"answer": "２４小时内到账。"}, "bare-figure"),
        ({"answer": "三天内到账。"}, "bare-figure"),
        ({"extra": "顺便说：还有五个工作日。"}, "bare-figure"),
        ({"answer": "{promise.gone}内到账。"}, "fact"),
        ({"extra": "{promise.gone}内到账。"}, "fact"),
        ({"answer": "{Promise.Reply}内到账。"}, "placeholder"),
        ({"answer": "{promise.reply内到账。"}, "placeholder"),
        ({"answer": "见 https://example.com 。"}, "markup"),
        ({"answer": "见 <b>这里</b>。"}, "markup"),
        ({"related": ["payment.where", "payment.nowhere"]}, "related"),
        ({"related": ["payment.where", "payment.how"]}, "related"),
        ({"related": ["payment.where", "payment.where"]}, "related"),
        ({"related": ["payment.where"]}, "related-count"),
        ({"related": []}, "related-count"),
        ({"basis": [{"source": "law.two"}]}, "source"),
        ({"basis": []}, "source"),
        ({"action": "dance"}, "action"),
        ({"regions": ["mars", "beijing"]}, "region"),
        ({"valid_from": "2026-01-01", "valid_to": "2026-01-01"}, "field"),
        ({"similar": SIMILAR[:7]}, "similar-count"),
        ({"similar": [*SIMILAR, "怎么交电费"]}, "duplicate-phrasing"),  # the standard question again
        ({"similar": [*SIMILAR, "繳電費！"]}, "duplicate-phrasing"),  # one of them in the other script
        ({"question": "怎么" * 10 + "交？"}, "question-length"),
        ({"answer": "一行。\n" * 6}, "answer-lines"),
        ({"answer": "长" * 401}, "answer-length"),
        ({"answer": "一般{promise.usual}到账。"}, "wording"),
    ],
)
def test_each_rule_fires(shelf: Shelf, wrong: dict[str, Any], rule: str):
    usual = a_fact(id="promise.usual", say="一般5天左右")
    shelf.fill(an_entry(**wrong), facts=[a_fact(), usual])
    problems = check(shelf.entries_dir, shelf.data_dir, TODAY)
    assert {(problem.rule, problem.entry) for problem in problems} == {(rule, "payment.how")}
    assert all(problem.file == "payment.yaml" and problem.line for problem in problems)


def test_a_topic_outside_the_vocabulary(shelf: Shelf):
    assert rules(shelf.fill(an_entry(topic="weather"))) == ["topic"]


def test_a_topic_without_an_entry(shelf: Shelf):
    assert rules(shelf.fill(topics=("payment", "praise"))) == ["topic-empty"]


def test_an_id_used_twice(shelf: Shelf):
    again = an_entry(question="另一个问题？", similar=[f"另一句{sign}" for sign in "甲乙丙丁戊己庚辛"])
    assert rules(shelf.fill(an_entry(), again)) == ["duplicate-id"]


def test_an_expired_figure(shelf: Shelf):
    shelf.fill(facts=[a_fact(valid_to="2026-11-20")])
    assert rules(shelf, on=date(2026, 11, 19)) == []
    assert rules(shelf, on=date(2026, 11, 20)) == ["fact"]


def test_a_figure_of_some_regions_limits_the_entry(shelf: Shelf):
    facts = [a_fact(region="shanghai"), a_fact(region="hunan")]
    assert rules(shelf.fill(facts=facts)) == ["fact-region"]
    assert rules(shelf.fill(an_entry(regions=["shanghai", "hunan"]), facts=facts)) == []


@pytest.mark.parametrize("same", ["怎么交钱？？", "怎麼交錢", "怎么 交钱", "怎么交錢。"])
def test_two_entries_must_not_share_a_question(shelf: Shelf, same: str):
    other = a_neighbour("payment.other", "别的问题")
    other["similar"].append(same)
    (problem,) = check(*_folders(shelf.fill(an_entry(), other)), TODAY)
    assert (problem.rule, problem.entry) == ("collision", "payment.other")
    assert "payment.how" in problem.sentence
    library = Library.load(*_folders(shelf))
    assert [found.rule for found in collisions(library.entries["payment.how"], library)] == ["collision"]


def test_entries_of_different_regions_may_share_a_question(shelf: Shelf):
    here = an_entry(regions=["beijing"])
    there = an_entry(id="payment.taiwan", regions=["taiwan"])
    assert rules(shelf.fill(here, there)) == []


def test_an_unreadable_file_does_not_hide_the_other_problems(shelf: Shelf):
    shelf.fill(an_entry(action="dance"))
    (shelf.entries_dir / "broken.yaml").write_text("- id: [", encoding="utf-8")
    assert rules(shelf) == ["yaml", "action"]


@pytest.mark.parametrize(
    "text",
    [
        "8米",
        "８米",
        "八米",
        "半小时",
        "两个钟头",
        "十分钟",
        "五个工作日",
        "百分之十",
        "千分之一",
        "一千二百度",
        "收五块钱",
        "打八折",
        "再试两次",
        "五人以上",
        "二百二十伏",
        "一个月",
        "x³",
        "Ⅲ类",
        "三年",
        "二十四小时",
    ],
)
def test_a_written_figure_is_found(text: str):
    assert bare_figures(text)


@pytest.mark.parametrize(
    "text",
    [
        "①先关总闸，②再打电话",
        "一户一表",
        "第一档、第二档",
        "居民电价分三档",
        "一次性交清",
        "第三天、第二次",
        "每一度电",
        "哪一天都行",
        "万一天黑了",
        "千万别碰",
        "统一安装",
        "一块儿去、两块电表",
        "周六日休息",
        "十分抱歉",
        "不是一回事，是两回事",
        "三天两头停电",
        "进一步核实，一般如此",
        "三孔插座、三相电",
        "几天后",
    ],
)
def test_an_everyday_word_is_not_a_figure(text: str):
    assert bare_figures(text) == []


def test_questions_are_compared_without_signs_width_case_and_script():
    assert bare(" 電費ＡＰＰ怎麼交？！") == bare("电费app怎么交")
    assert bare("停没停电") != bare("停电没停")
    assert bare("？？？") != bare("。。。")  # nothing but signs is a question of its own
    assert bare("？？？")


def test_the_command_prints_problems_and_says_so_with_its_exit_code(
    shelf: Shelf, capsys: pytest.CaptureFixture[str]
):
    shelf.fill(an_entry(action="dance"), a_neighbour("payment.other", "别的问题", related=[]))
    folders = ["--entries", str(shelf.entries_dir), "--data", str(shelf.data_dir)]
    assert content.main(folders) == 1
    printed = capsys.readouterr()
    assert "[action]" in printed.out
    assert "2 problems on 2026-11-01" in printed.err  # the day the figures were last looked at
    assert content.main([*folders, "other.yaml"]) == 0
    assert content.main([*folders, "--on", "2023-01-01", "entries/payment.yaml"]) == 1
    assert "[fact]" in capsys.readouterr().out


def test_shipped_content_is_sound():
    problems = check(ENTRIES_DIR, DATA_DIR, TODAY)
    assert not problems, "\n".join(map(str, problems))


def _folders(shelf: Shelf) -> tuple[Path, Path]:
    return shelf.entries_dir, shelf.data_dir
