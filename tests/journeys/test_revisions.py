"""Edited messages: the first words stay, the new ones reach whoever acted on the first."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from handlers.desk import Desk, Received
from handlers.messages import Attachment, Message
from storage.inbox import Arrival
from storage.models import Evidence, Revision, Ticket, TicketEvent
from tests.talking import Chat, Clock

PLACE = "江滨路18号阳光花园3栋"


@pytest.fixture
def bob(chat: Callable[..., Chat]) -> Chat:
    return chat("bob", "telegram")


def revisions(desk: Desk) -> list[tuple[str, str]]:
    with desk.database.reading() as session:
        return [(one.before, one.text) for one in session.exec(select(Revision).order_by(col(Revision.id)))]


def ticket(desk: Desk) -> Ticket:
    with desk.database.reading() as session:
        return session.exec(select(Ticket).order_by(col(Ticket.id).desc())).first()  # type: ignore[return-value]


def events(desk: Desk, kind: str) -> list[TicketEvent]:
    with desk.database.reading() as session:
        return list(session.exec(select(TicketEvent).where(TicketEvent.kind == kind)))


def a_repair(bob: Chat) -> None:
    bob.say("/repair", ref="1")
    bob.tap("整栋楼/整个单元")
    bob.say(PLACE, ref="2")
    bob.tap("跳过")
    bob.tap("跳过")


def test_words_of_a_ticket_that_are_changed_stand_beside_the_first(desk: Desk, bob: Chat, staff: Chat):
    a_repair(bob)
    bob.tap("提交")
    bob.say(f"{PLACE}502室", ref="2", edited=True)
    opened = ticket(desk)
    assert opened.fields["place"] == PLACE  # what was acted on is not rewritten
    assert revisions(desk) == [(PLACE, f"{PLACE}502室")]
    [event] = events(desk, "revised")
    assert event.ticket_id == opened.id
    assert event.text == f"{PLACE} → {PLACE}502室"
    told = staff.got()[-1].text
    assert "✏️" in told
    assert f"原：{PLACE}\n现：{PLACE}502室" in told
    assert opened.number in bob.got()[-1].text
    # Again: each change is beside the one before it.
    bob.say(f"{PLACE}503室", ref="2", edited=True)
    assert revisions(desk)[-1] == (f"{PLACE}502室", f"{PLACE}503室")
    assert len(events(desk, "revised")) == 2


def test_what_only_looks_changed_changes_nothing(desk: Desk, bob: Chat, staff: Chat):
    a_repair(bob)
    bob.tap("提交")
    before = len(staff.got())
    bob.say(PLACE, ref="2", edited=True)
    assert revisions(desk) == []
    assert len(staff.got()) == before


def test_an_answer_of_the_open_form_is_corrected(desk: Desk, bob: Chat):
    a_repair(bob)
    heard = bob.say("江滨路28号阳光花园5栋", ref="2", edited=True)
    assert "已按您修改后的内容更新" in heard.text
    assert "江滨路28号阳光花园5栋" in heard.text  # the filled form is shown anew
    bob.tap("提交")
    assert ticket(desk).fields["place"] == "江滨路28号阳光花园5栋"
    assert revisions(desk) == [(PLACE, "江滨路28号阳光花园5栋")]


def test_a_correction_that_the_question_cannot_take_is_said(desk: Desk, bob: Chat):
    a_repair(bob)
    heard = bob.say("5", ref="2", edited=True)
    assert "没能采用" in heard.text
    bob.tap("提交")
    assert ticket(desk).fields["place"] == PLACE


def test_an_edited_danger_is_still_a_danger(desk: Desk, bob: Chat):
    bob.say("我家这里有根线", ref="1")
    heard = bob.say("我家这里有根电线断了掉在地上冒火花", ref="1", edited=True)
    assert heard.outcome == "danger"
    assert ticket(desk).kind == "danger"
    assert revisions(desk)[-1][1].endswith("冒火花")


def test_a_colleague_on_the_line_reads_what_was_taken_back(desk: Desk, bob: Chat, staff: Chat):
    bob.say("人工")
    staff.answer("客户", "您好，请讲")
    bob.say("明天上午来", ref="7")
    bob.say("明天下午来", ref="7", edited=True)
    told = staff.got()[-1].text
    assert "原：明天上午来" in told
    assert "现：明天下午来" in told
    assert bob.got()[-1].kind != "question"  # the bot is silent


def test_an_edited_caption_keeps_the_photo_and_a_changed_photo_is_added(desk: Desk, bob: Chat, staff: Chat):
    bob.say("有人触电了，江滨路18号阳光花园3栋", ref="1")
    photo = Attachment("photo", "first")
    bob.say("在这里", ref="2", files=(photo,))
    bob.say("在三楼这里", ref="2", files=(photo,), edited=True)
    with desk.database.reading() as session:
        rows = list(session.exec(select(Evidence)))
    assert [(one.ref, one.caption) for one in rows] == [("first", "在这里")]
    assert ("在这里", "在三楼这里") in revisions(desk)
    bob.say("在三楼这里", ref="2", files=(Attachment("photo", "second"),), edited=True)
    with desk.database.reading() as session:
        rows = list(session.exec(select(Evidence).order_by(col(Evidence.id))))
    assert [one.ref for one in rows] == ["first", "second"]
    assert {one.ticket_id for one in rows} == {ticket(desk).id}
    assert [one.ref for one in staff.got()[-1].enclosures] == ["second"]


def test_the_last_question_changed_has_its_answer_in_the_same_place(bob: Chat):
    bob.say("350度电要交多少钱", ref="1", after=1)
    bob.say("200度电要交多少钱", ref="1", edited=True, after=20)
    shown = [reply.text for reply in bob.shown()]
    assert len(shown) == 1
    assert "200" in shown[0]


def test_a_question_of_long_ago_stays_as_it_was_answered(bob: Chat):
    bob.say("350度电要交多少钱", ref="1", after=1)
    bob.say("电表坏了怎么办", ref="2", after=60)
    before = len(bob.rows())
    heard = bob.say("200度电要交多少钱", ref="1", edited=True, after=20)
    assert heard.outcome == "silent"
    assert len(bob.rows()) == before


def message(bob: Chat, update: str, text: str, *, edited: bool = False) -> Message:
    return Message("telegram", bob.address, update, bob.clock.now, text=text, edited=edited, ref="42")


def take_in(desk: Desk, clock: Clock, *messages: Message) -> None:
    """Let messages be worked on in one batch, as the receiver does."""
    with desk.database.transaction() as session:
        import storage.inbox

        arrivals = [Arrival(one.channel, one.update_id, one.address, {}) for one in messages]
        storage.inbox.store(session, arrivals, clock.now)
        received = [
            Received(storage.inbox.id_of(session, one.channel, one.update_id), one) for one in messages
        ]
    desk.hear_all(received, clock.now)


def test_a_change_in_the_same_batch_finds_its_first_words(desk: Desk, bob: Chat, clock: Clock):
    a_repair(bob)
    bob.tap("提交")
    bob.say("有人触电了", ref="9")
    take_in(desk, clock, message(bob, "a", "在三楼"), message(bob, "b", "在四楼", edited=True))
    assert revisions(desk)[-1] == ("在三楼", "在四楼")


def test_a_change_that_comes_before_its_first_words_loses_nothing(desk: Desk, bob: Chat, clock: Clock):
    bob.say("有人触电了", ref="9")
    number = ticket(desk).number
    take_in(desk, clock, message(bob, "b", f"{PLACE}四楼", edited=True))
    assert PLACE in str(ticket(desk).fields) + str([one.text for one in events(desk, "said")])
    said = len(bob.rows())
    take_in(desk, clock, message(bob, "a", f"{PLACE}三楼"))
    assert revisions(desk) == [(f"{PLACE}三楼", f"{PLACE}四楼")]
    assert len(bob.rows()) == said  # its answer has been given
    assert ticket(desk).number == number
