"""Messages in quick succession, texts that a messenger cut in two, albums, and not being understood twice."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

import storage.inbox
from handlers.desk import Desk, Received
from handlers.messages import Heard, Message, Reply
from storage.database import Database
from storage.inbox import Arrival
from storage.models import Conversation, Miss, Ticket
from tests.talking import Chat, Clock, deliver

Hear = Callable[..., Heard]


def labels(reply: Reply) -> list[str]:
    return [choice.label for choice in reply.choices]


BURSTS = [
    (("我想问一下", "那个电费", "怎么算的"), "多少度"),
    (("停电了", "翠竹苑"), "翠竹苑是否停电"),
    (("翠竹苑", "停电了"), "翠竹苑是否停电"),
    (("你好", "在吗", "我家跳闸了"), "总开关"),
    (("你好", "在吗", "电费怎么交"), "生活缴费"),
    (("充电桩", "怎么申请"), "充电桩报装"),
    (("充电桩", "要多久"), "工作日"),
    (("坏了", "电表"), "免费换"),
    (("电费怎么交", "微信"), "微信自带"),
    (("第二档电价是多少", "上海"), "上海"),
    (("用了300度多少钱", "上海的"), "上海居民"),
    (("这个月用了", "350度", "多少钱"), "用电350度"),
    (("帮我算一下电费", "350"), "用电350度"),
    (("那个", "就是", "电表", "怎么换"), "换表"),
    (("请问", "过户怎么办"), "过户"),
    (("阶梯电价分几档", "阶梯电价分几档"), "三档"),
]


@pytest.mark.parametrize(("texts", "words"), BURSTS)
@pytest.mark.parametrize("sent", [False, True], ids=["unsent", "sent"])
def test_one_matter_in_several_messages_gets_one_answer(
    alice: Chat, database: Database, clock: Clock, texts: tuple[str, ...], words: str, sent: bool
) -> None:
    for text in texts:
        assert alice.say(text, after=1).replies, "every message is answered at once"
        if sent:
            deliver(database, clock.now)
    [shown] = alice.shown()
    assert words in shown.text
    # What a reader has seen is edited in place; what nobody has seen is not sent at all.
    assert shown.quiet == sent
    going_out = [row for row in alice.rows() if row.state != "cancelled"]
    assert len(going_out) == (len(texts) if sent else 1)


@pytest.mark.parametrize(
    "texts",
    [
        ("阶梯电价分几档", "电费发票怎么开"),
        ("阶梯电价分几档", "那第三档呢"),
        ("阶梯电价分几档", "qwxzpl"),
        ("水费怎么交", "电费怎么交"),
        ("房子过户怎么办", "需要什么材料"),
        ("翠竹苑停电了吗", "荷花小区呢"),
    ],
)
def test_a_question_of_its_own_gets_an_answer_of_its_own(
    alice: Chat, chat: Callable[..., Chat], texts: tuple[str, ...]
) -> None:
    alice.quickly(*texts)
    bob = chat("bob")
    for text in texts:
        bob.say(text)
    assert [reply.text for reply in alice.shown()] == [reply.text for reply in bob.got()]


def test_after_two_seconds_a_message_stands_alone(alice: Chat) -> None:
    alice.quickly("充电桩", "多少钱", every=3)
    assert len(alice.shown()) == 2


def test_where_the_moment_is_not_known_nothing_is_joined(alice: Chat) -> None:
    alice.say("充电桩")
    alice.say("怎么申请")
    assert len(alice.shown()) == 2


@pytest.mark.parametrize(
    "texts", [("电线", "掉地上了冒火"), ("家里", "插座", "冒烟了"), ("我朋友", "触电了", "没反应")]
)
def test_danger_told_in_pieces_is_danger(alice: Chat, database: Database, texts: tuple[str, ...]) -> None:
    heard = alice.quickly(*texts)
    assert "danger" in [one.outcome for one in heard]
    with database.reading() as session:
        assert len(session.exec(select(Ticket)).all()) == 1


def test_more_words_of_a_danger_are_no_second_one(alice: Chat, database: Database) -> None:
    alice.quickly("有人触电了快来人", "在阳光花园3栋", "快点")
    with database.reading() as session:
        assert len(session.exec(select(Ticket)).all()) == 1


def test_two_harmless_questions_make_no_danger(alice: Chat) -> None:
    heard = alice.quickly("电线杆归谁管呢", "我家地上要装插座")
    assert "danger" not in [one.outcome for one in heard]


def test_a_form_takes_each_message_by_itself(alice: Chat) -> None:
    alice.say("报修")
    alice.quickly("整栋楼", "阳光花园3栋")
    assert [reply.quiet for reply in alice.shown()] == [False] * 3


def test_a_button_is_never_joined(alice: Chat) -> None:
    alice.say("你好", after=1)
    alice.say(choice=alice.key_of("人工"), after=1)
    assert not alice.shown()[-1].quiet


def test_a_colleague_reads_each_message(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("人工", "我是小王，请讲")
    before = len(staff.rows())
    alice.quickly("那个电费", "怎么算的")
    assert len(staff.rows()) == before + 2


def test_a_batch_of_the_inbox_is_one_burst(desk: Desk, clock: Clock, alice: Chat) -> None:
    received = []
    with desk.database.transaction() as session:
        for number, text in enumerate(("我想问一下", "充电桩", "怎么申请")):
            message = Message("web", "alice", f"u{number}", clock.now, text=text)
            received.append(Received(_stored(session, message, clock), message, clock.now))
    heard = desk.hear_all(received, clock.now)
    assert [bool(one.replies) for one in heard] == [True] * 3
    [row] = alice.rows()
    assert "充电桩报装" in row.reply["text"]
    assert not row.reply["quiet"]


def _stored(session: Session, message: Message, clock: Clock) -> int:
    arrival = Arrival(message.channel, message.update_id, message.address, {})
    storage.inbox.store(session, [arrival], clock.now)
    return storage.inbox.id_of(session, message.channel, message.update_id)


def test_pieces_that_were_understood_together_count_as_understood(alice: Chat) -> None:
    alice.quickly("充电桩", "怎么申请")
    alice.say("坏了", after=60)
    assert len(labels(alice.shown()[-1])) > 2


def test_pieces_that_were_understood_together_are_no_misses(alice: Chat, database: Database) -> None:
    alice.quickly("qwxzpl", "电费发票怎么开")
    alice.quickly("电表那个", "怎么换", every=1)
    with database.reading() as session:
        assert "电表那个" not in [miss.text for miss in session.exec(select(Miss))]


# -- cut in two by the messenger


LONG = "抄表员上个月没来抄表，账单却写着实抄，" * 230  # a little over 4,000 characters


def test_a_long_complaint_arrives_whole(alice: Chat, database: Database) -> None:
    alice.say("投诉")
    alice.say("抄表不准")
    first, rest = LONG[:4096], LONG[4096:] + "请查清楚。"
    alice.say(first, after=1)
    shown = len(alice.shown())
    alice.say(rest, after=1)
    assert len(alice.shown()) == shown, "the question that is open stands"
    with database.reading() as session:
        collected = session.exec(select(Conversation)).one().collected
    assert first + rest in collected.values()


def test_what_is_too_long_is_cut_and_said(alice: Chat, database: Database) -> None:
    alice.say("投诉")
    alice.say("抄表不准")
    for _ in range(3):
        alice.say(LONG[:4096], after=1)
    assert "前10000个字" in alice.shown()[-1].text
    with database.reading() as session:
        collected = session.exec(select(Conversation)).one().collected
    assert 10_000 in [len(value) for value in collected.values() if isinstance(value, str)]


def test_the_rest_of_a_long_question_is_no_question(alice: Chat) -> None:
    alice.say("电费发票怎么开？" + LONG[:4090], after=1)
    shown = [reply.text for reply in alice.shown()]
    assert alice.say(LONG[:300], after=1).outcome == "silent"
    assert [reply.text for reply in alice.shown()] == shown


# -- photos


def test_a_photo_is_read_by_its_caption(alice: Chat) -> None:
    assert alice.say("电费发票怎么开", photos=1, after=1).entry == "billing.invoice"


@pytest.mark.parametrize("captioned", [0, 1, 2])
def test_an_album_is_read_by_its_one_caption(alice: Chat, captioned: int) -> None:
    heard = [
        alice.say("电费发票怎么开" if number == captioned else "", photos=1, album="a1", after=1)
        for number in range(3)
    ]
    assert heard[captioned].entry == "billing.invoice"
    [shown] = alice.shown()
    assert "电子发票" in shown.text


def test_an_album_in_a_form_is_thanked_for_once(alice: Chat, database: Database) -> None:
    alice.say("报修")
    before = len(alice.shown())
    for _ in range(3):
        alice.say(photos=1, album="a1", after=1)
    assert len(alice.shown()) == before + 1


# -- not understood


@pytest.mark.parametrize(
    "texts", [("坏了", "那个"), ("那个", "qwxzpl"), ("办业务", "那件事", "qwxzpl"), ("坏了", "你们真是傻逼")]
)
def test_the_second_time_a_person_is_offered(say: Hear, alice: Chat, texts: tuple[str, ...]) -> None:
    for text in texts:
        say(text)
    last = alice.got()[-1]
    assert labels(last)[0] == "人工"
    assert "换个说法" not in last.text


def test_a_person_stays_offered_until_something_is_understood(say: Hear, alice: Chat) -> None:
    say("坏了")
    say("那个")
    for text in ("那个", "那件事", "qwxzpl"):
        say(text)
    assert labels(alice.got()[-1]) == ["人工", "主菜单"]


def test_what_is_understood_ends_it(say: Hear, alice: Chat) -> None:
    say("坏了")
    say("阶梯电价分几档")
    say("那个")
    assert len(labels(alice.got()[-1])) > 2
