"""What each role of colleagues may do (data/roles.yaml)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml

DATA = Path(__file__).parent.parent / "data" / "roles.yaml"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    acts: dict[str, frozenset[str]]


@cache
def acts_of_roles() -> Mapping[str, frozenset[str]]:
    """Return the acts of every role; raises pydantic's ValidationError where the file is wrong."""
    return _File.model_validate(read_yaml(DATA)).acts


def allows(role: str, act: str) -> bool:
    """Return whether a role may do an act; an unknown role may do nothing."""
    return act in acts_of_roles().get(role, frozenset())
