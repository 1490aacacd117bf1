"""Reads the coefficients of the judgement: numbers fitted once on our own questions, for any subject."""

from importlib.resources import files
from pathlib import Path
from typing import Self

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.data_files import read_yaml

__all__ = ["Coefficients", "CoefficientsRefused", "Ends", "Pair", "default_coefficients"]


class CoefficientsRefused(ValueError):
    """Raised when the file of coefficients cannot be read or lacks one."""


class Pair(BaseModel):
    """Coefficients by name where entries have one phrasing, and where they have half a dozen and more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single: dict[str, float]
    several: dict[str, float]


class Ends(BaseModel):
    """One number where entries have one phrasing, and where they have half a dozen and more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    single: float
    several: float


class Coefficients(BaseModel):
    """All numbers of the judgement that hold for any subject; `python -m benchmarks fit` writes them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    ranking: Pair  # what each figure of evidence.FEATURES weighs
    right: Pair  # how judgement.SIGNALS speak for the best candidate being right
    answers: Pair  # how they speak for any entry answering at all
    sure: Ends  # the probability from which on we answer
    # What a library's left-out phrasings usually ask for (judgement.refused_threshold for one phrasing per
    # entry, judgement.left_out_threshold for several), and how far `sure` follows where they ask for more.
    usual: Ends
    follow: Ends

    @classmethod
    def load(cls, path: Path | None = None) -> Self:
        """Read the file, the one that ships with the program by default; raises CoefficientsRefused."""
        source = path or default_coefficients()
        try:
            return cls.model_validate(read_yaml(source))
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise CoefficientsRefused(f"{source}: {error}") from error


def default_coefficients() -> Path:
    """Return the place of the file that ships with the program."""
    return Path(str(files("knowledge"))) / "data" / "judgement.yaml"
