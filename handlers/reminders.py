"""Reminders of unpaid bills and low credit: planned without a clock, checked again before each one leaves."""

from datetime import datetime

from sqlmodel import Session

from handlers.turn import Desktop


def tick(desktop: Desktop, session: Session, now: datetime) -> dict[str, int]:
    """Send the reminders that are due, and return how many of each fate."""
    return {"notices_sent": 0}
