"""Steering the server over HTTP, for benchmarks and tests that run the bot as a process."""

import json
from typing import Any

from aiohttp import web

from tests.fake_bot_api.faults import Fault
from tests.fake_bot_api.state import State

# What people can be told to do by POST /control/<name> with a JSON object of arguments.
DEEDS = ("say", "edit", "photo", "contact", "tap", "block", "unblock", "migrate", "service", "drop_topic")


def add_control(app: web.Application, state: State) -> None:
    """Add the endpoints under /control/.

    POST say|edit|photo|contact|tap|block|unblock|migrate|service|drop_topic: what people do;
    POST burst {users, each, text};
    POST fault {kind, method, …} and POST clear; POST set {limits, latency_ms, shuffled, strangers, forum,
    dead_topics};
    POST again: deliver what waits twice; GET chat?id=, GET message?id=&words=, GET accepted?since=,
    GET stats.
    """

    async def deed(request: web.Request) -> web.Response:
        given = await request.json()
        try:
            return _json({"update_id": getattr(state, request.match_info["deed"])(**given)})
        except LookupError as error:
            return _json({"error": str(error)}, status=404)

    async def burst(request: web.Request) -> web.Response:
        given = await request.json()
        first = int(given.get("first_user", 1000))
        for turn in range(int(given.get("each", 1))):
            for user in range(first, first + int(given.get("users", 1))):
                state.say(user, str(given.get("text", "你好 {turn}")).replace("{turn}", str(turn)))
        return _json({"pending": len(state.pending)})

    async def fault(request: web.Request) -> web.Response:
        state.faults.add(Fault(**await request.json()))
        return _json(True)

    async def clear(_request: web.Request) -> web.Response:
        state.faults.clear()
        return _json(True)

    async def settings(request: web.Request) -> web.Response:
        given = await request.json()
        state.limits.on = bool(given.get("limits", state.limits.on))
        state.latency_seconds = float(given.get("latency_ms", state.latency_seconds * 1000)) / 1000
        state.shuffled = bool(given.get("shuffled", state.shuffled))
        state.strangers = bool(given.get("strangers", state.strangers))
        state.dead_topics = str(given.get("dead_topics", state.dead_topics))
        if "forum" in given:
            state.forum(int(given["forum"]))
        return _json(True)

    async def again(_request: web.Request) -> web.Response:
        state.again.extend(dict(one) for one in state.pending)
        return _json({"again": len(state.again)})

    async def chat(request: web.Request) -> web.Response:
        identity = int(request.query["id"])
        topics = {str(key): one.title for key, one in state.chat(identity).topics.items()}
        return _json({"texts": state.texts(identity), "buttons": state.buttons(identity), "topics": topics})

    async def message(request: web.Request) -> web.Response:
        written = state.chat(int(request.query["id"])).messages.values()
        words = request.query["words"]
        found = [one for one in written if words in one.get("text", one.get("caption", ""))]
        ours = [one for one in found if one["from"]["is_bot"]]
        return _json(ours[-1]) if ours else _json({"error": f"no message with {words}"}, status=404)

    async def accepted(request: web.Request) -> web.Response:
        return _json(state.accepted[int(request.query.get("since", 0)) :])

    async def stats(_request: web.Request) -> web.Response:
        return _json(
            {
                "accepted": len(state.accepted),
                "pending": len(state.pending),
                "acknowledged_below": state.acknowledged_below,
                "refused_too_fast": state.limits.refused,
                "most_in_a_second": state.limits.most_in_a_second,
            }
        )

    router = app.router
    router.add_post("/control/{deed:" + "|".join(DEEDS) + "}", deed)
    for name, handler in (
        ("burst", burst),
        ("fault", fault),
        ("clear", clear),
        ("set", settings),
        ("again", again),
    ):
        router.add_post(f"/control/{name}", handler)
    for name, handler in (("chat", chat), ("message", message), ("accepted", accepted), ("stats", stats)):
        router.add_get(f"/control/{name}", handler)


def _json(value: Any, *, status: int = 200) -> web.Response:
    return web.Response(
        status=status, body=json.dumps(value, ensure_ascii=False).encode(), content_type="application/json"
    )
