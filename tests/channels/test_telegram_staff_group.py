"""The staff group on Telegram over real HTTP: topics, cards, words that go out and words that stay."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from knowledge.book import Book
from storage.database import Database
from tests.channels.staff_house import ALICE, GROUP, HANDS, House, running
from tests.fake_bot_api import Fault
from tests.fake_bot_api.faults import Kind


@pytest_asyncio.fixture
async def house(database: Database, book: Book) -> AsyncIterator[House]:
    async with running(database, book) as found:
        yield found


async def speaking(house: House) -> tuple[int, int]:
    """Alice speaks with 王; return her topic and her last relayed message in it."""
    await house.alice("转人工", "排在第一位")
    asked = await house.post("要人工")
    house.hand("王", "您好，请讲", thread=asked["message_thread_id"], answering=asked["message_id"])
    await house.until(lambda: any("请讲" in one for one in house.said(ALICE)))
    house.api.state.say(ALICE, "我家表走得太快")
    relayed = await house.post("走得太快")
    return relayed["message_thread_id"], relayed["message_id"]


async def danger(house: House) -> dict[str, object]:
    await house.alice("有人触电倒在地上了", "120")
    return await house.post("紧急")


async def test_a_ticket_has_a_topic_with_a_pinned_card(house: House) -> None:
    card = await danger(house)
    thread = await house.topic("🆘")
    assert card["message_thread_id"] == thread
    assert card["message_id"] in house.group.pinned
    house.api.state.tap(HANDS["王"], "我来处理", chat=GROUP)
    await house.post("由 王 处理")
    await house.until(lambda: house.tickets()[0].state == "taken")
    house.api.state.tap(HANDS["王"], "办结", chat=GROUP)
    await house.until(lambda: "🟢" in house.group.topics[thread].title, tick=True)
    shown = house.group.messages[card["message_id"]]["text"]
    assert "首问" in shown or "王" in shown, "the card at the top was edited in place"
    assert len(house.group.topics) == 1


async def test_only_an_answer_goes_out_and_each_shows_its_fate(house: House) -> None:
    thread, relayed = await speaking(house)
    before = len(house.said(ALICE))
    house.hand("王", "这位客户好像上个月也来过", thread=thread)
    await house.post("没有发给客户")
    house.hand("王", "是的，上个月也来过", thread=thread)
    house.hand("王", "/n 没有工单的备注", thread=thread)
    await house.post("请回复工单消息写 /n")
    line = house.hand("王", "给您约校表", thread=thread, answering=relayed)
    await house.until(lambda: any("约校表" in one for one in house.said(ALICE)))
    assert len([one for one in house.said(ALICE)[before:] if "上个月" in one or "备注" in one]) == 0
    assert len(house.posts("没有发给客户")) == 1, "said once"
    told = await house.until(
        lambda: [
            one
            for one in house.posts("✅ 已送达")
            if one.get("reply_to_message", {}).get("message_id") == line
        ]
    )
    assert told[0]["message_thread_id"] == thread


async def test_slash_r_in_a_topic_needs_no_number(house: House) -> None:
    thread, _ = await speaking(house)
    house.hand("王", "/r 师傅明天上午到", thread=thread)
    await house.until(lambda: any("明天上午" in one for one in house.said(ALICE)))


async def test_a_line_that_did_not_arrive_says_why(house: House) -> None:
    thread, relayed = await speaking(house)
    house.api.state.chat(ALICE).blocked = True
    house.hand("王", "还在吗", thread=thread, answering=relayed)
    told = await house.post("❌ 没有送达")
    assert "拉黑" in told["text"]


async def test_an_edit_follows_and_a_line_can_be_taken_back(house: House) -> None:
    thread, relayed = await speaking(house)
    line = house.hand("王", "明天九点到", thread=thread, answering=relayed)
    await house.until(lambda: any("九点" in one for one in house.said(ALICE)))
    count = len(house.said(ALICE))
    house.api.state.edit(HANDS["王"], line, "明天十点到", group=GROUP)
    await house.until(lambda: any("十点" in one for one in house.said(ALICE)))
    assert not any("九点" in one for one in house.said(ALICE))
    await house.post("修改后")
    house.hand("王", "/undo", thread=thread, answering=line)
    await house.until(lambda: any("撤回了一条消息" in one for one in house.said(ALICE)))
    assert not any("十点" in one for one in house.said(ALICE))
    assert len(house.said(ALICE)) == count, "in its place"


async def test_a_photo_of_a_colleague_is_passed_on(house: House) -> None:
    thread, relayed = await speaking(house)
    answer = {key: one for key, one in house.group.messages[relayed].items() if key != "reply_to_message"}
    house.api.state.photo(
        HANDS["王"],
        "就是这个开关",
        group=GROUP,
        message_thread_id=thread,
        is_topic_message=True,
        reply_to_message=answer,
    )
    customer = house.api.state.chat(ALICE)
    await house.until(lambda: [one for one in customer.messages.values() if "photo" in one])


async def test_a_stranger_in_the_group_may_do_nothing(house: House) -> None:
    thread, relayed = await speaking(house)
    house.api.state.say(999, "我是路人", group=GROUP, thread=thread, answering=relayed)
    await house.post("/staff")
    assert not any("路人" in one for one in house.said(ALICE))
    # Somebody who writes in the group's own name is nobody that we know, either.
    house.api.state.say(
        1087968824, "匿名管理员", group=GROUP, thread=thread, answering=relayed, sender_chat={"id": GROUP}
    )
    await house.until(lambda: house.api.state.acknowledged_below > 0 and not house.api.state.pending)
    assert not any("匿名管理员" in one for one in house.said(ALICE))


@pytest.mark.parametrize("way", ["message thread not found", "TOPIC_DELETED", "silent"])
async def test_a_deleted_topic_is_made_anew_and_nothing_is_lost(house: House, way: str) -> None:
    thread, _ = await speaking(house)
    house.api.state.dead_topics = way
    house.api.state.drop_topic(GROUP, thread)
    house.api.state.say(ALICE, "表上显示多少才算正常")
    relayed = await house.post("才算正常")
    again = relayed["message_thread_id"]
    assert again != thread
    assert again in house.group.topics
    card = await house.until(
        lambda: [one for one in house.group.messages.values() if one["message_id"] in house.group.pinned]
    )
    assert card[-1]["message_thread_id"] == again, "its card is there, pinned"
    assert card[-1]["message_id"] < relayed["message_id"]
    assert len(house.posts("才算正常")) == 1
    house.hand("王", "一天几度算正常", thread=again, answering=relayed["message_id"])
    await house.until(lambda: any("一天几度" in one for one in house.said(ALICE)))
    assert house.rooms()["person:1"].thread == str(again)


async def test_a_closed_topic_is_opened_again(house: House) -> None:
    thread, _ = await speaking(house)
    house.group.topics[thread].closed = True
    house.api.state.say(ALICE, "你们还在吗")
    assert (await house.post("还在吗"))["message_thread_id"] == thread
    assert not house.group.topics[thread].closed


async def test_where_topics_may_not_be_made_all_goes_to_the_group_in_threads(house: House) -> None:
    house.group.may_manage_topics = False
    card = await danger(house)
    assert "message_thread_id" not in card
    house.hand("王", "/take", answering=card["message_id"])
    await house.post("由 王 处理")
    await house.alice("他已经脱离电源了", "")
    more = await house.post("客户补充")
    assert more["reply_to_message"]["message_id"] == card["message_id"]


async def test_a_plain_group_works_by_answers(database: Database, book: Book) -> None:
    async with running(database, book, forum=False) as house:
        await house.alice("转人工", "排在第一位")
        asked = await house.post("要人工")
        assert "message_thread_id" not in asked
        assert house.group.pinned == []
        house.hand("王", "您好，请讲", answering=asked["message_id"])
        await house.until(lambda: any("请讲" in one for one in house.said(ALICE)))
        house.hand("王", "这句是内部的")
        house.api.state.say(ALICE, "我家表走得太快")
        relayed = await house.post("走得太快")
        assert relayed["reply_to_message"]["message_id"] == asked["message_id"]
        assert not any("内部的" in one for one in house.said(ALICE))


async def test_without_a_group_colleagues_work_in_private(database: Database, book: Book) -> None:
    async with running(database, book, group=False) as house:
        await house.alice("有人触电倒在地上了", "120")
        for hand in HANDS.values():
            await house.until(lambda hand=hand: house.said(hand))
        house.api.state.tap(HANDS["李"], "我来处理")
        await house.until(lambda: any("由 李 处理" in one for one in house.said(HANDS["李"])))
        alarm = max(
            one["message_id"]
            for one in house.api.state.chat(HANDS["李"]).messages.values()
            if one["from"]["is_bot"] and "紧急" in one["text"]
        )
        house.api.state.say(HANDS["李"], "我们五分钟到", answering=alarm)
        await house.until(lambda: any("五分钟到" in one for one in house.said(ALICE)))
        await house.until(lambda: any("✅ 已送达" in one for one in house.said(HANDS["李"])))
        # Whoever works here may be a customer, too.
        house.api.state.say(HANDS["王"], "居民阶梯电价分几档")
        await house.until(lambda: any("档" in one for one in house.said(HANDS["王"])[1:]))


SERVICE_MESSAGES = (
    {"new_chat_members": [{"id": 5, "is_bot": False, "first_name": "新"}]},
    {"left_chat_member": {"id": 5, "is_bot": False, "first_name": "旧"}},
    {"new_chat_title": "新名字"},
    {"pinned_message": {"message_id": 1, "date": 1, "chat": {"id": GROUP}, "text": "被置顶的话"}},
    {"forum_topic_created": {"name": "话题", "icon_color": 7322096}},
    {"forum_topic_edited": {"name": "改名"}},
    {"forum_topic_closed": {}},
    {"forum_topic_reopened": {}},
    {"general_forum_topic_hidden": {}},
    {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}},
    {"video_chat_started": {}},
)


async def test_what_telegram_reports_is_never_passed_on(house: House) -> None:
    thread, relayed = await speaking(house)
    before = len(house.said(ALICE))
    for content in SERVICE_MESSAGES:
        house.api.state.service(HANDS["王"], GROUP, thread=thread, answering=relayed, **content)
    house.hand("王", "收尾", thread=thread, answering=relayed)
    await house.until(lambda: any("收尾" in one for one in house.said(ALICE)))
    assert len(house.said(ALICE)) == before + 1


@pytest.mark.parametrize("method", ["createForumTopic", "sendMessage", "pinChatMessage", "editForumTopic"])
@pytest.mark.parametrize(("kind", "seconds"), [("drop", 0), ("error", 0), ("flood", 1)])
async def test_what_goes_wrong_on_the_way_loses_nothing(
    house: House, method: str, kind: Kind, seconds: float
) -> None:
    house.api.state.faults.add(Fault(kind=kind, method=method, seconds=seconds, chat=GROUP))
    card = await danger(house)
    assert card["message_thread_id"] in house.group.topics
    house.api.state.tap(HANDS["王"], "我来处理", chat=GROUP)
    await house.post("由 王 处理")
    await house.until(lambda: all(one.state == "sent" for one in house.outgoing() if one.room), tick=True)
