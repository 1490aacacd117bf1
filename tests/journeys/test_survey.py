"""How it was: asked once for a resolution, never at night, in an outage or beside an open complaint."""

from collections.abc import Callable
from datetime import timedelta

import pytest

import storage.outages
from handlers.tickets import ticket_work
from knowledge.rules.outages import Outage
from tests.journeys.ticket_stories import Work, complain, report
from tests.talking import Chat, Clock

NUMBER = "BX20261123-0001"
Tick = Callable[[], dict[str, int]]
ASKED = "这次办得怎么样"


def resolve(alice: Chat, work: Work, number: str = NUMBER) -> None:
    work("王", ticket_work.resolve, number)
    alice.tap("已解决")


def test_a_good_mark(alice: Chat, staff: Chat, work: Work) -> None:
    report(alice)
    resolve(alice, work)
    assert ASKED in alice.got()[-1].text
    key = alice.key_of("不满意")
    assert "谢谢" in alice.tap("非常满意").text
    assert "已经收到过" in alice.say(choice=key).text, "a second answer changes nothing"
    assert "班长" not in staff.texts()


def test_a_low_mark_asks_why_and_alarms_the_lead_once(alice: Chat, staff: Chat, work: Work) -> None:
    report(alice)
    resolve(alice, work)
    assert "主要是哪方面" in alice.tap("很不满意").text
    assert "请班长 张回访" in staff.got()[-1].text
    alice.tap("来得慢、拖得久")
    assert "拖得久" in staff.got()[-1].text
    assert staff.texts().count("请班长") == 1


def test_the_reason_in_words(alice: Chat, staff: Chat, work: Work) -> None:
    report(alice)
    resolve(alice, work)
    alice.tap("不满意")
    alice.say("师傅来了两趟才带对零件")
    assert "两趟" in staff.got()[-1].text
    assert alice.say("居民阶梯电价分几档？").outcome == "found"


def test_another_matter_is_no_reason(alice: Chat, staff: Chat, work: Work) -> None:
    report(alice)
    resolve(alice, work)
    alice.tap("不满意")
    assert alice.say("居民阶梯电价分几档？").outcome == "found"
    assert "低分原因" not in staff.texts()


def test_not_at_night_but_in_the_morning(alice: Chat, work: Work, clock: Clock, tick: Tick) -> None:
    report(alice)
    clock.set(2026, 11, 23, 23, 30)
    resolve(alice, work)
    assert ASKED not in alice.texts()
    assert tick()["surveys"] == 0
    clock.set(2026, 11, 24, 12, 0)
    assert tick()["surveys"] == 1
    assert tick()["surveys"] == 0
    assert ASKED in alice.got()[-1].text


def test_not_beside_an_open_complaint(alice: Chat, work: Work) -> None:
    report(alice)
    complain(alice)
    work("王", ticket_work.resolve, NUMBER)
    alice.tap("已解决")
    assert work.ticket(NUMBER).state == "closed"
    assert ASKED not in alice.texts()


def test_once_for_each_resolution(alice: Chat, work: Work) -> None:
    report(alice)
    resolve(alice, work)
    alice.say("我的工单")
    alice.tap("没解决")
    resolve(alice, work)
    assert alice.texts().count(ASKED) == 2


def test_a_kind_without_survey_has_none(alice: Chat, work: Work) -> None:
    alice.say("建议")
    alice.say("希望营业厅周末也能办更名业务，方便上班的人")
    number = alice.tap("提交").ticket
    assert number is not None
    work("王", ticket_work.resolve, number)
    alice.tap("已解决")
    assert work.ticket(number).state == "closed"
    assert ASKED not in alice.texts()


@pytest.mark.parametrize("mallory_taps", ["非常满意"])
def test_nobody_else_can_answer(
    alice: Chat, chat: Callable[..., Chat], work: Work, mallory_taps: str
) -> None:
    report(alice)
    resolve(alice, work)
    mallory = chat("mallory")
    mallory.say(choice=alice.key_of(mallory_taps))
    assert "谢谢" in alice.tap("满意").text


def test_not_while_an_outage_runs_there(alice: Chat, work: Work, clock: Clock) -> None:
    report(alice)
    running = Outage(
        external_id="F1",
        kind="fault",
        state="running",
        scope="翠竹苑全部",
        start_at=clock.now - timedelta(hours=1),
        stop_at=clock.now + timedelta(hours=3),
        region="beijing",
    )
    with work.desk.database.transaction() as session:
        storage.outages.store(session, [running], as_of=clock.now, source="test", now=clock.now)
    resolve(alice, work)
    assert work.ticket(NUMBER).state == "closed"
    assert ASKED not in alice.texts()
