"""Which files we take, told by their first bytes whatever their name says, and what each is to us."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["photo", "video", "voice", "file"]

HEAD_BYTES = 64


@dataclass(frozen=True, slots=True)
class FileType:
    """What a file is to us, its media type, and the ending under which it is handed out."""

    kind: Kind
    media_type: str
    ending: str


_JPEG = FileType("photo", "image/jpeg", "jpg")
_PNG = FileType("photo", "image/png", "png")
_GIF = FileType("photo", "image/gif", "gif")
_WEBP = FileType("photo", "image/webp", "webp")
_HEIC = FileType("photo", "image/heic", "heic")
_MP4 = FileType("video", "video/mp4", "mp4")
_MOV = FileType("video", "video/quicktime", "mov")
_WEBM = FileType("video", "video/webm", "webm")
_OGG = FileType("voice", "audio/ogg", "ogg")
_AMR = FileType("voice", "audio/amr", "amr")
_M4A = FileType("voice", "audio/mp4", "m4a")
_MP3 = FileType("file", "audio/mpeg", "mp3")
_WAV = FileType("file", "audio/wav", "wav")
_PDF = FileType("file", "application/pdf", "pdf")

_TAKEN = (_JPEG, _PNG, _GIF, _WEBP, _HEIC, _MP4, _MOV, _WEBM, _OGG, _AMR, _M4A, _MP3, _WAV, _PDF)
_OF_ENDING = {one.ending: one for one in _TAKEN} | {
    "jpeg": _JPEG,
    "jpe": _JPEG,
    "heif": _HEIC,
    "m4v": _MP4,
    "3gp": _MP4,
    "oga": _OGG,
    "opus": _OGG,
    "aac": _M4A,
}
_MEDIA_TYPES = frozenset(one.media_type for one in _TAKEN)

# Brands of the ISO base media format, which photos, films and voice notes of telephones share.
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), _HEIC),
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"), _MP4
    ),
    b"qt  ": _MOV,
    b"M4A ": _M4A,
}
_BEGINNINGS = (
    (b"\xff\xd8\xff", _JPEG),
    (b"\x89PNG\r\n\x1a\n", _PNG),
    (b"GIF87a", _GIF),
    (b"GIF89a", _GIF),
    (b"%PDF-", _PDF),
    (b"OggS", _OGG),
    (b"#!AMR", _AMR),
    (b"ID3", _MP3),
    (b"\xff\xfb", _MP3),
    (b"\xff\xf3", _MP3),
    (b"\xff\xf2", _MP3),
)


def type_of(head: bytes) -> FileType | None:
    """Return what a file is from its first HEAD_BYTES bytes, or None where we do not take it."""
    for beginning, found in _BEGINNINGS:
        if head.startswith(beginning):
            return found
    if head[:4] == b"RIFF":
        return {b"WEBP": _WEBP, b"WAVE": _WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        return _MP4 if brand.startswith(b"3gp") else _BRANDS.get(brand)
    if head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head:
        return _WEBM
    return None


def may_be_taken(name: str, media_type: str = "") -> bool:
    """Return whether a file is worth fetching, by what its sender calls it: an archive or a program never is.

    A file without a telling name is; its bytes decide in the end.
    """
    _, dot, ending = name.rpartition(".")
    telling = dot and ending.isascii() and ending.isalnum() and not ending.isdigit()
    if telling and ending.lower() not in _OF_ENDING:
        return False
    sort = media_type.partition("/")[0]
    return not media_type or sort in ("image", "video", "audio") or media_type in _MEDIA_TYPES


def ending_of(media_type: str) -> str:
    """Return the ending under which a file of a media type is handed out, "bin" where we know none."""
    return next((one.ending for one in _TAKEN if one.media_type == media_type), "bin")
