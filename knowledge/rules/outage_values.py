"""An outage as the utility announced it, and what it is at a given moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Outage", "OutageKind", "OutageState", "expected_end", "is_overdue", "state_at"]

OutageKind = Literal["planned", "temporary", "fault", "capacity"]
OutageState = Literal["announced", "running", "postponed", "partly_restored", "restored", "cancelled"]


@dataclass(frozen=True, slots=True)
class Outage:
    """One announced or running outage; all moments are aware."""

    external_id: str
    kind: OutageKind
    state: OutageState
    scope: str
    start_at: datetime
    stop_at: datetime
    region: str
    substation: str = ""
    line: str = ""
    transformer: str = ""
    reason: str = ""
    etr_at: datetime | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None


def expected_end(outage: Outage) -> datetime:
    """Return when power is expected back: the newest estimate, else the announced end."""
    return outage.etr_at or outage.stop_at


def state_at(outage: Outage, now: datetime) -> OutageState:
    """Return the state at `now`: what was last reported, moved on by the announced times.

    A planned outage that nobody reported on is over at its announced end. What was reported as running,
    and every fault, goes on until somebody reports it restored: see is_overdue.
    """
    if outage.state in ("restored", "cancelled", "running", "partly_restored"):
        return outage.state
    if now < outage.start_at:
        return outage.state
    if now < expected_end(outage) or outage.kind == "fault":
        return "running"
    return "restored"


def is_overdue(outage: Outage, now: datetime) -> bool:
    """Return whether the expected end has passed without news of power being back."""
    return state_at(outage, now) in ("running", "partly_restored") and now >= expected_end(outage)
