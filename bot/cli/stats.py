"""Counting what is where."""

from bot.cli import common
from bot.cli.common import JsonFlag, print_json
from bot.opening import open_database
from storage.statistics import by_state


def stats(as_json: JsonFlag = False) -> None:
    """Count rows of inbox, outbox, tickets and notices by state."""
    database = open_database(common.settings())
    with database.reading() as session:
        counts = by_state(session)
    if as_json:
        print_json(counts)
        return
    for table, states in counts.items():
        for state, count in states.items():
            print(f"{table:10} {state:12} {count}")
