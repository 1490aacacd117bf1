"""Complaints and their like, with the dates that they are told."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.models import Ticket
from tests.talking import Chat, Clock


def complain(alice: Chat) -> str:
    alice.say("投诉")
    alice.tap("停电与抢修")
    alice.say("这个月停了四次电，一次都没通知")
    alice.tap("跳过")
    alice.tap("跳过")
    return alice.tap("提交").text


def test_a_complaint_gets_its_dates(alice: Chat, staff: Chat, database: Database) -> None:
    said = complain(alice)
    assert "TS20261123-0001" in said
    assert "明天14:00前联系您" in said
    assert "11月30日（周一）17:30前答复您" in said
    assert "停电与抢修" in staff.texts()


def test_working_days_jump_over_the_holiday_and_count_the_made_up_sunday(alice: Chat, clock: Clock) -> None:
    # National holiday 2026: 1 to 7 October off, Sunday 20 September and Saturday 10 October are worked.
    clock.set(2026, 9, 30, 10, 0)
    assert "10月13日（周二）17:30前答复您" in complain(alice)


def test_a_year_without_its_calendar_is_only_expected(alice: Chat, clock: Clock) -> None:
    clock.set(2027, 12, 30, 10, 0)
    assert "预计" in complain(alice)


def test_the_same_complaint_twice_is_urged(alice: Chat, database: Database) -> None:
    complain(alice)
    assert "已经报过" in complain(alice)
    alice.tap("催办")
    with database.reading() as session:
        assert len(list(session.exec(select(Ticket)))) == 1


@pytest.mark.parametrize(
    ("words", "kind", "prefix"),
    [("我要举报有人偷电", "report", "JB"), ("我想表扬一位师傅", "praise", "BY")],
)
def test_reports_and_praise_have_forms_of_their_own(
    words: str, kind: str, prefix: str, alice: Chat, database: Database
) -> None:
    alice.say(words)
    while alice.heard.ticket is None:
        labels = [one.label for one in alice.heard.replies[-1].choices]
        if "提交" in labels:
            alice.tap("提交")
        elif "跳过" in labels:
            alice.tap("跳过")
        elif "实名" in labels or "实名" in labels:
            alice.tap("实名")
        else:
            alice.say("东门菜场有人从电线杆上私接电线")
    assert alice.heard.ticket.startswith(prefix)
    with database.reading() as session:
        assert session.exec(select(Ticket).order_by(col(Ticket.id))).one().kind == kind


def test_a_complaint_can_be_made_in_one_message(alice: Chat) -> None:
    assert "哪个地址" in alice.say("我要投诉你们营业厅的人态度太差，让我白跑三趟").text
    alice.tap("跳过")
    assert "服务态度" in alice.tap("跳过").text


def test_a_stranger_sees_nothing_of_it(alice: Chat, chat: Callable[..., Chat]) -> None:
    complain(alice)
    assert "TS2026" not in chat("bob").say("我的工单").text
