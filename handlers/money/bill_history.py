"""Going on after one's own bills: 上个月呢, 那前年呢, 我另一个户号呢."""

from collections.abc import Callable

import storage.bills
from handlers.masking import tail
from handlers.messages import Choice, Reply
from handlers.money.binding import in_group, mine
from handlers.turn import Turn
from handlers.wording import bills_view as wording
from handlers.wording.reminders import account as named
from knowledge.text.normalise import normalise
from storage.bills import owed_fen
from storage.models import Account, Binding

_LOOKED_BACK = 48  # bills
_SHOWN_ACCOUNTS = 3
Show = Callable[[Turn, list[tuple[Account, Binding]], str], None]


def listen(turn: Turn, show: Show) -> bool:
    """Answer 上个月呢, 那前年呢 and 我另一个户号呢 after the speaker's own bills; False for other words.

    `show` shows accounts under a first line.
    """
    if turn.recall("last") != "bill_view" or turn.message.choice is not None or in_group(turn):
        return False
    human = Choice("人工", "handover")
    words = normalise(turn.text)
    shown = set(turn.recall("accounts") or ())
    owned = mine(turn)
    if wording.OTHER_ACCOUNT.fullmatch(words):
        turn.outcome("action", topic="arrears.query")
        others = [one for one in owned if one[0].id not in shown]
        if not others:
            turn.say(wording.no_other_account(len(owned)), Choice("绑定户号", "bind"), human)
            return True
        show(turn, others[:_SHOWN_ACCOUNTS], "")
        return True
    period = wording.period_asked(words, turn.book.today(turn.now))
    if period is None:
        return False
    sections = []
    for account, bound in (one for one in owned if one[0].id in shown):
        assert account.id is not None
        found = storage.bills.newest(turn.session, account.id, _LOOKED_BACK)
        of_it = [one for one in found if one.period.startswith(period)]
        lines = [wording.head(named(tail(account.number), bound.nickname))]
        lines += [
            wording.recent(one.period, one.amount_fen, one.kwh, paid=owed_fen(one) == 0) for one in of_it
        ] or [wording.none_of_period(period, min((one.period for one in found), default=None))]
        sections.append("\n".join(lines))
    if not sections:
        return False
    turn.outcome("action", topic="arrears.query")
    turn.remember(last="bill_view")
    turn.say(Reply("\n".join(sections), (Choice("我的电费", "bill_view"), human), kind="card"))
    return True
