"""Small real pictures and other files, as telephones and people with bad intentions send them."""

import io

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(64)
OGG = b"OggS\x00\x02" + bytes(64)
EXE = b"MZ\x90\x00" + bytes(100)
ZIP = b"PK\x03\x04" + bytes(100)
MAKER = "A Telephone"


def jpeg(size: tuple[int, int] = (64, 48), *, colour: str = "red", placed: bool = False) -> bytes:
    """Return a photo; with `placed` it tells where and with what it was taken."""
    exif = Image.Exif()
    if placed:
        exif[0x010F] = MAKER
        exif.get_ifd(0x8825)[1] = "N"
        exif.get_ifd(0x8825)[2] = (32.0, 3.0, 41.5)
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


def png(size: tuple[int, int] = (64, 48), *, colour: str = "blue") -> bytes:
    """Return a drawing."""
    out = io.BytesIO()
    Image.new("RGBA", size, colour).save(out, "PNG")
    return out.getvalue()
