"""Photos, albums, films, voice, files and places: kept where they belong, shown to colleagues, or refused."""

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from handlers.desk import Desk
from handlers.messages import Attachment, Location, PhoneContact, Reply
from storage.models import Evidence, Outgoing, Ticket
from tests.talking import Chat, Clock, deliver

PLACE = "江滨路18号阳光花园3栋"


@pytest.fixture
def bob(chat: Callable[..., Chat]) -> Chat:
    return chat("bob", "telegram")


def evidence(desk: Desk) -> list[Evidence]:
    with desk.database.reading() as session:
        return list(session.exec(select(Evidence).order_by(col(Evidence.id))))


def ticket(desk: Desk) -> Ticket:
    with desk.database.reading() as session:
        return session.exec(select(Ticket).order_by(col(Ticket.id).desc())).first()  # type: ignore[return-value]


def with_files(staff: Chat) -> list[Reply]:
    return [reply for reply in staff.got() if reply.enclosures]


def a_file(name: str, kind: str = "file", media_type: str = "", **more: object) -> Attachment:
    return Attachment(kind, f"ref-{name}", name=name, media_type=media_type, **more)  # type: ignore[arg-type]


def send_album(chat: Chat, count: int, *, caption: str = "", every: float = 0.3, name: str = "g1") -> None:
    chat.say(caption, photos=1, album=name, after=every)
    for _ in range(count - 1):
        chat.say(photos=1, album=name, after=every)


def report(chat: Chat) -> None:
    chat.say("/repair")
    chat.tap("整栋楼/整个单元")
    chat.say(PLACE)
    chat.tap("跳过")
    chat.tap("跳过")


# -- with a ticket


def test_photos_before_within_and_after_the_form_all_reach_the_ticket_and_the_colleagues(
    desk: Desk, bob: Chat, staff: Chat
):
    bob.say(photos=1)
    bob.tap("报修")
    bob.tap("整栋楼/整个单元")
    bob.say(PLACE, photos=1)
    bob.tap("跳过")
    bob.tap("跳过")
    bob.tap("提交")
    opened = ticket(desk)
    assert [one.ticket_id for one in evidence(desk)] == [opened.id, opened.id]
    [card] = with_files(staff)
    assert opened.number in card.text
    assert [(one.channel, one.kind) for one in card.enclosures] == [("telegram", "photo")] * 2
    bob.say(photos=1)
    bob.tap(next(one.label for one in bob.got()[-1].choices if "补充到" in one.label))
    assert len(evidence(desk)) == 3
    assert {one.ticket_id for one in evidence(desk)} == {opened.id}


def test_a_shared_place_stands_on_the_card_with_its_name_and_where_it_is(desk: Desk, bob: Chat, staff: Chat):
    bob.say("/repair")
    bob.tap("整栋楼/整个单元")
    bob.say(place=Location(32.06149, 118.79653, "阳光超市 江滨路20号"))
    bob.tap("跳过")
    bob.tap("跳过")
    bob.tap("提交")
    [row] = evidence(desk)
    assert (row.kind, row.state, row.label) == ("location", "none", "阳光超市 江滨路20号")
    assert "📍 阳光超市 江滨路20号（32.06149, 118.79653）" in staff.texts()


def test_an_album_is_one_unit_on_both_sides(desk: Desk, bob: Chat, staff: Chat, clock: Clock):
    report(bob)
    bob.tap("提交")
    bob.tap("补充")
    said = len(bob.got())
    bob.say("这几张", photos=1, album="g1", after=5)
    answered = len(bob.got())
    for _ in range(3):
        bob.say(photos=1, album="g1", after=0.4)
    assert len(bob.got()) == answered > said  # one acknowledgement
    assert len({one.ticket_id for one in evidence(desk)}) == 1
    clock.pass_(seconds=3)
    album = with_files(staff)[-1]
    assert len(album.enclosures) == 4
    assert "4张照片" in album.text
    assert "这几张" in album.text
    assert len(with_files(staff)) == 1  # one line


