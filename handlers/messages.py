"""What crosses the border between desk and channel: plain values without any channel's ids or markup."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

EvidenceKind = Literal["photo", "video", "voice", "file"]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo, video, voice note or file; `ref` is the channel's own key to fetch it."""

    kind: EvidenceKind
    ref: str
    size_bytes: int | None = None
    name: str = ""
    group: str = ""  # parts of one album share it
    too_large: bool = False  # the channel will not hand the content over
    media_type: str = ""
    content_hash: str | None = None  # its name in our own store, where the content came with the message


@dataclass(frozen=True, slots=True)
class Location:
    """A place on the map, in degrees."""

    latitude: float
    longitude: float
    label: str = ""


@dataclass(frozen=True, slots=True)
class PhoneContact:
    """A shared phone number; `own` only where the channel vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Message:
    """One thing a customer or colleague said, typed, tapped or sent."""

    channel: str
    address: str
    update_id: str
    sent_at: datetime
    text: str = ""
    choice: str | None = None  # the opaque key of the button that was tapped
    attachments: tuple[Attachment, ...] = ()
    location: Location | None = None
    contact: PhoneContact | None = None
    edited: bool = False
    # A staff group's message: who in the group wrote it (the channel's own id and shown name).
    member: str | None = None
    member_name: str = ""
    # The channel's own names: of this message, of the one that it answers, of the topic it stands in.
    ref: str | None = None
    reply_to: str | None = None
    thread: str | None = None
    reply_to_us: bool = False  # the one that it answers is ours
    # Only a fact about the way of delivery, as "blocked" or "unblocked"; no words of the customer.
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A button: what it says, and what the desk does when it is tapped (never shown to the channel)."""

    label: str
    act: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A photo, film, voice note or file that goes with a reply; whichever of both names the channel can use.

    `channel` and `ref` are where it came from, `content_hash` its name in our own store of files.
    """

    kind: EvidenceKind
    channel: str
    ref: str
    content_hash: str | None = None
    name: str = ""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing we say. Text is plain with **bold** and lines that start with `- `."""

    text: str
    choices: tuple[Choice, ...] = ()
    # Replies of one card at one address replace one another; `quiet` edits in place, else it sounds anew.
    card: str | None = None
    quiet: bool = False
    # What the channel may offer a native button for.
    asks: Literal["contact", "location"] | None = None
    # So many of the last choices stand in a row of their own, side by side.
    row: int = 0
    # A reply that is about the choice it answers may take its place on channels that can edit.
    kind: Literal["answer", "question", "card", "notice", "danger", "staff"] = "answer"
    # Shown after the text, several photos or films as one album.
    enclosures: tuple[Enclosure, ...] = ()
    # In a topic of the staff group: stays at its top.
    pinned: bool = False
    # The channel's own name of the message that this one answers.
    answers: str | None = None

    def as_document(self) -> dict[str, Any]:
        """Return this reply as it is kept in the outbox."""
        return {
            "text": self.text,
            "choices": [[choice.label, choice.act] for choice in self.choices],
            "card": self.card,
            "quiet": self.quiet,
            "asks": self.asks,
            "row": self.row,
            "kind": self.kind,
            "enclosures": [asdict(one) for one in self.enclosures],
            "pinned": self.pinned,
            "answers": self.answers,
        }


def reply_from(document: dict[str, Any]) -> Reply:
    """Return the reply that was kept in the outbox."""
    known = dict(document)
    known["choices"] = tuple(Choice(label, act) for label, act in document.get("choices", ()))
    known["enclosures"] = tuple(Enclosure(**one) for one in document.get("enclosures", ()))
    return Reply(**known)


Outcome = Literal["found", "unclear", "unknown", "danger", "action", "smalltalk", "staff", "silent"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several entries that a question may have meant."""

    entry: str
    question: str
    score: float


@dataclass(slots=True)
class Heard:
    """What became of one message: for the caller who wants to know, never needed by a channel."""

    outcome: Outcome = "unknown"
    topic: str | None = None
    entry: str | None = None
    score: float = 0.0
    sources: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    ticket: str | None = None
    replies: list[Reply] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that was said, as one text."""
        return "\n\n".join(reply.text for reply in self.replies)
