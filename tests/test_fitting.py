"""The libraries the judgement is fitted on: what is asked is never stored."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks import fitting
from benchmarks.samples import KINDS, read_golden, samples
from knowledge.book import Book
from knowledge.search.evidence import FEATURES
from knowledge.search.judgement import SIGNALS
from knowledge.search.learned import Coefficients, default_coefficients


def test_golden_lines_are_read_by_entry(tmp_path: Path) -> None:
    (tmp_path / "one.tsv").write_text("# note\na\t一\na|b\t二\n-\t三\n!\t四\nbilling\t五\n", "utf-8")
    lines = read_golden(tmp_path, frozenset({"a", "b"}))
    assert [(line.text, sorted(line.expected)) for line in lines] == [
        ("一", ["a"]),
        ("二", ["a", "b"]),
        ("三", []),
    ]


def test_a_sample_asks_what_it_does_not_store(book: Book) -> None:
    golden = read_golden(fitting.GOLDEN, frozenset(book.library.entries))
    sample = next(samples(book.library, golden, 1))
    assert sample == next(samples(book.library, golden, 1))
    stored = {text for _, text in sample.stored}
    ids = {entry_id for entry_id, _ in sample.stored}
    assert len(sample.stored) == len(ids) <= KINDS[0].entries
    assert not stored & {question.text for question in sample.asked if question.source == "phrasing"}
    for question in sample.asked:
        assert question.expected <= ids
        assert (question.source in ("near", "far")) == (not question.expected)
    assert {question.source for question in sample.asked} == {"phrasing", "golden", "near", "far"}


def test_every_kind_is_sampled() -> None:
    assert {kind.phrasings for kind in KINDS} == {(1, 1), (2, 8), (12, 26)}
    assert {kind.families for kind in KINDS} == {True, False}


@pytest.mark.parametrize("richness", [0.0, 0.4, 1.0])
def test_both_ends_weigh_what_lies_between(richness: float) -> None:
    figures = np.arange(len(SIGNALS), dtype=float)[None]
    both = fitting._both_ends(figures, richness)
    assert both.sum() == pytest.approx(figures.sum())


def test_the_shipped_file_says_what_it_was_fitted_on() -> None:
    known = Coefficients.load()
    assert set(known.ranking.single) == set(FEATURES)
    head = default_coefficients().read_text("utf-8").splitlines()[:4]
    assert all(line.startswith("# ") for line in head)
    assert "entries" in head[2]
