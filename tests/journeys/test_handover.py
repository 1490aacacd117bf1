"""From the bot to a person and visibly back; what is said among colleagues stays among them."""

from collections.abc import Callable
from functools import partial

from sqlmodel import Session, select

from handlers.desk import Desk
from handlers.handover import handover_queue, handover_relay
from handlers.messages import Message
from handlers.turn import Desktop, Turn
from knowledge.book import Book
from storage.database import Database
from storage.models import Account, Binding, Customer, HandoverRequest, Person, Staff, Ticket
from storage.models import Chat as ChatRow
from tests.talking import STAFF, Chat, Clock, deliver


def test_to_a_person_and_back(alice: Chat, staff: Chat) -> None:
    alice.say("居民阶梯电价分几档？")
    assert "您排在第一位" in alice.say("转人工").text
    card = staff.got()[-1].text
    assert "分几档" in card
    assert "✅" in staff.answer("要人工", "您好，我是小王，请讲").text
    assert "王 已接入" in alice.got()[-2].text
    assert "请讲" in alice.got()[-1].text
    heard = alice.say("我家表走得太快了，电话13912345678")
    assert heard.outcome == "staff"
    assert heard.replies == []
    relayed = staff.got()[-1].text
    assert "走得太快" in relayed
    assert "13912345678" not in relayed
    staff.answer("走得太快", "给您约了校表")
    assert "约了校表" in alice.got()[-1].text
    staff.tap("结束")
    assert "人工对话已结束" in alice.got()[-1].text
    assert alice.say("居民阶梯电价分几档？").outcome == "found"


