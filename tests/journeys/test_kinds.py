"""One story for every kind of ticket: from a customer's own words to the card and what colleagues see."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from sqlmodel import col, select

from knowledge.rules.ticket_kinds import ticket_kinds
from storage.database import Database
from storage.models import Evidence, Ticket, TicketPromise
from tests.talking import Chat

PHONE = "13800138000"
ACCOUNT = "3100123456"


@dataclass(frozen=True)
class Tap:
    """A button that is tapped, by what it says."""

    label: str


@dataclass(frozen=True)
class Story:
    """How somebody begins, what they answer, and what becomes of it.

    `papers` are the photos sent, in the order of the list; `promised` maps the steps of the ticket to the
    document behind each. `card` is read by the customer, `group` by colleagues.
    """

    kind: str
    begins: str
    answers: tuple[str | Tap, ...] = ()
    papers: int = 0
    subtype: str = ""
    promised: Mapping[str, str] = field(default_factory=dict)
    card: tuple[str, ...] = ()
    group: tuple[str, ...] = ()


SERVICE = "rules.service_request"
ANSWERED = {"reply": SERVICE}
STORIES = (
    Story(
        "danger",
        "楼下的电线断了，掉在地上冒火花",
        ("江城路8号门口",),
        promised={"arrive": "promise.sgcc"},
        card=("一般45分钟左右",),
        group=("电线断了",),
    ),
    Story(
        "repair",
        "楼下表箱的门掉了，要报修",
        ("江城路8号2单元楼下", Tap("跳过")),
        subtype="facility",
        promised={"arrive": "promise.sgcc", "restore": "promise.sgcc"},
        card=("一般45分钟左右", "到场后一般3小时左右"),
        group=("江城路8号",),
    ),
    Story(
        "complaint",
        "营业厅的人推来推去，我要投诉",
        ("跑了两趟，每个窗口都说不归他管", "江城路8号", PHONE),
        subtype="service",
        promised={"contact": "rules.complaint_js", "reply": "promise.sgcc"},
        card=("明天14:00前联系您", "11月30日（周一）17:30前答复您"),
        group=("每个窗口都说不归他管", "江城路8号"),
    ),
    Story(
        "report",
        "我要举报有人绕开电表用电",
        (Tap("匿名"), "小吃店从电线杆上接了根线，晚上用", "幸福路12号"),
        subtype="theft",
        promised={"contact": "rules.complaint_js", "reply": "rules.complaint_js"},
        card=("保密", "12月4日（周五）17:30前答复您"),
    ),
    Story(
        "opinion",
        "你们App老是闪退，提个意见",
        ("交费页面打开就退出，苹果手机", Tap("跳过"), Tap("跳过")),
        promised={"reply": "own.practice"},
        card=("12月4日（周五）17:30前答复您",),
        group=("交费页面打开就退出",),
    ),
    Story(
        "suggestion",
        "我有个建议，账单能不能做成大字的",
        promised={"reply": "own.practice"},
        card=("12月4日（周五）17:30前答复您",),
        group=("大字",),
    ),
    Story(
        "praise",
        "昨天来修电的师傅特别耐心，我想表扬他",
        promised={"pass_on": "own.practice"},
        card=("谢谢",),
        group=("特别耐心",),
    ),
    Story(
        "consult",
        "咨询登记",
        ("我们小区明年换变压器的时间", Tap("跳过")),
        promised={"reply": "standard.sgcc_quality"},
        card=("11月30日（周一）17:30前答复您",),
        group=("换变压器的时间",),
    ),
    Story(
        "dispute",
        "这个月电费算得不对，我要提异议",
        ("十月账单比平常多一倍，家里没添电器", "江城路8号", Tap("跳过")),
        subtype="billing",
        promised={"reply": "own.practice"},
        card=("11月30日（周一）17:30前答复您",),
        group=("比平常多一倍",),
    ),
    Story(
        "reconnect",
        "欠费停的电，钱已经交清了还是没电",
        (ACCOUNT, "今天中午微信交的", Tap("亮着但没有提示"), PHONE),
        promised={"restore": SERVICE},
        card=("明天14:00前",),
        group=("今天中午微信交的", "亮着但没有提示"),
    ),
    Story(
        "damage",
        "昨晚来电的时候电压太高，把我家电视和冰箱烧了",
        ("江城路8号3单元501", "电视和冰箱，都买了两年", "昨晚九点来电时灯特别亮", PHONE),
        papers=1,
        promised={"on_site": "rules.appliance_damage"},
        card=("明天14:00前上门",),
        group=("都买了两年", "灯特别亮"),
    ),
    Story(
        "meter_check",
        "感觉电表走得太快，想请你们验一下",
        (ACCOUNT, "上个月换表以后，关了总闸灯还闪", PHONE),
        subtype="test",
        promised={"result": "promise.sgcc"},
        card=("11月30日（周一）17:30前出结果",),
        group=("关了总闸灯还闪",),
    ),
    Story(
        "reading",
        "账单上的读数比我家电表还大",
        (ACCOUNT, "8451度", "十月的账单写的8620", Tap("跳过")),
        promised={"reply": "promise.sgcc"},
        card=("11月30日（周一）17:30前答复您",),
        group=("8451", "十月的账单"),
    ),
    Story(
        "transfer",
        "刚买了套二手房，电表想转到我名下",
        (Tap("买卖或赠与"), ACCOUNT, "李小红", PHONE),
        papers=2,
        subtype="sale",
        promised=ANSWERED,
        card=("11月30日（周一）17:30前答复您",),
        group=("李小红",),
    ),
    Story(
        "rename",
        "我身份证改过名，电表户名也想跟着改",
        (Tap("改了名字"), ACCOUNT, "李晓红", Tap("跳过")),
        papers=2,
        subtype="changed",
        promised=ANSWERED,
        card=("11月30日（周一）17:30前答复您",),
        group=("李晓红",),
    ),
    Story(
        "household",
        "我家六口人住一起，想办一户多人口",
        (Tap("租住"), ACCOUNT, "六口人", Tap("跳过")),
        papers=3,
        subtype="rented",
        promised=ANSWERED,
        card=("11月30日（周一）17:30前答复您",),
        group=("常住人数：6",),
    ),
    Story(
        "connection",
        "新房子还没电表，想装一块",
        ("江城路9号1单元101", "王大明", PHONE),
        papers=2,
        subtype="resident",
        promised={"connect": "promise.sgcc"},
        card=("11月30日（周一）17:30前办完",),
        group=("江城路9号", "王大明"),
    ),
    Story(
        "suspend",
        "我们工厂想申请变压器暂停",
        (ACCOUNT, "12月10号", "二号变压器，停到春节后", PHONE),
        papers=1,
        subtype="pause",
        promised=ANSWERED,
        card=("11月30日（周一）17:30前答复您",),
        group=("12月10日", "二号变压器"),
    ),
    Story(
        "charging",
        "买了电动车，想在自己车位装充电桩",
        (Tap("自有车位"), "锦绣小区地库B2-118", "7千瓦的", PHONE),
        papers=3,
        subtype="own",
        promised={"connect": "guide.ev"},
        card=("11月30日（周一）17:30前办完",),
        group=("B2-118", "7千瓦"),
    ),
    Story(
        "solar",
        "我家屋顶想装光伏板并网",
        (Tap("自家独栋屋顶"), ACCOUNT, "20千瓦", Tap("自己用多的卖"), PHONE),
        papers=3,
        subtype="house",
        promised={"scheme": "guide.pv", "accept": "guide.pv"},
        card=("12月21日（周一）17:30前答复方案",),
        group=("装机容量：20", "自己用多的卖"),
    ),
    Story(
        "appointment",
        "想请你们上门看看家里的老线路",
        ("看看家里的老线路", "江城路8号3单元501", "后天上午", PHONE),
        promised={"on_site": "own.practice"},
        card=("11月25日（周三）", "上门"),
        group=("老线路", "11月25日"),
    ),
    Story(
        "callback",
        "我打字慢，麻烦打个电话给我",
        (PHONE, "明天下午", "问问过户的事"),
        promised={"contact": "own.practice"},
        card=("明天", "联系您"),
        group=("问问过户的事",),
    ),
    Story(
        "ev_booking",
        "我要预约充电",
        ("江城服务区南区", "后天上午", "白色轿车，车牌江A12345", PHONE),
        promised={"arrive": SERVICE, "reply": SERVICE},
        card=("11月25日（周三）",),
        group=("江城服务区", "白色轿车"),
    ),
)


def test_every_kind_has_its_story() -> None:
    assert {story.kind for story in STORIES} == ticket_kinds().keys()
    assert len(STORIES) == len(ticket_kinds())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.kind)
def test_from_the_first_words_to_the_card(story: Story, alice: Chat, staff: Chat, database: Database) -> None:
    live(alice, story)
    kind = ticket_kinds()[story.kind]

    with database.reading() as session:
        ticket = session.exec(select(Ticket)).one()
        promises = session.exec(select(TicketPromise)).all()
        sent = session.exec(select(Evidence).where(Evidence.ticket_id == ticket.id)).all()
    assert (ticket.kind, ticket.number[:2], ticket.team) == (kind.kind, kind.prefix, kind.team)
    if story.subtype:
        assert ticket.subtype == story.subtype
    assert {one.step: one.document for one in promises} == story.promised
    needed = [one.name for one in kind.materials_for(ticket.subtype) if one.required]
    assert [one.material for one in sent] == needed[: story.papers]

    alice.say("我的工单")
    shown = alice.texts()
    assert ticket.number in shown
    for words in story.card:
        assert words in shown, shown[-800:]
    assert shown.count("一次说全") == (1 if needed else 0)
    for words in story.group:
        assert words in staff.texts(), staff.texts()


def test_a_report_is_seen_by_few_and_has_no_name(alice: Chat, staff: Chat, database: Database) -> None:
    story = next(one for one in STORIES if one.kind == "report")
    live(alice, story)

    with database.reading() as session:
        ticket = session.exec(select(Ticket)).one()
    assert ticket.confidential
    assert ticket.anonymous
    assert "phone" not in ticket.fields
    assert ticket.number not in staff.texts()
    assert "小吃店" not in staff.texts()
    # Who reported it follows it by its number.
    assert ticket.number in alice.say(ticket.number).text


def test_a_suspension_cannot_begin_tomorrow(alice: Chat) -> None:
    alice.say("我们工厂想申请变压器暂停")
    begin(alice)
    alice.say(ACCOUNT)
    assert "最早可以填11月28日" in alice.say("明天").text
    assert "变压器" in alice.say("12月10号").text


def test_a_reading_may_be_sent_as_a_photo_instead(alice: Chat, database: Database) -> None:
    alice.say("账单上的读数比我家电表还大")
    begin(alice)
    alice.say(ACCOUNT)
    alice.say(photos=1)
    alice.tap("跳过")
    alice.say("十月的账单写的8620")
    alice.tap("跳过")
    alice.tap("提交")
    with database.reading() as session:
        assert len(session.exec(select(Evidence).where(col(Evidence.ticket_id).is_not(None))).all()) == 1


def test_the_same_words_ask_less_who_has_said_which(alice: Chat) -> None:
    # 户主去世 says which case it is: the form does not ask.
    alice.say("户主去世了，电表怎么过户")
    begin(alice)
    told = alice.texts()
    assert "死亡证明" in told
    assert "是哪种情况" not in told


def test_who_lives_elsewhere_is_not_offered_our_form(alice: Chat) -> None:
    alice.say("台湾电表过户怎么办")
    assert "台电" in alice.heard.text
    assert not [label for label in offered(alice) if label.startswith("办理")]


def live(alice: Chat, story: Story) -> None:
    """Tell a story from its beginning to the ticket."""
    alice.say(story.begins)
    begin(alice)
    for answer in story.answers:
        if isinstance(answer, Tap):
            alice.tap(answer.label)
        else:
            alice.say(answer)
    for _ in range(story.papers):
        alice.say(photos=1)
    for label in ("先提交，其余以后补", "没有别的了", "提交"):
        if label in offered(alice):
            alice.tap(label)
    assert alice.heard.ticket, alice.texts()[-600:]


def begin(alice: Chat) -> None:
    """Tap the button under the answer that begins the form, where the words have not begun it."""
    button = next((label for label in offered(alice) if label.startswith("办理")), None)
    if button is not None:
        alice.tap(button)


def offered(alice: Chat) -> list[str]:
    """Return what the newest message offers."""
    return [choice.label for choice in alice.heard.replies[-1].choices] if alice.heard.replies else []
