"""What paying late may cost: an estimate by the dated rates of data/arrears.yaml; the bill is what counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from knowledge.rules.arrears_file import ArrearsFile, CustomerClass, LateFeeRow, read_file

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class FeePart:
    """Some days at one rate; `amount` is in yuan and not yet rounded."""

    days: int
    rate: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LateFee:
    """An estimated late fee in yuan, rounded half up to the fen, and how it came about."""

    amount: Decimal
    days: int
    parts: tuple[FeePart, ...]
    capped: bool
    raised_to_minimum: bool
    clause: str
    source: str
    trust: str


def estimate(
    owed: Decimal,
    due_on: date,
    paid_on: date,
    *,
    customer_class: CustomerClass = "resident",
    region: str | None = None,
    file: ArrearsFile | None = None,
) -> LateFee | None:
    """Return the late fee of an amount in yuan, from the day after `due_on` up to the day of payment.

    The edition in force on the day of payment counts. None where the region's rule was not read or no edition
    was in force. Raises ValueError for a negative amount.
    """
    if owed < 0:
        raise ValueError("what is owed is not negative")
    row = _row(file or read_file(), paid_on, customer_class, region)
    if row is None:
        return None
    parts = _parts(owed, due_on, paid_on, row)
    raw = sum((part.amount for part in parts), Decimal(0))
    raised = 0 < raw < row.minimum
    ceiling = owed * row.cap
    amount = max(raw, row.minimum) if raised else raw
    capped = amount > ceiling  # the cap protects the customer, so it is applied last
    return LateFee(
        amount=min(amount, ceiling).quantize(_CENT, ROUND_HALF_UP),
        days=sum(part.days for part in parts),
        parts=parts,
        capped=capped,
        raised_to_minimum=raised and not capped,
        clause=row.clause,
        source=row.source,
        trust=row.trust,
    )


def _parts(owed: Decimal, due_on: date, paid_on: date, row: LateFeeRow) -> tuple[FeePart, ...]:
    first = due_on + timedelta(days=1)
    end = paid_on + timedelta(days=1) if row.count_payment_day else paid_on  # half-open
    new_year = date(first.year + 1, 1, 1)
    spans = (((min(end, new_year) - first).days, row.rate), ((end - new_year).days, row.next_year_rate))
    return tuple(FeePart(days, rate, owed * rate * days) for days, rate in spans if days > 0)


def _row(file: ArrearsFile, on: date, customer_class: CustomerClass, region: str | None) -> LateFeeRow | None:
    if region in file.unread_regions:
        return None
    rows = [row for row in file.late_fee if row.is_in_force(on) and customer_class in row.classes]
    own = [row for row in rows if row.region is not None and row.region == region]
    return next(iter(own or [row for row in rows if row.region is None]), None)
