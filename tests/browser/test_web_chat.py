"""The chat page in a real browser, with the whole service behind it."""

import asyncio
import os
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from sqlmodel import select

import storage.outbox
from bot import clock
from bot.app import Service
from bot.settings import Settings
from handlers.messages import Enclosure, Reply
from knowledge.book import Book
from storage.database import Database
from storage.models import Chat
from storage.outbox import Draft
from tests.pictures import PDF, jpeg, png

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INPUT = "写下您的问题"


class Running:
    """The service in a thread of its own, so that the test may drive a browser meanwhile."""

    def __init__(self, settings: Settings, database: Database, book: Book) -> None:
        self._settings, self._database, self._book = settings, database, book
        self.address = f"http://127.0.0.1:{settings.port}/"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._service = Service(self._settings, self._database, self._book)
        running = asyncio.create_task(self._service.run())
        await self._service.server.listening.wait()
        self._ready.set()
        await running

    def say(self, reply: Reply) -> None:
        """Say something to the one visitor who has written."""
        with self._database.transaction() as session:
            visitor = session.exec(select(Chat)).one()
            draft = Draft("web", visitor.address, reply.as_document(), dedupe_key=uuid.uuid4().hex)
            storage.outbox.write(session, [draft], clock.now())
        self._loop.call_soon_threadsafe(self._service.wake_senders)

    def keep(self, content: bytes) -> str:
        """Put a file into the service's store and return its hash."""
        return self._service.store.keep(content).content_hash

    def __enter__(self) -> "Running":
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._service.stop)
        self._thread.join(10)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("there is no Chromium on this machine")
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def running(database: Database, book: Book, tmp_path: Path) -> Iterator[Running]:
    """The service at work."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Settings(port=port, demo=True, files=tmp_path / "files")
    with Running(settings, database, book) as service:
        yield service


@pytest.fixture
def address(running: Running) -> str:
    """Where the running service is to be found."""
    return running.address


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    yield context
    context.close()


def is_fault(message: ConsoleMessage) -> bool:
    """Whether the browser complains of the page itself; requests may be refused or cut off on purpose."""
    return message.type in ("error", "warning") and "Failed to load resource" not in message.text


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The open page; whatever the browser complains of fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if is_fault(message) else None)
    page.goto(address)
    yield page
    assert complaints == []


def test_a_question_gets_its_answer_and_stays_after_a_reload(page: Page) -> None:
    expect(page.get_by_role("note")).to_contain_text("演示系统")
    box = page.get_by_label(INPUT)
    box.fill("家里电表的电费怎么交")
    box.press("Enter")
    own = page.locator(".message.own")
    expect(own.locator(".bubble")).to_have_text("家里电表的电费怎么交")
    expect(own.locator(".state")).to_contain_text("已发送")
    replies = page.locator(".reply[data-id]")
    expect(replies.first).to_be_visible()
    expect(page.locator("#typing")).not_to_have_class("typing on")
    before = replies.first.locator(".bubble").inner_text()
    page.reload()
    expect(page.locator(".message.own .bubble")).to_have_text("家里电表的电费怎么交")
    assert replies.first.locator(".bubble").inner_text() == before


def test_a_button_is_tapped(page: Page) -> None:
    page.get_by_role("button", name="问一问").click()
    expect(page.locator(".own .bubble")).to_have_text("问一问")
    button = page.locator(".choices button").first
    expect(button).to_be_visible()
    label = button.inner_text()
    button.dblclick()  # once is enough
    expect(page.locator(".own .bubble")).to_have_text(["问一问", label])
    expect(page.locator(".reply[data-id]")).not_to_have_count(1)
    page.reload()
    expect(page.locator(".own .bubble")).to_have_text(["问一问", label])


def test_enter_sends_but_not_in_the_middle_of_a_word(page: Page) -> None:
    box = page.get_by_label(INPUT)
    box.fill("停电")
    box.dispatch_event("compositionstart")
    box.press("Enter")  # picks a word in the input method
    expect(page.locator(".own")).to_have_count(0)
    box.dispatch_event("compositionend")
    box.fill("第一行")
    box.press("Shift+Enter")
    box.type("第二行")
    page.reload()
    expect(box).to_have_value("第一行\n第二行")  # the draft is kept
    box.press("Enter")
    expect(page.locator(".own .bubble")).to_have_text("第一行\n第二行")
    expect(box).to_have_value("")


def test_what_was_written_without_a_network_goes_out_once(page: Page, context: BrowserContext) -> None:
    box = page.get_by_label(INPUT)
    context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    box.fill("菜单")
    box.press("Enter")
    expect(page.locator(".own .state")).to_contain_text("重发")
    context.set_offline(False)
    expect(page.locator(".own .state")).to_contain_text("已发送", timeout=10_000)
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator(".reply[data-id]").first).to_be_visible()
    page.reload()
    expect(page.locator(".own .bubble")).to_have_text("菜单")


def test_danger_looks_like_danger(page: Page) -> None:
    box = page.get_by_label(INPUT)
    box.fill("有人触电了倒在地上")
    box.press("Enter")
    alarm = page.locator(".reply.danger").first
    expect(alarm).to_be_visible()
    expect(alarm.locator(".bubble")).to_have_css("border-left-width", "6px")
    # However long it is, it is read from its first line.
    expect(page.locator(".own")).to_be_in_viewport()


def test_two_pages_of_one_person_show_the_same(page: Page, context: BrowserContext, address: str) -> None:
    other = context.new_page()
    other.goto(address)
    box = page.get_by_label(INPUT)
    box.fill("帮助")
    box.press("Enter")
    expect(other.locator(".own .bubble")).to_have_text("帮助")
    expect(other.locator(".reply[data-id]").first).to_be_visible()


def test_a_photo_is_sent(page: Page) -> None:
    content = png()
    page.set_input_files("#files", [{"name": "电表.png", "mimeType": "image/png", "buffer": content}])
    expect(page.locator(".own .state")).to_contain_text("已发送")
    expect(page.locator(".reply[data-id]").first).to_be_visible()
    page.set_input_files("#files", [{"name": "坏.png", "mimeType": "image/png", "buffer": b"MZ"}])
    expect(page.locator(".own .state").last).to_contain_text("只能传照片")


def test_what_a_colleague_sends_is_seen_at_once_and_after_a_reload(page: Page, running: Running) -> None:
    page.get_by_label(INPUT).fill("帮助")
    page.get_by_label(INPUT).press("Enter")
    expect(page.locator(".reply[data-id]").first).to_be_visible()
    files = (
        Enclosure("photo", "web", "", content_hash=running.keep(jpeg((320, 200)))),
        Enclosure("file", "web", "", content_hash=running.keep(PDF), name="说明.pdf"),
    )
    running.say(Reply("接线照这张图", kind="staff", enclosures=files))
    for _ in range(2):
        picture = page.locator(".reply.staff .bubble img")
        expect(picture).to_be_visible()
        page.wait_for_function("document.querySelector('.reply.staff img')?.naturalWidth === 320")
        with page.expect_download() as download:
            page.get_by_role("link", name="说明.pdf").click()
        assert download.value.suggested_filename == "说明.pdf"
        page.reload()


def test_without_scripts_a_question_gets_its_answer(chromium: Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(address)
    page.get_by_label(INPUT).fill("帮助")
    page.get_by_role("button", name="发送", exact=True).click()
    expect(page.locator(".own .bubble")).to_have_text("帮助")
    expect(page.locator(".reply[data-id]").first).to_be_visible()
    context.close()
