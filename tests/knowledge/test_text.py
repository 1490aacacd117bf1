"""Reading what people type: one form for width, script, numbers, sounds, words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.text.normalise import fold, normalise
from knowledge.text.numbers import canonical_numbers, quantities
from knowledge.text.pinyin import sound, spell_out
from knowledge.text.script import script_of, to_traditional
from knowledge.text.segment import Segmenter
from knowledge.text.synonyms import Synonyms, SynonymsRefused


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("ＫＷＨ　是啥", "kwh 是啥"),
        ("找 个 人 来", "找个人来"),
        ("先查表 再说", "先查表 再说"),
        ("真慢啊啊啊啊！！！", "真慢啊!"),
        ("停\u200b水\ufeff了", "停水了"),
        ("帳單怎麼還沒來", "帐单怎么还没来"),
        ("妳們幾點上班", "你们几点上班"),
        ("用了1000度", "用了1000度"),
        ("慢慢来", "慢慢来"),
    ],
)
def test_one_form_for_what_looks_alike(typed: str, read: str) -> None:
    assert normalise(typed) == read


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once


@pytest.mark.parametrize(
    "sentence", ["电表在哪里看网络资料", "干活的师傅几点来", "面条和里面", "可以改时间么"]
)
def test_both_scripts_fold_to_the_same(sentence: str) -> None:
    for taiwan in (True, False):
        assert fold(normalise(to_traditional(sentence, taiwan=taiwan))) == fold(normalise(sentence))


def test_script_is_told_by_the_characters_only_one_has() -> None:
    assert script_of("請問怎麼繳費") == "hant"
    assert script_of("请问怎么缴费") == "hans"
    assert script_of("你好") == "hans"


@pytest.mark.parametrize(
    ("said", "value", "unit"),
    [
        ("这个月四百二十度", "420", "kwh"),
        ("上月280kwh", "280", "kwh"),
        ("大概260°", "260", "kwh"),
        ("二六零度", "260", "kwh"),
        ("扣了两百块", "200", "yuan"),
        ("收我一千二块钱", "1200", "yuan"),
        ("一年1.5万度", "15000", "kwh"),
        ("家里六口人", "6", "person"),
        ("¥88.50", "88.50", "yuan"),
        ("等了三个小时", "3", "hour"),
    ],
)
def test_a_quantity_is_read_however_it_is_written(said: str, value: str, unit: str) -> None:
    (found,) = quantities(normalise(said))
    assert (found.value, found.unit) == (Decimal(value), unit)


@pytest.mark.parametrize("text", ["第三档", "一户一表", "千万别合闸", "万一漏电", "一下", "十分满意"])
def test_words_with_numerals_in_them_stay(text: str) -> None:
    assert canonical_numbers(text) == text


def test_homophones_and_blurred_sounds_share_a_key() -> None:
    assert sound("费") == sound("肥") == sound("会")
    assert sound("只") == sound("子")
    assert sound("兰") == sound("难")
    assert sound("电") != sound("表")


def test_typed_pinyin_is_cut_into_syllables() -> None:
    assert spell_out("zenme jiaofei") == ("zen", "me", "jiao", "fei")
    assert spell_out("xi'an") == ("xi", "an")
    assert spell_out("hello") is None


def test_words_of_the_trade_stay_whole() -> None:
    segmenter = Segmenter.load()
    assert "峰谷电价" in segmenter.words("峰谷电价怎么申请")
    assert segmenter.knows("电费")


@pytest.mark.parametrize("text", ["我家停电了怎么办", "电表走得快得不正常", "㐀㐁停电", "app上交20.5元电费"])
def test_no_character_is_lost_between_words(text: str) -> None:
    assert "".join(Segmenter.load().words(text)) == text


def test_a_beginning_of_a_word_is_no_word() -> None:
    segmenter = Segmenter.load(extra=["阶梯电价表单"])
    assert segmenter.knows("阶梯电价表单")
    assert not segmenter.knows("阶梯电价表")
    assert not segmenter.is_common("阶梯电价表")


def test_the_longest_variant_wins_and_the_kept_word_shields_itself() -> None:
    synonyms = Synonyms([("停电", ["没电", "没有电"], ["手机"]), ("没有", ["没"], [])])
    assert synonyms.replace("我家没有电") == "我家停电"
    assert synonyms.replace("没电") == "停电"
    assert synonyms.replace("手机没电") == "手机没电"


def test_a_word_cannot_be_read_as_two() -> None:
    with pytest.raises(SynonymsRefused, match="没电"):
        Synonyms([("停电", ["没电"], []), ("欠费", ["没电"], [])])


def test_the_shipped_table_is_sound() -> None:
    assert Synonyms.load().replace("唔知几时交电费")
