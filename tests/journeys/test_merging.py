"""Two customers, one matter: worked on as one, told apart, and nothing of one is seen by the other."""

from collections.abc import Callable

import pytest

from handlers.tickets import merging, ticket_work
from tests.journeys.ticket_stories import Work, complain, report
from tests.talking import Chat, Clock

MAIN, CHILD = "BX20261123-0001", "BX20261123-0002"


@pytest.fixture
def bob(chat: Callable[..., Chat]) -> Chat:
    """Another customer."""
    return chat("bob")


@pytest.fixture
def two(alice: Chat, bob: Chat) -> None:
    """Both have reported the same dark building."""
    assert report(alice) == MAIN
    assert report(bob, "翠竹苑7栋1单元") == CHILD


@pytest.fixture
def merged(two: None, work: Work) -> None:
    """Bob's ticket goes on in Alice's."""
    assert work("张", merging.merge, CHILD, MAIN).ok


def test_progress_reaches_both_and_nothing_else(merged: None, alice: Chat, bob: Chat, work: Work) -> None:
    alice.tap("补充")
    alice.say("我家密码锁是爱丽丝的生日")
    alice.say(photos=2)
    work.note("王", MAIN, "爱丽丝很凶")
    work("王", ticket_work.take, MAIN)
    work("王", ticket_work.tell, MAIN, "爱丽丝您好，马上到")
    work("王", ticket_work.wait, MAIN, "permit")
    work("王", ticket_work.go_on, MAIN)
    work("王", ticket_work.arrived, MAIN)
    work("王", ticket_work.resolve, MAIN, text="换了爱丽丝家的保险")
    seen = bob.texts()
    for word in ("爱丽丝", MAIN, "很凶", "2单元", "照片2份"):
        assert word not in seen
    for word in ("王已接手", "等停电许可", "已到场", "已处理完成"):
        assert word in seen
    assert CHILD not in alice.texts()
    assert "**已修复**" in bob.got()[-1].text


def test_each_says_whether_it_is_done(
    merged: None, alice: Chat, bob: Chat, work: Work, clock: Clock, tick: Callable[[], dict[str, int]]
) -> None:
    work("王", ticket_work.take, MAIN)
    work("王", ticket_work.resolve, MAIN)
    clock.pass_(minutes=10)
    assert tick()["asked"] == 2
    alice.tap("已解决")
    bob.tap("还没好")
    assert work.ticket(MAIN).state == "closed"
    child = work.ticket(CHILD)
    assert (child.state, child.merged_into_id, child.priority) == ("taken", None, 1)
    work("王", ticket_work.resolve, CHILD)
    assert work.ticket(MAIN).state == "closed"


def test_urging_the_merged_one_urges_the_main_one(merged: None, bob: Chat, staff: Chat, work: Work) -> None:
    said = bob.tap("催办")
    assert "第1次催办" in said.text
    assert MAIN not in said.text
    assert work.ticket(MAIN).urged == 1
    assert f"{MAIN} 客户第1次催办" in staff.got()[-1].text


def test_who_comes_late_is_told_where_it_stands(two: None, bob: Chat, work: Work) -> None:
    work("王", ticket_work.take, MAIN)
    work("王", ticket_work.arrived, MAIN)
    work("张", merging.merge, CHILD, MAIN)
    assert "**已到达**" in bob.got()[-1].text


@pytest.mark.parametrize(("number", "into"), [(MAIN, MAIN), (MAIN, CHILD)])
def test_into_itself_or_in_a_circle_is_refused(merged: None, work: Work, number: str, into: str) -> None:
    done = work("张", merging.merge, number, into)
    assert not done.ok
    assert "同一张" in done.text
    assert work.ticket(MAIN).state == "accepted"


def test_a_chain_ends_in_one_ticket(merged: None, chat: Callable[..., Chat], work: Work) -> None:
    third = report(chat("carol"), "翠竹苑7栋")
    assert work("张", merging.merge, MAIN, third).ok
    main = work.ticket(third).id
    assert work.ticket(MAIN).merged_into_id == work.ticket(CHILD).merged_into_id == main


def test_only_a_lead_merges_and_only_what_belongs_together(
    two: None, chat: Callable[..., Chat], work: Work
) -> None:
    assert not work("王", merging.merge, CHILD, MAIN).ok
    other = complain(chat("dora"))
    assert "不是同一类" in work("张", merging.merge, other, MAIN).text
    secret = chat("eve")
    secret.say("举报")
    assert not work("张", merging.merge, MAIN, "BX0-1").ok


def test_the_main_one_withdrawn_leaves_nobody_behind(
    merged: None, alice: Chat, bob: Chat, staff: Chat, work: Work
) -> None:
    work("王", ticket_work.take, MAIN)
    alice.tap("撤销")
    alice.tap("确认撤销")
    child = work.ticket(CHILD)
    assert (child.state, child.merged_into_id) == ("taken", None)
    assert CHILD in staff.texts()
    assert "撤销" not in bob.got()[-1].text
    assert work("王", ticket_work.resolve, CHILD).ok


def test_merged_by_mistake_it_is_parted(merged: None, work: Work) -> None:
    assert work("张", merging.split, CHILD, []).ok
    assert work.ticket(CHILD).state == "accepted"
    assert work.ticket(CHILD).merged_into_id is None


def test_the_stricter_limit_counts(alice: Chat, bob: Chat, work: Work, clock: Clock) -> None:
    report(alice)
    early = {one.step: one.limit_at for one in work.promises(MAIN)}
    clock.pass_(minutes=40)
    report(bob, "翠竹苑7栋1单元")
    work("张", merging.merge, MAIN, CHILD)
    late = {one.step: one.limit_at for one in work.promises(CHILD)}
    assert late["arrive"] == early["arrive"]


def test_some_words_become_a_ticket_of_their_own(alice: Chat, staff: Chat, work: Work) -> None:
    report(alice)
    alice.tap("补充")
    alice.say("还有楼下路灯也不亮")
    work.note("王", MAIN, "内部：线路老化")
    work("王", ticket_work.take, MAIN)
    missing = work("张", merging.split, MAIN, [999])
    assert "路灯" in missing.text
    key = int(missing.text.split("- ")[1].split("：")[0])
    done = work("张", merging.split, MAIN, [key])
    assert done.ok
    assert done.ticket is not None
    new = done.ticket
    assert new.number != MAIN
    assert new.fields["description"] == "还有楼下路灯也不亮"
    assert new.person_id == work.ticket(MAIN).person_id
    assert new.first_asked_id == work.ticket(MAIN).first_asked_id
    assert "note" not in work.kinds(new.number)
    assert new.number in alice.got()[-1].text
    assert work("张", merging.split, MAIN, [key]).ticket.number == new.number  # type: ignore[union-attr]