def test_parts_of_an_album_that_come_late_follow_in_a_message_of_their_own(
    desk: Desk, bob: Chat, staff: Chat, clock: Clock
):
    bob.say("人工")
    staff.answer("客户", "您好，请讲")
    bob.say("看照片", photos=1, album="g1", after=1)
    clock.pass_(seconds=5)
    deliver(desk.database, clock.now)
    for _ in range(2):
        bob.say(photos=1, album="g1", after=0.2)
    shown = with_files(staff)
    assert [len(one.enclosures) for one in shown] == [1, 2]
    assert "2张照片" in shown[1].text


def test_an_album_in_a_form_is_counted_once(desk: Desk, bob: Chat):
    bob.say("/repair")
    bob.tap("整栋楼/整个单元")
    bob.say(PLACE)
    said = len(bob.got())
    send_album(bob, 3)
    assert len(bob.got()) == said + 1
    bob.tap("跳过")
    bob.tap("跳过")
    assert "3" in bob.got()[-1].text
    bob.tap("提交")
    assert {one.ticket_id for one in evidence(desk)} == {ticket(desk).id}


def test_the_rest_of_an_album_follows_its_first_photo_into_the_form(desk: Desk, bob: Chat):
    bob.say(photos=1, album="g1", after=1)
    bob.tap("报修")
    bob.say(photos=1, album="g1", after=1)
    bob.tap("整栋楼/整个单元")
    bob.say(PLACE)
    bob.tap("跳过")
    bob.tap("跳过")
    bob.tap("提交")
    assert {one.ticket_id for one in evidence(desk)} == {ticket(desk).id}
    assert len(evidence(desk)) == 2


# -- with a person


def test_a_colleague_sees_what_comes_and_the_customer_what_the_colleague_sends(
    desk: Desk, bob: Chat, staff: Chat, clock: Clock
):
    bob.say("人工")
    staff.answer("客户", "请拍一下电表")
    for one in (a_file("", "voice"), a_file("", "video"), a_file("合同.pdf", media_type="application/pdf")):
        bob.say(files=(one,))
    assert [reply.enclosures[0].kind for reply in with_files(staff)] == ["voice", "video", "file"]
    row = staff.last(containing="客户")
    deliver(desk.database, clock.now)
    drawn = Attachment("photo", "ref-drawn")
    staff.say("接线看这张图", reply_to=f"ref-{row.id}", files=(drawn,))
    [shown] = [one for one in bob.got() if one.enclosures]
    assert "接线看这张图" in shown.text
    assert [(one.channel, one.ref) for one in shown.enclosures] == [("telegram", "ref-drawn")]
    # It is kept for channels that cannot show what Telegram has, and is no evidence of the customer's.
    kept = evidence(desk)[-1]
    assert (kept.ref, kept.state, kept.ticket_id) == ("ref-drawn", "waiting", None)


def test_a_photo_sent_while_waiting_in_the_queue_is_seen(bob: Chat, staff: Chat):
    bob.say("人工")
    bob.say(photos=1)
    assert len(with_files(staff)) == 1


# -- refused in words


@pytest.mark.parametrize("name", ["安装.exe", "资料.zip", "账单.xlsm", "表格.csv", "合同.pdf.apk"])
def test_programs_archives_and_sheets_are_refused_and_the_words_kept(
    desk: Desk, bob: Chat, staff: Chat, name: str
):
    bob.say("/repair")
    bob.tap("整栋楼/整个单元")
    heard = bob.say(PLACE, files=(a_file(name),))
    assert "这种文件我们不收" in heard.text
    bob.tap("跳过")
    bob.tap("跳过")
    bob.tap("提交")
    assert evidence(desk) == []
    assert ticket(desk).fields["place"] == PLACE
    assert with_files(staff) == []


