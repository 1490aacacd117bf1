"""Reading the YAML of our own data folder, with libyaml where it is there."""

from pathlib import Path
from typing import Any, Final

import yaml

__all__ = ["LOADER", "read_yaml"]

# libyaml reads our whole library in a tenth of a second; the pure Python loader takes a second and more.
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file in UTF-8 holds; raises OSError, yaml.YAMLError."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)  # noqa: S506  (both are safe loaders)
