"""Figures are found by id, region and day, and never guessed."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.facts import Fact, FactMissing, Facts
from knowledge.library import DATA_DIR, Library
from knowledge.rules.regions import region_ids
from knowledge.sheets import BadContent
from knowledge.sources import Sources
from tests.knowledge.shelves import Shelf, a_fact, a_source

TODAY = date(2026, 11, 20)


def a_row(**changed: object) -> Fact:
    row: dict[str, object] = {
        "id": "promise.arrive",
        "value": "45",
        "unit": "分钟",
        "source": "law.one",
        "valid_from": date(2024, 1, 1),
        "checked_on": date(2026, 11, 1),
        "trust": "B",
    }
    return Fact(**(row | changed))  # type: ignore[arg-type]


def test_a_figure_is_said_with_its_unit():
    facts = Facts([a_row()])
    rendered = facts.render("约{promise.arrive}到。", region="beijing", on=TODAY)
    assert rendered.text == "约45分钟到。"
    assert [fact.id for fact in rendered.used] == ["promise.arrive"]
    assert facts.resolve("promise.arrive", region="beijing", on=TODAY).amount == Decimal("45")


def test_an_average_is_said_as_one():
    facts = Facts([a_row(say="一般45分钟左右")])
    assert facts.at(TODAY, "beijing").render("{promise.arrive}").text == "一般45分钟左右"


@pytest.mark.parametrize("turned", [False, True])
def test_the_row_of_the_region_stands_before_the_general_one(turned: bool):
    rows = [a_row(region="shanghai", value="60"), a_row(valid_from=date(2025, 1, 1))]  # though older
    facts = Facts(reversed(rows) if turned else rows)
    assert facts.resolve("promise.arrive", region="shanghai", on=TODAY).value == "60"
    assert facts.resolve("promise.arrive", region="hunan", on=TODAY).value == "45"


def test_a_placeholder_may_name_another_region():
    facts = Facts([a_row(region="shanghai", value="60"), a_row()])
    assert facts.render("{promise.arrive@shanghai}", region="hunan", on=TODAY).text == "60分钟"
    assert facts.resolve("promise.arrive@shanghai", region="hunan", on=TODAY).value == "60"


@pytest.mark.parametrize(
    ("on", "value"),
    [
        (date(2024, 1, 1), "45"),
        (date(2025, 6, 30), "45"),
        (date(2025, 7, 1), "30"),  # the day valid_to belongs to the next row
    ],
)
def test_each_day_has_the_row_of_its_own_period(on: date, value: str):
    facts = Facts([a_row(valid_to=date(2025, 7, 1)), a_row(value="30", valid_from=date(2025, 7, 1))])
    assert facts.resolve("promise.arrive", region="beijing", on=on).value == value


@pytest.mark.parametrize(
    ("fact_id", "region", "on"),
    [
        ("promise.arrive", "beijing", date(2023, 12, 31)),  # not yet
        ("promise.arrive", "beijing", date(2025, 7, 1)),  # no longer
        ("promise.arrive.urban", "beijing", date(2024, 5, 1)),  # never heard of
        ("phone.tram", "beijing", date(2024, 5, 1)),  # only elsewhere
    ],
)
def test_what_is_not_known_is_refused(fact_id: str, region: str, on: date):
    facts = Facts([a_row(valid_to=date(2025, 7, 1)), a_row(id="phone.tram", region="shanghai")])
    with pytest.raises(FactMissing) as refused:
        facts.render(f"打{{{fact_id}}}", region=region, on=on)
    assert (refused.value.fact_id, refused.value.region, refused.value.on) == (fact_id, region, on)


def test_a_price_table_stands_before_a_row_written_by_hand():
    by_hand = [a_row(), a_row(id="tou.hours", value="", unit="", say="以公布为准")]
    table = {"tou.hours": a_row(id="tou.hours", say="22点至6点")}
    facts = Facts(by_hand, derived=lambda region, on: table if region == "shanghai" else {})
    assert (
        facts.render("{tou.hours}，{promise.arrive}", region="shanghai", on=TODAY).text == "22点至6点，45分钟"
    )
    assert facts.render("{tou.hours}", region="beijing", on=TODAY).text == "以公布为准"


@pytest.mark.parametrize(
    ("trust", "confirmed", "unconfirmed"),
    [
        ("A", False, False),
        ("B", False, False),
        ("D", False, False),
        ("C", False, True),
        ("K", False, True),
        ("C", True, False),
        ("K", True, False),
    ],
)
def test_what_is_second_hand_waits_for_the_utility(trust: str, confirmed: bool, unconfirmed: bool):
    assert a_row(trust=trust, confirmed=confirmed).unconfirmed is unconfirmed


@given(st.text())
def test_text_without_a_placeholder_is_left_alone(text: str):
    if "{" not in text:
        assert Facts([]).render(text, region="beijing", on=TODAY).text == text


@given(
    starts=st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=2, max_size=6, unique=True),
    on=st.dates(date(2019, 1, 1), date(2031, 1, 1)),
)
def test_of_rows_in_a_chain_exactly_the_right_one_holds(starts: list[date], on: date):
    starts.sort()
    rows = [
        a_row(value=str(number), valid_from=start, valid_to=end)
        for number, (start, end) in enumerate(zip(starts, [*starts[1:], None], strict=True))
    ]
    wanted = [str(number) for number, start in enumerate(starts) if start <= on][-1:]
    try:
        found = [Facts(reversed(rows)).resolve("promise.arrive", region="beijing", on=on).value]
    except FactMissing:
        found = []
    assert found == wanted


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"value": 5}, "field"),  # a bare number: 0.50 would lose its zero
        ({"source": "law.two"}, "source"),
        ({"region": "mars"}, "region"),
        ({"value": "", "unit": ""}, "field"),
        ({"valid_to": "2024-01-01"}, "field"),
        ({"trust": "Z"}, "field"),
        ({"id": "Promise.Reply"}, "id"),
        ({"colour": "red"}, "field"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, wrong: dict[str, object], rule: str):
    shelf = Shelf(tmp_path).fill(facts=[a_fact(id="promise.first"), a_fact(**wrong)])
    with pytest.raises(BadContent) as refused:
        Facts.load(shelf.data_dir)
    (problem,) = refused.value.problems
    assert (problem.file, problem.rule) == ("common.yaml", rule)
    assert problem.line > 1
    assert str(problem).startswith(f"common.yaml:{problem.line}: ")


def test_all_faults_are_told_at_once(tmp_path: Path):
    shelf = Shelf(tmp_path).fill(facts=[a_fact(source="law.two"), a_fact(id="x.y", trust="Z", value=1)])
    with pytest.raises(BadContent) as refused:
        Facts.load(shelf.data_dir)
    assert len(refused.value.problems) == 3


def test_two_rows_must_not_hold_on_the_same_day(tmp_path: Path):
    shelf = Shelf(tmp_path).fill(facts=[a_fact(valid_to="2025-01-02"), a_fact(valid_from="2025-01-01")])
    with pytest.raises(BadContent, match="duplicate-id"):
        Facts.load(shelf.data_dir)
    shelf.fill(facts=[a_fact(valid_to="2025-01-01"), a_fact(valid_from="2025-01-01")])
    assert Facts.load(shelf.data_dir).ids >= {"promise.reply", "utility.app"}


def test_a_source_is_cited_with_articles_and_date(tmp_path: Path):
    listed = [a_source(), a_source(id="own", title="本公司做法", effective=None)]
    sources = Sources.load(Shelf(tmp_path).fill(sources=listed).data_dir)
    assert sources["law.one"].citation(("第三条", "第五条")) == "《一号法》第三条、第五条（2020-05-01起施行）"
    assert sources["own"].citation() == "本公司做法"


def test_a_law_of_another_place_is_only_followed(tmp_path: Path):
    listed = [a_source(holds_in=["shanghai"]), a_source(id="law.two", title="《二号法》")]
    sources = Sources.load(Shelf(tmp_path).fill(sources=listed).data_dir)
    assert sources["law.one"].citation(region="shanghai") == "《一号法》（2020-05-01起施行）"
    assert sources["law.one"].citation(region="hunan") == "参照《一号法》（2020-05-01起施行）"
    assert sources["law.two"].citation(region="hunan") == "《二号法》（2020-05-01起施行）"


def test_a_source_is_listed_once(tmp_path: Path):
    with pytest.raises(BadContent, match="duplicate-id"):
        Sources.load(Shelf(tmp_path).fill(sources=[a_source(), a_source()]).data_dir)


@pytest.mark.parametrize(
    ("fact_id", "region", "text"),
    [
        ("promise.repair.arrive.urban", "beijing", "一般45分钟左右"),
        ("arrears.cutoff.after_days", "beijing", "超过30日"),
        ("arrears.late_fee.range", "hunan", "每日千分之一至千分之三"),  # per mille, not per cent
        ("promise.reconnect", "beijing", "24小时"),
        ("promise.reconnect", "guangdong", "12小时"),
        ("phone.hotline", "beijing", "95598"),
        ("phone.hotline", "taiwan", "1911"),
        ("utility.name", "beijing", "江城供电"),
        ("handover.hours", "beijing", "每天8:00至20:00"),
    ],
)
def test_shipped_figures(fact_id: str, region: str, text: str):
    assert Facts.load(DATA_DIR).resolve(fact_id, region=region, on=TODAY).text == text


@pytest.mark.parametrize("region", region_ids())
def test_nothing_shipped_claims_to_be_confirmed(region: str):
    library = Library.load()
    used = [fact for it in library.served(region, TODAY) for fact in library.answer(it, region, TODAY).used]
    assert used
    assert not any(fact.confirmed for fact in used)
