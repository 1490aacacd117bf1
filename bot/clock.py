"""The only place that reads the clock, and the knocking that makes the desk look at what is due."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


class Clock:
    """The service's clock, which a demonstration may put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return this moment, aware, in UTC."""
        return now() + self._ahead

    def put_to(self, moment: datetime | None) -> None:
        """Let the clock show a moment and go on from there; None puts it right again."""
        self._ahead = timedelta() if moment is None else moment - now()


def knocking(tick: Callable[[], Awaitable[None]], *, seconds: float) -> AsyncIOScheduler:
    """Return a scheduler that calls `tick` again and again and remembers nothing.

    What is due stands in the database, so a knock that is missed is made good by the next, and two
    schedulers do no harm.
    """
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(
        tick,
        "interval",
        seconds=seconds,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
        next_run_time=datetime.now(UTC),  # the scheduler knows no other time than the machine's
    )
    return scheduler
