"""Binding an account, seeing its bills, being reminded, and saying something to it."""

from collections.abc import Callable
from datetime import timedelta

import pytest

import storage.customers
import storage.notices
from handlers.desk import Desk
from handlers.messages import PhoneContact
from handlers.money import binding
from knowledge.book import Book
from storage.database import Database
from storage.models import Account
from tests.talking import Chat, Clock, deliver
from tests.utility_files import (
    ACCOUNT,
    CUSTOMERS,
    OTHER,
    PHONE,
    accounts,
    bills,
    payments,
    take_in,
)

OWN = PhoneContact("+86 139 0000 1111", own=True)
Take = Callable[[str, bytes], object]


@pytest.fixture
def take(database: Database, book: Book, clock: Clock) -> Take:
    """The utility's files come in, first its customers and accounts."""

    def taking(kind: str, data: bytes) -> object:
        return take_in(database, book, kind, data, clock.now)

    taking("customers", CUSTOMERS)
    taking("accounts", accounts())
    return taking


@pytest.fixture
def bill(take: Take) -> Take:
    """A bill of 86.50 that is due on the 20th of December."""
    take("bills", bills(("B1", "86.50", "2026-12-05", "2026-12-20")))
    return take


@pytest.fixture
def bound(alice: Chat, bill: Take) -> Chat:
    """Alice has bound the account with her own number."""
    alice.say("绑定户号")
    alice.say(ACCOUNT)
    assert "绑定成功" in alice.say(contact=OWN).text
    return alice


def code_for(desk: Desk, clock: Clock, number: str = ACCOUNT, **more: timedelta) -> str:
    with desk.database.transaction() as session:
        account = storage.customers.account_by_number(session, number)
        assert account is not None
        desktop = desk.desktop
        return binding.issue_code(
            session,
            account,
            now=clock.now,
            secret=desktop.secret,
            practice=desktop.book.practice,
            valid_for=more.get("valid_for"),
        )


def states(desk: Desk) -> dict[str, str]:
    """Return what has become of every reminder of the account."""
    with desk.database.reading() as session:
        account = storage.customers.account_by_number(session, ACCOUNT)
        assert isinstance(account, Account)
        assert account.id is not None
        return {one.step: one.state for one in storage.notices.of_account(session, account.id)}


def reminders(chat: Chat) -> list[str]:
    """Return the reminders that were written to a chat and not taken back."""
    return [
        row.reply["text"] for row in chat.rows() if row.notice_id is not None and row.state != "cancelled"
    ]


# -- binding


def test_the_number_is_shown_by_its_tail_only(bound: Chat) -> None:
    assert "尾号0033" in bound.texts()
    assert ACCOUNT not in bound.texts()
    assert PHONE not in bound.texts()


def test_a_forwarded_contact_proves_nothing(alice: Chat, bill: Take) -> None:
    alice.say("绑定户号")
    alice.say(ACCOUNT)
    assert "转发的名片" in alice.say(contact=PhoneContact(PHONE, own=False)).text
    assert "86.50" not in alice.say("我的电费").text


def test_a_code_is_good_once(
    desk: Desk, clock: Clock, alice: Chat, chat: Callable[..., Chat], bill: Take
) -> None:
    code = code_for(desk, clock)
    alice.say(f"绑定 {ACCOUNT}")
    assert "绑定成功" in alice.say(code).text
    bob = chat("bob")
    bob.say("绑定户号")
    bob.say(ACCOUNT)
    assert "没有核对上" in bob.say(code).text


def test_a_code_ends_unless_it_was_printed(desk: Desk, clock: Clock, alice: Chat, bill: Take) -> None:
    soon_over = code_for(desk, clock)
    printed = code_for(desk, clock, valid_for=timedelta(days=30))
    clock.pass_(minutes=11)
    alice.say("绑定户号")
    alice.say(ACCOUNT)
    assert "没有核对上" in alice.say(soon_over).text
    assert "绑定成功" in alice.say(printed).text


def test_wrong_account_wrong_code_and_too_often_sound_the_same(
    desk: Desk, clock: Clock, alice: Chat, chat: Callable[..., Chat], bill: Take
) -> None:
    code = code_for(desk, clock)
    bob = chat("bob")
    bob.say("绑定户号")
    bob.say("9900990099")
    no_such_account = bob.say("00000000").text
    alice.say("绑定户号")
    alice.say(ACCOUNT)
    refused = {alice.say(f"{wrong:08d}").text for wrong in range(5) if f"{wrong:08d}" != code}
    refused.add(alice.say(code).text)  # right, but too late today
    assert refused == {no_such_account}
    clock.pass_(days=1, minutes=1)
    alice.say(f"绑定 {ACCOUNT}")
    assert "绑定成功" in alice.say(code_for(desk, clock)).text


