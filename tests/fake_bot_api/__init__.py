"""A Bot API server for tests: it refuses what Telegram refuses and misbehaves as networks do."""

from tests.fake_bot_api.faults import Fault
from tests.fake_bot_api.server import FakeBotApi
from tests.fake_bot_api.state import TOKEN, State

__all__ = ["TOKEN", "FakeBotApi", "Fault", "State"]
