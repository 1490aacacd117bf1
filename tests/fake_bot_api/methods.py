"""The methods of the Bot API that the server knows, each as strict as Telegram."""

from collections.abc import Callable
from typing import Any

from tests.fake_bot_api import forum
from tests.fake_bot_api.limits import arrive
from tests.fake_bot_api.markup import checked_keyboard, checked_text
from tests.fake_bot_api.refusals import Refusal, bad
from tests.fake_bot_api.state import BOT, QUERY_SECONDS, Chat, State

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
PHOTO_BYTES = 10 * 1024 * 1024
UPLOAD_BYTES = 50 * 1024 * 1024
DOWNLOAD_BYTES = 20 * 1024 * 1024

Given = dict[str, Any]


def _arrive(state: State, chat: Chat) -> None:
    arrive(state.limits, chat.id)


def _post(state: State, given: Given, method: str, said: str, **content: Any) -> Given:
    chat = state.writable(given.get("chat_id"))
    thread = forum.thread_for(state, chat, given)
    answered = forum.answered(chat, given)
    markup = checked_keyboard(given.get("reply_markup"), private=chat.id > 0)
    _arrive(state, chat)
    message = state.new_message(
        chat,
        BOT,
        reply_markup=markup,
        message_thread_id=thread,
        is_topic_message=True if thread is not None else None,
        reply_to_message=answered,
        silent=given.get("disable_notification") or None,
        **content,
    )
    state.accept(method, chat.id, message, said)
    return _shown(message)


def _shown(message: Given) -> Given:
    """Return a message as the Bot API shows it: reply keyboards do not come back, nor do our own notes."""
    found = {key: value for key, value in message.items() if key != "silent"}
    if "inline_keyboard" not in (found.get("reply_markup") or {}):
        found.pop("reply_markup", None)
    return found


def send_message(state: State, given: Given) -> Given:
    """Post a text."""
    text = checked_text(given.get("text"), given.get("parse_mode"), limit=TEXT_UNITS)
    return _post(state, given, "sendMessage", text, text=text)


def _upload(state: State, given: Given, key: str, most: int) -> Given:
    found = given.get(key)
    if isinstance(found, str) and found.startswith("attach://"):
        found = given.get(found.removeprefix("attach://"))
    if isinstance(found, tuple):
        name, content = found
        if len(content) > most:
            raise Refusal(413, "Request Entity Too Large")
        file_id = f"file-{len(state.files) + 1}"
        state.files[file_id] = (name, content, len(content))
        state.sorts[file_id] = key
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), "file_name": name}
    if not isinstance(found, str) or (found not in state.files and not found.startswith("http")):
        raise bad("wrong file identifier/HTTP URL specified")
    sort = state.sorts.get(found, key)
    if sort != key:
        raise bad(f"can't use file of type {sort.title()} as {key.title()}")
    return {"file_id": found, "file_unique_id": found}


def send_photo(state: State, given: Given) -> Given:
    """Post a photo."""
    caption = checked_text(given.get("caption"), given.get("parse_mode"), limit=CAPTION_UNITS, empty=True)
    size = {**_upload(state, given, "photo", PHOTO_BYTES), "width": 90, "height": 90}
    return _post(state, given, "sendPhoto", caption, photo=[size], caption=caption or None)


def _sending(name: str, key: str) -> Callable[[State, Given], Given]:
    """Return the method that posts a file of one sort."""

    def method(state: State, given: Given) -> Given:
        caption = checked_text(given.get("caption"), given.get("parse_mode"), limit=CAPTION_UNITS, empty=True)
        if key == "video_note" and caption:
            raise bad("a round film has no caption")
        sent = {**_upload(state, given, key, UPLOAD_BYTES), "duration": 1, "width": 90, "height": 90}
        if key == "video_note":
            sent["length"] = 90
        return _post(state, given, name, caption, **{key: sent}, caption=caption or None)

    return method


def send_media_group(state: State, given: Given) -> list[Given]:
    """Post an album."""
    media = given.get("media")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise bad("there must be from 2 to 10 media in an album")
    sorts = {one.get("type") for one in media}
    if len(sorts) > 1 and not sorts <= {"photo", "video"}:
        raise bad("these media cannot stand in one album")
    uploaded = []
    for one in media:
        checked_text(one.get("caption"), one.get("parse_mode"), limit=CAPTION_UNITS, empty=True)
        sort = one["type"]
        found = _upload(state, {**given, sort: one.get("media")}, sort, UPLOAD_BYTES)
        found |= {"width": 90, "height": 90, "duration": 1}
        uploaded.append((sort, [found] if sort == "photo" else found, one.get("caption", "")))
    group = f"album-{len(state.accepted)}"
    chat = state.writable(given.get("chat_id"))
    _arrive(state, chat)
    posted = []
    for sort, found, caption in uploaded:
        message = state.new_message(
            chat,
            BOT,
            message_thread_id=forum.thread_for(state, chat, given),
            media_group_id=group,
            caption=caption or None,
            **{sort: found},
        )
        state.accept("sendMediaGroup", chat.id, message, caption)
        posted.append(_shown(message))
    return posted


