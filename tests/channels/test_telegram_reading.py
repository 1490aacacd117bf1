"""Every kind of update, as the desk gets to know it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.channels.telegram.reading import SERVICE, clean, read, way_of
from handlers.messages import Attachment, Location, Message, PhoneContact

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)
SENT = datetime(2026, 5, 4, 3, 2, 0, tzinfo=UTC)
ALICE = {"id": 4711, "is_bot": False, "first_name": "小", "last_name": "李"}
PRIVATE = {"id": 4711, "type": "private"}
STAFF = {"id": -100200300, "type": "supergroup"}


def a_message(chat: dict[str, Any] = PRIVATE, **content: Any) -> dict[str, Any]:
    return {"message_id": 9, "from": ALICE, "chat": chat, "date": int(SENT.timestamp()), **content}


def heard(update: dict[str, Any]) -> Message | None:
    chat = str((update.get("message") or {"chat": PRIVATE})["chat"]["id"])
    return read(update, "77", NOW, address=chat, staff_chats=(STAFF["id"],))


def hear(chat: dict[str, Any] = PRIVATE, **content: Any) -> Message:
    found = heard({"update_id": 77, "message": a_message(chat, **content)})
    assert found is not None
    return found


def test_a_text():
    assert hear(text="停电了") == Message("telegram", "4711", "77", SENT, text="停电了", ref="9")


def test_what_deceives_the_eye_or_cannot_be_stored_is_taken_out():
    assert hear(text="停\x00电\u202e了\ud83d\u2066。").text == "停电了。"
    assert clean({"a": ["x\x00", {"b\x00": 1}]}) == {"a": ["x", {"b": 1}]}


def test_the_largest_photo_with_its_caption_and_album():
    sizes = [
        {"file_id": "small", "width": 90, "height": 90, "file_size": 900},
        {"file_id": "large", "width": 1280, "height": 960, "file_size": 90_000},
        {"file_id": "middle", "width": 320, "height": 240, "file_size": 9_000},
    ]
    message = hear(photo=sizes, caption="电表坏了", media_group_id="g1")
    assert message.text == "电表坏了"
    assert message.attachments == (Attachment("photo", "large", 90_000, group="g1"),)


@pytest.mark.parametrize(
    ("key", "found", "kind", "ref"),
    [
        ("video", {}, "video", "f"),
        ("video_note", {}, "video", "video_note:f"),
        ("voice", {"mime_type": "audio/ogg"}, "voice", "f"),
        ("audio", {"mime_type": "audio/mpeg"}, "file", "audio:f"),
        ("document", {"mime_type": "application/pdf"}, "file", "f"),
        ("document", {"mime_type": "image/png"}, "photo", "document:f"),
        ("document", {"mime_type": "video/mp4"}, "video", "document:f"),
        ("document", {}, "file", "f"),
    ],
)
def test_evidence_of_every_kind(key: str, found: dict[str, Any], kind: str, ref: str):
    message = hear(**{key: {"file_id": "f", "file_size": 5, "file_name": "a.b", **found}})
    assert [(one.kind, one.ref, one.name, one.too_large) for one in message.attachments] == [
        (kind, ref, "a.b", False)
    ]
    assert way_of(kind, ref) == (key, "f")  # it is sent on as what it came as


@pytest.mark.parametrize(("size", "too_large"), [(20 * 1024 * 1024, False), (20 * 1024 * 1024 + 1, True)])
def test_a_file_that_telegram_will_not_hand_over(size: int, too_large: bool):
    message = hear(video={"file_id": "f", "file_size": size}, caption="起火")
    assert message.text == "起火"
    assert message.attachments[0].too_large is too_large


@pytest.mark.parametrize(
    "content",
    [
        {"sticker": {"file_id": "s"}},
        {"animation": {"file_id": "a"}, "document": {"file_id": "a"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"poll": {"id": "1"}},
        {"story": {"id": 1}},
    ],
)
def test_wordless_things_still_reach_the_desk(content: dict[str, Any]):
    message = hear(**content)
    assert (message.text, message.attachments) == ("", ())


def test_a_place():
    point = {"latitude": 31.2, "longitude": 121.5}
    assert hear(location=point).location == Location(31.2, 121.5)
    venue = {"location": point, "title": "阳光花园", "address": "春风路8号"}
    assert hear(location=point, venue=venue).location == Location(31.2, 121.5, "阳光花园 春风路8号")


@pytest.mark.parametrize(("owner", "own"), [(4711, True), (12, False), (None, False)])
def test_a_phone_number_is_vouched_for_only_when_it_is_the_senders(owner: int | None, own: bool):
    card = {"phone_number": "+8613900000000", "first_name": "李"}
    if owner is not None:
        card["user_id"] = owner  # type: ignore[assignment]
    assert hear(contact=card).contact == PhoneContact("+8613900000000", own)


def test_a_correction_is_marked_and_a_moving_position_is_not_repeated():
    changed = a_message(text="3号楼", edit_date=int(NOW.timestamp()))
    message = heard({"edited_message": changed})
    assert message is not None
    assert (message.edited, message.text, message.sent_at) == (True, "3号楼", NOW)
    assert heard({"edited_message": a_message(location={"latitude": 1.0, "longitude": 2.0})}) is None


def test_a_tap_also_under_a_message_that_is_gone():
    tap = {
        "id": "q",
        "from": ALICE,
        "data": "tok:3",
        "message": {"chat": PRIVATE, "message_id": 1, "date": 0},
    }
    expected = Message("telegram", "4711", "77", NOW, choice="tok:3")
    assert heard({"callback_query": tap}) == expected
    del tap["message"]
    assert heard({"callback_query": tap}) == expected
    assert heard({"callback_query": {"id": "q", "from": ALICE, "game_short_name": "g"}}) is None


def test_a_tap_in_the_staff_group_names_the_colleague():
    tap = {"id": "q", "from": ALICE, "data": "t:0", "message": a_message(STAFF)}
    message = read({"callback_query": tap}, "77", NOW, address="s", staff_chats=(STAFF["id"],))
    assert message is not None
    assert (message.member, message.member_name, message.choice) == ("4711", "小 李", "t:0")


@pytest.mark.parametrize(
    ("status", "event"), [("kicked", "blocked"), ("member", "unblocked"), ("restricted", None)]
)
def test_blocking(status: str, event: str | None):
    change = {"chat": PRIVATE, "from": ALICE, "date": 1, "new_chat_member": {"status": status}}
    message = heard({"my_chat_member": change})
    assert (message.event if message else None) == event
    assert heard({"my_chat_member": {**change, "chat": STAFF}}) is None


def test_an_answer_in_the_staff_group_says_what_it_answers():
    message = hear(STAFF, text="马上到", reply_to_message={"message_id": 55})
    assert (message.member, message.reply_to) == ("4711", "55")
    in_topic = {"message_id": 3, "forum_topic_created": {"name": "x"}}
    assert hear(STAFF, text="马上到", reply_to_message=in_topic).reply_to is None


@pytest.mark.parametrize(
    "update",
    [
        {"message": a_message(pinned_message={"message_id": 3})},
        {"message": a_message(STAFF, new_chat_members=[ALICE])},
        {"message": a_message(STAFF, forum_topic_created={"name": "x"})},
        {"message": a_message({"id": -5, "type": "group"}, text="大家好")},
        {"message": {**a_message(STAFF, text="bot"), "from": {"id": 1, "is_bot": True}}},
        {"channel_post": a_message(text="x")},
        {"message": a_message()},
        {},
    ],
)
def test_nothing_for_the_desk(update: dict[str, Any]):
    assert heard(update) is None


@pytest.mark.parametrize("key", sorted(SERVICE))
def test_what_telegram_reports_about_a_chat_is_nobodys_word(key: str):
    content: dict[str, Any] = {key: {"message_id": 1, "text": "被置顶的话"}, "text": "看起来像一句话"}
    assert heard({"update_id": 77, "message": a_message(STAFF, **content)}) is None
    assert heard({"update_id": 77, "message": a_message(PRIVATE, **content)}) is None


def test_in_the_groups_name_nobody_is_known():
    anonymous = {"sender_chat": {"id": STAFF["id"], "title": "客服群"}, "text": "您好"}
    found = hear(STAFF, **anonymous)
    assert found.member == f"chat:{STAFF['id']}"
    forwarded = a_message(STAFF, **anonymous, is_automatic_forward=True)
    assert heard({"update_id": 77, "message": forwarded}) is None


def test_a_tap_knows_its_topic_and_an_answer_whose_message_it_answers():
    under = {"message_id": 3, "chat": STAFF, "message_thread_id": 12, "is_topic_message": True}
    query = {"id": "q", "from": ALICE, "message": under, "data": "tok:0"}
    tapped = read(
        {"update_id": 77, "callback_query": query}, "77", NOW, address="-1", staff_chats=(STAFF["id"],)
    )
    assert tapped is not None
    assert tapped.thread == "12"
    ours = hear(STAFF, text="好", reply_to_message={"message_id": 3, "from": {"id": 1, "is_bot": True}})
    assert ours.reply_to_us
    theirs = hear(STAFF, text="好", reply_to_message={"message_id": 3, "from": ALICE})
    assert (theirs.reply_to, theirs.reply_to_us) == ("3", False)
