"""What arrives at Telegram when the desk has something to say."""

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.rendering import units
from bot.delivery import (
    ChannelBroken,
    DeliveryError,
    Moved,
    NotNow,
    Uncertain,
    Undeliverable,
    Unreachable,
)
from handlers.messages import Choice, Reply
from tests.fake_bot_api import FakeBotApi, Fault
from tests.fake_bot_api.methods import METHODS

ALICE = 4711
STAFF = -100200300


def choices(*labels: str) -> tuple[Choice, ...]:
    return tuple(Choice(label, "menu") for label in labels)


async def test_markup_is_shown_and_everything_else_is_only_text(telegram: TelegramChannel, api: FakeBotApi):
    ref = await telegram.send(
        str(ALICE), "tok", Reply("**已受理** <b>&amp; 3 < 5\n- 第一\n- 第二"), replaces=None
    )
    assert api.state.texts(ALICE) == ["已受理 <b>&amp; 3 < 5\n• 第一\n• 第二"]
    assert ref == str(max(api.state.chat(ALICE).messages))
    given = api.state.calls[-1][1]
    assert given["parse_mode"] == "HTML"
    assert given["link_preview_options"] == {"is_disabled": True}


async def test_a_long_answer_arrives_in_parts_with_the_buttons_under_the_last(
    telegram: TelegramChannel, api: FakeBotApi
):
    text = "\n\n".join(f"第{number}段：" + "电" * 900 for number in range(9))
    ref = await telegram.send(str(ALICE), "tok", Reply(text, choices("报修")), replaces=None)
    messages = list(api.state.chat(ALICE).messages.values())
    assert len(messages) == 3
    assert all(units(message["text"]) <= 4096 for message in messages)
    assert ["reply_markup" in message for message in messages] == [False, False, True]
    assert ref == str(messages[-1]["message_id"])


async def test_keys_of_buttons_are_token_and_index(telegram: TelegramChannel, api: FakeBotApi):
    await telegram.send(str(ALICE), "tok", Reply("请选", choices("报修", "停电", "电费")), replaces=None)
    rows = api.state.calls[-1][1]["reply_markup"]["inline_keyboard"]
    assert [[button["callback_data"] for button in row] for row in rows] == [["tok:0", "tok:1", "tok:2"]]


async def test_a_quiet_card_is_edited_in_place(telegram: TelegramChannel, api: FakeBotApi):
    first = await telegram.send(str(ALICE), "a", Reply("已受理", choices("催办"), card="t:1"), replaces=None)
    second = await telegram.send(
        str(ALICE), "b", Reply("已派单", choices("催办"), card="t:1", quiet=True), replaces=first
    )
    assert second == first
    assert api.state.texts(ALICE) == ["已派单"]


async def test_an_edit_that_changes_nothing_is_a_success(telegram: TelegramChannel):
    card = Reply("已派单", choices("催办"), card="t:1", quiet=True)
    first = await telegram.send(str(ALICE), "a", card, replaces=None)
    assert await telegram.send(str(ALICE), "a", card, replaces=first) == first


async def test_a_card_that_was_deleted_is_sent_anew(telegram: TelegramChannel, api: FakeBotApi):
    first = await telegram.send(str(ALICE), "a", Reply("已受理", card="t:1"), replaces=None)
    api.state.chat(ALICE).messages.clear()
    second = await telegram.send(str(ALICE), "b", Reply("已派单", card="t:1", quiet=True), replaces=first)
    assert second != first
    assert api.state.texts(ALICE) == ["已派单"]


async def test_a_sounding_card_takes_the_buttons_of_the_old_one(telegram: TelegramChannel, api: FakeBotApi):
    first = await telegram.send(str(ALICE), "a", Reply("已受理", choices("催办"), card="t:1"), replaces=None)
    second = await telegram.send(
        str(ALICE), "b", Reply("已到达", choices("催办"), card="t:1"), replaces=first
    )
    messages = api.state.chat(ALICE).messages
    assert first is not None
    assert second is not None
    assert "reply_markup" not in messages[int(first)]
    assert "reply_markup" in messages[int(second)]


async def test_a_phone_number_is_asked_for_with_its_own_button(telegram: TelegramChannel, api: FakeBotApi):
    await telegram.send(str(ALICE), "a", Reply("请问您的电话？", asks="contact"), replaces=None)
    button = api.state.calls[-1][1]["reply_markup"]["keyboard"][0][0]
    assert button["request_contact"] is True
    await telegram.send(str(ALICE), "b", Reply("收到。"), replaces=None)
    assert api.state.calls[-1][1]["reply_markup"] == {"remove_keyboard": True}
    await telegram.send(str(ALICE), "c", Reply("还有什么可以帮您？"), replaces=None)
    assert "reply_markup" not in api.state.calls[-1][1]


async def test_beside_choices_the_native_button_has_a_line_of_its_own(
    telegram: TelegramChannel, api: FakeBotApi
):
    ref = await telegram.send(
        str(ALICE), "a", Reply("在哪里？", choices("取消"), asks="location"), replaces=None
    )
    question, offer = api.state.chat(ALICE).messages.values()
    assert ref == str(question["message_id"])
    assert offer["reply_markup"]["keyboard"][0][0]["request_location"] is True
    await telegram.send(str(ALICE), "b", Reply("请确认", choices("提交", "取消")), replaces=None)
    assert api.state.texts(ALICE) == ["在哪里？", "请确认"]  # the offer went, and what took it away
    removals = [
        given for _, given in api.state.calls if "remove_keyboard" in str(given.get("reply_markup", ""))
    ]
    assert len(removals) == 1


