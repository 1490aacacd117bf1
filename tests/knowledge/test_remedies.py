"""What is understood in spite of how it is said: one part for each remedy, over the shipped book."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.book import Book
from knowledge.negation import denied
from knowledge.remedies import ALL, Remedies
from knowledge.text.initials import Initials, InitialsRefused
from knowledge.text.normalise import normalise
from knowledge.text.numbers import canonical_numbers, canonical_units
from knowledge.text.places import without_places
from knowledge.text.script import to_taiwan
from knowledge.text.synonyms import Synonyms, SynonymsRefused
from knowledge.two_wishes import says_two, without_lead_in
from knowledge.understanding import Understanding


def understood(book: Book, said: str) -> Understanding:
    return book.understander.understand(said, region=book.utility.region)


def read(book: Book, said: str) -> str:
    """Return a question in standard words, as it is compared."""
    return book.understander.index.consider(said).text


def first(meant: Understanding) -> str:
    assert meant.candidates, meant
    return meant.candidates[0].entry_id


# --- synonyms, names and dialects


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("我家断电了", "我家没电了"),
        ("电钱怎么交", "电费怎么缴"),
        ("我屋企冇電", "我家停电"),
        ("電費幾多錢一度", "电费多少钱一度"),
        ("點解電費咁貴", "为什么电费这么贵"),
        ("啥子时候来电", "什么时候来电"),
        ("没得电了", "停电了"),
        ("阿拉呒没电了", "我停电了"),
        ("電火錢按怎繳", "电费怎么交"),
        ("帳單的簡訊", "账单的短信"),
        ("掌上电力怎么交费", "南网在线怎么交费"),
        ("vx交电费", "微信交电费"),
        ("用了350kwh多少钱", "用了四百二十度多少钱"),
        ("第2档电价", "二档电价"),
        ("1户1表", "一户一表"),
        ("翠湖花园3栋停电了", "解放路88号停电了"),
    ],
)
def test_two_ways_to_say_the_same_are_read_alike(book: Book, one: str, other: str) -> None:
    assert read(book, one) == read(book, other)


def test_a_word_of_a_region_may_stand_for_a_word_that_is_exchanged_itself() -> None:
    table = Synonyms([("电费", ["电钱"], []), ("电钱", ["電仔錢"], [])])
    assert table.replace("电仔钱") == "电费"


def test_a_word_of_a_region_may_stand_for_two_words() -> None:
    table = Synonyms([("什么时候", ["几时"], []), ("来电", ["送电"], []), ("几时 送电", ["好久来电"], [])])
    assert table.replace("好久来电") == "什么时候来电"
    assert "什么时候来电" not in table.words()


def test_either_script_in_the_table_is_the_same_word() -> None:
    with pytest.raises(SynonymsRefused, match="帳單訊"):
        Synonyms([("短信", ["帐单讯"], []), ("电话", ["帳單訊"], [])])


# --- numbers and places


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("三百八十千瓦时", "100度"),
        ("一度电", "1度"),
        ("2 元", "100元"),
        ("10kv", "10千伏"),
        ("220v", "220伏"),
        ("这一档", "这一档"),
        ("3阶", "第三档"),
        ("几千瓦", "几千瓦"),
        ("12个月", "12个月"),
    ],
)
def test_a_quantity_is_compared_in_one_spelling(typed: str, compared: str) -> None:
    assert canonical_units(canonical_numbers(normalise(typed))) == compared


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("人民路105号停电了", "停电了"),
        ("石榴家园12栋2单元没电", "没电"),
        ("电路短路了", "电路短路了"),
        ("整个小区停电", "整个小区停电"),
        ("15号停电吗", "15号停电吗"),
        ("翠湖花园3栋", "翠湖花园3栋"),
    ],
)
def test_where_somebody_lives_is_no_part_of_the_question(said: str, asked: str) -> None:
    assert without_places(said) == asked


# --- sounds, pinyin, initials


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("我家亭电了", "我家停电了"),
        ("电肺怎么交", "电费怎么交"),
        ("光福并往", "光伏并网"),
        ("dianfei zenme jiao", "电费怎么交"),
        ("dian fei 怎么交", "电费怎么交"),
        ("jiao电费", "交电费"),
        ("df怎么交", "电费怎么交"),
        ("cdz怎么申请", "充电桩怎么申请"),
        ("tingdian le", "停电了"),
    ],
)
def test_what_the_ear_understands_is_understood(book: Book, typed: str, meant: str) -> None:
    assert read(book, typed) == read(book, meant)


@pytest.mark.parametrize("said", ["冇電呀", "停电咯", "畀電費", "没得电"])
def test_what_is_said_in_dialect_is_not_put_right(book: Book, said: str) -> None:
    assert not set(read(book, said)) & set("压可触的")


@pytest.mark.parametrize("said", ["app怎么下载", "wifi坏了", "ok", "ev充电"])
def test_words_of_other_languages_stay(book: Book, said: str) -> None:
    latin = re.findall("[a-z]+", said)[0]
    assert latin in read(book, said)


def test_first_letters_that_two_words_share_are_not_written_out() -> None:
    words = ["充电桩", "测电站"]
    assert Initials({}, words[:1], ()).written_out("cdz坏了") == "充电桩坏了"
    assert Initials({}, words, ()).written_out("cdz坏了") == "cdz坏了"
    assert Initials({"充电桩": ["cdz"]}, words, ()).written_out("cdz坏了") == "充电桩坏了"
    with pytest.raises(InitialsRefused, match="df"):
        Initials({"电费": ["df"], "地方": ["df"]}, (), ())


# --- kinds of question


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("光伏怎么办理", "pv.apply"),
        ("光伏多久", "pv.time"),
        ("光伏要什么材料", "pv.materials"),
        ("充电桩电费多少钱", "ev.price"),
        ("充电桩怎么申请", "ev.apply"),
        ("充电桩要多久", "ev.time"),
        ("充电桩要什么材料", "ev.materials"),
        ("过户要什么材料", "transfer.materials"),
        ("装电表多少钱", "new.fee"),
        ("装电表要多久", "new.resident.time"),
        ("装电表要什么材料", "new.resident.materials"),
    ],
)
def test_the_kind_of_question_tells_neighbours_apart(book: Book, said: str, entry: str) -> None:
    assert first(understood(book, said)) == entry


def test_what_a_thing_costs_is_not_how_long_it_takes(book: Book) -> None:
    assert first(understood(book, "光伏多少钱")) in {"pv.fee", "pv.price"}


# --- two wishes


@pytest.mark.parametrize(
    ("said", "topic", "also"),
    [
        ("家里跳闸了顺便问下电费怎么交", "repair.no_power_single", "payment"),
        ("电费怎么交，另外怎么过户", "payment", "service.transfer"),
        ("我们小区停电了，另外我要投诉上次来的师傅", "outage.query", "complaint"),
        ("屋顶光伏怎么申请，对了充电桩怎么申请", "service.pv", "service.ev"),
        ("第二档从多少度算起，还有就是峰谷电怎么申请", "faq.tariff", "faq.tou"),
    ],
)
def test_the_first_wish_is_answered_and_the_second_offered(
    book: Book, said: str, topic: str, also: str
) -> None:
    meant = understood(book, said)
    assert (meant.outcome, meant.topic) == ("found", topic)
    assert meant.also is not None
    assert book.library.entries[meant.also].topic == also


def test_danger_in_the_second_clause_comes_first(book: Book) -> None:
    assert understood(book, "电费怎么交，另外我爸触电倒地上了").outcome == "danger"


@pytest.mark.parametrize("said", ["停电还有多久来电", "我们这还有人没电", "电费这么贵还有天理吗"])
def test_one_wish_is_not_torn_in_two(said: str) -> None:
    assert not says_two(said)


def test_what_introduces_a_question_is_no_part_of_it() -> None:
    assert without_lead_in("就是想问一下电费怎么交") == "电费怎么交"
    assert without_lead_in("问问") == "问问"


# --- negation


@pytest.mark.parametrize(
    ("said", "action"),
    [
        ("没说要停电", "outage_lookup"),
        ("不想投诉就问问", "complaint"),
        ("别转人工", "handover"),
        ("不要给我转人工", "handover"),
        ("我没让你报修", "repair"),
        ("我没有欠费为什么停电", "bill_view"),
        ("不是要解绑", "unbind"),
    ],
)
def test_what_is_denied_is_not_done(book: Book, said: str, action: str) -> None:
    meant = understood(book, said)
    done = book.library.entries[meant.entry_id].action if meant.entry_id else None
    assert done != action


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("不用转人工，峰谷时段是几点到几点", "faq.tou"),
        ("不是要投诉 就想知道电费怎么这么高", "billing.explain"),
        ("我没有欠费为什么停电", "outage.query"),
        ("不是要报修，想问现在电价多少钱一度", "faq.tariff"),
    ],
)
def test_what_stands_beside_a_denial_is_answered(book: Book, said: str, topic: str) -> None:
    meant = understood(book, said)
    assert (meant.outcome, meant.topic) == ("found", topic)


@pytest.mark.parametrize(
    "said",
    [
        "是不是停电了",
        "要不要报修",
        "有没有欠费",
        "用不用转人工",
        "没人管我要投诉",
        "不投诉不行了我要投诉",
        "转人工",
    ],
)
def test_a_question_or_a_word_said_again_denies_nothing(said: str) -> None:
    assert not denied(said)


# --- near ties


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("第一档一度电多少钱", "tariff.tier1.price"),
        ("第二档一度电多少钱", "tariff.tier2.price"),
        ("第三档一度电多少钱", "tariff.tier3.price"),
        ("1档是多少度以内", "tariff.tier1.limit"),
        ("2档从多少度算起", "tariff.tier2.limit"),
        ("3档从多少度算起", "tariff.tier3.limit"),
        ("合表用户电价是多少", "tariff.shared_meter"),
        ("什么叫一户一表", "tariff.one_meter"),
        ("电表怎么过户", "transfer.how"),
        ("户名写错了要更名", "transfer.rename"),
        ("把电表销户", "suspend.close"),
        ("企业想减容", "suspend.reduce"),
        ("家里想增容", "new.increase"),
        ("自动代扣怎么开通", "payment.autodebit.apply"),
        ("自动代扣怎么取消", "payment.autodebit.cancel"),
        ("峰谷电怎么申请", "tou.apply"),
        ("峰谷电怎么取消", "tou.cancel"),
        ("怎么绑定户号", "privacy.bind"),
        ("怎么解绑户号", "privacy.unbind"),
        ("微信怎么交电费", "payment.wechat"),
        ("支付宝怎么交电费", "payment.alipay"),
        ("商铺电价多少", "tariff.business"),
        ("工厂电价多少", "tariff.industrial"),
        ("充电桩怎么申请", "ev.apply"),
        ("光伏怎么申请", "pv.apply"),
    ],
)
def test_the_word_that_differs_decides(book: Book, said: str, entry: str) -> None:
    meant = understood(book, said)
    assert (meant.outcome, meant.entry_id) == ("found", entry)


@pytest.mark.parametrize(
    ("said", "entries"),
    [
        ("那一档电价是多少", {"tariff.tier1.price", "tariff.tier2.price", "tariff.tier3.price"}),
        ("这一档是从多少度算起", {"tariff.tier1.limit", "tariff.tier2.limit", "tariff.tier3.limit"}),
        ("第二档和第三档电价", {"tariff.tier2.price", "tariff.tier3.price"}),
        ("过户更名怎么弄", {"transfer.how", "transfer.rename"}),
    ],
)
def test_without_the_word_that_differs_we_ask_which(book: Book, said: str, entries: set[str]) -> None:
    meant = understood(book, said)
    offered = {candidate.entry_id for candidate in meant.candidates}
    assert meant.outcome == "unclear"
    assert len(offered & entries) >= 2


# --- switches


def test_every_remedy_has_a_switch() -> None:
    for name in Remedies.names_of_all():
        assert getattr(ALL, name)
        assert not getattr(ALL.without(name), name)
    with pytest.raises(ValueError, match="magic"):
        ALL.without("magic")


# --- answers for Taiwan


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("发短信提醒您交电费", "發簡訊提醒您繳電費"),
        ("小区充电桩", "社區充電樁"),
        ("用支付宝交费，拨打95598", "用支付寶繳費，撥打95598"),
        ("电表跳闸了", "電表跳電了"),
        ("用户办理的程序和文件", "用戶辦理的程序和文件"),
        ("按“发短信”，网上也行", "按“發短信”，線上也行"),
        ("台风后屋里进水", "颱風後屋裡進水"),
    ],
)
def test_an_answer_reads_as_it_is_written_in_taiwan(ours: str, theirs: str) -> None:
    assert to_taiwan(ours) == theirs


@given(
    st.lists(
        st.sampled_from(["短信", "“户号”", "0.5元", "95598", "12,345", "电表", "《规则》", "\n"]), max_size=9
    )
)
def test_figures_and_quotes_keep_their_place_in_taiwan(parts: list[str]) -> None:
    text = "，".join(parts)
    written = to_taiwan(text)
    assert re.findall(r"[\d.,]+", written) == re.findall(r"[\d.,]+", text)
    assert written.count("“戶號”") == text.count("“户号”")
