"""Reporting a fault from the first word to the ticket, with everything that may come in between."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

import storage.outages
from handlers.desk import Desk
from handlers.forms.repairs import zone_of
from handlers.messages import Attachment, Heard, Location, Message, PhoneContact
from knowledge.book import Book
from knowledge.rules.outages import Outage
from storage.database import Database
from storage.models import Account, Binding, Customer, Evidence, Person, Ticket, TicketPromise
from tests.talking import STAFF, Chat, Clock


def tickets(database: Database) -> list[Ticket]:
    with database.reading() as session:
        return list(session.exec(select(Ticket).order_by(col(Ticket.id))))


def report(alice: Chat, place: str = "翠竹苑7栋2单元") -> Heard:
    """Fill in the whole form and hand it in."""
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say(place)
    alice.say("楼道灯也不亮")
    alice.say("13912345678")
    return alice.tap("提交")


def test_a_repair_the_whole_way(alice: Chat, staff: Chat, database: Database) -> None:
    assert "只有您家" in alice.say("报修").text
    assert "在哪里" in alice.tap("整栋楼/整个单元").text
    assert "8米" in alice.say("翠竹苑7栋2单元").text
    assert "电话" in alice.say("楼道灯也不亮").text
    shown = alice.say("13912345678").text
    assert "翠竹苑7栋2单元" in shown
    assert "楼道灯也不亮" in shown
    done = alice.tap("提交")
    assert done.ticket == "BX20261123-0001"
    assert "BX20261123-0001" in done.text
    assert "一般45分钟左右" in done.text
    assert "今天14:45" in done.text
    (ticket,) = tickets(database)
    assert (ticket.kind, ticket.subtype, ticket.zone) == ("repair", "no_power", "urban")
    card = staff.texts()
    assert "翠竹苑7栋2单元" in card
    assert "13912345678" not in card
    assert "尾号5678" in card


def test_an_average_is_no_certainty(alice: Chat, database: Database) -> None:
    report(alice)
    with database.reading() as session:
        promises = {one.step: one for one in session.exec(select(TicketPromise))}
    assert promises["arrive"].average
    assert promises["restore"].promised_at is None


def test_the_country_gets_the_times_of_the_country(alice: Chat) -> None:
    assert "一般90分钟左右" in report(alice, "东风村二组").text


def test_two_taps_make_one_ticket(alice: Chat, database: Database) -> None:
    report(alice)
    again = alice.say(choice=alice.key_of("提交"))
    assert "已经提交" in again.text
    assert len(tickets(database)) == 1


def test_a_question_in_between_is_answered_and_the_form_goes_on(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    between = alice.say("居民阶梯电价分几档？")
    assert between.outcome == "found"
    assert "三档" in between.text
    assert "继续报修" in between.text
    assert "看到什么" in alice.say("翠竹苑7栋").text


def test_back_skip_and_cancel(alice: Chat, database: Database) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    assert "只有您家" in alice.tap("上一步").text
    alice.tap("整片/整条街")
    alice.say("翠竹苑7栋")
    assert "电话" in alice.tap("跳过").text
    assert "请核对" in alice.say("跳过").text
    assert "已取消" in alice.say("算了").text
    assert tickets(database) == []


def test_a_draft_survives_a_new_desk(alice: Chat, database: Database, book: Book, clock: Clock) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    alice.desk = Desk(database, book, staff=STAFF, secret=b"a secret of the tests")
    clock.pass_(hours=3)
    assert "没填完的报修" in alice.say("菜单").text
    assert "在哪里" in alice.tap("继续").text


def test_photos_before_any_word_come_into_the_ticket(alice: Chat, database: Database) -> None:
    assert "收到1份" in alice.say(photos=1).text
    alice.say(photos=1)
    alice.tap("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("翠竹苑7栋")
    alice.say("跳过")
    assert "2份" in alice.say("跳过").text
    alice.tap("提交")
    with database.reading() as session:
        assert [one.ticket_id for one in session.exec(select(Evidence))] == [1, 1]


def test_a_place_on_the_map_will_do(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    assert "看到什么" in alice.say(place=Location(30.5, 114.3)).text


def test_somebody_elses_contact_is_not_taken(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    alice.say("翠竹苑7栋")
    alice.tap("跳过")
    assert "不是您本人" in alice.say(contact=PhoneContact("13912345678", own=False)).text
    assert "请核对" in alice.say(contact=PhoneContact("13912345678", own=True)).text


def test_a_single_home_is_asked_about_its_meter(alice: Chat) -> None:
    alice.say("报修")
    assert "总开关" in alice.tap("只有我家").text
    said = alice.tap("跳闸了，推不上去").text
    assert "拔掉所有电器" in said
    assert "电表以内" in said


def test_what_was_said_first_fills_the_form(alice: Chat) -> None:
    said = alice.say("我家楼下的电线杆歪了，快倒了，派人来修")
    assert said.outcome == "action"
    assert "在哪里" in said.text
    assert "只有您家" not in said.text


def test_the_same_matter_is_urged_not_opened_twice(alice: Chat, database: Database) -> None:
    report(alice)
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    assert "已经报过" in alice.say("翠竹苑7栋2单元").text
    assert "第1次催办" in alice.tap("催办").text
    assert len(tickets(database)) == 1


def test_but_another_matter_at_the_same_place_may_be(alice: Chat, database: Database) -> None:
    report(alice)
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("翠竹苑7栋2单元")
    assert "看到什么" in alice.tap("不是一回事，另报").text
    alice.tap("跳过")
    alice.tap("跳过")
    alice.tap("提交")
    assert len(tickets(database)) == 2


def test_a_sticker_is_met_kindly(alice: Chat) -> None:
    assert alice.say().outcome == "smalltalk"


@pytest.mark.parametrize("words", ["我要报修", "帮我报个修"])
def test_only_asking_is_no_description(words: str, alice: Chat) -> None:
    assert "只有您家" in alice.say(words).text
    alice.tap("整片/整条街")
    assert "看到什么" in alice.say("翠竹苑7栋").text


def test_a_second_form_does_not_swallow_the_first(alice: Chat) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    assert "没填完的报修" in alice.say("投诉").text
    assert "在哪里" in alice.tap("继续报修").text
    alice.say("投诉")
    assert "投诉哪方面" in alice.tap("放弃，去投诉").text


def test_nothing_of_the_customers_words_is_lost_on_the_shown_form(alice: Chat, database: Database) -> None:
    alice.say("报修")
    alice.tap("整片/整条街")
    alice.say("翠竹苑7栋")
    alice.say("跳过")
    alice.say("跳过")
    alice.say("门卫电话在传达室")
    alice.tap("提交")
    assert "传达室" in tickets(database)[0].fields["note"]


def an_outage(database: Database, clock: Clock) -> None:
    """Two hours ago a cable failed in 翠竹苑; we know as of now."""
    with database.transaction() as session:
        storage.outages.store(
            session,
            [
                Outage(
                    external_id="F-1",
                    kind="fault",
                    state="running",
                    scope="翠竹苑",
                    start_at=clock.now - timedelta(hours=2),
                    stop_at=clock.now + timedelta(hours=1),
                    region="beijing",
                    reason="电缆故障",
                )
            ],
            as_of=clock.now,
            source="test",
            now=clock.now,
        )


def test_a_known_outage_is_shown_instead_of_a_ticket(alice: Chat, database: Database, clock: Clock) -> None:
    an_outage(database, clock)
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    shown = alice.say("翠竹苑").text
    assert "电缆故障" in shown
    assert "15:00" in shown
    assert "不用重复报" in alice.tap("知道了，等来电").text
    assert tickets(database) == []


def test_but_my_home_may_be_another_case(alice: Chat, database: Database, clock: Clock) -> None:
    an_outage(database, clock)
    alice.say("报修")
    alice.tap("整栋楼/整个单元")
    alice.say("翠竹苑")
    assert "看到什么" in alice.tap("我家情况不同，报修").text
    alice.tap("跳过")
    alice.tap("跳过")
    assert alice.tap("提交").ticket == "BX20261123-0001"


def a_bound_account(database: Database, alice: Chat, *, balance_fen: int) -> None:
    """Alice has proven to own a prepaid account."""
    alice.say("你好")
    with database.transaction() as session:
        now = alice.clock.now
        customer = Customer(number="C1", name="爱丽", phone="13912345678", updated_at=now)
        session.add(customer)
        session.flush()
        account = Account(
            number="3301000042",
            customer_id=customer.id or 0,
            region="beijing",
            address="江城市临江路8号翠竹苑7栋2单元301",
            community="翠竹苑",
            zone="rural",
            contract_type="prepaid",
            balance_fen=balance_fen,
            updated_at=now,
        )
        session.add(account)
        session.flush()
        person = session.exec(select(Person)).one()
        session.add(
            Binding(person_id=person.id or 0, account_id=account.id or 0, proof="contact", bound_at=now)
        )


def test_a_bound_account_is_a_button_and_an_empty_one_is_mentioned(alice: Chat, database: Database) -> None:
    a_bound_account(database, alice, balance_fen=-120)
    alice.say("报修")
    alice.tap("只有我家")
    alice.tap("没跳闸，电表不亮")
    chosen = alice.tap("翠竹苑 尾号0042").text
    assert "余额不足" in chosen
    assert "看到什么" in chosen
    alice.tap("跳过")
    assert "尾号0042" in alice.tap("跳过").text
    done = alice.tap("提交").text
    assert "一般90分钟左右" in done
    (ticket,) = tickets(database)
    assert ticket.account_id == 1
    assert ticket.fields["account"] == "尾号0042"


def test_one_who_has_paid_hears_nothing_of_it(alice: Chat, database: Database) -> None:
    a_bound_account(database, alice, balance_fen=5000)
    alice.say("报修")
    alice.tap("只有我家")
    alice.tap("没跳闸，电表不亮")
    assert "余额" not in alice.tap("翠竹苑 尾号0042").text


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("翠竹苑7栋", "urban"),
        ("梅园新村5栋", "urban"),
        ("东风村二组", "rural"),
        ("柳河乡卫生院", "rural"),
        ("北坡林场", "remote"),
        ("城中村3栋2单元", "urban"),
    ],
)
def test_the_zone_is_read_from_the_place(place: str, zone: str) -> None:
    assert zone_of(place) == zone


def test_a_place_told_too_early_is_kept(alice: Chat) -> None:
    alice.say("报修")
    assert "看到什么" in alice.say("翠竹苑7栋，整栋都黑了").text


def test_a_command_alone_is_no_description_and_words_behind_it_are(alice: Chat) -> None:
    alice.say("/repair")
    alice.tap("整栋楼/整个单元")
    alice.say("江滨路18号阳光花园3栋")
    assert "/repair" not in alice.tap("跳过").text
    alice.tap("取消")
    alice.say("/repair 整栋楼都没电了")
    assert "整栋楼" in alice.texts()


def test_a_file_that_is_too_large_is_said_so_and_the_words_are_kept(alice: Chat, desk: Desk) -> None:
    big = Attachment("video", "huge", size_bytes=50_000_000, too_large=True)
    message = Message("web", "alice", "big-1", alice.clock.now, text="整栋楼没电，看视频", attachments=(big,))
    heard = desk.hear(message, alice.clock.now)
    assert "太大" in heard.text
    assert heard.topic is not None
    assert len(heard.replies) > 1
