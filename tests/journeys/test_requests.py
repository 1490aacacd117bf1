"""Asking for a service: what is asked, papers photo by photo, values refused, a kind of one's own."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

import storage.outages
import storage.papers
import storage.staff
from handlers.desk import Desk
from handlers.forms import requests
from handlers.forms.form_shape import FORMS
from handlers.tickets import ticket_work
from knowledge.rules.outages import Outage
from knowledge.rules.ticket_kinds import FOLDER, kinds_of_folder
from storage.database import Database
from storage.models import Conversation, Evidence, Ticket, TicketEvent, TicketPromise
from tests.talking import SHANGHAI, Chat, Clock

_NUMBERS = count()


def ticket_of(database: Database) -> Ticket:
    with database.reading() as session:
        return session.exec(select(Ticket).order_by(col(Ticket.id).desc())).first()  # type: ignore[return-value]


def papers_of(database: Database) -> dict[str, int]:
    with database.reading() as session:
        rows = session.exec(select(Evidence).where(col(Evidence.material) != ""))
        found: dict[str, int] = {}
        for one in rows:
            found[one.material] = found.get(one.material, 0) + 1
        return found


def events_of(database: Database, kind: str) -> int:
    with database.reading() as session:
        return len(list(session.exec(select(TicketEvent).where(TicketEvent.kind == kind))))


def to_the_papers(alice: Chat) -> None:
    """A transfer, up to the question for the papers."""
    alice.say("办理过户")
    alice.tap("买卖或赠与")
    alice.say("1234567890123")
    alice.say("张三丰")
    alice.say("13800138000")


def connection(alice: Chat) -> str:
    """A new supply, handed in with a paper that may follow."""
    alice.say("我要报装")
    alice.tap("居民新装")
    alice.say("阳光花园3栋2单元501")
    alice.say("张三丰")
    alice.say("13800138000")
    alice.say(photos=1)
    alice.tap("先提交，其余以后补")
    return alice.tap("提交").text


# -- papers


def test_all_papers_are_told_once_and_taken_photo_by_photo(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    assert alice.texts().count("一次说全") == 1
    assert "1. 新户主身份证件" in alice.texts()
    assert "没有可以不交" in alice.texts()
    assert "⬜ 新户主身份证件" in alice.heard.text
    assert "✅ 新户主身份证件" in alice.say(photos=1).text
    assert "要交的都齐了" in alice.say(photos=1).text
    assert "✅ 房屋证明" in alice.tap("没有别的了").text
    assert alice.tap("提交").ticket == ticket_of(database).number
    assert papers_of(database) == {"id_card": 1, "property": 1}
    assert ticket_of(database).subtype == "sale"


def test_an_album_is_one_paper_and_may_be_another(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    assert "✅ 新户主身份证件（3张）" in alice.say(photos=3, album="front and back").text
    assert "✅ 房屋证明（3张）" in alice.tap("这是房屋证明").text
    assert papers_of(database) == {"property": 3}


def test_photos_sent_together_may_be_a_paper_each(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=2, album="both")
    alice.tap("每张是一份")
    assert papers_of(database) == {"id_card": 1, "property": 1}


def test_parts_of_an_album_that_come_one_by_one_are_the_same_paper(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=1, album="contract", after=1)
    alice.say(photos=1, album="contract", after=1)
    alice.say(photos=1, album="contract", after=1)
    assert "✅ 新户主身份证件（3张）" in alice.say("继续").text
    assert papers_of(database) == {"id_card": 3}


def test_papers_come_in_any_order(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    assert "请发【房屋证明】" in alice.tap("先发房屋证明").text
    alice.say(photos=1)
    assert papers_of(database) == {"property": 1}
    alice.say("这是身份证件", photos=1)
    assert papers_of(database) == {"property": 1, "id_card": 1}


def test_a_photo_before_its_question_is_not_lost(alice: Chat, database: Database) -> None:
    alice.say("办理过户")
    alice.say(photos=1)
    alice.tap("买卖或赠与")
    alice.say("1234567890123")
    alice.say("张三丰")
    assert "✅ 新户主身份证件" in alice.say("13800138000").text


def test_nothing_is_handed_in_without_what_is_needed(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=1)
    assert "还差房屋证明" in alice.say("没有了").text
    assert ticket_of(database) is None


def test_the_form_waits_and_is_taken_up_another_day(alice: Chat, clock: Clock, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=1)
    assert "留到11月30日" in alice.tap("先不交，以后补").text
    assert "掌上" in alice.say("怎么交电费").text
    clock.pass_(days=3)
    assert "✅ 新户主身份证件" in alice.say("继续过户").text
    alice.say(photos=1)
    alice.tap("没有别的了")
    alice.tap("提交")
    assert papers_of(database) == {"id_card": 1, "property": 1}
    assert ticket_of(database).fields["new_owner"] == "张三丰"
    assert events_of(database, "came_back") == 1


def test_a_form_that_was_only_left_waits_too(alice: Chat, clock: Clock, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=1)
    clock.pass_(days=2)
    assert "✅ 房屋证明" in alice.say(photos=1).text  # a photo goes on where the form was left
    clock.pass_(days=2)
    said = alice.say("怎么交电费").text  # other words after so long are no answer to it
    assert "先放着" in said
    assert "掌上" in said
    clock.pass_(days=8)
    assert "没有等着办的过户" in alice.say("继续过户").text


def test_another_matter_in_between_takes_nothing_away(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=1)
    assert "先放着" in alice.say("投诉").text
    alice.tap("停电与抢修")
    alice.say("这个月停了四次电，一次都没通知")
    alice.tap("跳过")
    alice.tap("跳过")
    assert alice.tap("提交").ticket.startswith("TS")  # type: ignore[union-attr]
    assert "✅ 新户主身份证件" in alice.say("继续过户").text


def test_beginning_again_offers_what_waits(alice: Chat) -> None:
    to_the_papers(alice)
    alice.say(photos=1)
    alice.tap("先不交，以后补")
    assert "没办完的过户" in alice.say("办理过户").text
    assert "✅ 新户主身份证件" in alice.tap("继续过户").text


def test_a_photo_out_of_the_blue_finds_the_form_that_waits(alice: Chat, database: Database) -> None:
    to_the_papers(alice)
    alice.say(photos=1)
    alice.tap("先不交，以后补")
    alice.say(photos=1)
    assert "✅ 房屋证明" in alice.tap("继续过户").text


def test_papers_that_may_follow_follow(alice: Chat, staff: Chat, clock: Clock, database: Database) -> None:
    said = connection(alice)
    assert "还差：房屋或场地证明" in said
    clock.pass_(days=1)
    assert "⬜ 房屋或场地证明" in alice.tap("补材料").text
    assert "材料齐了" in alice.say(photos=2, album="deed").text
    assert papers_of(database) == {"id_card": 1, "property": 2}
    assert events_of(database, "came_back") == 1
    assert "材料已补齐" in staff.texts()
    assert "材料" not in [choice.label for choice in alice.shown()[-1].choices]


def test_a_ticket_that_waits_for_papers_goes_on_when_they_are_there(
    desk: Desk, alice: Chat, staff: Chat, clock: Clock, database: Database
) -> None:
    connection(alice)
    number = ticket_of(database).number
    with database.transaction() as session:
        colleague = storage.staff.by_name(session, "王")
        assert colleague is not None
        ticket_work.wait(desk.desktop, session, number, colleague, "materials", clock.now)
    assert ticket_of(database).state == "waiting"
    clock.pass_(days=1)
    alice.say("补材料")
    alice.say(photos=1)
    assert ticket_of(database).state == "taken"


def test_nobody_adds_papers_to_somebody_elses_ticket(
    alice: Chat, chat: Callable[..., Chat], database: Database
) -> None:
    connection(alice)
    bob = chat("bob")
    assert "没有等着补材料的工单" in bob.say("补材料").text
    assert "materials.add:" not in str([reply.choices for reply in bob.got()])


def test_questions_in_between_are_answered(alice: Chat) -> None:
    alice.say("办理一户多人口")
    alice.say("自己的")
    said = alice.say("要多久能办好？").text
    assert "次月" in said
    assert "给哪个户号办" in said


# -- values


def appointment(alice: Chat) -> None:
    alice.say("预约上门")
    alice.say("看一下电表箱")
    alice.say("阳光花园3栋2单元501")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("明年春节", "没看懂是什么时候"),
        ("周日上午", "不是工作日"),
        ("今天上午", "同事来不了"),
        ("昨天下午", "约不了"),
        ("下个月底", "约不了"),
        ("后天晚上", "还可以约上午、下午"),
    ],
)
def test_a_part_of_a_day_that_cannot_be_had_is_refused(words: str, said: str, alice: Chat) -> None:
    appointment(alice)
    heard = alice.say(words)
    assert said in heard.text
    assert "哪天、上午还是下午" in heard.text  # asked again, nothing lost


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("后天上午", "2026-11-25 morning"),
        ("下周三下午3点", "2026-12-02 afternoon"),
        ("12月1号一早", "2026-12-01 morning"),
        ("今天下午", "2026-11-23 afternoon"),
        ("明天什么时候都行", "2026-11-24 morning"),
    ],
)
def test_a_part_of_a_day_is_read(words: str, kept: str, alice: Chat, database: Database) -> None:
    appointment(alice)
    alice.say(words)
    alice.say("13800138000")
    alice.tap("提交")
    assert ticket_of(database).fields["slot"] == kept


def test_the_day_and_its_part_may_come_one_after_the_other(alice: Chat, staff: Chat) -> None:
    appointment(alice)
    assert "上午还是下午" in alice.say("后天").text
    alice.say("下午")
    alice.say("13800138000")
    assert "11月25日（周三）下午（13:30–17:30）" in alice.heard.text
    alice.tap("提交")
    assert "11月25日（周三）下午" in staff.texts()


def test_an_appointment_that_has_passed_meanwhile_is_asked_for_again(alice: Chat, clock: Clock) -> None:
    appointment(alice)
    alice.say("今天下午")
    alice.say("13800138000")
    clock.pass_(hours=5)
    assert "约不上了" in alice.tap("提交").text


def test_a_number_out_of_bounds_is_refused(alice: Chat) -> None:
    alice.say("办理一户多人口")
    alice.tap("自有住房")
    alice.say("1234567890123")
    assert "2到30之间" in alice.say("1个人").text
    assert "填一个数字" in alice.say("好多人").text
    assert "哪个电话" in alice.say("一共七口人").text


def test_a_day_too_early_is_refused(alice: Chat) -> None:
    alice.say("暂停用电")
    alice.tap("暂停")
    alice.say("1234567890123")
    assert "最早可以填11月28日" in alice.say("明天").text
    assert "没看懂是哪一天" in alice.say("过阵子").text
    assert "变压器" in alice.say("下周三").text


def test_a_required_phone_number_is_not_skipped(alice: Chat) -> None:
    alice.say("预约回电")
    assert "跳过" not in [choice.label for choice in alice.heard.replies[-1].choices]
    assert "不像电话" in alice.say("12").text
    assert "什么时段" in alice.say("13800138000").text


# -- reports


def test_an_anonymous_report_shows_nobody(alice: Chat, staff: Chat, database: Database) -> None:
    alice.say("我要举报")
    assert "影响核实" in alice.tap("匿名").text
    alice.say("东门菜场有人从电线杆上私接电线")
    assert "提交" in [
        choice.label for choice in alice.tap("跳过").replies[-1].choices
    ]  # no phone is asked for
    alice.tap("提交")
    ticket = ticket_of(database)
    assert ticket.anonymous
    assert ticket.confidential
    assert "phone" not in ticket.fields
    assert ticket.number in alice.say("我的工单").text


# -- several matters


def test_a_broken_appliance_is_put_to_the_outage_that_may_have_caused_it(
    alice: Chat, clock: Clock, database: Database
) -> None:
    at = clock.now - timedelta(days=3)
    with database.transaction() as session:
        cause = Outage(
            "F1", "fault", "restored", "阳光花园小区", at, at + timedelta(hours=2), "beijing", reason="雷击"
        )
        storage.outages.store(session, [cause], as_of=at, source="test", now=at)
    alice.say("家电烧坏了")
    alice.say("阳光花园小区3栋2单元501")
    alice.say("冰箱和电视都不亮了")
    alice.say("三天前停电来电以后")
    alice.say("13800138000")
    alice.say(photos=1)
    alice.tap("没有别的了")
    alice.tap("提交")
    assert ticket_of(database).outage_id is not None


def test_several_matters_are_open_at_once_and_the_same_one_is_urged(
    alice: Chat, clock: Clock, database: Database
) -> None:
    for words in ("预约上门", "预约上门"):
        alice.say(words)
        alice.say("看一下电表箱")
        alice.say("阳光花园3栋2单元501")
        alice.say("后天上午")
        alice.say("13800138000")
        alice.tap("提交")
    assert "催办" in [choice.label for choice in alice.heard.replies[-1].choices]
    alice.tap("另外提交")
    alice.say("预约回电")
    alice.say("13800138000")
    alice.say("后天上午")
    alice.tap("跳过")
    alice.tap("提交")
    with database.reading() as session:
        kinds = [one.kind for one in session.exec(select(Ticket).order_by(col(Ticket.id)))]
    assert kinds == ["appointment", "appointment", "callback"]


def test_a_form_without_an_answer_is_not_kept(alice: Chat) -> None:
    alice.say("办理过户")
    alice.say("投诉")
    assert "先放着" not in alice.texts()


# -- the way there


def test_a_question_is_answered_with_the_button_to_its_request(alice: Chat) -> None:
    heard = alice.say("电表过户要带什么材料")
    assert "身份证" in heard.text
    assert "哪种情况" in alice.tap("办理过户").text


def test_everything_that_can_be_asked_for_is_listed(alice: Chat) -> None:
    alice.say("业务办理")
    labels = [choice.label for choice in alice.heard.replies[-1].choices]
    assert {"过户", "一户多人口", "上门预约", "回电", "充电桩装表"} <= set(labels)
    assert "哪种情况" in alice.tap("过户").text


# -- a kind of one's own

KIND = """
kind: lamp
prefix: LD
name: 路灯认养
family: service
team: desk
fields:
  - {name: lamps, label: 盏数, type: number, least: 1, most: 9, ask: 认养几盏？}
  - {name: place, label: 地点, type: place, ask: 在哪条路上？}
