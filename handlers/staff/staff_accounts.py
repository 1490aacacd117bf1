"""Colleagues' accounts: adding, roles, codes, duty, removing; every change is asked for and audited."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

import storage.audit
import storage.departures
import storage.staff
import storage.tickets
from handlers.handover import handover_queue
from handlers.staff import departures, first_asked, rights
from handlers.staff.colleague_links import code_hash
from handlers.staff.colleagues import Refused, required
from handlers.turn import Desktop
from knowledge.rules.roles import allows
from storage.models import Role, Staff, Ticket

MAX_NAME = 20
_MAX_TEAM = 24
_MAX_CAPACITY = 50
# They stand in records where a colleague's name would, or in front of it.
_NOT_NAMES = ("customer", "clock", "operator", "staff", "stranger", "客户", "电铃")


@dataclass(frozen=True, slots=True)
class Changed:
    """What became of a change to an account: whether it was made, and the sentence for whoever asked.

    One that was not allowed is in the audit, so its transaction must be committed all the same.
    """

    ok: bool
    text: str
    staff: Staff | None = None


# `by` is the name of the colleague who does it, None at the machine of a house without an admin.


def allowed(
    session: Session, by: str | None, act: str, now: datetime, *, colleague: Staff | None = None, what: str
) -> str | None:
    """Write an act about accounts down and return why it is refused, or None.

    Until there is an admin whoever sits at the machine may do it, afterwards only a colleague with the right.
    Raises Refused where nobody is named or nobody is called so.
    """
    detail: dict[str, object] = {"what": what}
    if colleague is not None:
        detail["colleague"] = colleague.id
    if by is not None:
        return rights.refused(session, required(session, by), act, now=now, detail=detail)
    admins = storage.staff.active_of(session, [Role.ADMIN])
    if admins:
        names = ", ".join(one.name for one in admins)
        raise Refused(f"say who does it with --as NAME; accounts are kept by {names}")
    storage.audit.write(session, at=now, actor="operator", act=act, detail=detail)
    return None


def everybody(
    session: Session, *, by: str | None, gone: bool, now: datetime
) -> tuple[str | None, list[Staff]]:
    """Return why the list is refused, or None and the colleagues."""
    refused = allowed(session, by, "staff.list", now, what="list")
    return refused, [] if refused else storage.staff.everybody(session, gone=gone)


def add(
    session: Session,
    name: str,
    *,
    role: str,
    team: str,
    capacity: int,
    by: str | None,
    now: datetime,
) -> Changed:
    """Keep a new colleague; raises Refused where a word does not fit or the name was given before."""
    name = unicodedata.normalize("NFKC", name).strip()
    if not 1 <= len(name) <= MAX_NAME or not all(one.isalnum() or one in "·-_" for one in name):
        raise Refused(f"a name has up to {MAX_NAME} letters or digits, without spaces: {name!r}")
    if name.lower() in _NOT_NAMES:
        raise Refused(f"nobody can be called {name!r}: records use the word for something else")
    _check_role(role)
    _check_team(team)
    _check_capacity(capacity)
    storage.staff.hold_all(session)
    if storage.staff.by_name(session, name) is not None:
        raise Refused(f"the name {name!r} was given before; records would not tell the two apart")
    refused = allowed(session, by, "staff.manage", now, what="add")
    if refused:
        return Changed(False, refused)
    staff = storage.staff.add(session, name=name, role=role, team=team, capacity=capacity, now=now)
    assert staff is not None
    _note(session, by, staff, now, what="added", role=role, team=team, capacity=capacity)
    return Changed(True, f"{name} is with us: {role}, team {team}, up to {capacity} customers at once", staff)


def change_role(
    desktop: Desktop, session: Session, name: str, role: str, *, by: str | None, now: datetime
) -> Changed:
    """Give a colleague another role; work that the new one may not do goes back."""
    _check_role(role)
    storage.staff.hold_all(session)
    staff = required(session, name)
    refused = allowed(session, by, "staff.manage", now, colleague=staff, what="role")
    if refused:
        return Changed(False, refused)
    if staff.role == role:
        raise Refused(f"{name} is {role} already")
    if staff.role == Role.ADMIN:
        _keep_an_admin(session, staff)
    heir = _heir_of_duty(desktop, session, staff, now) if not allows(role, "ticket.see") else None
    staff.role = role
    session.add(staff)
    session.flush()
    returned = departures.give_back(
        desktop,
        session,
        staff,
        now,
        actor=_actor(by),
        tickets=not allows(role, "ticket.work"),
        chats=not allows(role, "chat.reply"),
        heir=heir,
    )
    _note(session, by, staff, now, what="role", role=role)
    return Changed(True, f"{name} is {role} now{returned.told()}", staff)


def change_team(session: Session, name: str, team: str, *, by: str | None, now: datetime) -> Changed:
    """Move a colleague to another team; work stays where it is."""
    _check_team(team)
    staff = required(session, name)
    refused = allowed(session, by, "staff.manage", now, colleague=staff, what="team")
    if refused:
        return Changed(False, refused)
    staff.team = team
    session.add(staff)
    _note(session, by, staff, now, what="team", team=team)
    return Changed(True, f"{name} is in team {team} now", staff)


def change_capacity(session: Session, name: str, capacity: int, *, by: str | None, now: datetime) -> Changed:
    """Let a colleague speak with more or fewer customers at once; conversations that run go on."""
    _check_capacity(capacity)
    staff = required(session, name)
    refused = allowed(session, by, "staff.manage", now, colleague=staff, what="capacity")
    if refused:
        return Changed(False, refused)
    staff.capacity = capacity
    session.add(staff)
    _note(session, by, staff, now, what="capacity", capacity=capacity)
    return Changed(True, f"{name} speaks with up to {capacity} customers at once", staff)


def issue_code(
    desktop: Desktop, session: Session, name: str, *, by: str | None, now: datetime
) -> tuple[Changed, str]:
    """Return a one-time code that links a colleague with Telegram, shown only now; earlier ones end.

    Good for `practice.code_minutes`; only its keyed hash is kept.
    """
    staff = required(session, name)
    refused = allowed(session, by, "staff.manage", now, colleague=staff, what="code")
    if refused:
        return Changed(False, refused), ""
    practice = desktop.book.practice
    code = ""
    while not code or storage.staff.code_exists(session, code_hash(desktop.secret, code)):
        code = f"{secrets.randbelow(10**practice.code_digits):0{practice.code_digits}d}"
    storage.staff.add_code(
        session,
        staff,
        code_hash=code_hash(desktop.secret, code),
        now=now,
        expires_at=now + timedelta(minutes=practice.code_minutes),
    )
    return Changed(True, f"good for {practice.code_minutes} minutes, once", staff), code


def unlink(session: Session, name: str, *, by: str | None, now: datetime) -> Changed:
    """Take a colleague's Telegram away, as after a lost telephone; work and duty stay."""
    staff = required(session, name)
    refused = allowed(session, by, "staff.manage", now, colleague=staff, what="unlink")
    if refused:
        return Changed(False, refused)
    storage.staff.void_codes(session, staff, now)
    if staff.telegram_id is None:
        return Changed(True, f"{name} was not linked; codes that were out are void", staff)
    storage.departures.withhold(session, staff)
    staff.telegram_id = None
    session.add(staff)
    return Changed(True, f"{name} is not linked with Telegram any more", staff)