def test_talk_among_colleagues_stays_there(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    before = len(alice.rows())
    staff.say("这个客户又来了，谁接一下")
    staff.say("/r 忘了接谁")
    assert "没有发出" in staff.got()[-1].text
    assert len(alice.rows()) == before


def test_slash_r_goes_to_the_one_i_speak_with(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    staff.say("/r 马上给您查")
    assert "马上给您查" in alice.got()[-1].text


def test_while_waiting_the_bot_still_answers(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    assert alice.say("居民阶梯电价分几档？").outcome == "found"
    assert "分几档" in staff.got()[-1].text
    assert "已取消排队" in alice.tap("取消排队").text
    assert "不用再回复" in staff.got()[-1].text


def test_asking_twice_queues_once(alice: Chat, chat: Callable[..., Chat], database: Database) -> None:
    alice.say("人工")
    assert "没有重复排队" in alice.say("人工").text
    assert "前面还有1位" in chat("bob").say("人工").text
    with database.reading() as session:
        assert len(list(session.exec(select(HandoverRequest)))) == 2


def test_silence_of_ours_is_admitted_once(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say("人工")
    clock.pass_(minutes=6)
    assert tick()["handover_late"] == 1
    assert "仍在排队" in alice.got()[-1].text
    assert "6分钟" in staff.got()[-1].text
    clock.pass_(minutes=6)
    assert tick()["handover_late"] == 0


def test_at_night_the_truth_is_told_at_once(
    alice: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 11, 23, 22, 0)
    said = alice.say("人工").text
    assert "明天08:00" in said
    assert "95598" in said
    clock.pass_(minutes=30)
    assert tick()["handover_late"] == 0


def test_a_message_is_left_as_a_ticket(alice: Chat, staff: Chat, database: Database, clock: Clock) -> None:
    clock.set(2026, 11, 23, 22, 0)
    alice.say("人工")
    alice.tap("留言")
    assert "ZX20261123-0001" in alice.say("明天上午给我回电话，说说过户").text
    assert "过户" in staff.texts()
    with database.reading() as session:
        assert session.exec(select(Ticket)).one().kind == "consult"


def test_leaving_a_message_keeps_the_form_that_was_open(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    alice.say("人工")
    alice.tap("留言")
    assert "没填完的报修" in alice.say("我家没人，门卫有钥匙").text
    assert "在哪里" in alice.tap("继续").text


def test_a_forgotten_conversation_ends_by_itself(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    clock.pass_(minutes=61)
    assert tick()["handover_idle"] == 1
    assert "继续为您服务" in alice.got()[-1].text
    assert alice.say("居民阶梯电价分几档？").outcome == "found"


def test_an_answer_to_a_ticket_reaches_its_customer(alice: Chat, staff: Chat) -> None:
    alice.say("我爸触电了倒在地上")
    staff.answer("触电", "您在几号楼？")
    assert "您在几号楼" in alice.got()[-1].text
    alice.say("三号楼二单元")
    assert "三号楼" in staff.got()[-1].text


def test_the_customer_can_end_it(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    assert "已结束" in alice.say("结束人工").text
    assert "由客户结束" in staff.got()[-1].text


def test_where_nobody_is_connected_it_is_said(database: Database, book: Book, clock: Clock) -> None:
    alone = Chat(Desk(database, book, secret=b"alone"), clock, "web", "alice")
    assert "没有同事在线" in alone.say("人工").text
    alone.tap("留言")
    assert alone.say("请回电，想问过户").ticket == "ZX20261123-0001"


def test_an_unreachable_customer_is_reported(alice: Chat, staff: Chat, desk: Desk, clock: Clock) -> None:
    alice.say("人工")
    with desk.database.transaction() as session:
        from storage.people import mark_reachable

        mark_reachable(session, "web", "alice", since=clock.now)
    assert "❌" in staff.answer("要人工", "在吗").text


def test_staff_buttons_are_for_the_group_only(staff: Chat) -> None:
    assert STAFF.channel == staff.channel
    assert "过期" in staff.say(choice="made-up:0").text


def test_colleagues_read_words_of_one_moment_in_their_order(alice: Chat, staff: Chat) -> None:
    for words in ("一度电多少钱", "谢谢", "电费怎么交"):
        alice.say(words)
    alice.say("人工")
    card = staff.got()[-1].text
    assert card.index("客户：一度电多少钱") < card.index("客户：谢谢") < card.index("客户：电费怎么交")


# -- more than one colleague


def test_a_customer_is_one_colleagues_at_a_time(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    assert "3分钟内回复" in staff.tap("我来接", member="王").text
    assert "王已接手" in alice.shown()[-1].text
    assert "王正在处理" in staff.tap("我来接", member="李").text
    assert "王正在处理" in staff.answer("要人工", "我来", member="李").text
    assert "我来" not in alice.texts()
    staff.answer("要人工", "您好", member="王")
    assert "王正在处理" in staff.answer("要人工", "还有我", member="李").text
    assert "还有我" not in alice.texts()


def test_a_claim_without_a_word_goes_to_the_next(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say("人工")
    staff.tap("我来接", member="王")
    clock.pass_(minutes=3)
    assert tick()["handover_expired"] == 1
    assert "王接手客户" in staff.last(containing="没有开口").reply["text"]
    assert "轮到李" in staff.last(containing="没有开口").reply["text"]
    assert "您排在第一位" in alice.shown()[-1].text
    staff.tap("我来接", member="李")
    staff.answer("没有开口", "我是小李", member="李")
    assert "小李" in alice.texts()


def test_nobody_speaks_with_more_than_they_can(
    chat: Callable[..., Chat], staff: Chat, session: Session
) -> None:
    session.exec(select(Staff).where(Staff.name == "王")).one().capacity = 1
    session.commit()
    first, second = chat("first"), chat("second")
    first.say("人工")
    staff.answer("要人工", "在的", member="王")
    second.say("人工")
    assert "已满1位" in staff.answer("要人工", "也在", member="王").text
    assert "也在" not in second.texts()
    # Danger does not wait until somebody has room.
    second.say("我爸触电了倒在地上")
    staff.answer("触电", "别碰他，先拉闸", member="王")
    assert "先拉闸" in second.texts()


def test_whose_role_does_not_speak_with_customers_sends_nothing(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    assert "角色" in staff.answer("要人工", "我是调度", member="钱").text
    assert "角色" in staff.tap("我来接", member="钱").text
    assert "我是调度" not in alice.texts()


def test_handing_on_is_told_to_the_customer(
    alice: Chat, staff: Chat, desk: Desk, clock: Clock, database: Database
) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的", member="王")
    with database.transaction() as session:
        names = {one.name: one for one in session.exec(select(Staff))}
        person = session.exec(select(HandoverRequest)).one().person_id
        change = partial(handover_queue.transfer, desk.desktop, session, person)
        assert "理由" in change(names["王"], names["李"], " ", clock.now).text
        assert "不能接待" in change(names["王"], names["钱"], "他在", clock.now).text
        assert change(names["王"], names["李"], "李懂光伏", clock.now)
    assert "王已把对话转给李" in alice.got()[-1].text
    assert "懂光伏" not in alice.texts()
    assert "李正在处理" in staff.answer("要人工", "我还有一句", member="王").text
    staff.answer("要人工", "接着说", member="李")
    assert "接着说" in alice.got()[-1].text
    # Who was asked first stays accountable.
    with database.reading() as session:
        assert session.exec(select(HandoverRequest)).one().first_asked_id == names["王"].id


def test_who_goes_off_duty_leaves_nobody_behind(
    alice: Chat, staff: Chat, tick: Callable[[], dict[str, int]], session: Session, clock: Clock
) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的", member="王")
    wang = session.exec(select(Staff).where(Staff.name == "王")).one()
    assert "1位客户退回" in handover_queue.off_duty(session, wang, clock.now).text
    session.commit()
    tick()
    assert "临时离开" in alice.got()[-1].text
    assert "轮到李" in staff.got()[-1].text
    assert alice.say("居民阶梯电价分几档？").outcome == "found"
    staff.answer("轮到李", "我接着来", member="李")
    assert "李 已接入" in alice.texts()


# -- the queue


def test_the_place_moves_without_a_sound(
    chat: Callable[..., Chat], clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    first, second = chat("first"), chat("second")
    first.say("人工")
    second.say("人工")
    assert tick()["handover_moved"] == 0
    first.say("取消排队")
    clock.pass_(seconds=5)
    assert tick()["handover_moved"] == 1
    card = second.got()[-1]
    assert "您排在第一位" in card.text
    assert card.quiet
    assert len([one for one in second.shown() if one.card == card.card]) == 1


def test_a_wait_is_told_only_where_it_is_known(chat: Callable[..., Chat], staff: Chat, clock: Clock) -> None:
    early = chat("early")
    assert "暂时说不准" in early.say("人工").text
    early.say("取消排队")
    for name in ("a", "b", "c"):
        one = chat(name)
        one.say("人工")
        clock.pass_(minutes=4)
        staff.answer("要人工", "在的")
        clock.pass_(minutes=6)
        one.say("结束人工")
    assert "大约5分钟，不作保证" in chat("late").say("人工").text


def test_danger_goes_first(
    chat: Callable[..., Chat], clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    first, second = chat("first"), chat("second")
    first.say("人工")
    second.say("人工")
    assert second.say("我家电表着火了").outcome == "danger"
    tick()
    assert "您排在第一位" in second.last(containing="排队").reply["text"]
    assert "前面还有1位" in first.got()[-1].text


def test_anger_twice_is_handed_over_unasked(alice: Chat, staff: Chat) -> None:
    assert "已为您转人工" not in alice.say("你们这群废物").text
    said = alice.say("垃圾东西，气死我了").text
    assert "直接请同事来" in said
    assert "已为您转人工" in said
    assert "不满" in staff.got()[-1].text


def test_a_person_is_wished_for_in_the_middle_of_a_form(alice: Chat) -> None:
    alice.say("投诉")
    alice.tap("营业与电费")
    assert "已为您转人工" in alice.say("我要找真人").text
    assert "抄表员" in alice.say("抄表员三个月没来").text or alice.heard.outcome == "action"


def test_a_button_waits_while_a_person_is_on_the_line(alice: Chat, staff: Chat) -> None:
    alice.say("报修")
    alice.say("人工")
    staff.answer("要人工", "在的")
    assert "先放着" in alice.tap("整片/整条街").text
    assert "没填完的报修" in alice.tap("结束人工").text
    assert "在哪里" in alice.tap("整片/整条街").text


def test_what_was_not_understood_before_is_forgotten_after(alice: Chat, staff: Chat) -> None:
    alice.say("你们这群废物")
    alice.say("人工")
    staff.answer("要人工", "在的")
    alice.say("结束人工")
    assert "已为您转人工" not in alice.say("你们这群废物").text


def test_words_in_a_report_stay_out_of_the_group(alice: Chat, staff: Chat) -> None:
    alice.say("举报")
    alice.say("人工")
    alice.say("隔壁五金店偷电，从表前接线")
    assert "五金店" not in staff.texts()
    alice.say("人工")
    assert "五金店" not in staff.texts()


def test_photos_go_both_ways(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    staff.answer("要人工", "拍一张电表")
    alice.say("", photos=2)
    assert len(staff.got()[-1].enclosures) == 2
    alice.say("这一张更清楚", photos=1)
    assert len(staff.got()[-1].enclosures) == 1


# -- a call back


def test_out_of_hours_a_call_back_is_arranged(
    alice: Chat, staff: Chat, clock: Clock, database: Database
) -> None:
    clock.set(2026, 11, 23, 22, 0)
    alice.say("人工")
    assert "什么时候方便" in alice.tap("约回电").text
    slot = alice.heard.replies[-1].choices[0].label
    assert "打哪个号码" in alice.tap(slot).text
    said = alice.say("13912345678").text
    assert slot[:2] in said
    assert "不用再排队" in said
    assert "改约回电" in staff.texts()
    assert "13912345678" not in staff.texts()
    with database.reading() as session:
        ticket = session.exec(select(Ticket)).one()
        assert ticket.kind == "callback"
        assert ticket.fields["phone"] == "13912345678"
        assert session.exec(select(HandoverRequest)).one().closed_by == "callback"


def test_after_silence_a_call_back_is_offered(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice.say("人工")
    staff.answer("要人工", "在的")
    alice.say("我的电费不对")
    clock.pass_(minutes=6)
    assert tick()["handover_late"] == 1
    assert "6分钟没有回复您" in alice.got()[-1].text
    clock.pass_(minutes=55)
    assert tick()["handover_idle"] == 1
    assert "一直没有回复您" in alice.got()[-1].text
    alice.tap("约回电")
    alice.tap(alice.heard.replies[-1].choices[0].label)
    assert "在这里回复您" in alice.tap("不留电话，在这里回复我").text


def test_who_writes_after_closing_time_is_not_dropped_overnight(
    alice: Chat, staff: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 11, 23, 19, 55)
    alice.say("人工")
    staff.answer("要人工", "在的")
    clock.set(2026, 11, 23, 20, 5)
    alice.say("还有一件事")
    clock.set(2026, 11, 24, 7, 0)
    assert tick()["handover_idle"] == 0
    clock.set(2026, 11, 24, 8, 6)
    assert tick()["handover_late"] == 1


# -- what colleagues see


def test_colleagues_read_what_they_need_and_no_whole_number(
    alice: Chat, staff: Chat, database: Database, clock: Clock
) -> None:
    alice.say("一度电多少钱")
    with database.transaction() as session:
        person_id = session.exec(select(Person)).one().id or 0
        customer = Customer(
            number="K1", name="赵大爷", phone="13912345678", vulnerable=True, updated_at=clock.now
        )
        session.add(customer)
        session.flush()
        account = Account(
            number="0102030405",
            customer_id=customer.id or 0,
            region="beijing",
            address="江城阳光花园3号楼",
            community="阳光花园",
            updated_at=clock.now,
        )
        session.add(account)
        session.flush()
        session.add(
            Binding(person_id=person_id, account_id=account.id or 0, proof="code", bound_at=clock.now)
        )
    alice.say("我叫赵大爷，电话13912345678")
    alice.say("人工")
    card = staff.last(containing="要人工").reply["text"]
    assert "重点照顾" in card
    assert "户号尾号0405（阳光花园）" in card
    assert "一度电多少钱" in card
    assert "13912345678" not in card
    assert "0102030405" not in card


def test_words_about_an_anonymous_report_open_no_conversation(
    alice: Chat, database: Database, clock: Clock, book: Book
) -> None:
    alice.say("举报")
    with database.transaction() as session:
        person = session.exec(select(Person)).one()
        report = Ticket(
            number="JB20261123-0001",
            kind="report",
            person_id=person.id,
            draft_key="report",
            region="beijing",
            rules_version="",
            opened_at=clock.now,
            confidential=True,
            anonymous=True,
        )
        session.add(report)
        session.flush()
        lead = session.exec(select(Staff).where(Staff.name == "张")).one()
        chat = session.exec(select(ChatRow)).one()
        turn = Turn(
            Desktop(book=book, secret=b"", staff=STAFF),
            session,
            clock.now,
            Message(STAFF.channel, STAFF.address, "one", clock.now),
            chat,
            person,
            None,
        )
        done = handover_relay.pass_on(turn, person.id or 0, lead, "已派人核实", ticket=report)
        assert done.ok
        assert done.person_id is None
        assert f"客户{person.id}" not in done.text
        assert "JB20261123-0001" in turn.drafts[-1].reply["text"]
        assert person.with_staff_since is None
        agent = session.exec(select(Staff).where(Staff.name == "王")).one()
        refused = handover_relay.pass_on(turn, person.id or 0, agent, "我也说一句", ticket=report)
        assert "没有工单" in refused.text


def test_an_edit_of_a_colleague_takes_the_place_of_the_line(alice: Chat, staff: Chat) -> None:
    alice.say("人工")
    row = staff.last(containing="要人工")
    deliver(staff.desk.database, staff.clock.now)
    staff.say("明天九点到", reply_to=f"ref-{row.id}", ref="m7")
    staff.say("明天十点到", ref="m7", edited=True)
    shown = [one.text for one in alice.shown()]
    assert any("十点" in text for text in shown)
    assert not any("九点" in text for text in shown)