async def test_unreadable_markup_goes_out_as_plain_text(
    telegram: TelegramChannel, api: FakeBotApi, monkeypatch
):
    monkeypatch.setattr("bot.channels.telegram.rendering.to_html", lambda text: f"<b>{text}")
    await telegram.send(str(ALICE), "a", Reply("**注意**安全"), replaces=None)
    assert api.state.texts(ALICE) == ["注意安全"]


async def test_an_empty_reply_is_refused_before_it_is_sent(telegram: TelegramChannel, api: FakeBotApi):
    with pytest.raises(Undeliverable):
        await telegram.send(str(ALICE), "a", Reply(" \n "), replaces=None)
    assert api.state.calls == []


async def test_the_staff_group_keeps_its_address_when_it_moves(telegram: TelegramChannel, api: FakeBotApi):
    api.state.migrate(STAFF, -100999)
    await telegram.send(str(STAFF), "a", Reply("新工单"), replaces=None)
    assert api.state.texts(-100999) == ["新工单"]
    await telegram.send(str(STAFF), "b", Reply("又一张"), replaces=None)
    assert api.state.texts(-100999) == ["新工单", "又一张"]


@pytest.mark.parametrize(
    ("fault", "expected", "arrives"),
    [
        (Fault("error", status=500), Uncertain, False),
        (Fault("error", status=500, after=True), Uncertain, True),
        (Fault("page", status=502), Uncertain, False),
        (Fault("page", status=502, after=True), Uncertain, True),
        (Fault("garbage", after=True), Uncertain, True),
        (Fault("drop"), Uncertain, False),
        (Fault("drop", after=True), Uncertain, True),
        (Fault("half", after=True), Uncertain, True),
        (Fault("hang", seconds=0.6), Uncertain, False),
        (Fault("hang", seconds=0.6, after=True), Uncertain, True),
        (Fault("flood", seconds=7), NotNow, False),
        (Fault("empty", status=404), ChannelBroken, False),
        (Fault("page", status=404), ChannelBroken, False),
        (Fault("error", status=401), ChannelBroken, False),
    ],
    ids=lambda value: f"{value.kind}-{value.status}-{value.after}" if isinstance(value, Fault) else None,
)
async def test_what_went_wrong_decides_what_is_done(
    telegram: TelegramChannel,
    api: FakeBotApi,
    fault: Fault,
    expected: type[DeliveryError],
    arrives: bool,
):
    telegram._request._read_seconds = 0.3
    api.state.faults.add(fault)
    with pytest.raises(expected) as caught:
        await telegram.send(str(ALICE), "a", Reply("好"), replaces=None)
    assert bool(api.state.accepted) is arrives
    assert api.state.token not in str(caught.value)
    if isinstance(caught.value, NotNow):
        assert caught.value.retry_after_seconds == 7


async def test_an_answer_that_makes_no_sense_leaves_it_open(
    telegram: TelegramChannel, api: FakeBotApi, monkeypatch
):
    monkeypatch.setitem(METHODS, "sendMessage", lambda *_: True)
    with pytest.raises(Uncertain):
        await telegram.send(str(ALICE), "a", Reply("好"), replaces=None)


async def test_a_blocked_chat_and_an_unknown_one_are_unreachable(telegram: TelegramChannel, api: FakeBotApi):
    api.state.block(ALICE)
    api.state.chat(12).unknown = True
    for address in (str(ALICE), "12"):
        with pytest.raises(Unreachable):
            await telegram.send(address, "a", Reply("好"), replaces=None)


async def test_another_group_that_moved_is_named(telegram: TelegramChannel, api: FakeBotApi):
    api.state.migrate(-5, -1005)
    with pytest.raises(Moved) as caught:
        await telegram.send("-5", "a", Reply("好"), replaces=None)
    assert caught.value.address == "-1005"


async def test_a_refused_message_is_not_tried_again(telegram: TelegramChannel):
    with pytest.raises(Undeliverable):
        await telegram.send(str(ALICE), "t" * 70, Reply("好", choices("是")), replaces=None)


async def test_a_dead_line_is_certainly_not_sent_and_soon_keeps_the_queue(
    telegram: TelegramChannel, api: FakeBotApi, monkeypatch
):
    await api.stop()
    with pytest.raises(NotNow):
        await telegram.send(str(ALICE), "a", Reply("好"), replaces=None)
    monkeypatch.setattr("bot.channels.telegram.channel.CUT_OFF_AFTER_SECONDS", 0.0)
    with pytest.raises(ChannelBroken):
        await telegram.send(str(ALICE), "a", Reply("好"), replaces=None)


async def test_a_later_part_that_came_too_early_is_sent_again_by_itself(
    telegram: TelegramChannel, api: FakeBotApi
):
    text = "\n\n".join("电" * 3000 for _ in range(2))
    first = api.state.faults.add(Fault("slow", times=1))
    api.state.faults.add(Fault("flood", times=1, seconds=1))
    await telegram.send(str(ALICE), "a", Reply(text), replaces=None)
    assert first.seen == 1
    assert len(api.state.texts(ALICE)) == 2
