"""Which paper of a kind's list each photo or file is, for a draft and for the ticket that came of it."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlmodel import Session, col

from storage.models import Evidence

# A voice note or a place is no paper.
_PAPERS = ("photo", "file", "video")


def unsorted(session: Session, draft_key: str) -> list[Evidence]:
    """Return what may be papers and is none yet, in the order in which it came."""
    return list(
        session.execute(
            select(Evidence)
            .where(
                col(Evidence.draft_key) == draft_key,
                col(Evidence.material) == "",
                col(Evidence.kind).in_(_PAPERS),
            )
            .order_by(col(Evidence.id))
        ).scalars()
    )


def sort(session: Session, draft_key: str, ids: Collection[int], paper: str) -> None:
    """Note which paper some photos of a draft are; "" for none of the list."""
    rows = session.execute(
        select(Evidence).where(col(Evidence.draft_key) == draft_key, col(Evidence.id).in_(ids))
    ).scalars()
    for one in rows:
        one.material = paper
        session.add(one)
    session.flush()


def join_albums(session: Session, draft_key: str) -> None:
    """Take further parts of an album, which come one by one, for the same paper as its first one."""
    rows = session.execute(
        select(Evidence)
        .where(col(Evidence.draft_key) == draft_key, col(Evidence.album) != "")
        .order_by(col(Evidence.id))
    ).scalars()
    paper_of: dict[str, str] = {}
    for one in rows:
        paper = paper_of.setdefault(one.album, one.material)
        if paper and not one.material and one.kind in _PAPERS:
            one.material = paper
            session.add(one)
    session.flush()


def of_album(session: Session, draft_key: str, album: str) -> list[int]:
    """Return the parts of an album in a draft by their ids, in their order; "" is no album."""
    if not album:
        return []
    rows = session.execute(
        select(col(Evidence.id))
        .where(col(Evidence.draft_key) == draft_key, col(Evidence.album) == album)
        .order_by(col(Evidence.id))
    )
    return [int(part) for (part,) in rows]


def sheets(session: Session, draft_key: str) -> Mapping[str, int]:
    """Return of how many photos each paper of a draft consists."""
    rows = session.execute(
        select(col(Evidence.material)).where(
            col(Evidence.draft_key) == draft_key, col(Evidence.material) != ""
        )
    )
    return Counter(paper for (paper,) in rows)
