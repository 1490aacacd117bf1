"""What the search makes of evidence: probabilities, and a threshold that a library's own phrasings move."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.search import storing
from knowledge.search.evidence import FEATURES, denies, purposes
from knowledge.search.index import Found, Index, Unknown
from knowledge.search.judgement import (
    SIGNALS,
    Trial,
    fit_ranking,
    left_out_threshold,
    prior,
    refused_threshold,
)
from knowledge.search.learned import Coefficients, CoefficientsRefused, default_coefficients
from knowledge.search.storing import fingerprint

THINGS = (
    "羽毛球场",
    "游泳馆",
    "健身房",
    "乒乓球台",
    "篮球场",
    "瑜伽室",
    "攀岩墙",
    "更衣柜",
    "停车位",
    "储物箱",
)
ASKED = ("怎么预约", "多少钱一次", "几点开门", "能带小孩吗", "在几楼", "要带什么", "可以退款吗")

shares = st.floats(0, 1, allow_nan=False)
figures = st.lists(
    st.lists(shares, min_size=len(FEATURES), max_size=len(FEATURES)), min_size=1, max_size=14
).map(np.array)


def sports_centre(entries: int) -> list[tuple[str, str]]:
    """Return entries that differ by a thing or by what is asked of it: hard to tell apart."""
    questions = [f"{thing}{asked}" for thing in THINGS for asked in ASKED][:entries]
    return [(f"e{number}", question) for number, question in enumerate(questions)]


def trials(scores: list[float], *, right: int) -> list[Trial]:
    """Return left-out phrasings that share so much with one candidate, and hardly anything with others."""
    alike = [np.outer([score, 0.05, 0.04, 0.03], np.ones(len(FEATURES))) for score in scores]
    return [Trial(one, (0.0, 0.0, 0.0), right) for one in alike]


@given(figures, st.tuples(shares, shares, shares), shares)
@settings(max_examples=100, deadline=None)
def test_whatever_the_evidence_the_outcome_is_a_probability(
    evidence: "np.ndarray[tuple[int, int], np.dtype[np.float64]]",
    unseen: tuple[float, float, float],
    richness: float,
) -> None:
    scores, answerable = prior(richness).weigh(evidence, unseen)
    assert len(scores) == len(evidence)
    assert all(0 <= score <= 1 for score in [*scores, answerable])


@given(shares, shares)
def test_the_prior_lies_between_its_two_ends(first: float, second: float) -> None:
    ends = [prior(0.0).sure, prior(1.0).sure]
    assert min(ends) - 1e-9 <= prior(first).sure <= max(ends) + 1e-9
    assert (prior(first).sure - prior(second).sure) * (first - second) * (ends[1] - ends[0]) >= -1e-9


@given(st.lists(st.floats(0.2, 1.0), min_size=50, max_size=80), st.sampled_from([0.0, 1.0]))
@settings(max_examples=25, deadline=None)
def test_a_library_moves_the_threshold_only_so_far(scores: list[float], richness: float) -> None:
    before = prior(richness)
    learned = before.learn(trials(scores, right=0 if richness else -1), richness)
    assert 0.05 < learned.sure < 1
    assert learned.sure == pytest.approx(before.moved(learned.shift).sure)
    assert abs(learned.shift) <= 2.0


def test_entries_that_are_mistaken_for_each_other_ask_for_more() -> None:
    single = prior(0.0)
    easy, hard = trials([0.2] * 60, right=-1), trials([0.8] * 60, right=-1)
    assert refused_threshold(single, hard) > refused_threshold(single, easy)
    assert single.learn(hard, 0.0).sure > single.learn(easy, 0.0).sure


def test_phrasings_that_are_found_again_ask_for_less() -> None:
    several = prior(1.0)
    good = [*trials([0.4] * 50, right=0), *trials([0.1] * 10, right=1)]
    bad = [*trials([0.4] * 30, right=1), *trials([0.1] * 30, right=0)]
    assert left_out_threshold(several, good) < left_out_threshold(several, bad)


def test_a_handful_of_phrasings_teaches_nothing() -> None:
    before = prior(0.5)
    assert before.learn(trials([0.9] * 10, right=0), 0.5) is before


def test_ranking_learns_which_figure_tells() -> None:
    telling = np.zeros((2, len(FEATURES)))
    telling[0, FEATURES.index("alike")] = 0.5
    telling[1, FEATURES.index("ratio")] = 0.5
    learned = fit_ranking([Trial(telling, (0.0, 0.0, 0.0), 0)] * 20, np.zeros(len(FEATURES)), 0.01)
    assert learned[FEATURES.index("alike")] > 0 > learned[FEATURES.index("ratio")]


def test_near_copies_are_not_answered_for_each_other() -> None:
    stored = sports_centre(70)
    index = Index.build([row for row in stored if row[1] != "游泳馆几点开门"])
    assert isinstance(index.decide("篮球场几点开门"), Found)
    assert not isinstance(index.decide("游泳馆几点开门"), Found)
    assert isinstance(index.decide("明天股票会涨吗"), Unknown)


def test_the_threshold_comes_back_from_disk(tmp_path: Path) -> None:
    stored = [
        (entry_id, f"{question}{tail}") for entry_id, question in sports_centre(30) for tail in ("", "呢")
    ]
    asked = ["羽毛球场预约怎么弄", "游泳一次多少", "健身房小孩能去不", "球场几楼"]
    fresh = Index.build(stored, cache_dir=tmp_path)
    again = Index.build(stored, cache_dir=tmp_path)
    assert again.from_disk
    assert [again.consider(one) for one in asked] == [fresh.consider(one) for one in asked]


def test_other_coefficients_make_another_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = fingerprint([("a", "一")], {})
    other = tmp_path / "judgement.yaml"
    other.write_text(default_coefficients().read_text("utf-8") + "# changed\n", "utf-8")
    monkeypatch.setattr(storing, "default_coefficients", lambda: other)
    assert fingerprint([("a", "一")], {}) != name


def test_the_coefficients_name_every_figure() -> None:
    known = Coefficients.load()
    assert set(known.ranking.single) == set(known.ranking.several) == set(FEATURES)
    for pair in (known.right, known.answers):
        assert set(pair.single) == set(pair.several) == set(SIGNALS)
    for end in (known.sure, known.usual):
        assert 0 < end.single < 1
        assert 0 < end.several < 1


@pytest.mark.parametrize("damage", ["ranking", "sure", "more", "no yaml"])
def test_a_damaged_file_of_coefficients_is_refused(tmp_path: Path, damage: str) -> None:
    content = yaml.safe_load(default_coefficients().read_text("utf-8"))
    if damage == "more":
        content["more"] = 1
    elif damage != "no yaml":
        del content[damage]
    file = tmp_path / "judgement.yaml"
    file.write_text("{" if damage == "no yaml" else yaml.safe_dump(content), "utf-8")
    with pytest.raises(CoefficientsRefused, match=r"judgement\.yaml"):
        Coefficients.load(file)


@pytest.mark.parametrize(
    ("one", "other"),
    [("为什么停电", "停电是什么原因"), ("多久修好", "什么时候能修好"), ("怎么过户", "过户有什么手续")],
)
def test_different_words_may_ask_for_the_same(one: str, other: str) -> None:
    assert any(a and b for a, b in zip(purposes(one), purposes(other), strict=True))


@pytest.mark.parametrize(
    ("text", "is_so"), [("没有电", True), ("有没有电", False), ("不能用", True), ("能用", False)]
)
def test_what_is_denied(text: str, is_so: bool) -> None:
    assert denies(text) is is_so
