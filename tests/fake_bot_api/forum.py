"""Topics of a forum, pinned messages and reactions, with Telegram's refusals and its silences."""

from typing import Any

from tests.fake_bot_api.limits import arrive
from tests.fake_bot_api.refusals import bad
from tests.fake_bot_api.state import BOT, Chat, State, Topic

Given = dict[str, Any]

COLOURS = (7322096, 16766590, 13338331, 9367192, 16749490, 16478047)
# Neither a tick nor a cross is among them.
REACTIONS = frozenset(
    "👍👎❤🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾😡"
)


def thread_for(state: State, chat: Chat, given: Given) -> int | None:
    """Return the topic that a message goes into, None for the general one; refuse where it cannot.

    A topic that was deleted is refused in one of two ways, or the message goes to the general topic without
    a word, as `state.dead_topics` says.
    """
    thread = given.get("message_thread_id")
    if thread is None:
        return None
    topic = chat.topics.get(int(thread))
    if topic is None:
        if chat.forum and state.dead_topics == "silent":
            return None
        raise bad(state.dead_topics if chat.forum and state.dead_topics else "message thread not found")
    if topic.closed:
        raise bad("TOPIC_CLOSED")
    return int(thread)


def answered(chat: Chat, given: Given) -> Given | None:
    """Return the message that a message answers, or None; refuse where it is not there."""
    wanted = given.get("reply_parameters")
    if not isinstance(wanted, dict):
        return None
    found = chat.messages.get(int(wanted.get("message_id", 0)))
    if found is None and not wanted.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    # What the answered message itself answered is not shown again.
    hidden = ("reply_to_message", "silent", "reply_markup")
    return None if found is None else {key: one for key, one in found.items() if key not in hidden}


def create_topic(state: State, given: Given) -> Given:
    """Open a topic of a forum; its first message counts like any other."""
    chat = state.writable(given.get("chat_id"))
    if not chat.forum:
        raise bad("the chat is not a forum")
    if not chat.may_manage_topics:
        raise bad("not enough rights to create a topic")
    if not 1 <= len(str(given.get("name") or "")) <= 128:
        raise bad("TOPIC_TITLE_EMPTY")
    colour = int(given.get("icon_color") or COLOURS[0])
    if colour not in COLOURS:
        raise bad("ICON_COLOR_INVALID")
    arrive(state.limits, chat.id)
    created = {"name": given["name"], "icon_color": colour}
    message = state.new_message(chat, BOT, forum_topic_created=created)
    thread = message["message_id"]
    message |= {"message_thread_id": thread, "is_topic_message": True}
    chat.topics[thread] = Topic(title=given["name"], colour=colour)
    return {"message_thread_id": thread, **created}


def _topic(state: State, given: Given) -> tuple[Chat, Topic]:
    chat = state.writable(given.get("chat_id"))
    found = chat.topics.get(int(given.get("message_thread_id") or 0))
    if found is None:
        raise bad("TOPIC_ID_INVALID")
    if not chat.may_manage_topics:
        raise bad("not enough rights to manage topics")
    return chat, found


def edit_topic(state: State, given: Given) -> bool:
    """Give a topic another title."""
    _, topic = _topic(state, given)
    title = str(given.get("name") or topic.title)
    if len(title) > 128:
        raise bad("TOPIC_TITLE_TOO_LONG")
    if title == topic.title:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.title = title
    return True


def _close(state: State, given: Given, *, closed: bool) -> bool:
    _, topic = _topic(state, given)
    if topic.closed == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    topic.closed = closed
    return True


def close_topic(state: State, given: Given) -> bool:
    """Close a topic."""
    return _close(state, given, closed=True)


def reopen_topic(state: State, given: Given) -> bool:
    """Open a closed topic again."""
    return _close(state, given, closed=False)


def delete_topic(state: State, given: Given) -> bool:
    """Delete a topic with everything in it."""
    chat, _ = _topic(state, given)
    state.drop_topic(chat.id, int(given["message_thread_id"]))
    return True


def pin(state: State, given: Given) -> bool:
    """Keep a message at the top."""
    chat = state.writable(given.get("chat_id"))
    if not chat.may_pin:
        raise bad("not enough rights to manage pinned messages in the chat")
    number = int(given.get("message_id") or 0)
    if number not in chat.messages:
        raise bad("message to pin not found")
    chat.pinned.append(number)
    return True


def react(state: State, given: Given) -> bool:
    """Set our reaction to a message."""
    chat = state.writable(given.get("chat_id"))
    if int(given.get("message_id") or 0) not in chat.messages:
        raise bad("message to react not found")
    wanted = given.get("reaction") or []
    if len(wanted) > 1:
        raise bad("REACTIONS_TOO_MANY")
    if any(one.get("type") != "emoji" or one.get("emoji") not in REACTIONS for one in wanted):
        raise bad("REACTION_INVALID")
    chat.messages[int(given["message_id"])]["reaction"] = wanted
    return True


def get_chat(state: State, given: Given) -> Given:
    """Return a chat."""
    chat = state.writable(given.get("chat_id"))
    found = {**chat.document, "accent_color_id": 0, "max_reaction_count": 11}
    return {**found, "is_forum": True} if chat.forum else found


METHODS = {
    "createForumTopic": create_topic,
    "editForumTopic": edit_topic,
    "closeForumTopic": close_topic,
    "reopenForumTopic": reopen_topic,
    "deleteForumTopic": delete_topic,
    "pinChatMessage": pin,
    "setMessageReaction": react,
    "getChat": get_chat,
}
