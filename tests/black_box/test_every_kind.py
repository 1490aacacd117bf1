"""A story for every kind of ticket, told over HTTP: on Telegram to a forum group, and on the web chat."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from knowledge.rules.ticket_kinds import ticket_kinds
from tests.black_box.house import GROUP, Customer, House, TelegramPerson, WebCustomer, sees, wait_for
from tests.faults.nursery import UNHURRIED
from tests.journeys.test_kinds import STORIES, Story, Tap
from tests.pictures import png

AFTERNOON = datetime(2026, 11, 23, 14, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
LAST_WORDS = ("先提交，其余以后补", "没有别的了", "提交")
NUMBERS = count(70_000)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The program with a forum group, for all the stories."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(UNHURRIED, "1")
        with House(tmp_path_factory.mktemp("house"), forum=True) as house:
            house.open(AFTERNOON)
            house.serve()
            yield house


@pytest.mark.parametrize("channel", ["telegram", "web"])
def test_every_kind_comes_to_its_ticket(house: House, channel: str) -> None:
    group = TelegramPerson(house, 1, group=GROUP)
    for story in STORIES:
        customer: Customer = WebCustomer(house) if channel == "web" else TelegramPerson(house, next(NUMBERS))
        live(customer, story)
        kind = ticket_kinds()[story.kind]
        sees(customer, rf"{kind.prefix}\d{{8}}-\d{{4}}")
        told = "\n".join(group.texts())
        for words in story.group:
            if kind.confidential:
                assert words not in told
            else:
                sees(group, words)
        if isinstance(customer, WebCustomer):
            customer.leave()


def live(customer: Customer, story: Story) -> None:
    """Tell a story from its beginning to the ticket, each step once the one before was answered."""
    after(customer, lambda: customer.say(story.begins))
    button = next((label for label in customer.buttons() if label.startswith("办理")), None)
    if button is not None:
        after(customer, lambda: customer.tap(button))
    for answer in story.answers:
        if isinstance(answer, Tap):
            after(customer, lambda answer=answer: customer.tap(answer.label))
        else:
            after(customer, lambda answer=answer: customer.say(answer))
    for _ in range(story.papers):
        after(customer, lambda: customer.album([png()]))
    for label in LAST_WORDS:
        if label in customer.buttons():
            after(customer, lambda label=label: customer.tap(label))


def after(customer: Customer, act: Callable[[], None]) -> None:
    """Do something and wait until it has been answered."""
    before = customer.texts()
    act()
    wait_for("an answer", lambda: customer.texts() != before, shown=customer.texts)
    until_quiet(customer)


def until_quiet(customer: Customer) -> None:
    """Wait until nothing more is said for a moment."""
    said: list[str] = []
    while (now := customer.texts()) != said:
        said = now
        time.sleep(0.12)