def set_duty(session: Session, name: str, on: bool, *, by: str | None, now: datetime) -> Changed:
    """Note that a colleague is at work or not; who goes gives conversations back to the queue's front."""
    staff = required(session, name)
    own = by == name
    act = "staff.duty" if own else "staff.manage"
    refused = allowed(session, by, act, now, colleague=staff, what="on" if on else "off")
    if refused:
        return Changed(False, refused)
    change = handover_queue.on_duty if on else handover_queue.off_duty
    return Changed(True, change(session, staff, now).text, staff)


def remove(desktop: Desktop, session: Session, name: str, *, by: str | None, now: datetime) -> Changed:
    """Take a colleague's account away, all in this transaction: tickets, conversations and duty go on.

    Raises Refused for the last admin, and where nobody could take the duty over.
    """
    storage.staff.hold_all(session)
    staff = required(session, name)
    refused = allowed(session, by, "staff.manage", now, colleague=staff, what="remove")
    if refused:
        return Changed(False, refused)
    if staff.role == Role.ADMIN:
        _keep_an_admin(session, staff)
    heir = _heir_of_duty(desktop, session, staff, now)
    storage.departures.withhold(session, staff)
    storage.staff.leave(session, staff, now)
    returned = departures.give_back(
        desktop, session, staff, now, actor=_actor(by), tickets=True, chats=True, heir=heir
    )
    _note(session, by, staff, now, what="removed", **returned.counted())
    return Changed(True, f"{name} has left{returned.told()}", staff)


