"""Outages in the database: taken in once, brought up to date, and found when they matter."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

import storage.outages
from knowledge.rules.outages import Outage

NOW = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
WEEK = timedelta(days=7)


def an_outage(external_id: str, first: float, last: float, **other: str) -> Outage:
    start, stop = NOW + timedelta(hours=first), NOW + timedelta(hours=last)
    return replace(Outage(external_id, "planned", "announced", "云锦苑", start, stop, "beijing"), **other)  # type: ignore[arg-type]


def test_a_list_delivered_twice_changes_nothing(session: Session) -> None:
    listed = [an_outage("A", 1, 2), an_outage("B", 3, 4)]
    first = storage.outages.store(session, listed, as_of=NOW, source="x", now=NOW)
    assert (len(first.added), len(first.changed), first.unchanged) == (2, 0, 0)
    later = NOW + timedelta(minutes=5)
    assert storage.outages.compare(session, listed, as_of=later) == (0, 0, 2)
    again = storage.outages.store(session, listed, as_of=later, source="x", now=later)
    assert (again.added, again.changed, again.unchanged) == ((), (), 2)
    assert storage.outages.as_of(session) == later


def test_a_change_is_told_by_our_key(session: Session) -> None:
    first = storage.outages.store(session, [an_outage("A", 1, 2)], as_of=NOW, source="x", now=NOW)
    changed = storage.outages.store(
        session, [an_outage("A", 1, 2, state="cancelled")], as_of=NOW, source="x", now=NOW
    )
    assert changed.changed == first.added
    kept = storage.outages.by_id(session, first.added[0])
    assert kept is not None
    assert kept.state == "cancelled"


def test_an_older_delivery_does_not_undo_a_newer_one(session: Session) -> None:
    newer, older = NOW, NOW - timedelta(hours=1)
    storage.outages.store(
        session, [an_outage("A", -1, 2, state="restored")], as_of=newer, source="x", now=NOW
    )
    late = storage.outages.store(
        session, [an_outage("A", -1, 2, state="running")], as_of=older, source="x", now=NOW
    )
    assert late.unchanged == 1
    assert [one.state for one in storage.outages.current(session, now=NOW, horizon=WEEK).values()] == [
        "restored"
    ]
    assert storage.outages.as_of(session) == newer


def test_current_is_what_runs_and_what_comes(session: Session) -> None:
    listed = [
        an_outage("over", -80, -70),
        an_outage("morning", -6, -3),
        an_outage("now", -1, 1),
        an_outage("soon", 20, 24),
        an_outage("far", 24 * 9, 24 * 9 + 4),
        an_outage("forgotten", -90, -80, state="running"),
    ]
    long_ago = NOW - timedelta(days=3)
    storage.outages.store(session, listed, as_of=long_ago, source="x", now=long_ago)
    found = storage.outages.current(session, now=NOW, horizon=WEEK).values()
    assert {one.external_id for one in found} == {"morning", "now", "soon", "forgotten"}
    elsewhere = storage.outages.current(session, now=NOW, horizon=WEEK, region="taiwan")
    assert elsewhere == {}


def test_no_delivery_is_no_knowledge(session: Session) -> None:
    assert storage.outages.as_of(session) is None
