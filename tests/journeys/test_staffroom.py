"""Colleagues at work in the staff group and in private: commands, ready-made sentences, what stays inside."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

import storage.outbox
import storage.rooms
from handlers.desk import Desk
from handlers.messages import Choice, Message, Reply
from handlers.staff.staff_commands import COMMANDS
from handlers.turn import TooEarly
from handlers.wording import staff as wording
from handlers.wording.commands import STAFF_COMMANDS
from knowledge.book import Book
from knowledge.rules.canned import canned
from storage.database import Database
from storage.models import Outgoing, OutgoingState, StaffRoom, Ticket
from storage.outbox import Settled
from tests.journeys.ticket_stories import Work, complain, report
from tests.talking import STAFF, Chat, Clock, deliver

NUMBER = "BX20261123-0001"


@pytest.fixture
def work(desk: Desk, clock: Clock) -> Work:
    return Work(desk, clock)


def room(database: Database, name: str, thread: str) -> str:
    """Let a room have a topic, as the sender makes one."""
    with database.transaction() as session:
        found = storage.rooms.of(session, channel=STAFF.channel, address=STAFF.address, room=name)
        assert found is not None
        found.thread = thread
        session.add(found)
    return thread


def test_a_new_ticket_begins_its_room_with_a_pinned_card(alice: Chat, staff: Chat) -> None:
    report(alice)
    rows = [one for one in staff.rows() if one.room == "ticket:1"]
    assert len(rows) == 1, "the news is the card: a group gets few messages a minute"
    card = rows[0]
    assert card.card == "room:ticket:1"
    assert card.reply["pinned"]
    assert NUMBER in card.reply["text"]
    assert "客户1" in card.reply["text"]
    assert "13912345678" not in card.reply["text"]


def test_the_card_follows_what_happens(
    alice: Chat, staff: Chat, work: Work, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    report(alice)
    deliver(work.desk.database, clock.now)
    clock.pass_(minutes=1)
    assert tick().get("room_cards", 0) == 0, "nothing has changed"
    staff.tap("我来处理")
    clock.pass_(minutes=1)
    alice.tap("催办")
    clock.pass_(minutes=1)
    assert tick()["room_cards"] == 1
    card = staff.last(containing=NUMBER)
    assert card.reply["quiet"]
    assert "首问负责：王" in card.reply["text"]
    assert tick().get("room_cards", 0) == 0


def test_in_its_topic_a_ticket_needs_no_number(
    alice: Chat, staff: Chat, work: Work, database: Database
) -> None:
    report(alice)
    topic = room(database, "ticket:1", "77")
    staff.say("/take", thread=topic)
    assert work.ticket(NUMBER).state == "taken"
    staff.say("/n 门禁密码问门卫", thread=topic)
    staff.say("/wait 天气", thread=topic)
    assert work.ticket(NUMBER).state == "waiting"
    staff.say("/go", thread=topic)
    staff.say("/arrived", thread=topic)
    staff.say("/transfer 李 换班", thread=topic)
    staff.say("/done 换了保险", thread=topic, member="李")
    assert work.ticket(NUMBER).state == "resolved"
    assert "note" in work.kinds(NUMBER)
    assert "门卫" not in alice.texts()
    assert "换班" not in alice.texts()
    answers = [one for one in staff.rows() if one.room == "ticket:1" and one.card is None]
    assert answers, "answers stand in the topic where was asked"


def test_everything_has_a_command_with_a_number(
    alice: Chat, staff: Chat, work: Work, chat: Callable[..., Chat]
) -> None:
    report(alice)
    bob = chat("bob")
    other = report(bob, "江滨路9号3单元")
    assert NUMBER in staff.say("/list").text
    assert NUMBER not in staff.say("/list 我的").text
    staff.say(f"/take {NUMBER}")
    assert NUMBER in staff.say("/mine").text
    assert NUMBER in staff.say(f"/show {NUMBER}").text
    staff.say(f"/merge {other} {NUMBER}", member="张")
    assert work.ticket(other).state == "merged"
    staff.say(f"/split {other}", member="张")
    assert work.ticket(other).state == "accepted"
    staff.say(f"/assign {other} 李", member="钱")
    assert work.ticket(other).state == "taken"


@pytest.mark.parametrize(
    "line",
    [
        "/take",
        "/done",
        "/n",
        "/wait",
        "/go",
        "/arrived",
        "/show",
        "/transfer",
        "/merge",
        "/split",
        "/class",
        "/approve",
        "/refuse",
        "/assign",
        "/undo",
        "/c",
        "/r",
        "/end",
        "/close",
    ],
)
def test_a_command_without_what_it_needs_says_how(staff: Chat, line: str) -> None:
    assert staff.say(line).text, "never silent"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_auditor_changes_nothing_by_any_command(alice: Chat, staff: Chat, work: Work, name: str) -> None:
    report(alice)
    before = len(alice.rows())
    staff.say(f"/{name} {NUMBER} 李 原因", member="孙")
    deliver(work.desk.database, work.clock.now)
    card = next(one for one in staff.rows() if one.room == "ticket:1")
    staff.say(f"/{name} 天气", member="孙", reply_to=f"ref-{card.id}")
    staff.say(f"/{name} 稍等 发送", member="孙", reply_to=f"ref-{card.id}")
    assert work.ticket(NUMBER).state == "accepted"
    assert len(alice.rows()) == before
    assert "note" not in work.kinds(NUMBER)


def test_a_strangers_commands_do_nothing(alice: Chat, staff: Chat, work: Work) -> None:
    report(alice)
    assert "/staff" in staff.say(f"/take {NUMBER}", member="666").text
    assert work.ticket(NUMBER).state == "accepted"


def test_a_ready_made_sentence_is_seen_before_it_is_sent(alice: Chat, staff: Chat) -> None:
    report(alice)
    staff.tap("我来处理")
    before = len(alice.rows())
    shown = staff.answer(NUMBER, "/c 已派单").text
    assert "还没有发出" in shown
    assert NUMBER in shown
    assert "45分钟" in shown
    assert len(alice.rows()) == before
    key = staff.key_of("发送")
    staff.say(choice=key)
    assert "已安排人员" in alice.got()[-1].text
    assert "{" not in alice.got()[-1].text
    after = len(alice.rows())
    assert "没有再发" in staff.say(choice=key).text
    assert len(alice.rows()) == after


def test_a_complaint_becomes_milder_only_by_two(alice: Chat, staff: Chat, work: Work) -> None:
    number = complain(alice)
    assert "/class" in staff.say(f"/class {number}").text
    staff.say(f"/class {number} 意见 客户说只是建议")
    assert work.ticket(number).kind == "complaint"
    staff.say(f"/approve {number}", member="王")
    assert work.ticket(number).kind == "complaint"
    staff.say(f"/approve {number}", member="张")
    assert work.ticket(number).kind == "opinion"


def test_near_keywords_are_offered(alice: Chat, staff: Chat) -> None:
    report(alice)
    assert "补材料" in staff.answer(NUMBER, "/c 补材料料").text
    assert "您好" in staff.say("/c").text
    assert "没有叫" in staff.say("/c 完全不沾边的").text


def test_every_ready_made_sentence_can_be_filled(alice: Chat, staff: Chat) -> None:
    report(alice)
    for one in canned():
        said = staff.answer(NUMBER, f"/c {one.key}").text
        assert "预览" in said, one.key
        assert "{" not in said


def test_what_answers_a_report_of_ours_stays_inside(alice: Chat, staff: Chat) -> None:
    report(alice)
    staff.tap("我来处理")
    before = len(alice.rows())
    assert "没有发出" in staff.answer("由 王 处理", "这家真啰嗦").text
    assert len(alice.rows()) == before


def test_the_number_of_a_confidential_ticket_says_nothing(
    alice: Chat, staff: Chat, work: Work, database: Database, chat: Callable[..., Chat]
) -> None:
    report(alice)
    with database.transaction() as session:
        ticket = session.exec(select(Ticket)).one()
        ticket.confidential = True
        session.add(ticket)
        for one in session.exec(select(StaffRoom)):
            session.delete(one)
        for row in session.exec(select(Outgoing).where(Outgoing.address == STAFF.address)):
            session.delete(row)
    alice.tap("催办")
    assert NUMBER not in staff.texts()
    assert "保密" in staff.texts()
    lead = Chat(work.desk, work.clock, "telegram", "张")
    assert NUMBER in lead.texts()
    assert staff.say(f"/show {NUMBER}", member="王").text == wording.no_such_ticket(NUMBER)
    assert NUMBER not in staff.say("/list", member="张").text
    assert "私下" in staff.say(f"/show {NUMBER}", member="张").replies[0].text
    assert NUMBER in lead.got()[-1].text
    assert NUMBER not in "".join(one.text for one in staff.got() if "没有工单" not in one.text)
    agent = Chat(work.desk, work.clock, "telegram", "王")
    assert agent.rows() == []


def test_in_private_a_colleague_works_and_is_a_customer_too(
    database: Database, book: Book, clock: Clock
) -> None:
    desk = Desk(database, book, secret=b"no group", in_private=True)
    alice, wang = Chat(desk, clock, "web", "alice"), Chat(desk, clock, "telegram", "王")
    number = report(alice)
    assert number in wang.texts()
    assert Chat(desk, clock, "telegram", "郑").rows() == [], "an editor is not told of tickets"
    assert "由 王 处理" in wang.tap("我来处理").text
    deliver(database, clock.now)
    wang.answer("楼道灯也不亮", "师傅在路上")
    assert "师傅在路上" in alice.got()[-1].text
    assert wang.say("居民阶梯电价分几档？").outcome == "found"
    assert wang.say("/mine").outcome == "staff"
    nobody = Chat(desk, clock, "telegram", "999")
    nobody.say(f"/take {number}")
    assert "由 " not in nobody.texts()


def test_a_live_chat_in_private_goes_to_whoever_has_it(database: Database, book: Book, clock: Clock) -> None:
    desk = Desk(database, book, secret=b"no group", in_private=True)
    alice = Chat(desk, clock, "web", "alice")
    report(alice)
    wang, li = Chat(desk, clock, "telegram", "王"), Chat(desk, clock, "telegram", "李")
    deliver(database, clock.now)
    wang.answer(NUMBER, "您好，请讲")
    before = len(li.rows())
    alice.say("我家表走得太快了")
    assert "走得太快" in wang.texts()
    assert len(li.rows()) == before


def test_a_line_waits_for_its_fate_and_is_told_after_a_crash(
    alice: Chat, staff: Chat, desk: Desk, clock: Clock, session: Session
) -> None:
    session.add(
        Outgoing(
            channel="web",
            address="alice",
            token="t",
            dedupe_key="d",
            reply=Reply("您好", (Choice("结束人工", "handover.end"),)).as_document(),
            state="failed",
            error="bot was blocked by the user",
            created_at=clock.now,
            not_before=clock.now,
            relay_of=f"{STAFF.address}/55",
        )
    )
    session.commit()
    assert desk.tick(clock.now)["relay_fates"] == 1
    told = staff.got()[-1]
    assert told.text.startswith("❌")
    assert "拉黑" in told.text
    assert told.answers == "55"
    assert desk.tick(clock.now)["relay_fates"] == 0


def test_the_list_of_commands_is_the_one_that_telegram_shows() -> None:
    assert {name for name, _ in STAFF_COMMANDS} <= set(COMMANDS)
    assert all(f"/{name}" in wording.help_lines() or name == "help" for name, _ in STAFF_COMMANDS)


def test_in_a_crowd_news_are_gathered_and_words_are_not(
    alice: Chat, staff: Chat, chat: Callable[..., Chat], desk: Desk, clock: Clock, database: Database
) -> None:
    for name in range(14):
        report(chat(f"customer-{name}"), f"城东区{name}号院")
    report(alice)
    alice.tap("补充")
    alice.say("单元门禁密码问门卫")
    chat("bob").say("转人工")
    assert desk.tick(clock.now)["digest"] >= 15
    digest = staff.last(containing="合并列出")
    assert digest.reply["text"].count("待认领") == 15
    with database.reading() as session:
        rows = session.exec(select(Outgoing).where(Outgoing.address == STAFF.address)).all()
    waiting = [one.reply["text"] for one in rows if one.state == "waiting"]
    assert any("门卫" in text for text in waiting), "what a customer says is no news to be gathered"
    assert any("要人工" in text for text in waiting)
    assert sum("新工单" in text or "已受理" in text for text in waiting if "合并" not in text) == 0
    assert "digest" not in desk.tick(clock.now)
    deliver(database, clock.now)
    staff.say(f"/take {NUMBER}")
    card = next(one for one in reversed(staff.rows()) if one.room == "ticket:1")
    assert card.card == "room:ticket:1", "now its room begins"


def test_a_note_under_a_customers_words_goes_to_their_only_ticket(alice: Chat, staff: Chat) -> None:
    report(alice)
    alice.say("人工")
    staff.answer("要人工", "您好")
    alice.say("门禁密码贴在门口")
    assert f"{NUMBER} 已记内部备注" in staff.answer("💬 客户1：门禁密码", "/n 上门前先打电话").text
    assert "上门前先打电话" not in alice.texts()
    alice.say("结束人工")
    complain(alice)
    assert "请回复工单消息写 /n" in staff.answer("💬 客户1：门禁密码", "/n 又一条").text


def test_who_answers_before_we_know_what_our_message_is_called_is_heard_again(
    alice: Chat, staff: Chat, clock: Clock, database: Database
) -> None:
    alice.say("人工")
    row = staff.last(containing="要人工")
    with database.transaction() as session:
        storage.outbox.claim(session, channel="telegram", owner="x", now=clock.now, limit=100)
    early = Message(
        "telegram",
        STAFF.address,
        "early",
        clock.now,
        text="在的，请讲",
        ref="501",
        reply_to=f"ref-{row.id}",
        reply_to_us=True,
        member="王",
        member_name="王",
    )
    with pytest.raises(TooEarly):
        staff.desk.hear(early, clock.now, received_at=clock.now)
    with database.transaction() as session:
        sent = [Settled(row.id or 0, OutgoingState.SENT, platform_ref=f"ref-{row.id}")]
        storage.outbox.settle(session, sent, owner="x")
    staff.desk.hear(early, clock.now, received_at=clock.now)
    assert "在的，请讲" in alice.got()[-1].text
