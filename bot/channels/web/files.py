"""Telling by its first bytes what a file is, whatever its name says."""

from dataclasses import dataclass

from handlers.messages import EvidenceKind


@dataclass(frozen=True, slots=True)
class FileType:
    """What a file is to us, and the ending under which it is kept."""

    kind: EvidenceKind
    ending: str


HEAD_BYTES = 16
_JPEG = FileType("photo", "jpg")
_PNG = FileType("photo", "png")
_GIF = FileType("photo", "gif")
_WEBP = FileType("photo", "webp")
_HEIC = FileType("photo", "heic")
_MP4 = FileType("video", "mp4")
_PDF = FileType("file", "pdf")
# Brands of the ISO base media format, which photos and films of telephones share.
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
_MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"qt  ",
    b"dash",
}


def type_of(head: bytes) -> FileType | None:
    """Return what a file is from its first HEAD_BYTES bytes, or None where we do not take it."""
    if head.startswith(b"\xff\xd8\xff"):
        return _JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return _PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _GIF
    if head.startswith(b"%PDF-"):
        return _PDF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _WEBP
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in _HEIC_BRANDS:
            return _HEIC
        if brand in _MP4_BRANDS or brand.startswith(b"3gp"):
            return _MP4
    return None