def pass_duty(
    session: Session, ticket: Ticket, to: str, reason: str, *, by: str | None, now: datetime
) -> Changed:
    """Make another colleague accountable for a ticket, with a reason: for a lead or an admin."""
    heir = required(session, to)
    if not reason.strip():
        raise Refused("say why the duty moves")
    if by is None:
        raise Refused("say who does it with --as NAME")
    refused = rights.refused(session, required(session, by), "ticket.duty", now=now, ticket=ticket)
    if refused:
        return Changed(False, refused)
    storage.staff.stand_still(session, heir)
    if not allows(heir.role, "ticket.see"):
        raise Refused(f"{to} ({heir.role}) may not see tickets, and so cannot be accountable for one")
    if not first_asked.move(session, ticket, heir, "lead", now, actor=_actor(by)):
        raise Refused(f"{ticket.number}: {to} has the duty already, or nobody has answered yet")
    storage.tickets.note(
        session, ticket, at=now, kind="duty", actor=_actor(by), text=f"{to}：{reason.strip()}", internal=True
    )
    return Changed(True, f"{to} is accountable for {ticket.number}", heir)


# -- inside


def _actor(by: str | None) -> str:
    return f"staff:{by}" if by is not None else "operator"


def _note(session: Session, by: str | None, staff: Staff, now: datetime, **detail: object) -> None:
    storage.audit.write(
        session, at=now, actor=_actor(by), act="staff.changed", staff_id=staff.id, detail={**detail}
    )


def _check_role(role: str) -> None:
    if role not in list(Role):
        raise Refused(f"there is no role {role!r}; roles are {', '.join(Role)}")


def _check_team(team: str) -> None:
    if not 1 <= len(team) <= _MAX_TEAM or not team.isascii() or not team.replace("_", "").isalnum():
        raise Refused(f"a team is one word of up to {_MAX_TEAM} Latin letters: {team!r}")


def _check_capacity(capacity: int) -> None:
    if not 1 <= capacity <= _MAX_CAPACITY:
        raise Refused(f"a colleague speaks with 1 to {_MAX_CAPACITY} customers at once, not {capacity}")


def _keep_an_admin(session: Session, staff: Staff) -> None:
    if len(storage.staff.active_of(session, [Role.ADMIN])) == 1:
        raise Refused(f"{staff.name} is the last admin; make another one first")


def _heir_of_duty(desktop: Desktop, session: Session, staff: Staff, now: datetime) -> Staff | None:
    heir = departures.heir(session, staff)
    if heir is None and departures.has_duties(session, staff, now, desktop.book):
        raise Refused(
            f"{staff.name} is accountable for matters that no customer has confirmed, and there is no lead or"
            " admin to take them over; add one first: dianling staff add NAME --role lead"
        )
    return heir
