"""What the web chat takes, what it refuses, and how it says so."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from handlers.messages import Choice, Reply
from tests.channels.web_house import House
from tests.pictures import EXE, ZIP, jpeg, png

PNG = png()
JPEG = jpeg()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    one = House(tmp_path)
    yield one
    one.database.close()


def new_id() -> str:
    return str(uuid.uuid4())


async def test_the_page_is_safe_and_gives_a_session(house: House) -> None:
    async with house.browser() as browser:
        page = await browser.get("/")
    assert page.status_code == 200
    assert 'lang="zh-CN"' in page.text
    assert "演示系统" in page.text
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "same-origin"
    assert "geolocation=(self)" in page.headers["permissions-policy"]
    assert page.headers["cache-control"] == "no-store"
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    # Nothing on the page needs what the policy forbids.
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert " onclick=" not in page.text


async def test_over_tls_the_cookie_is_bound_to_it(house: House) -> None:
    transport = httpx.ASGITransport(app=house.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://hotline.test") as browser:
        cookie = (await browser.get("/")).headers["set-cookie"]
    assert cookie.startswith("__Host-dianling=")
    assert "Secure" in cookie


async def test_the_session_itself_is_not_stored(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        await browser.post("/api/messages", json={"id": new_id(), "text": "电表在哪里"})
        session = browser.cookies["dianling"]
    assert house.taken[0].address != session
    assert session not in repr(house.taken)


async def test_a_message_is_accepted_once_however_often_it_is_sent(house: House) -> None:
    message = {"id": new_id(), "text": "我家没电了"}
    async with house.browser() as browser:
        await browser.get("/")
        first = await browser.post("/api/messages", json=message)
        again = await browser.post("/api/messages", json=message)
        page = await browser.get("/")
    assert (first.status_code, again.status_code) == (202, 202)
    assert len(house.taken) == 1
    assert page.text.count("您说：我家没电了") == 1


async def test_the_same_id_of_another_session_is_another_message(house: House) -> None:
    message = {"id": new_id(), "text": "同一个编号"}
    async with house.browser() as one, house.browser() as other:
        for browser in (one, other):
            await browser.get("/")
            await browser.post("/api/messages", json=message)
    assert len(house.taken) == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.test"},
        {"Origin": "null"},
        {"Origin": "http://hotline.test.elsewhere.test"},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["/api/messages", "/api/uploads", "/send", "/leave"])
async def test_other_pages_cannot_speak_for_the_customer(
    house: House, headers: dict[str, str], path: str
) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        answer = await browser.post(path, json={"id": new_id(), "text": "投诉"}, headers=headers)
    assert answer.status_code == 403
    assert house.taken == []


async def test_without_a_session_nothing_is_taken(house: House) -> None:
    async with house.browser() as browser:
        answer = await browser.post("/api/messages", json={"id": new_id(), "text": "你好"})
        stream = await browser.get("/events")
    assert answer.status_code == 401
    assert "刷新" in answer.json()["error"]
    assert stream.status_code == 401


@pytest.mark.parametrize(
    ("message", "status"),
    [
        ({"id": "abcdefgh", "text": "   "}, 422),
        ({"id": "abcdefgh"}, 422),
        ({"id": "short", "text": "在吗"}, 422),
        ({"id": "abcd:efgh", "text": "在吗"}, 422),
        ({"id": "abcdefgh", "text": ["在吗"]}, 422),
        ({"id": "abcdefgh", "text": "在吗", "address": "x"}, 422),
        ({"id": "abcdefgh", "location": {"latitude": 91, "longitude": 0}}, 422),
        ({"id": "abcdefgh", "choice": "k" * 65}, 422),
        ({"id": "abcdefgh", "text": "长" * 4001}, 413),
        ({"id": "abcdefgh", "text": "长" * 40_000}, 413),
        ([], 422),
    ],
)
async def test_what_cannot_be_read_is_refused_with_a_sentence(
    house: House, message: object, status: int
) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        answer = await browser.post("/api/messages", json=message)
    assert answer.status_code == status
    assert answer.json()["error"].endswith("。")
    assert house.taken == []


async def test_who_writes_too_fast_is_told_so_and_may_go_on_later(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        answers = [
            await browser.post("/api/messages", json={"id": new_id(), "text": f"第{n}条"}) for n in range(12)
        ]
        assert [one.status_code for one in answers[:10]] == [202] * 10
        assert answers[-1].status_code == 429
        assert "稍等" in answers[-1].json()["error"]
        house.moment = house.moment.replace(minute=house.moment.minute + 1)
        later = await browser.post("/api/messages", json={"id": new_id(), "text": "再发"})
    assert later.status_code == 202


async def test_a_message_that_could_not_be_stored_is_not_acknowledged(house: House) -> None:
    message = {"id": new_id(), "text": "很急"}
    async with house.browser() as browser:
        await browser.get("/")
        house.broken = True
        refused = await browser.post("/api/messages", json=message)
        house.broken = False
        taken = await browser.post("/api/messages", json=message)
    assert refused.status_code == 503
    assert taken.status_code == 202
    assert len(house.taken) == 1


async def test_a_tapped_button_and_a_place_arrive(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        await browser.post("/api/messages", json={"id": new_id(), "text": "在吗"})
        key = house.taken[0].address
        await house.say(key, Reply("选一个", (Choice("交电费", "pay"),)))
        page = await browser.get("/")
        tapped = page.text.split('value="')
        choice = next(one.split('"')[0] for one in tapped if one.split('"')[0].endswith(":0"))
        await browser.post("/api/messages", json={"id": new_id(), "choice": choice})
        place = {"latitude": 30.5, "longitude": 114.3}
        await browser.post("/api/messages", json={"id": new_id(), "location": place})
        page = await browser.get("/")
    message = house.channel.read(house.taken[-1].payload, "1", house.moment)
    assert message is not None
    assert message.location is not None
    assert (message.location.latitude, message.location.longitude) == (30.5, 114.3)
    assert house.taken[1].payload["choice"] == choice
    assert "我的位置" in page.text


async def test_photos_of_one_upload_are_one_album_and_kept_by_content(house: House) -> None:
    files = [("files", ("a.png", PNG, "image/png")), ("files", ("../b.txt", JPEG, "text/plain"))]
    async with house.browser() as browser:
        await browser.get("/")
        for _ in range(2):
            answer = await browser.post("/api/uploads", data={"id": new_id()}, files=files)
            assert answer.status_code == 202
    message = house.channel.read(house.taken[0].payload, "1", house.moment)
    assert message is not None
    assert [(one.kind, one.name) for one in message.attachments] == [("photo", "a.png"), ("photo", "b.txt")]
    assert len({one.group for one in message.attachments}) == 1
    assert house.store.read(message.attachments[1].content_hash or "") == JPEG
    kept = [path for path in house.store.path("0" * 64).parents[2].rglob("*") if path.is_file()]
    assert len(kept) == 2


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (EXE, 415),
        (ZIP, 415),
        (b"<svg onload=alert(1)>", 415),
        (b"", 415),
        (b"\xff\xd8\xff\xe0 no picture at all", 415),
        (jpeg((3000, 2000)), 415),  # more pixels than are allowed
        (JPEG + bytes(1 << 20), 413),
    ],
)
async def test_files_are_judged_by_their_content(house: House, content: bytes, status: int) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        files = {"files": ("photo.jpg", content, "image/jpeg")}
        answer = await browser.post("/api/uploads", data={"id": new_id()}, files=files)
    assert answer.status_code == status
    assert house.taken == []


async def test_the_page_works_without_scripts(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        answer = await browser.post("/send", data={"id": new_id(), "text": "没有脚本也能问"})
        assert answer.status_code == 303
        page = await browser.get(answer.headers["location"])
        assert page.text.count("您说：没有脚本也能问") == 1
        refused = await browser.post("/send", data={"id": new_id(), "text": " "})
    assert refused.status_code == 422
    assert "没有内容" in refused.text
    assert "<!doctype html>" in refused.text


async def test_what_is_said_is_never_markup(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        await browser.post(
            "/api/messages", json={"id": new_id(), "text": "<img src=x onerror=alert(1)>**粗**"}
        )
        page = await browser.get("/")
    assert "<img src=x" not in page.text
    assert "<strong>粗</strong>" in page.text  # in our reply; the customer's own words stay as typed


async def test_leaving_forgets_the_conversation_in_this_browser(house: House) -> None:
    async with house.browser() as browser:
        await browser.get("/")
        await browser.post("/api/messages", json={"id": new_id(), "text": "网吧的电脑"})
        await browser.post("/leave")
        page = await browser.get("/")
    assert "网吧" not in page.text


async def test_static_files_are_kept_and_small(house: House) -> None:
    async with house.browser() as browser:
        page = await browser.get("/")
        names = {one.split('"')[0] for one in page.text.split('"/static/')[1:]}
        version = next(iter(names)).split("/")[0]
        modules = ["main", "log", "post", "stream", "composer", "markup", "moments"]
        answers = [await browser.get(f"/static/{name}") for name in names]
        answers += [await browser.get(f"/static/{version}/{name}.js") for name in modules]
    assert {one.status_code for one in answers} == {200}
    assert all("immutable" in one.headers["cache-control"] for one in answers)
    assert all(one.headers["x-content-type-options"] == "nosniff" for one in answers)
    assert sum(len(one.content) for one in answers) + len(page.content) < 60_000


async def test_it_says_that_it_is_alive(house: House) -> None:
    async with house.browser() as browser:
        assert (await browser.get("/healthz")).json() == {"status": "ok"}
        assert (await browser.get("/docs")).status_code == 404
        assert (await browser.get("/openapi.json")).status_code == 404
