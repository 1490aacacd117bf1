"""A whole repair from the first word to the confirmed end, with an album, a handover and a survey.

Run as `python -m tests.black_box.whole_repair`: it starts a Bot API server and the program, plays customer
and colleague over HTTP, and prints each step. A power failure in the middle is part of the story.
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.black_box.house import GROUP, Customer, House, TelegramPerson, WebCustomer, is_offered, sees
from tests.pictures import png

MORNING = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CUSTOMER, COLLEAGUE, LEAD = 50_001, 60_001, 60_002
PLACE = "翠竹苑7栋2单元"
LOWEST = "很不满意"
QUESTION = "来电了吗"


def tell(folder: Path, channel: str, *, forum: bool, step: Callable[[str], None] = lambda _: None) -> None:
    """Tell the story with a customer on the web or on Telegram, the staff group with or without topics."""
    with House(folder, forum=forum) as house:
        house.open(MORNING)
        step("colleagues are made on the machine and link themselves with Telegram by one-time codes")
        house.run("staff", "add", "周", "--role", "admin")
        codes = {}
        for name, role in (("王", "agent"), ("张", "lead")):
            house.run("staff", "add", name, "--role", role, "--as", "周")
            codes[name] = house.run("staff", "code", name, "--as", "周").split()
        house.serve()
        wang = TelegramPerson(house, COLLEAGUE, group=GROUP)
        for name, identity in (("王", COLLEAGUE), ("张", LEAD)):
            private = TelegramPerson(house, identity)
            code = next(word for word in codes[name] if word.isdigit())
            private.say(f"/staff {code}")
            sees(private, name)

        step("a customer reports a fault, with three photos")
        customer: Customer = WebCustomer(house) if channel == "web" else TelegramPerson(house, CUSTOMER)
        customer.say("我要报修")
        is_offered(customer, "整栋楼/整个单元")
        customer.tap("整栋楼/整个单元")
        sees(customer, "哪里|地点|地址")
        customer.say(PLACE)
        is_offered(customer, "跳过")
        customer.album([png(colour=colour) for colour in ("red", "green", "blue")])
        sees(customer, "3份|3张|照片")
        customer.say("楼道灯也不亮")
        sees(customer, "打哪个电话")
        customer.tap("跳过")
        is_offered(customer, "提交")
        customer.tap("提交")
        sees(customer, r"已受理")
        sees(customer, r"BX\d{8}-\d{4}")

        step("a colleague takes it; the customer sees who has it")
        sees(wang, PLACE)
        is_offered(wang, "我来处理")
        wang.tap("我来处理")
        sees(customer, "王")

        step("the power fails, and everything goes on where it was")
        house.power_cut()
        customer_words = "我家老人在吸氧，请快一点"
        if isinstance(customer, TelegramPerson):
            customer.say("人工")  # while nobody is there
        house.serve()
        if isinstance(customer, WebCustomer):
            customer.say("人工")

        step("the customer wants a person, and speaks with one")
        sees(customer, "人工|排")
        sees(wang, "要人工")
        wang.say("您好，我是小王，已经在路上", reply_to="要人工")
        sees(customer, "已经在路上")
        customer.say(customer_words)
        sees(wang, "吸氧")
        wang.say("/n 内部：带上发电机", reply_to=PLACE)
        wang.say("这家去年也报过")
        wang.say("马上到，带着发电机", reply_to="吸氧")
        sees(customer, "带着发电机")
        assert not any("内部" in one or "去年" in one for one in customer.texts()), "an internal word got out"
        customer.say("结束人工")
        sees(customer, "人工对话已结束")

        step("arrived, restored; ten minutes later the customer is asked")
        wang.tap("已到场")
        sees(customer, "已到场|已到达")
        wang.tap("办结")
        sees(customer, "已修复|处理完成")
        sees(customer, "过一会儿再请您确认")
        house.power_cut()
        house.open(MORNING + timedelta(minutes=25))
        house.serve()
        sees(customer, QUESTION)
        customer.tap("已解决")
        sees(customer, "办结")

        step("one question how it was; a low mark asks for the reason and alarms the lead")
        sees(customer, "办得怎么样")
        assert len(customer.buttons()) == 5
        customer.tap(LOWEST)
        sees(customer, "主要是哪方面")
        sees(wang, LOWEST)
        customer.tap("来得慢、拖得久")
        sees(wang, "拖得久")

        step("谢谢 opens nothing again")
        before = len(wang.texts())
        customer.say("谢谢")
        sees(customer, "不客气|不用谢")
        assert not any("重新打开" in one for one in wang.texts()[before:])


def main() -> None:
    """Tell the story on every channel, printing each step."""
    for channel, forum in (("web", False), ("telegram", True)):
        with tempfile.TemporaryDirectory() as folder:
            tell(
                Path(folder),
                channel,
                forum=forum,
                step=lambda words, channel=channel: print(f"[{channel}] {words}", flush=True),  # type: ignore[misc]
            )
    print("the whole repair went well on every channel")


if __name__ == "__main__":
    sys.exit(main())
