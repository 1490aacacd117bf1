"""Takes the documents' screenshots from the running demo: `.venv/bin/python docs/take_screenshots.py`."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

PORT = 8123
ADDRESS = f"http://127.0.0.1:{PORT}/"
IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
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
PAGES = {
    "web-chat-phone": (390, 844, ("翠湖小区明天停电吗",)),
    "web-chat-desktop": (1000, 1085, ("350度电要交多少钱", "翠湖小区明天停电吗")),
}


def main() -> None:
    """Start the demo on a database of its own, talk with it, and write one picture per page."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {**os.environ, "DIANLING_DATABASE": f"sqlite:///{folder}/demo.db"}
        demo = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "bot", "demo", "--port", str(PORT)],
            env=settings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert demo.stderr is not None
            # The demo says where it is once its own conversation is over.
            if not any("Ctrl-C" in line for line in demo.stderr):
                raise SystemExit("the demo ended before it was ready")
            with sync_playwright() as driver:
                browser = driver.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
                for name, (width, height, questions) in PAGES.items():
                    take(browser, name, width, height, questions)
                browser.close()
        finally:
            demo.terminate()
            demo.wait(20)


def take(browser: Browser, name: str, width: int, height: int, questions: tuple[str, ...]) -> None:
    """Ask the questions on a fresh page of this size and keep what it looks like."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=1.2,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    page.goto(ADDRESS)
    for question in questions:
        ask(page, question)
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / f"{name}.png")
    context.close()


def ask(page: Page, question: str) -> None:
    """Type a question and wait until its answer is there."""
    replies = page.locator(".reply[data-id]")
    before = replies.count()
    page.get_by_label("写下您的问题").fill(question)
    page.get_by_role("button", name="发送", exact=True).click()
    expect(replies).not_to_have_count(before)
    expect(page.locator("#typing")).not_to_have_class("typing on")


if __name__ == "__main__":
    main()
