"""Parts of a day that can be chosen: only what a team works, and only what is still ahead."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.calendars import calendar_of
from knowledge.rules.slots import free, of_day, offered, slot_of, span_in
from tests.talking import SHANGHAI

CALENDAR = calendar_of("beijing")
FIRST = datetime(2026, 1, 1, tzinfo=SHANGHAI)
MOMENTS = st.integers(0, 330 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(MOMENTS, st.sampled_from(["field", "desk", "connections"]))
def test_what_is_offered_lies_ahead_on_days_that_are_worked(now: datetime, team: str) -> None:
    slots = offered(team, CALENDAR, now, (0, 30))
    assert slots
    assert list(slots) == sorted(slots, key=lambda slot: slot.begins)
    for slot in slots:
        assert slot.ends > now
        assert team == "desk" or CALENDAR.is_workday(slot.on)
        assert slot_of(slot.key, CALENDAR) == slot


@given(MOMENTS)
def test_no_slot_comes_back(now: datetime) -> None:
    later = now + timedelta(hours=1)
    before = {slot.key for slot in free("desk", CALENDAR, now, (0, 5))}
    after = {slot.key for slot in free("desk", CALENDAR, later, (0, 4))}
    assert after <= before


def test_a_holiday_has_no_visits() -> None:
    now = datetime(2026, 9, 28, 9, 0, tzinfo=SHANGHAI)
    assert of_day("field", CALENDAR, now, date(2026, 10, 1)) == []
    assert of_day("desk", CALENDAR, now, date(2026, 10, 1))
    # Saturday the 10th of October is worked to make up for the holiday.
    assert of_day("field", CALENDAR, now, date(2026, 10, 10))


def test_parts_of_a_day_are_understood() -> None:
    said = {
        "后天上午": "morning",
        "下午3点": "afternoon",
        "15:30": "afternoon",
        "三点": None,  # numerals are read before
        "3点": "afternoon",
        "9点半": "morning",
        "晚上7点": "evening",
        "下班以后": "evening",
        "中午": "afternoon",
        "后天": None,
    }
    assert {words: span_in(words) for words in said} == said
