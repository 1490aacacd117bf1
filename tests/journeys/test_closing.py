"""A ticket ends with its customer's word: asked, reminded once, confirmed, opened again or unconfirmed."""

from collections.abc import Callable

import pytest

import storage.tickets
from handlers.tickets import ticket_work
from tests.journeys.ticket_stories import Work, complain, report
from tests.talking import Chat, Clock

NUMBER = "BX20261123-0001"
Tick = Callable[[], dict[str, int]]


@pytest.fixture
def done(alice: Chat, work: Work, clock: Clock) -> str:
    """A repair that is said to be done at 14:30."""
    report(alice)
    work("王", ticket_work.take, NUMBER)
    clock.pass_(minutes=20)
    work("王", ticket_work.arrived, NUMBER)
    clock.pass_(minutes=10)
    work("王", ticket_work.resolve, NUMBER, text="换了保险")
    return NUMBER


def test_arrived_resolved_confirmed(alice: Chat, done: str, work: Work, clock: Clock, tick: Tick) -> None:
    assert "**已修复** → 待您确认" in alice.got()[-1].text
    assert "来电了吗" not in alice.texts()
    clock.pass_(minutes=9)
    assert tick()["asked"] == 0
    clock.pass_(minutes=1)
    assert tick()["asked"] == 1
    assert tick()["asked"] == 0
    assert "来电了吗" in alice.got()[-1].text
    assert alice.got()[-1].quiet is False
    assert "已办结" in alice.tap("已解决").text
    assert work.ticket(done).state == "closed"
    assert all(one.kept_at for one in work.promises(done))


@pytest.mark.parametrize("thanks", ["谢谢", "好的", "辛苦了", "谢谢师傅", "嗯嗯"])
def test_thanks_close_nothing_and_open_nothing(
    alice: Chat, done: str, work: Work, clock: Clock, tick: Tick, thanks: str
) -> None:
    clock.pass_(minutes=10)
    tick()
    alice.say(thanks)
    assert work.ticket(done).state == "resolved"
    alice.tap("已解决")
    alice.say(thanks)
    assert work.ticket(done).state == "closed"


@pytest.mark.parametrize("words", ["来电了", "已经来电了，谢谢", "好了", "修好了谢谢师傅", "都恢复了"])
def test_a_yes_in_words(alice: Chat, done: str, work: Work, words: str) -> None:
    alice.say(words)
    assert work.ticket(done).state == "closed"
    assert "confirmed" in work.kinds(done)


@pytest.mark.parametrize("words", ["还没好", "还没来电呢", "还是没电", "没解决", "又停电了"])
def test_a_no_in_words(alice: Chat, staff: Chat, done: str, work: Work, words: str) -> None:
    alice.say(words)
    ticket = work.ticket(done)
    assert ticket.state == "taken", "the same hands go on with it"
    assert ticket.priority == 1
    assert ticket.reopened == 1
    assert "还没好" in staff.got()[-1].text
    assert "到场：一般45分钟左右" in alice.got()[-1].text, "it is promised anew"


def test_no_answer_is_no_yes(
    alice: Chat, staff: Chat, done: str, work: Work, clock: Clock, tick: Tick
) -> None:
    clock.pass_(minutes=10)
    tick()
    clock.set(2026, 11, 24, 3, 0)
    assert tick()["reminded"] == 0, "not at night"
    clock.set(2026, 11, 24, 12, 0)
    assert tick()["reminded"] == 1
    assert "请您确认" in alice.got()[-1].text
    clock.set(2026, 11, 25, 12, 0)
    assert tick()["reminded"] == tick()["unconfirmed"] == 0
    clock.set(2026, 11, 26, 15, 0)
    assert tick()["unconfirmed"] == 1
    assert work.ticket(done).state == "closed"
    assert "未确认" in alice.got()[-1].text
    assert "未确认" in staff.got()[-1].text
    assert "怎么样" not in alice.texts(), "who did not confirm is not asked how it was"
    with work.desk.database.reading() as session:
        start = clock.now.replace(day=1)
        assert storage.tickets.endings(session, start, clock.pass_(days=1)) == {
            "confirmed": 0,
            "unconfirmed": 1,
            "withdrawn": 0,
            "reopened": 0,
        }
    alice.tap("没解决")
    assert work.ticket(done).state == "taken"


def test_after_a_long_downtime_there_is_still_a_day_to_answer(
    done: str, work: Work, clock: Clock, tick: Tick
) -> None:
    clock.pass_(minutes=10)
    tick()
    clock.set(2026, 12, 2, 11, 0)
    assert tick()["unconfirmed"] == 0
    assert work.ticket(done).state == "resolved"


def test_within_the_window_the_same_ticket_afterwards_a_linked_one(
    alice: Chat, done: str, work: Work, clock: Clock
) -> None:
    alice.tap("已解决")
    clock.pass_(days=6)
    alice.say("我的工单")
    alice.tap("没解决")
    assert work.ticket(done).state == "taken"
    work("王", ticket_work.resolve, done)
    alice.tap("已解决")
    clock.pass_(days=8)
    alice.say("我的工单")
    assert "超过" in alice.tap("没解决").text
    assert work.ticket(done).state == "closed"
    said = alice.tap("接着新报一张")
    assert said.ticket not in (None, done)
    assert f"接续工单 {done}" in said.text
    assert "翠竹苑7栋2单元" in said.text
    assert alice.tap("接着新报一张").ticket == said.ticket
    assert work.ticket(said.ticket or "").follows_id == work.ticket(done).id


def test_a_complaint_is_asked_at_once(alice: Chat, work: Work) -> None:
    number = complain(alice)
    work("王", ticket_work.take, number)
    work("王", ticket_work.resolve, number, text="已经批评教育")
    assert "**待您确认**" in alice.got()[-1].text
    assert "问题解决了吗" in alice.got()[-1].text


def test_of_several_that_are_done_the_customer_says_which(alice: Chat, done: str, work: Work) -> None:
    other = complain(alice)
    work("王", ticket_work.resolve, other)
    assert "哪一张" in alice.say("解决了").text
    assert work.ticket(done).state == work.ticket(other).state == "resolved"
    alice.tap(f"投诉 {other}")
    assert work.ticket(other).state == "closed"
    assert work.ticket(done).state == "resolved"
