"""What tickets promise, and that the figures agree with the facts quoted in answers."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules import promises
from knowledge.rules.promises import OPENED, PromiseTerm, UnknownTicketKind, due, promises_for, version_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
OPENED_AT = datetime(2026, 11, 6, 16, 0, tzinfo=SHANGHAI)  # a Friday
DATA = Path(__file__).parents[2] / "knowledge" / "data"
FACTS = DATA / "facts" / "common.yaml"
UNITS = {"分钟": "m", "小时": "h", "天": "d", "个工作日": "wd"}


def steps(
    kind: str, subtype: str = "", zone: str = "urban", *, on: datetime = OPENED_AT, region: str | None = None
) -> dict[str, PromiseTerm]:
    return {term.step: term for term in promises_for(kind, subtype, zone, on, region=region)}


def test_an_arrival_is_told_as_an_average_and_alarmed_at_the_standards_cap() -> None:
    arrive = steps("repair")["arrive"]
    moments = due(arrive, OPENED_AT)

    assert arrive.average
    assert arrive.document == "promise.sgcc"
    assert arrive.limit_document == "standard.gbt28583"
    assert moments.promised is not None
    assert moments.promised.at == OPENED_AT + timedelta(minutes=45)
    assert moments.limit is not None
    assert moments.limit.at == OPENED_AT + timedelta(minutes=60)


@pytest.mark.parametrize(("zone", "minutes"), [("urban", 60), ("rural", 120), ("remote", 240)])
def test_every_zone_has_its_own_cap(zone: str, minutes: int) -> None:
    for kind in ("repair", "danger"):
        limit = due(steps(kind, zone=zone)["arrive"], OPENED_AT).limit
        assert limit is not None
        assert limit.at - OPENED_AT == timedelta(minutes=minutes)


def test_restoring_is_counted_from_arrival() -> None:
    assert steps("repair")["arrive"].after == OPENED
    assert steps("repair")["restore"].after == "arrive"


def test_a_complaint_promises_contact_and_an_answer() -> None:
    complaint = steps("complaint")
    contact, reply = due(complaint["contact"], OPENED_AT), due(complaint["reply"], OPENED_AT)

    assert contact.promised is not None
    assert contact.promised.at == OPENED_AT + timedelta(hours=24)  # a weekend does not stop this clock
    assert reply.promised is not None
    assert reply.promised.at.date() == date(2026, 11, 13)
    assert reply.limit is not None
    assert reply.limit.at.date() == date(2026, 11, 12)  # staff are alarmed a day before the promise


def test_a_region_and_a_subtype_have_their_own_rows() -> None:
    assert str(steps("reconnect")["restore"].told) != str(
        steps("reconnect", region="guangdong")["restore"].told
    )
    assert set(steps("connection", "something else")) == {"reply"}
    assert set(steps("damage")) == {"on_site"}
    assert steps("dispute", "cutoff", region="shanghai")["reply"].document == "regs.shanghai"


def test_working_days_follow_the_region_that_was_asked_for() -> None:
    before_a_holiday = datetime(2026, 9, 24, 10, 0, tzinfo=SHANGHAI)  # Monday 28 September is free in Taiwan
    here = due(steps("complaint")["reply"], before_a_holiday).promised
    there = due(steps("complaint", region="taiwan")["reply"], before_a_holiday).promised

    assert here is not None
    assert there is not None
    assert there.at.date() == date(2026, 10, 5)  # a working day there, and in the middle of a holiday here
    assert here.at.date() > there.at.date()


def test_a_ticket_keeps_the_edition_it_was_opened_under() -> None:
    before_2025 = datetime(2024, 12, 31, 12, tzinfo=SHANGHAI)

    assert version_at(OPENED_AT) == version_at(OPENED_AT + timedelta(days=30))
    assert version_at(before_2025) != version_at(OPENED_AT)
    assert "connect" not in steps("connection", "lv_line", on=before_2025)


def test_an_unknown_kind_is_an_error() -> None:
    with pytest.raises(UnknownTicketKind):
        promises_for("repare", "", "urban", OPENED_AT)


@given(
    kind=st.sampled_from(sorted(promises.kinds())),
    zone=st.sampled_from(["urban", "rural", "remote"]),
    opened_at=st.builds(
        datetime.combine, st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.times(), st.just(SHANGHAI)
    ),
    region=st.sampled_from([None, "beijing", "guangdong", "shanghai", "taiwan"]),
)
def test_every_ticket_has_a_limit_and_nothing_is_due_before_it_starts(
    kind: str, zone: str, opened_at: datetime, region: str | None
) -> None:
    found = promises_for(kind, "", zone, opened_at, region=region)

    assert found
    assert len({term.step for term in found}) == len(found)
    for term in found:
        moments = due(term, opened_at, slot=opened_at + timedelta(hours=2))
        assert moments.limit is not None
        assert moments.limit.at > opened_at
        if moments.promised:
            assert moments.promised.at > opened_at


def test_every_document_is_a_named_source() -> None:
    listed = [
        yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in (DATA / "sources.yaml", *(DATA / "sources").glob("*.yaml"))
    ]
    named = {row["id"] for rows in listed for row in rows}

    assert {term.document for term in promises.terms()} | {
        term.limit_document for term in promises.terms()
    } <= named


def test_the_figures_agree_with_the_facts() -> None:
    facts = {(row["id"], row["region"]): row for row in yaml.safe_load(FACTS.read_text(encoding="utf-8"))}
    compared = 0
    for term in promises.terms():
        if term.fact is None or term.told is None:
            continue
        fact = facts.get((term.fact, term.region)) or facts[term.fact, None]
        assert (str(term.told.amount), term.told.unit) == (fact["value"], UNITS[fact["unit"]]), term.fact
        compared += 1
    assert compared > 20
