"""Colleagues come, prove who they are, and have accounts that only an admin keeps."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

import storage.first_asked
import storage.handover
import storage.people
import storage.staff
import storage.tickets
from handlers.desk import Desk
from handlers.staff import colleagues, staff_accounts
from handlers.staff.colleagues import Refused
from storage.models import AuditRecord, BindingAttempt, TicketState
from tests.conftest import COLLEAGUES
from tests.journeys.colleague_stories import colleague, dismiss, hire, issue, report_a_fault, ticket_of
from tests.talking import Chat, Clock

Chats = Callable[..., Chat]


# -- linking


def test_a_code_links_once(desk: Desk, chat: Chats, clock: Clock) -> None:
    hire(desk, clock, "赵")
    code = issue(desk, clock, "赵")
    assert "绑定成功" in chat("9001", "telegram").say(f"/staff {code}").text
    assert colleague(desk, "赵").telegram_id == "9001"
    assert "没有绑定上" in chat("9002", "telegram").say(f"/staff {code}").text


def test_every_code_that_does_not_fit_gets_the_same_words(desk: Desk, chat: Chats, clock: Clock) -> None:
    hire(desk, clock, "赵")
    old = issue(desk, clock, "赵")
    replaced = issue(desk, clock, "赵")
    late = issue(desk, clock, "赵")
    clock.pass_(minutes=desk.desktop.book.practice.code_minutes)
    said = {
        chat(f"90{n}", "telegram").say(f"/staff {one}").text for n, one in enumerate((old, replaced, late))
    }
    said.add(chat("904", "telegram").say("/staff 00000000").text)
    assert len(said) == 1
    assert colleague(desk, "赵").telegram_id is None


def test_guessing_is_slowed_down(desk: Desk, chat: Chats, clock: Clock) -> None:
    hire(desk, clock, "赵")
    mallory = chat("9009", "telegram")
    for guess in range(desk.desktop.book.practice.bind_tries_per_person_day):
        mallory.say(f"/staff {guess:08d}")
    code = issue(desk, clock, "赵")
    assert "没有绑定上" in mallory.say(f"/staff {code}").text
    assert "绑定成功" in chat("9010", "telegram").say(f"/staff {code}").text


def test_one_telegram_is_one_colleague(desk: Desk, chat: Chats, clock: Clock) -> None:
    hire(desk, clock, "赵")
    code = issue(desk, clock, "赵")
    assert "已经绑定为 王" in chat("王", "telegram").say(f"/staff {code}").text
    assert "绑定成功" in chat("9011", "telegram").say(f"/staff {code}").text  # the code was not lost


def test_a_new_telephone_takes_over_and_the_old_one_is_told(desk: Desk, chat: Chats, clock: Clock) -> None:
    old = chat("王", "telegram")
    old.say("你好")
    assert "绑定成功" in chat("9012", "telegram").say(f"/staff {issue(desk, clock, '王')}").text
    assert "改绑" in old.got()[-1].text
    assert colleague(desk, "王").telegram_id == "9012"


def test_a_code_that_others_read_is_of_no_use_any_more(
    desk: Desk, staff: Chat, chat: Chats, clock: Clock
) -> None:
    hire(desk, clock, "赵")
    code = issue(desk, clock, "赵")
    assert "私聊" in staff.say(f"/staff {code}", member="9013").text
    assert "没有绑定上" in chat("9013", "telegram").say(f"/staff {code}").text


def test_the_web_cannot_vouch_for_anybody(desk: Desk, alice: Chat, clock: Clock) -> None:
    hire(desk, clock, "赵")
    assert "Telegram" in alice.say(f"/staff {issue(desk, clock, '赵')}").text
    assert colleague(desk, "赵").telegram_id is None


def test_a_code_is_never_relayed_to_a_person_on_the_line(
    desk: Desk, staff: Chat, chat: Chats, clock: Clock
) -> None:
    bob = chat("9014", "telegram")
    bob.say("人工")
    staff.answer("要人工", "您好", member="王")
    hire(desk, clock, "赵")
    code = issue(desk, clock, "赵")
    bob.say(f"/staff {code}")
    assert code not in staff.texts()


def test_a_stranger_in_the_group_may_do_nothing(desk: Desk, alice: Chat, staff: Chat) -> None:
    number = report_a_fault(alice)
    before = len(staff.rows())
    staff.say(f"/take {number}", member="666")
    staff.say(f"/n {number} 我来看看", member="666")
    assert ticket_of(desk, number).state == TicketState.ACCEPTED
    told = [one.text for one in staff.got()[before:]]
    assert len(told) == 1
    assert "/staff" in told[0]
    with desk.database.reading() as session:
        records = session.exec(select(AuditRecord).where(AuditRecord.actor == "stranger:666")).all()
    assert [one.allowed for one in records] == [False, False]


def test_tries_are_kept_without_the_code(desk: Desk, chat: Chats, clock: Clock) -> None:
    hire(desk, clock, "赵")
    code = issue(desk, clock, "赵")
    chat("9001", "telegram").say(f"/staff {code}")
    with desk.database.reading() as session:
        tries = session.exec(select(BindingAttempt)).all()
        records = session.exec(select(AuditRecord)).all()
    assert [one.succeeded for one in tries] == [True]
    assert all(code not in str(one.model_dump()) for one in (*tries, *records))


# -- accounts


@pytest.mark.parametrize(
    ("name", "role", "team", "capacity"),
    [
        ("", "agent", "desk", 3),
        ("王 五", "agent", "desk", 3),
        ("{name}", "agent", "desk", 3),
        ("一" * 21, "agent", "desk", 3),
        ("clock", "agent", "desk", 3),
        ("王", "agent", "desk", 3),
        ("赵", "king", "desk", 3),
        ("赵", "agent", "", 3),
        ("赵", "agent", "抢修", 3),
        ("赵", "agent", "desk", 0),
    ],
)
def test_an_account_that_cannot_be(desk: Desk, clock: Clock, name: str, role: str, team: str, capacity: int):
    with pytest.raises(Refused), desk.database.transaction() as session:
        staff_accounts.add(session, name, role=role, team=team, capacity=capacity, by="周", now=clock.now)


def test_the_last_admin_stays(desk: Desk, clock: Clock) -> None:
    with pytest.raises(Refused, match="last admin"):
        dismiss(desk, clock, "周")
    with pytest.raises(Refused, match="last admin"), desk.database.transaction() as session:
        staff_accounts.change_role(desk.desktop, session, "周", "agent", by="周", now=clock.now)


def test_the_first_admin_is_made_at_the_machine(desk: Desk, clock: Clock) -> None:
    with desk.database.transaction() as session:
        storage.staff.leave(session, colleagues.required(session, "周"), clock.now)
        how = {"team": "desk", "capacity": 3, "now": clock.now}
        assert staff_accounts.add(session, "冯", role="admin", by=None, **how).ok  # type: ignore[arg-type]
        with pytest.raises(Refused, match="冯"):
            staff_accounts.add(session, "陈", role="admin", by=None, **how)  # type: ignore[arg-type]
        last = session.exec(select(AuditRecord).order_by(col(AuditRecord.id).desc())).first()
    assert last is not None
    assert last.actor == "operator"


def test_nobody_else_keeps_accounts(desk: Desk, clock: Clock) -> None:
    with desk.database.transaction() as session:
        for by in (one for one in COLLEAGUES if one != "周"):
            done = staff_accounts.remove(desk.desktop, session, "李", by=by, now=clock.now)
            assert not done.ok
    with pytest.raises(Refused, match="--as"), desk.database.transaction() as session:
        staff_accounts.remove(desk.desktop, session, "李", by=None, now=clock.now)
    assert colleague(desk, "李").active