def test_nobody_is_locked_out_by_somebody_else(
    desk: Desk, clock: Clock, alice: Chat, chat: Callable[..., Chat], bill: Take
) -> None:
    for stranger in ("eve", "mallory", "trudy"):
        eve = chat(stranger)
        eve.say(f"绑定 {ACCOUNT}")
        for wrong in range(4):
            eve.say(f"0000000{wrong}")
    alice.say(f"绑定 {ACCOUNT}")
    assert "绑定成功" in alice.say(code_for(desk, clock)).text


def test_those_who_were_bound_before_are_told(
    desk: Desk, clock: Clock, bound: Chat, chat: Callable[..., Chat]
) -> None:
    bob = chat("bob", "telegram")
    bob.say("绑定户号")
    bob.say(ACCOUNT)
    bob.say(code_for(desk, clock))
    assert "另一个聊天账号" in bound.got()[-1].text
    assert "另一个聊天账号" not in bob.texts()


def test_in_a_group_nothing_is_bound_or_shown(desk: Desk, clock: Clock, bill: Take) -> None:
    group = Chat(desk, clock, "telegram", "-4711", member="77", member_name="小明")
    assert "单独聊" in group.say("绑定户号").text
    assert "单独聊" in group.say("我的电费").text


def test_a_pasted_number_gives_nothing_away(alice: Chat, bill: Take) -> None:
    there = alice.say(f"电费多少 户好{ACCOUNT}").text
    alice.tap("取消")
    nowhere = alice.say("电费多少 户好9900990033").text
    assert there == nowhere
    assert "86.50" not in there


def test_a_form_waits_while_an_account_is_bound(alice: Chat, bill: Take) -> None:
    alice.say("投诉你们抄表的人态度太差了")
    alice.say("绑定户号")
    alice.say(ACCOUNT)
    assert "绑定成功" in alice.say(contact=OWN).text
    assert "没填完" in alice.got()[-1].text


def test_unbinding_needs_a_tap_and_ends_the_view(bound: Chat) -> None:
    bound.say("怎么解绑户号")
    bound.say("设置")
    bound.tap("解绑户号")
    bound.tap("解绑户号尾号0033")
    assert "86.50" not in bound.say("我的电费").text


def test_a_sold_home_is_unbound(bound: Chat, bill: Take) -> None:
    bill("accounts", accounts((ACCOUNT, "C2", "beijing", "江城枫林路1号", "枫林苑", "postpaid", "", "")))
    assert "86.50" not in bound.say("我的电费").text


# -- looking


def test_what_is_owed_is_shown_with_an_estimated_late_fee(bound: Chat, clock: Clock) -> None:
    clock.set(2026, 12, 27, 14, 0)
    text = bound.say("我的电费").text
    assert "86.50元" in text
    assert "已过7天" in text
    assert "0.61元" in text  # 86.50 × 0.001 × 7, rounded half up
    assert "千分之一" in text


def test_prepaid_is_credit_and_not_arrears(alice: Chat, bill: Take) -> None:
    bill(
        "accounts",
        accounts(
            (
                ACCOUNT,
                "C1",
                "beijing",
                "江城枫林路1号",
                "枫林苑",
                "prepaid",
                "12.30",
                "2026-11-23T08:00+08:00",
            )
        ),
    )
    alice.say(f"绑定 {ACCOUNT}")
    alice.say(contact=OWN)
    text = alice.say("我的电费").text
    assert "余额不足" in text
    assert "12.30元" in text


def test_a_name_for_the_account(bound: Chat) -> None:
    bound.tap("起个名字")
    bound.say("爸妈家")
    assert "爸妈家" in bound.say("我的电费").text


# -- reminders


def test_every_step_goes_once_in_its_time(
    bound: Chat, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 12, 17, 9, 30)
    assert tick()["notices_sent"] == 0
    clock.set(2026, 12, 17, 10, 0)
    assert tick()["notices_sent"] == 1
    assert tick()["notices_sent"] == 0
    assert "还有3天" in reminders(bound)[-1]
    assert "86.50元" in reminders(bound)[-1]
    for day, step in ((21, "已过1天"), (27, "已过7天")):
        clock.set(2026, 12, day, 10, 5)
        assert tick()["notices_sent"] == 1
        assert step in reminders(bound)[-1]
    clock.set(2027, 1, 4, 10, 5)
    tick()
    assert "停电" not in "".join(reminders(bound))
    clock.set(2027, 1, 19, 10, 5)
    tick()
    assert "停电" in reminders(bound)[-1]
    assert len(reminders(bound)) == 5
    assert set(states(desk).values()) == {"sent"}
    clock.set(2027, 6, 1, 10, 5)
    assert tick()["notices_sent"] == 0


