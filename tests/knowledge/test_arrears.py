"""Reminders: none too early, none twice, none at night, none on a holiday's first day."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from knowledge.rules import arrears
from knowledge.rules.arrears import BillFacts, CreditFacts, notices
from knowledge.rules.arrears_file import SendingRow, read_file

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = arrears.rules()
CLASSES = ("resident", "other", "important")
REGIONS = (None, "beijing", "taiwan")
TWO_YEARS = [date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(730)]


def bill(due_on: date, **changes: object) -> BillFacts:
    return BillFacts(due_on=due_on, **changes)  # type: ignore[arg-type]


def days(of: BillFacts) -> dict[str, int]:
    return {notice.step: (notice.send_at.date() - of.due_on).days for notice in notices(of, RULES)}


def test_the_ladder_of_an_ordinary_bill() -> None:
    ordinary = bill(date(2026, 11, 16))

    assert days(ordinary) == {
        "due_soon": -3,
        "overdue_1": 1,
        "overdue_7": 7,
        "overdue_15": 15,
        "overdue_30": 30,
    }
    assert {notice.send_at.time() for notice in notices(ordinary, RULES)} == {time(10)}


def test_a_cutoff_is_not_spoken_of_before_the_thirtieth_day() -> None:
    assert [n.step for n in notices(bill(date(2026, 11, 16)), RULES) if n.may_mention_cutoff] == [
        "overdue_30"
    ]
    assert not any(n.may_mention_cutoff for n in notices(bill(date(2026, 11, 16), region="taiwan"), RULES))


def test_the_first_day_of_a_holiday_is_left_alone() -> None:
    assert days(bill(date(2026, 9, 30)))["overdue_1"] == 2  # the first of October becomes the second


@pytest.mark.parametrize("customer_class", CLASSES)
@pytest.mark.parametrize("region", REGIONS)
def test_every_bill_of_two_years_is_lawful(customer_class: str, region: str | None) -> None:
    window = RULES.window(region)
    for due_on in TWO_YEARS:
        planned = notices(bill(due_on, customer_class=customer_class, region=region), RULES)
        assert len({notice.step for notice in planned}) == len(planned) >= 4
        for notice in planned:
            assert notice.send_at >= notice.not_before
            assert window.may_send(notice.send_at)
            assert notice.clause
            if notice.step.startswith("overdue"):
                assert notice.send_at.date() > due_on
            if notice.may_mention_cutoff:
                assert notice.send_at.date() >= due_on + timedelta(days=30)
        assert all(one.send_at < other.send_at for one, other in pairwise(planned))
        assert all(one.send_at.date() < other.send_at.date() for one, other in pairwise(planned))


def test_a_bill_that_comes_late_is_not_reminded_of_three_times_at_once() -> None:
    late = bill(date(2026, 11, 2), issued_on=date(2026, 11, 20))

    assert [notice.step for notice in notices(late, RULES)] == ["overdue_15", "overdue_30"]
    assert all(notice.send_at.date() >= date(2026, 11, 20) for notice in notices(late, RULES))


@given(due_on=st.dates(date(2025, 1, 1), date(2028, 12, 31)), late=st.integers(-20, 60))
def test_nothing_goes_before_the_bill_was_issued(due_on: date, late: int) -> None:
    issued_on = due_on + timedelta(days=late)
    planned = notices(bill(due_on, issued_on=issued_on), RULES)

    assert all(notice.send_at.date() >= issued_on for notice in planned)
    assert all(one.send_at < other.send_at for one, other in pairwise(planned))


def test_a_prepaid_account_has_no_bill_to_remind_of() -> None:
    assert notices(bill(date(2026, 11, 16), contract="prepaid"), RULES) == []


@pytest.mark.parametrize(
    ("balance", "step"),
    [
        ("30.00", None),
        ("29.99", "low_balance"),
        ("0.00", "low_balance"),
        ("-0.01", "below_zero"),
        ("-80", "below_zero"),
    ],
)
def test_prepaid_credit(balance: str, step: str | None) -> None:
    at_night = datetime(2026, 11, 10, 23, 15, tzinfo=SHANGHAI)
    planned = RULES.credit_notices(CreditFacts(Decimal(balance), at_night))

    assert [notice.step for notice in planned] == ([step] if step else [])
    for notice in planned:
        assert notice.send_at == datetime(2026, 11, 11, 9, 0, tzinfo=SHANGHAI)
        assert notice.not_before == at_night


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-10 08:59", "2026-11-10 09:00"),
        ("2026-11-10 09:00", "2026-11-10 09:00"),
        ("2026-11-10 19:59", "2026-11-10 19:59"),
        ("2026-11-10 20:00", "2026-11-11 09:00"),
        ("2026-09-30 20:00", "2026-10-02 09:00"),
        ("2026-10-01 12:00", "2026-10-02 09:00"),
    ],
)
def test_quiet_hours(now: str, expected: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=SHANGHAI)

    assert arrears.next_allowed(moment, RULES) == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)
    assert arrears.may_send(moment, RULES) == (now == expected)


@given(
    now=st.builds(
        datetime.combine, st.dates(date(2024, 1, 1), date(2029, 12, 31)), st.times(), st.just(SHANGHAI)
    )
)
def test_the_next_allowed_moment_is_allowed_and_not_earlier(now: datetime) -> None:
    allowed = arrears.next_allowed(now, RULES)

    assert allowed >= now
    assert arrears.may_send(allowed, RULES)


def test_the_earliest_cutoff_needs_more_than_thirty_days_and_a_notice() -> None:
    earliest = RULES.earliest_cutoff(bill(date(2026, 11, 1)))

    assert earliest is not None
    assert earliest.notice_on == date(2026, 12, 2)  # the thirty-first day overdue
    assert earliest.on == date(2026, 12, 9)
    assert RULES.earliest_cutoff(bill(date(2026, 11, 1), region="taiwan")) is None
    assert RULES.earliest_cutoff(bill(date(2026, 11, 1), contract="prepaid")) is None


def test_a_window_wider_than_the_outer_one_is_refused() -> None:
    row = read_file().sending[0].model_dump() | {"closes": time(22, 30)}

    with pytest.raises(ValidationError, match="outer window"):
        SendingRow.model_validate(row)