materials:
  - {name: letter, label: 认养书, may_follow: true}
promises:
  - {step: reply, told: 5wd, limit: 5wd, document: own.practice, limit_document: own.practice,
     valid_from: 2014-01-01}
"""


@pytest.fixture
def own_kind(tmp_path: Path) -> Iterator[None]:
    """One more kind, by its file alone."""
    folder = tmp_path / "kinds"
    shutil.copytree(FOLDER, folder)
    (folder / "lamp.yaml").write_text(KIND, encoding="utf-8")
    with kinds_of_folder(folder):
        requests.register_kinds()
        yield
    FORMS.pop("lamp")


def test_a_kind_is_added_by_one_file(
    own_kind: None, desk: Desk, alice: Chat, staff: Chat, database: Database
) -> None:
    assert "认养书" in alice.say("我要路灯认养").text
    assert "1到9之间" in alice.say("十盏").text
    alice.say("三盏")
    alice.say("东风路28号门口")
    alice.say(photos=1)
    said = alice.tap("提交")
    assert said.ticket is not None
    assert said.ticket.startswith("LD")
    assert "11月30日（周一）17:30前答复您" in said.text
    assert "盏数：3" in staff.texts()
    with database.reading() as session:
        assert storage.papers.sheets(session, ticket_of(database).draft_key) == {"letter": 1}


# -- whatever order


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["photo", "album", "other", "each", "wait", "question", "back"]), max_size=9))
def test_no_photo_is_lost_and_none_is_two_papers(chat: Callable[..., Chat], steps: list[str]) -> None:
    customer = chat(f"customer {next(_NUMBERS)}")
    to_the_papers(customer)
    sent = 0
    for number, step in enumerate(steps):
        labels = [choice.label for choice in customer.heard.replies[-1].choices]
        match step:
            case "photo":
                customer.say(photos=1)
                sent += 1
            case "album":
                customer.say(photos=2, album=f"album {number}")
                sent += 2
            case "other" | "each":
                wanted = "这是" if step == "other" else "每张是一份"
                label = next((label for label in labels if label.startswith(wanted)), None)
                if label is not None:
                    customer.tap(label)
            case "wait":
                customer.say("先不交，以后补")
                customer.say("继续过户")
            case "question":
                customer.say("怎么交电费？")
            case "back":
                customer.say("上一步")
                customer.say("13800138000")
    with customer.desk.database.reading() as session:
        (draft,) = session.exec(select(Conversation).order_by(col(Conversation.id).desc()).limit(1)).all()
        rows = session.exec(select(Evidence).where(Evidence.draft_key == draft.draft_key)).all()
    assert len(rows) == sent
    names = {one.material for one in rows}
    assert names <= {"", "id_card", "property", "old_owner", "proxy"}
    assert bool(names - {""}) == bool(sent)


def test_a_booked_visit_gets_another_time(alice: Chat, staff: Chat, database: Database) -> None:
    appointment(alice)
    alice.say("明天上午")
    alice.say("13912345678")
    number = alice.tap("提交").ticket
    alice.say("改时间")  # typed as well as tapped
    offered = [one.label for one in alice.got()[-1].choices]
    assert offered[-1] == "不改了"
    said = alice.tap(offered[1])
    assert "已改到" in said.text
    assert f"{number} 客户把时间改到" in staff.got()[-1].text
    with database.reading() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        [promise] = session.exec(select(TicketPromise).where(TicketPromise.ticket_id == ticket.id))
        assert promise.promised_at is not None
        assert f"{promise.promised_at.astimezone(SHANGHAI):%Y-%m-%d}" in str(ticket.fields["slot"])
    before = ticket.fields["slot"]
    assert "请写日期和时段" in staff.say(f"/rebook {number} 昨天").text
    assert "时间改到" in staff.say(f"/rebook {number} 12-01 上午").text
    assert "12月1日" in alice.got()[-1].text
    with database.reading() as session:
        now = session.exec(select(Ticket).where(Ticket.number == number)).one().fields["slot"]
    assert now.startswith("2026-12-01")
    assert now != before


def test_who_has_no_account_number_at_hand_gives_the_address(alice: Chat, staff: Chat) -> None:
    alice.say("办理过户")
    alice.tap("买卖或赠与")
    assert "手边没有就写用电地址" in alice.say("不知道户号").text
    assert "改成谁的名字" in alice.say("翠竹苑7栋2单元301").text
