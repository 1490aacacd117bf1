"""Worked bills, their boundaries, refusals, and what must hold for every bill."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rules.bill_wording import explain
from knowledge.rules.regions import region_ids
from knowledge.rules.tariff_book import TariffBook, default_book
from knowledge.rules.tariffs import BillQuestion, NoTariffInForce, bill, tariff_facts
from knowledge.sheets import BadContent

DATA = Path(__file__).parents[2] / "knowledge" / "data"
JAN, APR, JUL, DEC = (date(2026, month, 1) for month in (1, 4, 7, 12))
TABLES = [(table.region, table.customer, table.voltage) for table in default_book().tariffs]
KWH = st.integers(0, 3000).map(Decimal)


def a_question(
    region: str,
    kwh: str | None = None,
    month: date = JUL,
    *,
    used: str | None = None,
    peak: str | None = None,
    valley: str | None = None,
    **more: object,
) -> BillQuestion:
    question = BillQuestion(
        region,
        month,
        kwh=Decimal(kwh) if kwh else None,
        used_this_year=Decimal(used) if used else None,
        peak_kwh=Decimal(peak) if peak else None,
        valley_kwh=Decimal(valley) if valley else None,
    )
    return replace(question, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "total"),
    [
        (a_question("beijing", "350"), "176.41"),
        (a_question("beijing", "350", JAN, used="0"), "170.91"),
        (a_question("beijing", "350", used="2700"), "179.41"),
        (a_question("beijing", "3500", span="year"), "1740.05"),
        (a_question("shanghai", "5000", span="year"), "3229.00"),
        (a_question("shanghai", peak="250", valley="150", used="0"), "200.30"),
        (a_question("shanghai", peak="250", valley="150", used="3200"), "219.80"),
        (a_question("shanghai", peak="250", valley="150", used="3000"), "214.30"),
        (
            a_question("shanghai", peak="250", valley="150", used="4700"),
            "295.30",
        ),  # from the second to the third
        (a_question("guangdong", "600"), "370.40"),
        (a_question("guangdong", "600", JAN), "423.40"),
        (a_question("guangdong", "350", JAN), "213.65"),
        (a_question("guangdong", "350", JAN, people=5), "208.65"),
        (a_question("zhejiang", peak="240", valley="160", used="2700"), "199.40"),
        (a_question("zhejiang", "3000", span="year"), "1626.00"),
        (a_question("jiangsu", peak="200", valley="100", used="4700"), "212.49"),
        (a_question("jiangsu", "100", low_income=True), "44.91"),
        (a_question("sichuan", "300", DEC), "172.72"),
        (a_question("sichuan", "300"), "153.72"),
        (a_question("hunan", "400", APR), "257.70"),
        (a_question("hunan", "400"), "245.20"),
        (a_question("taiwan", "800"), "2030"),
        (a_question("taiwan", "800", DEC), "1815"),
        (a_question("taiwan", "428", span="month"), "1122"),
        (a_question("beijing", "100", customer="shared_meter"), "51.03"),
        (a_question("beijing", "100", customer="ev_pile", voltage="mv"), "50.03"),
        (a_question("taiwan", peak="100", valley="100"), "872"),  # 516 + 206 + two months' basic fee
        (a_question("sichuan", peak="100", valley="80"), "66.24"),
        (a_question("beijing", kwh="350", voltage="mv"), "172.91"),
    ],
)
def test_worked_bills(question: BillQuestion, total: str) -> None:
    assert str(bill(question).total) == total


@pytest.mark.parametrize(
    ("region", "used", "kwh", "total"),
    [
        # One kWh below the limit, on it, and one above: 2,880, 3,120, 2,760 and 200 kWh.
        ("beijing", "2780", "99", "48.34"),
        ("beijing", "2780", "100", "48.83"),
        ("beijing", "2780", "101", "49.37"),
        ("shanghai", "3020", "99", "61.08"),
        ("shanghai", "3020", "100", "61.70"),
        ("shanghai", "3020", "101", "62.37"),
        ("zhejiang", "2660", "100", "53.80"),
        ("zhejiang", "2660", "101", "54.39"),
        ("beijing", "4700", "100", "53.83"),
        ("beijing", "4700", "101", "54.62"),
        ("hunan", None, "200", "117.60"),
        ("hunan", None, "201", "118.24"),
        ("guangdong", None, "260", "153.14"),
        ("guangdong", None, "261", "153.78"),
        ("guangdong", None, "600", "370.40"),
        ("guangdong", None, "601", "371.29"),
    ],
)
def test_on_the_limit_and_one_step_past_it(region: str, used: str | None, kwh: str, total: str) -> None:
    assert str(bill(a_question(region, kwh, used=used)).total) == total


def test_shanghai_month_that_begins_on_the_limit_is_wholly_above_it() -> None:
    on_it = bill(a_question("shanghai", peak="250", valley="150", used="3120"))
    below = bill(a_question("shanghai", peak="250", valley="150", used="3119"))
    assert (str(on_it.total), str(below.total)) == ("219.80", "220.25")


def test_rounding_happens_once_at_the_end() -> None:
    estimate = bill(a_question("beijing", "350"))
    assert [str(line.amount) for line in estimate.lines] == ["117.1920", "59.2130"]
    assert str(estimate.unrounded) == "176.4050"


def test_the_month_view_names_its_assumption_and_the_other_view() -> None:
    estimate = bill(a_question("beijing", "350"))
    assert "平均到每个月" in estimate.assumptions[0]
    assert [str(other.total) for other in estimate.alternatives] == ["170.91"]


def test_seven_people_hear_of_the_flat_price() -> None:
    shanghai = bill(a_question("shanghai", "600", people=7, used="0"))
    assert [str(other.total) for other in shanghai.alternatives] == ["384.60"]
    assert not bill(a_question("shanghai", "600", people=6, used="0")).alternatives


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (a_question("beijing", "350", date(2023, 12, 1)), "before"),
        (a_question("taiwan", "350", date(2025, 9, 1)), "before"),
        (a_question("beijing", "350", date(2028, 6, 1)), "beyond"),
        (a_question("beijing", "350", customer="commercial"), "market"),
        (a_question("hunan", "350", customer="shared_meter"), "no_table"),
        (a_question("hunan", "350", voltage="mv"), "no_table"),
        (a_question("beijing", peak="100", valley="50"), "time_of_use"),
        (a_question("guangdong", peak="100", valley="50"), "time_of_use"),
        (a_question("sichuan", peak="100", valley="81"), "tier_unknown"),
        (a_question("shanghai", peak="3000", valley="1000", span="year"), "time_of_use"),
    ],
)
def test_what_we_do_not_know_is_refused_with_a_sentence(question: BillQuestion, reason: str) -> None:
    with pytest.raises(NoTariffInForce) as refused:
        bill(question)
    assert refused.value.reason == reason
    assert refused.value.sentence.endswith("。")


def test_the_last_month_we_compute_is_the_horizon() -> None:
    assert bill(a_question("beijing", "350", date(2028, 5, 1))).total
    with pytest.raises(NoTariffInForce):
        bill(a_question("beijing", "350", date(2028, 6, 30)))


def test_a_bill_without_kwh_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="kWh"):
        bill(a_question("beijing"))


def test_peak_is_derived_from_total_and_valley() -> None:
    whole = bill(a_question("shanghai", "400", valley="150", used="0"))
    assert str(whole.total) == "200.30"


@pytest.mark.parametrize(
    ("region", "moment", "period"),
    [
        ("shanghai", time(21, 59, 59), "peak"),
        ("shanghai", time(22), "valley"),
        ("shanghai", time(5, 59, 59), "valley"),
        ("shanghai", time(6), "peak"),
        ("zhejiang", time(22), "valley"),
        ("jiangsu", time(21), "valley"),
        ("guangdong", time(12), "flat"),
        ("guangdong", time(11, 59, 59), "peak"),
        ("guangdong", time(7, 59, 59), "valley"),
        ("taiwan", time(23, 59, 59), "peak"),
        ("taiwan", time(0), "valley"),
    ],
)
def test_windows_are_half_open(region: str, moment: time, period: str) -> None:
    tou = default_book().find(region, JUL).tou
    assert tou is not None
    season = next(season for season in tou.seasons if season.holds_in(7))
    assert season.period_at(moment) == period


@given(st.sampled_from(TABLES), st.integers(1, 12), KWH, KWH)
def test_more_kwh_never_cost_less(
    table: tuple[str, str, str], month: int, kwh: Decimal, more: Decimal
) -> None:
    region, customer, voltage = table
    small = replace(
        a_question(region, month=date(2026, month, 1)), kwh=kwh, customer=customer, voltage=voltage
    )  # type: ignore[arg-type]
    assert bill(replace(small, kwh=kwh + more)).unrounded >= bill(small).unrounded


@given(
    st.sampled_from(["beijing", "shanghai", "jiangsu", "zhejiang"]), st.lists(KWH, min_size=12, max_size=12)
)
def test_twelve_months_make_the_year(region: str, months: list[Decimal]) -> None:
    used, total = Decimal(0), Decimal(0)
    for number, kwh in enumerate(months, start=1):
        question = replace(a_question(region, month=date(2026, number, 1)), kwh=kwh, used_this_year=used)
        total += bill(question).unrounded
        used += kwh
    assert total == bill(replace(a_question(region, span="year"), kwh=used)).unrounded


@given(st.sampled_from(region_ids()), st.integers(1, 12), KWH)
def test_lines_make_the_total(region: str, month: int, kwh: Decimal) -> None:
    estimate = bill(replace(a_question(region, month=date(2026, month, 1)), kwh=kwh))
    assert sum(line.amount for line in estimate.lines) == estimate.unrounded
    assert abs(estimate.total - estimate.unrounded) <= Decimal("0.5")
    assert sum(line.kwh for line in estimate.lines if line.kwh is not None) == kwh
    for line in estimate.lines:
        assert line.price is None or line.kwh is None or line.kwh * line.price == line.amount


@given(st.sampled_from(region_ids()), st.integers(1, 12), KWH, st.integers(1, 12), st.booleans())
def test_neither_people_nor_concessions_raise_a_bill(
    region: str, month: int, kwh: Decimal, people: int, low_income: bool
) -> None:
    alone = replace(a_question(region, month=date(2026, month, 1)), kwh=kwh)
    eased = bill(replace(alone, people=people, low_income=low_income))
    assert 0 <= eased.unrounded <= bill(alone).unrounded


@given(st.sampled_from(["shanghai", "jiangsu", "zhejiang"]), KWH, KWH, st.integers(0, 6000).map(Decimal))
def test_a_kwh_moved_to_the_valley_never_costs_more(
    region: str, peak: Decimal, valley: Decimal, used: Decimal
) -> None:
    now = replace(a_question(region), peak_kwh=peak + 1, valley_kwh=valley, used_this_year=used)
    moved = replace(now, peak_kwh=peak, valley_kwh=valley + 1)
    assert bill(moved).unrounded <= bill(now).unrounded


@pytest.mark.parametrize("region", region_ids())
def test_every_region_has_its_facts(region: str) -> None:
    facts = tariff_facts(region, JUL)
    assert {
        "tariff.limit1",
        "tariff.limit2",
        "tariff.price1",
        "tariff.price2",
        "tariff.price3",
    } <= facts.keys()


def test_facts_are_said_as_in_a_sentence() -> None:
    assert tariff_facts("beijing", JUL)["tariff.limit1"] == "全年2880度"
    assert tariff_facts("guangdong", JUL)["tariff.limit1"] == "5月至10月每月260度，11月至次年4月每月200度"
    assert tariff_facts("shanghai", JUL)["tou.valley_hours"] == "22点至次日6点"
    assert tariff_facts("taiwan", JUL)["tariff.price1"] == "每度1.78元新台币"
    assert "low_income.free" not in tariff_facts("hunan", JUL)
    assert tariff_facts("beijing", date(2020, 1, 1)) == {}


def test_wrong_figures_seen_elsewhere_are_not_ours() -> None:
    wrong = ['"0.4830"', '"0.5330"', '"0.5830"', '"0.5738"', '"0.5724"', '"2520"', '"3120", "4800", "平']
    text = "".join(file.read_text(encoding="utf-8") for file in (DATA / "tariffs").glob("*.yaml"))
    assert not [figure for figure in wrong if figure in text]
    limits = {
        (table.region, str(season.limits[0]))
        for table in default_book().tariffs
        for season in table.seasons
        if season.limits
    }
    assert not limits & {("beijing", "210"), ("jiangsu", "3120"), ("beijing", "2760")}


def test_the_words_show_every_step_and_call_it_an_estimate() -> None:
    text = "\n".join(explain(bill(a_question("beijing", "350"))))
    assert "第二档 110度 × 0.5383 = 59.213元" in text
    assert "估算" in text
    assert "待供电公司确认" in text
    assert "2026年6月至7月" in explain(bill(a_question("taiwan", "800")))[0]


def _broken(tmp_path: Path, old: str, new: str) -> list[str]:
    for name in ("policy.yaml", "beijing.yaml"):
        text = (DATA / "tariffs" / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadContent) as refused:
        TariffBook.load(tmp_path)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"0.4883"', "0.4883", "seasons.0.prices.0"),
        ('"0.4883"', '"dear"', "seasons.0.prices.0"),
        ('limits: ["2880", "4800"]', 'limits: ["4800", "2880"]', "limits"),
        ('limits: ["2880", "4800"]', 'limits: ["2880"]', "prices"),
        ("months: [1, 12]", "months: [1, 11]", "12月"),
        ("valid_to: null", "valid_to: 2023-01-01", "valid_to"),
        ("id: beijing.shared.lv", "id: beijing.residential.lv", "beijing.residential.lv 已经有了"),
        ("customer: shared_meter", "customer: residential", "重叠"),
        ("region: beijing", "region: atlantis", "atlantis"),
        ("horizon_months: 18", "horizon_months: 0", "horizon_months"),
        ("also_for: [ev_pile]", "also_for: [spaceship]", "spaceship"),
    ],
)
def test_a_faulty_table_is_refused_by_file_and_field(tmp_path: Path, old: str, new: str, told: str) -> None:
    problems = _broken(tmp_path, old, new)
    assert any(told in problem and ".yaml" in problem for problem in problems), problems


def test_a_new_price_takes_over_on_its_first_day(tmp_path: Path) -> None:
    for name in ("policy.yaml", "hunan.yaml"):
        (tmp_path / name).write_text((DATA / "tariffs" / name).read_text(encoding="utf-8"), encoding="utf-8")
    old = (tmp_path / "hunan.yaml").read_text(encoding="utf-8")
    new = old.replace("hunan.residential.lv", "hunan.residential.lv.next").replace("0.588", "0.600")
    closed = old.replace("valid_to: null", "valid_to: 2026-10-01")
    both = closed + new.replace("valid_from: 2024-02-01", "valid_from: 2026-10-01")
    (tmp_path / "hunan.yaml").write_text(both, encoding="utf-8")
    book = TariffBook.load(tmp_path)
    assert str(bill(a_question("hunan", "100", date(2026, 9, 30)), book).total) == "58.80"
    assert str(bill(a_question("hunan", "100", date(2026, 10, 1)), book).total) == "60.00"