def _editable(state: State, given: Given) -> tuple[Chat, Given]:
    chat = state.writable(given.get("chat_id"))
    message = chat.messages.get(int(given.get("message_id", 0)))
    if message is None:
        raise bad("message to edit not found")
    if not message["from"]["is_bot"]:
        raise bad("message can't be edited")
    markup = message.get("reply_markup")
    if markup is not None and "inline_keyboard" not in markup:
        raise bad("message can't be edited")
    return chat, message


def _edit(state: State, given: Given, method: str, **changes: Any) -> Given:
    chat, message = _editable(state, given)
    if "text" in changes and "text" not in message:
        raise bad("there is no text in the message to edit")
    changes["reply_markup"] = checked_keyboard(given.get("reply_markup"), private=chat.id > 0)
    if all(message.get(key) == value for key, value in changes.items()):
        raise bad(
            "message is not modified: specified new message content and reply markup are exactly the same "
            "as a current content and reply markup of the message"
        )
    _arrive(state, chat)
    message.update(changes)
    message["edit_date"] = message["date"] + 1
    if message["reply_markup"] is None:
        del message["reply_markup"]
    state.accept(method, chat.id, message, message.get("text", ""))
    return _shown(message)


def edit_text(state: State, given: Given) -> Given:
    """Write another text into a message."""
    text = checked_text(given.get("text"), given.get("parse_mode"), limit=TEXT_UNITS)
    return _edit(state, given, "editMessageText", text=text)


def edit_markup(state: State, given: Given) -> Given:
    """Put other buttons under a message."""
    return _edit(state, given, "editMessageReplyMarkup")


def delete_message(state: State, given: Given) -> bool:
    """Delete a message."""
    chat = state.writable(given.get("chat_id"))
    number = int(given.get("message_id", 0))
    if chat.messages.pop(number, None) is None:
        raise bad("message to delete not found")
    chat.deleted.append(number)
    return True


def answer_query(state: State, given: Given) -> bool:
    """Answer a tap: once, and in time."""
    query = str(given.get("callback_query_id"))
    tapped_at, answered = state.queries.get(query, (float("-inf"), True))
    if answered or state.clock() - tapped_at > QUERY_SECONDS:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    state.queries[query] = (tapped_at, True)
    return True


def set_commands(state: State, given: Given) -> bool:
    """Keep a list of commands for a scope."""
    listed = given.get("commands")
    if not isinstance(listed, list) or len(listed) > 100:
        raise bad("can't parse commands")
    for one in listed:
        name, text = one.get("command", ""), one.get("description", "")
        if not (1 <= len(name) <= 32 and name == name.lower() and name.replace("_", "").isalnum()):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(text) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    scope = given.get("scope") or {"type": "default"}
    state.commands[f"{scope['type']}:{scope.get('chat_id', '')}"] = listed
    return True


def set_webhook(state: State, given: Given) -> bool:
    """Send updates to an address from now on."""
    url = str(given.get("url") or "")
    if given.get("drop_pending_updates"):
        state.pending.clear()
    state.webhook = {"url": url, "secret": given.get("secret_token")} if url else None
    state.news.set()
    return True


def delete_webhook(state: State, given: Given) -> bool:
    """Stop sending updates."""
    return set_webhook(state, {"drop_pending_updates": given.get("drop_pending_updates")})


def webhook_info(state: State, _given: Given) -> Given:
    """Return where updates go and how many wait."""
    url = state.webhook["url"] if state.webhook else ""
    return {"url": url, "has_custom_certificate": False, "pending_update_count": len(state.pending)}


def get_file(state: State, given: Given) -> Given:
    """Say where a file can be fetched."""
    found = state.files.get(str(given.get("file_id")))
    if found is None:
        raise bad("invalid file_id")
    if found[2] > DOWNLOAD_BYTES:
        raise bad("file is too big")
    return {"file_id": given["file_id"], "file_unique_id": "u", "file_path": f"files/{given['file_id']}"}


METHODS: dict[str, Callable[[State, Given], Any]] = {
    "getMe": lambda _state, _given: {**BOT, "can_join_groups": True},
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendDocument": _sending("sendDocument", "document"),
    "sendVideo": _sending("sendVideo", "video"),
    "sendVideoNote": _sending("sendVideoNote", "video_note"),
    "sendVoice": _sending("sendVoice", "voice"),
    "sendAudio": _sending("sendAudio", "audio"),
    "sendMediaGroup": send_media_group,
    "sendChatAction": lambda state, given: bool(state.writable(given.get("chat_id"))),
    "editMessageText": edit_text,
    "editMessageReplyMarkup": edit_markup,
    "deleteMessage": delete_message,
    "answerCallbackQuery": answer_query,
    "setMyCommands": set_commands,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": webhook_info,
    "getFile": get_file,
    **forum.METHODS,
}
BY_LOWER_NAME = {name.lower(): name for name in METHODS} | {"getupdates": "getUpdates"}
