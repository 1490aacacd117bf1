"""Asking about outages: what runs, what is announced, what we cannot know, and where the question leads."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import col, select

import storage.outages
from handlers.messages import Heard, Location
from handlers.outages.outages import known_at
from handlers.turn import Desktop, Turn
from knowledge.book import Book
from knowledge.rules.outages import Outage, OutageKind, OutageState
from storage.database import Database
from storage.models import Account, Binding, Conversation, Customer, Person
from storage.models import Chat as ChatRow
from tests.talking import Chat, Clock

Hear = Callable[..., Heard]
Deliver = Callable[..., None]


@pytest.fixture
def deliver(database: Database, clock: Clock) -> Deliver:
    """A way to deliver outages to the book; `age` is how many minutes ago they were true."""

    def store(*outages: Outage, age: float = 2) -> None:
        as_of = clock.now - timedelta(minutes=age)
        with database.transaction() as session:
            storage.outages.store(session, outages, as_of=as_of, source="test", now=clock.now)

    return store


@pytest.fixture
def town(deliver: Deliver, clock: Clock) -> list[Outage]:
    """A town with an outage of every state."""
    now = clock.now
    outages = [
        outage("F1", "fault", "running", "白鹭洲小区、听涛路1号至40号", now, -1, 3, reason="电缆被挖断"),
        outage("F2", "fault", "partly_restored", "枫林晚小区", now, -4, 1, reason="变压器故障"),
        outage("F3", "fault", "restored", "荷塘月色小区", now, -8, -5),
        outage("P1", "planned", "announced", "云锦苑全部", now, 18, 26, reason="线路检修"),
        outage("P2", "planned", "postponed", "竹溪村二组", now, 66, 74),
        outage("P3", "planned", "cancelled", "杏花里", now, 18, 24),
        outage("D1", "planned", "announced", "听涛路丰泽小区", now, 40, 46),
        outage("D2", "fault", "running", "望湖路丰泽小区", now, -1, 2),
    ]
    deliver(*outages)
    return outages


def outage(
    external_id: str,
    kind: OutageKind,
    state: OutageState,
    scope: str,
    now: datetime,
    first: float,
    last: float,
    reason: str = "",
) -> Outage:
    """Return an outage that begins and ends so many hours from now."""
    start, stop = now + timedelta(hours=first), now + timedelta(hours=last)
    return Outage(external_id, kind, state, scope, start, stop, "beijing", reason=reason)


@pytest.mark.usefixtures("town")
def test_a_running_fault_is_told_with_all_we_know(say: Hear) -> None:
    heard = say("白鹭洲小区停电了吗")
    assert (heard.outcome, heard.topic) == ("action", "outage.query")
    for part in (
        "正在停电",
        "故障停电",
        "电缆被挖断",
        "今天13:00",
        "今天17:00",
        "数据截至 13:58",
        "不用重复报修",
    ):
        assert part in heard.text


@pytest.mark.usefixtures("town")
def test_the_end_comes_first_where_it_was_asked_for(say: Hear) -> None:
    heard = say("听涛路12号什么时候来电")
    assert heard.topic == "outage.eta"
    assert "今天17:00" in heard.text.splitlines()[0]


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("枫林晚小区还没来电", ("部分恢复", "变压器故障")),
        ("荷塘月色小区停电了吗", ("已恢复供电",)),
        ("云锦苑明天停电吗", ("明天云锦苑有停电安排", "线路检修", "明天08:00至明天16:00")),
        ("竹溪村二组这几天停电吗", ("已改期", "现在安排")),
        ("杏花里明天停电吗", ("已取消", "不停了")),
        ("云锦苑停电了吗", ("现在没有查到", "明天08:00")),
        ("白鹭洲小区后天停电吗", ("后天没有查到白鹭洲小区",)),
    ],
)
def test_every_state_is_told_for_what_it_is(say: Hear, words: str, parts: Sequence[str]) -> None:
    heard = say(words)
    assert heard.outcome == "action"
    assert heard.topic is not None
    assert heard.topic.startswith("outage.")
    for part in (*parts, "数据截至"):
        assert part in heard.text


def test_an_end_that_has_passed_is_no_promise(say: Hear, deliver: Deliver, clock: Clock) -> None:
    deliver(outage("F", "fault", "running", "白鹭洲小区", clock.now, -5, -1))
    heard = say("白鹭洲小区什么时候来电")
    assert "还没收到" in heard.text
    assert "已恢复" not in heard.text


@pytest.mark.usefixtures("town")
def test_nothing_found_is_said_with_its_time_and_leads_on(say: Hear, tap: Hear) -> None:
    heard = say("银杏坊停电了吗")
    assert "目前没有查到银杏坊的停电信息" in heard.text
    assert "数据截至 13:58" in heard.text
    labels = [choice.label for choice in heard.replies[-1].choices]
    assert labels[:3] == ["就我家停电", "整片都停", "报修"]
    asked = tap("整片都停")
    assert asked.topic == "repair"
    assert "在哪里" not in asked.text  # it was named already


@pytest.mark.parametrize("age", [61, 600, None])
def test_old_data_never_say_that_there_is_no_outage(
    say: Hear, deliver: Deliver, clock: Clock, age: float | None
) -> None:
    if age is not None:
        deliver(outage("F", "fault", "running", "枫林晚小区", clock.now, -1, 1), age=age)
    heard = say("银杏坊停电了吗")
    assert "不能确认" in heard.text
    assert "没有查到" not in heard.text
    assert "没有停电" not in heard.text
    assert "报修" in [choice.label for choice in heard.replies[-1].choices]


def test_what_old_data_do_say_is_told_with_a_caution(say: Hear, deliver: Deliver, clock: Clock) -> None:
    deliver(outage("F", "fault", "running", "枫林晚小区", clock.now, -3, 1), age=120)
    heard = say("枫林晚小区停电了吗")
    assert "正在停电" in heard.text
    assert "数据截至 12:00" in heard.text
    assert "没更新" in heard.text


@pytest.mark.usefixtures("town")
def test_several_areas_of_one_name_are_asked_about(say: Hear, tap: Hear) -> None:
    assert "您说的是哪一个" in say("丰泽小区停电了吗").text
    assert "正在停电" in tap("望湖路丰泽小区").text


@pytest.mark.usefixtures("town")
def test_the_place_is_asked_for_and_the_day_is_kept(say: Hear) -> None:
    asked = say("明天会停电吗")
    assert "哪里" in asked.text
    assert "明天云锦苑有停电安排" in say("云锦苑的").text


@pytest.mark.usefixtures("town")
def test_another_question_passes_and_the_place_is_still_awaited(say: Hear) -> None:
    say("停电了")
    between = say("阶梯电价分几档")
    assert between.entry == "tariff.tiers.count"
    assert "正在停电" in say("白鹭洲小区").text


def test_words_that_are_no_place_claim_nothing(say: Hear) -> None:
    say("我家停电了")
    assert "没认出" in say("不知道").text
    twice = say("说不上来叫啥")
    assert "没有查到" not in twice.text


@pytest.mark.usefixtures("town")
def test_the_place_spoken_of_is_remembered_for_the_next_question(say: Hear) -> None:
    say("云锦苑停电了吗")
    heard = say("那明天呢")
    assert heard.topic == "outage.planned"
    assert "明天云锦苑有停电安排" in heard.text


@pytest.mark.usefixtures("town")
def test_the_place_is_forgotten_with_the_conversation(say: Hear, clock: Clock) -> None:
    say("云锦苑停电了吗")
    clock.pass_(hours=2)
    assert "哪里" in say("停电了吗").text


@pytest.mark.usefixtures("town")
def test_a_place_named_after_an_answer_is_looked_up(say: Hear) -> None:
    say("云锦苑停电了吗")
    assert "枫林晚小区" in say("枫林晚小区呢").text


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("words", ["上海停电了吗", "浦东停电了没"])
def test_another_region_is_not_ours_to_tell(say: Hear, words: str) -> None:
    heard = say(words)
    assert heard.topic == "outage.query"
    assert "查不到" in heard.text
    assert "没有查到" not in heard.text


def test_a_region_answers_the_question_for_the_place(say: Hear) -> None:
    say("停电了吗")
    heard = say("浦东的")
    assert (heard.outcome, heard.topic) == ("action", "outage.query")


@pytest.mark.usefixtures("town")
def test_where_is_it_out_lists_what_is_known(say: Hear) -> None:
    heard = say("今天哪些小区停电")
    assert "白鹭洲小区" in heard.text
    assert "云锦苑" in heard.text


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("words", ["就我家停电了，邻居都有电", "家里跳闸了没电"])
def test_one_home_alone_goes_to_repair(say: Hear, words: str) -> None:
    heard = say(words)
    assert (heard.topic or "").startswith("repair")
    assert "没有查到" not in heard.text


@pytest.mark.usefixtures("town")
def test_a_known_outage_may_still_be_another_one_at_home(say: Hear, tap: Hear) -> None:
    say("白鹭洲小区停电了吗")
    asked = tap("我家情况不同")
    assert "报修" in asked.text
    assert "不用重复报修" not in asked.text


@pytest.mark.usefixtures("town")
def test_a_form_is_not_lost_over_a_look_at_the_outages(say: Hear, tap: Hear, alice: Chat) -> None:
    say("报修")
    tap("整栋楼/整个单元")
    heard = say("云锦苑明天会停电吗？")
    assert "明天云锦苑有停电安排" in heard.text
    assert "报修" in heard.replies[-1].text  # the form asks on


@pytest.mark.usefixtures("town")
def test_a_place_on_the_map_is_kept_and_its_name_asked_for(say: Hear) -> None:
    say("停电了")
    assert "位置收到了" in say(place=Location(39.9, 116.4)).text
    assert "正在停电" in say("白鹭洲小区").text


@pytest.mark.usefixtures("town")
def test_the_question_for_a_place_does_not_outlive_the_talk(
    say: Hear, clock: Clock, database: Database
) -> None:
    say("停电了")
    clock.pass_(hours=3)
    heard = say("你好")
    assert heard.outcome == "smalltalk"
    with database.reading() as session:
        assert session.exec(select(Conversation)).all() == []


def test_traditional_in_traditional_out(say: Hear, deliver: Deliver, clock: Clock) -> None:
    deliver(outage("F", "fault", "running", "云锦苑", clock.now, -1, 1))
    heard = say("雲錦苑停電了嗎")
    assert "正在停電" in heard.text


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("白鹭洲小区3栋", "F1"),
        ("江城市听涛路8号", "F1"),
        ("枫林晚小区", "F2"),
        ("云锦苑", None),
        ("丰泽小区", None),
        ("", None),
    ],
)
def test_what_a_repair_is_told(
    say: Hear, database: Database, book: Book, clock: Clock, place: str, expected: str | None
) -> None:
    say("你好")
    with database.transaction() as session:
        chat = session.exec(select(ChatRow).order_by(col(ChatRow.id))).one()
        person = session.get_one(Person, chat.person_id)
        turn = Turn(
            desktop=Desktop(book=book, secret=b""),
            session=session,
            now=clock.now,
            message=None,  # type: ignore[arg-type]
            chat=chat,
            person=person,
            conversation=None,
        )
        known = known_at(turn, place)
    assert (known.outage.external_id if known else None) == expected


def test_the_feed_moves_an_outage_on(say: Hear, deliver: Deliver, clock: Clock) -> None:
    fault = outage("F", "fault", "running", "白鹭洲小区", clock.now, -1, 2)
    deliver(fault)
    assert "正在停电" in say("白鹭洲小区停电了吗").text
    clock.pass_(minutes=30)
    deliver(replace(fault, state="restored"))
    assert "已恢复供电" in say("白鹭洲小区停电了吗").text


def bind(alice: Chat, database: Database, *addresses: tuple[str, str]) -> None:
    """Alice has proven to own accounts at addresses (address, community)."""
    alice.say("你好")
    now = alice.clock.now
    with database.transaction() as session:
        customer = Customer(number="C1", name="爱丽", phone="13912345678", updated_at=now)
        session.add(customer)
        session.flush()
        person = session.exec(select(Person)).one()
        for index, (address, community) in enumerate(addresses):
            account = Account(
                number=f"330100004{index}",
                customer_id=customer.id or 0,
                region="beijing",
                address=address,
                community=community,
                updated_at=now,
            )
            session.add(account)
            session.flush()
            session.add(
                Binding(person_id=person.id or 0, account_id=account.id or 0, proof="contact", bound_at=now)
            )


HOME = ("江城市听涛路88号白鹭洲小区7栋2单元301", "白鹭洲小区")
SHOP = ("江城市锦绣路3号云锦苑1栋101", "云锦苑")


@pytest.mark.usefixtures("town")
def test_a_bound_address_need_not_be_named(alice: Chat, database: Database) -> None:
    bind(alice, database, HOME)
    heard = alice.say("我家停电了")
    assert "查到了：您家现在正在停电" in heard.text
    assert "88号" not in heard.text


@pytest.mark.usefixtures("town")
def test_all_bound_addresses_are_looked_up(alice: Chat, database: Database) -> None:
    bind(alice, database, HOME, SHOP)
    heard = alice.say("明天会停电吗")
    assert "云锦苑" in heard.text
    assert "明天08:00" in heard.text


@pytest.mark.usefixtures("town")
def test_another_place_than_the_bound_one(alice: Chat, database: Database) -> None:
    bind(alice, database, SHOP)
    alice.say("停电了吗")
    asked = alice.tap("换个地方查")
    assert "云锦苑" in [choice.label for choice in asked.replies[-1].choices]
    assert "正在停电" in alice.say("枫林晚小区").text or "部分恢复" in alice.heard.text
    alice.tap("换个地方查")
    assert "明天08:00" in alice.tap("云锦苑").text


def test_nothing_is_found_for_a_bound_address(alice: Chat, database: Database, deliver: Deliver) -> None:
    deliver()
    bind(alice, database, SHOP)
    assert "目前没有查到您家的停电信息" in alice.say("我家停电了").text
