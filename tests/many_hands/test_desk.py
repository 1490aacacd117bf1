"""Customers, colleagues, the clock and power failures in any order: what must be true stays true.

DIANLING_TEST_EXAMPLES=200 looks further. A story that fails is printed as it happened, not made shorter.
"""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from knowledge.book import Book
from tests.many_hands.crowd import CUSTOMERS, PLACES, Crowd, FragileDatabase

NAMES = st.sampled_from(list(CUSTOMERS))
HANDS = st.integers(0, 5)
WHICH = st.integers(0, 60)
STEPS = st.integers(1, 12)
WISHES = st.sampled_from(["人工", "取消排队", "结束人工", "催办", "谢谢", "修好了", "你们太差劲了", "/start"])
COMMANDS = st.sampled_from(
    [
        "/take NUMBER",
        "/arrived NUMBER",
        "/done NUMBER 已经修好",
        "/wait NUMBER 等材料",
        "/go NUMBER",
        "/transfer NUMBER 李 他在附近",
        "/transfer NUMBER 王 换班",
        "/assign NUMBER 李",
        "/merge NUMBER OTHER",
        "/split NUMBER",
        "/show NUMBER",
        "/off",
        "/on",
        "/mine",
        "/list",
        "/take",
        "/end",
        "/transfer 李 他懂光伏",
        "/transfer 王 她在附近",
        "/transfer 张 需要班长",
    ]
)
# Shrinking a story of thirty messages takes longer than reading it.
PHASES = (Phase.explicit, Phase.generate)


def machine_for(book: Book, empty: Path) -> type[RuleBasedStateMachine]:
    """Return the machine that works on a desk with this book and a copy of this database."""

    class ManyHands(RuleBasedStateMachine):
        @initialize()
        def open(self) -> None:
            self.folder = tempfile.TemporaryDirectory()
            file = Path(self.folder.name) / "dianling.db"
            shutil.copy(empty, file)
            self.crowd = Crowd(FragileDatabase(f"sqlite:///{file}"), book)

        @rule(name=NAMES, quickly=st.booleans())
        def a_customer_says_something(self, name: str, quickly: bool) -> None:
            self.crowd.customer_says(name, quickly=quickly)

        @rule(name=NAMES)
        def a_customer_cries_for_help(self, name: str) -> None:
            self.crowd.customer_says(name, cries=True)

        @rule(name=NAMES, count=st.integers(1, 3))
        def a_customer_shows_something(self, name: str, count: int) -> None:
            self.crowd.customer_shows(name, count)

        @rule(which=WHICH)
        def a_customer_edits_a_message(self, which: int) -> None:
            self.crowd.customer_edits(which)

        @rule(name=NAMES, place=st.sampled_from(PLACES), until=STEPS)
        def a_customer_reports_a_fault(self, name: str, place: str, until: int) -> None:
            self.crowd.customer_reports(name, place, until=until)

        @rule(name=NAMES, until=STEPS)
        def a_customer_reports_somebody(self, name: str, until: int) -> None:
            self.crowd.customer_denounces(name, until=until)

        @rule(name=NAMES, words=WISHES)
        def a_customer_wants(self, name: str, words: str) -> None:
            self.crowd.customer_wants(name, words)

        @rule(name=NAMES, which=WHICH)
        def a_customer_taps(self, name: str, which: int) -> None:
            self.crowd.customer_taps(name, which)

        @rule(who=HANDS, which=WHICH, command=st.sampled_from(["", "/r "]), photo=st.booleans())
        def a_colleague_answers(self, who: int, which: int, command: str, photo: bool) -> None:
            self.crowd.colleague_answers(who, which, command=command, photo=photo)

        @rule(which=WHICH, words=st.sampled_from(["", "/undo"]))
        def a_colleague_edits_a_line(self, which: int, words: str) -> None:
            self.crowd.colleague_edits(which, words=words)

        @rule(who=HANDS)
        def a_colleague_talks_to_the_others(self, who: int) -> None:
            self.crowd.colleague_chats(who)

        @rule(who=HANDS, which=WHICH)
        def a_colleague_writes_a_note(self, who: int, which: int) -> None:
            self.crowd.colleague_notes(who, which)

        @rule(who=HANDS, command=COMMANDS, which=WHICH)
        def a_colleague_gives_a_command(self, who: int, command: str, which: int) -> None:
            self.crowd.colleague_commands(who, command, which)

        @rule(who=HANDS, which=WHICH)
        def a_colleague_taps(self, who: int, which: int) -> None:
            self.crowd.colleague_taps(who, which)

        @rule(who=HANDS)
        def a_colleague_leaves(self, who: int) -> None:
            self.crowd.colleague_leaves(who)

        @rule()
        def a_colleague_comes(self) -> None:
            self.crowd.colleague_comes()

        @rule(minutes=st.sampled_from([1, 2, 4, 11, 40, 200, 1500]))
        def time_passes(self, minutes: int) -> None:
            self.crowd.time_passes(minutes)

        @rule()
        def the_power_fails_next(self) -> None:
            self.crowd.database.dies = True

        @rule()
        def the_next_message_comes_twice(self) -> None:
            self.crowd.desk.twice = True

        @invariant()
        def all_is_well(self) -> None:
            if hasattr(self, "crowd"):
                self.crowd.check()

        def teardown(self) -> None:
            if hasattr(self, "crowd"):
                try:
                    self.crowd.check_end()
                finally:
                    self.crowd.database.close()
                    self.folder.cleanup()

    return ManyHands


def test_whatever_they_do_nothing_goes_to_the_wrong_person(book: Book, empty_database: Path) -> None:
    run_state_machine_as_test(
        machine_for(book, empty_database),
        settings=settings(
            max_examples=int(os.environ.get("DIANLING_TEST_EXAMPLES", "40")),
            stateful_step_count=30,
            deadline=None,
            database=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
