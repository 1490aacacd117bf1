"""One pure function from a customer's words to what is wanted."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import pytest

from knowledge.understanding import Context, Understander


@dataclass(frozen=True)
class Card:
    """An entry with what understanding needs of it."""

    id: str
    topic: str
    question: str
    similar: tuple[str, ...]
    action: str | None = None
    audience: Literal["public", "staff"] = "public"
    regions: tuple[str, ...] = ()
    answer: str = ""

    @property
    def phrasings(self) -> tuple[str, ...]:
        return (self.question, *self.similar)


@dataclass
class Shelf:
    """A library of a dozen cards."""

    cards: tuple[Card, ...]
    expired: set[str] = field(default_factory=set)

    @property
    def entries(self) -> dict[str, Card]:
        return {card.id: card for card in self.cards}

    def served(self, region: str, on: date) -> list[Card]:
        return [card for card in self.cards if card.id not in self.expired]


SHELF = Shelf(
    (
        Card(
            "tier.first",
            "faq.tariff",
            "第一档多少钱一度？",
            ("一档电价多少", "头一档每度几毛", "最低那档单价", "第一档价格", "起步档一度多少"),
        ),
        Card(
            "tier.third",
            "faq.tariff",
            "第三档多少钱一度？",
            ("三档电价多少", "最高那档每度几毛", "第三档价格", "用超了那档单价"),
        ),
        Card(
            "shop.price",
            "faq.tariff",
            "商铺电价是多少？",
            ("店面一度电多少", "开饭店电怎么收", "门市用电价格", "商业用电多少钱"),
        ),
        Card(
            "outage.here",
            "outage.query",
            "我家停电了",
            ("这边没电", "屋里突然黑了", "整栋楼都没电", "怎么又停了", "小区停电了吗"),
            action="outage_lookup",
        ),
        Card(
            "pay.where",
            "payment",
            "在哪里交电费？",
            ("怎么交电费", "手机上能交吗", "去哪儿缴费", "网上怎么充电费", "营业厅能不能交"),
        ),
        Card(
            "invoice",
            "billing.explain",
            "电费发票怎么开？",
            ("要一张发票", "电子发票在哪下", "开票要什么", "给公司开发票", "能补开上个月的发票吗"),
        ),
        Card(
            "hello",
            "greeting_smalltalk",
            "你好",
            ("您好", "在吗", "早上好", "有人吗", "哈喽"),
            action="smalltalk",
        ),
        Card(
            "phone.battery",
            "out_of_scope",
            "手机没电怎么办？",
            ("手机充不进电", "手机电池不耐用", "充电宝没电了", "手机关机了"),
            action="out_of_scope",
        ),
        Card(
            "suggest", "suggestion", "我想提个建议", ("给你们提意见", "有个想法", "希望改进一下", "建议你们")
        ),
        Card(
            "water.meter",
            "out_of_scope",
            "水费和水表找谁？",
            ("水表走得快", "自来水停了", "水管漏水", "水表坏了找哪家"),
            action="out_of_scope",
        ),
        Card(
            "meter.broken",
            "service.meter",
            "电表坏了怎么办？",
            ("电表不走字了", "电表屏幕花了", "电表好像有毛病", "电表要换一个"),
        ),
        Card(
            "shell.live",
            "emergency",
            "电器外壳带电怎么办？",
            ("摸到外壳被电了一下", "冰箱外壳麻手", "外壳漏电"),
            action="danger",
        ),
        Card("rude", "complaint", "我要投诉", ("投诉你们的人", "态度太差", "说话难听"), action="complaint"),
        Card("thanks.crew", "praise", "我要表扬", ("夸一夸师傅", "想送面锦旗", "师傅人真好")),
        Card(
            "summer",
            "faq.tariff",
            "夏月电价从几月开始？",
            ("夏季电价", "夏月是哪几个月"),
            regions=("taiwan",),
        ),
        Card("secret", "complaint", "投诉升级给谁？", ("升级投诉流程", "投诉转哪个科"), audience="staff"),
    )
)


@pytest.fixture(scope="module")
def understander() -> Understander:
    return Understander(SHELF)


@pytest.mark.parametrize(
    ("said", "entry_id"),
    [
        ("請問電費在哪裡繳", "pay.where"),
        ("开张电费发票", "invoice"),
        ("我屋企冇電", "outage.here"),
        ("woyao kai fapiao", "invoice"),
        ("手机没电了", "phone.battery"),
    ],
)
def test_what_is_meant_stands_first(understander: Understander, said: str, entry_id: str) -> None:
    meant = understander.understand(said, region="beijing")
    assert meant.candidates[0].entry_id == entry_id


def test_a_greeting_is_smalltalk(understander: Understander) -> None:
    assert understander.understand("您好呀", region="beijing").outcome == "smalltalk"
    assert understander.understand("。。。", region="beijing").outcome == "smalltalk"


def test_danger_comes_before_everything(understander: Understander) -> None:
    meant = understander.understand("有人触电倒地了，电费在哪里交", region="beijing")
    assert (meant.outcome, meant.topic) == ("danger", "emergency")
    assert meant.danger is not None


def test_a_stranger_is_unknown(understander: Understander) -> None:
    assert understander.understand("周末去爬山穿什么鞋", region="beijing").outcome == "unknown"


@pytest.mark.parametrize(
    ("said", "before", "entry_id"),
    [
        ("那第三档呢", "tier.first", "tier.third"),
        ("那商铺呢？", "tier.first", "shop.price"),
        ("换成上海呢", "tier.first", "tier.first"),
        ("上海", "tier.third", "tier.third"),
    ],
)
def test_a_fragment_continues_what_was_asked(
    understander: Understander, said: str, before: str, entry_id: str
) -> None:
    context = Context(topic="faq.tariff", entry_id=before)
    meant = understander.understand(said, region="beijing", context=context)
    assert (meant.outcome, meant.entry_id) == ("found", entry_id)


def test_a_whole_question_does_not_care_what_was_asked_before(understander: Understander) -> None:
    context = Context(topic="faq.tariff", entry_id="tier.first")
    assert understander.understand("电费发票怎么开", region="beijing", context=context).entry_id == "invoice"


def test_the_second_wish_is_offered(understander: Understander) -> None:
    meant = understander.understand("怎么交电费，另外电子发票在哪下", region="beijing")
    assert (meant.entry_id, meant.also) == ("pay.where", "invoice")


def test_a_message_that_begins_as_a_suggestion_is_one(understander: Understander) -> None:
    assert understander.understand("建议交电费的地方多放几把椅子", region="beijing").topic == "suggestion"


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("没人通知就停了 我要投诉", "complaint"),
        ("多谢你们抢修的师傅", "praise"),
        ("要是能晚上也开窗口就好了", "suggestion"),
    ],
)
def test_a_message_may_name_its_topic_itself(understander: Understander, said: str, topic: str) -> None:
    assert understander.understand(said, region="beijing").topic == topic


def test_a_thing_only_others_look_after_is_not_taken_for_ours(understander: Understander) -> None:
    meant = understander.understand("水表坏了怎么办", region="beijing")
    assert (meant.topic, meant.entry_id) == ("out_of_scope", "water.meter")


def test_an_emergency_needs_a_sign_of_danger(understander: Understander) -> None:
    assert understander.understand("冰箱外壳花了", region="beijing").topic != "emergency"
    assert understander.understand("冰箱外壳碰一下手麻", region="beijing").topic == "emergency"


def test_what_has_nothing_to_do_with_us_is_out_of_scope(understander: Understander) -> None:
    meant = understander.understand("西红柿炒鸡蛋先放哪个", region="beijing")
    assert (meant.outcome, meant.topic) == ("unknown", "out_of_scope")


def test_regions_staff_and_expired_entries_are_kept_apart(understander: Understander) -> None:
    def ids(said: str, region: str, on: date | None = None) -> set[str]:
        meant = understander.understand(said, region=region, on=on)
        return {candidate.entry_id for candidate in meant.candidates}

    assert "summer" in ids("夏月电价从几月开始", "taiwan")
    assert "summer" not in ids("夏月电价从几月开始", "beijing")
    assert "secret" not in ids("投诉升级给谁", "beijing")
    SHELF.expired.add("invoice")
    assert "invoice" not in ids("电费发票怎么开", "beijing", on=date(2026, 5, 4))
    SHELF.expired.clear()


def test_the_same_words_are_understood_the_same_again(understander: Understander) -> None:
    said = "店里用电一度多少钱"
    assert understander.understand(said, region="beijing") == understander.understand_afresh(
        said, region="beijing"
    )
