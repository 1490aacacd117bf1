"""Whose hotline this is: the company's name, city, app and hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError

from knowledge.data_files import read_yaml
from knowledge.sheets import BadContent, Problem


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours on the utility's own clock, `open` inclusive, `close` exclusive, as HH:MM."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    days: str
    open: str
    close: str

    @property
    def text(self) -> str:
        return f"{self.days}{self.open.lstrip('0')}至{self.close.lstrip('0')}"


@dataclass(frozen=True, slots=True)
class Utility:
    """The company that answers."""

    __pydantic_config__ = ConfigDict(extra="forbid")

    name: str
    short: str
    fictional: bool
    city: str
    region: str
    zone: str
    hotline: str  # id of a fact
    app: str
    counter: str
    counter_hours: Hours
    staff_hours: Hours

    @property
    def words(self) -> Mapping[str, str]:
        """Return what placeholders such as {utility.app} stand for."""
        return {
            "utility.name": self.name,
            "utility.short": self.short,
            "utility.city": self.city,
            "utility.app": self.app,
            "utility.counter": self.counter,
            "counter.hours": self.counter_hours.text,
            "handover.hours": self.staff_hours.text,
        }

    @classmethod
    def load(cls, data_dir: Path) -> "Utility":
        """Read utility.yaml; raises BadContent naming the wrong field."""
        path = data_dir / "utility.yaml"
        try:
            return TypeAdapter(cls).validate_python(read_yaml(path))
        except ValidationError as error:
            raise BadContent(
                [
                    Problem(path.name, 0, ".".join(map(str, fault["loc"])), "field", fault["msg"])
                    for fault in error.errors(include_url=False, include_context=False, include_input=False)
                ]
            ) from error
