"""Pictures as others see them: written anew, without place, maker and whatever else hides in them."""

import io

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

pillow_heif.register_heif_opener()
# Our own limit is looked at before anything is unpacked; the library's would only warn.
Image.MAX_IMAGE_PIXELS = None

FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "HEIF")
LONGEST_SIDE = 2560  # pixels; the number plate of a meter can still be read
QUALITY = 85


class NotAPicture(Exception):
    """Raised where bytes are no picture that we can open, or one of too many pixels."""


def check(content: bytes, *, most_pixels: int) -> None:
    """Look at a picture's head; raise NotAPicture where it has none or promises too many pixels."""
    with _opened(content, most_pixels):
        pass


def shown(content: bytes, *, most_pixels: int) -> bytes:
    """Return a picture as a JPEG without its metadata, upright and no larger than a screen.

    Raises NotAPicture. Takes up to a second; not for the event loop.
    """
    with _opened(content, most_pixels) as picture:
        try:
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture)
            flat = Image.new("RGB", upright.size, "white")
            # What is transparent would turn black.
            layer = upright.convert("RGBA")
            flat.paste(layer, mask=layer)
            flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            flat.save(out, "JPEG", quality=QUALITY)
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
            raise NotAPicture("the picture is broken") from error
    return out.getvalue()


def _opened(content: bytes, most_pixels: int) -> Image.Image:
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise NotAPicture("not a picture") from error
    width, height = picture.size
    if width * height > most_pixels:
        picture.close()
        raise NotAPicture("too many pixels")
    return picture
