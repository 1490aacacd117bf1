"""Outages as values: what was announced, what it is now, whom it touches, and reading the lists of it."""

from knowledge.rules.outage_files import BadFile, Problem, read_outages_csv, read_outages_json
from knowledge.rules.outage_places import Certainty, Match, extract_place, mentioned, touching
from knowledge.rules.outage_values import (
    Outage,
    OutageKind,
    OutageState,
    expected_end,
    is_overdue,
    state_at,
)

__all__ = [
    "BadFile",
    "Certainty",
    "Match",
    "Outage",
    "OutageKind",
    "OutageState",
    "Problem",
    "expected_end",
    "extract_place",
    "is_overdue",
    "mentioned",
    "read_outages_csv",
    "read_outages_json",
    "state_at",
    "touching",
]
