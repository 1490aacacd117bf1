"""Files on Telegram: fetched within limits, sent on as what they came as, and never lost without a word."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.channels.telegram.channel import TelegramChannel
from bot.delivery import DeliveryError, FileGone, FileTooLarge, Place, Unreachable
from bot.files import MEGABYTE, FileStore
from handlers.messages import Choice, Enclosure, Reply
from tests.channels.conftest import STAFF
from tests.fake_bot_api import TOKEN, FakeBotApi, Fault
from tests.pictures import EXE, MAKER, MP4, OGG, PDF, jpeg

ALICE = 4711


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", most_bytes=20 * MEGABYTE, most_pixels=4_000_000)


@pytest_asyncio.fixture
async def channel(api: FakeBotApi, store: FileStore) -> AsyncIterator[TelegramChannel]:
    one = TelegramChannel(TOKEN, api.root, 1000.0, 1, STAFF, store=store)
    yield one
    await one.close()


def stored(store: FileStore, content: bytes, kind: Any = "photo", name: str = "") -> Enclosure:
    return Enclosure(kind, "web", "", content_hash=store.keep(content).content_hash, name=name)


def of_telegram(kind: Any, ref: str) -> Enclosure:
    return Enclosure(kind, "telegram", ref)


async def send(channel: TelegramChannel, text: str, *enclosures: Enclosure, **more: Any) -> str | None:
    return await channel.send(str(STAFF), "tok", Reply(text, enclosures=enclosures, **more), replaces=None)


def in_group(api: FakeBotApi) -> list[dict[str, Any]]:
    return list(api.state.chat(STAFF).messages.values())


# -- fetching


async def test_a_file_is_fetched_whole(channel: TelegramChannel, api: FakeBotApi):
    photo = jpeg()
    file_id = api.state.send_file(ALICE, "photo", photo)
    assert await channel.fetch(file_id, most_bytes=len(photo)) == photo
    assert await channel.fetch(f"document:{file_id}", most_bytes=len(photo)) == photo


async def test_what_is_too_large_is_not_read_to_its_end(channel: TelegramChannel, api: FakeBotApi):
    photo = jpeg()
    file_id = api.state.send_file(ALICE, "photo", photo)
    with pytest.raises(FileTooLarge):
        await channel.fetch(file_id, most_bytes=len(photo) - 1)
    understated = api.state.send_file(ALICE, "video", MP4 + bytes(MEGABYTE), size=100)
    with pytest.raises(FileTooLarge):
        await channel.fetch(understated, most_bytes=MEGABYTE)
    huge = api.state.send_file(ALICE, "video", MP4, size=21 * MEGABYTE)
    with pytest.raises(FileTooLarge):
        await channel.fetch(huge, most_bytes=50 * MEGABYTE)


async def test_a_file_that_is_gone_is_gone_and_a_fault_may_pass(channel: TelegramChannel, api: FakeBotApi):
    with pytest.raises(FileGone):
        await channel.fetch("never-seen", most_bytes=MEGABYTE)
    file_id = api.state.send_file(ALICE, "photo", jpeg())
    api.state.faults.add(Fault("drop", method="getFile", times=1))
    with pytest.raises(DeliveryError) as fault:
        await channel.fetch(file_id, most_bytes=MEGABYTE)
    assert not isinstance(fault.value, FileGone | FileTooLarge)
    assert TOKEN not in str(fault.value)
    assert await channel.fetch(file_id, most_bytes=MEGABYTE) == jpeg()


# -- sending


@pytest.mark.parametrize(
    ("sort", "kind", "ref", "content"),
    [
        ("photo", "photo", "{}", jpeg()),
        ("video", "video", "{}", MP4),
        ("voice", "voice", "{}", OGG),
        ("audio", "file", "audio:{}", b"ID3" + bytes(64)),
    ],
)
async def test_what_telegram_has_goes_by_its_name_with_the_words_under_it(
    channel: TelegramChannel, api: FakeBotApi, sort: str, kind: str, ref: str, content: bytes
):
    file_id = api.state.send_file(ALICE, sort, content)
    key = await send(
        channel, "**客户7**：看这个", of_telegram(kind, ref.format(file_id)), choices=(Choice("结束", "x"),)
    )
    [message] = in_group(api)
    assert key == str(message["message_id"])  # whoever answers the photo answers the customer
    assert message["caption"] == "客户7：看这个"
    sent = message[sort][0] if sort == "photo" else message[sort]
    assert sent["file_id"] == file_id
    assert message["reply_markup"]["inline_keyboard"][0][0]["text"] == "结束"


async def test_a_round_film_stands_below_its_words(channel: TelegramChannel, api: FakeBotApi):
    file_id = api.state.send_file(ALICE, "video_note", MP4)
    key = await send(channel, "看这个", of_telegram("video", f"video_note:{file_id}"))
    words, film = in_group(api)
    assert (words["text"], film["video_note"]["file_id"]) == ("看这个", file_id)
    assert key == str(words["message_id"])


async def test_a_photo_sent_as_a_document_is_written_anew(channel: TelegramChannel, api: FakeBotApi):
    file_id = api.state.send_file(
        ALICE, "document", jpeg(placed=True), name="IMG.jpg", media_type="image/jpeg"
    )
    await send(channel, "看", of_telegram("photo", f"document:{file_id}"))
    [message] = in_group(api)
    name, content, _ = api.state.files[message["photo"][0]["file_id"]]
    assert content.startswith(b"\xff\xd8\xff")
    assert MAKER.encode() not in content
    assert name.endswith(".jpg")


async def test_a_program_in_disguise_is_not_passed_on_and_the_words_say_so(
    channel: TelegramChannel, api: FakeBotApi
):
    file_id = api.state.send_file(ALICE, "document", EXE, name="合同.pdf", media_type="application/pdf")
    await send(channel, "合同在这", of_telegram("file", file_id))
    [message] = in_group(api)
    assert message["text"] == "合同在这\n（有1个附件没能送达）"


async def test_from_the_web_files_go_out_of_our_store(
    channel: TelegramChannel, api: FakeBotApi, store: FileStore
):
    await send(channel, "网页客户：合同", stored(store, PDF, "file", "购房合同.pdf"))
    [message] = in_group(api)
    name, content, _ = api.state.files[message["document"]["file_id"]]
    assert (name, content) == ("购房合同.pdf", PDF)


async def test_an_album_stands_together_below_its_words(
    channel: TelegramChannel, api: FakeBotApi, store: FileStore
):
    photos = [stored(store, jpeg(colour=colour)) for colour in ("red", "green", "blue")]
    key = await send(channel, "📎 3张照片", *photos, stored(store, PDF, "file", "a.pdf"))
    words, *album, document = in_group(api)
    assert words["text"] == "📎 3张照片"
    assert key == str(words["message_id"])
    assert len({one["media_group_id"] for one in album}) == 1
    assert len(album) == 3
    assert "document" in document


async def test_long_words_stand_above_and_are_never_cut_for_a_photo(
    channel: TelegramChannel, api: FakeBotApi, store: FileStore
):
    text = "电" * 1025
    await send(channel, text, stored(store, jpeg()))
    words, photo = in_group(api)
    assert words["text"] == text
    assert "caption" not in photo
    short = "电" * 1024
    await send(channel, short, stored(store, jpeg()))
    assert in_group(api)[-1]["caption"] == short


async def test_a_file_that_is_refused_does_not_take_the_words_with_it(
    channel: TelegramChannel, api: FakeBotApi, store: FileStore
):
    await send(channel, "看这个", of_telegram("photo", "not-a-file"))
    assert in_group(api)[-1]["text"] == "看这个\n（有1个附件没能送达）"
    await send(channel, "看这些", of_telegram("photo", "not-a-file"), of_telegram("photo", "nor-this"))
    assert [one["text"] for one in in_group(api)[-2:]] == ["看这些", "（有2个附件没能送达）"]
    await send(channel, "没有了", Enclosure("photo", "web", "", content_hash="0" * 64))
    assert in_group(api)[-1]["text"] == "没有了\n（有1个附件没能送达）"


async def test_a_customer_who_has_blocked_us_is_still_told_apart(
    channel: TelegramChannel, api: FakeBotApi, store: FileStore
):
    api.state.chat(ALICE).blocked = True
    with pytest.raises(Unreachable):
        await channel.send(str(ALICE), "tok", Reply("看", enclosures=(stored(store, jpeg()),)), replaces=None)


async def test_files_go_into_the_topic_of_their_words(
    channel: TelegramChannel, api: FakeBotApi, store: FileStore
):
    api.state.chat(STAFF).forum = True
    thread = await channel.open_topic(str(STAFF), "工单", 7322096)
    reply = Reply("两张", enclosures=(stored(store, jpeg()), stored(store, jpeg(colour="blue"))))
    await channel.send_to(str(STAFF), "tok", reply, replaces=None, place=Place(thread))
    posted = [one for one in in_group(api) if "forum_topic_created" not in one]
    assert {str(one["message_thread_id"]) for one in posted} == {thread}
    assert len(posted) == 3
