"""Six common ways to find the stored question that is nearest to a typed one."""

import heapq
import importlib
import sqlite3
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Final

import jieba
import numpy as np
from jieba import finalseg
from rapidfuzz import fuzz, process

import knowledge.text.segment  # noqa: F401  (before the reload below: it gives jieba's guessing table back)

__all__ = ["PEERS", "MissingPeer", "Peer"]

_NEAREST: Final = 30  # phrasings looked at for the best entries

Peer = Callable[[str], list[int]]
"""Takes a question and returns the places of the nearest phrasings, best first."""


class MissingPeer(Exception):
    """Raised where a peer's library is not installed; `make bench` installs them."""


# Peers use jieba as it comes, with its guessing of unknown words.
importlib.reload(importlib.import_module("jieba.finalseg.prob_emit"))
importlib.reload(finalseg)


def words(text: str) -> list[str]:
    """Return a text's words as jieba cuts them out of the box, signs left out."""
    return [word for word in jieba.lcut(text.lower()) if any(char.isalnum() for char in word)]


def grams(text: str) -> list[str]:
    """Return a text's single characters and pairs of neighbours."""
    chars = [char for char in text.lower() if char.isalnum()]
    return [*chars, *(a + b for a, b in pairwise(chars))]


def bm25_on_words(phrasings: Sequence[str]) -> Peer:
    """jieba and bm25s."""
    return _bm25(phrasings, words)


def bm25_on_grams(phrasings: Sequence[str]) -> Peer:
    """Characters and pairs of them, and bm25s."""
    return _bm25(phrasings, grams)


def _bm25(phrasings: Sequence[str], cut: Callable[[str], list[str]]) -> Peer:
    bm25s = _library("bm25s")
    retriever = bm25s.BM25()
    retriever.index([cut(phrasing) or [""] for phrasing in phrasings], show_progress=False)
    most = min(_NEAREST, len(phrasings))

    def ask(question: str) -> list[int]:
        tokens = [token for token in cut(question) if token in retriever.vocab_dict]
        if not tokens:
            return []
        places, scores = retriever.retrieve([tokens], k=most, show_progress=False, backend_selection="numpy")
        found: list[int] = places[0][np.asarray(scores[0]) > 0].tolist()
        return found

    return ask


def tantivy_on_words(phrasings: Sequence[str]) -> Peer:
    """tantivy, an index in memory of what jieba cuts."""
    tantivy = _library("tantivy")
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="whitespace")
    builder.add_integer_field("place", stored=True)
    schema = builder.build()
    index = tantivy.Index(schema)
    writer = index.writer(50_000_000, 1)
    for place, phrasing in enumerate(phrasings):
        writer.add_document(tantivy.Document(body=[" ".join(words(phrasing))], place=[place]))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(question: str) -> list[int]:
        terms = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "body", word)) for word in words(question)
        ]
        if not terms:
            return []
        hits = searcher.search(tantivy.Query.boolean_query(terms), _NEAREST, count=False).hits
        return [int(searcher.doc(address)["place"][0]) for _, address in hits]

    return ask


def fts5_on_words(phrasings: Sequence[str]) -> Peer:
    """SQLite's full text search, in memory, on what jieba cuts."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE shelf USING fts5(body, tokenize='unicode61')")
    database.executemany(
        "INSERT INTO shelf (rowid, body) VALUES (?, ?)",
        ((place, " ".join(words(phrasing))) for place, phrasing in enumerate(phrasings)),
    )

    def ask(question: str) -> list[int]:
        wanted = " OR ".join('"' + word.replace('"', "") + '"' for word in words(question))
        if not wanted:
            return []
        rows = database.execute(
            "SELECT rowid FROM shelf WHERE shelf MATCH ? ORDER BY rank LIMIT ?", (wanted, _NEAREST)
        )
        return [int(place) for (place,) in rows]

    return ask


def wratio(phrasings: Sequence[str]) -> Peer:
    """rapidfuzz's WRatio over all phrasings."""

    def ask(question: str) -> list[int]:
        return [
            place for _, _, place in process.extract(question, phrasings, scorer=fuzz.WRatio, limit=_NEAREST)
        ]

    return ask


def difflib_ratio(phrasings: Sequence[str]) -> Peer:
    """difflib as ChatterBot's default comparison uses it: one SequenceMatcher per phrasing, two decimals."""
    lowered = [phrasing.lower() for phrasing in phrasings]

    def ask(question: str) -> list[int]:
        asked = question.lower()
        ratios = [round(SequenceMatcher(None, asked, phrasing).ratio(), 2) for phrasing in lowered]
        # Of equals it keeps the first one.
        return heapq.nsmallest(_NEAREST, range(len(ratios)), key=lambda place: (-ratios[place], place))

    return ask


PEERS: Final[dict[str, Callable[[Sequence[str]], Peer]]] = {
    "jieba + bm25s": bm25_on_words,
    "character 1-2-grams + bm25s": bm25_on_grams,
    "tantivy on jieba": tantivy_on_words,
    "SQLite FTS5 on jieba": fts5_on_words,
    "rapidfuzz WRatio": wratio,
    "difflib, as in ChatterBot": difflib_ratio,
}


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingPeer(f"{name} is not installed (make bench does it)") from error
