"""Keeps a built index on disk: arrays and words in one file that names exactly what it was built from."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from knowledge.search.learned import default_coefficients
from knowledge.text.initials import initials_table
from knowledge.text.segment import default_dictionary, general_dictionary
from knowledge.text.synonyms import word_tables

__all__ = ["Parts", "fingerprint", "kept", "pack", "unpack"]

# What an index consists of, by name.
Parts = dict[str, NDArray[Any]]

_SEPARATOR: Final = "\n"  # never inside a normalised text, word or sound
_KEPT_FILES: Final = 4  # the newest files of a folder; older ones belong to contents long gone
_NAME: Final = "name"


def pack(texts: Iterable[str]) -> NDArray[np.uint8]:
    """Return texts as one array of bytes; a line break inside a text raises ValueError."""
    listed = list(texts)
    joined = _SEPARATOR.join(listed)
    if listed and joined.count(_SEPARATOR) != len(listed) - 1:
        raise ValueError("a text with a line break cannot be kept")
    # the leading mark tells no text at all from one empty text
    return np.frombuffer((f"{len(listed)}{_SEPARATOR}{joined}").encode(), dtype=np.uint8)


def unpack(packed: NDArray[np.uint8]) -> list[str]:
    """Return the texts that `pack` was given."""
    count, _, joined = packed.tobytes().decode().partition(_SEPARATOR)
    return joined.split(_SEPARATOR) if int(count) else []


def fingerprint(phrasings: Iterable[tuple[str, str]], families: Mapping[str, str]) -> str:
    """Return a name for exactly these phrasings, this program and its data files."""
    digest = hashlib.sha256()
    tables = (default_dictionary(), *word_tables(), initials_table(), default_coefficients())
    for source in (*_program(), *tables):
        digest.update(source.read_bytes())
    # what the libraries bring is named by their versions; jieba's dictionary by its size as well
    digest.update(f"{general_dictionary().stat().st_size} {np.__version__}".encode())
    digest.update(f"{version('jieba')} {version('pypinyin')}".encode())
    for row in (*phrasings, *families.items()):
        digest.update("\t".join(row).encode() + b"\n")
    return digest.hexdigest()


def _program() -> list[Path]:
    root = Path(str(files("knowledge")))
    return [
        *sorted((root / "search").glob("*.py")),
        *sorted((root / "text").glob("*.py")),
    ]


def kept(folder: Path, name: str, build: Callable[[], Parts]) -> tuple[Parts, bool]:
    """Return the parts kept under a name and True, or build and keep them and return False.

    A file that is broken, or not what its name says, is built anew; a folder that cannot be written to
    costs the time of building and nothing else.
    """
    file = folder / f"index-{name[:16]}.npz"
    found = _read(file, name)
    if found is not None:
        return found, True
    parts = build()
    with contextlib.suppress(OSError):
        _write(file, name, parts)
        _tidy(folder)
    return parts, False


def _read(file: Path, name: str) -> Parts | None:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            parts = {key: stored[key] for key in stored.files}
    except Exception:
        # a file can be broken in any way, and none of them may keep the service from starting
        return None
    written = parts.pop(_NAME, None)
    return parts if written is not None and written.tobytes() == name.encode() else None


def _write(file: Path, name: str, parts: Parts) -> None:
    """Write beside the place and move there: a reader sees the whole file or none."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=file.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, **{_NAME: np.frombuffer(name.encode(), dtype=np.uint8)}, **parts)  # type: ignore[arg-type]
            stream.flush()
            os.fsync(stream.fileno())
        Path(beside).replace(file)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _tidy(folder: Path) -> None:
    files_kept = sorted(folder.glob("index-*.npz"), key=lambda file: file.stat().st_mtime, reverse=True)
    for old in files_kept[_KEPT_FILES:]:
        old.unlink(missing_ok=True)