def test_over_twenty_megabytes_the_customer_is_told_at_once_and_the_text_is_kept(desk: Desk, bob: Chat):
    bob.say("/repair")
    bob.tap("整栋楼/整个单元")
    huge = Attachment("video", "huge", size_bytes=21 * 1024 * 1024, too_large=True)
    heard = bob.say(PLACE, files=(huge,))
    assert "超过20MB" in heard.text
    assert "网页" in heard.text
    bob.tap("跳过")
    bob.tap("跳过")
    bob.tap("提交")
    assert ticket(desk).fields["place"] == PLACE
    assert evidence(desk) == []


def test_of_a_whole_album_that_is_too_large_it_is_said_once(bob: Chat):
    for number in range(4):
        huge = Attachment("video", f"h{number}", size_bytes=1 << 30, too_large=True, group="g1")
        bob.say(files=(huge,), after=0.3)
    assert bob.texts().count("超过20MB") == 1


def test_a_day_has_room_for_many_files_but_not_for_any_number(desk: Desk, bob: Chat, clock: Clock):
    limit = desk.desktop.book.practice.files_per_day
    for number in range(limit // 10):
        bob.say(files=tuple(Attachment("photo", f"{number}-{n}") for n in range(10)))
    assert len(evidence(desk)) == limit
    heard = bob.say("还有一张", photos=1)
    assert "文件已经很多" in heard.text
    assert len(evidence(desk)) == limit
    clock.pass_(hours=25)
    bob.say(photos=1)
    assert len(evidence(desk)) == limit + 1


def test_somebody_elses_number_is_not_taken_as_ones_own(bob: Chat):
    report_to_phone = ("/repair", "整栋楼/整个单元", PLACE, "跳过")
    bob.say(report_to_phone[0])
    bob.tap(report_to_phone[1])
    bob.say(report_to_phone[2])
    bob.tap(report_to_phone[3])
    heard = bob.say(contact=PhoneContact("13900001234", own=False))
    assert "本人" in heard.text or "自己" in heard.text
    heard = bob.say(contact=PhoneContact("13900001234", own=True))
    assert "提交" in [choice.label for choice in heard.replies[-1].choices]


# -- a file's name may tell who somebody is


def test_of_an_anonymous_report_no_colleague_reads_a_files_name(desk: Desk, bob: Chat):
    from handlers.tickets import evidence as handler

    row = Evidence(
        person_id=1,
        draft_key="d",
        kind="file",
        channel="telegram",
        ref="r",
        name="王建国的合同.pdf",
        state="waiting",
        received_at=bob.clock.now,
    )
    shown = handler.with_evidence(Reply("举报", kind="staff"), [row], anonymous=True)
    assert [one.name for one in shown.enclosures] == [""]


# -- danger


def test_a_photo_of_a_danger_goes_out_with_the_alarm_and_the_rest_of_its_album_after_it(
    desk: Desk, bob: Chat, staff: Chat
):
    bob.say("电线断了掉在地上冒火花", photos=1, album="g1", after=1)
    [alarm] = with_files(staff)
    assert "🚨" in alarm.text
    with desk.database.reading() as session:
        row = session.exec(select(Outgoing).where(Outgoing.address == staff.address)).first()
        assert row is not None
        assert row.not_before == row.created_at  # a danger waits for nothing
    deliver(desk.database, bob.clock.now)
    for _ in range(2):
        bob.say(photos=1, album="g1", after=0.3)
    assert [len(one.enclosures) for one in with_files(staff)] == [1, 2]
    assert {one.ticket_id for one in evidence(desk)} == {ticket(desk).id}


def test_who_looks_at_a_ticket_sees_all_that_came_if_they_may(desk: Desk, bob: Chat, staff: Chat):
    bob.say("电线断了掉在地上冒火花", photos=1)
    bob.say(photos=1)
    number = ticket(desk).number
    before = len(with_files(staff))
    staff.say(f"/show {number}", member="王")
    assert len(with_files(staff)[before].enclosures) == 2
    staff.say(f"/show {number}", member="郑")  # an editor works on what we know, not on tickets
    assert len(with_files(staff)) == before + 1
