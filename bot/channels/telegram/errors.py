"""What an error of the Bot API means for a message: try again, give up, move, or nobody can know."""

import math
from datetime import timedelta

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.transport import NotSent
from bot.delivery import (
    ChannelBroken,
    DeliveryError,
    Moved,
    NotNow,
    Uncertain,
    Undeliverable,
    Unreachable,
)

# What the server says where a chat cannot be written to, whatever the message.
_NOBODY_THERE = (
    "chat not found",
    "user not found",
    "deactivated",
    "peer_id_invalid",
    "chat_write_forbidden",
    "not enough rights",
    "have no rights",
    "user is deleted",
    "bot was kicked",
    "bot was blocked",
    "not a member",
)
_NO_LONGER_THERE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "message to be replied not found",
)
# Two ways to say that somebody deleted a topic; a third is to post into the general topic and say nothing.
_TOPIC_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
_TOPIC_CLOSED = ("topic_closed",)
_NO_TOPICS = ("not a forum", "chat_not_forum", "not enough rights", "have no rights", "admin_required")
RETRY_SECONDS = 1.0
LONGEST_REASON = 200


def retry_seconds(error: RetryAfter) -> float:
    """Return how many seconds the server wants us to wait."""
    found = error.retry_after
    return found.total_seconds() if isinstance(found, timedelta) else float(found)


def meaning(error: TelegramError) -> DeliveryError:
    """Return what became of a message whose sending raised this error."""
    said = str(error)[:LONGEST_REASON]  # it may hold a whole page of something in between
    match error:
        case NotSent():
            return NotNow(said, RETRY_SECONDS)
        case RetryAfter():
            return NotNow(said, float(math.ceil(retry_seconds(error))))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable(said)
        # BadRequest is a kind of NetworkError to the library: asked later it would be tried for ever.
        case BadRequest():
            if any(one in said.lower() for one in _NOBODY_THERE):
                return Unreachable(said)
            return Undeliverable(said)
        case InvalidToken():
            # Also what an empty 404 from something in between looks like, so the queue must be kept.
            return ChannelBroken(said)
        case _:
            return Uncertain(said)


def is_topic_gone(error: BadRequest) -> bool:
    """Tell whether the topic that was written to has been deleted."""
    return any(one in str(error).lower() for one in _TOPIC_GONE)


def is_topic_closed(error: BadRequest) -> bool:
    """Tell whether the topic that was written to is closed."""
    return any(one in str(error).lower() for one in _TOPIC_CLOSED)


def are_topics_refused(error: TelegramError) -> bool:
    """Tell whether we may not open topics, or the group has none."""
    return any(one in str(error).lower() for one in _NO_TOPICS)


def is_unreadable_markup(error: BadRequest) -> bool:
    """Tell whether the server could not read our markup."""
    return "can't parse entities" in str(error).lower()


def is_unchanged(error: BadRequest) -> bool:
    """Tell whether an edit would have changed nothing."""
    return "message is not modified" in str(error).lower()


def is_gone(error: BadRequest) -> bool:
    """Tell whether the message that was to be edited is no longer there or no longer ours to edit."""
    said = str(error).lower()
    return any(one in said for one in _NO_LONGER_THERE)