def test_late_by_weeks_only_the_newest_step_goes(
    bound: Chat, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2027, 1, 6, 11, 0)
    done = tick()
    assert (done["notices_sent"], done["notices_missed"]) == (1, 3)
    assert "已过17天" in reminders(bound)[-1]
    assert states(desk)["overdue_30"] == "planned"


def test_nothing_goes_at_night(bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]) -> None:
    clock.set(2026, 12, 21, 23, 0)
    tick()
    assert reminders(bound) == []
    clock.set(2026, 12, 22, 8, 59)
    tick()
    assert reminders(bound) == []
    clock.set(2026, 12, 22, 9, 0)
    tick()
    assert len(reminders(bound)) == 1


def test_what_could_not_leave_by_day_waits_over_night(
    bound: Chat, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 12, 21, 19, 59)
    tick()
    clock.set(2026, 12, 21, 20, 1)
    tick()
    deliver(desk.database, clock.now)
    assert bound.rows()[-1].state == "waiting"


def test_a_sender_that_was_down_does_not_ring_at_night_before_any_tick(
    bound: Chat, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 12, 21, 19, 59)
    tick()
    clock.set(2026, 12, 22, 3, 0)
    deliver(desk.database, clock.now)  # nothing has ticked since
    assert bound.rows()[-1].state == "waiting"
    clock.set(2026, 12, 22, 9, 30)
    tick()
    deliver(desk.database, clock.now)
    assert bound.rows()[-1].state == "sent"


def test_a_paid_bill_is_not_reminded_of(
    bound: Chat, bill: Take, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 12, 17, 10, 0)
    tick()
    assert len(reminders(bound)) == 1
    bill("payments", payments(("P1", "B1", "86.50", "2026-12-17T10:01+08:00")))
    assert reminders(bound) == []  # it had not left yet
    clock.set(2027, 3, 1, 10, 0)
    tick()
    assert reminders(bound) == []
    assert set(states(desk).values()) == {"suppressed"}
    assert "交清" in bound.say("我的电费").text


