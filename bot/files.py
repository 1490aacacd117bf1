"""The store of files that people sent: outside the database, each under the hash of its content."""

import contextlib
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot import pictures
from bot.pictures import NotAPicture
from knowledge.rules.file_types import HEAD_BYTES, FileType, ending_of, type_of

_HASH = re.compile(r"[0-9a-f]{64}")
MEGABYTE = 1024 * 1024


class NotTaken(Exception):
    """Raised where content is not kept: `why` is "type", "large" or "quota"."""

    def __init__(self, why: Literal["type", "large", "quota"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Kept:
    """What was put into the store."""

    content_hash: str
    type: FileType
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Presented:
    """A file as others get to see it: pictures written anew, everything else as it came."""

    content: bytes
    type: FileType
    name: str


class FileStore:
    """Files by the SHA-256 of their content, in two levels of folders: sent twice, one is kept once.

    `most_bytes` is the largest file that is taken, `most_pixels` the largest picture.
    """

    def __init__(self, folder: Path, *, most_bytes: int, most_pixels: int) -> None:
        self._folder = folder
        self.most_bytes = most_bytes
        self._most_pixels = most_pixels

    def keep(self, content: bytes) -> Kept:
        """Check what content is and put it onto the disk; raises NotTaken, OSError."""
        found = self.look(content)
        content_hash = hashlib.sha256(content).hexdigest()
        path = self.path(content_hash)
        if not path.exists():
            self._write(path, content)
        return Kept(content_hash, found, len(content))

    def look(self, content: bytes) -> FileType:
        """Return what content is by its bytes; raises NotTaken where it is nothing that we take."""
        if len(content) > self.most_bytes:
            raise NotTaken("large")
        found = type_of(content[:HEAD_BYTES])
        if found is None:
            raise NotTaken("type")
        if found.kind == "photo":
            try:
                pictures.check(content, most_pixels=self._most_pixels)
            except NotAPicture:
                raise NotTaken("type") from None
        return found

    def path(self, content_hash: str) -> Path:
        """Return where a file is kept; raises ValueError for anything that is no hash."""
        if not _HASH.fullmatch(content_hash):
            raise ValueError("not the name of a file in the store")
        return self._folder / content_hash[:2] / content_hash[2:4] / content_hash

    def read(self, content_hash: str) -> bytes | None:
        """Return a file as it came, or None where it is not here."""
        try:
            return self.path(content_hash).read_bytes()
        except (OSError, ValueError):
            return None

    def present(self, content: bytes, *, name: str = "") -> Presented:
        """Return a file as others may see it; raises NotTaken where it is nothing that we take."""
        found = self.look(content)
        if found.kind != "photo":
            return Presented(content, found, _named(name, found.media_type))
        try:
            shown = pictures.shown(content, most_pixels=self._most_pixels)
        except NotAPicture:
            raise NotTaken("type") from None
        found = FileType("photo", "image/jpeg", "jpg")
        return Presented(shown, found, _named(name, found.media_type))

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part-")  # readable by us alone
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
            _sync(path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise


def _named(name: str, media_type: str) -> str:
    """Return a plain name with the ending of what the file is, whatever its sender called it."""
    stem = "".join(one for one in name.rpartition(".")[0] or name if one.isalnum() or one in "-_ ")
    return f"{stem.strip()[:60] or 'file'}.{ending_of(media_type)}"


def _sync(folder: Path) -> None:
    """Put a folder's list of names on the disk; only then a crash cannot lose a new one."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
