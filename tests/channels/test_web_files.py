"""Files on the web chat: taken within limits, and handed out to the session they were sent to alone."""

import io
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from PIL import Image

import storage.evidence
from bot.files import MEGABYTE
from handlers.messages import Enclosure, Reply
from storage.evidence import Part
from storage.models import Evidence, EvidenceState
from tests.channels.web_house import House
from tests.pictures import MAKER, PDF, jpeg


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.database.close()


async def upload(browser: httpx.AsyncClient, *contents: bytes) -> httpx.Response:
    files = [("files", ("photo.jpg", content, "image/jpeg")) for content in contents]
    return await browser.post("/api/uploads", data={"id": str(uuid.uuid4())}, files=files)


async def a_visitor(house: House, browser: httpx.AsyncClient) -> str:
    """Open the page, say something, and return the address."""
    await browser.get("/")
    await browser.post("/api/messages", json={"id": str(uuid.uuid4()), "text": "在吗"})
    return house.taken[-1].address


def enclosed(house: House, content: bytes, kind: str = "photo", name: str = "a.jpg") -> Enclosure:
    return Enclosure(kind, "web", "", content_hash=house.store.keep(content).content_hash, name=name)  # type: ignore[arg-type]


async def shown_files(browser: httpx.AsyncClient) -> list[str]:
    page = (await browser.get("/")).text
    return [part.partition('"')[0] for part in page.split('="')[1:] if part.startswith("/files/")]


async def test_a_photo_beside_a_reply_is_shown_without_where_it_was_taken(house: House) -> None:
    taken = jpeg(placed=True)
    assert MAKER.encode() in taken
    async with house.browser() as browser:
        address = await a_visitor(house, browser)
        await house.say(address, Reply("请看这里", enclosures=(enclosed(house, taken),)))
        [url] = set(await shown_files(browser))
        answer = await browser.get(url)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"].startswith("private")
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (64, 48)
    assert dict(picture.getexif()) == {}
    assert MAKER.encode() not in answer.content
    # Ours is as it came.
    assert house.store.read(house.store.keep(taken).content_hash) == taken


async def test_a_document_is_saved_and_not_opened_in_our_page(house: House) -> None:
    async with house.browser() as browser:
        address = await a_visitor(house, browser)
        one = enclosed(house, PDF, "file", "../../合同 <b>.exe")
        await house.say(address, Reply("合同", enclosures=(one,)))
        [url] = set(await shown_files(browser))
        answer = await browser.get(url)
    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    disposition = answer.headers["content-disposition"]
    assert disposition.startswith("attachment")
    assert disposition.endswith(".pdf")
    assert "/" not in disposition.partition("''")[2]


async def test_another_session_gets_nothing(house: House) -> None:
    async with house.browser() as mine, house.browser() as foreign, house.browser() as nobody:
        address = await a_visitor(house, mine)
        await a_visitor(house, foreign)
        await house.say(address, Reply("请看", enclosures=(enclosed(house, jpeg()),)))
        [url] = set(await shown_files(mine))
        assert (await mine.get(url)).status_code == 200
        for browser in (foreign, nobody):
            refused = await browser.get(url)
            assert refused.status_code == 404
            assert "没有这个页面" in refused.json()["error"]
        for other in (url[:-1] + "1", url[:-1] + "-1", "/files/x/0", "/files/..%2f..%2fetc/0"):
            assert (await mine.get(other)).status_code == 404


async def test_what_a_colleague_sent_elsewhere_shows_once_it_is_fetched(house: House) -> None:
    async with house.browser() as browser:
        address = await a_visitor(house, browser)
        await house.say(address, Reply("看图", enclosures=(Enclosure("photo", "telegram", "FILE"),)))
        [url] = set(await shown_files(browser))
        assert (await browser.get(url)).status_code == 404
        kept = house.store.keep(jpeg())
        with house.database.transaction() as session:
            person = storage.people.new_chats(session, [("telegram", "9")], house.now())
            person_id = person[("telegram", "9")][1].id
            assert person_id is not None
            [row] = storage.evidence.add(
                session,
                person_id=person_id,
                draft_key=storage.evidence.staff_key(person_id),
                channel="telegram",
                parts=[Part("photo", "FILE")],
                now=house.now(),
            )
            assert row.id is not None
            storage.evidence.settle(
                session,
                row.id,
                EvidenceState.STORED,
                content_hash=kept.content_hash,
                kind="photo",
                media_type="image/jpeg",
                size_bytes=kept.size_bytes,
            )
        assert (await browser.get(url)).status_code == 200


async def test_as_large_as_allowed_is_taken_and_one_byte_more_is_not(house: House) -> None:
    photo = jpeg()
    async with house.browser() as browser:
        await browser.get("/")
        fits = await upload(browser, photo + bytes(MEGABYTE - len(photo)))
        over = await upload(browser, photo + bytes(MEGABYTE + 1 - len(photo)))
    assert (fits.status_code, over.status_code) == (202, 413)
    assert "太大" in over.json()["error"]


async def test_who_has_sent_very_much_today_is_asked_for_words(house: House) -> None:
    async with house.browser() as browser:
        address = await a_visitor(house, browser)
        with house.database.transaction() as session:
            known = storage.people.chats(session, [("web", address)]) or storage.people.new_chats(
                session, [("web", address)], house.now()
            )
            person_id = known[("web", address)][1].id
            assert person_id is not None
            for number in range(60):
                session.add(
                    Evidence(
                        person_id=person_id,
                        draft_key="loose:1",
                        kind="photo",
                        channel="web",
                        ref=str(number),
                        received_at=house.now(),
                    )
                )
        refused = await upload(browser, jpeg())
    assert refused.status_code == 429
    assert "文字" in refused.json()["error"]
