"""What a form is made of: its questions in their order, and what happens with the answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.messages import Message
from handlers.turn import Turn


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


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its questions, how the filled form is shown, and what handing it in does."""

    topic: str
    name: str
    steps: tuple[Step, ...]
    submit: Callable[[Turn], None]
    # Topics whose questions belong to this form and are no interruption of it.
    own_topics: tuple[str, ...] = ()


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
