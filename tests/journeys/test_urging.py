"""Urging: counted with its stamp, not too often, the third for the lead, and never a second ticket."""

from collections.abc import Callable

import pytest
from sqlmodel import select

from handlers.tickets import ticket_work
from storage.models import Account, Binding, Customer, Person, Ticket
from tests.journeys.ticket_stories import Work, report
from tests.talking import Chat, Clock

NUMBER = "BX20261123-0001"


@pytest.fixture(autouse=True)
def _a_ticket(request: pytest.FixtureRequest) -> None:
    report(request.getfixturevalue("alice"))


def test_the_third_urging_goes_to_the_lead(alice: Chat, staff: Chat, work: Work, clock: Clock) -> None:
    said = alice.tap("催办")
    assert "第1次催办" in said.text
    assert "正在安排人员" in said.text
    assert "到场" in said.text
    assert "班长" not in staff.texts()
    clock.pass_(minutes=31)
    alice.tap("催办")
    clock.pass_(minutes=31)
    said = alice.tap("催办")
    assert "第3次" in said.text
    assert "已请班长张跟进" in said.text
    assert "请班长张亲自跟进" in staff.got()[-1].text
    ticket = work.ticket(NUMBER)
    assert ticket.urged == 3
    assert ticket.priority == 2, "raised up to the ceiling"


def test_urging_again_at_once_is_thanked_and_does_not_count(
    alice: Chat, staff: Chat, work: Work, clock: Clock
) -> None:
    alice.tap("催办")
    before = len(staff.rows())
    clock.pass_(minutes=5)
    assert "5分钟前催过" in alice.tap("催办").text
    assert work.ticket(NUMBER).urged == 1
    assert len(staff.rows()) == before


@pytest.mark.parametrize("words", ["怎么还没人来", "还没来人呢", "催一下", "人呢？", "等了半天了还没来人"])
def test_urging_in_words(alice: Chat, words: str) -> None:
    said = alice.say(words)
    assert said.ticket == NUMBER
    assert "第1次催办" in said.text


def test_a_ticket_that_waits_says_for_what(alice: Chat, work: Work) -> None:
    work("王", ticket_work.wait, NUMBER, "weather")
    said = alice.tap("催办")
    assert "等天气好转" in said.text
    assert "现由王负责" in said.text


def test_a_ticket_that_is_done_asks_instead(alice: Chat, work: Work) -> None:
    work("王", ticket_work.resolve, NUMBER)
    assert "待您确认" in alice.say("催一下我的工单").text
    assert work.ticket(NUMBER).urged == 0


def test_nothing_to_urge_is_said_honestly(chat: Callable[..., Chat]) -> None:
    said = chat("bob").say("帮我催一下工单")
    assert said.ticket is None
    assert "没有查到" in said.text


def test_the_same_matter_again_is_urged(alice: Chat, work: Work) -> None:
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    assert "已经报过" in alice.say("翠竹苑 七栋").text
    alice.tap("催办")
    assert work.ticket(NUMBER).urged == 1


def test_one_household_with_two_chats_urges_and_sees_nothing(
    alice: Chat, chat: Callable[..., Chat], staff: Chat, work: Work
) -> None:
    bob = chat("bob")
    bob.say("你好")
    with work.desk.database.transaction() as session:
        customer = Customer(number="C1", name="爱丽", phone="13912345678", updated_at=work.clock.now)
        session.add(customer)
        session.flush()
        account = Account(
            number="3301000040",
            customer_id=customer.id or 0,
            region="beijing",
            address="翠竹苑7栋2单元301",
            updated_at=work.clock.now,
        )
        session.add(account)
        session.flush()
        for person in session.exec(select(Person)).all():
            session.add(
                Binding(
                    person_id=person.id or 0,
                    account_id=account.id or 0,
                    proof="contact",
                    bound_at=work.clock.now,
                )
            )
        ticket = session.exec(select(Ticket)).one()
        ticket.account_id = account.id
        session.add(ticket)
    bob.say("报修")
    bob.tap("整栋楼/整个单元")
    said = bob.say(choice=bob.key_of(bob.got()[-1].choices[0].label))
    assert "已经报修" in said.text
    assert "已帮您催办" in bob.tap("催办").text
    assert work.ticket(NUMBER).urged == 1
    assert NUMBER not in bob.texts()
    assert "13912345678" not in bob.texts()
    mallory = chat("mallory")
    mallory.say("你好")
    mallory.say(choice=bob.key_of("催办"))
    assert work.ticket(NUMBER).urged == 1
