"""The outage book in the database: lists taken in as they are delivered, and what of them matters now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import Session, col

from knowledge.rules.outages import Outage, OutageKind, OutageState
from storage.models import OutageFeed, OutageRow

# Long enough that somebody who comes home in the evening still reads what happened in the morning.
LOOK_BACK = timedelta(days=1)

_OVER = ("restored", "cancelled")
_COMPARED = (
    "kind",
    "state",
    "substation",
    "line",
    "transformer",
    "scope",
    "reason",
    "region",
    "start_at",
    "stop_at",
    "etr_at",
    "published_at",
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a delivery changed; `changed` names the outages (by our key) whose content is another now."""

    added: tuple[int, ...]
    changed: tuple[int, ...]
    unchanged: int


def store(
    session: Session, outages: Iterable[Outage], *, as_of: datetime, source: str, now: datetime
) -> Stored:
    """Take in a delivered list; an outage that is known by its external id is brought up to date.

    `as_of` is the moment whose knowledge the list is. A row older than what we have changes nothing, and an
    outage that the list leaves out stays as it was: lists may be partial.
    """
    listed = {one.external_id: one for one in outages}
    known = _by_external_id(session, listed)
    added: list[OutageRow] = []
    changed: list[OutageRow] = []
    for external_id, outage in listed.items():
        values = _values(outage, as_of)
        row = known.get(external_id)
        if row is None:
            row = OutageRow(external_id=external_id, **values)
            added.append(row)
        elif row.updated_at > values["updated_at"]:
            continue
        else:
            if _differs(row, values):
                changed.append(row)
            for name, value in values.items():
                setattr(row, name, value)
        session.add(row)
    session.add(OutageFeed(as_of=as_of, source=source, rows=len(listed), imported_at=now))
    session.flush()
    return Stored(_keys(added), _keys(changed), len(listed) - len(added) - len(changed))


def compare(session: Session, outages: Iterable[Outage], *, as_of: datetime) -> tuple[int, int, int]:
    """Return how many outages of a list are new, changed and unchanged, without storing anything."""
    listed = {one.external_id: one for one in outages}
    known = _by_external_id(session, listed)
    changed = 0
    for external_id, row in known.items():
        values = _values(listed[external_id], as_of)
        changed += row.updated_at <= values["updated_at"] and _differs(row, values)
    return len(listed) - len(known), changed, len(known) - changed


# Made once: building it costs more than the database needs to answer it, and half of our customers ask.
_CURRENT = (
    select(OutageRow)
    .where(
        col(OutageRow.start_at) <= bindparam("until"),
        or_(
            col(OutageRow.stop_at) >= bindparam("recently"),
            col(OutageRow.etr_at) >= bindparam("recently"),
            col(OutageRow.updated_at) >= bindparam("recently"),
            col(OutageRow.state).in_(("running", "partly_restored")),
            (col(OutageRow.kind) == "fault") & col(OutageRow.state).not_in(_OVER),
        ),
    )
    .order_by(col(OutageRow.start_at), col(OutageRow.id))
)
_CURRENT_IN = _CURRENT.where(col(OutageRow.region) == bindparam("region"))


def current(
    session: Session, *, now: datetime, horizon: timedelta, region: str | None = None
) -> dict[int, Outage]:
    """Return by our key the outages that run, ended within LOOK_BACK, or start within the horizon."""
    values: dict[str, Any] = {"until": now + horizon, "recently": now - LOOK_BACK}
    if region is None:
        rows = session.execute(_CURRENT, values).scalars()
    else:
        rows = session.execute(_CURRENT_IN, {**values, "region": region}).scalars()
    return {row.id: outage_of(row) for row in rows if row.id is not None}


def by_id(session: Session, outage_id: int) -> Outage | None:
    """Return one outage by our key, or None."""
    row = session.get(OutageRow, outage_id)
    return None if row is None else outage_of(row)


def as_of(session: Session) -> datetime | None:
    """Return the moment whose knowledge our newest delivery is, None where there has been none."""
    moment: datetime | None = session.execute(select(func.max(col(OutageFeed.as_of)))).scalar_one()
    return moment


def outage_of(row: OutageRow) -> Outage:
    """Return a row as the value that the rules work with."""
    return Outage(
        external_id=row.external_id,
        kind=cast(OutageKind, row.kind),
        state=cast(OutageState, row.state),
        scope=row.scope,
        start_at=row.start_at,
        stop_at=row.stop_at,
        region=row.region,
        substation=row.substation,
        line=row.line,
        transformer=row.transformer,
        reason=row.reason,
        etr_at=row.etr_at,
        published_at=row.published_at,
        updated_at=row.updated_at,
    )


def _by_external_id(session: Session, listed: Iterable[str]) -> dict[str, OutageRow]:
    names = list(listed)
    found: dict[str, OutageRow] = {}
    for first in range(0, len(names), 500):
        part = names[first : first + 500]
        rows = session.execute(select(OutageRow).where(col(OutageRow.external_id).in_(part))).scalars()
        found |= {row.external_id: row for row in rows}
    return found


def _values(outage: Outage, as_of: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(outage, name) for name in _COMPARED}
    values["updated_at"] = outage.updated_at or as_of
    return values


def _differs(row: OutageRow, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != values[name] for name in _COMPARED)


def _keys(rows: list[OutageRow]) -> tuple[int, ...]:
    return tuple(row.id for row in rows if row.id is not None)
