"""Reading what a page posts, within limits: anything else is refused with a clear sentence."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from bot.channels.web import sentences

MAX_TEXT = 4_000  # characters
MAX_MESSAGE_BYTES = 32 * 1024
MAX_FILES = 9
FILES_AT_ONCE = 2  # so many of the largest may come together
FORM_BYTES = 64 * 1024  # what a form takes beside its files


class Refused(Exception):
    """Raised when a request is not taken; the sentence is for the customer."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,64}$")]


class Place(BaseModel):
    """Where the customer is, in degrees."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Posted(BaseModel):
    """One message as the page posts it."""

    model_config = ConfigDict(extra="forbid")

    id: ClientId
    text: str = ""
    choice: Annotated[str, Field(max_length=64)] | None = None
    location: Place | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was posted, and what its sender calls it."""

    content: bytes
    name: str


async def read_message(request: Request) -> dict[str, Any]:
    """Return the payload of a message posted as JSON; raises Refused."""
    body = await _body(request, MAX_MESSAGE_BYTES)
    try:
        posted = Posted.model_validate_json(body)
    except ValidationError:
        raise Refused(422, sentences.BAD_REQUEST) from None
    return _checked(posted)


async def read_form(request: Request) -> dict[str, Any]:
    """Return the payload of a message posted by a plain form; raises Refused."""
    body = await _body(request, MAX_MESSAGE_BYTES)
    try:
        fields = parse_qs(body.decode("utf-8"), max_num_fields=10)
        posted = Posted.model_validate({name: values[0] for name, values in fields.items()})
    except ValueError:  # pydantic's and the decoder's errors are of this kind too
        raise Refused(422, sentences.BAD_REQUEST) from None
    return _checked(posted)


async def read_uploads(request: Request, *, most_bytes: int) -> tuple[str, list[Upload]]:
    """Return the page's name for an upload and its files, none larger than `most_bytes`; raises Refused."""
    _check_length(request, most_bytes * FILES_AT_ONCE + FORM_BYTES, sentences.FILE_TOO_LARGE)
    try:
        async with request.form(max_files=MAX_FILES, max_fields=2, max_part_size=4096) as form:
            posted = Posted.model_validate({"id": form.get("id")})
            files = [one for one in form.getlist("files") if not isinstance(one, str)]
            uploads = [await _file(one, most_bytes) for one in files]  # type: ignore[arg-type]
    except ValidationError:
        raise Refused(422, sentences.BAD_REQUEST) from None
    except (MultiPartException, HTTPException) as error:
        too_many = "Too many files" in str(error)
        raise Refused(
            413 if too_many else 400, sentences.FILE_TOO_MANY if too_many else sentences.BAD_REQUEST
        ) from None
    if not uploads:
        raise Refused(422, sentences.EMPTY)
    return posted.id, uploads


async def _file(file: UploadFile, most_bytes: int) -> Upload:
    if (file.size or 0) > most_bytes:
        raise Refused(413, sentences.FILE_TOO_LARGE)
    content = await file.read()
    # The customer's own name for it is only ever shown to staff; a path in it means nothing here.
    name = (file.filename or "").replace("\\", "/").rpartition("/")[2]
    return Upload(content, "".join(one for one in name if one.isprintable())[:80])


def _checked(posted: Posted) -> dict[str, Any]:
    text = posted.text.strip()
    if len(text) > MAX_TEXT:
        raise Refused(413, sentences.TOO_LONG)
    if not text and posted.choice is None and posted.location is None:
        raise Refused(422, sentences.EMPTY)
    return {**posted.model_dump(exclude_none=True), "text": text}


def _check_length(request: Request, limit: int, sentence: str) -> None:
    # Without a length we would have to read to know; browsers always send one.
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise Refused(411, sentences.BAD_REQUEST)
    if int(length) > limit:
        raise Refused(413, sentence)


async def _body(request: Request, limit: int) -> bytes:
    _check_length(request, limit, sentences.TOO_LONG)
    return await request.body()
