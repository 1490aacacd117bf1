"""The estimate of the late fee: worked examples, and what must hold for every amount and every day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.late_fee import LateFee, estimate

AMOUNTS = st.decimals("0", "100000", places=2)
DAYS = st.dates(date(2024, 6, 1), date(2029, 12, 31))


def fee(owed: str, due_on: str, paid_on: str, customer_class: str = "resident") -> LateFee:
    found = estimate(
        Decimal(owed),
        date.fromisoformat(due_on),
        date.fromisoformat(paid_on),
        customer_class=customer_class,  # type: ignore[arg-type]
    )
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("owed", "due_on", "paid_on", "customer_class", "amount"),
    [
        ("200.00", "2026-03-10", "2026-03-30", "resident", "4.00"),  # 20 days
        ("30.00", "2026-03-10", "2026-03-15", "resident", "0.15"),  # no minimum in the 2024 edition
        ("30.00", "2023-03-10", "2023-03-15", "resident", "1.00"),  # the 1996 edition had one
        ("10000.00", "2025-12-20", "2026-01-15", "other", "670.00"),  # 11 days at 2 per mille, 15 at 3
        ("200.00", "2025-01-01", "2025-10-28", "resident", "60.00"),  # the cap is reached on day 300
        ("200.00", "2025-01-01", "2026-10-28", "resident", "60.00"),
        ("200.00", "2026-03-10", "2026-03-10", "resident", "0.00"),  # on time
        ("200.00", "2026-03-10", "2026-03-01", "resident", "0.00"),  # early
        ("200.00", "2026-03-10", "2026-03-11", "resident", "0.20"),
        ("0.00", "2026-03-10", "2026-03-30", "resident", "0.00"),
    ],
)
def test_worked_examples(owed: str, due_on: str, paid_on: str, customer_class: str, amount: str) -> None:
    assert fee(owed, due_on, paid_on, customer_class).amount == Decimal(amount)


def test_the_parts_show_how_it_came_about() -> None:
    found = fee("10000.00", "2025-12-20", "2026-01-15", "other")

    assert [(part.days, part.amount) for part in found.parts] == [
        (11, Decimal("220.000")),
        (15, Decimal("450.000")),
    ]
    assert found.days == 26
    assert found.trust == "K"


def test_a_region_whose_rule_was_not_read_gets_no_estimate() -> None:
    assert estimate(Decimal(100), date(2026, 3, 10), date(2026, 3, 30), region="taiwan") is None


def test_a_negative_debt_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        estimate(Decimal(-1), date(2026, 3, 10), date(2026, 3, 30))


@given(
    owed=AMOUNTS,
    due_on=DAYS,
    late=st.integers(-10, 800),
    customer_class=st.sampled_from(["resident", "other"]),
)
def test_it_is_never_negative_nor_above_the_cap_and_never_falls(
    owed: Decimal, due_on: date, late: int, customer_class: str
) -> None:
    paid_on = max(due_on + timedelta(days=late), date(2024, 6, 1))
    today = estimate(owed, due_on, paid_on, customer_class=customer_class)  # type: ignore[arg-type]
    tomorrow = estimate(owed, due_on, paid_on + timedelta(days=1), customer_class=customer_class)  # type: ignore[arg-type]

    assert today is not None
    assert tomorrow is not None
    assert 0 <= today.amount <= tomorrow.amount
    assert tomorrow.amount <= (owed * Decimal("0.30")).quantize(Decimal("0.01")) + Decimal("0.01")
    assert today.days == max((paid_on - due_on).days, 0)


@given(owed=AMOUNTS, due_on=DAYS, late=st.integers(0, 400))
def test_a_resident_never_pays_more_than_a_shop(owed: Decimal, due_on: date, late: int) -> None:
    paid_on = due_on + timedelta(days=late)
    resident = estimate(owed, due_on, paid_on)
    shop = estimate(owed, due_on, paid_on, customer_class="other")

    assert resident is not None
    assert shop is not None
    assert resident.amount <= shop.amount
