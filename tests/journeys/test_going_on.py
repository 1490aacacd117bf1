"""Going on with what was spoken of: topic, region, account and numbers, and when that ends."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from handlers.messages import Heard, PhoneContact
from knowledge.book import Book
from storage.database import Database
from storage.models import Person
from tests.talking import Chat, Clock
from tests.utility_files import ACCOUNT, CUSTOMERS, OTHER, accounts, bills, take_in

Hear = Callable[..., Heard]


def told(say: Hear, talk: str) -> Heard:
    """Say what a line holds between its bars, and return what became of the last of it."""
    heard = Heard()
    for words in talk.split("|"):
        heard = say(words.strip())
    return heard


@pytest.mark.parametrize(
    ("talk", "entry"),
    [
        ("第二档电价是多少 | 换成上海呢", "tariff.tier2.price"),
        ("电费多少钱 | 上海的", "tariff.region.shanghai"),
        ("第二档电价是多少 | 上海的呢", "tariff.tier2.price"),
        ("第二档电价是多少 | 那深圳呢 | 那第三档呢", "tariff.tier3.price"),
        ("第二档电价是多少 | 那第三档呢", "tariff.tier3.price"),
        ("第三档电价是多少 | 二档呢", "tariff.tier2.price"),
        ("用了300度多少钱 | 那第三档呢", "tariff.tier3.price"),
        ("阶梯电价分几档 | 那商铺呢", "tariff.business"),
        ("阶梯电价分几档 | 工业的呢", "tariff.industrial"),
        ("阶梯电价分几档 | 合表的呢", "tariff.shared_meter"),
        ("阶梯电价分几档 | 那农村呢", "tariff.rural"),
        ("第二档电价是多少 | 那夏天呢", "tariff.summer"),
        ("欠费多久会停电 | 那预付费的呢", "arrears.cutoff.prepaid"),
        ("微信怎么交电费 | 那支付宝呢", "payment.alipay"),
        ("充电桩怎么申请 | 多少钱", "ev.fee"),
        ("充电桩怎么申请 | 要多久", "ev.time"),
        ("充电桩怎么申请 | 需要什么材料", "ev.materials"),
        ("充电桩怎么申请 | 在哪办", "ev.apply"),
        ("屋顶光伏怎么申请并网 | 要多久", "pv.time"),
        ("屋顶光伏怎么申请并网 | 那要多少钱呢", "pv.fee"),
        ("房子过户怎么办 | 需要什么材料", "transfer.materials"),
        ("房子过户怎么办 | 在哪办", "transfer.how"),
        ("新房装电表怎么办 | 要多久", "new.resident.time"),
        ("新房装电表怎么办 | 能代办吗", "new.proxy"),
        ("电器烧坏了怎么索赔 | 多久", "damage.deadline"),
        ("一户多人口怎么申请 | 要什么材料", "multi_person.documents"),
        ("第二档电价是多少 | 谢谢 | 那第三档呢", "tariff.tier3.price"),
        ("第二档电价是多少 | 水费怎么交 | 那第三档呢", "tariff.tier3.price"),
    ],
)
def test_the_subject_goes_on(say: Hear, talk: str, entry: str) -> None:
    heard = told(say, talk)
    assert (heard.outcome, heard.entry) == ("found", entry)


@pytest.mark.parametrize(
    ("talk", "words"),
    [
        ("用了300度多少钱 | 600度呢", "北京 用电600度"),
        ("用了300度多少钱 | 600呢", "北京 用电600度"),
        ("用了300度多少钱 | 要是八百度", "用电800度"),
        ("用了300度多少钱 | 那五百呢", "用电500度"),
        ("用了300度多少钱 | 换成上海呢 | 600呢", "上海 用电600度"),
        ("用了300度多少钱 | 那商铺呢", "不能算 工商业"),
        ("用了300度多少钱 | 上个月呢", "2026年10月 用电300度"),
        ("深圳用了300度多少钱 | 那冬天呢", "2026年1月 非夏季"),
        ("上海用了300度多少钱 | 峰谷的话呢", "高峰 低谷"),
        ("上海用了300度多少钱 | 峰谷的话呢 | 峰200谷100", "上海 估算约"),
        ("第二档电价是多少 | 600度呢", "北京 用电600度"),
        ("第二档电价是多少 | 600呢", "用电600度"),
        ("阶梯电价分几档 | 要是八百度", "用电800度"),
        ("第二档电价是多少 | 那上海呢 | 400度呢", "上海 用电400度"),
    ],
)
def test_the_numbers_go_on(say: Hear, talk: str, words: str) -> None:
    heard = told(say, talk)
    assert heard.outcome == "action"
    for part in words.split():
        assert part in heard.text


@pytest.mark.parametrize(
    ("talk", "topic"),
    [
        ("翠竹苑停电了吗 | 浦东的", "outage.query"),
        ("翠竹苑停电了吗 | 荷花小区呢", "outage.query"),
        ("翠竹苑停电了吗 | 什么时候来电", "outage.eta"),
        ("翠竹苑停电了吗 | 要多久", "outage.eta"),
        ("翠竹苑停电了吗 | 那明天呢", "outage.planned"),
    ],
)
def test_the_place_goes_on(say: Hear, talk: str, topic: str) -> None:
    heard = told(say, talk)
    assert (heard.outcome, heard.topic) == ("action", topic)
    assert ("浦东" if "浦东" in talk else "荷花小区" if "荷花" in talk else "翠竹苑") in heard.text


@pytest.mark.parametrize(
    "talk",
    [
        "漏电保护器是什么 | 400",
        "用了300度多少钱 | 漏电保护器是什么 | 400",
        "用了300度多少钱 | 漏电保护器是什么 | 600呢",
        "600呢",
        "电费发票怎么开 | 400",
    ],
)
def test_a_number_is_no_bill_where_no_price_was_spoken_of(say: Hear, talk: str) -> None:
    assert "估算" not in told(say, talk).text


@pytest.mark.parametrize(
    ("talk", "after"),
    [
        ("第二档电价是多少", "那第三档呢"),
        ("用了300度多少钱", "600呢"),
        ("充电桩怎么申请", "需要什么材料"),
        ("翠竹苑停电了吗", "荷花小区呢"),
    ],
)
def test_after_ten_minutes_it_is_over(say: Hear, clock: Clock, talk: str, after: str) -> None:
    going_on = told(say, talk + "|" + after).text
    clock.pass_(minutes=11)
    say("谢谢")
    clock.pass_(minutes=11)
    assert say(after).text != going_on


def test_a_new_subject_ends_the_region(say: Hear) -> None:
    here = say("第二档电价是多少").text
    assert say("那上海呢").text != here
    say("房子过户怎么办")
    assert say("第二档电价是多少").text == here


def test_a_new_subject_ends_the_numbers(say: Hear) -> None:
    say("上海用了300度多少钱")
    say("房子过户怎么办")
    assert "上海" not in say("用了400度多少钱").text


def test_another_topic_with_its_own_fragment_keeps_the_region(say: Hear) -> None:
    say("第二档电价是多少")
    say("那上海呢")
    assert "上海" in say("那第三档呢").text


def test_the_stored_region_is_never_changed(say: Hear, database: Database) -> None:
    told(say, "用了300度多少钱 | 换成上海呢 | 那深圳呢 | 第二档电价是多少 | 杭州的呢")
    with database.reading() as session:
        assert session.exec(select(Person)).one().region is None


def test_what_differs_by_region_is_taken_from_that_region(alice: Chat) -> None:
    alice.say("阶梯电价分几档")
    heard = alice.say("那台湾呢")
    assert heard.outcome == "found"
    assert "上海居民" not in heard.text


@pytest.fixture
def owner(alice: Chat, database: Database, book: Book, clock: Clock) -> Chat:
    """Alice has proven two accounts, one of them with bills of two years."""
    both = accounts(
        (ACCOUNT, "C1", "beijing", "江城枫林路1号", "枫林苑", "postpaid", "", ""),
        (OTHER, "C1", "beijing", "江城湖滨路2号", "湖滨苑", "postpaid", "", ""),
    )
    dated = bills(
        ("B1", "86.50", "2026-11-05", "2026-11-20"),
        ("B2", "77.10", "2026-10-05", "2026-10-20"),
        ("B3", "66.30", "2025-10-05", "2025-10-20"),
    )
    for kind, data in (("customers", CUSTOMERS), ("accounts", both), ("bills", dated)):
        take_in(database, book, kind, data, clock.now)
    for number in (ACCOUNT, OTHER):
        alice.say(f"绑定户号 {number}")
        assert "绑定成功" in alice.say(contact=PhoneContact("+86 139 0000 1111", own=True)).text
    return alice


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("上个月呢", "77.10"),
        ("那去年呢", "66.30"),
        ("去年10月呢", "66.30"),
        ("10月份的呢", "77.10"),
        ("那前年呢", "没有账单"),
    ],
)
def test_another_time_of_ones_own_bills(owner: Chat, then: str, words: str) -> None:
    owner.say(f"户号{ACCOUNT}的电费")
    heard = owner.say(then)
    assert heard.outcome == "action"
    assert words in heard.text


def test_the_other_of_ones_own_accounts(owner: Chat) -> None:
    assert "尾号0033" in owner.say(f"户号{ACCOUNT}的电费").text
    heard = owner.say("我另一个户号呢")
    assert "尾号0099" in heard.text
    assert "尾号0033" not in heard.text


def test_somebody_elses_account_is_no_other_account(
    alice: Chat, owner: Chat, chat: Callable[..., Chat]
) -> None:
    bob = chat("bob")
    bob.say("我的电费")
    assert "尾号" not in bob.say("我另一个户号呢").text
