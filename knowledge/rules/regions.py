"""Which region a customer speaks of, and the regions we know (data/regions.yaml)."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from knowledge.data_files import read_yaml
from knowledge.text.normalise import normalise

__all__ = ["Region", "read_region", "region_ids", "region_name", "without_region"]

_FILE = Path(__file__).parent.parent / "data" / "regions.yaml"

# 上海路, 南京大道, 北京花园 are streets and communities in any city.
_NOT_A_PLACE_NAME = (
    r"(?![东西南北中一二三四五六]{0,2}(?:路|街|大街|大道|巷|弄|花园|小区|新村|家园|公寓|广场|苑|大厦|银行|烤鸭|菜|"
    r"牌|籍|人家))"
)


class Region(BaseModel):
    """A region with prices of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str
    names: tuple[str, ...]


class _Home(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    region: str
    names: tuple[str, ...]


class _Regions(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    home: _Home
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class _Names:
    pattern: re.Pattern[str]
    region_of: dict[str, str]


def region_ids() -> tuple[str, ...]:
    """Return the ids of all regions, in the order of the file."""
    return tuple(region.id for region in _regions().regions)


def region_name(region: str) -> str:
    """Return the Chinese name of a region; raises KeyError for an unknown one."""
    return {known.id: known.name for known in _regions().regions}[region]


def read_region(text: str, *, home: str | None = None) -> str | None:
    """Return the region a text names, the last one where it names several, None where it names none.

    `home` is what 江城 and 本地 stand for, by default the home region of the file. Either script is read.
    """
    names = _names()
    found = names.pattern.findall(normalise(text))
    if not found:
        return None
    region = names.region_of[found[-1]]
    return (home or _regions().home.region) if region == "home" else region


def without_region(text: str) -> str:
    """Return a normalised text with the names of regions taken out."""
    return _names().pattern.sub(" ", text)


@cache
def _regions() -> _Regions:
    return _Regions.model_validate(read_yaml(_FILE))


@cache
def _names() -> _Names:
    region_of = {name: region.id for region in _regions().regions for name in region.names}
    region_of |= dict.fromkeys(_regions().home.names, "home")
    longest_first = sorted(region_of, key=len, reverse=True)
    pattern = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")" + _NOT_A_PLACE_NAME)
    return _Names(pattern, region_of)