def test_a_payment_taken_back_brings_the_later_steps_again(
    bound: Chat, bill: Take, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    bill("payments", payments(("P1", "B1", "86.50", "2026-12-17T10:01+08:00")))
    bill("payments", payments(("P2", "B1", "-86.50", "2026-12-18T10:01+08:00")))
    clock.set(2026, 12, 21, 10, 0)
    assert tick()["notices_sent"] == 1


def test_part_of_a_bill_is_still_owed(
    bound: Chat, bill: Take, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    bill("payments", payments(("P1", "", "50.00", "2026-12-16T10:01+08:00")))
    clock.set(2026, 12, 17, 10, 0)
    tick()
    assert "36.50元" in reminders(bound)[-1]


def test_who_is_bound_later_hears_of_it_then(
    bill: Take, alice: Chat, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    clock.set(2026, 12, 21, 10, 0)
    assert tick()["notices_held"] == 1
    alice.say(f"绑定 {ACCOUNT}")
    alice.say(contact=OWN)
    assert tick()["notices_sent"] == 1
    assert "已过1天" in reminders(alice)[-1]


def test_one_message_a_day(bound: Chat, bill: Take, clock: Clock, tick: Callable[[], dict[str, int]]) -> None:
    bill("bills", bills(("B2", "20.00", "2026-12-05", "2026-12-20")))
    clock.set(2026, 12, 21, 10, 0)
    assert tick()["notices_sent"] == 1
    clock.set(2026, 12, 21, 15, 0)
    assert tick()["notices_sent"] == 0
    clock.set(2026, 12, 22, 10, 0)
    assert tick()["notices_sent"] == 1


def test_the_holiday_itself_is_quiet(
    bound: Chat, bill: Take, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    bill("bills", bills(("B3", "20.00", "2026-12-10", "2026-12-31")))
    clock.set(2027, 1, 1, 12, 0)
    tick()
    before = len(reminders(bound))
    clock.set(2027, 1, 1, 19, 0)
    tick()
    assert len(reminders(bound)) == before == 0


def test_a_vulnerable_customer_is_left_to_a_colleague(
    bound: Chat, bill: Take, clock: Clock, desk: Desk, tick: Callable[[], dict[str, int]]
) -> None:
    bill("customers", CUSTOMERS.replace(b"1111,no", b"1111,yes"))
    clock.set(2026, 12, 21, 10, 0)
    assert tick()["notices_suppressed"] == 1
    assert reminders(bound) == []


def test_credit_is_reminded_of_until_it_is_topped_up(
    alice: Chat, bill: Take, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    def reading(balance: str, at: str) -> bytes:
        return accounts((OTHER, "C1", "beijing", "江城枫林路2号", "枫林苑", "prepaid", balance, at))

    bill("accounts", reading("25.00", "2026-12-01T08:00+08:00"))
    alice.say(f"绑定 {OTHER}")
    alice.say(contact=OWN)
    clock.set(2026, 12, 1, 10, 0)
    assert tick()["notices_sent"] == 1
    assert "余额不足" in reminders(alice)[-1]
    assert "停电" not in reminders(alice)[-1]
    bill("accounts", reading("21.00", "2026-12-02T08:00+08:00"))
    clock.set(2026, 12, 2, 10, 0)
    assert tick()["notices_sent"] == 0  # the same step was said yesterday
    bill("accounts", reading("-3.20", "2026-12-03T08:00+08:00"))
    bill("payments", payments(("P9", "", "100.00", "2026-12-03T09:00+08:00"), account=OTHER))
    clock.set(2026, 12, 3, 10, 0)
    assert tick()["notices_sent"] == 0
    assert "96.80元" in alice.say("我的电费").text
    bill("accounts", reading("-3.20", "2026-12-05T08:00+08:00"))
    clock.set(2026, 12, 5, 10, 0)
    tick()
    assert "余额已用完" in reminders(alice)[-1]


# -- saying something to it


def reminded(bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]) -> Chat:
    clock.set(2026, 12, 21, 10, 0)
    assert tick()["notices_sent"] == 1
    deliver(bound.desk.database, clock.now)
    return bound


def test_a_promise_holds_until_its_day(bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]) -> None:
    alice = reminded(bound, clock, tick)
    alice.tap("申请缓交")
    assert "之间" in alice.say("下个月25号").text
    assert "12月29日" in alice.say("29号").text
    clock.set(2026, 12, 27, 10, 5)
    assert tick()["notices_sent"] == 0
    clock.set(2026, 12, 30, 10, 5)
    assert tick()["notices_sent"] == 1
    assert "找人工" in alice.say("承诺交费").text


def test_having_paid_holds_for_some_days(
    bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice = reminded(bound, clock, tick)
    clock.set(2026, 12, 26, 10, 0)
    alice.say("我的电费")
    clock.set(2026, 12, 22, 10, 0)
    assert "到账" in alice.tap("我已缴").text
    clock.set(2026, 12, 23, 10, 0)
    assert tick()["notices_sent"] == 0


def test_a_dispute_holds_while_its_ticket_is_open(
    bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice = reminded(bound, clock, tick)
    alice.tap("有异议")
    alice.say("电表读数比我自己看的多了一百度")
    alice.tap("跳过")
    assert "86.50" in alice.texts()
    alice.tap("提交")
    clock.set(2026, 12, 27, 10, 5)
    assert tick()["notices_sent"] == 0


def test_not_mine_unbinds_at_once(bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]) -> None:
    alice = reminded(bound, clock, tick)
    assert "对不起" in alice.tap("不是我的户号").text
    clock.set(2027, 1, 6, 10, 5)
    assert tick()["notices_sent"] == 0
    assert "没有绑在这里" in alice.say(choice=alice.key_of("申请缓交")).text or "过期" in alice.heard.text


def test_stopping_leaves_only_what_must_be_said(
    bound: Chat, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice = reminded(bound, clock, tick)
    assert "仍会送达" in alice.tap("停止提醒").text
    clock.set(2026, 12, 27, 10, 5)
    assert tick()["notices_suppressed"] == 1
    clock.set(2027, 1, 19, 10, 5)
    assert tick()["notices_sent"] == 1
    assert "退订" not in reminders(alice)[-1]


def test_asking_how_to_stop_is_not_stopping(bound: Chat) -> None:
    bound.say("不想再收催费消息怎么办")
    assert "要停止" in bound.heard.text
    bound.tap("停止提醒")
    assert "已停止" in bound.heard.text


def test_a_button_of_somebody_elses_account_does_nothing(
    bound: Chat, chat: Callable[..., Chat], clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    alice = reminded(bound, clock, tick)
    bob = chat("bob")
    assert "86.50" not in bob.say(choice=alice.key_of("申请缓交")).text
    assert "86.50" not in bob.say("/bill 1").text
