"""One row of a kind of ticket: a step, what the customer is told, when staff are alarmed, and its papers."""

import re
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

SPAN = re.compile(r"([1-9][0-9]*)(m|h|d|wh|wd)")
SLOT = "slot"
OPENED = "opened"


class PromiseRow(BaseModel):
    """A promise as a kind's file holds it; judged by the day on which a ticket was opened.

    told: what is said to the customer (`average: true` is said as 一般…左右, never as a certainty).
    limit: when staff are alarmed, a standard's cap or our own earlier target.
    after: what starts the clock, the opening of the ticket or an earlier step being kept.
    Spans: 45m minutes, 24h hours, 7d days around the clock; 4wh hours of work, 5wd working days. `slot` is
    the end of the appointment that the customer chose.
    fact: the figure as answers quote it (data/facts); a test compares the two.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    subtype: str | None = None
    zone: Literal["urban", "rural", "remote"] | None = None
    region: str | None = None
    step: str
    after: str = OPENED
    told: str | None = None
    average: bool = False
    limit: str | None = None
    document: str
    limit_document: str
    fact: str | None = None
    valid_from: date
    valid_to: date | None = Field(default=None, description="the first day on which the row no longer counts")

    @field_validator("told", "limit")
    @classmethod
    def _is_a_span(cls, text: str | None) -> str | None:
        if text is not None and text != SLOT and not SPAN.fullmatch(text):
            raise ValueError(f"{text!r} is no span such as 45m, 24h, 7d, 4wh, 5wd or slot")
        return text

    def is_in_force(self, on: date) -> bool:
        """Return whether the row counts on a day."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)
