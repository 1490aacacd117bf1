"""Finding the outage that may have caused what is reported days later, such as a broken appliance."""

from datetime import timedelta

import storage.outages
from handlers.outages.outage_places import Known, announced_address, touching_words
from handlers.turn import Turn
from knowledge.rules.outages import state_at
from storage.models import Account


def recent_at(turn: Turn, account: Account | None, place: str, *, within: str) -> Known | None:
    """Return the last outage that a place surely had within so many days; None where none is known.

    `within` is the fact that holds the days; raises FactMissing.
    """
    where = announced_address(account) if account is not None else place
    if not where:
        return None
    today = turn.book.today(turn.now)
    days = turn.book.library.facts.resolve(within, region=turn.home, on=today)
    back = timedelta(days=int(days.value))
    # What is recent then has ended within these days, and its horizon is this moment.
    then = turn.now - back + storage.outages.LOOK_BACK
    areas = storage.outages.current(turn.session, now=then, horizon=turn.now - then)
    sure = [
        match.key
        for match in touching_words(where, areas)
        if match.certainty == "sure" and areas[match.key].start_at <= turn.now
    ]
    if not sure:
        return None
    last = max(sure, key=lambda key: areas[key].start_at)
    return Known(last, areas[last], state_at(areas[last], turn.now))
