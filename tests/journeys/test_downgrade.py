"""A complaint counts as something milder only when two colleagues say so, and its customer is told."""

import pytest

from handlers.tickets import downgrades, ticket_work
from tests.journeys.ticket_stories import Work, complain, report
from tests.talking import Chat

REASON = "您说的是对设施的看法，没有人违反服务规定"


@pytest.fixture
def number(alice: Chat) -> str:
    """A complaint of Alice's."""
    return complain(alice)


def test_two_people_a_reason_and_the_customer_is_told(
    alice: Chat, staff: Chat, number: str, work: Work
) -> None:
    before = {one.step: (one.promised_at, one.limit_at) for one in work.promises(number)}
    assert "写明理由" in work("王", downgrades.ask, number, "opinion", " ").text
    assert work("王", downgrades.ask, number, "意见", REASON).ok
    assert "须由另一位同事核准" in staff.got()[-1].text
    assert work.ticket(number).kind == "complaint", "until it is decided nothing changes"
    assert REASON not in alice.texts()
    assert "已有一项" in work("王", downgrades.ask, number, "opinion", REASON).text
    assert not work("李", downgrades.decide, number, approved=True).ok, "no right to decide"
    assert work("张", downgrades.decide, number, approved=True).ok
    assert work.ticket(number).kind == "opinion"
    said = alice.got()[-1]
    assert REASON in said.text
    assert "意见" in said.text
    assert [choice.label for choice in said.choices][:2] == ["不同意", "监管部门电话"]
    after = {one.step: (one.promised_at, one.limit_at) for one in work.promises(number) if not one.void_at}
    for step, (promised, limit) in before.items():
        assert after[step][0] <= promised  # type: ignore[operator]
        assert after[step][1] <= limit  # type: ignore[operator]
    assert not work("张", downgrades.decide, number, approved=True).ok, "decided once"


def test_nobody_decides_about_their_own_wish(number: str, work: Work) -> None:
    assert work("张", downgrades.ask, number, "opinion", REASON).ok
    assert "另一位同事" in work("张", downgrades.decide, number, approved=True).text
    assert work.ticket(number).kind == "complaint"


def test_refused_it_stays_a_complaint(alice: Chat, number: str, work: Work) -> None:
    work("王", downgrades.ask, number, "suggestion", REASON)
    assert work("张", downgrades.decide, number, approved=False).ok
    assert work.ticket(number).kind == "complaint"
    assert REASON not in alice.texts()
    assert work("王", downgrades.ask, number, "opinion", REASON).ok


def test_the_customers_way_on(alice: Chat, staff: Chat, number: str, work: Work) -> None:
    work("王", downgrades.ask, number, "opinion", REASON)
    work("张", downgrades.decide, number, approved=True)
    assert "12398" in alice.tap("监管部门电话").text
    assert "转给班长" in alice.tap("不同意").text
    assert "请班长张亲自看" in staff.got()[-1].text
    before = len(staff.rows())
    assert "已经记下" in alice.tap("不同意").text
    assert len(staff.rows()) == before
    assert work("王", downgrades.ask, number, "complaint", "客户有新的情况").ok
    assert work.ticket(number).kind == "complaint", "stricter needs no second"


def test_what_cannot_change(alice: Chat, number: str, work: Work) -> None:
    assert "可改为" in work("王", downgrades.ask, number, "repair", REASON).text
    assert "本来就是" in work("王", downgrades.ask, number, "complaint", REASON).text
    other = report(alice)
    assert "不能改类" in work("王", downgrades.ask, other, "opinion", REASON).text
    work("王", downgrades.ask, number, "opinion", REASON)
    work("王", ticket_work.resolve, number)
    assert not work("张", downgrades.decide, number, approved=True).ok


def test_another_colleague_decides_with_a_button(alice: Chat, staff: Chat, number: str, work: Work) -> None:
    work("王", downgrades.ask, number, "opinion", REASON)
    assert "不能做这件事" in staff.tap("同意改类", member="李").text
    assert work.ticket(number).kind == "complaint"
    assert "经 张 核准" in staff.tap("同意改类", member="张").text
    assert work.ticket(number).kind == "opinion"
    assert REASON in alice.texts()
