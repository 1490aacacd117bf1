"""What a form is made of: its questions in their order, and what happens with the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.messages import Choice, Message
from handlers.turn import Turn
from handlers.wording import forms as wording


@dataclass(frozen=True, slots=True)
class Refused:
    """Why an answer cannot be taken; said to the customer, and the question stands."""

    sentence: str
    keep: bool = False  # the words are worth keeping all the same


@dataclass(frozen=True, slots=True)
class Step:
    """One question of a form.

    `take` turns a message into the value that is kept, refuses it with a sentence, or returns None where the
    message does not answer this question at all. Choices offer values; the summary shows their labels.
    """

    name: str
    label: str
    ask: Callable[[Turn], str]
    take: Callable[[Turn, Message], Any]
    choices: Callable[[Turn], tuple[tuple[str, str], ...]] = lambda _turn: ()
    skippable: bool = False
    asks: Any = None
    when: Callable[[Mapping[str, Any]], bool] = lambda _collected: True
    # Free words are expected: only what is clearly another question is answered in between.
    free: bool = False
    # Looks at the answer once it is kept; True where it has spoken and the form waits.
    then: Callable[[Turn], bool] = lambda _turn: False
    # Buttons beside the values, for acts of their own.
    acts: Callable[[Turn], tuple[Choice, ...]] = lambda _turn: ()
    # How a kept value reads where it is neither a choice nor words; "" leaves it out.
    reads: Callable[[Turn, Any], str] | None = None
    # Why a kept value no longer holds, as a day that has passed meanwhile; "" where it does.
    outdated: Callable[[Turn, Any], str] = lambda _turn, _value: ""


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its questions, how the filled form is shown, and what handing it in does."""

    topic: str
    name: str
    steps: tuple[Step, ...]
    submit: Callable[[Turn], None]
    # Topics whose questions belong to this form and are no interruption of it.
    own_topics: tuple[str, ...] = ()
    # Waits for days where it is left, because papers have to be found for it.
    waits: bool = False
    # What is told once before the first question that follows; "" where there is nothing (more) to tell.
    tells: Callable[[Turn], str] = lambda _turn: ""
    # Sorts photos and files that have just been kept, and says so.
    sorts: Callable[[Turn], None] = lambda _turn: None
    took: Callable[[Turn, int], str] = lambda _turn, added: wording.evidence_added(added)
    # Lines under the answers of the filled form.
    also: Callable[[Turn], list[str]] = lambda _turn: []


FORMS: dict[str, Form] = {}


def register(form: Form) -> Form:
    """Make a form known, so that its dialogue can be continued."""
    FORMS[form.topic] = form
    return form


def visible(form: Form, collected: Mapping[str, Any]) -> list[Step]:
    """Return the questions that are asked, after what was answered so far."""
    return [step for step in form.steps if step.when(collected)]


def step_of(form: Form, name: str) -> Step | None:
    """Return the question of a name, None for the filled form."""
    return next((step for step in form.steps if step.name == name), None)
