"""The store of files: by content, whole or not at all, and only of kinds that we take."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.files import MEGABYTE, FileStore, NotTaken
from knowledge.rules.file_types import may_be_taken, type_of
from tests.pictures import EXE, MAKER, MP4, OGG, PDF, ZIP, jpeg, png


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", most_bytes=MEGABYTE, most_pixels=1_000_000)


def everything_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_same_content_lies_once_under_its_hash(store: FileStore, tmp_path: Path):
    photo = jpeg()
    first, again = store.keep(photo), store.keep(photo)
    assert first == again
    assert first.content_hash == hashlib.sha256(photo).hexdigest()
    [path] = everything_in(tmp_path)
    assert path == store.path(first.content_hash)
    assert path.parent.name == first.content_hash[2:4]
    assert path.parent.parent.name == first.content_hash[:2]
    assert store.read(first.content_hash) == photo
    assert path.stat().st_mode & 0o077 == 0  # nobody else on the machine reads it


def test_a_disk_without_room_leaves_nothing_half_written(
    store: FileStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.keep(jpeg())
    assert everything_in(tmp_path) == []
    monkeypatch.undo()
    store.keep(jpeg())
    assert len(everything_in(tmp_path)) == 1


def test_a_crash_before_the_rename_leaves_no_file_of_that_name(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
):
    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    photo = jpeg()
    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(Killed):
        store.keep(photo)
    monkeypatch.undo()
    assert store.read(hashlib.sha256(photo).hexdigest()) is None
    assert store.read(store.keep(photo).content_hash) == photo


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (jpeg(), "photo", "image/jpeg"),
        (png(), "photo", "image/png"),
        (MP4, "video", "video/mp4"),
        (OGG, "voice", "audio/ogg"),
        (PDF, "file", "application/pdf"),
    ],
)
def test_what_a_file_is_its_bytes_say(store: FileStore, content: bytes, kind: str, media_type: str):
    found = store.keep(content).type
    assert (found.kind, found.media_type) == (kind, media_type)


@pytest.mark.parametrize(
    "content",
    [
        EXE,
        ZIP,
        b"",
        b"=cmd|' /C calc'!A0",
        b"<html><script>alert(1)</script>",
        b"\x7fELF" + bytes(100),
        b"Rar!\x1a\x07" + bytes(100),
        b"\xff\xd8\xff\xe0 looks like a photo and is none",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        jpeg((1200, 900)),  # more pixels than are allowed
    ],
)
def test_everything_else_is_not_taken(store: FileStore, tmp_path: Path, content: bytes):
    with pytest.raises(NotTaken) as refused:
        store.keep(content)
    assert refused.value.why == "type"
    assert everything_in(tmp_path) == []


def test_the_largest_and_one_byte_more(store: FileStore):
    store.keep(PDF + bytes(MEGABYTE - len(PDF)))
    with pytest.raises(NotTaken) as refused:
        store.keep(PDF + bytes(MEGABYTE - len(PDF) + 1))
    assert refused.value.why == "large"


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "", "0" * 63, "G" * 64, "0" * 64 + "/..", "/etc/passwd"]
)
def test_no_name_leads_out_of_the_store(store: FileStore, name: str):
    with pytest.raises(ValueError, match="not the name"):
        store.path(name)
    assert store.read(name) is None


def test_others_see_a_picture_without_place_maker_and_what_hides_behind_its_end(store: FileStore):
    hidden = b"PK\x03\x04 an archive behind the picture"
    photo = jpeg(placed=True) + hidden
    kept = store.keep(photo)
    assert store.read(kept.content_hash) == photo  # ours is evidence and stays as it came
    shown = store.present(photo, name="../../我的 <家>.png")
    assert shown.type.media_type == "image/jpeg"
    assert shown.name == "我的 家.jpg"
    assert MAKER.encode() not in shown.content
    assert hidden not in shown.content
    assert dict(Image.open(io.BytesIO(shown.content)).getexif()) == {}


def test_a_picture_that_lay_on_its_side_is_shown_upright(store: FileStore):
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (80, 40)).save(out, "JPEG", exif=exif)
    assert Image.open(io.BytesIO(store.present(out.getvalue()).content)).size == (40, 80)


def test_what_is_transparent_turns_white_and_large_ones_become_smaller():
    store = FileStore(Path("unused"), most_bytes=50 * MEGABYTE, most_pixels=20_000_000)
    shown = Image.open(io.BytesIO(store.present(png((4000, 100), colour="#ff000000")).content))
    assert shown.size == (2560, 64)
    assert min(shown.getpixel((5, 5))) > 250  # type: ignore[type-var, arg-type]


def test_a_photo_of_an_iphone_can_be_seen_everywhere(store: FileStore):
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "green").save(out, "HEIF")
    kept = store.keep(out.getvalue())
    assert kept.type.media_type == "image/heic"
    assert store.present(out.getvalue()).content.startswith(b"\xff\xd8\xff")


@given(st.binary(max_size=200))
def test_any_bytes_are_judged_without_an_error(content: bytes):
    store = FileStore(Path("unused"), most_bytes=MEGABYTE, most_pixels=1_000_000)
    try:
        found = store.look(content)
    except NotTaken:
        return
    assert found == type_of(content[:64])


@pytest.mark.parametrize(
    ("name", "media_type", "taken"),
    [
        ("", "", True),
        ("IMG_2041.HEIC", "image/heic", True),
        ("合同.pdf", "application/pdf", True),
        ("微信图片_20261123.jpg", "", True),
        ("扫描件.20261123", "", True),
        ("没有后缀", "application/octet-stream", False),
        ("安装.exe", "", False),
        ("资料.zip", "application/zip", False),
        ("账单.xlsm", "", False),
        ("账单.csv", "text/csv", False),
        ("合同.pdf.exe", "application/pdf", False),
        ("换个名.pdf", "application/x-msdownload", False),
    ],
)
def test_archives_programs_and_sheets_are_not_even_fetched(name: str, media_type: str, taken: bool):
    assert may_be_taken(name, media_type) is taken
